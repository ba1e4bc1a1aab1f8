/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/menu/attendant.h"

void cf_attendant_init(struct cf_attendant *attendant, size_t language) {
    *attendant = (struct cf_attendant){.language = (uint8_t)language, .due = CF_USEC_NEVER};
}

cf_usec cf_attendant_deadline(const struct cf_attendant *attendant) {
    return attendant->can_hear ? attendant->due : CF_USEC_NEVER;
}

void cf_attendant_on_sound(struct cf_attendant *attendant, cf_usec now) {
    if (!attendant->can_hear) {
        attendant->can_hear = true;
        attendant->due = attendant->place == CF_PLACE_NOWHERE ? CF_USEC_NEVER : now + CF_ATTENDANT_PAUSE;
    }
}

void cf_attendant_on_place(struct cf_attendant *attendant, cf_usec now, enum cf_place place) {
    if (attendant->place == place) {
        return;
    }
    attendant->has_waited = attendant->has_waited || place == CF_PLACE_DOOR || place == CF_PLACE_LOBBY;
    /* Who has heard us before needs no pause, but inside a chime may come first. */
    bool at_once = attendant->said > 0 && place != CF_PLACE_INSIDE;
    attendant->due = place == CF_PLACE_NOWHERE ? CF_USEC_NEVER : now + (at_once ? 0 : CF_ATTENDANT_PAUSE);
    attendant->place = place;
    attendant->said = 0;
}

void cf_attendant_on_people(struct cf_attendant *attendant, cf_usec now, uint32_t people) {
    bool is_left_alone = people == 1 && attendant->people > 1;
    attendant->people = people;
    if (is_left_alone && attendant->place == CF_PLACE_INSIDE && attendant->due == CF_USEC_NEVER) {
        attendant->due = now + CF_ATTENDANT_ALONE;
    }
}

void cf_attendant_on_key(struct cf_attendant *attendant, cf_usec now) {
    if (attendant->place == CF_PLACE_DOOR && attendant->due != CF_USEC_NEVER) {
        attendant->due = now + CF_ATTENDANT_REPEAT;
    }
}

static bool say(const struct cf_attendant *attendant, enum cf_prompt prompt, struct cf_phrase *ret) {
    *ret = cf_phrase_of(attendant->language, prompt);
    return true;
}

static bool on_door(struct cf_attendant *attendant, cf_usec now, struct cf_phrase *ret) {
    attendant->due = now + (attendant->said < CF_ATTENDANT_EAGER ? CF_ATTENDANT_REPEAT : CF_ATTENDANT_STILL);
    return say(attendant, CF_PROMPT_PIN_WANTED, ret);
}

static bool on_lobby(struct cf_attendant *attendant, cf_usec now, bool has_screen, struct cf_phrase *ret) {
    attendant->due = has_screen ? CF_USEC_NEVER : now + CF_ATTENDANT_STILL;
    return say(attendant, attendant->said <= 1 ? CF_PROMPT_LOBBY : CF_PROMPT_LOBBY_STILL, ret);
}

static bool on_inside(struct cf_attendant *attendant, const struct cf_attendant_view *view, struct cf_phrase *ret) {
    attendant->due = CF_USEC_NEVER;
    attendant->people = view->people;
    if (view->has_screen) {
        return false;
    }
    if (view->people <= 1) {
        return say(attendant, attendant->said <= 1 ? CF_PROMPT_FIRST : CF_PROMPT_ALONE, ret);
    }
    return attendant->said <= 1 && attendant->has_waited && say(attendant, CF_PROMPT_ENTERED, ret);
}

bool cf_attendant_on_deadline(struct cf_attendant *attendant, cf_usec now, const struct cf_attendant_view *view,
                              struct cf_phrase *ret) {
    if (cf_attendant_deadline(attendant) > now) {
        return false;
    }
    attendant->said = (uint8_t)(attendant->said < UINT8_MAX ? attendant->said + 1 : UINT8_MAX);
    switch (attendant->place) {
    case CF_PLACE_DOOR:
        return on_door(attendant, now, ret);
    case CF_PLACE_LOBBY:
        return on_lobby(attendant, now, view->has_screen, ret);
    case CF_PLACE_INSIDE:
        return on_inside(attendant, view, ret);
    case CF_PLACE_NOWHERE:
        break;
    }
    attendant->due = CF_USEC_NEVER;
    return false;
}

static struct cf_phrase head_count(size_t language, uint32_t people) {
    if (people <= 1) {
        return cf_phrase_of(language, CF_PROMPT_ALONE);
    }
    struct cf_phrase phrase = cf_phrase_of(language, CF_PROMPT_THERE_ARE);
    cf_phrase_add_number(&phrase, people);
    cf_phrase_add(&phrase, CF_PROMPT_PEOPLE);
    return phrase;
}

static struct cf_phrase help(size_t language, bool is_moderator) {
    struct cf_phrase phrase = cf_phrase_of(language, CF_PROMPT_KEYS);
    if (is_moderator) {
        cf_phrase_add(&phrase, CF_PROMPT_KEYS_OF_MODERATOR);
    }
    return phrase;
}

struct cf_phrase cf_attendant_answer(const struct cf_attendant *attendant, enum cf_menu_action action, enum cf_outcome outcome,
                                     const struct cf_attendant_view *view) {
    bool is_on = outcome == CF_OUTCOME_ON;
    size_t language = attendant->language;
    if (outcome == CF_OUTCOME_DENIED) {
        return cf_phrase_of(language, CF_PROMPT_NOT_ALLOWED);
    }
    switch (action) {
    case CF_MENU_MUTE:
        return cf_phrase_of(language, is_on ? CF_PROMPT_MUTED : CF_PROMPT_UNMUTED);
    case CF_MENU_HAND:
        return cf_phrase_of(language, is_on ? CF_PROMPT_HAND_UP : CF_PROMPT_HAND_DOWN);
    case CF_MENU_LOCK:
        return cf_phrase_of(language, is_on ? CF_PROMPT_LOCKED : CF_PROMPT_UNLOCKED);
    case CF_MENU_ADMIT:
        return cf_phrase_of(language, CF_PROMPT_ADMITTED_ALL);
    case CF_MENU_MUTE_ALL:
        return cf_phrase_of(language, CF_PROMPT_MUTED_ALL);
    case CF_MENU_COUNT:
        return head_count(language, view->people);
    case CF_MENU_HELP:
        return help(language, view->is_moderator);
    case CF_MENU_UNKNOWN:
    case CF_MENU_NOTHING:
    case CF_MENU_PIN:
        break;
    }
    return cf_phrase_of(language, CF_PROMPT_TONE_ERROR);
}
