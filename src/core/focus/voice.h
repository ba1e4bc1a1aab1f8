/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a leg is told by voice. Private to core/focus. */
#ifndef CF_CORE_FOCUS_VOICE_H
#define CF_CORE_FOCUS_VOICE_H

#include "core/focus/leg.h"

/** Tell @p leg @p phrase, if anything is said at all. */
void cf_leg_say(const struct cf_leg *leg, const struct cf_phrase *phrase);

/** What the attendant of @p leg needs to know. */
struct cf_attendant_view cf_leg_view(const struct cf_leg *leg);

/** Begin with the attendant of @p leg, in the language of an Accept-Language header (absent: there was none). */
void cf_leg_choose_language(struct cf_leg *leg, struct cf_str accept);

/** @p leg may stand elsewhere now, or hear for the first time. */
void cf_leg_note_place(struct cf_leg *leg, cf_usec now);

/** A key of @p leg was pressed: it is not spoken to meanwhile. */
void cf_leg_on_key(struct cf_leg *leg, cf_usec now);

/** Somebody else has muted or unmuted @p leg. */
void cf_leg_on_muted_by_other(const struct cf_leg *leg);

/** When something is to be said to @p leg, or the last word was. */
cf_usec cf_leg_voice_deadline(const struct cf_leg *leg);
void cf_leg_voice_on_deadline(struct cf_leg *leg, cf_usec now);

/** Something that was said to @p leg is over. It may be gone after this. */
void cf_leg_on_played(struct cf_leg *leg, const struct cf_played *played, cf_usec now);

/** @p leg is to be hung up on: true if it is told why first, and ends after that. */
bool cf_leg_bid_farewell(struct cf_leg *leg, enum cf_hang_up_reason reason, cf_usec now);

/** People have come or gone. */
void cf_room_voice_on_roster(struct cf_room *room, cf_usec now);

#endif
