/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Telling HTTP from SIP by the first octets, however they are cut. */
#include "core/http/first_bytes.h"

#include "lib/test.h"

static const struct {
    const char *text;
    enum cf_first_bytes verdict;
} cases[] = {
    {"GET / HTTP/1.1\r\n", CF_FIRST_BYTES_HTTP},
    {"OPTIONS * HTTP/1.1\r\n", CF_FIRST_BYTES_HTTP},
    {"POST /api/rooms HTTP/1.1\r\n", CF_FIRST_BYTES_HTTP},
    {"OPTIONS sip:example.org SIP/2.0\r\n", CF_FIRST_BYTES_SIP},
    {"REGISTER sips:example.org SIP/2.0\r\n", CF_FIRST_BYTES_SIP},
    {"INVITE tel:+1 SIP/2.0\r\n", CF_FIRST_BYTES_SIP},
    {"NEWMETHOD.-!%*_+`'~ sip:x SIP/2.0\r\n", CF_FIRST_BYTES_SIP},
    {"SIP/2.0 200 OK\r\n", CF_FIRST_BYTES_SIP},
    {"\r\n\r\n", CF_FIRST_BYTES_SIP},
    {" GET / HTTP/1.1", CF_FIRST_BYTES_NEITHER},
    {"GET  / HTTP/1.1", CF_FIRST_BYTES_NEITHER},
    {"GET\t/ HTTP/1.1", CF_FIRST_BYTES_NEITHER},
    {"\x16\x03\x01", CF_FIRST_BYTES_NEITHER},
    {"SSH-2.0-client\r\n", CF_FIRST_BYTES_NEITHER},
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", CF_FIRST_BYTES_NEITHER},
    {"", CF_FIRST_BYTES_MORE},
    {"GET", CF_FIRST_BYTES_MORE},
    {"GET ", CF_FIRST_BYTES_MORE},
    {"SIP", CF_FIRST_BYTES_MORE},
};

static void each_is_told(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(cf_first_bytes_of(cf_str_span(cf_str_of(cases[i].text))), cases[i].verdict);
    }
    assert_int_equal(cf_first_bytes_of(cf_str_span(CF_STR("no\0thing / x"))), CF_FIRST_BYTES_NEITHER);
}

#define STUN "\x00\x01\x00\x08\x21\x12\xa4\x42 transaction"
#define ALLOCATE "\x00\x03\x00\x08\x21\x12\xa4\x42 transaction"

/* What has a cookie is STUN, with a length in front or without; however it is cut. */
static void stun_is_told_by_its_cookie(void **state) {
    static const struct {
        struct cf_str octets;
        enum cf_first_bytes bare;
        enum cf_first_bytes inside;
    } rows[] = {
        {CF_STR_INIT("\x00\x5c" STUN), CF_FIRST_BYTES_ICE, CF_FIRST_BYTES_ICE},
        {CF_STR_INIT("\x02\x00" STUN), CF_FIRST_BYTES_ICE, CF_FIRST_BYTES_ICE},
        {CF_STR_INIT(ALLOCATE), CF_FIRST_BYTES_TURN, CF_FIRST_BYTES_TURN},
        {CF_STR_INIT(STUN), CF_FIRST_BYTES_TURN, CF_FIRST_BYTES_TURN},
        {CF_STR_INIT("\x16\x03\x01\x02\x00\x01"), CF_FIRST_BYTES_TLS, CF_FIRST_BYTES_NEITHER},
        {CF_STR_INIT("\x00\x01\x00\x08\x21\x12\xa4\x43\x21\x12"), CF_FIRST_BYTES_NEITHER, CF_FIRST_BYTES_NEITHER},
        {CF_STR_INIT("GET / HTTP/1.1\r\n"), CF_FIRST_BYTES_NEITHER, CF_FIRST_BYTES_HTTP},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (size_t len = 0; len <= rows[i].octets.len; len++) {
            struct cf_span piece = cf_str_span(cf_str_head(rows[i].octets, len));
            enum cf_first_bytes bare = cf_first_bytes_of_bare(piece);
            enum cf_first_bytes inside = cf_first_bytes_of(piece);
            assert_true(bare == rows[i].bare || (bare == CF_FIRST_BYTES_MORE && len < rows[i].octets.len));
            assert_true(inside == rows[i].inside || (inside == CF_FIRST_BYTES_MORE && len < rows[i].octets.len));
        }
    }
}

/* Of a beginning either nothing is said, or what is said of the whole. */
static void beginnings_do_not_mislead(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cf_str text = cf_str_of(cases[i].text);
        for (size_t len = 0; len <= text.len; len++) {
            enum cf_first_bytes verdict = cf_first_bytes_of(cf_str_span(cf_str_head(text, len)));
            assert_true(verdict == CF_FIRST_BYTES_MORE || verdict == cases[i].verdict);
            assert_true(verdict != CF_FIRST_BYTES_MORE || len < CF_FIRST_BYTES_MAX);
        }
    }
}

static void alpn_is_asked_first(void **state) {
    (void)state;
    assert_int_equal(cf_first_bytes_of_alpn(CF_STR_NONE), CF_FIRST_BYTES_MORE);
    assert_int_equal(cf_first_bytes_of_alpn(CF_STR("http/1.1")), CF_FIRST_BYTES_HTTP);
    assert_int_equal(cf_first_bytes_of_alpn(CF_STR("sip/2")), CF_FIRST_BYTES_SIP);
    assert_int_equal(cf_first_bytes_of_alpn(CF_STR("stun.turn")), CF_FIRST_BYTES_TURN);
    assert_int_equal(cf_first_bytes_of_alpn(CF_STR("h2")), CF_FIRST_BYTES_NEITHER);
}

CF_TEST_MAIN(cmocka_unit_test(each_is_told), cmocka_unit_test(stun_is_told_by_its_cookie),
             cmocka_unit_test(beginnings_do_not_mislead), cmocka_unit_test(alpn_is_asked_first))
