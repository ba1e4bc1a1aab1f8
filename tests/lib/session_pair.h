/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A calls B: two sessions over lib/sip_pair.h, each with media (lib/test_party.h) and simple habits: offers are answered,
 * descriptions that are due are given, requests are answered with 200. What a test wants otherwise it switches off and does
 * itself. Events stand in the transcript: "[20] B: INVITED offer".
 */
#ifndef CF_TESTS_LIB_SESSION_PAIR_H
#define CF_TESTS_LIB_SESSION_PAIR_H

#include "core/dialog/session.h"
#include "lib/sip_pair.h"
#include "lib/test_party.h"

/** What a side does by itself. */
enum session_habit {
    SESSION_HABIT_ANSWER_CALL = 1 << 0,  /**< 200 to the first INVITE at once */
    SESSION_HABIT_RING = 1 << 1,         /**< 180 before, without description */
    SESSION_HABIT_EARLY_MEDIA = 1 << 2,  /**< with our answer, or offer, in the 180 */
    SESSION_HABIT_RELIABLE = 1 << 3,     /**< by 100rel */
    SESSION_HABIT_DESCRIBE = 1 << 4,     /**< answer OFFER and OFFER_WANTED */
    SESSION_HABIT_ANSWER_OTHER = 1 << 5, /**< 200 to REQUEST */
};

/** Rings, answers, describes. */
#define SESSION_HABITS (SESSION_HABIT_ANSWER_CALL | SESSION_HABIT_DESCRIBE | SESSION_HABIT_ANSWER_OTHER)

/** One side. */
struct session_side {
    struct cf_session session;
    bool is_there;   /**< the session is initialised */
    bool is_gone;    /**< GONE came; it was freed */
    unsigned habits; /**< set of enum session_habit */
    struct cf_ua_profile profile;
    struct cf_usage usage;
    struct cf_dialog_table dialogs;
    struct test_party party;
    struct cf_tx_id asked;                /**< transaction of the last event that had one */
    struct cf_session_event last;         /**< last event but GONE; its message is not valid any more */
    unsigned counts[CF_SESSION_GONE + 1]; /**< events of each kind */
    enum cf_session_cause cause;          /**< of ENDED */
    uint16_t status;                      /**< of ENDED */
};

struct session_pair;

/** Looks at an event of an endpoint first; true: nobody else needs to. For peers that behave as no session of ours does. */
typedef bool session_pair_intercept(struct session_pair *pair, unsigned side, const struct cf_endpoint_event *event);

/** Both. */
struct session_pair {
    struct sip_pair net;
    struct session_side sides[2];
    bool is_failing;                   /**< memory fails: commands may */
    session_pair_intercept *intercept; /**< NULL: none */
    void *intercept_ctx;               /**< the test's */
    struct cf_tx_id raw_tx;            /**< session_pair_keep_invite(): its transaction */
    char raw_invite[8192];             /**< the same as text */
    size_t raw_invite_len;
};

/** Begin: nobody has called yet. */
void session_pair_init(struct session_pair *pair, uint64_t seed);

/** As session_pair_init() with the n-th allocation of @p side failing. False: not even an endpoint could be made. */
bool session_pair_init_failing(struct session_pair *pair, unsigned side, size_t fail_at);

/** End, whatever is still there; asserts that nothing is lost. */
void session_pair_fini(struct session_pair *pair);

/** A calls B, with an offer or without. */
void session_pair_call(struct session_pair *pair, bool has_offer);

/** As session_pair_call() with further fields. The error. */
enum cf_err session_pair_try_call(struct session_pair *pair, const struct cf_session_call *more, bool has_offer);

/** A calls, B answers, half a second passes; the transcript is empty afterwards. */
void session_pair_establish(struct session_pair *pair);

/** @p side answers what it was asked last. */
enum cf_err session_pair_respond(struct session_pair *pair, unsigned side, uint16_t status, bool has_media);

/** @p side ends. */
void session_pair_end(struct session_pair *pair, unsigned side);

/** @p side renegotiates. */
enum cf_err session_pair_modify(struct session_pair *pair, unsigned side, enum cf_session_modify how);

/** Hand out what waits. */
void session_pair_drain(struct session_pair *pair);

/** Let time pass. */
void session_pair_run_for(struct session_pair *pair, cf_usec duration);

/** An intercept for B that keeps INVITEs waiting in .raw_tx for session_pair_raw_reply(), and answers BYE and PRACK with 200. */
bool session_pair_keep_invite(struct session_pair *pair, unsigned side, const struct cf_endpoint_event *event);

/**
 * @p side answers the request of @p tx with a message of the test's: @p tag for To, further @p fields (NULL: none), and with
 * @p has_answer an answer to the offer in the request. A 2xx goes out as from a forking proxy: more may follow.
 */
void session_pair_raw_reply(struct session_pair *pair, unsigned side, struct cf_tx_id tx, unsigned status, const char *tag,
                            const char *fields, bool has_answer);

/**
 * @p from sends a request of the test's to the other side, in the dialog of the other side's session but for what is given here:
 * NULL and 0 give what is right. The answer stands in the transcript.
 */
struct session_pair_raw {
    const char *method;
    const char *call_id;
    const char *from_tag;
    const char *to_tag;
    const char *fields;
    const char *source; /**< address it comes from */
    struct cf_str body; /**< application/sdp; absent: none */
    uint32_t cseq;
};
void session_pair_raw_request(struct session_pair *pair, unsigned to, const struct session_pair_raw *raw);

/**
 * Both are in the same state: both gone, or both confirmed with the same agreement, seen from both sides.
 */
void session_pair_assert_same(struct session_pair *pair);

#endif
