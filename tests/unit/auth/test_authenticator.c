/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The digest server: who is let in, who is asked again, who has to wait (attacks T15). */
#include "core/auth/authenticator.h"

#include "lib/sip_text.h"
#include "lib/test.h"
#include "lib/test_digest.h"
#include "lib/test_entropy.h"
#include "lib/test_hash.h"
#include "lib/test_mem.h"

static struct test_mem mem;
static struct test_entropy entropy;
static struct cf_accounts accounts;
static struct cf_authenticator auth;
static struct cf_addr source;
static cf_usec now;
static char nonce_text[CF_NONCE_LEN];

static void add(const char *name) {
    struct cf_digest_hex secrets[CF_ACCOUNT_SECRETS];
    assert_ok(cf_account_secrets(&test_hash, cf_str_of(name), CF_STR("example.org"), cf_str_of(name), secrets));
    assert_ok(cf_accounts_set(&accounts, cf_str_of(name), secrets));
}

static int begin(void **state) {
    (void)state;
    test_mem_init(&mem);
    test_entropy_init(&entropy, 1);
    cf_accounts_init(&accounts, &mem.mem, 1);
    add("alice");
    struct cf_authenticator_config config = {.mem = &mem.mem,
                                             .hash = &test_hash,
                                             .entropy = &entropy.entropy,
                                             .accounts = &accounts,
                                             .realm = CF_STR("example.org"),
                                             .algorithms = CF_STR("SHA-256 MD5"),
                                             .nonce_life_usec = CF_SEC(300),
                                             .failures_max = 3};
    cf_authenticator_init(&auth, &config);
    now = CF_SEC(1);
    return cf_addr_parse(CF_STR("192.0.2.7:5060"), &source) == CF_OK ? 0 : 1;
}

static int end(void **state) {
    (void)state;
    cf_authenticator_fini(&auth);
    cf_accounts_fini(&accounts);
    test_mem_fini(&mem);
    return 0;
}

/* The nonce of a challenge that the server makes now. */
static struct cf_str challenge(void) {
    char line[1000];
    static struct sip_text text;
    struct cf_writer w;
    cf_writer_init(&w, line, sizeof line - 1);
    cf_authenticator_put_challenge(&auth, CF_AUTH_SERVER, false, now, &w);
    line[w.len] = '\0';
    struct sip_text request;
    sip_request_via(&request, "SIP/2.0/UDP h;branch=z9hG4bK1", &(struct sip_request){.method = "REGISTER"});
    sip_response(&text, sip_parse(request.text), 401, "t", line);
    struct cf_str nonce = test_nonce_of(sip_parse(text.text));
    memcpy(nonce_text, nonce.at, CF_NONCE_LEN);
    return cf_str_n(nonce_text, CF_NONCE_LEN);
}

static enum cf_auth_verdict check_fields(enum cf_auth_role role, const char *uri, const char *fields) {
    static struct sip_text text;
    struct cf_auth_identity identity;
    sip_request_via(&text, "SIP/2.0/UDP h;branch=z9hG4bK1",
                    &(struct sip_request){.method = "REGISTER", .uri = uri, .fields = fields});
    enum cf_auth_verdict verdict =
        cf_authenticator_check(&auth, sip_parse(text.text), role, false, &source, (struct cf_auth_time){.now = now}, &identity);
    const struct cf_account *account = identity.account;
    if (verdict == CF_AUTH_PASSED) {
        assert_str(cf_str_n(account->name, account->name_len), CF_STR("alice"));
    } else {
        assert_null(account);
    }
    return verdict;
}

static enum cf_auth_verdict check(const struct test_digest *d) {
    char fields[1000];
    struct cf_writer w;
    cf_writer_init(&w, fields, sizeof fields - 1);
    test_put_digest(&w, d);
    fields[w.len] = '\0';
    return check_fields(d->is_proxy ? CF_AUTH_PROXY : CF_AUTH_SERVER, "sip:example.org", fields);
}

static void the_right_password_passes_with_each_algorithm(void **state) {
    (void)state;
    assert_int_equal(check(&(struct test_digest){.nonce = challenge()}), CF_AUTH_PASSED);
    assert_int_equal(check(&(struct test_digest){.nonce = challenge(), .algorithm = "MD5", .nonce_count = 2}), CF_AUTH_PASSED);
    now++;
    assert_int_equal(check(&(struct test_digest){.nonce = challenge(), .algorithm = "SHA-256-sess"}), CF_AUTH_PASSED);
    now++;
    assert_int_equal(check(&(struct test_digest){.nonce = challenge(), .is_proxy = true}), CF_AUTH_PASSED);
    now++;
    assert_int_equal(check(&(struct test_digest){.nonce = challenge(), .has_no_qop = true}), CF_AUTH_PASSED);
    assert_int_equal(auth.failures, 0);
}

/* T15: credentials that were overheard are worth nothing, with a count or without. */
static void used_credentials_are_stale(void **state) {
    (void)state;
    struct test_digest used = {.nonce = challenge()};
    assert_int_equal(check(&used), CF_AUTH_PASSED);
    assert_int_equal(check(&used), CF_AUTH_STALE);
    used.nonce_count = 2;
    assert_int_equal(check(&used), CF_AUTH_PASSED);
    now++;
    struct test_digest old = {.nonce = challenge(), .has_no_qop = true};
    assert_int_equal(check(&old), CF_AUTH_PASSED);
    assert_int_equal(check(&old), CF_AUTH_STALE);
    now += CF_SEC(301);
    used.nonce_count = 3;
    assert_int_equal(check(&used), CF_AUTH_STALE);
    assert_int_equal(auth.failures, 0);
}

static void a_count_is_not_used_up_by_a_wrong_password(void **state) {
    (void)state;
    struct cf_str nonce = challenge();
    assert_int_equal(check(&(struct test_digest){.nonce = nonce, .password = "guess"}), CF_AUTH_CHALLENGE);
    assert_int_equal(check(&(struct test_digest){.nonce = nonce}), CF_AUTH_PASSED);
}

/* T15: unknown users and wrong passwords are alike, and so are those whose account lacks the algorithm. */
static void unknown_users_are_like_wrong_passwords(void **state) {
    (void)state;
    struct cf_str nonce = challenge();
    assert_int_equal(check(&(struct test_digest){.nonce = nonce, .username = "mallory"}), CF_AUTH_CHALLENGE);
    assert_int_equal(auth.failures, 1);
    assert_int_equal(check(&(struct test_digest){.nonce = nonce, .password = "wrong"}), CF_AUTH_CHALLENGE);
    assert_int_equal(auth.failures, 2);
    /* Not even with the secret that stands in for theirs. */
    assert_int_equal(check_fields(CF_AUTH_SERVER, "sip:example.org",
                                  "Authorization: Digest username=\"nobody\", realm=\"example.org\", nonce=\"\", uri=\"sip:x\", "
                                  "response=\"00000000000000000000000000000000\"\r\n"),
                     CF_AUTH_CHALLENGE);
}

/* --- T15: it takes the same work, so that time tells nothing --- */

/* What was hashed since it was zeroed: by which function, how often, and how many octets, as one number. */
static uint64_t work;

static void note_work(uint64_t kind, const struct cf_span *parts, size_t count) {
    size_t octets = 0;
    for (size_t i = 0; i < count; i++) {
        octets += parts[i].len;
    }
    work = work * 1000003 + kind * 100000 + octets;
}

static bool counted_md5(void *ctx, const struct cf_span *parts, size_t count, uint8_t *out) {
    note_work(1, parts, count);
    return test_hash.md5(ctx, parts, count, out);
}

static bool counted_sha256(void *ctx, const struct cf_span *parts, size_t count, uint8_t *out) {
    note_work(2, parts, count);
    return test_hash.sha256(ctx, parts, count, out);
}

static bool counted_sha512_256(void *ctx, const struct cf_span *parts, size_t count, uint8_t *out) {
    note_work(3, parts, count);
    return test_hash.sha512_256(ctx, parts, count, out);
}

static bool counted_hmac(void *ctx, struct cf_span key, const struct cf_span *parts, size_t count, uint8_t *out) {
    note_work(4, parts, count);
    return test_hash.hmac_sha256(ctx, key, parts, count, out);
}

/* The work and the allocations that a wrong password for @p username costs. */
static uint64_t work_for(const char *username, const char *algorithm, struct cf_str nonce) {
    size_t before = mem.count;
    work = 0;
    struct test_digest d = {.nonce = nonce, .username = username, .algorithm = algorithm, .password = "wrong"};
    assert_int_equal(check(&d), CF_AUTH_CHALLENGE);
    return work * 100 + (mem.count - before);
}

static void unknown_users_cost_the_same_work(void **state) {
    (void)state;
    static const char *const algorithms[] = {"SHA-256", "MD5", "SHA-512-256", "MD5-sess", "SHA-256-sess"};
    struct cf_digest_hex secrets[CF_ACCOUNT_SECRETS];
    const struct cf_hash counted = {.md5 = counted_md5,
                                    .sha256 = counted_sha256,
                                    .sha512_256 = counted_sha512_256,
                                    .hmac_sha256 = counted_hmac,
                                    .ctx = test_hash.ctx};
    /* Bruno's account is older than some of the algorithms. */
    assert_ok(cf_account_secrets(&test_hash, CF_STR("bruno"), CF_STR("example.org"), CF_STR("bruno"), secrets));
    secrets[CF_DIGEST_SHA512_256].len = 0;
    secrets[CF_DIGEST_MD5].len = 0;
    assert_ok(cf_accounts_set(&accounts, CF_STR("bruno"), secrets));
    cf_authenticator_set(&auth, CF_STR("SHA-256 SHA-512-256 MD5"), CF_SEC(300), 1000);
    auth.config.hash = &counted;
    auth.nonces.hash = &counted;
    for (size_t i = 0; i < sizeof algorithms / sizeof *algorithms; i++) {
        struct cf_str nonce = challenge();
        (void)work_for("alice", algorithms[i], nonce); /* who has failed before is remembered already */
        uint64_t known = work_for("alice", algorithms[i], nonce);
        assert_true(known != 0);
        assert_true(work_for("aline", algorithms[i], nonce) == known);
        assert_true(work_for("bruno", algorithms[i], nonce) == known);
    }
}

/* T15: what is not offered is not taken, so nobody can be talked down to MD5. */
static void an_algorithm_that_is_not_offered_fails(void **state) {
    (void)state;
    cf_authenticator_set(&auth, CF_STR("SHA-256"), CF_SEC(300), 3);
    assert_int_equal(check(&(struct test_digest){.nonce = challenge(), .algorithm = "MD5"}), CF_AUTH_CHALLENGE);
    assert_int_equal(check(&(struct test_digest){.nonce = challenge(), .algorithm = "SHA-512-256"}), CF_AUTH_CHALLENGE);
    assert_int_equal(check(&(struct test_digest){.nonce = challenge()}), CF_AUTH_PASSED);
    assert_int_equal(auth.failures, 2);
}

static void the_strongest_is_offered_first(void **state) {
    (void)state;
    char line[1000];
    struct cf_writer w;
    cf_writer_init(&w, line, sizeof line);
    cf_authenticator_put_challenge(&auth, CF_AUTH_PROXY, true, now, &w);
    struct cf_str all = cf_writer_str(&w);
    size_t sha = cf_str_find_str(all, CF_STR("algorithm=SHA-256, qop=\"auth\", stale=true\r\n"));
    size_t md5 = cf_str_find_str(all, CF_STR("algorithm=MD5, qop=\"auth\", stale=true\r\n"));
    assert_true(sha < md5);
    assert_true(md5 < all.len);
    assert_true(cf_str_starts(all, CF_STR("Proxy-Authenticate: Digest realm=\"example.org\", nonce=\"")));
}

static void credentials_for_something_else_are_not_moved_here(void **state) {
    (void)state;
    struct cf_str nonce = challenge();
    assert_int_equal(check(&(struct test_digest){.nonce = nonce, .uri = "sip:bob@example.org"}), CF_AUTH_MISDIRECTED);
    assert_int_equal(check(&(struct test_digest){.nonce = nonce, .uri = "not a uri"}), CF_AUTH_MISDIRECTED);
    assert_int_equal(check(&(struct test_digest){.nonce = nonce, .uri = "sip:EXAMPLE.org:5060;transport=tcp"}), CF_AUTH_PASSED);
    assert_int_equal(check(&(struct test_digest){.nonce = nonce, .method = "INVITE", .nonce_count = 2}), CF_AUTH_CHALLENGE);
    assert_int_equal(auth.failures, 1);
}

static void broken_or_foreign_credentials_are_none(void **state) {
    (void)state;
    static const char *const fields[] = {
        "",
        "Authorization: Basic YWxpY2U6YWxpY2U=\r\n",
        "Authorization: Digest\r\n",
        "Authorization: Digest username=\"alice\"\r\n",
        "Authorization: Digest username=\"alice\", realm=\"other.example\", nonce=\"n\", uri=\"u\", response=\"r\"\r\n",
        "Authorization: Digest username=\"alice\", realm=\"example.org\", nonce=\"n\", uri=\"u\", response=\"r\", qop=auth\r\n",
        "Authorization: Digest username=\"alice\", realm=\"example.org\", nonce=\"n\", uri=\"u\", response=\"r\", nc=1\r\n",
        "Authorization: Digest username=\"alice\", realm=\"example.org\", nonce=\"n\", uri=\"u\", response=\"r\", "
        "algorithm=SHA-1\r\n",
        "Authorization: Digest username=\"alice\", realm=\"example.org\", nonce=\"n\", uri=\"u\", response=\"r\", "
        "qop=auth, nc=00000000, cnonce=\"c\"\r\n",
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        assert_int_equal(check_fields(CF_AUTH_SERVER, "sip:example.org", fields[i]), CF_AUTH_CHALLENGE);
    }
    /* Nobody has guessed anything yet: a nonce of before a restart is not a failure. */
    assert_int_equal(auth.failures, 0);
    assert_int_equal(check(&(struct test_digest){.nonce = CF_STR("dcd98b7102dd2f0e8b11d0f600bfb0c093")}), CF_AUTH_CHALLENGE);
    assert_int_equal(auth.failures, 0);
}

/* RFC 3261 section 22.3: each server on the way has its own credentials, and guesses nothing by those of the others. */
static void credentials_for_other_realms_are_passed_over(void **state) {
    (void)state;
    char fields[2000];
    struct cf_writer w;
    struct cf_str nonce = challenge();
    cf_writer_init(&w, fields, sizeof fields - 1);
    test_put_digest(&w, &(struct test_digest){.nonce = nonce, .realm = "other.example"});
    size_t other_len = w.len;
    test_put_digest(&w, &(struct test_digest){.nonce = nonce});
    fields[w.len] = '\0';
    assert_int_equal(check_fields(CF_AUTH_SERVER, "sip:example.org", fields), CF_AUTH_PASSED);
    fields[other_len] = '\0';
    assert_int_equal(check_fields(CF_AUTH_SERVER, "sip:example.org", fields), CF_AUTH_CHALLENGE);
    assert_int_equal(auth.failures, 0);
}

/* The last digit of nc=00000001 made 0 is a count that there is not, whatever the response is. */
static void a_count_begins_at_one(void **state) {
    (void)state;
    char fields[1000];
    struct cf_writer w;
    struct cf_digest_hex response;
    struct cf_digest digest = {.algorithm = CF_DIGEST_SHA256,
                               .qop = CF_DIGEST_QOP_AUTH,
                               .nonce = challenge(),
                               .cnonce = CF_STR("c0ffee"),
                               .nc_text = CF_STR("00000000"),
                               .method = CF_STR("REGISTER"),
                               .uri = CF_STR("sip:example.org")};
    const struct cf_account *alice = cf_accounts_find(&accounts, CF_STR("alice"));
    assert_ok(cf_digest_response(&test_hash, &digest, cf_digest_str(&alice->secrets[CF_DIGEST_SHA256]), &response));
    cf_writer_init(&w, fields, sizeof fields - 1);
    cf_put_lit(&w, "Authorization: Digest username=\"alice\", realm=\"example.org\", uri=\"sip:example.org\", qop=auth, "
                   "algorithm=SHA-256, nc=00000000, cnonce=\"c0ffee\", nonce=\"");
    cf_put(&w, digest.nonce);
    cf_put_lit(&w, "\", response=\"");
    cf_put(&w, cf_digest_str(&response));
    cf_put_lit(&w, "\"\r\n");
    fields[w.len] = '\0';
    assert_int_equal(check_fields(CF_AUTH_SERVER, "sip:example.org", fields), CF_AUTH_CHALLENGE);
}

/* The HTTP interface asks by the same rules. */
static void http_credentials_are_for_their_own_target(void **state) {
    (void)state;
    char fields[1000];
    struct cf_writer w;
    const struct cf_account *account = NULL;
    cf_writer_init(&w, fields, sizeof fields);
    test_put_digest(&w, &(struct test_digest){.nonce = challenge(), .method = "POST", .uri = "/api/sessions"});
    struct cf_str value = cf_str_trim(cf_str_skip(cf_writer_str(&w), strlen("Authorization:")));
    struct cf_auth_request request = {.method = CF_STR("POST"), .uri = CF_STR("/api/rooms"), .value = value};
    assert_int_equal(cf_authenticator_check_http(&auth, &request, &source, now, &account), CF_AUTH_MISDIRECTED);
    assert_null(account);
    request.uri = CF_STR("/api/sessions");
    assert_int_equal(cf_authenticator_check_http(&auth, &request, &source, now, &account), CF_AUTH_PASSED);
    assert_str(cf_str_n(account->name, account->name_len), CF_STR("alice"));
    account = NULL;
    assert_int_equal(cf_authenticator_check_http(&auth, &request, &source, now, &account), CF_AUTH_STALE);
    request.value = CF_STR_NONE;
    assert_int_equal(cf_authenticator_check_http(&auth, &request, &source, now, &account), CF_AUTH_CHALLENGE);
    assert_null(account);
}

/* T15: guessing ends after some attempts a minute from one address; the right password does not help then. */
static void who_guesses_has_to_wait(void **state) {
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(check(&(struct test_digest){.nonce = challenge(), .password = "guess"}), CF_AUTH_CHALLENGE);
    }
    assert_int_equal(check(&(struct test_digest){.nonce = challenge()}), CF_AUTH_LOCKED);
    assert_int_equal(check_fields(CF_AUTH_SERVER, "sip:example.org", ""), CF_AUTH_CHALLENGE);
    assert_int_equal(auth.lock_outs, 1);
    assert_ok(cf_addr_parse(CF_STR("192.0.2.8:5060"), &source));
    assert_int_equal(check(&(struct test_digest){.nonce = challenge()}), CF_AUTH_PASSED);
    assert_ok(cf_addr_parse(CF_STR("192.0.2.7:9"), &source));
    assert_int_equal(check(&(struct test_digest){.nonce = challenge(), .nonce_count = 2}), CF_AUTH_LOCKED);
    now += CF_SEC(61);
    assert_int_equal(check(&(struct test_digest){.nonce = challenge()}), CF_AUTH_PASSED);
}

static void who_owns_a_network_is_one_guesser(void **state) {
    (void)state;
    static const char *const addresses[] = {"[2001:db8:0:1::1]:5060", "[2001:db8:0:1::2]:5060", "[2001:db8:0:1:f::3]:5060"};
    for (unsigned i = 0; i < 3; i++) {
        assert_ok(cf_addr_parse(cf_str_of(addresses[i]), &source));
        assert_int_equal(check(&(struct test_digest){.nonce = challenge(), .password = "guess"}), CF_AUTH_CHALLENGE);
    }
    assert_ok(cf_addr_parse(CF_STR("[2001:db8:0:1::4]:5060"), &source));
    assert_int_equal(check(&(struct test_digest){.nonce = challenge()}), CF_AUTH_LOCKED);
    assert_ok(cf_addr_parse(CF_STR("[2001:db8:0:2::4]:5060"), &source));
    assert_int_equal(check(&(struct test_digest){.nonce = challenge()}), CF_AUTH_PASSED);
}

static void the_memory_for_guessers_is_bounded(void **state) {
    (void)state;
    for (uint32_t i = 0; i < CF_AUTH_ADDRESSES_MAX + 10; i++) {
        source.ip[2] = (uint8_t)(i >> 8);
        source.ip[3] = (uint8_t)i;
        now += 1;
        assert_int_equal(check(&(struct test_digest){.nonce = challenge(), .password = "guess"}), CF_AUTH_CHALLENGE);
    }
    assert_int_equal(auth.addresses.count, CF_AUTH_ADDRESSES_MAX);
}

/* Without memory nobody is let in who should not be, and who should be is asked again. */
static void survives_want_of_memory(void **state) {
    (void)state;
    for (size_t n = 0;; n++) {
        mem.count = 0;
        mem.failed = false;
        mem.fail_at = n;
        enum cf_auth_verdict wrong = check(&(struct test_digest){.nonce = challenge(), .password = "guess"});
        enum cf_auth_verdict right = check(&(struct test_digest){.nonce = challenge()});
        mem.fail_at = SIZE_MAX;
        assert_true(wrong == CF_AUTH_CHALLENGE || wrong == CF_AUTH_LOCKED);
        assert_true(right == CF_AUTH_PASSED || mem.failed || wrong == CF_AUTH_LOCKED);
        now += CF_SEC(120);
        if (!mem.failed) {
            break;
        }
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
CF_TEST_MAIN(CASE(the_right_password_passes_with_each_algorithm), CASE(used_credentials_are_stale),
             CASE(a_count_is_not_used_up_by_a_wrong_password), CASE(unknown_users_are_like_wrong_passwords),
             CASE(an_algorithm_that_is_not_offered_fails), CASE(the_strongest_is_offered_first),
             CASE(credentials_for_something_else_are_not_moved_here), CASE(broken_or_foreign_credentials_are_none),
             CASE(credentials_for_other_realms_are_passed_over), CASE(a_count_begins_at_one),
             CASE(unknown_users_cost_the_same_work), CASE(http_credentials_are_for_their_own_target),
             CASE(who_guesses_has_to_wait), CASE(who_owns_a_network_is_one_guesser), CASE(the_memory_for_guessers_is_bounded),
             CASE(survives_want_of_memory))
