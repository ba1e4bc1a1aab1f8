/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Limits by receiver reports. */
#include "core/bwe/report_loss.h"

#include "lib/test.h"

static void limits_nothing_without_a_reason(void **state) {
    (void)state;
    struct cf_report_loss l = {.limit_bps = 0};
    for (cf_usec now = 0; now < CF_SEC(100); now += CF_SEC(1)) {
        cf_report_loss_on_report(&l, (uint8_t)(now / CF_SEC(1) % 26), 1000000, now);
        assert_true(cf_report_loss_limit(&l) == UINT64_MAX);
    }
    cf_report_loss_on_report(&l, 255, 0, CF_SEC(101));
    assert_true(cf_report_loss_limit(&l) == UINT64_MAX);
}

static void falls_by_half_of_the_loss_and_comes_back(void **state) {
    (void)state;
    struct cf_report_loss l = {.limit_bps = 0};
    cf_report_loss_on_report(&l, 128, 1000000, CF_SEC(1));
    assert_int_equal(cf_report_loss_limit(&l), 750000);
    cf_report_loss_on_report(&l, 128, 1000000, CF_SEC(1) + CF_MSEC(100)); /* another stream tells of the same */
    assert_int_equal(cf_report_loss_limit(&l), 750000);
    cf_report_loss_on_report(&l, 128, 700000, CF_SEC(2));
    assert_int_equal(cf_report_loss_limit(&l), 525000);
    cf_report_loss_on_report(&l, 10, 500000, CF_SEC(5)); /* between: as it is, and that time does not count */
    assert_int_equal(cf_report_loss_limit(&l), 525000);
    cf_report_loss_on_report(&l, 0, 500000, CF_SEC(7));
    assert_in_range(cf_report_loss_limit(&l), 600000, 620000);
    cf_usec now = CF_SEC(7);
    while (cf_report_loss_limit(&l) != UINT64_MAX) {
        now += CF_SEC(2);
        cf_report_loss_on_report(&l, 0, 500000, now);
        assert_true(now < CF_SEC(60));
    }
    assert_true(now > CF_SEC(12));
}

static void does_not_fall_forever(void **state) {
    (void)state;
    struct cf_report_loss l = {.limit_bps = 0};
    for (cf_usec now = 0; now < CF_SEC(100); now += CF_SEC(1)) {
        cf_report_loss_on_report(&l, 255, 1000000, now);
    }
    assert_int_equal(cf_report_loss_limit(&l), CF_REPORT_LOSS_MIN_BPS);
}

CF_TEST_MAIN(cmocka_unit_test(limits_nothing_without_a_reason), cmocka_unit_test(falls_by_half_of_the_loss_and_comes_back),
             cmocka_unit_test(does_not_fall_forever))
