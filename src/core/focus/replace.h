/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls that take the place of others (RFC 3891). Private to core/focus. */
#ifndef CF_CORE_FOCUS_REPLACE_H
#define CF_CORE_FOCUS_REPLACE_H

#include "core/focus/leg.h"

/**
 * The leg of @p aor in @p room whose place @p invite wants to take; *ret_leg is untouched if it names none. Returns 0, or the
 * status to refuse it with: 400, 403, 481, 486, 603.
 */
unsigned cf_leg_find_replaced(const struct cf_room *room, const struct cf_sip_message *invite, struct cf_str aor,
                              struct cf_leg **ret_leg);

/** Another call has taken the place of @p leg: it ends, and may be gone after this. */
void cf_leg_give_way(struct cf_leg *leg, cf_usec now);

#endif
