/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A phone in the virtual world. */
#include "lib/virtual_phone.h"

#include "adapt/expat/expat_conference_info.h"
#include "adapt/zlib/zlib_body.h"
#include "core/sip/builder.h"
#include "lib/test.h"
#include "lib/test_hash.h"
#include "lib/virtual_server.h"

/* Owners of what the endpoint tells. */
enum {
    OWNER_REGISTRATION = 1,
    OWNER_CALL,
    OWNER_WATCH,
    OWNER_REFER,
};

#define DOCUMENT_MAX 200000

static const struct zone_record zone[] = {
    {CF_DNS_A, VIRTUAL_DOMAIN, {.addr = {.ip = {192, 0, 2, 1}, .family = CF_FAMILY_IP4}}},
};

static const char *const event_names[] = {
    [CF_SESSION_INVITED] = "INVITED",     [CF_SESSION_PROVISIONAL] = "PROVISIONAL",
    [CF_SESSION_ANSWERED] = "ANSWERED",   [CF_SESSION_ACKNOWLEDGED] = "ACKNOWLEDGED",
    [CF_SESSION_OFFER] = "OFFER",         [CF_SESSION_OFFER_WANTED] = "OFFER_WANTED",
    [CF_SESSION_MEDIA] = "MEDIA",         [CF_SESSION_OFFER_FAILED] = "OFFER_FAILED",
    [CF_SESSION_REFRESHED] = "REFRESHED", [CF_SESSION_REQUEST] = "REQUEST",
    [CF_SESSION_RESPONSE] = "RESPONSE",   [CF_SESSION_ENDED] = "ENDED",
    [CF_SESSION_GONE] = "GONE",
};

static const char *const cause_names[] = {
    [CF_SESSION_CAUSE_NONE] = "",
    [CF_SESSION_CAUSE_BYE] = " BYE",
    [CF_SESSION_CAUSE_LOCAL] = " LOCAL",
    [CF_SESSION_CAUSE_REJECTED] = " REJECTED",
    [CF_SESSION_CAUSE_CANCELLED] = " CANCELLED",
    [CF_SESSION_CAUSE_REFUSED] = " REFUSED",
    [CF_SESSION_CAUSE_TIMEOUT] = " TIMEOUT",
    [CF_SESSION_CAUSE_UNREACHABLE] = " UNREACHABLE",
    [CF_SESSION_CAUSE_NO_DIALOG] = " NO_DIALOG",
    [CF_SESSION_CAUSE_NOT_ACKED] = " NOT_ACKED",
    [CF_SESSION_CAUSE_EXPIRED] = " EXPIRED",
    [CF_SESSION_CAUSE_MEDIA] = " MEDIA",
    [CF_SESSION_CAUSE_NO_MEMORY] = " NO_MEMORY",
};

static cf_usec now_of(const struct virtual_phone *p) {
    return world_now(p->net.world);
}

static void note(struct virtual_phone *p, const char *format, ...) CF_PRINTF(2, 3);

static void note(struct virtual_phone *p, const char *format, ...) {
    char text[400];
    va_list args;
    if (p->transcript == NULL || p->is_silent) {
        return;
    }
    va_start(args, format);
    int len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    assert_true(len >= 0);
    transcript_line(p->transcript, now_of(p), "%s: %s", p->user, text);
}

static void copy(char *to, size_t size, struct cf_str text) {
    size_t len = text.len < size - 1 ? text.len : size - 1;
    memcpy(to, text.at, len);
    to[len] = '\0';
}

static struct cf_usage usage_of(struct virtual_phone *p, uint32_t kind, uint32_t slot) {
    return (struct cf_usage){.mem = &p->net.mem.mem,
                             .entropy = &p->net.entropy.entropy,
                             .endpoint = p->net.ep,
                             .dialogs = &p->dialogs,
                             .profile = &p->profile,
                             .auth = &p->auth,
                             .owner = {kind, {slot, 1}}};
}

/* Commands in reaction to events may come too late. */
static void check(enum cf_err err) {
    if (err != CF_OK && err != CF_ERR_NOT_FOUND) {
        fail_msg("command failed: %s", cf_err_text(err));
    }
}

/* --- registration --- */

static void set_contact(struct virtual_phone *p, struct cf_str uri) {
    struct cf_writer w;
    cf_writer_init(&w, p->contact, sizeof p->contact);
    cf_put_char(&w, '<');
    cf_put(&w, uri);
    cf_put_char(&w, '>');
    if (p->is_linphone) {
        cf_put_lit(&w, ";+org.linphone.specs=\"conference/2.0,ephemeral/1.1,groupchat/1.2,lime\"");
    }
    assert_true(cf_writer_ok(&w));
    p->profile.contact = cf_writer_str(&w);
}

static void drain_registration(struct virtual_phone *p) {
    struct cf_registration_event event;
    while (p->has_registration && cf_registration_poll(&p->registration, &event)) {
        if (event.kind == CF_REGISTRATION_REGISTERED) {
            p->is_registered = true;
            p->flow = event.flow;
            if (event.pub_gruu.at != NULL) {
                set_contact(p, event.pub_gruu);
            }
        } else if (event.kind == CF_REGISTRATION_FAILED) {
            p->is_registered = false;
            note(p, "registration failed: %u", (unsigned)event.status);
        }
    }
}

void phone_register(struct virtual_phone *p) {
    char aor[100];
    char contact[300];
    struct cf_usage usage = usage_of(p, OWNER_REGISTRATION, 0);
    usage.dialogs = NULL;
    snprintf(aor, sizeof aor, "<sip:%s@" VIRTUAL_DOMAIN ">", p->user);
    snprintf(contact, sizeof contact, "%.*s;+sip.instance=\"<urn:uuid:00000000-0000-4000-8000-%012u>\"",
             CF_STR_ARG(p->profile.contact), (unsigned)p->net.locals[0].addr.ip[3]);
    struct cf_registration_account account = {.registrar = p->transport == CF_TRANSPORT_TCP
                                                               ? CF_STR("sip:" VIRTUAL_DOMAIN ";transport=tcp")
                                                               : CF_STR("sip:" VIRTUAL_DOMAIN),
                                              .aor = cf_str_of(aor),
                                              .contact = cf_str_of(contact),
                                              .fields = CF_STR("Supported: gruu, outbound, path\r\n"),
                                              .expires_sec = 3600};
    if (p->has_registration) {
        cf_registration_refresh(&p->registration, now_of(p));
    } else {
        assert_ok(cf_registration_init(&p->registration, &usage, &account, now_of(p)));
        p->has_registration = true;
    }
    phone_drain(p);
}

/* --- calls --- */

static void look_at(struct phone_call *call, const struct cf_sip_message *message) {
    struct cf_sip_name_addr contact;
    if (message == NULL) {
        return;
    }
    if (cf_sip_name_addr_parse(cf_sip_value(message, CF_SIP_HEADER_CONTACT), &contact) == CF_OK) {
        copy(call->contact, sizeof call->contact, contact.uri.text);
        call->is_focus = cf_sip_param_has(contact.params, CF_STR("isfocus"));
    }
    struct cf_str subject = cf_sip_value(message, CF_SIP_HEADER_SUBJECT);
    if (subject.len > 0) {
        copy(call->subject, sizeof call->subject, subject);
    }
    struct cf_str reason = message->is_request ? cf_sip_value(message, CF_SIP_HEADER_REASON) : message->reason;
    if (!message->is_request || reason.len > 0) {
        copy(call->reason, sizeof call->reason, reason);
    }
    if (message->is_request && message->method == CF_SIP_METHOD_INVITE && message->body.len < sizeof call->body) {
        memcpy(call->body, message->body.at, message->body.len);
        call->body_len = message->body.len;
    }
}

static void respond(struct virtual_phone *p, struct phone_call *call, struct cf_tx_id tx, uint16_t status, bool has_media) {
    struct cf_session_reply reply = {.status = status, .media = has_media ? &p->party.session : NULL};
    enum cf_err err = cf_session_respond(&call->session, tx, &reply, now_of(p));
    /* An offer of which the phone can take nothing: 488 has been said. */
    check(has_media && err == CF_ERR_UNSUPPORTED ? CF_OK : err);
}

static void on_invited(struct virtual_phone *p, struct phone_call *call, struct cf_tx_id tx) {
    switch (p->habit) {
    case PHONE_ANSWERS:
        respond(p, call, tx, 180, false);
        respond(p, call, tx, 200, true);
        break;
    case PHONE_ANSWERS_UNRUNG:
        respond(p, call, tx, 200, true);
        break;
    case PHONE_RINGS:
        respond(p, call, tx, 180, false);
        break;
    case PHONE_IS_BUSY:
        respond(p, call, tx, 486, false);
        break;
    case PHONE_DECLINES:
        respond(p, call, tx, 603, false);
        break;
    case PHONE_IS_MUTE:
        break;
    }
}

static void add_told(struct virtual_phone *p, struct cf_str body) {
    struct cf_str line = cf_str_head(body, cf_str_find(body, '\r'));
    int len = snprintf(p->told + p->told_len, sizeof p->told - p->told_len, "%.*s\n", CF_STR_ARG(line));
    assert_true(len > 0 && (size_t)len < sizeof p->told - p->told_len);
    p->told_len += (size_t)len;
}

static void on_request(struct virtual_phone *p, struct phone_call *call, const struct cf_session_event *event) {
    if (event->message->method == CF_SIP_METHOD_NOTIFY) {
        add_told(p, event->message->body);
    } else if (event->message->method == CF_SIP_METHOD_MESSAGE) {
        note(p, "MESSAGE %.*s", CF_STR_ARG(event->message->body));
    }
    respond(p, call, event->tx, 200, false);
}

static void describe(struct virtual_phone *p, struct phone_call *call, const struct cf_session_event *event) {
    if (cf_tx_id_is_set(event->tx)) {
        respond(p, call, event->tx, 200, true);
    } else {
        check(cf_session_describe(&call->session, event->fork, &p->party.session, now_of(p)));
    }
}

static void on_call_event(struct virtual_phone *p, size_t index, const struct cf_session_event *event) {
    struct phone_call *call = &p->calls[index];
    call->asked = cf_tx_id_is_set(event->tx) ? event->tx : call->asked;
    call->status = event->status != 0 ? event->status : call->status;
    switch (event->kind) {
    case CF_SESSION_INVITED:
        look_at(call, event->message);
        on_invited(p, call, event->tx);
        break;
    case CF_SESSION_ANSWERED:
    case CF_SESSION_ACKNOWLEDGED:
        call->is_up = true;
        look_at(call, event->kind == CF_SESSION_ANSWERED ? event->message : NULL);
        break;
    case CF_SESSION_OFFER:
    case CF_SESSION_OFFER_WANTED:
        look_at(call, event->message);
        describe(p, call, event);
        break;
    case CF_SESSION_MEDIA: {
        struct cf_negotiation *n = cf_session_negotiation(&call->session, event->fork);
        call->media++;
        if (n != NULL) {
            cf_media_params_free(&p->net.mem.mem, cf_negotiation_take_params(n));
        }
        break;
    }
    case CF_SESSION_REQUEST:
        on_request(p, call, event);
        break;
    case CF_SESSION_RESPONSE:
        p->request_status = event->status;
        break;
    case CF_SESSION_ENDED:
        look_at(call, event->message);
        call->cause = event->cause;
        call->is_up = false;
        break;
    case CF_SESSION_PROVISIONAL:
    case CF_SESSION_OFFER_FAILED:
    case CF_SESSION_REFRESHED:
    case CF_SESSION_GONE:
        break;
    }
}

static void note_call(struct virtual_phone *p, size_t index, const struct cf_session_event *event) {
    bool is_noise = event->kind == CF_SESSION_MEDIA || event->kind == CF_SESSION_GONE || event->kind == CF_SESSION_REQUEST;
    if (is_noise) {
        return;
    }
    if (event->status != 0) {
        note(p, "%zu %s%s %u", index, event_names[event->kind], cause_names[event->cause], (unsigned)event->status);
    } else {
        note(p, "%zu %s%s", index, event_names[event->kind], cause_names[event->cause]);
    }
}

static void drain_call(struct virtual_phone *p, size_t index) {
    struct phone_call *call = &p->calls[index];
    struct cf_session_event event;
    while (call->is_there && cf_session_poll(&call->session, &event)) {
        note_call(p, index, &event);
        if (event.kind == CF_SESSION_GONE) {
            cf_session_fini(&call->session);
            call->is_there = false;
            return;
        }
        on_call_event(p, index, &event);
    }
}

static size_t free_call(struct virtual_phone *p) {
    size_t index = 0;
    while (index < PHONE_CALLS_MAX && p->calls[index].is_there) {
        index++;
    }
    assert_true(index < PHONE_CALLS_MAX);
    p->calls[index] = (struct phone_call){.is_there = false};
    return index;
}

size_t phone_call(struct virtual_phone *p, const char *uri, const struct phone_call_options *options) {
    static const struct phone_call_options none;
    const struct phone_call_options *o = options == NULL ? &none : options;
    char local[100];
    char remote[700];
    char fields[1000];
    size_t index = free_call(p);
    struct cf_usage usage = usage_of(p, OWNER_CALL, (uint32_t)index);
    struct cf_mime_part_out list = {.content_type = CF_STR("application/resource-lists+xml"),
                                    .disposition = CF_STR("recipient-list"),
                                    .body = cf_str_of(o->list)};
    snprintf(local, sizeof local, "<sip:%s@" VIRTUAL_DOMAIN ">", p->user);
    snprintf(remote, sizeof remote, "<%s>", uri);
    snprintf(fields, sizeof fields, "%s%s%s%s", o->subject != NULL ? "Subject: " : "", o->subject != NULL ? o->subject : "",
             o->subject != NULL ? "\r\n" : "", o->fields != NULL ? o->fields : "");
    p->party.session.start_ntp = o->start_ntp;
    p->party.session.stop_ntp = o->stop_ntp;
    struct cf_session_call call = {.target = cf_str_of(uri),
                                   .local = cf_str_of(local),
                                   .remote = cf_str_of(remote),
                                   .flow = p->flow,
                                   .fields = cf_str_of(fields),
                                   .media = o->is_offerless ? NULL : &p->party.session,
                                   .parts = &list,
                                   .part_count = o->list != NULL ? 1 : 0};
    assert_ok(cf_session_init_caller(&p->calls[index].session, &usage, &call, now_of(p)));
    p->calls[index].is_there = true;
    p->party.session.start_ntp = 0;
    p->party.session.stop_ntp = 0;
    phone_drain(p);
    return index;
}

void phone_answer(struct virtual_phone *p, size_t call, uint16_t status) {
    respond(p, &p->calls[call], p->calls[call].asked, status, status < 300);
    phone_drain(p);
}

void phone_hang_up(struct virtual_phone *p, size_t call) {
    cf_session_end(&p->calls[call].session, 0, CF_STR_NONE, now_of(p));
    phone_drain(p);
}

static void set_subject(struct virtual_phone *p, const char *subject) {
    p->fields[0] = '\0';
    if (subject != NULL) {
        snprintf(p->fields, sizeof p->fields, "Subject: %s\r\n", subject);
    }
    p->profile.session_fields = cf_str_of(p->fields);
}

void phone_reinvite(struct virtual_phone *p, size_t call, const char *subject, bool is_offerless) {
    set_subject(p, subject);
    check(cf_session_modify(&p->calls[call].session, is_offerless ? CF_SESSION_MODIFY_OFFERLESS : CF_SESSION_MODIFY_OFFER,
                            now_of(p)));
    phone_drain(p);
}

void phone_hold(struct virtual_phone *p, size_t call, bool is_held) {
    for (size_t i = 0; i < p->party.session.line_count; i++) {
        p->party.lines[i].direction = is_held ? CF_DIRECTION_SENDONLY : CF_DIRECTION_SENDRECV;
    }
    phone_reinvite(p, call, is_held ? "Call on hold" : "Call resuming", false);
}

void phone_request(struct virtual_phone *p, size_t call, enum cf_sip_method method, const char *fields, const char *content_type,
                   const char *body) {
    uint32_t id = 0;
    struct cf_session_request request = {
        .method = method, .fields = cf_str_of(fields), .content_type = cf_str_of(content_type), .body = cf_str_of(body)};
    p->request_status = 0;
    p->told_len = 0;
    p->told[0] = '\0';
    assert_ok(cf_session_request(&p->calls[call].session, &request, now_of(p), &id));
    phone_drain(p);
}

/* --- roster --- */

static void read_document(struct virtual_phone *p, const struct cf_sip_message *message) {
    static uint8_t inflated[DOCUMENT_MAX];
    struct cf_conference_info info;
    enum cf_view_result result = CF_VIEW_APPLIED;
    struct cf_str xml = message->body;
    size_t len = 0;
    p->notify_octets += xml.len;
    if (xml.len == 0) {
        return;
    }
    if (cf_sip_value(message, CF_SIP_HEADER_CONTENT_ENCODING).len > 0) {
        assert_ok(cf_zlib_inflate(&p->net.mem.mem, cf_str_span(xml), inflated, sizeof inflated, &len));
        xml = cf_str_n((const char *)inflated, len);
    }
    assert_ok(cf_expat_read_conference_info(&p->net.mem.mem, xml, &info));
    p->full_documents += info.state == CF_ROSTER_FULL ? 1 : 0;
    assert_ok(cf_roster_view_apply(&p->view, &info, &result));
    p->documents += result == CF_VIEW_APPLIED ? 1 : 0;
    if (result == CF_VIEW_REFRESH) {
        cf_roster_view_on_subscribed(&p->view);
        check(cf_subscriber_refresh(&p->watch, CF_STR("Last-Notify-Version: 0\r\n"), now_of(p)));
    }
    cf_conference_info_fini(&info);
}

static void drain_watch(struct virtual_phone *p) {
    struct cf_subscriber_event event;
    while (p->is_watching && cf_subscriber_poll(&p->watch, &event)) {
        if (event.kind == CF_SUBSCRIBER_NOTIFIED) {
            p->watch_state = event.notified.state;
            read_document(p, event.message);
        } else if (event.kind == CF_SUBSCRIBER_ENDED) {
            p->watch_state = CF_SUBSCRIPTION_TERMINATED;
            p->watch_status = event.status;
        } else if (event.kind == CF_SUBSCRIBER_GONE) {
            cf_subscriber_fini(&p->watch);
            p->is_watching = false;
        }
    }
}

void phone_watch_uri(struct virtual_phone *p, const char *uri, uint32_t expires_sec) {
    char local[100];
    char remote[700];
    struct cf_usage usage = usage_of(p, OWNER_WATCH, 0);
    snprintf(local, sizeof local, "<sip:%s@" VIRTUAL_DOMAIN ">", p->user);
    snprintf(remote, sizeof remote, "<%s>", uri);
    struct cf_subscriber_call call = {.method = CF_SIP_METHOD_SUBSCRIBE,
                                      .target = cf_str_of(uri),
                                      .local = cf_str_of(local),
                                      .remote = cf_str_of(remote),
                                      .flow = p->flow,
                                      .event = CF_STR("conference"),
                                      .fields = CF_STR("Last-Notify-Version: 0\r\n"),
                                      .expires_sec = expires_sec};
    assert_false(p->is_watching);
    cf_roster_view_on_subscribed(&p->view);
    assert_ok(cf_subscriber_init(&p->watch, &usage, &call, now_of(p)));
    p->is_watching = true;
    p->watch_status = 0;
    phone_drain(p);
}

void phone_watch(struct virtual_phone *p, size_t call) {
    phone_watch_uri(p, p->calls[call].contact, 600);
}

void phone_unwatch(struct virtual_phone *p) {
    cf_subscriber_end(&p->watch, now_of(p));
    phone_drain(p);
}

/* --- REFER --- */

static void drain_refer(struct virtual_phone *p) {
    struct cf_subscriber_event event;
    while (p->is_referring && cf_subscriber_poll(&p->refer, &event)) {
        if (event.kind == CF_SUBSCRIBER_ACCEPTED) {
            p->refer_status = event.message != NULL && !event.message->is_request ? event.message->status : 202;
        } else if (event.kind == CF_SUBSCRIBER_NOTIFIED) {
            add_told(p, event.message->body);
        } else if (event.kind == CF_SUBSCRIBER_ENDED) {
            p->refer_status = event.status != 0 ? event.status : p->refer_status;
        } else if (event.kind == CF_SUBSCRIBER_GONE) {
            cf_subscriber_fini(&p->refer);
            p->is_referring = false;
        }
    }
}

void phone_refer(struct virtual_phone *p, const char *uri, const char *to, const char *fields) {
    char local[100];
    char remote[700];
    char lines[1000];
    struct cf_usage usage = usage_of(p, OWNER_REFER, 0);
    snprintf(local, sizeof local, "<sip:%s@" VIRTUAL_DOMAIN ">", p->user);
    snprintf(remote, sizeof remote, "<%s>", uri);
    snprintf(lines, sizeof lines, "Refer-To: %s\r\n%s", to, fields != NULL ? fields : "");
    struct cf_subscriber_call call = {.method = CF_SIP_METHOD_REFER,
                                      .target = cf_str_of(uri),
                                      .local = cf_str_of(local),
                                      .remote = cf_str_of(remote),
                                      .flow = p->flow,
                                      .fields = cf_str_of(lines)};
    assert_false(p->is_referring);
    p->refer_status = 0;
    p->told_len = 0;
    p->told[0] = '\0';
    assert_ok(cf_subscriber_init(&p->refer, &usage, &call, now_of(p)));
    p->is_referring = true;
    phone_drain(p);
}

/* --- the node --- */

/* A plain answer without anything of a usage. */
static void answer(struct virtual_phone *p, const struct cf_endpoint_event *event, unsigned status, const char *fields) {
    char text[4096];
    struct cf_writer w;
    cf_writer_init(&w, text, sizeof text);
    cf_sip_reply_begin(&w, event->message, status, CF_STR_NONE, CF_STR("phone"));
    cf_put(&w, cf_str_of(fields));
    cf_sip_end(&w);
    assert_true(cf_writer_ok(&w));
    check(cf_endpoint_respond(p->net.ep, event->tx, cf_writer_str(&w), now_of(p)));
}

static bool refuses_notify(struct virtual_phone *p, const struct cf_endpoint_event *event) {
    if (event->kind != CF_ENDPOINT_REQUEST || event->message->method != CF_SIP_METHOD_NOTIFY || p->notify_status == 0) {
        return false;
    }
    p->notifies_refused++;
    answer(p, event, p->notify_status, p->notify_fields);
    return true;
}

static void on_new_request(struct virtual_phone *p, const struct cf_endpoint_event *event) {
    if (event->message->method == CF_SIP_METHOD_INVITE && cf_sip_is_out_of_dialog(event->message)) {
        size_t index = free_call(p);
        struct cf_usage usage = usage_of(p, OWNER_CALL, (uint32_t)index);
        cf_endpoint_trust_flow(p->net.ep, event->flow);
        assert_ok(cf_session_init_callee(&p->calls[index].session, &usage, event, now_of(p)));
        p->calls[index].is_there = true;
    } else if (event->message->method == CF_SIP_METHOD_MESSAGE) {
        note(p, "MESSAGE %.*s", CF_STR_ARG(event->message->body));
        answer(p, event, 200, "");
    } else {
        answer(p, event, 481, "");
    }
}

static void to_owner(struct virtual_phone *p, struct cf_owner owner, const struct cf_endpoint_event *event) {
    cf_usec now = now_of(p);
    if (owner.kind == OWNER_REGISTRATION && p->has_registration) {
        cf_registration_on_event(&p->registration, event, now);
    } else if (owner.kind == OWNER_CALL && p->calls[owner.handle.slot].is_there) {
        cf_session_on_event(&p->calls[owner.handle.slot].session, event, now);
    } else if (owner.kind == OWNER_WATCH && p->is_watching) {
        if (!refuses_notify(p, event)) {
            cf_subscriber_on_event(&p->watch, event, now);
        }
    } else if (owner.kind == OWNER_REFER && p->is_referring) {
        cf_subscriber_on_event(&p->refer, event, now);
    } else if (event->kind == CF_ENDPOINT_REQUEST) {
        answer(p, event, 481, "");
    }
}

static void drain_machines(struct virtual_phone *p) {
    drain_registration(p);
    for (size_t i = 0; i < PHONE_CALLS_MAX; i++) {
        drain_call(p, i);
    }
    drain_watch(p);
    drain_refer(p);
}

static void on_flow_closed(struct virtual_phone *p, const struct cf_endpoint_event *event) {
    for (size_t i = 0; i < PHONE_CALLS_MAX; i++) {
        if (p->calls[i].is_there) {
            cf_session_on_event(&p->calls[i].session, event, now_of(p));
        }
    }
    if (p->has_registration) {
        cf_registration_on_event(&p->registration, event, now_of(p));
    }
    if (p->is_watching) {
        cf_subscriber_on_event(&p->watch, event, now_of(p));
    }
}

static void on_event(void *ctx, struct endpoint_node *node, const struct cf_endpoint_event *event) {
    struct virtual_phone *p = ctx;
    (void)node;
    if (event->kind == CF_ENDPOINT_FLOW_CLOSED) {
        on_flow_closed(p, event);
    } else if (event->kind == CF_ENDPOINT_REQUEST || event->kind == CF_ENDPOINT_ACK) {
        struct cf_owner owner = cf_dialog_table_owner_of(&p->dialogs, event->message);
        if (owner.kind != 0) {
            to_owner(p, owner, event);
        } else if (event->kind == CF_ENDPOINT_REQUEST) {
            on_new_request(p, event);
        }
    } else {
        to_owner(p, event->owner, event);
    }
    drain_machines(p);
}

static bool poll(void *ctx, struct cf_endpoint_event *ret) {
    struct virtual_phone *p = ctx;
    return cf_endpoint_poll(p->net.ep, ret);
}

static cf_usec deadline(const void *ctx) {
    const struct virtual_phone *p = ctx;
    cf_usec first = cf_endpoint_deadline(p->net.ep);
    first = p->has_registration ? cf_usec_min(first, cf_registration_deadline(&p->registration)) : first;
    first = p->is_watching ? cf_usec_min(first, cf_subscriber_deadline(&p->watch)) : first;
    first = p->is_referring ? cf_usec_min(first, cf_subscriber_deadline(&p->refer)) : first;
    for (size_t i = 0; i < PHONE_CALLS_MAX; i++) {
        first = p->calls[i].is_there ? cf_usec_min(first, cf_session_deadline(&p->calls[i].session)) : first;
    }
    return first;
}

static void on_deadline(void *ctx, cf_usec now) {
    struct virtual_phone *p = ctx;
    if (cf_endpoint_deadline(p->net.ep) <= now) {
        cf_endpoint_on_deadline(p->net.ep, now);
    }
    if (p->has_registration && cf_registration_deadline(&p->registration) <= now) {
        cf_registration_on_deadline(&p->registration, now);
    }
    if (p->is_watching && cf_subscriber_deadline(&p->watch) <= now) {
        cf_subscriber_on_deadline(&p->watch, now);
    }
    if (p->is_referring && cf_subscriber_deadline(&p->refer) <= now) {
        cf_subscriber_on_deadline(&p->refer, now);
    }
    for (size_t i = 0; i < PHONE_CALLS_MAX; i++) {
        if (p->calls[i].is_there && cf_session_deadline(&p->calls[i].session) <= now) {
            cf_session_on_deadline(&p->calls[i].session, now);
        }
    }
    drain_machines(p);
}

static const struct endpoint_node_host host = {poll, deadline, on_deadline};

void phone_drain(struct virtual_phone *p) {
    drain_machines(p);
    endpoint_node_drain(&p->net);
}

static void init_endpoint(struct virtual_phone *p) {
    struct cf_endpoint_config config = {
        .mem = &p->net.mem.mem, .entropy = &p->net.entropy.entropy, .locals = p->net.locals, .local_count = p->net.local_count};
    p->net.ep = cf_endpoint_create(&config, now_of(p));
    assert_non_null(p->net.ep);
}

void phone_init(struct virtual_phone *p, struct world *w, const char *user, const char *ip, enum cf_transport transport,
                struct transcript *transcript) {
    char uri[100];
    memset(p, 0, sizeof *p);
    struct cf_addr addr = addr_of(ip);
    struct endpoint_node_config net = {.ip = ip, .seed = 1000U + addr.ip[3], .handler = on_event, .host = &host, .ctx = p};
    endpoint_node_join(&p->net, w, &net);
    p->net.zone = zone;
    p->net.zone_count = sizeof zone / sizeof *zone;
    p->user = user;
    p->transcript = transcript;
    p->transport = transport;
    init_endpoint(p);
    struct cf_client_account account = {.peer_host = CF_STR(VIRTUAL_DOMAIN),
                                        .realm = CF_STR(VIRTUAL_DOMAIN),
                                        .username = cf_str_of(user),
                                        .password = cf_str_of(user)};
    assert_ok(cf_client_auth_init(&p->auth, &p->net.mem.mem, &test_hash, &p->net.entropy.entropy, &account));
    cf_dialog_table_init(&p->dialogs, &p->net.mem.mem, &p->net.entropy.entropy);
    cf_roster_view_init(&p->view, &p->net.mem.mem, 1);
    test_party_init(&p->party, user, addr.ip[3], 2);
    p->party.policy.allows_plain = true;
    p->profile =
        (struct cf_ua_profile){.allow = CF_STR("INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, NOTIFY, MESSAGE, INFO, PRACK, UPDATE"),
                               .supported = CF_STR("replaces, outbound, gruu")};
    snprintf(uri, sizeof uri, "sip:%s@%s%s", user, ip, transport == CF_TRANSPORT_TCP ? ";transport=tcp" : "");
    set_contact(p, cf_str_of(uri));
    world_touch(w, p->net.number);
}

void phone_fini(struct virtual_phone *p) {
    for (size_t i = 0; i < PHONE_CALLS_MAX; i++) {
        if (p->calls[i].is_there) {
            cf_session_fini(&p->calls[i].session);
        }
    }
    if (p->is_watching) {
        cf_subscriber_fini(&p->watch);
    }
    if (p->is_referring) {
        cf_subscriber_fini(&p->refer);
    }
    if (p->has_registration) {
        cf_registration_fini(&p->registration);
    }
    cf_roster_view_fini(&p->view);
    cf_client_auth_fini(&p->auth);
    cf_dialog_table_fini(&p->dialogs);
    test_party_fini(&p->party);
    endpoint_node_fini(&p->net);
}

/* --- questions --- */

const char *phone_sees(const struct virtual_phone *p, const char *aor) {
    const struct cf_view_user *user = cf_roster_view_find(&p->view, cf_str_of(aor));
    const struct cf_view_endpoint *endpoint = user == NULL ? NULL : cf_view_user_first(user);
    return endpoint == NULL || !endpoint->has_status ? "-" : cf_endpoint_status_word(endpoint->status).at;
}

bool phone_sees_admin(const struct virtual_phone *p, const char *aor) {
    const struct cf_view_user *user = cf_roster_view_find(&p->view, cf_str_of(aor));
    return user != NULL && (user->roles & CF_INFO_ADMIN) != 0;
}
