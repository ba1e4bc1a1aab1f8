/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way to a device: over its flow, by its Path or contact, and inside of dialogs by the token of our Record-Route (RFC 3261
 * section 16.12, RFC 5626 section 5.3). Decisions; what was taken is kept by the caller. Private to core/proxy. */
#ifndef CF_CORE_PROXY_WAY_H
#define CF_CORE_PROXY_WAY_H

#include "core/proxy/proxy.h"
#include "core/registrar/ways.h"
#include "core/sip/message.h"

/** Where @p binding is if its flow is gone: the first hop of its Path, or its contact. View into it. */
struct cf_str cf_proxy_next_hop(const struct cf_binding *binding);

/**
 * RFC 5630 section 5.3: what is for a sips URI goes to devices only that have registered one, and over TLS; nothing is made less
 * safe on the last hop.
 */
bool cf_proxy_is_safe_enough(const struct cf_proxy_config *config, const struct cf_sip_message *msg,
                             const struct cf_binding *binding);

/** Is @p via that of a server with @p locals? */
bool cf_proxy_is_own_via(const struct cf_endpoint_local *locals, size_t count, const struct cf_sip_via *via);

/** What the Route of a request inside a dialog says. */
struct cf_proxy_token {
    struct cf_flow_id other; /**< the flow of the end that the request is for */
    size_t own_routes;       /**< leading Route values that are ours */
};

/** Read the tokens in the leading Route values of @p msg. False if there is none of ours for this dialog. */
bool cf_proxy_token_of(const struct cf_proxy_config *config, struct cf_span key, const struct cf_sip_message *msg,
                       struct cf_proxy_token *ret);

/** Where a request inside a dialog goes. */
struct cf_proxy_way {
    struct cf_route route;
    struct cf_str request_uri;        /**< the contact of a GRUU, else what it was; view into the message or a binding */
    const struct cf_binding *binding; /**< of a GRUU, which may be reached over another one, too; else NULL */
};

/**
 * The way to the other end, whose flow was @p other. A device whose flow has changed since (it connected again) is found by its
 * GRUU, or by its contact among those that the user in To has registered: nobody else is ever sent to. Returns 0, or the status
 * to refuse the request with: 430 (there is none), 480 (it is not safe enough).
 */
unsigned cf_proxy_find_way(const struct cf_proxy_config *config, const struct cf_sip_message *msg, struct cf_flow_id other,
                           struct cf_proxy_way *ret);

/**
 * The next binding of @p record that @p msg may go to, taken from @p ways: of @p device, or if that is 0 of a device that has
 * none yet. NULL: there is none. *ret_is_unsafe is set if one was passed over because it is not safe enough, else untouched.
 */
const struct cf_binding *cf_proxy_take_way(const struct cf_proxy_config *config, struct cf_ways *ways,
                                           const struct cf_sip_message *msg, const struct cf_aor_record *record, uint64_t device,
                                           bool *ret_is_unsafe);

#endif
