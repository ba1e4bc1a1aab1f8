/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TEMPORARY: replaced by the real store of conferences. */
#ifndef STUBCS
#define STUBCS
#include "adapt/sqlite/sqlite.h"
#include "core/conf/conference_row.h"
typedef void cf_conference_visitor(void *ctx, const struct cf_conference_row *row);
static inline enum cf_err cf_conference_store_each(struct cf_sqlite *c, cf_conference_visitor *v, void *ctx) {
    (void)c;
    (void)v;
    (void)ctx;
    return CF_OK;
}
static inline enum cf_err cf_conference_store_put(struct cf_sqlite *c, const struct cf_conference_row *row) {
    (void)c;
    (void)row;
    return CF_OK;
}
static inline enum cf_err cf_conference_store_remove(struct cf_sqlite *c, struct cf_str key) {
    (void)c;
    (void)key;
    return CF_OK;
}
#endif
