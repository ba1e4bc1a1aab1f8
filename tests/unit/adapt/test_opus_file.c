/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The spoken prompts as they are in the tree: all there, as long and as loud as they should be. */
#include "adapt/opus/opus_file.h"
#include "adapt/opus/prompt_files.h"
#include "adapt/opus/prompt_sounds.h"
#include "core/clip/likeness.h"

#include "lib/test.h"
#include "lib/test_mem.h"
#include <math.h>
#include <stdlib.h>

static double level_of(struct cf_sound sound, int *ret_peak) {
    double power = 0;
    *ret_peak = 0;
    for (size_t i = 0; i < sound.count; i++) {
        int size = abs(sound.pcm[i]);
        power += (double)size * size;
        *ret_peak = size > *ret_peak ? size : *ret_peak;
    }
    return 10 * log10(power / (double)sound.count / (32768.0 * 32768.0));
}

static void every_prompt_is_there_and_equally_loud(void **state) {
    (void)state;
    struct test_mem mem;
    struct cf_sounds *sounds = NULL;
    test_mem_init(&mem);
    assert_ok(cf_prompt_sounds_create(&mem.mem, &sounds));
    assert_str(sounds->languages[0].tag, CF_STR("en"));
    for (size_t i = 0; i < CF_PROMPT_COUNT_; i++) {
        struct cf_sound sound = cf_sounds_get(sounds, 0, (enum cf_prompt)i);
        struct cf_str text = cf_prompt_text((enum cf_prompt)i);
        int peak = 0;
        assert_true(sound.count > 0);
        if (text.len == 0) {
            continue;
        }
        double level = level_of(sound, &peak);
        /* -20 dBFS, nothing near clipping. */
        assert_true(level > -21.5 && level < -18.5);
        assert_true(peak < 23200);
        /* People speak 8 to 25 letters a second; words alone are slower. */
        double seconds = (double)sound.count / CF_PROMPT_RATE_HZ;
        assert_true(seconds < 0.6 + (double)text.len / 8 && seconds > (double)text.len / 25);
        /* Neither begins nor ends with a click. */
        assert_true(abs(sound.pcm[0]) < 100 && abs(sound.pcm[sound.count - 1]) < 100);
    }
    cf_prompt_sounds_destroy(&mem.mem, sounds);
    test_mem_fini(&mem);
}

/* What one prompt is like in a recording in which another was said. */
static double likeness_in(const struct test_mem *mem, const int16_t *recording, size_t count, struct cf_sound sound) {
    struct cf_likeness like;
    assert_ok(cf_likeness_of(&mem->mem, recording, count, sound.pcm, sound.count, &like));
    return like.likeness;
}

#define RECORDING ((size_t)6 * CF_PROMPT_RATE_HZ)

static void prompts_can_be_told_apart(void **state) {
    (void)state;
    static int16_t recording[RECORDING];
    struct test_mem mem;
    struct cf_sounds *sounds = NULL;
    test_mem_init(&mem);
    assert_ok(cf_prompt_sounds_create(&mem.mem, &sounds));
    struct cf_sound muted = cf_sounds_get(sounds, 0, CF_PROMPT_MUTED);
    memcpy(recording + (size_t)2 * CF_PROMPT_RATE_HZ, muted.pcm, muted.count * sizeof *muted.pcm);
    assert_true(likeness_in(&mem, recording, RECORDING, muted) > 0.95);
    assert_true(likeness_in(&mem, recording, RECORDING, cf_sounds_get(sounds, 0, CF_PROMPT_UNMUTED)) < 0.8);
    assert_true(likeness_in(&mem, recording, RECORDING, cf_sounds_get(sounds, 0, CF_PROMPT_HAND_UP)) < 0.8);
    cf_prompt_sounds_destroy(&mem.mem, sounds);
    test_mem_fini(&mem);
}

static void memory_may_be_out_at_any_time(void **state) {
    (void)state;
    struct test_mem mem;
    for (size_t i = 0; i < 30; i++) {
        struct cf_sounds *sounds = NULL;
        test_mem_init(&mem);
        mem.fail_at = i;
        assert_int_equal(cf_prompt_sounds_create(&mem.mem, &sounds), CF_ERR_NO_MEMORY);
        assert_null(sounds);
        test_mem_fini(&mem);
    }
}

static void broken_files_are_refused(void **state) {
    (void)state;
    struct test_mem mem;
    const struct cf_span file = cf_prompt_files[0].octets;
    uint8_t copy[4096];
    int16_t *pcm = NULL;
    size_t count = 0;
    test_mem_init(&mem);
    assert_true(file.len < sizeof copy);
    assert_true(cf_opus_file_is(file));
    for (size_t cut = 0; cut < file.len; cut += 7) {
        if (cf_opus_file_decode(&mem.mem, (struct cf_span){file.at, cut}, &pcm, &count) == CF_OK) {
            cf_mem_free(&mem.mem, pcm, count * sizeof *pcm);
        }
    }
    for (size_t bit = 0; bit < file.len * 8; bit += 5) {
        memcpy(copy, file.at, file.len);
        copy[bit / 8] = (uint8_t)(copy[bit / 8] ^ 1U << bit % 8);
        assert_int_not_equal(cf_opus_file_decode(&mem.mem, (struct cf_span){copy, file.len}, &pcm, &count), CF_OK);
    }
    assert_int_equal(mem.live, 0);
    test_mem_fini(&mem);
}

CF_TEST_MAIN(cmocka_unit_test(every_prompt_is_there_and_equally_loud), cmocka_unit_test(prompts_can_be_told_apart),
             cmocka_unit_test(memory_may_be_out_at_any_time), cmocka_unit_test(broken_files_are_refused))
