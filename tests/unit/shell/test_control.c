/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The control socket: questions from another thread. */
#include "shell/control/control.h"

#include "lib/test.h"
#include "shell/thread/thread.h"
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/confer-test-XXXXXX";
static char path[64];
static struct cf_loop *loop;

static void answer(void *ctx, struct cf_str command, struct cf_writer *w) {
    (void)ctx;
    cf_put_lit(w, "heard ");
    cf_put(w, command);
    if (cf_str_eq(command, CF_STR("long"))) {
        for (int i = 0; i < 100000; i++) {
            cf_put_char(w, 'x');
        }
    }
    if (cf_str_eq(command, CF_STR("stop"))) {
        cf_loop_stop(loop);
    }
}

static enum cf_err results[4];
static char answers[4][200000];
static size_t lens[4];

static void *ask_all(void *ctx) {
    char line[CF_CONTROL_LINE_MAX + 10];
    (void)ctx;
    memset(line, 'y', sizeof line);
    results[0] = cf_control_ask(path, CF_STR("rooms x"), answers[0], sizeof answers[0], &lens[0]);
    results[1] = cf_control_ask(path, CF_STR("long"), answers[1], sizeof answers[1], &lens[1]);
    results[2] = cf_control_ask(path, cf_str_n(line, sizeof line), answers[2], sizeof answers[2], &lens[2]);
    results[3] = cf_control_ask(path, CF_STR("stop"), answers[3], sizeof answers[3], &lens[3]);
    return NULL;
}

static void answers_commands(void **state) {
    (void)state;
    struct cf_control *control = NULL;
    struct cf_thread thread;
    struct stat info;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/control.sock", folder);
    assert_ok(cf_loop_create(&loop));
    assert_int_equal(cf_control_ask(path, CF_STR("x"), answers[0], 9, &lens[0]), CF_ERR_NOT_FOUND);
    assert_ok(cf_control_listen(loop, path, answer, NULL, &control));
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_ok(cf_thread_start(&thread, "client", ask_all, NULL));
    cf_loop_run(loop);
    /* The answer to "stop" is written by the turns that destroying the loop makes. */
    cf_control_close(&control);
    cf_loop_destroy(&loop);
    cf_thread_join(&thread);
    assert_ok(results[0]);
    assert_str(cf_str_n(answers[0], lens[0]), CF_STR("heard rooms x"));
    assert_ok(results[1]);
    assert_int_equal(lens[1], 100000 + strlen("heard long"));
    assert_int_equal(results[2], CF_ERR_IO);
    rmdir(folder);
}

static void replaces_the_socket_of_a_dead_server(void **state) {
    (void)state;
    struct cf_control *control = NULL;
    memcpy(folder + strlen(folder) - 6, "XXXXXX", 6);
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/control.sock", folder);
    assert_ok(cf_loop_create(&loop));
    assert_ok(cf_control_listen(loop, path, answer, NULL, &control));
    /* As after kill -9: the file stays, nobody listens. */
    char kept[80];
    snprintf(kept, sizeof kept, "%s.kept", path);
    assert_int_equal(rename(path, kept), 0);
    cf_control_close(&control);
    cf_loop_destroy(&loop);
    assert_int_equal(rename(kept, path), 0);
    assert_ok(cf_loop_create(&loop));
    assert_ok(cf_control_listen(loop, path, answer, NULL, &control));
    cf_control_close(&control);
    assert_int_not_equal(access(path, F_OK), 0);
    cf_loop_destroy(&loop);
    rmdir(folder);
}

CF_TEST_MAIN(cmocka_unit_test(answers_commands), cmocka_unit_test(replaces_the_socket_of_a_dead_server))
