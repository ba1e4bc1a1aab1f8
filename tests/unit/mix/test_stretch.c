/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cutting and repeating periods: the tone goes on as if nothing had happened. */
#include "core/mix/stretch.h"

#include "lib/test.h"
#include "lib/test_sound.h"
#include <stdlib.h>

#define COUNT 1440
#define ROOM (COUNT + CF_STRETCH_MAX)

static void tone(int16_t *pcm, double frequency_hz) {
    for (size_t i = 0; i < COUNT; i++) {
        pcm[i] = test_tone(i, frequency_hz, 9000, 48000);
    }
}

static int largest_step(const int16_t *pcm, size_t count) {
    int largest = 0;
    for (size_t i = 1; i < count; i++) {
        largest = abs(pcm[i] - pcm[i - 1]) > largest ? abs(pcm[i] - pcm[i - 1]) : largest;
    }
    return largest;
}

static void a_cut_tone_is_still_that_tone(void **state) {
    (void)state;
    for (double frequency = 110; frequency < 2000; frequency += 61) {
        int16_t pcm[ROOM];
        tone(pcm, frequency);
        int steady = largest_step(pcm, COUNT);
        size_t cut = cf_stretch_shrink(pcm, COUNT, false);
        assert_in_range(cut, 120, CF_STRETCH_MAX);
        assert_true(largest_step(pcm, COUNT - cut) <= steady + 200);
        assert_true(test_tone_snr(pcm, COUNT - cut, frequency, 48000) > 20);
    }
}

static void a_lengthened_tone_is_still_that_tone(void **state) {
    (void)state;
    for (double frequency = 110; frequency < 2000; frequency += 61) {
        int16_t pcm[ROOM];
        tone(pcm, frequency);
        int steady = largest_step(pcm, COUNT);
        size_t added = cf_stretch_grow(pcm, COUNT, false);
        assert_in_range(added, 120, CF_STRETCH_MAX);
        assert_true(largest_step(pcm, COUNT + added) <= steady + 200);
        assert_true(test_tone_snr(pcm, COUNT + added, frequency, 48000) > 20);
    }
}

static void both_ends_stay_as_they_were(void **state) {
    (void)state;
    int16_t pcm[ROOM];
    int16_t original[ROOM];
    tone(original, 300);
    tone(pcm, 300);
    size_t cut = cf_stretch_shrink(pcm, COUNT, false);
    assert_int_equal(pcm[0], original[0]);
    assert_memory_equal(pcm + 2 * CF_STRETCH_MAX - cut, original + 2 * CF_STRETCH_MAX,
                        (COUNT - 2 * CF_STRETCH_MAX) * sizeof *pcm);
    tone(pcm, 300);
    size_t added = cf_stretch_grow(pcm, COUNT, false);
    assert_memory_equal(pcm, original, 120 * sizeof *pcm);
    assert_memory_equal(pcm + CF_STRETCH_MAX + added, original + CF_STRETCH_MAX, (COUNT - CF_STRETCH_MAX) * sizeof *pcm);
}

static void noise_is_left_alone_unless_it_is_quiet(void **state) {
    (void)state;
    int16_t pcm[ROOM];
    int16_t original[ROOM];
    struct cf_rng rng;
    cf_rng_init(&rng, 9);
    test_noise(&rng, 9000, original, ROOM);
    memcpy(pcm, original, sizeof pcm);
    assert_int_equal(cf_stretch_shrink(pcm, COUNT, false), 0);
    assert_int_equal(cf_stretch_grow(pcm, COUNT, false), 0);
    assert_memory_equal(pcm, original, sizeof pcm);
    assert_int_equal(cf_stretch_shrink(pcm, COUNT, true), CF_STRETCH_MAX);
    assert_int_equal(cf_stretch_grow(pcm, COUNT - CF_STRETCH_MAX, true), CF_STRETCH_MAX);
}

CF_TEST_MAIN(cmocka_unit_test(a_cut_tone_is_still_that_tone), cmocka_unit_test(a_lengthened_tone_is_still_that_tone),
             cmocka_unit_test(both_ends_stay_as_they_were), cmocka_unit_test(noise_is_left_alone_unless_it_is_quiet))
