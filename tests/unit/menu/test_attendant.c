/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/menu/attendant.h"

#include "lib/test.h"

static struct cf_attendant a;
static cf_usec now;
static struct cf_attendant_view view;

static void begin(void) {
    now = CF_SEC(100);
    view = (struct cf_attendant_view){.people = 3};
    cf_attendant_init(&a, 1);
}

/* What is said within @duration, and when: the first prompt of the phrase; CF_PROMPT_COUNT_: nothing. */
static enum cf_prompt wait(cf_usec duration, cf_usec *ret_after) {
    cf_usec begun = now;
    struct cf_phrase phrase;
    cf_usec end = now + duration;
    while (cf_attendant_deadline(&a) <= end) {
        now = cf_attendant_deadline(&a) > now ? cf_attendant_deadline(&a) : now;
        if (cf_attendant_on_deadline(&a, now, &view, &phrase)) {
            assert_int_equal(phrase.language, 1);
            *ret_after = now - begun;
            return (enum cf_prompt)phrase.parts[0];
        }
    }
    now = end;
    return CF_PROMPT_COUNT_;
}

#define assert_said(prompt, after, within)                                                                                       \
    do {                                                                                                                         \
        cf_usec at_ = -1;                                                                                                        \
        assert_int_equal(wait(within, &at_), prompt);                                                                            \
        assert_int_equal(at_, after);                                                                                            \
    } while (0)
#define assert_nothing_said(within)                                                                                              \
    do {                                                                                                                         \
        cf_usec at_ = -1;                                                                                                        \
        assert_int_equal(wait(within, &at_), CF_PROMPT_COUNT_);                                                                  \
    } while (0)

static void the_pin_is_asked_for_until_it_comes(void **state) {
    (void)state;
    begin();
    cf_attendant_on_place(&a, now, CF_PLACE_DOOR);
    assert_nothing_said(CF_SEC(60)); /* who can't hear yet is not spoken to */
    cf_attendant_on_sound(&a, now);
    assert_said(CF_PROMPT_PIN_WANTED, CF_ATTENDANT_PAUSE, CF_SEC(5));
    for (unsigned i = 1; i < CF_ATTENDANT_EAGER; i++) {
        assert_said(CF_PROMPT_PIN_WANTED, CF_ATTENDANT_REPEAT, CF_SEC(60));
    }
    assert_said(CF_PROMPT_PIN_WANTED, CF_ATTENDANT_STILL, CF_SEC(60));
    /* Somebody who is keying it in is left in peace. */
    for (int i = 0; i < 10; i++) {
        cf_attendant_on_key(&a, now);
        assert_nothing_said(CF_SEC(3));
    }
    assert_said(CF_PROMPT_PIN_WANTED, CF_ATTENDANT_REPEAT - CF_SEC(3), CF_SEC(60));
    cf_attendant_on_place(&a, now, CF_PLACE_INSIDE);
    assert_said(CF_PROMPT_ENTERED, CF_ATTENDANT_PAUSE, CF_SEC(5));
    assert_nothing_said(CF_SEC(600));
}

static void who_waits_is_not_forgotten(void **state) {
    (void)state;
    begin();
    cf_attendant_on_sound(&a, now);
    cf_attendant_on_place(&a, now, CF_PLACE_DOOR);
    assert_said(CF_PROMPT_PIN_WANTED, CF_ATTENDANT_PAUSE, CF_SEC(5));
    cf_attendant_on_place(&a, now, CF_PLACE_LOBBY);
    assert_said(CF_PROMPT_LOBBY, 0, CF_SEC(5));
    for (int i = 0; i < 300; i++) {
        assert_said(CF_PROMPT_LOBBY_STILL, CF_ATTENDANT_STILL, CF_SEC(60));
        cf_attendant_on_place(&a, now, CF_PLACE_LOBBY);
    }
    cf_attendant_on_place(&a, now, CF_PLACE_INSIDE);
    assert_said(CF_PROMPT_ENTERED, CF_ATTENDANT_PAUSE, CF_SEC(5));
    assert_nothing_said(CF_SEC(600));
}

static void who_is_alone_is_told_once(void **state) {
    (void)state;
    begin();
    view.people = 1;
    cf_attendant_on_place(&a, now, CF_PLACE_INSIDE);
    cf_attendant_on_sound(&a, now);
    cf_attendant_on_people(&a, now, 1);
    assert_said(CF_PROMPT_FIRST, CF_ATTENDANT_PAUSE, CF_SEC(5));
    cf_attendant_on_people(&a, now, 2);
    assert_nothing_said(CF_SEC(60));
    cf_attendant_on_people(&a, now, 1);
    assert_said(CF_PROMPT_ALONE, CF_ATTENDANT_ALONE, CF_SEC(60));
    assert_nothing_said(CF_SEC(600));
    /* The last one has come back in time. */
    cf_attendant_on_people(&a, now, 2);
    cf_attendant_on_people(&a, now, 1);
    cf_attendant_on_people(&a, now, 2);
    view.people = 2;
    assert_nothing_said(CF_SEC(60));
}

static void who_sees_it_is_not_told_inside(void **state) {
    (void)state;
    begin();
    view = (struct cf_attendant_view){.people = 1, .has_screen = true};
    cf_attendant_on_sound(&a, now);
    cf_attendant_on_place(&a, now, CF_PLACE_LOBBY);
    assert_said(CF_PROMPT_LOBBY, CF_ATTENDANT_PAUSE, CF_SEC(5));
    assert_nothing_said(CF_SEC(60));
    cf_attendant_on_place(&a, now, CF_PLACE_INSIDE);
    assert_nothing_said(CF_SEC(60));
    /* Nobody is spoken to who is nowhere any more. */
    begin();
    cf_attendant_on_sound(&a, now);
    cf_attendant_on_place(&a, now, CF_PLACE_DOOR);
    cf_attendant_on_place(&a, now, CF_PLACE_NOWHERE);
    assert_nothing_said(CF_SEC(60));
}

static void who_comes_in_without_waiting_hears_the_others(void **state) {
    (void)state;
    begin();
    cf_attendant_on_sound(&a, now);
    cf_attendant_on_place(&a, now, CF_PLACE_INSIDE);
    assert_nothing_said(CF_SEC(60));
}

static void codes_are_answered(void **state) {
    (void)state;
    static const struct {
        enum cf_menu_action action;
        enum cf_outcome outcome;
        enum cf_prompt first;
    } rows[] = {
        {CF_MENU_MUTE, CF_OUTCOME_ON, CF_PROMPT_MUTED},           {CF_MENU_MUTE, CF_OUTCOME_OFF, CF_PROMPT_UNMUTED},
        {CF_MENU_MUTE, CF_OUTCOME_DENIED, CF_PROMPT_NOT_ALLOWED}, {CF_MENU_HAND, CF_OUTCOME_ON, CF_PROMPT_HAND_UP},
        {CF_MENU_HAND, CF_OUTCOME_OFF, CF_PROMPT_HAND_DOWN},      {CF_MENU_LOCK, CF_OUTCOME_ON, CF_PROMPT_LOCKED},
        {CF_MENU_LOCK, CF_OUTCOME_OFF, CF_PROMPT_UNLOCKED},       {CF_MENU_LOCK, CF_OUTCOME_DENIED, CF_PROMPT_NOT_ALLOWED},
        {CF_MENU_ADMIT, CF_OUTCOME_ON, CF_PROMPT_ADMITTED_ALL},   {CF_MENU_MUTE_ALL, CF_OUTCOME_ON, CF_PROMPT_MUTED_ALL},
        {CF_MENU_COUNT, CF_OUTCOME_ON, CF_PROMPT_THERE_ARE},      {CF_MENU_HELP, CF_OUTCOME_ON, CF_PROMPT_KEYS},
        {CF_MENU_UNKNOWN, CF_OUTCOME_ON, CF_PROMPT_TONE_ERROR},
    };
    begin();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cf_phrase phrase = cf_attendant_answer(&a, rows[i].action, rows[i].outcome, &view);
        assert_int_equal(phrase.parts[0], rows[i].first);
    }
    view.people = 23;
    struct cf_phrase phrase = cf_attendant_answer(&a, CF_MENU_COUNT, CF_OUTCOME_ON, &view);
    assert_int_equal(phrase.count, 4);
    assert_true(phrase.parts[1] == CF_PROMPT_NUMBER_20 && phrase.parts[2] == CF_PROMPT_NUMBER_3 &&
                phrase.parts[3] == CF_PROMPT_PEOPLE);
    view.people = 1;
    phrase = cf_attendant_answer(&a, CF_MENU_COUNT, CF_OUTCOME_ON, &view);
    assert_true(phrase.count == 1 && phrase.parts[0] == CF_PROMPT_ALONE);
    view.is_moderator = true;
    phrase = cf_attendant_answer(&a, CF_MENU_HELP, CF_OUTCOME_ON, &view);
    assert_true(phrase.count == 2 && phrase.parts[1] == CF_PROMPT_KEYS_OF_MODERATOR);
}

CF_TEST_MAIN(cmocka_unit_test(the_pin_is_asked_for_until_it_comes), cmocka_unit_test(who_waits_is_not_forgotten),
             cmocka_unit_test(who_is_alone_is_told_once), cmocka_unit_test(who_sees_it_is_not_told_inside),
             cmocka_unit_test(who_comes_in_without_waiting_hears_the_others), cmocka_unit_test(codes_are_answered))
