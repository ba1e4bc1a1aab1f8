/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The end of a session: CANCEL, BYE, and the time until the last transaction is over. */
#include "core/dialog/session_impl.h"

#include "core/sip/builder.h"

bool cf_session_is_fatal(enum cf_sip_method method, uint16_t status) {
    bool is_of_session = method == CF_SIP_METHOD_INVITE || method == CF_SIP_METHOD_UPDATE || method == CF_SIP_METHOD_BYE ||
                         method == CF_SIP_METHOD_INFO || method == CF_SIP_METHOD_PRACK;
    switch (status) {
    case 404:
    case 410:
    case 416:
    case 482:
    case 483:
    case 484:
    case 485:
    case 502:
    case 604:
        /* The way to the peer is gone, whatever was asked for. */
        return true;
    case 408:
    case 481:
        /* REFER, NOTIFY and the like have usages of their own, which may be over without the session. */
        return is_of_session;
    default:
        return false;
    }
}

/* Refuse what of the peer's still waits for us (RFC 3261 section 15.1.2). */
static void refuse_pending(struct cf_session *s, struct cf_tx_id *tx, cf_usec now) {
    const struct cf_sip_message *request = cf_tx_id_is_set(*tx) ? cf_endpoint_request_of(s->usage.endpoint, *tx) : NULL;
    if (request != NULL) {
        cf_session_refuse(s, *tx, request, 487, CF_STR_NONE, now);
    }
    *tx = (struct cf_tx_id){{0, 0}};
}

void cf_session_finish(struct cf_session *s, enum cf_session_cause cause, uint16_t status, const struct cf_sip_message *message,
                       cf_usec now) {
    if (s->state == CF_SESSION_STATE_ENDED || s->state == CF_SESSION_STATE_GONE) {
        return;
    }
    enum cf_session_state before = s->state;
    s->state = CF_SESSION_STATE_ENDED;
    cf_session_set(s, CF_SESSION_WANTS | CF_SESSION_IS_ASKED | CF_SESSION_IS_DEFERRED, false);
    s->timer = (struct cf_session_timer){.interval_sec = 0};
    refuse_pending(s, &s->update_in, now);
    if (!cf_session_is(s, CF_SESSION_IS_IN_ANSWERED)) {
        refuse_pending(s, &s->invite_in, now);
    }
    if (before == CF_SESSION_STATE_CALLING) {
        cf_endpoint_cancel(s->usage.endpoint, s->invite.tx, s->bye_fields, now);
    } else if (before == CF_SESSION_STATE_CALLED) {
        cf_session_drop_setup(s);
    } else if (cause != CF_SESSION_CAUSE_BYE) {
        cf_session_set(s, CF_SESSION_IS_BYE_DUE, true);
    }
    struct cf_session_event ended = {.kind = CF_SESSION_ENDED, .cause = cause, .status = status, .message = message};
    cf_session_push(s, &ended);
}

/* Our ACK is due, but our answer will never come: an ACK without, so that the peer stops sending its 2xx. */
static void send_bare_ack(struct cf_session *s, cf_usec now) {
    if (cf_session_is(s, CF_SESSION_IS_ACK_DUE)) {
        cf_session_set(s, CF_SESSION_IS_ACK_DUE, false);
        enum cf_err err = cf_session_send_ack(s, &s->leg, s->ack_cseq, CF_STR_NONE, true, now);
        (void)err; /* the BYE says it too */
    }
}

void cf_session_try_bye(struct cf_session *s, cf_usec now) {
    if (!cf_session_is(s, CF_SESSION_IS_BYE_DUE) || cf_session_is(s, CF_SESSION_IS_IN_ANSWERED)) {
        return; /* RFC 3261 section 15: the callee waits for the ACK, or until it is clear that none comes */
    }
    cf_session_set(s, CF_SESSION_IS_BYE_DUE, false);
    send_bare_ack(s, now);
    struct cf_session_outline outline = {.method = CF_SIP_METHOD_BYE, .fields = s->bye_fields};
    enum cf_err err = cf_session_send(s, &s->leg, &s->bye, &outline, now);
    (void)err; /* without a way to the peer it is over all the same; its session timer or its next request (481) tells it */
}

bool cf_session_is_done(const struct cf_session *s) {
    bool is_busy = cf_session_is(s, CF_SESSION_IS_BYE_DUE | CF_SESSION_IS_IN_ANSWERED) || cf_outgoing_is_out(&s->bye) ||
                   cf_outgoing_is_out(&s->invite) || cf_tx_id_is_set(s->acked);
    for (size_t i = 0; !is_busy && s->setup != NULL && i < s->setup->fork_count; i++) {
        is_busy = cf_outgoing_is_out(&s->setup->forks[i]->request);
    }
    return s->state == CF_SESSION_STATE_ENDED && !is_busy;
}

void cf_session_end(struct cf_session *session, uint16_t status, struct cf_str fields, cf_usec now) {
    struct cf_session *s = session;
    if (s->state == CF_SESSION_STATE_ENDED || s->state == CF_SESSION_STATE_GONE) {
        return;
    }
    if (s->state == CF_SESSION_STATE_CALLED) {
        const struct cf_sip_message *request = cf_endpoint_request_of(s->usage.endpoint, s->invite_in);
        uint16_t refusal = status >= 300 ? status : 480;
        if (request != NULL) {
            cf_session_refuse(s, s->invite_in, request, refusal, fields, now);
        }
        s->invite_in = (struct cf_tx_id){{0, 0}};
        cf_session_finish(s, CF_SESSION_CAUSE_LOCAL, refusal, NULL, now);
    } else {
        if (fields.at != NULL && !cf_mem_dup_str(s->usage.mem, fields, &s->bye_fields)) {
            s->bye_fields = CF_STR_NONE; /* why is less important than that */
        }
        cf_session_finish(s, CF_SESSION_CAUSE_LOCAL, 0, NULL, now);
    }
    cf_session_settle(s, now);
}
