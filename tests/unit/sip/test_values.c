/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Walks over values, across fields and commas. */
#include "core/sip/message.h"
#include "lib/test.h"

static struct cf_sip_message message;
static struct cf_parse_error parse_error;

static void parse(const char *fields) {
    char text[512];
    snprintf(text, sizeof text,
             "OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h\r\nFrom: sip:a@b\r\nTo: sip:a@b\r\nCall-ID: 1\r\nCSeq: 1 "
             "OPTIONS\r\n%s\r\n",
             fields);
    static char kept[512];
    memcpy(kept, text, sizeof kept);
    assert_ok(cf_sip_parse(cf_str_of(kept), &message, &parse_error));
}

static struct cf_str joined(enum cf_sip_header id) {
    static char buffer[256];
    struct cf_writer w;
    struct cf_sip_values it;
    struct cf_str value;
    cf_writer_init(&w, buffer, sizeof buffer);
    cf_sip_values_begin(&message, id, &it);
    while (cf_sip_values_next(&it, &value)) {
        cf_put(&w, value);
        cf_put_char(&w, '|');
    }
    return cf_writer_str(&w);
}

static void values_of_all_fields_come_in_order(void **state) {
    (void)state;
    parse("Supported: a, b\r\nSubject: x\r\nk:c\r\nSupported:\r\nSUPPORTED: ,d,,\r\n e ,\r\n");
    assert_str(joined(CF_SIP_HEADER_SUPPORTED), CF_STR("a|b|c|d|e|"));
    assert_str(joined(CF_SIP_HEADER_REQUIRE), CF_STR(""));
}

static void commas_in_quotes_and_brackets_do_not_separate(void **state) {
    (void)state;
    parse("Contact: \"A, \\\", B\" <sip:a,b@c;x?y=,>;p=\"1,2\", <sip:d@e>\r\n");
    assert_str(joined(CF_SIP_HEADER_CONTACT), CF_STR("\"A, \\\", B\" <sip:a,b@c;x?y=,>;p=\"1,2\"|<sip:d@e>|"));
}

static void an_open_quote_swallows_the_rest_and_nothing_more(void **state) {
    (void)state;
    parse("Warning: 399 h \"a, b\r\nWarning: 399 h \"c\"\r\n");
    assert_str(joined(CF_SIP_HEADER_WARNING), CF_STR("399 h \"a, b|399 h \"c\"|"));
}

static void seconds_are_cut_and_checked(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool is_valid;
        uint32_t seconds;
    } cases[] = {
        {"0", true, 0},
        {"3600", true, 3600},
        {"00060", true, 60},
        {"4294967296", true, UINT32_MAX},
        {"120 (busy)", true, 120},
        {"120;duration=60", true, 120},
        {"", false, 0},
        {"-1", false, 0},
        {"1.5", false, 0},
        {"Thu, 01 Dec", false, 0},
        {"12 34", false, 0},
        {"9999999999999999999999", true, UINT32_MAX},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint32_t seconds = 0;
        assert_int_equal(cf_sip_seconds_of(cf_str_of(cases[i].text), &seconds), cases[i].is_valid);
        assert_int_equal(seconds, cases[i].seconds);
    }
    uint32_t seconds = 5;
    parse("Min-Expires: 90\r\n");
    assert_true(cf_sip_seconds(&message, CF_SIP_HEADER_MIN_EXPIRES, &seconds));
    assert_int_equal(seconds, 90);
    assert_false(cf_sip_seconds(&message, CF_SIP_HEADER_EXPIRES, &seconds));
    assert_int_equal(seconds, 90);
}

CF_TEST_MAIN(cmocka_unit_test(values_of_all_fields_come_in_order),
             cmocka_unit_test(commas_in_quotes_and_brackets_do_not_separate),
             cmocka_unit_test(an_open_quote_swallows_the_rest_and_nothing_more), cmocka_unit_test(seconds_are_cut_and_checked))
