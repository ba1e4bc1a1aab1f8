/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sfu/keyframe_gate.h"

void cf_keyframe_gate_want(struct cf_keyframe_gate *gate, enum cf_keyframe_cause cause, cf_usec now) {
    if (gate->cause == CF_KEYFRAME_CAUSE_NONE) {
        cf_usec soonest = gate->has_asked ? gate->asked_at + CF_KEYFRAME_INTERVAL_MIN : now;
        gate->next_at = soonest > now ? soonest : now;
        gate->tries = 0;
    }
    if (cause > gate->cause) {
        gate->cause = cause;
    }
}

void cf_keyframe_gate_on_key_frame(struct cf_keyframe_gate *gate) {
    gate->cause = CF_KEYFRAME_CAUSE_NONE;
}

cf_usec cf_keyframe_gate_deadline(const struct cf_keyframe_gate *gate) {
    return gate->cause == CF_KEYFRAME_CAUSE_NONE ? CF_USEC_NEVER : gate->next_at;
}

/* The pause after the n-th request, n from 1. */
static cf_usec pause_after(uint32_t tries) {
    cf_usec pause = CF_KEYFRAME_INTERVAL_MIN << (tries < 4 ? tries - 1 : 3);
    return cf_usec_min(pause, CF_KEYFRAME_INTERVAL_MAX);
}

enum cf_keyframe_cause cf_keyframe_gate_poll(struct cf_keyframe_gate *gate, cf_usec now) {
    if (now < cf_keyframe_gate_deadline(gate)) {
        return CF_KEYFRAME_CAUSE_NONE;
    }
    enum cf_keyframe_cause cause = gate->cause;
    gate->asked_at = now;
    gate->has_asked = true;
    gate->asked++;
    gate->tries++;
    gate->next_at = now + pause_after(gate->tries);
    if (gate->tries >= CF_KEYFRAME_TRIES_MAX) {
        gate->cause = CF_KEYFRAME_CAUSE_NONE;
    }
    return cause;
}

bool cf_keyframe_budget_spend(struct cf_keyframe_budget *budget, cf_usec now) {
    while (budget->spent > 0 && now >= budget->refill_at) {
        budget->spent--;
        budget->refill_at += CF_KEYFRAME_BUDGET_REFILL;
    }
    bool too_soon = budget->any && now - budget->last_at < CF_KEYFRAME_INTERVAL_MIN;
    if (too_soon || budget->spent == CF_KEYFRAME_BUDGET_MAX) {
        return false;
    }
    if (budget->spent == 0) {
        budget->refill_at = now + CF_KEYFRAME_BUDGET_REFILL;
    }
    budget->spent++;
    budget->last_at = now;
    budget->any = true;
    return true;
}
