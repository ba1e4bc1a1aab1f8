/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files and folders, below a folder of the test's own. */
#include "shell/file/file.h"

#include "lib/test.h"
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/confer-test-XXXXXX";

static void replaces_files_whole(void **state) {
    (void)state;
    char sub[CF_FILE_PATH_MAX];
    char path[CF_FILE_PATH_MAX];
    char content[16];
    size_t len = 0;
    struct stat info;
    assert_non_null(mkdtemp(folder));
    assert_ok(cf_file_join(folder, "a/b", sub, sizeof sub));
    assert_ok(cf_file_make_folder(sub));
    assert_ok(cf_file_make_folder(sub));
    assert_int_equal(stat(sub, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0700);
    assert_ok(cf_file_join(sub, "secret", path, sizeof path));
    assert_int_equal(cf_file_read(path, content, sizeof content, &len), CF_ERR_NOT_FOUND);
    assert_ok(cf_file_write(path, cf_str_span(CF_STR("first content")), true));
    assert_ok(cf_file_write(path, cf_str_span(CF_STR("second")), true));
    assert_ok(cf_file_read(path, content, sizeof content, &len));
    assert_str(cf_str_n(content, len), CF_STR("second"));
    assert_int_equal(cf_file_read(path, content, 5, &len), CF_ERR_NO_ROOM);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    unlink(path);
    rmdir(sub);
    assert_ok(cf_file_join(folder, "a", sub, sizeof sub));
    rmdir(sub);
    rmdir(folder);
}

static void keeps_files_private(void **state) {
    (void)state;
    char place[] = "/tmp/confer-file-XXXXXX";
    char path[CF_FILE_PATH_MAX];
    char content[16];
    size_t len = 0;
    struct stat info;
    assert_non_null(mkdtemp(place));
    assert_ok(cf_file_join(place, "secrets", path, sizeof path));
    assert_ok(cf_file_keep_private(path));
    assert_ok(cf_file_write(path, cf_str_span(CF_STR("kept")), false));
    assert_ok(cf_file_keep_private(path));
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_ok(cf_file_read(path, content, sizeof content, &len));
    assert_str(cf_str_n(content, len), CF_STR("kept"));
    assert_int_equal(cf_file_keep_private("/proc/none/x"), CF_ERR_IO);
    unlink(path);
    rmdir(place);
}

static void joins_paths(void **state) {
    (void)state;
    char path[8];
    assert_ok(cf_file_join("/var", "/abs", path, sizeof path));
    assert_string_equal(path, "/abs");
    assert_ok(cf_file_join("a", "b", path, sizeof path));
    assert_string_equal(path, "a/b");
    assert_int_equal(cf_file_join("abcd", "efgh", path, sizeof path), CF_ERR_NO_ROOM);
    assert_int_equal(cf_file_make_folder("/proc/none/x"), CF_ERR_IO);
}

CF_TEST_MAIN(cmocka_unit_test(replaces_files_whole), cmocka_unit_test(keeps_files_private), cmocka_unit_test(joins_paths))
