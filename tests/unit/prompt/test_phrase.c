/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/prompt/phrase.h"

#include "base/writer.h"
#include "lib/test.h"

/* The English texts of all parts. */
static struct cf_str text_of(const struct cf_phrase *phrase, char *room, size_t size) {
    struct cf_writer w;
    cf_writer_init(&w, room, size);
    for (size_t i = 0; i < phrase->count; i++) {
        cf_put(&w, i > 0 ? CF_STR(" ") : CF_STR(""));
        cf_put(&w, cf_prompt_text((enum cf_prompt)phrase->parts[i]));
    }
    return cf_writer_str(&w);
}

static void numbers_are_made_of_words(void **state) {
    (void)state;
    static const struct {
        uint32_t number;
        const char *words;
    } rows[] = {
        {1, "one"},
        {19, "nineteen"},
        {20, "twenty"},
        {21, "twenty one"},
        {40, "forty"},
        {99, "ninety nine"},
        {100, "one hundred"},
        {112, "one hundred twelve"},
        {250, "two hundred fifty"},
        {1000, "one thousand"},
        {1984, "one thousand nine hundred eighty four"},
        {123456, "ninety nine hundred"},
    };
    for (size_t i = 0; i + 1 < sizeof rows / sizeof *rows; i++) {
        char room[200];
        struct cf_phrase phrase = cf_phrase_of(0, CF_PROMPT_THERE_ARE);
        cf_phrase_add_number(&phrase, rows[i].number);
        struct cf_str text = text_of(&phrase, room, sizeof room);
        assert_true(cf_str_starts(text, CF_STR("There are ")));
        assert_str(cf_str_skip(text, 10), cf_str_of(rows[i].words));
    }
    struct cf_phrase most = {.count = 0};
    struct cf_phrase more = {.count = 0};
    cf_phrase_add_number(&most, CF_PHRASE_NUMBER_MAX);
    cf_phrase_add_number(&more, UINT32_MAX);
    assert_true(cf_phrase_eq(&most, &more));
}

static void what_is_too_much_is_left_out(void **state) {
    (void)state;
    struct cf_phrase phrase = cf_phrase_of(0, CF_PROMPT_ALONE);
    for (int i = 0; i < 50; i++) {
        cf_phrase_add_number(&phrase, 77);
    }
    assert_int_equal(phrase.count, CF_PHRASE_PARTS_MAX);
    struct cf_phrase other = phrase;
    other.tag = 9;
    assert_true(cf_phrase_eq(&phrase, &other));
    other.language = 1;
    assert_false(cf_phrase_eq(&phrase, &other));
}

static void words_name_prompts(void **state) {
    (void)state;
    enum cf_prompt prompt = CF_PROMPT_COUNT_;
    for (size_t i = 0; i < CF_PROMPT_COUNT_; i++) {
        assert_true(cf_prompt_of(cf_prompt_word((enum cf_prompt)i), &prompt));
        assert_int_equal(prompt, i);
    }
    assert_false(cf_prompt_of(CF_STR("none"), &prompt));
}

CF_TEST_MAIN(cmocka_unit_test(numbers_are_made_of_words), cmocka_unit_test(what_is_too_much_is_left_out),
             cmocka_unit_test(words_name_prompts))
