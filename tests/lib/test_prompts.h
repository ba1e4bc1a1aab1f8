/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program's own prompts, as material for tests. Needs adapt/opus. */
#ifndef CF_TESTS_LIB_TEST_PROMPTS_H
#define CF_TESTS_LIB_TEST_PROMPTS_H

#include "adapt/opus/prompt_files.h"
#include "lib/test.h"

/** The file of @p word. */
static inline struct cf_span test_prompt_of(const char *word) {
    for (size_t i = 0; i < cf_prompt_file_count; i++) {
        if (cf_str_eq(cf_prompt_files[i].word, cf_str_of(word))) {
            return cf_prompt_files[i].octets;
        }
    }
    fail_msg("%s is not there", word);
    return (struct cf_span){NULL, 0};
}

#endif
