/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Silence that is left out. */
#include "core/mix/rest.h"

#include "lib/test.h"

#define AFTER 25

static void silence_is_nothing_but_zeros(void **state) {
    (void)state;
    int16_t pcm[960] = {0};
    assert_true(cf_mix_rest_is_silence(pcm, 960));
    assert_true(cf_mix_rest_is_silence(pcm, 1));
    assert_true(cf_mix_rest_is_silence(pcm, 0));
    for (size_t i = 0; i < 960; i++) {
        pcm[i] = -1;
        assert_false(cf_mix_rest_is_silence(pcm, 960));
        assert_int_equal(cf_mix_rest_is_silence(pcm, i), true);
        assert_int_equal(cf_mix_rest_is_silence(pcm, i + 1), false);
        pcm[i] = 0;
    }
}

/* Frames of one tick from @first on, all silent, until a second has gone: how many were sent. */
static unsigned sent_of(struct cf_mix_rest *rest, uint32_t after, uint64_t first, unsigned ticks) {
    unsigned sent = 0;
    for (unsigned i = 0; i < ticks; i++) {
        cf_mix_rest_on_tick(rest, true);
        sent += !cf_mix_rest_spares(rest, after, first + i);
    }
    return sent;
}

static void silence_is_sent_for_a_while_then_now_and_then(void **state) {
    (void)state;
    struct cf_mix_rest rest = {0};
    assert_int_equal(sent_of(&rest, AFTER, 0, AFTER), AFTER);
    assert_false(cf_mix_rest_is_resting(&rest, AFTER));
    assert_int_equal(sent_of(&rest, AFTER, AFTER, 10 * CF_MIX_REST_REFRESH_TICKS), 10);
    assert_int_equal(rest.sent_tick % CF_MIX_REST_REFRESH_TICKS, 0);
    assert_true(cf_mix_rest_is_resting(&rest, AFTER));
}

static void sound_and_new_listeners_end_the_rest(void **state) {
    (void)state;
    struct cf_mix_rest rest = {0};
    (void)sent_of(&rest, AFTER, 0, AFTER + 5);
    cf_mix_rest_on_tick(&rest, false);
    assert_false(cf_mix_rest_spares(&rest, AFTER, AFTER + 5));
    assert_int_equal(sent_of(&rest, AFTER, AFTER + 6, AFTER + 5), AFTER);
    cf_mix_rest_wake(&rest, AFTER);
    assert_int_equal(sent_of(&rest, AFTER, 2 * AFTER + 11, AFTER + 5), CF_MIX_REST_FRESH_TICKS);
}

/* Who comes while silence is still sent anyway neither prolongs nor cuts that. */
static void new_listeners_change_nothing_before_the_rest(void **state) {
    (void)state;
    struct cf_mix_rest rest = {0};
    (void)sent_of(&rest, AFTER, 0, 3);
    cf_mix_rest_wake(&rest, AFTER);
    assert_int_equal(sent_of(&rest, AFTER, 3, AFTER), AFTER - 3);
    cf_mix_rest_wake(&rest, CF_MIX_REST_FRESH_TICKS - 1);
    assert_int_equal(rest.silent_ticks, 0);
}

static void without_a_rest_all_is_sent(void **state) {
    (void)state;
    struct cf_mix_rest rest = {0};
    assert_int_equal(sent_of(&rest, 0, 0, 1000), 1000);
    assert_int_equal(cf_mix_rest_left(&rest, 0, 1000), 0);
}

static void two_frames_of_a_tick_are_one_sign_of_life(void **state) {
    (void)state;
    struct cf_mix_rest rest = {0};
    (void)sent_of(&rest, AFTER, 0, AFTER + 1);
    uint64_t tick = (AFTER / CF_MIX_REST_REFRESH_TICKS + 1) * CF_MIX_REST_REFRESH_TICKS;
    assert_false(cf_mix_rest_spares(&rest, AFTER, tick));
    assert_true(cf_mix_rest_spares(&rest, AFTER, tick));
}

static void ticks_may_be_left_out_until_the_next_sign_of_life(void **state) {
    (void)state;
    struct cf_mix_rest rest = {0};
    (void)sent_of(&rest, AFTER, 0, AFTER);
    assert_int_equal(cf_mix_rest_left(&rest, AFTER, AFTER), 0);
    (void)sent_of(&rest, AFTER, AFTER, 1);
    uint32_t left = cf_mix_rest_left(&rest, AFTER, AFTER + 1);
    assert_int_equal((AFTER + 1 + left) % CF_MIX_REST_REFRESH_TICKS, 0);
    assert_true(cf_mix_rest_spares(&rest, AFTER, AFTER + left));
    assert_false(cf_mix_rest_spares(&rest, AFTER, AFTER + left + 1));
    assert_int_equal(cf_mix_rest_left(&rest, AFTER, AFTER + 500), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(silence_is_nothing_but_zeros),
        cmocka_unit_test(silence_is_sent_for_a_while_then_now_and_then),
        cmocka_unit_test(sound_and_new_listeners_end_the_rest),
        cmocka_unit_test(new_listeners_change_nothing_before_the_rest),
        cmocka_unit_test(without_a_rest_all_is_sent),
        cmocka_unit_test(two_frames_of_a_tick_are_one_sign_of_life),
        cmocka_unit_test(ticks_may_be_left_out_until_the_next_sign_of_life),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
