/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keys of the HTTP interface in the database: "cfk_ID_SECRET", of which the SHA-256 of the secret is kept. One thread, as its
 * connection.
 */
#ifndef CF_ADAPT_SQLITE_API_KEY_STORE_H
#define CF_ADAPT_SQLITE_API_KEY_STORE_H

#include "adapt/sqlite/sqlite.h"
#include "base/usec.h"

/** Letters of an id and of a secret. */
#define CF_API_KEY_ID_LEN 8
#define CF_API_KEY_SECRET_LEN 32

/** A row. */
struct cf_api_key_row {
    struct cf_str id;
    struct cf_str name;   /**< for people */
    struct cf_str digest; /**< hexadecimal SHA-256 of the secret */
    struct cf_str scopes; /**< words of core/auth/scope.h */
    cf_wall created;
};

/** Add. CF_ERR_EXISTS, and as cf_sqlite_step(). */
CF_MUST_USE enum cf_err cf_api_key_store_add(struct cf_sqlite *c, const struct cf_api_key_row *row);

/** Remove. CF_ERR_NOT_FOUND. */
CF_MUST_USE enum cf_err cf_api_key_store_remove(struct cf_sqlite *c, struct cf_str id);

/** Called for each row. */
typedef void cf_api_key_visitor(void *ctx, const struct cf_api_key_row *row);

/** Visit the row of @p id (CF_ERR_NOT_FOUND), or all rows if it is absent. */
CF_MUST_USE enum cf_err cf_api_key_store_each(struct cf_sqlite *c, struct cf_str id, cf_api_key_visitor *visit, void *ctx);

#endif
