/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Record-Route of a dialog that the proxy forwards (RFC 3261 section 16.6 step 4): a format. Private to core/proxy. */
#ifndef CF_CORE_PROXY_RECORD_ROUTE_H
#define CF_CORE_PROXY_RECORD_ROUTE_H

#include "core/proxy/flow_token.h"
#include "core/proxy/proxy.h"

/** Room for the values, octets. */
#define CF_PROXY_RECORD_ROUTE_MAX 512

/**
 * Write the value that @p msg gets between the flows of @p pair to the empty @p w: two, where each end has an address of its own
 * to send to (RFC 5658 section 3). Returns it, or CF_STR_NONE if @p msg makes no dialog, or has no room.
 */
struct cf_str cf_proxy_record_route(const struct cf_proxy_config *config, struct cf_span key, const struct cf_sip_message *msg,
                                    const struct cf_flow_pair *pair, struct cf_writer *w);

#endif
