/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Session timers (RFC 4028): which side refreshes a session how often, and when it is given up because nobody did. A machine
 * without outputs of its own: it reads and writes the header fields and says when something is due; the session (session.h) sends
 * the UPDATE or re-INVITE, or the BYE. Single-threaded.
 *
 * Works with peers that don't know the extension: then we refresh, and never give up for want of their refresh (section 7.2).
 */
#ifndef CF_CORE_DIALOG_SESSION_TIMER_H
#define CF_CORE_DIALOG_SESSION_TIMER_H

#include "base/usec.h"
#include "core/dialog/usage.h"
#include "core/sip/message.h"

/** The least session interval that may be asked for (section 4). */
#define CF_SESSION_TIMER_MIN_SEC 90U

/** The interval if nothing else is configured (section 4 recommends it). */
#define CF_SESSION_TIMER_DEFAULT_SEC 1800U

/** Longest interval that we keep; longer ones are cut to it. */
#define CF_SESSION_TIMER_MAX_SEC 86400U

/** What is due. */
enum cf_session_timer_due {
    CF_SESSION_TIMER_NOTHING,
    CF_SESSION_TIMER_REFRESH, /**< send a refresh */
    CF_SESSION_TIMER_EXPIRED, /**< send BYE */
};

/** The timer of one session. Zeroed: off. Members are private. */
struct cf_session_timer {
    uint32_t interval_sec; /**< agreed; 0: the session does not expire */
    uint32_t wanted_sec;   /**< what we ask for in our next request; 0: the profile's */
    uint32_t min_se_sec;   /**< the greatest Min-SE learnt from 422s and requests; 0: none */
    bool is_refresher;     /**< we refresh */
    bool has_peer_timer;   /**< the peer supports timer */
    cf_usec refresh_at;    /**< CF_USEC_NEVER or 0: nothing planned */
    cf_usec expires_at;    /**< likewise */
};

/** Fields of an INVITE or UPDATE of ours: Session-Expires, Min-SE. @p is_first: the refresher is left to the peer. */
void cf_session_timer_put_request(const struct cf_session_timer *timer, const struct cf_ua_profile *profile, bool is_first,
                                  struct cf_writer *w);

/**
 * Status to refuse INVITE or UPDATE @p request with: 422 if its interval is too small (cf_session_timer_put_refusal() then), 400
 * if Session-Expires or Min-SE is malformed; 0: fine.
 */
unsigned cf_session_timer_check(const struct cf_ua_profile *profile, const struct cf_sip_message *request);

/** Field of the 422: Min-SE. */
void cf_session_timer_put_refusal(const struct cf_ua_profile *profile, struct cf_writer *w);

/**
 * We answer INVITE or UPDATE @p request with 2xx at @p now: agree on interval and refresher, start the timer, and write
 * Session-Expires and, if the peer is to refresh, Require: timer (section 9).
 */
void cf_session_timer_accept(struct cf_session_timer *timer, const struct cf_ua_profile *profile,
                             const struct cf_sip_message *request, struct cf_writer *w, cf_usec now);

/** The 2xx to an INVITE or UPDATE of ours came: take what the peer has decided (section 7.2) and start the timer. */
void cf_session_timer_on_2xx(struct cf_session_timer *timer, const struct cf_ua_profile *profile,
                             const struct cf_sip_message *response, cf_usec now);

/** A 422 came: true if the request is worth sending again with its Min-SE (section 7.3). */
bool cf_session_timer_on_422(struct cf_session_timer *timer, const struct cf_ua_profile *profile,
                             const struct cf_sip_message *response);

/** A refresh of ours failed for now (491, glare): try again at @p at. */
void cf_session_timer_postpone(struct cf_session_timer *timer, cf_usec at);

/** When something is due; CF_USEC_NEVER: nothing. */
cf_usec cf_session_timer_deadline(const struct cf_session_timer *timer);

/** What is due at @p now; each refresh is said once. */
enum cf_session_timer_due cf_session_timer_on_deadline(struct cf_session_timer *timer, cf_usec now);

#endif
