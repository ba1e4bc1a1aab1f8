/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The caller's first INVITE: early dialogs, the 2xx that wins and those that lose, failure. */
#include "core/dialog/session_impl.h"

#include "core/sip/builder.h"

/* liblinphone 5.1 finds no part behind a boundary that does not begin with hyphens, as those of its own do. */
#define BOUNDARY_HYPHENS "----------"
#define BOUNDARY_LEN (sizeof BOUNDARY_HYPHENS - 1 + 24)

/* An INVITE that gets 422 or a challenge is sent again at most so often. */
#define CALLER_RETRIES_MAX 3

struct cf_session_leg *cf_session_find_fork(struct cf_session *s, const struct cf_sip_message *message) {
    if (s->setup == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < s->setup->fork_count; i++) {
        if (cf_dialog_matches(&s->setup->forks[i]->dialog, message)) {
            return s->setup->forks[i];
        }
    }
    return NULL;
}

/* The offer of the INVITE, or nothing if it had none, is where every fork begins. */
static enum cf_err init_leg(struct cf_session *s, const struct cf_sip_message *response, struct cf_session_leg *ret) {
    enum cf_err err = cf_dialog_init_fork(&ret->dialog, &s->leg.dialog, response);
    if (err != CF_OK) {
        return err;
    }
    if (s->state != CF_SESSION_STATE_CALLING || s->leg.negotiation.state == CF_NEGOTIATION_STABLE) {
        cf_negotiation_init(&ret->negotiation, s->usage.mem);
        return CF_OK;
    }
    err = cf_negotiation_fork(&s->leg.negotiation, &ret->negotiation);
    if (err != CF_OK) {
        cf_dialog_fini(&ret->dialog);
    }
    return err;
}

/* The early dialog of a response, made if it is new. */
static enum cf_err fork_of(struct cf_session *s, const struct cf_endpoint_event *event, struct cf_session_leg **ret) {
    struct cf_session_leg *fork = cf_session_find_fork(s, event->message);
    if (fork == NULL) {
        if (s->setup == NULL || s->setup->fork_count == CF_SESSION_FORKS_MAX) {
            return CF_ERR_LIMIT;
        }
        fork = cf_mem_alloc(s->usage.mem, sizeof *fork);
        if (fork == NULL) {
            return CF_ERR_NO_MEMORY;
        }
        enum cf_err err = init_leg(s, event->message, fork);
        if (err != CF_OK) {
            cf_mem_free(s->usage.mem, fork, sizeof *fork);
            return err;
        }
        s->setup->forks[s->setup->fork_count++] = fork;
    }
    cf_session_note_flow(s, fork, event->flow);
    *ret = fork;
    return CF_OK;
}

void cf_session_caller_on_provisional(struct cf_session *s, const struct cf_endpoint_event *event, cf_usec now) {
    struct cf_session_leg *fork;
    if (event->message->status == 100 || s->state != CF_SESSION_STATE_CALLING) {
        return;
    }
    cf_session_note_abilities(s, event->message);
    if (fork_of(s, event, &fork) == CF_OK) {
        cf_session_take_provisional(s, fork, event, true, now);
        return;
    }
    /* Without a tag there is no dialog; beyond the limit we don't want one. That it rings is worth knowing all the same. */
    struct cf_session_event ringing = {
        .kind = CF_SESSION_PROVISIONAL, .status = event->message->status, .message = event->message};
    cf_session_push(s, &ringing);
}

/* The winner's dialog becomes that of the session; the others are kept for ACK and BYE, should they be answered too. */
static void adopt(struct cf_session *s, struct cf_session_leg *winner) {
    struct cf_session_setup *setup = s->setup;
    uint32_t cseq = s->leg.dialog.local_cseq;
    cf_dialog_fini(&s->leg.dialog);
    cf_negotiation_fini(&s->leg.negotiation);
    s->leg = *winner;
    if (s->leg.dialog.local_cseq < cseq) {
        s->leg.dialog.local_cseq = cseq;
    }
    size_t kept = 0;
    for (size_t i = 0; i < setup->fork_count; i++) {
        struct cf_session_leg *fork = setup->forks[i];
        if (fork != winner) {
            fork->is_lost = true;
            fork->is_prack_due = false;
            cf_negotiation_fini(&fork->negotiation);
            cf_outgoing_fini(&fork->request, &s->usage);
            setup->forks[kept++] = fork;
        }
    }
    setup->fork_count = (uint8_t)kept;
    cf_mem_free(s->usage.mem, winner, sizeof *winner);
}

/* The description in the 2xx, and what follows from it. */
static void take_answer(struct cf_session *s, const struct cf_sip_message *message, cf_usec now) {
    struct cf_refusal refusal;
    enum cf_session_description description = CF_SESSION_DESCRIPTION_NONE;
    bool is_updating = cf_outgoing_is_out(&s->update) && cf_session_is(s, CF_SESSION_UPDATE_HAS_OFFER);
    if (!is_updating) {
        /* Else the offer that waits is that of an UPDATE in the early dialog, and the INVITE's was answered before. */
        description = cf_session_take_description(s, &s->leg, message, CF_SDP_IN_2XX, &refusal);
    }
    if (description == CF_SESSION_DESCRIPTION_OFFER) {
        s->ack_cseq = message->cseq.number;
        cf_session_set(s, CF_SESSION_IS_ACK_DUE, true);
        struct cf_session_event offer = {.kind = CF_SESSION_OFFER, .message = message};
        cf_session_push(s, &offer);
        return;
    }
    enum cf_err err = cf_session_send_ack(s, &s->leg, message->cseq.number, CF_STR_NONE, true, now);
    bool is_unanswered =
        !cf_negotiation_is_agreed(&s->leg.negotiation) || (!is_updating && s->leg.negotiation.state == CF_NEGOTIATION_SENT);
    if (description == CF_SESSION_DESCRIPTION_FAILED || err == CF_ERR_NO_MEMORY) {
        cf_session_finish(s, CF_SESSION_CAUSE_NO_MEMORY, 0, message, now);
    } else if (description == CF_SESSION_DESCRIPTION_BAD || is_unanswered) {
        cf_session_finish(s, CF_SESSION_CAUSE_MEDIA, 0, message, now);
    }
}

/* Early dialogs may fill the table, but the one that is answered first always gets a place: that of the last one. */
static void make_room(struct cf_session *s, const struct cf_sip_message *message) {
    struct cf_session_setup *setup = s->setup;
    if (setup != NULL && setup->fork_count == CF_SESSION_FORKS_MAX && cf_session_find_fork(s, message) == NULL) {
        cf_session_free_leg(s, setup->forks[--setup->fork_count]);
    }
}

void cf_session_caller_on_2xx(struct cf_session *s, const struct cf_endpoint_event *event, cf_usec now) {
    struct cf_session_leg *fork;
    s->acked = event->tx;
    if (s->state != CF_SESSION_STATE_CALLING) {
        cf_session_caller_on_late_2xx(s, event, now);
        return;
    }
    make_room(s, event->message);
    enum cf_err err = fork_of(s, event, &fork);
    if (err != CF_OK) {
        /* The copies of this 2xx are acknowledged and the dialog is hung up as that of a late one. */
        cf_session_finish(s, err == CF_ERR_NO_MEMORY ? CF_SESSION_CAUSE_NO_MEMORY : CF_SESSION_CAUSE_NO_DIALOG, 0, event->message,
                          now);
        cf_session_caller_on_late_2xx(s, event, now);
        return;
    }
    adopt(s, fork);
    err = cf_dialog_confirm(&s->leg.dialog, event->message);
    s->leg.dialog.is_confirmed = true; /* with the early route set if the new one could not be kept */
    s->state = CF_SESSION_STATE_CONFIRMED;
    cf_session_note_abilities(s, event->message);
    cf_session_timer_on_2xx(&s->timer, s->usage.profile, event->message, now);
    struct cf_session_event answered = {.kind = CF_SESSION_ANSWERED, .status = event->message->status, .message = event->message};
    cf_session_push(s, &answered);
    take_answer(s, event->message, now);
    if (err == CF_ERR_NO_MEMORY) {
        cf_session_finish(s, CF_SESSION_CAUSE_NO_MEMORY, 0, event->message, now);
    }
}

/* ACK, and BYE unless it has gone already. */
static void hang_up(struct cf_session *s, struct cf_session_leg *leg, uint32_t cseq, cf_usec now) {
    enum cf_err err = cf_session_send_ack(s, leg, cseq, CF_STR_NONE, false, now);
    if (err == CF_OK && !leg->is_hung_up) {
        struct cf_session_outline outline = {.method = CF_SIP_METHOD_BYE, .fields = s->bye_fields};
        leg->is_hung_up = cf_session_send(s, leg, &leg->request, &outline, now) == CF_OK;
    }
}

/* A fork beyond the limit, or without memory for it: both messages at once, and nothing remembered. */
static void hang_up_unknown(struct cf_session *s, const struct cf_endpoint_event *event, cf_usec now) {
    struct cf_session_leg stranger = {.is_lost = true};
    if (cf_dialog_init_fork(&stranger.dialog, &s->leg.dialog, event->message) == CF_OK) {
        stranger.dialog.local_cseq = event->message->cseq.number;
        cf_session_note_flow(s, &stranger, event->flow);
        hang_up(s, &stranger, event->message->cseq.number, now);
        cf_outgoing_fini(&stranger.request, &s->usage);
        cf_dialog_fini(&stranger.dialog);
    }
}

void cf_session_caller_on_late_2xx(struct cf_session *s, const struct cf_endpoint_event *event, cf_usec now) {
    const struct cf_sip_message *message = event->message;
    bool is_ours = s->leg.dialog.remote_tag.at != NULL && cf_dialog_matches(&s->leg.dialog, message);
    if (is_ours && s->ack.at != NULL && s->ack_cseq == message->cseq.number) {
        struct cf_route route = cf_dialog_route(&s->leg.dialog);
        enum cf_err err = cf_endpoint_send_ack(s->usage.endpoint, &route, s->ack, now);
        (void)err; /* the 2xx comes again */
        return;
    }
    if (is_ours) {
        /* Our answer is still to come, or the ACK was for an older INVITE. */
        if (!cf_session_is(s, CF_SESSION_IS_ACK_DUE) || s->state == CF_SESSION_STATE_ENDED) {
            enum cf_err err = cf_session_send_ack(s, &s->leg, message->cseq.number, CF_STR_NONE, false, now);
            (void)err;
        }
        return;
    }
    struct cf_session_leg *fork;
    if (fork_of(s, event, &fork) != CF_OK) {
        hang_up_unknown(s, event, now);
        return;
    }
    if (!fork->is_lost) {
        fork->is_lost = true;
        cf_outgoing_fini(&fork->request, &s->usage);
    }
    hang_up(s, fork, message->cseq.number, now);
}

static enum cf_err send_invite(struct cf_session *s, cf_usec now) {
    struct cf_session_outline outline = {
        .method = CF_SIP_METHOD_INVITE,
        .profile = CF_UA_PROFILE_CONTACT | CF_UA_PROFILE_ABILITIES | CF_UA_PROFILE_ACCEPT | CF_UA_PROFILE_SESSION,
        .has_timer = true,
        .is_first = true,
        .fields = s->setup->fields,
        .content_type = s->setup->content_type,
        .body = s->setup->body,
    };
    return cf_session_send(s, &s->leg, &s->invite, &outline, now);
}

void cf_session_caller_on_failure(struct cf_session *s, uint16_t status, const struct cf_endpoint_event *event, cf_usec now) {
    const struct cf_sip_message *message = event->message;
    bool is_calling = s->state == CF_SESSION_STATE_CALLING;
    if (is_calling && status == 422 && message != NULL && s->retries < CALLER_RETRIES_MAX &&
        cf_session_timer_on_422(&s->timer, s->usage.profile, message)) {
        cf_session_drop_forks(s);
        if (send_invite(s, now) == CF_OK) {
            s->retries++;
            return;
        }
    }
    if (is_calling) {
        enum cf_session_cause cause = message != NULL                ? CF_SESSION_CAUSE_REJECTED
                                      : event->err == CF_ERR_TIMEOUT ? CF_SESSION_CAUSE_TIMEOUT
                                                                     : CF_SESSION_CAUSE_UNREACHABLE;
        cf_session_finish(s, cause, status, message, now);
    }
    cf_session_drop_setup(s);
}

/* multipart/mixed of the description and the further parts (RFC 5621 section 3). */
static enum cf_err write_multipart(struct cf_session *s, const struct cf_session_call *call, struct cf_str description,
                                   struct cf_writer *w, struct cf_writer *type) {
    char boundary[BOUNDARY_LEN];
    memcpy(boundary, BOUNDARY_HYPHENS, sizeof BOUNDARY_HYPHENS - 1);
    cf_entropy_word(s->usage.entropy, boundary + sizeof BOUNDARY_HYPHENS - 1, sizeof boundary - sizeof BOUNDARY_HYPHENS + 1);
    struct cf_str text = cf_str_n(boundary, sizeof boundary);
    cf_put_lit(type, "multipart/mixed;boundary=");
    cf_put(type, text);
    if (description.at != NULL) {
        struct cf_mime_part_out part = {.content_type = CF_STR("application/sdp"), .body = description};
        cf_mime_put_part(w, text, &part);
    }
    for (size_t i = 0; i < call->part_count; i++) {
        cf_mime_put_part(w, text, &call->parts[i]);
    }
    cf_mime_put_end(w, text);
    return cf_writer_ok(w) && cf_writer_ok(type) ? CF_OK : CF_ERR_NO_ROOM;
}

/* The body of the INVITE into the setup. */
static enum cf_err compose_body(struct cf_session *s, const struct cf_session_call *call, struct cf_str description) {
    const struct cf_mem *mem = s->usage.mem;
    struct cf_str type = CF_STR("application/sdp");
    if (call->part_count == 0) {
        bool is_copied = description.at == NULL || (cf_mem_dup_str(mem, type, &s->setup->content_type) &&
                                                    cf_mem_dup_str(mem, description, &s->setup->body));
        return is_copied ? CF_OK : CF_ERR_NO_MEMORY;
    }
    size_t size = description.len + 256;
    for (size_t i = 0; i < call->part_count; i++) {
        const struct cf_mime_part_out *part = &call->parts[i];
        size += part->content_type.len + part->disposition.len + part->content_id.len + part->encoding.len + part->body.len + 192;
    }
    struct cf_draft draft;
    char type_text[64];
    struct cf_writer type_writer;
    cf_writer_init(&type_writer, type_text, sizeof type_text);
    enum cf_err err = cf_draft_begin(&draft, mem, size);
    if (err != CF_OK) {
        return err;
    }
    err = write_multipart(s, call, description, &draft.w, &type_writer);
    if (err == CF_OK && !(cf_mem_dup_str(mem, cf_writer_str(&type_writer), &s->setup->content_type) &&
                          cf_mem_dup_str(mem, cf_writer_str(&draft.w), &s->setup->body))) {
        err = CF_ERR_NO_MEMORY;
    }
    cf_draft_end(&draft);
    return err;
}

static enum cf_err begin_call(struct cf_session *s, const struct cf_session_call *call, cf_usec now) {
    struct cf_dialog_start start = {
        .call_id = call->call_id,
        .local = call->local,
        .remote = call->remote,
        .target = call->target,
        .routes = call->routes,
    };
    enum cf_err err = cf_dialog_init(&s->leg.dialog, s->usage.mem, s->usage.entropy, &start);
    if (err == CF_OK && s->usage.dialogs != NULL) {
        err = cf_dialog_table_add(s->usage.dialogs, &s->entry, &s->leg.dialog, s->usage.owner);
    }
    if (err != CF_OK) {
        return err;
    }
    if (cf_flow_id_is_set(call->flow)) {
        cf_session_note_flow(s, &s->leg, call->flow);
    }
    s->setup = cf_mem_alloc(s->usage.mem, sizeof *s->setup);
    if (s->setup == NULL || !cf_mem_dup_str(s->usage.mem, call->fields, &s->setup->fields)) {
        return CF_ERR_NO_MEMORY;
    }
    struct cf_str description = CF_STR_NONE;
    if (call->media != NULL) {
        err = cf_negotiation_offer(&s->leg.negotiation, call->media, &description);
    }
    if (err == CF_OK) {
        err = compose_body(s, call, description);
    }
    return err == CF_OK ? send_invite(s, now) : err;
}

enum cf_err cf_session_init_caller(struct cf_session *session, const struct cf_usage *usage, const struct cf_session_call *call,
                                   cf_usec now) {
    if (call->part_count > CF_SESSION_PARTS_MAX) {
        return CF_ERR_LIMIT;
    }
    *session = (struct cf_session){.usage = *usage, .state = CF_SESSION_STATE_CALLING, .flags = CF_SESSION_IS_CALLER};
    cf_negotiation_init(&session->leg.negotiation, usage->mem);
    enum cf_err err = begin_call(session, call, now);
    if (err != CF_OK) {
        cf_session_fini(session);
    }
    return err;
}
