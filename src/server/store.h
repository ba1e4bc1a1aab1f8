/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The database of a running server: what is in it at start goes into the node, what the node wants kept goes into it. A failing
 * disk costs persistence, never a call. On the loop's thread.
 */
#ifndef CF_SERVER_STORE_H
#define CF_SERVER_STORE_H

#include "adapt/sqlite/sqlite.h"
#include "core/node/node.h"

/** The store. */
struct cf_store {
    struct cf_sqlite db;
    int64_t account_version; /**< of the accounts in the node */
    uint64_t failures;       /**< writes that failed */
};

/** Open the database in @p folder. Errors were logged. */
CF_MUST_USE enum cf_err cf_store_open(struct cf_store *store, const char *folder);

/** Close; idempotent. */
void cf_store_close(struct cf_store *store);

/** Add account @p name with @p password if it is not there, in @p realm. */
CF_MUST_USE enum cf_err cf_store_add_account(struct cf_store *store, struct cf_str name, struct cf_str password,
                                             struct cf_str realm);

/** Put everything into @p node, at start. @p wall is the wall clock at @p now. */
CF_MUST_USE enum cf_err cf_store_restore(struct cf_store *store, struct cf_node *node, cf_usec now, cf_wall wall);

/** Has the command line changed the accounts? Then they are loaded again. */
void cf_store_refresh_accounts(struct cf_store *store, struct cf_node *node);

/** Write what @p out wants kept. */
void cf_store_do(struct cf_store *store, const struct cf_node_out *out, cf_usec now, cf_wall wall);

#endif
