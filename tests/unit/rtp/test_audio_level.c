/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Audio levels, RFC 6464 and RFC 6465. */
#include "core/rtp/audio_level.h"

#include "lib/test.h"

static void reads_back_every_client_level(void **state) {
    (void)state;
    for (unsigned octet = 0; octet < 256; octet++) {
        uint8_t data[1] = {(uint8_t)octet};
        struct cf_audio_level level;
        assert_true(cf_audio_level_parse((struct cf_span){data, 1}, &level));
        assert_int_equal(level.level, octet & 127);
        assert_int_equal(level.is_voice, octet >= 128);
        assert_int_equal(cf_audio_level_octet(level), octet);
    }
}

static void has_no_level_without_data(void **state) {
    (void)state;
    struct cf_audio_level level = {.level = 5};
    assert_false(cf_audio_level_parse((struct cf_span){(const uint8_t *)"", 0}, &level));
    assert_int_equal(level.level, 5);
}

static void lists_mixer_levels_in_order(void **state) {
    (void)state;
    const uint8_t levels[] = {0, 30, 127};
    uint8_t out[8];
    uint8_t level = 99;
    struct cf_writer w;
    cf_writer_init(&w, out, sizeof out);
    cf_put_mixer_levels(&w, levels, 3);
    out[1] |= 0x80; /* reserved: must not matter */
    for (size_t i = 0; i < 3; i++) {
        assert_true(cf_mixer_level_at(cf_writer_span(&w), i, &level));
        assert_int_equal(level, levels[i]);
    }
    assert_false(cf_mixer_level_at(cf_writer_span(&w), 3, &level));
    assert_int_equal(level, 127);
}

CF_TEST_MAIN(cmocka_unit_test(reads_back_every_client_level), cmocka_unit_test(has_no_level_without_data),
             cmocka_unit_test(lists_mixer_levels_in_order))
