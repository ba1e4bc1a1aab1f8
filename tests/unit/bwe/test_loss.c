/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What losses say of a link: a link that loses anyway, and one that loses because too much is sent. */
#include "base/rng.h"
#include "core/bwe/loss.h"

#include "lib/test.h"

static const struct cf_bwe_bounds bounds = {30000, 10000000};
static struct cf_bwe_loss l;
static struct cf_rng rng;
static cf_usec now;

static void begin(void) {
    cf_bwe_loss_init(&l, &bounds);
    cf_rng_init(&rng, 9);
    now = 0;
}

/*
 * For @duration send at @rate_bps (0: at the estimate) over a link that carries @link_bps and loses @loss_percent besides; delays
 * allow @delay_bps.
 */
static void send(cf_usec duration, uint64_t rate_bps, uint64_t link_bps, uint32_t loss_percent, uint64_t delay_bps) {
    for (cf_usec end = now + duration; now < end; now += CF_MSEC(100)) {
        uint64_t rate = rate_bps != 0 ? rate_bps : cf_bwe_loss_is_ready(&l) ? cf_bwe_loss_rate(&l) : delay_bps;
        uint32_t packets = (uint32_t)(rate / 80000);
        uint32_t excess = rate > link_bps ? (uint32_t)((rate - link_bps) * 1000000 / rate) : 0;
        uint64_t arrived = 0;
        for (uint32_t i = 0; i < packets; i++) {
            bool is_lost = cf_rng_chance(&rng, excess) || cf_rng_chance(&rng, loss_percent * 10000);
            cf_bwe_loss_on_packet(&l, 1000, is_lost, now + (cf_usec)i * CF_MSEC(100) / packets);
            arrived += is_lost ? 0 : 80000;
        }
        const struct cf_bwe_loss_input input = {.delay_bps = delay_bps, .acked_bps = arrived};
        cf_bwe_loss_on_feedback(&l, &input);
    }
}

static void does_not_limit_without_losses(void **state) {
    (void)state;
    begin();
    assert_false(cf_bwe_loss_is_ready(&l));
    send(CF_SEC(5), 2000000, UINT64_MAX, 0, 2000000);
    assert_true(cf_bwe_loss_is_ready(&l));
    assert_int_equal(cf_bwe_loss_rate(&l), 2000000);
    assert_int_equal(l.state, CF_BWE_LOSS_NO_LIMIT);
}

static void puts_up_with_losses_that_are_there_anyway(void **state) {
    (void)state;
    begin();
    send(CF_SEC(20), 2000000, UINT64_MAX, 4, 2000000);
    assert_true(cf_bwe_loss_rate(&l) >= 1900000);
}

static void finds_the_capacity_when_too_much_is_lost(void **state) {
    (void)state;
    begin();
    send(CF_SEC(5), 2000000, UINT64_MAX, 0, 2000000);
    send(CF_SEC(10), 0, 1000000, 0, 2000000);
    assert_in_range(cf_bwe_loss_rate(&l), 700000, 1300000);
    assert_int_not_equal(l.state, CF_BWE_LOSS_NO_LIMIT);
}

static void comes_back_when_losses_end(void **state) {
    (void)state;
    begin();
    send(CF_SEC(5), 2000000, UINT64_MAX, 0, 2000000);
    send(CF_SEC(10), 0, 500000, 0, 2000000);
    assert_true(cf_bwe_loss_rate(&l) < 800000);
    send(CF_SEC(30), 0, UINT64_MAX, 0, 2000000);
    assert_true(cf_bwe_loss_rate(&l) > 1800000);
    assert_int_equal(l.state, CF_BWE_LOSS_NO_LIMIT);
}

static void never_exceeds_what_delays_allow(void **state) {
    (void)state;
    begin();
    for (uint32_t i = 0; i < 300; i++) {
        uint64_t delay = 300000 + cf_rng_below(&rng, 3000000);
        send(CF_MSEC(300), 300000 + cf_rng_below(&rng, 3000000), 300000 + cf_rng_below(&rng, 3000000), cf_rng_below(&rng, 30),
             delay);
        assert_true(cf_bwe_loss_rate(&l) >= bounds.min_bps);
        assert_true(cf_bwe_loss_rate(&l) <= bounds.max_bps);
        assert_true(l.average_loss >= 0 && l.average_loss <= 1);
    }
}

static void takes_late_packets_back(void **state) {
    (void)state;
    begin();
    cf_bwe_loss_on_packet(&l, 1000, true, 1);
    cf_bwe_loss_on_found(&l, 1000, 1);
    assert_int_equal(l.part_lost, 0);
    cf_bwe_loss_on_found(&l, 1000, 1);
    assert_int_equal(l.part_lost, 0);
}

static void begins_anew_after_a_probe(void **state) {
    (void)state;
    begin();
    send(CF_SEC(5), 2000000, 700000, 0, 2000000);
    cf_bwe_loss_set(&l, 1800000);
    assert_int_equal(cf_bwe_loss_rate(&l), 1800000);
    assert_int_equal(l.state, CF_BWE_LOSS_NO_LIMIT);
}

CF_TEST_MAIN(cmocka_unit_test(does_not_limit_without_losses), cmocka_unit_test(puts_up_with_losses_that_are_there_anyway),
             cmocka_unit_test(finds_the_capacity_when_too_much_is_lost), cmocka_unit_test(comes_back_when_losses_end),
             cmocka_unit_test(never_exceeds_what_delays_allow), cmocka_unit_test(takes_late_packets_back),
             cmocka_unit_test(begins_anew_after_a_probe))
