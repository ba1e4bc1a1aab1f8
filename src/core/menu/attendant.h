/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who speaks to a caller: when what is to be said, by where the caller stands. A machine with a deadline, one a call; nothing is
 * allocated. What it says goes to the player of the call's leg (core/prompt/player.h).
 *
 *   at the door    the PIN is asked for as soon as the caller hears, again every CF_ATTENDANT_REPEAT without a key, and after
 *                  CF_ATTENDANT_EAGER times every CF_ATTENDANT_STILL
 *   in the lobby   that one waits, and every CF_ATTENDANT_STILL that one still does
 *   inside         the first one hears that; who has waited, that it is over; who is left alone, that (a little later, since the
 *                  last one may come back)
 *
 * Callers with a screen that shows the conference (they subscribe to it) are not told what they see.
 */
#ifndef CF_CORE_MENU_ATTENDANT_H
#define CF_CORE_MENU_ATTENDANT_H

#include "base/usec.h"
#include "core/menu/menu.h"
#include "core/prompt/phrase.h"

/** From the moment the caller can hear to the first word: phones click and fade in. */
#define CF_ATTENDANT_PAUSE CF_MSEC(800)

/** See above. */
#define CF_ATTENDANT_REPEAT CF_SEC(10)
#define CF_ATTENDANT_EAGER 3U
#define CF_ATTENDANT_STILL CF_SEC(30)
#define CF_ATTENDANT_ALONE CF_SEC(4)

/** Where a caller stands. */
enum cf_place {
    CF_PLACE_NOWHERE,
    CF_PLACE_DOOR,  /**< owes the PIN */
    CF_PLACE_LOBBY, /**< waits for a moderator */
    CF_PLACE_INSIDE,
};

/** What is known of the conference when something is said. */
struct cf_attendant_view {
    uint32_t people;   /**< that are in, the caller included */
    bool has_screen;   /**< the caller sees who is in */
    bool is_moderator; /**< the caller is */
};

/** The attendant of a call. */
struct cf_attendant {
    uint8_t language; /**< index into struct cf_sounds */
    bool can_hear;
    bool has_waited; /**< at the door or in the lobby */
    enum cf_place place;
    uint8_t said;    /**< how often the caller was told what goes with the place */
    uint32_t people; /**< as last told */
    cf_usec due;     /**< CF_USEC_NEVER: nothing is to be said */
};

/** A call begins; its caller is spoken to in language @p language. */
void cf_attendant_init(struct cf_attendant *attendant, size_t language);

/** The caller can hear from now on. */
void cf_attendant_on_sound(struct cf_attendant *attendant, cf_usec now);

/** The caller stands at @p place now, perhaps as before. */
void cf_attendant_on_place(struct cf_attendant *attendant, cf_usec now, enum cf_place place);

/** @p people are in the conference now, perhaps as before. */
void cf_attendant_on_people(struct cf_attendant *attendant, cf_usec now, uint32_t people);

/** The caller has pressed a key: they have understood. */
void cf_attendant_on_key(struct cf_attendant *attendant, cf_usec now);

/** When cf_attendant_on_deadline() is due. */
cf_usec cf_attendant_deadline(const struct cf_attendant *attendant);

/** Is something to be said at @p now? It is in *ret then. */
bool cf_attendant_on_deadline(struct cf_attendant *attendant, cf_usec now, const struct cf_attendant_view *view,
                              struct cf_phrase *ret);

/** What a code of keys came to. */
enum cf_outcome {
    CF_OUTCOME_OFF,    /**< what the code switches is off now */
    CF_OUTCOME_ON,     /**< it is on, or it was done */
    CF_OUTCOME_DENIED, /**< the caller may not do that */
};

/** What is said to who has keyed in @p action. @p action is not CF_MENU_NOTHING or CF_MENU_PIN. */
struct cf_phrase cf_attendant_answer(const struct cf_attendant *attendant, enum cf_menu_action action, enum cf_outcome outcome,
                                     const struct cf_attendant_view *view);

#endif
