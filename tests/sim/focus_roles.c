/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lobby, PIN, keys, commands and chat end to end: what phones do, what the media workers and the event package say. */
#include "focus_scene.h"

static struct cf_conference *lounge(const char *pin, bool has_lobby) {
    struct cf_conference_actor operator= {.is_operator = true};
    assert_int_equal(cf_focus_add_room(cf_node_focus(scene.server.node), CF_STR("lounge"), world_now(scene.world)).reason,
                     CF_DENIAL_NONE);
    struct cf_conference *conf = virtual_server_conference(&scene.server, "room-lounge");
    cf_usec now = world_now(scene.world);
    assert_int_equal(cf_conference_on_lobby(conf, now, &operator, has_lobby).reason, CF_DENIAL_NONE);
    assert_int_equal(cf_conference_on_set_pin(conf, now, &operator, cf_str_of(pin)).reason, CF_DENIAL_NONE);
    virtual_server_drain(&scene.server);
    return conf;
}

#define LOUNGE "sip:room-lounge@example.org"

/* alice is called in by the operator, past every door. */
static void call_in(struct cf_conference *conf, const char *aor) {
    struct cf_conference_actor operator= {.is_operator = true};
    struct cf_resource_entry entry = {.uri = cf_str_of(aor)};
    assert_int_equal(cf_conference_on_add(conf, world_now(scene.world), &operator, & entry).reason, CF_DENIAL_NONE);
    virtual_server_drain(&scene.server);
    scene_run(CF_SEC(1));
}

static bool is_waiting(const struct cf_conference *conf, const char *aor) {
    const struct virtual_leg *leg = virtual_server_leg(&scene.server, conf, aor);
    assert_non_null(leg);
    return leg->policy.is_waiting;
}

static void command(size_t who, size_t call, const char *body) {
    phone_request(&scene.phones[who], call, CF_SIP_METHOD_INFO, NULL, "application/vnd.confer.command", body);
    scene_run(CF_SEC(1));
}

static void the_lobby_keeps_people_out_until_they_are_admitted(void **state) {
    (void)state;
    scene_begin(1);
    struct cf_conference *conf = lounge(NULL, true);
    call_in(conf, AOR_ALICE);
    phone_watch(&scene.phones[ALICE], 0);
    size_t bob = scene_join(BOB, LOUNGE);
    phone_watch(&scene.phones[BOB], bob);
    scene_run(CF_SEC(1));
    /* In a call, but neither heard nor hearing; the others see that somebody waits, bob sees but himself. */
    assert_true(is_waiting(conf, AOR_BOB));
    assert_string_equal(scene_sees(ALICE, AOR_BOB), "on-hold");
    assert_int_equal(scene.phones[BOB].watch_state, CF_SUBSCRIPTION_PENDING);
    assert_string_equal(scene_sees(BOB, AOR_BOB), "on-hold");
    assert_string_equal(scene_sees(BOB, AOR_ALICE), "-");
    /* He can do nothing for himself. */
    command(BOB, bob, "admit " AOR_BOB);
    assert_int_equal(scene.phones[BOB].request_status, 403);
    command(BOB, bob, "hand-up");
    assert_int_equal(scene.phones[BOB].request_status, 403);
    phone_request(&scene.phones[BOB], bob, CF_SIP_METHOD_MESSAGE, NULL, "text/plain", "let me in");
    scene_run(CF_SEC(1));
    assert_int_equal(scene.phones[BOB].request_status, 403);
    command(ALICE, 0, "admit " AOR_BOB);
    assert_int_equal(scene.phones[ALICE].request_status, 200);
    assert_false(is_waiting(conf, AOR_BOB));
    assert_int_equal(scene.phones[BOB].watch_state, CF_SUBSCRIPTION_ACTIVE);
    assert_string_equal(scene_sees(BOB, AOR_ALICE), "connected");
    assert_string_equal(scene_sees(ALICE, AOR_BOB), "connected");
    /* carol is sent away. */
    size_t carol = scene_join(CAROL, LOUNGE);
    command(ALICE, 0, "deny " AOR_CAROL);
    assert_false(scene.phones[CAROL].calls[carol].is_up);
    scene_end();
}

static void keys_of_a_phone_do_what_commands_do(void **state) {
    (void)state;
    scene_begin(2);
    struct cf_conference *conf = lounge(NULL, true);
    call_in(conf, AOR_ALICE);
    phone_watch(&scene.phones[ALICE], 0);
    size_t bob = scene_join(BOB, LOUNGE);
    virtual_server_press(&scene.server, conf, AOR_ALICE, "*8");
    scene_run(CF_SEC(1));
    assert_false(is_waiting(conf, AOR_BOB));
    virtual_server_press(&scene.server, conf, AOR_BOB, "*6");
    scene_run(CF_SEC(1));
    assert_string_equal(scene_sees(ALICE, AOR_BOB), "muted-via-focus");
    assert_true(virtual_server_leg(&scene.server, conf, AOR_BOB)->policy.is_audio_muted);
    virtual_server_press(&scene.server, conf, AOR_BOB, "*6");
    virtual_server_press(&scene.server, conf, AOR_BOB, "*5");
    scene_run(CF_SEC(1));
    assert_false(virtual_server_leg(&scene.server, conf, AOR_BOB)->policy.is_audio_muted);
    assert_true(cf_roster_find(&conf->roster, CF_STR(AOR_BOB))->hand_up != 0);
    virtual_server_press(&scene.server, conf, AOR_BOB, "*7"); /* not for bob */
    assert_false(conf->is_locked);
    virtual_server_press(&scene.server, conf, AOR_ALICE, "*7");
    assert_true(conf->is_locked);
    /* By INFO, for phones without RFC 4733. */
    phone_request(&scene.phones[BOB], bob, CF_SIP_METHOD_INFO, NULL, "application/dtmf-relay", "Signal=*\r\nDuration=160\r\n");
    phone_request(&scene.phones[BOB], bob, CF_SIP_METHOD_INFO, NULL, "application/dtmf-relay", "Signal=5\r\nDuration=160\r\n");
    scene_run(CF_SEC(1));
    assert_int_equal(cf_roster_find(&conf->roster, CF_STR(AOR_BOB))->hand_up, 0);
    phone_request(&scene.phones[BOB], bob, CF_SIP_METHOD_INFO, NULL, "application/dtmf-relay", "Signal=nonsense");
    scene_run(CF_SEC(1));
    assert_int_equal(scene.phones[BOB].request_status, 400);
    phone_request(&scene.phones[BOB], bob, CF_SIP_METHOD_INFO, NULL, "application/unknown", "x");
    scene_run(CF_SEC(1));
    assert_int_equal(scene.phones[BOB].request_status, 415);
    scene_end();
}

static void a_pin_is_keyed_in(void **state) {
    (void)state;
    scene_begin(3);
    struct cf_conference *conf = lounge("4711", false);
    size_t bob = scene_join(BOB, LOUNGE);
    assert_true(is_waiting(conf, AOR_BOB));
    virtual_server_press(&scene.server, conf, AOR_BOB, "4710#");
    assert_true(is_waiting(conf, AOR_BOB));
    virtual_server_press(&scene.server, conf, AOR_BOB, "4711#");
    assert_false(is_waiting(conf, AOR_BOB));
    virtual_server_press(&scene.server, conf, AOR_BOB, "*5"); /* keys are keys again */
    assert_true(cf_roster_find(&conf->roster, CF_STR(AOR_BOB))->hand_up != 0);
    size_t carol = scene_join(CAROL, LOUNGE);
    virtual_server_press(&scene.server, conf, AOR_CAROL, "1111#2222#3333#");
    scene_run(CF_SEC(1));
    assert_false(scene.phones[CAROL].calls[carol].is_up);
    assert_true(scene.phones[BOB].calls[bob].is_up);
    /* The PIN is there after a restart. */
    virtual_server_kill(&scene.server);
    virtual_server_start(&scene.server, scene_names);
    assert_str(virtual_server_conference(&scene.server, "room-lounge")->pin, CF_STR("4711"));
    scene_end();
}

/* INFO of a phone that says its keys in words. */
static void say_key(size_t who, size_t call, const char *signal) {
    char body[64];
    snprintf(body, sizeof body, "Signal=%s\r\nDuration=100\r\n", signal);
    phone_request(&scene.phones[who], call, CF_SIP_METHOD_INFO, NULL, "application/dtmf-relay", body);
    scene_run(CF_MSEC(200));
    assert_int_equal(scene.phones[who].request_status, 200);
}

/* A phone without telephone-event is heard; one that says its keys by INFO as well is not heard twice. */
static void a_pin_is_played_or_said_and_not_both(void **state) {
    (void)state;
    scene_begin(3);
    struct cf_conference *conf = lounge("4411", false);
    (void)scene_join(BOB, LOUNGE);
    virtual_server_play(&scene.server, conf, AOR_BOB, "4411#");
    assert_false(is_waiting(conf, AOR_BOB));
    size_t carol = scene_join(CAROL, LOUNGE);
    static const char *const keys[] = {"4", "4", "1", "1", "#"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        assert_true(is_waiting(conf, AOR_CAROL));
        virtual_server_play(&scene.server, conf, AOR_CAROL, keys[i]);
        say_key(CAROL, carol, keys[i]);
    }
    assert_false(is_waiting(conf, AOR_CAROL));
    scene_end();
}

static void moderators_rule(void **state) {
    (void)state;
    scene_begin(4);
    size_t alice = scene_join_watching(ALICE, ROOM);
    size_t bob = scene_join(BOB, ROOM);
    struct cf_conference *conf = virtual_server_conference(&scene.server, "room-tea");
    command(ALICE, alice, "mute " AOR_BOB);
    assert_string_equal(scene_sees(ALICE, AOR_BOB), "muted-via-focus");
    command(BOB, bob, "unmute");
    assert_int_equal(scene.phones[BOB].request_status, 403);
    command(ALICE, alice, "unmute " AOR_BOB);
    command(ALICE, alice, "listener " AOR_BOB);
    const struct virtual_leg *leg = virtual_server_leg(&scene.server, conf, AOR_BOB);
    assert_true(leg->policy.is_audio_muted && leg->policy.is_video_muted);
    command(ALICE, alice, "speaker " AOR_BOB);
    assert_false(leg->policy.is_audio_muted || leg->policy.is_video_muted);
    command(ALICE, alice, "lock");
    size_t carol = phone_call(&scene.phones[CAROL], ROOM, NULL);
    scene_run(CF_SEC(1));
    assert_int_equal(scene.phones[CAROL].calls[carol].status, 403);
    command(ALICE, alice, "invite " AOR_CAROL);
    assert_string_equal(scene_sees(ALICE, AOR_CAROL), "connected");
    command(ALICE, alice, "invite sip:+15550100@gateway.example");
    assert_int_equal(scene.phones[ALICE].request_status, 403);
    command(ALICE, alice, "dance");
    assert_int_equal(scene.phones[ALICE].request_status, 400);
    command(ALICE, alice, "subject High tea");
    assert_str(conf->subject, CF_STR("High tea"));
    command(BOB, bob, "end");
    assert_int_equal(scene.phones[BOB].request_status, 403);
    command(ALICE, alice, "end");
    assert_false(scene.phones[BOB].calls[bob].is_up);
    assert_int_equal(scene.server.leg_count, 0);
    scene_end();
}

/* --- chat --- */

static size_t lines_of(const char *needle) {
    size_t count = 0;
    for (const char *at = scene.transcript.text; at != NULL && (at = strstr(at, needle)) != NULL; at++) {
        count++;
    }
    return count;
}

static void what_one_writes_the_others_read(void **state) {
    (void)state;
    scene_make(5);
    scene.phones[CAROL].is_linphone = true;
    virtual_server_start(&scene.server, scene_names);
    for (size_t i = 0; i < PHONE_COUNT; i++) {
        phone_register(&scene.phones[i]);
    }
    scene_run(CF_SEC(1));
    size_t alice = scene_join(ALICE, ROOM);
    (void)scene_join(BOB, ROOM);
    size_t carol = scene_join(CAROL, ROOM);
    transcript_reset(&scene.transcript);
    phone_request(&scene.phones[ALICE], alice, CF_SIP_METHOD_MESSAGE, NULL, "text/plain", "tea is ready");
    scene_run(CF_SEC(1));
    assert_int_equal(scene.phones[ALICE].request_status, 200);
    assert_int_equal(lines_of("bob: MESSAGE tea is ready"), 1);
    assert_int_equal(lines_of("carol: MESSAGE From: <" AOR_ALICE ">"), 1); /* wrapped, with who it is of */
    assert_int_equal(lines_of("alice: MESSAGE"), 0);
    assert_int_equal(lines_of("dave: MESSAGE"), 0);
    /* From Linphone to those that don't read message/cpim: what is inside. */
    phone_request(&scene.phones[CAROL], carol, CF_SIP_METHOD_MESSAGE, NULL, "message/cpim",
                  "From: <" AOR_CAROL ">\r\nTo: <" ROOM ">\r\n\r\nContent-Type: text/plain\r\n\r\ncoming");
    scene_run(CF_SEC(1));
    assert_int_equal(scene.phones[CAROL].request_status, 200);
    assert_int_equal(lines_of("bob: MESSAGE coming"), 1);
    /* What her phone says by itself is not for those. */
    phone_request(&scene.phones[CAROL], carol, CF_SIP_METHOD_MESSAGE, NULL, "message/cpim",
                  "From: <" AOR_CAROL ">\r\nTo: <" ROOM ">\r\n\r\nContent-Type: message/imdn+xml\r\n\r\n<imdn/>");
    scene_run(CF_SEC(1));
    assert_int_equal(scene.phones[CAROL].request_status, 200);
    assert_int_equal(lines_of("imdn"), 0);
    phone_request(&scene.phones[CAROL], carol, CF_SIP_METHOD_MESSAGE, "Content-Encoding: deflate\r\n", "text/plain",
                  "not packed");
    scene_run(CF_SEC(1));
    assert_int_equal(scene.phones[CAROL].request_status, 400);
    phone_request(&scene.phones[CAROL], carol, CF_SIP_METHOD_MESSAGE, "Content-Encoding: Identity\r\n", "text/plain", "plain");
    scene_run(CF_SEC(1));
    assert_int_equal(scene.phones[CAROL].request_status, 200);
    assert_int_equal(lines_of("bob: MESSAGE plain"), 1);
    phone_request(&scene.phones[CAROL], carol, CF_SIP_METHOD_MESSAGE, "Content-Encoding: gzip\r\n", "text/plain", "unknown");
    scene_run(CF_SEC(1));
    assert_int_equal(scene.phones[CAROL].request_status, 415);
    /* Nobody speaks in the name of another, and nobody who is not in. */
    phone_request(&scene.phones[CAROL], carol, CF_SIP_METHOD_MESSAGE, NULL, "message/cpim",
                  "From: <" AOR_ALICE ">\r\nTo: <" ROOM ">\r\n\r\nContent-Type: text/plain\r\n\r\nI resign");
    scene_run(CF_SEC(1));
    assert_int_equal(scene.phones[CAROL].request_status, 403);
    assert_int_equal(lines_of("resign"), 0);
    /* Nor in an envelope within her own, whose From nobody would check; nor in one whose type others may read as that. */
    static const char *const types[] = {"message/cpim", "Message/CPIM; charset=UTF-8", "message/cpim;;=", "message"};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        char body[512];
        snprintf(body, sizeof body,
                 "From: <" AOR_CAROL ">\r\nTo: <" ROOM ">\r\n\r\nContent-Type: %s\r\n\r\n"
                 "From: <" AOR_ALICE ">\r\nTo: <" ROOM ">\r\n\r\nContent-Type: text/plain\r\n\r\nI resign",
                 types[i]);
        phone_request(&scene.phones[CAROL], carol, CF_SIP_METHOD_MESSAGE, NULL, "message/cpim", body);
        scene_run(CF_SEC(1));
        assert_int_equal(scene.phones[CAROL].request_status, 400);
    }
    assert_int_equal(lines_of("resign"), 0);
    scene_end();
}

static void a_flood_of_chat_is_stemmed(void **state) {
    (void)state;
    scene_begin(6);
    size_t alice = scene_join(ALICE, ROOM);
    (void)scene_join(BOB, ROOM);
    transcript_reset(&scene.transcript);
    unsigned taken = 0;
    for (unsigned i = 0; i < 40; i++) {
        phone_request(&scene.phones[ALICE], alice, CF_SIP_METHOD_MESSAGE, NULL, "text/plain", "spam");
        scene_run(CF_MSEC(50));
        taken += scene.phones[ALICE].request_status == 200 ? 1 : 0;
    }
    assert_true(taken >= 10 && taken <= 16);
    scene_run(CF_SEC(1));
    assert_int_equal(lines_of("bob: MESSAGE spam"), taken);
    /* Nor is anything unpacked then, of whatever kind: this one can't be. */
    do {
        phone_request(&scene.phones[ALICE], alice, CF_SIP_METHOD_MESSAGE, NULL, "text/plain", "spam");
        scene_run(CF_MSEC(50));
        taken += scene.phones[ALICE].request_status == 200 ? 1 : 0;
    } while (taken < 30 || scene.phones[ALICE].request_status != 200);
    phone_request(&scene.phones[ALICE], alice, CF_SIP_METHOD_MESSAGE, "Content-Encoding: deflate\r\n", "message/cpim",
                  "not packed");
    scene_run(CF_MSEC(50));
    assert_int_equal(scene.phones[ALICE].request_status, 403);
    scene_run(CF_SEC(10));
    phone_request(&scene.phones[ALICE], alice, CF_SIP_METHOD_MESSAGE, "Content-Encoding: deflate\r\n", "message/cpim",
                  "not packed");
    scene_run(CF_SEC(1));
    assert_int_equal(scene.phones[ALICE].request_status, 400);
    assert_true(scene.phones[ALICE].calls[alice].is_up);
    scene_end();
}

CF_TEST_MAIN(cmocka_unit_test(the_lobby_keeps_people_out_until_they_are_admitted),
             cmocka_unit_test(keys_of_a_phone_do_what_commands_do), cmocka_unit_test(a_pin_is_keyed_in),
             cmocka_unit_test(a_pin_is_played_or_said_and_not_both), cmocka_unit_test(moderators_rule),
             cmocka_unit_test(what_one_writes_the_others_read), cmocka_unit_test(a_flood_of_chat_is_stemmed))
