/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/conf_world.h"

static enum cf_denial_reason create(struct world *w, const char *organiser, const char *key, struct cf_conference **ret) {
    struct cf_conference_config config = {.kind = CF_CONFERENCE_AD_HOC,
                                          .key = cf_str_of(key),
                                          .uri = CF_STR("sip:focus@example.org"),
                                          .organiser = cf_str_of(organiser)};
    return cf_directory_create(&w->dir, w->now, &config, ret).reason;
}

static void makes_unguessable_names(void **state) {
    (void)state;
    struct world w;
    struct cf_conference *a = NULL;
    struct cf_conference *b = NULL;
    struct cf_conference *found = NULL;
    world_init(&w, NULL);
    assert_int_equal(create(&w, ALICE, NULL, &a), CF_DENIAL_NONE);
    assert_int_equal(create(&w, ALICE, NULL, &b), CF_DENIAL_NONE);
    assert_int_equal(a->key.len, CF_DIRECTORY_ID_LEN);
    assert_false(cf_str_eq(a->key, b->key));
    assert_true(cf_str_starts(a->uri, CF_STR("sip:focus@example.org;conf-id=")));
    assert_true(cf_str_ends(a->uri, a->key));
    assert_int_equal(cf_directory_find(&w.dir, b->key, &found).reason, CF_DENIAL_NONE);
    assert_ptr_equal(found, b);
    assert_ptr_equal(cf_directory_get(&w.dir, a->handle), a);
    assert_int_equal(cf_directory_find(&w.dir, CF_STR("unknown"), &found).reason, CF_DENIAL_NOT_FOUND);
    assert_ptr_equal(found, b);
    world_fini(&w);
}

/* Also while the one that is visited ends. */
static void a_visit_passes_by_those_that_are_over(void **state) {
    (void)state;
    struct world w;
    struct cf_conference *confs[3] = {NULL};
    const struct cf_conference_actor server = {.is_operator = true};
    world_init(&w, NULL);
    assert_null(cf_directory_next(&w.dir, NULL));
    for (size_t i = 0; i < 3; i++) {
        const char key[] = {(char)('1' + i), '\0'};
        assert_int_equal(create(&w, ALICE, key, &confs[i]), CF_DENIAL_NONE);
    }
    assert_ptr_equal(cf_directory_next(&w.dir, NULL), confs[0]);
    assert_int_equal(cf_conference_on_end(confs[0], w.now, &server).reason, CF_DENIAL_NONE);
    assert_ptr_equal(cf_directory_next(&w.dir, confs[0]), confs[1]);
    assert_ptr_equal(cf_directory_next(&w.dir, NULL), confs[1]);
    assert_ptr_equal(cf_directory_next(&w.dir, confs[1]), confs[2]);
    assert_null(cf_directory_next(&w.dir, confs[2]));
    world_fini(&w);
}

static void limits_conferences_of_the_server_and_of_an_account(void **state) {
    (void)state;
    struct world w;
    struct cf_conference_limits limits = cf_conference_limits_default;
    struct cf_conference *conf = NULL;
    limits.conferences = 4;
    limits.per_account = 2;
    world_init(&w, &limits);
    assert_int_equal(create(&w, ALICE, "1", &conf), CF_DENIAL_NONE);
    assert_int_equal(create(&w, ALICE, "1", &conf), CF_DENIAL_EXISTS);
    assert_int_equal(create(&w, ALICE, "2", &conf), CF_DENIAL_NONE);
    assert_int_equal(create(&w, ALICE, "3", &conf), CF_DENIAL_ACCOUNT_FULL);
    assert_int_equal(create(&w, BOB, "3", &conf), CF_DENIAL_NONE);
    assert_int_equal(create(&w, NULL, "4", &conf), CF_DENIAL_NONE);
    assert_int_equal(create(&w, CAROL, "5", &conf), CF_DENIAL_CONFERENCES_FULL);
    assert_int_equal(w.dir.refused, 3);
    /* What is over counts no more. */
    world_run(&w, CF_SEC(60));
    assert_int_equal(w.dir.handles.count, 0);
    assert_int_equal(create(&w, ALICE, "3", &conf), CF_DENIAL_NONE);
    world_fini(&w);
}

static void an_over_conference_is_freed_by_the_poll_after_it_was_told(void **state) {
    (void)state;
    struct world w;
    struct cf_directory_out out;
    struct cf_conference *conf = NULL;
    world_init(&w, NULL);
    assert_int_equal(create(&w, ALICE, "x", &conf), CF_DENIAL_NONE);
    struct cf_handle handle = conf->handle;
    struct cf_handle device = world_join(&w, conf, ALICE, ALICE_PHONE);
    (void)world_drain(&w);
    cf_conference_on_left(conf, w.now, device, false);
    assert_true(cf_directory_poll(&w.dir, w.now, &out));
    assert_int_equal(out.conference.kind, CF_CONF_OUT_OVER);
    assert_ptr_equal(out.conference.conference, conf);
    assert_str(conf->key, CF_STR("x")); /* still there to be read */
    assert_null(cf_directory_get(&w.dir, handle));
    assert_false(cf_directory_poll(&w.dir, w.now, &out));
    assert_null(w.dir.over);
    world_fini(&w);
}

static void tombstones_are_bounded_and_a_name_can_be_used_again(void **state) {
    (void)state;
    struct world w;
    struct cf_conference_limits limits = cf_conference_limits_default;
    struct cf_conference *conf = NULL;
    limits.tombstones = 2;
    world_init(&w, &limits);
    static const char *const keys[] = {"1", "2", "3"};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(create(&w, ALICE, keys[i], &conf), CF_DENIAL_NONE);
        world_run(&w, w.now + CF_SEC(61));
    }
    assert_int_equal(cf_directory_find(&w.dir, CF_STR("1"), &conf).reason, CF_DENIAL_NOT_FOUND);
    assert_int_equal(cf_directory_find(&w.dir, CF_STR("2"), &conf).reason, CF_DENIAL_GONE);
    assert_int_equal(create(&w, ALICE, "2", &conf), CF_DENIAL_NONE);
    assert_int_equal(cf_directory_find(&w.dir, CF_STR("2"), &conf).reason, CF_DENIAL_NONE);
    /* After a day nobody remembers. */
    world_run(&w, w.now + CF_SEC(24 * 3600 + 61));
    assert_int_equal(cf_directory_find(&w.dir, CF_STR("3"), &conf).reason, CF_DENIAL_NOT_FOUND);
    assert_true(cf_directory_deadline(&w.dir) == CF_USEC_NEVER);
    world_fini(&w);
}

/* --- rows --- */

static struct cf_conference *scheduled(struct world *w) {
    struct cf_resource_list list;
    cf_resource_list_init(&list, &w->mem.mem, 10);
    assert_ok(cf_resource_list_add(&list, CF_STR(BOB ";X-ROLE=listener;X-SEQ=7"), CF_STR("Bob"), NULL));
    assert_ok(cf_resource_list_add(&list, CF_STR(CAROL), CF_STR_NONE, NULL));
    struct cf_conference_config config = {.kind = CF_CONFERENCE_SCHEDULED,
                                          .access = CF_CONFERENCE_ACCESS_INVITED,
                                          .uri = CF_STR("sip:focus@example.org"),
                                          .subject = CF_STR("Planned"),
                                          .organiser = CF_STR(ALICE),
                                          .organiser_name = CF_STR("Alice"),
                                          .start = WORLD_WALL + CF_SEC(3600),
                                          .end = WORLD_WALL + CF_SEC(7200),
                                          .has_video = true,
                                          .has_lobby = true,
                                          .invitees = &list};
    struct cf_conference *conf = world_create(w, &config);
    cf_resource_list_fini(&list);
    return conf;
}

static void a_stored_conference_is_the_same_after_a_restart(void **state) {
    (void)state;
    struct world before;
    struct world after;
    struct cf_conference *found = NULL;
    world_init(&before, NULL);
    world_init(&after, NULL);
    after.now = CF_SEC(1000000); /* the monotonic clock begins anywhere, the wall clock is an hour later */
    cf_directory_set_wall(&after.dir, after.now, WORLD_WALL + CF_SEC(3600));
    struct cf_conference *old = scheduled(&before);
    struct cf_conference_actor operator= {.is_operator = true};
    assert_int_equal(cf_conference_on_lock(old, before.now, &operator, true).reason, CF_DENIAL_NONE);
    struct cf_conference_row row = cf_conference_row_of(old);
    assert_int_equal(cf_directory_restore(&after.dir, after.now, &row).reason, CF_DENIAL_NONE);
    assert_int_equal(cf_directory_restore(&after.dir, after.now, &row).reason, CF_DENIAL_EXISTS);
    assert_str(world_drain(&after), CF_STR("")); /* nothing to be stored */
    assert_int_equal(cf_directory_find(&after.dir, old->key, &found).reason, CF_DENIAL_NONE);
    struct cf_conference_row again = cf_conference_row_of(found);
    assert_str(again.key, row.key);
    assert_str(again.uri, row.uri);
    assert_str(again.subject, row.subject);
    assert_str(again.organiser, row.organiser);
    assert_str(again.organiser_name, row.organiser_name);
    assert_int_equal(again.kind, row.kind);
    assert_int_equal(again.access, row.access);
    assert_true(again.start == row.start && again.end == row.end && again.created == row.created);
    assert_int_equal(again.media, CF_CONFERENCE_ROW_AUDIO | CF_CONFERENCE_ROW_VIDEO);
    assert_int_equal(again.flags, CF_CONFERENCE_ROW_LOCKED | CF_CONFERENCE_ROW_LOBBY);
    assert_int_equal(again.invitee_count, 2);
    assert_str(again.invitees[0]->aor, CF_STR(BOB));
    assert_str(again.invitees[0]->name, CF_STR("Bob"));
    assert_int_equal(again.invitees[0]->role, CF_CONF_ROLE_LISTENER);
    assert_int_equal(again.invitees[0]->sequence, 7);
    /* And it works: the organiser is administrator, whatever was stored. */
    (void)world_join(&after, found, ALICE, ALICE_PHONE);
    assert_true(world_is_admin(found, ALICE));
    world_fini(&before);
    world_fini(&after);
}

static void running_is_stored_as_idle(void **state) {
    (void)state;
    struct world w;
    world_init(&w, NULL);
    struct cf_conference *conf = scheduled(&w);
    w.now = CF_SEC(3600);
    (void)world_join(&w, conf, ALICE, ALICE_PHONE);
    assert_int_equal(conf->state, CF_CONFERENCE_STATE_RUNNING);
    assert_int_equal(cf_conference_row_of(conf).state, CF_CONFERENCE_STATE_IDLE);
    world_fini(&w);
}

static void a_cancelled_row_is_answered_for_and_then_deleted(void **state) {
    (void)state;
    struct world w;
    struct cf_conference *found = NULL;
    world_init(&w, NULL);
    struct cf_conference_row row = {.key = CF_STR("k"),
                                    .kind = CF_CONFERENCE_SCHEDULED,
                                    .state = CF_CONFERENCE_STATE_CANCELLED,
                                    .over = WORLD_WALL - CF_SEC(3600)};
    assert_int_equal(cf_directory_restore(&w.dir, w.now, &row).reason, CF_DENIAL_NONE);
    assert_int_equal(cf_directory_restore(&w.dir, w.now, &row).reason, CF_DENIAL_EXISTS);
    assert_int_equal(cf_directory_find(&w.dir, CF_STR("k"), &found).reason, CF_DENIAL_CANCELLED);
    assert_true(cf_directory_deadline(&w.dir) == CF_SEC(23 * 3600));
    w.now = CF_SEC(23 * 3600);
    cf_directory_on_deadline(&w.dir, w.now);
    assert_str(world_drain(&w), CF_STR("forget\n"));
    assert_int_equal(cf_directory_find(&w.dir, CF_STR("k"), &found).reason, CF_DENIAL_NOT_FOUND);
    world_fini(&w);
}

static void a_row_that_expired_while_the_server_was_down_expires_now(void **state) {
    (void)state;
    struct world w;
    struct cf_conference *found = NULL;
    world_init(&w, NULL);
    struct cf_conference_row row = {.key = CF_STR("k"),
                                    .kind = CF_CONFERENCE_SCHEDULED,
                                    .state = CF_CONFERENCE_STATE_IDLE,
                                    .uri = CF_STR("sip:x"),
                                    .start = 1000000,
                                    .end = 2000000};
    assert_int_equal(cf_directory_restore(&w.dir, w.now, &row).reason, CF_DENIAL_NONE);
    cf_directory_on_deadline(&w.dir, w.now);
    assert_str(world_drain(&w), CF_STR("store expired\nover expired\n"));
    assert_int_equal(cf_directory_find(&w.dir, CF_STR("k"), &found).reason, CF_DENIAL_TOO_LATE);
    world_fini(&w);
}

/* --- memory --- */

static void story(struct world *w) {
    struct cf_conference *conf = NULL;
    struct cf_resource_list list;
    cf_resource_list_init(&list, &w->mem.mem, 10);
    (void)!cf_resource_list_add(&list, CF_STR(BOB), CF_STR("Bob"), NULL);
    struct cf_conference_config config = {
        .kind = CF_CONFERENCE_SCHEDULED, .uri = CF_STR("sip:focus@example.org"), .organiser = CF_STR(ALICE), .invitees = &list};
    if (cf_denial_is_none(cf_directory_create(&w->dir, w->now, &config, &conf))) {
        struct cf_conference_actor alice = world_actor(ALICE);
        struct cf_conference_update update = {.subject = CF_STR("x"), .start = WORLD_WALL, .invitees = &list};
        (void)world_drain(w);
        enum cf_denial_reason reason = cf_conference_on_update(conf, w->now, &alice, &update).reason;
        assert_true(reason == CF_DENIAL_NONE || reason == CF_DENIAL_NO_MEMORY);
        struct cf_conference_row row = cf_conference_row_of(conf);
        row.key = CF_STR("other");
        reason = cf_directory_restore(&w->dir, w->now, &row).reason;
        assert_true(reason == CF_DENIAL_NONE || reason == CF_DENIAL_NO_MEMORY);
        assert_int_equal(cf_conference_on_cancel(conf, w->now, &alice).reason, CF_DENIAL_NONE);
        (void)world_drain(w);
    }
    cf_resource_list_fini(&list);
}

static void survives_running_out_of_memory_at_any_point(void **state) {
    (void)state;
    bool failed = true;
    for (size_t n = 0; failed; n++) {
        struct world w;
        world_init(&w, NULL);
        w.mem.fail_at = w.mem.count + n;
        story(&w);
        failed = w.mem.failed;
        world_fini(&w);
        assert_true(n < 500);
    }
}

CF_TEST_MAIN(cmocka_unit_test(makes_unguessable_names), cmocka_unit_test(a_visit_passes_by_those_that_are_over),
             cmocka_unit_test(limits_conferences_of_the_server_and_of_an_account),
             cmocka_unit_test(an_over_conference_is_freed_by_the_poll_after_it_was_told),
             cmocka_unit_test(tombstones_are_bounded_and_a_name_can_be_used_again),
             cmocka_unit_test(a_stored_conference_is_the_same_after_a_restart), cmocka_unit_test(running_is_stored_as_idle),
             cmocka_unit_test(a_cancelled_row_is_answered_for_and_then_deleted),
             cmocka_unit_test(a_row_that_expired_while_the_server_was_down_expires_now),
             cmocka_unit_test(survives_running_out_of_memory_at_any_point))
