/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * a=crypto (RFC 4568 section 9, suites of RFC 6188 and 7714): keys for SRTP in the description. Keys are read with or without
 * base64 padding and suites in both spellings in use. Pure, any thread. The result holds key material: wipe it.
 */
#ifndef CF_CORE_SDP_CRYPTO_H
#define CF_CORE_SDP_CRYPTO_H

#include "base/writer.h"
#include "core/rtp/srtp_suite.h"

/** Longest MKI that is taken, octets. */
#define CF_MKI_MAX 8

/** A SRTP master key and what belongs to it (RFC 4568 section 6.1). */
struct cf_sdes_key {
    uint8_t key[CF_SRTP_KEY_MAX];   /**< as long as the suite wants, then zeros */
    uint8_t salt[CF_SRTP_SALT_MAX]; /**< as long as the suite wants, then zeros */
    uint8_t mki[CF_MKI_MAX];        /**< the first .mki_len octets, network order */
    uint8_t mki_len;                /**< 0: packets carry no MKI */
    uint8_t lifetime_log2;          /**< packets the key may protect, a power of two rounded down; 0: the suite's maximum */
};

/** An a=crypto. */
struct cf_sdp_crypto {
    uint32_t tag;
    struct cf_str suite_name; /**< as written, for the answer; view */
    enum cf_srtp_suite suite; /**< CF_SRTP_NONE: not one of ours, then nothing below counts */
    bool is_usable;           /**< one key of the right length and no session parameter that changes the protection */
    struct cf_sdes_key key;   /**< if .is_usable */
};

/** Largest tag: nine digits (RFC 4568 section 9.1). */
#define CF_SDP_CRYPTO_TAG_MAX 999999999U

/** Parse the value of a=crypto. False if it does not follow the grammar. */
bool cf_sdp_crypto_parse(struct cf_str value, struct cf_sdp_crypto *ret);

/** Tag and suite alone, without a look at the key; otherwise the same. .is_usable is false. */
bool cf_sdp_crypto_peek(struct cf_str value, struct cf_sdp_crypto *ret);

/** The line with line end. The suite's name is .suite_name if present, else the registered one. */
void cf_put_sdp_crypto(struct cf_writer *w, const struct cf_sdp_crypto *crypto);

/** The same key, salt and MKI? In constant time. */
bool cf_sdes_key_eq(const struct cf_sdes_key *a, const struct cf_sdes_key *b);

#endif
