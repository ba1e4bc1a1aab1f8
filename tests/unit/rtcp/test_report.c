/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sender and receiver reports. */
#include "core/rtcp/report.h"

#include "lib/test.h"

static struct cf_rtcp_packet first(struct cf_span datagram) {
    struct cf_rtcp_iter iter;
    struct cf_rtcp_packet packet;
    assert_ok(cf_rtcp_check(datagram, false));
    cf_rtcp_iter_init(&iter, datagram);
    assert_true(cf_rtcp_next(&iter, &packet));
    return packet;
}

static void assert_same_block(const struct cf_report_block *a, const struct cf_report_block *b) {
    assert_int_equal(a->ssrc, b->ssrc);
    assert_int_equal(a->lost, b->lost);
    assert_int_equal(a->fraction_lost, b->fraction_lost);
    assert_int_equal(a->highest_sequence, b->highest_sequence);
    assert_int_equal(a->jitter, b->jitter);
    assert_int_equal(a->last_sr, b->last_sr);
    assert_int_equal(a->delay_since_sr, b->delay_since_sr);
}

static const struct cf_report_block blocks[] = {
    {.ssrc = 0xf1f2f3f4,
     .lost = 0x7fffff,
     .fraction_lost = 255,
     .highest_sequence = 0x00020003,
     .jitter = 4,
     .last_sr = 5,
     .delay_since_sr = 6},
    {.ssrc = 2, .lost = -0x800000},
    {.ssrc = 3, .lost = -1},
};

static void round_trips_a_sender_report(void **state) {
    (void)state;
    uint8_t out[128];
    struct cf_writer w;
    struct cf_rtcp_report report;
    struct cf_report_block block;
    struct cf_sender_info info = {UINT64_C(0x0102030405060708), 0x11121314, 0x21222324, 0x31323334};
    cf_writer_init(&w, out, sizeof out);
    cf_put_rtcp_sr(&w, 77, &info, blocks, 3);
    assert_int_equal(w.len, 28 + 3 * 24);
    struct cf_rtcp_packet packet = first(cf_writer_span(&w));
    assert_ok(cf_rtcp_parse_report(&packet, &report));
    assert_true(report.is_sender);
    assert_int_equal(report.ssrc, 77);
    assert_true(report.info.ntp == info.ntp);
    assert_int_equal(report.info.rtp_timestamp, info.rtp_timestamp);
    assert_int_equal(report.info.packet_count, info.packet_count);
    assert_int_equal(report.info.octet_count, info.octet_count);
    for (size_t i = 0; i < 3; i++) {
        assert_true(cf_rtcp_block_at(&report, i, &block));
        assert_same_block(&block, &blocks[i]);
    }
    assert_false(cf_rtcp_block_at(&report, 3, &block));
}

static void round_trips_a_receiver_report_with_all_blocks(void **state) {
    (void)state;
    uint8_t out[1024];
    struct cf_report_block many[CF_RTCP_COUNT_MAX];
    struct cf_writer w;
    struct cf_rtcp_report report;
    struct cf_report_block block;
    for (size_t i = 0; i < CF_RTCP_COUNT_MAX; i++) {
        many[i] = (struct cf_report_block){.ssrc = (uint32_t)i};
    }
    cf_writer_init(&w, out, sizeof out);
    cf_put_rtcp_rr(&w, 77, many, CF_RTCP_COUNT_MAX);
    struct cf_rtcp_packet packet = first(cf_writer_span(&w));
    assert_ok(cf_rtcp_parse_report(&packet, &report));
    assert_false(report.is_sender);
    assert_true(cf_rtcp_block_at(&report, CF_RTCP_COUNT_MAX - 1, &block));
    assert_int_equal(block.ssrc, CF_RTCP_COUNT_MAX - 1);
}

static void passes_over_a_profile_extension(void **state) {
    (void)state;
    uint8_t rr[] = {0x80, 201, 0, 2, 0, 0, 0, 1, 0xde, 0xad, 0xbe, 0xef};
    struct cf_rtcp_report report;
    struct cf_report_block block;
    struct cf_rtcp_packet packet = first((struct cf_span){rr, sizeof rr});
    assert_ok(cf_rtcp_parse_report(&packet, &report));
    assert_false(cf_rtcp_block_at(&report, 0, &block));
}

static void refuses_counts_beyond_the_packet(void **state) {
    (void)state;
    uint8_t body[20 + 4 + 24] = {0};
    struct cf_rtcp_report report;
    struct cf_rtcp_packet packet = {.body = {body, sizeof body}, .type = CF_RTCP_SR, .count = 1};
    assert_ok(cf_rtcp_parse_report(&packet, &report));
    packet.count = 2;
    assert_int_equal(cf_rtcp_parse_report(&packet, &report), CF_ERR_TRUNCATED);
    packet = (struct cf_rtcp_packet){.body = {body, 20}, .type = CF_RTCP_SR};
    assert_int_equal(cf_rtcp_parse_report(&packet, &report), CF_ERR_TRUNCATED);
    packet.type = CF_RTCP_BYE;
    assert_int_equal(cf_rtcp_parse_report(&packet, &report), CF_ERR_MALFORMED);
}

static void tells_the_round_trip_of_rfc_3550(void **state) {
    (void)state;
    /* RFC 3550 figure 2: A = 0xb710:8000, LSR = 0xb705:2000, DLSR = 0x0005:4000, delay 6.125 s. */
    assert_int_equal(cf_rtcp_round_trip(0xb7052000U, 0x00054000U, UINT64_C(0xb44db71080000000)), 6125000);
}

static void does_not_believe_impossible_round_trips(void **state) {
    (void)state;
    cf_ntp ntp = UINT64_C(0xb44db71080000000);
    uint32_t middle = cf_ntp_middle(ntp);
    assert_int_equal(cf_rtcp_round_trip(0, 0, ntp), -1);
    assert_int_equal(cf_rtcp_round_trip(middle - 10, 11, ntp), -1);
    assert_int_equal(cf_rtcp_round_trip(middle - 61 * 65536, 0, ntp), -1);
    assert_int_equal(cf_rtcp_round_trip(middle - 65536, 65536, ntp), 0);
    assert_int_equal(cf_rtcp_round_trip(0xffff0000U, 0, UINT64_C(0x0000000080000000)), 1500000);
}

CF_TEST_MAIN(cmocka_unit_test(round_trips_a_sender_report), cmocka_unit_test(round_trips_a_receiver_report_with_all_blocks),
             cmocka_unit_test(passes_over_a_profile_extension), cmocka_unit_test(refuses_counts_beyond_the_packet),
             cmocka_unit_test(tells_the_round_trip_of_rfc_3550), cmocka_unit_test(does_not_believe_impossible_round_trips))
