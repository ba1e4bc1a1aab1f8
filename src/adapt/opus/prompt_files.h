/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The spoken prompts as they are in the tree, sounds/LANGUAGE/WORD.opus; the table is made by tools/embed_sounds.py. */
#ifndef CF_ADAPT_OPUS_PROMPT_FILES_H
#define CF_ADAPT_OPUS_PROMPT_FILES_H

#include "base/str.h"

/** A file. */
struct cf_prompt_file {
    struct cf_str language;
    struct cf_str word;
    struct cf_span octets;
};

/** All of them, those of a language in a row. */
extern const struct cf_prompt_file cf_prompt_files[];
extern const size_t cf_prompt_file_count;

#endif
