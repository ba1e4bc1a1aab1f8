/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Push-back while too much is on its way. */
#include "core/bwe/window.h"

#include "lib/test.h"

static void pushes_back_while_queues_are_long(void **state) {
    (void)state;
    struct cf_bwe_window w;
    cf_bwe_window_init(&w);
    cf_bwe_window_on_feedback(&w, 1000000, 1000000);
    assert_int_equal(cf_bwe_window_apply(&w, 1000000), 1000000); /* no round trip is known */
    cf_bwe_window_on_round_trip(&w, CF_MSEC(50));
    /* 1 Mbit/s and 50 + 350 ms: 50000 octets. */
    for (int i = 0; i < 10; i++) {
        cf_bwe_window_on_feedback(&w, 30000, 1000000);
    }
    assert_int_equal(cf_bwe_window_apply(&w, 1000000), 1000000);
    for (int i = 0; i < 5; i++) {
        cf_bwe_window_on_feedback(&w, 80000, 1000000);
    }
    assert_in_range(cf_bwe_window_apply(&w, 1000000), 580000, 600000);
    for (int i = 0; i < 100; i++) {
        cf_bwe_window_on_feedback(&w, 80000, 1000000);
    }
    assert_int_equal(cf_bwe_window_apply(&w, 1000000), 250000);
    cf_bwe_window_on_feedback(&w, 30000, 1000000);
    assert_in_range(cf_bwe_window_apply(&w, 1000000), 260000, 270000);
    cf_bwe_window_on_feedback(&w, 1000, 1000000);
    assert_int_equal(cf_bwe_window_apply(&w, 1000000), 1000000);
}

static void forgets_old_round_trips(void **state) {
    (void)state;
    struct cf_bwe_window w;
    cf_bwe_window_init(&w);
    cf_bwe_window_on_round_trip(&w, CF_MSEC(10));
    for (unsigned i = 0; i < 2 * CF_BWE_ROUND_TRIPS; i++) {
        cf_bwe_window_on_round_trip(&w, CF_MSEC(400)); /* the route changed */
    }
    cf_bwe_window_on_feedback(&w, 80000, 1000000);
    assert_int_equal(cf_bwe_window_apply(&w, 1000000), 1000000);
}

CF_TEST_MAIN(cmocka_unit_test(pushes_back_while_queues_are_long), cmocka_unit_test(forgets_old_round_trips))
