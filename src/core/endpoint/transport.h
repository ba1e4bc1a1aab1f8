/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The transports that SIP runs over and what differs between them: a table of five rows (RFC 3261 section 18, RFC 7118 for
 * WebSocket).
 */
#ifndef CF_CORE_ENDPOINT_TRANSPORT_H
#define CF_CORE_ENDPOINT_TRANSPORT_H

#include "base/str.h"

/** How messages travel. */
enum cf_transport {
    CF_TRANSPORT_NONE, /**< not known, or not decided yet */
    CF_TRANSPORT_UDP,
    CF_TRANSPORT_TCP,
    CF_TRANSPORT_TLS,
    CF_TRANSPORT_WS,
    CF_TRANSPORT_WSS,
    CF_TRANSPORT_COUNT_, /**< number of values, not a transport */
};

/** Name as in Via ("UDP"); "" for NONE. */
struct cf_str cf_transport_name(enum cf_transport transport);

/** Transport of a name as in Via or in a transport parameter, case ignored; NONE if we don't know it. */
enum cf_transport cf_transport_of(struct cf_str name);

/** Connections that lose nothing: everything but UDP. */
bool cf_transport_is_stream(enum cf_transport transport);

/** A message is a frame of the transport below, so no Content-Length is needed: WS and WSS. */
bool cf_transport_is_framed(enum cf_transport transport);

/** Encrypted and the server authenticated: TLS and WSS. */
bool cf_transport_is_secure(enum cf_transport transport);

/** Port if none is named (RFC 3261 section 19.1.2, RFC 7118 section 5): 5060, 5061, 80 or 443. */
uint16_t cf_transport_default_port(enum cf_transport transport);

#endif
