/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When a worker's lateness is worth a line. */
#include "server/lateness.h"

#include "lib/test.h"

#define MS 1000U

static void a_second_in_ten_is_told_once(void **state) {
    (void)state;
    struct cf_lateness lateness = {0};
    assert_false(cf_lateness_tell(&lateness, 1, 0, CF_SEC(1)));
    assert_false(cf_lateness_tell(&lateness, 1, 600 * MS, CF_SEC(5)));
    assert_true(cf_lateness_tell(&lateness, 1, 1200 * MS, CF_SEC(9)));
    assert_false(cf_lateness_tell(&lateness, 1, 5000 * MS, CF_SEC(10)));
    /* The next ten. */
    assert_false(cf_lateness_tell(&lateness, 1, 5100 * MS, CF_SEC(11)));
    assert_true(cf_lateness_tell(&lateness, 1, 6000 * MS, CF_SEC(20)));
}

static void a_little_now_and_then_is_forgotten(void **state) {
    (void)state;
    struct cf_lateness lateness = {0};
    for (unsigned i = 1; i <= 1000; i++) {
        assert_false(cf_lateness_tell(&lateness, 1, (uint64_t)i * 100 * MS, i * CF_SEC(2)));
    }
}

static void one_long_wait_is_told_whenever_it_is(void **state) {
    (void)state;
    struct cf_lateness lateness = {0};
    assert_false(cf_lateness_tell(&lateness, 1, 900 * MS, CF_SEC(1)));
    assert_false(cf_lateness_tell(&lateness, 1, 1800 * MS, CF_SEC(60)));
    assert_true(cf_lateness_tell(&lateness, 1, 2900 * MS, CF_SEC(3600)));
}

CF_TEST_MAIN(cmocka_unit_test(a_second_in_ten_is_told_once), cmocka_unit_test(a_little_now_and_then_is_forgotten),
             cmocka_unit_test(one_long_wait_is_told_whenever_it_is))
