/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One value of Via (RFC 3261 section 20.42, RFC 3581 rport, RFC 5118 for IPv6 in received). A format; views into the text. */
#ifndef CF_CORE_SIP_VIA_H
#define CF_CORE_SIP_VIA_H

#include "base/addr.h"
#include "core/sip/params.h"
#include "core/sip/scan.h"
#include "core/sip/text.h"
#include "core/sip/transport.h"

/** The start of every branch made by a client of RFC 3261 (section 8.1.1.7). */
#define CF_SIP_BRANCH_COOKIE "z9hG4bK"

/** One hop. */
struct cf_sip_via {
    struct cf_str text;           /**< all of it */
    struct cf_str sent;           /**< "SIP/2.0/UDP host:port": all before the parameters */
    enum cf_transport transport;  /**< CF_TRANSPORT_OTHER: see transport_name */
    struct cf_str transport_name; /**< as it stands there */
    struct cf_str host;           /**< sent-by: name, IPv4, or IPv6 in brackets */
    uint16_t port;                /**< sent-by: 0 if none is given */
    struct cf_str params;         /**< all of them, after the first ';'; absent if none */
    struct cf_str branch;         /**< absent if there is none (RFC 2543) */
    struct cf_str received;       /**< IP address, IPv6 with or without brackets; absent if there is none */
    struct cf_str maddr;          /**< absent if there is none */
    bool has_rport;               /**< the parameter is there, with or without a value */
    uint16_t rport;               /**< its value; 0 if it has none */
};

/**
 * Take one Via value at the position of @p s. CF_ERR_MALFORMED, the position is where. The version is not looked at: the start
 * line decides on it, and a 505 must repeat the Via.
 */
CF_MUST_USE enum cf_err cf_sip_via_scan(struct cf_sip_scan *s, struct cf_sip_via *ret);

/** Parse all of @p text as one Via value. CF_ERR_MALFORMED. */
CF_MUST_USE enum cf_err cf_sip_via_parse(struct cf_str text, struct cf_sip_via *ret);

/** Does the branch begin with the cookie and go on after it, so that it alone identifies the transaction? */
bool cf_sip_via_has_cookie(const struct cf_sip_via *via);

/** Same sent-by: host without case and port, where no port means the default of the transport? (RFC 3261 section 17.2.3) */
bool cf_sip_via_same_sent_by(const struct cf_sip_via *a, const struct cf_sip_via *b);

/**
 * Where a response goes for an unreliable transport by what the Via alone says: received or the sent-by address, rport or the
 * sent-by port or the default (RFC 3261 section 18.2.2, RFC 3581 section 4; maddr is not followed: see docs/rfc/3261.md). False
 * if the host must be resolved.
 */
bool cf_sip_via_response_addr(const struct cf_sip_via *via, struct cf_addr *ret);

/** "SIP/2.0/UDP host:port;branch=..."; port 0 is left out. Further parameters are put behind by the caller. */
void cf_sip_put_via(struct cf_writer *w, enum cf_transport transport, struct cf_str host, uint16_t port, struct cf_str branch);

/**
 * @p via again with what a server adds to the top Via of a request (RFC 3261 section 18.2.1, RFC 3581 section 4): received=source
 * if sent-by is another host or rport was asked for; rport=source port if asked for. received and rport values that
 * came in are dropped: the client does not say where it is. All other parameters are kept in order.
 */
void cf_sip_put_via_received(struct cf_writer *w, const struct cf_sip_via *via, const struct cf_addr *source);

#endif
