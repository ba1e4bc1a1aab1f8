/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Transports of SIP (RFC 3261 section 18, RFC 7118), as they stand in Via and in the transport parameter of a URI. A table.
 */
#ifndef CF_CORE_SIP_TRANSPORT_H
#define CF_CORE_SIP_TRANSPORT_H

#include "base/str.h"

/** A transport. */
enum cf_transport {
    CF_TRANSPORT_UDP,
    CF_TRANSPORT_TCP,
    CF_TRANSPORT_TLS,
    CF_TRANSPORT_WS,
    CF_TRANSPORT_WSS,
    CF_TRANSPORT_OTHER, /**< a name that we don't speak, such as SCTP */
    CF_TRANSPORT_COUNT_,
};

/** Transport of that name, case ignored; CF_TRANSPORT_OTHER if none. */
enum cf_transport cf_transport_of(struct cf_str name);

/** Name as in Via: "UDP". "OTHER" for CF_TRANSPORT_OTHER. */
struct cf_str cf_transport_name(enum cf_transport transport);

/** Name as in a URI parameter: "udp". */
struct cf_str cf_transport_uri_name(enum cf_transport transport);

/** True if it delivers in order and by itself: no retransmission of requests (everything but UDP and unknown ones). */
bool cf_transport_is_reliable(enum cf_transport transport);

/** True if it is encrypted: TLS and WSS. */
bool cf_transport_is_secure(enum cf_transport transport);

/** True if it is WebSocket: WS and WSS (RFC 7118), which browsers speak and phones do not. */
bool cf_transport_is_websocket(enum cf_transport transport);

/** Port if none is given: 5060 or 5061 (RFC 3261 section 19.1.2), 80 and 443 for WebSocket (RFC 7118 section 5.2.2). */
uint16_t cf_transport_default_port(enum cf_transport transport);

#endif
