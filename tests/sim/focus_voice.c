/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What callers are told, as the media worker is commanded: at the door, in the lobby, inside, and before they are hung up on. */
#include "core/menu/attendant.h"
#include "focus_scene.h"

#define LOUNGE "sip:room-lounge@example.org"

static struct cf_sounds sounds;
static struct cf_conference *conf;
static const struct cf_conference_actor operator= {.is_operator = true};

/* alice is in, by a call of the operator, and watches. */
static void begin(const char *pin, bool has_lobby, enum cf_focus_prompts prompts) {
    sounds = (struct cf_sounds){.language_count = 2, .languages = {{.tag = CF_STR("en")}, {.tag = CF_STR("de")}}};
    scene_make(1);
    scene.server.config.focus.sounds = &sounds;
    scene.server.config.focus.prompts = prompts;
    scene.server.config.focus.language = CF_STR("en");
    scene.server.config.focus.tones_max = 2;
    virtual_server_start(&scene.server, scene_names);
    for (size_t i = 0; i < PHONE_COUNT; i++) {
        phone_register(&scene.phones[i]);
    }
    scene_run(CF_SEC(1));
    assert_int_equal(cf_focus_add_room(cf_node_focus(scene.server.node), CF_STR("lounge"), world_now(scene.world)).reason,
                     CF_DENIAL_NONE);
    conf = virtual_server_conference(&scene.server, "room-lounge");
    struct cf_resource_entry entry = {.uri = CF_STR(AOR_ALICE)};
    cf_usec now = world_now(scene.world);
    assert_int_equal(cf_conference_on_add(conf, now, &operator, & entry).reason, CF_DENIAL_NONE);
    virtual_server_drain(&scene.server);
    scene_run(CF_SEC(1));
    phone_watch(&scene.phones[ALICE], 0);
    scene_run(CF_SEC(1));
    now = world_now(scene.world);
    assert_int_equal(cf_conference_on_lobby(conf, now, &operator, has_lobby).reason, CF_DENIAL_NONE);
    assert_int_equal(cf_conference_on_set_pin(conf, now, &operator, cf_str_of(pin)).reason, CF_DENIAL_NONE);
    virtual_server_drain(&scene.server);
}

static const struct virtual_leg *leg_of(const char *aor) {
    const struct virtual_leg *leg = virtual_server_leg(&scene.server, conf, aor);
    assert_non_null(leg);
    return leg;
}

/* The first prompt of what @aor was told last; CF_PROMPT_COUNT_: nothing. */
static enum cf_prompt told(const char *aor) {
    const struct virtual_leg *leg = leg_of(aor);
    return leg->said_count == 0 ? CF_PROMPT_COUNT_ : (enum cf_prompt)leg->said[leg->said_count - 1].parts[0];
}

static enum cf_prompt announced(void) {
    size_t count = scene.server.announced_count;
    return count == 0 ? CF_PROMPT_COUNT_ : (enum cf_prompt)scene.server.announced[count - 1].parts[0];
}

static void press(const char *aor, const char *keys) {
    virtual_server_press(&scene.server, conf, aor, keys);
    scene_run(CF_MSEC(100));
}

static void the_pin_is_asked_for_and_what_came_of_it_is_said(void **state) {
    (void)state;
    begin("4711", false, CF_FOCUS_PROMPTS_PHONES);
    (void)scene_join(BOB, LOUNGE);
    assert_int_equal(told(AOR_BOB), CF_PROMPT_COUNT_);
    scene_run(CF_SEC(1));
    assert_int_equal(told(AOR_BOB), CF_PROMPT_PIN_WANTED);
    size_t count = leg_of(AOR_BOB)->said_count;
    scene_run(CF_ATTENDANT_REPEAT);
    assert_int_equal(leg_of(AOR_BOB)->said_count, count + 1);
    press(AOR_BOB, "1111#");
    assert_int_equal(told(AOR_BOB), CF_PROMPT_PIN_WRONG);
    assert_int_equal(leg_of(AOR_BOB)->hushes, 5);
    press(AOR_BOB, "4711#");
    scene_run(CF_SEC(1));
    assert_int_equal(told(AOR_BOB), CF_PROMPT_ENTERED);
    assert_false(leg_of(AOR_BOB)->policy.is_waiting);
    scene_end();
}

static void the_third_wrong_pin_ends_the_call_after_a_last_word(void **state) {
    (void)state;
    begin("4711", false, CF_FOCUS_PROMPTS_PHONES);
    size_t call = scene_join(BOB, LOUNGE);
    struct cf_handle handle = leg_of(AOR_BOB)->leg;
    press(AOR_BOB, "1111#2222#");
    virtual_server_press(&scene.server, conf, AOR_BOB, "3333");
    const struct cf_media_event last = {.kind = CF_MEDIA_EVENT_DIGIT, .leg = handle, .as.digit = '#'};
    cf_node_on_media(scene.server.node, &last, world_now(scene.world));
    virtual_server_drain(&scene.server);
    scene_run(CF_SEC(1));
    /* Out of the roster, in the call, and deaf to keys: the right PIN is too late. */
    assert_true(scene.phones[BOB].calls[call].is_up);
    const char right[] = "4711#";
    for (size_t i = 0; i < sizeof right - 1; i++) {
        const struct cf_media_event key = {.kind = CF_MEDIA_EVENT_DIGIT, .leg = handle, .as.digit = right[i]};
        cf_node_on_media(scene.server.node, &key, world_now(scene.world));
        virtual_server_drain(&scene.server);
    }
    scene_run(CF_SEC(1));
    assert_true(scene.phones[BOB].calls[call].is_up);
    assert_false(cf_conference_is_member(conf, CF_STR(AOR_BOB)));
    virtual_server_played(&scene.server, handle, 1);
    scene_run(CF_SEC(1));
    assert_false(scene.phones[BOB].calls[call].is_up);
    scene_end();
}

static void a_last_word_that_nobody_says_ends_too(void **state) {
    (void)state;
    begin(NULL, false, CF_FOCUS_PROMPTS_PHONES);
    size_t call = scene_join(BOB, LOUNGE);
    cf_usec now = world_now(scene.world);
    assert_int_equal(cf_conference_on_remove(conf, now, &operator, CF_STR(AOR_BOB)).reason, CF_DENIAL_NONE);
    virtual_server_drain(&scene.server);
    scene_run(CF_SEC(5));
    assert_true(scene.phones[BOB].calls[call].is_up);
    scene_run(CF_SEC(5));
    assert_false(scene.phones[BOB].calls[call].is_up);
    /* Who sees it is not kept. */
    now = world_now(scene.world);
    assert_int_equal(cf_conference_on_remove(conf, now, &operator, CF_STR(AOR_ALICE)).reason, CF_DENIAL_NONE);
    virtual_server_drain(&scene.server);
    scene_run(CF_SEC(1));
    assert_false(scene.phones[ALICE].calls[0].is_up);
    scene_end();
}

static void the_conference_ends_with_a_word(void **state) {
    (void)state;
    begin(NULL, false, CF_FOCUS_PROMPTS_ALL);
    size_t call = scene_join(BOB, LOUNGE);
    struct cf_handle bob = leg_of(AOR_BOB)->leg;
    cf_usec now = world_now(scene.world);
    assert_int_equal(cf_conference_on_end(conf, now, &operator).reason, CF_DENIAL_NONE);
    virtual_server_drain(&scene.server);
    scene_run(CF_SEC(1));
    assert_true(scene.phones[BOB].calls[call].is_up);
    /* A phone may hang up before. */
    phone_hang_up(&scene.phones[ALICE], 0);
    virtual_server_played(&scene.server, bob, 1);
    scene_run(CF_SEC(1));
    assert_false(scene.phones[BOB].calls[call].is_up);
    scene_end();
}

static void who_waits_is_told_so(void **state) {
    (void)state;
    begin(NULL, true, CF_FOCUS_PROMPTS_PHONES);
    (void)scene_join(BOB, LOUNGE);
    scene_run(CF_SEC(1));
    assert_int_equal(told(AOR_BOB), CF_PROMPT_LOBBY);
    scene_run(CF_ATTENDANT_STILL);
    assert_int_equal(told(AOR_BOB), CF_PROMPT_LOBBY_STILL);
    assert_true(leg_of(AOR_BOB)->policy.is_waiting);
    press(AOR_ALICE, "*8");
    assert_int_equal(told(AOR_ALICE), CF_PROMPT_ADMITTED_ALL);
    scene_run(CF_SEC(1));
    assert_int_equal(told(AOR_BOB), CF_PROMPT_ENTERED);
    scene_end();
}

static void keys_are_answered_and_what_others_do_is_told(void **state) {
    (void)state;
    begin(NULL, false, CF_FOCUS_PROMPTS_PHONES);
    (void)scene_join(BOB, LOUNGE);
    (void)scene_join(CAROL, LOUNGE);
    press(AOR_BOB, "*6");
    assert_int_equal(told(AOR_BOB), CF_PROMPT_MUTED);
    size_t count = leg_of(AOR_BOB)->said_count;
    scene_run(CF_SEC(1));
    assert_int_equal(leg_of(AOR_BOB)->said_count, count); /* not twice */
    press(AOR_BOB, "*6");
    assert_int_equal(told(AOR_BOB), CF_PROMPT_UNMUTED);
    press(AOR_BOB, "*5");
    assert_int_equal(told(AOR_BOB), CF_PROMPT_HAND_UP);
    press(AOR_BOB, "*7");
    assert_int_equal(told(AOR_BOB), CF_PROMPT_NOT_ALLOWED);
    press(AOR_BOB, "*9");
    assert_int_equal(told(AOR_BOB), CF_PROMPT_THERE_ARE);
    press(AOR_BOB, "*1");
    assert_int_equal(told(AOR_BOB), CF_PROMPT_TONE_ERROR);
    /* alice, the moderator, silences all others; each of them may undo it. */
    press(AOR_BOB, "*4");
    assert_int_equal(told(AOR_BOB), CF_PROMPT_NOT_ALLOWED);
    press(AOR_ALICE, "*4");
    assert_int_equal(told(AOR_ALICE), CF_PROMPT_MUTED_ALL);
    assert_true(leg_of(AOR_BOB)->policy.is_audio_muted && leg_of(AOR_CAROL)->policy.is_audio_muted);
    assert_false(leg_of(AOR_ALICE)->policy.is_audio_muted);
    assert_int_equal(told(AOR_BOB), CF_PROMPT_MUTED_BY_MODERATOR);
    press(AOR_BOB, "*6");
    assert_int_equal(told(AOR_BOB), CF_PROMPT_UNMUTED);
    assert_false(leg_of(AOR_BOB)->policy.is_audio_muted);
    press(AOR_ALICE, "*7");
    assert_int_equal(told(AOR_ALICE), CF_PROMPT_LOCKED);
    assert_true(conf->is_locked);
    scene_end();
}

/* By a command of the page: he knows that it was he. */
static void who_mutes_himself_is_not_told_that_he_was_muted(void **state) {
    (void)state;
    begin(NULL, false, CF_FOCUS_PROMPTS_PHONES);
    size_t bob = scene_join(BOB, LOUNGE);
    (void)scene_join(CAROL, LOUNGE);
    scene_run(CF_SEC(1));
    size_t count = leg_of(AOR_BOB)->said_count;
    phone_request(&scene.phones[BOB], bob, CF_SIP_METHOD_INFO, NULL, "application/vnd.confer.command", "mute");
    scene_run(CF_SEC(1));
    assert_true(leg_of(AOR_BOB)->policy.is_audio_muted);
    assert_int_equal(leg_of(AOR_BOB)->said_count, count);
    press(AOR_ALICE, "*4"); /* silent already: nothing to tell */
    assert_int_equal(leg_of(AOR_BOB)->said_count, count);
    phone_request(&scene.phones[BOB], bob, CF_SIP_METHOD_INFO, NULL, "application/vnd.confer.command", "unmute");
    scene_run(CF_SEC(1));
    assert_int_equal(leg_of(AOR_BOB)->said_count, count);
    press(AOR_ALICE, "*4");
    assert_int_equal(told(AOR_BOB), CF_PROMPT_MUTED_BY_MODERATOR);
    scene_end();
}

static void small_conferences_have_chimes(void **state) {
    (void)state;
    begin(NULL, false, CF_FOCUS_PROMPTS_PHONES);
    size_t before = scene.server.announced_count;
    size_t bob = scene_join(BOB, LOUNGE);
    assert_true(scene.server.announced_count > before && announced() == CF_PROMPT_TONE_ENTER);
    /* Three are too many for chimes. */
    before = scene.server.announced_count;
    size_t carol = scene_join(CAROL, LOUNGE);
    phone_hang_up(&scene.phones[CAROL], carol);
    scene_run(CF_SEC(1));
    assert_int_equal(scene.server.announced_count, before);
    phone_hang_up(&scene.phones[BOB], bob);
    scene_run(CF_SEC(1));
    assert_int_equal(announced(), CF_PROMPT_TONE_LEAVE);
    scene_end();
}

static void nothing_is_said_if_that_is_off(void **state) {
    (void)state;
    begin("4711", false, CF_FOCUS_PROMPTS_OFF);
    size_t call = scene_join(BOB, LOUNGE);
    scene_run(CF_SEC(60));
    press(AOR_BOB, "1111#2222#");
    assert_int_equal(told(AOR_BOB), CF_PROMPT_COUNT_);
    assert_int_equal(leg_of(AOR_BOB)->hushes, 0);
    virtual_server_press(&scene.server, conf, AOR_BOB, "3333#");
    scene_run(CF_SEC(1));
    assert_false(scene.phones[BOB].calls[call].is_up);
    assert_int_equal(scene.server.announced_count, 0);
    scene_end();
}

CF_TEST_MAIN(cmocka_unit_test(the_pin_is_asked_for_and_what_came_of_it_is_said),
             cmocka_unit_test(the_third_wrong_pin_ends_the_call_after_a_last_word),
             cmocka_unit_test(a_last_word_that_nobody_says_ends_too), cmocka_unit_test(the_conference_ends_with_a_word),
             cmocka_unit_test(who_waits_is_told_so), cmocka_unit_test(keys_are_answered_and_what_others_do_is_told),
             cmocka_unit_test(who_mutes_himself_is_not_told_that_he_was_muted), cmocka_unit_test(small_conferences_have_chimes),
             cmocka_unit_test(nothing_is_said_if_that_is_off))
