/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Splitting into lines and fields. */
#include "core/sip/lines.h"
#include "core/sip/message.h"
#include "lib/test.h"

static struct cf_sip_scan s;
static struct cf_sip_line line;

static enum cf_err field(struct cf_str text) {
    s = cf_sip_scan_of(text);
    return cf_sip_scan_field(&s, &line);
}

static void a_field_has_a_name_and_a_trimmed_value(void **state) {
    (void)state;
    assert_ok(field(CF_STR("Subject: \t hello \t\r\nNext: x\r\n")));
    assert_str(line.name, CF_STR("Subject"));
    assert_str(line.value, CF_STR("hello"));
    assert_int_equal(s.at, 20);
    assert_ok(cf_sip_scan_field(&s, &line));
    assert_str(line.name, CF_STR("Next"));
}

static void a_blank_before_the_colon_is_not_part_of_the_name(void **state) {
    (void)state;
    assert_ok(field(CF_STR("X-Trusted \t: yes\r\n")));
    assert_str(line.name, CF_STR("X-Trusted"));
    assert_str(line.value, CF_STR("yes"));
}

static void folded_lines_are_one_field(void **state) {
    (void)state;
    assert_ok(field(CF_STR("A:\r\n b\r\n\tc\r\n \r\nB: d\r\n")));
    assert_str(line.name, CF_STR("A"));
    assert_str(line.value, CF_STR("b\r\n\tc"));
    assert_ok(cf_sip_scan_field(&s, &line));
    assert_str(line.name, CF_STR("B"));
}

static void a_name_is_never_folded(void **state) {
    (void)state;
    assert_int_equal(field(CF_STR("A\r\n : b\r\n")), CF_ERR_MALFORMED);
    assert_int_equal(line.wrong_at, 1);
    assert_int_equal(field(CF_STR(" A: b\r\n")), CF_ERR_MALFORMED);
    assert_int_equal(line.wrong_at, 0);
}

static void the_blank_line_ends_the_header(void **state) {
    (void)state;
    assert_int_equal(field(CF_STR("\r\nbody")), CF_ERR_NOT_FOUND);
    assert_int_equal(s.at, 2);
}

static void broken_lines_are_taken_and_located(void **state) {
    (void)state;
    static const struct {
        struct cf_str text;
        size_t wrong_at;
    } cases[] = {
        {CF_STR_INIT("no colon\r\nB: c\r\n"), 3},   {CF_STR_INIT(": no name\r\nB: c\r\n"), 0},
        {CF_STR_INIT("A: x\ny\r\nB: c\r\n"), 4},    {CF_STR_INIT("A: x\ry\r\nB: c\r\n"), 4},
        {CF_STR_INIT("A: x\0y\r\nB: c\r\n"), 4},    {CF_STR_INIT("A: x\x01y\r\nB: c\r\n"), 4},
        {CF_STR_INIT("A: \\\\\0y\r\nB: c\r\n"), 5}, {CF_STR_INIT("A: \\\ny\r\nB: c\r\n"), 4},
        {CF_STR_INIT("A\x7F: y\r\nB: c\r\n"), 1},   {CF_STR_INIT("A(b): y\r\nB: c\r\n"), 1},
        {CF_STR_INIT("\x01\r\nB: c\r\n"), 0},       {CF_STR_INIT("A: \r\r\nB: c\r\n"), 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(field(cases[i].text), CF_ERR_MALFORMED);
        assert_int_equal(line.wrong_at, cases[i].wrong_at);
        assert_ok(cf_sip_scan_field(&s, &line));
        assert_str(line.name, CF_STR("B"));
    }
}

static void quoted_pairs_may_hold_controls(void **state) {
    (void)state;
    assert_ok(field(CF_STR("To: \"\\\0\\\x07\\\\\\\x01\" <sip:a@b>\r\n")));
}

static void a_line_without_end_is_truncated_at_every_length(void **state) {
    (void)state;
    const struct cf_str whole = CF_STR("Subject: one\r\n two\r\n");
    for (size_t len = 0; len < whole.len; len++) {
        enum cf_err err = field(cf_str_head(whole, len));
        bool is_whole_line = len == 14;
        assert_int_equal(err, is_whole_line ? CF_OK : CF_ERR_TRUNCATED);
        assert_int_equal(s.at, is_whole_line ? 14 : 0);
    }
}

static void a_line_beyond_the_limit_is_taken_and_refused(void **state) {
    (void)state;
    static char text[CF_SIP_LINE_MAX + 16];
    memset(text, 'a', sizeof text);
    text[1] = ':';
    memcpy(text + CF_SIP_LINE_MAX, "\r\nB:\r\n", 6);
    assert_ok(field(cf_str_n(text, CF_SIP_LINE_MAX + 6)));
    text[CF_SIP_LINE_MAX] = 'a';
    memcpy(text + CF_SIP_LINE_MAX + 1, "\r\nB:\r\n", 6);
    assert_int_equal(field(cf_str_n(text, CF_SIP_LINE_MAX + 7)), CF_ERR_LIMIT);
    assert_int_equal(line.wrong_at, CF_SIP_LINE_MAX);
    assert_ok(cf_sip_scan_field(&s, &line));
}

static void start_lines_are_not_folded(void **state) {
    (void)state;
    s = cf_sip_scan_of(CF_STR("INVITE sip:a@b SIP/2.0\r\n X: y\r\n"));
    assert_ok(cf_sip_scan_start_line(&s, &line));
    assert_str(line.text, CF_STR("INVITE sip:a@b SIP/2.0"));
    assert_int_equal(s.at, 24);
}

static void a_control_is_found_wherever_it_stands(void **state) {
    (void)state;
    char text[24];
    for (size_t len = 0; len <= sizeof text; len++) {
        for (size_t at = 0; at < len; at++) {
            memset(text, '\xFF', sizeof text); /* high octets are none */
            text[at] = '\x1F';
            for (size_t from = 0; from <= len; from++) {
                assert_int_equal(cf_sip_find_control(cf_str_n(text, len), from), from <= at ? at : len);
            }
        }
    }
}

CF_TEST_MAIN(cmocka_unit_test(a_control_is_found_wherever_it_stands), cmocka_unit_test(a_field_has_a_name_and_a_trimmed_value),
             cmocka_unit_test(a_blank_before_the_colon_is_not_part_of_the_name), cmocka_unit_test(folded_lines_are_one_field),
             cmocka_unit_test(a_name_is_never_folded), cmocka_unit_test(the_blank_line_ends_the_header),
             cmocka_unit_test(broken_lines_are_taken_and_located), cmocka_unit_test(quoted_pairs_may_hold_controls),
             cmocka_unit_test(a_line_without_end_is_truncated_at_every_length),
             cmocka_unit_test(a_line_beyond_the_limit_is_taken_and_refused), cmocka_unit_test(start_lines_are_not_folded))
