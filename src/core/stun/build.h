/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * STUN messages, written: begin, put attributes, put integrity and fingerprint, done. The length in the header is right after
 * each call. Errors are the writer's: look at the end. Pure, any thread.
 */
#ifndef CF_CORE_STUN_BUILD_H
#define CF_CORE_STUN_BUILD_H

#include "base/addr.h"
#include "core/stun/integrity.h"

/** A message that is being written. */
struct cf_stun_builder {
    struct cf_writer *w; /**< the caller's */
    size_t start;        /**< where in it the message begins */
};

/** Begin a message; @p id is CF_STUN_ID_LEN octets. */
struct cf_stun_builder cf_stun_begin(struct cf_writer *w, enum cf_stun_class kind, uint16_t method, const uint8_t *id);

/** Octets as they are. */
void cf_stun_put(struct cf_stun_builder *b, enum cf_stun_attribute attribute, struct cf_span value);

/** Numbers. */
void cf_stun_put_u32(struct cf_stun_builder *b, enum cf_stun_attribute attribute, uint32_t value);
void cf_stun_put_u64(struct cf_stun_builder *b, enum cf_stun_attribute attribute, uint64_t value);

/** An address (of a family that is one) masked with cookie and transaction id. */
void cf_stun_put_xor_address(struct cf_stun_builder *b, enum cf_stun_attribute attribute, const struct cf_addr *addr);

/** ERROR-CODE with the usual text for @p code, 300 to 699. */
void cf_stun_put_error(struct cf_stun_builder *b, unsigned code);

/** ADDRESS-ERROR-CODE (RFC 8656 section 18.12): why there is no address of that family (enum cf_stun_family). */
void cf_stun_put_address_error(struct cf_stun_builder *b, unsigned family, unsigned code);

/** UNKNOWN-ATTRIBUTES: those of @p m. */
void cf_stun_put_unknown(struct cf_stun_builder *b, const struct cf_stun_message *m);

/** MESSAGE-INTEGRITY over all before it. False (and nothing written) if the library refuses. */
bool cf_stun_put_integrity(struct cf_stun_builder *b, const struct cf_stun_hash *hash, struct cf_span key);

/** FINGERPRINT over all before it; the last. */
void cf_stun_put_fingerprint(struct cf_stun_builder *b);

#endif
