/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Media types and dispositions. */
#include "core/mime/mime.h"
#include "lib/test.h"

static void a_type_is_taken_apart(void **state) {
    (void)state;
    struct cf_mime_type type;
    assert_ok(cf_mime_type_parse(CF_STR(" Multipart / Mixed ; boundary=\"a b\";x=y "), &type));
    assert_str(type.type, CF_STR("Multipart"));
    assert_str(type.subtype, CF_STR("Mixed"));
    assert_str(cf_sip_param_value(type.params, CF_STR("Boundary")), CF_STR("\"a b\""));
    assert_true(cf_mime_type_is(&type, CF_STR("multipart/mixed")));
    assert_false(cf_mime_type_is(&type, CF_STR("multipart/mix")));
    assert_false(cf_mime_type_is(&type, CF_STR("multipart")));
}

static void what_is_no_type_is_refused(void **state) {
    (void)state;
    static const char *const texts[] = {"", "a", "a/", "/b", "a/b/c", "a/b;", "a/b;x=", "a/b;=y", "a/b c", "a/b, c/d", "a b/c"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct cf_mime_type type;
        if (cf_mime_type_parse(cf_str_of(texts[i]), &type) != CF_ERR_MALFORMED) {
            fail_msg("%s is taken", texts[i]);
        }
    }
}

static void a_disposition_is_taken_apart(void **state) {
    (void)state;
    struct cf_mime_disposition disposition;
    assert_ok(cf_mime_disposition_parse(CF_STR("recipient-list; Handling = OPTIONAL"), &disposition));
    assert_str(disposition.type, CF_STR("recipient-list"));
    assert_true(disposition.is_optional);
    assert_ok(cf_mime_disposition_parse(CF_STR("session;handling=required"), &disposition));
    assert_false(disposition.is_optional);
    assert_int_equal(cf_mime_disposition_parse(CF_STR(""), &disposition), CF_ERR_MALFORMED);
    assert_int_equal(cf_mime_disposition_parse(CF_STR("a b"), &disposition), CF_ERR_MALFORMED);
}

CF_TEST_MAIN(cmocka_unit_test(a_type_is_taken_apart), cmocka_unit_test(what_is_no_type_is_refused),
             cmocka_unit_test(a_disposition_is_taken_apart))
