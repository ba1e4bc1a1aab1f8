/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Counts work instead of measuring time: code compiled with -fsanitize-coverage=trace-pc counts a step a basic block, and the
 * octets that memchr(), memcmp() and their like go over count too (the program is linked with --wrap for them). The same input
 * gives the same count on a busy machine and on an idle one, so that a quadratic parser can be told from a slow minute.
 */
#ifndef CF_TESTS_LIB_TEST_STEPS_H
#define CF_TESTS_LIB_TEST_STEPS_H

#include <stdint.h>

/** Steps since the start of the program. */
uint64_t test_steps(void);

#endif
