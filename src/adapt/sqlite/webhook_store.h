/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Webhooks in the database. One thread, as its connection. */
#ifndef CF_ADAPT_SQLITE_WEBHOOK_STORE_H
#define CF_ADAPT_SQLITE_WEBHOOK_STORE_H

#include "adapt/sqlite/sqlite.h"
#include "base/usec.h"

/** A row. */
struct cf_webhook_row {
    struct cf_str id;
    struct cf_str url;
    struct cf_str secret; /**< text of core/hook/hooks.h */
    uint32_t events;      /**< bits */
    cf_wall created;
};

/** Add. CF_ERR_EXISTS, and as cf_sqlite_step(). */
CF_MUST_USE enum cf_err cf_webhook_store_add(struct cf_sqlite *c, const struct cf_webhook_row *row);

/** Remove, with what waits for it; nothing happens if it is not there. */
CF_MUST_USE enum cf_err cf_webhook_store_remove(struct cf_sqlite *c, struct cf_str id);

/** Called for each row. */
typedef void cf_webhook_visitor(void *ctx, const struct cf_webhook_row *row);

/** Visit all by id. */
CF_MUST_USE enum cf_err cf_webhook_store_each(struct cf_sqlite *c, cf_webhook_visitor *visit, void *ctx);

/** Something that waits for a webhook. */
struct cf_webhook_delivery_row {
    struct cf_str webhook; /**< its id */
    struct cf_str id;
    struct cf_str body;
};

/** Keep, behind all that is kept. As cf_sqlite_step(). */
CF_MUST_USE enum cf_err cf_webhook_store_keep(struct cf_sqlite *c, const struct cf_webhook_delivery_row *row);

/** It does not wait any more; nothing happens if it did not. */
CF_MUST_USE enum cf_err cf_webhook_store_forget(struct cf_sqlite *c, struct cf_str webhook, struct cf_str id);

/** Called for each delivery that is kept. */
typedef void cf_webhook_delivery_visitor(void *ctx, const struct cf_webhook_delivery_row *row);

/** Visit all in the order in which they were kept. */
CF_MUST_USE enum cf_err cf_webhook_store_waiting(struct cf_sqlite *c, cf_webhook_delivery_visitor *visit, void *ctx);

#endif
