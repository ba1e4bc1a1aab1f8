/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading INI files. */
#include "shell/config/config_file.h"

#include "lib/test.h"
#include "shell/file/file.h"
#include <stdlib.h>
#include <unistd.h>

static char path[] = "/tmp/confer-test-XXXXXX";
static int keys;
static int last_line;

static bool take(void *ctx, struct cf_str section, struct cf_str key, struct cf_str value, int line) {
    (void)ctx;
    keys++;
    last_line = line;
    if (keys == 1) {
        assert_str(section, CF_STR("server"));
        assert_str(key, CF_STR("domains"));
        assert_str(value, CF_STR("a.example b.example"));
    }
    return !cf_str_eq(key, CF_STR("bad"));
}

static int make_file(void **state) {
    (void)state;
    snprintf(path, sizeof path, "/tmp/confer-test-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    keys = 0;
    return 0;
}

static int remove_file(void **state) {
    (void)state;
    return unlink(path);
}

static void hands_on_each_key_and_stops_at_the_line_in_error(void **state) {
    (void)state;
    int line = 0;
    assert_ok(
        cf_file_write(path, cf_str_span(CF_STR("# x\n[server]\ndomains = a.example b.example\n\n[media]\nplain=no\n")), false));
    assert_ok(cf_config_file_read(path, take, NULL, &line));
    assert_int_equal(keys, 2);
    assert_int_equal(last_line, 6);
    assert_ok(cf_file_write(path, cf_str_span(CF_STR("[server]\ngood = 1\nbad = 2\nmore = 3\n")), false));
    keys = 1;
    assert_int_equal(cf_config_file_read(path, take, NULL, &line), CF_ERR_CONFIG);
    assert_int_equal(line, 3);
    assert_int_equal(keys, 3);
    assert_ok(cf_file_write(path, cf_str_span(CF_STR("[server]\nno value here\n")), false));
    assert_int_equal(cf_config_file_read(path, take, NULL, &line), CF_ERR_CONFIG);
    assert_int_equal(line, 2);
    assert_int_equal(cf_config_file_read("/nonexistent/file", take, NULL, &line), CF_ERR_NOT_FOUND);
}

/* Whatever the lines before are like, and without an end of the last one. */
static void lines_are_counted(void **state) {
    (void)state;
    char text[1200];
    int line = 0;
    snprintf(text, sizeof text, "; %0350d\r\n\n[server]\r\n  # x\n\nlate = 1", 0);
    assert_ok(cf_file_write(path, cf_str_span(cf_str_of(text)), false));
    keys = 1;
    assert_ok(cf_config_file_read(path, take, NULL, &line));
    assert_int_equal(last_line, 6);
}

static void a_line_that_is_too_long_is_told(void **state) {
    (void)state;
    char text[1200];
    int line = 0;
    snprintf(text, sizeof text, "[server]\nlate = 1\nlong = %0191d\nlate = 1\n", 0);
    assert_ok(cf_file_write(path, cf_str_span(cf_str_of(text)), false));
    keys = 1;
    assert_ok(cf_config_file_read(path, take, NULL, &line));
    snprintf(text, sizeof text, "[server]\nlate = 1\nlong = %0192d\nbad = 1\n", 0);
    assert_ok(cf_file_write(path, cf_str_span(cf_str_of(text)), false));
    assert_int_equal(cf_config_file_read(path, take, NULL, &line), CF_ERR_CONFIG);
    assert_int_equal(line, 3);
}

CF_TEST_MAIN(cmocka_unit_test_setup_teardown(a_line_that_is_too_long_is_told, make_file, remove_file),
             cmocka_unit_test_setup_teardown(lines_are_counted, make_file, remove_file),
             cmocka_unit_test_setup_teardown(hands_on_each_key_and_stops_at_the_line_in_error, make_file, remove_file))
