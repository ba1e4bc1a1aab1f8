/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys of the HTTP interface in the database. */
#include "adapt/sqlite/api_key_store.h"

enum cf_err cf_api_key_store_add(struct cf_sqlite *c, const struct cf_api_key_row *row) {
    struct cf_sqlite_stmt st = {NULL, CF_OK};
    enum cf_err err = cf_sqlite_prepare(c, &st, "INSERT INTO api_key(id, name, digest, scopes, created_wall) VALUES(?,?,?,?,?)");
    if (err == CF_OK) {
        cf_sqlite_bind_text(&st, 1, row->id);
        cf_sqlite_bind_text(&st, 2, row->name);
        cf_sqlite_bind_text(&st, 3, row->digest);
        cf_sqlite_bind_text(&st, 4, row->scopes);
        cf_sqlite_bind_int(&st, 5, row->created);
        err = cf_sqlite_run(&st);
    }
    cf_sqlite_finish(&st);
    return err;
}

enum cf_err cf_api_key_store_remove(struct cf_sqlite *c, struct cf_str id) {
    struct cf_sqlite_stmt st = {NULL, CF_OK};
    bool is_there = false;
    enum cf_err err = cf_sqlite_prepare(c, &st, "DELETE FROM api_key WHERE id = ? RETURNING id");
    if (err == CF_OK) {
        cf_sqlite_bind_text(&st, 1, id);
        err = cf_sqlite_step(&st, &is_there);
    }
    cf_sqlite_finish(&st);
    return err != CF_OK || is_there ? err : CF_ERR_NOT_FOUND;
}

enum cf_err cf_api_key_store_each(struct cf_sqlite *c, struct cf_str id, cf_api_key_visitor *visit, void *ctx) {
    struct cf_sqlite_stmt st = {NULL, CF_OK};
    bool has_row = false;
    size_t found = 0;
    enum cf_err err = cf_sqlite_prepare(
        c, &st, "SELECT id, name, digest, scopes, created_wall FROM api_key WHERE ?1 IS NULL OR id = ?1 ORDER BY id");
    if (err == CF_OK) {
        cf_sqlite_bind_text(&st, 1, id);
        err = cf_sqlite_step(&st, &has_row);
    }
    while (err == CF_OK && has_row) {
        struct cf_api_key_row row = {.id = cf_sqlite_column_text(&st, 0),
                                     .name = cf_sqlite_column_text(&st, 1),
                                     .digest = cf_sqlite_column_text(&st, 2),
                                     .scopes = cf_sqlite_column_text(&st, 3),
                                     .created = cf_sqlite_column_int(&st, 4)};
        found++;
        visit(ctx, &row);
        err = cf_sqlite_step(&st, &has_row);
    }
    cf_sqlite_finish(&st);
    return err == CF_OK && found == 0 && id.at != NULL ? CF_ERR_NOT_FOUND : err;
}
