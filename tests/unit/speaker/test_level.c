/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Levels of sound, and of liars. */
#include "core/speaker/level.h"

#include "lib/test.h"
#include <math.h>

#define COUNT 960

static uint8_t level_of_sine(double amplitude) {
    int16_t pcm[COUNT];
    for (int i = 0; i < COUNT; i++) {
        pcm[i] = (int16_t)lrint(amplitude * sin(2 * 3.14159265358979 * i / 48));
    }
    return cf_level_of_pcm(pcm, COUNT);
}

static uint8_t level_of_square(int amplitude) {
    int16_t pcm[COUNT];
    for (int i = 0; i < COUNT; i++) {
        pcm[i] = (int16_t)(i / 24 % 2 ? amplitude : -amplitude);
    }
    return cf_level_of_pcm(pcm, COUNT);
}

static void measures_root_mean_square_below_overload(void **state) {
    (void)state;
    assert_int_equal(level_of_square(32767), 0);
    assert_int_equal(level_of_square(3277), 20);
    assert_int_equal(level_of_sine(32767), 3);
    assert_int_equal(level_of_sine(3276.7), 23);
    assert_int_equal(level_of_square(1), 90);
    assert_int_equal(level_of_square(0), CF_LEVEL_SILENT);
    static const int16_t most_negative[] = {INT16_MIN, INT16_MIN, INT16_MIN};
    assert_int_equal(cf_level_of_pcm(most_negative, 3), 0);
}

static void believes_the_honest(void **state) {
    (void)state;
    struct cf_level_judge judge = {0};
    for (int i = 0; i < 1000; i++) {
        /* Off by up to 8 dB either way, as senders with other windows are. */
        cf_level_judge_on_frame(&judge, (uint8_t)(30 + i % 17 - 8), 30, CF_MSEC(20) * i);
        assert_int_equal(cf_level_judge_believe(&judge, 30, CF_MSEC(20) * i), 30);
    }
    assert_int_equal(cf_level_judge_believe(&judge, CF_LEVEL_UNKNOWN, 0), CF_LEVEL_UNKNOWN);
}

static void finds_a_boaster_out_within_a_second(void **state) {
    (void)state;
    struct cf_level_judge judge = {0};
    cf_usec now = 0;
    for (; now < CF_SEC(1); now += CF_MSEC(20)) {
        cf_level_judge_on_frame(&judge, 0, 70, now);
    }
    assert_in_range(cf_level_judge_believe(&judge, 0, now), 60, 70);
    /* What is claimed besides is discounted too, but never below silence. */
    assert_int_equal(cf_level_judge_believe(&judge, 100, now), CF_LEVEL_SILENT);
}

static void forgives_slowly_and_at_once_when_proved_wrong(void **state) {
    (void)state;
    struct cf_level_judge judge = {0};
    for (int i = 0; i < 200; i++) {
        cf_level_judge_on_frame(&judge, 0, 60, 0);
    }
    assert_in_range(cf_level_judge_believe(&judge, 20, CF_SEC(10)), 60, 70);
    assert_int_equal(cf_level_judge_believe(&judge, 20, CF_SEC(100)), 20);
    for (int i = 0; i < 50; i++) {
        cf_level_judge_on_frame(&judge, 20, 20, CF_SEC(11));
    }
    assert_int_equal(cf_level_judge_believe(&judge, 20, CF_SEC(11)), 20);
}

CF_TEST_MAIN(cmocka_unit_test(measures_root_mean_square_below_overload), cmocka_unit_test(believes_the_honest),
             cmocka_unit_test(finds_a_boaster_out_within_a_second),
             cmocka_unit_test(forgives_slowly_and_at_once_when_proved_wrong))
