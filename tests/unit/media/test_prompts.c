/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What phones hear of us: by themselves, all together, and in the lobby, where they hear nothing else. */
#include "lib/test_media.h"

#include "lib/test.h"

static struct test_media w;
static const struct test_phone_config plain = {.no_picture = true};
static const struct test_phone_config waiting = {.no_picture = true, .policy = {.is_waiting = true}};
static const struct test_phone_config waiting_pcmu = {.no_picture = true, .is_pcmu = true, .policy = {.is_waiting = true}};

#define TICK CF_MIX_TICK_SAMPLES

static int16_t hundred[50 * TICK];
static int16_t ten[10 * TICK];
static struct cf_sounds sounds;

/* A prompt of a second that says 100, an announcement of 200 ms and a chime of 200 ms that say 10. */
static void begin(size_t count) {
    memset(&sounds, 0, sizeof sounds);
    for (size_t i = 0; i < 50 * TICK; i++) {
        hundred[i] = 100;
    }
    for (size_t i = 0; i < 10 * TICK; i++) {
        ten[i] = 10;
    }
    sounds.language_count = 1;
    sounds.languages[0].sounds[CF_PROMPT_PIN_WANTED] = (struct cf_sound){hundred, 50 * TICK};
    sounds.languages[0].sounds[CF_PROMPT_TONE_ENTER] = (struct cf_sound){ten, 10 * TICK};
    sounds.languages[0].sounds[CF_PROMPT_TONE_WAITING] = (struct cf_sound){ten, 10 * TICK};
    test_media_init_sounds(&w, 1, &sounds);
    for (size_t i = 0; i < count; i++) {
        test_media_add(&w, &plain)->is_talking = true;
    }
    test_media_run(&w, CF_SEC(2));
    test_media_forget_events(&w);
}

static void play(struct cf_handle leg, enum cf_prompt prompt, uint16_t tag) {
    struct cf_media_command command = {.kind = CF_MEDIA_PLAY, .room = w.room, .leg = leg, .as.phrase = cf_phrase_of(0, prompt)};
    command.as.phrase.tag = tag;
    assert_int_equal(cf_media_command_len(&command), offsetof(struct cf_media_command, as) + sizeof command.as.phrase);
    test_media_command(&w, &command);
}

/* Nobody talks from now on. */
static void hush(void) {
    for (size_t i = 0; i < w.phone_count; i++) {
        w.phones[i].is_talking = false;
    }
    test_media_run(&w, CF_SEC(1));
}

static void one_is_told(void **state) {
    (void)state;
    begin(3);
    hush();
    play(w.phones[1].leg, CF_PROMPT_PIN_WANTED, 5);
    test_media_run(&w, CF_MSEC(300));
    assert_int_equal(w.phones[1].last_value, 100);
    assert_true(w.phones[0].last_value == 0 && w.phones[2].last_value == 0);
    test_media_run(&w, CF_SEC(1));
    const struct cf_media_event *played = test_media_event(&w, CF_MEDIA_EVENT_PLAYED);
    assert_non_null(played);
    assert_true(cf_handle_eq(played->leg, w.phones[1].leg) && played->as.played.tag == 5 && played->as.played.is_whole);
    assert_int_equal(w.phones[1].last_value, 0);
    test_media_fini(&w);
}

static void a_key_ends_it(void **state) {
    (void)state;
    begin(1);
    hush();
    play(w.phones[0].leg, CF_PROMPT_PIN_WANTED, 5);
    test_media_run(&w, CF_MSEC(200));
    assert_int_equal(w.phones[0].last_value, 100);
    const struct cf_media_command hush = {.kind = CF_MEDIA_HUSH, .leg = w.phones[0].leg};
    test_media_command(&w, &hush);
    test_media_run(&w, CF_MSEC(60));
    assert_int_equal(w.phones[0].last_value, 0);
    const struct cf_media_event *played = test_media_event(&w, CF_MEDIA_EVENT_PLAYED);
    assert_true(played != NULL && !played->as.played.is_whole);
    test_media_fini(&w);
}

static void all_are_told(void **state) {
    (void)state;
    begin(3);
    hush();
    test_media_add(&w, &waiting);
    test_media_run(&w, CF_SEC(1));
    play((struct cf_handle){.generation = 0}, CF_PROMPT_TONE_ENTER, 0);
    test_media_run(&w, CF_MSEC(100));
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(w.phones[i].last_value, 10);
    }
    assert_int_equal(w.phones[3].last_value, 0);
    test_media_fini(&w);
}

/* T21 with prompts: who waits hears us, and nothing else; nobody hears who waits. */
static void the_lobby_hears_prompts_and_nothing_of_the_room(void **state) {
    (void)state;
    begin(2);
    struct test_phone *guest = test_media_add(&w, &waiting);
    struct test_phone *other = test_media_add(&w, &waiting_pcmu);
    guest->is_talking = other->is_talking = true;
    size_t before[2] = {w.phones[0].heard[2], w.phones[1].heard[3]};
    test_media_run(&w, CF_MSEC(150));
    assert_int_equal(guest->last_value, 10); /* the chime */
    play(guest->leg, CF_PROMPT_PIN_WANTED, 1);
    bool was_told = false;
    for (int i = 0; i < 100; i++) {
        test_media_run(&w, CF_MSEC(20));
        was_told = was_told || guest->last_value == 100;
        assert_true(guest->last_value >= 0 && guest->last_value <= 110);
        assert_true(other->last_value == 0 || other->last_value == 10);
    }
    assert_true(was_told && guest->frames_heard > 100 && other->frames_heard > 100);
    assert_int_equal(guest->heard[0] + guest->heard[1] + other->heard[0] + other->heard[2], 0);
    assert_true(w.phones[0].heard[2] == before[0] && w.phones[1].heard[3] == before[1]);
    /* Let in: its stream goes on where it was, with the room. The phone asserts that no number is left out or repeated. */
    const struct cf_media_command in = {.kind = CF_MEDIA_LEG_SET, .leg = guest->leg};
    test_media_command(&w, &in);
    test_media_run(&w, CF_SEC(2));
    assert_true(guest->heard[0] > 50 && w.phones[0].heard[2] > 50);
    assert_int_equal(other->heard[0], 0);
    /* And back. */
    const struct cf_media_command out = {.kind = CF_MEDIA_LEG_SET, .leg = guest->leg, .as.leg_policy.is_waiting = true};
    test_media_command(&w, &out);
    test_media_run(&w, CF_MSEC(100));
    size_t heard = guest->heard[0];
    test_media_run(&w, CF_SEC(1));
    assert_int_equal(guest->heard[0], heard);
    test_media_fini(&w);
}

static const struct cf_mixer *lobby(void) {
    const struct cf_engine_room *room = cf_media_names_at(&w.engine.rooms, w.room.slot);
    return room->lobby;
}

static void an_empty_lobby_stands_still(void **state) {
    (void)state;
    begin(2);
    struct test_phone *guest = test_media_add(&w, &waiting);
    test_media_run(&w, CF_SEC(1));
    uint64_t ticks = cf_mixer_stats(lobby())->ticks;
    assert_true(ticks > 40);
    const struct cf_media_command in = {.kind = CF_MEDIA_LEG_SET, .leg = guest->leg};
    test_media_command(&w, &in);
    ticks = cf_mixer_stats(lobby())->ticks;
    test_media_run(&w, CF_MSEC(150));
    const struct cf_media_command out = {.kind = CF_MEDIA_LEG_SET, .leg = guest->leg, .as.leg_policy.is_waiting = true};
    size_t heard = guest->frames_heard;
    test_media_command(&w, &out);
    /* Nothing was mixed for nobody, and what was not is not made up for: a frame a tick. */
    assert_int_equal(cf_mixer_stats(lobby())->ticks, ticks);
    test_media_run(&w, CF_MSEC(200));
    assert_in_range(cf_mixer_stats(lobby())->ticks - ticks, 9, 11);
    assert_in_range(guest->frames_heard - heard, 9, 12);
    test_media_fini(&w);
}

static void what_was_said_goes_on_when_one_is_let_in(void **state) {
    (void)state;
    begin(1);
    hush();
    struct test_phone *guest = test_media_add(&w, &waiting);
    test_media_run(&w, CF_MSEC(500));
    play(guest->leg, CF_PROMPT_PIN_WANTED, 7);
    test_media_run(&w, CF_MSEC(500));
    const struct cf_media_command in = {.kind = CF_MEDIA_LEG_SET, .leg = guest->leg};
    test_media_command(&w, &in);
    test_media_run(&w, CF_MSEC(200));
    assert_int_equal(guest->last_value, 100);
    test_media_run(&w, CF_MSEC(600));
    const struct cf_media_event *played = test_media_event(&w, CF_MEDIA_EVENT_PLAYED);
    assert_true(played != NULL && played->as.played.tag == 7 && played->as.played.is_whole);
    test_media_fini(&w);
}

static void what_can_not_be_said_is_reported(void **state) {
    (void)state;
    begin(1);
    struct cf_media_command command = {.kind = CF_MEDIA_PLAY, .room = w.room, .leg = w.phones[0].leg};
    test_media_command(&w, &command);
    const struct cf_media_event *failed = test_media_event(&w, CF_MEDIA_EVENT_FAILED);
    assert_true(failed != NULL && failed->as.failed.err == CF_ERR_MALFORMED && failed->as.failed.command == CF_MEDIA_PLAY);
    for (uint8_t i = 0; i <= CF_PLAYER_QUEUE_MAX; i++) {
        command.as.phrase = cf_phrase_of(0, (enum cf_prompt)(CF_PROMPT_PIN_WANTED + i));
        test_media_command(&w, &command);
    }
    failed = test_media_event(&w, CF_MEDIA_EVENT_FAILED);
    assert_int_equal(failed->as.failed.err, CF_ERR_LIMIT);
    /* Rooms and legs that are gone: void. */
    size_t count = test_media_event_count(&w, CF_MEDIA_EVENT_FAILED);
    command.leg.generation++;
    test_media_command(&w, &command);
    command.leg.generation = 0;
    command.room.generation++;
    test_media_command(&w, &command);
    assert_int_equal(test_media_event_count(&w, CF_MEDIA_EVENT_FAILED), count);
    test_media_fini(&w);
}

static void without_memory_there_is_no_lobby(void **state) {
    (void)state;
    begin(1);
    struct test_phone *guest = test_media_add(&w, &plain);
    test_media_run(&w, CF_SEC(1));
    const struct cf_media_command out = {.kind = CF_MEDIA_LEG_SET, .leg = guest->leg, .as.leg_policy.is_waiting = true};
    for (size_t i = 0; i < 12; i++) {
        w.mem.failed = false;
        w.mem.fail_at = w.mem.count + i;
        test_media_command(&w, &out);
        w.mem.fail_at = SIZE_MAX;
        test_media_run(&w, CF_MSEC(100));
        size_t heard = guest->heard[0];
        test_media_run(&w, CF_MSEC(300));
        assert_int_equal(guest->heard[0], heard);
        const struct cf_media_command in = {.kind = CF_MEDIA_LEG_SET, .leg = guest->leg};
        test_media_command(&w, &in);
        test_media_run(&w, CF_MSEC(300));
        assert_true(guest->heard[0] > heard);
    }
    test_media_fini(&w);
}

CF_TEST_MAIN(cmocka_unit_test(one_is_told), cmocka_unit_test(a_key_ends_it), cmocka_unit_test(all_are_told),
             cmocka_unit_test(the_lobby_hears_prompts_and_nothing_of_the_room), cmocka_unit_test(an_empty_lobby_stands_still),
             cmocka_unit_test(what_was_said_goes_on_when_one_is_let_in), cmocka_unit_test(what_can_not_be_said_is_reported),
             cmocka_unit_test(without_memory_there_is_no_lobby))
