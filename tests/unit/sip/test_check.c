/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Grammar of the fields that machines decide on. */
#include "core/sip/check.h"
#include "core/sip/complaint.h"
#include "lib/test.h"

static char text[1024];
static struct cf_sip_message message;
static struct cf_parse_error parse_error;

static enum cf_err check(const char *method, const char *fields) {
    snprintf(text, sizeof text,
             "%s sip:a SIP/2.0\r\nVia: SIP/2.0/UDP h\r\nFrom: sip:a;tag=1\r\nTo: sip:b\r\nCall-ID: 1\r\nCSeq: 1 %s\r\n%s\r\n",
             method, method, fields);
    assert_ok(cf_sip_parse(cf_str_of(text), &message, &parse_error));
    return cf_sip_check(&message, &parse_error);
}

static void well_formed_fields_pass(void **state) {
    (void)state;
    static const char *const cases[] = {
        "",
        "Supported:\r\nAllow:\r\n",
        "Contact: <sip:a@b>;q=0.1, \"B\" <sip:c@d>\r\nm: sip:e@f;x\r\n",
        "Route: <sip:p;lr>, <sip:q;lr>;x=y\r\nRecord-Route: <sip:p>\r\nPath: <sip:p>\r\nService-Route: <sip:q>\r\n",
        "Via: SIP/2.0/TCP a, SIP/2.0/SCTP b;x\r\n",
        "Require: a, b\r\nProxy-Require: c\r\nk: d ,\r\n e\r\nAllow: INVITE,ACK\r\nu: conference\r\n",
        "c: multipart/mixed ; boundary=\"x y\"\r\nContent-Disposition: session;handling=optional\r\nContent-Encoding: gzip\r\n",
        "o: conference;id=1\r\nSubscription-State: active;expires=1\r\n",
        "Refer-To: <sip:a@b?Replaces=x>\r\nb: <sip:a@b>;cid=\"x\"\r\nReply-To: sip:a@b\r\n",
        "P-Asserted-Identity: \"A\" <sip:a@b>, <tel:+1>\r\nP-Preferred-Identity: sip:a@b\r\n",
        "Replaces: x;to-tag=a;from-tag=b\r\n",
        "Join: x;to-tag=a;from-tag=b\r\nTarget-Dialog: y;local-tag=a;remote-tag=b\r\n",
        "Session-Expires: 90;refresher=uas\r\nMin-SE: 90;x\r\n",
        "RSeq: 1\r\nRAck: 1 2 INVITE\r\n",
        "SIP-ETag: abc\r\nSIP-If-Match: abc\r\n",
        "Date: nonsense\r\nSubject: \"\r\nX-Y: ;;\r\nAuthorization: x\r\nAuthorization: y\r\n",
        "Allow: INVITE ACK\r\nSupported: a b\r\nAllow-Events:;\r\nReply-To: nobody\r\nP-Asserted-Identity: nobody\r\n",
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (check("INVITE", cases[i]) != CF_OK) {
            fail_msg("case %zu: %s at \"%s\"", i, parse_error.what, text + parse_error.offset);
        }
    }
}

static void broken_fields_are_named_and_located(void **state) {
    (void)state;
    static const struct {
        const char *fields;
        const char *what;
        const char *rest;
    } cases[] = {
        {"Contact: sip:a@b?x=y\r\n", "Contact", "?x=y"},
        {"Contact: <sip:a@b>, <sip:c d>\r\n", "Contact", " d>"},
        {"Contact: <sip:a@b>\r\nm: x\r\n", "Contact", "\r\n"},
        {"Contact:\r\n", "Contact", "\r\n"},
        {"Contact: <sip:a@b>,\r\n", "Contact", "\r\n"},
        {"Contact: *\r\n", "Contact", "*"},
        {"Route: sip:p;lr\r\n", "Route", "\r\n"},
        {"Route: <sip:p;lr> <sip:q;lr>\r\n", "Route", "<sip:q"},
        {"Record-Route: <sip:p;lr>,,<sip:q>\r\n", "Record-Route", ",<sip:q>"},
        {"Via: SIP/2.0/UDP\r\n", "Via", "\r\n"},
        {"Require: a b\r\n", "Require", "b\r\n"},
        {"Require: a,,b\r\n", "Require", ",b"},
        {"Content-Type: text\r\n", "Content-Type", "\r\n"},
        {"Content-Type: text/plain;\r\n", "Content-Type", "\r\n"},
        {"Event: a;=\r\n", "Event", "="},
        {"Event: a\r\nEvent: b\r\n", "Event", "b\r\n"},
        {"Refer-To: <sip:a@b>\r\nr: <sip:c@d>\r\n", "Refer-To", "<sip:c"},
        {"Refer-To: <sip:a@b>, <sip:c@d>\r\n", "Refer-To", ", <sip"},
        {"Replaces: x;to-tag=a\r\n", "Replaces", "x;to"},
        {"Session-Expires: soon\r\n", "Session-Expires", "soon"},
        {"RAck: 1 INVITE\r\n", "RAck", "1 INV"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum cf_err err = check("INVITE", cases[i].fields);
        bool is_there = err != CF_OK && strncmp(text + parse_error.offset, cases[i].rest, strlen(cases[i].rest)) == 0;
        if (err != CF_ERR_MALFORMED || strcmp(parse_error.what, cases[i].what) != 0 || !is_there) {
            fail_msg("case %zu: %s of %s at \"%s\"", i, cf_err_name(err), parse_error.what ? parse_error.what : "",
                     text + parse_error.offset);
        }
    }
}

static void a_star_stands_alone_and_in_register_only(void **state) {
    (void)state;
    assert_ok(check("REGISTER", "Contact: *\r\n"));
    assert_int_equal(check("REGISTER", "Contact: *, <sip:a@b>\r\n"), CF_ERR_MALFORMED);
    assert_int_equal(check("REGISTER", "Contact: <sip:a@b>\r\nContact: *\r\n"), CF_ERR_MALFORMED);
    assert_int_equal(check("REGISTER", "Contact: *;expires=0\r\n"), CF_ERR_MALFORMED);
}

static void the_complaint_says_what_and_where(void **state) {
    (void)state;
    char phrase[CF_SIP_COMPLAINT_MAX];
    struct cf_writer w;
    assert_int_equal(check("INVITE", "Contact: sip:a@b?x=y\r\n"), CF_ERR_MALFORMED);
    cf_writer_init(&w, phrase, sizeof phrase);
    cf_sip_put_complaint(&w, 400, &parse_error);
    assert_str(cf_writer_str(&w), CF_STR("Bad Request (Contact at 116)"));
}

CF_TEST_MAIN(cmocka_unit_test(well_formed_fields_pass), cmocka_unit_test(broken_fields_are_named_and_located),
             cmocka_unit_test(a_star_stands_alone_and_in_register_only), cmocka_unit_test(the_complaint_says_what_and_where))
