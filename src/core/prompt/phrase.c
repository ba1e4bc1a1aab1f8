/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/prompt/phrase.h"

#include <string.h>

struct cf_phrase cf_phrase_of(size_t language, enum cf_prompt prompt) {
    struct cf_phrase phrase = {.language = (uint8_t)language};
    cf_phrase_add(&phrase, prompt);
    return phrase;
}

void cf_phrase_add(struct cf_phrase *phrase, enum cf_prompt prompt) {
    if (phrase->count < CF_PHRASE_PARTS_MAX) {
        phrase->parts[phrase->count++] = (uint8_t)prompt;
    }
}

/* 1 to 99: one word, or tens and a unit. */
static void add_below_hundred(struct cf_phrase *phrase, uint32_t number) {
    if (number > 20) {
        cf_phrase_add(phrase, (enum cf_prompt)(CF_PROMPT_NUMBER_20 + number / 10 - 2));
        number %= 10;
    }
    if (number > 0) {
        cf_phrase_add(phrase, (enum cf_prompt)(CF_PROMPT_NUMBER_1 + number - 1));
    }
}

void cf_phrase_add_number(struct cf_phrase *phrase, uint32_t number) {
    number = number > CF_PHRASE_NUMBER_MAX ? CF_PHRASE_NUMBER_MAX : number;
    if (number >= 1000) {
        add_below_hundred(phrase, number / 1000);
        cf_phrase_add(phrase, CF_PROMPT_THOUSAND);
        number %= 1000;
    }
    if (number >= 100) {
        add_below_hundred(phrase, number / 100);
        cf_phrase_add(phrase, CF_PROMPT_HUNDRED);
        number %= 100;
    }
    add_below_hundred(phrase, number);
}

bool cf_phrase_eq(const struct cf_phrase *a, const struct cf_phrase *b) {
    return a->language == b->language && a->is_endless == b->is_endless && a->count == b->count &&
           memcmp(a->parts, b->parts, a->count) == 0;
}
