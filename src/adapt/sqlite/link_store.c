/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Meeting links in the database. */
#include "adapt/sqlite/link_store.h"

#define KEPT_USEC (30 * 24 * CF_SEC(3600))
#define COLUMNS "id, room, role, name, created_wall, expires_wall, is_revoked"

static enum cf_err purge(struct cf_sqlite *c, cf_wall before) {
    struct cf_sqlite_stmt st = {NULL, CF_OK};
    enum cf_err err = cf_sqlite_prepare(c, &st, "DELETE FROM meeting_link WHERE expires_wall < ?");
    if (err == CF_OK) {
        cf_sqlite_bind_int(&st, 1, before);
        err = cf_sqlite_run(&st);
    }
    cf_sqlite_finish(&st);
    return err;
}

static enum cf_err count(struct cf_sqlite *c, int64_t *ret) {
    struct cf_sqlite_stmt st = {NULL, CF_OK};
    bool has_row = false;
    enum cf_err err = cf_sqlite_prepare(c, &st, "SELECT count(*) FROM meeting_link");
    err = err == CF_OK ? cf_sqlite_step(&st, &has_row) : err;
    *ret = err == CF_OK && has_row ? cf_sqlite_column_int(&st, 0) : 0;
    cf_sqlite_finish(&st);
    return err;
}

static enum cf_err insert(struct cf_sqlite *c, const struct cf_link_row *row) {
    struct cf_sqlite_stmt st = {NULL, CF_OK};
    enum cf_err err = cf_sqlite_prepare(c, &st, "INSERT INTO meeting_link(" COLUMNS ") VALUES(?,?,?,?,?,?,?)");
    if (err == CF_OK) {
        cf_sqlite_bind_text(&st, 1, row->id);
        cf_sqlite_bind_text(&st, 2, row->room);
        cf_sqlite_bind_text(&st, 3, row->role);
        cf_sqlite_bind_text(&st, 4, row->name);
        cf_sqlite_bind_int(&st, 5, row->created);
        cf_sqlite_bind_int(&st, 6, row->expires);
        cf_sqlite_bind_int(&st, 7, row->is_revoked ? 1 : 0);
        err = cf_sqlite_run(&st);
    }
    cf_sqlite_finish(&st);
    return err;
}

enum cf_err cf_link_store_add(struct cf_sqlite *c, const struct cf_link_row *row) {
    int64_t rows = 0;
    enum cf_err err = cf_sqlite_begin(c);
    if (err != CF_OK) {
        return err;
    }
    err = purge(c, row->created - KEPT_USEC);
    err = err == CF_OK ? count(c, &rows) : err;
    err = err == CF_OK && rows >= CF_LINK_STORE_MAX ? CF_ERR_LIMIT : err;
    err = err == CF_OK ? insert(c, row) : err;
    err = err == CF_OK ? cf_sqlite_commit(c) : err;
    if (err != CF_OK) {
        cf_sqlite_rollback(c);
    }
    return err;
}

enum cf_err cf_link_store_revoke(struct cf_sqlite *c, struct cf_str id) {
    struct cf_sqlite_stmt st = {NULL, CF_OK};
    bool is_there = false;
    enum cf_err err = cf_sqlite_prepare(c, &st, "UPDATE meeting_link SET is_revoked = 1 WHERE id = ? RETURNING id");
    if (err == CF_OK) {
        cf_sqlite_bind_text(&st, 1, id);
        err = cf_sqlite_step(&st, &is_there);
    }
    cf_sqlite_finish(&st);
    return err != CF_OK || is_there ? err : CF_ERR_NOT_FOUND;
}

static enum cf_err visit_rows(struct cf_sqlite_stmt *st, cf_link_visitor *visit, void *ctx, size_t *ret_count) {
    bool has_row = false;
    bool wants_more = true;
    enum cf_err err = cf_sqlite_step(st, &has_row);
    *ret_count = 0;
    while (err == CF_OK && has_row && wants_more) {
        struct cf_link_row row = {.id = cf_sqlite_column_text(st, 0),
                                  .room = cf_sqlite_column_text(st, 1),
                                  .role = cf_sqlite_column_text(st, 2),
                                  .name = cf_sqlite_column_text(st, 3),
                                  .created = cf_sqlite_column_int(st, 4),
                                  .expires = cf_sqlite_column_int(st, 5),
                                  .is_revoked = cf_sqlite_column_int(st, 6) != 0};
        ++*ret_count;
        wants_more = visit(ctx, &row);
        err = wants_more ? cf_sqlite_step(st, &has_row) : CF_OK;
    }
    return err;
}

enum cf_err cf_link_store_find(struct cf_sqlite *c, struct cf_str id, cf_link_visitor *visit, void *ctx) {
    struct cf_sqlite_stmt st = {NULL, CF_OK};
    size_t found = 0;
    enum cf_err err = cf_sqlite_prepare(c, &st, "SELECT " COLUMNS " FROM meeting_link WHERE id = ?");
    if (err == CF_OK) {
        cf_sqlite_bind_text(&st, 1, id);
        err = visit_rows(&st, visit, ctx, &found);
    }
    cf_sqlite_finish(&st);
    return err == CF_OK && found == 0 ? CF_ERR_NOT_FOUND : err;
}

enum cf_err cf_link_store_page(struct cf_sqlite *c, struct cf_str after, size_t limit, cf_link_visitor *visit, void *ctx) {
    struct cf_sqlite_stmt st = {NULL, CF_OK};
    size_t found = 0;
    enum cf_err err = cf_sqlite_prepare(c, &st, "SELECT " COLUMNS " FROM meeting_link WHERE id > ? ORDER BY id LIMIT ?");
    if (err == CF_OK) {
        cf_sqlite_bind_text(&st, 1, after.at == NULL ? CF_STR("") : after);
        cf_sqlite_bind_int(&st, 2, (int64_t)limit);
        err = visit_rows(&st, visit, ctx, &found);
    }
    cf_sqlite_finish(&st);
    return err;
}

enum cf_err cf_link_store_revoked(struct cf_sqlite *c, cf_wall now, cf_link_visitor *visit, void *ctx) {
    struct cf_sqlite_stmt st = {NULL, CF_OK};
    size_t found = 0;
    enum cf_err err = cf_sqlite_prepare(c, &st, "SELECT " COLUMNS " FROM meeting_link WHERE is_revoked = 1 AND expires_wall > ?");
    if (err == CF_OK) {
        cf_sqlite_bind_int(&st, 1, now);
        err = visit_rows(&st, visit, ctx, &found);
    }
    cf_sqlite_finish(&st);
    return err;
}
