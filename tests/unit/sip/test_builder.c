/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing messages, and that what was written reads back as it was meant. */
#include "core/sip/builder.h"
#include "lib/test.h"

static char buffer[4096];
static struct cf_writer w;
static struct cf_sip_message message;
static struct cf_parse_error parse_error;

static void begin(void) {
    cf_writer_init(&w, buffer, sizeof buffer);
}

static void a_request_reads_back_as_built(void **state) {
    (void)state;
    begin();
    cf_sip_put_request_line(&w, CF_STR("INVITE"), CF_STR("sip:bob@example.org;gr=1"));
    cf_sip_field_begin(&w, CF_SIP_HEADER_VIA);
    cf_sip_put_via(&w, CF_TRANSPORT_TLS, CF_STR("[2001:db8::1]"), 5061, CF_STR("z9hG4bKabc"));
    cf_sip_put_param(&w, CF_STR("rport"), CF_STR_NONE);
    cf_sip_field_end(&w);
    cf_sip_field_begin(&w, CF_SIP_HEADER_FROM);
    cf_sip_put_name_addr(&w, CF_STR("J\xC3\xBCrgen \"J\" \\"), CF_STR("sip:j@example.org"));
    cf_sip_put_param(&w, CF_STR("tag"), CF_STR("1"));
    cf_sip_field_end(&w);
    cf_sip_put_field(&w, CF_SIP_HEADER_TO, CF_STR("<sip:bob@example.org>"));
    cf_sip_put_field(&w, CF_SIP_HEADER_CALL_ID, CF_STR("c1"));
    cf_sip_field_begin(&w, CF_SIP_HEADER_CSEQ);
    cf_sip_put_cseq(&w, 20, CF_STR("INVITE"));
    cf_sip_field_end(&w);
    cf_sip_put_field_dec(&w, CF_SIP_HEADER_MAX_FORWARDS, 70);
    cf_sip_put_field_named(&w, CF_STR("X-Odd"), CF_STR("value"));
    cf_sip_put_allow(&w, CF_SIP_METHOD_BIT(CF_SIP_METHOD_INVITE) | CF_SIP_METHOD_BIT(CF_SIP_METHOD_BYE));
    cf_sip_put_body(&w, CF_STR("text/plain"), CF_STR("hello"));
    assert_true(cf_writer_ok(&w));
    assert_ok(cf_sip_parse(cf_writer_str(&w), &message, &parse_error));
    assert_int_equal(message.method, CF_SIP_METHOD_INVITE);
    assert_str(message.request_uri.text, CF_STR("sip:bob@example.org;gr=1"));
    assert_int_equal(message.via.transport, CF_TRANSPORT_TLS);
    assert_str(message.via.branch, CF_STR("z9hG4bKabc"));
    assert_true(cf_sip_unquoted_eq(message.from.display, CF_STR("J\xC3\xBCrgen \"J\" \\")));
    assert_str(message.from_tag, CF_STR("1"));
    assert_int_equal(message.cseq.number, 20);
    assert_str(cf_sip_field_named(&message, CF_STR("x-odd"))->value, CF_STR("value"));
    assert_str(cf_sip_value(&message, CF_SIP_HEADER_ALLOW), CF_STR("INVITE, BYE"));
    assert_str(message.content_type, CF_STR("text/plain"));
    assert_int_equal(message.content_length, 5);
    assert_str(message.body, CF_STR("hello"));
}

static void a_message_without_body_ends_with_a_zero_length(void **state) {
    (void)state;
    begin();
    cf_sip_put_body(&w, CF_STR("text/plain"), CF_STR(""));
    assert_str(cf_writer_str(&w), CF_STR("Content-Length: 0\r\n\r\n"));
}

static void no_value_makes_a_field_of_its_own(void **state) {
    (void)state;
    begin();
    cf_sip_put_request_line(&w, CF_STR("OPTIONS"), CF_STR("sip:a@b SIP/2.0\r\nX: y"));
    cf_sip_put_field(&w, CF_SIP_HEADER_SUBJECT, CF_STR("a\r\nX-Trusted: yes\r\n\r\nbody"));
    cf_sip_put_field_named(&w, CF_STR("X"), CF_STR("b\nX-Trusted: yes\0"));
    cf_sip_put_status_line(&w, 200, CF_STR("OK\r\nX-Trusted: yes"));
    size_t lines = 0;
    for (size_t i = 0; i < w.len; i++) {
        lines += buffer[i] == '\n';
    }
    assert_int_equal(lines, 4);
}

static void every_status_has_a_phrase(void **state) {
    (void)state;
    assert_str(cf_sip_reason_of(200), CF_STR("OK"));
    assert_str(cf_sip_reason_of(491), CF_STR("Request Pending"));
    assert_str(cf_sip_reason_of(499), CF_STR("Bad Request"));
    assert_str(cf_sip_reason_of(599), CF_STR("Server Internal Error"));
    assert_str(cf_sip_reason_of(299), CF_STR("OK"));
    assert_str(cf_sip_reason_of(999), CF_STR("Unknown"));
}

static void fields_are_copied_unfolded_and_in_order(void **state) {
    (void)state;
    assert_ok(cf_sip_parse(
        CF_STR("OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h\r\nRecord-Route: <sip:1>,\r\n <sip:2>\r\nFrom: sip:a@b\r\n"
               "To: sip:a@b\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\nrecord-route: <sip:3>\r\n\r\n"),
        &message, &parse_error));
    begin();
    cf_sip_copy_fields(&w, &message, CF_SIP_HEADER_RECORD_ROUTE);
    cf_sip_copy_fields(&w, &message, CF_SIP_HEADER_ROUTE);
    assert_str(cf_writer_str(&w), CF_STR("Record-Route: <sip:1>, <sip:2>\r\nRecord-Route: <sip:3>\r\n"));
}

static void a_full_buffer_is_noticed_at_every_size(void **state) {
    (void)state;
    for (size_t size = 0; size < 60; size++) {
        cf_writer_init(&w, buffer, size);
        cf_sip_put_status_line(&w, 404, CF_STR_NONE);
        cf_sip_put_body(&w, CF_STR("a/b"), CF_STR("c"));
        assert_false(cf_writer_ok(&w));
    }
}

CF_TEST_MAIN(cmocka_unit_test(a_request_reads_back_as_built), cmocka_unit_test(a_message_without_body_ends_with_a_zero_length),
             cmocka_unit_test(no_value_makes_a_field_of_its_own), cmocka_unit_test(every_status_has_a_phrase),
             cmocka_unit_test(fields_are_copied_unfolded_and_in_order), cmocka_unit_test(a_full_buffer_is_noticed_at_every_size))
