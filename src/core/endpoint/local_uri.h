/* SPDX-License-Identifier: GPL-3.0-or-later */
/* URIs of the server's own addresses, for Record-Route: where peers send what belongs to a dialog. A format. */
#ifndef CF_CORE_ENDPOINT_LOCAL_URI_H
#define CF_CORE_ENDPOINT_LOCAL_URI_H

#include "core/endpoint/endpoint.h"

/**
 * "<sip:user@host:port;transport=tcp;lr>" of @p local; without "user@" if @p user is absent, without transport for UDP. With
 * @p is_sips a sips URI (RFC 3261 section 16.6 step 4), which needs no transport for TLS; sip all the same where there is no TLS.
 */
void cf_put_local_route(struct cf_writer *w, const struct cf_endpoint_local *local, struct cf_str user, bool is_sips);

/** "Record-Route: <...>" and the end of the line, for the local address of @p flow; nothing if the flow is gone. @p is_sips: as
 * cf_put_local_route(). */
void cf_put_record_route_line(struct cf_writer *w, const struct cf_endpoint *ep, const struct cf_endpoint_local *locals,
                              size_t count, struct cf_flow_id flow, bool is_sips);

#endif
