/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Webhooks of a server: those of the store, what happens in conferences as their events, and its delivery (core/hook,
 * webhook_sender.h). What waits is in the store too, and is delivered after a restart, in order. On the loop's thread.
 */
#ifndef CF_SERVER_WEBHOOKS_H
#define CF_SERVER_WEBHOOKS_H

#include "core/conf/conference_happening.h"
#include "core/node/node.h"
#include "server/problem.h"
#include "server/store.h"
#include "server/webhook_sender.h"

/** Bits of all events: 1 << enum cf_happening_kind. */
#define CF_WEBHOOK_EVENTS_ALL ((1U << CF_HAPPENING_COUNT_) - 1U)

/** Webhooks. */
struct cf_webhooks {
    struct cf_loop *loop; /**< borrowed, as all of these */
    struct cf_store *store;
    struct cf_node *node;
    const struct cf_config *config; /**< may change */
    struct cf_hooks hooks;
    struct cf_webhook_sender *sender; /**< NULL: there was no hook yet */
};

/** Read those of the store. Errors were logged. */
CF_MUST_USE enum cf_err cf_webhooks_open(struct cf_webhooks *webhooks, struct cf_loop *loop, struct cf_store *store,
                                         struct cf_node *node, const struct cf_config *config);

/** Stop delivering, free. Also after a failed or no open. */
void cf_webhooks_close(struct cf_webhooks *webhooks);

/** Be told of @p events at @p url; @p ret: the new hook. */
CF_MUST_USE struct cf_problem cf_webhooks_add(struct cf_webhooks *webhooks, struct cf_str url, uint32_t events, cf_wall wall,
                                              const struct cf_hook **ret);

/** Not any more. */
CF_MUST_USE struct cf_problem cf_webhooks_remove(struct cf_webhooks *webhooks, struct cf_str id);

/** Take what has happened, deliver what is due; when to come again at the latest. After every input of the node. */
cf_usec cf_webhooks_on_turn(struct cf_webhooks *webhooks, cf_usec now, cf_wall wall);

#endif
