/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What members may do and see end to end: REFER, event package, lobby, Replaces; and peers that misbehave. */
#include "focus_scene.h"

static const char *contact_of(size_t who, size_t call) {
    return scene.phones[who].calls[call].contact;
}

/* --- REFER --- */

static void only_administrators_add_remove_and_promote(void **state) {
    (void)state;
    static const char *const wishes[] = {"<" AOR_DAVE ">", "<" AOR_ALICE ";method=BYE>", "<" AOR_BOB ">;admin=1",
                                         "<" AOR_ALICE ">;admin=0", "<" AOR_ALICE ">"};
    scene_begin(1);
    size_t alice = scene_join_watching(ALICE, ROOM);
    size_t bob = scene_join(BOB, ROOM);
    for (size_t i = 0; i < sizeof wishes / sizeof *wishes; i++) {
        char fields[200];
        phone_refer(&scene.phones[BOB], contact_of(BOB, bob), wishes[i], NULL);
        scene_run(CF_SEC(1));
        assert_int_equal(scene.phones[BOB].refer_status, 403);
        /* Neither inside the dialog, nor as somebody who is not in at all. */
        snprintf(fields, sizeof fields, "Refer-To: %s\r\n", wishes[i]);
        phone_request(&scene.phones[BOB], bob, CF_SIP_METHOD_REFER, fields, NULL, NULL);
        scene_run(CF_SEC(1));
        assert_int_equal(scene.phones[BOB].request_status, 403);
        phone_refer(&scene.phones[CAROL], contact_of(BOB, bob), wishes[i], NULL);
        scene_run(CF_SEC(1));
        assert_int_equal(scene.phones[CAROL].refer_status, 403);
    }
    assert_true(scene.phones[ALICE].calls[alice].is_up);
    assert_string_equal(scene_sees(ALICE, AOR_DAVE), "-");
    scene_end();
}

static void roles_change_hands(void **state) {
    (void)state;
    scene_begin(2);
    size_t alice = scene_join_watching(ALICE, ROOM);
    size_t bob = scene_join_watching(BOB, ROOM);
    phone_refer(&scene.phones[ALICE], contact_of(ALICE, alice), "<" AOR_BOB ">;admin=1", "Refer-Sub: false\r\n");
    scene_run(CF_SEC(1));
    assert_int_equal(scene.phones[ALICE].refer_status, 200); /* no subscription wanted: none made */
    assert_int_equal(scene.phones[ALICE].told_len, 0);
    assert_true(phone_sees_admin(&scene.phones[ALICE], AOR_BOB));
    phone_refer(&scene.phones[BOB], contact_of(BOB, bob), "<" AOR_ALICE ">;admin=0", NULL);
    scene_run(CF_SEC(1));
    assert_int_equal(scene.phones[BOB].refer_status, 202);
    assert_string_equal(scene.phones[BOB].told, "SIP/2.0 200 OK\n");
    assert_false(phone_sees_admin(&scene.phones[ALICE], AOR_ALICE));
    scene_end();
}

static void members_are_removed(void **state) {
    (void)state;
    scene_begin(3);
    size_t alice = scene_join_watching(ALICE, ROOM);
    (void)scene_join_watching(BOB, ROOM);
    phone_refer(&scene.phones[ALICE], contact_of(ALICE, alice), "<" AOR_BOB ";method=BYE>", "Require: norefersub\r\n");
    scene_run(CF_SEC(3));
    assert_int_equal(scene.phones[ALICE].refer_status, 200);
    assert_int_equal(scene.phones[BOB].calls[0].cause, CF_SESSION_CAUSE_BYE);
    assert_string_equal(scene_sees(ALICE, AOR_BOB), "-");
    assert_false(scene.phones[BOB].is_watching);
    phone_refer(&scene.phones[ALICE], contact_of(ALICE, alice), "<" AOR_CAROL ";method=BYE>", NULL);
    scene_run(CF_SEC(1));
    assert_int_equal(scene.phones[ALICE].refer_status, 404);
    /* Inside the call a 404 would end it. */
    phone_request(&scene.phones[ALICE], alice, CF_SIP_METHOD_REFER, "Refer-To: <" AOR_CAROL ";method=BYE>\r\n", NULL, NULL);
    scene_run(CF_SEC(1));
    assert_int_equal(scene.phones[ALICE].request_status, 403);
    assert_true(scene.phones[ALICE].calls[alice].is_up);
    phone_refer(&scene.phones[ALICE], contact_of(ALICE, alice), "<" AOR_CAROL ";method=INFO>", NULL);
    scene_run(CF_SEC(1));
    assert_int_equal(scene.phones[ALICE].refer_status, 488);
    scene_end();
}

static void refer_inside_the_call_is_told_inside_it(void **state) {
    (void)state;
    scene_begin(4);
    size_t alice = scene_join_watching(ALICE, ROOM);
    phone_request(&scene.phones[ALICE], alice, CF_SIP_METHOD_REFER, "Refer-To: <" AOR_BOB ">\r\n", NULL, NULL);
    scene_run(CF_SEC(1));
    assert_int_equal(scene.phones[ALICE].request_status, 202);
    assert_string_equal(scene.phones[ALICE].told, "SIP/2.0 100 Trying\nSIP/2.0 180 Ringing\nSIP/2.0 200 OK\n");
    assert_string_equal(scene_sees(ALICE, AOR_BOB), "connected");
    /* The call ends while the called person's phone rings: nothing is left of it. */
    scene.phones[CAROL].habit = PHONE_RINGS;
    phone_request(&scene.phones[ALICE], alice, CF_SIP_METHOD_REFER, "Refer-To: <" AOR_CAROL ">\r\n", NULL, NULL);
    scene_run(CF_SEC(1));
    assert_string_equal(scene.phones[ALICE].told, "SIP/2.0 100 Trying\nSIP/2.0 180 Ringing\n");
    phone_hang_up(&scene.phones[ALICE], alice);
    scene_run(CF_SEC(1));
    phone_answer(&scene.phones[CAROL], 0, 200);
    scene_run(CF_SEC(1));
    assert_true(scene.phones[CAROL].calls[0].is_up);
    scene_end();
}

/* RFC 3515 section 2.4.4: what is told is what has happened by then. */
static void referral_follows_the_call(void **state) {
    static const struct {
        unsigned answer;
        const char *told;
    } cases[] = {{200, "SIP/2.0 100 Trying\nSIP/2.0 180 Ringing\nSIP/2.0 200 OK\n"},
                 {486, "SIP/2.0 100 Trying\nSIP/2.0 180 Ringing\nSIP/2.0 486 Busy Here\n"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        scene_begin(20 + (unsigned)i);
        size_t alice = scene_join_watching(ALICE, ROOM);
        scene.phones[BOB].habit = PHONE_RINGS;
        phone_refer(&scene.phones[ALICE], contact_of(ALICE, alice), "<" AOR_BOB ">", NULL);
        scene_run(CF_SEC(10));
        assert_string_equal(scene.phones[ALICE].told, "SIP/2.0 100 Trying\nSIP/2.0 180 Ringing\n");
        assert_true(scene.phones[ALICE].is_referring);
        phone_answer(&scene.phones[BOB], 0, (uint16_t)cases[i].answer);
        scene_run(CF_SEC(3));
        assert_string_equal(scene.phones[ALICE].told, cases[i].told);
        assert_false(scene.phones[ALICE].is_referring);
        scene_end();
    }
}

static void linphone_is_not_told_inside_its_call(void **state) {
    (void)state;
    scene_make(5);
    scene.phones[ALICE].is_linphone = true;
    virtual_server_start(&scene.server, scene_names);
    phone_register(&scene.phones[ALICE]);
    phone_register(&scene.phones[BOB]);
    scene_run(CF_SEC(1));
    size_t alice = scene_join(ALICE, ROOM);
    phone_request(&scene.phones[ALICE], alice, CF_SIP_METHOD_REFER, "Refer-To: <" AOR_BOB ">\r\n", NULL, NULL);
    scene_run(CF_SEC(1));
    assert_int_equal(scene.phones[ALICE].request_status, 202);
    assert_int_equal(scene.phones[ALICE].told_len, 0); /* a NOTIFY with 200 would have it hang up */
    assert_true(scene.phones[BOB].calls[0].is_up);
    scene_end();
}

/* --- event package --- */

static void strangers_do_not_see_the_roster(void **state) {
    (void)state;
    scene_begin(6);
    (void)scene_join(ALICE, ROOM);
    phone_watch_uri(&scene.phones[BOB], ROOM, 600);
    scene_run(CF_SEC(1));
    assert_false(scene.phones[BOB].is_watching);
    assert_int_equal(scene.phones[BOB].watch_status, 603);
    assert_false(scene.phones[BOB].view.has_state);
    scene_end();
}

static void a_fetch_gets_one_document(void **state) {
    (void)state;
    scene_begin(7);
    (void)scene_join(ALICE, ROOM);
    phone_watch_uri(&scene.phones[ALICE], ROOM, 0);
    scene_run(CF_SEC(2));
    assert_true(scene.phones[ALICE].view.has_state);
    assert_false(scene.phones[ALICE].is_watching);
    scene_end();
}

static void subscriptions_are_refreshed_and_expire(void **state) {
    (void)state;
    scene_begin(8);
    size_t alice = scene_join_watching(ALICE, ROOM);
    uint64_t full = scene.phones[ALICE].full_documents;
    scene_run(CF_SEC(3000));
    assert_true(scene.phones[ALICE].is_watching);
    assert_true(scene.phones[ALICE].full_documents > full);
    /* The phone is gone without a word: its subscription ends when a NOTIFY finds nobody. */
    phone_unwatch(&scene.phones[ALICE]);
    scene_run(CF_SEC(2));
    assert_false(scene.phones[ALICE].is_watching);
    assert_true(scene.phones[ALICE].calls[alice].is_up);
    scene_end();
}

/* A picture that doesn't fit: the roster says so, and when it fits again. */
static void a_starved_member_is_shown_as_such(void **state) {
    (void)state;
    scene_begin(16);
    (void)scene_join(ALICE, ROOM);
    struct cf_conference *conf = virtual_server_conference(&scene.server, "room-tea");
    const struct virtual_leg *leg = virtual_server_leg(&scene.server, conf, AOR_ALICE);
    struct cf_media_event event = {.kind = CF_MEDIA_EVENT_PAUSED, .room = leg->room, .leg = leg->leg};
    for (unsigned i = 0; i < 2; i++) {
        event.as.paused.line = 1;
        event.as.paused.is_paused = i == 0;
        cf_node_on_media(scene.server.node, &event, world_now(scene.world));
        virtual_server_drain(&scene.server);
        assert_int_equal(cf_roster_first_device(cf_roster_find(&conf->roster, CF_STR(AOR_ALICE)))->is_starved, i == 0);
    }
    /* Pictures that she can't decode are told of apart. */
    const struct cf_roster_device *device = cf_roster_first_device(cf_roster_find(&conf->roster, CF_STR(AOR_ALICE)));
    event.as.paused.cause = CF_MEDIA_PAUSE_CODEC;
    for (unsigned i = 0; i < 2; i++) {
        event.as.paused.is_paused = i == 0;
        cf_node_on_media(scene.server.node, &event, world_now(scene.world));
        virtual_server_drain(&scene.server);
        assert_true(device->lacks_codec == (i == 0) && !device->is_starved);
    }
    event.as.paused.line = 99; /* none of hers */
    cf_node_on_media(scene.server.node, &event, world_now(scene.world));
    scene_end();
}

static void secure(const struct virtual_leg *leg, uint16_t transport, enum cf_srtp_suite suite) {
    struct cf_media_event event = {.kind = CF_MEDIA_EVENT_SECURED, .room = leg->room, .leg = leg->leg};
    event.as.secured.transport = transport;
    event.as.secured.keying = CF_KEYING_SDES;
    event.as.secured.suite = suite;
    cf_node_on_media(scene.server.node, &event, world_now(scene.world));
    virtual_server_drain(&scene.server);
}

/* Transports are those of active lines: with a line refused their numbers are not those of lines. */
static void each_transport_counts_for_aes_256(void **state) {
    (void)state;
    scene_begin(17);
    struct test_party *party = &scene.phones[ALICE].party;
    party->session.line_count = 3;
    party->lines[2] = party->lines[1];
    party->lines[1] = party->lines[0];
    party->lines[1].rtp.port = (uint16_t)(party->lines[1].rtp.port + 100);
    party->lines[0].is_refused = true;
    (void)scene_join(ALICE, ROOM);
    struct cf_conference *conf = virtual_server_conference(&scene.server, "room-tea");
    const struct virtual_leg *leg = virtual_server_leg(&scene.server, conf, AOR_ALICE);
    const struct cf_roster_device *device = cf_roster_first_device(cf_roster_find(&conf->roster, CF_STR(AOR_ALICE)));
    secure(leg, 0, CF_SRTP_AES_CM_128_HMAC_SHA1_80);
    secure(leg, 1, CF_SRTP_AEAD_AES_256_GCM);
    assert_false(device->is_aes256);
    secure(leg, 0, CF_SRTP_AEAD_AES_256_GCM);
    assert_true(device->is_aes256);
    scene_end();
}

static void agree_on_keys(const struct virtual_leg *leg, uint16_t transport, enum cf_keying keying, const char *sas) {
    struct cf_media_event event = {.kind = CF_MEDIA_EVENT_SECURED, .room = leg->room, .leg = leg->leg};
    event.as.secured.transport = transport;
    event.as.secured.keying = keying;
    event.as.secured.suite = CF_SRTP_AES_CM_128_HMAC_SHA1_80;
    memcpy(event.as.secured.sas, sas, strlen(sas) + 1);
    event.as.secured.is_sas_verified = sas[0] != '\0';
    cf_node_on_media(scene.server.node, &event, world_now(scene.world));
    virtual_server_drain(&scene.server);
}

/* Not when further streams have none of their own, but with other keys: nobody is to believe what was compared before. */
static void a_short_string_goes_with_its_keys(void **state) {
    (void)state;
    scene_begin(18);
    (void)scene_join(ALICE, ROOM);
    struct cf_conference *conf = virtual_server_conference(&scene.server, "room-tea");
    const struct virtual_leg *leg = virtual_server_leg(&scene.server, conf, AOR_ALICE);
    const struct cf_roster_device *device = cf_roster_first_device(cf_roster_find(&conf->roster, CF_STR(AOR_ALICE)));
    agree_on_keys(leg, 0, CF_KEYING_ZRTP, "t3xw");
    agree_on_keys(leg, 1, CF_KEYING_ZRTP, "");
    agree_on_keys(leg, 1, CF_KEYING_SDES, "");
    assert_string_equal(device->sas, "t3xw");
    assert_true(device->is_sas_verified);
    agree_on_keys(leg, 0, CF_KEYING_DTLS, "");
    assert_string_equal(device->sas, "");
    assert_false(device->is_sas_verified);
    agree_on_keys(leg, 0, CF_KEYING_ZRTP, "abcd");
    assert_string_equal(device->sas, "abcd");
    scene_end();
}

/* What a phone without a network leaves behind. */
static void a_silent_member_is_hung_up_on(void **state) {
    (void)state;
    scene_begin(13);
    (void)scene_join_watching(ALICE, ROOM);
    size_t bob = scene_join(BOB, ROOM);
    virtual_server_say(&scene.server, virtual_server_conference(&scene.server, "room-tea"), AOR_BOB, CF_MEDIA_EVENT_SILENT);
    scene_run(CF_SEC(3));
    assert_false(scene.phones[BOB].calls[bob].is_up);
    assert_string_equal(scene_sees(ALICE, AOR_BOB), "-");
    scene_end();
}

/* Issue 2: at most 8 kB for an idle dialog with its transactions finished; here with all the focus keeps of a member. */
static void an_idle_member_is_small(void **state) {
    (void)state;
    scene_begin(14);
    (void)scene_join_watching(ALICE, ROOM);
    scene_run(CF_SEC(60));
    size_t one = scene.server.net.mem.live_bytes;
    (void)scene_join(BOB, ROOM);
    (void)scene_join(CAROL, ROOM);
    (void)scene_join(DAVE, ROOM);
    scene_run(CF_SEC(60));
    size_t four = scene.server.net.mem.live_bytes;
    print_message("an idle member: %zu octets\n", (four - one) / 3);
    assert_true((four - one) / 3 <= 8192);
    for (size_t i = BOB; i <= DAVE; i++) {
        if (i != BOB2) {
            phone_watch_uri(&scene.phones[i], ROOM, 600);
        }
    }
    scene_run(CF_SEC(60));
    size_t watching = scene.server.net.mem.live_bytes;
    print_message("its subscription: %zu octets\n", (watching - four) / 3);
    assert_true((watching - four) / 3 <= 4096);
    scene_end();
}

/* It was asked to wait, so that is done: not round and round. */
static void a_subscriber_that_refuses_is_left_alone(void **state) {
    (void)state;
    static const char *const answers[] = {"Retry-After: 30\r\n", ""};
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        scene_begin(9 + i);
        (void)scene_join_watching(ALICE, ROOM);
        scene.phones[ALICE].notify_status = 500;
        scene.phones[ALICE].notify_fields = answers[i];
        size_t bob = scene_join(BOB, ROOM);
        scene_run(CF_SEC(200));
        assert_true(scene.phones[ALICE].notifies_refused >= 2);
        assert_true(scene.phones[ALICE].notifies_refused <= 9);
        scene.phones[ALICE].notify_status = 0;
        phone_hang_up(&scene.phones[BOB], bob);
        scene_run(CF_SEC(70));
        assert_string_equal(scene_sees(ALICE, AOR_BOB), "-");
        scene_end();
    }
}

/* T9: unsubscribing, answers to NOTIFY and BYE in any order. */
static void unsubscribing_crosses_everything(void **state) {
    (void)state;
    for (unsigned order = 0; order < 24; order++) {
        unsigned gap = order % 4;
        scene_begin(20 + order);
        size_t alice = scene_join_watching(ALICE, ROOM);
        (void)scene_join_watching(BOB, ROOM);
        unsigned steps[3] = {order % 3, (order + 1 + order / 12) % 3, 3U - order % 3 - (order + 1 + order / 12) % 3};
        for (unsigned i = 0; i < 3; i++) {
            if (steps[i] == 0) {
                phone_unwatch(&scene.phones[ALICE]);
            } else if (steps[i] == 1) {
                phone_hang_up(&scene.phones[ALICE], alice);
            } else {
                (void)phone_call(&scene.phones[CAROL], ROOM, NULL); /* a NOTIFY to alice is under way */
            }
            scene_run(gap == 0 ? 0 : gap == 1 ? CF_MSEC(5) : gap == 2 ? CF_MSEC(15) : CF_MSEC(120));
        }
        scene_run(CF_SEC(40));
        assert_false(scene.phones[ALICE].is_watching);
        assert_string_equal(scene_sees(BOB, AOR_ALICE), "-");
        assert_string_equal(scene_sees(BOB, AOR_CAROL), "connected");
        scene_end();
    }
}

/* T8: the connection breaks at any moment of a call's life. */
static void connections_break_at_every_step(void **state) {
    (void)state;
    for (cf_usec at = 0; at < CF_MSEC(120); at += CF_MSEC(7)) {
        scene_begin(50);
        (void)scene_join_watching(BOB, ROOM);
        size_t alice = phone_call(&scene.phones[ALICE], ROOM, NULL);
        scene_run(at);
        if (scene.phones[ALICE].calls[alice].is_up) {
            phone_watch(&scene.phones[ALICE], alice);
        }
        endpoint_node_cut(&scene.phones[ALICE].net);
        scene_run(CF_SEC(1));
        /* Others go on, and the server has forgotten nothing and keeps nothing. */
        (void)scene_join(CAROL, ROOM);
        scene_run(CF_SEC(40));
        assert_string_equal(scene_sees(BOB, AOR_CAROL), "connected");
        scene_end();
    }
}

/* --- Replaces --- */

static void a_call_moves_to_another_device(void **state) {
    (void)state;
    char fields[600];
    scene_begin(60);
    phone_register(&scene.phones[BOB2]);
    scene_run(CF_SEC(1));
    (void)scene_join_watching(ALICE, ROOM);
    size_t old = scene_join(BOB, ROOM);
    const struct cf_dialog *dialog = cf_session_dialog(&scene.phones[BOB].calls[old].session);
    snprintf(fields, sizeof fields, "Replaces: %.*s;to-tag=%.*s;from-tag=%.*s\r\nRequire: replaces\r\n",
             CF_STR_ARG(dialog->call_id), CF_STR_ARG(dialog->remote_tag), CF_STR_ARG(dialog->local_tag));
    struct phone_call_options options = {.fields = fields};
    /* Not by somebody else. */
    size_t carol = phone_call(&scene.phones[CAROL], ROOM, &options);
    scene_run(CF_SEC(1));
    assert_int_equal(scene.phones[CAROL].calls[carol].status, 403);
    assert_true(scene.phones[BOB].calls[old].is_up);
    size_t new = phone_call(&scene.phones[BOB2], ROOM, &options);
    scene_run(CF_SEC(1));
    assert_true(scene.phones[BOB2].calls[new].is_up);
    assert_int_equal(scene.phones[BOB].calls[old].cause, CF_SESSION_CAUSE_BYE);
    assert_string_equal(scene_sees(ALICE, AOR_BOB), "connected");
    assert_int_equal(virtual_server_conference(&scene.server, "room-tea")->in_count, 2);
    /* It is over: nothing to be replaced. */
    new = phone_call(&scene.phones[BOB], ROOM, &options);
    scene_run(CF_SEC(1));
    assert_true(scene.phones[BOB].calls[new].status == 481 || scene.phones[BOB].calls[new].status == 603);
    scene_end();
}

static void unknown_extensions_are_refused(void **state) {
    (void)state;
    struct phone_call_options options = {.fields = "Require: teleportation\r\n"};
    scene_begin(61);
    size_t call = phone_call(&scene.phones[ALICE], ROOM, &options);
    scene_run(CF_SEC(1));
    assert_int_equal(scene.phones[ALICE].calls[call].status, 420);
    scene_end();
}

CF_TEST_MAIN(cmocka_unit_test(only_administrators_add_remove_and_promote), cmocka_unit_test(roles_change_hands),
             cmocka_unit_test(members_are_removed), cmocka_unit_test(refer_inside_the_call_is_told_inside_it),
             cmocka_unit_test(referral_follows_the_call), cmocka_unit_test(linphone_is_not_told_inside_its_call),
             cmocka_unit_test(strangers_do_not_see_the_roster), cmocka_unit_test(a_fetch_gets_one_document),
             cmocka_unit_test(subscriptions_are_refreshed_and_expire), cmocka_unit_test(a_starved_member_is_shown_as_such),
             cmocka_unit_test(each_transport_counts_for_aes_256), cmocka_unit_test(a_short_string_goes_with_its_keys),
             cmocka_unit_test(a_silent_member_is_hung_up_on), cmocka_unit_test(an_idle_member_is_small),
             cmocka_unit_test(a_subscriber_that_refuses_is_left_alone), cmocka_unit_test(unsubscribing_crosses_everything),
             cmocka_unit_test(connections_break_at_every_step), cmocka_unit_test(a_call_moves_to_another_device),
             cmocka_unit_test(unknown_extensions_are_refused))
