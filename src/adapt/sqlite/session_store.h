/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who was given a token, in the database: accounts that have logged in, guests who came by a link or PIN. For lists of them, and
 * which were revoked; what a token allows is in it (core/auth/token.h). One thread, as its connection.
 */
#ifndef CF_ADAPT_SQLITE_SESSION_STORE_H
#define CF_ADAPT_SQLITE_SESSION_STORE_H

#include "adapt/sqlite/sqlite.h"
#include "base/usec.h"

/**
 * Most rows; the one that expires first makes room. Twice what may be revoked at a time (CF_GUESTS_REVOKED_MAX): accounts are
 * here, too, and few of either are ever revoked before they expire.
 */
#define CF_SESSION_STORE_MAX 20000

/** A row. */
struct cf_session_row {
    struct cf_str id;   /**< of the token */
    bool is_guest;      /**< or an account */
    struct cf_str user; /**< user part of the address */
    struct cf_str room; /**< guests: key of the conference */
    struct cf_str role; /**< guests: word of core/auth/token.h */
    struct cf_str name; /**< guests: absent: none */
    struct cf_str link; /**< guests: by which they came; absent: by PIN */
    cf_wall created;
    cf_wall expires;
};

/** Add; rows that have expired at its .created are deleted. CF_ERR_EXISTS, as cf_sqlite_step(). */
CF_MUST_USE enum cf_err cf_session_store_add(struct cf_sqlite *c, const struct cf_session_row *row);

/** Mark as revoked one that is good at @p now. CF_ERR_NOT_FOUND. */
CF_MUST_USE enum cf_err cf_session_store_revoke(struct cf_sqlite *c, struct cf_str id, cf_wall now);

/** Called for each row; false: no more. */
typedef bool cf_session_visitor(void *ctx, const struct cf_session_row *row);

/** Visit row @p id if it is good at @p now. CF_ERR_NOT_FOUND. */
CF_MUST_USE enum cf_err cf_session_store_find(struct cf_sqlite *c, struct cf_str id, cf_wall now, cf_session_visitor *visit,
                                              void *ctx);

/** Visit rows that are good at @p now by id, those behind @p after (empty: all), @p limit at most. */
CF_MUST_USE enum cf_err cf_session_store_page(struct cf_sqlite *c, struct cf_str after, cf_wall now, size_t limit,
                                              cf_session_visitor *visit, void *ctx);

/** Visit those that are revoked and expire after @p now. */
CF_MUST_USE enum cf_err cf_session_store_revoked(struct cf_sqlite *c, cf_wall now, cf_session_visitor *visit, void *ctx);

#endif
