/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Something to be said: prompts in a row, and how they are to be treated. Value type without pointers, so that it can go through
 * a mailbox.
 */
#ifndef CF_CORE_PROMPT_PHRASE_H
#define CF_CORE_PROMPT_PHRASE_H

#include "core/prompt/prompt.h"

/** Most prompts of a phrase; a number up to 9999 takes 5. */
#define CF_PHRASE_PARTS_MAX 12

/** Largest number that can be said; what is larger is said as this. */
#define CF_PHRASE_NUMBER_MAX 9999U

/** A phrase. */
struct cf_phrase {
    uint8_t language;                   /**< index into struct cf_sounds */
    bool is_firm;                       /**< a key doesn't end it */
    bool is_endless;                    /**< it is said again and again, .pause_msec between */
    uint16_t tag;                       /**< the caller's, comes back with CF_MEDIA_EVENT_PLAYED; 0: none wanted */
    uint16_t pause_msec;                /**< silence after it */
    uint8_t count;                      /**< of .parts */
    uint8_t parts[CF_PHRASE_PARTS_MAX]; /**< enum cf_prompt */
};

_Static_assert(CF_PROMPT_COUNT_ <= UINT8_MAX, "a prompt fits into a part");

/** One prompt in language @p language. */
struct cf_phrase cf_phrase_of(size_t language, enum cf_prompt prompt);

/** Append @p prompt. What is too much is left out. */
void cf_phrase_add(struct cf_phrase *phrase, enum cf_prompt prompt);

/** Append @p number (at least 1) in words, the English way: "two hundred twenty three". */
void cf_phrase_add_number(struct cf_phrase *phrase, uint32_t number);

/** Do both say the same? Tags don't count. */
bool cf_phrase_eq(const struct cf_phrase *a, const struct cf_phrase *b);

#endif
