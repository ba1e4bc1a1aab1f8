/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Our own re-INVITEs and UPDATEs: renegotiation, refresh, retries after glare. */
#include "core/dialog/session_impl.h"

#include "core/sip/builder.h"

/* An offer that met glare so often in a row is given up. */
#define GLARE_RETRIES_MAX 10

/* A refresh that failed, but not for good, is tried again after this. */
#define REFRESH_RETRY CF_SEC(32)

/* An offer that could not be sent is asked for again after this. */
#define OFFER_RETRY CF_SEC(1)

/* Longest Retry-After that we wait for; a peer that wants more is asked again earlier. */
#define RETRY_AFTER_MAX_SEC 32U

/* The one early dialog in which UPDATE may carry an offer; NULL if there is none, or more. */
static struct cf_session_leg *early_leg(struct cf_session *s) {
    struct cf_session_leg *leg = NULL;
    if (s->state == CF_SESSION_STATE_CALLED) {
        leg = &s->leg;
    } else if (s->state == CF_SESSION_STATE_CALLING && s->setup != NULL && s->setup->fork_count == 1) {
        leg = s->setup->forks[0];
    }
    bool can =
        leg != NULL && !leg->is_lost && cf_session_is(s, CF_SESSION_HAS_UPDATE) && cf_negotiation_is_agreed(&leg->negotiation);
    return can ? leg : NULL;
}

/* RFC 3261 section 14.1: one INVITE at a time, in whatever direction, until its ACK; one offer at a time. */
static bool is_blocked(const struct cf_session *s, const struct cf_session_leg *leg, cf_usec now) {
    bool is_inviting =
        s->state == CF_SESSION_STATE_CONFIRMED && (cf_outgoing_is_out(&s->invite) || cf_tx_id_is_set(s->invite_in));
    return is_inviting || cf_outgoing_is_out(&s->update) || cf_tx_id_is_set(s->update_in) ||
           cf_session_is(s, CF_SESSION_IS_ACK_DUE | CF_SESSION_IS_DEFERRED) || !cf_negotiation_can_offer(&leg->negotiation) ||
           (leg->is_prack_due || cf_outgoing_is_out(&leg->request)) || s->retry_at > now;
}

static enum cf_err send_reinvite(struct cf_session *s, struct cf_str description, cf_usec now) {
    struct cf_session_outline outline = {
        .method = CF_SIP_METHOD_INVITE,
        .profile = CF_UA_PROFILE_CONTACT | CF_UA_PROFILE_ABILITIES | CF_UA_PROFILE_ACCEPT | CF_UA_PROFILE_SESSION,
        .has_timer = true,
        .content_type = CF_STR("application/sdp"),
        .body = description,
    };
    return cf_session_send(s, &s->leg, &s->invite, &outline, now);
}

static enum cf_err send_update(struct cf_session *s, struct cf_session_leg *leg, struct cf_str description, cf_usec now) {
    struct cf_session_outline outline = {
        .method = CF_SIP_METHOD_UPDATE,
        .profile = CF_UA_PROFILE_CONTACT | CF_UA_PROFILE_ABILITIES | CF_UA_PROFILE_SESSION,
        .has_timer = true,
        .content_type = CF_STR("application/sdp"),
        .body = description,
    };
    enum cf_err err = cf_session_send(s, leg, &s->update, &outline, now);
    if (err == CF_OK) {
        cf_session_set(s, CF_SESSION_UPDATE_HAS_OFFER, description.at != NULL);
    }
    return err;
}

/* Contact, Subject or the session's age are to be told; the description stays (RFC 4028 section 7.4). */
static enum cf_err send_headers(struct cf_session *s, cf_usec now) {
    if (cf_session_is(s, CF_SESSION_HAS_UPDATE)) {
        return send_update(s, &s->leg, CF_STR_NONE, now);
    }
    struct cf_str description = CF_STR_NONE;
    enum cf_err err = cf_negotiation_offer_again(&s->leg.negotiation, &description);
    if (err == CF_OK) {
        err = send_reinvite(s, description, now);
    }
    if (err == CF_OK) {
        cf_session_set(s, CF_SESSION_INVITE_IS_REFRESH, true);
        cf_session_set(s, CF_SESSION_INVITE_HAS_OFFER, false);
    } else {
        cf_negotiation_rollback(&s->leg.negotiation);
    }
    return err;
}

void cf_session_try_modify(struct cf_session *s, cf_usec now) {
    struct cf_session_leg *leg = s->state == CF_SESSION_STATE_CONFIRMED ? &s->leg : early_leg(s);
    if (!cf_session_is(s, CF_SESSION_WANTS) || cf_session_is(s, CF_SESSION_IS_ASKED) || leg == NULL || is_blocked(s, leg, now)) {
        return;
    }
    if (cf_session_is(s, CF_SESSION_WANTS_OFFER)) {
        cf_session_set(s, CF_SESSION_IS_ASKED, true);
        struct cf_session_event wanted = {.kind = CF_SESSION_OFFER_WANTED, .fork = cf_session_fork_of(s, leg)};
        cf_session_push(s, &wanted);
        return;
    }
    if (s->state != CF_SESSION_STATE_CONFIRMED) {
        return;
    }
    enum cf_err err;
    if (cf_session_is(s, CF_SESSION_WANTS_OFFERLESS)) {
        err = send_reinvite(s, CF_STR_NONE, now);
        if (err == CF_OK) {
            cf_negotiation_expect_offer(&s->leg.negotiation);
        }
        cf_session_set(s, CF_SESSION_INVITE_HAS_OFFER | CF_SESSION_INVITE_IS_REFRESH, false);
    } else {
        err = send_headers(s, now);
    }
    if (err != CF_OK) {
        s->retry_at = now + OFFER_RETRY;
        return;
    }
    cf_session_set(s, CF_SESSION_WANTS_OFFERLESS | CF_SESSION_WANTS_HEADERS, false);
}

enum cf_err cf_session_modify(struct cf_session *session, enum cf_session_modify how, cf_usec now) {
    static const uint32_t wants[] = {
        [CF_SESSION_MODIFY_OFFER] = CF_SESSION_WANTS_OFFER,
        [CF_SESSION_MODIFY_OFFERLESS] = CF_SESSION_WANTS_OFFERLESS,
        [CF_SESSION_MODIFY_HEADERS] = CF_SESSION_WANTS_HEADERS,
    };
    bool is_possible =
        session->state == CF_SESSION_STATE_CONFIRMED || (how == CF_SESSION_MODIFY_OFFER && early_leg(session) != NULL);
    if (!is_possible) {
        return CF_ERR_STATE;
    }
    cf_session_set(session, wants[how], true);
    cf_session_settle(session, now);
    return CF_OK;
}

/* Our offer: the owner was asked for it. */
static enum cf_err describe_offer(struct cf_session *s, const struct cf_local_session *media, cf_usec now) {
    struct cf_session_leg *leg = s->state == CF_SESSION_STATE_CONFIRMED ? &s->leg : early_leg(s);
    cf_session_set(s, CF_SESSION_IS_ASKED, false);
    if (leg == NULL || is_blocked(s, leg, now)) {
        return CF_ERR_STATE; /* the peer was faster; it is asked for again */
    }
    struct cf_str text;
    enum cf_err err = cf_negotiation_offer(&leg->negotiation, media, &text);
    if (err == CF_OK) {
        err = s->state == CF_SESSION_STATE_CONFIRMED ? send_reinvite(s, text, now) : send_update(s, leg, text, now);
        if (err != CF_OK) {
            cf_negotiation_rollback(&leg->negotiation);
        }
    }
    if (err != CF_OK) {
        s->retry_at = now + OFFER_RETRY;
        return err;
    }
    cf_session_set(s, CF_SESSION_INVITE_HAS_OFFER, true);
    cf_session_set(s, CF_SESSION_INVITE_IS_REFRESH, false);
    cf_session_set(s, CF_SESSION_WANTS_OFFER, false);
    return CF_OK;
}

/* Our answer to an offer in a response: it goes out in ACK or PRACK. */
static enum cf_err describe_answer(struct cf_session *s, struct cf_session_leg *leg, const struct cf_local_session *media,
                                   cf_usec now) {
    struct cf_refusal refusal;
    struct cf_str text = CF_STR_NONE;
    enum cf_err err = cf_negotiation_answer(&leg->negotiation, media, &text, &refusal);
    enum cf_err sent;
    if (leg->is_prack_due) {
        sent = cf_session_send_prack(s, leg, text, now);
    } else {
        cf_session_set(s, CF_SESSION_IS_ACK_DUE, false);
        sent = cf_session_send_ack(s, leg, s->ack_cseq, text, true, now);
    }
    if (err == CF_OK && sent == CF_OK) {
        struct cf_session_event media_event = {.kind = CF_SESSION_MEDIA, .fork = cf_session_fork_of(s, leg)};
        cf_session_push(s, &media_event);
        return CF_OK;
    }
    /* Without an answer the exchange can't go on, and nobody can be told why but by hanging up (RFC 3261 section 13.2.2.4). */
    cf_session_finish(s, err == CF_ERR_UNSUPPORTED ? CF_SESSION_CAUSE_MEDIA : CF_SESSION_CAUSE_NO_MEMORY, 0, NULL, now);
    return err != CF_OK ? err : sent;
}

enum cf_err cf_session_describe(struct cf_session *session, unsigned fork, const struct cf_local_session *media, cf_usec now) {
    struct cf_session *s = session;
    struct cf_session_leg *leg = &s->leg;
    if (s->state == CF_SESSION_STATE_CALLING) {
        leg = s->setup != NULL && fork < s->setup->fork_count ? s->setup->forks[fork] : NULL;
    }
    enum cf_err err = CF_ERR_STATE;
    if (s->state == CF_SESSION_STATE_ENDED || s->state == CF_SESSION_STATE_GONE || leg == NULL) {
        return err;
    }
    if (leg->is_prack_due || cf_session_is(s, CF_SESSION_IS_ACK_DUE)) {
        err = describe_answer(s, leg, media, now);
    } else if (cf_session_is(s, CF_SESSION_IS_ASKED)) {
        err = describe_offer(s, media, now);
    }
    cf_session_settle(s, now);
    return err;
}

void cf_session_describe_nothing(struct cf_session *session, cf_usec now) {
    struct cf_session *s = session;
    if (s->state == CF_SESSION_STATE_ENDED || s->state == CF_SESSION_STATE_GONE) {
        return;
    }
    const struct cf_session_leg *leg = s->state == CF_SESSION_STATE_CONFIRMED ? &s->leg : early_leg(s);
    bool is_answer_due = cf_session_is(s, CF_SESSION_IS_ACK_DUE) || leg == NULL || leg->is_prack_due;
    if (is_answer_due || !cf_session_is(s, CF_SESSION_WANTS_OFFER)) {
        cf_session_end(s, 0, CF_STR_NONE, now);
        return;
    }
    struct cf_session_event failed = {.kind = CF_SESSION_OFFER_FAILED};
    cf_session_set(s, CF_SESSION_IS_ASKED | CF_SESSION_WANTS_OFFER, false);
    cf_session_push(s, &failed);
    cf_session_settle(s, now);
}

/* RFC 3261 section 14.1: who made the Call-ID waits longer, in units of 10 ms. */
static cf_usec glare_delay(const struct cf_session *s) {
    uint32_t chance = cf_entropy_u32(s->usage.entropy);
    return s->leg.dialog.is_caller ? CF_MSEC(2100 + 10 * (cf_usec)(chance % 191)) : CF_MSEC(10 * (cf_usec)(chance % 201));
}

/* When a request that met glare, or was refused for now, may go again; 0: never. */
static cf_usec retry_time(const struct cf_session *s, uint16_t status, const struct cf_sip_message *message, cf_usec now) {
    uint32_t retry_after_sec;
    if (status == 491) {
        return now + glare_delay(s);
    }
    if ((status == 500 || status == 503 || status == 480 || status == 486) && message != NULL &&
        cf_sip_seconds(message, CF_SIP_HEADER_RETRY_AFTER, &retry_after_sec)) {
        return now + CF_SEC((cf_usec)(retry_after_sec < RETRY_AFTER_MAX_SEC ? retry_after_sec : RETRY_AFTER_MAX_SEC));
    }
    return 0;
}

static enum cf_session_cause cause_of(uint16_t status, const struct cf_endpoint_event *event) {
    if (event->message == NULL) {
        return event->err == CF_ERR_TIMEOUT ? CF_SESSION_CAUSE_TIMEOUT : CF_SESSION_CAUSE_UNREACHABLE;
    }
    return status == 408 ? CF_SESSION_CAUSE_TIMEOUT : CF_SESSION_CAUSE_NO_DIALOG;
}

/* A request with or without an offer failed, but the session lives: again later, or tell the owner. */
static void on_refused(struct cf_session *s, bool has_offer, uint32_t wants, uint16_t status,
                       const struct cf_sip_message *message, cf_usec now) {
    cf_usec retry_at = retry_time(s, status, message, now);
    if (retry_at != 0 && s->retries < GLARE_RETRIES_MAX) {
        s->retries++;
        s->retry_at = retry_at;
        cf_session_set(s, wants, true);
        return;
    }
    s->retries = 0;
    cf_session_timer_postpone(&s->timer, now + REFRESH_RETRY);
    if (has_offer) {
        struct cf_session_event failed = {.kind = CF_SESSION_OFFER_FAILED, .status = status, .message = message};
        cf_session_push(s, &failed);
    }
}

/* The 2xx to our re-INVITE: ACK, and what it says. */
static void on_reinvite_2xx(struct cf_session *s, const struct cf_endpoint_event *event, cf_usec now) {
    const struct cf_sip_message *message = event->message;
    struct cf_refusal refusal;
    s->acked = event->tx;
    s->retries = 0;
    s->ack_cseq = message->cseq.number;
    cf_mem_free_str(s->usage.mem, &s->ack);
    cf_session_note_abilities(s, message);
    cf_session_timer_on_2xx(&s->timer, s->usage.profile, message, now);
    enum cf_err err = cf_dialog_refresh_target(&s->leg.dialog, message);
    (void)err; /* the old target is as good as none */
    enum cf_session_description description = cf_session_take_description(s, &s->leg, message, CF_SDP_IN_2XX, &refusal);
    if (description == CF_SESSION_DESCRIPTION_OFFER && s->state == CF_SESSION_STATE_CONFIRMED) {
        cf_session_set(s, CF_SESSION_IS_ACK_DUE, true);
        struct cf_session_event offer = {.kind = CF_SESSION_OFFER, .message = message};
        cf_session_push(s, &offer);
        return;
    }
    err = cf_session_send_ack(s, &s->leg, message->cseq.number, CF_STR_NONE, true, now);
    if (description == CF_SESSION_DESCRIPTION_BAD || s->leg.negotiation.state == CF_NEGOTIATION_SENT) {
        cf_session_finish(s, CF_SESSION_CAUSE_MEDIA, 0, message, now);
    } else if (description == CF_SESSION_DESCRIPTION_FAILED || err == CF_ERR_NO_MEMORY) {
        cf_session_finish(s, CF_SESSION_CAUSE_NO_MEMORY, 0, message, now);
    }
}

void cf_session_on_reinvite_final(struct cf_session *s, uint16_t status, const struct cf_endpoint_event *event, cf_usec now) {
    if (status < 300) {
        on_reinvite_2xx(s, event, now);
        return;
    }
    bool has_offer = cf_session_is(s, CF_SESSION_INVITE_HAS_OFFER);
    bool is_refresh = cf_session_is(s, CF_SESSION_INVITE_IS_REFRESH);
    cf_session_set(s, CF_SESSION_INVITE_HAS_OFFER | CF_SESSION_INVITE_IS_REFRESH, false);
    if (s->leg.negotiation.state == CF_NEGOTIATION_SENT) {
        cf_negotiation_rollback(&s->leg.negotiation);
    }
    if (s->state != CF_SESSION_STATE_CONFIRMED) {
        return;
    }
    uint32_t wants = has_offer ? CF_SESSION_WANTS_OFFER : is_refresh ? CF_SESSION_WANTS_HEADERS : CF_SESSION_WANTS_OFFERLESS;
    if (cf_session_is_fatal(CF_SIP_METHOD_INVITE, status)) {
        cf_session_finish(s, cause_of(status, event), status, event->message, now);
    } else if (status == 422 && event->message != NULL && cf_session_timer_on_422(&s->timer, s->usage.profile, event->message)) {
        cf_session_set(s, wants, true);
    } else {
        on_refused(s, !is_refresh, wants, status, event->message, now);
    }
}

static void on_update_2xx(struct cf_session *s, struct cf_session_leg *leg, const struct cf_sip_message *message, cf_usec now) {
    struct cf_refusal refusal;
    bool had_offer = cf_session_is(s, CF_SESSION_UPDATE_HAS_OFFER);
    s->retries = 0;
    cf_session_timer_on_2xx(&s->timer, s->usage.profile, message, now);
    enum cf_err err = cf_dialog_refresh_target(&leg->dialog, message);
    (void)err;
    if (!had_offer) {
        return;
    }
    if (cf_session_take_description(s, leg, message, CF_SDP_IN_UPDATE_2XX, &refusal) != CF_SESSION_DESCRIPTION_ANSWER) {
        cf_session_finish(s, CF_SESSION_CAUSE_MEDIA, 0, message, now);
    }
}

void cf_session_on_update_final(struct cf_session *s, uint16_t status, const struct cf_endpoint_event *event, cf_usec now) {
    bool had_offer = cf_session_is(s, CF_SESSION_UPDATE_HAS_OFFER);
    struct cf_session_leg *leg = s->state == CF_SESSION_STATE_CALLING ? early_leg(s) : &s->leg;
    if (leg == NULL || s->state == CF_SESSION_STATE_ENDED) {
        return;
    }
    if (status < 300) {
        on_update_2xx(s, leg, event->message, now);
        return;
    }
    if (had_offer && leg->negotiation.state == CF_NEGOTIATION_SENT) {
        cf_negotiation_rollback(&leg->negotiation);
    }
    uint32_t wants = had_offer ? CF_SESSION_WANTS_OFFER : CF_SESSION_WANTS_HEADERS;
    if (cf_session_is_fatal(CF_SIP_METHOD_UPDATE, status)) {
        cf_session_finish(s, cause_of(status, event), status, event->message, now);
    } else if (!had_offer && (status == 405 || status == 501)) {
        /* Allow has promised too much: by re-INVITE then. */
        cf_session_set(s, CF_SESSION_HAS_UPDATE, false);
        cf_session_set(s, wants, true);
    } else if (status == 422 && event->message != NULL && cf_session_timer_on_422(&s->timer, s->usage.profile, event->message)) {
        cf_session_set(s, wants, true);
    } else {
        on_refused(s, had_offer, wants, status, event->message, now);
    }
}
