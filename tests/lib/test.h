/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What every test includes: cmocka with its prerequisites, and a few assertions on our types. A test file ends with
 *     CF_TEST_MAIN(cmocka_unit_test(behaves_so), cmocka_unit_test(and_so))
 * and its results are printed as TAP.
 */
#ifndef CF_TESTS_LIB_TEST_H
#define CF_TESTS_LIB_TEST_H

/* cmocka wants these before itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"
#include <stdio.h>

/** Two spans of text are equal; prints both if not. */
#define assert_str(actual, expected)                                                                                             \
    do {                                                                                                                         \
        struct cf_str actual_ = (actual);                                                                                        \
        struct cf_str expected_ = (expected);                                                                                    \
        if (!cf_str_eq(actual_, expected_)) {                                                                                    \
            fail_msg("\"%.*s\" is not \"%.*s\"", CF_STR_ARG(actual_), CF_STR_ARG(expected_));                                    \
        }                                                                                                                        \
    } while (0)

/** A function returned CF_OK. */
#define assert_ok(call) assert_int_equal((call), CF_OK)

/** main() of a test file; each argument is a struct CMUnitTest. */
#define CF_TEST_MAIN(...)                                                                                                        \
    int main(void) {                                                                                                             \
        const struct CMUnitTest tests_[] = {__VA_ARGS__};                                                                        \
        return cmocka_run_group_tests(tests_, NULL, NULL);                                                                       \
    }

#endif
