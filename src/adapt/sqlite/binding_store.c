/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Registrations in the database. */
#include "adapt/sqlite/binding_store.h"

/* The column is part of the key and never NULL: "" is none. */
static struct cf_str key_instance(const struct cf_binding_values *values) {
    return values->instance.at != NULL ? values->instance : CF_STR("");
}

enum cf_err cf_binding_store_put(struct cf_sqlite *c, struct cf_str aor, const struct cf_binding_values *values,
                                 cf_wall expires) {
    struct cf_sqlite_stmt st = {NULL, CF_OK};
    enum cf_err err =
        cf_sqlite_prepare(c, &st,
                          "INSERT OR REPLACE INTO binding (aor, contact, params, instance, call_id, path, user_agent,"
                          " received, cseq, reg_id, q, expires_wall) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)");
    if (err == CF_OK) {
        const struct cf_str texts[] = {aor,          values->contact,    values->params,  key_instance(values), values->call_id,
                                       values->path, values->user_agent, values->received};
        const int64_t numbers[] = {values->cseq, values->reg_id, values->q_thousandths, expires};
        int index = 1;
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
            cf_sqlite_bind_text(&st, index++, texts[i]);
        }
        for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
            cf_sqlite_bind_int(&st, index++, numbers[i]);
        }
        err = cf_sqlite_run(&st);
    }
    cf_sqlite_finish(&st);
    return err;
}

enum cf_err cf_binding_store_remove(struct cf_sqlite *c, struct cf_str aor, const struct cf_binding_values *values) {
    struct cf_sqlite_stmt st = {NULL, CF_OK};
    enum cf_err err =
        cf_sqlite_prepare(c, &st, "DELETE FROM binding WHERE aor = ? AND contact = ? AND instance = ? AND reg_id = ?");
    if (err == CF_OK) {
        cf_sqlite_bind_text(&st, 1, aor);
        cf_sqlite_bind_text(&st, 2, values->contact);
        cf_sqlite_bind_text(&st, 3, key_instance(values));
        cf_sqlite_bind_int(&st, 4, values->reg_id);
        err = cf_sqlite_run(&st);
    }
    cf_sqlite_finish(&st);
    return err;
}

static enum cf_err remove_ended(struct cf_sqlite *c, cf_wall now) {
    struct cf_sqlite_stmt st = {NULL, CF_OK};
    enum cf_err err = cf_sqlite_prepare(c, &st, "DELETE FROM binding WHERE expires_wall <= ?");
    if (err == CF_OK) {
        cf_sqlite_bind_int(&st, 1, now);
        err = cf_sqlite_run(&st);
    }
    cf_sqlite_finish(&st);
    return err;
}

static enum cf_err visit_rows(struct cf_sqlite_stmt *st, cf_binding_visitor *visit, void *ctx) {
    bool has_row = false;
    enum cf_err err = cf_sqlite_step(st, &has_row);
    while (err == CF_OK && has_row) {
        struct cf_binding_values values = {.contact = cf_sqlite_column_text(st, 1),
                                           .params = cf_sqlite_column_text(st, 2),
                                           .instance = cf_sqlite_column_text(st, 3),
                                           .call_id = cf_sqlite_column_text(st, 4),
                                           .path = cf_sqlite_column_text(st, 5),
                                           .user_agent = cf_sqlite_column_text(st, 6),
                                           .received = cf_sqlite_column_text(st, 7),
                                           .cseq = (uint32_t)cf_sqlite_column_int(st, 8),
                                           .reg_id = (uint32_t)cf_sqlite_column_int(st, 9),
                                           .q_thousandths = (uint32_t)cf_sqlite_column_int(st, 10)};
        visit(ctx, cf_sqlite_column_text(st, 0), &values, cf_sqlite_column_int(st, 11));
        err = cf_sqlite_step(st, &has_row);
    }
    return err;
}

enum cf_err cf_binding_store_each(struct cf_sqlite *c, cf_wall now, cf_binding_visitor *visit, void *ctx) {
    struct cf_sqlite_stmt st = {NULL, CF_OK};
    enum cf_err err = remove_ended(c, now);
    if (err == CF_OK) {
        err = cf_sqlite_prepare(
            c, &st,
            "SELECT aor, contact, params, NULLIF(instance, ''), call_id, path, user_agent, received, cseq, reg_id, q,"
            " expires_wall FROM binding ORDER BY aor, expires_wall");
    }
    if (err == CF_OK) {
        err = visit_rows(&st, visit, ctx);
    }
    cf_sqlite_finish(&st);
    return err;
}
