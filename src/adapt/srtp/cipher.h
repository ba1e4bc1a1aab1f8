/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Inside of adapt/srtp: what a library of ciphers has to do for us. Keys are expanded once; a packet is one operation; operations
 * of one kind come in bursts, because hashing several packets side by side is what makes AES-CM with HMAC-SHA1 fast.
 */
#ifndef CF_ADAPT_SRTP_CIPHER_H
#define CF_ADAPT_SRTP_CIPHER_H

#include "base/err.h"
#include "base/mem.h"
#include "core/rtp/srtp_suite.h"

/** Most operations in one call. Hashing gains nothing beyond 8; more would only delay the first packet. */
#define CF_SRTP_BURST_MAX 16U

/** Session authentication key of the HMAC suites, octets, and its whole output. */
#define CF_SRTP_AUTH_KEY_LEN 20U
#define CF_SRTP_DIGEST_LEN 20U

/** Alignment of expanded keys. */
#define CF_SRTP_KEY_ALIGN 64U

/** Most octets of an expanded key. */
#define CF_SRTP_KEY_SIZE_MAX 1024U

/** Kinds of operation; those of one burst are of one kind. */
enum cf_cipher_kind {
    CF_CIPHER_CM_128, /**< AES-CTR, then HMAC-SHA1 */
    CF_CIPHER_CM_192,
    CF_CIPHER_CM_256,
    CF_CIPHER_GCM_128,
    CF_CIPHER_GCM_256,
    CF_CIPHER_KIND_COUNT, /**< number of kinds, not a kind */
};

/** Session keys of one direction for RTP or RTCP. */
struct cf_cipher_keys {
    enum cf_cipher_kind kind;
    const uint8_t *key;  /**< 16, 24 or 32 octets, by kind */
    const uint8_t *auth; /**< CF_SRTP_AUTH_KEY_LEN octets; the HMAC kinds only */
};

/** An expanded key; what is in it is the library's. Aligned to CF_SRTP_KEY_ALIGN. */
struct cf_cipher_key;

/**
 * One packet. Sealing: encrypt .src to .dst, then make the tag. Opening: check the tag, then decrypt; .dst is undefined if it is
 * wrong. .src and .dst are the same or apart.
 *   CM:  tag over .aad of .aad_len octets, which holds .dst (sealing) or .src (opening) and whatever goes before and after it;
 *        .tag_len octets at .tag are written or compared.
 *   GCM: tag of 16 octets over .aad and the ciphertext.
 */
struct cf_cipher_op {
    const struct cf_cipher_key *key;
    const uint8_t *src;
    uint8_t *dst;
    size_t len;
    const uint8_t *aad;
    size_t aad_len;
    uint8_t *tag;
    uint8_t tag_len;
    bool is_good;   /**< out: sealed, or opened with the right tag */
    uint8_t iv[16]; /**< CM: the first counter block; GCM: the first 12 octets */
};

/** A library. */
struct cf_cipher_library {
    struct cf_str name;
    size_t key_size; /**< octets of an expanded key, a multiple of CF_SRTP_KEY_ALIGN, at most CF_SRTP_KEY_SIZE_MAX */
    /** State for one thread. NULL: does not work on this machine, or no memory. */
    void *(*open)(void);
    void (*close)(void *state);
    /** Expand. False: no memory. */
    bool (*key_init)(void *state, struct cf_cipher_key *key, const struct cf_cipher_keys *keys);
    /** Free what @p key holds; its octets are wiped by the caller. */
    void (*key_fini)(void *state, struct cf_cipher_key *key);
    /** Do @p count (1..CF_SRTP_BURST_MAX) operations of @p kind. */
    void (*seal)(void *state, enum cf_cipher_kind kind, struct cf_cipher_op *ops, size_t count);
    void (*open_packets)(void *state, enum cf_cipher_kind kind, struct cf_cipher_op *ops, size_t count);
};

/** OpenSSL: always there. */
extern const struct cf_cipher_library cf_cipher_openssl;

/** ipsec-mb, or NULL if it was not built in. */
const struct cf_cipher_library *cf_cipher_ipsec_mb(void);

/** Octets of the session key of @p kind. */
size_t cf_cipher_key_len(enum cf_cipher_kind kind);

/** Is @p kind one with AES-GCM? */
static inline bool cf_cipher_is_gcm(enum cf_cipher_kind kind) {
    return kind >= CF_CIPHER_GCM_128;
}

/**
 * Key derivation of RFC 3711 section 4.3.3 and RFC 6188: @p len (at most 96) octets for @p label from the master key and the
 * master salt. CF_ERR_NO_MEMORY.
 */
CF_MUST_USE enum cf_err cf_srtp_derive(struct cf_span key, struct cf_span salt, uint8_t label, uint8_t *out, size_t len);

/** Overwrite @p size octets in a way that is not optimised out. */
void cf_srtp_wipe(void *memory, size_t size);

/**
 * Known answers and comparison with OpenSSL, of @p library in @p state. CF_ERR_UNSUPPORTED: something is wrong, the library must
 * not be used; CF_ERR_NO_MEMORY.
 */
CF_MUST_USE enum cf_err cf_cipher_self_test(const struct cf_mem *mem, const struct cf_cipher_library *library, void *state);

#endif
