/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Spans of text. */
#include "base/str.h"

#include "lib/test.h"

static void compares(void **state) {
    (void)state;
    assert_true(cf_str_eq(CF_STR("Via"), CF_STR("Via")));
    assert_false(cf_str_eq(CF_STR("Via"), CF_STR("via")));
    assert_true(cf_str_eq_nocase(CF_STR("Via"), CF_STR("vIA")));
    assert_false(cf_str_eq_nocase(CF_STR("@"), CF_STR("`")));
    assert_true(cf_str_eq(CF_STR_NONE, CF_STR("")));
    assert_true(cf_str_cmp(CF_STR("ab"), CF_STR("abc")) < 0);
    assert_true(cf_str_cmp(CF_STR("b"), CF_STR("abc")) > 0);
    assert_true(cf_str_starts(CF_STR("sip:x"), CF_STR("sip:")));
    assert_true(cf_str_ends(CF_STR("sip:x"), CF_STR(":x")));
    assert_false(cf_str_ends(CF_STR("x"), CF_STR(":x")));
}

static void cuts_parts_until_absent(void **state) {
    (void)state;
    struct cf_str rest = CF_STR("a,,b,");
    const struct cf_str expected[] = {CF_STR_INIT("a"), CF_STR_INIT(""), CF_STR_INIT("b"), CF_STR_INIT("")};
    for (size_t i = 0; i < 4; i++) {
        assert_non_null(rest.at);
        assert_str(cf_str_cut(&rest, ','), expected[i]);
    }
    assert_null(rest.at);
}

static void finds_and_trims(void **state) {
    (void)state;
    assert_int_equal(cf_str_find(CF_STR("abc"), 'c'), 2);
    assert_int_equal(cf_str_find(CF_STR("abc"), 'x'), 3);
    assert_int_equal(cf_str_find_str(CF_STR("a\r\n\r\nb"), CF_STR("\r\n\r\n")), 1);
    assert_int_equal(cf_str_find_str(CF_STR("ab"), CF_STR("abc")), 2);
    assert_str(cf_str_trim(CF_STR(" \t x y\r\n")), CF_STR("x y"));
    assert_str(cf_str_trim(CF_STR("  ")), CF_STR(""));
    assert_str(cf_str_skip(CF_STR("abc"), 9), CF_STR(""));
    assert_str(cf_str_skip(CF_STR_NONE, 9), CF_STR_NONE);
}

static void reads_numbers_up_to_a_maximum(void **state) {
    (void)state;
    uint32_t v = 7;
    uint64_t big = 0;
    assert_true(cf_str_to_u32(CF_STR("4294967295"), UINT32_MAX, &v));
    assert_int_equal(v, UINT32_MAX);
    assert_false(cf_str_to_u32(CF_STR("4294967296"), UINT32_MAX, &v));
    assert_int_equal(v, UINT32_MAX);
    assert_false(cf_str_to_u32(CF_STR(""), 9, &v));
    assert_false(cf_str_to_u32(CF_STR("-1"), 9, &v));
    assert_false(cf_str_to_u32(CF_STR("8"), 7, &v));
    assert_true(cf_str_to_u64(CF_STR("18446744073709551615"), UINT64_MAX, &big));
    assert_false(cf_str_to_u64(CF_STR("18446744073709551616"), UINT64_MAX, &big));
}

static void tells_utf8_from_rubbish(void **state) {
    (void)state;
    assert_true(cf_str_is_utf8(CF_STR("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x8E\xA5")));
    assert_false(cf_str_is_utf8(CF_STR("\xC0\x80")));         /* overlong NUL */
    assert_false(cf_str_is_utf8(CF_STR("\xED\xA0\x80")));     /* surrogate */
    assert_false(cf_str_is_utf8(CF_STR("\xF4\x90\x80\x80"))); /* above U+10FFFF */
    assert_false(cf_str_is_utf8(CF_STR("\xE2\x82")));         /* cut off */
    assert_false(cf_str_is_utf8(CF_STR("\x80")));
}

CF_TEST_MAIN(cmocka_unit_test(compares), cmocka_unit_test(cuts_parts_until_absent), cmocka_unit_test(finds_and_trims),
             cmocka_unit_test(reads_numbers_up_to_a_maximum), cmocka_unit_test(tells_utf8_from_rubbish))
