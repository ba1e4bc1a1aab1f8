/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The event loop of the signalling thread, over libuv: file descriptors, one deadline, signals, and a wake-up from other threads.
 * Handlers are called from cf_loop_run() on the thread that runs it; everything here but cf_loop_wake() belongs to that thread.
 */
#ifndef CF_SHELL_LOOP_LOOP_H
#define CF_SHELL_LOOP_LOOP_H

#include "base/err.h"
#include "base/list.h"
#include "base/usec.h"
#include <stdbool.h>

/** A loop; opaque. */
struct cf_loop;

/** A file descriptor being watched; opaque. */
struct cf_watch;

/** Called with the @p ctx that was given with it. */
typedef void cf_loop_handler(void *ctx);

/** Called when a signal arrived. */
typedef void cf_signal_handler(void *ctx, int signal_number);

/** Make a loop. CF_ERR_IO if the system refuses. */
CF_MUST_USE enum cf_err cf_loop_create(struct cf_loop **ret);

/** Free the loop and what it watches, after what cf_loop_at_end() was asked for; sets the pointer to NULL. Must not be called
 * from a handler. */
void cf_loop_destroy(struct cf_loop **loop);

/** What is still to be done when a loop is destroyed. Part of what it is done for; zeroed: nothing. */
struct cf_loop_end {
    struct cf_link link;
    cf_loop_handler *handler;
    void *ctx;
};

/**
 * Call @p handler first thing when @p loop is destroyed: for what closes its libuv handles by itself and has something to free
 * then. @p end is the caller's until then or until cf_loop_end_forget().
 */
void cf_loop_at_end(struct cf_loop *loop, struct cf_loop_end *end, cf_loop_handler *handler, void *ctx);

/** Nothing is left to be done for @p end, which may be in no loop. */
void cf_loop_end_forget(struct cf_loop_end *end);

/** Time of this turn, monotonic. */
cf_usec cf_loop_now(const struct cf_loop *loop);

/** Run until cf_loop_stop(). */
void cf_loop_run(struct cf_loop *loop);

/** Make cf_loop_run() return after the current handler. */
void cf_loop_stop(struct cf_loop *loop);

/**
 * After every turn (after each round of handlers), before waiting: @p before_wait does what is left to do and returns the
 * deadline until which the loop may sleep, CF_USEC_NEVER if it need not wake by itself.
 */
void cf_loop_set_turn(struct cf_loop *loop, cf_usec (*before_wait)(void *ctx, cf_usec now), void *ctx);

/** Call @p handler whenever @p fd can be read. CF_ERR_IO if it can't be watched. */
CF_MUST_USE enum cf_err cf_loop_watch(struct cf_loop *loop, int fd, cf_loop_handler *handler, void *ctx, struct cf_watch **ret);

/** Stop watching; sets the pointer to NULL. The descriptor is the caller's to close. */
void cf_loop_unwatch(struct cf_watch **watch);

/** Call @p handler for @p signal_number instead of its default action. */
CF_MUST_USE enum cf_err cf_loop_on_signal(struct cf_loop *loop, int signal_number, cf_signal_handler *handler, void *ctx);

/** Any thread: make the loop turn once. */
void cf_loop_wake(struct cf_loop *loop);

/** The libuv loop, for the other shell folders. */
void *cf_loop_native(struct cf_loop *loop);

#endif
