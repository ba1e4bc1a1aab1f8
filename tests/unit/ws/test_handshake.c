/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The handshake of RFC 6455 for SIP: the RFC's example, each rule, and whose pages are let in. */
#include "core/ws/handshake.h"

#include "adapt/openssl/hash.h"
#include "lib/test.h"

static struct cf_http_request request;
static struct cf_ws_rules rules;
static char lines[300];

enum { HOST, UPGRADE, CONNECTION, KEY, ORIGIN, PROTOCOL, VERSION, COUNT };

static int begin(void **state) {
    (void)state;
    request = (struct cf_http_request){.method = CF_STR("GET"), .path = CF_STR("/sip"), .is_1_1 = true, .field_count = COUNT};
    request.fields[HOST] = (struct cf_http_field){CF_STR("Host"), CF_STR("meet.example.org")};
    request.fields[UPGRADE] = (struct cf_http_field){CF_STR("Upgrade"), CF_STR("websocket")};
    request.fields[CONNECTION] = (struct cf_http_field){CF_STR("Connection"), CF_STR("Upgrade")};
    request.fields[KEY] = (struct cf_http_field){CF_STR("Sec-WebSocket-Key"), CF_STR("dGhlIHNhbXBsZSBub25jZQ==")};
    request.fields[ORIGIN] = (struct cf_http_field){CF_STR("Origin"), CF_STR("https://meet.example.org")};
    request.fields[PROTOCOL] = (struct cf_http_field){CF_STR("Sec-WebSocket-Protocol"), CF_STR("sip, chat")};
    request.fields[VERSION] = (struct cf_http_field){CF_STR("Sec-WebSocket-Version"), CF_STR("13")};
    rules = (struct cf_ws_rules){.domains = CF_STR("example.org meet.example.org"), .is_secure = true, .sha1 = cf_openssl_sha1};
    return 0;
}

static unsigned judge(void) {
    struct cf_writer w;
    cf_writer_init(&w, lines, sizeof lines - 1);
    unsigned status = cf_ws_judge(&request, &rules, &w);
    assert_true(cf_writer_ok(&w));
    lines[w.len] = '\0';
    return status;
}

/* RFC 6455 section 1.3 */
static void answers_the_example(void **state) {
    (void)state;
    assert_int_equal(judge(), 101);
    assert_string_equal(lines, "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: sip\r\n"
                               "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n");
}

/* Without any of the fields it is no handshake, or not one of ours. */
static void every_field_is_needed(void **state) {
    (void)state;
    static const unsigned statuses[COUNT] = {421, 400, 400, 400, 101, 400, 426};
    for (size_t i = 0; i < COUNT; i++) {
        begin(NULL);
        request.fields[i].name = CF_STR("X");
        assert_int_equal(judge(), statuses[i]);
    }
    assert_string_equal(lines, "Sec-WebSocket-Version: 13\r\n");
}

static void wrong_values_are_refused(void **state) {
    (void)state;
    static const struct {
        size_t field;
        const char *value;
        unsigned status;
    } cases[] = {
        {UPGRADE, "h2c", 400},
        {UPGRADE, "h2c, WebSocket", 101},
        {CONNECTION, "close", 400},
        {CONNECTION, "keep-alive, upgrade", 101},
        {KEY, "dGhlIHNhbXBsZSBub25jZQ=", 400},
        {KEY, "dGhlIHNhbXBsZSBub25jZQ===", 400},
        {KEY, "dGhl*HNhbXBsZSBub25jZQ==", 400},
        {KEY, "dGhlIHNhbXBsZSBub25jZQab", 400},
        {PROTOCOL, "xmpp", 400},
        {PROTOCOL, "SIP", 101},
        {PROTOCOL, "", 400},
        {VERSION, "8", 426},
        {VERSION, "13, 8", 426},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin(NULL);
        request.fields[cases[i].field].value = cf_str_of(cases[i].value);
        if (judge() != cases[i].status) {
            fail_msg("%s: not %u", cases[i].value, cases[i].status);
        }
    }
    begin(NULL);
    request.method = CF_STR("POST");
    assert_int_equal(judge(), 400);
    begin(NULL);
    request.is_1_1 = false;
    assert_int_equal(judge(), 400);
    begin(NULL);
    request.path = CF_STR("/api/server");
    assert_int_equal(judge(), 404);
}

/* T42 */
static void pages_of_others_are_kept_out(void **state) {
    (void)state;
    static const struct {
        const char *origin;
        const char *host;
        const char *origins;
        unsigned status;
    } cases[] = {
        {"https://meet.example.org", "meet.example.org", "", 101},
        {"https://MEET.example.org", "meet.example.org", "", 101},
        {"http://meet.example.org", "meet.example.org", "", 403},
        {"https://meet.example.org:8443", "meet.example.org", "", 403},
        {"https://meet.example.org:8443", "meet.example.org:8443", "", 101},
        {"https://192.0.2.1", "192.0.2.1", "", 101},
        {"https://[2001:db8::1]:8443", "[2001:db8::1]:8443", "", 101},
        {"https://evil.example", "meet.example.org", "", 403},
        {"null", "meet.example.org", "", 403},
        {"", "meet.example.org", "", 403},
        {"https://meet.example.org.evil.example", "meet.example.org", "", 403},
        /* DNS rebinding: a page of a name that points to us. */
        {"https://evil.example", "evil.example", "", 421},
        {"https://evil.example", "", "", 421},
        {"https://page.example", "meet.example.org", "https://page.example", 101},
        {"https://page.example", "page.example", "https://page.example", 101},
        {"https://page.example:1", "meet.example.org", "https://page.example", 403},
        {"http://page.example", "meet.example.org", "https://other.example https://page.example", 403},
        {"https://any.example", "meet.example.org", "*", 101},
        {"https://any.example", "any.example", "*", 421},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin(NULL);
        request.fields[ORIGIN].value = cf_str_of(cases[i].origin);
        request.fields[HOST].value = cf_str_of(cases[i].host);
        rules.origins = cf_str_of(cases[i].origins);
        if (judge() != cases[i].status) {
            fail_msg("Origin %s, Host %s, origins %s: not %u", cases[i].origin, cases[i].host, cases[i].origins, cases[i].status);
        }
    }
}

static void twice_is_wrong(void **state) {
    (void)state;
    static const size_t doubled[] = {HOST, KEY, ORIGIN};
    static const unsigned statuses[] = {421, 400, 403};
    for (size_t i = 0; i < 3; i++) {
        begin(NULL);
        request.fields[COUNT] = request.fields[doubled[i]];
        request.field_count = COUNT + 1;
        assert_int_equal(judge(), statuses[i]);
    }
}

#define CASE(name) cmocka_unit_test_setup(name, begin)
CF_TEST_MAIN(CASE(answers_the_example), CASE(every_field_is_needed), CASE(wrong_values_are_refused),
             CASE(pages_of_others_are_kept_out), CASE(twice_is_wrong))
