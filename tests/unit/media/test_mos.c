/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Estimated quality of sound. */
#include "core/media/mos.h"

#include "lib/test.h"

static uint16_t mos(uint32_t loss_permille, cf_usec round_trip, cf_usec jitter) {
    const struct cf_mos_input input = {
        .codec = CF_CODEC_OPUS, .loss_permille = loss_permille, .round_trip_usec = round_trip, .jitter_usec = jitter};
    return cf_mos_centi(&input);
}

static void follows_the_curve_of_the_recommendation(void **state) {
    (void)state;
    /* G.107 annex B: R 93.2 is 4.41; here R is 92.1 for the delay of packing and playing. */
    assert_in_range(mos(0, -1, 0), 436, 441);
    /* 1 % lost takes 3.6 from R, 5 % 15.8, 20 % 42. */
    assert_in_range(mos(10, -1, 0), 425, 433);
    assert_in_range(mos(50, -1, 0), 382, 392);
    assert_in_range(mos(200, -1, 0), 250, 262);
    /* 400 ms each way. */
    assert_in_range(mos(0, CF_MSEC(800), 0), 260, 300);
}

static void is_never_better_for_more_loss_or_delay(void **state) {
    (void)state;
    for (uint32_t loss = 0; loss < 1000; loss++) {
        assert_true(mos(loss + 1, 0, 0) <= mos(loss, 0, 0));
    }
    for (cf_usec delay = 0; delay < CF_SEC(20); delay += CF_MSEC(10)) {
        assert_true(mos(0, delay + CF_MSEC(10), 0) <= mos(0, delay, 0));
        assert_true(mos(0, 0, delay + CF_MSEC(10)) <= mos(0, 0, delay));
    }
}

static void stays_within_its_scale(void **state) {
    (void)state;
    assert_int_equal(mos(1000, CF_SEC(1000000), CF_SEC(1000000)), 100);
    const struct cf_mos_input other = {.codec = CF_CODEC_G722, .loss_permille = 50};
    assert_true(cf_mos_centi(&other) < mos(50, 0, 0));
}

CF_TEST_MAIN(cmocka_unit_test(follows_the_curve_of_the_recommendation), cmocka_unit_test(is_never_better_for_more_loss_or_delay),
             cmocka_unit_test(stays_within_its_scale))
