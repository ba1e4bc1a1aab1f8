/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Concealment where a codec has none. */
#include "core/mix/plc.h"

#include "lib/test.h"
#include "lib/test_sound.h"
#include <stdlib.h>

static const uint32_t rates[] = {8000, 16000};

static void a_lost_packet_of_a_tone_is_hardly_missed(void **state) {
    (void)state;
    for (size_t r = 0; r < 2; r++) {
        uint32_t rate = rates[r];
        size_t packet = rate / 100;
        for (double frequency = 150; frequency < 1500; frequency += 97) {
            struct cf_plc plc;
            int16_t pcm[16000];
            cf_plc_init(&plc, rate);
            for (size_t at = 0; at < rate; at += packet) {
                for (size_t i = 0; i < packet; i++) {
                    pcm[at + i] = test_tone(at + i, frequency, 8000, rate);
                }
                if (at == rate / 2) {
                    cf_plc_fill(&plc, pcm + at, packet);
                } else {
                    cf_plc_on_good(&plc, pcm + at, packet);
                }
            }
            assert_true(test_tone_snr(pcm + rate / 2 - packet, 3 * packet, frequency, rate) > 10);
        }
    }
}

static void a_long_loss_fades_to_silence(void **state) {
    (void)state;
    struct cf_plc plc;
    int16_t pcm[8000];
    cf_plc_init(&plc, 8000);
    for (size_t i = 0; i < 800; i++) {
        pcm[i] = test_tone(i, 300, 8000, 8000);
    }
    cf_plc_on_good(&plc, pcm, 800);
    cf_plc_fill(&plc, pcm, 1600);
    assert_true(test_amplitude(pcm, 80, 300, 8000) > 6000);
    assert_true(test_amplitude(pcm + 280, 80, 300, 8000) < 5000);
    for (size_t i = 480; i < 1600; i++) {
        assert_int_equal(pcm[i], 0);
    }
}

static void what_comes_after_it_is_faded_in(void **state) {
    (void)state;
    struct cf_plc plc;
    int16_t pcm[160];
    cf_plc_init(&plc, 8000);
    for (size_t i = 0; i < 160; i++) {
        pcm[i] = 5000;
    }
    cf_plc_fill(&plc, pcm, 80);
    assert_int_equal(pcm[10], 0);
    for (size_t i = 0; i < 160; i++) {
        pcm[i] = 5000;
    }
    cf_plc_on_good(&plc, pcm, 160);
    for (size_t i = 1; i < 160; i++) {
        assert_in_range(pcm[i] - pcm[i - 1], 0, 400);
    }
    assert_int_equal(pcm[159], 5000);
}

static void good_sound_passes_unchanged_in_pieces_of_any_length(void **state) {
    (void)state;
    struct cf_plc plc;
    struct cf_rng rng;
    int16_t pcm[700];
    int16_t original[700];
    cf_plc_init(&plc, 16000);
    cf_rng_init(&rng, 2);
    for (size_t count = 0; count <= 700; count += 7) {
        test_noise(&rng, 3000, original, count);
        memcpy(pcm, original, sizeof pcm);
        cf_plc_on_good(&plc, pcm, count);
        assert_memory_equal(pcm, original, count * sizeof *pcm);
        if (count >= 640) {
            assert_memory_equal(plc.history, original + count - 640, sizeof plc.history);
        }
    }
}

CF_TEST_MAIN(cmocka_unit_test(a_lost_packet_of_a_tone_is_hardly_missed), cmocka_unit_test(a_long_loss_fades_to_silence),
             cmocka_unit_test(what_comes_after_it_is_faded_in),
             cmocka_unit_test(good_sound_passes_unchanged_in_pieces_of_any_length))
