/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accounts in the database: names and digest secrets. One thread, as its connection. */
#ifndef CF_ADAPT_SQLITE_ACCOUNT_STORE_H
#define CF_ADAPT_SQLITE_ACCOUNT_STORE_H

#include "adapt/sqlite/sqlite.h"
#include "base/writer.h"
#include "core/auth/accounts.h"

/** Add @p name in @p realm, or replace its secrets (its role stays). Errors as cf_sqlite_step(). */
CF_MUST_USE enum cf_err cf_account_store_put(struct cf_sqlite *c, struct cf_str name, struct cf_str realm,
                                             const struct cf_digest_hex secrets[CF_ACCOUNT_SECRETS]);

/** Remove; CF_ERR_NOT_FOUND if there is none of that name. */
CF_MUST_USE enum cf_err cf_account_store_remove(struct cf_sqlite *c, struct cf_str name);

/** Make @p name administrator of the server at the HTTP interface, or not any more; ask. CF_ERR_NOT_FOUND. */
CF_MUST_USE enum cf_err cf_account_store_set_admin(struct cf_sqlite *c, struct cf_str name, bool is_admin);
CF_MUST_USE enum cf_err cf_account_store_is_admin(struct cf_sqlite *c, struct cf_str name, bool *ret);

/** Called for each account. */
typedef void cf_account_visitor(void *ctx, struct cf_str name, struct cf_str realm,
                                const struct cf_digest_hex secrets[CF_ACCOUNT_SECRETS]);

/** Visit all accounts by name. */
CF_MUST_USE enum cf_err cf_account_store_each(struct cf_sqlite *c, cf_account_visitor *visit, void *ctx);

/** A number that changes whenever accounts do, by whatever process: to notice what the command line has done. */
CF_MUST_USE enum cf_err cf_account_store_version(struct cf_sqlite *c, int64_t *ret);

/** Keep @p domain as the one that accounts are for, so that the command line need not be told. Writes only if it is another. */
CF_MUST_USE enum cf_err cf_account_store_set_domain(struct cf_sqlite *c, struct cf_str domain);

/** Put that domain into @p w; nothing if no server has used this database yet. */
CF_MUST_USE enum cf_err cf_account_store_domain(struct cf_sqlite *c, struct cf_writer *w);

#endif
