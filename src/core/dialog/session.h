/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An INVITE session, callee's or caller's side: from the first INVITE to the end of the last transaction after BYE. RFC 3261
 * sections 13 to 15 with early dialogs and forking, RFC 3262 (100rel), 3264 and 6337 (by core/offer), 3311 (UPDATE), 3891
 * (Replaces), 4028 (session timers), 5407 (races), 6141 (re-INVITE). One session is one member of a conference or one call of
 * the user agent.
 *
 * A machine: the endpoint's events go in by cf_session_on_event(), commands by the other calls; after each of them drain
 * cf_session_poll(). It sends by calling the endpoint. It knows when which description is due and what a failure means; what is
 * in a description is decided by the owner of the media through struct cf_local_session, and what was agreed is taken from
 * cf_session_negotiation() after CF_SESSION_MEDIA. Single-threaded; `now` is the endpoint's.
 *
 * What it does by itself: ACK and PRACK, BYE when it must, all retransmissions that are not the endpoint's, session refresh,
 * retries after 491, answers to requests that break the rules (400, 420, 422, 481, 488 with Warning, 491, 500), ACK and BYE for
 * all but the first of several 2xx.
 *
 * Life: CALLING or CALLED -> (CONFIRMED) -> ENDED -> gone. CF_SESSION_GONE is the last event: then cf_session_fini(). Until
 * then events must be passed on, or the peer is left alone with its retransmissions. Calling cf_session_fini() earlier is
 * allowed and sends nothing.
 *
 * Limits: CF_SESSION_FORKS_MAX early dialogs, CF_SESSION_REQUESTS_MAX requests of the owner at a time, one reliable provisional
 * response at a time. Memory: see docs/rfc/3261.md; an idle session with an audio and a video line takes less than 8 kB.
 */
#ifndef CF_CORE_DIALOG_SESSION_H
#define CF_CORE_DIALOG_SESSION_H

#include "core/dialog/dialog.h"
#include "core/dialog/dialog_table.h"
#include "core/dialog/outgoing.h"
#include "core/dialog/session_timer.h"
#include "core/dialog/usage.h"
#include "core/mime/mime.h"
#include "core/offer/negotiation.h"
#include "core/sip/replaces.h"

/** Most early dialogs of one INVITE; further ones are answered with ACK and BYE if they send a 2xx, else ignored. */
#define CF_SESSION_FORKS_MAX 8

/** Most requests of the owner (INFO, REFER...) that wait for their response. */
#define CF_SESSION_REQUESTS_MAX 4

/** Where a session is. */
enum cf_session_state {
    CF_SESSION_STATE_CALLING,   /**< our INVITE has no final response yet */
    CF_SESSION_STATE_CALLED,    /**< the peer's INVITE has no final response yet */
    CF_SESSION_STATE_CONFIRMED, /**< 2xx sent or received */
    CF_SESSION_STATE_ENDED,     /**< over; transactions are still to be finished */
    CF_SESSION_STATE_GONE,      /**< nothing left to do */
};

/** Why a session ended, or never began. */
enum cf_session_cause {
    CF_SESSION_CAUSE_NONE,
    CF_SESSION_CAUSE_BYE,         /**< the peer hung up */
    CF_SESSION_CAUSE_LOCAL,       /**< cf_session_end(), or cf_session_respond() with 300 to 699 */
    CF_SESSION_CAUSE_REJECTED,    /**< the peer answered our INVITE with 300 to 699, see .status */
    CF_SESSION_CAUSE_CANCELLED,   /**< the peer gave up before we answered */
    CF_SESSION_CAUSE_REFUSED,     /**< we refused the peer's INVITE by ourselves, with .status (488: nothing in common) */
    CF_SESSION_CAUSE_TIMEOUT,     /**< no answer to our INVITE or to a request inside the dialog */
    CF_SESSION_CAUSE_UNREACHABLE, /**< no way to the peer: transport, DNS */
    CF_SESSION_CAUSE_NO_DIALOG,   /**< the peer doesn't know the dialog any more (481 and its like) */
    CF_SESSION_CAUSE_NOT_ACKED,   /**< our 2xx was never acknowledged */
    CF_SESSION_CAUSE_EXPIRED,     /**< session timer: nobody refreshed */
    CF_SESSION_CAUSE_MEDIA,       /**< the peer's description was missing or broke the rules */
    CF_SESSION_CAUSE_NO_MEMORY,   /**< we could not go on */
};

/** What happened. */
enum cf_session_event_kind {
    CF_SESSION_INVITED, /**< callee, once: look at .message, decide, cf_session_respond(.tx); .has_offer: the peer has offered */
    CF_SESSION_PROVISIONAL,  /**< caller: .status 101-199 came from .fork */
    CF_SESSION_ANSWERED,     /**< caller, once: the first 2xx came; its fork is fork 0 from now on */
    CF_SESSION_ACKNOWLEDGED, /**< callee, once: the ACK for our first 2xx came */
    CF_SESSION_OFFER,        /**< .fork offers. With .tx (re-INVITE, UPDATE, PRACK): cf_session_respond(.tx). Without (the offer
                                came in a response): cf_session_describe(.fork), or cf_session_end() */
    CF_SESSION_OFFER_WANTED, /**< an offer of ours is due. With .tx (re-INVITE without a description): cf_session_respond(.tx).
                                Without (after cf_session_modify()): cf_session_describe() */
    CF_SESSION_MEDIA,        /**< .fork agreed on something, or fell back: cf_negotiation_take_params() */
    CF_SESSION_OFFER_FAILED, /**< our offer was refused with .status, or not made (0); what was agreed before counts */
    CF_SESSION_REFRESHED,    /**< the peer sent an UPDATE without description, answered: Contact and Subject may be new */
    CF_SESSION_REQUEST,      /**< another request of the peer (REFER, INFO, MESSAGE...): cf_session_respond(.tx) */
    CF_SESSION_RESPONSE, /**< final response to cf_session_request() .request, .status; without .message: 408 or 503 for none */
    CF_SESSION_ENDED,    /**< once: the session is over or never was, because of .cause; stop the media */
    CF_SESSION_GONE,     /**< last event: nothing left to do, cf_session_fini() */
};

/** An event; what is not named with the kind is zero. Views are valid until the endpoint's next poll or input. */
struct cf_session_event {
    enum cf_session_event_kind kind;
    enum cf_session_cause cause;
    uint16_t status;                      /**< of the response that brought it; ENDED: also ours */
    uint8_t fork;                         /**< which early dialog; 0 as soon as there is but one */
    bool has_offer;                       /**< INVITED */
    bool is_preview;                      /**< MEDIA: of an unreliable provisional response; the answer is still to come */
    uint32_t request;                     /**< RESPONSE */
    struct cf_tx_id tx;                   /**< request of the peer's that waits for cf_session_respond() */
    const struct cf_sip_message *message; /**< what brought it; NULL: time or a command did */
};

/** A call to make. Views are borrowed for the call of cf_session_init_caller(). */
struct cf_session_call {
    struct cf_str target;                 /**< Request-URI */
    struct cf_str local;                  /**< From: name-addr without tag */
    struct cf_str remote;                 /**< To: name-addr without tag */
    struct cf_str routes;                 /**< Route values (Path of a binding, outbound proxy); absent: none */
    struct cf_flow_id flow;               /**< of a registered contact; zero: by the first Route, else by the target */
    struct cf_str call_id;                /**< absent: made */
    struct cf_str fields;                 /**< further whole lines for the INVITE only: Referred-By, Replaces... */
    const struct cf_local_session *media; /**< our offer; NULL: the peer shall offer */
    const struct cf_mime_part_out *parts; /**< further parts of the body (resource-lists, sipfrag): multipart/mixed then */
    size_t part_count;                    /**< at most CF_SESSION_PARTS_MAX */
};

/** Most parts besides the description in a body of ours. */
#define CF_SESSION_PARTS_MAX 4

/** A response to send. Views are borrowed. */
struct cf_session_reply {
    uint16_t status;                      /**< 101 to 699 */
    struct cf_str reason;                 /**< absent: the usual phrase */
    struct cf_str fields;                 /**< further whole lines: Contact of a 302, Retry-After, Warning... */
    const struct cf_local_session *media; /**< answers the peer's offer, or is our offer if it made none; NULL: no description */
    bool wants_reliable;                  /**< 101-199 to the first INVITE: by 100rel if the peer can */
    struct cf_str content_type;           /**< of @p body; not together with media */
    struct cf_str body;
};

/** A request of the owner's inside the dialog. Views are borrowed. */
struct cf_session_request {
    enum cf_sip_method method;  /**< any but INVITE, ACK, CANCEL, BYE, PRACK, UPDATE */
    struct cf_str fields;       /**< whole lines: Refer-To, Event, Info-Package... */
    struct cf_str content_type; /**< absent: no body */
    struct cf_str body;
};

/** How to renegotiate. */
enum cf_session_modify {
    CF_SESSION_MODIFY_OFFER,     /**< re-INVITE with our offer: OFFER_WANTED comes when it is possible */
    CF_SESSION_MODIFY_OFFERLESS, /**< re-INVITE without: the peer offers */
    CF_SESSION_MODIFY_HEADERS,   /**< Contact and session_fields of the profile have changed: UPDATE, or re-INVITE with the same
                                    description where the peer lacks that */
};

/**
 * One dialog of a session: all of it, or one fork of an INVITE that has no final response yet. Private.
 */
struct cf_session_leg {
    struct cf_dialog dialog;
    struct cf_negotiation negotiation;
    struct cf_outgoing request; /**< our PRACK; of a fork that has lost, our BYE */
    uint32_t rseq;              /**< of the last reliable response of the peer that was in order; 0: none */
    uint32_t rseq_cseq;         /**< CSeq of the INVITE that it answered */
    bool is_prack_due;          /**< PRACK waits for our answer to the offer in the response */
    bool is_lost;               /**< another fork has won, or we have given up */
    bool is_hung_up;            /**< BYE was sent */
};

struct cf_session_setup;

/** Most events of one call; the contract is to poll after each. */
#define CF_SESSION_EVENTS_MAX 6

/** A session. Members are private; ask by the functions below. */
struct cf_session {
    struct cf_usage usage;
    enum cf_session_state state;
    struct cf_session_leg leg;    /**< caller before the 2xx: what the forks are made of */
    struct cf_dialog_entry entry; /**< its place in the dialog table */
    struct cf_session_timer timer;
    struct cf_session_setup *setup; /**< owned: what is needed until the first INVITE is over (session_impl.h); NULL then */
    struct cf_outgoing invite;      /**< our INVITE or re-INVITE */
    struct cf_outgoing update;      /**< our UPDATE */
    struct cf_outgoing bye;         /**< our BYE */
    struct cf_outgoing requests[CF_SESSION_REQUESTS_MAX]; /**< the owner's */
    uint32_t request_ids[CF_SESSION_REQUESTS_MAX];        /**< names of them */
    uint32_t request_next;                                /**< name of the next one */
    struct cf_tx_id invite_in; /**< the peer's INVITE or re-INVITE until it is acknowledged or refused */
    struct cf_tx_id update_in; /**< the peer's UPDATE or PRACK whose offer waits for us */
    struct cf_tx_id acked;     /**< our INVITE whose 2xx may still come again */
    uint32_t invite_in_cseq;   /**< number of invite_in, for its ACK */
    uint32_t ack_cseq;         /**< number of the INVITE that ack is for */
    struct cf_str ack;         /**< owned: the ACK for acked; absent: not sent yet */
    struct cf_str bye_fields;  /**< owned: fields for a BYE that has to wait */
    cf_usec retry_at;          /**< no offer of ours before (glare) */
    uint32_t flags;            /**< enum cf_session_flag, session_impl.h */
    uint8_t retries;           /**< of our offer after glare */
    uint8_t event_count;
    struct cf_session_event events[CF_SESSION_EVENTS_MAX]; /**< waiting to be polled */
};

/**
 * The callee's side, begun by the event REQUEST of an INVITE without a To tag. CF_SESSION_INVITED follows, or
 * CF_SESSION_ENDED (REFUSED) if the session has refused it by itself (422, 488...). Before that the caller looks at what has to
 * do with the user agent as a whole by cf_screen_request(). Errors: nothing was sent and nothing kept; CF_ERR_MALFORMED: answer
 * 400, CF_ERR_NO_MEMORY, CF_ERR_LIMIT: 500 or 503.
 */
CF_MUST_USE enum cf_err cf_session_init_callee(struct cf_session *session, const struct cf_usage *usage,
                                               const struct cf_endpoint_event *event, cf_usec now);

/**
 * The caller's side: the INVITE goes out. Errors: nothing was sent and nothing kept. CF_ERR_NO_ROOM: larger than a message may
 * be; those of cf_endpoint_request() and cf_negotiation_offer().
 */
CF_MUST_USE enum cf_err cf_session_init_caller(struct cf_session *session, const struct cf_usage *usage,
                                               const struct cf_session_call *call, cf_usec now);

/** Free everything at once; nothing is sent. A zeroed session is allowed. */
void cf_session_fini(struct cf_session *session);

/** An event of the endpoint that is for this session: by its owner, by the dialog table, or FLOW_CLOSED for all. */
void cf_session_on_event(struct cf_session *session, const struct cf_endpoint_event *event, cf_usec now);

/** When cf_session_on_deadline() is to be called. */
cf_usec cf_session_deadline(const struct cf_session *session);

/** Time has passed. */
void cf_session_on_deadline(struct cf_session *session, cf_usec now);

/** Take the next event. False: nothing left. */
bool cf_session_poll(struct cf_session *session, struct cf_session_event *ret_event);

/**
 * Answer request @p tx of the peer. For the first INVITE any number of 101-199, then one final. A re-INVITE with an offer wants
 * @p reply->media in its 2xx, one without may have our offer; CF_ERR_STATE if a description is due and missing or not allowed
 * there. CF_ERR_UNSUPPORTED: the peer's offer has nothing that @p reply->media can take: 488 with a Warning was sent instead.
 * CF_ERR_NOT_FOUND: the request is gone (cancelled, hung up), nothing to do. Others: CF_ERR_NO_MEMORY, CF_ERR_NO_ROOM; the
 * request still waits then, and may be refused with less.
 */
CF_MUST_USE enum cf_err cf_session_respond(struct cf_session *session, struct cf_tx_id tx, const struct cf_session_reply *reply,
                                           cf_usec now);

/**
 * The description that CF_SESSION_OFFER or CF_SESSION_OFFER_WANTED without a transaction asked for: our answer goes out in ACK or
 * PRACK, our offer in a re-INVITE. CF_ERR_STATE if none is due; CF_ERR_UNSUPPORTED: nothing in common; other errors: no
 * memory, no room. The session ends itself if an answer can't be sent; an offer is asked for again.
 */
CF_MUST_USE enum cf_err cf_session_describe(struct cf_session *session, unsigned fork, const struct cf_local_session *media,
                                            cf_usec now);

/**
 * There is no description to give where CF_SESSION_OFFER or CF_SESSION_OFFER_WANTED without a transaction asked for one, or
 * cf_session_describe() could not take it. An offer of ours is not made: CF_SESSION_OFFER_FAILED with status 0, what was agreed
 * before counts. Without an answer that is due the session ends (RFC 3261 section 13.2.2.4).
 */
void cf_session_describe_nothing(struct cf_session *session, cf_usec now);

/**
 * Renegotiate, as soon as no other negotiation and no retry after glare is in the way; asking again before that changes nothing,
 * but the stronger kind wins (OFFER over OFFERLESS over HEADERS). Before the 2xx an OFFER goes by UPDATE (RFC 3311), if a first
 * agreement is there, the peer can it and there is one early dialog. CF_ERR_STATE if it is not possible.
 */
CF_MUST_USE enum cf_err cf_session_modify(struct cf_session *session, enum cf_session_modify how, cf_usec now);

/**
 * End it, whatever its state: CANCEL, BYE, or a final response to the peer's INVITE (@p status, 0: 480). BYE waits for the ACK
 * that is missing (RFC 3261 section 15). @p fields: whole lines for the message, such as Reason; absent: none. Nothing happens if
 * it is over already.
 */
void cf_session_end(struct cf_session *session, uint16_t status, struct cf_str fields, cf_usec now);

/**
 * Send a request inside the dialog; CF_SESSION_RESPONSE with @p ret_request tells how it went. CF_ERR_STATE without a dialog,
 * CF_ERR_LIMIT: too many wait already; those of cf_endpoint_request().
 */
CF_MUST_USE enum cf_err cf_session_request(struct cf_session *session, const struct cf_session_request *request, cf_usec now,
                                           uint32_t *ret_request);

/** Where it is. */
static inline enum cf_session_state cf_session_state(const struct cf_session *session) {
    return session->state;
}

/**
 * Is it over, and has the peer said so: no INVITE, CANCEL or BYE of ours waits for its response? Only copies of what was said may
 * still come; somebody who wants to leave can go.
 */
static inline bool cf_session_is_said(const struct cf_session *session) {
    return session->state >= CF_SESSION_STATE_ENDED && !cf_outgoing_is_out(&session->bye) &&
           !cf_outgoing_is_out(&session->invite);
}

/** The dialog, for Call-ID, tags and flow. A caller's has no peer tag before CF_SESSION_ANSWERED. */
static inline const struct cf_dialog *cf_session_dialog(const struct cf_session *session) {
    return &session->leg.dialog;
}

/** The dialog for usages that share it (a subscription by REFER inside the dialog). It lives as long as the session. */
struct cf_dialog *cf_session_shared_dialog(struct cf_session *session);

/** The negotiation of early dialog @p fork, of the session with 0 after CF_SESSION_ANSWERED and for a callee; NULL if there is
 * none. */
struct cf_negotiation *cf_session_negotiation(struct cf_session *session, unsigned fork);

/**
 * May an INVITE with a Replaces header of that content take the place of this session (RFC 3891 section 3)? The caller has found
 * the session by the to-tag (cf_dialog_table_find()), the rest is checked here. 0: yes, answer the INVITE and end this session;
 * else the status to refuse it with: 481, 486, 603.
 */
unsigned cf_session_replaces_status(const struct cf_session *session, const struct cf_sip_dialog_ref *replaces);

/** Octets of memory that the session holds, itself included. */
size_t cf_session_memory(const struct cf_session *session);

#endif
