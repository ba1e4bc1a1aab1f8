/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls of participants, in and out. Private to core/focus. */
#ifndef CF_CORE_FOCUS_DIAL_H
#define CF_CORE_FOCUS_DIAL_H

#include "core/endpoint/endpoint.h"
#include "core/focus/focus_timer.h"
#include "core/focus/leg.h"
#include "core/registrar/ways.h"

/** An attempt to reach a participant: all registered devices at once, the first answer wins. */
struct cf_dial {
    struct cf_room *room;
    struct cf_link in_room;
    struct cf_focus_timer timer; /**< end of ringing */
    struct cf_handle device;     /**< of the roster */
    struct cf_list legs;         /**< of struct cf_leg.in_dial */
    struct cf_ways ways;         /**< bindings that were called */
    unsigned best_status;        /**< most telling final response so far; 0: none */
    bool is_ringing;
};

/** INVITE outside a dialog. */
void cf_focus_on_invite(struct cf_focus *focus, const struct cf_endpoint_event *event, const struct cf_caller *caller,
                        cf_usec now);

/** Where media of @p leg is received, and where it may come from: as signalling. */
void cf_leg_learn_way(struct cf_leg *leg, const struct cf_endpoint_event *event);

/** Call the participant of @p device. */
void cf_dial_begin(struct cf_room *room, const struct cf_roster_device *device, cf_usec now);

/**
 * @p leg of an attempt rings; was answered by @p message (NULL: nothing is known of it), whose Contact names the device; or
 * failed with @p status, which the device said (@p is_answer) or which stands for what happened on the way (408, 503).
 */
void cf_dial_on_ringing(struct cf_leg *leg, cf_usec now);
void cf_dial_on_answered(struct cf_leg *leg, const struct cf_sip_message *message, cf_usec now);
void cf_dial_on_failed(struct cf_leg *leg, unsigned status, bool is_answer, cf_usec now);

/** Why devices need not ring any more (RFC 3326): the person has answered on another one. A whole line. */
#define CF_FOCUS_ELSEWHERE CF_STR("Reason: SIP;cause=200;text=\"Call completed elsewhere\"\r\n")

/** Nobody is to be called any more: hang up and say @p why, a whole Reason line; absent: nothing. */
void cf_dial_cancel(struct cf_dial *dial, struct cf_str why, cf_usec now);

/** The attempt for @p device, or NULL. */
struct cf_dial *cf_dial_of(struct cf_room *room, struct cf_handle device);

/** It has rung long enough. */
void cf_dial_on_deadline(struct cf_dial *dial, cf_usec now);

/** Free without a word. */
void cf_dial_destroy(struct cf_dial *dial);

#endif
