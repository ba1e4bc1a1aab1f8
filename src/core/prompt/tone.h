/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sounds of our own: short chimes that tell of people who come and go, of a key without meaning, and that a waiting caller is not
 * forgotten. Sums of decaying sines, about as loud as the spoken prompts. A pure function, run when the server begins.
 */
#ifndef CF_CORE_PROMPT_TONE_H
#define CF_CORE_PROMPT_TONE_H

#include "core/prompt/prompt.h"

/** Samples of the tone @p prompt; 0: it is spoken. */
size_t cf_tone_len(enum cf_prompt prompt);

/** Make it: cf_tone_len() samples at @p pcm. */
void cf_tone_make(enum cf_prompt prompt, int16_t *pcm);

#endif
