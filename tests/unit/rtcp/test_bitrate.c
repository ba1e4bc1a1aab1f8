/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TMMBR, TMMBN, REMB. */
#include "core/rtcp/feedback.h"

#include "lib/test.h"

static struct cf_rtcp_feedback parse(const struct cf_writer *w) {
    struct cf_rtcp_iter iter;
    struct cf_rtcp_packet packet;
    struct cf_rtcp_feedback feedback;
    assert_true(cf_writer_ok(w));
    assert_ok(cf_rtcp_check(cf_writer_span(w), true));
    cf_rtcp_iter_init(&iter, cf_writer_span(w));
    assert_true(cf_rtcp_next(&iter, &packet));
    assert_ok(cf_rtcp_parse_feedback(&packet, &feedback));
    return feedback;
}

static struct cf_tmmb through_tmmbr(struct cf_tmmb in) {
    uint8_t out[32];
    struct cf_writer w;
    struct cf_tmmb entry = {0};
    cf_writer_init(&w, out, sizeof out);
    cf_put_rtcp_tmmb(&w, CF_RTPFB_TMMBR, 1, &in, 1);
    struct cf_rtcp_feedback feedback = parse(&w);
    assert_int_equal(feedback.format, CF_RTPFB_TMMBR);
    assert_int_equal(feedback.media_ssrc, 0);
    assert_true(cf_tmmb_at(&feedback, 0, &entry));
    assert_false(cf_tmmb_at(&feedback, 1, &entry));
    return entry;
}

static void rounds_bitrates_down_by_less_than_a_mantissa_bit(void **state) {
    (void)state;
    for (uint64_t rate = 1; rate < UINT64_C(1) << 62; rate = rate * 3 + 1) {
        struct cf_tmmb entry = through_tmmbr((struct cf_tmmb){.ssrc = 7, .bitrate_bps = rate, .overhead = 40});
        assert_int_equal(entry.ssrc, 7);
        assert_int_equal(entry.overhead, 40);
        assert_true(entry.bitrate_bps <= rate);
        assert_true(rate - entry.bitrate_bps <= rate >> 16);
    }
    assert_true(through_tmmbr((struct cf_tmmb){.bitrate_bps = 0}).bitrate_bps == 0);
    assert_true(through_tmmbr((struct cf_tmmb){.bitrate_bps = 131071}).bitrate_bps == 131071);
    assert_true(through_tmmbr((struct cf_tmmb){.bitrate_bps = UINT64_MAX}).bitrate_bps > UINT64_C(1) << 63);
}

static void saturates_absurd_exponents(void **state) {
    (void)state;
    struct cf_tmmb entry;
    struct cf_remb remb;
    struct cf_rtcp_feedback tmmbr = {.fci = {(const uint8_t *)"\0\0\0\1\xff\xff\xff\xff", 8}};
    struct cf_rtcp_feedback afb = {.fci = {(const uint8_t *)"REMB\0\xff\xff\xff", 8}};
    assert_true(cf_tmmb_at(&tmmbr, 0, &entry));
    assert_true(entry.bitrate_bps == UINT64_MAX);
    assert_ok(cf_remb_parse(&afb, &remb));
    assert_true(remb.bitrate_bps == UINT64_MAX);
}

static void writes_an_empty_notification(void **state) {
    (void)state;
    uint8_t out[32];
    struct cf_writer w;
    struct cf_tmmb entry;
    cf_writer_init(&w, out, sizeof out);
    cf_put_rtcp_tmmb(&w, CF_RTPFB_TMMBN, 1, NULL, 0);
    struct cf_rtcp_feedback feedback = parse(&w);
    assert_int_equal(feedback.format, CF_RTPFB_TMMBN);
    assert_false(cf_tmmb_at(&feedback, 0, &entry));
}

static void round_trips_remb(void **state) {
    (void)state;
    uint8_t out[64];
    struct cf_writer w;
    struct cf_remb remb;
    uint32_t ssrc = 0;
    const uint32_t ssrcs[] = {11, 12};
    cf_writer_init(&w, out, sizeof out);
    cf_put_rtcp_remb(&w, 1, 1500000, ssrcs, 2);
    struct cf_rtcp_feedback feedback = parse(&w);
    assert_int_equal(feedback.type, CF_RTCP_PSFB);
    assert_int_equal(feedback.format, CF_PSFB_AFB);
    assert_ok(cf_remb_parse(&feedback, &remb));
    assert_true(remb.bitrate_bps <= 1500000 && remb.bitrate_bps > 1500000 - 8);
    assert_true(cf_rtcp_ssrc_at(remb.ssrcs, 1, &ssrc));
    assert_int_equal(ssrc, 12);
}

static void refuses_what_is_no_remb(void **state) {
    (void)state;
    struct cf_remb remb;
    struct cf_rtcp_feedback other = {.fci = {(const uint8_t *)"ABCD\0\0\0\0", 8}};
    struct cf_rtcp_feedback cut = {.fci = {(const uint8_t *)"REMB\2\0\0\0\0\0\0\1", 12}};
    assert_int_equal(cf_remb_parse(&other, &remb), CF_ERR_MALFORMED);
    assert_int_equal(cf_remb_parse(&cut, &remb), CF_ERR_TRUNCATED);
    cut.fci.len = 4;
    assert_int_equal(cf_remb_parse(&cut, &remb), CF_ERR_TRUNCATED);
    cut.fci.len = 0;
    assert_int_equal(cf_remb_parse(&cut, &remb), CF_ERR_MALFORMED);
}

CF_TEST_MAIN(cmocka_unit_test(rounds_bitrates_down_by_less_than_a_mantissa_bit), cmocka_unit_test(saturates_absurd_exponents),
             cmocka_unit_test(writes_an_empty_notification), cmocka_unit_test(round_trips_remb),
             cmocka_unit_test(refuses_what_is_no_remb))
