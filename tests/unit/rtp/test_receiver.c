/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Receiver statistics, RFC 3550 appendix A. */
#include "core/rtp/receiver.h"

#include "lib/test.h"

#define RATE 8000U

static enum cf_rtp_arrival feed_at(struct cf_rtp_receiver *r, uint16_t sequence, uint32_t timestamp, cf_usec now) {
    struct cf_rtp_view view = {.sequence = sequence, .timestamp = timestamp, .payload = {NULL, 160}};
    return cf_rtp_receiver_on_packet(r, &view, now);
}

/* Packet n of an even stream of 20 ms frames. */
static enum cf_rtp_arrival feed(struct cf_rtp_receiver *r, unsigned n) {
    return feed_at(r, (uint16_t)n, n * 160U, (cf_usec)n * 20000);
}

static struct cf_rtp_receiver trusted(void) {
    struct cf_rtp_receiver r;
    cf_rtp_receiver_init(&r, 0x11223344, RATE, 0);
    return r;
}

static struct cf_report_block report(struct cf_rtp_receiver *r, cf_usec now) {
    struct cf_report_block block;
    cf_rtp_receiver_report(r, now, &block);
    return block;
}

static void believes_a_source_after_two_in_order(void **state) {
    (void)state;
    struct cf_rtp_receiver r;
    cf_rtp_receiver_init(&r, 1, RATE, CF_RTP_PROBATION);
    assert_int_equal(feed(&r, 100), CF_RTP_ARRIVAL_PROBATION);
    assert_int_equal(feed(&r, 500), CF_RTP_ARRIVAL_PROBATION);
    assert_int_equal(feed(&r, 7), CF_RTP_ARRIVAL_PROBATION);
    assert_false(cf_rtp_receiver_is_valid(&r));
    assert_int_equal(cf_rtp_receiver_expected(&r), 0);
    assert_int_equal(feed(&r, 8), CF_RTP_ARRIVAL_OK);
    assert_true(cf_rtp_receiver_is_valid(&r));
    assert_int_equal(cf_rtp_receiver_expected(&r), 1);
}

static void believes_an_authenticated_source_at_once(void **state) {
    (void)state;
    struct cf_rtp_receiver r = trusted();
    assert_int_equal(feed(&r, 65535), CF_RTP_ARRIVAL_OK);
    assert_int_equal(cf_rtp_receiver_expected(&r), 1);
    assert_int_equal(report(&r, 0).highest_sequence, 65535);
}

static void counts_cycles_over_a_long_stream(void **state) {
    (void)state;
    struct cf_rtp_receiver r = trusted();
    for (unsigned n = 65000; n < 65000 + 200000; n++) {
        assert_int_equal(feed(&r, n), CF_RTP_ARRIVAL_OK);
    }
    struct cf_report_block block = report(&r, 0);
    assert_int_equal(block.highest_sequence, 65000 + 200000 - 1);
    assert_int_equal(block.lost, 0);
    assert_int_equal(block.fraction_lost, 0);
    assert_int_equal(block.jitter, 0);
}

static void tells_lost_packets_since_beginning_and_last_report(void **state) {
    (void)state;
    struct cf_rtp_receiver r = trusted();
    for (unsigned n = 0; n < 100; n++) {
        if (n % 4 != 1) {
            (void)feed(&r, n);
        }
    }
    struct cf_report_block block = report(&r, 0);
    assert_int_equal(block.lost, 25);
    assert_int_equal(block.fraction_lost, 64);
    for (unsigned n = 100; n < 200; n++) {
        (void)feed(&r, n);
    }
    block = report(&r, 0);
    assert_int_equal(block.lost, 25);
    assert_int_equal(block.fraction_lost, 0);
    assert_int_equal(report(&r, 0).fraction_lost, 0); /* nothing was expected meanwhile */
}

static void goes_negative_with_duplicates_and_takes_late_ones_back(void **state) {
    (void)state;
    struct cf_rtp_receiver r = trusted();
    (void)feed(&r, 10);
    (void)feed(&r, 12);
    (void)feed(&r, 11);
    assert_int_equal(report(&r, 0).lost, 0);
    (void)feed(&r, 12);
    (void)feed(&r, 12);
    struct cf_report_block block = report(&r, 0);
    assert_int_equal(block.lost, -2);
    assert_int_equal(block.fraction_lost, 0);
}

static void drops_one_stray_packet_but_follows_a_restart(void **state) {
    (void)state;
    struct cf_rtp_receiver r = trusted();
    (void)feed(&r, 1000);
    assert_int_equal(feed(&r, 30000), CF_RTP_ARRIVAL_JUMP);
    assert_int_equal(feed(&r, 1001), CF_RTP_ARRIVAL_OK);
    assert_int_equal(feed(&r, 40000), CF_RTP_ARRIVAL_JUMP);
    assert_int_equal(feed(&r, 40001), CF_RTP_ARRIVAL_RESTART);
    assert_int_equal(feed(&r, 40002), CF_RTP_ARRIVAL_OK);
    struct cf_report_block block = report(&r, 0);
    assert_int_equal(block.lost, 0);
    assert_int_equal(block.highest_sequence, 40002);
}

static void takes_gaps_up_to_the_dropout_for_loss(void **state) {
    (void)state;
    struct cf_rtp_receiver r = trusted();
    (void)feed(&r, 0);
    assert_int_equal(feed(&r, 2999), CF_RTP_ARRIVAL_OK);
    assert_int_equal(feed(&r, 2999 + 3000), CF_RTP_ARRIVAL_JUMP);
    assert_int_equal(report(&r, 0).lost, 2998);
}

/* Retransmissions of pictures come a round trip late. */
static void takes_a_packet_that_is_hundreds_behind_for_a_late_one(void **state) {
    (void)state;
    struct cf_rtp_receiver r = trusted();
    for (unsigned n = 0; n <= 2000; n++) {
        if (n != 1000) {
            assert_int_equal(feed(&r, n), CF_RTP_ARRIVAL_OK);
        }
    }
    assert_int_equal(feed(&r, 1000), CF_RTP_ARRIVAL_OK);
    assert_int_equal(report(&r, 0).lost, 0);
    assert_int_equal(feed(&r, 900), CF_RTP_ARRIVAL_JUMP);
    assert_int_equal(report(&r, 0).highest_sequence, 2000);
}

static void stops_counting_losses_where_the_field_ends(void **state) {
    (void)state;
    struct cf_rtp_receiver r = trusted();
    for (unsigned i = 0; i < 3000; i++) {
        assert_int_equal(feed(&r, i * 2999), CF_RTP_ARRIVAL_OK);
    }
    assert_true(cf_rtp_receiver_expected(&r) > 0x7fffff + 3000);
    assert_int_equal(report(&r, 0).lost, 0x7fffff);
}

static void follows_rfc_3550_for_jitter(void **state) {
    (void)state;
    struct cf_rtp_receiver r = trusted();
    double expected = 0;
    cf_usec last = 0;
    for (unsigned n = 0; n < 400; n++) {
        cf_usec delay = n % 2 != 0 ? 10000 : 0; /* every other packet 10 ms = 80 ticks late */
        (void)feed_at(&r, (uint16_t)n, n * 160U, (cf_usec)n * 20000 + delay);
        double d = (double)(delay - last) * RATE / 1e6;
        expected += n == 0 ? 0 : ((d < 0 ? -d : d) - expected) / 16;
        last = delay;
    }
    double got = report(&r, 0).jitter;
    assert_true(got >= expected - 2 && got <= expected + 2);
    assert_true(got >= 75); /* converged on 80 */
}

static void sees_no_jitter_in_the_packets_of_one_frame(void **state) {
    (void)state;
    struct cf_rtp_receiver r = trusted();
    for (unsigned n = 0; n < 100; n++) {
        /* Frames of five packets, paced over 8 ms. */
        (void)feed_at(&r, (uint16_t)n, n / 5 * 160U, (cf_usec)(n / 5) * 20000 + (cf_usec)(n % 5) * 2000);
    }
    assert_int_equal(report(&r, 0).jitter, 0);
}

static void does_not_take_a_wild_timestamp_for_jitter(void **state) {
    (void)state;
    struct cf_rtp_receiver r = trusted();
    (void)feed_at(&r, 1, 0, 0);
    (void)feed_at(&r, 2, 0x80000000U, 20000);
    (void)feed_at(&r, 3, 0x800000a0U, 40000);
    assert_int_equal(report(&r, 0).jitter, 0);
}

static void keeps_jitter_in_time_when_the_clock_changes(void **state) {
    (void)state;
    struct cf_rtp_receiver r = trusted();
    for (unsigned n = 0; n < 200; n++) {
        (void)feed_at(&r, (uint16_t)n, n * 160U, (cf_usec)n * 20000 + (n % 2) * 10000);
    }
    uint32_t before = report(&r, 0).jitter;
    cf_rtp_receiver_set_clock(&r, 48000);
    (void)feed_at(&r, 200, 123456, CF_SEC(4));
    uint32_t after = report(&r, 0).jitter;
    assert_true(after >= 6 * before && after <= 6 * before + 6);
}

static void tells_when_the_last_sender_report_came(void **state) {
    (void)state;
    struct cf_rtp_receiver r = trusted();
    (void)feed(&r, 1);
    assert_int_equal(report(&r, CF_SEC(9)).delay_since_sr, 0);
    cf_rtp_receiver_on_sr(&r, UINT64_C(0x1122334455667788), CF_SEC(10));
    struct cf_report_block block = report(&r, CF_SEC(10) + CF_MSEC(500));
    assert_int_equal(block.last_sr, 0x33445566);
    assert_int_equal(block.delay_since_sr, 32768);
    assert_int_equal(report(&r, CF_SEC(1000000)).delay_since_sr, UINT32_MAX);
}

CF_TEST_MAIN(
    cmocka_unit_test(believes_a_source_after_two_in_order), cmocka_unit_test(believes_an_authenticated_source_at_once),
    cmocka_unit_test(counts_cycles_over_a_long_stream), cmocka_unit_test(tells_lost_packets_since_beginning_and_last_report),
    cmocka_unit_test(goes_negative_with_duplicates_and_takes_late_ones_back),
    cmocka_unit_test(drops_one_stray_packet_but_follows_a_restart), cmocka_unit_test(takes_gaps_up_to_the_dropout_for_loss),
    cmocka_unit_test(takes_a_packet_that_is_hundreds_behind_for_a_late_one),
    cmocka_unit_test(stops_counting_losses_where_the_field_ends), cmocka_unit_test(follows_rfc_3550_for_jitter),
    cmocka_unit_test(sees_no_jitter_in_the_packets_of_one_frame), cmocka_unit_test(does_not_take_a_wild_timestamp_for_jitter),
    cmocka_unit_test(keeps_jitter_in_time_when_the_clock_changes), cmocka_unit_test(tells_when_the_last_sender_report_came))
