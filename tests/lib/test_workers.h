/* SPDX-License-Identifier: GPL-3.0-or-later */
/* On how many media workers a test is run: environment variable CONFER_TEST_WORKERS, one without it. */
#ifndef CF_TESTS_LIB_TEST_WORKERS_H
#define CF_TESTS_LIB_TEST_WORKERS_H

#include <stddef.h>

/** That many; asserts that there are between 1 and @p max. */
size_t test_workers(size_t max);

#endif
