/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The least of STUN that a SIP port needs (RFC 5626 section 4.4.2, RFC 8489): tells a Binding request from SIP and answers it
 * with the address it came from, which keeps NAT bindings alive and tells the client when they change. A format. Not for ICE: no
 * credentials, no integrity.
 */
#ifndef CF_CORE_ENDPOINT_STUN_H
#define CF_CORE_ENDPOINT_STUN_H

#include "base/addr.h"

/** Longest answer: header and one XOR-MAPPED-ADDRESS of IPv6. */
#define CF_STUN_ANSWER_MAX 44

/** Length of a Binding request without attributes. */
#define CF_STUN_REQUEST_LEN 20

/** Could @p bytes be STUN rather than SIP? (First two bits zero: no SIP message begins so.) */
bool cf_stun_is(struct cf_span bytes);

/**
 * Answer the Binding request in @p bytes that came from @p source into @p w. False if it is no well-formed Binding request, or
 * asks for something that we don't know (an attribute that must be understood).
 */
bool cf_stun_answer(struct cf_span bytes, const struct cf_addr *source, struct cf_writer *w);

/** A Binding request with @p id as transaction id (12 octets). */
void cf_stun_put_request(struct cf_writer *w, const uint8_t id[12]);

#endif
