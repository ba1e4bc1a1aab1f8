/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "adapt/sqlite/conference_store.h"

#include "adapt/sqlite/schema.h"
#include "lib/conf_world.h"
#include "lib/test_dir.h"
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/** A database. */
struct fixture {
    struct cf_sqlite c;
};

static void open_store(struct fixture *f, const char *path) {
    assert_ok(cf_sqlite_open(&f->c, path, NULL));
    assert_ok(cf_schema_apply(&f->c));
}

static void close_store(struct fixture *f) {
    cf_sqlite_close(&f->c);
}

/** Restores into a directory, as the server does at start. */
struct restoring {
    struct world *w;
    size_t count;
};

static void restore(void *ctx, const struct cf_conference_row *row) {
    struct restoring *r = ctx;
    assert_int_equal(cf_directory_restore(&r->w->dir, r->w->now, row).reason, CF_DENIAL_NONE);
    r->count++;
}

static size_t restore_all(struct fixture *f, struct world *w) {
    struct restoring r = {.w = w};
    size_t skipped = 0;
    assert_ok(cf_conference_store_each(&f->c, &w->mem.mem, restore, &r, &skipped));
    assert_int_equal(skipped, 0);
    return r.count;
}

/** What a server does with what its directory wants. */
static void obey(struct fixture *f, struct world *w) {
    struct cf_directory_out out;
    while (cf_directory_poll(&w->dir, w->now, &out)) {
        if (out.conference.kind == CF_CONF_OUT_STORE) {
            struct cf_conference_row row = cf_conference_row_of(out.conference.conference);
            assert_ok(cf_conference_store_put(&f->c, &row));
        } else if (out.forget_key.at != NULL) {
            assert_ok(cf_conference_store_remove(&f->c, out.forget_key));
        }
    }
}

static struct cf_conference *schedule(struct world *w, size_t invitees) {
    struct cf_resource_list list;
    cf_resource_list_init(&list, &w->mem.mem, 100);
    for (size_t i = 0; i < invitees; i++) {
        char uri[64];
        struct cf_resource_entry *entry = NULL;
        snprintf(uri, sizeof uri, "sip:user%zu@example.org;X-ROLE=%s;X-SEQ=%zu", i, i % 2 == 0 ? "speaker" : "listener", i);
        assert_ok(
            cf_resource_list_add(&list, cf_str_of(uri), i == 1 ? CF_STR("One; DROP TABLE conference") : CF_STR_NONE, &entry));
        entry->copy = (enum cf_copy_control)(i % 4);
        entry->is_anonymous = i == 2;
    }
    struct cf_conference_config config = {.kind = CF_CONFERENCE_SCHEDULED,
                                          .access = CF_CONFERENCE_ACCESS_INVITED,
                                          .uri = CF_STR("sip:focus@example.org"),
                                          .subject = CF_STR("Gr\xc3\xbc\xc3\x9f"
                                                            "e, 'quoted'"),
                                          .organiser = CF_STR(ALICE),
                                          .start = WORLD_WALL + CF_SEC(3600),
                                          .end = WORLD_WALL + CF_SEC(7200),
                                          .has_video = true,
                                          .pin = CF_STR("4711"),
                                          .invitees = &list};
    struct cf_conference *conf = world_create(w, &config);
    cf_resource_list_fini(&list);
    return conf;
}

static void assert_same_row(const struct cf_conference *a, const struct cf_conference *b) {
    struct cf_conference_row left = cf_conference_row_of(a);
    struct cf_conference_row right = cf_conference_row_of(b);
    assert_str(left.key, right.key);
    assert_str(left.uri, right.uri);
    assert_str(left.subject, right.subject);
    assert_str(left.organiser, right.organiser);
    assert_str(left.organiser_name, right.organiser_name);
    assert_int_equal(left.kind, right.kind);
    assert_int_equal(left.state, right.state);
    assert_int_equal(left.access, right.access);
    assert_true(left.start == right.start && left.end == right.end && left.created == right.created && left.over == right.over);
    assert_int_equal(left.media, right.media);
    assert_int_equal(left.flags, right.flags);
    assert_str(left.pin, right.pin);
    assert_int_equal(left.invitee_count, right.invitee_count);
    for (size_t i = 0; i < left.invitee_count; i++) {
        assert_str(left.invitees[i]->aor, right.invitees[i]->aor);
        assert_str(left.invitees[i]->name, right.invitees[i]->name);
        assert_int_equal(left.invitees[i]->role, right.invitees[i]->role);
        assert_int_equal(left.invitees[i]->sequence, right.invitees[i]->sequence);
        assert_int_equal(left.invitees[i]->copy, right.invitees[i]->copy);
        assert_int_equal(left.invitees[i]->is_anonymous, right.invitees[i]->is_anonymous);
    }
}

static void conferences_come_back_as_they_were(void **state) {
    (void)state;
    struct fixture f;
    struct world before;
    struct world after;
    struct cf_conference *found = NULL;
    world_init(&before, NULL);
    world_init(&after, NULL);
    open_store(&f, ":memory:");
    struct cf_conference *big = schedule(&before, 20);
    struct cf_conference *small = schedule(&before, 0);
    struct cf_conference_config config = {
        .kind = CF_CONFERENCE_ROOM, .key = CF_STR("room-lounge"), .uri = CF_STR("sip:room-lounge@example.org")};
    struct cf_conference *room = world_create(&before, &config);
    (void)world_ad_hoc(&before, NULL); /* lives and dies with its calls */
    obey(&f, &before);
    assert_int_equal(restore_all(&f, &after), 3);
    struct cf_conference *const all[] = {big, small, room};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(cf_directory_find(&after.dir, all[i]->key, &found).reason, CF_DENIAL_NONE);
        assert_same_row(all[i], found);
    }
    close_store(&f);
    world_fini(&before);
    world_fini(&after);
}

static void changes_replace_the_row_and_its_list(void **state) {
    (void)state;
    struct fixture f;
    struct world before;
    struct world after;
    struct cf_conference *found = NULL;
    world_init(&before, NULL);
    world_init(&after, NULL);
    open_store(&f, ":memory:");
    struct cf_conference *conf = schedule(&before, 20);
    obey(&f, &before);
    struct cf_conference_actor alice = world_actor(ALICE);
    struct cf_resource_list list;
    cf_resource_list_init(&list, &before.mem.mem, 10);
    assert_ok(cf_resource_list_add(&list, CF_STR(CAROL), CF_STR_NONE, NULL));
    struct cf_conference_update update = {.subject = CF_STR("Moved"), .start = WORLD_WALL, .invitees = &list};
    assert_int_equal(cf_conference_on_update(conf, before.now, &alice, &update).reason, CF_DENIAL_NONE);
    cf_resource_list_fini(&list);
    obey(&f, &before);
    assert_int_equal(restore_all(&f, &after), 1);
    assert_int_equal(cf_directory_find(&after.dir, conf->key, &found).reason, CF_DENIAL_NONE);
    assert_same_row(conf, found);
    assert_int_equal(found->invitee_count, 1);
    close_store(&f);
    world_fini(&before);
    world_fini(&after);
}

static void a_cancelled_conference_is_still_cancelled_after_a_restart_and_then_forgotten(void **state) {
    (void)state;
    struct fixture f;
    struct world before;
    struct world after;
    struct world last;
    struct cf_conference *found = NULL;
    char key[CF_DIRECTORY_ID_LEN];
    world_init(&before, NULL);
    world_init(&after, NULL);
    world_init(&last, NULL);
    open_store(&f, ":memory:");
    struct cf_conference *conf = schedule(&before, 3);
    struct cf_conference_actor alice = world_actor(ALICE);
    memcpy(key, conf->key.at, sizeof key);
    assert_int_equal(cf_conference_on_cancel(conf, before.now, &alice).reason, CF_DENIAL_NONE);
    obey(&f, &before);
    assert_int_equal(restore_all(&f, &after), 1);
    assert_int_equal(cf_directory_find(&after.dir, cf_str_n(key, sizeof key), &found).reason, CF_DENIAL_CANCELLED);
    after.now = CF_SEC(24 * 3600);
    cf_directory_on_deadline(&after.dir, after.now);
    obey(&f, &after);
    assert_int_equal(restore_all(&f, &last), 0);
    close_store(&f);
    world_fini(&before);
    world_fini(&after);
    world_fini(&last);
}

static void count_row(void *ctx, const struct cf_conference_row *row) {
    (void)row;
    (*(size_t *)ctx)++;
}

static void rows_with_unknown_words_are_passed_over(void **state) {
    (void)state;
    struct fixture f;
    struct test_mem m;
    size_t count = 0;
    size_t skipped = 0;
    test_mem_init(&m);
    open_store(&f, ":memory:");
    assert_ok(cf_sqlite_exec(&f.c,
                             "INSERT INTO conference VALUES('a','webinar','created','open','u','s',NULL,NULL,0,0,0,0,1,0,NULL);"
                             "INSERT INTO conference VALUES('b','room','asleep','open','u','s',NULL,NULL,0,0,0,0,1,0,NULL);"
                             "INSERT INTO conference VALUES('c','room','idle','open','u','s',NULL,NULL,0,0,0,0,1,0,NULL);"
                             "INSERT INTO conference_invitee VALUES('c',0,'sip:x',NULL,'king',-1,77,5)"));
    assert_ok(cf_conference_store_each(&f.c, &m.mem, count_row, &count, &skipped));
    assert_int_equal(count, 1);
    assert_int_equal(skipped, 2);
    close_store(&f);
    test_mem_fini(&m);
}

static void survives_running_out_of_memory_while_reading(void **state) {
    (void)state;
    struct fixture f;
    struct world w;
    bool failed = true;
    world_init(&w, NULL);
    open_store(&f, ":memory:");
    (void)schedule(&w, 9);
    obey(&f, &w);
    for (size_t n = 0; failed; n++) {
        struct test_mem m;
        size_t count = 0;
        size_t skipped = 0;
        test_mem_init(&m);
        m.fail_at = n;
        enum cf_err err = cf_conference_store_each(&f.c, &m.mem, count_row, &count, &skipped);
        assert_int_equal(err, m.failed ? CF_ERR_NO_MEMORY : CF_OK);
        failed = m.failed;
        test_mem_fini(&m);
    }
    close_store(&f);
    world_fini(&w);
}

/* Rewrites one conference again and again: revision n has n % 50 invitees, all of revision n. */
static void write_for_ever(const char *path, int fd) {
    struct cf_sqlite c;
    struct cf_conference_invitee invitee = {.aor = CF_STR("sip:x@example.org"), .role = CF_CONF_ROLE_SPEAKER};
    const struct cf_conference_invitee *invitees[50];
    if (cf_sqlite_open(&c, path, NULL) != CF_OK || cf_schema_apply(&c) != CF_OK) {
        _exit(1);
    }
    for (size_t i = 0; i < 50; i++) {
        invitees[i] = &invitee;
    }
    for (uint32_t n = 1;; n++) {
        struct cf_conference_row row = {.key = CF_STR("k"),
                                        .kind = CF_CONFERENCE_SCHEDULED,
                                        .subject = CF_STR("s"),
                                        .uri = CF_STR("sip:k"),
                                        .start = n,
                                        .invitees = invitees,
                                        .invitee_count = n % 50};
        invitee.sequence = n;
        if (cf_conference_store_put(&c, &row) != CF_OK || write(fd, &n, sizeof n) != sizeof n) {
            _exit(1);
        }
    }
}

/** What is in the database after the kill. */
struct revision {
    cf_wall start;
    size_t invitees;
};

static void check_revision(void *ctx, const struct cf_conference_row *row) {
    struct revision *r = ctx;
    r->start = row->start;
    r->invitees = row->invitee_count;
    for (size_t i = 0; i < row->invitee_count; i++) {
        assert_true(row->invitees[i]->sequence == (uint64_t)row->start);
    }
}

static void kill_9_leaves_the_old_row_or_the_new_one(void **state) {
    (void)state;
    struct test_dir dir;
    struct test_mem m;
    struct fixture f;
    struct revision revision = {0, 0};
    size_t skipped = 0;
    int pipe_fds[2];
    test_dir_init(&dir);
    test_mem_init(&m);
    for (uint32_t round = 1; round <= 5; round++) {
        char name[16];
        uint32_t last = 0;
        snprintf(name, sizeof name, "%u.db", round);
        const char *path = test_dir_file(&dir, name);
        assert_int_equal(pipe(pipe_fds), 0);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            close(pipe_fds[0]);
            write_for_ever(path, pipe_fds[1]);
        }
        close(pipe_fds[1]);
        while (last < 30 + round * 7) {
            assert_int_equal(read(pipe_fds[0], &last, sizeof last), sizeof last);
        }
        assert_int_equal(kill(child, SIGKILL), 0);
        assert_int_equal(waitpid(child, NULL, 0), child);
        while (read(pipe_fds[0], &last, sizeof last) == sizeof last) {
            /* it may have said more in the meantime */
        }
        close(pipe_fds[0]);
        open_store(&f, path);
        assert_ok(cf_conference_store_each(&f.c, &m.mem, check_revision, &revision, &skipped));
        assert_in_range(revision.start, last, last + 1);
        assert_int_equal(revision.invitees, (size_t)revision.start % 50);
        close_store(&f);
    }
    test_mem_fini(&m);
    test_dir_fini(&dir);
}

CF_TEST_MAIN(cmocka_unit_test(conferences_come_back_as_they_were), cmocka_unit_test(changes_replace_the_row_and_its_list),
             cmocka_unit_test(a_cancelled_conference_is_still_cancelled_after_a_restart_and_then_forgotten),
             cmocka_unit_test(rows_with_unknown_words_are_passed_over),
             cmocka_unit_test(survives_running_out_of_memory_while_reading),
             cmocka_unit_test(kill_9_leaves_the_old_row_or_the_new_one))
