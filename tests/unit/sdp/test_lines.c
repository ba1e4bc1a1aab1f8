/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words and tokens. */
#include "core/sdp/sdp.h"

#include "lib/test.h"

static void cuts_words_at_any_blanks(void **state) {
    (void)state;
    struct cf_str rest = CF_STR("  a \t b  ");
    assert_str(cf_sdp_word(&rest), CF_STR("a"));
    assert_str(cf_sdp_word(&rest), CF_STR("b"));
    assert_int_equal(rest.len, 0);
    assert_int_equal(cf_sdp_word(&rest).len, 0);
    struct cf_str none = CF_STR_NONE;
    assert_int_equal(cf_sdp_word(&none).len, 0);
}

static void tells_tokens(void **state) {
    (void)state;
    assert_true(cf_sdp_is_token(CF_STR("vs~d-ZpTEWD0_")));
    assert_false(cf_sdp_is_token(CF_STR("")));
    assert_false(cf_sdp_is_token(CF_STR("a b")));
    assert_false(cf_sdp_is_token(CF_STR("a/b")));
    assert_false(cf_sdp_is_token(CF_STR("a\rb")));
    assert_false(cf_sdp_is_token(CF_STR("\x80")));
    assert_false(cf_sdp_is_token(cf_str_n("a\0", 2)));
}

CF_TEST_MAIN(cmocka_unit_test(cuts_words_at_any_blanks), cmocka_unit_test(tells_tokens))
