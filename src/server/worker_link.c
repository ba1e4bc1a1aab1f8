/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/worker_link.h"

#include "shell/log/log.h"

#define COMMANDS_OCTETS (8U << 20)
#define EVENTS_OCTETS (4U << 20)

static void on_events(void *ctx) {
    struct cf_worker_link *link = ctx;
    struct cf_media_event event;
    cf_mailbox_hush(link->events);
    while (cf_mailbox_take(link->events, &event)) {
        link->handler(link->ctx, &event);
    }
}

enum cf_err cf_worker_link_open(struct cf_worker_link *link, struct cf_loop *loop, cf_media_event_handler *handler, void *ctx) {
    link->handler = handler;
    link->ctx = ctx;
    enum cf_err err = cf_mailbox_create(sizeof(struct cf_worker_message), COMMANDS_OCTETS, &link->commands);
    err = err == CF_OK ? cf_mailbox_create(sizeof(struct cf_media_event), EVENTS_OCTETS, &link->events) : err;
    return err == CF_OK ? cf_loop_watch(loop, cf_mailbox_fd(link->events), on_events, link, &link->watch) : err;
}

enum cf_err cf_worker_link_start(struct cf_worker_link *link, const struct cf_media_worker_config *config) {
    struct cf_media_worker_config own = *config;
    own.inbox = link->commands;
    own.outbox = link->events;
    return cf_media_worker_start(&own, &link->worker);
}

bool cf_worker_link_put(struct cf_worker_link *link, const struct cf_worker_message *message) {
    if (cf_mailbox_put(link->commands, message, cf_worker_message_len(message))) {
        link->has_put = true;
        return true;
    }
    /* The worker is far behind: what is lost now is a leg's media, and it is said once in a while. */
    if (link->lost++ % 1000 == 0) {
        cf_log(CF_LOG_ERROR, "media", "the worker does not keep up: commands are lost");
    }
    return false;
}

void cf_worker_link_flush(struct cf_worker_link *link) {
    if (link->has_put) {
        link->has_put = false;
        cf_mailbox_ring(link->commands);
    }
}

void cf_worker_link_stop(struct cf_worker_link *link) {
    if (link->worker != NULL) {
        struct cf_worker_message stop = {.kind = CF_WORKER_STOP};
        while (!cf_mailbox_put(link->commands, &stop, cf_worker_message_len(&stop))) {
            cf_mailbox_ring(link->commands);
        }
        cf_mailbox_ring(link->commands);
        cf_media_worker_join(&link->worker);
    }
    cf_loop_unwatch(&link->watch);
    cf_mailbox_destroy(&link->commands);
    cf_mailbox_destroy(&link->events);
}
