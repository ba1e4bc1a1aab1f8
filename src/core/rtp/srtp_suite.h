/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The SRTP suites we know, as data: names in SDES (RFC 4568, 6188, 7714), numbers in DTLS-SRTP (RFC 5764, 7714), lengths. No
 * cryptography here; that is behind crypto.h.
 */
#ifndef CF_CORE_RTP_SRTP_SUITE_H
#define CF_CORE_RTP_SRTP_SUITE_H

#include "base/str.h"

/** A suite; CF_SRTP_NONE is plain RTP. */
enum cf_srtp_suite {
    CF_SRTP_NONE,
    CF_SRTP_AES_CM_128_HMAC_SHA1_80,
    CF_SRTP_AES_CM_128_HMAC_SHA1_32,
    CF_SRTP_AES_192_CM_HMAC_SHA1_80,
    CF_SRTP_AES_192_CM_HMAC_SHA1_32,
    CF_SRTP_AES_256_CM_HMAC_SHA1_80,
    CF_SRTP_AES_256_CM_HMAC_SHA1_32,
    CF_SRTP_AEAD_AES_128_GCM,
    CF_SRTP_AEAD_AES_256_GCM,
    CF_SRTP_SUITE_COUNT, /**< number of suites, not a suite */
};

/** Longest master key and salt of any suite, octets. */
#define CF_SRTP_KEY_MAX 32U
#define CF_SRTP_SALT_MAX 14U

/** Most octets that protection adds to an RTP packet (tag) and to a compound RTCP packet (tag and index). */
#define CF_SRTP_OVERHEAD_MAX 16U
#define CF_SRTCP_OVERHEAD_MAX 20U

/** Facts of a suite. All lengths in octets. */
struct cf_srtp_suite_info {
    struct cf_str name;    /**< in SDES; empty for CF_SRTP_NONE */
    struct cf_str alias;   /**< the other spelling in use ("AES_CM_256_..."), the same as name if there is none */
    uint16_t dtls_profile; /**< protection profile of DTLS-SRTP; 0: none */
    uint8_t key_len;       /**< master key, and the session key of the cipher */
    uint8_t salt_len;      /**< master salt */
    uint8_t rtp_tag_len;
    uint8_t rtcp_tag_len; /**< without the four octets of index */
    bool is_aead;         /**< AES-GCM; else AES-CM with HMAC-SHA1 */
};

/** Facts of every suite, by enum cf_srtp_suite. */
extern const struct cf_srtp_suite_info cf_srtp_suites[CF_SRTP_SUITE_COUNT];

/** Is @p suite one of AES-256? */
bool cf_srtp_is_aes256(enum cf_srtp_suite suite);

/** The suite called @p name in either spelling (case matters not), CF_SRTP_NONE if unknown. */
enum cf_srtp_suite cf_srtp_suite_of_name(struct cf_str name);

/** The suite of a DTLS-SRTP protection profile, CF_SRTP_NONE if unknown. */
enum cf_srtp_suite cf_srtp_suite_of_dtls(uint16_t profile);

#endif
