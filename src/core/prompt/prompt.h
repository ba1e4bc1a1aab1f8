/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What callers with ordinary phones can hear: the table of prompts, and the sounds that they are. A sound is there before a
 * player is told to say it (adapt/opus/prompt_sounds.h), is read by all threads and never changes.
 */
#ifndef CF_CORE_PROMPT_PROMPT_H
#define CF_CORE_PROMPT_PROMPT_H

#include "base/str.h"

/** Samples a second of all sounds: that of the mixer. */
#define CF_PROMPT_RATE_HZ 48000U

/** A prompt. */
enum cf_prompt {
#define X(name, word, text) CF_PROMPT_##name,
#include "core/prompt/prompt_table.h"
#undef X
    CF_PROMPT_COUNT_,
};

/** Its word, as its file is called. */
struct cf_str cf_prompt_word(enum cf_prompt prompt);

/** What is said, in English; empty: it is a tone. */
struct cf_str cf_prompt_text(enum cf_prompt prompt);

/** The prompt called @p word. False: none. */
bool cf_prompt_of(struct cf_str word, enum cf_prompt *ret);

/** Samples. */
struct cf_sound {
    const int16_t *pcm;
    size_t count; /**< 0: there is none */
};

/** Most languages at a time. */
#define CF_LANGUAGES_MAX 8

/** The prompts in one language. */
struct cf_prompt_language {
    struct cf_str tag; /**< RFC 5646, lower case: "en" */
    struct cf_sound sounds[CF_PROMPT_COUNT_];
};

/** All languages; the first one is that of those who want none of them, and has what another one lacks. */
struct cf_sounds {
    size_t language_count; /**< at least 1 */
    struct cf_prompt_language languages[CF_LANGUAGES_MAX];
};

/** Where the language @p tag is, in whatever case. False: it is not there, and *ret_language is untouched. */
bool cf_sounds_find(const struct cf_sounds *sounds, struct cf_str tag, size_t *ret_language);

/** How @p prompt sounds in language @p language (beyond the last: the first one). */
struct cf_sound cf_sounds_get(const struct cf_sounds *sounds, size_t language, enum cf_prompt prompt);

#endif
