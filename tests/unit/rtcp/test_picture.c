/* SPDX-License-Identifier: GPL-3.0-or-later */
/* FIR, SLI, RPSI. */
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

static void round_trips_full_intra_requests(void **state) {
    (void)state;
    uint8_t out[64];
    struct cf_writer w;
    struct cf_fir fir;
    const struct cf_fir in[] = {{5, 1}, {6, 255}};
    cf_writer_init(&w, out, sizeof out);
    cf_put_rtcp_fir(&w, 1, in, 2);
    struct cf_rtcp_feedback feedback = parse(&w);
    assert_int_equal(feedback.format, CF_PSFB_FIR);
    assert_int_equal(feedback.media_ssrc, 0);
    assert_true(cf_fir_at(&feedback, 1, &fir));
    assert_int_equal(fir.ssrc, 6);
    assert_int_equal(fir.number, 255);
    assert_false(cf_fir_at(&feedback, 2, &fir));
}

static void round_trips_slice_loss(void **state) {
    (void)state;
    uint8_t out[64];
    struct cf_writer w;
    struct cf_sli sli;
    const struct cf_sli in = {.first = 0x1abc, .number = 0x1fff, .picture = 0x2a};
    cf_writer_init(&w, out, sizeof out);
    cf_put_rtcp_sli(&w, 1, 2, &in);
    struct cf_rtcp_feedback feedback = parse(&w);
    assert_int_equal(feedback.format, CF_PSFB_SLI);
    assert_true(cf_sli_at(&feedback, 0, &sli));
    assert_int_equal(sli.first, in.first);
    assert_int_equal(sli.number, in.number);
    assert_int_equal(sli.picture, in.picture);
    assert_false(cf_sli_at(&feedback, 1, &sli));
}

static void round_trips_reference_pictures_of_every_length(void **state) {
    (void)state;
    for (size_t len = 0; len <= 9; len++) {
        uint8_t out[64];
        struct cf_writer w;
        struct cf_rpsi rpsi;
        const struct cf_rpsi in = {.payload_type = 96, .bits = {(const uint8_t *)"123456789", len}};
        cf_writer_init(&w, out, sizeof out);
        cf_put_rtcp_rpsi(&w, 1, 2, &in);
        struct cf_rtcp_feedback feedback = parse(&w);
        assert_ok(cf_rpsi_parse(&feedback, &rpsi));
        assert_int_equal(rpsi.payload_type, 96);
        assert_str(cf_span_str(rpsi.bits), cf_str_n("123456789", len));
    }
}

static void refuses_more_filling_than_there_is(void **state) {
    (void)state;
    struct cf_rpsi rpsi;
    struct cf_rtcp_feedback feedback = {.fci = {(const uint8_t *)"\x18\x60"
                                                                 "ab",
                                                4}};
    assert_int_equal(cf_rpsi_parse(&feedback, &rpsi), CF_ERR_MALFORMED);
    feedback.fci.len = 1;
    assert_int_equal(cf_rpsi_parse(&feedback, &rpsi), CF_ERR_TRUNCATED);
}

CF_TEST_MAIN(cmocka_unit_test(round_trips_full_intra_requests), cmocka_unit_test(round_trips_slice_loss),
             cmocka_unit_test(round_trips_reference_pictures_of_every_length),
             cmocka_unit_test(refuses_more_filling_than_there_is))
