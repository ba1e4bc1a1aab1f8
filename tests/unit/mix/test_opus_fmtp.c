/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RFC 7587 parameters. */
#include "core/mix/opus_fmtp.h"

#include "lib/test.h"

static void nothing_said_is_the_defaults(void **state) {
    (void)state;
    struct cf_opus_fmtp fmtp = cf_opus_fmtp_parse(CF_STR(""));
    assert_int_equal(fmtp.max_playback_rate_hz, 48000);
    assert_int_equal(fmtp.max_average_bps, 0);
    assert_false(fmtp.in_band_fec || fmtp.dtx || fmtp.stereo || fmtp.cbr);
    fmtp = cf_opus_fmtp_parse(CF_STR_NONE);
    assert_int_equal(fmtp.max_playback_rate_hz, 48000);
}

static void all_parameters_are_read_in_any_spelling(void **state) {
    (void)state;
    struct cf_opus_fmtp fmtp =
        cf_opus_fmtp_parse(CF_STR("MaxPlaybackRate=16000; sprop-maxcapturerate=16000;maxaveragebitrate=20000 ;stereo=1; "
                                  "useInbandFEC = 1;usedtx=1;cbr=1;minptime=10"));
    assert_int_equal(fmtp.max_playback_rate_hz, 16000);
    assert_int_equal(fmtp.max_average_bps, 20000);
    assert_int_equal(fmtp.min_ptime_msec, 10);
    assert_true(fmtp.in_band_fec && fmtp.dtx && fmtp.stereo && fmtp.cbr);
}

static void nonsense_is_ignored(void **state) {
    (void)state;
    struct cf_opus_fmtp fmtp = cf_opus_fmtp_parse(CF_STR(";;=;maxplaybackrate;maxplaybackrate=7999;maxplaybackrate="
                                                         "99999999999999999999;maxaveragebitrate=-1;usedtx=2;useinbandfec="));
    assert_int_equal(fmtp.max_playback_rate_hz, 48000);
    assert_int_equal(fmtp.max_average_bps, 0);
    assert_false(fmtp.in_band_fec || fmtp.dtx);
}

static struct cf_str print(const struct cf_opus_fmtp *fmtp, char *buffer, size_t size) {
    struct cf_writer w;
    cf_writer_init(&w, buffer, size);
    cf_put_opus_fmtp(&w, fmtp);
    assert_true(cf_writer_ok(&w));
    return cf_writer_str(&w);
}

static void what_is_printed_is_what_is_read(void **state) {
    (void)state;
    char buffer[200];
    struct cf_opus_fmtp fmtp = cf_opus_fmtp_default();
    assert_str(print(&fmtp, buffer, sizeof buffer), CF_STR(""));
    fmtp.in_band_fec = true;
    assert_str(print(&fmtp, buffer, sizeof buffer), CF_STR("useinbandfec=1"));
    for (unsigned bits = 0; bits < 128; bits++) {
        fmtp = (struct cf_opus_fmtp){.max_playback_rate_hz = bits & 1U ? 8000 : 48000,
                                     .max_average_bps = bits & 2U ? 510000 : 0,
                                     .min_ptime_msec = bits & 4U ? 40 : 0,
                                     .stereo = (bits & 8U) != 0,
                                     .cbr = (bits & 16U) != 0,
                                     .in_band_fec = (bits & 32U) != 0,
                                     .dtx = (bits & 64U) != 0};
        struct cf_opus_fmtp again = cf_opus_fmtp_parse(print(&fmtp, buffer, sizeof buffer));
        assert_int_equal(again.max_playback_rate_hz, fmtp.max_playback_rate_hz);
        assert_int_equal(again.max_average_bps, fmtp.max_average_bps);
        assert_int_equal(again.min_ptime_msec, fmtp.min_ptime_msec);
        assert_int_equal(again.stereo, fmtp.stereo);
        assert_int_equal(again.cbr, fmtp.cbr);
        assert_int_equal(again.in_band_fec, fmtp.in_band_fec);
        assert_int_equal(again.dtx, fmtp.dtx);
    }
}

static void packet_times_are_rounded_to_what_the_mixer_makes(void **state) {
    (void)state;
    static const struct {
        uint16_t ptime;
        uint16_t least;
        uint16_t expected;
    } cases[] = {{0, 0, 20},  {10, 0, 10}, {3, 0, 10},   {20, 10, 20}, {30, 0, 20},
                 {40, 0, 40}, {60, 0, 60}, {120, 0, 60}, {10, 40, 40}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cf_opus_fmtp fmtp = cf_opus_fmtp_default();
        fmtp.min_ptime_msec = cases[i].least;
        assert_int_equal(cf_opus_fmtp_params(&fmtp, cases[i].ptime).ptime_msec, cases[i].expected);
    }
    struct cf_opus_fmtp fmtp = cf_opus_fmtp_parse(CF_STR("useinbandfec=1;maxaveragebitrate=16000;maxplaybackrate=8000"));
    struct cf_audio_params params = cf_opus_fmtp_params(&fmtp, 20);
    assert_true(params.fec);
    assert_false(params.dtx);
    assert_int_equal(params.bitrate_bps, 16000);
    assert_int_equal(params.playback_rate_hz, 8000);
}

CF_TEST_MAIN(cmocka_unit_test(nothing_said_is_the_defaults), cmocka_unit_test(all_parameters_are_read_in_any_spelling),
             cmocka_unit_test(nonsense_is_ignored), cmocka_unit_test(what_is_printed_is_what_is_read),
             cmocka_unit_test(packet_times_are_rounded_to_what_the_mixer_makes))
