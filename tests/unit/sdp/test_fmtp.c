/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Codec parameters. */
#include "core/sdp/fmtp.h"

#include "lib/test.h"

static union cf_codec_params parsed(enum cf_codec codec, const char *text) {
    union cf_codec_params p;
    cf_fmtp_parse(codec, cf_str_of(text), &p);
    return p;
}

static void assert_printed(enum cf_codec codec, const char *text, const char *expected) {
    char out[256];
    struct cf_writer w;
    union cf_codec_params p = parsed(codec, text);
    cf_writer_init(&w, out, sizeof out);
    cf_put_fmtp(&w, 96, codec, &p);
    assert_str(cf_writer_str(&w), cf_str_of(expected));
}

static void reads_opus(void **state) {
    (void)state;
    union cf_codec_params p =
        parsed(CF_CODEC_OPUS, " minptime=10 ; useinbandfec=1;STEREO=1;usedtx=0;maxplaybackrate=16000;x;y=1");
    assert_int_equal(p.opus.min_ptime_msec, 10);
    assert_true(p.opus.has_inband_fec);
    assert_true(p.opus.is_stereo);
    assert_false(p.opus.has_dtx);
    assert_int_equal(p.opus.max_playback_hz, 16000);
    p = parsed(CF_CODEC_OPUS, "useinbandfec=yes;maxaveragebitrate=99999999;minptime=999");
    assert_false(p.opus.has_inband_fec);
    assert_int_equal(p.opus.max_average_bps, 0);
    assert_int_equal(p.opus.min_ptime_msec, 0);
}

static void reads_h264(void **state) {
    (void)state;
    union cf_codec_params p = parsed(CF_CODEC_H264, "profile-level-id=42801F");
    assert_int_equal(p.h264.profile_idc, 0x42);
    assert_int_equal(p.h264.profile_iop, 0x80);
    assert_int_equal(p.h264.level_idc, 0x1F);
    assert_int_equal(p.h264.packetization_mode, 0);
    p = parsed(CF_CODEC_H264, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f;max-br=2000");
    assert_true(p.h264.has_level_asymmetry);
    assert_int_equal(p.h264.packetization_mode, 1);
    assert_int_equal(p.h264.max_br, 2000);
    /* Nothing, or nonsense, is baseline level 1 in mode 0. */
    p = parsed(CF_CODEC_H264, "profile-level-id=42801;packetization-mode=3");
    assert_int_equal(p.h264.level_idc, 10);
    assert_int_equal(p.h264.packetization_mode, 0);
}

static void reads_telephone_events(void **state) {
    (void)state;
    assert_int_equal(parsed(CF_CODEC_TELEPHONE_EVENT, NULL).event.events, 0xFFFF);
    assert_int_equal(parsed(CF_CODEC_TELEPHONE_EVENT, "0-15,16").event.events, 0x1FFFF);
    assert_int_equal(parsed(CF_CODEC_TELEPHONE_EVENT, "1, 3-4,32-35,66,9-7,x").event.events, 0x1A);
    assert_int_equal(parsed(CF_CODEC_TELEPHONE_EVENT, "0-255").event.events, UINT32_MAX);
}

static void reads_what_tells_formats_apart(void **state) {
    (void)state;
    assert_int_equal(parsed(CF_CODEC_VP9, "profile-id=2").profile.profile, 2);
    assert_int_equal(parsed(CF_CODEC_AV1, "profile=1;level-idx=8;tier=1").profile.level, 8);
    assert_int_equal(parsed(CF_CODEC_H265, NULL).profile.profile, 1);
    assert_int_equal(parsed(CF_CODEC_RTX, "apt=97;rtx-time=500").rtx.apt, 97);
    assert_int_equal(parsed(CF_CODEC_RTX, "apt=128").rtx.apt, CF_PAYLOAD_NONE);
    assert_int_equal(parsed(CF_CODEC_RED, "111/111").red.type, 111);
    assert_int_equal(parsed(CF_CODEC_RED, "111/111").red.count, 2);
    assert_int_equal(parsed(CF_CODEC_RED, " 5 / 5/5").red.count, 3);
    assert_int_equal(parsed(CF_CODEC_RED, NULL).red.type, CF_PAYLOAD_NONE);
    static const char *const others[] = {"111/110", "111/", "128/128", "111/x", ""};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_int_equal(parsed(CF_CODEC_RED, others[i]).red.type, CF_PAYLOAD_NONE);
        assert_int_equal(parsed(CF_CODEC_RED, others[i]).red.count, 0);
    }
    assert_int_equal(parsed(CF_CODEC_VP8, "max-fr=30;max-fs=3600").vp8.max_fs, 3600);
}

static void writes_what_is_not_default(void **state) {
    (void)state;
    assert_printed(CF_CODEC_OPUS, "", "");
    assert_printed(CF_CODEC_OPUS, "useinbandfec=1;minptime=10", "a=fmtp:96 minptime=10;useinbandfec=1\r\n");
    assert_printed(CF_CODEC_H264, "profile-level-id=42E01F;packetization-mode=1",
                   "a=fmtp:96 profile-level-id=42e01f;packetization-mode=1\r\n");
    assert_printed(CF_CODEC_TELEPHONE_EVENT, NULL, "a=fmtp:96 0-15\r\n");
    assert_printed(CF_CODEC_TELEPHONE_EVENT, "0-16,20", "a=fmtp:96 0-16,20\r\n");
    assert_printed(CF_CODEC_TELEPHONE_EVENT, "31", "a=fmtp:96 31\r\n");
    assert_printed(CF_CODEC_VP8, "max-fr=30;max-fs=3600", "a=fmtp:96 max-fr=30;max-fs=3600\r\n");
    assert_printed(CF_CODEC_VP9, "profile-id=0", "");
    assert_printed(CF_CODEC_AV1, "profile=1;level-idx=5", "a=fmtp:96 profile=1;level-idx=5\r\n");
    assert_printed(CF_CODEC_H265, "profile-id=2;tier-flag=1", "a=fmtp:96 profile-id=2;tier-flag=1\r\n");
    assert_printed(CF_CODEC_RTX, "apt=96", "a=fmtp:96 apt=96\r\n");
    assert_printed(CF_CODEC_PCMU, "x=1", "");
}

static bool is_same(enum cf_codec codec, const char *a, const char *b) {
    union cf_codec_params x = parsed(codec, a);
    union cf_codec_params y = parsed(codec, b);
    return cf_fmtp_is_same_format(codec, &x, &y);
}

static void tells_formats_apart(void **state) {
    (void)state;
    assert_true(is_same(CF_CODEC_H264, "profile-level-id=42E01F", "profile-level-id=42C00A"));
    assert_true(is_same(CF_CODEC_H264, "profile-level-id=42E01F", "profile-level-id=4D801F"));
    assert_true(is_same(CF_CODEC_H264, "profile-level-id=42801F", "profile-level-id=42E01F"));
    assert_false(is_same(CF_CODEC_H264, "profile-level-id=42801F", "profile-level-id=64001F"));
    assert_false(is_same(CF_CODEC_H264, "profile-level-id=42801F", "profile-level-id=42801F;packetization-mode=1"));
    assert_false(is_same(CF_CODEC_H264, "profile-level-id=FF001F", "profile-level-id=FF001F"));
    assert_false(is_same(CF_CODEC_VP9, "profile-id=2", ""));
    assert_true(is_same(CF_CODEC_OPUS, "useinbandfec=1", ""));
}

CF_TEST_MAIN(cmocka_unit_test(reads_opus), cmocka_unit_test(reads_h264), cmocka_unit_test(reads_telephone_events),
             cmocka_unit_test(reads_what_tells_formats_apart), cmocka_unit_test(writes_what_is_not_default),
             cmocka_unit_test(tells_formats_apart))
