/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accounts and their secrets. */
#include "core/auth/accounts.h"

#include "lib/test.h"
#include "lib/test_hash.h"
#include "lib/test_mem.h"

static struct test_mem mem;
static struct cf_accounts accounts;
static struct cf_digest_hex secrets[CF_ACCOUNT_SECRETS];

static int begin(void **state) {
    (void)state;
    test_mem_init(&mem);
    cf_accounts_init(&accounts, &mem.mem, 1);
    return cf_account_secrets(&test_hash, CF_STR("alice"), CF_STR("example.org"), CF_STR("secret"), secrets) == CF_OK ? 0 : 1;
}

static int end(void **state) {
    (void)state;
    cf_accounts_fini(&accounts);
    test_mem_fini(&mem);
    return 0;
}

static void are_found_by_their_exact_name(void **state) {
    (void)state;
    assert_ok(cf_accounts_set(&accounts, CF_STR("alice"), secrets));
    const struct cf_account *alice = cf_accounts_find(&accounts, CF_STR("alice"));
    assert_non_null(alice);
    assert_int_equal(alice->secrets[CF_DIGEST_MD5].len, 32);
    assert_int_equal(alice->secrets[CF_DIGEST_SHA256].len, 64);
    assert_null(cf_accounts_find(&accounts, CF_STR("Alice")));
    assert_null(cf_accounts_find(&accounts, CF_STR("alic")));
    assert_null(cf_accounts_find(&accounts, CF_STR_NONE));
}

static void setting_again_replaces_the_secrets(void **state) {
    (void)state;
    assert_ok(cf_accounts_set(&accounts, CF_STR("alice"), secrets));
    secrets[CF_DIGEST_MD5].len = 0;
    assert_ok(cf_accounts_set(&accounts, CF_STR("alice"), secrets));
    assert_int_equal(cf_accounts_find(&accounts, CF_STR("alice"))->secrets[CF_DIGEST_MD5].len, 0);
    assert_int_equal(accounts.by_name.count, 1);
    cf_accounts_remove(&accounts, CF_STR("alice"));
    cf_accounts_remove(&accounts, CF_STR("alice"));
    assert_null(cf_accounts_find(&accounts, CF_STR("alice")));
}

static void names_that_would_need_escapes_are_refused(void **state) {
    (void)state;
    static const char *const bad[] = {"", "a b", "a@b", "a;b", "a\r\nb", "a\"b", "\xc3\xa4", "a%41", "a/b"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(cf_accounts_set(&accounts, cf_str_of(bad[i]), secrets), CF_ERR_MALFORMED);
    }
    char name[CF_ACCOUNT_NAME_MAX + 1];
    memset(name, 'n', sizeof name);
    assert_int_equal(cf_accounts_set(&accounts, cf_str_n(name, sizeof name), secrets), CF_ERR_MALFORMED);
    assert_ok(cf_accounts_set(&accounts, cf_str_n(name, sizeof name - 1), secrets));
}

static void survive_want_of_memory(void **state) {
    (void)state;
    for (size_t n = 0;; n++) {
        mem.count = 0;
        mem.failed = false;
        mem.fail_at = n;
        enum cf_err err = cf_accounts_set(&accounts, CF_STR("bob"), secrets);
        mem.fail_at = SIZE_MAX;
        assert_int_equal(err, mem.failed ? CF_ERR_NO_MEMORY : CF_OK);
        assert_int_equal(cf_accounts_find(&accounts, CF_STR("bob")) != NULL, err == CF_OK);
        if (!mem.failed) {
            break;
        }
    }
}

static bool refuse(void *ctx, const struct cf_span *parts, size_t count, uint8_t *out) {
    (void)ctx;
    (void)parts;
    (void)count;
    (void)out;
    return false;
}

static void a_forbidden_algorithm_has_no_secret(void **state) {
    (void)state;
    struct cf_hash strict = test_hash;
    strict.md5 = refuse;
    assert_ok(cf_account_secrets(&strict, CF_STR("a"), CF_STR("r"), CF_STR("p"), secrets));
    assert_int_equal(secrets[CF_DIGEST_MD5].len, 0);
    assert_int_equal(secrets[CF_DIGEST_SHA256].len, 64);
    strict.sha256 = refuse;
    strict.sha512_256 = NULL;
    assert_int_equal(cf_account_secrets(&strict, CF_STR("a"), CF_STR("r"), CF_STR("p"), secrets), CF_ERR_UNSUPPORTED);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
CF_TEST_MAIN(CASE(are_found_by_their_exact_name), CASE(setting_again_replaces_the_secrets),
             CASE(names_that_would_need_escapes_are_refused), CASE(survive_want_of_memory),
             CASE(a_forbidden_algorithm_has_no_secret))
