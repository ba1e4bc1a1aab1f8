/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/clip/likeness.h"
#include "core/clip/voice.h"
#include "lib/test.h"
#include "lib/test_mem.h"
#include <string.h>

#define COUNT (48000 * 8)

static int16_t voices[4][COUNT];
static int16_t heard[COUNT];
static struct test_mem mem;

static void speak(void) {
    test_mem_init(&mem);
    for (uint32_t i = 0; i < 4; i++) {
        struct cf_voice v;
        cf_voice_init(&v, CF_VOICE_SPEECH, i + 1);
        cf_voice_read(&v, voices[i], COUNT);
    }
}

/* What a listener hears of voices 0 and 1, late, with noise and a cut of 4 ms in the middle. */
static void mix(size_t delay) {
    struct cf_rng rng;
    cf_rng_init(&rng, 9);
    for (size_t i = 0; i < COUNT; i++) {
        size_t from = i < COUNT / 2 ? i : i + 192;
        int32_t sum = (int32_t)cf_rng_below(&rng, 400) - 200;
        if (from >= delay && from - delay < COUNT) {
            sum += voices[0][from - delay] + voices[1][from - delay];
        }
        heard[i] = (int16_t)(sum > INT16_MAX ? INT16_MAX : sum < INT16_MIN ? INT16_MIN : sum);
    }
}

static struct cf_likeness like(size_t source) {
    struct cf_likeness found;
    assert_ok(cf_likeness_of(&mem.mem, heard, COUNT, voices[source], COUNT, &found));
    return found;
}

static void those_in_the_mix_are_found(void **state) {
    (void)state;
    speak();
    mix(48 * 730);
    for (size_t i = 0; i < 2; i++) {
        struct cf_likeness found = like(i);
        assert_true(found.likeness > CF_LIKENESS_HEARD + 0.1);
        assert_in_range(found.delay_msec, 710, 750);
    }
    test_mem_fini(&mem);
}

/* A program that stood still: half a second is missing in the middle. */
static void a_jump_is_followed(void **state) {
    (void)state;
    speak();
    mix(48 * 300);
    memmove(heard + COUNT / 2, heard + COUNT / 2 + 24000, (COUNT / 2 - 24000) * sizeof heard[0]);
    assert_true(like(0).likeness > CF_LIKENESS_HEARD + 0.1);
    assert_true(like(1).likeness > CF_LIKENESS_HEARD + 0.1);
    assert_true(like(2).likeness < CF_LIKENESS_HEARD - 0.1);
    test_mem_fini(&mem);
}

static void strangers_are_not(void **state) {
    (void)state;
    speak();
    mix(48 * 100);
    assert_true(like(2).likeness < CF_LIKENESS_HEARD - 0.1);
    assert_true(like(3).likeness < CF_LIKENESS_HEARD - 0.1);
    test_mem_fini(&mem);
}

static void nothing_is_like_nothing(void **state) {
    struct cf_likeness found;
    (void)state;
    speak();
    memset(heard, 0, sizeof heard);
    assert_true(like(0).likeness < 0.01);
    assert_ok(cf_likeness_of(&mem.mem, voices[0], COUNT, heard, COUNT, &found));
    assert_int_equal(found.pieces, 0);
    assert_ok(cf_likeness_of(&mem.mem, voices[0], 10, heard, 10, &found));
    assert_int_equal(found.pieces, 0);
    test_mem_fini(&mem);
}

static void memory_may_be_out(void **state) {
    (void)state;
    speak();
    for (unsigned i = 0; i < 4; i++) {
        struct cf_likeness found;
        mem.count = 0;
        mem.fail_at = i;
        assert_int_equal(cf_likeness_of(&mem.mem, voices[0], COUNT, voices[1], COUNT, &found), CF_ERR_NO_MEMORY);
        mem.fail_at = SIZE_MAX;
    }
    test_mem_fini(&mem);
}

CF_TEST_MAIN(cmocka_unit_test(those_in_the_mix_are_found), cmocka_unit_test(a_jump_is_followed),
             cmocka_unit_test(strangers_are_not), cmocka_unit_test(nothing_is_like_nothing), cmocka_unit_test(memory_may_be_out))
