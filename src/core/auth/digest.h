/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The arithmetic of HTTP digest authentication as SIP uses it: RFC 7616 section 3.4 with the algorithms of RFC 8760 (MD5,
 * SHA-256, SHA-512-256, each also as "-sess") and qop auth, auth-int, or none (RFC 2069 style, RFC 7616 has dropped it but old
 * phones send it). Pure functions of strings: client (client_auth.h) and server compare or print what they give. Header syntax
 * is core/sip/digest_field.h; nonces, counts and policy are not here.
 */
#ifndef CF_CORE_AUTH_DIGEST_H
#define CF_CORE_AUTH_DIGEST_H

#include "base/err.h"
#include "core/auth/hash.h"

/** Digest algorithms, weakest first: of two that both sides know the greater is better. */
enum cf_digest_algorithm {
    CF_DIGEST_MD5,
    CF_DIGEST_SHA256,
    CF_DIGEST_SHA512_256,
};

/** What the response protects. */
enum cf_digest_qop {
    CF_DIGEST_QOP_NONE, /**< neither qop nor cnonce nor nc */
    CF_DIGEST_QOP_AUTH,
    CF_DIGEST_QOP_AUTH_INT, /**< the body too */
};

/** Hexadecimal digits of the longest digest. */
#define CF_DIGEST_HEX_MAX 64

/** A printed digest: lower-case hexadecimal. Value type. */
struct cf_digest_hex {
    char text[CF_DIGEST_HEX_MAX];
    uint8_t len; /**< 32 or 64 */
};

/** A view of @p hex, valid as long as it. */
static inline struct cf_str cf_digest_str(const struct cf_digest_hex *hex) {
    return cf_str_n(hex->text, hex->len);
}

/** Everything that goes into one response but the password. Strings are unquoted and unescaped views. */
struct cf_digest {
    enum cf_digest_algorithm algorithm;
    enum cf_digest_qop qop;
    bool is_session;      /**< algorithm "...-sess": A1 covers nonce and cnonce */
    struct cf_str nonce;  /**< the server's */
    struct cf_str cnonce; /**< the client's; used with a qop or -sess */
    uint32_t nonce_count; /**< nc, used with a qop */
    struct cf_str method; /**< of the request, as sent */
    struct cf_str uri;    /**< the uri parameter of the credentials, as sent */
    struct cf_span body;  /**< of the request, used with auth-int */
    struct cf_str
        nc_text; /**< the nc parameter as the peer sent it (8 hexadecimal digits of either case), or absent: nonce_count */
};

/**
 * Name of @p algorithm as in the algorithm parameter: "MD5", "SHA-256", "SHA-512-256", without "-sess".
 */
struct cf_str cf_digest_algorithm_name(enum cf_digest_algorithm algorithm);

/**
 * The algorithm that an algorithm parameter names, case ignored; an absent one is MD5 (RFC 7616 section 3.3). False if we don't
 * know it: such a challenge is skipped (RFC 8760 section 2.4).
 */
bool cf_digest_algorithm_of(struct cf_str name, enum cf_digest_algorithm *ret, bool *ret_is_session);

/**
 * H(username ":" realm ":" password), the secret that servers store instead of the password. CF_ERR_UNSUPPORTED if @p hash lacks
 * the function.
 */
CF_MUST_USE enum cf_err cf_digest_secret(const struct cf_hash *hash, enum cf_digest_algorithm algorithm, struct cf_str username,
                                         struct cf_str realm, struct cf_str password, struct cf_digest_hex *ret);

/** H(username ":" realm), what stands in the username parameter with userhash=true (RFC 7616 section 3.4.4). */
CF_MUST_USE enum cf_err cf_digest_userhash(const struct cf_hash *hash, enum cf_digest_algorithm algorithm, struct cf_str username,
                                           struct cf_str realm, struct cf_digest_hex *ret);

/** The response parameter of credentials for @p digest under @p secret (of the same algorithm; hexadecimal of any case). */
CF_MUST_USE enum cf_err cf_digest_response(const struct cf_hash *hash, const struct cf_digest *digest, struct cf_str secret,
                                           struct cf_digest_hex *ret);

/**
 * The rspauth parameter with which a server proves that it knows the secret (RFC 7616 section 3.5): as the response, but without
 * a method and, with auth-int, over the body of the server's response.
 */
CF_MUST_USE enum cf_err cf_digest_rspauth(const struct cf_hash *hash, const struct cf_digest *digest, struct cf_str secret,
                                          struct cf_digest_hex *ret);

#endif
