/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What we offer and accept. */
#include "core/offer/policy.h"

#include "lib/test.h"

static void the_default_is_what_the_server_does(void **state) {
    (void)state;
    struct cf_policy p;
    cf_policy_default(&p);
    assert_int_equal(p.audio.count, 4);
    assert_int_equal(p.audio.list[0].codec, CF_CODEC_OPUS);
    assert_true(p.audio.list[0].params.opus.has_inband_fec);
    assert_int_equal(p.video.count, 3);
    assert_int_equal(p.video.list[1].params.h264.packetization_mode, 1);
    assert_int_equal(p.video.list[2].params.h264.packetization_mode, 0);
    assert_int_equal(p.suites[0], CF_SRTP_AEAD_AES_128_GCM);
    assert_int_equal(p.suite_count, 6);
    assert_false(p.allows_sdes_on_insecure_signalling);
    assert_false(p.allows_mki);
    assert_true(p.allows_bundle);
}

static void codecs_are_named_in_any_case(void **state) {
    (void)state;
    struct cf_policy_codecs c;
    assert_ok(cf_policy_codecs_parse(CF_STR(" pcma OPUS  g722"), CF_MEDIA_AUDIO, &c));
    assert_int_equal(c.count, 3);
    assert_int_equal(c.list[2].codec, CF_CODEC_G722);
    assert_ok(cf_policy_codecs_parse(CF_STR(""), CF_MEDIA_VIDEO, &c));
    assert_int_equal(c.count, 0);
}

/* Who must have AES-256 gets neither less nor nothing. */
static void aes256_is_demanded_or_not(void **state) {
    (void)state;
    struct cf_policy p;
    cf_policy_default(&p);
    assert_true(p.allows_plain);
    cf_policy_demand_aes256(&p);
    assert_false(p.allows_plain);
    assert_true(p.demands_aes256);
    assert_int_equal(p.suite_count, 3);
    for (size_t i = 0; i < p.suite_count; i++) {
        assert_true(cf_srtp_is_aes256(p.suites[i]));
    }
}

static void wrong_names_are_the_operators_mistake(void **state) {
    (void)state;
    struct cf_policy_codecs c = {.count = 9};
    struct cf_policy p = {.suite_count = 9};
    assert_int_equal(cf_policy_codecs_parse(CF_STR("opus vorbis"), CF_MEDIA_AUDIO, &c), CF_ERR_CONFIG);
    assert_int_equal(cf_policy_codecs_parse(CF_STR("VP8"), CF_MEDIA_AUDIO, &c), CF_ERR_CONFIG);
    assert_int_equal(cf_policy_codecs_parse(CF_STR("telephone-event"), CF_MEDIA_AUDIO, &c), CF_ERR_CONFIG);
    assert_int_equal(cf_policy_codecs_parse(CF_STR("H264 H264 H264 H264 H264 H264 H264"), CF_MEDIA_VIDEO, &c), CF_ERR_CONFIG);
    assert_int_equal(c.count, 9);
    assert_int_equal(cf_policy_set_suites(&p, CF_STR("AEAD_AES_128_GCM NULL")), CF_ERR_CONFIG);
    assert_int_equal(cf_policy_set_suites(&p, CF_STR("AES_CM_256_HMAC_SHA1_80 AES_256_CM_HMAC_SHA1_80")), CF_ERR_CONFIG);
    assert_int_equal(p.suite_count, 9);
    assert_ok(cf_policy_set_suites(&p, CF_STR("")));
    assert_int_equal(p.suite_count, 0);
}

CF_TEST_MAIN(cmocka_unit_test(the_default_is_what_the_server_does), cmocka_unit_test(codecs_are_named_in_any_case),
             cmocka_unit_test(aes256_is_demanded_or_not), cmocka_unit_test(wrong_names_are_the_operators_mistake))
