/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parameters and quoted strings. */
#include "core/sip/params.h"
#include "lib/test.h"

static char buffer[256];
static struct cf_writer w;

static struct cf_str unquoted(struct cf_str value) {
    cf_writer_init(&w, buffer, sizeof buffer);
    cf_sip_put_unquoted(&w, value);
    return cf_writer_str(&w);
}

static struct cf_str quoted(struct cf_str text) {
    cf_writer_init(&w, buffer, sizeof buffer);
    cf_sip_put_quoted(&w, text);
    return cf_writer_str(&w);
}

static void walks_over_names_and_values(void **state) {
    (void)state;
    struct cf_str rest = CF_STR("a=1; b ; c = \"x;y=\\\"z\" ;d=");
    struct cf_sip_param param;
    assert_true(cf_sip_param_next(&rest, &param));
    assert_str(param.name, CF_STR("a"));
    assert_str(param.value, CF_STR("1"));
    assert_true(cf_sip_param_next(&rest, &param));
    assert_str(param.name, CF_STR("b"));
    assert_null(param.value.at);
    assert_true(cf_sip_param_next(&rest, &param));
    assert_str(param.name, CF_STR("c"));
    assert_str(param.value, CF_STR("\"x;y=\\\"z\""));
    assert_true(cf_sip_param_next(&rest, &param));
    assert_str(param.name, CF_STR("d"));
    assert_int_equal(param.value.len, 0);
    assert_non_null(param.value.at);
    assert_false(cf_sip_param_next(&rest, &param));
}

static void no_parameters_are_none(void **state) {
    (void)state;
    struct cf_str rest = CF_STR_NONE;
    struct cf_sip_param param;
    assert_false(cf_sip_param_next(&rest, &param));
    assert_false(cf_sip_param_has(CF_STR_NONE, CF_STR("a")));
}

static void finds_the_first_of_a_name(void **state) {
    (void)state;
    struct cf_str params = CF_STR("Tag=1;tag=2;lr;n=42;big=99999999999");
    uint32_t number = 7;
    assert_str(cf_sip_param_value(params, CF_STR("TAG")), CF_STR("1"));
    assert_true(cf_sip_param_has(params, CF_STR("lr")));
    assert_null(cf_sip_param_value(params, CF_STR("lr")).at);
    assert_false(cf_sip_param_has(params, CF_STR("l")));
    assert_true(cf_sip_param_u32(params, CF_STR("n"), 42, &number));
    assert_int_equal(number, 42);
    assert_false(cf_sip_param_u32(params, CF_STR("n"), 41, &number));
    assert_false(cf_sip_param_u32(params, CF_STR("big"), UINT32_MAX, &number));
    assert_false(cf_sip_param_u32(params, CF_STR("lr"), UINT32_MAX, &number));
    assert_int_equal(number, 42);
}

static void quoting_and_unquoting_are_inverse(void **state) {
    (void)state;
    assert_str(quoted(CF_STR("a \"b\" \\c")), CF_STR("\"a \\\"b\\\" \\\\c\""));
    assert_str(unquoted(CF_STR("\"a \\\"b\\\" \\\\c\"")), CF_STR("a \"b\" \\c"));
    assert_str(unquoted(CF_STR("token")), CF_STR("token"));
    assert_str(unquoted(CF_STR("\"\"")), CF_STR(""));
    assert_str(unquoted(CF_STR("\"")), CF_STR("\""));
    assert_str(unquoted(CF_STR("\"a\\\"")), CF_STR("a\\"));
}

static void quoting_lets_no_line_begin(void **state) {
    (void)state;
    assert_str(quoted(CF_STR("a\r\nVia: x\0\177")), CF_STR("\"a  Via: x  \""));
}

static void compares_meanings(void **state) {
    (void)state;
    assert_true(cf_sip_unquoted_eq(CF_STR("\"a\\b\""), CF_STR("ab")));
    assert_true(cf_sip_unquoted_eq(CF_STR("ab"), CF_STR("ab")));
    assert_false(cf_sip_unquoted_eq(CF_STR("\"ab\""), CF_STR("a")));
    assert_false(cf_sip_unquoted_eq(CF_STR("\"a\""), CF_STR("ab")));
    assert_false(cf_sip_unquoted_eq(CF_STR("\"AB\""), CF_STR("ab")));
    assert_true(cf_sip_unquoted_eq_nocase(CF_STR("\"AB\""), CF_STR("ab")));
}

static void knows_tokens(void **state) {
    (void)state;
    assert_true(cf_sip_is_token(CF_STR("a-.!%*_+`'~9")));
    assert_false(cf_sip_is_token(CF_STR("")));
    assert_false(cf_sip_is_token(CF_STR("a b")));
    assert_false(cf_sip_is_token(CF_STR("a@")));
    assert_false(cf_sip_is_token(CF_STR("\xC3")));
}

static void writes_parameters(void **state) {
    (void)state;
    cf_writer_init(&w, buffer, sizeof buffer);
    cf_sip_put_param(&w, CF_STR("lr"), CF_STR_NONE);
    cf_sip_put_param(&w, CF_STR("tag"), CF_STR("x"));
    cf_sip_put_param_dec(&w, CF_STR("rport"), 5060);
    assert_str(cf_writer_str(&w), CF_STR(";lr;tag=x;rport=5060"));
}

CF_TEST_MAIN(cmocka_unit_test(walks_over_names_and_values), cmocka_unit_test(no_parameters_are_none),
             cmocka_unit_test(finds_the_first_of_a_name), cmocka_unit_test(quoting_and_unquoting_are_inverse),
             cmocka_unit_test(quoting_lets_no_line_begin), cmocka_unit_test(compares_meanings), cmocka_unit_test(knows_tokens),
             cmocka_unit_test(writes_parameters))
