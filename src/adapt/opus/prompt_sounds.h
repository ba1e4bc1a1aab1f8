/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The sounds of all prompts: chimes made at the beginning, spoken ones decoded from their files when they are first wanted and
 * kept. One thread prepares them; others read what it has prepared before it told them to play it (a mailbox orders the two).
 */
#ifndef CF_ADAPT_OPUS_PROMPT_SOUNDS_H
#define CF_ADAPT_OPUS_PROMPT_SOUNDS_H

#include "adapt/opus/prompt_files.h"
#include "base/err.h"
#include "base/mem.h"
#include "core/prompt/prompt.h"

/** Made by cf_prompt_sounds_create(). */
struct cf_prompt_sounds;

/**
 * All prompts of @p count @p files (cf_prompt_files), which outlive it, English first; languages are told apart without
 * regard to case. Files are not looked into: see cf_opus_file_check(). On failure *ret_blamed is the file that is to blame, NULL
 * if none is. CF_ERR_NO_MEMORY; CF_ERR_NOT_FOUND: no prompt is called so, or it is there twice; CF_ERR_LIMIT: too many languages.
 */
CF_MUST_USE enum cf_err cf_prompt_sounds_create(const struct cf_mem *mem, const struct cf_prompt_file *files, size_t count,
                                                struct cf_prompt_sounds **ret, const struct cf_prompt_file **ret_blamed);

/**
 * Have the sound of @p prompt (below CF_PROMPT_COUNT_) in language @p language, and what cf_sounds_get() gives instead of it, if
 * there is none. To be called before a player is told to say it; costs a decoding the first time (1.5 ms a second of speech),
 * nothing later. What has failed stays silent: somebody may be reading it. CF_ERR_NO_MEMORY, CF_ERR_MALFORMED.
 */
CF_MUST_USE enum cf_err cf_prompt_sounds_prepare(struct cf_prompt_sounds *sounds, size_t language, enum cf_prompt prompt);

/** What players read, valid as long as @p sounds; NULL if that is NULL. */
const struct cf_sounds *cf_prompt_sounds_table(const struct cf_prompt_sounds *sounds);

/** Free all; NULL is ignored. */
void cf_prompt_sounds_destroy(struct cf_prompt_sounds *sounds);

#endif
