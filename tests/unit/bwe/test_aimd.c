/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Up slowly, down by what arrives. */
#include "core/bwe/aimd.h"

#include "lib/test.h"

static const struct cf_bwe_bounds bounds = {30000, 10000000};

static void observe(struct cf_bwe_aimd *a, enum cf_bwe_usage usage, uint64_t acked, cf_usec now) {
    const struct cf_bwe_observation o = {usage, acked};
    cf_bwe_aimd_on_observation(a, &o, now);
}

static void grows_by_8_percent_a_second(void **state) {
    (void)state;
    struct cf_bwe_aimd a;
    cf_bwe_aimd_init(&a, &bounds, 1000000);
    observe(&a, CF_BWE_USAGE_NORMAL, 1000000, 0);
    for (cf_usec now = 0; now <= CF_SEC(3); now += CF_MSEC(100)) {
        observe(&a, CF_BWE_USAGE_NORMAL, a.rate_bps, now);
    }
    assert_in_range(a.rate_bps, 1230000, 1290000);
}

static void does_not_outgrow_what_arrives(void **state) {
    (void)state;
    struct cf_bwe_aimd a;
    cf_bwe_aimd_init(&a, &bounds, 400000);
    for (cf_usec now = 0; now <= CF_SEC(60); now += CF_MSEC(100)) {
        observe(&a, CF_BWE_USAGE_NORMAL, 300000, now);
    }
    assert_int_equal(a.rate_bps, 460000);
    a.is_daring = true;
    for (cf_usec now = CF_SEC(60); now <= CF_SEC(90); now += CF_MSEC(100)) {
        observe(&a, CF_BWE_USAGE_NORMAL, 300000, now);
    }
    assert_true(a.rate_bps > 2000000);
}

static void falls_below_what_arrives_and_comes_back_carefully(void **state) {
    (void)state;
    struct cf_bwe_aimd a;
    cf_bwe_aimd_init(&a, &bounds, 2000000);
    assert_true(cf_bwe_aimd_can_reduce(&a, 1900000, 0));
    observe(&a, CF_BWE_USAGE_OVER, 1000000, CF_SEC(1));
    assert_int_equal(a.rate_bps, 850000);
    assert_false(cf_bwe_aimd_can_reduce(&a, 800000, CF_SEC(1) + CF_MSEC(100)));
    assert_true(cf_bwe_aimd_can_reduce(&a, 800000, CF_SEC(1) + CF_MSEC(200)));
    assert_true(cf_bwe_aimd_can_reduce(&a, 100000, CF_SEC(1) + CF_MSEC(100))); /* much less arrives: at once */
    observe(&a, CF_BWE_USAGE_UNDER, 850000, CF_SEC(2));
    assert_int_equal(a.rate_bps, 850000);
    /* The limit is known: about a packet each response time, not 8 % a second. */
    for (cf_usec now = CF_SEC(2); now <= CF_SEC(7); now += CF_MSEC(100)) {
        observe(&a, CF_BWE_USAGE_NORMAL, 850000, now);
    }
    assert_in_range(a.rate_bps, 860000, 950000);
    /* Much more arrives than ever: the limit is forgotten. */
    observe(&a, CF_BWE_USAGE_NORMAL, 3000000, CF_SEC(8));
    assert_false(a.capacity.any);
}

static void stays_within_bounds(void **state) {
    (void)state;
    struct cf_bwe_aimd a;
    cf_bwe_aimd_init(&a, &bounds, 1);
    assert_int_equal(a.rate_bps, 30000);
    observe(&a, CF_BWE_USAGE_OVER, 1, 1);
    assert_int_equal(a.rate_bps, 30000);
    cf_bwe_aimd_set_rate(&a, UINT64_MAX, 2);
    assert_int_equal(a.rate_bps, 10000000);
    observe(&a, CF_BWE_USAGE_NORMAL, UINT64_MAX / 16, 3);
    assert_int_equal(a.rate_bps, 10000000);
    const struct cf_bwe_bounds lower = {30000, 500000};
    cf_bwe_aimd_set_bounds(&a, &lower);
    assert_int_equal(a.rate_bps, 500000);
}

CF_TEST_MAIN(cmocka_unit_test(grows_by_8_percent_a_second), cmocka_unit_test(does_not_outgrow_what_arrives),
             cmocka_unit_test(falls_below_what_arrives_and_comes_back_carefully), cmocka_unit_test(stays_within_bounds))
