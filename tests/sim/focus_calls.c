/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls to and from the focus end to end: dial-in, factory, dial-out, hold, glare, races, restart. */
#include "focus_scene.h"

static void a_room_is_dialled_and_seen(void **state) {
    (void)state;
    scene_begin(1);
    size_t alice = scene_join_watching(ALICE, ROOM);
    (void)scene_join_watching(BOB, ROOM);
    scene_run(CF_SEC(1));
    assert_true(scene.phones[ALICE].calls[alice].is_focus);
    assert_string_equal(scene_sees(ALICE, AOR_BOB), "connected");
    assert_string_equal(scene_sees(BOB, AOR_ALICE), "connected");
    assert_true(phone_sees_admin(&scene.phones[BOB], AOR_ALICE));
    assert_false(phone_sees_admin(&scene.phones[BOB], AOR_BOB));
    assert_int_equal(scene.server.leg_count, 2);
    phone_hang_up(&scene.phones[ALICE], alice);
    scene_run(CF_SEC(3));
    assert_string_equal(scene_sees(BOB, AOR_ALICE), "-");
    assert_true(phone_sees_admin(&scene.phones[BOB], AOR_BOB));
    /* Who has left is told no more. */
    assert_false(scene.phones[ALICE].is_watching);
    assert_int_equal(scene.server.leg_count, 1);
    scene_end();
}

static void unknown_conferences_are_404(void **state) {
    (void)state;
    scene_begin(1);
    size_t call = phone_call(&scene.phones[ALICE], "sip:conference-focus@example.org;conf-id=nosuch", NULL);
    scene_run(CF_SEC(1));
    assert_int_equal(scene.phones[ALICE].calls[call].status, 404);
    scene_end();
}

/* --- factory --- */

static void an_old_phone_gets_200_and_the_people_on_its_list_are_called(void **state) {
    (void)state;
    struct phone_call_options options = {.subject = "Weekly sync",
                                         .list = LIST_OF(ENTRY(AOR_BOB) ENTRY(AOR_CAROL) ENTRY(AOR_DAVE))};
    scene_begin(2);
    scene.phones[CAROL].habit = PHONE_IS_BUSY;
    scene.phones[DAVE].habit = PHONE_DECLINES;
    size_t call = phone_call(&scene.phones[ALICE], FACTORY, &options);
    scene_run(CF_MSEC(200));
    assert_true(scene.phones[ALICE].calls[call].is_up);
    assert_true(scene.phones[ALICE].calls[call].is_focus);
    phone_watch(&scene.phones[ALICE], call);
    scene_run(CF_SEC(1));
    struct phone_call *bob = &scene.phones[BOB].calls[0];
    assert_true(bob->is_up);
    assert_true(bob->is_focus);
    assert_string_equal(bob->subject, "Weekly sync");
    assert_string_equal(bob->contact, scene.phones[ALICE].calls[call].contact);
    /* What goes with the offer: who is called, and by whom. */
    struct cf_str body = cf_str_n(bob->body, bob->body_len);
    assert_true(cf_str_find_str(body, CF_STR("application/resource-lists+xml")) < body.len);
    assert_true(cf_str_find_str(body, CF_STR(AOR_DAVE)) < body.len);
    assert_true(cf_str_find_str(body, CF_STR("message/sipfrag")) < body.len);
    assert_true(cf_str_find_str(body, CF_STR("From: <" AOR_ALICE ">")) < body.len);
    assert_string_equal(scene_sees(ALICE, AOR_BOB), "connected");
    assert_string_equal(scene_sees(ALICE, AOR_CAROL), "disconnected");
    assert_string_equal(scene_sees(ALICE, AOR_DAVE), "disconnected");
    struct cf_conference *conf = virtual_server_made(&scene.server);
    const struct cf_roster_participant *carol = cf_roster_find(&conf->roster, CF_STR(AOR_CAROL));
    assert_int_equal(cf_roster_first_device(carol)->disconnection_method, CF_DISCONNECTION_BUSY);
    assert_int_equal(cf_roster_first_device(carol)->cause.code, 486);
    scene_run(CF_SEC(30));
    assert_string_equal(scene_sees(ALICE, AOR_CAROL), "-");
    scene_end();
}

/* A phone that refuses our first keying is called again with the next; one that takes none is told of as it said. */
static void who_refuses_our_keys_is_offered_others(void **state) {
    (void)state;
    struct phone_call_options options = {.list = LIST_OF(ENTRY(AOR_CAROL) ENTRY(AOR_DAVE))};
    scene_begin(21);
    /* They look at the offer first: a phone that has rung is left alone. */
    scene.phones[CAROL].habit = PHONE_ANSWERS_UNRUNG;
    scene.phones[DAVE].habit = PHONE_ANSWERS_UNRUNG;
    scene.phones[CAROL].party.policy.allows_plain = false;
    scene.phones[CAROL].party.policy.allows_sdes_on_insecure_signalling = true;
    scene.phones[DAVE].party.policy.allows_plain = false;
    scene.phones[DAVE].party.policy.allows_sdes = false;
    size_t call = phone_call(&scene.phones[ALICE], FACTORY, &options);
    scene_run(CF_MSEC(200));
    phone_watch(&scene.phones[ALICE], call);
    scene_run(CF_SEC(2));
    assert_true(scene.phones[CAROL].calls[0].is_up); /* the second call: the place of the first one is free again */
    assert_string_equal(scene_sees(ALICE, AOR_CAROL), "connected");
    struct cf_conference *conf = virtual_server_made(&scene.server);
    const struct cf_roster_participant *dave = cf_roster_find(&conf->roster, CF_STR(AOR_DAVE));
    assert_int_equal(cf_roster_first_device(dave)->cause.code, 488);
    assert_false(scene.phones[DAVE].calls[0].is_there);
    scene_end();
}

static void a_new_phone_gets_302_and_calls_the_conference(void **state) {
    (void)state;
    struct phone_call_options options = {.subject = "Planning", .list = LIST_OF(ENTRY(AOR_BOB))};
    char uri[600];
    scene_make(3);
    scene.phones[ALICE].is_linphone = true;
    virtual_server_start(&scene.server, scene_names);
    phone_register(&scene.phones[ALICE]);
    phone_register(&scene.phones[BOB]);
    scene_run(CF_SEC(1));
    size_t call = phone_call(&scene.phones[ALICE], FACTORY, &options);
    scene_run(CF_MSEC(500));
    assert_int_equal(scene.phones[ALICE].calls[call].status, 302);
    assert_true(scene.phones[ALICE].calls[call].is_focus);
    snprintf(uri, sizeof uri, "%s", scene.phones[ALICE].calls[call].contact);
    assert_non_null(strstr(uri, ";conf-id="));
    /* Nobody but the organiser may begin it. */
    size_t early = phone_call(&scene.phones[BOB], uri, NULL);
    scene_run(CF_MSEC(500));
    assert_int_equal(scene.phones[BOB].calls[early].status, 403);
    assert_false(scene.phones[BOB].calls[0].is_there);
    /* The list comes again with the second INVITE, as Linphone does it: nobody is called twice. */
    call = phone_call(&scene.phones[ALICE], uri, &options);
    scene_run(CF_SEC(1));
    assert_true(scene.phones[ALICE].calls[call].is_up);
    assert_true(scene.phones[BOB].calls[0].is_up);
    assert_false(scene.phones[BOB].calls[1].is_there);
    /* When all have left it is over: 410. */
    phone_hang_up(&scene.phones[ALICE], call);
    phone_hang_up(&scene.phones[BOB], 0);
    scene_run(CF_SEC(2));
    call = phone_call(&scene.phones[ALICE], uri, NULL);
    scene_run(CF_MSEC(500));
    assert_int_equal(scene.phones[ALICE].calls[call].status, 410);
    scene_end();
}

/* --- dial-out --- */

/* Both of his devices ring; alice, who is in and watches, has asked for him. */
static void bob_is_called_on_two(unsigned seed) {
    scene_begin(seed);
    phone_register(&scene.phones[BOB2]);
    scene_run(CF_SEC(1));
    scene.phones[BOB].habit = PHONE_RINGS;
    scene.phones[BOB2].habit = PHONE_RINGS;
    size_t alice = scene_join_watching(ALICE, ROOM);
    phone_refer(&scene.phones[ALICE], scene.phones[ALICE].calls[alice].contact, "<" AOR_BOB ">", NULL);
    scene_run(CF_SEC(1));
}

static void every_device_rings_and_the_first_answer_wins(void **state) {
    (void)state;
    bob_is_called_on_two(4);
    assert_true(scene.phones[BOB].calls[0].is_there);
    assert_true(scene.phones[BOB2].calls[0].is_there);
    assert_string_equal(scene_sees(ALICE, AOR_BOB), "alerting");
    /* The REFER is accepted, and it is told that it goes on. */
    assert_int_equal(scene.phones[ALICE].refer_status, 202);
    assert_string_equal(scene.phones[ALICE].told, "SIP/2.0 100 Trying\nSIP/2.0 180 Ringing\n");
    phone_answer(&scene.phones[BOB2], 0, 200);
    scene_run(CF_SEC(1));
    assert_string_equal(scene_sees(ALICE, AOR_BOB), "connected");
    assert_true(scene.phones[BOB2].calls[0].is_up);
    assert_int_equal(scene.phones[BOB].calls[0].cause, CF_SESSION_CAUSE_CANCELLED);
    /* RFC 3326: no call that was missed. */
    assert_string_equal(scene.phones[BOB].calls[0].reason, "SIP;cause=200;text=\"Call completed elsewhere\"");
    assert_string_equal(scene.phones[ALICE].told, "SIP/2.0 100 Trying\nSIP/2.0 180 Ringing\nSIP/2.0 200 OK\n");
    assert_false(scene.phones[ALICE].is_referring);
    struct cf_conference *conf = virtual_server_conference(&scene.server, "room-tea");
    const struct cf_roster_participant *bob = cf_roster_find(&conf->roster, CF_STR(AOR_BOB));
    assert_int_equal(bob->device_count, 1);
    assert_true(bob->is_verified);
    scene_end();
}

/* What one device says for its user (6xx) is said for all; what it says for itself leaves the others ringing. */
static void one_device_declines_for_all_but_is_busy_for_itself(void **state) {
    static const struct {
        unsigned answer;
        const char *status; /* what the others in the room see, and the one who asked for it is told */
        const char *told;
    } cases[] = {{486, "alerting", "SIP/2.0 100 Trying\nSIP/2.0 180 Ringing\n"},
                 {603, "disconnected", "SIP/2.0 100 Trying\nSIP/2.0 180 Ringing\nSIP/2.0 603 Decline\n"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool is_for_all = cases[i].answer >= 600;
        bob_is_called_on_two(30 + (unsigned)i);
        phone_answer(&scene.phones[BOB], 0, (uint16_t)cases[i].answer);
        scene_run(CF_SEC(1));
        assert_string_equal(scene_sees(ALICE, AOR_BOB), cases[i].status);
        assert_string_equal(scene.phones[ALICE].told, cases[i].told);
        assert_int_equal(scene.phones[BOB2].calls[0].is_there, !is_for_all);
        if (is_for_all) {
            assert_int_equal(scene.phones[BOB2].calls[0].cause, CF_SESSION_CAUSE_CANCELLED);
            assert_string_equal(scene.phones[BOB2].calls[0].reason, "SIP;cause=603;text=\"Decline\"");
        } else {
            phone_answer(&scene.phones[BOB2], 0, 200);
            scene_run(CF_SEC(1));
            assert_string_equal(scene_sees(ALICE, AOR_BOB), "connected");
        }
        scene_end();
    }
}

static void two_answers_at_once_leave_one_call(void **state) {
    (void)state;
    bob_is_called_on_two(5);
    /* Both 200 are on their way: the CANCEL for the second one comes too late. */
    phone_answer(&scene.phones[BOB], 0, 200);
    phone_answer(&scene.phones[BOB2], 0, 200);
    scene_run(CF_SEC(2));
    assert_int_equal(scene.phones[BOB].calls[0].is_up + scene.phones[BOB2].calls[0].is_up, 1);
    assert_int_equal(scene.server.leg_count, 2);
    scene_end();
}

static void a_referred_call_in_vain_is_told(void **state) {
    (void)state;
    scene_begin(6);
    size_t alice = scene_join(ALICE, ROOM);
    const char *uri = scene.phones[ALICE].calls[alice].contact;
    scene.phones[CAROL].habit = PHONE_IS_BUSY;
    phone_refer(&scene.phones[ALICE], uri, "<" AOR_CAROL ">", NULL);
    scene_run(CF_SEC(1));
    assert_string_equal(scene.phones[ALICE].told, "SIP/2.0 100 Trying\nSIP/2.0 486 Busy Here\n");
    /* Nobody answers: rung for a minute, then cancelled. */
    scene.phones[DAVE].habit = PHONE_RINGS;
    phone_refer(&scene.phones[ALICE], uri, "<" AOR_DAVE ">", NULL);
    scene_run(CF_SEC(62));
    assert_string_equal(scene.phones[ALICE].told, "SIP/2.0 100 Trying\nSIP/2.0 180 Ringing\nSIP/2.0 408 Request Timeout\n");
    assert_int_equal(scene.phones[DAVE].calls[0].cause, CF_SESSION_CAUSE_CANCELLED);
    /* Called again at once, though the last failure is still shown; bob's phone is off. */
    scene.phones[DAVE].habit = PHONE_ANSWERS;
    phone_refer(&scene.phones[ALICE], uri, "<" AOR_DAVE ">", NULL);
    scene_run(CF_SEC(1));
    assert_string_equal(scene.phones[ALICE].told, "SIP/2.0 100 Trying\nSIP/2.0 180 Ringing\nSIP/2.0 200 OK\n");
    /* Somebody without a phone is unreachable at once. */
    phone_refer(&scene.phones[ALICE], uri, "<sip:erin@example.org>", NULL);
    scene_run(CF_SEC(1));
    assert_string_equal(scene.phones[ALICE].told, "SIP/2.0 100 Trying\nSIP/2.0 480 Temporarily Unavailable\n");
    scene_end();
}

static void nobody_outside_is_called(void **state) {
    (void)state;
    static const char *const outside[] = {"<sip:mallory@elsewhere.example>", "<tel:+15550100>", "<sip:nobody@192.0.2.99>",
                                          "<sips:+15550100@gateway.example;user=phone>"};
    scene_begin(7);
    size_t alice = scene_join(ALICE, ROOM);
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
        phone_refer(&scene.phones[ALICE], scene.phones[ALICE].calls[alice].contact, outside[i], NULL);
        scene_run(CF_SEC(1));
        assert_true(scene.phones[ALICE].refer_status == 403 || scene.phones[ALICE].refer_status == 400);
    }
    struct phone_call_options options = {.list = LIST_OF(ENTRY("sip:mallory@elsewhere.example") ENTRY("tel:+15550100"))};
    size_t call = phone_call(&scene.phones[CAROL], FACTORY, &options);
    scene_run(CF_SEC(2));
    assert_true(scene.phones[CAROL].calls[call].is_up);
    assert_int_equal(virtual_server_made(&scene.server)->in_count, 1);
    scene_end();
}

/* --- in a call --- */

static void a_subject_changes_by_an_offerless_reinvite(void **state) {
    (void)state;
    scene_begin(8);
    size_t alice = scene_join_watching(ALICE, ROOM);
    size_t bob = scene_join_watching(BOB, ROOM);
    unsigned before = scene.phones[ALICE].calls[alice].media;
    phone_reinvite(&scene.phones[ALICE], alice, "High tea", true);
    scene_run(CF_SEC(1));
    assert_true(scene.phones[ALICE].calls[alice].is_up);
    assert_true(scene.phones[ALICE].calls[alice].media > before); /* 200 with an offer, answered in the ACK */
    assert_str(scene.phones[BOB].view.subject, CF_STR("High tea"));
    /* Canned subjects, and those of others, are not ones. */
    static const char *const canned[] = {"Media change",  "Call on hold", "Call on hold for me too",
                                         "Call resuming", "Conference",   "ICE processing concluded",
                                         "Refreshing"};
    for (size_t i = 0; i < sizeof canned / sizeof *canned; i++) {
        phone_reinvite(&scene.phones[ALICE], alice, canned[i], false);
        scene_run(CF_SEC(1));
    }
    phone_reinvite(&scene.phones[BOB], bob, "Bob's room", false);
    scene_run(CF_SEC(1));
    assert_true(scene.phones[BOB].calls[bob].is_up);
    assert_str(scene.phones[BOB].view.subject, CF_STR("High tea"));
    scene_end();
}

static void hold_is_shown(void **state) {
    (void)state;
    scene_begin(9);
    (void)scene_join_watching(ALICE, ROOM);
    size_t bob = scene_join(BOB, ROOM);
    phone_hold(&scene.phones[BOB], bob, true);
    scene_run(CF_SEC(1));
    assert_string_equal(scene_sees(ALICE, AOR_BOB), "on-hold");
    phone_hold(&scene.phones[BOB], bob, false);
    scene_run(CF_SEC(1));
    assert_string_equal(scene_sees(ALICE, AOR_BOB), "connected");
    scene_end();
}

static void a_device_that_calls_again_takes_the_place_of_its_call(void **state) {
    (void)state;
    scene_begin(10);
    size_t alice = scene_join_watching(ALICE, ROOM);
    size_t first = scene_join(BOB, ROOM);
    size_t second = scene_join(BOB, ROOM);
    scene_run(CF_SEC(1));
    assert_int_not_equal(first, second);
    assert_false(scene.phones[BOB].calls[first].is_up);
    assert_int_equal(scene.phones[BOB].calls[first].cause, CF_SESSION_CAUSE_BYE);
    assert_true(scene.phones[BOB].calls[second].is_up);
    assert_string_equal(scene_sees(ALICE, AOR_BOB), "connected");
    assert_int_equal(virtual_server_conference(&scene.server, "room-tea")->in_count, 2);
    (void)alice;
    scene_end();
}

/* T46: while the server ends nobody is called in, nor let in; who is in goes on. */
static void a_draining_server_makes_no_calls(void **state) {
    (void)state;
    scene_begin(15);
    size_t alice = scene_join_watching(ALICE, ROOM);
    cf_focus_drain(cf_node_focus(scene.server.node));
    size_t bob = phone_call(&scene.phones[BOB], ROOM, NULL);
    phone_refer(&scene.phones[ALICE], scene.phones[ALICE].calls[alice].contact, "<" AOR_CAROL ">", NULL);
    scene_run(CF_SEC(1));
    assert_int_equal(scene.phones[BOB].calls[bob].status, 503);
    assert_string_equal(scene.phones[ALICE].told, "SIP/2.0 100 Trying\nSIP/2.0 503 Service Unavailable\n");
    assert_false(scene.phones[CAROL].calls[0].is_there);
    assert_string_equal(scene_sees(ALICE, AOR_CAROL), "disconnected");
    assert_true(scene.phones[ALICE].calls[alice].is_up);
    scene_end();
}

static void rooms_and_accounts_have_limits(void **state) {
    (void)state;
    scene_make(11);
    scene.server.config.focus.limits.participants = 2;
    scene.server.config.focus.limits.per_account = 1;
    scene.server.config.focus.limits.list = 2;
    virtual_server_start(&scene.server, scene_names);
    for (size_t i = 0; i < PHONE_COUNT; i++) {
        phone_register(&scene.phones[i]);
    }
    scene_run(CF_SEC(1));
    (void)scene_join(ALICE, ROOM);
    (void)scene_join(BOB, ROOM);
    size_t call = phone_call(&scene.phones[CAROL], ROOM, NULL);
    scene_run(CF_SEC(1));
    assert_int_equal(scene.phones[CAROL].calls[call].status, 486);
    struct phone_call_options long_list = {.list = LIST_OF(ENTRY(AOR_ALICE) ENTRY(AOR_BOB) ENTRY(AOR_CAROL))};
    call = phone_call(&scene.phones[DAVE], FACTORY, &long_list);
    scene_run(CF_SEC(1));
    assert_int_equal(scene.phones[DAVE].calls[call].status, 413); /* not even read */
    (void)scene_join(DAVE, FACTORY);
    call = phone_call(&scene.phones[DAVE], FACTORY, NULL);
    scene_run(CF_SEC(1));
    assert_int_equal(scene.phones[DAVE].calls[call].status, 403);
    assert_string_equal(scene.phones[DAVE].calls[call].reason, "Too many conferences of one account");
    assert_false(scene.phones[DAVE].calls[call].is_up);
    scene_end();
}

CF_TEST_MAIN(cmocka_unit_test(a_room_is_dialled_and_seen), cmocka_unit_test(unknown_conferences_are_404),
             cmocka_unit_test(an_old_phone_gets_200_and_the_people_on_its_list_are_called),
             cmocka_unit_test(who_refuses_our_keys_is_offered_others),
             cmocka_unit_test(a_new_phone_gets_302_and_calls_the_conference),
             cmocka_unit_test(every_device_rings_and_the_first_answer_wins),
             cmocka_unit_test(one_device_declines_for_all_but_is_busy_for_itself),
             cmocka_unit_test(two_answers_at_once_leave_one_call), cmocka_unit_test(a_referred_call_in_vain_is_told),
             cmocka_unit_test(nobody_outside_is_called), cmocka_unit_test(a_subject_changes_by_an_offerless_reinvite),
             cmocka_unit_test(hold_is_shown), cmocka_unit_test(a_device_that_calls_again_takes_the_place_of_its_call),
             cmocka_unit_test(a_draining_server_makes_no_calls), cmocka_unit_test(rooms_and_accounts_have_limits))
