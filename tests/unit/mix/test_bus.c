/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sums, fades and the limiter. */
#include "core/mix/bus.h"

#include "lib/test.h"
#include "lib/test_sound.h"
#include <stdlib.h>

#define SAMPLES CF_MIX_TICK_SAMPLES

static void constant(int16_t *pcm, int16_t value) {
    for (size_t i = 0; i < SAMPLES; i++) {
        pcm[i] = value;
    }
}

static void a_single_voice_is_passed_bit_by_bit(void **state) {
    (void)state;
    static struct cf_mix_bus bus;
    struct cf_rng rng;
    int16_t pcm[SAMPLES];
    int16_t rest[SAMPLES];
    int16_t nothing[SAMPLES] = {0};
    struct cf_mix_limiter limiter = {0};
    cf_rng_init(&rng, 1);
    for (int t = 0; t < 50; t++) {
        test_noise(&rng, 32767, pcm, SAMPLES);
        cf_mix_bus_clear(&bus);
        size_t input = cf_mix_bus_add(&bus, pcm, CF_MIX_FADE_NONE);
        assert_false(cf_mix_bus_finish(&bus));
        assert_memory_equal(bus.common, pcm, sizeof pcm);
        cf_mix_bus_without(&bus, cf_mix_input_bit(input), &limiter, rest);
        assert_memory_equal(rest, nothing, sizeof rest);
        cf_mix_bus_without(&bus, cf_mix_input_bit(CF_MIX_NO_INPUT), &limiter, rest);
        assert_memory_equal(rest, pcm, sizeof rest);
    }
}

static void everyone_is_the_sum_without_himself(void **state) {
    (void)state;
    static struct cf_mix_bus bus;
    static const int16_t values[] = {100, -250, 4000, 17};
    struct cf_mix_limiter limiter = {0};
    int16_t pcm[SAMPLES];
    int16_t rest[SAMPLES];
    cf_mix_bus_clear(&bus);
    for (size_t i = 0; i < 4; i++) {
        constant(pcm, values[i]);
        assert_int_equal(cf_mix_bus_add(&bus, pcm, CF_MIX_FADE_NONE), i);
    }
    assert_false(cf_mix_bus_finish(&bus));
    assert_int_equal(bus.common[500], 3867);
    for (size_t i = 0; i < 4; i++) {
        cf_mix_bus_without(&bus, cf_mix_input_bit(i), &limiter, rest);
        assert_int_equal(rest[0], 3867 - values[i]);
        assert_int_equal(rest[SAMPLES - 1], 3867 - values[i]);
    }
}

static void fades_are_even_and_subtract_to_nothing(void **state) {
    (void)state;
    static struct cf_mix_bus bus;
    int16_t pcm[SAMPLES];
    int16_t rest[SAMPLES];
    struct cf_mix_limiter limiter = {0};
    constant(pcm, 10000);
    cf_mix_bus_clear(&bus);
    size_t in = cf_mix_bus_add(&bus, pcm, CF_MIX_FADE_IN);
    size_t out = cf_mix_bus_add(&bus, pcm, CF_MIX_FADE_OUT);
    (void)cf_mix_bus_finish(&bus);
    assert_int_equal(bus.inputs[in][0], 0);
    assert_int_equal(bus.inputs[in][SAMPLES - 1], 10000);
    assert_int_equal(bus.inputs[out][0], 10000);
    assert_int_equal(bus.inputs[out][SAMPLES - 1], 0);
    for (size_t i = 1; i < SAMPLES; i++) {
        assert_in_range(bus.inputs[in][i] - bus.inputs[in][i - 1], 0, 21);
        assert_in_range(bus.inputs[out][i - 1] - bus.inputs[out][i], 0, 21);
    }
    /* While one comes and the other goes the sum stays the same. */
    for (size_t i = 0; i < SAMPLES / 2; i++) {
        assert_in_range(bus.sum[i], 9998, 10000);
    }
    cf_mix_bus_without(&bus, cf_mix_input_bit(in), &limiter, rest);
    assert_memory_equal(rest, bus.inputs[out], sizeof rest);
}

/* A tone of amplitude @p loud that begins at tick 5 and ends at 20; quieter before and after. */
static int32_t loud_tone(uint64_t at, int32_t loud) {
    uint64_t t = at / SAMPLES;
    return (t >= 5 && t < 20 ? loud : 3000) * (int32_t)test_tone(at, 400, 1000, 48000) / 1000;
}

static void loudness_is_turned_down_and_let_up_again_without_clicks(void **state) {
    (void)state;
    static const int32_t louds[] = {33000, 50000, 65534, 130000, 260000};
    for (size_t l = 0; l < sizeof louds / sizeof *louds; l++) {
        struct cf_mix_limiter limiter = {0};
        int16_t before = 0;
        for (uint64_t t = 0; t < 100; t++) {
            int32_t in[SAMPLES];
            int16_t out[SAMPLES];
            for (uint64_t i = 0; i < SAMPLES; i++) {
                in[i] = loud_tone(t * SAMPLES + i, louds[l]);
            }
            bool limited = cf_mix_limit(&limiter, in, out);
            assert_true(t >= 5 || !limited);
            for (size_t i = 0; i < SAMPLES; i++) {
                /* A tone of 400 Hz at full scale moves by 1716 a sample; what was not seen coming is cut within a millisecond. */
                assert_true((t == 5 && i <= 48) || abs(out[i] - before) < 2000);
                before = out[i];
            }
            if (t > 5 && t < 20) {
                assert_true(test_tone_snr(out, SAMPLES, 400, 48000) > 35);
            }
        }
        /* At rest again: what comes is passed as it is. */
        int32_t in[SAMPLES];
        int16_t out[SAMPLES];
        for (int32_t i = 0; i < SAMPLES; i++) {
            in[i] = i;
        }
        assert_false(cf_mix_limit(&limiter, in, out));
        assert_int_equal(out[700], 700);
    }
}

static void the_loudest_possible_sum_does_not_wrap(void **state) {
    (void)state;
    static struct cf_mix_bus bus;
    int16_t pcm[SAMPLES];
    for (int sign = -1; sign <= 1; sign += 2) {
        bus.limiter.reduction = 0;
        for (int t = 0; t < 3; t++) {
            cf_mix_bus_clear(&bus);
            constant(pcm, sign < 0 ? INT16_MIN : INT16_MAX);
            for (size_t i = 0; i < CF_MIX_BUS_INPUTS; i++) {
                (void)cf_mix_bus_add(&bus, pcm, CF_MIX_FADE_NONE);
            }
            assert_true(cf_mix_bus_finish(&bus));
            for (size_t i = 0; i < SAMPLES; i++) {
                assert_true(bus.common[i] * sign >= 32700);
            }
        }
    }
}

CF_TEST_MAIN(cmocka_unit_test(a_single_voice_is_passed_bit_by_bit), cmocka_unit_test(everyone_is_the_sum_without_himself),
             cmocka_unit_test(fades_are_even_and_subtract_to_nothing),
             cmocka_unit_test(loudness_is_turned_down_and_let_up_again_without_clicks),
             cmocka_unit_test(the_loudest_possible_sum_does_not_wrap))
