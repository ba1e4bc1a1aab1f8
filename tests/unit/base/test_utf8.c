/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/utf8.h"

#include "lib/test.h"

static void every_code_point_comes_back(void **state) {
    (void)state;
    for (uint32_t c = 0; c <= 0x10FFFF; c++) {
        char text[4];
        struct cf_writer w;
        if (c >= 0xD800 && c <= 0xDFFF) {
            continue;
        }
        cf_writer_init(&w, text, sizeof text);
        cf_put_utf8(&w, c);
        struct cf_str rest = cf_writer_str(&w);
        if (!cf_str_is_utf8(rest) || cf_utf8_take(&rest) != c || rest.len != 0) {
            fail_msg("U+%04X does not come back", c);
        }
    }
}

static void broken_parts_become_one_replacement_each(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t replacements, letters;
    } rows[] = {
        {"a\x80z", 1, 2},           /* a continuation without beginning */
        {"a\xC3z", 1, 2},           /* cut short */
        {"a\xE2\x82z", 1, 2},       /* cut shorter: one part that could have been a character */
        {"a\xF0\x9F\x98z", 1, 2},   /* the same */
        {"\xC0\xAF", 2, 0},         /* overlong */
        {"\xE0\x80\xAF", 3, 0},     /* overlong */
        {"\xED\xA0\x80", 3, 0},     /* surrogate */
        {"\xF4\x90\x80\x80", 4, 0}, /* above U+10FFFF */
        {"\xFE\xFF", 2, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t replacements = 0;
        size_t letters = 0;
        struct cf_str rest = cf_str_of(rows[i].text);
        while (rest.len > 0) {
            uint32_t c = cf_utf8_take(&rest);
            replacements += c == CF_UTF8_REPLACEMENT ? 1 : 0;
            letters += c < 0x80 ? 1 : 0;
        }
        assert_int_equal(replacements, rows[i].replacements);
        assert_int_equal(letters, rows[i].letters);
    }
}

static void agrees_with_the_validator_on_all_short_texts(void **state) {
    (void)state;
    for (uint32_t n = 0; n < 1U << 24; n += n < 1U << 16 ? 1 : 251) {
        char text[3] = {(char)(n >> 16), (char)(n >> 8), (char)n};
        struct cf_str rest = cf_str_n(text, sizeof text);
        bool is_clean = true;
        while (rest.len > 0) {
            uint32_t c = cf_utf8_take(&rest);
            is_clean = is_clean && c != CF_UTF8_REPLACEMENT;
        }
        bool is_replacement = memcmp(text, "\xEF\xBF\xBD", 3) == 0;
        if (!is_replacement && is_clean != cf_str_is_utf8(cf_str_n(text, sizeof text))) {
            fail_msg("%02x %02x %02x", (unsigned char)text[0], (unsigned char)text[1], (unsigned char)text[2]);
        }
    }
}

CF_TEST_MAIN(cmocka_unit_test(every_code_point_comes_back), cmocka_unit_test(broken_parts_become_one_replacement_each),
             cmocka_unit_test(agrees_with_the_validator_on_all_short_texts))
