/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/clip/wav.h"
#include "lib/test.h"

static size_t make(uint8_t *room, size_t size) {
    struct cf_writer w;
    cf_writer_init(&w, room, size);
    cf_put_wav_header(&w, 16000, 3);
    static const uint8_t samples[6] = {1, 0, 0xff, 0xff, 0, 0x80};
    cf_put_bytes(&w, samples, sizeof samples);
    assert_true(cf_writer_ok(&w));
    return w.len;
}

static void what_is_printed_is_parsed(void **state) {
    uint8_t file[64];
    struct cf_wav wav;
    (void)state;
    size_t len = make(file, sizeof file);
    assert_ok(cf_wav_parse((struct cf_span){file, len}, &wav));
    assert_int_equal(wav.rate_hz, 16000);
    assert_int_equal(cf_wav_count(&wav), 3);
    assert_int_equal(cf_wav_sample(&wav, 0), 1);
    assert_int_equal(cf_wav_sample(&wav, 1), -1);
    assert_int_equal(cf_wav_sample(&wav, 2), INT16_MIN);
}

static void truncated_and_flipped_files_are_harmless(void **state) {
    uint8_t file[64];
    struct cf_wav wav;
    (void)state;
    size_t len = make(file, sizeof file);
    for (size_t cut = 0; cut < len; cut++) {
        if (cf_wav_parse((struct cf_span){file, cut}, &wav) == CF_OK) {
            assert_true(cf_wav_count(&wav) < 3);
        }
    }
    for (size_t bit = 0; bit < len * 8; bit++) {
        file[bit / 8] = (uint8_t)(file[bit / 8] ^ 1U << bit % 8);
        if (cf_wav_parse((struct cf_span){file, len}, &wav) == CF_OK && cf_wav_count(&wav) > 0) {
            (void)cf_wav_sample(&wav, cf_wav_count(&wav) - 1);
        }
        file[bit / 8] = (uint8_t)(file[bit / 8] ^ 1U << bit % 8);
    }
}

static void others_are_refused(void **state) {
    uint8_t file[64];
    struct cf_wav wav;
    (void)state;
    size_t len = make(file, sizeof file);
    file[34] = 24;
    assert_int_equal(cf_wav_parse((struct cf_span){file, len}, &wav), CF_ERR_UNSUPPORTED);
    assert_int_equal(cf_wav_parse((struct cf_span){(const uint8_t *)"no sound at all", 15}, &wav), CF_ERR_MALFORMED);
}

CF_TEST_MAIN(cmocka_unit_test(what_is_printed_is_parsed), cmocka_unit_test(truncated_and_flipped_files_are_harmless),
             cmocka_unit_test(others_are_refused))
