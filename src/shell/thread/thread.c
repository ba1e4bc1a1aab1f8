/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Starting and joining threads. */
#include "shell/thread/thread.h"

#include <signal.h>

enum cf_err cf_thread_start(struct cf_thread *thread, const char *name, void *(*run)(void *ctx), void *ctx) {
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    /* A thread inherits the mask: block around the start, so that it never sees a signal. */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&thread->id, NULL, run, ctx);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    thread->is_running = failed == 0;
    if (failed != 0) {
        return CF_ERR_IO;
    }
    pthread_setname_np(thread->id, name);
    return CF_OK;
}

void cf_thread_join(struct cf_thread *thread) {
    if (thread->is_running) {
        pthread_join(thread->id, NULL);
        thread->is_running = false;
    }
}
