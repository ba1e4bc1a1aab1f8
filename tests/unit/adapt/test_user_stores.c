/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accounts and registrations in the database. */
#include "adapt/openssl/hash.h"
#include "adapt/sqlite/account_store.h"
#include "adapt/sqlite/binding_store.h"
#include "adapt/sqlite/schema.h"

#include "lib/test.h"

static struct cf_sqlite db;
static char seen[512];
static size_t seen_len;

static int begin(void **state) {
    (void)state;
    seen_len = 0;
    assert_ok(cf_sqlite_open(&db, ":memory:", NULL));
    return cf_schema_apply(&db);
}

static int end(void **state) {
    (void)state;
    cf_sqlite_close(&db);
    return 0;
}

static void note_account(void *ctx, struct cf_str name, struct cf_str realm, const struct cf_digest_hex *secrets) {
    (void)ctx;
    seen_len += (size_t)snprintf(seen + seen_len, sizeof seen - seen_len, "%.*s@%.*s %d;", CF_STR_ARG(name), CF_STR_ARG(realm),
                                 secrets[CF_DIGEST_SHA256].len);
}

static void put(const char *name) {
    struct cf_digest_hex secrets[CF_ACCOUNT_SECRETS];
    assert_ok(cf_account_secrets(cf_openssl_hash(), cf_str_of(name), CF_STR("example.org"), CF_STR("secret"), secrets));
    assert_ok(cf_account_store_put(&db, cf_str_of(name), CF_STR("example.org"), secrets));
}

static void keeps_accounts_and_counts_changes(void **state) {
    (void)state;
    int64_t before = 0;
    int64_t after = 0;
    assert_ok(cf_account_store_version(&db, &before));
    put("bob");
    put("alice");
    put("alice");
    assert_ok(cf_account_store_each(&db, note_account, NULL));
    assert_string_equal(seen, "alice@example.org 64;bob@example.org 64;");
    assert_ok(cf_account_store_remove(&db, CF_STR("alice")));
    assert_int_equal(cf_account_store_remove(&db, CF_STR("alice")), CF_ERR_NOT_FOUND);
    assert_ok(cf_account_store_version(&db, &after));
    assert_int_equal(after, before + 4);
}

static void keeps_the_domain_of_accounts(void **state) {
    (void)state;
    char room[CF_ACCOUNT_DOMAIN_MAX];
    struct cf_writer domain;
    cf_writer_init(&domain, room, sizeof room);
    assert_ok(cf_account_store_domain(&db, &domain));
    assert_int_equal(domain.len, 0);
    assert_ok(cf_account_store_set_domain(&db, CF_STR("example.org")));
    assert_ok(cf_account_store_set_domain(&db, CF_STR("example.net")));
    assert_ok(cf_account_store_set_domain(&db, CF_STR("example.net")));
    assert_ok(cf_account_store_domain(&db, &domain));
    assert_true(cf_str_eq(cf_writer_str(&domain), CF_STR("example.net")));
}

/* RFC 7616 section 3.9.1 gives the answer for this user; the secret is what it is made of. */
static void secrets_are_those_of_digest(void **state) {
    (void)state;
    struct cf_digest_hex secrets[CF_ACCOUNT_SECRETS];
    struct cf_digest_hex response;
    struct cf_digest digest = {.algorithm = CF_DIGEST_SHA256,
                               .qop = CF_DIGEST_QOP_AUTH,
                               .nonce = CF_STR("7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"),
                               .cnonce = CF_STR("f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"),
                               .nonce_count = 1,
                               .method = CF_STR("GET"),
                               .uri = CF_STR("/dir/index.html")};
    assert_ok(cf_account_secrets(cf_openssl_hash(), CF_STR("Mufasa"), CF_STR("http-auth@example.org"), CF_STR("Circle of Life"),
                                 secrets));
    assert_ok(cf_digest_response(cf_openssl_hash(), &digest, cf_digest_str(&secrets[CF_DIGEST_SHA256]), &response));
    assert_str(cf_digest_str(&response), CF_STR("753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"));
    digest.algorithm = CF_DIGEST_MD5;
    assert_ok(cf_digest_response(cf_openssl_hash(), &digest, cf_digest_str(&secrets[CF_DIGEST_MD5]), &response));
    assert_str(cf_digest_str(&response), CF_STR("8ca523f5e9506fed4657c9700eebdbec"));
}

static void note_binding(void *ctx, struct cf_str aor, const struct cf_binding_values *values, cf_wall expires) {
    (void)ctx;
    seen_len += (size_t)snprintf(seen + seen_len, sizeof seen - seen_len, "%.*s %.*s %.*s %u %u %d;", CF_STR_ARG(aor),
                                 CF_STR_ARG(values->contact), CF_STR_ARG(values->instance), values->cseq, values->reg_id,
                                 (int)(expires / 1000000));
    assert_null(values->path.at);
    assert_str(values->received, CF_STR("198.51.100.7:4000 192.0.2.1:5060"));
}

static void note_instance(void *ctx, struct cf_str aor, const struct cf_binding_values *values, cf_wall expires) {
    (void)ctx;
    (void)expires;
    assert_int_equal(values->instance.at == NULL, cf_str_eq(aor, CF_STR("sip:b@x")));
}

static void keeps_registrations_until_they_end(void **state) {
    (void)state;
    struct cf_binding_values phone = {.contact = CF_STR("sip:a@h1"),
                                      .instance = CF_STR("urn:uuid:1"),
                                      .call_id = CF_STR("c"),
                                      .received = CF_STR("198.51.100.7:4000 192.0.2.1:5060"),
                                      .cseq = 7,
                                      .reg_id = 1,
                                      .q_thousandths = 1000};
    struct cf_binding_values other = phone;
    other.contact = CF_STR("sip:a@h2");
    assert_ok(cf_binding_store_put(&db, CF_STR("sip:a@x"), &phone, CF_SEC(100)));
    phone.cseq = 8;
    assert_ok(cf_binding_store_put(&db, CF_STR("sip:a@x"), &phone, CF_SEC(200)));
    assert_ok(cf_binding_store_put(&db, CF_STR("sip:a@x"), &other, CF_SEC(50)));
    assert_ok(cf_binding_store_each(&db, CF_SEC(60), note_binding, NULL));
    assert_string_equal(seen, "sip:a@x sip:a@h1 urn:uuid:1 8 1 200;");
    /* Another flow with the same contact is another row. */
    other = phone;
    other.reg_id = 2;
    assert_ok(cf_binding_store_put(&db, CF_STR("sip:a@x"), &other, CF_SEC(300)));
    assert_ok(cf_binding_store_remove(&db, CF_STR("sip:a@x"), &phone));
    seen_len = 0;
    assert_ok(cf_binding_store_each(&db, 0, note_binding, NULL));
    assert_string_equal(seen, "sip:a@x sip:a@h1 urn:uuid:1 8 2 300;");
    /* None at all is absent, and not an empty name. */
    other.instance = CF_STR_NONE;
    other.reg_id = 0;
    assert_ok(cf_binding_store_put(&db, CF_STR("sip:b@x"), &other, CF_SEC(300)));
    assert_ok(cf_binding_store_each(&db, 0, note_instance, NULL));
}

/* What was registered before flows of one device were told apart is still there. */
static void registrations_of_an_older_version_stay(void **state) {
    (void)state;
    cf_sqlite_close(&db);
    assert_ok(cf_sqlite_open(&db, ":memory:", NULL));
    assert_ok(cf_sqlite_exec(&db, "CREATE TABLE binding (aor TEXT NOT NULL, contact TEXT NOT NULL, params TEXT, instance TEXT,"
                                  " call_id TEXT NOT NULL, path TEXT, user_agent TEXT, cseq INTEGER NOT NULL,"
                                  " reg_id INTEGER NOT NULL, q INTEGER NOT NULL, expires_wall INTEGER NOT NULL,"
                                  " PRIMARY KEY (aor, contact)) WITHOUT ROWID;"
                                  "ALTER TABLE binding ADD COLUMN received TEXT;"
                                  "INSERT INTO binding VALUES ('sip:a@x', 'sip:a@h1', NULL, 'urn:uuid:1', 'c', NULL, NULL, 8, 1,"
                                  " 1000, 200000000, '198.51.100.7:4000 192.0.2.1:5060');"
                                  "INSERT INTO binding VALUES ('sip:b@x', 'sip:b@h1', NULL, NULL, 'c', NULL, NULL, 3, 0,"
                                  " 1000, 200000000, '198.51.100.7:4000 192.0.2.1:5060');"
                                  "PRAGMA user_version=10"));
    assert_ok(cf_schema_apply(&db));
    seen[0] = '\0';
    assert_ok(cf_binding_store_each(&db, CF_SEC(60), note_binding, NULL));
    assert_string_equal(seen, "sip:a@x sip:a@h1 urn:uuid:1 8 1 200;sip:b@x sip:b@h1  3 0 200;");
    assert_ok(cf_binding_store_each(&db, CF_SEC(60), note_instance, NULL));
}

CF_TEST_MAIN(cmocka_unit_test_setup_teardown(keeps_accounts_and_counts_changes, begin, end),
             cmocka_unit_test_setup_teardown(keeps_the_domain_of_accounts, begin, end),
             cmocka_unit_test_setup_teardown(secrets_are_those_of_digest, begin, end),
             cmocka_unit_test_setup_teardown(keeps_registrations_until_they_end, begin, end),
             cmocka_unit_test_setup_teardown(registrations_of_an_older_version_stay, begin, end))
