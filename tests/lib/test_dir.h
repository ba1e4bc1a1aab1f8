/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A folder for the files of one test, removed with all that is in it. */
#ifndef CF_TESTS_LIB_TEST_DIR_H
#define CF_TESTS_LIB_TEST_DIR_H

/** A temporary folder. */
struct test_dir {
    char path[256]; /**< absolute */
    char file[512]; /**< scratch of test_dir_file() */
};

/** Make the folder; fails the test if that's impossible. */
void test_dir_init(struct test_dir *d);

/** Path of @p name in the folder; valid until the next call. */
const char *test_dir_file(struct test_dir *d, const char *name);

/** Remove the folder and the files in it (it has no folders). */
void test_dir_fini(struct test_dir *d);

#endif
