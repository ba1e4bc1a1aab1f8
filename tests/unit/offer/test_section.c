/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sections of a description, typed. */
#include "core/offer/section.h"

#include "lib/test.h"

#define KEY "inline:ERITFBUWFxgZGhscHR4fICEiIyQlJicoKSorLC0u"
#define HEAD "v=0\no=- 1 1 IN IP4 h\n"

static struct cf_sdp_line lines[128];
static struct cf_sdp_media media[4];
static struct cf_sdp sdp;
static struct cf_session_part session;
static struct cf_section section;

static const struct cf_attributes *read_text(struct cf_str text, size_t index) {
    static const struct cf_sdp_room room = {lines, 128, media, 4};
    struct cf_parse_error error;
    assert_ok(cf_sdp_parse(text, &room, &sdp, &error));
    cf_session_part_read(&sdp, &session);
    cf_section_read(&session, index, &section);
    return &section.attributes;
}

static void sections_inherit_what_a_session_may_say(void **state) {
    (void)state;
    const struct cf_attributes *a = read_text(
        CF_STR(HEAD
               "c=IN IP4 192.0.2.1\nb=AS:100\na=sendonly\na=mid:x\na=label:y\na=ssrc:1\na=crypto:1 AES_CM_128_HMAC_SHA1_80 " KEY
               "\na=setup:passive\na=fingerprint:sha-1 AA\na=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid\n"
               "a=ice-ufrag:abcd\na=candidate:x\na=ptime:30\nm=audio 5000 RTP/AVP 0\n"),
        0);
    assert_int_equal(a->direction, CF_DIRECTION_SENDONLY);
    assert_int_equal(a->setup, CF_SETUP_PASSIVE);
    assert_int_equal(a->fingerprint_count, 1);
    assert_int_equal(a->extmaps[CF_EXTENSION_MID].id, 3);
    assert_str(a->ice.ufrag, CF_STR("abcd"));
    assert_int_equal(a->ptime_msec, 30);
    assert_null(a->mid.at);
    assert_null(a->label.at);
    assert_int_equal(a->ssrc_count, 0);
    assert_int_equal(a->crypto_count, 0);
    assert_false(a->ice.has_candidate);
    assert_int_equal(section.bandwidth_bps, 100000);
}

static void sections_override_the_session(void **state) {
    (void)state;
    const struct cf_attributes *a =
        read_text(CF_STR(HEAD "b=AS:100\na=inactive\na=setup:passive\nm=audio 5000 RTP/AVP 0\nb=AS:50\n"
                              "a=sendrecv\na=setup:active\n"),
                  0);
    assert_int_equal(a->direction, CF_DIRECTION_SENDRECV);
    assert_int_equal(a->setup, CF_SETUP_ACTIVE);
    assert_int_equal(section.bandwidth_bps, 50000);
}

static void rtcp_goes_to_the_next_port_or_where_it_is_said(void **state) {
    (void)state;
    (void)read_text(CF_STR(HEAD "c=IN IP4 192.0.2.1\nm=audio 5000 RTP/AVP 0\n"), 0);
    assert_int_equal(section.rtcp.port, 5001);
    (void)read_text(CF_STR(HEAD "c=IN IP4 192.0.2.1\nm=audio 65535 RTP/AVP 0\n"), 0);
    assert_int_equal(section.rtcp.port, 0);
    (void)read_text(CF_STR(HEAD "c=IN IP4 192.0.2.1\nm=audio 5000 RTP/AVP 0\na=rtcp:7 IN IP4 192.0.2.9\n"), 0);
    assert_int_equal(section.rtcp.port, 7);
    assert_int_equal(section.rtcp.ip[3], 9);
    (void)read_text(CF_STR(HEAD "c=IN IP4 0.0.0.0\nm=audio 5000 RTP/AVP 0\nm=audio 1 RTP/AVP 0\nc=IN IP4 host\n"), 0);
    assert_true(section.is_zero);
    cf_section_read(&session, 1, &section);
    assert_true(section.is_name);
    assert_false(section.is_zero);
    (void)read_text(CF_STR(HEAD "m=video 0 RTP/AVP 0\nc=IN IP4 0.0.0.0\na=bundle-only\n"), 0);
    assert_false(section.is_zero); /* as Firefox writes what is not held */
}

static void keys_are_found_by_tag(void **state) {
    (void)state;
    struct cf_sdp_crypto c;
    (void)read_text(CF_STR(HEAD "m=audio 5000 RTP/SAVP 0\na=crypto:1 F8_128_HMAC_SHA1_80 " KEY "\na=crypto:x\na=crypto\n"
                                "a=crypto:2 AES_CM_128_HMAC_SHA1_80 " KEY "\na=crypto:2 AES_CM_128_HMAC_SHA1_32 " KEY "\n"),
                    0);
    assert_false(cf_section_crypto(&section, 1, &c));
    assert_true(cf_section_crypto(&section, 2, &c));
    assert_int_equal(c.suite, CF_SRTP_AES_CM_128_HMAC_SHA1_80);
    assert_false(cf_section_crypto(&section, 3, &c));
    /* The same tag again does not count. */
    assert_int_equal(section.attributes.crypto_count, 4);
    assert_false(cf_section_crypto_at(&section, 3, &c));
}

static void more_than_the_limit_is_left_out(void **state) {
    (void)state;
    char text[4096];
    struct cf_writer w;
    cf_writer_init(&w, text, sizeof text);
    cf_put_lit(&w, HEAD "m=audio 5000 RTP/SAVP 0\n");
    for (size_t i = 0; i < 20; i++) {
        cf_put_lit(&w, "a=ssrc:");
        cf_put_dec(&w, i / 2);
        cf_put_lit(&w, " x:y\na=crypto:");
        cf_put_dec(&w, i);
        cf_put_lit(&w, " AES_CM_128_HMAC_SHA1_80 " KEY "\n");
    }
    const struct cf_attributes *a = read_text(cf_writer_str(&w), 0);
    assert_int_equal(a->ssrc_count, CF_MEDIA_SSRCS_MAX);
    assert_int_equal(a->ssrcs[7], 7);
    assert_int_equal(a->crypto_count, CF_SECTION_CRYPTOS_MAX);
}

static void what_is_given_back_is_made_of_tokens(void **state) {
    (void)state;
    const struct cf_attributes *a =
        read_text(CF_STR(HEAD "m=audio 5000 RTP/AVP 0\na=mid:a b\na=label:a\rb\na=content:main,sli des\n"), 0);
    assert_null(a->mid.at);
    assert_null(a->label.at);
    assert_null(a->content.at);
    a = read_text(CF_STR(HEAD "m=audio 5000 RTP/AVP 0\na=content:slides,main\n"), 0);
    assert_str(a->content, CF_STR("slides,main"));
}

static void profiles_have_names(void **state) {
    (void)state;
    for (int i = CF_PROFILE_AVP; i <= CF_PROFILE_DTLS_SAVPF; i++) {
        assert_int_equal(cf_profile_of(cf_profile_name((enum cf_profile)i)), i);
    }
    assert_int_equal(cf_profile_of(CF_STR("rtp/savpf")), CF_PROFILE_SAVPF);
    assert_int_equal(cf_profile_of(CF_STR("RTP/SAVPFX")), CF_PROFILE_OTHER);
    assert_int_equal(cf_profile_of(CF_STR("")), CF_PROFILE_OTHER);
}

CF_TEST_MAIN(cmocka_unit_test(sections_inherit_what_a_session_may_say), cmocka_unit_test(sections_override_the_session),
             cmocka_unit_test(rtcp_goes_to_the_next_port_or_where_it_is_said), cmocka_unit_test(keys_are_found_by_tag),
             cmocka_unit_test(more_than_the_limit_is_left_out), cmocka_unit_test(what_is_given_back_is_made_of_tokens),
             cmocka_unit_test(profiles_have_names))
