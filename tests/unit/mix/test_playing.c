/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What legs are told, by a mixer of constants: one talker says 1000, prompts say 100 and 200. */
#include "core/mix/class.h"
#include "core/mix/mixer.h"

#include "lib/test.h"
#include "lib/test_codec.h"
#include "lib/test_mem.h"

#define LEGS 40
#define TICK CF_MIX_TICK_SAMPLES
#define TALKER 0

static struct {
    struct test_mem mem;
    struct cf_mixer mixer;
    struct cf_handle legs[LEGS];
    struct cf_player players[LEGS];
    struct test_frame last[LEGS];
    bool is_own[LEGS];
    uint32_t frames[LEGS];
    struct cf_played played;
    uint32_t played_user;
    uint32_t played_count;
    uint32_t number;
    cf_usec now;
} w;

static int16_t hundred[10 * TICK];
static int16_t two_hundred[10 * TICK];
static struct cf_sounds sounds;

static void setup(uint32_t legs) {
    memset(&w, 0, sizeof w);
    memset(&sounds, 0, sizeof sounds);
    for (size_t i = 0; i < 10 * TICK; i++) {
        hundred[i] = 100;
        two_hundred[i] = 200;
    }
    sounds.language_count = 1;
    sounds.languages[0].sounds[CF_PROMPT_MUTED] = (struct cf_sound){hundred, 10 * TICK};
    sounds.languages[0].sounds[CF_PROMPT_TONE_ENTER] = (struct cf_sound){two_hundred, 5 * TICK};
    test_mem_init(&w.mem);
    w.now = CF_SEC(5);
    const struct cf_mixer_config config = {.resampler = &test_resampler, .sounds = &sounds};
    cf_mixer_init(&w.mixer, &w.mem.mem, &config, w.now);
    for (uint32_t i = 0; i < legs; i++) {
        const struct cf_mix_leg_config leg = {
            .user = i, .codec_in = &test_codec, .codec_out = &test_codec, .sends = true, .receives = true};
        assert_ok(cf_mixer_add_leg(&w.mixer, &leg, &w.legs[i]));
        cf_player_init(&w.players[i], &sounds);
        cf_mixer_set_player(&w.mixer, w.legs[i], &w.players[i]);
    }
}

static void teardown(void) {
    cf_mixer_fini(&w.mixer);
    test_mem_fini(&w.mem);
}

static void drain(void) {
    struct cf_mix_output output;
    while (cf_mixer_poll(&w.mixer, &output)) {
        if (output.kind == CF_MIX_PLAYED) {
            w.played = output.played;
            w.played_user = output.user;
            w.played_count++;
        }
        for (size_t i = 0; output.kind == CF_MIX_FRAME && i < output.frame.user_count; i++) {
            uint32_t user = output.frame.users[i];
            struct test_frame got = test_frame_of(output.frame.payload);
            assert_true(w.frames[user] == 0 || got.number == w.last[user].number + 1 || got.independent);
            w.last[user] = got;
            w.is_own[user] = output.frame.own;
            w.frames[user]++;
        }
    }
}

static void run(uint32_t ticks, bool talks) {
    for (uint32_t i = 0; i < ticks; i++, w.number++) {
        struct test_frame frame = {.number = w.number, .msec = 20, .value = 1000};
        struct cf_mix_packet packet = {
            .ssrc = 1, .seq = (uint16_t)w.number, .timestamp = w.number * TICK, .level = 30, .payload = test_frame_span(&frame)};
        if (talks) {
            cf_mixer_on_packet(&w.mixer, w.legs[TALKER], &packet, w.now);
        }
        w.now += CF_MIX_TICK_USEC;
        while (cf_mixer_deadline(&w.mixer) <= w.now) {
            cf_mixer_on_deadline(&w.mixer, w.now);
            drain();
        }
    }
}

static void tell(uint32_t user, uint16_t tag) {
    struct cf_phrase phrase = cf_phrase_of(0, CF_PROMPT_MUTED);
    phrase.tag = tag;
    assert_ok(cf_player_say(&w.players[user], &phrase));
    cf_mixer_on_play(&w.mixer, w.legs[user]);
}

static void one_leg_is_told_over_the_room(void **state) {
    (void)state;
    setup(4);
    run(20, true);
    tell(2, 9);
    run(6, true);
    /* The room at a quarter, and the prompt. */
    assert_true(w.last[2].value == 350 && w.last[2].last == 350 && w.is_own[2]);
    assert_true(w.last[1].value == 1000 && w.last[3].value == 1000 && !w.is_own[1] && !w.is_own[3]);
    assert_int_equal(w.played_count, 0);
    run(20, true);
    assert_int_equal(w.played_count, 1);
    assert_true(w.played.tag == 9 && w.played.is_whole && w.played_user == 2);
    assert_true(w.last[2].value == 1000 && w.last[2].last == 1000);
    run(80, true);
    assert_false(w.is_own[2]);
    for (uint32_t i = 1; i < 4; i++) {
        assert_int_equal(w.frames[i], w.frames[1]);
    }
    teardown();
}

static void a_talker_is_told_and_does_not_hear_himself(void **state) {
    (void)state;
    setup(3);
    run(20, true);
    tell(TALKER, 0);
    run(5, true);
    assert_true(w.last[TALKER].value == 100 && w.last[TALKER].last == 100);
    assert_int_equal(w.last[1].value, 1000);
    run(30, true);
    assert_int_equal(w.last[TALKER].value, 0);
    assert_int_equal(w.played_count, 0);
    teardown();
}

static void all_are_told_by_the_sum(void **state) {
    (void)state;
    setup(3);
    run(20, true);
    struct cf_phrase phrase = cf_phrase_of(0, CF_PROMPT_TONE_ENTER);
    assert_ok(cf_mixer_say(&w.mixer, &phrase));
    uint64_t own = cf_mixer_stats(&w.mixer)->encodes_own;
    run(2, true);
    assert_true(w.last[1].value == 1200 && w.last[2].value == 1200 && w.last[TALKER].value == 200);
    assert_int_equal(cf_mixer_stats(&w.mixer)->encodes_own, own + 2); /* the talker's, as before */
    run(10, true);
    assert_true(w.last[1].value == 1000 && w.last[TALKER].value == 0);
    teardown();
}

static void ticks_take_no_memory(void **state) {
    (void)state;
    setup(5);
    run(20, true);
    tell(1, 1);
    tell(2, 2);
    size_t count = w.mem.count;
    run(100, true);
    assert_int_equal(w.mem.count, count);
    assert_int_equal(w.played_count, 2);
    teardown();
}

static void who_is_too_many_waits(void **state) {
    (void)state;
    setup(LEGS);
    run(20, false);
    for (uint32_t i = 0; i < LEGS; i++) {
        tell(i, (uint16_t)(i + 1));
    }
    run(5, false);
    uint32_t told = 0;
    for (uint32_t i = 0; i < LEGS; i++) {
        told += w.last[i].value == 100;
    }
    /* As many as there are streams, but for those that speakers need. */
    assert_int_equal(told, CF_MIX_OWN_MAX - 8);
    run(200, true);
    assert_int_equal(w.played_count, LEGS);
    assert_true(cf_mixer_stats(&w.mixer)->prompts_delayed > 0);
    assert_int_equal(w.last[1].value, 1000);
    teardown();
}

static void nobody_is_told_during_hold_or_after_it(void **state) {
    (void)state;
    setup(3);
    run(20, true);
    struct cf_mix_leg_config held = {.user = 1, .codec_in = &test_codec, .codec_out = &test_codec};
    assert_ok(cf_mixer_set_leg(&w.mixer, w.legs[1], &held));
    uint32_t frames = w.frames[1];
    tell(1, 3);
    run(20, true);
    assert_int_equal(w.frames[1], frames);
    assert_int_equal(w.played_count, 1);
    held.sends = held.receives = true;
    assert_ok(cf_mixer_set_leg(&w.mixer, w.legs[1], &held));
    run(5, true);
    assert_int_equal(w.last[1].value, 1000);
    /* A leg may go while it is told something. */
    tell(1, 4);
    run(3, true);
    cf_mixer_remove_leg(&w.mixer, w.legs[1]);
    run(20, true);
    assert_int_equal(w.played_count, 1);
    teardown();
}

static void a_change_of_direction_does_not_interrupt(void **state) {
    (void)state;
    setup(3);
    run(20, true);
    tell(1, 5);
    run(4, true);
    struct cf_mix_leg_config muted = {
        .user = 1, .codec_in = &test_codec, .codec_out = &test_codec, .sends = true, .receives = true, .muted = true};
    assert_ok(cf_mixer_set_leg(&w.mixer, w.legs[1], &muted));
    run(2, true);
    assert_true(w.last[1].value == 350 && w.is_own[1]);
    /* Another way to encode: from then on by an encoder of that kind. */
    muted.codec_out = &test_codec_slow;
    assert_ok(cf_mixer_set_leg(&w.mixer, w.legs[1], &muted));
    w.frames[1] = 0;
    run(2, true);
    assert_int_equal(w.last[1].value, 350);
    run(20, true);
    assert_int_equal(w.played_count, 1);
    teardown();
}

CF_TEST_MAIN(cmocka_unit_test(one_leg_is_told_over_the_room), cmocka_unit_test(a_talker_is_told_and_does_not_hear_himself),
             cmocka_unit_test(all_are_told_by_the_sum), cmocka_unit_test(ticks_take_no_memory),
             cmocka_unit_test(who_is_too_many_waits), cmocka_unit_test(nobody_is_told_during_hold_or_after_it),
             cmocka_unit_test(a_change_of_direction_does_not_interrupt))
