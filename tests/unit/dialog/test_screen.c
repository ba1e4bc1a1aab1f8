/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/dialog/screen.h"

#include "lib/sip_text.h"
#include "lib/test.h"

static const struct cf_str types[] = {CF_STR_INIT("application/sdp"), CF_STR_INIT("text/plain")};
static const struct cf_str encodings[] = {CF_STR_INIT("deflate")};
static const struct cf_screen screen = {
    .methods =
        CF_SIP_METHOD_BIT(CF_SIP_METHOD_INVITE) | CF_SIP_METHOD_BIT(CF_SIP_METHOD_ACK) | CF_SIP_METHOD_BIT(CF_SIP_METHOD_BYE),
    .options = CF_SIP_OPTION_BIT(CF_SIP_OPTION_TIMER),
    .types = types,
    .type_count = 2,
    .encodings = encodings,
    .encoding_count = 1,
};

static char fields[CF_SCREEN_FIELDS_MAX];

/* The status for a request with these lines; what the answer needs stands in .fields. */
static unsigned judge(const char *method, const char *uri, const char *lines, const char *body) {
    static char text[4096];
    struct cf_sip_message message;
    struct cf_parse_error error;
    struct cf_writer w;
    int len =
        snprintf(text, sizeof text,
                 "%s %s SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\nFrom: <sip:a@example.org>;tag=1\r\n"
                 "To: <sip:b@example.org>\r\nCall-ID: 1\r\nCSeq: 1 %s\r\nMax-Forwards: 70\r\n%sContent-Length: %zu\r\n\r\n%s",
                 method, uri, method, lines, strlen(body), body);
    assert_ok(cf_sip_parse(cf_str_n(text, (size_t)len), &message, &error));
    memset(fields, 0, sizeof fields);
    cf_writer_init(&w, fields, sizeof fields - 1);
    return cf_screen_request(&screen, &message, &w);
}

#define SDP "Content-Type: application/sdp\r\n"

static void what_we_can_passes(void **state) {
    (void)state;
    assert_int_equal(judge("INVITE", "sip:b@example.org", SDP, "v=0\r\n"), 0);
    assert_int_equal(judge("INVITE", "sip:b@example.org", "", ""), 0);
    assert_int_equal(judge("INVITE", "sip:b@example.org", "Require: timer\r\n", ""), 0);
    assert_int_equal(judge("INVITE", "sip:b@example.org", SDP "Content-Encoding: deflate\r\n", "x"), 0);
    assert_int_equal(judge("INVITE", "sip:b@example.org", SDP "Content-Encoding: identity\r\n", "x"), 0);
    assert_int_equal(judge("ACK", "sip:b@example.org", "Require: nonsense\r\n", ""), 0); /* never answered */
}

static void what_we_can_not_is_refused_with_what_we_can(void **state) {
    (void)state;
    assert_int_equal(judge("REFER", "sip:b@example.org", "", ""), 405);
    assert_string_equal(fields, "Allow: INVITE, ACK, BYE\r\n");
    assert_int_equal(judge("DANCE", "sip:b@example.org", "", ""), 405);
    assert_int_equal(judge("INVITE", "urn:service:sos", "", ""), 416);
    assert_int_equal(judge("INVITE", "sip:b@example.org", "Require: timer, 100rel\r\nRequire: nonsense\r\n", ""), 420);
    assert_string_equal(fields, "Unsupported: 100rel, nonsense\r\n");
    assert_int_equal(judge("INVITE", "sip:b@example.org", "Content-Type: application/pdf\r\n", "x"), 415);
    assert_string_equal(fields, "Accept: application/sdp, text/plain\r\nAccept-Encoding: deflate\r\n");
    assert_int_equal(judge("INVITE", "sip:b@example.org", SDP "Content-Encoding: gzip\r\n", "x"), 415);
    assert_int_equal(judge("INVITE", "sip:b@example.org", "", "x"), 415);
}

static void parts_are_judged_one_by_one(void **state) {
    (void)state;
    static const char mixed[] = "Content-Type: multipart/mixed;boundary=b\r\n";
    static const char choice[] = "Content-Type: multipart/alternative;boundary=b\r\n";
    static const char good[] = "--b\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n--b--\r\n";
    static const char both[] =
        "--b\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n--b\r\nContent-Type: a/b\r\n\r\nx\r\n--b--\r\n";
    static const char optional[] = "--b\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n--b\r\nContent-Type: a/b\r\n"
                                   "Content-Disposition: render;handling=optional\r\n\r\nx\r\n--b--\r\n";
    assert_int_equal(judge("INVITE", "sip:b@example.org", mixed, good), 0);
    assert_int_equal(judge("INVITE", "sip:b@example.org", mixed, both), 415);
    assert_int_equal(judge("INVITE", "sip:b@example.org", mixed, optional), 0);
    assert_int_equal(judge("INVITE", "sip:b@example.org", choice, both), 0);
    assert_int_equal(judge("INVITE", "sip:b@example.org", mixed, "no boundary"), 400);
}

CF_TEST_MAIN(cmocka_unit_test(what_we_can_passes), cmocka_unit_test(what_we_can_not_is_refused_with_what_we_can),
             cmocka_unit_test(parts_are_judged_one_by_one))
