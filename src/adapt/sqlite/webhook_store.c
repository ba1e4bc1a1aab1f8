/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Webhooks in the database. */
#include "adapt/sqlite/webhook_store.h"

enum cf_err cf_webhook_store_add(struct cf_sqlite *c, const struct cf_webhook_row *row) {
    struct cf_sqlite_stmt st = {NULL, CF_OK};
    enum cf_err err = cf_sqlite_prepare(c, &st, "INSERT INTO webhook(id, url, secret, events, created_wall) VALUES(?,?,?,?,?)");
    if (err == CF_OK) {
        cf_sqlite_bind_text(&st, 1, row->id);
        cf_sqlite_bind_text(&st, 2, row->url);
        cf_sqlite_bind_text(&st, 3, row->secret);
        cf_sqlite_bind_int(&st, 4, row->events);
        cf_sqlite_bind_int(&st, 5, row->created);
        err = cf_sqlite_run(&st);
    }
    cf_sqlite_finish(&st);
    return err;
}

enum cf_err cf_webhook_store_remove(struct cf_sqlite *c, struct cf_str id) {
    /* In this order: one that was removed by half is still there, and can be removed again. */
    enum cf_err err = cf_sqlite_run_texts(c, "DELETE FROM webhook_delivery WHERE webhook = ?", &id, 1);
    return err == CF_OK ? cf_sqlite_run_texts(c, "DELETE FROM webhook WHERE id = ?", &id, 1) : err;
}

enum cf_err cf_webhook_store_each(struct cf_sqlite *c, cf_webhook_visitor *visit, void *ctx) {
    struct cf_sqlite_stmt st = {NULL, CF_OK};
    bool has_row = false;
    enum cf_err err = cf_sqlite_prepare(c, &st, "SELECT id, url, secret, events, created_wall FROM webhook ORDER BY id");
    err = err == CF_OK ? cf_sqlite_step(&st, &has_row) : err;
    while (err == CF_OK && has_row) {
        struct cf_webhook_row row = {.id = cf_sqlite_column_text(&st, 0),
                                     .url = cf_sqlite_column_text(&st, 1),
                                     .secret = cf_sqlite_column_text(&st, 2),
                                     .events = (uint32_t)cf_sqlite_column_int(&st, 3),
                                     .created = cf_sqlite_column_int(&st, 4)};
        visit(ctx, &row);
        err = cf_sqlite_step(&st, &has_row);
    }
    cf_sqlite_finish(&st);
    return err;
}

enum cf_err cf_webhook_store_keep(struct cf_sqlite *c, const struct cf_webhook_delivery_row *row) {
    const struct cf_str texts[] = {row->webhook, row->id, row->body};
    return cf_sqlite_run_texts(c, "INSERT INTO webhook_delivery(webhook, id, body) VALUES(?,?,?)", texts, 3);
}

enum cf_err cf_webhook_store_forget(struct cf_sqlite *c, struct cf_str webhook, struct cf_str id) {
    const struct cf_str texts[] = {webhook, id};
    return cf_sqlite_run_texts(c, "DELETE FROM webhook_delivery WHERE webhook = ? AND id = ?", texts, 2);
}

enum cf_err cf_webhook_store_waiting(struct cf_sqlite *c, cf_webhook_delivery_visitor *visit, void *ctx) {
    struct cf_sqlite_stmt st = {NULL, CF_OK};
    bool has_row = false;
    enum cf_err err = cf_sqlite_prepare(c, &st, "SELECT webhook, id, body FROM webhook_delivery ORDER BY position");
    err = err == CF_OK ? cf_sqlite_step(&st, &has_row) : err;
    while (err == CF_OK && has_row) {
        struct cf_webhook_delivery_row row = {
            .webhook = cf_sqlite_column_text(&st, 0), .id = cf_sqlite_column_text(&st, 1), .body = cf_sqlite_column_text(&st, 2)};
        visit(ctx, &row);
        err = cf_sqlite_step(&st, &has_row);
    }
    cf_sqlite_finish(&st);
    return err;
}
