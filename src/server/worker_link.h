/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The signalling thread's end of one media worker: its two mailboxes, and its thread from start to end. A full mailbox is
 * counted; nobody waits.
 */
#ifndef CF_SERVER_WORKER_LINK_H
#define CF_SERVER_WORKER_LINK_H

#include "server/media_messages.h"
#include "server/media_worker.h"
#include "shell/loop/loop.h"

/** Called on the loop's thread for each event of a worker. */
typedef void cf_media_event_handler(void *ctx, const struct cf_media_event *event);

/** The link. Zeroed: not started. Fields are private. */
struct cf_worker_link {
    struct cf_mailbox *commands;
    struct cf_mailbox *events;
    struct cf_media_worker *worker;
    struct cf_watch *watch;
    cf_media_event_handler *handler;
    void *ctx;
    bool has_put;
    uint64_t lost;
};

/**
 * Make the mailboxes: from now on messages can be put, and wait for the worker. @p handler is called with @p ctx.
 * CF_ERR_NO_MEMORY, CF_ERR_IO. On errors cf_worker_link_stop() is still to be called.
 */
CF_MUST_USE enum cf_err cf_worker_link_open(struct cf_worker_link *link, struct cf_loop *loop, cf_media_event_handler *handler,
                                            void *ctx);

/** Start the worker, made of @p config but for its mailboxes. Errors as of cf_media_worker_start(). */
CF_MUST_USE enum cf_err cf_worker_link_start(struct cf_worker_link *link, const struct cf_media_worker_config *config);

/** Give it @p message, which goes out with the next flush. False: it does not keep up, the message is the caller's. */
bool cf_worker_link_put(struct cf_worker_link *link, const struct cf_worker_message *message);

/** Wake the worker if messages wait. */
void cf_worker_link_flush(struct cf_worker_link *link);

/** Stop the worker: what it has to say is said first. Idempotent. */
void cf_worker_link_stop(struct cf_worker_link *link);

#endif
