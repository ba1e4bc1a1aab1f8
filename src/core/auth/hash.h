/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Hash functions as the core sees them: a table of functions that an adapter fills (adapt/openssl). All take a list of parts that
 * are hashed as if they stood one after the other, so that callers need no buffer to join them in. Pure: same octets in, same
 * digest out.
 */
#ifndef CF_CORE_AUTH_HASH_H
#define CF_CORE_AUTH_HASH_H

#include "base/str.h"

#define CF_HASH_MD5_LEN 16
#define CF_HASH_SHA256_LEN 32
#define CF_HASH_SHA512_256_LEN 32
/** Room for any digest of the table. */
#define CF_HASH_LEN_MAX 32

/**
 * One hash function over @p count @p parts; @p out has room for its digest. False if the library refuses (MD5 where the system's
 * policy forbids it); @p out is undefined then.
 */
typedef bool cf_hash_fn(void *ctx, const struct cf_span *parts, size_t count, uint8_t *out);

/** The hash functions. A member may be NULL: not available, treated as one that refuses. */
struct cf_hash {
    cf_hash_fn *md5;        /**< RFC 1321, for phones that know nothing better (RFC 8760 section 2.3) */
    cf_hash_fn *sha256;     /**< FIPS 180-4 */
    cf_hash_fn *sha512_256; /**< FIPS 180-4, SHA-512 with the initial value for 256 bits */
    /** HMAC-SHA-256 (RFC 2104) of the parts under @p key: for nonces and tokens of our own. */
    bool (*hmac_sha256)(void *ctx, struct cf_span key, const struct cf_span *parts, size_t count, uint8_t *out);
    void *ctx; /**< passed to all, borrowed */
};

#endif
