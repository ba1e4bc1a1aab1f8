/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The least of STUN that a SIP port needs (RFC 5626 section 4.4.2, RFC 8489): answers a Binding request with the
 * address it came from, which keeps NAT bindings alive and tells the client when they change. A format over core/stun. Not for
 * ICE: no credentials, no integrity. STUN is told from SIP by cf_stun_is(): the first two bits of no SIP message are zero.
 */
#ifndef CF_CORE_ENDPOINT_STUN_H
#define CF_CORE_ENDPOINT_STUN_H

#include "base/addr.h"
#include "core/stun/message.h"

/** Longest answer: header and one XOR-MAPPED-ADDRESS of IPv6. */
#define CF_STUN_ANSWER_MAX 44

/** Length of a Binding request without attributes. */
#define CF_STUN_REQUEST_LEN 20

/**
 * Answer the Binding request in @p bytes that came from @p source into @p w. False if it is no well-formed Binding request, or
 * asks for something that we don't know (an attribute that must be understood).
 */
bool cf_stun_answer(struct cf_span bytes, const struct cf_addr *source, struct cf_writer *w);

/** A Binding request with @p id as transaction id (12 octets). */
void cf_stun_put_request(struct cf_writer *w, const uint8_t id[12]);

#endif
