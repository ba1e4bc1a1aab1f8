/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who was given a token, in the database. */
#include "adapt/sqlite/session_store.h"

#define COLUMNS "id, is_guest, user, room, role, name, link, created_wall, expires_wall"
#define IS_GOOD "is_revoked = 0 AND expires_wall > ?"

/* By both values of the index session_end, so that it is no walk over all. */
static enum cf_err purge(struct cf_sqlite *c, cf_wall now) {
    struct cf_sqlite_stmt st = {NULL, CF_OK};
    enum cf_err err = cf_sqlite_prepare(c, &st, "DELETE FROM session WHERE is_revoked IN (0, 1) AND expires_wall <= ?");
    if (err == CF_OK) {
        cf_sqlite_bind_int(&st, 1, now);
        err = cf_sqlite_run(&st);
    }
    cf_sqlite_finish(&st);
    return err;
}

/* One that is revoked has to be known as such for longer than another one has to be listed. */
static enum cf_err make_room(struct cf_sqlite *c) {
    struct cf_sqlite_stmt st = {NULL, CF_OK};
    enum cf_err err = cf_sqlite_prepare(c, &st,
                                        "DELETE FROM session WHERE (SELECT count(*) FROM session) >= ? AND id = "
                                        "(SELECT id FROM session ORDER BY is_revoked, expires_wall LIMIT 1)");
    if (err == CF_OK) {
        cf_sqlite_bind_int(&st, 1, CF_SESSION_STORE_MAX);
        err = cf_sqlite_run(&st);
    }
    cf_sqlite_finish(&st);
    return err;
}

static enum cf_err insert(struct cf_sqlite *c, const struct cf_session_row *row) {
    struct cf_sqlite_stmt st = {NULL, CF_OK};
    enum cf_err err = cf_sqlite_prepare(c, &st, "INSERT INTO session(" COLUMNS ") VALUES(?,?,?,?,?,?,?,?,?)");
    if (err == CF_OK) {
        cf_sqlite_bind_text(&st, 1, row->id);
        cf_sqlite_bind_int(&st, 2, row->is_guest ? 1 : 0);
        cf_sqlite_bind_text(&st, 3, row->user);
        cf_sqlite_bind_text(&st, 4, row->room);
        cf_sqlite_bind_text(&st, 5, row->role);
        cf_sqlite_bind_text(&st, 6, row->name);
        cf_sqlite_bind_text(&st, 7, row->link);
        cf_sqlite_bind_int(&st, 8, row->created);
        cf_sqlite_bind_int(&st, 9, row->expires);
        err = cf_sqlite_run(&st);
    }
    cf_sqlite_finish(&st);
    return err;
}

enum cf_err cf_session_store_add(struct cf_sqlite *c, const struct cf_session_row *row) {
    enum cf_err err = cf_sqlite_begin(c);
    if (err != CF_OK) {
        return err;
    }
    err = purge(c, row->created);
    err = err == CF_OK ? make_room(c) : err;
    err = err == CF_OK ? insert(c, row) : err;
    err = err == CF_OK ? cf_sqlite_commit(c) : err;
    if (err != CF_OK) {
        cf_sqlite_rollback(c);
    }
    return err;
}

enum cf_err cf_session_store_revoke(struct cf_sqlite *c, struct cf_str id, cf_wall now) {
    struct cf_sqlite_stmt st = {NULL, CF_OK};
    bool is_there = false;
    enum cf_err err = cf_sqlite_prepare(c, &st, "UPDATE session SET is_revoked = 1 WHERE id = ? AND " IS_GOOD " RETURNING id");
    if (err == CF_OK) {
        cf_sqlite_bind_text(&st, 1, id);
        cf_sqlite_bind_int(&st, 2, now);
        err = cf_sqlite_step(&st, &is_there);
    }
    cf_sqlite_finish(&st);
    return err != CF_OK || is_there ? err : CF_ERR_NOT_FOUND;
}

static enum cf_err visit_rows(struct cf_sqlite_stmt *st, cf_session_visitor *visit, void *ctx, size_t *ret_count) {
    bool has_row = false;
    bool wants_more = true;
    enum cf_err err = cf_sqlite_step(st, &has_row);
    *ret_count = 0;
    while (err == CF_OK && has_row && wants_more) {
        struct cf_session_row row = {.id = cf_sqlite_column_text(st, 0),
                                     .is_guest = cf_sqlite_column_int(st, 1) != 0,
                                     .user = cf_sqlite_column_text(st, 2),
                                     .room = cf_sqlite_column_text(st, 3),
                                     .role = cf_sqlite_column_text(st, 4),
                                     .name = cf_sqlite_column_text(st, 5),
                                     .link = cf_sqlite_column_text(st, 6),
                                     .created = cf_sqlite_column_int(st, 7),
                                     .expires = cf_sqlite_column_int(st, 8)};
        ++*ret_count;
        wants_more = visit(ctx, &row);
        err = wants_more ? cf_sqlite_step(st, &has_row) : CF_OK;
    }
    return err;
}

enum cf_err cf_session_store_find(struct cf_sqlite *c, struct cf_str id, cf_wall now, cf_session_visitor *visit, void *ctx) {
    struct cf_sqlite_stmt st = {NULL, CF_OK};
    size_t found = 0;
    enum cf_err err = cf_sqlite_prepare(c, &st, "SELECT " COLUMNS " FROM session WHERE id = ? AND " IS_GOOD);
    if (err == CF_OK) {
        cf_sqlite_bind_text(&st, 1, id);
        cf_sqlite_bind_int(&st, 2, now);
        err = visit_rows(&st, visit, ctx, &found);
    }
    cf_sqlite_finish(&st);
    return err == CF_OK && found == 0 ? CF_ERR_NOT_FOUND : err;
}

enum cf_err cf_session_store_page(struct cf_sqlite *c, struct cf_str after, cf_wall now, size_t limit, cf_session_visitor *visit,
                                  void *ctx) {
    struct cf_sqlite_stmt st = {NULL, CF_OK};
    size_t found = 0;
    enum cf_err err =
        cf_sqlite_prepare(c, &st, "SELECT " COLUMNS " FROM session WHERE id > ? AND " IS_GOOD " ORDER BY id LIMIT ?");
    if (err == CF_OK) {
        cf_sqlite_bind_text(&st, 1, after.at == NULL ? CF_STR("") : after);
        cf_sqlite_bind_int(&st, 2, now);
        cf_sqlite_bind_int(&st, 3, (int64_t)limit);
        err = visit_rows(&st, visit, ctx, &found);
    }
    cf_sqlite_finish(&st);
    return err;
}

enum cf_err cf_session_store_revoked(struct cf_sqlite *c, cf_wall now, cf_session_visitor *visit, void *ctx) {
    struct cf_sqlite_stmt st = {NULL, CF_OK};
    size_t found = 0;
    enum cf_err err = cf_sqlite_prepare(c, &st, "SELECT " COLUMNS " FROM session WHERE is_revoked = 1 AND expires_wall > ?");
    if (err == CF_OK) {
        cf_sqlite_bind_int(&st, 1, now);
        err = visit_rows(&st, visit, ctx, &found);
    }
    cf_sqlite_finish(&st);
    return err;
}
