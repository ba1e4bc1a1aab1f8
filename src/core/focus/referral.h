/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Implicit subscriptions of REFER. Private to core/focus. */
#ifndef CF_CORE_FOCUS_REFERRAL_H
#define CF_CORE_FOCUS_REFERRAL_H

#include "core/focus/leg.h"
#include "core/focus/subscription.h"

/** The subscription that a REFER made (RFC 3515): it tells how it went. */
struct cf_referral {
    struct cf_room_subscription sub;
    struct cf_link in_leg; /**< the leg in whose dialog it was made; in none: it has a dialog of its own */
    struct cf_str aor;     /**< owned: whose call is waited for; absent: nothing is */
    unsigned status;       /**< what is told; below 200: that is not known yet */
};

/**
 * The REFER of @p event was done (@p awaited absent) or begun: the call to @p awaited tells how it went. Answers it with 202;
 * false: it is not answered, for want of memory or because it is broken.
 */
bool cf_referral_open(struct cf_room *room, const struct cf_endpoint_event *event, struct cf_str awaited, cf_usec now);

/** The same for @p refer inside the dialog of @p leg, answered already. Without memory nothing is told. */
void cf_referral_open_in_leg(struct cf_leg *leg, const struct cf_sip_message *refer, struct cf_str awaited, cf_usec now);

/** A SUBSCRIBE inside the dialog of @p leg: answers it if it is for one of its referrals. */
bool cf_referral_take_subscribe(struct cf_leg *leg, const struct cf_endpoint_event *event, cf_usec now);

/** The session of @p leg goes away: its referrals too. */
void cf_referral_detach_all(struct cf_leg *leg);

/** The roster has changed, or the conference is over. The referral may be gone after this. */
void cf_referral_on_roster(struct cf_referral *referral, cf_usec now);

void cf_referral_settle(struct cf_referral *referral, cf_usec now);
void cf_referral_destroy(struct cf_referral *referral);

#endif
