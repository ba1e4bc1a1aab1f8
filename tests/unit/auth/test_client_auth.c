/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whose challenges are answered, and whose are not (attacks T13: the digest leak). */
#include "core/auth/client_auth.h"

#include "core/auth/digest.h"
#include "core/sip/digest_field.h"
#include "lib/sip_text.h"
#include "lib/test.h"
#include "lib/test_entropy.h"
#include "lib/test_hash.h"
#include "lib/test_mem.h"

static struct test_mem mem;
static struct test_entropy entropy;
static struct cf_client_auth auth;
static struct cf_client_auth_request request;

static int begin_with(bool is_md5_refused) {
    struct cf_client_account account = {.peer_host = CF_STR("sip.example.org"),
                                        .domain = CF_STR("example.org"),
                                        .realm = CF_STR("example.org"),
                                        .username = CF_STR("alice"),
                                        .password = CF_STR("secret"),
                                        .is_md5_refused = is_md5_refused};
    test_mem_init(&mem);
    test_entropy_init(&entropy, 1);
    request = (struct cf_client_auth_request){.method = CF_STR("REGISTER"), .is_to_peer = true};
    return cf_sip_uri_parse(CF_STR("sip:example.org"), &request.uri) == CF_OK &&
                   cf_client_auth_init(&auth, &mem.mem, &test_hash, &entropy.entropy, &account) == CF_OK
               ? 0
               : 1;
}

static int begin(void **state) {
    (void)state;
    return begin_with(false);
}

static int end(void **state) {
    (void)state;
    cf_client_auth_fini(&auth);
    test_mem_fini(&mem);
    return 0;
}

static enum cf_err challenge(unsigned status, const char *fields) {
    static struct sip_text text;
    static struct sip_text response;
    sip_request_via(&text, "SIP/2.0/UDP h;branch=z9hG4bK1", &(struct sip_request){.method = "REGISTER"});
    sip_response(&response, sip_parse(text.text), status, "t", fields);
    return cf_client_auth_on_challenge(&auth, &request, sip_parse(response.text));
}

/* What is written for the request; a view that lasts until the next call. */
static struct cf_str credentials(void) {
    static char out[2000];
    struct cf_writer w;
    cf_writer_init(&w, out, sizeof out);
    assert_ok(cf_client_auth_put(&auth, &request, &w));
    assert_true(w.len <= cf_client_auth_size(&auth, request.uri.text.len));
    return cf_writer_str(&w);
}

#define SHA "WWW-Authenticate: Digest realm=\"example.org\", nonce=\"n1\", algorithm=SHA-256, qop=\"auth\"\r\n"
#define MD5 "WWW-Authenticate: Digest realm=\"example.org\", nonce=\"n2\", algorithm=MD5, qop=\"auth\"\r\n"

static void answers_the_configured_peer(void **state) {
    (void)state;
    assert_int_equal(credentials().len, 0);
    assert_ok(challenge(401, SHA MD5));
    struct cf_str line = credentials();
    struct cf_sip_credentials c;
    assert_true(cf_str_starts(line, CF_STR("Authorization: ")));
    assert_ok(cf_sip_credentials_parse(cf_str_trim(cf_str_skip(line, 15)), &c));
    assert_str(c.algorithm, CF_STR("SHA-256"));
    assert_str(c.nonce, CF_STR("n1"));
    assert_int_equal(c.nonce_count, 1);
    struct cf_digest digest = {.algorithm = CF_DIGEST_SHA256,
                               .qop = CF_DIGEST_QOP_AUTH,
                               .nonce = c.nonce,
                               .cnonce = c.cnonce,
                               .nonce_count = 1,
                               .method = CF_STR("REGISTER"),
                               .uri = CF_STR("sip:example.org")};
    struct cf_digest_hex secret;
    struct cf_digest_hex response;
    assert_ok(cf_digest_secret(&test_hash, CF_DIGEST_SHA256, CF_STR("alice"), CF_STR("example.org"), CF_STR("secret"), &secret));
    assert_ok(cf_digest_response(&test_hash, &digest, cf_digest_str(&secret), &response));
    assert_str(c.response, cf_digest_str(&response));
    /* The next request carries them at once, with the next count. */
    line = credentials();
    assert_true(cf_str_find_str(line, CF_STR("nc=00000002")) < line.len);
}

/* T13: not to others, not in other realms, and a 401 from the far end only for the peer's own domain. */
static void never_answers_anybody_else(void **state) {
    (void)state;
    request.is_to_peer = false;
    assert_int_equal(challenge(401, SHA), CF_ERR_FORBIDDEN);
    assert_int_equal(challenge(407, "Proxy-Authenticate: Digest realm=\"example.org\", nonce=\"n\"\r\n"), CF_ERR_FORBIDDEN);
    request.is_to_peer = true;
    assert_int_equal(challenge(401, "WWW-Authenticate: Digest realm=\"evil.example\", nonce=\"n\"\r\n"), CF_ERR_FORBIDDEN);
    assert_int_equal(challenge(401, "WWW-Authenticate: Digest realm=\"EXAMPLE.org\", nonce=\"n\"\r\n"), CF_ERR_FORBIDDEN);
    assert_ok(cf_sip_uri_parse(CF_STR("sip:bob@evil.example"), &request.uri));
    assert_int_equal(challenge(401, SHA), CF_ERR_FORBIDDEN);
    assert_int_equal(credentials().len, 0);
    /* What was learnt from the peer is not told to others. */
    assert_ok(cf_sip_uri_parse(CF_STR("sip:example.org"), &request.uri));
    assert_ok(challenge(401, SHA));
    request.is_to_peer = false;
    assert_int_equal(credentials().len, 0);
    request.is_to_peer = true;
    assert_ok(cf_sip_uri_parse(CF_STR("sip:bob@evil.example"), &request.uri));
    assert_int_equal(credentials().len, 0);
}

static void a_proxy_of_the_peer_may_ask_for_any_target(void **state) {
    (void)state;
    assert_ok(cf_sip_uri_parse(CF_STR("sip:bob@elsewhere.example"), &request.uri));
    assert_ok(challenge(407, "Proxy-Authenticate: Digest realm=\"example.org\", nonce=\"n\"\r\n"));
    assert_true(cf_str_starts(credentials(), CF_STR("Proxy-Authorization: ")));
}

static void gives_up_on_wrong_credentials_but_not_on_an_old_nonce(void **state) {
    (void)state;
    assert_ok(challenge(401, SHA));
    request.attempts = 1;
    assert_ok(challenge(401, "WWW-Authenticate: Digest realm=\"example.org\", nonce=\"n3\", stale=true, qop=\"auth\"\r\n"));
    assert_int_equal(challenge(401, SHA), CF_ERR_AUTH);
    assert_int_equal(credentials().len, 0);
    request.attempts = 0;
    assert_ok(challenge(401, SHA));
    request.attempts = CF_CLIENT_AUTH_ATTEMPTS_MAX;
    assert_int_equal(challenge(401, "WWW-Authenticate: Digest realm=\"example.org\", nonce=\"n\", stale=true\r\n"), CF_ERR_AUTH);
}

static void refuses_what_it_can_not_do(void **state) {
    (void)state;
    assert_int_equal(challenge(401, "WWW-Authenticate: Basic realm=\"example.org\"\r\n"), CF_ERR_UNSUPPORTED);
    assert_int_equal(challenge(401, "WWW-Authenticate: Digest realm=\"example.org\", nonce=\"n\", algorithm=SHA-1\r\n"),
                     CF_ERR_UNSUPPORTED);
    assert_int_equal(challenge(401, "WWW-Authenticate: Digest realm=\"example.org\", nonce=\"n\", qop=\"odd\"\r\n"),
                     CF_ERR_UNSUPPORTED);
    assert_int_equal(challenge(401, "WWW-Authenticate: Digest realm=\"example.org\"\r\n"), CF_ERR_MALFORMED);
    char fields[1300] = "WWW-Authenticate: Digest realm=\"example.org\", nonce=\"";
    size_t len = strlen(fields);
    memset(fields + len, 'n', 1100);
    snprintf(fields + len + 1100, sizeof fields - len - 1100, "\"\r\n");
    assert_int_equal(challenge(401, fields), CF_ERR_LIMIT);
    assert_int_equal(credentials().len, 0);
}

static void md5_can_be_refused(void **state) {
    (void)state;
    end(NULL);
    assert_int_equal(begin_with(true), 0);
    assert_int_equal(challenge(401, MD5), CF_ERR_UNSUPPORTED);
    assert_ok(challenge(401, MD5 SHA));
    struct cf_str line = credentials();
    assert_true(cf_str_find_str(line, CF_STR("algorithm=SHA-256")) < line.len);
}

static void knows_the_peer_by_name_and_by_learnt_address(void **state) {
    (void)state;
    struct cf_addr addr;
    assert_ok(cf_addr_parse(CF_STR("192.0.2.1:5060"), &addr));
    assert_true(cf_client_auth_is_peer_host(&auth, CF_STR("SIP.example.org")));
    assert_false(cf_client_auth_is_peer_host(&auth, CF_STR("example.org")));
    assert_false(cf_client_auth_is_peer_host(&auth, CF_STR_NONE));
    assert_false(cf_client_auth_is_peer_addr(&auth, &addr));
    cf_client_auth_learn(&auth, &addr);
    addr.port = 9;
    assert_true(cf_client_auth_is_peer_addr(&auth, &addr));
    struct cf_addr other = addr;
    for (unsigned i = 0; i < CF_CLIENT_AUTH_PEERS_MAX; i++) {
        other.ip[3] = (uint8_t)(100 + i);
        cf_client_auth_learn(&auth, &other);
    }
    assert_false(cf_client_auth_is_peer_addr(&auth, &addr));
    assert_true(cf_client_auth_is_peer_addr(&auth, &other));
}

static void survives_want_of_memory(void **state) {
    (void)state;
    mem.fail_at = mem.count;
    assert_int_equal(challenge(401, SHA), CF_ERR_NO_MEMORY);
    assert_int_equal(credentials().len, 0);
    mem.fail_at = SIZE_MAX;
    struct cf_client_auth other;
    struct cf_client_account account = {.peer_host = CF_STR("h"), .realm = CF_STR("r")};
    mem.fail_at = mem.count;
    assert_int_equal(cf_client_auth_init(&other, &mem.mem, &test_hash, &entropy.entropy, &account), CF_ERR_NO_MEMORY);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
CF_TEST_MAIN(CASE(answers_the_configured_peer), CASE(never_answers_anybody_else),
             CASE(a_proxy_of_the_peer_may_ask_for_any_target), CASE(gives_up_on_wrong_credentials_but_not_on_an_old_nonce),
             CASE(refuses_what_it_can_not_do), CASE(md5_can_be_refused), CASE(knows_the_peer_by_name_and_by_learnt_address),
             CASE(survives_want_of_memory))
