/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The SRTP suites. */
#include "core/rtp/srtp_suite.h"

/* A suite of AES-CM and HMAC-SHA1. The 32-bit suites shorten the tag of RTP only: RFC 4568 section 6.2.2. */
#define CM(name_, alias_, dtls, key, tag)                                                                                        \
    {                                                                                                                            \
        .name = CF_STR_INIT(name_), .alias = CF_STR_INIT(alias_), .dtls_profile = (dtls), .key_len = (key), .salt_len = 14,      \
        .rtp_tag_len = (tag), .rtcp_tag_len = 10                                                                                 \
    }

/* A suite of AES-GCM, RFC 7714. */
#define GCM(name_, alias_, dtls, key)                                                                                            \
    {                                                                                                                            \
        .name = CF_STR_INIT(name_), .alias = CF_STR_INIT(alias_), .dtls_profile = (dtls), .key_len = (key), .salt_len = 12,      \
        .rtp_tag_len = 16, .rtcp_tag_len = 16, .is_aead = true                                                                   \
    }

const struct cf_srtp_suite_info cf_srtp_suites[CF_SRTP_SUITE_COUNT] = {
    [CF_SRTP_NONE] = {.name = CF_STR_INIT(""), .alias = CF_STR_INIT("")},
    [CF_SRTP_AES_CM_128_HMAC_SHA1_80] = CM("AES_CM_128_HMAC_SHA1_80", "AES_128_CM_HMAC_SHA1_80", 0x0001, 16, 10),
    [CF_SRTP_AES_CM_128_HMAC_SHA1_32] = CM("AES_CM_128_HMAC_SHA1_32", "AES_128_CM_HMAC_SHA1_32", 0x0002, 16, 4),
    [CF_SRTP_AES_192_CM_HMAC_SHA1_80] = CM("AES_192_CM_HMAC_SHA1_80", "AES_CM_192_HMAC_SHA1_80", 0, 24, 10),
    [CF_SRTP_AES_192_CM_HMAC_SHA1_32] = CM("AES_192_CM_HMAC_SHA1_32", "AES_CM_192_HMAC_SHA1_32", 0, 24, 4),
    [CF_SRTP_AES_256_CM_HMAC_SHA1_80] = CM("AES_256_CM_HMAC_SHA1_80", "AES_CM_256_HMAC_SHA1_80", 0, 32, 10),
    [CF_SRTP_AES_256_CM_HMAC_SHA1_32] = CM("AES_256_CM_HMAC_SHA1_32", "AES_CM_256_HMAC_SHA1_32", 0, 32, 4),
    [CF_SRTP_AEAD_AES_128_GCM] = GCM("AEAD_AES_128_GCM", "AEAD_AES_128_GCM", 0x0007, 16),
    [CF_SRTP_AEAD_AES_256_GCM] = GCM("AEAD_AES_256_GCM", "AEAD_AES_256_GCM", 0x0008, 32),
};

bool cf_srtp_is_aes256(enum cf_srtp_suite suite) {
    return cf_srtp_suites[suite].key_len == 32;
}

enum cf_srtp_suite cf_srtp_suite_of_name(struct cf_str name) {
    for (int i = CF_SRTP_NONE + 1; i < CF_SRTP_SUITE_COUNT; i++) {
        if (cf_str_eq_nocase(name, cf_srtp_suites[i].name) || cf_str_eq_nocase(name, cf_srtp_suites[i].alias)) {
            return (enum cf_srtp_suite)i;
        }
    }
    return CF_SRTP_NONE;
}

enum cf_srtp_suite cf_srtp_suite_of_dtls(uint16_t profile) {
    for (int i = CF_SRTP_NONE + 1; i < CF_SRTP_SUITE_COUNT; i++) {
        if (profile != 0 && cf_srtp_suites[i].dtls_profile == profile) {
            return (enum cf_srtp_suite)i;
        }
    }
    return CF_SRTP_NONE;
}
