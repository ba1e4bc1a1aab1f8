/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the keys of a phone mean in a conference: the digits of a PIN, or one of a few short codes. A machine without a deadline:
 * digits with their time go in, what they mean comes out at once. One a call; nothing is allocated.
 *
 *   *6  mute or unmute oneself            *7  lock or unlock the conference (administrators)
 *   *5  raise or lower one's hand         *8  let everybody in who waits (administrators)
 *   *9  how many people are in            *4  mute all others (administrators)
 *   *0  which keys there are              #   end of a PIN
 *
 * A code must be finished within CF_MENU_CODE_TIME, a PIN within CF_MENU_PIN_TIME from its first digit; what is late begins anew.
 * Digits outside of a code or PIN mean nothing: people press keys.
 */
#ifndef CF_CORE_MENU_MENU_H
#define CF_CORE_MENU_MENU_H

#include "base/str.h"
#include "base/usec.h"

/** Longest PIN, digits. */
#define CF_MENU_PIN_MAX 16

/** See above. */
#define CF_MENU_CODE_TIME CF_SEC(5)
#define CF_MENU_PIN_TIME CF_SEC(30)

/** What is meant. */
enum cf_menu_action {
    CF_MENU_NOTHING,  /**< more is to come, or it meant nothing */
    CF_MENU_MUTE,     /**< *6 */
    CF_MENU_HAND,     /**< *5 */
    CF_MENU_LOCK,     /**< *7 */
    CF_MENU_ADMIT,    /**< *8 */
    CF_MENU_MUTE_ALL, /**< *4 */
    CF_MENU_COUNT,    /**< *9 */
    CF_MENU_HELP,     /**< *0 */
    CF_MENU_UNKNOWN,  /**< a star and a key that makes no code */
    CF_MENU_PIN,      /**< cf_menu_pin() was entered */
};

/** The menu of a call. Zeroed: nothing was pressed. */
struct cf_menu {
    bool wants_pin;  /**< digits are those of a PIN: set it by cf_menu_ask_pin() */
    bool is_entered; /**< the PIN is complete; the next digit begins another one */
    bool has_star;   /**< the first key of a code was pressed */
    cf_usec begun;   /**< when the code or PIN was begun */
    size_t len;      /**< digits of the PIN so far; more than CF_MENU_PIN_MAX: too many, it can't be right */
    char pin[CF_MENU_PIN_MAX];
};

/** From now on digits are those of a PIN, or of codes again. */
void cf_menu_ask_pin(struct cf_menu *menu, bool wants_pin);

/** Key @p digit (0-9 * #; others mean nothing) was pressed at @p now. */
enum cf_menu_action cf_menu_on_digit(struct cf_menu *menu, cf_usec now, char digit);

/** What was entered, until the next digit; empty if it was too long. */
struct cf_str cf_menu_pin(const struct cf_menu *menu);

#endif
