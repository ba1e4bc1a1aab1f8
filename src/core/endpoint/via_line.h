/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The top Via of a message as text: putting ours on top of a request, and adding received and rport to the one that came in,
 * before the message is parsed (so it is parsed once). A format.
 */
#ifndef CF_CORE_ENDPOINT_VIA_LINE_H
#define CF_CORE_ENDPOINT_VIA_LINE_H

#include "base/addr.h"
#include "core/sip/transport.h"

/** What our Via says. */
struct cf_via_own {
    enum cf_transport transport;
    struct cf_str host; /**< name, or address as in a URI */
    uint16_t port;      /**< 0: not written */
    struct cf_str branch;
};

/** Octets that cf_put_with_via() adds at most, beyond host and branch. */
#define CF_VIA_LINE_MAX 64

/** Octets that cf_put_with_received() adds at most. */
#define CF_VIA_RECEIVED_MAX 96

/** Request @p message with our Via as the first field; rport is asked for over UDP (RFC 3581). False: it has no first line. */
bool cf_put_with_via(struct cf_writer *w, struct cf_str message, const struct cf_via_own *own);

/**
 * Request @p message with what a server adds to the top Via (RFC 3261 section 18.2.1, RFC 3581 section 4) when it came from
 * @p source. As it is if there is no Via that can be understood: the parser will say so.
 */
void cf_put_with_received(struct cf_writer *w, struct cf_str message, const struct cf_addr *source);

/** Does @p message begin like a response ("SIP/2.0 ")? Its status then, else 0. */
unsigned cf_status_of(struct cf_str message);

/** Method in the first line of request @p message; absent if that is no request line. */
struct cf_str cf_method_in(struct cf_str message);

#endif
