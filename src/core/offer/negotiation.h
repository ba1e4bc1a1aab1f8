/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Offer and answer in one dialog (RFC 3264, 3261 section 13.2.1 and 14, 3262 section 5, 3311 section 5, 6337): a machine that
 * knows which description is due, keeps the pair agreed on, counts the version of ours, and gives out what was agreed. The dialog
 * carries bodies and needs not know what is in them; the owner of the media decides by a struct cf_local_session.
 *
 * It keeps descriptions as text, no more (about 1 kB each for an audio and a video line), and reads them again when needed: an
 * idle dialog stays small. Owner: the dialog, by value. Not thread-safe. No time, no timers. A call that fails changes nothing,
 * unless it says so; what a peer sent never trips an assertion.
 *
 * Limits: those of sdp.h (256 lines). Texts are returned as views that are valid until the next call that isn't const.
 */
#ifndef CF_CORE_OFFER_NEGOTIATION_H
#define CF_CORE_OFFER_NEGOTIATION_H

#include "core/offer/local.h"
#include "core/offer/refusal.h"

/** Which description is due. */
enum cf_negotiation_state {
    CF_NEGOTIATION_STABLE,   /**< none; also before the first offer */
    CF_NEGOTIATION_SENT,     /**< we have offered, the answer is due from the peer */
    CF_NEGOTIATION_RECEIVED, /**< the peer has offered, the answer is due from us */
};

/** Messages that carry descriptions. */
enum cf_sdp_carrier {
    CF_SDP_IN_INVITE,     /**< also re-INVITE */
    CF_SDP_IN_UNRELIABLE, /**< 1xx to an INVITE without 100rel */
    CF_SDP_IN_RELIABLE,   /**< 1xx to an INVITE with 100rel */
    CF_SDP_IN_2XX,        /**< to an INVITE */
    CF_SDP_IN_ACK,
    CF_SDP_IN_PRACK,
    CF_SDP_IN_PRACK_2XX,
    CF_SDP_IN_UPDATE,
    CF_SDP_IN_UPDATE_2XX,
};

/** What a description that came in is. */
enum cf_sdp_meaning {
    CF_SDP_IS_OFFER,   /**< cf_negotiation_on_offer() */
    CF_SDP_IS_ANSWER,  /**< cf_negotiation_on_answer() */
    CF_SDP_IS_PREVIEW, /**< cf_negotiation_on_preview(): what the answer is going to be (RFC 6337 section 3.1.1) */
    CF_SDP_IS_REPEAT,  /**< said before: ignore it */
    CF_SDP_IS_GLARE,   /**< our own offer is out: refuse with 491 (RFC 3261 section 14.2) */
    CF_SDP_IS_EARLY, /**< a former offer of theirs is not answered yet: refuse with 500 and Retry-After (RFC 3311 section 5.2) */
    CF_SDP_IS_STRAY, /**< may not be there: ignore it */
};

/** Offer and answer of one dialog. Members are private. */
struct cf_negotiation {
    const struct cf_mem *mem;
    enum cf_negotiation_state state;
    bool is_local_offer;            /**< in the agreed pair the offer was ours */
    bool has_version;               /**< session_id and version are set */
    bool was_answered;              /**< an INVITE of ours had an offer and got its answer: more in its responses is repetition */
    struct cf_str local;            /**< agreed, owned; absent before the first agreement */
    struct cf_str remote;           /**< agreed, owned */
    struct cf_str pending;          /**< the offer that waits for its answer, owned */
    struct cf_sdp offer;            /**< .pending read, while it is the peer's */
    struct cf_str preview;          /**< the peer's answer as an unreliable response gave it, owned */
    uint64_t session_id;            /**< of our o= */
    uint64_t version;               /**< of our o= as last sent */
    struct cf_media_params *params; /**< owned until taken */
};

/** Nothing agreed yet. @p mem is kept by reference. */
void cf_negotiation_init(struct cf_negotiation *n, const struct cf_mem *mem);

/** Free everything; keys are wiped. */
void cf_negotiation_fini(struct cf_negotiation *n);

/**
 * Make @p ret (not initialised) a negotiation with the same unanswered offer: for another early dialog of a forked INVITE (RFC
 * 3261 section 13.2.2.4), each of which brings an answer of its own. CF_ERR_STATE unless an offer of ours is out,
 * CF_ERR_NO_MEMORY.
 */
CF_MUST_USE enum cf_err cf_negotiation_fork(const struct cf_negotiation *n, struct cf_negotiation *ret);

/** What a description in @p carrier, just received, is. Changes nothing. */
enum cf_sdp_meaning cf_negotiation_meaning(const struct cf_negotiation *n, enum cf_sdp_carrier carrier);

/** An INVITE of ours goes out without an offer: the description in its reliable response is the peer's offer (RFC 3261
 * section 14.1). */
void cf_negotiation_expect_offer(struct cf_negotiation *n);

/** May we send an offer now? */
static inline bool cf_negotiation_can_offer(const struct cf_negotiation *n) {
    return n->state == CF_NEGOTIATION_STABLE;
}

/** Is an agreement in force? */
static inline bool cf_negotiation_is_agreed(const struct cf_negotiation *n) {
    return n->local.at != NULL;
}

/**
 * The peer's offer @p text came in. Then look at it by cf_negotiation_offered() and answer by cf_negotiation_answer(), or refuse
 * the request and call cf_negotiation_rollback(). It may have fewer lines than were agreed on: the parameters then have fewer,
 * and the owner takes those that are missing for inactive. CF_ERR_STATE (see cf_negotiation_meaning()), CF_ERR_NO_MEMORY;
 * CF_ERR_MALFORMED, CF_ERR_LIMIT with @p ret_refusal filled in: answer 488, the state is as before.
 */
CF_MUST_USE enum cf_err cf_negotiation_on_offer(struct cf_negotiation *n, struct cf_str text, struct cf_refusal *ret_refusal);

/** The peer's offer that waits for an answer. Absent in other states. */
struct cf_str cf_negotiation_remote_offer(const struct cf_negotiation *n);

/**
 * Read the lines of the peer's offer: the first @p lines_max into @p ret_lines, the number of all into @p ret_count. CF_ERR_STATE
 * without an offer. Views are valid as cf_negotiation_remote_offer().
 */
CF_MUST_USE enum cf_err cf_negotiation_offered(const struct cf_negotiation *n, struct cf_offered_line *ret_lines,
                                               size_t lines_max, size_t *ret_count);

/**
 * Answer the peer's offer. @p ret_text is the body to send; the agreement is in force and can be taken by
 * cf_negotiation_take_params(). CF_ERR_UNSUPPORTED with @p ret_refusal: nothing of the offer is acceptable; refuse the request
 * with 488 and roll back. CF_ERR_STATE, CF_ERR_NO_MEMORY, CF_ERR_NO_ROOM (larger than a description may be).
 */
CF_MUST_USE enum cf_err cf_negotiation_answer(struct cf_negotiation *n, const struct cf_local_session *local,
                                              struct cf_str *ret_text, struct cf_refusal *ret_refusal);

/**
 * Make an offer: the first, or a new one that changes the agreement: lines already there keep their order and their number never
 * shrinks. @p ret_text is the body to send. CF_ERR_STATE (also: fewer lines than agreed), CF_ERR_NO_MEMORY, CF_ERR_NO_ROOM,
 * CF_ERR_LIMIT (more than 256 lines).
 */
CF_MUST_USE enum cf_err cf_negotiation_offer(struct cf_negotiation *n, const struct cf_local_session *local,
                                             struct cf_str *ret_text);

/** Offer once more exactly what is agreed, same version: to refresh the session (RFC 4028 section 7.4). Errors as above. */
CF_MUST_USE enum cf_err cf_negotiation_offer_again(struct cf_negotiation *n, struct cf_str *ret_text);

/** Our unanswered offer, for sending the request again with credentials. Absent in other states. */
struct cf_str cf_negotiation_local_offer(const struct cf_negotiation *n);

/**
 * The peer's answer @p text to our offer came in; on success the agreement is in force. CF_ERR_STATE, CF_ERR_NO_MEMORY;
 * CF_ERR_MALFORMED, CF_ERR_LIMIT, CF_ERR_MISMATCH with @p ret_refusal: the answer breaks the rules. Our offer is still out then:
 * end the call, or roll back.
 */
CF_MUST_USE enum cf_err cf_negotiation_on_answer(struct cf_negotiation *n, struct cf_str text, struct cf_refusal *ret_refusal);

/** As cf_negotiation_on_answer() for early media, but our offer stays out: the real answer follows and may differ. */
CF_MUST_USE enum cf_err cf_negotiation_on_preview(struct cf_negotiation *n, struct cf_str text, struct cf_refusal *ret_refusal);

/**
 * The request that carried the offer has failed, whosever it was: what was agreed before counts again (RFC 3261 section 14.1, RFC
 * 6141 section 3). If a preview was given out, parameters as they were can be taken. In the stable state nothing happens.
 * CF_ERR_NO_MEMORY: rolled back, but the parameters could not be computed.
 */
enum cf_err cf_negotiation_rollback(struct cf_negotiation *n);

/**
 * The parameters that the last successful call brought, with what has changed since those taken before it; NULL if it brought
 * none. The caller owns them: cf_media_params_free() with the same allocator.
 */
struct cf_media_params *cf_negotiation_take_params(struct cf_negotiation *n);

/** Octets of memory that @p n holds beyond itself. */
size_t cf_negotiation_memory(const struct cf_negotiation *n);

#endif
