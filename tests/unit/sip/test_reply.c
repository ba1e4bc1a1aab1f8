/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a response repeats of its request. */
#include "core/sip/builder.h"
#include "lib/test.h"

static char buffer[2048];
static struct cf_writer w;
static struct cf_sip_message request;
static struct cf_parse_error parse_error;

#define REQUEST(method)                                                                                                          \
    method " sip:b@c SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1;rport;branch=z9hG4bK1 , SIP/2.0/TCP p2;branch=z9hG4bK2\r\n"            \
           "Timestamp: 54\r\nv: SIP/2.0/TLS p3\r\n ;branch=z9hG4bK3\r\nFrom: A <sip:a@b>;tag=1\r\nTo: <sip:b@c>\r\n"             \
           "Call-ID: x\r\nCSeq: 3 " method "\r\nRecord-Route: <sip:p;lr>\r\nSubject: no\r\n\r\n"

static void parse(const char *text) {
    assert_ok(cf_sip_parse(cf_str_of(text), &request, &parse_error));
    cf_writer_init(&w, buffer, sizeof buffer);
}

static void a_response_repeats_what_it_must_and_no_more(void **state) {
    (void)state;
    parse(REQUEST("INVITE"));
    cf_sip_reply_begin(&w, &request, 180, CF_STR_NONE, CF_STR("t1"));
    assert_str(
        cf_writer_str(&w),
        CF_STR("SIP/2.0 180 Ringing\r\nVia: SIP/2.0/UDP 10.0.0.1;rport;branch=z9hG4bK1 , SIP/2.0/TCP p2;branch=z9hG4bK2\r\n"
               "Via: SIP/2.0/TLS p3 ;branch=z9hG4bK3\r\nFrom: A <sip:a@b>;tag=1\r\nTo: <sip:b@c>;tag=t1\r\nCall-ID: x\r\n"
               "CSeq: 3 INVITE\r\nRecord-Route: <sip:p;lr>\r\n"));
}

static void the_source_goes_into_the_top_via_only(void **state) {
    (void)state;
    struct cf_addr source;
    assert_ok(cf_addr_parse(CF_STR("192.0.2.1:4000"), &source));
    parse(REQUEST("BYE"));
    cf_sip_reply_begin_from(&w, &request, &source, 200, CF_STR("Fine"), CF_STR_NONE);
    assert_str(cf_writer_str(&w),
               CF_STR("SIP/2.0 200 Fine\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1;received=192.0.2.1;rport=4000 , SIP/2.0/TCP "
                      "p2;branch=z9hG4bK2\r\nVia: SIP/2.0/TLS p3 ;branch=z9hG4bK3\r\nFrom: A <sip:a@b>;tag=1\r\nTo: <sip:b@c>\r\n"
                      "Call-ID: x\r\nCSeq: 3 BYE\r\nTimestamp: 54\r\n"));
}

static void routes_are_recorded_for_dialogs_only(void **state) {
    (void)state;
    static const struct {
        const char *request;
        unsigned status;
        bool has_route;
    } cases[] = {{REQUEST("INVITE"), 100, false},   {REQUEST("INVITE"), 200, true},   {REQUEST("INVITE"), 302, false},
                 {REQUEST("SUBSCRIBE"), 200, true}, {REQUEST("REFER"), 202, true},    {REQUEST("NOTIFY"), 200, true},
                 {REQUEST("BYE"), 200, false},      {REQUEST("REGISTER"), 200, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        parse(cases[i].request);
        cf_sip_reply_begin(&w, &request, cases[i].status, CF_STR_NONE, CF_STR("t"));
        struct cf_str text = cf_writer_str(&w);
        assert_int_equal(cf_str_find_str(text, CF_STR("Record-Route")) < text.len, cases[i].has_route);
    }
}

static void a_tag_is_added_once_and_never_replaced(void **state) {
    (void)state;
    parse("BYE sip:b@c SIP/2.0\r\nVia: SIP/2.0/UDP h\r\nFrom: sip:a@b\r\nTo: <sip:b@c>;Tag=theirs\r\nCall-ID: x\r\nCSeq: 3 "
          "BYE\r\n\r\n");
    cf_sip_reply_begin(&w, &request, 481, CF_STR_NONE, CF_STR("ours"));
    struct cf_str text = cf_writer_str(&w);
    assert_true(cf_str_find_str(text, CF_STR("To: <sip:b@c>;Tag=theirs\r\n")) < text.len);
    assert_int_equal(cf_str_find_str(text, CF_STR("ours")), text.len);
}

static void a_broken_request_is_answered_with_what_there_is(void **state) {
    (void)state;
    assert_int_equal(
        cf_sip_parse(CF_STR("INVITE sip:b@c SIP/2.0\r\nVia: SIP/2.0/UDP h;;x\r\nTo: \"b <sip:b@c>\r\nCSeq: x\r\n\r\n"), &request,
                     &parse_error),
        CF_ERR_MALFORMED);
    cf_writer_init(&w, buffer, sizeof buffer);
    struct cf_addr source;
    assert_ok(cf_addr_parse(CF_STR("192.0.2.1:4000"), &source));
    cf_sip_reply_begin_from(&w, &request, &source, 400, CF_STR_NONE, CF_STR("t"));
    assert_str(cf_writer_str(&w),
               CF_STR("SIP/2.0 400 Bad Request\r\nVia: SIP/2.0/UDP h;;x\r\nTo: \"b <sip:b@c>;tag=t\r\nCSeq: x\r\n"));
}

CF_TEST_MAIN(cmocka_unit_test(a_response_repeats_what_it_must_and_no_more),
             cmocka_unit_test(the_source_goes_into_the_top_via_only), cmocka_unit_test(routes_are_recorded_for_dialogs_only),
             cmocka_unit_test(a_tag_is_added_once_and_never_replaced),
             cmocka_unit_test(a_broken_request_is_answered_with_what_there_is))
