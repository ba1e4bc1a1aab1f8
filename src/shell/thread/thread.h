/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Threads: start with a name, join. Signals are blocked in them: the signalling thread takes them all. */
#ifndef CF_SHELL_THREAD_THREAD_H
#define CF_SHELL_THREAD_THREAD_H

#include "base/err.h"
#include <pthread.h>
#include <stdbool.h>

/** A thread. */
struct cf_thread {
    pthread_t id;
    bool is_running; /**< started and not joined */
};

/** Start @p run(@p ctx) in a thread named @p name (15 characters at most). CF_ERR_IO if the system refuses. */
CF_MUST_USE enum cf_err cf_thread_start(struct cf_thread *thread, const char *name, void *(*run)(void *ctx), void *ctx);

/** Wait until it has returned; nothing happens if it does not run. */
void cf_thread_join(struct cf_thread *thread);

#endif
