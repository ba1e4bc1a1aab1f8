/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Groups of packets, and what their delays say. */
#include "base/rng.h"
#include "core/bwe/trendline.h"

#include "lib/test.h"

static void compares_what_was_least_delayed(void **state) {
    (void)state;
    struct cf_bwe_groups g = {.backwards = 0};
    struct cf_bwe_deltas d = {.sent = 0};
    /* Three frames of 1, 4 and 1 packets, 33 ms apart, over a link that needs 5 ms a packet. */
    assert_false(cf_bwe_groups_on_packet(&g, 0, 25000, &d));
    for (cf_usec i = 0; i < 4; i++) {
        assert_false(cf_bwe_groups_on_packet(&g, 33000 + i * 100, 58000 + i * 5000, &d));
    }
    assert_true(cf_bwe_groups_on_packet(&g, 66000, 91000, &d));
    assert_int_equal(d.sent, 33000);
    assert_int_equal(d.arrival, 33000); /* a large frame is no queue */
}

static void joins_what_was_held_up(void **state) {
    (void)state;
    struct cf_bwe_groups g = {.backwards = 0};
    struct cf_bwe_deltas d = {.sent = -1};
    assert_false(cf_bwe_groups_on_packet(&g, 0, 25000, &d));
    assert_false(cf_bwe_groups_on_packet(&g, 20000, 45000, &d));
    /* Five more, 20 ms apart, arrive together 100 ms late: one group with the last one as its least delayed. */
    for (cf_usec i = 2; i < 7; i++) {
        bool any = cf_bwe_groups_on_packet(&g, i * 20000, 160000 + i, &d);
        assert_int_equal(any, i == 2);
    }
    assert_true(cf_bwe_groups_on_packet(&g, 140000, 180000, &d));
    assert_int_equal(d.sent, 100000);
    assert_int_equal(d.arrival, 160006 - 45000);
}

static void begins_anew_when_a_clock_jumps(void **state) {
    (void)state;
    struct cf_bwe_groups g = {.backwards = 0};
    struct cf_bwe_deltas d;
    cf_usec jump = 0;
    size_t deltas = 0;
    for (cf_usec i = 0; i < 100; i++) {
        jump = i == 30 ? CF_SEC(10) : i == 60 ? -CF_SEC(10) : jump;
        if (cf_bwe_groups_on_packet(&g, i * 20000, i * 20000 + CF_SEC(100) + jump, &d)) {
            deltas++;
            assert_int_equal(d.arrival, 20000);
        }
    }
    assert_in_range(deltas, 85, 95);
}

/* Feed groups 20 ms apart whose delay grows by @slope (ms a second), with noise, until @until. Returns how often it was overuse.
 */
static size_t feed(struct cf_bwe_trendline *t, double slope, cf_usec noise, cf_usec from, cf_usec until, struct cf_rng *rng) {
    size_t over = 0;
    cf_usec last = 0;
    for (cf_usec at = from; at < until; at += CF_MSEC(20)) {
        cf_usec wobble = noise > 0 ? (cf_usec)cf_rng_below(rng, (uint32_t)noise) : 0;
        cf_usec delay = (cf_usec)(slope * (double)(at - from) / 1e3) + wobble;
        const struct cf_bwe_deltas d = {.sent = CF_MSEC(20), .arrival = CF_MSEC(20) + delay - last};
        last = delay;
        cf_bwe_trendline_on_deltas(t, &d, at + delay);
        over += t->usage == CF_BWE_USAGE_OVER;
    }
    return over;
}

static void notices_growing_queues_soon(void **state) {
    (void)state;
    struct cf_rng rng;
    struct cf_bwe_trendline t;
    cf_rng_init(&rng, 3);
    cf_bwe_trendline_init(&t);
    assert_int_equal(feed(&t, 0, CF_MSEC(4), 0, CF_SEC(20), &rng), 0);
    assert_int_equal(t.usage, CF_BWE_USAGE_NORMAL);
    /* 20 % more than the link carries: within 400 ms. */
    assert_true(feed(&t, 200, CF_MSEC(4), CF_SEC(20), CF_SEC(20) + CF_MSEC(400), &rng) > 0);
    /* A queue that empties is underuse. */
    (void)feed(&t, -200, 0, CF_SEC(21), CF_SEC(22), &rng);
    assert_int_equal(t.usage, CF_BWE_USAGE_UNDER);
}

static void is_not_fooled_by_noise(void **state) {
    (void)state;
    struct cf_rng rng;
    struct cf_bwe_trendline t;
    cf_rng_init(&rng, 4);
    cf_bwe_trendline_init(&t);
    assert_true(feed(&t, 0, CF_MSEC(30), 0, CF_SEC(60), &rng) < 3000 / 100);
    assert_true(t.threshold >= 6 && t.threshold <= 600);
}

static void works_for_days(void **state) {
    (void)state;
    struct cf_rng rng;
    struct cf_bwe_trendline t;
    cf_rng_init(&rng, 5);
    cf_bwe_trendline_init(&t);
    (void)feed(&t, 0, 0, 0, CF_SEC(2), &rng);
    cf_usec later = CF_SEC(5 * 86400);
    assert_int_equal(feed(&t, 0, CF_MSEC(4), later, later + CF_SEC(10), &rng), 0);
    assert_true(feed(&t, 200, CF_MSEC(4), later + CF_SEC(10), later + CF_SEC(11), &rng) > 0);
}

CF_TEST_MAIN(cmocka_unit_test(compares_what_was_least_delayed), cmocka_unit_test(joins_what_was_held_up),
             cmocka_unit_test(begins_anew_when_a_clock_jumps), cmocka_unit_test(notices_growing_queues_soon),
             cmocka_unit_test(is_not_fooled_by_noise), cmocka_unit_test(works_for_days))
