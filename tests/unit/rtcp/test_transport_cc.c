/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Transport-wide congestion control feedback. */
#include "base/rng.h"
#include "core/rtcp/transport_cc.h"

#include "lib/test.h"

static struct cf_rtcp_feedback feedback_of(const struct cf_writer *w) {
    struct cf_rtcp_iter iter;
    struct cf_rtcp_packet packet;
    struct cf_rtcp_feedback feedback;
    assert_true(cf_writer_ok(w));
    assert_ok(cf_rtcp_check(cf_writer_span(w), true));
    cf_rtcp_iter_init(&iter, cf_writer_span(w));
    assert_true(cf_rtcp_next(&iter, &packet));
    assert_ok(cf_rtcp_parse_feedback(&packet, &feedback));
    assert_int_equal(feedback.type, CF_RTCP_RTPFB);
    assert_int_equal(feedback.format, CF_RTPFB_TRANSPORT_CC);
    return feedback;
}

static void reads_every_kind_of_chunk(void **state) {
    (void)state;
    /* Base 5, 4 + 7 + 5 packets, reference 3 * 64 ms, message 9. A run of four small ones; a vector of two-bit symbols: small,
     * not, large, not, not, small, not; one-bit symbols: 1 0 1 1 0 and the rest of no meaning. */
    static const uint8_t fci[] = {0,    5,    0,    16, 0, 0, 3, 9, /* head */
                                  0x20, 4,                          /* run */
                                  0xd2, 0x04,                       /* 11 01 00 10 00 00 01 00 */
                                  0xac, 0x00,                       /* 10 10110000000000 */
                                  0,    4,    4,    4,              /* run */
                                  8,    0xff, 0xf8, 12,             /* small, large -8, small */
                                  1,    1,    1};
    struct cf_rtcp_feedback feedback = {.fci = {fci, sizeof fci}};
    struct cf_twcc twcc;
    assert_ok(cf_twcc_parse(&feedback, &twcc));
    assert_int_equal(twcc.feedback_count, 9);
    assert_int_equal(twcc.reference, 3 * 64000);
    static const int expected[] = {0, 1, 2, 3, 5, -1, 3, -1, -1, 6, -1, 6, -1, 6, 6, -1}; /* ms above the reference, -1: lost */
    struct cf_twcc_iter iter;
    struct cf_twcc_status status;
    cf_twcc_iter_init(&iter, &twcc);
    for (size_t i = 0; i < 16; i++) {
        assert_true(cf_twcc_next(&iter, &status));
        assert_int_equal(status.sequence, 5 + i);
        assert_int_equal(status.is_received, expected[i] >= 0);
        if (expected[i] >= 0) {
            assert_int_equal(status.arrival / 1000, 192 + expected[i]);
        }
    }
    assert_false(cf_twcc_next(&iter, &status));
    /* Every length that is too short. */
    for (size_t len = 0; len < sizeof fci; len++) {
        feedback.fci.len = len;
        assert_int_equal(cf_twcc_parse(&feedback, &twcc), CF_ERR_TRUNCATED);
    }
}

static void refuses_what_means_nothing(void **state) {
    (void)state;
    static const uint8_t none[] = {0, 5, 0, 0, 0, 0, 3, 9, 0x20, 4, 0, 0};
    static const uint8_t reserved_run[] = {0, 5, 0, 1, 0, 0, 3, 9, 0x60, 1, 0, 0};
    static const uint8_t reserved_bits[] = {0, 5, 0, 1, 0, 0, 3, 9, 0xf0, 0, 0, 0};
    static const uint8_t empty_runs[] = {0, 5, 0, 1, 0, 0, 3, 9, 0, 0, 0, 0, 0, 0};
    struct cf_twcc twcc = {.base = 77};
    struct cf_rtcp_feedback feedback = {.fci = {none, sizeof none}};
    assert_int_equal(cf_twcc_parse(&feedback, &twcc), CF_ERR_MALFORMED);
    feedback.fci = (struct cf_span){reserved_run, sizeof reserved_run};
    assert_int_equal(cf_twcc_parse(&feedback, &twcc), CF_ERR_MALFORMED);
    feedback.fci = (struct cf_span){reserved_bits, sizeof reserved_bits};
    assert_int_equal(cf_twcc_parse(&feedback, &twcc), CF_ERR_MALFORMED);
    feedback.fci = (struct cf_span){empty_runs, sizeof empty_runs};
    assert_int_equal(cf_twcc_parse(&feedback, &twcc), CF_ERR_TRUNCATED);
    assert_int_equal(twcc.base, 77);
}

static void prints_what_it_reads(void **state) {
    (void)state;
    struct cf_rng rng;
    cf_rng_init(&rng, 7);
    for (size_t round = 0; round < 2000; round++) {
        cf_usec arrivals[CF_TWCC_PRINT_MAX];
        size_t count = 1 + cf_rng_below(&rng, round % 2 == 0 ? 20 : CF_TWCC_PRINT_MAX);
        uint32_t lost = cf_rng_below(&rng, 4) * 30;
        uint32_t gap = 1U << cf_rng_below(&rng, 18);
        cf_usec at = (cf_usec)cf_rng_below(&rng, 1U << 30) * 1000;
        size_t last = SIZE_MAX;
        for (size_t i = 0; i < count; i++) {
            at += (cf_usec)cf_rng_below(&rng, gap) - (cf_usec)(gap / 8);
            arrivals[i] = cf_rng_below(&rng, 100) < lost ? CF_USEC_NEVER : at;
            last = arrivals[i] == CF_USEC_NEVER ? last : i;
        }
        uint8_t out[4096];
        struct cf_writer w;
        cf_writer_init(&w, out, sizeof out);
        const struct cf_twcc_report report = {
            .sender_ssrc = 1, .media_ssrc = 2, .feedback_count = 200, .base = 65530, .arrivals = arrivals, .count = count};
        size_t told = cf_put_rtcp_transport_cc(&w, &report);
        assert_int_equal(told, last == SIZE_MAX ? 0 : last + 1);
        if (told == 0) {
            assert_int_equal(w.len, 0);
            continue;
        }
        struct cf_rtcp_feedback feedback = feedback_of(&w);
        struct cf_twcc twcc;
        struct cf_twcc_iter iter;
        struct cf_twcc_status status;
        assert_ok(cf_twcc_parse(&feedback, &twcc));
        assert_int_equal(twcc.count, told);
        cf_twcc_iter_init(&iter, &twcc);
        for (size_t i = 0; i < told; i++) {
            assert_true(cf_twcc_next(&iter, &status));
            assert_int_equal(status.sequence, (uint16_t)(65530 + i));
            assert_int_equal(status.is_received, arrivals[i] != CF_USEC_NEVER);
            if (status.is_received) {
                /* Modulo the wrap of the reference: rounded down to a tick. */
                cf_usec error = (arrivals[i] - status.arrival) % CF_TWCC_WRAP;
                assert_in_range(error < 0 ? error + CF_TWCC_WRAP : error, 0, CF_TWCC_TICK - 1);
            }
        }
    }
}

static void ends_before_a_jump(void **state) {
    (void)state;
    const cf_usec arrivals[] = {CF_SEC(1), CF_USEC_NEVER, CF_SEC(9), CF_SEC(18), CF_SEC(18)};
    uint8_t out[128];
    struct cf_writer w;
    cf_writer_init(&w, out, sizeof out);
    struct cf_twcc_report report = {.base = 1, .arrivals = arrivals, .count = 5};
    assert_int_equal(cf_put_rtcp_transport_cc(&w, &report), 3);
    report.arrivals += 3;
    report.count = 2;
    cf_writer_init(&w, out, sizeof out);
    assert_int_equal(cf_put_rtcp_transport_cc(&w, &report), 2);
}

static void packs_tightly(void **state) {
    (void)state;
    cf_usec arrivals[400];
    uint8_t out[1024];
    struct cf_writer w;
    for (size_t i = 0; i < 400; i++) {
        arrivals[i] = (cf_usec)i * 1000;
    }
    cf_writer_init(&w, out, sizeof out);
    const struct cf_twcc_report report = {.base = 1, .arrivals = arrivals, .count = 400};
    assert_int_equal(cf_put_rtcp_transport_cc(&w, &report), 400);
    assert_int_equal(w.len, (4 + 8 + 8 + 2 + 400 + 3) / 4 * 4); /* one run, one octet a packet */
}

CF_TEST_MAIN(cmocka_unit_test(reads_every_kind_of_chunk), cmocka_unit_test(refuses_what_means_nothing),
             cmocka_unit_test(prints_what_it_reads), cmocka_unit_test(ends_before_a_jump), cmocka_unit_test(packs_tightly))
