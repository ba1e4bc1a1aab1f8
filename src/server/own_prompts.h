/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The operator's own prompts: a folder with LANGUAGE/WORD.opus, in place of the files in the program and beside them
 * (docs/prompts.md). Read and checked when the server starts. One thread.
 */
#ifndef CF_SERVER_OWN_PROMPTS_H
#define CF_SERVER_OWN_PROMPTS_H

#include "adapt/opus/prompt_files.h"
#include "base/err.h"

/** Largest file, octets. */
#define CF_OWN_PROMPT_OCTETS_MAX (1024U * 1024)

/** Longest one, samples at 48 kHz: a minute. Decoding it keeps the signalling thread for a tenth of a second. */
#define CF_OWN_PROMPT_SAMPLES_MAX ((size_t)60 * 48000)

/** Most files. */
#define CF_OWN_PROMPTS_MAX 1000

/** What is said. Zeros: nothing. */
struct cf_own_prompts {
    struct cf_prompt_file *files; /**< owned: those of the folder, then those of the program that it has none for */
    size_t count;
    struct cf_own_prompt *own; /**< owned */
};

/**
 * Load @p folder; empty: only the files of the program are given. Files without ".opus" and hidden ones are passed over, symbolic
 * links are followed. What is wrong is logged with its path: CF_ERR_NOT_FOUND (no such folder; not LANGUAGE/WORD.opus; no prompt,
 * or a tone, is called so), CF_ERR_NO_ROOM (too large), CF_ERR_LIMIT (too long; too many), CF_ERR_IO (a file or folder below it
 * can't be read), or as cf_opus_file_check(). Nothing is kept then.
 */
CF_MUST_USE enum cf_err cf_own_prompts_load(struct cf_own_prompts *prompts, const char *folder);

/** Free it. Sounds that were made of it must be gone. */
void cf_own_prompts_free(struct cf_own_prompts *prompts);

#endif
