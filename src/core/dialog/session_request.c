/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests of the peer inside the dialog, and our answers to them. */
#include "core/dialog/session_impl.h"

#include "core/sip/builder.h"

/* Put the question to the owner. */
static void ask(struct cf_session *s, enum cf_session_event_kind kind, const struct cf_endpoint_event *event) {
    struct cf_session_event question = {.kind = kind, .tx = event->tx, .message = event->message};
    cf_session_push(s, &question);
}

/* The peer's description is first: ours, if the owner is making one, has to wait for it. */
static void let_peer_go_first(struct cf_session *s) {
    cf_session_set(s, CF_SESSION_IS_ASKED, false);
}

/* Refuse what a description makes impossible. True: it was. */
static bool refuse_description(struct cf_session *s, const struct cf_endpoint_event *event,
                               enum cf_session_description description, const struct cf_refusal *refusal, cf_usec now) {
    switch (description) {
    case CF_SESSION_DESCRIPTION_GLARE:
        cf_session_refuse(s, event->tx, event->message, 491, CF_STR_NONE, now);
        return true;
    case CF_SESSION_DESCRIPTION_EARLY:
    case CF_SESSION_DESCRIPTION_FAILED:
        cf_session_refuse_for_now(s, event->tx, event->message, now);
        return true;
    case CF_SESSION_DESCRIPTION_BAD:
        cf_session_refuse_media(s, event->tx, event->message, refusal, now);
        return true;
    case CF_SESSION_DESCRIPTION_NONE:
    case CF_SESSION_DESCRIPTION_OFFER:
    case CF_SESSION_DESCRIPTION_ANSWER:
        break;
    }
    return false;
}

/* 422 or 400 for the session timer. True: it was refused. */
static bool refuse_timer(struct cf_session *s, const struct cf_endpoint_event *event, cf_usec now) {
    char fields[32];
    struct cf_writer w;
    cf_writer_init(&w, fields, sizeof fields);
    unsigned status = cf_session_timer_check(s->usage.profile, event->message);
    if (status == 422) {
        cf_session_timer_put_refusal(s->usage.profile, &w);
    }
    if (status != 0) {
        cf_session_refuse(s, event->tx, event->message, (uint16_t)status, cf_writer_str(&w), now);
    }
    return status != 0;
}

/* Is an offer of ours on its way, or an INVITE that will bring one? (RFC 3261 section 14.2) */
static bool is_offering(const struct cf_session *s) {
    return cf_outgoing_is_out(&s->invite) || cf_session_is(s, CF_SESSION_IS_ACK_DUE) ||
           (cf_outgoing_is_out(&s->update) && cf_session_is(s, CF_SESSION_UPDATE_HAS_OFFER));
}

static void on_reinvite(struct cf_session *s, const struct cf_endpoint_event *event, cf_usec now) {
    bool is_unanswered = cf_tx_id_is_set(s->invite_in) && !cf_session_is(s, CF_SESSION_IS_IN_ANSWERED);
    if (s->state != CF_SESSION_STATE_CONFIRMED || is_unanswered || cf_tx_id_is_set(s->update_in)) {
        cf_session_refuse_for_now(s, event->tx, event->message, now);
        return;
    }
    if (is_offering(s) || s->leg.negotiation.state == CF_NEGOTIATION_SENT) {
        /* Also where our offer was in the 2xx and its ACK is missing (RFC 5407 section 3.1.5). */
        cf_session_refuse(s, event->tx, event->message, 491, CF_STR_NONE, now);
        return;
    }
    if (refuse_timer(s, event, now)) {
        return;
    }
    struct cf_refusal refusal;
    enum cf_session_description description = cf_session_take_description(s, &s->leg, event->message, CF_SDP_IN_INVITE, &refusal);
    if (refuse_description(s, event, description, &refusal, now)) {
        return;
    }
    if (cf_tx_id_is_set(s->invite_in)) {
        /* A new INVITE shows that the peer has our 2xx, though its ACK was lost (RFC 5407 section 3.1.4). */
        cf_endpoint_acked(s->usage.endpoint, s->invite_in, now);
        cf_session_set(s, CF_SESSION_WAS_ACKED, true);
        cf_session_drop_setup(s);
    }
    let_peer_go_first(s);
    s->invite_in = event->tx;
    s->invite_in_cseq = event->message->cseq.number;
    cf_session_set(s, CF_SESSION_IS_IN_ANSWERED, false);
    cf_endpoint_set_owner(s->usage.endpoint, event->tx, s->usage.owner);
    ask(s, description == CF_SESSION_DESCRIPTION_OFFER ? CF_SESSION_OFFER : CF_SESSION_OFFER_WANTED, event);
}

/* 200 to UPDATE, with our answer or without. */
static enum cf_err accept_update(struct cf_session *s, struct cf_session_leg *leg, struct cf_tx_id tx,
                                 const struct cf_sip_message *request, const struct cf_session_response *more, cf_usec now) {
    struct cf_session_response response = *more;
    bool is_update = request->method == CF_SIP_METHOD_UPDATE;
    response.profile = is_update ? CF_UA_PROFILE_CONTACT | CF_UA_PROFILE_ABILITIES | CF_UA_PROFILE_SESSION : 0;
    response.has_timer = is_update;
    response.content_type = CF_STR("application/sdp");
    /* The target first: the endpoint forgets a request with its final response. */
    enum cf_err err = is_update ? cf_dialog_refresh_target(&leg->dialog, request) : CF_OK;
    return err == CF_OK ? cf_session_reply_to(s, tx, request, &response, now, NULL) : err;
}

static void on_update(struct cf_session *s, struct cf_session_leg *leg, const struct cf_endpoint_event *event, cf_usec now) {
    if (refuse_timer(s, event, now)) {
        return;
    }
    struct cf_refusal refusal;
    bool is_too_early = cf_tx_id_is_set(s->update_in) ||
                        (s->state != CF_SESSION_STATE_CONFIRMED && !cf_negotiation_is_agreed(&leg->negotiation) &&
                         cf_negotiation_can_offer(&leg->negotiation));
    bool has_body = event->message->body.len > 0;
    if (has_body && is_too_early) {
        /* RFC 3311 section 5.1: not before the first offer is answered. */
        cf_session_refuse_for_now(s, event->tx, event->message, now);
        return;
    }
    if (has_body && is_offering(s) && s->state == CF_SESSION_STATE_CONFIRMED) {
        cf_session_refuse(s, event->tx, event->message, 491, CF_STR_NONE, now);
        return;
    }
    enum cf_session_description description = cf_session_take_description(s, leg, event->message, CF_SDP_IN_UPDATE, &refusal);
    if (refuse_description(s, event, description, &refusal, now)) {
        return;
    }
    if (description == CF_SESSION_DESCRIPTION_OFFER) {
        let_peer_go_first(s);
        s->update_in = event->tx;
        struct cf_session_event offer = {
            .kind = CF_SESSION_OFFER, .fork = cf_session_fork_of(s, leg), .tx = event->tx, .message = event->message};
        cf_session_push(s, &offer);
        return;
    }
    struct cf_session_response response = {.status = 200};
    if (accept_update(s, leg, event->tx, event->message, &response, now) == CF_OK) {
        struct cf_session_event refreshed = {.kind = CF_SESSION_REFRESHED, .message = event->message};
        cf_session_push(s, &refreshed);
    }
}

static void on_bye(struct cf_session *s, const struct cf_endpoint_event *event, cf_usec now) {
    cf_session_refuse(s, event->tx, event->message, 200, CF_STR_NONE, now);
    if (s->state == CF_SESSION_STATE_ENDED) {
        return;
    }
    if (cf_tx_id_is_set(s->invite_in) && cf_session_is(s, CF_SESSION_IS_IN_ANSWERED)) {
        /* Without ACK, but nobody waits for the session any more (RFC 5407 section 3.1.6). */
        cf_endpoint_acked(s->usage.endpoint, s->invite_in, now);
        s->invite_in = (struct cf_tx_id){{0, 0}};
        cf_session_set(s, CF_SESSION_IS_IN_ANSWERED, false);
    }
    cf_session_finish(s, CF_SESSION_CAUSE_BYE, 0, event->message, now);
}

/* BYE for one early dialog of ours: that one is over; the INVITE goes on (RFC 3261 section 15). */
static void on_fork_bye(struct cf_session *s, struct cf_session_leg *fork, const struct cf_endpoint_event *event, cf_usec now) {
    cf_session_refuse(s, event->tx, event->message, 200, CF_STR_NONE, now);
    fork->is_lost = true;
    fork->is_hung_up = true;
}

/* The dialog of a request: the session's, or an early one. NULL: none. */
static struct cf_session_leg *leg_of(struct cf_session *s, const struct cf_sip_message *request) {
    if (s->leg.dialog.remote_tag.at != NULL && cf_dialog_matches(&s->leg.dialog, request)) {
        return &s->leg;
    }
    return s->state == CF_SESSION_STATE_CALLED || !cf_session_is(s, CF_SESSION_IS_CALLER) ? NULL
                                                                                          : cf_session_find_fork(s, request);
}

/* Does the request belong to the dialog, and is it its turn? Else it is answered. */
static bool admit(struct cf_session *s, struct cf_session_leg *leg, const struct cf_endpoint_event *event, cf_usec now) {
    struct cf_flow_info info;
    bool is_known = leg != NULL && cf_endpoint_flow_info(s->usage.endpoint, event->flow, &info);
    if (!is_known || !cf_dialog_admits(&leg->dialog, &info)) {
        cf_session_refuse(s, event->tx, event->message, 481, CF_STR_NONE, now);
        return false;
    }
    if (cf_dialog_take_request(&leg->dialog, event->message) == CF_DIALOG_OUT_OF_ORDER) {
        cf_session_refuse(s, event->tx, event->message, 500, CF_STR_NONE, now);
        return false;
    }
    bool is_over = s->state == CF_SESSION_STATE_ENDED || leg->is_lost;
    if (is_over && event->message->method != CF_SIP_METHOD_BYE) {
        cf_session_refuse(s, event->tx, event->message, 481, CF_STR_NONE, now);
        return false;
    }
    cf_dialog_set_flow(&leg->dialog, event->flow, &info);
    return true;
}

void cf_session_on_request(struct cf_session *s, const struct cf_endpoint_event *event, cf_usec now) {
    struct cf_session_leg *leg = leg_of(s, event->message);
    if (!admit(s, leg, event, now)) {
        return;
    }
    cf_session_note_abilities(s, event->message);
    switch ((unsigned)event->message->method) {
    case CF_SIP_METHOD_INVITE:
        on_reinvite(s, event, now);
        break;
    case CF_SIP_METHOD_UPDATE:
        on_update(s, leg, event, now);
        break;
    case CF_SIP_METHOD_PRACK:
        cf_session_callee_on_prack(s, event, now);
        break;
    case CF_SIP_METHOD_BYE:
        if (leg == &s->leg) {
            on_bye(s, event, now);
        } else {
            on_fork_bye(s, leg, event, now);
        }
        break;
    default:
        ask(s, CF_SESSION_REQUEST, event);
        break;
    }
}

/* The owner refuses the peer's offer: what was agreed before counts. */
static void roll_back(struct cf_session_leg *leg) {
    if (leg->negotiation.state == CF_NEGOTIATION_RECEIVED) {
        cf_negotiation_rollback(&leg->negotiation);
    }
}

static void push_media(struct cf_session *s, const struct cf_session_leg *leg) {
    struct cf_session_event media = {.kind = CF_SESSION_MEDIA, .fork = cf_session_fork_of(s, leg)};
    cf_session_push(s, &media);
}

/* Our 2xx to a re-INVITE. */
static enum cf_err accept_reinvite(struct cf_session *s, const struct cf_sip_message *request,
                                   const struct cf_session_reply *reply, cf_usec now) {
    struct cf_negotiation *n = &s->leg.negotiation;
    struct cf_refusal refusal = {.reason = CF_REFUSAL_NONE};
    bool is_answer = n->state == CF_NEGOTIATION_RECEIVED;
    struct cf_session_response response = {
        .status = reply->status,
        .profile = CF_UA_PROFILE_CONTACT | CF_UA_PROFILE_ABILITIES | CF_UA_PROFILE_ACCEPT | CF_UA_PROFILE_SESSION,
        .has_timer = true,
        .reason = reply->reason,
        .fields = reply->fields,
        .content_type = CF_STR("application/sdp"),
    };
    if (reply->media == NULL) {
        return CF_ERR_STATE;
    }
    enum cf_err err = is_answer ? cf_negotiation_answer(n, reply->media, &response.body, &refusal)
                                : cf_negotiation_offer(n, reply->media, &response.body);
    if (err == CF_ERR_UNSUPPORTED) {
        cf_session_refuse_media(s, s->invite_in, request, &refusal, now);
        roll_back(&s->leg);
        s->invite_in = (struct cf_tx_id){{0, 0}};
    }
    if (err != CF_OK) {
        return err;
    }
    /* The target first: the endpoint forgets a request with its final response. */
    err = cf_dialog_refresh_target(&s->leg.dialog, request);
    if (err == CF_OK) {
        err = cf_session_reply_to(s, s->invite_in, request, &response, now, NULL);
    }
    if (err == CF_OK) {
        cf_session_set(s, CF_SESSION_IS_IN_ANSWERED, true);
        cf_session_set(s, CF_SESSION_IN_HAS_OFFER, !is_answer);
        if (is_answer) {
            push_media(s, &s->leg);
        }
    } else {
        /* What was said can't be taken back, what was not can't be explained. */
        cf_session_finish(s, CF_SESSION_CAUSE_NO_MEMORY, 0, NULL, now);
    }
    return err;
}

static enum cf_err respond_to_reinvite(struct cf_session *s, const struct cf_session_reply *reply, cf_usec now) {
    const struct cf_sip_message *request = cf_endpoint_request_of(s->usage.endpoint, s->invite_in);
    if (request == NULL) {
        return CF_ERR_NOT_FOUND;
    }
    if (reply->status >= 200 && reply->status < 300) {
        return accept_reinvite(s, request, reply, now);
    }
    struct cf_session_response response = {.status = reply->status, .reason = reply->reason, .fields = reply->fields};
    enum cf_err err = cf_session_reply_to(s, s->invite_in, request, &response, now, NULL);
    if (err == CF_OK && reply->status >= 300) {
        roll_back(&s->leg);
        s->invite_in = (struct cf_tx_id){{0, 0}};
    }
    return err;
}

/* UPDATE, or PRACK with an offer. */
static enum cf_err respond_to_update(struct cf_session *s, const struct cf_session_reply *reply, cf_usec now) {
    const struct cf_sip_message *request = cf_endpoint_request_of(s->usage.endpoint, s->update_in);
    struct cf_session_leg *leg = request == NULL ? NULL : leg_of(s, request);
    if (leg == NULL) {
        return CF_ERR_NOT_FOUND;
    }
    struct cf_refusal refusal = {.reason = CF_REFUSAL_NONE};
    struct cf_session_response response = {.status = reply->status, .reason = reply->reason, .fields = reply->fields};
    struct cf_tx_id tx = s->update_in;
    if (reply->status < 200 || (reply->status < 300 && reply->media == NULL)) {
        return CF_ERR_STATE;
    }
    if (reply->status >= 300) {
        enum cf_err err = cf_session_reply_to(s, tx, request, &response, now, NULL);
        if (err == CF_OK) {
            s->update_in = (struct cf_tx_id){{0, 0}};
            roll_back(leg);
            cf_session_callee_release(s, now);
        }
        return err;
    }
    enum cf_err err = cf_negotiation_answer(&leg->negotiation, reply->media, &response.body, &refusal);
    if (err != CF_OK && err != CF_ERR_UNSUPPORTED) {
        return err;
    }
    s->update_in = (struct cf_tx_id){{0, 0}};
    if (err == CF_ERR_UNSUPPORTED) {
        cf_session_refuse_media(s, tx, request, &refusal, now);
        roll_back(leg);
    } else {
        err = accept_update(s, leg, tx, request, &response, now);
        if (err != CF_OK) {
            cf_session_finish(s, CF_SESSION_CAUSE_NO_MEMORY, 0, NULL, now);
            return err;
        }
        push_media(s, leg);
    }
    cf_session_callee_release(s, now);
    return err;
}

void cf_session_cancel_reinvite(struct cf_session *s, cf_usec now) {
    const struct cf_sip_message *request = cf_endpoint_request_of(s->usage.endpoint, s->invite_in);
    if (request != NULL) {
        cf_session_refuse(s, s->invite_in, request, 487, CF_STR_NONE, now);
    }
    s->invite_in = (struct cf_tx_id){{0, 0}};
    roll_back(&s->leg);
}

/* REFER, INFO and the like. */
static enum cf_err respond_to_other(struct cf_session *s, struct cf_tx_id tx, const struct cf_session_reply *reply, cf_usec now) {
    const struct cf_sip_message *request = cf_endpoint_request_of(s->usage.endpoint, tx);
    if (request == NULL) {
        return CF_ERR_NOT_FOUND;
    }
    bool is_2xx = reply->status >= 200 && reply->status < 300;
    bool has_contact = is_2xx && (request->method == CF_SIP_METHOD_REFER || request->method == CF_SIP_METHOD_SUBSCRIBE);
    struct cf_session_response response = {
        .status = reply->status,
        .profile = request->method == CF_SIP_METHOD_OPTIONS ? CF_UA_PROFILE_ABILITIES | CF_UA_PROFILE_ACCEPT
                   : has_contact                            ? CF_UA_PROFILE_CONTACT
                                                            : 0,
        .reason = reply->reason,
        .fields = reply->fields,
        .content_type = reply->content_type,
        .body = reply->body,
    };
    return cf_session_reply_to(s, tx, request, &response, now, NULL);
}

enum cf_err cf_session_respond(struct cf_session *session, struct cf_tx_id tx, const struct cf_session_reply *reply,
                               cf_usec now) {
    struct cf_session *s = session;
    enum cf_err err;
    if (!cf_tx_id_is_set(tx) || reply->status < 101 || reply->status > 699) {
        return CF_ERR_STATE;
    }
    if (cf_tx_id_eq(tx, s->invite_in) && cf_session_is(s, CF_SESSION_IS_IN_ANSWERED)) {
        return CF_ERR_STATE;
    }
    if (cf_tx_id_eq(tx, s->invite_in)) {
        err = s->state == CF_SESSION_STATE_CALLED ? cf_session_callee_respond(s, reply, now) : respond_to_reinvite(s, reply, now);
    } else if (cf_tx_id_eq(tx, s->update_in)) {
        err = respond_to_update(s, reply, now);
    } else {
        err = respond_to_other(s, tx, reply, now);
    }
    cf_session_settle(s, now);
    return err;
}
