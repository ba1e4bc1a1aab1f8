/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accounts in the database. */
#include "adapt/sqlite/account_store.h"

static enum cf_err bump_version(struct cf_sqlite *c) {
    return cf_sqlite_exec(c, "UPDATE account_version SET version = version + 1;");
}

static enum cf_err put(struct cf_sqlite *c, struct cf_str name, struct cf_str realm, const struct cf_digest_hex *secrets) {
    struct cf_sqlite_stmt st = {NULL, CF_OK};
    enum cf_err err = cf_sqlite_prepare(c, &st,
                                        "INSERT INTO account (name, realm, md5, sha256, sha512_256) VALUES (?,?,?,?,?) "
                                        "ON CONFLICT(name) DO UPDATE SET realm = excluded.realm, md5 = excluded.md5, "
                                        "sha256 = excluded.sha256, sha512_256 = excluded.sha512_256");
    if (err == CF_OK) {
        cf_sqlite_bind_text(&st, 1, name);
        cf_sqlite_bind_text(&st, 2, realm);
        for (int i = 0; i < CF_ACCOUNT_SECRETS; i++) {
            cf_sqlite_bind_text(&st, 3 + i, secrets[i].len == 0 ? CF_STR_NONE : cf_digest_str(&secrets[i]));
        }
        err = cf_sqlite_run(&st);
    }
    cf_sqlite_finish(&st);
    return err;
}

/* Both changes or none. */
static enum cf_err finish(struct cf_sqlite *c, enum cf_err err) {
    if (err == CF_OK) {
        err = bump_version(c);
    }
    if (err == CF_OK) {
        err = cf_sqlite_commit(c);
    }
    if (err != CF_OK) {
        cf_sqlite_rollback(c);
    }
    return err;
}

enum cf_err cf_account_store_put(struct cf_sqlite *c, struct cf_str name, struct cf_str realm,
                                 const struct cf_digest_hex secrets[CF_ACCOUNT_SECRETS]) {
    enum cf_err err = cf_sqlite_begin(c);
    return err == CF_OK ? finish(c, put(c, name, realm, secrets)) : err;
}

static enum cf_err remove_row(struct cf_sqlite *c, struct cf_str name) {
    struct cf_sqlite_stmt st = {NULL, CF_OK};
    bool is_there = false;
    enum cf_err err = cf_sqlite_prepare(c, &st, "DELETE FROM account WHERE name = ? RETURNING name");
    if (err == CF_OK) {
        cf_sqlite_bind_text(&st, 1, name);
        err = cf_sqlite_step(&st, &is_there);
    }
    cf_sqlite_finish(&st);
    return err != CF_OK || is_there ? err : CF_ERR_NOT_FOUND;
}

enum cf_err cf_account_store_remove(struct cf_sqlite *c, struct cf_str name) {
    enum cf_err err = cf_sqlite_begin(c);
    return err == CF_OK ? finish(c, remove_row(c, name)) : err;
}

enum cf_err cf_account_store_set_admin(struct cf_sqlite *c, struct cf_str name, bool is_admin) {
    struct cf_sqlite_stmt st = {NULL, CF_OK};
    bool is_there = false;
    enum cf_err err = cf_sqlite_prepare(c, &st, "UPDATE account SET is_admin = ? WHERE name = ? RETURNING name");
    if (err == CF_OK) {
        cf_sqlite_bind_int(&st, 1, is_admin ? 1 : 0);
        cf_sqlite_bind_text(&st, 2, name);
        err = cf_sqlite_step(&st, &is_there);
    }
    cf_sqlite_finish(&st);
    return err != CF_OK || is_there ? err : CF_ERR_NOT_FOUND;
}

enum cf_err cf_account_store_is_admin(struct cf_sqlite *c, struct cf_str name, bool *ret) {
    struct cf_sqlite_stmt st = {NULL, CF_OK};
    bool is_there = false;
    enum cf_err err = cf_sqlite_prepare(c, &st, "SELECT is_admin FROM account WHERE name = ?");
    if (err == CF_OK) {
        cf_sqlite_bind_text(&st, 1, name);
        err = cf_sqlite_step(&st, &is_there);
    }
    if (err == CF_OK && is_there) {
        *ret = cf_sqlite_column_int(&st, 0) != 0;
    }
    cf_sqlite_finish(&st);
    return err != CF_OK || is_there ? err : CF_ERR_NOT_FOUND;
}

static void read_secret(struct cf_str text, struct cf_digest_hex *ret) {
    ret->len = 0;
    if (text.len > 0 && text.len <= CF_DIGEST_HEX_MAX) {
        memcpy(ret->text, text.at, text.len);
        ret->len = (uint8_t)text.len;
    }
}

static enum cf_err visit_rows(struct cf_sqlite_stmt *st, cf_account_visitor *visit, void *ctx) {
    bool has_row = false;
    enum cf_err err = cf_sqlite_step(st, &has_row);
    while (err == CF_OK && has_row) {
        struct cf_digest_hex secrets[CF_ACCOUNT_SECRETS];
        for (int i = 0; i < CF_ACCOUNT_SECRETS; i++) {
            read_secret(cf_sqlite_column_text(st, 2 + i), &secrets[i]);
        }
        visit(ctx, cf_sqlite_column_text(st, 0), cf_sqlite_column_text(st, 1), secrets);
        err = cf_sqlite_step(st, &has_row);
    }
    return err;
}

enum cf_err cf_account_store_each(struct cf_sqlite *c, cf_account_visitor *visit, void *ctx) {
    struct cf_sqlite_stmt st = {NULL, CF_OK};
    enum cf_err err = cf_sqlite_prepare(c, &st, "SELECT name, realm, md5, sha256, sha512_256 FROM account ORDER BY name");
    if (err == CF_OK) {
        err = visit_rows(&st, visit, ctx);
    }
    cf_sqlite_finish(&st);
    return err;
}

enum cf_err cf_account_store_version(struct cf_sqlite *c, int64_t *ret) {
    struct cf_sqlite_stmt st = {NULL, CF_OK};
    bool has_row = false;
    enum cf_err err = cf_sqlite_prepare(c, &st, "SELECT version FROM account_version");
    if (err == CF_OK) {
        err = cf_sqlite_step(&st, &has_row);
    }
    if (err == CF_OK && has_row) {
        *ret = cf_sqlite_column_int(&st, 0);
    }
    cf_sqlite_finish(&st);
    return err;
}

enum cf_err cf_account_store_set_domain(struct cf_sqlite *c, struct cf_str domain) {
    char room[CF_ACCOUNT_DOMAIN_MAX];
    struct cf_writer known;
    cf_writer_init(&known, room, sizeof room);
    enum cf_err err = cf_account_store_domain(c, &known);
    if (err != CF_OK || cf_str_eq(cf_writer_str(&known), domain)) {
        return err;
    }
    return cf_sqlite_run_texts(c, "INSERT OR REPLACE INTO account_domain (rowid, domain) VALUES (1, ?)", &domain, 1);
}

enum cf_err cf_account_store_domain(struct cf_sqlite *c, struct cf_writer *w) {
    struct cf_sqlite_stmt st = {NULL, CF_OK};
    bool has_row = false;
    enum cf_err err = cf_sqlite_prepare(c, &st, "SELECT domain FROM account_domain");
    if (err == CF_OK) {
        err = cf_sqlite_step(&st, &has_row);
    }
    if (err == CF_OK && has_row) {
        cf_put(w, cf_sqlite_column_text(&st, 0));
    }
    cf_sqlite_finish(&st);
    return err;
}
