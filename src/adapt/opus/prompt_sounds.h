/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sounds of all prompts, decoded: made once, shared by all threads, never changed. */
#ifndef CF_ADAPT_OPUS_PROMPT_SOUNDS_H
#define CF_ADAPT_OPUS_PROMPT_SOUNDS_H

#include "base/err.h"
#include "base/mem.h"
#include "core/prompt/prompt.h"

/** All prompts of all languages in the tree, English first. CF_ERR_NO_MEMORY; anything else: a file in the tree is broken. */
CF_MUST_USE enum cf_err cf_prompt_sounds_create(const struct cf_mem *mem, struct cf_sounds **ret);

/** Free all; NULL is ignored. */
void cf_prompt_sounds_destroy(const struct cf_mem *mem, struct cf_sounds *sounds);

#endif
