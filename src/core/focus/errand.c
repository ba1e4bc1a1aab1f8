/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A call that only brings a wish: Linphone moves a scheduled conference or calls it off by an INVITE with an offer, takes the
 * answer, and hangs up (interop 12.5). It is a call like any other with an answer of ours, but nobody enters, no media flows and
 * its Contact is not that of a focus. A caller who doesn't hang up is hung up on.
 */
#include "core/focus/errand.h"

#include "core/focus/dial.h"
#include "core/focus/leg.h"
#include "core/focus/room.h"

#define ERRAND_LIFE CF_SEC(10)

bool cf_errand_begin(struct cf_room *room, const struct cf_endpoint_event *event, const struct cf_caller *caller, cf_usec now) {
    struct cf_leg *leg = cf_leg_create(room, caller);
    if (leg == NULL) {
        return false;
    }
    leg->errand_until = now + ERRAND_LIFE;
    cf_leg_learn_way(leg, event);
    struct cf_usage usage = cf_room_usage(room, CF_FOCUS_OWNER_LEG, leg->handle);
    usage.profile = &room->plain_profile;
    if (cf_session_init_callee(&leg->session, &usage, event, now) != CF_OK) {
        cf_leg_destroy(leg, now);
        return false;
    }
    cf_leg_settle(leg, now);
    return true;
}

void cf_errand_on_deadline(struct cf_leg *leg, cf_usec now) {
    if (leg->errand_until != 0 && leg->errand_until <= now) {
        leg->errand_until = CF_USEC_NEVER;
        cf_session_end(&leg->session, 0, CF_STR_NONE, now);
    }
}
