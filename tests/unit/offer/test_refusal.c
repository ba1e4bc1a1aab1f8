/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why a description was not taken. */
#include "core/offer/refusal.h"

#include "lib/test.h"

static void every_reason_has_a_code_and_a_text_fit_to_be_quoted(void **state) {
    (void)state;
    for (int i = CF_REFUSAL_NONE + 1; i < CF_REFUSAL_COUNT; i++) {
        struct cf_str text = cf_refusal_text((enum cf_refusal_reason)i);
        uint16_t code = cf_refusal_warn_code((enum cf_refusal_reason)i);
        assert_true((code >= 300 && code <= 307) || (code >= 330 && code <= 331) || code == 399);
        assert_true(text.len > 0);
        assert_int_equal(cf_str_find(text, '"'), text.len);
        assert_int_equal(cf_str_find(text, '\\'), text.len);
    }
    assert_int_equal(cf_refusal_warn_code(CF_REFUSAL_NONE), 0);
}

static void the_line_is_counted_from_one(void **state) {
    (void)state;
    char out[128];
    struct cf_writer w;
    cf_writer_init(&w, out, sizeof out);
    cf_put_refusal(&w, &(struct cf_refusal){.reason = CF_REFUSAL_FORMAT, .line = 1});
    assert_str(cf_writer_str(&w), CF_STR("Media line 2: Incompatible media format"));
    cf_writer_init(&w, out, sizeof out);
    cf_put_refusal(&w, &(struct cf_refusal){.reason = CF_REFUSAL_MALFORMED, .line = CF_REFUSAL_ALL_LINES});
    assert_str(cf_writer_str(&w), CF_STR("Session description cannot be read"));
}

CF_TEST_MAIN(cmocka_unit_test(every_reason_has_a_code_and_a_text_fit_to_be_quoted),
             cmocka_unit_test(the_line_is_counted_from_one))
