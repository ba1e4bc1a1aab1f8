/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of SRTP suites. */
#include "core/rtp/srtp_suite.h"

#include "lib/test.h"

static void finds_every_suite_by_both_spellings(void **state) {
    (void)state;
    for (int i = 1; i < CF_SRTP_SUITE_COUNT; i++) {
        assert_int_equal(cf_srtp_suite_of_name(cf_srtp_suites[i].name), i);
        assert_int_equal(cf_srtp_suite_of_name(cf_srtp_suites[i].alias), i);
    }
    assert_int_equal(cf_srtp_suite_of_name(CF_STR("aes_cm_128_hmac_sha1_80")), CF_SRTP_AES_CM_128_HMAC_SHA1_80);
    assert_int_equal(cf_srtp_suite_of_name(CF_STR("AES_CM_256_HMAC_SHA1_80")), CF_SRTP_AES_256_CM_HMAC_SHA1_80);
    assert_int_equal(cf_srtp_suite_of_name(CF_STR("F8_128_HMAC_SHA1_80")), CF_SRTP_NONE);
    assert_int_equal(cf_srtp_suite_of_name(CF_STR("")), CF_SRTP_NONE);
}

static void finds_suites_by_dtls_profile(void **state) {
    (void)state;
    assert_int_equal(cf_srtp_suite_of_dtls(1), CF_SRTP_AES_CM_128_HMAC_SHA1_80);
    assert_int_equal(cf_srtp_suite_of_dtls(2), CF_SRTP_AES_CM_128_HMAC_SHA1_32);
    assert_int_equal(cf_srtp_suite_of_dtls(7), CF_SRTP_AEAD_AES_128_GCM);
    assert_int_equal(cf_srtp_suite_of_dtls(8), CF_SRTP_AEAD_AES_256_GCM);
    assert_int_equal(cf_srtp_suite_of_dtls(0), CF_SRTP_NONE);
    assert_int_equal(cf_srtp_suite_of_dtls(5), CF_SRTP_NONE);
}

static void stays_within_its_stated_maxima(void **state) {
    (void)state;
    for (int i = 1; i < CF_SRTP_SUITE_COUNT; i++) {
        const struct cf_srtp_suite_info *info = &cf_srtp_suites[i];
        assert_true(info->key_len >= 16 && info->key_len <= CF_SRTP_KEY_MAX);
        assert_true(info->salt_len <= CF_SRTP_SALT_MAX);
        assert_true(info->rtp_tag_len >= 4 && info->rtp_tag_len <= CF_SRTP_OVERHEAD_MAX);
        assert_true(info->rtcp_tag_len + 4U <= CF_SRTCP_OVERHEAD_MAX);
        assert_int_equal(info->salt_len, info->is_aead ? 12 : 14);
    }
}

CF_TEST_MAIN(cmocka_unit_test(finds_every_suite_by_both_spellings), cmocka_unit_test(finds_suites_by_dtls_profile),
             cmocka_unit_test(stays_within_its_stated_maxima))
