/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Extended reports. */
#include "core/rtcp/xr.h"

#include "lib/test.h"

static struct cf_rtcp_packet first(const struct cf_writer *w) {
    struct cf_rtcp_iter iter;
    struct cf_rtcp_packet packet;
    assert_ok(cf_rtcp_check(cf_writer_span(w), true));
    cf_rtcp_iter_init(&iter, cf_writer_span(w));
    assert_true(cf_rtcp_next(&iter, &packet));
    return packet;
}

static void round_trips_reference_time(void **state) {
    (void)state;
    uint8_t out[64];
    struct cf_writer w;
    struct cf_xr_iter iter;
    struct cf_xr_block block;
    uint32_t ssrc = 0;
    cf_ntp ntp = 0;
    cf_writer_init(&w, out, sizeof out);
    cf_put_rtcp_xr_rrt(&w, 77, UINT64_C(0x0102030405060708));
    struct cf_rtcp_packet packet = first(&w);
    assert_ok(cf_xr_iter_init(&iter, &packet, &ssrc));
    assert_int_equal(ssrc, 77);
    assert_true(cf_xr_next(&iter, &block));
    assert_int_equal(block.type, CF_XR_RRT);
    assert_ok(cf_xr_parse_rrt(&block, &ntp));
    assert_true(ntp == UINT64_C(0x0102030405060708));
    assert_false(cf_xr_next(&iter, &block));
}

static void round_trips_its_answer(void **state) {
    (void)state;
    uint8_t out[64];
    struct cf_writer w;
    struct cf_xr_iter iter;
    struct cf_xr_block block;
    struct cf_xr_dlrr dlrr;
    uint32_t ssrc = 0;
    const struct cf_xr_dlrr in[] = {{1, 2, 3}, {4, 5, 6}};
    cf_writer_init(&w, out, sizeof out);
    cf_put_rtcp_xr_dlrr(&w, 77, in, 2);
    struct cf_rtcp_packet packet = first(&w);
    assert_ok(cf_xr_iter_init(&iter, &packet, &ssrc));
    assert_true(cf_xr_next(&iter, &block));
    assert_true(cf_xr_dlrr_at(&block, 1, &dlrr));
    assert_int_equal(dlrr.ssrc, 4);
    assert_int_equal(dlrr.last_rr, 5);
    assert_int_equal(dlrr.delay, 6);
    assert_false(cf_xr_dlrr_at(&block, 2, &dlrr));
}

static void passes_over_other_blocks_and_stops_at_a_cut_one(void **state) {
    (void)state;
    static const uint8_t body[] = {0,
                                   0,
                                   0,
                                   1,
                                   /* a VoIP metrics block of one word */ 7,
                                   0,
                                   0,
                                   1,
                                   9,
                                   9,
                                   9,
                                   9,
                                   /* a block that is not all there */ 4,
                                   0,
                                   0,
                                   2,
                                   1,
                                   2,
                                   3,
                                   4};
    struct cf_rtcp_packet packet = {.body = {body, sizeof body}, .type = CF_RTCP_XR};
    struct cf_xr_iter iter;
    struct cf_xr_block block;
    uint32_t ssrc = 0;
    assert_ok(cf_xr_iter_init(&iter, &packet, &ssrc));
    assert_true(cf_xr_next(&iter, &block));
    assert_int_equal(block.type, 7);
    assert_false(cf_xr_next(&iter, &block));
    assert_false(cf_xr_next(&iter, &block));
}

static void refuses_short_ones(void **state) {
    (void)state;
    struct cf_rtcp_packet packet = {.body = {(const uint8_t *)"\0\0\0", 3}, .type = CF_RTCP_XR};
    struct cf_xr_iter iter;
    struct cf_xr_block block = {.type = CF_XR_RRT, .body = {(const uint8_t *)"1234567", 7}};
    uint32_t ssrc = 0;
    cf_ntp ntp = 0;
    assert_int_equal(cf_xr_iter_init(&iter, &packet, &ssrc), CF_ERR_TRUNCATED);
    assert_int_equal(cf_xr_parse_rrt(&block, &ntp), CF_ERR_TRUNCATED);
}

CF_TEST_MAIN(cmocka_unit_test(round_trips_reference_time), cmocka_unit_test(round_trips_its_answer),
             cmocka_unit_test(passes_over_other_blocks_and_stops_at_a_cut_one), cmocka_unit_test(refuses_short_ones))
