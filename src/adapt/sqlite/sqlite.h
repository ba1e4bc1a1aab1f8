/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The store: a thin hold on one SQLite database. Every store of the server (accounts, registrations, conferences) is a file
 * beside this one that takes a struct cf_sqlite and speaks in rows of a core; nothing but this folder includes sqlite3.h.
 *
 * The database is in WAL mode with synchronous=NORMAL: what was committed survives the death of the process at any instant
 * (kill -9); the last commits before a loss of power may be lost, but never torn. Foreign keys are on. Statements that
 * are finished are kept for the next time, up to CF_SQLITE_KEPT_MAX: to prepare one costs as much as to run it. One connection
 * belongs to one thread and its calls block; a write is a few ten microseconds, waiting for another process that holds the lock
 * is bounded by busy_timeout_msec.
 *
 * Limits: SQLite's own, with strings and blobs capped at CF_SQLITE_VALUE_MAX octets.
 */
#ifndef CF_ADAPT_SQLITE_SQLITE_H
#define CF_ADAPT_SQLITE_SQLITE_H

#include "base/err.h"
#include "base/str.h"

struct sqlite3;
struct sqlite3_stmt;

/** Longest text or blob that goes in or out, octets. */
#define CF_SQLITE_VALUE_MAX (1U << 20)

/** How to open. Zeros give the defaults. */
struct cf_sqlite_options {
    int busy_timeout_msec; /**< wait this long for another process's lock; 0: 2000 */
    bool read_only;        /**< for inspection tools: nothing is created, migrated or written */
};

/** Most finished statements that a connection keeps. */
#define CF_SQLITE_KEPT_MAX 8

/** A statement that waits for its next use. */
struct cf_sqlite_kept {
    const char *sql;           /**< of whose text; compared as a pointer, as all are constants */
    struct sqlite3_stmt *stmt; /**< owned, reset; NULL: none */
    uint64_t used;             /**< counts uses of the connection's statements: when this one's ended */
};

/** A connection. Close it with cf_sqlite_close(), also after a failed open (which leaves it closed). Not to be moved. */
struct cf_sqlite {
    struct sqlite3 *db; /**< owned; NULL: closed */
    struct cf_sqlite_kept kept[CF_SQLITE_KEPT_MAX];
    uint64_t uses; /**< counts ends of uses */
};

/** A prepared statement with a sticky error: bind many things, look once at the step. */
struct cf_sqlite_stmt {
    struct sqlite3_stmt *stmt; /**< owned until it is finished; NULL: not prepared */
    enum cf_err err;           /**< first failed bind since the last reset */
    struct cf_sqlite *owner;   /**< whose; NULL: not prepared */
    const char *sql;           /**< its text, a constant */
};

/**
 * Open, and create if need be (readable by its owner only), the database file @p path; ":memory:" for a private one in memory.
 * CF_ERR_IO (no such folder, no right, not a database), CF_ERR_TIMEOUT (locked), CF_ERR_NO_MEMORY. @p options may be NULL.
 */
CF_MUST_USE enum cf_err cf_sqlite_open(struct cf_sqlite *c, const char *path, const struct cf_sqlite_options *options);

/** Close. Statements of the connection must have been finished before. */
void cf_sqlite_close(struct cf_sqlite *c);

/** Run one or more statements without results; @p sql is a constant of ours, never made of input. Errors as cf_sqlite_step(). */
CF_MUST_USE enum cf_err cf_sqlite_exec(struct cf_sqlite *c, const char *sql);

/** What SQLite said about the last failure, for the log; valid until the next call. */
struct cf_str cf_sqlite_error_text(const struct cf_sqlite *c);

/**
 * Bring the schema up to date: step i of @p steps takes user_version i to i + 1. All missing steps run in one transaction, so a
 * crash in the middle leaves the old version. CF_ERR_UNSUPPORTED if the file is of a newer program than this one.
 */
CF_MUST_USE enum cf_err cf_sqlite_migrate(struct cf_sqlite *c, const char *const *steps, size_t step_count);

/** A transaction that takes the write lock at once. Rolling back what is not open does nothing. */
CF_MUST_USE enum cf_err cf_sqlite_begin(struct cf_sqlite *c);
CF_MUST_USE enum cf_err cf_sqlite_commit(struct cf_sqlite *c);
void cf_sqlite_rollback(struct cf_sqlite *c);

/** Prepare @p sql, a constant of ours, or take it from what is kept. Finish it with cf_sqlite_finish(). */
CF_MUST_USE enum cf_err cf_sqlite_prepare(struct cf_sqlite *c, struct cf_sqlite_stmt *st, const char *sql);

/** Give back a statement, which is kept with neither values nor results; a zeroed one is fine. */
void cf_sqlite_finish(struct cf_sqlite_stmt *st);

/** Make ready for the next use: forgets the bound values, the place in the result and the error. */
void cf_sqlite_reset(struct cf_sqlite_stmt *st);

/** Bind parameter @p index (from 1). Text is copied; absent text is NULL. Errors stick and show at the step. */
void cf_sqlite_bind_text(struct cf_sqlite_stmt *st, int index, struct cf_str text);
void cf_sqlite_bind_blob(struct cf_sqlite_stmt *st, int index, struct cf_span octets);
void cf_sqlite_bind_int(struct cf_sqlite_stmt *st, int index, int64_t value);

/**
 * The next row. *ret_row says if there is one; at the end of the result it is false.
 * CF_ERR_TIMEOUT (locked), CF_ERR_EXISTS (a constraint), CF_ERR_IO (disk full, corrupt, read-only), CF_ERR_LIMIT (value too
 * long), CF_ERR_NO_MEMORY.
 */
CF_MUST_USE enum cf_err cf_sqlite_step(struct cf_sqlite_stmt *st, bool *ret_row);

/** Step a statement that gives no rows, then reset it. */
CF_MUST_USE enum cf_err cf_sqlite_run(struct cf_sqlite_stmt *st);

/** Prepare @p sql, which gives no rows, run it once with the @p count of @p texts for its parameters, and finish it. */
CF_MUST_USE enum cf_err cf_sqlite_run_texts(struct cf_sqlite *c, const char *sql, const struct cf_str *texts, size_t count);

/** Column @p index (from 0) of the current row; views are valid until the next step or reset. NULL is absent, or 0. */
struct cf_str cf_sqlite_column_text(const struct cf_sqlite_stmt *st, int index);
struct cf_span cf_sqlite_column_blob(const struct cf_sqlite_stmt *st, int index);
int64_t cf_sqlite_column_int(const struct cf_sqlite_stmt *st, int index);

#endif
