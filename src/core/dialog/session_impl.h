/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The inside of a session, shared by the files session*.c and nobody else:
 *   session.c          life, routing of events, time
 *   session_message.c  writing requests and responses
 *   session_answer.c   descriptions in messages that came in
 *   session_caller.c   our INVITE until its last 2xx: forks, CANCEL, ACK
 *   session_callee.c   the peer's INVITE until its ACK: provisional responses, PRACK, CANCEL
 *   session_modify.c   re-INVITE and UPDATE of ours
 *   session_request.c  requests of the peer inside the dialog
 *   session_end.c      BYE and what else ends it
 */
#ifndef CF_CORE_DIALOG_SESSION_IMPL_H
#define CF_CORE_DIALOG_SESSION_IMPL_H

#include "core/dialog/provisional.h"
#include "core/dialog/session.h"

/** Facts about a session: bits of cf_session.flags. */
enum cf_session_flag {
    CF_SESSION_IS_CALLER = 1 << 0,
    CF_SESSION_WAS_ACKED = 1 << 1,          /**< callee: the first ACK has come */
    CF_SESSION_HAS_UPDATE = 1 << 2,         /**< the peer takes UPDATE */
    CF_SESSION_HAS_RELIABLE = 1 << 3,       /**< callee: the peer can 100rel */
    CF_SESSION_NEEDS_RELIABLE = 1 << 4,     /**< callee: the peer requires it */
    CF_SESSION_IS_IN_ANSWERED = 1 << 5,     /**< invite_in has our 2xx, ACK is to come */
    CF_SESSION_WANTS_OFFER = 1 << 6,        /**< cf_session_modify() */
    CF_SESSION_WANTS_OFFERLESS = 1 << 7,    /**< likewise */
    CF_SESSION_WANTS_HEADERS = 1 << 8,      /**< likewise, or the session is to be refreshed */
    CF_SESSION_IS_ASKED = 1 << 9,           /**< OFFER_WANTED is out: cf_session_describe() is to come */
    CF_SESSION_IS_ACK_DUE = 1 << 10,        /**< ACK waits for our answer */
    CF_SESSION_IS_BYE_DUE = 1 << 11,        /**< BYE waits for the ACK of the peer, or for ours */
    CF_SESSION_INVITE_HAS_OFFER = 1 << 12,  /**< invite, a re-INVITE, carries an offer that the owner made */
    CF_SESSION_INVITE_IS_REFRESH = 1 << 13, /**< invite, a re-INVITE, says nothing new */
    CF_SESSION_UPDATE_HAS_OFFER = 1 << 14,  /**< update carries an offer */
    CF_SESSION_IS_DEFERRED = 1 << 15,       /**< callee: 2xx waits for PRACK */
    CF_SESSION_IN_HAS_OFFER = 1 << 16,      /**< our response to invite_in has our offer: PRACK or ACK must answer */
};

/** All kinds of cf_session_modify(). */
#define CF_SESSION_WANTS (CF_SESSION_WANTS_OFFER | CF_SESSION_WANTS_OFFERLESS | CF_SESSION_WANTS_HEADERS)

/** What is needed until the first INVITE is over. */
struct cf_session_setup {
    /* caller */
    struct cf_session_leg *forks[CF_SESSION_FORKS_MAX]; /**< owned */
    uint8_t fork_count;
    struct cf_str fields;       /**< owned: the caller's further fields, to send the INVITE again */
    struct cf_str content_type; /**< owned: of body; absent: none */
    struct cf_str body;         /**< owned */
    /* callee */
    struct cf_provisional provisional;
    struct cf_str answer;   /**< owned: description sent in an unreliable response, to be repeated in the 2xx */
    struct cf_str deferred; /**< owned: the 2xx that waits for PRACK */
};

/** A request to write. */
struct cf_session_outline {
    enum cf_sip_method method;
    unsigned profile;     /**< set of enum cf_ua_profile_fields */
    bool has_timer;       /**< Session-Expires and Min-SE */
    bool is_first;        /**< the first INVITE */
    struct cf_str fields; /**< whole lines; absent: none */
    struct cf_str content_type;
    struct cf_str body;
};

/** A response to write. */
struct cf_session_response {
    uint16_t status;
    unsigned profile;     /**< set of enum cf_ua_profile_fields */
    bool has_timer;       /**< agree on the session timer and say so */
    struct cf_str reason; /**< absent: the usual one */
    struct cf_str fields; /**< whole lines; absent: none */
    struct cf_str content_type;
    struct cf_str body;
    uint32_t rseq; /**< of a reliable provisional response; 0: not reliable */
};

/** What a message that came in brings. */
enum cf_session_description {
    CF_SESSION_DESCRIPTION_NONE,   /**< nothing new: no description, or one to be ignored */
    CF_SESSION_DESCRIPTION_OFFER,  /**< taken: our answer is due */
    CF_SESSION_DESCRIPTION_ANSWER, /**< taken: MEDIA was pushed */
    CF_SESSION_DESCRIPTION_BAD,    /**< can't be read or breaks the rules; see the refusal */
    CF_SESSION_DESCRIPTION_GLARE,  /**< our offer is out: 491 */
    CF_SESSION_DESCRIPTION_EARLY,  /**< theirs is not answered yet: 500 */
    CF_SESSION_DESCRIPTION_FAILED, /**< memory */
};

/** Are these bits set (any of them)? */
static inline bool cf_session_is(const struct cf_session *s, uint32_t flags) {
    return (s->flags & flags) != 0;
}

static inline void cf_session_set(struct cf_session *s, uint32_t flags, bool value) {
    s->flags = value ? s->flags | flags : s->flags & ~flags;
}

/* session.c */

/** Append an event. */
void cf_session_push(struct cf_session *s, const struct cf_session_event *event);

/** Free an early dialog that is in no list any more. */
void cf_session_free_leg(struct cf_session *s, struct cf_session_leg *leg);

/** Free all early dialogs. */
void cf_session_drop_forks(struct cf_session *s);

/** Free the setup and everything in it. */
void cf_session_drop_setup(struct cf_session *s);

/** Do what has become possible: BYE, re-INVITE, GONE. At the end of every entry. */
void cf_session_settle(struct cf_session *s, cf_usec now);

/* session_message.c */

/** Write @p outline in @p leg and send it as @p out, which is idle. @p leg's CSeq is used up. */
CF_MUST_USE enum cf_err cf_session_send(struct cf_session *s, struct cf_session_leg *leg, struct cf_outgoing *out,
                                        const struct cf_session_outline *outline, cf_usec now);

/** Answer @p request of server transaction @p tx; @p ret_text (NULL: not wanted) is an owned copy of what was sent. */
CF_MUST_USE enum cf_err cf_session_reply_to(struct cf_session *s, struct cf_tx_id tx, const struct cf_sip_message *request,
                                            const struct cf_session_response *response, cf_usec now, struct cf_str *ret_text);

/** As cf_session_reply_to(), but only write it into an owned string. */
CF_MUST_USE enum cf_err cf_session_write_reply(struct cf_session *s, const struct cf_sip_message *request,
                                               const struct cf_session_response *response, cf_usec now, struct cf_str *ret_text);

/** Answer with no more than a status and fields; an error can't be helped, the peer's transaction times out. */
void cf_session_refuse(struct cf_session *s, struct cf_tx_id tx, const struct cf_sip_message *request, uint16_t status,
                       struct cf_str fields, cf_usec now);

/** 488 with a Warning. */
void cf_session_refuse_media(struct cf_session *s, struct cf_tx_id tx, const struct cf_sip_message *request,
                             const struct cf_refusal *refusal, cf_usec now);

/** 500 with Retry-After of 0 to 10 seconds (RFC 3261 section 14.2). */
void cf_session_refuse_for_now(struct cf_session *s, struct cf_tx_id tx, const struct cf_sip_message *request, cf_usec now);

/** ACK to the 2xx with @p cseq in @p leg, with our answer @p description or absent; kept for copies of the 2xx if @p is_kept. */
CF_MUST_USE enum cf_err cf_session_send_ack(struct cf_session *s, struct cf_session_leg *leg, uint32_t cseq,
                                            struct cf_str description, bool is_kept, cf_usec now);

/* session_answer.c */

/** Take the description that @p message carries, if any. MEDIA is pushed for an answer or preview. */
enum cf_session_description cf_session_take_description(struct cf_session *s, struct cf_session_leg *leg,
                                                        const struct cf_sip_message *message, enum cf_sdp_carrier carrier,
                                                        struct cf_refusal *ret_refusal);

/** Note what @p message says of the peer's abilities. */
void cf_session_note_abilities(struct cf_session *s, const struct cf_sip_message *message);

/** Number of @p leg for events. */
uint8_t cf_session_fork_of(const struct cf_session *s, const struct cf_session_leg *leg);

/** Note over which flow the peer was heard. */
void cf_session_note_flow(struct cf_session *s, struct cf_session_leg *leg, struct cf_flow_id flow);

/** A provisional response to an INVITE of ours in @p leg: description and PRACK. @p is_first: else to a re-INVITE. False: out of
 * order, forget it. */
bool cf_session_take_provisional(struct cf_session *s, struct cf_session_leg *leg, const struct cf_endpoint_event *event,
                                 bool is_first, cf_usec now);

/** PRACK for the last reliable response in @p leg, with our answer or absent. */
CF_MUST_USE enum cf_err cf_session_send_prack(struct cf_session *s, struct cf_session_leg *leg, struct cf_str description,
                                              cf_usec now);

/* session_caller.c */

/** A response to our first INVITE. */
void cf_session_caller_on_provisional(struct cf_session *s, const struct cf_endpoint_event *event, cf_usec now);
void cf_session_caller_on_2xx(struct cf_session *s, const struct cf_endpoint_event *event, cf_usec now);
void cf_session_caller_on_failure(struct cf_session *s, uint16_t status, const struct cf_endpoint_event *event, cf_usec now);

/** A 2xx to an INVITE that is over for us: the same again, of another fork, or after CANCEL. */
void cf_session_caller_on_late_2xx(struct cf_session *s, const struct cf_endpoint_event *event, cf_usec now);

/** Our early dialog that @p message belongs to, or NULL. */
struct cf_session_leg *cf_session_find_fork(struct cf_session *s, const struct cf_sip_message *message);

/* session_callee.c */

/** cf_session_respond() to the first INVITE. */
CF_MUST_USE enum cf_err cf_session_callee_respond(struct cf_session *s, const struct cf_session_reply *reply, cf_usec now);

/** PRACK of the peer. */
void cf_session_callee_on_prack(struct cf_session *s, const struct cf_endpoint_event *event, cf_usec now);

/** The deferred 2xx may go now. */
void cf_session_callee_release(struct cf_session *s, cf_usec now);

/** ACK, CANCEL, the connection lost before our answer, no ACK, time. */
void cf_session_callee_on_ack(struct cf_session *s, const struct cf_endpoint_event *event, cf_usec now);
void cf_session_callee_on_cancelled(struct cf_session *s, const struct cf_sip_message *cancel, cf_usec now);
void cf_session_callee_on_lost(struct cf_session *s, cf_usec now);
void cf_session_callee_on_not_acked(struct cf_session *s, const struct cf_endpoint_event *event, cf_usec now);
void cf_session_callee_on_deadline(struct cf_session *s, cf_usec now);

/* session_modify.c */

/** Begin what cf_session_modify() or the timer wants, if nothing is in the way. */
void cf_session_try_modify(struct cf_session *s, cf_usec now);

/** Final responses to our re-INVITE and UPDATE; @p message is NULL if none came and @p status says as what to take that. */
void cf_session_on_reinvite_final(struct cf_session *s, uint16_t status, const struct cf_endpoint_event *event, cf_usec now);
void cf_session_on_update_final(struct cf_session *s, uint16_t status, const struct cf_endpoint_event *event, cf_usec now);

/* session_request.c */

/** A request of the peer with our tag. */
void cf_session_on_request(struct cf_session *s, const struct cf_endpoint_event *event, cf_usec now);

/** The peer has cancelled its re-INVITE. */
void cf_session_cancel_reinvite(struct cf_session *s, cf_usec now);

/* session_end.c */

/** It is over: ENDED is pushed once, BYE or CANCEL follows as the state wants. @p message may be NULL. */
void cf_session_finish(struct cf_session *s, enum cf_session_cause cause, uint16_t status, const struct cf_sip_message *message,
                       cf_usec now);

/** Send the BYE that is due, if it may go. */
void cf_session_try_bye(struct cf_session *s, cf_usec now);

/** What a failure @p status of a request @p method inside the dialog does to the session (RFC 3261 section 12.2.1.2, RFC 5057
 * section 5.1): true: it is over. */
bool cf_session_is_fatal(enum cf_sip_method method, uint16_t status);

/** Nothing is left to be finished. */
bool cf_session_is_done(const struct cf_session *s);

#endif
