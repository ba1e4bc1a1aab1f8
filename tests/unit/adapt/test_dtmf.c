/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys in the sound of telephones: each of them as real lines bring it, and nothing else. */
#include "adapt/spandsp/dtmf.h"

#include "adapt/g711/g711.h"
#include "adapt/opus/prompt_sounds.h"
#include "adapt/resample/resample.h"
#include "core/clip/voice.h"
#include "core/prompt/language.h"
#include "lib/test.h"
#include "lib/test_mem.h"
#include "lib/test_sound.h"

#include <math.h>
#include <stdlib.h>

#define RATE CF_TONES_RATE_HZ
#define FRAME (RATE / 50)
#define KEYS "123A456B789C*0#D"

static const double rows[] = {697, 770, 852, 941};
static const double columns[] = {1209, 1336, 1477, 1633};

/* A line from a phone to the reader: G.711 of one law or the other, with noise on it. */
struct line {
    struct test_mem mem;
    struct cf_rng rng;
    void *reader;
    bool is_a_law;
    int noise; /* amplitude */
    int16_t frame[FRAME];
    size_t filled;
    char keys[256];
    size_t count;
};

static void begin(struct line *line, bool is_a_law, int noise) {
    *line = (struct line){.is_a_law = is_a_law, .noise = noise};
    test_mem_init(&line->mem);
    cf_rng_init(&line->rng, 1);
    line->reader = cf_dtmf_tones.create(&line->mem.mem);
    assert_non_null(line->reader);
}

static void end(struct line *line) {
    cf_dtmf_tones.destroy(&line->mem.mem, line->reader);
    test_mem_fini(&line->mem);
}

static int16_t over_the_line(const struct line *line, int16_t sample) {
    return line->is_a_law ? cf_g711_decode_a(cf_g711_encode_a(sample)) : cf_g711_decode_mu(cf_g711_encode_mu(sample));
}

static void flush(struct line *line) {
    cf_dtmf_tones.hear(line->reader, line->frame, line->filled);
    line->filled = 0;
    for (char key = cf_dtmf_tones.next(line->reader); key != '\0'; key = cf_dtmf_tones.next(line->reader)) {
        assert_true(line->count + 1 < sizeof line->keys);
        line->keys[line->count++] = key;
        line->keys[line->count] = '\0';
    }
}

static void put(struct line *line, double sample) {
    int16_t noise = 0;
    if (line->noise > 0) {
        test_noise(&line->rng, line->noise, &noise, 1);
    }
    double sum = sample + noise;
    line->frame[line->filled++] = over_the_line(line, (int16_t)(sum > 32767 ? 32767 : sum < -32768 ? -32768 : sum));
    if (line->filled == FRAME) {
        flush(line);
    }
}

static void pause(struct line *line, unsigned msec) {
    for (size_t i = 0; i < (size_t)msec * RATE / 1000; i++) {
        put(line, 0);
    }
}

/* How a key is pressed. */
struct press {
    unsigned msec;
    double low_db;  /* below full scale */
    double high_db; /* the same */
    double off;     /* of the frequencies, as a factor */
};

static void press(struct line *line, char key, const struct press *how) {
    size_t at = (size_t)(strchr(KEYS, key) - KEYS);
    double low = 32767 * pow(10, how->low_db / 20);
    double high = 32767 * pow(10, how->high_db / 20);
    for (size_t i = 0; i < (size_t)how->msec * RATE / 1000; i++) {
        double t = 2 * M_PI * (double)i / RATE;
        put(line, low * sin(t * rows[at / 4] * how->off) + high * sin(t * columns[at % 4] * how->off));
    }
}

static void all_keys_come_as_they_were_pressed(void **state) {
    static const struct press ways[] = {{70, -9, -9, 1},       {50, -12, -10, 1},     {500, -20, -18, 1},
                                        {70, -12, -10, 1.012}, {70, -12, -10, 0.988}, {70, -8, -14, 1}, /* twisted */
                                        {70, -14, -11.5, 1},   {70, -30, -29, 1}};
    (void)state;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        for (int law = 0; law < 2; law++) {
            struct line line;
            begin(&line, law == 1, ways[i].low_db < -25 ? 0 : 200);
            for (const char *key = KEYS "11#"; *key != '\0'; key++) {
                pause(&line, 70);
                press(&line, *key, &ways[i]);
            }
            pause(&line, 100);
            if (strcmp(line.keys, KEYS "11#") != 0) {
                fail_msg("way %zu, law %d: %s", i, law, line.keys);
            }
            end(&line);
        }
    }
}

/* A packet that is lost in the middle of a key makes neither two of it nor none. */
static void a_lost_packet_makes_no_other_key(void **state) {
    static const struct press how = {140, -12, -10, 1};
    (void)state;
    for (unsigned lost = 0; lost < 7; lost++) {
        struct line line;
        begin(&line, false, 100);
        pause(&line, 100);
        for (unsigned i = 0; i < 7; i++) {
            static const struct press packet = {20, -12, -10, 1};
            if (i == lost) {
                flush(&line);
                cf_dtmf_tones.miss(line.reader, FRAME);
            } else {
                press(&line, '7', &packet);
            }
        }
        pause(&line, 100);
        press(&line, '8', &how);
        pause(&line, 100);
        if (strcmp(line.keys, "78") != 0 && strcmp(line.keys, "778") != 0) {
            fail_msg("without packet %u: %s", lost, line.keys);
        }
        assert_true(lost == 0 || lost == 6 || line.count <= 3);
        end(&line);
    }
}

/* Sound at 48 kHz, brought to the line. */
static void say(struct line *line, void *resampler, const int16_t *pcm, size_t count) {
    int16_t out[480 / 6];
    for (size_t at = 0; at + 480 <= count; at += 480) {
        cf_resampler_speex.process(resampler, pcm + at, 480, out);
        for (size_t i = 0; i < 480 / 6; i++) {
            put(line, out[i]);
        }
    }
}

static void speech_is_no_key(void **state) {
    (void)state;
    struct line line;
    struct cf_prompt_sounds *sounds = NULL;
    const struct cf_prompt_file *broken;
    static int16_t piece[48000];
    begin(&line, false, 30);
    void *resampler = cf_resampler_speex.create(&line.mem.mem, 48000, RATE);
    assert_non_null(resampler);
    /* Spoken words: all that callers are told. */
    assert_ok(cf_prompt_sounds_create(&line.mem.mem, cf_prompt_files, cf_prompt_file_count, &sounds, &broken));
    for (size_t i = 0; i < CF_PROMPT_COUNT_; i++) {
        assert_ok(cf_prompt_sounds_prepare(sounds, 0, (enum cf_prompt)i));
        struct cf_sound sound = cf_sounds_get(cf_prompt_sounds_table(sounds), 0, (enum cf_prompt)i);
        say(&line, resampler, sound.pcm, sound.count);
        pause(&line, 50);
    }
    assert_string_equal(line.keys, "");
    cf_prompt_sounds_destroy(sounds);
    /* Voices of other pitches, ten minutes in all. */
    for (uint32_t speaker = 1; speaker <= 10; speaker++) {
        struct cf_voice voice;
        cf_voice_init(&voice, CF_VOICE_SPEECH, speaker);
        for (size_t s = 0; s < 60; s++) {
            cf_voice_read(&voice, piece, 48000);
            say(&line, resampler, piece, 48000);
        }
        /* The letters mean nothing (core/media/tones.c). */
        if (strcspn(line.keys, "0123456789*#") < line.count) {
            fail_msg("speaker %u presses %s", speaker, line.keys);
        }
    }
    cf_resampler_speex.destroy(&line.mem.mem, resampler);
    end(&line);
}

static void tones_of_the_network_and_noise_are_no_keys(void **state) {
    static const double pairs[][2] = {{350, 440}, {440, 480}, {480, 620}, {425, 0},    {697, 0},
                                      {1209, 0},  {1000, 0},  {697, 770}, {1209, 1477}};
    (void)state;
    struct line line;
    begin(&line, true, 50);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        for (size_t k = 0; k < (size_t)5 * RATE; k++) {
            double t = 2 * M_PI * (double)k / RATE;
            put(&line, 6000 * sin(t * pairs[i][0]) + 6000 * sin(t * pairs[i][1]));
        }
        pause(&line, 100);
    }
    line.noise = 8000;
    pause(&line, 60000);
    assert_string_equal(line.keys, "");
    end(&line);
}

CF_TEST_MAIN(cmocka_unit_test(all_keys_come_as_they_were_pressed), cmocka_unit_test(a_lost_packet_makes_no_other_key),
             cmocka_unit_test(speech_is_no_key), cmocka_unit_test(tones_of_the_network_and_noise_are_no_keys))
