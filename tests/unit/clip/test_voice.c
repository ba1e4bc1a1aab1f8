/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/clip/voice.h"
#include "lib/test.h"
#include <string.h>

#define SECOND 48000

static int16_t sound[SECOND * 10];
static int16_t again[SECOND * 10];

static void equal_numbers_give_equal_sound(void **state) {
    struct cf_voice a;
    struct cf_voice b;
    (void)state;
    cf_voice_init(&a, CF_VOICE_SPEECH, 5);
    cf_voice_init(&b, CF_VOICE_SPEECH, 5);
    cf_voice_read(&a, sound, SECOND * 10);
    for (size_t at = 0; at < SECOND * 10; at += 960) {
        cf_voice_read(&b, again + at, 960);
    }
    assert_memory_equal(sound, again, sizeof sound);
    cf_voice_init(&b, CF_VOICE_SPEECH, 6);
    cf_voice_read(&b, again, SECOND * 10);
    assert_memory_not_equal(sound, again, sizeof sound);
}

static void speech_has_sound_and_pauses(void **state) {
    struct cf_voice v;
    unsigned loud = 0;
    unsigned quiet = 0;
    (void)state;
    cf_voice_init(&v, CF_VOICE_SPEECH, 3);
    cf_voice_read(&v, sound, SECOND * 10);
    for (size_t at = 0; at < SECOND * 10; at += 960) {
        int peak = 0;
        for (size_t i = at; i < at + 960; i++) {
            peak = sound[i] > peak ? sound[i] : peak;
        }
        loud += peak > 3000;
        quiet += peak == 0;
    }
    assert_in_range(loud, 200, 450);
    assert_in_range(quiet, 30, 250);
}

static void a_tone_has_its_pitch(void **state) {
    struct cf_voice v;
    unsigned crossings = 0;
    (void)state;
    cf_voice_init(&v, CF_VOICE_TONE, 440);
    cf_voice_read(&v, sound, SECOND);
    for (size_t i = 1; i < SECOND; i++) {
        crossings += sound[i - 1] < 0 && sound[i] >= 0;
    }
    assert_in_range(crossings, 439, 441);
    cf_voice_init(&v, CF_VOICE_SILENCE, 0);
    cf_voice_read(&v, sound, 10);
    assert_int_equal(sound[9], 0);
}

CF_TEST_MAIN(cmocka_unit_test(equal_numbers_give_equal_sound), cmocka_unit_test(speech_has_sound_and_pauses),
             cmocka_unit_test(a_tone_has_its_pitch))
