/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values of STUN attributes, typed (RFC 8489 section 14, RFC 8445 section 16, RFC 8656 section 18). A value that makes no sense
 * is treated as if the attribute were not there. Pure, any thread.
 */
#ifndef CF_CORE_STUN_VALUE_H
#define CF_CORE_STUN_VALUE_H

#include "base/addr.h"
#include "core/stun/message.h"

/** Families of addresses on the wire (RFC 8489 section 14.1). */
enum cf_stun_family {
    CF_STUN_FAMILY_IP4 = 1,
    CF_STUN_FAMILY_IP6 = 2,
};

/** The attribute as a number of 32 bits. */
bool cf_stun_u32(const struct cf_stun_message *m, enum cf_stun_attribute attribute, uint32_t *ret);

/** The attribute as a number of 64 bits: tie breakers, tokens. */
bool cf_stun_u64(const struct cf_stun_message *m, enum cf_stun_attribute attribute, uint64_t *ret);

/** The attribute as text or octets; .at NULL if it is not there. */
static inline struct cf_str cf_stun_text(const struct cf_stun_message *m, enum cf_stun_attribute attribute) {
    return cf_span_str(m->attributes[attribute]);
}

/** The attribute as an address; those called XOR are unmasked. */
bool cf_stun_address(const struct cf_stun_message *m, enum cf_stun_attribute attribute, struct cf_addr *ret);

/** A value that cf_stun_next() gave, as a masked address. */
bool cf_stun_xor_address(const struct cf_stun_message *m, struct cf_span value, struct cf_addr *ret);

/** ERROR-CODE, 300 to 699. */
bool cf_stun_error_code(const struct cf_stun_message *m, unsigned *ret);

#endif
