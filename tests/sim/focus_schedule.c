/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scheduled conferences end to end, and what is left after kill -9. */
#include "focus_scene.h"

#include "adapt/sqlite/conference_store.h"

#define NTP(wall_sec) ((uint64_t)(wall_sec) + 2208988800U)
#define HOUR 3600

static uint64_t ntp_at(int64_t after_sec) {
    return NTP(VIRTUAL_WALL / 1000000 + after_sec);
}

/* Alice schedules a conference from now + @p from to now + @p to seconds; its URI. */
static void schedule(const char *subject, int64_t from, int64_t to, char uri[600]) {
    struct phone_call_options options = {
        .subject = subject, .list = LIST_OF(ENTRY(AOR_ALICE) ENTRY(AOR_BOB)), .start_ntp = ntp_at(from), .stop_ntp = ntp_at(to)};
    size_t call = phone_call(&scene.phones[ALICE], FACTORY, &options);
    scene_run(CF_SEC(1));
    assert_int_equal(scene.phones[ALICE].calls[call].status, 302);
    snprintf(uri, 600, "%s", scene.phones[ALICE].calls[call].contact);
}

static void a_conference_is_scheduled_moved_and_called_off(void **state) {
    (void)state;
    char uri[600];
    scene_begin(1);
    schedule("Review", 2 * HOUR, 3 * HOUR, uri);
    size_t bob = phone_call(&scene.phones[BOB], uri, NULL);
    scene_run(CF_SEC(1));
    assert_int_equal(scene.phones[BOB].calls[bob].status, 403);
    assert_string_equal(scene.phones[BOB].calls[bob].reason, "Conference can be joined from 2026-01-01T01:45:00Z");
    /* Nobody but the organiser moves it. */
    struct phone_call_options moved = {.subject = "Review, sooner",
                                       .list = LIST_OF(ENTRY(AOR_BOB) ENTRY(AOR_CAROL)),
                                       .start_ntp = ntp_at(600),
                                       .stop_ntp = ntp_at(HOUR)};
    bob = phone_call(&scene.phones[BOB], uri, &moved);
    scene_run(CF_SEC(1));
    assert_int_equal(scene.phones[BOB].calls[bob].status, 403);
    size_t alice = phone_call(&scene.phones[ALICE], uri, &moved);
    scene_run(CF_SEC(1));
    assert_true(scene.phones[ALICE].calls[alice].is_up);
    assert_false(scene.phones[ALICE].calls[alice].is_focus);
    phone_hang_up(&scene.phones[ALICE], alice);
    scene_run(CF_SEC(1));
    struct cf_conference *conf = virtual_server_made(&scene.server);
    assert_str(conf->subject, CF_STR("Review, sooner"));
    assert_int_equal(conf->invitee_count, 2);
    /* Open a quarter of an hour before, and nobody is called: people dial in. */
    bob = scene_join(BOB, uri);
    phone_hang_up(&scene.phones[BOB], bob);
    scene_run(CF_SEC(1));
    assert_false(scene.phones[CAROL].calls[0].is_there);
    /* Called off by an INVITE without a list: 410 from then on, also after a restart. */
    struct phone_call_options off = {.start_ntp = ntp_at(600), .stop_ntp = ntp_at(HOUR)};
    alice = phone_call(&scene.phones[ALICE], uri, &off);
    scene_run(CF_SEC(1));
    assert_true(scene.phones[ALICE].calls[alice].is_up);
    phone_hang_up(&scene.phones[ALICE], alice);
    for (unsigned round = 0; round < 2; round++) {
        scene_run(CF_SEC(2));
        bob = phone_call(&scene.phones[BOB], uri, NULL);
        scene_run(CF_SEC(1));
        assert_int_equal(scene.phones[BOB].calls[bob].status, 410);
        virtual_server_kill(&scene.server);
        virtual_server_start(&scene.server, scene_names);
    }
    scene_end();
}

static void it_expires(void **state) {
    (void)state;
    char uri[600];
    scene_begin(2);
    schedule("Short", 60, 120, uri);
    scene_run(CF_SEC(25 * HOUR));
    size_t bob = phone_call(&scene.phones[BOB], uri, NULL);
    scene_run(CF_SEC(1));
    assert_int_equal(scene.phones[BOB].calls[bob].status, 403);
    assert_int_equal(strncmp(scene.phones[BOB].calls[bob].reason, "Conference already expired on ", 30), 0);
    scene_end();
}

static void conferences_and_registrations_survive_a_kill(void **state) {
    (void)state;
    char scheduled[600];
    char ad_hoc[600];
    scene_make(3);
    virtual_server_start(&scene.server, scene_names);
    assert_int_equal(cf_focus_add_room(cf_node_focus(scene.server.node), CF_STR("lounge"), 0).reason, CF_DENIAL_NONE);
    for (size_t i = 0; i < PHONE_COUNT; i++) {
        phone_register(&scene.phones[i]);
    }
    scene_run(CF_SEC(1));
    schedule("Weekly", 60, HOUR, scheduled);
    size_t alice = scene_join(ALICE, "sip:room-lounge@example.org");
    phone_reinvite(&scene.phones[ALICE], alice, "Our lounge", false);
    scene_run(CF_SEC(1));
    size_t bob = scene_join(BOB, FACTORY);
    snprintf(ad_hoc, sizeof ad_hoc, "%s", scene.phones[BOB].calls[bob].contact);
    virtual_server_kill(&scene.server);
    scene_run(CF_SEC(3));
    virtual_server_start(&scene.server, scene_names);
    assert_int_equal(cf_node_location(scene.server.node)->binding_count, PHONE_COUNT);
    assert_str(virtual_server_conference(&scene.server, "room-lounge")->subject, CF_STR("Our lounge"));
    assert_str(virtual_server_made(&scene.server)->subject, CF_STR("Weekly"));
    /* Phones register again when they find out; then all is as before. The organiser is administrator, whatever the store says.
     */
    for (size_t i = 0; i < PHONE_COUNT; i++) {
        phone_register(&scene.phones[i]);
    }
    scene_run(CF_SEC(40));
    size_t carol = scene_join(CAROL, scheduled);
    (void)carol;
    size_t again = scene_join_watching(ALICE, scheduled);
    (void)again;
    assert_true(phone_sees_admin(&scene.phones[ALICE], AOR_ALICE));
    assert_false(phone_sees_admin(&scene.phones[ALICE], AOR_CAROL));
    /* What was made on the spot has gone with its members (docs/adr/0010). */
    size_t call = phone_call(&scene.phones[BOB], ad_hoc, NULL);
    scene_run(CF_SEC(1));
    assert_int_equal(scene.phones[BOB].calls[call].status, 404);
    scene_end();
}

/* A member's BYE in a dialog that the server has forgotten is answered, and a call out reaches a restored registration. */
static void who_was_registered_is_called_after_a_restart(void **state) {
    (void)state;
    scene_begin(4);
    phone_register(&scene.phones[BOB2]); /* over UDP: reached at its contact */
    scene_run(CF_SEC(1));
    size_t dave = scene_join(DAVE, ROOM);
    virtual_server_kill(&scene.server);
    virtual_server_start(&scene.server, scene_names);
    phone_hang_up(&scene.phones[DAVE], dave);
    scene_run(CF_SEC(40));
    assert_false(scene.phones[DAVE].calls[dave].is_there);
    phone_register(&scene.phones[ALICE]);
    scene_run(CF_SEC(2));
    size_t alice = scene_join(ALICE, ROOM);
    phone_refer(&scene.phones[ALICE], scene.phones[ALICE].calls[alice].contact, "<" AOR_DAVE ">", NULL);
    scene_run(CF_SEC(2));
    assert_true(scene.phones[DAVE].calls[0].is_up);
    scene_end();
}

/* --- rows before answers --- */

static void count_row(void *ctx, const struct cf_conference_row *row) {
    (void)row;
    (*(size_t *)ctx)++;
}

/* When the 302 leaves the row must be written: a crash right after it must lose nothing. */
static void look_for_row(void *ctx, const struct cf_addr *from, const struct cf_addr *to, struct cf_span bytes, cf_usec now) {
    size_t *answers = ctx;
    size_t rows = 0;
    size_t skipped = 0;
    (void)from;
    (void)to;
    (void)now;
    if (cf_str_starts(cf_span_str(bytes), CF_STR("SIP/2.0 302"))) {
        assert_ok(cf_conference_store_each(&scene.server.db, &scene.server.net.mem.mem, count_row, &rows, &skipped));
        assert_int_equal(rows, 1);
        (*answers)++;
    }
}

static void what_was_promised_is_stored_before(void **state) {
    (void)state;
    size_t answers = 0;
    struct phone_call_options options = {.start_ntp = ntp_at(HOUR), .stop_ntp = ntp_at(2 * HOUR)};
    scene_begin(5);
    world_set_tap(scene.world, look_for_row, &answers);
    (void)phone_call(&scene.phones[DAVE], FACTORY, &options); /* over UDP, where the tap is */
    scene_run(CF_SEC(1));
    assert_int_equal(answers, 1);
    scene_end();
}

CF_TEST_MAIN(cmocka_unit_test(what_was_promised_is_stored_before),
             cmocka_unit_test(a_conference_is_scheduled_moved_and_called_off), cmocka_unit_test(it_expires),
             cmocka_unit_test(conferences_and_registrations_survive_a_kill),
             cmocka_unit_test(who_was_registered_is_called_after_a_restart))
