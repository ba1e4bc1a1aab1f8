/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is told of conferences to the outside: in order, once, bounded, and nothing if nobody asks. */
#include "core/conf/conference_happening.h"

#include "lib/conf_world.h"

static struct world w;

static int begin(void **state) {
    (void)state;
    world_init(&w, NULL);
    cf_happenings_keep(&w.dir.env, true);
    return 0;
}

static int end(void **state) {
    (void)state;
    world_fini(&w);
    return 0;
}

static struct cf_conference *room(bool has_lobby) {
    struct cf_conference_config config = {.kind = CF_CONFERENCE_ROOM,
                                          .key = CF_STR("room-tea"),
                                          .uri = CF_STR("sip:room-tea@example.org"),
                                          .organiser = CF_STR(ALICE),
                                          .has_lobby = has_lobby};
    return world_create(&w, &config);
}

static void leave(struct cf_conference *conf, const char *aor) {
    cf_conference_on_left(conf, w.now, world_device(conf, aor)->handle, false);
}

/* All that was told since, as "event user;". */
static struct cf_str told(void) {
    static char text[2048];
    struct cf_writer line;
    struct cf_happening h;
    cf_writer_init(&line, text, sizeof text);
    while (cf_happenings_poll(&w.dir.env, w.now, &h)) {
        assert_str(h.key, CF_STR("room-tea"));
        assert_true(h.at == WORLD_WALL + w.now);
        cf_put(&line, cf_happening_word(h.kind));
        if (h.user.at != NULL) {
            cf_put_char(&line, ' ');
            cf_put(&line, h.user);
            assert_true(h.role.len > 0);
        }
        cf_put_char(&line, ';');
    }
    return cf_writer_str(&line);
}

static void coming_and_going_is_told_once(void **state) {
    (void)state;
    struct cf_conference *conf = room(false);
    (void)world_join(&w, conf, ALICE, ALICE_PHONE);
    (void)world_join(&w, conf, BOB, BOB_PHONE);
    assert_str(told(), CF_STR("room.started;member.joined " ALICE ";member.joined " BOB ";"));
    /* Another device, and the same one again: nobody has come or gone. */
    (void)world_join(&w, conf, BOB, BOB_LAPTOP);
    (void)world_join(&w, conf, BOB, BOB_LAPTOP);
    (void)world_drain(&w);
    leave(conf, BOB);
    assert_str(told(), CF_STR(""));
    leave(conf, BOB);
    assert_str(told(), CF_STR("member.left " BOB ";"));
    leave(conf, ALICE);
    assert_str(told(), CF_STR("member.left " ALICE ";room.ended;"));
}

static void the_lobby_is_told(void **state) {
    (void)state;
    struct cf_conference *conf = room(true);
    struct cf_conference_actor alice = world_actor(ALICE);
    (void)world_join(&w, conf, ALICE, ALICE_PHONE);
    (void)world_join(&w, conf, BOB, BOB_PHONE);
    (void)world_join(&w, conf, CAROL, CAROL_PHONE);
    assert_str(told(), CF_STR("room.started;member.joined " ALICE ";member.waiting " BOB ";member.waiting " CAROL ";"));
    assert_true(cf_denial_is_none(cf_conference_on_admit(conf, w.now, &alice, CF_STR(BOB), true)));
    assert_true(cf_denial_is_none(cf_conference_on_admit(conf, w.now, &alice, CF_STR(CAROL), false)));
    assert_str(told(), CF_STR("member.joined " BOB ";"));
}

static void an_end_for_all_is_told_last(void **state) {
    (void)state;
    struct cf_conference *conf = room(false);
    struct cf_conference_actor alice = world_actor(ALICE);
    (void)world_join(&w, conf, ALICE, ALICE_PHONE);
    (void)world_join(&w, conf, BOB, BOB_PHONE);
    (void)told();
    assert_true(cf_denial_is_none(cf_conference_on_end(conf, w.now, &alice)));
    assert_str(told(), CF_STR("member.left " ALICE ";member.left " BOB ";room.ended;"));
    struct cf_conference_actor server = {.is_operator = true};
    assert_int_equal(cf_conference_on_delete(conf, w.now, &alice).reason, CF_DENIAL_NOT_ADMIN);
    assert_true(cf_denial_is_none(cf_conference_on_delete(conf, w.now, &server)));
    assert_int_equal(cf_conference_on_delete(conf, w.now, &server).reason, CF_DENIAL_GONE);
    (void)world_drain(&w);
}

static void the_queue_is_bounded_and_off_by_default(void **state) {
    (void)state;
    struct cf_conference *conf = room(false);
    for (size_t i = 0; i < CF_HAPPENINGS_MAX; i++) {
        (void)world_join(&w, conf, ALICE, ALICE_PHONE);
        leave(conf, ALICE);
        (void)world_drain(&w);
    }
    assert_int_equal(w.dir.env.happening_count, CF_HAPPENINGS_MAX);
    assert_int_equal(w.dir.env.lost_happenings, 3 * CF_HAPPENINGS_MAX);
    cf_happenings_keep(&w.dir.env, false);
    (void)world_join(&w, conf, ALICE, ALICE_PHONE);
    assert_str(told(), CF_STR(""));
    /* Without memory they are lost, and the conference goes on. */
    cf_happenings_keep(&w.dir.env, true);
    uint64_t lost = w.dir.env.lost_happenings;
    w.mem.fail_at = w.mem.count;
    leave(conf, ALICE);
    w.mem.fail_at = SIZE_MAX;
    assert_true(w.dir.env.lost_happenings > lost);
}

static void words_name_kinds(void **state) {
    (void)state;
    enum cf_happening_kind kind;
    for (size_t i = 0; i < CF_HAPPENING_COUNT_; i++) {
        assert_true(cf_happening_of(cf_happening_word((enum cf_happening_kind)i), &kind));
        assert_int_equal(kind, i);
    }
    assert_false(cf_happening_of(CF_STR("room"), &kind));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
CF_TEST_MAIN(CASE(coming_and_going_is_told_once), CASE(the_lobby_is_told), CASE(an_end_for_all_is_told_last),
             CASE(the_queue_is_bounded_and_off_by_default), CASE(words_name_kinds))
