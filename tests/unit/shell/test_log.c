/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Log lines: levels, escaping (attacks T44: no forged lines, no flood). */
#include "shell/log/log.h"

#include "lib/test.h"
#include <fcntl.h>
#include <unistd.h>

static char captured[1 << 20];

/* What @p write_lines sends to standard error. */
static struct cf_str capture(void (*write_lines)(void)) {
    int both[2];
    size_t len = 0;
    assert_int_equal(pipe(both), 0);
    fcntl(both[1], F_SETPIPE_SZ, 1 << 20);
    int saved = dup(STDERR_FILENO);
    dup2(both[1], STDERR_FILENO);
    write_lines();
    dup2(saved, STDERR_FILENO);
    close(saved);
    close(both[1]);
    for (ssize_t got = 1; got > 0; len += (size_t)got) {
        got = read(both[0], captured + len, sizeof captured - len);
        assert_true(got >= 0);
    }
    close(both[0]);
    return cf_str_n(captured, len);
}

static void write_forged(void) {
    cf_log(CF_LOG_INFO, "sip", "From %s", "x\r\nerror sip: forged\x1b[2J");
    cf_log(CF_LOG_DEBUG, "sip", "not written");
}

static void escapes_control_characters(void **state) {
    (void)state;
    assert_str(capture(write_forged), CF_STR("info sip: From x\\x0d\\x0aerror sip: forged\\x1b[2J\n"));
}

static void write_block(void) {
    cf_log_block(CF_LOG_INFO, "sip", CF_STR("in\n"), CF_STR("INVITE x\r\nFrom: \x1b\r\n\r\nerror sip: forged"));
}

static void a_block_can_not_forge_a_line(void **state) {
    (void)state;
    assert_str(capture(write_block), CF_STR("info sip: in\\x0a\n  | INVITE x\n  | From: \\x1b\n  | \n  | error sip: forged\n"));
}

static void write_flood(void) {
    for (int i = 0; i < 10000; i++) {
        cf_log(CF_LOG_WARNING, "sip", "bad message");
    }
}

static void counts_a_flood_instead_of_writing_it(void **state) {
    (void)state;
    struct cf_str written = capture(write_flood);
    size_t lines = 0;
    while (written.len > 0) {
        cf_str_cut(&written, '\n');
        lines++;
    }
    unsigned long suppressed = cf_log_suppressed();
    assert_true(lines < 5000);
    assert_int_equal(lines + suppressed, 10000);
    assert_int_equal(cf_log_suppressed(), 0);
}

static void knows_its_levels(void **state) {
    (void)state;
    enum cf_log_level level = CF_LOG_INFO;
    assert_ok(cf_log_level_of(CF_STR("debug"), &level));
    assert_int_equal(level, CF_LOG_DEBUG);
    assert_int_equal(cf_log_level_of(CF_STR("loud"), &level), CF_ERR_CONFIG);
    assert_true(cf_log_is_on(CF_LOG_ERROR));
    assert_false(cf_log_is_on(CF_LOG_DEBUG));
}

CF_TEST_MAIN(cmocka_unit_test(escapes_control_characters), cmocka_unit_test(a_block_can_not_forge_a_line),
             cmocka_unit_test(counts_a_flood_instead_of_writing_it), cmocka_unit_test(knows_its_levels))
