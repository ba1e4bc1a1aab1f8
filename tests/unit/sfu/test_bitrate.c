/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much sources are told to send. */
#include "core/sfu/bitrate.h"

#include "lib/test.h"

static void takes_the_highest_wish(void **state) {
    (void)state;
    uint64_t highest = cf_bitrate_add(0, 300000);
    assert_true(highest == 300000);
    highest = cf_bitrate_add(cf_bitrate_add(highest, 2000000), 100);
    assert_true(highest == 2000000);
    assert_true(cf_bitrate_add(highest, CF_BITRATE_UNLIMITED) == CF_BITRATE_UNLIMITED);
    assert_true(cf_bitrate_add(0, 100) == CF_BITRATE_MIN_BPS);
}

static void forgets_wishes_and_raises_absurd_ones(void **state) {
    (void)state;
    struct cf_bitrate_wish wish = {.until = 0};
    assert_true(cf_bitrate_wish_now(&wish, 0) == CF_BITRATE_UNLIMITED);
    cf_bitrate_wish_set(&wish, 1, 0);
    assert_true(cf_bitrate_wish_now(&wish, CF_BITRATE_WISH_TTL - 1) == CF_BITRATE_MIN_BPS);
    assert_true(cf_bitrate_wish_now(&wish, CF_BITRATE_WISH_TTL) == CF_BITRATE_UNLIMITED);
}

static void tells_until_acknowledged(void **state) {
    (void)state;
    struct cf_bitrate_ask ask = {.tries_left = 0};
    uint64_t told = 0;
    cf_bitrate_ask_set(&ask, CF_BITRATE_UNLIMITED, 0);
    assert_true(cf_bitrate_ask_deadline(&ask) == CF_USEC_NEVER);
    cf_bitrate_ask_set(&ask, 500000, 0);
    assert_true(cf_bitrate_ask_poll(&ask, 0, &told));
    assert_true(told == 500000);
    assert_false(cf_bitrate_ask_poll(&ask, CF_BITRATE_REPEAT - 1, &told));
    assert_true(cf_bitrate_ask_poll(&ask, CF_BITRATE_REPEAT, &told));
    cf_bitrate_ask_on_notification(&ask);
    assert_true(cf_bitrate_ask_deadline(&ask) == CF_USEC_NEVER);
    /* And back to no limit. */
    cf_bitrate_ask_set(&ask, CF_BITRATE_UNLIMITED, CF_SEC(9));
    assert_true(cf_bitrate_ask_poll(&ask, CF_SEC(9), &told));
    assert_true(told == CF_BITRATE_UNLIMITED);
}

static void says_nothing_of_small_changes(void **state) {
    (void)state;
    struct cf_bitrate_ask ask = {.tries_left = 0};
    uint64_t told;
    cf_bitrate_ask_set(&ask, 500000, 0);
    assert_true(cf_bitrate_ask_poll(&ask, 0, &told));
    cf_bitrate_ask_on_notification(&ask);
    cf_bitrate_ask_set(&ask, 510000, CF_SEC(1));
    assert_true(cf_bitrate_ask_deadline(&ask) == CF_USEC_NEVER);
    cf_bitrate_ask_set(&ask, 600000, CF_SEC(1));
    assert_true(cf_bitrate_ask_deadline(&ask) == CF_SEC(1));
}

/* Who was told to send nothing is waited for; not so who was told to send less. */
static void tells_at_once_that_something_is_wanted_again(void **state) {
    (void)state;
    struct cf_bitrate_ask ask = {.any = false};
    uint64_t bps = 1;
    cf_bitrate_ask_set(&ask, 0, CF_SEC(1));
    assert_true(cf_bitrate_ask_poll(&ask, CF_SEC(1), &bps));
    assert_int_equal(bps, 0);
    cf_bitrate_ask_set(&ask, 500000, CF_SEC(1) + CF_MSEC(10));
    assert_true(cf_bitrate_ask_poll(&ask, CF_SEC(1) + CF_MSEC(10), &bps));
    assert_int_equal(bps, 500000);
    cf_bitrate_ask_set(&ask, 900000, CF_SEC(1) + CF_MSEC(20));
    assert_false(cf_bitrate_ask_poll(&ask, CF_SEC(1) + CF_MSEC(20), &bps));
}

static void tells_no_faster_if_the_wish_changes_all_the_time(void **state) {
    (void)state;
    struct cf_bitrate_ask ask = {.tries_left = 0};
    size_t told_count = 0;
    uint64_t told;
    for (cf_usec now = 0; now < CF_SEC(10); now += CF_MSEC(10)) {
        cf_bitrate_ask_set(&ask, now / CF_MSEC(10) % 2 == 0 ? 100000 : 900000, now);
        told_count += cf_bitrate_ask_poll(&ask, now, &told);
    }
    assert_in_range(told_count, 19, 21);
}

CF_TEST_MAIN(cmocka_unit_test(takes_the_highest_wish), cmocka_unit_test(forgets_wishes_and_raises_absurd_ones),
             cmocka_unit_test(tells_until_acknowledged), cmocka_unit_test(says_nothing_of_small_changes),
             cmocka_unit_test(tells_at_once_that_something_is_wanted_again),
             cmocka_unit_test(tells_no_faster_if_the_wish_changes_all_the_time))
