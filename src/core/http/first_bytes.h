/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a peer speaks on a port that several protocols share: found out from the first octets inside of TLS (or of the bare
 * connection). A request of HTTP names a path ("GET /..."), one of SIP a URI ("REGISTER sip:..."), so the octet behind the first
 * blank tells; a response or a keep-alive can only be SIP's. Connectivity checks over TCP and clients of the relay begin with
 * STUN, whose cookie is at a place of its own. Pure functions; ALPN (RFC 7301) is asked before.
 */
#ifndef CF_CORE_HTTP_FIRST_BYTES_H
#define CF_CORE_HTTP_FIRST_BYTES_H

#include "base/str.h"

/** What was found. */
enum cf_first_bytes {
    CF_FIRST_BYTES_MORE, /**< can't be told yet */
    CF_FIRST_BYTES_HTTP,
    CF_FIRST_BYTES_SIP,
    CF_FIRST_BYTES_TLS,
    CF_FIRST_BYTES_ICE,     /**< STUN in frames (RFC 4571): media over TCP (RFC 6544) */
    CF_FIRST_BYTES_TURN,    /**< STUN without frames: a client of the relay (RFC 8656 section 2.1) */
    CF_FIRST_BYTES_NEITHER, /**< close */
};

/** Most octets before it can be told: the longest method and a blank. */
#define CF_FIRST_BYTES_MAX 33

/** What begins with @p bytes on a bare connection to a port of TLS: TLS, ICE, TURN? */
enum cf_first_bytes cf_first_bytes_of_bare(struct cf_span bytes);

/** What begins with @p bytes inside of TLS, or where there is none: HTTP, SIP, ICE, TURN? */
enum cf_first_bytes cf_first_bytes_of(struct cf_span bytes);

/** What the ALPN protocol @p name is: HTTP for "http/1.1", SIP for "sip/2", TURN for "stun.turn" (RFC 7443), else NEITHER; MORE
 * if it is absent. */
enum cf_first_bytes cf_first_bytes_of_alpn(struct cf_str name);

#endif
