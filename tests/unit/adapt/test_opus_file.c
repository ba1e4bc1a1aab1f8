/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The spoken prompts as they are in the tree: all there, as long and as loud as they should be. */
#include "adapt/opus/opus_file.h"
#include "adapt/opus/prompt_files.h"
#include "adapt/opus/prompt_sounds.h"
#include "core/clip/likeness.h"

#include "lib/test.h"
#include "lib/test_mem.h"
#include "lib/test_ogg.h"
#include "lib/test_prompts.h"
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

/* All prompts of the tree. */
static struct cf_prompt_sounds *sounds_of(const struct test_mem *mem) {
    struct cf_prompt_sounds *sounds = NULL;
    const struct cf_prompt_file *broken;
    assert_ok(cf_prompt_sounds_create(&mem->mem, cf_prompt_files, cf_prompt_file_count, &sounds, &broken));
    assert_null(broken);
    return sounds;
}

/* The sound of @prompt, decoded if it was not. */
static struct cf_sound sound_of(struct cf_prompt_sounds *sounds, enum cf_prompt prompt) {
    assert_ok(cf_prompt_sounds_prepare(sounds, 0, prompt));
    return cf_sounds_get(cf_prompt_sounds_table(sounds), 0, prompt);
}

static void every_prompt_is_there_and_equally_loud(void **state) {
    (void)state;
    struct test_mem mem;
    test_mem_init(&mem);
    struct cf_prompt_sounds *sounds = sounds_of(&mem);
    assert_str(cf_prompt_sounds_table(sounds)->languages[0].tag, CF_STR("en"));
    for (size_t i = 0; i < CF_PROMPT_COUNT_; i++) {
        struct cf_sound sound = sound_of(sounds, (enum cf_prompt)i);
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
    cf_prompt_sounds_destroy(sounds);
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
    test_mem_init(&mem);
    struct cf_prompt_sounds *sounds = sounds_of(&mem);
    struct cf_sound muted = sound_of(sounds, CF_PROMPT_MUTED);
    memcpy(recording + (size_t)2 * CF_PROMPT_RATE_HZ, muted.pcm, muted.count * sizeof *muted.pcm);
    assert_true(likeness_in(&mem, recording, RECORDING, muted) > 0.95);
    assert_true(likeness_in(&mem, recording, RECORDING, sound_of(sounds, CF_PROMPT_UNMUTED)) < 0.8);
    assert_true(likeness_in(&mem, recording, RECORDING, sound_of(sounds, CF_PROMPT_HAND_UP)) < 0.8);
    cf_prompt_sounds_destroy(sounds);
    test_mem_fini(&mem);
}

/* What a server has that has told nobody anything yet: chimes, and no speech. */
static void what_nobody_wanted_is_not_decoded(void **state) {
    (void)state;
    struct test_mem mem;
    test_mem_init(&mem);
    struct cf_prompt_sounds *sounds = sounds_of(&mem);
    assert_true(mem.live_bytes < (size_t)400 * 1024);
    for (size_t i = 0; i < CF_PROMPT_COUNT_; i++) {
        struct cf_sound sound = cf_sounds_get(cf_prompt_sounds_table(sounds), 0, (enum cf_prompt)i);
        assert_int_equal(sound.count > 0, cf_prompt_text((enum cf_prompt)i).len == 0);
    }
    cf_prompt_sounds_destroy(sounds);
    test_mem_fini(&mem);
}

static void what_was_wanted_is_decoded_once_and_kept(void **state) {
    (void)state;
    struct test_mem mem;
    test_mem_init(&mem);
    struct cf_prompt_sounds *sounds = sounds_of(&mem);
    struct cf_sound first = sound_of(sounds, CF_PROMPT_MUTED);
    size_t allocations = mem.count;
    struct cf_sound again = sound_of(sounds, CF_PROMPT_MUTED);
    assert_true(first.count > 0);
    assert_ptr_equal(first.pcm, again.pcm);
    assert_int_equal(mem.count, allocations);
    /* A language that is not there is English. */
    assert_ok(cf_prompt_sounds_prepare(sounds, 5, CF_PROMPT_UNMUTED));
    assert_true(cf_sounds_get(cf_prompt_sounds_table(sounds), 5, CF_PROMPT_UNMUTED).count > 0);
    cf_prompt_sounds_destroy(sounds);
    test_mem_fini(&mem);
}

/* The file of @word, said to be in @language. */
static struct cf_prompt_file file_of(const char *language, const char *word) {
    return (struct cf_prompt_file){cf_str_of(language), cf_str_of(word), test_prompt_of(word)};
}

static void what_a_language_lacks_is_prepared_in_english(void **state) {
    (void)state;
    struct test_mem mem;
    struct cf_prompt_sounds *sounds = NULL;
    const struct cf_prompt_file *broken;
    const struct cf_prompt_file files[] = {file_of("de", "muted"), file_of("en", "muted"), file_of("en", "unmuted")};
    test_mem_init(&mem);
    assert_ok(cf_prompt_sounds_create(&mem.mem, files, 3, &sounds, &broken));
    const struct cf_sounds *table = cf_prompt_sounds_table(sounds);
    assert_int_equal(table->language_count, 2);
    assert_ok(cf_prompt_sounds_prepare(sounds, 1, CF_PROMPT_MUTED));
    assert_true(table->languages[1].sounds[CF_PROMPT_MUTED].count > 0);
    assert_int_equal(table->languages[0].sounds[CF_PROMPT_MUTED].count, 0);
    assert_ok(cf_prompt_sounds_prepare(sounds, 1, CF_PROMPT_UNMUTED));
    assert_true(cf_sounds_get(table, 1, CF_PROMPT_UNMUTED).count > 0);
    cf_prompt_sounds_destroy(sounds);
    test_mem_fini(&mem);
}

/* The sounds of @file alone: the error, and that it is the file that is named. */
static enum cf_err refusal_of(const struct cf_prompt_file *files, size_t count, const struct cf_prompt_file *blamed) {
    struct test_mem mem;
    struct cf_prompt_sounds *sounds = NULL;
    const struct cf_prompt_file *broken = NULL;
    test_mem_init(&mem);
    enum cf_err err = cf_prompt_sounds_create(&mem.mem, files, count, &sounds, &broken);
    assert_null(sounds);
    assert_ptr_equal(broken, blamed);
    assert_int_equal(mem.live, 0);
    test_mem_fini(&mem);
    return err;
}

static void what_is_there_twice_or_unknown_is_named(void **state) {
    (void)state;
    struct cf_prompt_file files[] = {file_of("en", "muted"), file_of("en", "unmuted")};
    files[1] = (struct cf_prompt_file){CF_STR("en"), CF_STR("nonsense"), files[0].octets};
    assert_int_equal(refusal_of(files, 2, &files[1]), CF_ERR_NOT_FOUND);
    files[1] = files[0];
    assert_int_equal(refusal_of(files, 2, &files[1]), CF_ERR_NOT_FOUND);
    files[1].language = CF_STR("EN"); /* RFC 5646 section 2.1.1 */
    assert_int_equal(refusal_of(files, 2, &files[1]), CF_ERR_NOT_FOUND);
}

static void there_are_so_many_languages(void **state) {
    (void)state;
    static const char *const tags[CF_LANGUAGES_MAX] = {"da", "de", "es", "fr", "it", "nl", "pt", "sv"};
    struct cf_prompt_file files[CF_LANGUAGES_MAX]; /* and English */
    for (size_t i = 0; i < CF_LANGUAGES_MAX; i++) {
        files[i] = file_of(tags[i], "muted");
    }
    assert_int_equal(refusal_of(files, CF_LANGUAGES_MAX, &files[CF_LANGUAGES_MAX - 1]), CF_ERR_LIMIT);
}

/* Files end where they like: in the middle, or between the packets that each begins with. */
static void what_is_cut_off_is_said_to_be(void **state) {
    (void)state;
    struct cf_span file = test_prompt_of("muted");
    size_t second = 1;
    size_t count = 0;
    assert_ok(cf_opus_file_check(file, &count));
    assert_true(count > 0);
    while (memcmp(file.at + second, "OggS", 4) != 0) {
        second++;
    }
    const size_t lens[] = {0, second, second + 20, file.len - 5};
    for (size_t i = 0; i < sizeof lens / sizeof *lens; i++) {
        assert_int_equal(cf_opus_file_check((struct cf_span){file.at, lens[i]}, &count), CF_ERR_TRUNCATED);
    }
}

/* All checksums are right, but a packet says that it is of no frames (RFC 6716 section 3.2.5). */
static void a_packet_that_cant_be_decoded_is_found_as_well(void **state) {
    (void)state;
    struct cf_prompt_file file = file_of("en", "muted");
    uint8_t copy[16384];
    uint8_t *page = copy;
    size_t count;
    assert_true(file.octets.len < sizeof copy);
    memcpy(copy, file.octets.at, file.octets.len);
    for (size_t i = 0; i + 4 < file.octets.len; i++) {
        page = memcmp(copy + i, "OggS", 4) == 0 ? copy + i : page; /* the last one */
    }
    uint8_t *packet = page + 27 + page[26];
    packet[0] |= 3U;
    packet[1] = 0;
    test_ogg_seal(page, file.octets.len - (size_t)(page - copy));
    file.octets.at = copy;
    assert_int_equal(cf_opus_file_check(file.octets, &count), CF_ERR_MALFORMED);
}

static void memory_may_be_out_at_the_beginning(void **state) {
    (void)state;
    struct test_mem mem;
    for (size_t i = 0; i < 5; i++) {
        struct cf_prompt_sounds *sounds = NULL;
        const struct cf_prompt_file *broken;
        test_mem_init(&mem);
        mem.fail_at = i;
        assert_int_equal(cf_prompt_sounds_create(&mem.mem, cf_prompt_files, cf_prompt_file_count, &sounds, &broken),
                         CF_ERR_NO_MEMORY);
        assert_null(sounds);
        assert_null(broken);
        test_mem_fini(&mem);
    }
}

/* A player may be in the middle of it: what has failed is not tried again. */
static void a_prompt_there_was_no_memory_for_stays_silent(void **state) {
    (void)state;
    struct test_mem mem;
    for (size_t i = 0; i < 2; i++) {
        test_mem_init(&mem);
        struct cf_prompt_sounds *sounds = sounds_of(&mem);
        mem.fail_at = mem.count + i;
        assert_int_equal(cf_prompt_sounds_prepare(sounds, 0, CF_PROMPT_MUTED), CF_ERR_NO_MEMORY);
        mem.fail_at = SIZE_MAX;
        assert_ok(cf_prompt_sounds_prepare(sounds, 0, CF_PROMPT_MUTED));
        assert_int_equal(cf_sounds_get(cf_prompt_sounds_table(sounds), 0, CF_PROMPT_MUTED).count, 0);
        cf_prompt_sounds_destroy(sounds);
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
        assert_int_not_equal(cf_opus_file_check((struct cf_span){copy, file.len}, &count), CF_OK);
        assert_int_not_equal(cf_opus_file_decode(&mem.mem, (struct cf_span){copy, file.len}, &pcm, &count), CF_OK);
    }
    assert_int_equal(mem.live, 0);
    test_mem_fini(&mem);
}

CF_TEST_MAIN(cmocka_unit_test(every_prompt_is_there_and_equally_loud), cmocka_unit_test(prompts_can_be_told_apart),
             cmocka_unit_test(what_nobody_wanted_is_not_decoded), cmocka_unit_test(what_was_wanted_is_decoded_once_and_kept),
             cmocka_unit_test(what_a_language_lacks_is_prepared_in_english),
             cmocka_unit_test(what_is_there_twice_or_unknown_is_named), cmocka_unit_test(there_are_so_many_languages),
             cmocka_unit_test(what_is_cut_off_is_said_to_be), cmocka_unit_test(a_packet_that_cant_be_decoded_is_found_as_well),
             cmocka_unit_test(memory_may_be_out_at_the_beginning),
             cmocka_unit_test(a_prompt_there_was_no_memory_for_stays_silent), cmocka_unit_test(broken_files_are_refused))
