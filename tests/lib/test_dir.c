/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A folder for the files of one test. */
#include "lib/test_dir.h"

#include "lib/test.h"
#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

void test_dir_init(struct test_dir *d) {
    const char *top = getenv("TMPDIR");
    snprintf(d->path, sizeof d->path, "%s/confer-test-XXXXXX", top != NULL && strlen(top) < 200 ? top : "/tmp");
    assert_non_null(mkdtemp(d->path));
}

const char *test_dir_file(struct test_dir *d, const char *name) {
    snprintf(d->file, sizeof d->file, "%s/%s", d->path, name);
    return d->file;
}

void test_dir_fini(struct test_dir *d) {
    DIR *folder = opendir(d->path);
    assert_non_null(folder);
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            assert_int_equal(unlink(test_dir_file(d, entry->d_name)), 0);
        }
    }
    closedir(folder);
    assert_int_equal(rmdir(d->path), 0);
}
