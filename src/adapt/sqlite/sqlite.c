/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The store: a thin hold on one SQLite database. */
#define _POSIX_C_SOURCE 200809L /* O_CLOEXEC */
#include "adapt/sqlite/sqlite.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#define BUSY_TIMEOUT_DEFAULT_MSEC 2000

/** Reaction to each primary result code; what is not here is CF_ERR_IO. */
static const struct {
    int code;
    enum cf_err err;
} code_table[] = {
    {SQLITE_OK, CF_OK},
    {SQLITE_ROW, CF_OK},
    {SQLITE_DONE, CF_OK},
    {SQLITE_BUSY, CF_ERR_TIMEOUT},
    {SQLITE_LOCKED, CF_ERR_TIMEOUT},
    {SQLITE_CONSTRAINT, CF_ERR_EXISTS},
    {SQLITE_TOOBIG, CF_ERR_LIMIT},
    {SQLITE_NOMEM, CF_ERR_NO_MEMORY},
};

static enum cf_err err_of(int code) {
    for (size_t i = 0; i < sizeof(code_table) / sizeof(code_table[0]); i++) {
        if (code_table[i].code == (code & 0xff)) {
            return code_table[i].err;
        }
    }
    return CF_ERR_IO;
}

/* SQLite would create the file readable by all; passwords' hashes are in it. Journal files take the rights of the main file. */
static bool create_private(const char *path) {
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        return false;
    }
    return close(fd) == 0;
}

static enum cf_err configure(struct cf_sqlite *c, const struct cf_sqlite_options *options) {
    int timeout = options->busy_timeout_msec > 0 ? options->busy_timeout_msec : BUSY_TIMEOUT_DEFAULT_MSEC;
    sqlite3_limit(c->db, SQLITE_LIMIT_LENGTH, (int)CF_SQLITE_VALUE_MAX);
    sqlite3_limit(c->db, SQLITE_LIMIT_ATTACHED, 0);
    /* A file made by somebody else must not be able to run code of its own through its schema. */
    (void)sqlite3_db_config(c->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    (void)sqlite3_db_config(c->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    enum cf_err err = err_of(sqlite3_busy_timeout(c->db, timeout));
    if (err == CF_OK && !options->read_only) {
        err = cf_sqlite_exec(c, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL");
    }
    return err == CF_OK ? cf_sqlite_exec(c, "PRAGMA foreign_keys=ON") : err;
}

enum cf_err cf_sqlite_open(struct cf_sqlite *c, const char *path, const struct cf_sqlite_options *options) {
    static const struct cf_sqlite_options defaults;
    options = options != NULL ? options : &defaults;
    *c = (struct cf_sqlite){.db = NULL};
    int flags = SQLITE_OPEN_NOMUTEX | (options->read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    if (!options->read_only && strcmp(path, ":memory:") != 0 && !create_private(path)) {
        return CF_ERR_IO;
    }
    enum cf_err err = err_of(sqlite3_open_v2(path, &c->db, flags, NULL));
    if (err == CF_OK) {
        err = configure(c, options);
    }
    if (err != CF_OK) {
        cf_sqlite_close(c);
    }
    return err;
}

static void forget_kept(struct cf_sqlite *c) {
    for (size_t i = 0; i < CF_SQLITE_KEPT_MAX; i++) {
        (void)sqlite3_finalize(c->kept[i].stmt);
        c->kept[i] = (struct cf_sqlite_kept){.stmt = NULL};
    }
}

void cf_sqlite_close(struct cf_sqlite *c) {
    forget_kept(c);
    int code = sqlite3_close(c->db);
    cf_assert(code == SQLITE_OK);
    c->db = NULL;
}

enum cf_err cf_sqlite_exec(struct cf_sqlite *c, const char *sql) {
    return err_of(sqlite3_exec(c->db, sql, NULL, NULL, NULL));
}

struct cf_str cf_sqlite_error_text(const struct cf_sqlite *c) {
    return cf_str_of(c->db != NULL ? sqlite3_errmsg(c->db) : "closed");
}

static enum cf_err read_version(struct cf_sqlite *c, size_t *ret_version) {
    struct cf_sqlite_stmt st = {.stmt = NULL};
    bool row = false;
    enum cf_err err = cf_sqlite_prepare(c, &st, "PRAGMA user_version");
    if (err == CF_OK) {
        err = cf_sqlite_step(&st, &row);
    }
    if (err == CF_OK) {
        int64_t version = row ? cf_sqlite_column_int(&st, 0) : 0;
        *ret_version = version > 0 ? (size_t)version : 0;
    }
    cf_sqlite_finish(&st);
    return err;
}

/* PRAGMA takes no parameters. */
static enum cf_err write_version(struct cf_sqlite *c, size_t version) {
    char *sql = sqlite3_mprintf("PRAGMA user_version=%d", (int)version);
    if (sql == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    enum cf_err err = cf_sqlite_exec(c, sql);
    sqlite3_free(sql);
    return err;
}

enum cf_err cf_sqlite_migrate(struct cf_sqlite *c, const char *const *steps, size_t step_count) {
    size_t version = 0;
    enum cf_err err = cf_sqlite_begin(c);
    if (err != CF_OK) {
        return err;
    }
    /* Read under the lock: two processes may start at the same time. */
    err = read_version(c, &version);
    if (err == CF_OK && version > step_count) {
        err = CF_ERR_UNSUPPORTED;
    }
    for (size_t i = version; i < step_count && err == CF_OK; i++) {
        err = cf_sqlite_exec(c, steps[i]);
    }
    if (err == CF_OK) {
        err = write_version(c, step_count);
    }
    if (err == CF_OK) {
        err = cf_sqlite_commit(c);
    }
    if (err != CF_OK) {
        cf_sqlite_rollback(c);
    }
    return err;
}

enum cf_err cf_sqlite_begin(struct cf_sqlite *c) {
    return cf_sqlite_exec(c, "BEGIN IMMEDIATE");
}

enum cf_err cf_sqlite_commit(struct cf_sqlite *c) {
    return cf_sqlite_exec(c, "COMMIT");
}

void cf_sqlite_rollback(struct cf_sqlite *c) {
    if (sqlite3_get_autocommit(c->db) == 0) {
        /* The only thing that can go wrong is that it was rolled back already. */
        (void)sqlite3_exec(c->db, "ROLLBACK", NULL, NULL, NULL);
    }
}

enum cf_err cf_sqlite_prepare(struct cf_sqlite *c, struct cf_sqlite_stmt *st, const char *sql) {
    *st = (struct cf_sqlite_stmt){.owner = c, .sql = sql};
    for (size_t i = 0; i < CF_SQLITE_KEPT_MAX; i++) {
        if (c->kept[i].sql == sql && c->kept[i].stmt != NULL) {
            cf_assert(strcmp(sqlite3_sql(c->kept[i].stmt), sql) == 0); /* the pointer is a constant's, and no buffer's */
            st->stmt = c->kept[i].stmt;
            c->kept[i].stmt = NULL;
            return CF_OK;
        }
    }
    return err_of(sqlite3_prepare_v3(c->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &st->stmt, NULL));
}

/* In a place that is free, or else in that of the one that was not used for longest. */
static void keep(struct cf_sqlite *c, const char *sql, sqlite3_stmt *stmt) {
    struct cf_sqlite_kept *place = &c->kept[0];
    for (size_t i = 1; i < CF_SQLITE_KEPT_MAX && place->stmt != NULL; i++) {
        place = c->kept[i].stmt == NULL || c->kept[i].used < place->used ? &c->kept[i] : place;
    }
    (void)sqlite3_finalize(place->stmt); /* NULL is ignored */
    *place = (struct cf_sqlite_kept){.sql = sql, .stmt = stmt, .used = ++c->uses};
}

void cf_sqlite_finish(struct cf_sqlite_stmt *st) {
    if (st->stmt != NULL) {
        cf_sqlite_reset(st);
        keep(st->owner, st->sql, st->stmt);
        st->stmt = NULL;
    }
}

void cf_sqlite_reset(struct cf_sqlite_stmt *st) {
    (void)sqlite3_reset(st->stmt); /* repeats the error of the last step, which was reported then */
    (void)sqlite3_clear_bindings(st->stmt);
    st->err = CF_OK;
}

static void note(struct cf_sqlite_stmt *st, int code) {
    if (st->err == CF_OK) {
        st->err = err_of(code);
    }
}

void cf_sqlite_bind_text(struct cf_sqlite_stmt *st, int index, struct cf_str text) {
    if (text.len > CF_SQLITE_VALUE_MAX) {
        note(st, SQLITE_TOOBIG);
        return;
    }
    note(st, text.at == NULL ? sqlite3_bind_null(st->stmt, index)
                             : sqlite3_bind_text(st->stmt, index, text.at, (int)text.len, SQLITE_TRANSIENT));
}

void cf_sqlite_bind_blob(struct cf_sqlite_stmt *st, int index, struct cf_span octets) {
    if (octets.len > CF_SQLITE_VALUE_MAX) {
        note(st, SQLITE_TOOBIG);
        return;
    }
    note(st, octets.at == NULL ? sqlite3_bind_null(st->stmt, index)
                               : sqlite3_bind_blob(st->stmt, index, octets.at, (int)octets.len, SQLITE_TRANSIENT));
}

void cf_sqlite_bind_int(struct cf_sqlite_stmt *st, int index, int64_t value) {
    note(st, sqlite3_bind_int64(st->stmt, index, value));
}

enum cf_err cf_sqlite_step(struct cf_sqlite_stmt *st, bool *ret_row) {
    if (st->err != CF_OK) {
        return st->err;
    }
    int code = sqlite3_step(st->stmt);
    enum cf_err err = err_of(code);
    if (err == CF_OK) {
        *ret_row = code == SQLITE_ROW;
    }
    return err;
}

enum cf_err cf_sqlite_run(struct cf_sqlite_stmt *st) {
    bool row = false;
    enum cf_err err = cf_sqlite_step(st, &row);
    cf_sqlite_reset(st);
    return err;
}

enum cf_err cf_sqlite_run_texts(struct cf_sqlite *c, const char *sql, const struct cf_str *texts, size_t count) {
    struct cf_sqlite_stmt st = {NULL, CF_OK};
    enum cf_err err = cf_sqlite_prepare(c, &st, sql);
    for (size_t i = 0; i < count && err == CF_OK; i++) {
        cf_sqlite_bind_text(&st, (int)i + 1, texts[i]);
    }
    err = err == CF_OK ? cf_sqlite_run(&st) : err;
    cf_sqlite_finish(&st);
    return err;
}

struct cf_str cf_sqlite_column_text(const struct cf_sqlite_stmt *st, int index) {
    const void *text = sqlite3_column_text(st->stmt, index);
    return text == NULL ? CF_STR_NONE : cf_str_n(text, (size_t)sqlite3_column_bytes(st->stmt, index));
}

struct cf_span cf_sqlite_column_blob(const struct cf_sqlite_stmt *st, int index) {
    const void *octets = sqlite3_column_blob(st->stmt, index);
    size_t len = (size_t)sqlite3_column_bytes(st->stmt, index);
    return (struct cf_span){octets, octets == NULL ? 0 : len};
}

int64_t cf_sqlite_column_int(const struct cf_sqlite_stmt *st, int index) {
    return sqlite3_column_int64(st->stmt, index);
}
