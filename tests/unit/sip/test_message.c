/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages: what is found, what is refused and where, and what a refused one still says. */
#include "core/sip/message.h"
#include "lib/test.h"

static struct cf_sip_message message;
static struct cf_parse_error parse_error;

#define START "INVITE sip:bob@example.org;transport=tcp SIP/2.0\r\n"
#define VIA "Via: SIP/2.0/TCP 192.0.2.1:5070;branch=z9hG4bKa;rport\r\n"
#define FROM "From: \"Alice\" <sip:alice@example.org>;tag=1\r\n"
#define TO "To: <sip:bob@example.org>\r\n"
#define CALL_ID "Call-ID: c@192.0.2.1\r\n"
#define CSEQ "CSeq: 7 INVITE\r\n"
#define REST VIA FROM TO CALL_ID CSEQ

static enum cf_err parse(const char *text) {
    return cf_sip_parse(cf_str_of(text), &message, &parse_error);
}

static void finds_what_everybody_needs(void **state) {
    (void)state;
    assert_ok(parse(START REST "Max-Forwards: 70\r\nExpires: 60\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nabc"));
    assert_true(message.is_request);
    assert_int_equal(message.method, CF_SIP_METHOD_INVITE);
    assert_str(message.request_uri.host, CF_STR("example.org"));
    assert_int_equal(message.via.transport, CF_TRANSPORT_TCP);
    assert_str(message.via.branch, CF_STR("z9hG4bKa"));
    assert_true(message.via.has_rport);
    assert_str(message.from_tag, CF_STR("1"));
    assert_true(cf_sip_is_out_of_dialog(&message));
    assert_str(message.call_id, CF_STR("c@192.0.2.1"));
    assert_int_equal(message.cseq.number, 7);
    assert_int_equal(message.max_forwards, 70);
    assert_int_equal(message.expires_sec, 60);
    assert_str(message.content_type, CF_STR("text/plain"));
    assert_str(message.body, CF_STR("abc"));
}

CF_TEST_MAIN(cmocka_unit_test(finds_what_everybody_needs))
