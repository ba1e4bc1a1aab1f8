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

static void finds_what_a_response_says(void **state) {
    (void)state;
    assert_ok(parse("SIP/2.0 180 Ringing there\r\n" VIA FROM "To: <sip:bob@example.org>;tag=2\r\n" CALL_ID CSEQ "\r\n"));
    assert_false(message.is_request);
    assert_int_equal(message.status, 180);
    assert_str(message.reason, CF_STR("Ringing there"));
    assert_int_equal(message.method, CF_SIP_METHOD_INVITE);
    assert_str(message.to_tag, CF_STR("2"));
    assert_false(cf_sip_is_out_of_dialog(&message));
    assert_ok(parse("SIP/2.0 200\r\n" REST "\r\n"));
    assert_int_equal(message.reason.len, 0);
}

static void compact_and_full_names_are_the_same(void **state) {
    (void)state;
    assert_ok(parse(START "v: SIP/2.0/UDP h;branch=z9hG4bKx\r\nf: sip:a@b;tag=1\r\nt: sip:c@d\r\ni: 1\r\n" CSEQ
                          "c: application/sdp\r\nl: 2\r\nm: <sip:a@h>\r\nk: timer\r\n\r\nv="));
    assert_str(message.content_type, CF_STR("application/sdp"));
    assert_int_equal(message.body.len, 2);
    assert_non_null(cf_sip_field_first(&message, CF_SIP_HEADER_CONTACT));
    assert_non_null(cf_sip_field_first(&message, CF_SIP_HEADER_SUPPORTED));
}

static void fields_of_one_name_are_chained_in_order(void **state) {
    (void)state;
    assert_ok(parse(START REST "Route: <sip:a>\r\nX-A: 1\r\nRoute: <sip:b>\r\nx-a: 2\r\nX-B: 3\r\n\r\n"));
    const struct cf_sip_field *route = cf_sip_field_first(&message, CF_SIP_HEADER_ROUTE);
    assert_str(route->value, CF_STR("<sip:a>"));
    route = cf_sip_field_next(&message, route);
    assert_str(route->value, CF_STR("<sip:b>"));
    assert_null(cf_sip_field_next(&message, route));
    assert_str(cf_sip_field_named(&message, CF_STR("X-b"))->value, CF_STR("3"));
    assert_str(cf_sip_field_named(&message, CF_STR("X-A"))->value, CF_STR("1"));
    assert_null(cf_sip_field_named(&message, CF_STR("X-C")));
    assert_null(cf_sip_field_first(&message, CF_SIP_HEADER_PATH));
    assert_null(cf_sip_value(&message, CF_SIP_HEADER_PATH).at);
}

static void without_content_length_the_rest_is_the_body(void **state) {
    (void)state;
    assert_ok(parse("\r\n\r\n" START REST "\r\nabc"));
    assert_str(message.body, CF_STR("abc"));
    assert_true(cf_str_starts(message.raw, CF_STR("INVITE")));
}

static void octets_behind_content_length_are_cut_off(void **state) {
    (void)state;
    assert_ok(parse(START REST "Content-Length: 1\r\n\r\nabc"));
    assert_str(message.body, CF_STR("a"));
    assert_true(cf_str_ends(message.raw, CF_STR("\r\n\r\na")));
}

static void a_huge_expires_is_for_ever_and_a_broken_one_is_none(void **state) {
    (void)state;
    assert_ok(parse(START REST "Expires: 99999999999999999999\r\n\r\n"));
    assert_int_equal(message.expires_sec, UINT32_MAX);
    assert_ok(parse(START REST "Expires: soon\r\n\r\n"));
    assert_int_equal(message.has & CF_SIP_HAS_EXPIRES, 0);
}

/* What is refused: why, where (the text from there on), and with which status. */
struct refusal {
    const char *text;
    enum cf_err err;
    const char *what;
    const char *rest;
    unsigned status;
};

static const struct refusal refusals[] = {
    {"", CF_ERR_TRUNCATED, "start line", "", 0},
    {"\r\n\r\n", CF_ERR_TRUNCATED, "start line", "", 0},
    {START, CF_ERR_TRUNCATED, "header field", "", 0},
    {START REST, CF_ERR_TRUNCATED, "header field", "", 400},
    {START REST "Content-Length: 5\r\n\r\nabc", CF_ERR_TRUNCATED, "body", "", 400},
    {"INVITE\r\n" REST "\r\n", CF_ERR_MALFORMED, "start line", "\r\nVia", 400},
    {"INVITE sip:a@b\r\n" REST "\r\n", CF_ERR_MALFORMED, "start line", "\r\nVia", 400},
    {"IN@VITE sip:a@b SIP/2.0\r\n" REST "\r\n", CF_ERR_MALFORMED, "start line", "@VITE", 400},
    {"INVITE  sip:a@b SIP/2.0\r\n" REST "\r\n", CF_ERR_MALFORMED, "Request-URI", " sip:a@b", 400},
    {"INVITE sip:a@b  SIP/2.0\r\n" REST "\r\n", CF_ERR_MALFORMED, "SIP-Version", " SIP/2.0", 400},
    {"INVITE sip:a@b SIP/2.0 \r\n" REST "\r\n", CF_ERR_MALFORMED, "SIP-Version", " \r\nVia", 400},
    {"INVITE sip:a@b SIP/2.\r\n" REST "\r\n", CF_ERR_MALFORMED, "SIP-Version", "\r\nVia", 400},
    {"INVITE sip:a@b HTTP/1.1\r\n" REST "\r\n", CF_ERR_MALFORMED, "SIP-Version", "HTTP/1.1", 400},
    {"INVITE sip:a@b SIP/3.0\r\n" REST "\r\n", CF_ERR_UNSUPPORTED, "SIP-Version", "\r\nVia", 505},
    {"INVITE sip:a@b?x=y SIP/2.0\r\n" REST "\r\n", CF_ERR_MALFORMED, "Request-URI", "x=y", 400},
    {"SIP/3.0 200 OK\r\n" REST "\r\n", CF_ERR_UNSUPPORTED, "SIP-Version", " 200", 0},
    {"SIP/2.0 99 X\r\n" REST "\r\n", CF_ERR_MALFORMED, "Status-Code", " X", 0},
    {"SIP/2.0 0200 X\r\n" REST "\r\n", CF_ERR_MALFORMED, "Status-Code", " X", 0},
    {"SIP/2.0 700 X\r\n" REST "\r\n", CF_ERR_MALFORMED, "Status-Code", " X", 0},
    {"SIP/2.0 200X\r\n" REST "\r\n", CF_ERR_MALFORMED, "start line", "X\r\n", 0},
    {"SIP/2.0  200 X\r\n" REST "\r\n", CF_ERR_MALFORMED, "Status-Code", " 200", 0},
    {START FROM TO CALL_ID CSEQ "\r\n", CF_ERR_MALFORMED, "Via", "", 0},
    {START VIA TO CALL_ID CSEQ "\r\n", CF_ERR_MALFORMED, "From", "", 400},
    {START VIA FROM CALL_ID CSEQ "\r\n", CF_ERR_MALFORMED, "To", "", 400},
    {START VIA FROM TO CSEQ "\r\n", CF_ERR_MALFORMED, "Call-ID", "", 400},
    {START VIA FROM TO CALL_ID "\r\n", CF_ERR_MALFORMED, "CSeq", "", 0},
    {START REST CALL_ID "\r\n", CF_ERR_MALFORMED, "Call-ID", CALL_ID "\r\n", 400},
    {START REST "i: 2\r\n\r\n", CF_ERR_MALFORMED, "Call-ID", "i: 2", 400},
    {START REST "CSeq : 8 INVITE\r\n\r\n", CF_ERR_MALFORMED, "CSeq", "CSeq :", 400},
    {START REST "F: sip:x@y\r\n\r\n", CF_ERR_MALFORMED, "From", "F: ", 400},
    {START REST "Content-Length: 0\r\nl: 0\r\n\r\n", CF_ERR_MALFORMED, "Content-Length", "l: 0", 400},
    {START REST "Max-Forwards: 1\r\nMax-Forwards: 2\r\n\r\n", CF_ERR_MALFORMED, "Max-Forwards", "Max-Forwards: 2", 400},
    {START REST "Max-Forwards: 256\r\n\r\n", CF_ERR_MALFORMED, "Max-Forwards", "256", 400},
    {START REST "Content-Length: -1\r\n\r\n", CF_ERR_MALFORMED, "Content-Length", "-1", 400},
    {START REST "Content-Length: 1 2\r\n\r\n", CF_ERR_MALFORMED, "Content-Length", "1 2", 400},
    {START REST "Content-Length: 4294967296\r\n\r\n", CF_ERR_MALFORMED, "Content-Length", "4294967296", 400},
    {START VIA FROM TO "Call-ID: a b\r\n" CSEQ "\r\n", CF_ERR_MALFORMED, "Call-ID", " b", 400},
    {START VIA FROM TO "Call-ID:\r\n" CSEQ "\r\n", CF_ERR_MALFORMED, "Call-ID", "\r\nCSeq", 400},
    {START VIA FROM TO CALL_ID "CSeq: 7 BYE\r\n\r\n", CF_ERR_MALFORMED, "CSeq", "BYE", 400},
    {START VIA FROM "To: sip:a@b;tag=1;tag=2\r\n" CALL_ID CSEQ "\r\n", CF_ERR_MALFORMED, "To", "tag=2", 400},
    {START VIA FROM "To: sip:a@b, sip:c@d\r\n" CALL_ID CSEQ "\r\n", CF_ERR_MALFORMED, "To", ", sip", 400},
    {START "Via: SIP/2.0/UDP h x\r\n" FROM TO CALL_ID CSEQ "\r\n", CF_ERR_MALFORMED, "Via", "x\r\n", 400},
    {START REST "broken\r\n\r\n", CF_ERR_MALFORMED, "header field", "\r\n\r\n", 400},
    {START REST "X: a\nY: b\r\n\r\n", CF_ERR_MALFORMED, "header field", "\nY", 400},
    {"ACK sip:a@b SIP/2.0\r\n" VIA FROM TO CALL_ID "CSeq: 7 INVITE\r\n\r\n", CF_ERR_MALFORMED, "CSeq", "INVITE", 0},
};

static void what_is_wrong_is_said_and_where(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        const struct refusal *r = &refusals[i];
        enum cf_err err = parse(r->text);
        struct cf_str rest = cf_str_skip(cf_str_of(r->text), parse_error.offset);
        bool is_there = parse_error.offset <= strlen(r->text) &&
                        (strlen(r->rest) == 0 ? rest.len == 0 : cf_str_starts(rest, cf_str_of(r->rest)));
        unsigned status = err == CF_OK ? 0 : cf_sip_refusal_status(&message, &parse_error);
        if (err != r->err || parse_error.code != err || strcmp(parse_error.what, r->what) != 0 || !is_there ||
            status != r->status) {
            fail_msg("case %zu: %s of %s at %u, %u", i, cf_err_name(err), parse_error.what, parse_error.offset, status);
        }
    }
}

static void a_message_beyond_the_limit_is_refused_but_answerable(void **state) {
    (void)state;
    static char text[CF_SIP_MESSAGE_MAX + 1];
    memset(text, 'x', sizeof text);
    memcpy(text, START REST "\r\n", sizeof(START REST "\r\n") - 1);
    assert_int_equal(cf_sip_parse(cf_str_n(text, sizeof text), &message, &parse_error), CF_ERR_LIMIT);
    assert_int_equal(cf_sip_refusal_status(&message, &parse_error), 513);
    assert_ok(cf_sip_parse(cf_str_n(text, sizeof text - 1), &message, &parse_error));
}

static void a_long_request_uri_is_a_414(void **state) {
    (void)state;
    static char text[CF_SIP_URI_MAX + 512];
    struct cf_writer w;
    cf_writer_init(&w, text, sizeof text);
    cf_put_lit(&w, "INVITE sip:");
    for (int i = 0; i < CF_SIP_URI_MAX; i++) {
        cf_put_char(&w, 'a');
    }
    cf_put_lit(&w, "@b SIP/2.0\r\n" REST "\r\n");
    assert_int_equal(cf_sip_parse(cf_writer_str(&w), &message, &parse_error), CF_ERR_LIMIT);
    assert_int_equal(cf_sip_refusal_status(&message, &parse_error), 414);
}

static size_t put_fields(struct cf_writer *w, unsigned count) {
    cf_put_lit(w, START REST);
    for (unsigned i = 0; i < count; i++) {
        cf_put_lit(w, "X: y\r\n");
    }
    cf_put_lit(w, "\r\n");
    return w->len;
}

static void one_field_too_many_is_refused(void **state) {
    (void)state;
    static char text[8192];
    struct cf_writer w;
    cf_writer_init(&w, text, sizeof text);
    put_fields(&w, CF_SIP_FIELDS_MAX - 5);
    assert_ok(cf_sip_parse(cf_writer_str(&w), &message, &parse_error));
    assert_int_equal(message.field_count, CF_SIP_FIELDS_MAX);
    cf_writer_init(&w, text, sizeof text);
    put_fields(&w, CF_SIP_FIELDS_MAX - 4);
    assert_int_equal(cf_sip_parse(cf_writer_str(&w), &message, &parse_error), CF_ERR_LIMIT);
    assert_int_equal(message.field_count, CF_SIP_FIELDS_MAX);
    assert_int_equal(cf_sip_refusal_status(&message, &parse_error), 513);
}

static const char sweep[] =
    "INVITE sip:bob;x=%41@[2001:db8::1]:5070;lr SIP/2.0\r\nv:SIP/2.0/UDP\r\n h;branch=z9hG4bKa;rport;received=::1,"
    "SIP/2.0/TCP [::2]:1\r\nFrom: \"A \\\"x\\\" \xC3\xBC\" <sip:a@b>;tag=1;x=\"y;z\"\r\nTo : B <sip:b@c;user=phone>\r\n"
    "i: a@b\r\nCSeq: 1\r\n INVITE\r\nMax-Forwards: 70\r\nExpires: 5\r\nc: a/b\r\nl: 3\r\n\r\nabc";

static void parse_copy(const char *text, size_t len) {
    /* An own allocation of that size: the address sanitizer sees the first octet too far. */
    char *copy = test_malloc(len == 0 ? 1 : len);
    memcpy(copy, text, len);
    parse_error = (struct cf_parse_error){.code = CF_OK, .what = "nothing"};
    enum cf_err err = cf_sip_parse(cf_str_n(copy, len), &message, &parse_error);
    assert_int_equal(err, parse_error.code);
    assert_true(parse_error.offset <= len);
    if (err == CF_OK) {
        assert_int_equal(message.has & 0x3F, 0x3F);
        assert_true(message.body.at + message.body.len <= copy + len);
    }
    test_free(copy);
}

static void never_reads_outside_a_truncated_message(void **state) {
    (void)state;
    assert_ok(parse(sweep));
    for (size_t len = 0; len < sizeof sweep; len++) {
        parse_copy(sweep, len);
    }
}

static void never_reads_outside_a_message_with_a_flipped_bit(void **state) {
    (void)state;
    char text[sizeof sweep];
    memcpy(text, sweep, sizeof text);
    for (size_t bit = 0; bit < (sizeof text - 1) * 8; bit++) {
        text[bit / 8] = (char)(text[bit / 8] ^ (1 << bit % 8));
        parse_copy(text, sizeof text - 1);
        text[bit / 8] = (char)(text[bit / 8] ^ (1 << bit % 8));
    }
}

CF_TEST_MAIN(cmocka_unit_test(finds_what_everybody_needs), cmocka_unit_test(finds_what_a_response_says),
             cmocka_unit_test(compact_and_full_names_are_the_same), cmocka_unit_test(fields_of_one_name_are_chained_in_order),
             cmocka_unit_test(without_content_length_the_rest_is_the_body),
             cmocka_unit_test(octets_behind_content_length_are_cut_off),
             cmocka_unit_test(a_huge_expires_is_for_ever_and_a_broken_one_is_none),
             cmocka_unit_test(what_is_wrong_is_said_and_where),
             cmocka_unit_test(a_message_beyond_the_limit_is_refused_but_answerable),
             cmocka_unit_test(a_long_request_uri_is_a_414), cmocka_unit_test(one_field_too_many_is_refused),
             cmocka_unit_test(never_reads_outside_a_truncated_message),
             cmocka_unit_test(never_reads_outside_a_message_with_a_flipped_bit))
