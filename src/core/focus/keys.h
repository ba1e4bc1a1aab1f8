/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys that are pressed, and commands. Private to core/focus. */
#ifndef CF_CORE_FOCUS_KEYS_H
#define CF_CORE_FOCUS_KEYS_H

#include "core/focus/leg.h"

/** A key was pressed, whatever way it came. */
void cf_leg_on_digit(struct cf_leg *leg, char digit, cf_usec now);

/** A key was heard in the sound of @p leg. */
void cf_leg_on_tone(struct cf_leg *leg, char key, cf_usec now);

/** INFO inside the dialog of @p leg: a key, or a command. Returns the status to answer with. */
unsigned cf_leg_on_info(struct cf_leg *leg, const struct cf_sip_message *message, cf_usec now);

#endif
