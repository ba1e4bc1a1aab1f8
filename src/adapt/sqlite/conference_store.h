/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Conferences in the database: CF_CONF_OUT_STORE and the directory's forget_key in, rows for cf_directory_restore() out. A row
 * and its invitees are written in one transaction: after a crash they are the old ones or the new ones. One thread, as its
 * connection.
 */
#ifndef CF_ADAPT_SQLITE_CONFERENCE_STORE_H
#define CF_ADAPT_SQLITE_CONFERENCE_STORE_H

#include "adapt/sqlite/sqlite.h"
#include "core/conf/conference_row.h"

/** Write a row in place of the one with its key. Errors as cf_sqlite_step(): nothing has changed then. */
CF_MUST_USE enum cf_err cf_conference_store_put(struct cf_sqlite *c, const struct cf_conference_row *row);

/** Remove the row of that key, if there is one. */
CF_MUST_USE enum cf_err cf_conference_store_remove(struct cf_sqlite *c, struct cf_str key);

/** Called for each row; it is valid during the call. */
typedef void cf_conference_visitor(void *ctx, const struct cf_conference_row *row);

/**
 * Visit all rows by key. Rows that a newer or a broken program left, with words that we don't know, are passed over and counted
 * in *ret_skipped. @p mem is for the lists of invitees while they are visited. Errors as cf_sqlite_step(), CF_ERR_NO_MEMORY.
 */
CF_MUST_USE enum cf_err cf_conference_store_each(struct cf_sqlite *c, const struct cf_mem *mem, cf_conference_visitor *visit,
                                                 void *ctx, size_t *ret_skipped);

#endif
