/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RTP header extension maps. */
#include "core/sdp/extmap.h"

#include "lib/test.h"

static void reads_maps(void **state) {
    (void)state;
    struct cf_sdp_extmap m;
    assert_true(cf_sdp_extmap_parse(CF_STR("2 urn:ietf:params:rtp-hdrext:ssrc-audio-level vad=off"), &m));
    assert_int_equal(m.id, 2);
    assert_int_equal(m.extension, CF_EXTENSION_SSRC_AUDIO_LEVEL);
    assert_int_equal(m.direction, CF_DIRECTION_SENDRECV);
    assert_str(m.attributes, CF_STR("vad=off"));
    assert_true(cf_sdp_extmap_parse(CF_STR("255/recvonly http://example.com/x"), &m));
    assert_int_equal(m.extension, CF_EXTENSION_COUNT);
    assert_int_equal(m.direction, CF_DIRECTION_RECVONLY);
    assert_null(m.attributes.at);
    assert_true(cf_sdp_extmap_parse(CF_STR("4096 urn:x"), &m));
    assert_int_equal(m.id, 4096);
}

static void refuses_reserved_ids_and_broken_maps(void **state) {
    (void)state;
    static const char *const rows[] = {"",           "1",           "0 urn:x",      "15 urn:x", "256 urn:x", "4095 urn:x",
                                       "4352 urn:x", "65537 urn:x", "1/both urn:x", "1/ urn:x", "x urn:x"};
    struct cf_sdp_extmap m;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_false(cf_sdp_extmap_parse(cf_str_of(rows[i]), &m));
    }
}

static void has_an_id_of_its_own_for_each(void **state) {
    (void)state;
    uint32_t ids = 0;
    for (int i = 0; i < CF_EXTENSION_COUNT; i++) {
        uint8_t id = cf_extension_default_id((enum cf_extension)i);
        assert_in_range(id, 1, CF_EXTENSION_ONE_BYTE_MAX);
        assert_int_equal(ids & (1U << id), 0);
        ids |= 1U << id;
        assert_int_equal(cf_extension_find(cf_extension_uri((enum cf_extension)i)), i);
    }
}

static void writes_what_it_reads(void **state) {
    (void)state;
    static const char *const rows[] = {"1 urn:ietf:params:rtp-hdrext:sdes:mid", "2/sendonly urn:x a=b c"};
    for (size_t i = 0; i < 2; i++) {
        char out[128];
        struct cf_writer w;
        struct cf_sdp_extmap m;
        assert_true(cf_sdp_extmap_parse(cf_str_of(rows[i]), &m));
        cf_writer_init(&w, out, sizeof out);
        cf_put_sdp_extmap(&w, &m);
        assert_str(cf_str_trim(cf_str_skip(cf_writer_str(&w), 9)), cf_str_of(rows[i]));
    }
}

CF_TEST_MAIN(cmocka_unit_test(reads_maps), cmocka_unit_test(refuses_reserved_ids_and_broken_maps),
             cmocka_unit_test(has_an_id_of_its_own_for_each), cmocka_unit_test(writes_what_it_reads))
