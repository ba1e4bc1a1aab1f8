/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Resampling by whole factors: as many samples as asked for, the same sound, nothing else. */
#include "adapt/resample/resample.h"

#include "lib/test.h"
#include "lib/test_mem.h"
#include "lib/test_sound.h"
#include <math.h>

#define MSEC_MAX 200

struct pair {
    uint32_t in_hz;
    uint32_t out_hz;
};

static const struct pair pairs[] = {{8000, 48000}, {16000, 48000}, {48000, 8000}, {48000, 16000}};

static void a_tone_comes_through_in_pieces_of_any_length(void **state) {
    (void)state;
    static const uint32_t pieces_msec[] = {10, 20, 30, 60};
    for (size_t p = 0; p < 16; p++) {
        struct pair pair = pairs[p % 4];
        uint32_t piece = pieces_msec[p / 4];
        struct test_mem mem;
        test_mem_init(&mem);
        void *resampler = cf_resampler_speex.create(&mem.mem, pair.in_hz, pair.out_hz);
        int16_t in[48 * 60];
        int16_t out[48 * 240];
        size_t made = 0;
        for (uint32_t msec = 0; msec + piece <= 240; msec += piece) {
            for (uint32_t i = 0; i < pair.in_hz / 1000 * piece; i++) {
                in[i] = test_tone(msec * (pair.in_hz / 1000) + i, 1000, 10000, pair.in_hz);
            }
            cf_resampler_speex.process(resampler, in, pair.in_hz / 1000 * piece, out + made);
            made += pair.out_hz / 1000 * piece;
        }
        size_t skip = pair.out_hz / 50;
        assert_true(test_tone_snr(out + skip, made - skip, 1000, pair.out_hz) > 45);
        double amplitude = test_amplitude(out + skip, made - skip, 1000, pair.out_hz);
        assert_true(amplitude > 9800 && amplitude < 10200);
        cf_resampler_speex.destroy(&mem.mem, resampler);
        test_mem_fini(&mem);
    }
}

static void odd_counts_upwards_are_exact_too(void **state) {
    (void)state;
    struct test_mem mem;
    test_mem_init(&mem);
    void *resampler = cf_resampler_speex.create(&mem.mem, 8000, 48000);
    int16_t in[100];
    int16_t out[601];
    uint64_t at = 0;
    for (size_t count = 1; count <= 100; count++) {
        for (size_t i = 0; i < count; i++) {
            in[i] = test_tone(at++, 440, 8000, 8000);
        }
        out[6 * count] = 12345;
        out[6 * count - 1] = 12345;
        cf_resampler_speex.process(resampler, in, count, out);
        assert_int_equal(out[6 * count], 12345);
        assert_int_not_equal(out[6 * count - 1], 12345);
    }
    cf_resampler_speex.destroy(&mem.mem, resampler);
    test_mem_fini(&mem);
}

static void what_the_lower_rate_cannot_carry_is_left_out(void **state) {
    (void)state;
    struct test_mem mem;
    test_mem_init(&mem);
    void *resampler = cf_resampler_speex.create(&mem.mem, 48000, 8000);
    int16_t in[4800];
    int16_t out[800];
    for (size_t i = 0; i < 4800; i++) {
        in[i] = test_tone(i, 7000, 10000, 48000);
    }
    cf_resampler_speex.process(resampler, in, 4800, out);
    /* 7 kHz would come back as 1 kHz. */
    assert_true(test_amplitude(out + 160, 640, 1000, 8000) < 30);
    cf_resampler_speex.destroy(&mem.mem, resampler);
    test_mem_fini(&mem);
}

static void twenty_msec_of_the_same_past_make_equal_resamplers(void **state) {
    (void)state;
    for (size_t p = 0; p < 4; p++) {
        struct pair pair = pairs[p];
        struct test_mem mem;
        struct cf_rng rng;
        test_mem_init(&mem);
        cf_rng_init(&rng, 1);
        void *old = cf_resampler_speex.create(&mem.mem, pair.in_hz, pair.out_hz);
        void *new = cf_resampler_speex.create(&mem.mem, pair.in_hz, pair.out_hz);
        int16_t in[960];
        int16_t out_old[960];
        int16_t out_new[960];
        size_t count = pair.in_hz / 50;
        for (int i = 0; i < 10; i++) {
            test_noise(&rng, 10000, in, count);
            cf_resampler_speex.process(old, in, count, out_old);
        }
        cf_resampler_speex.process(new, in, count, out_new);
        cf_resampler_speex.reset(new);
        cf_resampler_speex.process(new, in, count, out_new);
        test_noise(&rng, 10000, in, count);
        cf_resampler_speex.process(old, in, count, out_old);
        cf_resampler_speex.process(new, in, count, out_new);
        assert_memory_equal(out_old, out_new, pair.out_hz / 50 * sizeof *out_old);
        cf_resampler_speex.destroy(&mem.mem, old);
        cf_resampler_speex.destroy(&mem.mem, new);
        test_mem_fini(&mem);
    }
}

/* The mixer sends no silence through after a tick of it: nothing would come out, and nothing changes for what follows. */
static void silence_behind_a_tick_of_silence_may_be_left_out(void **state) {
    (void)state;
    for (size_t p = 0; p < sizeof pairs / sizeof pairs[0]; p++) {
        struct test_mem mem;
        test_mem_init(&mem);
        void *all = cf_resampler_speex.create(&mem.mem, pairs[p].in_hz, pairs[p].out_hz);
        void *some = cf_resampler_speex.create(&mem.mem, pairs[p].in_hz, pairs[p].out_hz);
        static const int16_t silence[960];
        size_t ticks[] = {pairs[p].in_hz / 50, pairs[p].out_hz / 50};
        int16_t loud[960];
        int16_t one[960];
        int16_t other[960];
        for (size_t i = 0; i < ticks[0]; i++) {
            loud[i] = test_tone(i, 700, 30000, pairs[p].in_hz);
        }
        cf_resampler_speex.process(all, loud, ticks[0], one);
        cf_resampler_speex.process(some, loud, ticks[0], other);
        cf_resampler_speex.process(all, silence, ticks[0], one);
        cf_resampler_speex.process(some, silence, ticks[0], other);
        for (size_t k = 0; k < 7; k++) {
            cf_resampler_speex.process(all, silence, ticks[0], one);
            for (size_t i = 0; i < ticks[1]; i++) {
                assert_int_equal(one[i], 0);
            }
        }
        cf_resampler_speex.process(all, loud, ticks[0], one);
        cf_resampler_speex.process(some, loud, ticks[0], other);
        assert_memory_equal(one, other, ticks[1] * sizeof one[0]);
        cf_resampler_speex.destroy(&mem.mem, some);
        cf_resampler_speex.destroy(&mem.mem, all);
        test_mem_fini(&mem);
    }
}

static void survives_want_of_memory(void **state) {
    (void)state;
    struct test_mem mem;
    test_mem_init(&mem);
    mem.fail_at = 0;
    assert_null(cf_resampler_speex.create(&mem.mem, 8000, 48000));
    test_mem_fini(&mem);
}

CF_TEST_MAIN(cmocka_unit_test(a_tone_comes_through_in_pieces_of_any_length), cmocka_unit_test(odd_counts_upwards_are_exact_too),
             cmocka_unit_test(what_the_lower_rate_cannot_carry_is_left_out),
             cmocka_unit_test(twenty_msec_of_the_same_past_make_equal_resamplers),
             cmocka_unit_test(silence_behind_a_tick_of_silence_may_be_left_out), cmocka_unit_test(survives_want_of_memory))
