/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/prompt/prompt.h"

static const struct {
    struct cf_str word;
    struct cf_str text;
} rows[] = {
#define X(name, word, text) {CF_STR_INIT(word), CF_STR_INIT(text)},
#include "core/prompt/prompt_table.h"
#undef X
};

struct cf_str cf_prompt_word(enum cf_prompt prompt) {
    return rows[prompt].word;
}

struct cf_str cf_prompt_text(enum cf_prompt prompt) {
    return rows[prompt].text;
}

bool cf_prompt_of(struct cf_str word, enum cf_prompt *ret) {
    for (size_t i = 0; i < CF_PROMPT_COUNT_; i++) {
        if (cf_str_eq(rows[i].word, word)) {
            *ret = (enum cf_prompt)i;
            return true;
        }
    }
    return false;
}

bool cf_sounds_find(const struct cf_sounds *sounds, struct cf_str tag, size_t *ret_language) {
    for (size_t i = 0; i < sounds->language_count; i++) {
        if (cf_str_eq_nocase(sounds->languages[i].tag, tag)) {
            *ret_language = i;
            return true;
        }
    }
    return false;
}

struct cf_sound cf_sounds_get(const struct cf_sounds *sounds, size_t language, enum cf_prompt prompt) {
    struct cf_sound sound = {.count = 0};
    if (language < sounds->language_count) {
        sound = sounds->languages[language].sounds[prompt];
    }
    return sound.count > 0 ? sound : sounds->languages[0].sounds[prompt];
}
