/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The schema of the server's database. */
#include "adapt/sqlite/schema.h"

/* Times are wall clock microseconds since 1970 (cf_wall); 0 is "none". Words for enumerations are those of the core's tables. */
static const char *const steps[] = {
    /* 0 -> 1: conferences that outlive a restart (conference_store.c). */
    "CREATE TABLE conference ("
    " key TEXT PRIMARY KEY NOT NULL,"
    " kind TEXT NOT NULL,"
    " state TEXT NOT NULL,"
    " access TEXT NOT NULL,"
    " uri TEXT NOT NULL,"
    " subject TEXT NOT NULL,"
    " organiser TEXT,"
    " organiser_name TEXT,"
    " start_wall INTEGER NOT NULL,"
    " end_wall INTEGER NOT NULL,"
    " created_wall INTEGER NOT NULL,"
    " over_wall INTEGER NOT NULL,"
    " media INTEGER NOT NULL,"
    " flags INTEGER NOT NULL"
    ") WITHOUT ROWID;"
    "CREATE TABLE conference_invitee ("
    " key TEXT NOT NULL REFERENCES conference(key) ON DELETE CASCADE,"
    " position INTEGER NOT NULL,"
    " aor TEXT NOT NULL,"
    " name TEXT,"
    " role TEXT NOT NULL,"
    " sequence INTEGER NOT NULL,"
    " copy INTEGER NOT NULL,"
    " is_anonymous INTEGER NOT NULL,"
    " PRIMARY KEY (key, position)"
    ") WITHOUT ROWID;",
    /* 1 -> 2: accounts (account_store.c) and registrations (binding_store.c). */
    "CREATE TABLE account ("
    " name TEXT PRIMARY KEY NOT NULL,"
    " realm TEXT NOT NULL,"
    " md5 TEXT,"
    " sha256 TEXT,"
    " sha512_256 TEXT"
    ") WITHOUT ROWID;"
    "CREATE TABLE account_version (version INTEGER NOT NULL);"
    "INSERT INTO account_version VALUES (0);"
    "CREATE TABLE binding ("
    " aor TEXT NOT NULL,"
    " contact TEXT NOT NULL,"
    " params TEXT,"
    " instance TEXT,"
    " call_id TEXT NOT NULL,"
    " path TEXT,"
    " user_agent TEXT,"
    " cseq INTEGER NOT NULL,"
    " reg_id INTEGER NOT NULL,"
    " q INTEGER NOT NULL,"
    " expires_wall INTEGER NOT NULL,"
    " PRIMARY KEY (aor, contact)"
    ") WITHOUT ROWID;",
    /* 2 -> 3: where a phone behind UDP was. */
    "ALTER TABLE binding ADD COLUMN received TEXT;",
    /* 3 -> 4: the PIN of a conference. */
    "ALTER TABLE conference ADD COLUMN pin TEXT;",
    /* 4 -> 5: meeting links (link_store.c), keys of the HTTP interface (api_key_store.c), who is administrator. */
    "CREATE TABLE meeting_link ("
    " id TEXT PRIMARY KEY NOT NULL,"
    " room TEXT NOT NULL,"
    " role TEXT NOT NULL,"
    " name TEXT,"
    " created_wall INTEGER NOT NULL,"
    " expires_wall INTEGER NOT NULL,"
    " is_revoked INTEGER NOT NULL"
    ") WITHOUT ROWID;"
    "CREATE TABLE api_key ("
    " id TEXT PRIMARY KEY NOT NULL,"
    " name TEXT NOT NULL,"
    " digest TEXT NOT NULL,"
    " scopes TEXT NOT NULL,"
    " created_wall INTEGER NOT NULL"
    ") WITHOUT ROWID;"
    "ALTER TABLE account ADD COLUMN is_admin INTEGER NOT NULL DEFAULT 0;",
    /* 5 -> 6: webhooks (webhook_store.c). */
    "CREATE TABLE webhook ("
    " id TEXT PRIMARY KEY NOT NULL,"
    " url TEXT NOT NULL,"
    " secret TEXT NOT NULL,"
    " events INTEGER NOT NULL,"
    " created_wall INTEGER NOT NULL"
    ") WITHOUT ROWID;",
    /* 6 -> 7: what waits for webhooks, in the order in which it happened (webhook_store.c). */
    "CREATE TABLE webhook_delivery ("
    " position INTEGER PRIMARY KEY,"
    " webhook TEXT NOT NULL,"
    " id TEXT NOT NULL,"
    " body TEXT NOT NULL"
    ");",
    /* 7 -> 8: what was delivered is found by its names. */
    "CREATE INDEX webhook_delivery_by_names ON webhook_delivery(webhook, id);",
    /* 8 -> 9: the domain that accounts are for (account_store.c). */
    "CREATE TABLE account_domain (domain TEXT NOT NULL);",
    /* 9 -> 10: who was given a token (session_store.c). */
    "CREATE TABLE session ("
    " id TEXT PRIMARY KEY NOT NULL,"
    " is_guest INTEGER NOT NULL,"
    " user TEXT NOT NULL,"
    " room TEXT,"
    " role TEXT,"
    " name TEXT,"
    " link TEXT,"
    " created_wall INTEGER NOT NULL,"
    " expires_wall INTEGER NOT NULL,"
    " is_revoked INTEGER NOT NULL DEFAULT 0"
    ") WITHOUT ROWID;"
    "CREATE INDEX session_end ON session (is_revoked, expires_wall);",
    /* 10 -> 11: flows are told apart by their device's instance ('': none) and reg-id, not by the contact (binding_store.c). */
    "CREATE TABLE flow ("
    " aor TEXT NOT NULL,"
    " contact TEXT NOT NULL,"
    " instance TEXT NOT NULL,"
    " reg_id INTEGER NOT NULL,"
    " params TEXT,"
    " call_id TEXT NOT NULL,"
    " path TEXT,"
    " user_agent TEXT,"
    " received TEXT,"
    " cseq INTEGER NOT NULL,"
    " q INTEGER NOT NULL,"
    " expires_wall INTEGER NOT NULL,"
    " PRIMARY KEY (aor, contact, instance, reg_id)"
    ") WITHOUT ROWID;"
    "INSERT INTO flow (aor, contact, instance, reg_id, params, call_id, path, user_agent, received, cseq, q, expires_wall)"
    " SELECT aor, contact, COALESCE(instance, ''), reg_id, params, call_id, path, user_agent, received, cseq, q, expires_wall"
    " FROM binding;"
    "DROP TABLE binding;"
    "ALTER TABLE flow RENAME TO binding;",
};

enum cf_err cf_schema_apply(struct cf_sqlite *c) {
    return cf_sqlite_migrate(c, steps, sizeof(steps) / sizeof(steps[0]));
}
