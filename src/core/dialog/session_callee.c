/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The callee's first INVITE: provisional responses, reliable ones with PRACK, the 2xx and its ACK, CANCEL. */
#include "core/dialog/session_impl.h"

#include "core/sip/builder.h"

/* The last line of defence: refuse and be over; @p why brought it, if anything did. */
static void refuse_invite(struct cf_session *s, uint16_t status, enum cf_session_cause cause, const struct cf_sip_message *why,
                          cf_usec now) {
    const struct cf_sip_message *request = cf_endpoint_request_of(s->usage.endpoint, s->invite_in);
    if (request != NULL) {
        cf_session_refuse(s, s->invite_in, request, status, CF_STR_NONE, now);
    }
    s->invite_in = (struct cf_tx_id){{0, 0}};
    cf_session_finish(s, cause, status, why, now);
}

/* What is wrong with the INVITE as such: status to refuse it with and the fields for that, or 0. */
static unsigned inspect_invite(const struct cf_session *s, const struct cf_sip_message *request, struct cf_writer *fields) {
    unsigned status = cf_session_timer_check(s->usage.profile, request);
    if (status == 422) {
        cf_session_timer_put_refusal(s->usage.profile, fields);
    } else if (status == 0 && s->usage.profile->reliable == CF_RELIABLE_OFF &&
               cf_message_has_option(request, CF_SIP_HEADER_REQUIRE, CF_SIP_OPTION_REL100)) {
        cf_sip_put_field(fields, CF_SIP_HEADER_UNSUPPORTED, CF_STR("100rel"));
        status = 420;
    }
    return status;
}

/* Take the offer and tell the owner, or refuse. */
static void begin(struct cf_session *s, const struct cf_endpoint_event *event, cf_usec now) {
    char fields[64];
    struct cf_writer w;
    cf_writer_init(&w, fields, sizeof fields);
    unsigned status = inspect_invite(s, event->message, &w);
    struct cf_refusal refusal;
    if (status != 0) {
        cf_session_refuse(s, event->tx, event->message, (uint16_t)status, cf_writer_str(&w), now);
    } else {
        enum cf_session_description description =
            cf_session_take_description(s, &s->leg, event->message, CF_SDP_IN_INVITE, &refusal);
        if (description == CF_SESSION_DESCRIPTION_NONE || description == CF_SESSION_DESCRIPTION_OFFER) {
            struct cf_session_event invited = {.kind = CF_SESSION_INVITED,
                                               .has_offer = description == CF_SESSION_DESCRIPTION_OFFER,
                                               .tx = event->tx,
                                               .message = event->message};
            cf_session_push(s, &invited);
            return;
        }
        status = description == CF_SESSION_DESCRIPTION_FAILED ? 500 : 488;
        if (status == 488) {
            cf_session_refuse_media(s, event->tx, event->message, &refusal, now);
        } else {
            cf_session_refuse(s, event->tx, event->message, 500, CF_STR_NONE, now);
        }
    }
    s->invite_in = (struct cf_tx_id){{0, 0}};
    cf_session_finish(s, CF_SESSION_CAUSE_REFUSED, (uint16_t)status, event->message, now);
}

enum cf_err cf_session_init_callee(struct cf_session *session, const struct cf_usage *usage,
                                   const struct cf_endpoint_event *event, cf_usec now) {
    struct cf_session *s = session;
    *s = (struct cf_session){.usage = *usage, .state = CF_SESSION_STATE_CALLED, .invite_in = event->tx};
    cf_negotiation_init(&s->leg.negotiation, usage->mem);
    const struct cf_endpoint_tag tag = cf_endpoint_tag_of(usage->endpoint, event->message);
    enum cf_err err = cf_dialog_init_callee(&s->leg.dialog, usage->mem, &tag, event->message);
    if (err == CF_OK) {
        s->setup = cf_mem_alloc(usage->mem, sizeof *s->setup);
        err = s->setup != NULL ? CF_OK : CF_ERR_NO_MEMORY;
    }
    if (err == CF_OK && usage->dialogs != NULL) {
        err = cf_dialog_table_add(usage->dialogs, &s->entry, &s->leg.dialog, usage->owner);
    }
    if (err != CF_OK) {
        cf_session_fini(s);
        return err;
    }
    cf_session_note_flow(s, &s->leg, event->flow);
    cf_session_note_abilities(s, event->message);
    bool can_reliable = usage->profile->reliable != CF_RELIABLE_OFF;
    bool needs_reliable = can_reliable && cf_message_has_option(event->message, CF_SIP_HEADER_REQUIRE, CF_SIP_OPTION_REL100);
    cf_session_set(s, CF_SESSION_NEEDS_RELIABLE, needs_reliable);
    cf_session_set(s, CF_SESSION_HAS_RELIABLE,
                   needs_reliable ||
                       (can_reliable && cf_message_has_option(event->message, CF_SIP_HEADER_SUPPORTED, CF_SIP_OPTION_REL100)));
    s->invite_in_cseq = event->message->cseq.number;
    cf_endpoint_set_owner(usage->endpoint, event->tx, usage->owner);
    begin(s, event, now);
    cf_session_settle(s, now);
    return CF_OK;
}

/* Our description for a response: the answer to the offer, or our offer where there was none. */
static enum cf_err describe(struct cf_session *s, const struct cf_local_session *media, bool is_final, struct cf_str *ret_text,
                            struct cf_refusal *ret_refusal) {
    struct cf_negotiation *n = &s->leg.negotiation;
    *ret_text = CF_STR_NONE;
    if (n->state == CF_NEGOTIATION_RECEIVED) {
        return media == NULL ? (is_final ? CF_ERR_STATE : CF_OK) : cf_negotiation_answer(n, media, ret_text, ret_refusal);
    }
    if (s->setup->answer.at != NULL) {
        /* Given in an unreliable response already: it has to be said again until one is reliable (RFC 3261 section 13.2.1). */
        *ret_text = s->setup->answer;
        return CF_OK;
    }
    if (n->state == CF_NEGOTIATION_STABLE && !cf_negotiation_is_agreed(n)) {
        if (media == NULL) {
            return is_final ? CF_ERR_STATE : CF_OK;
        }
        enum cf_err err = cf_negotiation_offer(n, media, ret_text);
        cf_session_set(s, CF_SESSION_IN_HAS_OFFER, err == CF_OK);
        return err;
    }
    return CF_OK;
}

static void push_answered_media(struct cf_session *s) {
    struct cf_session_event media = {.kind = CF_SESSION_MEDIA};
    cf_session_push(s, &media);
}

/* 488 to the INVITE: nothing of its offer can be taken. */
static void refuse_offer(struct cf_session *s, const struct cf_sip_message *request, const struct cf_refusal *refusal,
                         cf_usec now) {
    cf_session_refuse_media(s, s->invite_in, request, refusal, now);
    s->invite_in = (struct cf_tx_id){{0, 0}};
    cf_session_finish(s, CF_SESSION_CAUSE_REFUSED, 488, NULL, now);
}

/* Send a provisional response that is written down, and keep it for sending it again. */
static enum cf_err send_provisional(struct cf_session *s, const struct cf_sip_message *request,
                                    const struct cf_session_response *response, cf_usec now) {
    struct cf_str text;
    enum cf_err err = cf_session_reply_to(s, s->invite_in, request, response, now, &text);
    if (err == CF_OK) {
        struct cf_sip_timers timers = cf_ua_profile_timers(s->usage.profile);
        err = cf_provisional_sent(&s->setup->provisional, s->usage.mem, text, response->rseq, &timers, now);
        cf_mem_free_str(s->usage.mem, &text);
    }
    return err;
}

/* As send_provisional() with a description, which can't be taken back: the call is over if that does not work. */
static enum cf_err send_described(struct cf_session *s, const struct cf_sip_message *request,
                                  const struct cf_session_response *response, cf_usec now) {
    bool is_reliable = response->rseq != 0;
    struct cf_str *kept = &s->setup->answer;
    enum cf_err err = CF_OK;
    if (!is_reliable && kept->at == NULL && !cf_mem_dup_str(s->usage.mem, response->body, kept)) {
        err = CF_ERR_NO_MEMORY;
    }
    if (err == CF_OK) {
        err = send_provisional(s, request, response, now);
    }
    if (err != CF_OK) {
        refuse_invite(s, 500, CF_SESSION_CAUSE_NO_MEMORY, NULL, now);
    } else if (is_reliable) {
        s->setup->provisional.has_description = true;
        cf_mem_free_str(s->usage.mem, kept);
    }
    return err;
}

static enum cf_err respond_provisional(struct cf_session *s, const struct cf_sip_message *request,
                                       const struct cf_session_reply *reply, cf_usec now) {
    const struct cf_provisional *p = &s->setup->provisional;
    bool is_reliable =
        cf_session_is(s, CF_SESSION_NEEDS_RELIABLE) || (reply->wants_reliable && cf_session_is(s, CF_SESSION_HAS_RELIABLE));
    if (p->is_pending && is_reliable) {
        return CF_ERR_STATE; /* RFC 3262 section 3: one at a time */
    }
    struct cf_refusal refusal = {.reason = CF_REFUSAL_NONE};
    bool was_received = s->leg.negotiation.state == CF_NEGOTIATION_RECEIVED;
    uint32_t first_rseq = cf_entropy_u32(s->usage.entropy) / 4 + 1;
    struct cf_session_response response = {
        .status = reply->status,
        .profile = CF_UA_PROFILE_CONTACT | CF_UA_PROFILE_ABILITIES,
        .reason = reply->reason,
        .fields = reply->fields,
        .content_type = CF_STR("application/sdp"),
        .rseq = !is_reliable   ? 0
                : p->rseq != 0 ? p->rseq + 1
                               : first_rseq,
    };
    enum cf_err err = CF_OK;
    if (is_reliable || was_received || s->setup->answer.at != NULL) {
        /* Our own offer may only be in a reliable one (RFC 3262 section 5). */
        err = describe(s, reply->media, false, &response.body, &refusal);
    }
    if (err == CF_ERR_UNSUPPORTED) {
        refuse_offer(s, request, &refusal, now);
    }
    if (err != CF_OK) {
        return err;
    }
    if (response.body.at == NULL) {
        return send_provisional(s, request, &response, now);
    }
    err = send_described(s, request, &response, now);
    if (err == CF_OK && was_received) {
        push_answered_media(s);
    }
    return err;
}

/* The 2xx is out, or as good as that. */
static void confirm(struct cf_session *s) {
    cf_mem_free_str(s->usage.mem, &s->setup->answer);
    cf_mem_free_str(s->usage.mem, &s->setup->deferred);
    cf_provisional_fini(&s->setup->provisional, s->usage.mem);
    cf_session_set(s, CF_SESSION_IS_IN_ANSWERED, true);
    cf_session_set(s, CF_SESSION_IS_DEFERRED, false);
    s->leg.dialog.is_confirmed = true;
    s->state = CF_SESSION_STATE_CONFIRMED;
}

static enum cf_err accept_invite(struct cf_session *s, const struct cf_sip_message *request, const struct cf_session_reply *reply,
                                 cf_usec now) {
    struct cf_refusal refusal = {.reason = CF_REFUSAL_NONE};
    bool was_received = s->leg.negotiation.state == CF_NEGOTIATION_RECEIVED;
    struct cf_session_response response = {
        .status = reply->status,
        .profile = CF_UA_PROFILE_CONTACT | CF_UA_PROFILE_ABILITIES | CF_UA_PROFILE_ACCEPT | CF_UA_PROFILE_SESSION,
        .has_timer = true,
        .reason = reply->reason,
        .fields = reply->fields,
        .content_type = CF_STR("application/sdp"),
    };
    enum cf_err err = describe(s, reply->media, true, &response.body, &refusal);
    if (err == CF_ERR_UNSUPPORTED) {
        refuse_offer(s, request, &refusal, now);
    }
    if (err != CF_OK) {
        return err;
    }
    const struct cf_provisional *p = &s->setup->provisional;
    if (p->is_pending && p->has_description) {
        err = cf_session_write_reply(s, request, &response, now, &s->setup->deferred);
        cf_session_set(s, CF_SESSION_IS_DEFERRED, err == CF_OK);
    } else {
        err = cf_session_reply_to(s, s->invite_in, request, &response, now, NULL);
        if (err == CF_OK) {
            confirm(s);
        }
    }
    if (err != CF_OK) {
        refuse_invite(s, 500, CF_SESSION_CAUSE_NO_MEMORY, NULL, now);
    } else if (was_received) {
        push_answered_media(s);
    }
    return err;
}

enum cf_err cf_session_callee_respond(struct cf_session *s, const struct cf_session_reply *reply, cf_usec now) {
    const struct cf_sip_message *request = cf_endpoint_request_of(s->usage.endpoint, s->invite_in);
    if (request == NULL) {
        return CF_ERR_NOT_FOUND;
    }
    if (cf_session_is(s, CF_SESSION_IS_DEFERRED)) {
        return CF_ERR_STATE;
    }
    if (reply->status < 200) {
        return respond_provisional(s, request, reply, now);
    }
    if (reply->status < 300) {
        return accept_invite(s, request, reply, now);
    }
    struct cf_session_response response = {
        .status = reply->status,
        .reason = reply->reason,
        .fields = reply->fields,
        .content_type = reply->content_type,
        .body = reply->body,
    };
    enum cf_err err = cf_session_reply_to(s, s->invite_in, request, &response, now, NULL);
    if (err == CF_OK) {
        s->invite_in = (struct cf_tx_id){{0, 0}};
        cf_session_finish(s, CF_SESSION_CAUSE_LOCAL, reply->status, NULL, now);
    }
    return err;
}

void cf_session_callee_release(struct cf_session *s, cf_usec now) {
    if (!cf_session_is(s, CF_SESSION_IS_DEFERRED) || s->setup->provisional.is_pending || cf_tx_id_is_set(s->update_in)) {
        return;
    }
    enum cf_err err = cf_endpoint_respond(s->usage.endpoint, s->invite_in, s->setup->deferred, now);
    if (err == CF_OK) {
        confirm(s);
    } else {
        cf_session_set(s, CF_SESSION_IS_DEFERRED, false);
        refuse_invite(s, 500, CF_SESSION_CAUSE_NO_MEMORY, NULL, now);
    }
}

/* Does RAck name a response that waits for it? It has its acknowledgement then. */
static bool take_rack(struct cf_session *s, const struct cf_sip_message *prack) {
    struct cf_sip_rack rack;
    return s->setup != NULL && cf_sip_rack_parse(cf_sip_value(prack, CF_SIP_HEADER_RACK), &rack) == CF_OK &&
           rack.cseq.method == CF_SIP_METHOD_INVITE && rack.cseq.number == s->invite_in_cseq &&
           cf_provisional_acked(&s->setup->provisional, rack.rseq);
}

void cf_session_callee_on_prack(struct cf_session *s, const struct cf_endpoint_event *event, cf_usec now) {
    if (!take_rack(s, event->message)) {
        cf_session_refuse(s, event->tx, event->message, 481, CF_STR_NONE, now);
        return;
    }
    struct cf_refusal refusal;
    enum cf_session_description description = cf_session_take_description(s, &s->leg, event->message, CF_SDP_IN_PRACK, &refusal);
    if (description == CF_SESSION_DESCRIPTION_OFFER) {
        s->update_in = event->tx;
        struct cf_session_event offer = {.kind = CF_SESSION_OFFER, .tx = event->tx, .message = event->message};
        cf_session_push(s, &offer);
        return;
    }
    bool is_unanswered = cf_session_is(s, CF_SESSION_IN_HAS_OFFER) && description != CF_SESSION_DESCRIPTION_ANSWER;
    cf_session_set(s, CF_SESSION_IN_HAS_OFFER, false);
    if (description == CF_SESSION_DESCRIPTION_BAD) {
        cf_session_refuse_media(s, event->tx, event->message, &refusal, now);
    } else {
        struct cf_session_response response = {.status = description == CF_SESSION_DESCRIPTION_FAILED ? 500 : 200};
        enum cf_err err = cf_session_reply_to(s, event->tx, event->message, &response, now, NULL);
        (void)err; /* it comes again */
    }
    if (is_unanswered && s->state == CF_SESSION_STATE_CALLED) {
        refuse_invite(s, 488, CF_SESSION_CAUSE_MEDIA, NULL, now);
    } else {
        cf_session_callee_release(s, now);
    }
}

void cf_session_callee_on_ack(struct cf_session *s, const struct cf_endpoint_event *event, cf_usec now) {
    bool is_expected = cf_session_is(s, CF_SESSION_IS_IN_ANSWERED) && cf_tx_id_is_set(s->invite_in) &&
                       cf_dialog_matches(&s->leg.dialog, event->message) && event->message->cseq.number == s->invite_in_cseq;
    if (!is_expected) {
        return;
    }
    cf_endpoint_acked(s->usage.endpoint, s->invite_in, now);
    s->invite_in = (struct cf_tx_id){{0, 0}};
    cf_session_set(s, CF_SESSION_IS_IN_ANSWERED, false);
    bool is_first = !cf_session_is(s, CF_SESSION_WAS_ACKED | CF_SESSION_IS_CALLER);
    if (is_first) {
        cf_session_set(s, CF_SESSION_WAS_ACKED, true);
        cf_session_drop_setup(s);
    }
    if (s->state != CF_SESSION_STATE_CONFIRMED) {
        return;
    }
    if (is_first) {
        struct cf_session_event acked = {.kind = CF_SESSION_ACKNOWLEDGED, .message = event->message};
        cf_session_push(s, &acked);
    }
    struct cf_refusal refusal;
    if (cf_session_is(s, CF_SESSION_IN_HAS_OFFER)) {
        cf_session_set(s, CF_SESSION_IN_HAS_OFFER, false);
        if (cf_session_take_description(s, &s->leg, event->message, CF_SDP_IN_ACK, &refusal) != CF_SESSION_DESCRIPTION_ANSWER) {
            /* There is no way to refuse an ACK. */
            cf_session_finish(s, CF_SESSION_CAUSE_MEDIA, 0, event->message, now);
        }
    }
}

void cf_session_callee_on_cancelled(struct cf_session *s, const struct cf_sip_message *cancel, cf_usec now) {
    if (s->state == CF_SESSION_STATE_CALLED) {
        cf_session_set(s, CF_SESSION_IS_DEFERRED, false);
        refuse_invite(s, 487, CF_SESSION_CAUSE_CANCELLED, cancel, now);
    }
}

void cf_session_callee_on_lost(struct cf_session *s, cf_usec now) {
    cf_session_set(s, CF_SESSION_IS_DEFERRED, false);
    s->invite_in = (struct cf_tx_id){{0, 0}};
    cf_session_finish(s, CF_SESSION_CAUSE_UNREACHABLE, 0, NULL, now);
}

void cf_session_callee_on_not_acked(struct cf_session *s, const struct cf_endpoint_event *event, cf_usec now) {
    if (event->status_class != 2 || !cf_tx_id_eq(event->tx, s->invite_in)) {
        return;
    }
    s->invite_in = (struct cf_tx_id){{0, 0}};
    cf_session_set(s, CF_SESSION_IS_IN_ANSWERED, false);
    cf_session_finish(s, CF_SESSION_CAUSE_NOT_ACKED, 0, NULL, now);
}

void cf_session_callee_on_deadline(struct cf_session *s, cf_usec now) {
    switch (cf_provisional_on_deadline(&s->setup->provisional, now)) {
    case CF_PROVISIONAL_SEND: {
        enum cf_err err = cf_endpoint_respond(s->usage.endpoint, s->invite_in, s->setup->provisional.message, now);
        (void)err; /* tried again at the next deadline */
        break;
    }
    case CF_PROVISIONAL_GIVE_UP:
        cf_session_set(s, CF_SESSION_IS_DEFERRED, false);
        refuse_invite(s, 504, CF_SESSION_CAUSE_TIMEOUT, NULL, now);
        break;
    case CF_PROVISIONAL_NOTHING:
        break;
    }
}
