/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When to probe, and what came of it. */
#include "core/bwe/prober.h"

#include "lib/test.h"

static struct cf_bwe_prober p;

static void probes_fast_at_the_beginning_and_on_while_it_shows_more(void **state) {
    (void)state;
    struct cf_bwe_cluster c;
    cf_bwe_prober_init(&p, 20000000);
    assert_false(cf_bwe_prober_poll(&p, &c));
    cf_bwe_prober_start(&p, 500000, 0);
    assert_true(cf_bwe_prober_poll(&p, &c));
    assert_int_equal(c.rate_bps, 1500000);
    assert_int_equal(c.octets, 18750);
    assert_int_equal(c.id, 1);
    assert_true(cf_bwe_prober_poll(&p, &c));
    assert_int_equal(c.rate_bps, 3000000);
    assert_false(cf_bwe_prober_poll(&p, &c));
    cf_bwe_prober_on_estimate(&p, 1500000, CF_MSEC(200)); /* what the slower one shows: no news */
    assert_false(cf_bwe_prober_poll(&p, &c));
    cf_bwe_prober_on_estimate(&p, 3000000, CF_MSEC(300));
    assert_true(cf_bwe_prober_poll(&p, &c));
    assert_int_equal(c.rate_bps, 6000000);
    cf_bwe_prober_on_estimate(&p, 3500000, CF_MSEC(400));
    assert_false(cf_bwe_prober_poll(&p, &c));
    cf_bwe_prober_on_deadline(&p, CF_SEC(2));
    assert_int_equal(cf_bwe_prober_deadline(&p), CF_USEC_NEVER); /* nothing more is wanted */
}

static void does_not_probe_for_more_than_is_useful(void **state) {
    (void)state;
    struct cf_bwe_cluster c;
    cf_bwe_prober_init(&p, 20000000);
    cf_bwe_prober_set_wanted(&p, 400000, 0);
    cf_bwe_prober_start(&p, 500000, 0);
    assert_true(cf_bwe_prober_poll(&p, &c));
    assert_int_equal(c.rate_bps, 800000);
    assert_true(cf_bwe_prober_poll(&p, &c));
    cf_bwe_prober_on_estimate(&p, 800000, CF_MSEC(200));
    assert_false(cf_bwe_prober_poll(&p, &c));
}

static void tries_again_less_and_less_often(void **state) {
    (void)state;
    struct cf_bwe_cluster c;
    cf_usec times[8];
    size_t count = 0;
    cf_bwe_prober_init(&p, 20000000);
    cf_bwe_prober_start(&p, 500000, 0);
    while (cf_bwe_prober_poll(&p, &c)) {
    }
    cf_bwe_prober_set_wanted(&p, 3000000, 0);
    for (cf_usec now = 0; count < 8; now += CF_MSEC(10)) {
        if (now >= cf_bwe_prober_deadline(&p)) {
            cf_bwe_prober_on_deadline(&p, now);
        }
        if (cf_bwe_prober_poll(&p, &c)) {
            assert_int_equal(c.rate_bps, 1000000);
            times[count++] = now;
        }
    }
    assert_true(times[1] - times[0] <= CF_SEC(2));
    assert_int_equal(times[7] - times[6], CF_BWE_PROBE_PAUSE_MAX);
    /* Something new is wanted: sooner. */
    cf_bwe_prober_on_deadline(&p, times[7] + CF_SEC(1));
    cf_bwe_prober_set_wanted(&p, 6000000, times[7] + CF_SEC(1));
    assert_int_equal(cf_bwe_prober_deadline(&p), times[7] + CF_SEC(2));
}

static void looks_whether_a_fall_is_over(void **state) {
    (void)state;
    struct cf_bwe_cluster c;
    cf_bwe_prober_init(&p, 20000000);
    cf_bwe_prober_start(&p, 2000000, 0);
    while (cf_bwe_prober_poll(&p, &c)) {
    }
    cf_bwe_prober_on_deadline(&p, CF_SEC(1));
    cf_bwe_prober_on_estimate(&p, 500000, CF_SEC(3));
    cf_bwe_prober_on_recovery(&p, CF_SEC(4));
    assert_true(cf_bwe_prober_poll(&p, &c));
    assert_int_equal(c.rate_bps, 1700000);
    cf_bwe_prober_on_recovery(&p, CF_SEC(5));
    assert_false(cf_bwe_prober_poll(&p, &c));
}

static void is_silent_where_probes_are_forbidden(void **state) {
    (void)state;
    struct cf_bwe_cluster c;
    cf_bwe_prober_init(&p, 20000000);
    cf_bwe_prober_allow(&p, false);
    cf_bwe_prober_start(&p, 500000, 0);
    cf_bwe_prober_set_wanted(&p, 3000000, 0);
    assert_int_equal(cf_bwe_prober_deadline(&p), CF_USEC_NEVER);
    assert_false(cf_bwe_prober_poll(&p, &c));
}

/* A cluster of @count packets of 1000 octets, sent every @sent, arriving every @arriving. */
static bool measure(uint32_t count, cf_usec sent, cf_usec arriving, uint64_t *ret_bps) {
    struct cf_bwe_probe_meter m = {.next = 0};
    const struct cf_bwe_cluster c = {.id = 3, .rate_bps = 1000000, .octets = 10000, .packets = 5};
    bool known = false;
    cf_bwe_probe_meter_begin(&m, &c);
    for (uint32_t i = 0; i < count; i++) {
        const struct cf_bwe_probe_packet packet = {.cluster = 3, .len = 1000, .sent = i * sent, .arrival = 5000 + i * arriving};
        known = cf_bwe_probe_meter_on_packet(&m, &packet, ret_bps);
    }
    return known;
}

static void measures_what_arrives(void **state) {
    (void)state;
    uint64_t bps = 5;
    assert_false(measure(7, 1000, 1000, &bps)); /* not enough of it */
    assert_int_equal(bps, 5);
    assert_true(measure(8, 1000, 1000, &bps));
    assert_int_equal(bps, 8000000);
    assert_true(measure(10, 1000, 2000, &bps)); /* that is all the link carries: a little less than that */
    assert_int_equal(bps, 3800000);
    assert_true(measure(10, 2000, 1900, &bps)); /* not more than was sent */
    assert_int_equal(bps, 4000000);
    assert_false(measure(10, 2000, 900, &bps)); /* collected on the way */
    assert_false(measure(10, 0, 1000, &bps));
    assert_false(measure(10, 1000, 0, &bps));
    assert_false(measure(10, CF_SEC(1), CF_SEC(1), &bps));
}

static void ignores_packets_of_no_cluster(void **state) {
    (void)state;
    struct cf_bwe_probe_meter m = {.next = 0};
    uint64_t bps;
    for (uint8_t i = 0; i < 10; i++) {
        const struct cf_bwe_probe_packet packet = {.cluster = i, .len = 1000, .sent = i * 1000, .arrival = i * 1000};
        assert_false(cf_bwe_probe_meter_on_packet(&m, &packet, &bps));
    }
}

CF_TEST_MAIN(cmocka_unit_test(probes_fast_at_the_beginning_and_on_while_it_shows_more),
             cmocka_unit_test(does_not_probe_for_more_than_is_useful), cmocka_unit_test(tries_again_less_and_less_often),
             cmocka_unit_test(looks_whether_a_fall_is_over), cmocka_unit_test(is_silent_where_probes_are_forbidden),
             cmocka_unit_test(measures_what_arrives), cmocka_unit_test(ignores_packets_of_no_cluster))
