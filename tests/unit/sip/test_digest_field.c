/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Digest challenges and credentials. */
#include "core/sip/digest_field.h"
#include "lib/test.h"

static char buffer[512];
static struct cf_writer w;

static void a_challenge_is_taken_apart(void **state) {
    (void)state;
    struct cf_sip_challenge c;
    assert_ok(cf_sip_challenge_parse(
        CF_STR("Digest\r\n realm=\"a \\\"b\\\"\", nonce = \"n==\",qop=\"auth,auth-int\", stale=TRUE, algorithm=SHA-256,"
               " opaque=\"\", domain=\"sip:x\", userhash=true, unknown=1"),
        &c));
    assert_true(cf_sip_is_digest(c.scheme));
    assert_str(c.realm, CF_STR("a \\\"b\\\""));
    assert_str(c.nonce, CF_STR("n=="));
    assert_true(cf_sip_qop_has(c.qop, CF_STR("AUTH-INT")));
    assert_true(cf_sip_qop_has(c.qop, CF_STR("auth")));
    assert_false(cf_sip_qop_has(c.qop, CF_STR("aut")));
    assert_true(c.is_stale);
    assert_true(c.has_userhash);
    assert_non_null(c.opaque.at);
    assert_int_equal(c.opaque.len, 0);
    assert_str(c.algorithm, CF_STR("SHA-256"));
}

static void credentials_are_taken_apart(void **state) {
    (void)state;
    struct cf_sip_credentials c;
    assert_ok(cf_sip_credentials_parse(
        CF_STR("digest username=\"alice\",realm=\"r\",nonce=\"n\",uri=\"sip:r;x=1,2\",response=\"0a\",cnonce=\"c\","
               "nc=0000000A,qop=auth,algorithm=MD5"),
        &c));
    assert_str(c.username, CF_STR("alice"));
    assert_str(c.uri, CF_STR("sip:r;x=1,2"));
    assert_int_equal(c.nonce_count, 10);
    assert_str(c.nc, CF_STR("0000000A"));
    assert_str(c.qop, CF_STR("auth"));
    assert_null(c.opaque.at);
}

static void other_schemes_are_kept_whole(void **state) {
    (void)state;
    struct cf_sip_credentials c;
    assert_ok(cf_sip_credentials_parse(CF_STR("Bearer abc.def=="), &c));
    assert_false(cf_sip_is_digest(c.scheme));
    assert_str(c.params, CF_STR("abc.def=="));
    assert_null(c.username.at);
}

static void what_is_ambiguous_or_incomplete_is_refused(void **state) {
    (void)state;
#define GOOD "Digest username=\"a\",realm=\"r\",nonce=\"n\",uri=\"u\",response=\"x\""
    static const char *const texts[] = {"",
                                        "Digest",
                                        "Digest ",
                                        "Digest realm",
                                        "Digest realm=",
                                        "Digest =x",
                                        "Digest username=\"a\",realm=\"r\",nonce=\"n\",uri=\"u\"",
                                        GOOD ",username=\"b\"",
                                        GOOD ",USERNAME=b",
                                        GOOD ",nc=1",
                                        GOOD ",nc=0000000g",
                                        GOOD ",nc=000000001",
                                        GOOD " x",
                                        GOOD ",x=\"",
                                        GOOD ";x=1"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct cf_sip_credentials c;
        if (cf_sip_credentials_parse(cf_str_of(texts[i]), &c) != CF_ERR_MALFORMED) {
            fail_msg("%s is taken", texts[i]);
        }
    }
    struct cf_sip_credentials c;
    struct cf_sip_challenge challenge;
    assert_ok(cf_sip_credentials_parse(CF_STR(GOOD ",, ,"), &c));
    assert_int_equal(cf_sip_challenge_parse(CF_STR("Digest realm=\"r\""), &challenge), CF_ERR_MALFORMED);
    assert_int_equal(cf_sip_challenge_parse(CF_STR("Digest nonce=\"r\""), &challenge), CF_ERR_MALFORMED);
}

static void what_is_written_reads_back(void **state) {
    (void)state;
    struct cf_sip_challenge out = {.realm = CF_STR("r \\\" x"),
                                   .nonce = CF_STR("n"),
                                   .qop = CF_STR("auth"),
                                   .algorithm = CF_STR("SHA-256"),
                                   .is_stale = true};
    struct cf_sip_challenge in;
    cf_writer_init(&w, buffer, sizeof buffer);
    cf_sip_put_challenge(&w, &out);
    assert_str(cf_writer_str(&w), CF_STR("Digest realm=\"r \\\" x\", nonce=\"n\", stale=true, algorithm=SHA-256, qop=\"auth\""));
    assert_ok(cf_sip_challenge_parse(cf_writer_str(&w), &in));
    assert_str(in.realm, out.realm);
    struct cf_sip_credentials sent = {.username = CF_STR("a"),
                                      .realm = CF_STR("r"),
                                      .nonce = CF_STR("n"),
                                      .uri = CF_STR("sip:r"),
                                      .response = CF_STR("00"),
                                      .cnonce = CF_STR("c"),
                                      .nc = CF_STR("00000001"),
                                      .qop = CF_STR("auth")};
    struct cf_sip_credentials got;
    cf_writer_init(&w, buffer, sizeof buffer);
    cf_sip_put_credentials(&w, &sent);
    assert_ok(cf_sip_credentials_parse(cf_writer_str(&w), &got));
    assert_str(got.response, sent.response);
    assert_int_equal(got.nonce_count, 1);
    struct cf_sip_auth_info info = {.next_nonce = CF_STR("nn"), .qop = CF_STR("auth"), .rspauth = CF_STR("1")};
    struct cf_sip_auth_info info_got;
    cf_writer_init(&w, buffer, sizeof buffer);
    cf_sip_put_auth_info(&w, &info);
    assert_ok(cf_sip_auth_info_parse(cf_writer_str(&w), &info_got));
    assert_str(info_got.next_nonce, CF_STR("nn"));
    assert_null(info_got.cnonce.at);
}

static void no_value_leaves_its_quotes(void **state) {
    (void)state;
    struct cf_sip_challenge out = {.realm = CF_STR("r\", nonce=\"evil\r\nX: y\\"), .nonce = CF_STR("n")};
    struct cf_sip_challenge in;
    cf_writer_init(&w, buffer, sizeof buffer);
    cf_sip_put_challenge(&w, &out);
    assert_ok(cf_sip_challenge_parse(cf_writer_str(&w), &in));
    assert_str(in.nonce, CF_STR("n"));
    assert_int_equal(cf_str_find(cf_writer_str(&w), '\n'), w.len);
}

CF_TEST_MAIN(cmocka_unit_test(a_challenge_is_taken_apart), cmocka_unit_test(credentials_are_taken_apart),
             cmocka_unit_test(other_schemes_are_kept_whole), cmocka_unit_test(what_is_ambiguous_or_incomplete_is_refused),
             cmocka_unit_test(what_is_written_reads_back), cmocka_unit_test(no_value_leaves_its_quotes))
