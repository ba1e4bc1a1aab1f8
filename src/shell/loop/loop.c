/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The event loop, over libuv. */
#include "shell/loop/loop.h"

#include "shell/system/system.h"
#include <signal.h>
#include <stdlib.h>
#include <uv.h>

#define SIGNALS_MAX 8

struct signal_watch {
    uv_signal_t handle;
    cf_signal_handler *handler;
    void *ctx;
};

struct cf_loop {
    uv_loop_t uv;
    uv_prepare_t prepare;
    uv_timer_t timer;
    uv_async_t async;
    struct signal_watch signals[SIGNALS_MAX];
    size_t signal_count;
    struct cf_list ends; /* of struct cf_loop_end */
    cf_usec (*before_wait)(void *ctx, cf_usec now);
    void *ctx;
};

struct cf_watch {
    uv_poll_t poll;
    cf_loop_handler *handler;
    void *ctx;
};

static void on_timer(uv_timer_t *timer) {
    /* Waking is all: the turn handler looks at its deadlines. */
    (void)timer;
}

static void on_async(uv_async_t *async) {
    (void)async;
}

/* libuv counts in milliseconds: round up, so that a deadline has passed when the loop wakes. */
static uint64_t msec_until(cf_usec deadline, cf_usec now) {
    return deadline <= now ? 0 : (uint64_t)((deadline - now + 999) / 1000);
}

static void on_prepare(uv_prepare_t *prepare) {
    struct cf_loop *loop = prepare->data;
    if (loop->before_wait == NULL) {
        return;
    }
    cf_usec deadline = loop->before_wait(loop->ctx, cf_system_now());
    if (deadline == CF_USEC_NEVER) {
        uv_timer_stop(&loop->timer);
        return;
    }
    uv_update_time(&loop->uv);
    uv_timer_start(&loop->timer, on_timer, msec_until(deadline, cf_system_now()), 0);
}

enum cf_err cf_loop_create(struct cf_loop **ret) {
    struct cf_loop *loop = calloc(1, sizeof *loop);
    if (loop == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    /* Libuv writes to sockets without MSG_NOSIGNAL: whoever closes a connection at the wrong moment would end the process. */
    (void)signal(SIGPIPE, SIG_IGN);
    if (uv_loop_init(&loop->uv) != 0) {
        free(loop);
        return CF_ERR_IO;
    }
    uv_prepare_init(&loop->uv, &loop->prepare);
    uv_timer_init(&loop->uv, &loop->timer);
    loop->prepare.data = loop;
    cf_list_init(&loop->ends);
    uv_prepare_start(&loop->prepare, on_prepare);
    if (uv_async_init(&loop->uv, &loop->async, on_async) != 0) {
        cf_loop_destroy(&loop);
        return CF_ERR_IO;
    }
    *ret = loop;
    return CF_OK;
}

static void close_handle(uv_handle_t *handle, void *arg) {
    (void)arg;
    if (!uv_is_closing(handle)) {
        uv_close(handle, NULL);
    }
}

static void call_ends(struct cf_loop *loop) {
    CF_LIST_EACH (&loop->ends, link, following) {
        struct cf_loop_end *end = CF_OF(link, struct cf_loop_end, link);
        cf_loop_end_forget(end);
        end->handler(end->ctx);
    }
}

void cf_loop_destroy(struct cf_loop **loop) {
    if (*loop == NULL) {
        return;
    }
    (*loop)->before_wait = NULL;
    call_ends(*loop);
    uv_walk(&(*loop)->uv, close_handle, NULL);
    while (uv_run(&(*loop)->uv, UV_RUN_NOWAIT) != 0) {
    }
    uv_loop_close(&(*loop)->uv);
    free(*loop);
    *loop = NULL;
}

void cf_loop_at_end(struct cf_loop *loop, struct cf_loop_end *end, cf_loop_handler *handler, void *ctx) {
    end->handler = handler;
    end->ctx = ctx;
    cf_list_append(&loop->ends, &end->link);
}

void cf_loop_end_forget(struct cf_loop_end *end) {
    cf_list_remove(&end->link);
}

cf_usec cf_loop_now(const struct cf_loop *loop) {
    (void)loop;
    return cf_system_now();
}

void cf_loop_run(struct cf_loop *loop) {
    uv_run(&loop->uv, UV_RUN_DEFAULT);
}

void cf_loop_stop(struct cf_loop *loop) {
    uv_stop(&loop->uv);
}

void cf_loop_set_turn(struct cf_loop *loop, cf_usec (*before_wait)(void *ctx, cf_usec now), void *ctx) {
    loop->before_wait = before_wait;
    loop->ctx = ctx;
}

static void on_poll(uv_poll_t *poll, int status, int events) {
    struct cf_watch *watch = poll->data;
    (void)events;
    /* A descriptor in error is readable: the read tells what is wrong. libuv has stopped watching it, but a UDP socket goes on
     * after an error. First this, then the handler, which may end the watch. */
    if (status < 0) {
        uv_poll_start(poll, UV_READABLE, on_poll);
    }
    watch->handler(watch->ctx);
}

enum cf_err cf_loop_watch(struct cf_loop *loop, int fd, cf_loop_handler *handler, void *ctx, struct cf_watch **ret) {
    struct cf_watch *watch = calloc(1, sizeof *watch);
    if (watch == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    watch->handler = handler;
    watch->ctx = ctx;
    if (uv_poll_init(&loop->uv, &watch->poll, fd) != 0) {
        free(watch);
        return CF_ERR_IO;
    }
    watch->poll.data = watch;
    uv_poll_start(&watch->poll, UV_READABLE, on_poll);
    *ret = watch;
    return CF_OK;
}

static void free_watch(uv_handle_t *handle) {
    free(handle->data);
}

void cf_loop_unwatch(struct cf_watch **watch) {
    if (*watch != NULL) {
        uv_poll_stop(&(*watch)->poll);
        uv_close((uv_handle_t *)&(*watch)->poll, free_watch);
        *watch = NULL;
    }
}

static void on_signal(uv_signal_t *handle, int signal_number) {
    struct signal_watch *watch = handle->data;
    watch->handler(watch->ctx, signal_number);
}

enum cf_err cf_loop_on_signal(struct cf_loop *loop, int signal_number, cf_signal_handler *handler, void *ctx) {
    if (loop->signal_count == SIGNALS_MAX) {
        return CF_ERR_LIMIT;
    }
    struct signal_watch *watch = &loop->signals[loop->signal_count];
    *watch = (struct signal_watch){.handler = handler, .ctx = ctx};
    if (uv_signal_init(&loop->uv, &watch->handle) != 0) {
        return CF_ERR_IO;
    }
    loop->signal_count++;
    watch->handle.data = watch;
    return uv_signal_start(&watch->handle, on_signal, signal_number) == 0 ? CF_OK : CF_ERR_IO;
}

void cf_loop_wake(struct cf_loop *loop) {
    uv_async_send(&loop->async);
}

void *cf_loop_native(struct cf_loop *loop) {
    return &loop->uv;
}
