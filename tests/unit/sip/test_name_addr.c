/* SPDX-License-Identifier: GPL-3.0-or-later */
/* name-addr and addr-spec, and what display names become. */
#include "core/sip/name_addr.h"
#include "lib/test.h"

static struct cf_sip_name_addr addr;

static void parse(const char *text) {
    enum cf_err err = cf_sip_name_addr_parse(cf_str_of(text), &addr);
    if (err != CF_OK) {
        fail_msg("<<%s>> is refused: %s", text, cf_err_name(err));
    }
}

static struct cf_str display(void) {
    static char buffer[128];
    struct cf_writer w;
    cf_writer_init(&w, buffer, sizeof buffer);
    cf_sip_put_display(&w, &addr);
    return cf_writer_str(&w);
}

static void takes_all_three_forms(void **state) {
    (void)state;
    parse("\"Alice \\\"A\\\" <x>\" <sip:a@b;lr?x=y>;tag=1;q=0.5");
    assert_str(display(), CF_STR("Alice \"A\" <x>"));
    assert_str(addr.uri.params, CF_STR("lr"));
    assert_str(cf_sip_name_addr_tag(&addr), CF_STR("1"));
    assert_true(addr.has_angle_brackets);
    parse("Alice of Example <sip:a@b> ; tag = 2");
    assert_str(addr.display, CF_STR("Alice of Example"));
    assert_str(cf_sip_name_addr_tag(&addr), CF_STR("2"));
    parse("sip:a@b;tag=3");
    assert_null(addr.display.at);
    assert_null(addr.uri.params.at);
    assert_false(addr.has_angle_brackets);
    assert_str(cf_sip_name_addr_tag(&addr), CF_STR("3"));
}

static void takes_folds_and_missing_blanks(void **state) {
    (void)state;
    parse("\r\n \"A\"\r\n\t<sip:a@b>\r\n ;tag\r\n =\r\n x ");
    assert_str(cf_sip_name_addr_tag(&addr), CF_STR("x"));
    parse("A<sip:a@b>");
    assert_str(addr.display, CF_STR("A"));
}

static void takes_utf8_and_odd_unquoted_names(void **state) {
    (void)state;
    parse("\"J\xC3\xBCrgen\" <sip:j@b>");
    assert_str(display(), CF_STR("J\xC3\xBCrgen"));
    parse("J\xC3\xBCrgen (home) a@b <sip:j@b>");
    assert_str(display(), CF_STR("J\xC3\xBCrgen (home) a@b"));
}

static void takes_feature_parameters(void **state) {
    (void)state;
    parse("<sip:a@b;gr=urn:uuid:1>;admin=1;+org.linphone.specs=\"conference/2.0,lime\";+sip.instance=\"<urn:uuid:1>\"");
    assert_str(cf_sip_param_value(addr.params, CF_STR("+org.linphone.specs")), CF_STR("\"conference/2.0,lime\""));
    assert_str(cf_sip_param_value(addr.params, CF_STR("+sip.instance")), CF_STR("\"<urn:uuid:1>\""));
}

static void refuses_what_is_none(void **state) {
    (void)state;
    static const char *const texts[] = {
        "",
        "Alice",
        "\"Alice\"",
        "\"Alice <sip:a@b>",
        "\"A\" sip:a@b",
        "<sip:a@b",
        "sip:a@b>",
        "< sip:a@b>",
        "<sip:a@b >",
        "<<sip:a@b>>",
        "sip:a@b?x=y",
        "Bell, Alexander <sip:a@b>",
        "A;B <sip:a@b>",
        "<sip:a@b>;",
        "<sip:a@b>;;x",
        "<sip:a@b>;=x",
        "<sip:a@b>;x=",
        "<sip:a@b>;x=\"y",
        "<sip:a@b>;x=y z",
        "<sip:a@b> x",
        "<sip:a@b>, <sip:c@d>",
        "*",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (cf_sip_name_addr_parse(cf_str_of(texts[i]), &addr) != CF_ERR_MALFORMED) {
            fail_msg("<<%s>> is taken", texts[i]);
        }
    }
}

static void one_of_a_list_stops_at_the_comma(void **state) {
    (void)state;
    struct cf_sip_scan s = cf_sip_scan_of(CF_STR("<sip:a@b>;x=\",\" , <sip:c@d>"));
    assert_ok(cf_sip_name_addr_scan(&s, &addr));
    assert_int_equal(s.at, 15);
    s = cf_sip_scan_of(CF_STR("sip:a@b,sip:c@d"));
    assert_ok(cf_sip_name_addr_scan(&s, &addr));
    assert_int_equal(s.at, 7);
}

static void display_names_become_clean_text(void **state) {
    (void)state;
    parse("\"a\\\x07z\xFF\r\n b\" <sip:a@b>");
    assert_str(display(), CF_STR("a\xEF\xBF\xBDz\xEF\xBF\xBD b"));
}

static void writes_and_quotes(void **state) {
    (void)state;
    char buffer[64];
    struct cf_writer w;
    cf_writer_init(&w, buffer, sizeof buffer);
    cf_sip_put_name_addr(&w, CF_STR("A \"x\"\r\n"), CF_STR("sip:a@b"));
    cf_sip_put_name_addr(&w, CF_STR_NONE, CF_STR("sip:c@d"));
    assert_str(cf_writer_str(&w), CF_STR("\"A \\\"x\\\"  \" <sip:a@b><sip:c@d>"));
}

CF_TEST_MAIN(cmocka_unit_test(takes_all_three_forms), cmocka_unit_test(takes_folds_and_missing_blanks),
             cmocka_unit_test(takes_utf8_and_odd_unquoted_names), cmocka_unit_test(takes_feature_parameters),
             cmocka_unit_test(refuses_what_is_none), cmocka_unit_test(one_of_a_list_stops_at_the_comma),
             cmocka_unit_test(display_names_become_clean_text), cmocka_unit_test(writes_and_quotes))
