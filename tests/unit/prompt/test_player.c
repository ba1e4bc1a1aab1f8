/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sounds are constants, so that what comes out says what is being said. */
#include "core/prompt/player.h"

#include "base/rng.h"
#include "lib/test.h"

#define TICK CF_PLAYER_TICK

static int16_t constants[3][3 * TICK];
static struct cf_sounds sounds;
static struct cf_player player;
static int16_t pcm[TICK];

/* Prompt ONE lasts two ticks, TWO one and a half, THREE three; German has its own ONE. */
static void setup(void) {
    for (size_t i = 0; i < 3 * TICK; i++) {
        constants[0][i] = 100;
        constants[1][i] = 200;
        constants[2][i] = 300;
    }
    memset(&sounds, 0, sizeof sounds);
    sounds.language_count = 2;
    sounds.languages[0].sounds[CF_PROMPT_NUMBER_1] = (struct cf_sound){constants[0], 2 * TICK};
    sounds.languages[0].sounds[CF_PROMPT_NUMBER_2] = (struct cf_sound){constants[1], TICK * 3 / 2};
    sounds.languages[0].sounds[CF_PROMPT_NUMBER_3] = (struct cf_sound){constants[2], 3 * TICK};
    sounds.languages[1].sounds[CF_PROMPT_NUMBER_1] = (struct cf_sound){constants[2], TICK};
    cf_player_init(&player, &sounds);
}

static void say(struct cf_phrase phrase, uint16_t tag) {
    phrase.tag = tag;
    assert_ok(cf_player_say(&player, &phrase));
}

/* The value of a whole tick. */
static int16_t read_tick(void) {
    assert_true(cf_player_read(&player, pcm));
    for (size_t i = 0; i < TICK; i++) {
        assert_int_equal(pcm[i], pcm[0]);
    }
    return pcm[0];
}

static void phrases_are_said_one_after_the_other(void **state) {
    (void)state;
    struct cf_played played;
    setup();
    assert_false(cf_player_read(&player, pcm));
    say(cf_phrase_of(0, CF_PROMPT_NUMBER_1), 7);
    struct cf_phrase two = cf_phrase_of(0, CF_PROMPT_NUMBER_2);
    cf_phrase_add(&two, CF_PROMPT_NUMBER_3);
    say(two, 8);
    assert_int_equal(read_tick(), 100);
    assert_int_equal(read_tick(), 100);
    assert_true(cf_player_take_played(&player, &played));
    assert_true(played.tag == 7 && played.is_whole);
    assert_int_equal(read_tick(), 200);
    /* Prompts of a phrase follow each other within a tick. */
    assert_true(cf_player_read(&player, pcm));
    assert_true(pcm[0] == 200 && pcm[TICK / 2 - 1] == 200 && pcm[TICK / 2] == 300 && pcm[TICK - 1] == 300);
    assert_int_equal(read_tick(), 300);
    assert_int_equal(read_tick(), 300);
    assert_false(cf_player_take_played(&player, &played));
    assert_true(cf_player_read(&player, pcm));
    assert_true(pcm[0] == 300 && pcm[TICK / 2 - 1] == 300 && pcm[TICK / 2] == 0);
    assert_true(cf_player_take_played(&player, &played));
    assert_int_equal(played.tag, 8);
    assert_false(cf_player_is_busy(&player) || cf_player_read(&player, pcm));
}

static void a_language_lacks_what_the_first_one_has(void **state) {
    (void)state;
    setup();
    say(cf_phrase_of(1, CF_PROMPT_NUMBER_1), 0);
    assert_int_equal(read_tick(), 300);
    say(cf_phrase_of(1, CF_PROMPT_NUMBER_3), 0);
    say(cf_phrase_of(9, CF_PROMPT_NUMBER_1), 0);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(read_tick(), 300);
    }
    assert_int_equal(read_tick(), 100);
    /* What nobody has is silent, and over. */
    say(cf_phrase_of(0, CF_PROMPT_ALONE), 0);
    assert_int_equal(read_tick(), 100);
    assert_int_equal(read_tick(), 0);
    assert_false(cf_player_is_busy(&player));
}

static void a_key_ends_what_is_not_firm(void **state) {
    (void)state;
    struct cf_played played;
    setup();
    struct cf_phrase firm = cf_phrase_of(0, CF_PROMPT_NUMBER_2);
    firm.is_firm = true;
    say(cf_phrase_of(0, CF_PROMPT_NUMBER_3), 1);
    say(cf_phrase_of(0, CF_PROMPT_NUMBER_1), 2);
    say(firm, 3);
    assert_int_equal(read_tick(), 300);
    cf_player_hush(&player);
    assert_true(cf_player_read(&player, pcm));
    assert_true(pcm[0] == 300 && pcm[TICK / 4] < 200 && pcm[TICK / 2] == 0 && pcm[TICK - 1] == 0);
    assert_true(cf_player_take_played(&player, &played));
    assert_true(played.tag == 2 && !played.is_whole);
    assert_true(cf_player_take_played(&player, &played));
    assert_true(played.tag == 1 && !played.is_whole);
    assert_int_equal(read_tick(), 200);
    cf_player_hush(&player);
    assert_true(cf_player_read(&player, pcm));
    assert_int_equal(pcm[0], 200);
    assert_true(cf_player_take_played(&player, &played));
    assert_true(played.tag == 3 && played.is_whole);
    /* What has not begun goes without a sound. */
    say(cf_phrase_of(0, CF_PROMPT_NUMBER_3), 4);
    cf_player_hush(&player);
    assert_false(cf_player_is_busy(&player));
}

static void nothing_is_said_twice_or_beyond_the_limit(void **state) {
    (void)state;
    setup();
    for (int i = 0; i < 10; i++) {
        say(cf_phrase_of(0, CF_PROMPT_NUMBER_1), 0);
    }
    assert_int_equal(player.count, 1);
    struct cf_phrase other = cf_phrase_of(0, CF_PROMPT_NUMBER_2);
    for (unsigned i = 1; i < CF_PLAYER_QUEUE_MAX; i++) {
        assert_ok(cf_player_say(&player, &other));
        cf_phrase_add(&other, CF_PROMPT_NUMBER_2);
    }
    assert_int_equal(cf_player_say(&player, &other), CF_ERR_LIMIT);
    assert_int_equal(player.refused, 1);
    struct cf_phrase broken = {.count = CF_PHRASE_PARTS_MAX + 1};
    assert_int_equal(cf_player_say(&player, &broken), CF_ERR_MALFORMED);
    broken = (struct cf_phrase){.count = 1, .parts = {CF_PROMPT_COUNT_}};
    assert_int_equal(cf_player_say(&player, &broken), CF_ERR_MALFORMED);
    struct cf_player mute;
    cf_player_init(&mute, NULL);
    assert_int_equal(cf_player_say(&mute, &other), CF_ERR_UNSUPPORTED);
    assert_false(cf_player_read(&mute, pcm));
}

static void an_endless_phrase_makes_room_for_others(void **state) {
    (void)state;
    setup();
    struct cf_phrase chime = cf_phrase_of(0, CF_PROMPT_NUMBER_1);
    chime.is_endless = true;
    chime.pause_msec = 60;
    say(chime, 0);
    for (int round = 0; round < 3; round++) {
        assert_int_equal(read_tick(), 100);
        assert_int_equal(read_tick(), 100);
        for (int i = 0; i < 3; i++) {
            assert_int_equal(read_tick(), 0);
        }
    }
    say(cf_phrase_of(0, CF_PROMPT_NUMBER_3), 0);
    assert_true(cf_player_read(&player, pcm)); /* fades */
    assert_int_equal(read_tick(), 300);
}

static void whatever_is_asked_of_it_tags_come_back_once(void **state) {
    (void)state;
    struct cf_rng rng;
    cf_rng_init(&rng, 3);
    setup();
    uint32_t taken = 0;
    uint32_t given = 0;
    for (uint32_t i = 0; i < 20000; i++) {
        struct cf_phrase phrase = cf_phrase_of(cf_rng_below(&rng, 3), (enum cf_prompt)cf_rng_below(&rng, 4));
        phrase.is_firm = cf_rng_chance(&rng, 300000);
        phrase.pause_msec = (uint16_t)cf_rng_below(&rng, 100);
        phrase.tag = 1;
        uint8_t before = player.count;
        if (cf_rng_chance(&rng, 300000)) {
            given += cf_player_say(&player, &phrase) == CF_OK && player.count > before;
        }
        if (cf_rng_chance(&rng, 100000)) {
            cf_player_hush(&player);
        }
        (void)cf_player_read(&player, pcm);
        assert_true(player.count <= CF_PLAYER_QUEUE_MAX && player.at < 3 * TICK);
        struct cf_played played;
        while (cf_player_take_played(&player, &played)) {
            taken++;
        }
    }
    assert_int_equal(taken + player.count, given);
    assert_true(taken > 1000);
}

CF_TEST_MAIN(cmocka_unit_test(phrases_are_said_one_after_the_other), cmocka_unit_test(a_language_lacks_what_the_first_one_has),
             cmocka_unit_test(a_key_ends_what_is_not_firm), cmocka_unit_test(nothing_is_said_twice_or_beyond_the_limit),
             cmocka_unit_test(an_endless_phrase_makes_room_for_others),
             cmocka_unit_test(whatever_is_asked_of_it_tags_come_back_once))
