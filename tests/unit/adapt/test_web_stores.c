/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Links, keys of the HTTP interface, webhooks and administrators in the database. */
#include "adapt/openssl/hash.h"
#include "adapt/sqlite/account_store.h"
#include "adapt/sqlite/api_key_store.h"
#include "adapt/sqlite/link_store.h"
#include "adapt/sqlite/schema.h"
#include "adapt/sqlite/session_store.h"
#include "adapt/sqlite/webhook_store.h"

#include "lib/test.h"

#define DAY (24 * CF_SEC(3600))

static struct cf_sqlite db;
static char seen[512];
static size_t seen_len;

static int begin(void **state) {
    (void)state;
    seen_len = 0;
    seen_len = 0;
    assert_ok(cf_sqlite_open(&db, ":memory:", NULL));
    return cf_schema_apply(&db);
}

static int end(void **state) {
    (void)state;
    cf_sqlite_close(&db);
    return 0;
}

static void note(struct cf_str a, struct cf_str b, int64_t c) {
    seen_len +=
        (size_t)snprintf(seen + seen_len, sizeof seen - seen_len, "%.*s %.*s %lld;", CF_STR_ARG(a), CF_STR_ARG(b), (long long)c);
}

static bool note_link(void *ctx, const struct cf_link_row *row) {
    note(row->id, row->name, row->is_revoked);
    return --*(int *)ctx > 0;
}

static enum cf_err add_link(const char *id, cf_wall created, cf_wall expires) {
    struct cf_link_row row = {.id = cf_str_of(id),
                              .room = CF_STR("room-tea"),
                              .role = CF_STR("speaker"),
                              .name = cf_str_eq(cf_str_of(id), CF_STR("a")) ? CF_STR("Ann") : CF_STR_NONE,
                              .created = created,
                              .expires = expires};
    return cf_link_store_add(&db, &row);
}

static void links_come_in_pages_and_are_revoked(void **state) {
    (void)state;
    int all = 100;
    int one = 1;
    assert_ok(add_link("b", DAY, 10 * DAY));
    assert_ok(add_link("a", DAY, 20 * DAY));
    assert_ok(add_link("c", DAY, 30 * DAY));
    assert_int_equal(add_link("c", DAY, 30 * DAY), CF_ERR_EXISTS);
    assert_ok(cf_link_store_revoke(&db, CF_STR("b")));
    assert_ok(cf_link_store_revoke(&db, CF_STR("a")));
    assert_int_equal(cf_link_store_revoke(&db, CF_STR("none")), CF_ERR_NOT_FOUND);
    assert_ok(cf_link_store_page(&db, CF_STR_NONE, 2, note_link, &all));
    assert_ok(cf_link_store_page(&db, CF_STR("b"), 2, note_link, &all));
    assert_string_equal(seen, "a Ann 1;b  1;c  0;");
    seen_len = 0;
    assert_ok(cf_link_store_revoked(&db, 15 * DAY, note_link, &all));
    assert_string_equal(seen, "a Ann 1;");
    seen_len = 0;
    assert_ok(cf_link_store_page(&db, CF_STR(""), 10, note_link, &one)); /* who visits may stop */
    assert_string_equal(seen, "a Ann 1;");
    seen_len = 0;
    assert_ok(cf_link_store_find(&db, CF_STR("c"), note_link, &all));
    assert_int_equal(cf_link_store_find(&db, CF_STR("' OR 1=1 --"), note_link, &all), CF_ERR_NOT_FOUND);
    assert_string_equal(seen, "c  0;");
}

static void old_links_are_forgotten(void **state) {
    (void)state;
    int all = 100;
    assert_ok(add_link("old", DAY, 2 * DAY));
    assert_ok(add_link("kept", DAY, 12 * DAY));
    assert_ok(add_link("new", 40 * DAY, 41 * DAY));
    assert_ok(cf_link_store_page(&db, CF_STR(""), 10, note_link, &all));
    assert_string_equal(seen, "kept  0;new  0;");
}

static bool note_session(void *ctx, const struct cf_session_row *row) {
    note(row->id, row->is_guest ? row->link : row->user, row->is_guest);
    return --*(int *)ctx > 0;
}

static enum cf_err add_session(const char *id, bool is_guest, cf_wall created, cf_wall expires) {
    struct cf_session_row row = {
        .id = cf_str_of(id), .is_guest = is_guest, .user = CF_STR("u"), .created = created, .expires = expires};
    row.link = is_guest ? CF_STR("l") : CF_STR_NONE;
    return cf_session_store_add(&db, &row);
}

static void sessions_are_seen_while_they_are_good(void **state) {
    (void)state;
    int all = 100;
    assert_ok(add_session("b", true, DAY, 2 * DAY));
    assert_ok(add_session("a", false, DAY, 3 * DAY));
    assert_ok(add_session("c", true, DAY, 4 * DAY));
    assert_int_equal(add_session("c", true, DAY, 4 * DAY), CF_ERR_EXISTS);
    assert_ok(cf_session_store_page(&db, CF_STR_NONE, DAY, 2, note_session, &all));
    assert_ok(cf_session_store_page(&db, CF_STR("b"), DAY, 2, note_session, &all));
    assert_string_equal(seen, "a u 0;b l 1;c l 1;");
    seen_len = 0;
    assert_ok(cf_session_store_page(&db, CF_STR(""), 2 * DAY, 9, note_session, &all));
    assert_string_equal(seen, "a u 0;c l 1;");
    seen_len = 0;
    assert_int_equal(cf_session_store_revoke(&db, CF_STR("b"), 2 * DAY), CF_ERR_NOT_FOUND);
    assert_ok(cf_session_store_revoke(&db, CF_STR("c"), 2 * DAY));
    assert_int_equal(cf_session_store_revoke(&db, CF_STR("c"), 2 * DAY), CF_ERR_NOT_FOUND);
    assert_int_equal(cf_session_store_find(&db, CF_STR("c"), 2 * DAY, note_session, &all), CF_ERR_NOT_FOUND);
    assert_ok(cf_session_store_find(&db, CF_STR("a"), 2 * DAY, note_session, &all));
    assert_ok(cf_session_store_revoked(&db, 2 * DAY, note_session, &all));
    assert_string_equal(seen, "a u 0;c l 1;");
    seen_len = 0;
    assert_ok(cf_session_store_revoked(&db, 4 * DAY, note_session, &all));
    assert_int_equal(seen_len, 0);
    /* What has expired is forgotten when somebody comes. */
    assert_ok(add_session("d", true, 4 * DAY, 5 * DAY));
    assert_ok(cf_session_store_page(&db, CF_STR(""), 0, 9, note_session, &all));
    assert_string_equal(seen, "d l 1;");
}

static void the_first_that_expires_makes_room(void **state) {
    (void)state;
    int all = 100;
    /* As many as there may be, one after the other expiring from the second day on. */
    assert_int_equal(CF_SESSION_STORE_MAX, 20000);
    assert_ok(
        cf_sqlite_exec(&db, "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 19999) INSERT INTO session "
                            "SELECT printf('%05d', i), 1, 'u', NULL, NULL, NULL, 'l', 86400000000, 172800000000 + i, 0 FROM n"));
    assert_ok(cf_session_store_revoke(&db, CF_STR("00000"), DAY));
    assert_ok(add_session("new", true, DAY, 3 * DAY));
    assert_int_equal(cf_session_store_find(&db, CF_STR("00001"), DAY, note_session, &all), CF_ERR_NOT_FOUND);
    assert_ok(cf_session_store_find(&db, CF_STR("00002"), DAY, note_session, &all));
    assert_ok(cf_session_store_revoked(&db, DAY, note_session, &all));
    assert_string_equal(seen, "00002 l 1;00000 l 1;");
}

static void note_key(void *ctx, const struct cf_api_key_row *row) {
    (void)ctx;
    note(row->id, row->scopes, row->created);
}

static void keys_are_found_and_removed(void **state) {
    (void)state;
    struct cf_api_key_row row = {
        .id = CF_STR("k1"), .name = CF_STR("n"), .digest = CF_STR("d"), .scopes = CF_STR("links"), .created = 7};
    assert_ok(cf_api_key_store_add(&db, &row));
    assert_int_equal(cf_api_key_store_add(&db, &row), CF_ERR_EXISTS);
    row.id = CF_STR("k2");
    assert_ok(cf_api_key_store_add(&db, &row));
    assert_ok(cf_api_key_store_each(&db, CF_STR_NONE, note_key, NULL));
    assert_string_equal(seen, "k1 links 7;k2 links 7;");
    seen_len = 0;
    assert_ok(cf_api_key_store_each(&db, CF_STR("k2"), note_key, NULL));
    assert_string_equal(seen, "k2 links 7;");
    assert_int_equal(cf_api_key_store_each(&db, CF_STR("k3"), note_key, NULL), CF_ERR_NOT_FOUND);
    assert_ok(cf_api_key_store_remove(&db, CF_STR("k2")));
    assert_int_equal(cf_api_key_store_remove(&db, CF_STR("k2")), CF_ERR_NOT_FOUND);
}

static void note_hook(void *ctx, const struct cf_webhook_row *row) {
    (void)ctx;
    note(row->id, row->url, row->events);
}

static void note_delivery(void *ctx, const struct cf_webhook_delivery_row *row) {
    (void)ctx;
    note(row->id, row->body, (int64_t)row->webhook.len);
}

static void what_waits_is_kept_in_order(void **state) {
    (void)state;
    struct cf_webhook_row hook = {.id = CF_STR("h"), .url = CF_STR("https://a/"), .secret = CF_STR("whsec_x")};
    struct cf_webhook_delivery_row rows[] = {{CF_STR("h"), CF_STR("z"), CF_STR("one")},
                                             {CF_STR("h"), CF_STR("a"), CF_STR("two")},
                                             {CF_STR("hh"), CF_STR("z"), CF_STR("one")},
                                             {CF_STR("h"), CF_STR("m"), CF_STR("three")}};
    assert_ok(cf_webhook_store_add(&db, &hook));
    for (size_t i = 0; i < 4; i++) {
        assert_ok(cf_webhook_store_keep(&db, &rows[i]));
    }
    assert_ok(cf_webhook_store_forget(&db, CF_STR("h"), CF_STR("z")));
    assert_ok(cf_webhook_store_forget(&db, CF_STR("h"), CF_STR("z")));
    assert_ok(cf_webhook_store_waiting(&db, note_delivery, NULL));
    assert_string_equal(seen, "a two 1;z one 2;m three 1;");
    seen_len = 0;
    assert_ok(cf_webhook_store_remove(&db, CF_STR("h")));
    assert_ok(cf_webhook_store_waiting(&db, note_delivery, NULL));
    assert_string_equal(seen, "z one 2;");
}

static void webhooks_are_kept(void **state) {
    (void)state;
    struct cf_webhook_row row = {
        .id = CF_STR("h"), .url = CF_STR("https://a/"), .secret = CF_STR("whsec_x"), .events = 5, .created = 7};
    assert_ok(cf_webhook_store_add(&db, &row));
    assert_int_equal(cf_webhook_store_add(&db, &row), CF_ERR_EXISTS);
    assert_ok(cf_webhook_store_each(&db, note_hook, NULL));
    assert_string_equal(seen, "h https://a/ 5;");
    assert_ok(cf_webhook_store_remove(&db, CF_STR("h")));
    assert_ok(cf_webhook_store_remove(&db, CF_STR("h")));
}

static void a_new_password_keeps_the_role(void **state) {
    (void)state;
    struct cf_digest_hex secrets[CF_ACCOUNT_SECRETS];
    bool is_admin = true;
    assert_ok(cf_account_secrets(cf_openssl_hash(), CF_STR("bob"), CF_STR("example.org"), CF_STR("x"), secrets));
    assert_int_equal(cf_account_store_set_admin(&db, CF_STR("bob"), true), CF_ERR_NOT_FOUND);
    assert_int_equal(cf_account_store_is_admin(&db, CF_STR("bob"), &is_admin), CF_ERR_NOT_FOUND);
    assert_ok(cf_account_store_put(&db, CF_STR("bob"), CF_STR("example.org"), secrets));
    assert_ok(cf_account_store_is_admin(&db, CF_STR("bob"), &is_admin));
    assert_false(is_admin);
    assert_ok(cf_account_store_set_admin(&db, CF_STR("bob"), true));
    assert_ok(cf_account_store_put(&db, CF_STR("bob"), CF_STR("example.org"), secrets));
    assert_ok(cf_account_store_is_admin(&db, CF_STR("bob"), &is_admin));
    assert_true(is_admin);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
CF_TEST_MAIN(CASE(links_come_in_pages_and_are_revoked), CASE(sessions_are_seen_while_they_are_good),
             CASE(the_first_that_expires_makes_room), CASE(old_links_are_forgotten), CASE(keys_are_found_and_removed),
             CASE(webhooks_are_kept), CASE(what_waits_is_kept_in_order), CASE(a_new_password_keeps_the_role))
