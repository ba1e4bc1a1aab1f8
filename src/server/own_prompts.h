/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The operator's own prompts: a folder with LANGUAGE/WORD.opus, in place of the files in the program and beside them
 * (docs/prompts.md). Read and checked when the server starts. One thread.
 */
#ifndef CF_SERVER_OWN_PROMPTS_H
#define CF_SERVER_OWN_PROMPTS_H

#include "adapt/opus/prompt_files.h"
#include "base/err.h"

/** Longest file, octets: more than ten minutes of speech. */
#define CF_OWN_PROMPT_OCTETS_MAX (2U * 1024 * 1024)

/** Most files. */
#define CF_OWN_PROMPTS_MAX 1000

/** What is said. Zeros: nothing. */
struct cf_own_prompts {
    struct cf_prompt_file *files; /**< owned: those of the folder, then those of the program that it has none for */
    size_t count;
    struct cf_own_prompt *own; /**< owned */
};

/**
 * Load @p folder; empty: only the files of the program are given. Files without ".opus" are passed over. What is wrong is logged
 * with the name of the file: CF_ERR_NOT_FOUND (no such folder; not LANGUAGE/WORD.opus; no prompt, or a tone, is called so),
 * CF_ERR_NO_ROOM (too long), CF_ERR_LIMIT (too many), CF_ERR_IO, or as cf_opus_file_check(). Nothing is kept then.
 */
CF_MUST_USE enum cf_err cf_own_prompts_load(struct cf_own_prompts *prompts, const char *folder);

/** Free it. Sounds that were made of it must be gone. */
void cf_own_prompts_free(struct cf_own_prompts *prompts);

#endif
