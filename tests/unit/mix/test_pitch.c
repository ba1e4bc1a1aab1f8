/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lags of what repeats. */
#include "core/mix/pitch.h"

#include "lib/test.h"
#include "lib/test_sound.h"

static void finds_the_period_of_a_tone_at_every_coarseness(void **state) {
    (void)state;
    for (size_t coarse = 1; coarse <= 4; coarse++) {
        for (size_t period = 130; period <= 470; period += 17) {
            int16_t pcm[960];
            float likeness = 0;
            for (size_t i = 0; i < 960; i++) {
                /* With an overtone, so that half the period is worse. */
                pcm[i] = (int16_t)(test_tone(i, 48000.0 / (double)period, 5000, 48000) +
                                   test_tone(i, 96000.0 / (double)period, 4000, 48000));
            }
            size_t lag = cf_pitch_find(pcm, 480, 120, 480, coarse, &likeness);
            /* The period, or a multiple of it. */
            assert_true(lag % period <= 1 || lag % period == period - 1);
            assert_true(likeness > 0.99F && likeness < 1.01F);
        }
    }
}

static void finds_little_in_noise_and_nothing_in_silence(void **state) {
    (void)state;
    int16_t pcm[960] = {0};
    struct cf_rng rng;
    float likeness = 1;
    (void)cf_pitch_find(pcm, 480, 120, 480, 4, &likeness);
    assert_true(likeness == 0.0F);
    cf_rng_init(&rng, 4);
    test_noise(&rng, 20000, pcm, 960);
    size_t lag = cf_pitch_find(pcm, 480, 120, 480, 4, &likeness);
    assert_in_range(lag, 120, 480);
    assert_true(likeness < 0.4F);
}

CF_TEST_MAIN(cmocka_unit_test(finds_the_period_of_a_tone_at_every_coarseness),
             cmocka_unit_test(finds_little_in_noise_and_nothing_in_silence))
