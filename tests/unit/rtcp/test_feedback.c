/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Feedback messages: what all have in common, PLI, NACK. */
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

static void writes_a_picture_loss_indication(void **state) {
    (void)state;
    uint8_t out[16];
    struct cf_writer w;
    cf_writer_init(&w, out, sizeof out);
    cf_put_rtcp_pli(&w, 0x01020304, 0x05060708);
    assert_int_equal(w.len, 12);
    assert_memory_equal(out, "\x81\xce\0\2\1\2\3\4\5\6\7\x08", 12);
    struct cf_rtcp_feedback feedback = parse(&w);
    assert_int_equal(feedback.format, CF_PSFB_PLI);
    assert_int_equal(feedback.sender_ssrc, 0x01020304);
    assert_int_equal(feedback.media_ssrc, 0x05060708);
    assert_int_equal(feedback.fci.len, 0);
}

static void keeps_opaque_formats(void **state) {
    (void)state;
    uint8_t out[32];
    struct cf_writer w;
    struct cf_rtcp_feedback in = {CF_RTCP_RTPFB, CF_RTPFB_TRANSPORT_CC, 1, 2, {(const uint8_t *)"12345678", 8}};
    cf_writer_init(&w, out, sizeof out);
    cf_put_rtcp_feedback(&w, &in);
    struct cf_rtcp_feedback feedback = parse(&w);
    assert_int_equal(feedback.type, CF_RTCP_RTPFB);
    assert_int_equal(feedback.format, CF_RTPFB_TRANSPORT_CC);
    assert_str(cf_span_str(feedback.fci), CF_STR("12345678"));
}

static void refuses_short_and_other_packets(void **state) {
    (void)state;
    struct cf_rtcp_feedback feedback;
    struct cf_rtcp_packet packet = {.body = {(const uint8_t *)"1234567", 7}, .type = CF_RTCP_PSFB, .count = 1};
    assert_int_equal(cf_rtcp_parse_feedback(&packet, &feedback), CF_ERR_TRUNCATED);
    packet.type = CF_RTCP_RR;
    assert_int_equal(cf_rtcp_parse_feedback(&packet, &feedback), CF_ERR_MALFORMED);
}

/* All numbers of a NACK, in order. */
static size_t unpack(const struct cf_rtcp_feedback *feedback, uint16_t *out) {
    struct cf_nack nack;
    size_t count = 0;
    for (size_t i = 0; cf_nack_at(feedback, i, &nack); i++) {
        out[count++] = nack.sequence;
        for (unsigned bit = 0; bit < 16; bit++) {
            if (((unsigned)nack.following >> bit & 1U) != 0) {
                out[count++] = (uint16_t)(nack.sequence + bit + 1U);
            }
        }
    }
    return count;
}

static void packs_missing_packets_into_few_entries(void **state) {
    (void)state;
    static const uint16_t missing[] = {65530, 65531, 65535, 0, 10, 11, 40, 57};
    uint8_t out[64];
    uint16_t back[32];
    struct cf_writer w;
    cf_writer_init(&w, out, sizeof out);
    cf_put_rtcp_nack(&w, 1, 2, missing, 8);
    struct cf_rtcp_feedback feedback = parse(&w);
    assert_int_equal(feedback.fci.len / 4, 4); /* 65530..10, 11, 40, 57 */
    assert_int_equal(unpack(&feedback, back), 8);
    assert_memory_equal(back, missing, sizeof missing);
}

static void packs_seventeen_in_a_row_into_one_entry(void **state) {
    (void)state;
    uint16_t missing[18];
    uint16_t back[64];
    uint8_t out[64];
    struct cf_writer w;
    for (unsigned i = 0; i < 18; i++) {
        missing[i] = (uint16_t)(65530 + i);
    }
    cf_writer_init(&w, out, sizeof out);
    cf_put_rtcp_nack(&w, 1, 2, missing, 17);
    struct cf_rtcp_feedback feedback = parse(&w);
    assert_int_equal(feedback.fci.len, 4);
    cf_writer_init(&w, out, sizeof out);
    cf_put_rtcp_nack(&w, 1, 2, missing, 18);
    feedback = parse(&w);
    assert_int_equal(feedback.fci.len, 8);
    assert_int_equal(unpack(&feedback, back), 18);
    assert_memory_equal(back, missing, sizeof missing);
}

static void writes_no_nack_for_nothing(void **state) {
    (void)state;
    uint8_t out[64];
    struct cf_writer w;
    cf_writer_init(&w, out, sizeof out);
    cf_put_rtcp_nack(&w, 1, 2, NULL, 0);
    assert_int_equal(w.len, 0);
}

CF_TEST_MAIN(cmocka_unit_test(writes_a_picture_loss_indication), cmocka_unit_test(keeps_opaque_formats),
             cmocka_unit_test(refuses_short_and_other_packets), cmocka_unit_test(packs_missing_packets_into_few_entries),
             cmocka_unit_test(packs_seventeen_in_a_row_into_one_entry), cmocka_unit_test(writes_no_nack_for_nothing))
