/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Meeting links in the database: for lists of them, and which were revoked. The links themselves need no row: what they allow is
 * in their token (core/auth/token.h). One thread, as its connection.
 */
#ifndef CF_ADAPT_SQLITE_LINK_STORE_H
#define CF_ADAPT_SQLITE_LINK_STORE_H

#include "adapt/sqlite/sqlite.h"
#include "base/usec.h"

/** Most rows. */
#define CF_LINK_STORE_MAX 100000

/** A row. */
struct cf_link_row {
    struct cf_str id;
    struct cf_str room; /**< key of the conference */
    struct cf_str role; /**< word of core/auth/token.h */
    struct cf_str name; /**< absent: none */
    cf_wall created;
    cf_wall expires;
    bool is_revoked;
};

/** Add; rows that expired more than 30 days before its .created are deleted. CF_ERR_EXISTS, CF_ERR_LIMIT, as cf_sqlite_step(). */
CF_MUST_USE enum cf_err cf_link_store_add(struct cf_sqlite *c, const struct cf_link_row *row);

/** Mark as revoked. CF_ERR_NOT_FOUND. */
CF_MUST_USE enum cf_err cf_link_store_revoke(struct cf_sqlite *c, struct cf_str id);

/** Called for each row; false: no more. */
typedef bool cf_link_visitor(void *ctx, const struct cf_link_row *row);

/** Visit row @p id. CF_ERR_NOT_FOUND. */
CF_MUST_USE enum cf_err cf_link_store_find(struct cf_sqlite *c, struct cf_str id, cf_link_visitor *visit, void *ctx);

/** Visit rows by id, those behind @p after (empty: all), @p limit at most. */
CF_MUST_USE enum cf_err cf_link_store_page(struct cf_sqlite *c, struct cf_str after, size_t limit, cf_link_visitor *visit,
                                           void *ctx);

/** Visit those that are revoked and expire after @p now. */
CF_MUST_USE enum cf_err cf_link_store_revoked(struct cf_sqlite *c, cf_wall now, cf_link_visitor *visit, void *ctx);

#endif
