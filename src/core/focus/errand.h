/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls that only want something done and get it. Private to core/focus. */
#ifndef CF_CORE_FOCUS_ERRAND_H
#define CF_CORE_FOCUS_ERRAND_H

#include "core/focus/leg.h"

/** Answer the INVITE of @p event, whose wish was fulfilled, with a description. False: it is not answered. */
bool cf_errand_begin(struct cf_room *room, const struct cf_endpoint_event *event, const struct cf_caller *caller, cf_usec now);

/** If @p leg is an errand and lasts too long it ends. */
void cf_errand_on_deadline(struct cf_leg *leg, cf_usec now);

#endif
