/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One call of a member: from the session's events to the conference's and back. */
#include "core/focus/leg.h"

#include "core/focus/chat.h"
#include "core/focus/dial.h"
#include "core/focus/focus_impl.h"
#include "core/focus/identity.h"
#include "core/focus/keys.h"
#include "core/focus/leg_media.h"
#include "core/focus/refer.h"
#include "core/focus/referral.h"
#include "core/focus/room.h"
#include "core/focus/voice.h"
#include "core/sip/builder.h"

static bool copy_caller(struct cf_leg *leg, const struct cf_mem *mem, const struct cf_caller *caller) {
    leg->is_verified = caller->is_verified;
    leg->pass = caller->pass;
    return cf_mem_dup_str(mem, caller->aor, &leg->aor) && cf_mem_dup_str(mem, caller->name, &leg->name);
}

struct cf_leg *cf_leg_create(struct cf_room *room, const struct cf_caller *caller) {
    struct cf_focus *focus = room->focus;
    const struct cf_mem *mem = focus->config.mem;
    struct cf_conference *conf = cf_room_conference(room);
    struct cf_leg *leg = cf_mem_alloc(mem, sizeof *leg);
    if (leg == NULL) {
        return NULL;
    }
    *leg = (struct cf_leg){.room = room,
                           .timer = {.kind = CF_FOCUS_TIMER_LEG},
                           .path_until = CF_USEC_NEVER,
                           .sees_video = conf == NULL || conf->has_video,
                           .look_at = CF_USEC_NEVER};
    cf_list_init(&leg->referrals);
    cf_leg_choose_language(leg, CF_STR_NONE);
    leg->handle = cf_handle_add(&focus->legs, leg);
    if (!cf_handle_is_set(leg->handle) || !copy_caller(leg, mem, caller)) {
        cf_handle_remove(&focus->legs, leg->handle);
        cf_mem_free_str(mem, &leg->aor);
        cf_mem_free_str(mem, &leg->name);
        cf_mem_free(mem, leg, sizeof *leg);
        return NULL;
    }
    cf_list_append(&room->legs, &leg->in_room);
    leg->worker = cf_room_place(room);
    return leg;
}

void cf_leg_destroy(struct cf_leg *leg, cf_usec now) {
    struct cf_focus *focus = leg->room->focus;
    const struct cf_mem *mem = focus->config.mem;
    cf_leg_stop_media(leg, now);
    cf_referral_detach_all(leg);
    cf_session_fini(&leg->session);
    cf_heap_cancel(&focus->timers, &leg->timer.timer);
    cf_room_unplace(leg->room, leg->worker);
    cf_list_remove(&leg->in_room);
    cf_list_remove(&leg->in_dial);
    cf_handle_remove(&focus->legs, leg->handle);
    cf_leg_forget_candidates(leg);
    cf_mem_free(mem, leg->lines, leg->lines_max * sizeof(*leg->lines));
    cf_mem_free_str(mem, &leg->aor);
    cf_mem_free_str(mem, &leg->name);
    cf_mem_free(mem, leg, sizeof *leg);
}

struct cf_conference_call cf_leg_call(const struct cf_leg *leg, struct cf_str entity) {
    const struct cf_dialog *dialog = cf_session_dialog(&leg->session);
    bool is_ours = dialog->is_caller;
    return (struct cf_conference_call){.aor = leg->aor,
                                       .name = leg->name,
                                       .is_verified = leg->is_verified,
                                       .pass = leg->pass,
                                       .entity = entity,
                                       .ids = {.call_id = dialog->call_id,
                                               .from_tag = is_ours ? dialog->local_tag : dialog->remote_tag,
                                               .to_tag = is_ours ? dialog->remote_tag : dialog->local_tag},
                                       .leg = leg->handle};
}

/* Answers a request of the peer that carries or wants a description: 200 with ours, or what stands in the way. */
static void respond_with_media(struct cf_leg *leg, struct cf_tx_id tx, cf_usec now) {
    struct cf_local_line lines[CF_MEDIA_LINES_MAX] CF_SCRATCH;
    struct cf_local_session media;
    enum cf_err err = cf_leg_describe(leg, cf_session_negotiation(&leg->session, 0), lines, &media);
    char route[CF_FOCUS_ROUTE_MAX];
    struct cf_focus *focus = leg->room->focus;
    struct cf_session_reply reply = {.status = 200, .media = &media};
    /* Needed in the answer that makes the dialog, harmless in later ones. */
    const struct cf_dialog *dialog = cf_session_dialog(&leg->session);
    reply.fields = cf_focus_record_route(focus, dialog->flow, dialog->is_sips, route, sizeof route);
    if (err != CF_OK) {
        reply = (struct cf_session_reply){.status = 503, .fields = CF_STR("Retry-After: 10\r\n")};
    }
    err = cf_session_respond(&leg->session, tx, &reply, now);
    if (err != CF_OK && err != CF_ERR_NOT_FOUND && err != CF_ERR_UNSUPPORTED) {
        reply = (struct cf_session_reply){.status = 500};
        err = cf_session_respond(&leg->session, tx, &reply, now);
    }
    (void)err;
}

static void describe_with_media(struct cf_leg *leg, unsigned fork, cf_usec now) {
    struct cf_local_line lines[CF_MEDIA_LINES_MAX] CF_SCRATCH;
    struct cf_local_session media;
    enum cf_err err = cf_leg_describe(leg, cf_session_negotiation(&leg->session, fork), lines, &media);
    if (err == CF_OK) {
        err = cf_session_describe(&leg->session, fork, &media, now);
    }
    /* STATE: the peer was faster, and we are asked again. */
    if (err != CF_OK && err != CF_ERR_UNSUPPORTED && err != CF_ERR_STATE) {
        cf_session_describe_nothing(&leg->session, now);
    }
}

static void respond_status(struct cf_leg *leg, struct cf_tx_id tx, uint16_t status, struct cf_str fields, cf_usec now) {
    struct cf_session_reply reply = {.status = status, .fields = fields};
    enum cf_err err = cf_session_respond(&leg->session, tx, &reply, now);
    (void)err;
}

/* Subject of a re-INVITE (interop: canned texts of Linphone are sorted out by the conference). */
static void on_subject(struct cf_leg *leg, const struct cf_sip_message *message, cf_usec now) {
    struct cf_conference *conf = cf_room_conference(leg->room);
    struct cf_str subject = message == NULL ? CF_STR_NONE : cf_sip_value(message, CF_SIP_HEADER_SUBJECT);
    if (conf == NULL || subject.len == 0) {
        return;
    }
    struct cf_conference_actor actor = {.aor = leg->aor};
    struct cf_denial ignored = cf_conference_on_subject(conf, now, &actor, subject);
    if (cf_denial_is_none(ignored)) {
        cf_room_refresh(leg->room);
    }
}

/* To a referral that shares the dialog; anything else wants a dialog of its own. */
static void on_subscribe(struct cf_leg *leg, const struct cf_session_event *event, cf_usec now) {
    struct cf_endpoint_event request = {
        .kind = CF_ENDPOINT_REQUEST, .tx = event->tx, .flow = cf_session_dialog(&leg->session)->flow, .message = event->message};
    if (!cf_referral_take_subscribe(leg, &request, now)) {
        respond_status(leg, event->tx, 481, CF_STR_NONE, now);
    }
}

/*
 * RFC 6086 section 4.2.2: packages that were not asked for are refused, and the answer says which are (there is at most one);
 * older uses of INFO name none.
 */
static void on_info(struct cf_leg *leg, const struct cf_session_event *event, cf_usec now) {
    char text[64];
    struct cf_writer w;
    struct cf_str package = cf_sip_value(event->message, CF_SIP_HEADER_INFO_PACKAGE);
    struct cf_str taken = leg->room->profile.recv_info;
    if (package.at != NULL && (taken.len == 0 || !cf_str_eq_nocase(package, taken))) {
        cf_writer_init(&w, text, sizeof text);
        cf_sip_put_field(&w, CF_SIP_HEADER_RECV_INFO, taken);
        respond_status(leg, event->tx, 469, cf_writer_str(&w), now);
        return;
    }
    respond_status(leg, event->tx, (uint16_t)cf_leg_on_info(leg, event->message, now), CF_STR_NONE, now);
}

static void on_request(struct cf_leg *leg, const struct cf_session_event *event, cf_usec now) {
    switch (event->message->method) {
    case CF_SIP_METHOD_REFER:
        cf_leg_on_refer(leg, event->tx, event->message, now);
        break;
    case CF_SIP_METHOD_SUBSCRIBE:
        on_subscribe(leg, event, now);
        break;
    case CF_SIP_METHOD_INFO:
        on_info(leg, event, now);
        break;
    case CF_SIP_METHOD_MESSAGE:
        respond_status(leg, event->tx, (uint16_t)cf_room_on_message(leg->room, leg->aor, event->message, now), CF_STR_NONE, now);
        break;
    case CF_SIP_METHOD_OPTIONS:
        respond_status(leg, event->tx, 200, CF_STR_NONE, now);
        break;
    case CF_SIP_METHOD_OTHER:
    case CF_SIP_METHOD_INVITE:
    case CF_SIP_METHOD_ACK:
    case CF_SIP_METHOD_BYE:
    case CF_SIP_METHOD_CANCEL:
    case CF_SIP_METHOD_REGISTER:
    case CF_SIP_METHOD_PRACK:
    case CF_SIP_METHOD_UPDATE:
    case CF_SIP_METHOD_PUBLISH:
    case CF_SIP_METHOD_NOTIFY:
    case CF_SIP_METHOD_COUNT_:
        respond_status(leg, event->tx, 405,
                       CF_STR("Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, INFO, PRACK, UPDATE, MESSAGE\r\n"), now);
        break;
    }
}

static void tell_connected(struct cf_leg *leg, cf_usec now) {
    struct cf_conference *conf = cf_room_conference(leg->room);
    if (conf != NULL && cf_handle_is_set(leg->device)) {
        cf_conference_on_connected(conf, now, leg->device);
    }
}

static void on_ended(struct cf_leg *leg, const struct cf_session_event *event, cf_usec now) {
    cf_leg_stop_media(leg, now);
    if (leg->dial != NULL) {
        cf_dial_on_failed(leg, event->status, event->cause == CF_SESSION_CAUSE_REJECTED, now);
        return;
    }
    struct cf_conference *conf = cf_room_conference(leg->room);
    if (leg->has_left || conf == NULL || !cf_handle_is_set(leg->device)) {
        return;
    }
    leg->has_left = true;
    bool is_broken = event->cause != CF_SESSION_CAUSE_BYE && event->cause != CF_SESSION_CAUSE_LOCAL &&
                     event->cause != CF_SESSION_CAUSE_CANCELLED;
    cf_conference_on_left(conf, now, leg->device, is_broken);
}

static void on_event(struct cf_leg *leg, const struct cf_session_event *event, cf_usec now) {
    switch (event->kind) {
    case CF_SESSION_PROVISIONAL:
        leg->was_heard = true;
        if (event->status >= 180 && leg->dial != NULL) {
            cf_dial_on_ringing(leg, now);
        }
        break;
    case CF_SESSION_INVITED:
        respond_with_media(leg, event->tx, now);
        break;
    case CF_SESSION_ANSWERED:
        cf_dial_on_answered(leg, event->message, now);
        break;
    case CF_SESSION_ACKNOWLEDGED:
        tell_connected(leg, now);
        break;
    case CF_SESSION_OFFER:
    case CF_SESSION_OFFER_WANTED:
        on_subject(leg, event->message, now);
        if (cf_tx_id_is_set(event->tx)) {
            respond_with_media(leg, event->tx, now);
        } else {
            describe_with_media(leg, event->fork, now);
        }
        break;
    case CF_SESSION_MEDIA:
        if (!event->is_preview && leg->dial == NULL && leg->errand_until == 0) {
            cf_leg_on_agreed(leg, now);
        }
        break;
    case CF_SESSION_REFRESHED:
        on_subject(leg, event->message, now);
        break;
    case CF_SESSION_REQUEST:
        on_request(leg, event, now);
        break;
    case CF_SESSION_ENDED:
        on_ended(leg, event, now);
        break;
    case CF_SESSION_OFFER_FAILED:
    case CF_SESSION_RESPONSE:
    case CF_SESSION_GONE:
        break;
    }
}

void cf_leg_set_timer(struct cf_leg *leg) {
    cf_usec deadline = cf_usec_min(cf_session_deadline(&leg->session), cf_usec_min(leg->look_at, leg->path_until));
    deadline = cf_usec_min(deadline, cf_leg_voice_deadline(leg));
    cf_focus_set_timer(leg->room->focus, &leg->timer,
                       leg->errand_until == 0 ? deadline : cf_usec_min(deadline, leg->errand_until));
}

void cf_leg_settle(struct cf_leg *leg, cf_usec now) {
    struct cf_session_event event;
    struct cf_room *room = leg->room;
    bool is_gone = false;
    while (!is_gone && cf_session_poll(&leg->session, &event)) {
        on_event(leg, &event, now);
        is_gone = event.kind == CF_SESSION_GONE;
    }
    if (is_gone) {
        cf_leg_destroy(leg, now);
        cf_room_settle(room);
        return;
    }
    cf_leg_set_timer(leg);
}
