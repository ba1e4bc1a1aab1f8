/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A session as a whole: life, routing of the endpoint's events, time. */
#include "core/dialog/session_impl.h"

#include "core/sip/builder.h"

void cf_session_push(struct cf_session *s, const struct cf_session_event *event) {
    /* Every entry pushes fewer; more are there only if the caller has not polled. */
    cf_assert(s->event_count < CF_SESSION_EVENTS_MAX);
    s->events[s->event_count++] = *event;
}

bool cf_session_poll(struct cf_session *session, struct cf_session_event *ret_event) {
    if (session->event_count == 0) {
        return false;
    }
    *ret_event = session->events[0];
    session->event_count--;
    memmove(&session->events[0], &session->events[1], session->event_count * sizeof session->events[0]);
    return true;
}

void cf_session_free_leg(struct cf_session *s, struct cf_session_leg *leg) {
    cf_outgoing_fini(&leg->request, &s->usage);
    cf_negotiation_fini(&leg->negotiation);
    cf_dialog_fini(&leg->dialog);
    cf_mem_free(s->usage.mem, leg, sizeof *leg);
}

void cf_session_drop_forks(struct cf_session *s) {
    for (size_t i = 0; i < s->setup->fork_count; i++) {
        cf_session_free_leg(s, s->setup->forks[i]);
    }
    s->setup->fork_count = 0;
}

void cf_session_drop_setup(struct cf_session *s) {
    if (s->setup == NULL) {
        return;
    }
    const struct cf_mem *mem = s->usage.mem;
    cf_session_drop_forks(s);
    cf_mem_free_str(mem, &s->setup->fields);
    cf_mem_free_str(mem, &s->setup->content_type);
    cf_mem_free_str(mem, &s->setup->body);
    cf_mem_free_str(mem, &s->setup->answer);
    cf_mem_free_str(mem, &s->setup->deferred);
    cf_provisional_fini(&s->setup->provisional, mem);
    cf_mem_free(mem, s->setup, sizeof *s->setup);
    s->setup = NULL;
}

void cf_session_fini(struct cf_session *session) {
    struct cf_session *s = session;
    if (s->usage.mem == NULL) {
        return;
    }
    cf_dialog_entry_remove(&s->entry);
    cf_session_drop_setup(s);
    cf_outgoing_fini(&s->invite, &s->usage);
    cf_outgoing_fini(&s->update, &s->usage);
    cf_outgoing_fini(&s->bye, &s->usage);
    cf_outgoing_fini(&s->leg.request, &s->usage);
    for (size_t i = 0; i < CF_SESSION_REQUESTS_MAX; i++) {
        cf_outgoing_fini(&s->requests[i], &s->usage);
    }
    cf_mem_free_str(s->usage.mem, &s->ack);
    cf_mem_free_str(s->usage.mem, &s->bye_fields);
    cf_negotiation_fini(&s->leg.negotiation);
    cf_dialog_fini(&s->leg.dialog);
    *s = (struct cf_session){.usage = {.mem = NULL}};
}

void cf_session_settle(struct cf_session *s, cf_usec now) {
    cf_session_try_bye(s, now);
    cf_session_try_modify(s, now);
    if (cf_session_is_done(s)) {
        s->state = CF_SESSION_STATE_GONE;
        struct cf_session_event gone = {.kind = CF_SESSION_GONE};
        cf_session_push(s, &gone);
    }
}

/* The INVITE client transaction is over: no 2xx will come again, and no further fork. */
static void on_terminated(struct cf_session *s, const struct cf_endpoint_event *event) {
    if (!cf_tx_id_eq(event->tx, s->acked)) {
        return;
    }
    s->acked = (struct cf_tx_id){{0, 0}};
    if (!cf_session_is(s, CF_SESSION_IS_ACK_DUE)) {
        cf_mem_free_str(s->usage.mem, &s->ack);
    }
    if (cf_session_is(s, CF_SESSION_IS_CALLER) && s->state != CF_SESSION_STATE_CALLING) {
        cf_session_drop_setup(s);
    }
}

static void on_invite_final(struct cf_session *s, uint16_t status, const struct cf_endpoint_event *event, cf_usec now) {
    if (cf_outgoing_on_final(&s->invite, &s->usage, &s->leg.dialog, event, now)) {
        return;
    }
    bool is_first = s->setup != NULL && cf_session_is(s, CF_SESSION_IS_CALLER) && s->leg.dialog.remote_tag.at == NULL;
    if (!is_first) {
        cf_session_on_reinvite_final(s, status, event, now);
    } else if (status < 300) {
        cf_session_caller_on_2xx(s, event, now);
    } else {
        cf_session_caller_on_failure(s, status, event, now);
    }
}

/* PRACK, or BYE of a fork that has lost. */
static bool on_leg_final(struct cf_session *s, struct cf_session_leg *leg, const struct cf_endpoint_event *event, cf_usec now) {
    if (!cf_outgoing_is_out(&leg->request) || !cf_tx_id_eq(leg->request.tx, event->tx)) {
        return false;
    }
    /* Whatever became of PRACK: the response stands or falls with the INVITE. */
    (void)cf_outgoing_on_final(&leg->request, &s->usage, &leg->dialog, event, now);
    return true;
}

static bool on_request_final(struct cf_session *s, uint16_t status, const struct cf_endpoint_event *event, cf_usec now) {
    for (size_t i = 0; i < CF_SESSION_REQUESTS_MAX; i++) {
        struct cf_outgoing *out = &s->requests[i];
        if (!cf_outgoing_is_out(out) || !cf_tx_id_eq(out->tx, event->tx)) {
            continue;
        }
        enum cf_sip_method method = out->method;
        if (!cf_outgoing_on_final(out, &s->usage, &s->leg.dialog, event, now)) {
            struct cf_session_event response = {
                .kind = CF_SESSION_RESPONSE, .status = status, .request = s->request_ids[i], .message = event->message};
            if (s->state != CF_SESSION_STATE_ENDED) {
                cf_session_push(s, &response);
            }
            if (cf_session_is_fatal(method, status)) {
                cf_session_finish(s, status == 408 ? CF_SESSION_CAUSE_TIMEOUT : CF_SESSION_CAUSE_NO_DIALOG, status,
                                  event->message, now);
            }
        }
        return true;
    }
    return false;
}

/* The end of a request of ours: by a response, or as if by one. */
static void on_final(struct cf_session *s, uint16_t status, const struct cf_endpoint_event *event, cf_usec now) {
    if (cf_outgoing_is_out(&s->invite) && cf_tx_id_eq(event->tx, s->invite.tx)) {
        on_invite_final(s, status, event, now);
        return;
    }
    if (cf_outgoing_is_out(&s->update) && cf_tx_id_eq(event->tx, s->update.tx)) {
        struct cf_session_leg *fork = event->message != NULL ? cf_session_find_fork(s, event->message) : NULL;
        if (!cf_outgoing_on_final(&s->update, &s->usage, fork != NULL ? &fork->dialog : &s->leg.dialog, event, now)) {
            cf_session_on_update_final(s, status, event, now);
        }
        return;
    }
    if (cf_outgoing_is_out(&s->bye) && cf_tx_id_eq(event->tx, s->bye.tx)) {
        (void)cf_outgoing_on_final(&s->bye, &s->usage, &s->leg.dialog, event, now);
        return;
    }
    if (on_request_final(s, status, event, now) || on_leg_final(s, &s->leg, event, now)) {
        return;
    }
    for (size_t i = 0; s->setup != NULL && i < s->setup->fork_count; i++) {
        if (on_leg_final(s, s->setup->forks[i], event, now)) {
            return;
        }
    }
    bool is_2xx = event->message != NULL && status < 300 && event->message->cseq.method == CF_SIP_METHOD_INVITE;
    if (is_2xx && cf_session_is(s, CF_SESSION_IS_CALLER | CF_SESSION_WAS_ACKED)) {
        cf_session_caller_on_late_2xx(s, event, now);
    }
}

/* The transaction of a request of the peer is gone without our answer: its connection is. */
static bool on_lost_request(struct cf_session *s, struct cf_tx_id tx, cf_usec now) {
    if (!cf_tx_id_is_set(s->invite_in) || !cf_tx_id_eq(tx, s->invite_in)) {
        return false;
    }
    if (s->state == CF_SESSION_STATE_CALLED) {
        cf_session_callee_on_lost(s, now);
    } else {
        cf_session_cancel_reinvite(s, now);
    }
    return true;
}

static void on_response(struct cf_session *s, const struct cf_endpoint_event *event, cf_usec now) {
    const struct cf_sip_message *message = event->message;
    if (message->status >= 200) {
        on_final(s, message->status, event, now);
        return;
    }
    if (!cf_outgoing_is_out(&s->invite) || !cf_tx_id_eq(event->tx, s->invite.tx)) {
        return;
    }
    if (s->state == CF_SESSION_STATE_CALLING) {
        cf_session_caller_on_provisional(s, event, now);
    } else if (s->state == CF_SESSION_STATE_CONFIRMED && message->status > 100 && cf_dialog_matches(&s->leg.dialog, message)) {
        cf_session_take_provisional(s, &s->leg, event, false, now);
    }
}

static void forget_flow(struct cf_session *s, struct cf_flow_id flow) {
    if (cf_flow_id_eq(s->leg.dialog.flow, flow)) {
        s->leg.dialog.flow = (struct cf_flow_id){{0, 0}};
    }
    for (size_t i = 0; s->setup != NULL && i < s->setup->fork_count; i++) {
        if (cf_flow_id_eq(s->setup->forks[i]->dialog.flow, flow)) {
            s->setup->forks[i]->dialog.flow = (struct cf_flow_id){{0, 0}};
        }
    }
}

static void on_cancelled(struct cf_session *s, const struct cf_endpoint_event *event, cf_usec now) {
    bool is_waiting = cf_tx_id_eq(event->tx, s->invite_in) && !cf_session_is(s, CF_SESSION_IS_IN_ANSWERED);
    if (!is_waiting) {
        return; /* the 2xx was faster; the caller hangs up (RFC 5407 section 3.1.2) */
    }
    if (s->state == CF_SESSION_STATE_CALLED) {
        cf_session_callee_on_cancelled(s, event->message, now);
    } else {
        cf_session_cancel_reinvite(s, now);
    }
}

void cf_session_on_event(struct cf_session *session, const struct cf_endpoint_event *event, cf_usec now) {
    struct cf_session *s = session;
    if (s->state == CF_SESSION_STATE_GONE) {
        return;
    }
    switch (event->kind) {
    case CF_ENDPOINT_REQUEST:
        cf_session_on_request(s, event, now);
        break;
    case CF_ENDPOINT_ACK:
        cf_session_callee_on_ack(s, event, now);
        break;
    case CF_ENDPOINT_CANCELLED:
        on_cancelled(s, event, now);
        break;
    case CF_ENDPOINT_RESPONSE:
        on_response(s, event, now);
        break;
    case CF_ENDPOINT_FAILED:
        if (!on_lost_request(s, event->tx, now)) {
            on_final(s, event->err == CF_ERR_TIMEOUT ? 408 : 503, event, now);
        }
        break;
    case CF_ENDPOINT_NOT_ACKED:
        cf_session_callee_on_not_acked(s, event, now);
        break;
    case CF_ENDPOINT_TERMINATED:
        on_terminated(s, event);
        break;
    case CF_ENDPOINT_FLOW_CLOSED:
        forget_flow(s, event->flow);
        break;
    case CF_ENDPOINT_SEND_DATAGRAM:
    case CF_ENDPOINT_SEND_STREAM:
    case CF_ENDPOINT_OPEN_STREAM:
    case CF_ENDPOINT_CLOSE_STREAM:
    case CF_ENDPOINT_RESOLVE:
    case CF_ENDPOINT_RECEIVED:
        break;
    }
    cf_session_settle(s, now);
}

cf_usec cf_session_deadline(const struct cf_session *session) {
    const struct cf_session *s = session;
    cf_usec deadline = CF_USEC_NEVER;
    if (s->state == CF_SESSION_STATE_CONFIRMED) {
        deadline = cf_session_timer_deadline(&s->timer);
    }
    if (cf_session_is(s, CF_SESSION_WANTS) && !cf_session_is(s, CF_SESSION_IS_ASKED) && s->retry_at > 0) {
        deadline = cf_usec_min(deadline, s->retry_at);
    }
    if (s->state == CF_SESSION_STATE_CALLED) {
        deadline = cf_usec_min(deadline, cf_provisional_deadline(&s->setup->provisional));
    }
    return deadline;
}

void cf_session_on_deadline(struct cf_session *session, cf_usec now) {
    struct cf_session *s = session;
    if (s->state == CF_SESSION_STATE_CALLED) {
        cf_session_callee_on_deadline(s, now);
    }
    if (s->state == CF_SESSION_STATE_CONFIRMED) {
        switch (cf_session_timer_on_deadline(&s->timer, now)) {
        case CF_SESSION_TIMER_REFRESH:
            cf_session_set(s, CF_SESSION_WANTS_HEADERS, true);
            break;
        case CF_SESSION_TIMER_EXPIRED:
            cf_session_finish(s, CF_SESSION_CAUSE_EXPIRED, 0, NULL, now);
            break;
        case CF_SESSION_TIMER_NOTHING:
            break;
        }
    }
    if (s->retry_at <= now) {
        s->retry_at = 0;
    }
    cf_session_settle(s, now);
}

enum cf_err cf_session_request(struct cf_session *session, const struct cf_session_request *request, cf_usec now,
                               uint32_t *ret_request) {
    struct cf_session *s = session;
    size_t i = 0;
    bool has_dialog =
        s->leg.dialog.remote_tag.at != NULL && (s->state == CF_SESSION_STATE_CALLED || s->state == CF_SESSION_STATE_CONFIRMED);
    if (!has_dialog) {
        return CF_ERR_STATE;
    }
    while (i < CF_SESSION_REQUESTS_MAX && cf_outgoing_is_out(&s->requests[i])) {
        i++;
    }
    if (i == CF_SESSION_REQUESTS_MAX) {
        return CF_ERR_LIMIT;
    }
    bool has_contact = request->method == CF_SIP_METHOD_REFER || request->method == CF_SIP_METHOD_NOTIFY ||
                       request->method == CF_SIP_METHOD_SUBSCRIBE;
    struct cf_session_outline outline = {
        .method = request->method,
        .profile = has_contact ? CF_UA_PROFILE_CONTACT : 0,
        .fields = request->fields,
        .content_type = request->content_type,
        .body = request->body,
    };
    enum cf_err err = cf_session_send(s, &s->leg, &s->requests[i], &outline, now);
    if (err == CF_OK) {
        s->request_ids[i] = ++s->request_next;
        *ret_request = s->request_next;
    }
    return err;
}

struct cf_dialog *cf_session_shared_dialog(struct cf_session *session) {
    return &session->leg.dialog;
}

struct cf_negotiation *cf_session_negotiation(struct cf_session *session, unsigned fork) {
    if (session->state == CF_SESSION_STATE_CALLING) {
        bool is_there = session->setup != NULL && fork < session->setup->fork_count;
        return is_there ? &session->setup->forks[fork]->negotiation : NULL;
    }
    return fork == 0 ? &session->leg.negotiation : NULL;
}

/* Does one of the session's dialogs, the early ones of a caller included, go by that name? */
static bool is_named(const struct cf_session *s, const struct cf_sip_dialog_ref *ref) {
    const struct cf_dialog *dialog = &s->leg.dialog;
    if (!cf_str_eq(ref->call_id, dialog->call_id) || !cf_str_eq(ref->to_tag, dialog->local_tag)) {
        return false;
    }
    bool is_it = dialog->remote_tag.at != NULL && cf_str_eq(ref->from_tag, dialog->remote_tag);
    for (size_t i = 0; s->state == CF_SESSION_STATE_CALLING && s->setup != NULL && i < s->setup->fork_count; i++) {
        is_it = is_it || cf_str_eq(ref->from_tag, s->setup->forks[i]->dialog.remote_tag);
    }
    return is_it;
}

unsigned cf_session_replaces_status(const struct cf_session *session, const struct cf_sip_dialog_ref *replaces) {
    if (!is_named(session, replaces)) {
        return 481;
    }
    switch (session->state) {
    case CF_SESSION_STATE_CONFIRMED:
        return replaces->is_early_only ? 486 : 0;
    case CF_SESSION_STATE_CALLED:
        /* RFC 3891 section 3: an early dialog may only be replaced by whom it was begun. */
        return 481;
    case CF_SESSION_STATE_ENDED:
    case CF_SESSION_STATE_GONE:
        return 603;
    case CF_SESSION_STATE_CALLING:
        break;
    }
    return 0;
}

size_t cf_session_memory(const struct cf_session *session) {
    const struct cf_session *s = session;
    return sizeof *s + cf_dialog_memory(&s->leg.dialog) + cf_negotiation_memory(&s->leg.negotiation) + s->ack.len +
           s->bye_fields.len + (s->setup != NULL ? sizeof *s->setup : 0);
}
