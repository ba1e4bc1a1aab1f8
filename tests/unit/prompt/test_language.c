/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/prompt/language.h"

#include "lib/test.h"

static const struct cf_sounds sounds = {
    .language_count = 4,
    .languages = {
        {.tag = CF_STR_INIT("en")}, {.tag = CF_STR_INIT("de")}, {.tag = CF_STR_INIT("pt")}, {.tag = CF_STR_INIT("pt-br")}}};

static void the_best_wish_that_can_be_met_is(void **state) {
    (void)state;
    static const struct {
        const char *accept;
        size_t language;
    } rows[] = {
        {"de", 1},
        {"fr, de;q=0.8, en;q=0.7", 1},
        {"en;q=0.7, de;q=0.8", 1},
        {"de;q=0, en", 0},
        {"DE-at", 1},
        {"pt-BR, en", 3},
        {"pt-PT", 2},
        {"de;q=0.001 , pt;q=0.01", 2},
        {" de ; q=1.000", 1},
        {"de;level=1;q=0.5, pt;q=0.6", 2},
        /* Nothing that fits, or can be read: the default. */
        {"fr", 2},
        {"*", 2},
        {"", 2},
        {";;,,q=,-", 2},
        {"de;q=0", 2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(cf_language_choose(&sounds, cf_str_of(rows[i].accept), CF_STR("pt")), rows[i].language);
    }
    assert_int_equal(cf_language_choose(&sounds, CF_STR_NONE, CF_STR("xx")), 0);
    assert_int_equal(cf_language_choose(&sounds, CF_STR("de;q=0.3x, pt;q=0.9"), CF_STR("")), 1);
}

static void a_long_header_is_not_read_to_its_end(void **state) {
    (void)state;
    char text[8 * (CF_LANGUAGE_RANGES_MAX + 1)];
    for (size_t i = 0; i < sizeof text; i++) {
        text[i] = i % 4 == 3 ? ',' : 'x';
    }
    memcpy(text + sizeof text - 4, ",de", 3);
    assert_int_equal(cf_language_choose(&sounds, cf_str_n(text, sizeof text - 1), CF_STR("en")), 0);
}

CF_TEST_MAIN(cmocka_unit_test(the_best_wish_that_can_be_met_is), cmocka_unit_test(a_long_header_is_not_read_to_its_end))
