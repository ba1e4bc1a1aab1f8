/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Percent escapes. */
#include "core/sip/escape.h"
#include "lib/test.h"

static char buffer[256];
static struct cf_writer w;

typedef void put_fn(struct cf_writer *w, struct cf_str text);

static struct cf_str put(put_fn *fn, struct cf_str text) {
    cf_writer_init(&w, buffer, sizeof buffer);
    fn(&w, text);
    return cf_writer_str(&w);
}

static void resolves_escapes_and_leaves_broken_ones(void **state) {
    (void)state;
    assert_str(put(cf_sip_put_unescaped, CF_STR("a%40b%2f%00")), CF_STR("a@b/\0"));
    assert_str(put(cf_sip_put_unescaped, CF_STR("%4%zz%")), CF_STR("%4%zz%"));
}

static void escapes_what_may_not_stand_at_the_place(void **state) {
    (void)state;
    assert_str(put(cf_sip_put_escaped_user, CF_STR("a b@c;d\xC3\xA4%")), CF_STR("a%20b%40c;d%C3%A4%25"));
    assert_str(put(cf_sip_put_escaped_param, CF_STR("a;b=c:[d]")), CF_STR("a%3Bb%3Dc:[d]"));
    assert_str(put(cf_sip_put_escaped_header, CF_STR("a&b=c;to-tag=1")), CF_STR("a%26b%3Dc%3Bto-tag%3D1"));
}

static void every_octet_survives_escaping(void **state) {
    (void)state;
    static put_fn *const puts[] = {cf_sip_put_escaped_user, cf_sip_put_escaped_param, cf_sip_put_escaped_header};
    for (size_t i = 0; i < sizeof puts / sizeof *puts; i++) {
        for (int c = 0; c < 256; c++) {
            char octet = (char)c;
            char back[4];
            struct cf_writer unescaped;
            struct cf_str escaped = put(puts[i], cf_str_n(&octet, 1));
            cf_writer_init(&unescaped, back, sizeof back);
            cf_sip_put_unescaped(&unescaped, escaped);
            assert_str(cf_writer_str(&unescaped), cf_str_n(&octet, 1));
        }
    }
}

static void all_forms_of_a_user_have_one_normal_form(void **state) {
    (void)state;
    assert_str(put(cf_sip_put_normal_user, CF_STR("%61%6c+%2B%20%c3")), CF_STR("al++%20%C3"));
}

static void equality_knows_reserved_characters(void **state) {
    (void)state;
    assert_true(cf_sip_unescaped_eq(CF_STR("a%3B"), CF_STR("a;")));
    assert_false(cf_sip_unescaped_eq(CF_STR("a%3B"), CF_STR("a;b")));
    assert_false(cf_sip_escaped_eq(CF_STR("a%3B"), CF_STR("a;"), false));
    assert_true(cf_sip_escaped_eq(CF_STR("a%3B"), CF_STR("a%3b"), false));
    assert_true(cf_sip_escaped_eq(CF_STR("%41"), CF_STR("a"), true));
    assert_false(cf_sip_escaped_eq(CF_STR("%41"), CF_STR("a"), false));
}

CF_TEST_MAIN(cmocka_unit_test(resolves_escapes_and_leaves_broken_ones), cmocka_unit_test(escapes_what_may_not_stand_at_the_place),
             cmocka_unit_test(every_octet_survives_escaping), cmocka_unit_test(all_forms_of_a_user_have_one_normal_form),
             cmocka_unit_test(equality_knows_reserved_characters))
