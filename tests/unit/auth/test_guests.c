/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Guests: revoked tokens, and the two ways to prove one. */
#include "core/auth/guests.h"

#include "core/auth/accounts.h"
#include "lib/test.h"
#include "lib/test_entropy.h"
#include "lib/test_hash.h"
#include "lib/test_mem.h"

#define NOW INT64_C(1767225600)

static struct test_mem mem;
static struct test_entropy entropy;
static struct cf_guests guests;
static char texts[CF_TOKEN_MAX];
static struct cf_token got;

static int begin(void **state) {
    struct cf_token_keys keys = {.former = {.is_set = false}};
    (void)state;
    test_mem_init(&mem);
    test_entropy_init(&entropy, 3);
    cf_guests_init(&guests, &mem.mem, &test_hash, CF_STR("example.org"), 1);
    cf_token_key_make(&keys.current, &entropy.entropy);
    cf_guests_set_keys(&guests, &keys);
    return 0;
}

static int end(void **state) {
    (void)state;
    cf_guests_fini(&guests);
    test_mem_fini(&mem);
    return 0;
}

static struct cf_str make(const char *id, const char *link) {
    static char text[CF_TOKEN_MAX];
    struct cf_writer w;
    struct cf_token token = {.kind = CF_TOKEN_GUEST,
                             .issuer = CF_STR("example.org"),
                             .id = cf_str_of(id),
                             .room = CF_STR("room-tea"),
                             .role = CF_TOKEN_SPEAKER,
                             .subject = CF_STR("guest~1"),
                             .link = cf_str_of(link),
                             .expires = NOW + 3600};
    cf_writer_init(&w, text, sizeof text);
    assert_true(cf_token_put(&w, &test_hash, &guests.keys, &token));
    return cf_writer_str(&w);
}

static enum cf_token_verdict check(struct cf_str text) {
    return cf_guests_check(&guests, text, CF_TOKEN_GUEST, NOW, texts, &got);
}

static void revoked_ones_and_those_of_revoked_links_are_no_good(void **state) {
    (void)state;
    assert_int_equal(check(make("a", "l")), CF_TOKEN_GOOD);
    assert_ok(cf_guests_revoke(&guests, CF_STR("a"), NOW + 3600, NOW));
    assert_ok(cf_guests_revoke(&guests, CF_STR("a"), NOW + 3600, NOW));
    assert_int_equal(check(make("a", "l")), CF_TOKEN_REVOKED);
    assert_int_equal(check(make("b", "l")), CF_TOKEN_GOOD);
    assert_ok(cf_guests_revoke(&guests, CF_STR("l"), NOW + 3600, NOW));
    assert_int_equal(check(make("b", "l")), CF_TOKEN_REVOKED);
    assert_int_equal(check(make("b", NULL)), CF_TOKEN_GOOD);
    assert_int_equal(guests.refused, 2);
    assert_int_equal(cf_guests_revoke(&guests, CF_STR(""), NOW, NOW), CF_ERR_MALFORMED);
    assert_int_equal(cf_guests_revoke(&guests, CF_STR("0123456789012345678901234567890123"), NOW, NOW), CF_ERR_MALFORMED);
}

static void the_list_is_bounded(void **state) {
    char id[16];
    (void)state;
    for (int i = 0; i < CF_GUESTS_REVOKED_MAX; i++) {
        int len = snprintf(id, sizeof id, "x%d", i);
        assert_ok(cf_guests_revoke(&guests, cf_str_n(id, (size_t)len), i == 7 ? NOW + 10 : NOW + 100 + i, NOW));
    }
    /* Nothing has expired: the first that will goes, and that is counted. */
    assert_ok(cf_guests_revoke(&guests, CF_STR("one more"), NOW + 1000, NOW));
    assert_int_equal(guests.revoked.count, CF_GUESTS_REVOKED_MAX);
    assert_int_equal(guests.forgotten, 1);
    assert_int_equal(check(make("x7", NULL)), CF_TOKEN_GOOD);
    assert_int_equal(check(make("x8", NULL)), CF_TOKEN_REVOKED);
    /* Half of them have. */
    assert_ok(cf_guests_revoke(&guests, CF_STR("and more"), NOW + 9000, NOW + 5100));
    assert_int_equal(guests.forgotten, 1);
    assert_true(guests.revoked.count < CF_GUESTS_REVOKED_MAX / 2 + 10);
}

static void no_memory_is_told(void **state) {
    (void)state;
    mem.fail_at = mem.count;
    assert_int_equal(cf_guests_revoke(&guests, CF_STR("a"), NOW + 1, NOW), CF_ERR_NO_MEMORY);
    mem.fail_at = mem.count + 1;
    assert_int_equal(cf_guests_revoke(&guests, CF_STR("a"), NOW + 1, NOW), CF_ERR_NO_MEMORY);
    mem.fail_at = SIZE_MAX;
    assert_ok(cf_guests_revoke(&guests, CF_STR("a"), NOW + 1, NOW));
}

static void digest_proves_it_too(void **state) {
    struct cf_digest_hex secret;
    struct cf_digest_hex expected;
    (void)state;
    struct cf_str text = make("a", "l");
    struct cf_str username = cf_str_head(text, text.len - CF_TOKEN_SIGNATURE_LEN - 1);
    struct cf_str password = cf_str_skip(text, text.len - CF_TOKEN_SIGNATURE_LEN);
    assert_true(cf_guests_is_username(username));
    assert_false(cf_guests_is_username(CF_STR("alice.liddell")));
    assert_int_equal(cf_guests_secret(&guests, username, CF_DIGEST_SHA256, CF_STR("example.org"), NOW, texts, &got, &secret),
                     CF_TOKEN_GOOD);
    assert_str(got.subject, CF_STR("guest~1"));
    assert_ok(cf_digest_secret(&test_hash, CF_DIGEST_SHA256, username, CF_STR("example.org"), password, &expected));
    assert_str(cf_digest_str(&secret), cf_digest_str(&expected));
    assert_int_equal(
        cf_guests_secret(&guests, username, CF_DIGEST_SHA256, CF_STR("example.org"), NOW + 3600, texts, &got, &secret),
        CF_TOKEN_EXPIRED);
    assert_int_equal(
        cf_guests_secret(&guests, CF_STR("no.token"), CF_DIGEST_SHA256, CF_STR("example.org"), NOW, texts, &got, &secret),
        CF_TOKEN_FORGED);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
CF_TEST_MAIN(CASE(revoked_ones_and_those_of_revoked_links_are_no_good), CASE(the_list_is_bounded), CASE(no_memory_is_told),
             CASE(digest_proves_it_too))
