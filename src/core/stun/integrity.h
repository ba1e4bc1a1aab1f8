/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who wrote a STUN message and whether it is whole: MESSAGE-INTEGRITY (RFC 8489 section 14.5), FINGERPRINT (section 14.7). Hash
 * functions come as a table that an adapter fills (adapt/openssl). Pure, any thread.
 */
#ifndef CF_CORE_STUN_INTEGRITY_H
#define CF_CORE_STUN_INTEGRITY_H

#include "core/stun/message.h"

#define CF_STUN_SHA1_LEN 20

/** Hash functions. False: the library refuses. */
struct cf_stun_hash {
    /** HMAC-SHA1 (RFC 2104) of @p count parts one after the other under @p key, CF_STUN_SHA1_LEN octets. */
    bool (*hmac_sha1)(void *ctx, struct cf_span key, const struct cf_span *parts, size_t count, uint8_t *out);
    /** MD5 of @p count parts, 16 octets: keys of long-term credentials (section 9.2.2). */
    bool (*md5)(void *ctx, const struct cf_span *parts, size_t count, uint8_t *out);
    void *ctx; /**< passed to both, borrowed */
};

/** Does @p m have a MESSAGE-INTEGRITY made with @p key? The comparison takes the same time whatever is wrong. */
bool cf_stun_is_authentic(const struct cf_stun_message *m, const struct cf_stun_hash *hash, struct cf_span key);

/** Does @p m have a FINGERPRINT that is right? */
bool cf_stun_is_whole(const struct cf_stun_message *m);

/** The fingerprint of what is before it, whose header counts the fingerprint in its length already. */
uint32_t cf_stun_fingerprint(struct cf_span before);

#endif
