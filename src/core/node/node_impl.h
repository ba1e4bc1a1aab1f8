/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside of the node. Private to core/node. */
#ifndef CF_CORE_NODE_NODE_IMPL_H
#define CF_CORE_NODE_NODE_IMPL_H

#include "core/dialog/dialog_table.h"
#include "core/node/node.h"
#include "core/proxy/proxy.h"

/** The node. */
struct cf_node {
    struct cf_node_config config;
    struct cf_endpoint *endpoint;
    struct cf_dialog_table dialogs;
    struct cf_accounts accounts;
    struct cf_guests guests;
    struct cf_authenticator authenticator;
    struct cf_location location;
    struct cf_registrar registrar;
    struct cf_proxy *proxy;
    struct cf_focus *focus;
    struct cf_domains domains;
    char *fields;  /**< CF_REGISTRAR_FIELDS_MAX octets */
    char *message; /**< CF_REGISTRAR_FIELDS_MAX + 8192 octets */
};

#define CF_NODE_MESSAGE_MAX (CF_REGISTRAR_FIELDS_MAX + 8192)

/** Longest display name that is passed on. */
#define CF_NODE_NAME_MAX 128

/** Who sent a request, with room for the texts. */
struct cf_node_caller {
    struct cf_caller caller;
    char aor[CF_AOR_MAX];
    char name[CF_NODE_NAME_MAX];
    struct cf_auth_identity identity; /**< with the texts of a guest's token */
};

/* --- identity.c --- */

/**
 * Find out who sent the request of @p event. True: go on with @p ret. False: it was answered (401, 407, 403).
 */
bool cf_node_identify(struct cf_node *node, const struct cf_endpoint_event *event, enum cf_auth_role role,
                      struct cf_node_caller *ret, cf_usec now);

/** Does @p event come from a proxy whose word is believed? */
bool cf_node_is_trusted(const struct cf_node *node, const struct cf_endpoint_event *event);

/** Did @p event come over TLS, or from who ended it: a proxy whose word is believed, or a web server in front (docs/adr/0158)? */
bool cf_node_is_private(const struct cf_node *node, const struct cf_endpoint_event *event);

/* --- route.c --- */

/** A request that came in. */
void cf_node_on_request(struct cf_node *node, const struct cf_endpoint_event *event, cf_usec now);

/** An ACK to a 2xx. */
void cf_node_on_ack(struct cf_node *node, const struct cf_endpoint_event *event, cf_usec now);

/** Answer the request of @p event; @p fields: whole lines or absent. */
void cf_node_answer(struct cf_node *node, const struct cf_endpoint_event *event, unsigned status, struct cf_str fields,
                    cf_usec now);

/* --- register.c --- */

/** REGISTER. */
void cf_node_on_register(struct cf_node *node, const struct cf_endpoint_event *event, cf_usec now);

#endif
