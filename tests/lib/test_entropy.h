/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Entropy for tests: a seeded sequence, so that tags and keys are the same in every run. */
#ifndef CF_TESTS_LIB_TEST_ENTROPY_H
#define CF_TESTS_LIB_TEST_ENTROPY_H

#include "base/rng.h"

/** A repeatable source. */
struct test_entropy {
    struct cf_entropy entropy; /**< give &e.entropy to the code under test */
    struct cf_rng rng;
};

/** Begin the sequence named @p seed. */
void test_entropy_init(struct test_entropy *e, uint64_t seed);

#endif
