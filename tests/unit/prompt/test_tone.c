/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/prompt/tone.h"

#include "lib/test.h"
#include "lib/test_sound.h"
#include <math.h>
#include <stdlib.h>

#define SIZE (2 * CF_PROMPT_RATE_HZ)

static int16_t pcm[SIZE];

static void tones_are_soft_begin_and_end_in_silence(void **state) {
    (void)state;
    size_t tones = 0;
    for (size_t i = 0; i < CF_PROMPT_COUNT_; i++) {
        size_t count = cf_tone_len((enum cf_prompt)i);
        bool is_spoken = cf_prompt_text((enum cf_prompt)i).len > 0;
        assert_true(is_spoken == (count == 0));
        if (is_spoken) {
            continue;
        }
        assert_true(count < SIZE);
        cf_tone_make((enum cf_prompt)i, pcm);
        int peak = 0;
        double power = 0;
        for (size_t k = 0; k < count; k++) {
            peak = abs(pcm[k]) > peak ? abs(pcm[k]) : peak;
            power += (double)pcm[k] * pcm[k];
        }
        /* Between -45 and -18 dBFS on the whole, and no peak above -6. */
        double rms = 10 * log10(power / (double)count / (32768.0 * 32768.0));
        assert_true(rms > -45 && rms < -18 && peak < 16384);
        assert_true(abs(pcm[0]) < 50 && abs(pcm[count - 1]) < 50);
        tones++;
    }
    assert_int_equal(tones, 4);
}

static void who_comes_is_a_rising_tone_and_who_goes_a_falling_one(void **state) {
    (void)state;
    static const enum cf_prompt both[] = {CF_PROMPT_TONE_ENTER, CF_PROMPT_TONE_LEAVE};
    for (size_t i = 0; i < 2; i++) {
        cf_tone_make(both[i], pcm);
        size_t early = CF_PROMPT_RATE_HZ / 10;
        size_t late = CF_PROMPT_RATE_HZ / 5;
        double low_first = test_amplitude(pcm, early, 659.26, CF_PROMPT_RATE_HZ);
        double high_first = test_amplitude(pcm, early, 987.77, CF_PROMPT_RATE_HZ);
        double low_then = test_amplitude(pcm + late, early, 659.26, CF_PROMPT_RATE_HZ);
        double high_then = test_amplitude(pcm + late, early, 987.77, CF_PROMPT_RATE_HZ);
        bool rises = low_first > 4 * high_first && high_then > 2 * low_then;
        bool falls = high_first > 4 * low_first && low_then > 2 * high_then;
        assert_true(i == 0 ? rises : falls);
    }
}

CF_TEST_MAIN(cmocka_unit_test(tones_are_soft_begin_and_end_in_silence),
             cmocka_unit_test(who_comes_is_a_rising_tone_and_who_goes_a_falling_one))
