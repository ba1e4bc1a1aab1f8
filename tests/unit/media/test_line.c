/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a line makes of an agreement. */
#include "core/media/line.h"

#include "lib/test.h"
#include "lib/test_codec.h"

static const struct cf_audio_codec *codecs[CF_CODEC_COUNT];
static struct cf_engine_transport transport;

static struct cf_media_line sound(void) {
    codecs[CF_CODEC_OPUS] = &test_codec;
    struct cf_media_line line = {.kind = CF_MEDIA_AUDIO,
                                 .is_active = true,
                                 .can_send = true,
                                 .can_receive = true,
                                 .remote_bandwidth_bps = CF_BANDWIDTH_NONE,
                                 .payload_count = 2};
    line.payloads[0] = (struct cf_payload){.codec = CF_CODEC_G722, .send_type = 9, .receive_type = 9, .clock_hz = 8000};
    line.payloads[1] = (struct cf_payload){.codec = CF_CODEC_OPUS, .send_type = 111, .receive_type = 96, .clock_hz = 48000};
    return line;
}

static struct cf_media_line picture(void) {
    struct cf_media_line line = {
        .kind = CF_MEDIA_VIDEO, .is_active = true, .can_send = true, .can_receive = true, .payload_count = 2};
    line.payloads[0] = (struct cf_payload){.codec = CF_CODEC_H264, .send_type = 98, .receive_type = 99, .clock_hz = 90000};
    line.payloads[0].remote.h264.packetization_mode = 1;
    line.payloads[1] = (struct cf_payload){.codec = CF_CODEC_VP8, .send_type = 97, .receive_type = 97, .clock_hz = 90000};
    return line;
}

static bool set(struct cf_engine_line *line, const struct cf_media_line *agreed) {
    return cf_engine_line_set(line, agreed, &transport, codecs, 0x12345678, 0);
}

static void sends_the_first_codec_that_it_can(void **state) {
    (void)state;
    struct cf_engine_line line;
    struct cf_media_line agreed = sound();
    cf_engine_line_init(&line, NULL, 0);
    assert_true(set(&line, &agreed));
    assert_int_equal(line.payload_type_out, 111);
    assert_int_equal(line.sender.clock_rate_hz, 48000);
    assert_int_equal(line.ssrc, 0x12345678);
    struct cf_mix_leg_config mix = cf_engine_line_mix_config(&line, &line, codecs, 5, false);
    assert_ptr_equal(mix.codec_out, &test_codec);
    assert_ptr_equal(mix.codec_in, &test_codec);
    assert_true(mix.sends && mix.receives && !mix.muted);
    agreed.payload_count = 1;
    assert_false(set(&line, &agreed));
    assert_int_equal(line.payload_type_out, CF_LINE_NO_TYPE);
    assert_null(cf_engine_line_mix_config(&line, &line, codecs, 5, false).codec_out);
}

static void an_unchanged_agreement_changes_nothing(void **state) {
    (void)state;
    struct cf_engine_line line;
    struct cf_media_line agreed = picture();
    cf_engine_line_init(&line, NULL, 1);
    assert_true(set(&line, &agreed));
    uint32_t ssrc = line.ssrc;
    assert_false(cf_engine_line_set(&line, &agreed, &transport, codecs, 99, 0));
    assert_int_equal(line.ssrc, ssrc);
    agreed.local_ssrc = 77;
    assert_true(set(&line, &agreed));
    assert_int_equal(line.ssrc, 77);
    agreed.payloads[1].send_type = 100;
    assert_true(set(&line, &agreed));
}

static void gives_each_format_its_type(void **state) {
    (void)state;
    struct cf_engine_line line;
    struct cf_media_line agreed = picture();
    cf_engine_line_init(&line, NULL, 1);
    (void)set(&line, &agreed);
    assert_int_equal(line.picture_types[CF_VIDEO_VP8], 97);
    assert_int_equal(line.picture_types[CF_VIDEO_H264_MODE_1], 98);
    assert_int_equal(line.picture_types[CF_VIDEO_H264_MODE_0], 98);
    assert_int_equal(cf_engine_line_formats_out(&line), CF_VIDEO_SET(CF_VIDEO_VP8) | CF_VIDEO_SET(CF_VIDEO_H264_MODE_1));
    /* What we said of mode binds what comes in. */
    assert_int_equal(cf_engine_line_format_in(&agreed.payloads[0]), CF_VIDEO_H264_MODE_0);
    assert_int_equal(cf_engine_line_payload_in(&line, 99)->codec, CF_CODEC_H264);
    assert_null(cf_engine_line_payload_in(&line, 98));
}

static void puts_the_mid_on_packets_where_agreed(void **state) {
    (void)state;
    struct cf_engine_line line;
    struct cf_media_line agreed = picture();
    agreed.mid = (struct cf_tag){.len = 2, .text = "vs"};
    agreed.extensions[CF_EXTENSION_MID] = (struct cf_media_extension){.id = 4, .can_send = true};
    cf_engine_line_init(&line, NULL, 1);
    (void)set(&line, &agreed);
    const uint8_t wanted[] = {0xbe, 0xde, 0, 1, 0x41, 'v', 's', 0};
    assert_int_equal(line.extension_len, sizeof wanted);
    assert_memory_equal(line.extension, wanted, sizeof wanted);
    agreed.extensions[CF_EXTENSION_MID].can_send = false;
    assert_true(set(&line, &agreed));
    assert_int_equal(line.extension_len, 0);
    /* The longest mid needs the two-byte form. */
    cf_engine_line_init(&line, NULL, 1);
    agreed.extensions[CF_EXTENSION_MID].can_send = true;
    agreed.mid.len = CF_TAG_MAX;
    memset(agreed.mid.text, 'x', CF_TAG_MAX);
    (void)set(&line, &agreed);
    assert_in_range(line.extension_len, CF_TAG_MAX + 6, CF_LINE_EXTENSION_MAX);
}

/* A tile of Linphone that shows a screen instead of a camera: it still listens to the mid that it began with. */
static void keeps_the_mid_that_it_began_with(void **state) {
    (void)state;
    static const uint8_t first[] = {0xbe, 0xde, 0, 1, 0x41, 'v', 's', 0};
    static const uint8_t second[] = {0xbe, 0xde, 0, 1, 0x41, 'x', 'y', 0};
    struct cf_engine_line line;
    struct cf_media_line agreed = picture();
    struct cf_media_line freed = {.kind = CF_MEDIA_VIDEO};
    agreed.mid = (struct cf_tag){.len = 2, .text = "vs"};
    agreed.extensions[CF_EXTENSION_MID] = (struct cf_media_extension){.id = 4, .can_send = true};
    cf_engine_line_init(&line, NULL, 1);
    (void)set(&line, &agreed);
    agreed.mid = (struct cf_tag){.len = 2, .text = "xy"};
    assert_false(set(&line, &agreed));
    assert_memory_equal(line.extension, first, sizeof first);
    (void)set(&line, &freed);
    assert_true(set(&line, &agreed));
    assert_memory_equal(line.extension, second, sizeof second);
}

static void takes_ptime_and_bandwidth_as_limits(void **state) {
    (void)state;
    static const struct {
        uint16_t ptime;
        uint16_t max;
        uint16_t wanted;
    } cases[] = {{0, 0, 20}, {30, 0, 20}, {60, 40, 40}, {10, 0, 10}, {5, 0, 10}, {200, 0, 60}, {0, 10, 10}, {20, 60, 20}};
    struct cf_engine_line line;
    cf_engine_line_init(&line, NULL, 0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cf_media_line agreed = sound();
        agreed.ptime_msec = cases[i].ptime;
        agreed.max_ptime_msec = cases[i].max;
        (void)set(&line, &agreed);
        assert_int_equal(cf_engine_line_mix_config(&line, &line, codecs, 0, false).params_out.ptime_msec, cases[i].wanted);
    }
    struct cf_media_line agreed = sound();
    agreed.payloads[1].remote.opus.max_average_bps = 24000;
    (void)set(&line, &agreed);
    assert_int_equal(cf_engine_line_mix_config(&line, &line, codecs, 0, false).params_out.bitrate_bps, 24000);
    agreed.remote_bandwidth_bps = 16000;
    (void)set(&line, &agreed);
    assert_int_equal(cf_engine_line_mix_config(&line, &line, codecs, 0, false).params_out.bitrate_bps, 16000);
}

static void a_held_phone_is_not_mixed(void **state) {
    (void)state;
    struct cf_engine_line line;
    struct cf_media_line agreed = sound();
    agreed.is_held = true;
    agreed.can_send = false;
    cf_engine_line_init(&line, NULL, 0);
    (void)set(&line, &agreed);
    struct cf_mix_leg_config mix = cf_engine_line_mix_config(&line, &line, codecs, 0, true);
    assert_true(!mix.sends && !mix.receives && mix.muted);
}

static void spends_no_more_than_its_budget(void **state) {
    (void)state;
    struct cf_engine_line line;
    cf_engine_line_init(&line, NULL, 0);
    size_t taken = 0;
    for (cf_usec now = CF_SEC(1); now < CF_SEC(3); now += 100) {
        taken += cf_engine_line_spend(&line, 1000, now);
    }
    assert_in_range(taken, 2999, 3001);
}

CF_TEST_MAIN(cmocka_unit_test(sends_the_first_codec_that_it_can), cmocka_unit_test(an_unchanged_agreement_changes_nothing),
             cmocka_unit_test(gives_each_format_its_type), cmocka_unit_test(puts_the_mid_on_packets_where_agreed),
             cmocka_unit_test(keeps_the_mid_that_it_began_with), cmocka_unit_test(takes_ptime_and_bandwidth_as_limits),
             cmocka_unit_test(a_held_phone_is_not_mixed), cmocka_unit_test(spends_no_more_than_its_budget))
