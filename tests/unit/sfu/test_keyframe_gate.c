/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Key frame requests: merged, spaced, repeated, given up; and the budget of one receiver. */
#include "core/sfu/keyframe_gate.h"

#include "lib/test.h"

static void asks_at_once_and_merges_wishes(void **state) {
    (void)state;
    struct cf_keyframe_gate gate = {.tries = 0};
    cf_usec now = CF_SEC(5);
    assert_true(cf_keyframe_gate_deadline(&gate) == CF_USEC_NEVER);
    for (int i = 0; i < 200; i++) {
        cf_keyframe_gate_want(&gate, CF_KEYFRAME_CAUSE_LOSS, now);
    }
    cf_keyframe_gate_want(&gate, CF_KEYFRAME_CAUSE_JOIN, now);
    cf_keyframe_gate_want(&gate, CF_KEYFRAME_CAUSE_LOSS, now);
    assert_true(cf_keyframe_gate_deadline(&gate) == now);
    assert_int_equal(cf_keyframe_gate_poll(&gate, now), CF_KEYFRAME_CAUSE_JOIN);
    assert_int_equal(cf_keyframe_gate_poll(&gate, now), CF_KEYFRAME_CAUSE_NONE);
    assert_int_equal(gate.asked, 1);
}

static void repeats_with_growing_pauses_until_a_key_frame_comes(void **state) {
    (void)state;
    struct cf_keyframe_gate gate = {.tries = 0};
    static const cf_usec times[] = {0, CF_MSEC(300), CF_MSEC(900), CF_MSEC(2100), CF_MSEC(4100), CF_MSEC(6100)};
    cf_keyframe_gate_want(&gate, CF_KEYFRAME_CAUSE_JOIN, 0);
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        assert_true(cf_keyframe_gate_deadline(&gate) == times[i]);
        assert_int_equal(cf_keyframe_gate_poll(&gate, times[i]), CF_KEYFRAME_CAUSE_JOIN);
    }
    cf_keyframe_gate_on_key_frame(&gate);
    assert_true(cf_keyframe_gate_deadline(&gate) == CF_USEC_NEVER);
}

static void never_asks_twice_within_the_interval(void **state) {
    (void)state;
    struct cf_keyframe_gate gate = {.tries = 0};
    cf_usec last = -CF_SEC(1);
    size_t asked = 0;
    /* Everybody wants one all the time, and gets one 30 ms after each request. */
    for (cf_usec now = 0; now < CF_SEC(10); now += CF_MSEC(1)) {
        cf_keyframe_gate_want(&gate, CF_KEYFRAME_CAUSE_LOSS, now);
        if (cf_keyframe_gate_poll(&gate, now) != CF_KEYFRAME_CAUSE_NONE) {
            assert_true(now - last >= CF_KEYFRAME_INTERVAL_MIN);
            last = now;
            asked++;
        }
        if (now - last == CF_MSEC(30)) {
            cf_keyframe_gate_on_key_frame(&gate);
        }
    }
    assert_in_range(asked, 30, 34);
}

static void gives_up_on_a_source_that_has_none(void **state) {
    (void)state;
    struct cf_keyframe_gate gate = {.tries = 0};
    cf_keyframe_gate_want(&gate, CF_KEYFRAME_CAUSE_LOSS, 0);
    size_t asked = 0;
    while (cf_keyframe_gate_deadline(&gate) != CF_USEC_NEVER) {
        asked += cf_keyframe_gate_poll(&gate, cf_keyframe_gate_deadline(&gate)) != CF_KEYFRAME_CAUSE_NONE;
    }
    assert_int_equal(asked, CF_KEYFRAME_TRIES_MAX);
}

static void hears_a_receiver_as_far_as_its_budget_goes(void **state) {
    (void)state;
    struct cf_keyframe_budget budget = {.spent = 0};
    size_t heard = 0;
    for (cf_usec now = 0; now < CF_SEC(60); now += CF_MSEC(10)) {
        heard += cf_keyframe_budget_spend(&budget, now);
    }
    /* The first four, then one in five seconds. */
    assert_in_range(heard, 4 + 11, 4 + 12);
}

/* However full the budget is. */
static void hears_nobody_twice_within_the_interval(void **state) {
    (void)state;
    struct cf_keyframe_budget budget = {.spent = 0};
    assert_true(cf_keyframe_budget_spend(&budget, CF_SEC(7)));
    assert_false(cf_keyframe_budget_spend(&budget, CF_SEC(7)));
    assert_false(cf_keyframe_budget_spend(&budget, CF_SEC(7) + CF_KEYFRAME_INTERVAL_MIN - 1));
    assert_true(cf_keyframe_budget_spend(&budget, CF_SEC(7) + CF_KEYFRAME_INTERVAL_MIN));
}

static void refills_the_budget_of_a_quiet_receiver(void **state) {
    (void)state;
    struct cf_keyframe_budget budget = {.spent = 0};
    for (cf_usec now = 0; now < CF_SEC(3); now += CF_MSEC(10)) {
        (void)cf_keyframe_budget_spend(&budget, now);
    }
    for (size_t i = 0; i < CF_KEYFRAME_BUDGET_MAX; i++) {
        assert_true(cf_keyframe_budget_spend(&budget, CF_SEC(60) + (cf_usec)i * CF_MSEC(400)));
    }
    assert_false(cf_keyframe_budget_spend(&budget, CF_SEC(62)));
}

CF_TEST_MAIN(cmocka_unit_test(asks_at_once_and_merges_wishes),
             cmocka_unit_test(repeats_with_growing_pauses_until_a_key_frame_comes),
             cmocka_unit_test(never_asks_twice_within_the_interval), cmocka_unit_test(gives_up_on_a_source_that_has_none),
             cmocka_unit_test(hears_a_receiver_as_far_as_its_budget_goes),
             cmocka_unit_test(hears_nobody_twice_within_the_interval), cmocka_unit_test(refills_the_budget_of_a_quiet_receiver))
