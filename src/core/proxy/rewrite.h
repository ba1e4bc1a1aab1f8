/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages as a proxy forwards them (RFC 3261 sections 16.6 and 16.7): a format, no state. Private to core/proxy. */
#ifndef CF_CORE_PROXY_REWRITE_H
#define CF_CORE_PROXY_REWRITE_H

#include "core/sip/builder.h"

/** What is changed in a request. */
struct cf_proxy_rewrite {
    struct cf_str request_uri;  /**< new one */
    struct cf_str record_route; /**< value of a Record-Route to put on top; absent: none */
    struct cf_str route;        /**< Route values to put on top (Path of a binding); absent: none */
    struct cf_str realm;        /**< Proxy-Authorization for this realm is left out */
    size_t own_routes;          /**< leading Route values that are ours, and are left out; SIZE_MAX: all */
};

/**
 * Write @p msg for the next hop: Max-Forwards one less (70 if it had none). Asserted identities are left out: a phone may not
 * assert any (RFC 3325 section 5, attacks T10).
 */
void cf_proxy_put_request(struct cf_writer *w, const struct cf_sip_message *msg, const struct cf_proxy_rewrite *rewrite);

/** Write response @p msg without its first Via value. */
void cf_proxy_put_response(struct cf_writer *w, const struct cf_sip_message *msg);

#endif
