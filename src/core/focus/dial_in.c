/* SPDX-License-Identifier: GPL-3.0-or-later */
/* INVITE to a factory or a conference: creating, entering, scheduling (RFC 4579 sections 5.2 to 5.5, RFC 5366). */
#include "core/focus/answer.h"
#include "core/focus/chat.h"
#include "core/focus/dial.h"
#include "core/focus/errand.h"
#include "core/focus/focus_impl.h"
#include "core/focus/identity.h"
#include "core/focus/leg.h"
#include "core/focus/replace.h"
#include "core/focus/room.h"
#include "core/focus/voice.h"
#include "core/sip/builder.h"

#define CONTACT_FIELD_MAX (CF_CONFERENCE_URI_MAX + 96)

/* An INVITE being dealt with. */
struct invite {
    struct cf_focus *focus;
    const struct cf_endpoint_event *event;
    const struct cf_caller *caller;
    struct cf_invite_content content;
    cf_usec now;
};

static void refuse(const struct invite *in, unsigned status) {
    cf_focus_answer(in->focus, in->event, status, CF_STR_NONE, CF_STR_NONE, in->now);
}

static struct cf_denial denied(enum cf_denial_reason reason) {
    return (struct cf_denial){.reason = reason};
}

static cf_wall wall_of_ntp(uint64_t ntp_sec) {
    return ntp_sec == 0 ? 0 : ((cf_wall)ntp_sec - CF_NTP_UNIX_OFFSET_SEC) * 1000000;
}

void cf_leg_learn_way(struct cf_leg *leg, const struct cf_endpoint_event *event) {
    struct cf_flow_info flow;
    leg->local = cf_focus_local(leg->room->focus, (enum cf_family)event->remote.family);
    leg->peer = event->remote;
    leg->is_secure = cf_transport_is_secure(event->transport);
    if (cf_endpoint_flow_info(leg->room->focus->config.endpoint, event->flow, &flow)) {
        leg->local = leg->room->focus->config.locals[flow.local].addr;
        leg->peer = flow.remote;
        leg->is_secure = cf_transport_is_secure(flow.transport);
    }
}

/* Lets @p caller in, if the conference does: a leg whose session answers by itself. */
static void enter(const struct invite *in, struct cf_conference *conf) {
    char entity[CF_ROSTER_ENTITY_MAX];
    struct cf_room *room = cf_room_of(in->focus, conf);
    struct cf_leg *leg = room == NULL ? NULL : cf_leg_create(room, in->caller);
    if (leg == NULL) {
        cf_focus_deny(in->focus, in->event, denied(CF_DENIAL_NO_MEMORY), in->now);
        return;
    }
    struct cf_leg *replaced = NULL;
    unsigned status = cf_leg_find_replaced(room, in->event->message, in->caller->aor, &replaced);
    if (status != 0) {
        cf_leg_destroy(leg, in->now);
        refuse(in, status);
        return;
    }
    cf_leg_learn_way(leg, in->event);
    cf_leg_choose_language(leg, cf_sip_value(in->event->message, CF_SIP_HEADER_ACCEPT_LANGUAGE));
    leg->takes_cpim = cf_focus_reads_cpim(in->event->message);
    struct cf_str device = cf_device_entity(in->event->message, entity, sizeof entity);
    struct cf_usage usage = cf_room_usage(room, CF_FOCUS_OWNER_LEG, leg->handle);
    enum cf_err err = device.len == 0 ? CF_ERR_MALFORMED : cf_session_init_callee(&leg->session, &usage, in->event, in->now);
    if (err != CF_OK) {
        cf_leg_destroy(leg, in->now);
        refuse(in, err == CF_ERR_MALFORMED ? 400 : 503);
        return;
    }
    struct cf_conference_call call = cf_leg_call(leg, device);
    struct cf_admission admission = cf_conference_on_dial_in(conf, in->now, &call);
    if (!cf_denial_is_none(admission.denial)) {
        char reason[128];
        struct cf_writer w;
        struct cf_session_reply reply = {.status = (uint16_t)cf_denial_status(admission.denial.reason)};
        cf_writer_init(&w, reason, sizeof reason);
        cf_put_denial(&w, admission.denial);
        reply.reason = cf_writer_str(&w);
        err = cf_session_respond(&leg->session, in->event->tx, &reply, in->now);
        leg->has_left = true;
        cf_leg_settle(leg, in->now);
        return;
    }
    leg->device = admission.device;
    leg->is_waiting = admission.is_waiting;
    cf_menu_ask_pin(&leg->menu, admission.wants_pin);
    cf_leg_note_place(leg, in->now);
    cf_leg_settle(leg, in->now);
    /* The same device's former call is ended by the conference. */
    if (replaced != NULL && cf_roster_device(&conf->roster, replaced->device) != NULL) {
        cf_leg_give_way(replaced, in->now);
    }
}

/* People on the list of somebody who may have them called; a re-sent list (interop: the creator repeats it) changes nothing. */
static void add_list(const struct invite *in, struct cf_conference *conf) {
    struct cf_conference_actor actor = {.aor = in->caller->aor};
    if (in->content.has_list && in->content.list.count > 0) {
        struct cf_denial ignored = cf_conference_on_list(conf, in->now, &actor, &in->content.list);
        (void)ignored;
    }
}

/*
 * Interop 6.1, 12.5: non-zero t= to a conference URI reschedules it, without or with an empty list it is called off. Who joins
 * says 0 0.
 */
static void update(const struct invite *in, struct cf_conference *conf) {
    struct cf_conference_actor actor = {.aor = in->caller->aor};
    struct cf_denial denial;
    /* Before the conference is over, which a cancelled one is. */
    struct cf_room *room = cf_room_of(in->focus, conf);
    if (room == NULL) {
        cf_focus_deny(in->focus, in->event, denied(CF_DENIAL_NO_MEMORY), in->now);
        return;
    }
    if (in->content.list.count == 0) {
        denial = cf_conference_on_cancel(conf, in->now, &actor);
    } else {
        struct cf_str subject = cf_sip_value(in->event->message, CF_SIP_HEADER_SUBJECT);
        struct cf_conference_update wanted = {.subject = subject,
                                              .start = wall_of_ntp(in->content.start_ntp),
                                              .end = wall_of_ntp(in->content.stop_ntp),
                                              .invitees = &in->content.list};
        denial = cf_conference_on_update(conf, in->now, &actor, &wanted);
    }
    if (!cf_denial_is_none(denial)) {
        cf_focus_deny(in->focus, in->event, denial, in->now);
    } else if (!cf_errand_begin(room, in->event, in->caller, in->now)) {
        refuse(in, 500);
    }
}

static void on_conference(const struct invite *in) {
    struct cf_conference *conf = NULL;
    struct cf_denial denial = cf_focus_find_for(in->focus, in->caller, &in->event->message->request_uri, in->now, &conf);
    if (!cf_denial_is_none(denial)) {
        cf_focus_deny(in->focus, in->event, denial, in->now);
        return;
    }
    if (cf_invite_content_is_scheduled(&in->content) && conf->kind == CF_CONFERENCE_SCHEDULED) {
        update(in, conf);
        return;
    }
    add_list(in, conf);
    enter(in, conf);
}

/* Does the client take 302 to a factory INVITE for a matter of course? Linphone from 5.2 on says "conference/..." in its specs.
 */
static bool knows_redirect(const struct cf_sip_message *message) {
    struct cf_sip_name_addr contact;
    struct cf_str specs;
    if (cf_sip_name_addr_parse(cf_sip_value(message, CF_SIP_HEADER_CONTACT), &contact) != CF_OK) {
        return false;
    }
    if (!cf_sip_param_find(contact.params, CF_STR("+org.linphone.specs"), &specs)) {
        return false;
    }
    return cf_str_find_str(specs, CF_STR("conference/")) < specs.len;
}

static bool answers_redirect(const struct invite *in) {
    switch (in->focus->config.factory_answer) {
    case CF_FACTORY_ANSWER_AUTO:
        return cf_invite_content_is_scheduled(&in->content) || knows_redirect(in->event->message);
    case CF_FACTORY_ANSWER_REDIRECT:
        return true;
    case CF_FACTORY_ANSWER_ACCEPT:
        return cf_invite_content_is_scheduled(&in->content);
    }
    return true;
}

static void redirect(const struct invite *in, const struct cf_conference *conf) {
    char fields[CONTACT_FIELD_MAX];
    struct cf_writer w;
    cf_writer_init(&w, fields, sizeof fields);
    /* RFC 5630 section 5.4: who came by sips is not sent on by less. */
    bool is_sips = in->event->message->request_uri.scheme == CF_SIP_SCHEME_SIPS && cf_str_starts(conf->uri, CF_STR("sip:"));
    cf_put(&w, is_sips ? CF_STR("Contact: <sips:") : CF_STR("Contact: <"));
    cf_put(&w, is_sips ? cf_str_skip(conf->uri, strlen("sip:")) : conf->uri);
    cf_put_lit(&w, ">;isfocus\r\n");
    if (conf->end > 0) {
        cf_put_lit(&w, "Expire: ");
        cf_put_dec(&w, (uint64_t)(conf->end / 1000000));
        cf_put_lit(&w, "\r\n");
    }
    cf_focus_answer(in->focus, in->event, cf_writer_ok(&w) ? 302 : 500, CF_STR_NONE, cf_writer_str(&w), in->now);
}

static struct cf_denial create(const struct invite *in, struct cf_conference **ret) {
    char uri[CF_CONFERENCE_URI_MAX];
    char subject[CF_CONFERENCE_SUBJECT_MAX];
    struct cf_writer w;
    struct cf_writer text;
    cf_writer_init(&w, uri, sizeof uri);
    cf_put_lit(&w, "sip:");
    cf_put(&w, in->focus->config.user);
    cf_put_char(&w, '@');
    cf_focus_put_place(in->focus, &in->event->message->request_uri, &w);
    cf_writer_init(&text, subject, sizeof subject);
    cf_sip_put_clean_text(&text, cf_sip_value(in->event->message, CF_SIP_HEADER_SUBJECT));
    if (!cf_writer_ok(&w) || !cf_writer_ok(&text)) {
        return denied(CF_DENIAL_TOO_LONG);
    }
    bool is_scheduled = cf_invite_content_is_scheduled(&in->content);
    struct cf_conference_config config = {.kind = is_scheduled ? CF_CONFERENCE_SCHEDULED : CF_CONFERENCE_AD_HOC,
                                          .access = CF_CONFERENCE_ACCESS_OPEN,
                                          .uri = cf_writer_str(&w),
                                          .subject = cf_writer_str(&text),
                                          .organiser = in->caller->aor,
                                          .organiser_name = in->caller->name,
                                          .start = wall_of_ntp(in->content.start_ntp),
                                          .end = wall_of_ntp(in->content.stop_ntp),
                                          .has_video = in->content.has_video || !in->content.has_description,
                                          .invitees = in->content.list.count > 0 ? &in->content.list : NULL};
    return cf_directory_create(&in->focus->directory, in->now, &config, ret);
}

/* Linphone from 5.4 on asks for it; what is not there must not be made out to be. */
static bool wants_end_to_end(const struct cf_sip_uri *uri) {
    struct cf_str mode;
    return cf_sip_param_find(uri->params, CF_STR("conference-security-mode"), &mode) &&
           cf_str_eq_nocase(mode, CF_STR("end-to-end"));
}

static void on_factory(const struct invite *in) {
    struct cf_conference *conf = NULL;
    if (!in->caller->is_own) {
        refuse(in, 403);
        return;
    }
    if (wants_end_to_end(&in->event->message->request_uri)) {
        cf_focus_answer(in->focus, in->event, 488, CF_STR("No end-to-end encryption here"), CF_STR_NONE, in->now);
        return;
    }
    if (!in->content.has_description) {
        /* A chat room: not ours. */
        refuse(in, 488);
        return;
    }
    struct cf_denial denial = create(in, &conf);
    if (!cf_denial_is_none(denial)) {
        cf_focus_deny(in->focus, in->event, denial, in->now);
    } else if (answers_redirect(in)) {
        redirect(in, conf);
    } else {
        enter(in, conf);
    }
}

void cf_focus_on_invite(struct cf_focus *focus, const struct cf_endpoint_event *event, const struct cf_caller *caller,
                        cf_usec now) {
    struct invite in = {.focus = focus, .event = event, .caller = caller, .now = now};
    unsigned status = 0;
    if (focus->is_draining) {
        cf_focus_answer(focus, event, 503, CF_STR_NONE, CF_STR("Retry-After: 30\r\n"), now);
        return;
    }
    if (cf_invite_content_read(&in.content, event->message, focus->config.codecs, focus->config.mem, focus->config.limits.list,
                               &status) != CF_OK) {
        refuse(&in, status);
        return;
    }
    if (cf_focus_is_factory(focus, &event->message->request_uri)) {
        on_factory(&in);
    } else {
        on_conference(&in);
    }
    cf_invite_content_fini(&in.content);
}
