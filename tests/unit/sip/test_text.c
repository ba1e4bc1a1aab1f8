/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Free text made safe. */
#include "core/sip/text.h"
#include "lib/test.h"

#define BAD "\xEF\xBF\xBD"

static char buffer[256];
static struct cf_writer w;

typedef void put_fn(struct cf_writer *w, struct cf_str text);

static struct cf_str put(put_fn *fn, struct cf_str text) {
    cf_writer_init(&w, buffer, sizeof buffer);
    fn(&w, text);
    return cf_writer_str(&w);
}

static void line_text_is_one_line(void **state) {
    (void)state;
    assert_str(put(cf_sip_put_line_text, CF_STR("a\r\n b\nc\rd\0e")), CF_STR("a b c d e"));
    assert_str(put(cf_sip_put_line_text, CF_STR("x\r\nVia: y")), CF_STR("x Via: y"));
    assert_str(put(cf_sip_put_line_text, CF_STR("tab\tstays \xFF")), CF_STR("tab\tstays \xFF"));
    assert_str(put(cf_sip_put_line_text, CF_STR("\r\n\r\n")), CF_STR(" "));
}

static void clean_text_is_utf8_without_controls(void **state) {
    (void)state;
    assert_str(put(cf_sip_put_clean_text, CF_STR("gr\xC3\xBC\xC3\x9F")), CF_STR("gr\xC3\xBC\xC3\x9F"));
    assert_str(put(cf_sip_put_clean_text, CF_STR("a\x1B[31m\x7F")), CF_STR("a" BAD "[31m" BAD));
    assert_str(put(cf_sip_put_clean_text, CF_STR("\xC2\x85x")), CF_STR(BAD "x"));
    assert_str(put(cf_sip_put_clean_text, CF_STR("\xC0\x80\xFFz")), CF_STR(BAD BAD BAD "z"));
    assert_str(put(cf_sip_put_clean_text, CF_STR("\xE2\x82")), CF_STR(BAD BAD));
    assert_str(put(cf_sip_put_clean_text, CF_STR("\xED\xA0\x80")), CF_STR(BAD BAD BAD));
    assert_str(put(cf_sip_put_clean_text, CF_STR("a\tb\r\n c")), CF_STR("a b c"));
}

static void clean_unquoted_resolves_quoted_pairs_first(void **state) {
    (void)state;
    assert_str(put(cf_sip_put_clean_unquoted, CF_STR("\"a\\\"\\\\\\\x07\"")), CF_STR("a\"\\" BAD));
    assert_str(put(cf_sip_put_clean_unquoted, CF_STR("a\\b")), CF_STR("a\\b"));
    assert_str(put(cf_sip_put_clean_unquoted, CF_STR("\"a\\\"")), CF_STR("a\\"));
    assert_str(put(cf_sip_put_clean_unquoted, CF_STR_NONE), CF_STR(""));
}

static void clean_text_of_any_two_octets_is_utf8(void **state) {
    (void)state;
    for (int i = 0; i < 65536; i++) {
        char octets[2] = {(char)(i >> 8), (char)i};
        struct cf_str clean = put(cf_sip_put_clean_text, cf_str_n(octets, 2));
        assert_true(cf_str_is_utf8(clean));
        for (size_t k = 0; k < clean.len; k++) {
            assert_true((uint8_t)clean.at[k] >= 0x20 && clean.at[k] != 0x7F);
        }
    }
}

CF_TEST_MAIN(cmocka_unit_test(line_text_is_one_line), cmocka_unit_test(clean_text_is_utf8_without_controls),
             cmocka_unit_test(clean_unquoted_resolves_quoted_pairs_first), cmocka_unit_test(clean_text_of_any_two_octets_is_utf8))
