/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/conf/pin_guard.h"

#include "lib/test.h"

static enum cf_pin_verdict try(struct cf_pin_guard *guard, cf_usec now, unsigned caller, unsigned room, const char *pin) {
    char who[32];
    char where[32];
    snprintf(who, sizeof who, "sip:%u@example.org", caller);
    snprintf(where, sizeof where, "room-%u", room);
    return cf_pin_guard_try(guard, now, cf_str_of(who), cf_str_of(where), CF_STR("4711"), cf_str_of(pin));
}

static void pins_are_four_to_sixteen_digits(void **state) {
    (void)state;
    assert_true(cf_pin_is_valid(CF_STR("0000")));
    assert_true(cf_pin_is_valid(CF_STR("1234567890123456")));
    assert_false(cf_pin_is_valid(CF_STR("123")));
    assert_false(cf_pin_is_valid(CF_STR("12345678901234567")));
    assert_false(cf_pin_is_valid(CF_STR("12a4")));
    assert_false(cf_pin_is_valid(CF_STR("")));
}

static void right_is_right_and_nothing_near_it_is(void **state) {
    (void)state;
    struct cf_pin_guard guard = {.seed = 1};
    static const char *const wrong[] = {"", "471", "47110", "4710"};
    assert_int_equal(try(&guard, 0, 1, 1, "4711"), CF_PIN_RIGHT);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(try(&guard, 0, 1, 1, wrong[i]), CF_PIN_WRONG);
    }
    assert_int_equal(guard.wrong, 4);
}

static void a_caller_who_guesses_is_barred_and_forgiven(void **state) {
    (void)state;
    struct cf_pin_guard guard = {.seed = 1};
    for (unsigned i = 0; i < CF_PIN_GUARD_CALLER_MAX; i++) {
        assert_int_equal(try(&guard, 0, 1, i, "0000"), CF_PIN_WRONG); /* in one room after the other */
    }
    assert_int_equal(try(&guard, 0, 1, 99, "4711"), CF_PIN_BARRED);
    assert_int_equal(try(&guard, 0, 2, 99, "4711"), CF_PIN_RIGHT);
    assert_int_equal(try(&guard, CF_PIN_GUARD_LEAK - 1, 1, 99, "4711"), CF_PIN_BARRED);
    assert_int_equal(try(&guard, CF_PIN_GUARD_LEAK, 1, 99, "4711"), CF_PIN_RIGHT);
    assert_int_equal(guard.barred, 2);
}

/* Ten thousand PINs, any number of accounts, a day: how many can be tried. */
static void a_crowd_gets_nowhere(void **state) {
    (void)state;
    struct cf_pin_guard guard = {.seed = 7};
    uint64_t looked_at = 0;
    for (cf_usec now = 0; now < CF_SEC(24 * 3600); now += CF_MSEC(200)) {
        looked_at += try(&guard, now, (unsigned)(now / CF_MSEC(200)), 1, "0000") == CF_PIN_WRONG ? 1 : 0;
    }
    /* 30 at once, then six a minute: less than the 10000 of the shortest PIN in a day. */
    assert_true(looked_at <= CF_PIN_GUARD_ROOM_MAX + 24 * 60 * 6);
    assert_true(looked_at < 10000);
    /* And a crowd in many rooms: one a second in all. */
    struct cf_pin_guard all = {.seed = 7};
    looked_at = 0;
    for (cf_usec now = 0; now < CF_SEC(3600); now += CF_MSEC(100)) {
        unsigned n = (unsigned)(now / CF_MSEC(100));
        looked_at += try(&all, now, n, n * 31, "0000") == CF_PIN_WRONG ? 1 : 0;
    }
    assert_true(looked_at <= CF_PIN_GUARD_ALL_MAX + 3600);
}

CF_TEST_MAIN(cmocka_unit_test(pins_are_four_to_sixteen_digits), cmocka_unit_test(right_is_right_and_nothing_near_it_is),
             cmocka_unit_test(a_caller_who_guesses_is_barred_and_forgiven), cmocka_unit_test(a_crowd_gets_nowhere))
