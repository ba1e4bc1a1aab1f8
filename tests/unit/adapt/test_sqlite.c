/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/test.h"

#include "adapt/sqlite/schema.h"
#include "lib/test_dir.h"
#include <signal.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct test_dir dir;

static int make_dir(void **state) {
    (void)state;
    test_dir_init(&dir);
    return 0;
}

static int drop_dir(void **state) {
    (void)state;
    test_dir_fini(&dir);
    return 0;
}

static int64_t number(struct cf_sqlite *c, const char *sql) {
    struct cf_sqlite_stmt st;
    bool row = false;
    assert_ok(cf_sqlite_prepare(c, &st, sql));
    assert_ok(cf_sqlite_step(&st, &row));
    assert_true(row);
    int64_t n = cf_sqlite_column_int(&st, 0);
    cf_sqlite_finish(&st);
    return n;
}

static void keeps_values_exactly(void **state) {
    (void)state;
    struct cf_sqlite c;
    struct cf_sqlite_stmt st;
    bool row = false;
    const uint8_t octets[] = {0, 1, 0, 255};
    assert_ok(cf_sqlite_open(&c, ":memory:", NULL));
    assert_ok(cf_sqlite_exec(&c, "CREATE TABLE t(a, b, c, d, e)"));
    assert_ok(cf_sqlite_prepare(&c, &st, "INSERT INTO t VALUES(?,?,?,?,?)"));
    cf_sqlite_bind_text(&st, 1, CF_STR("Robert'); DROP TABLE t; --"));
    cf_sqlite_bind_blob(&st, 2, (struct cf_span){octets, sizeof octets});
    cf_sqlite_bind_int(&st, 3, INT64_MIN);
    cf_sqlite_bind_text(&st, 4, CF_STR_NONE);
    cf_sqlite_bind_text(&st, 5, CF_STR(""));
    assert_ok(cf_sqlite_run(&st));
    cf_sqlite_finish(&st);

    assert_ok(cf_sqlite_prepare(&c, &st, "SELECT a, b, c, d, e FROM t"));
    assert_ok(cf_sqlite_step(&st, &row));
    assert_true(row);
    assert_str(cf_sqlite_column_text(&st, 0), CF_STR("Robert'); DROP TABLE t; --"));
    assert_int_equal(cf_sqlite_column_blob(&st, 1).len, sizeof octets);
    assert_memory_equal(cf_sqlite_column_blob(&st, 1).at, octets, sizeof octets);
    assert_true(cf_sqlite_column_int(&st, 2) == INT64_MIN);
    assert_null(cf_sqlite_column_text(&st, 3).at);
    assert_non_null(cf_sqlite_column_text(&st, 4).at);
    assert_int_equal(cf_sqlite_column_text(&st, 4).len, 0);
    assert_ok(cf_sqlite_step(&st, &row));
    assert_false(row);
    cf_sqlite_finish(&st);
    cf_sqlite_close(&c);
}

static void says_which_kind_of_failure_it_was(void **state) {
    (void)state;
    struct cf_sqlite c;
    struct cf_sqlite_stmt st;
    static char big[CF_SQLITE_VALUE_MAX + 1];
    assert_int_equal(cf_sqlite_open(&c, test_dir_file(&dir, "no-such-folder/x.db"), NULL), CF_ERR_IO);
    assert_null(c.db);
    assert_ok(cf_sqlite_open(&c, ":memory:", NULL));
    assert_ok(cf_sqlite_exec(&c, "CREATE TABLE t(a PRIMARY KEY)"));
    assert_int_equal(cf_sqlite_exec(&c, "CREATE TABEL"), CF_ERR_IO);
    assert_true(cf_sqlite_error_text(&c).len > 0);
    assert_ok(cf_sqlite_prepare(&c, &st, "INSERT INTO t VALUES(?)"));
    cf_sqlite_bind_int(&st, 1, 1);
    assert_ok(cf_sqlite_run(&st));
    cf_sqlite_bind_int(&st, 1, 1);
    assert_int_equal(cf_sqlite_run(&st), CF_ERR_EXISTS);
    cf_sqlite_bind_text(&st, 1, cf_str_n(big, sizeof big));
    assert_int_equal(cf_sqlite_run(&st), CF_ERR_LIMIT);
    cf_sqlite_bind_int(&st, 2, 1); /* there is no second parameter */
    assert_int_equal(cf_sqlite_run(&st), CF_ERR_IO);
    cf_sqlite_bind_int(&st, 1, 2); /* and the error was forgotten with the reset */
    assert_ok(cf_sqlite_run(&st));
    cf_sqlite_finish(&st);
    cf_sqlite_close(&c);
}

static void a_file_that_is_no_database_is_refused_and_kept(void **state) {
    (void)state;
    struct cf_sqlite c;
    const char *path = test_dir_file(&dir, "letter.txt");
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (int i = 0; i < 200; i++) {
        fputs("Dear operator, this is no database.\n", file);
    }
    fclose(file);
    assert_int_equal(cf_sqlite_open(&c, path, NULL), CF_ERR_IO);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, 200 * 36);
}

static void the_file_is_private(void **state) {
    (void)state;
    struct cf_sqlite c;
    struct stat st;
    mode_t mask = umask(0);
    assert_ok(cf_sqlite_open(&c, test_dir_file(&dir, "x.db"), NULL));
    assert_ok(cf_schema_apply(&c));
    umask(mask);
    assert_int_equal(stat(test_dir_file(&dir, "x.db"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(stat(test_dir_file(&dir, "x.db-wal"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    cf_sqlite_close(&c);
}

static void migrates_step_by_step_and_only_forward(void **state) {
    (void)state;
    static const char *const one[] = {"CREATE TABLE a(x)"};
    static const char *const two[] = {"CREATE TABLE a(x)", "INSERT INTO a VALUES(7); ALTER TABLE a ADD COLUMN y"};
    static const char *const broken[] = {"CREATE TABLE a(x)", "INSERT INTO a VALUES(7); ALTER TABLE a ADD COLUMN y",
                                         "CREATE TABLE b(x); nonsense"};
    struct cf_sqlite c;
    assert_ok(cf_sqlite_open(&c, ":memory:", NULL));
    assert_ok(cf_sqlite_migrate(&c, one, 1));
    assert_ok(cf_sqlite_migrate(&c, one, 1));
    assert_ok(cf_sqlite_migrate(&c, two, 2));
    assert_int_equal(number(&c, "SELECT x FROM a"), 7);
    assert_int_equal(number(&c, "PRAGMA user_version"), 2);
    /* A failing step takes the whole upgrade back. */
    assert_int_equal(cf_sqlite_migrate(&c, broken, 3), CF_ERR_IO);
    assert_int_equal(number(&c, "PRAGMA user_version"), 2);
    assert_int_equal(number(&c, "SELECT count(*) FROM sqlite_schema WHERE name = 'b'"), 0);
    /* An older program keeps its hands off. */
    assert_int_equal(cf_sqlite_migrate(&c, one, 1), CF_ERR_UNSUPPORTED);
    assert_ok(cf_sqlite_migrate(&c, two, 2));
    cf_sqlite_close(&c);
}

static void another_writer_is_waited_for_and_then_reported(void **state) {
    (void)state;
    struct cf_sqlite a;
    struct cf_sqlite b;
    struct cf_sqlite_options impatient = {.busy_timeout_msec = 1};
    const char *path = test_dir_file(&dir, "x.db");
    assert_ok(cf_sqlite_open(&a, path, NULL));
    assert_ok(cf_sqlite_exec(&a, "CREATE TABLE t(a)"));
    assert_ok(cf_sqlite_open(&b, path, &impatient));
    assert_ok(cf_sqlite_begin(&a));
    assert_int_equal(cf_sqlite_begin(&b), CF_ERR_TIMEOUT);
    cf_sqlite_rollback(&b);
    assert_ok(cf_sqlite_exec(&a, "INSERT INTO t VALUES(1)"));
    assert_int_equal(number(&b, "SELECT count(*) FROM t"), 0);
    cf_sqlite_rollback(&a);
    assert_ok(cf_sqlite_begin(&b));
    assert_ok(cf_sqlite_commit(&b));
    cf_sqlite_close(&a);
    cf_sqlite_close(&b);
}

static void read_only_changes_nothing(void **state) {
    (void)state;
    struct cf_sqlite c;
    struct cf_sqlite_options look = {.read_only = true};
    const char *path = test_dir_file(&dir, "x.db");
    assert_int_equal(cf_sqlite_open(&c, path, &look), CF_ERR_IO);
    assert_int_equal(access(path, F_OK), -1);
    assert_ok(cf_sqlite_open(&c, path, NULL));
    assert_ok(cf_sqlite_exec(&c, "CREATE TABLE t(a)"));
    cf_sqlite_close(&c);
    assert_ok(cf_sqlite_open(&c, path, &look));
    assert_int_equal(number(&c, "SELECT count(*) FROM t"), 0);
    assert_int_equal(cf_sqlite_exec(&c, "INSERT INTO t VALUES(1)"), CF_ERR_IO);
    cf_sqlite_close(&c);
}

/* Commits rows 1, 2, 3 ... and says so through @p fd after each, until killed. */
static void write_for_ever(const char *path, int fd) {
    struct cf_sqlite c;
    struct cf_sqlite_stmt st;
    if (cf_sqlite_open(&c, path, NULL) != CF_OK || cf_sqlite_exec(&c, "CREATE TABLE t(a INTEGER PRIMARY KEY, b)") != CF_OK ||
        cf_sqlite_prepare(&c, &st, "INSERT INTO t VALUES(?, zeroblob(3000))") != CF_OK) {
        _exit(1);
    }
    for (int64_t n = 1;; n++) {
        cf_sqlite_bind_int(&st, 1, n);
        if (cf_sqlite_run(&st) != CF_OK || write(fd, &n, sizeof n) != sizeof n) {
            _exit(1);
        }
    }
}

static void what_was_committed_survives_kill_9(void **state) {
    (void)state;
    int pipe_fds[2];
    int64_t last = 0;
    const char *path = test_dir_file(&dir, "x.db");
    assert_int_equal(pipe(pipe_fds), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(pipe_fds[0]);
        write_for_ever(path, pipe_fds[1]);
    }
    close(pipe_fds[1]);
    while (last < 200) {
        assert_int_equal(read(pipe_fds[0], &last, sizeof last), sizeof last);
    }
    assert_int_equal(kill(child, SIGKILL), 0);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    while (read(pipe_fds[0], &last, sizeof last) == sizeof last) {
        /* what it said in the meantime counts too */
    }
    close(pipe_fds[0]);

    struct cf_sqlite c;
    assert_ok(cf_sqlite_open(&c, path, NULL));
    int64_t count = number(&c, "SELECT count(*) FROM t");
    assert_in_range(count, last, last + 1);
    assert_int_equal(number(&c, "SELECT max(a) FROM t"), count);
    assert_int_equal(number(&c, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"), 1);
    cf_sqlite_close(&c);
}

/* --- kept statements --- */

static const char insert[] = "INSERT INTO t VALUES(?)";

static void put(struct cf_sqlite *c, struct cf_str value, enum cf_err expected) {
    struct cf_sqlite_stmt st;
    assert_ok(cf_sqlite_prepare(c, &st, insert));
    cf_sqlite_bind_text(&st, 1, value);
    assert_int_equal(cf_sqlite_run(&st), expected);
    cf_sqlite_finish(&st);
}

static void a_finished_statement_is_used_again_without_its_values(void **state) {
    (void)state;
    struct cf_sqlite c;
    struct cf_sqlite_stmt st;
    struct cf_sqlite_stmt other;
    assert_ok(cf_sqlite_open(&c, ":memory:", NULL));
    assert_ok(cf_sqlite_exec(&c, "CREATE TABLE t(a UNIQUE)"));
    assert_ok(cf_sqlite_prepare(&c, &st, insert));
    const struct sqlite3_stmt *first = st.stmt;
    cf_sqlite_bind_text(&st, 1, CF_STR("one"));
    assert_ok(cf_sqlite_run(&st));
    cf_sqlite_bind_text(&st, 1, CF_STR("bound, not run"));
    cf_sqlite_finish(&st);
    assert_ok(cf_sqlite_prepare(&c, &st, insert));
    assert_ptr_equal(st.stmt, first);
    assert_ok(cf_sqlite_prepare(&c, &other, insert)); /* while the first is in use */
    assert_ptr_not_equal(other.stmt, first);
    assert_ok(cf_sqlite_run(&st));
    cf_sqlite_finish(&st);
    cf_sqlite_finish(&other);
    assert_int_equal(number(&c, "SELECT count(*) FROM t WHERE a IS NULL"), 1);
    cf_sqlite_close(&c);
}

static void a_kept_statement_forgets_its_failure_and_sees_a_new_schema(void **state) {
    (void)state;
    struct cf_sqlite c;
    struct cf_sqlite_stmt st;
    bool row = false;
    static const char all[] = "SELECT * FROM t";
    assert_ok(cf_sqlite_open(&c, ":memory:", NULL));
    assert_ok(cf_sqlite_exec(&c, "CREATE TABLE t(a UNIQUE)"));
    put(&c, CF_STR("1"), CF_OK);
    put(&c, CF_STR("1"), CF_ERR_EXISTS);
    put(&c, CF_STR("2"), CF_OK);
    assert_int_equal(number(&c, all), 1);
    assert_ok(cf_sqlite_exec(&c, "ALTER TABLE t ADD COLUMN b INTEGER DEFAULT 7"));
    assert_ok(cf_sqlite_prepare(&c, &st, all));
    assert_ok(cf_sqlite_step(&st, &row));
    assert_int_equal(cf_sqlite_column_int(&st, 1), 7);
    cf_sqlite_finish(&st); /* in the middle of its rows, which would keep the table */
    assert_ok(cf_sqlite_exec(&c, "DROP TABLE t"));
    cf_sqlite_close(&c);
}

static size_t kept_count(const struct cf_sqlite *c) {
    size_t count = 0;
    for (sqlite3_stmt *stmt = sqlite3_next_stmt(c->db, NULL); stmt != NULL; stmt = sqlite3_next_stmt(c->db, stmt)) {
        count++;
    }
    return count;
}

static bool is_kept(const struct cf_sqlite *c, const char *sql) {
    sqlite3_stmt *stmt = sqlite3_next_stmt(c->db, NULL);
    while (stmt != NULL && strcmp(sqlite3_sql(stmt), sql) != 0) {
        stmt = sqlite3_next_stmt(c->db, stmt);
    }
    return stmt != NULL;
}

static void keeps_no_more_statements_than_it_may(void **state) {
    (void)state;
    struct cf_sqlite c;
    static const char *const texts[] = {"SELECT 1", "SELECT 2", "SELECT 3", "SELECT 4", "SELECT 5",
                                        "SELECT 6", "SELECT 7", "SELECT 8", "SELECT 9", "SELECT 10"};
    _Static_assert(sizeof texts / sizeof texts[0] > CF_SQLITE_KEPT_MAX, "more than are kept");
    assert_ok(cf_sqlite_open(&c, ":memory:", NULL));
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 10; i++) {
            assert_int_equal(number(&c, texts[i]), i + 1);
        }
        assert_int_equal(kept_count(&c), CF_SQLITE_KEPT_MAX);
    }
    /* The latest are there, the oldest has gone. */
    for (int i = 0; i < 10; i++) {
        assert_int_equal(is_kept(&c, texts[i]), i >= 10 - CF_SQLITE_KEPT_MAX);
    }
    cf_sqlite_close(&c); /* which asserts that no statement is left */
}

/* What is used again and again stays, whatever else is used once. */
static void forgets_what_was_not_used_for_longest(void **state) {
    (void)state;
    struct cf_sqlite c;
    struct cf_sqlite_stmt st;
    static const char often[] = "SELECT 0";
    static const char *const texts[] = {"SELECT 1", "SELECT 2", "SELECT 3", "SELECT 4",  "SELECT 5",  "SELECT 6",
                                        "SELECT 7", "SELECT 8", "SELECT 9", "SELECT 10", "SELECT 11", "SELECT 12"};
    assert_ok(cf_sqlite_open(&c, ":memory:", NULL));
    assert_ok(cf_sqlite_prepare(&c, &st, often));
    const struct sqlite3_stmt *first = st.stmt;
    cf_sqlite_finish(&st);
    for (int i = 0; i < 12; i++) {
        assert_int_equal(number(&c, texts[i]), i + 1);
        assert_ok(cf_sqlite_prepare(&c, &st, often));
        assert_ptr_equal(st.stmt, first);
        cf_sqlite_finish(&st);
    }
    cf_sqlite_close(&c);
}

#define IN_DIR(test) cmocka_unit_test_setup_teardown(test, make_dir, drop_dir)

CF_TEST_MAIN(cmocka_unit_test(a_finished_statement_is_used_again_without_its_values),
             cmocka_unit_test(a_kept_statement_forgets_its_failure_and_sees_a_new_schema),
             cmocka_unit_test(forgets_what_was_not_used_for_longest), cmocka_unit_test(keeps_no_more_statements_than_it_may),
             cmocka_unit_test(keeps_values_exactly), IN_DIR(says_which_kind_of_failure_it_was),
             IN_DIR(a_file_that_is_no_database_is_refused_and_kept), IN_DIR(the_file_is_private),
             cmocka_unit_test(migrates_step_by_step_and_only_forward), IN_DIR(another_writer_is_waited_for_and_then_reported),
             IN_DIR(read_only_changes_nothing), IN_DIR(what_was_committed_survives_kill_9))
