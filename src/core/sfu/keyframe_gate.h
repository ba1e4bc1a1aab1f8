/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Asking a source for a key frame: the wishes of all its receivers become one request (PLI, RFC 4585 section 6.3.1, or FIR, RFC
 * 5104 section 4.3.1), not more often than every CF_KEYFRAME_INTERVAL_MIN, repeated with growing pauses until a key frame comes.
 * And the other side of it, cf_keyframe_budget: how many wishes a single receiver may have, so that a hostile or hopeless one
 * can't make the picture worse for all.
 *
 * Machine: _want _on_key_frame _deadline _poll. Value type, no allocation.
 */
#ifndef CF_SFU_KEYFRAME_GATE_H
#define CF_SFU_KEYFRAME_GATE_H

#include "base/usec.h"
#include <stdbool.h>

/** Two requests are never closer than this. */
#define CF_KEYFRAME_INTERVAL_MIN CF_MSEC(300)

/** The pause between repeats doubles up to this. */
#define CF_KEYFRAME_INTERVAL_MAX CF_SEC(2)

/** Requests for one key frame before the gate gives up; a new wish begins again. */
#define CF_KEYFRAME_TRIES_MAX 12

/** Why a key frame is wanted. */
enum cf_keyframe_cause {
    CF_KEYFRAME_CAUSE_NONE,
    CF_KEYFRAME_CAUSE_LOSS, /**< a receiver lost something: PLI */
    CF_KEYFRAME_CAUSE_JOIN, /**< a receiver begins with this source: FIR */
};

/** Requests to one source. Zeroed: nothing wanted. */
struct cf_keyframe_gate {
    enum cf_keyframe_cause cause; /**< of what is wanted now; NONE: nothing */
    cf_usec next_at;              /**< when to ask (again); meaningful while something is wanted */
    cf_usec asked_at;             /**< the last request */
    uint32_t tries;               /**< requests since the wish */
    uint32_t asked;               /**< requests ever */
    bool has_asked;               /**< asked_at is meaningful */
};

/** A receiver wants a key frame. The stronger cause (JOIN) wins until one comes. */
void cf_keyframe_gate_want(struct cf_keyframe_gate *gate, enum cf_keyframe_cause cause, cf_usec now);

/** A key frame begins: nothing is wanted any more. */
void cf_keyframe_gate_on_key_frame(struct cf_keyframe_gate *gate);

/** When to poll next. */
cf_usec cf_keyframe_gate_deadline(const struct cf_keyframe_gate *gate);

/** What to ask the source for now, CF_KEYFRAME_CAUSE_NONE: nothing. A mutation: the request counts as sent. */
enum cf_keyframe_cause cf_keyframe_gate_poll(struct cf_keyframe_gate *gate, cf_usec now);

/** Wishes of a receiver that are heard at once, and how fast they grow again. */
#define CF_KEYFRAME_BUDGET_MAX 4U
#define CF_KEYFRAME_BUDGET_REFILL CF_SEC(5)

/** Wishes of one receiver. Zeroed: all of them. */
struct cf_keyframe_budget {
    uint32_t spent;    /**< of CF_KEYFRAME_BUDGET_MAX */
    cf_usec refill_at; /**< when .spent goes down by one; meaningful if it is not 0 */
    cf_usec last_at;   /**< the last wish that was heard; meaningful if .any */
    bool any;
};

/**
 * May a receiver's request for a key frame be heard? Not sooner than CF_KEYFRAME_INTERVAL_MIN after its last one, and not more
 * than the budget. False: drop the request and count it.
 */
bool cf_keyframe_budget_spend(struct cf_keyframe_budget *budget, cf_usec now);

#endif
