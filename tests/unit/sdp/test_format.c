/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Payload types of an m-line. */
#include "core/sdp/format.h"

#include "lib/test.h"

static struct cf_sdp_line lines[64];
static struct cf_sdp_media media[2];
static const struct cf_sdp_room room = {lines, 64, media, 2};

static void read_formats(struct cf_str section, struct cf_sdp_formats *ret) {
    static char text[2048];
    struct cf_writer w;
    struct cf_sdp sdp;
    struct cf_parse_error error;
    cf_writer_init(&w, text, sizeof text);
    cf_put_lit(&w, "v=0\r\no=- 1 1 IN IP4 h\r\n");
    cf_put(&w, section);
    assert_ok(cf_sdp_parse(cf_writer_str(&w), &room, &sdp, &error));
    cf_sdp_formats_read(&sdp.media[0], ret);
}

static void joins_what_is_said_of_a_payload_type(void **state) {
    (void)state;
    struct cf_sdp_formats f;
    read_formats(
        CF_STR("m=audio 1 RTP/AVPF 96 97 0 8 18 101\r\na=rtpmap:96 opus/48000/2\r\na=fmtp:96 useinbandfec=1\r\n"
               "a=fmtp:96 second=1\r\na=rtpmap:97 speex/16000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n"
               "a=rtpmap:55 ghost/8000\r\na=rtcp-fb:96 nack\r\na=rtcp-fb:* ccm tmmbr\r\na=rtcp-fb:* trr-int 1000\r\n"
               "a=rtcp-fb:* trr-int 500\r\n"),
        &f);
    assert_int_equal(f.count, 6);
    assert_int_equal(f.at[0].codec, CF_CODEC_OPUS);
    assert_int_equal(f.at[0].clock_hz, 48000);
    assert_int_equal(f.at[0].channels, 2);
    assert_str(f.at[0].fmtp, CF_STR("useinbandfec=1"));
    assert_int_equal(f.at[0].feedback, CF_FEEDBACK_NACK | CF_FEEDBACK_CCM_TMMBR);
    assert_int_equal(f.at[1].codec, CF_CODEC_NONE);
    assert_int_equal(f.at[1].clock_hz, 16000);
    assert_int_equal(f.at[2].codec, CF_CODEC_PCMU);
    assert_int_equal(f.at[3].codec, CF_CODEC_PCMA);
    assert_int_equal(f.at[4].codec, CF_CODEC_NONE);
    assert_int_equal(f.at[4].clock_hz, 0);
    assert_int_equal(cf_sdp_format_of(&f, 101)->codec, CF_CODEC_TELEPHONE_EVENT);
    assert_int_equal(cf_sdp_format_of(&f, 101)->clock_hz, 8000);
    assert_int_equal(f.trr_int_msec, 500);
    assert_null(cf_sdp_format_of(&f, 55));
    assert_null(cf_sdp_format_of(&f, 200));
}

static void leaves_out_repeated_and_impossible_types(void **state) {
    (void)state;
    struct cf_sdp_formats f;
    read_formats(CF_STR("m=audio 1 RTP/AVP 0 0 128 x -1 0 127\r\na=rtpmap:0 PCMA/8000\r\na=rtpmap:127 opus/0\r\na=rtpmap:x\r\n"
                        "a=fmtp:128 x\r\na=fmtp\r\na=rtcp-fb:\r\n"),
                 &f);
    assert_int_equal(f.count, 2);
    /* A static type may be described anew: what is written counts. */
    assert_int_equal(f.at[0].codec, CF_CODEC_PCMA);
    assert_int_equal(f.at[1].codec, CF_CODEC_NONE);
}

static void takes_codecs_only_with_their_clock_and_channels(void **state) {
    (void)state;
    assert_int_equal(cf_codec_find(CF_STR("OPUS"), 48000, 2), CF_CODEC_OPUS);
    assert_int_equal(cf_codec_find(CF_STR("opus"), 48000, 1), CF_CODEC_NONE);
    assert_int_equal(cf_codec_find(CF_STR("opus"), 16000, 2), CF_CODEC_NONE);
    assert_int_equal(cf_codec_find(CF_STR("g722"), 8000, 0), CF_CODEC_G722);
    assert_int_equal(cf_codec_find(CF_STR("telephone-event"), 16000, 1), CF_CODEC_TELEPHONE_EVENT);
    assert_int_equal(cf_codec_find(CF_STR("telephone-event"), 0, 1), CF_CODEC_NONE);
    assert_int_equal(cf_codec_find(CF_STR("vp8"), 90000, 1), CF_CODEC_VP8);
    assert_int_equal(cf_codec_of_static_type(9), CF_CODEC_G722);
    assert_int_equal(cf_codec_of_static_type(CF_PAYLOAD_NONE), CF_CODEC_NONE);
}

static void reads_rtpmap(void **state) {
    (void)state;
    static const char *const bad[] = {"",         "96",          "96 opus", "96 opus/", "96 opus/x", "96 opus/1/x",
                                      "96 /8000", "x opus/8000", "300 a/1"};
    struct cf_sdp_rtpmap map;
    assert_true(cf_sdp_rtpmap_parse(CF_STR("96 L16/44100/6"), &map));
    assert_int_equal(map.channels, 6);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(cf_sdp_rtpmap_parse(cf_str_of(bad[i]), &map));
    }
}

static void reads_ptime(void **state) {
    (void)state;
    uint16_t msec = 0;
    assert_true(cf_sdp_ptime_parse(CF_STR("20"), &msec));
    assert_int_equal(msec, 20);
    assert_true(cf_sdp_ptime_parse(CF_STR("2.5"), &msec));
    assert_int_equal(msec, 2);
    assert_false(cf_sdp_ptime_parse(CF_STR(""), &msec));
    assert_false(cf_sdp_ptime_parse(CF_STR("20ms"), &msec));
    assert_false(cf_sdp_ptime_parse(CF_STR("65536"), &msec));
    assert_false(cf_sdp_ptime_parse(CF_STR("20."), &msec));
}

static void writes_rtpmap(void **state) {
    (void)state;
    char out[80];
    struct cf_writer w;
    cf_writer_init(&w, out, sizeof out);
    cf_put_sdp_rtpmap(&w, 96, CF_STR("opus"), 48000, 2);
    cf_put_sdp_rtpmap(&w, 0, CF_STR("PCMU"), 8000, 1);
    assert_str(cf_writer_str(&w), CF_STR("a=rtpmap:96 opus/48000/2\r\na=rtpmap:0 PCMU/8000\r\n"));
}

CF_TEST_MAIN(cmocka_unit_test(joins_what_is_said_of_a_payload_type), cmocka_unit_test(leaves_out_repeated_and_impossible_types),
             cmocka_unit_test(takes_codecs_only_with_their_clock_and_channels), cmocka_unit_test(reads_rtpmap),
             cmocka_unit_test(reads_ptime), cmocka_unit_test(writes_rtpmap))
