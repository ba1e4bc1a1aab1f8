/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What operators can use, by the confer command or the HTTP interface: the parts of a running server, lent. On the loop's thread.
 */
#ifndef CF_SERVER_SERVICES_H
#define CF_SERVER_SERVICES_H

#include "core/config/config.h"
#include "core/node/node.h"
#include "server/leg_history.h"
#include "server/meeting_links.h"
#include "server/relay.h"
#include "server/store.h"
#include "server/webhooks.h"

/** Parts of a server. */
struct cf_services {
    struct cf_node *node;
    const struct cf_config *config;
    struct cf_store *store;
    struct cf_meeting_links *links;
    struct cf_leg_histories *histories;
    struct cf_webhooks *webhooks;
    struct cf_relay *relay; /**< NULL: none */
    cf_usec started;        /**< when the server was */
    bool is_draining;
    void (*drain)(void *ctx); /**< take no new calls, end with the last one */
    void *drain_ctx;
};

#endif
