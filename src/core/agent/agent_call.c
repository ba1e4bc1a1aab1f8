/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The call: made, taken, redirected, changed, ended. */
#include "core/agent/agent_impl.h"
#include "core/sip/text.h"

#define LIST_MAX 16384U
#define REDIRECTS_MAX 3U
#define SUBJECT_MAX 512U

static const struct cf_handle no_handle = {0, 0};

/* --- life of a leg --- */

static struct cf_agent_leg *make_leg(struct cf_agent *agent) {
    struct cf_agent_leg *leg = cf_mem_alloc(agent->config.mem, sizeof *leg);
    if (leg == NULL) {
        return NULL;
    }
    leg->agent = agent;
    leg->handle = cf_handle_add(&agent->legs, leg);
    if (!cf_handle_is_set(leg->handle)) {
        cf_mem_free(agent->config.mem, leg, sizeof *leg);
        return NULL;
    }
    cf_list_append(&agent->leg_list, &leg->in_agent);
    return leg;
}

void cf_agent_free_leg(struct cf_agent_leg *leg) {
    struct cf_agent *agent = leg->agent;
    if (agent->call == leg) {
        agent->call = NULL;
    }
    cf_session_fini(&leg->session);
    cf_list_remove(&leg->in_agent);
    cf_handle_remove(&agent->legs, leg->handle);
    cf_mem_free(agent->config.mem, leg, sizeof *leg);
}

/* Is signalling to the peer of @p leg encrypted: may keys be shown? */
static bool is_secure(const struct cf_agent *agent, const struct cf_agent_leg *leg) {
    struct cf_flow_info info;
    struct cf_flow_id flow = leg == NULL ? agent->flow : cf_session_dialog(&leg->session)->flow;
    if (cf_endpoint_flow_info(agent->endpoint, flow, &info)) {
        return cf_transport_is_secure(info.transport);
    }
    struct cf_sip_uri proxy;
    enum cf_transport transport;
    return agent->config.proxy.len > 0 && cf_sip_uri_parse(agent->config.proxy, &proxy) == CF_OK &&
           cf_sip_uri_transport(&proxy, &transport) && cf_transport_is_secure(transport);
}

/* --- making calls --- */

/* The recipient list as a part of the body (RFC 5366). */
static size_t put_list(const struct cf_agent *agent, char *room, struct cf_mime_part_out *part) {
    struct cf_writer w;
    if (agent->invited.count == 0) {
        return 0;
    }
    cf_writer_init(&w, room, LIST_MAX);
    cf_put_resource_list(&w, &agent->invited, CF_RESOURCE_LIST_REQUEST);
    if (!cf_writer_ok(&w)) {
        return 0;
    }
    *part = (struct cf_mime_part_out){.content_type = CF_STR("application/resource-lists+xml"),
                                      .disposition = CF_STR("recipient-list"),
                                      .body = cf_writer_str(&w)};
    return 1;
}

/* INVITE to @p target with what belongs to the call: subject, list. If it fails no ports are kept. */
static enum cf_err invite(struct cf_agent *agent, struct cf_str target, cf_usec now) {
    struct cf_local_line lines[CF_AGENT_LINES_MAX];
    struct cf_local_session media;
    struct cf_mime_part_out part;
    char room[LIST_MAX];
    struct cf_agent_leg *leg = make_leg(agent);
    if (leg == NULL) {
        cf_agent_give_ports(agent);
        return CF_ERR_NO_MEMORY;
    }
    struct cf_usage usage = cf_agent_usage(agent, CF_AGENT_OWNER_LEG, leg->handle);
    struct cf_session_call call = {.target = target,
                                   .local = agent->own,
                                   .remote = target,
                                   .routes = agent->route,
                                   .flow = agent->flow,
                                   .media = &media,
                                   .parts = &part};
    call.part_count = put_list(agent, room, &part);
    enum cf_err err = cf_agent_describe(agent, NULL, is_secure(agent, NULL), lines, &media);
    err = err == CF_OK ? cf_session_init_caller(&leg->session, &usage, &call, now) : err;
    if (err != CF_OK) {
        cf_agent_free_leg(leg);
        cf_agent_give_ports(agent);
        return err;
    }
    agent->call = leg;
    cf_agent_tell(agent, CF_AGENT_CALLING, 0, false, target);
    cf_agent_settle_leg(leg, now);
    return CF_OK;
}

/* Without trickle the first offer has all candidates: ports are taken, and the rest waits for cf_agent_on_gathered(). */
static enum cf_err begin(struct cf_agent *agent, struct cf_str target, cf_usec now) {
    if (agent->ices == NULL || !agent->config.gathers || agent->config.trickles) {
        return invite(agent, target, now);
    }
    enum cf_err err = cf_agent_plan_offer(agent);
    if (err == CF_OK && !cf_agent_keep(agent, &agent->redirect, target)) {
        err = CF_ERR_NO_MEMORY;
    }
    agent->is_waiting = err == CF_OK;
    if (err != CF_OK) {
        cf_agent_give_ports(agent);
    }
    return err;
}

static bool set_subject_fields(struct cf_agent *agent, struct cf_str subject) {
    char text[SUBJECT_MAX];
    struct cf_writer w;
    cf_writer_init(&w, text, sizeof text);
    if (subject.len > 0) {
        cf_put_lit(&w, "Subject: ");
        cf_sip_put_clean_text(&w, subject);
        cf_put_lit(&w, "\r\n");
    }
    if (!cf_writer_ok(&w) || !cf_agent_keep(agent, &agent->subject_fields, cf_writer_str(&w))) {
        return false;
    }
    agent->profile.session_fields = agent->subject_fields.len > 0 ? agent->subject_fields : CF_STR_NONE;
    return true;
}

static enum cf_err copy_list(struct cf_agent *agent, const struct cf_resource_list *list) {
    cf_resource_list_fini(&agent->invited);
    cf_resource_list_init(&agent->invited, agent->config.mem, SIZE_MAX);
    for (size_t i = 0; list != NULL && i < list->count; i++) {
        enum cf_err err = cf_resource_list_add(&agent->invited, list->entries[i].uri, list->entries[i].name, NULL);
        if (err != CF_OK) {
            return err;
        }
    }
    return CF_OK;
}

enum cf_err cf_agent_call(struct cf_agent *agent, const struct cf_agent_call *call, cf_usec now) {
    struct cf_sip_uri uri;
    if (agent->call != NULL || agent->is_ending || agent->is_waiting) {
        return CF_ERR_STATE;
    }
    if (cf_sip_uri_parse(call->target, &uri) != CF_OK || !cf_sip_uri_is_sip(&uri)) {
        return CF_ERR_MALFORMED;
    }
    agent->redirects = 0;
    agent->refused_protections = 0;
    agent->is_held = false;
    enum cf_err err = copy_list(agent, call->invited);
    if (err == CF_OK && !set_subject_fields(agent, call->subject)) {
        err = CF_ERR_LIMIT;
    }
    agent->is_subject_set = call->subject.len > 0;
    return err == CF_OK ? begin(agent, call->target, now) : err;
}

/* --- taking calls --- */

void cf_agent_on_invite(struct cf_agent *agent, const struct cf_endpoint_event *event, cf_usec now) {
    if (agent->call != NULL || agent->is_ending || agent->is_waiting) {
        cf_agent_refuse(agent, event, agent->is_ending ? 480 : 486, CF_STR_NONE, now);
        return;
    }
    struct cf_agent_leg *leg = make_leg(agent);
    if (leg == NULL) {
        cf_agent_refuse(agent, event, 500, CF_STR_NONE, now);
        return;
    }
    struct cf_usage usage = cf_agent_usage(agent, CF_AGENT_OWNER_LEG, leg->handle);
    enum cf_err err = cf_session_init_callee(&leg->session, &usage, event, now);
    if (err != CF_OK) {
        cf_agent_free_leg(leg);
        cf_agent_refuse(agent, event, err == CF_ERR_MALFORMED ? 400 : 500, CF_STR_NONE, now);
        return;
    }
    agent->call = leg;
    agent->refused_protections = 0;
    agent->is_held = false;
    cf_agent_tell(agent, CF_AGENT_INCOMING, 0, false, event->message->from.uri.text);
    /* The focus is known from its Contact, before the call is answered. */
    cf_agent_meet(agent, event->message, now);
    cf_agent_settle_leg(leg, now);
}

static void respond(struct cf_agent_leg *leg, struct cf_tx_id tx, uint16_t status, cf_usec now) {
    struct cf_session_reply reply = {.status = status};
    enum cf_err err = cf_session_respond(&leg->session, tx, &reply, now);
    (void)err;
}

/* Answers a request of the peer that carries or wants a description. */
static void respond_with_media(struct cf_agent_leg *leg, struct cf_tx_id tx, cf_usec now) {
    struct cf_local_line lines[CF_AGENT_LINES_MAX];
    struct cf_local_session media;
    struct cf_agent *agent = leg->agent;
    struct cf_session_reply reply = {.status = 200, .media = &media};
    const struct cf_negotiation *n = cf_session_negotiation(&leg->session, 0);
    bool is_offered = cf_negotiation_remote_offer(n).len > 0;
    enum cf_err err = cf_agent_describe(agent, is_offered ? n : NULL, is_secure(agent, leg), lines, &media);
    err = err == CF_OK ? cf_session_respond(&leg->session, tx, &reply, now) : err;
    if (err != CF_OK && err != CF_ERR_NOT_FOUND && err != CF_ERR_UNSUPPORTED) {
        respond(leg, tx, 500, now);
    }
}

static void describe(struct cf_agent_leg *leg, unsigned fork, cf_usec now) {
    struct cf_local_line lines[CF_AGENT_LINES_MAX];
    struct cf_local_session media;
    struct cf_agent *agent = leg->agent;
    const struct cf_negotiation *n = cf_session_negotiation(&leg->session, fork);
    bool is_offered = n != NULL && cf_negotiation_remote_offer(n).len > 0;
    enum cf_err err = cf_agent_describe(agent, is_offered ? n : NULL, is_secure(agent, leg), lines, &media);
    err = err == CF_OK ? cf_session_describe(&leg->session, fork, &media, now) : err;
    /* STATE: the peer was faster, and we are asked again. */
    if (err != CF_OK && err != CF_ERR_UNSUPPORTED && err != CF_ERR_STATE) {
        cf_session_describe_nothing(&leg->session, now);
    }
}

static void take_incoming(struct cf_agent_leg *leg, cf_usec now) {
    struct cf_tx_id tx = leg->ringing;
    leg->ringing = (struct cf_tx_id){no_handle};
    leg->is_up = true;
    respond_with_media(leg, tx, now);
}

static void on_invited(struct cf_agent_leg *leg, const struct cf_session_event *event, cf_usec now) {
    leg->ringing = event->tx;
    respond(leg, event->tx, 180, now);
    if (leg->agent->config.answers) {
        take_incoming(leg, now);
    }
}

enum cf_err cf_agent_answer(struct cf_agent *agent, cf_usec now) {
    if (agent->call == NULL || !cf_tx_id_is_set(agent->call->ringing)) {
        return CF_ERR_STATE;
    }
    take_incoming(agent->call, now);
    cf_agent_settle_leg(agent->call, now);
    return CF_OK;
}

/* --- changing the call --- */

bool cf_agent_is_there(const struct cf_agent *agent) {
    return agent->call != NULL;
}

bool cf_agent_is_up(const struct cf_agent *agent) {
    return agent->call != NULL && cf_session_state(&agent->call->session) == CF_SESSION_STATE_CONFIRMED;
}

static enum cf_err modify(struct cf_agent *agent, enum cf_session_modify how, cf_usec now) {
    enum cf_err err = cf_agent_is_up(agent) ? cf_session_modify(&agent->call->session, how, now) : CF_ERR_STATE;
    if (err == CF_OK) {
        cf_agent_settle_leg(agent->call, now);
    }
    return err;
}

enum cf_err cf_agent_offer(struct cf_agent *agent, cf_usec now) {
    return modify(agent, CF_SESSION_MODIFY_OFFER, now);
}

enum cf_err cf_agent_hold(struct cf_agent *agent, bool is_held, cf_usec now) {
    bool before = agent->is_held;
    agent->is_held = is_held;
    enum cf_err err = modify(agent, CF_SESSION_MODIFY_OFFER, now);
    agent->is_held = err == CF_OK ? is_held : before;
    return err;
}

enum cf_err cf_agent_set_subject(struct cf_agent *agent, struct cf_str subject, bool is_offerless, cf_usec now) {
    if (!cf_agent_is_up(agent)) {
        return CF_ERR_STATE;
    }
    if (!set_subject_fields(agent, subject)) {
        return CF_ERR_LIMIT;
    }
    agent->is_subject_set = true;
    return modify(agent, is_offerless ? CF_SESSION_MODIFY_OFFERLESS : CF_SESSION_MODIFY_OFFER, now);
}

void cf_agent_hang_up(struct cf_agent *agent, uint16_t status, cf_usec now) {
    struct cf_agent_leg *leg = agent->call;
    cf_mem_free_str(agent->config.mem, &agent->redirect);
    if (agent->is_waiting) {
        agent->is_waiting = false;
        cf_agent_give_ports(agent);
        cf_agent_tell_ended(agent, CF_SESSION_CAUSE_LOCAL, 0, CF_STR_NONE);
    }
    if (leg != NULL) {
        cf_session_end(&leg->session, status == 0 && cf_tx_id_is_set(leg->ringing) ? 486 : status, CF_STR_NONE, now);
        cf_agent_settle_leg(leg, now);
    }
}

/* --- what the session says --- */

static void take_media(struct cf_agent_leg *leg, const struct cf_session_event *event) {
    struct cf_agent *agent = leg->agent;
    struct cf_negotiation *n = cf_session_negotiation(&leg->session, event->fork);
    struct cf_media_params *params = n == NULL ? NULL : cf_negotiation_take_params(n);
    if (params == NULL) {
        return;
    }
    cf_media_params_free(agent->config.mem, agent->media);
    agent->media = params;
    cf_agent_note_bundle(agent, params);
    cf_agent_note_ice(agent, params);
    cf_agent_tell(agent, CF_AGENT_MEDIA, 0, false, CF_STR_NONE);
    if (agent->is_subject_set && leg->is_up && !event->is_preview) {
        /* It was for one re-INVITE: a later one must not undo what others have said since. */
        agent->is_subject_set = !set_subject_fields(agent, CF_STR_NONE);
    }
}

struct cf_media_params *cf_agent_take_media(struct cf_agent *agent) {
    struct cf_media_params *params = agent->media;
    agent->media = NULL;
    return params;
}

static void on_answered(struct cf_agent_leg *leg, const struct cf_session_event *event, cf_usec now) {
    leg->is_up = true;
    cf_agent_meet(leg->agent, event->message, now);
}

/* Contact of a 302: followed once the session that brought it is over. */
static void note_redirect(struct cf_agent *agent, const struct cf_session_event *event) {
    struct cf_sip_name_addr contact;
    if (event->message == NULL || event->status < 301 || event->status > 302 || agent->redirects >= REDIRECTS_MAX ||
        cf_sip_name_addr_parse(cf_sip_value(event->message, CF_SIP_HEADER_CONTACT), &contact) != CF_OK ||
        !cf_sip_uri_is_sip(&contact.uri)) {
        return;
    }
    if (cf_agent_keep(agent, &agent->redirect, contact.uri.text)) {
        agent->redirects++;
    }
}

static void follow_redirect(struct cf_agent *agent, cf_usec now) {
    struct cf_str target = agent->redirect;
    agent->redirect = CF_STR_NONE;
    cf_agent_tell(agent, CF_AGENT_REDIRECTED, 302, false, target);
    enum cf_err err = begin(agent, target, now);
    if (err != CF_OK) {
        cf_agent_tell_ended(agent, CF_SESSION_CAUSE_NO_MEMORY, 0, cf_str_of(cf_err_text(err)));
    }
    cf_mem_free_str(agent->config.mem, &target);
}

/*
 * 488 to the call: the keys or the profile that were offered may be none of the peer's. Once more with the next, as long as there
 * are some; false: there is none, or it was something else.
 */
static bool call_otherwise(struct cf_agent *agent, const struct cf_agent_leg *leg, const struct cf_session_event *event,
                           cf_usec now) {
    struct cf_str target;
    bool is_refused = event->cause == CF_SESSION_CAUSE_REJECTED && event->status == 488 && !leg->is_up;
    if (!is_refused || !cf_mem_dup_str(agent->config.mem, cf_session_dialog(&leg->session)->target, &target)) {
        return false;
    }
    agent->refused_protections++;
    enum cf_err err = begin(agent, target, now);
    cf_mem_free_str(agent->config.mem, &target);
    return err == CF_OK;
}

void cf_agent_go_on(struct cf_agent *agent, cf_usec now) {
    struct cf_str target = agent->redirect;
    agent->redirect = CF_STR_NONE;
    agent->is_waiting = false;
    enum cf_err err = invite(agent, target, now);
    if (err != CF_OK) {
        cf_agent_tell_ended(agent, CF_SESSION_CAUSE_NO_MEMORY, 0, cf_str_of(cf_err_text(err)));
    }
    cf_mem_free_str(agent->config.mem, &target);
}

/* In words: the phrase of a response, or Reason (RFC 3326) of BYE or CANCEL. */
static struct cf_str why(const struct cf_sip_message *message) {
    if (message == NULL) {
        return CF_STR_NONE;
    }
    return message->is_request ? cf_sip_value(message, CF_SIP_HEADER_REASON) : message->reason;
}

static void on_ended(struct cf_agent_leg *leg, const struct cf_session_event *event, cf_usec now) {
    struct cf_agent *agent = leg->agent;
    leg->is_over = true;
    if (agent->call != leg) {
        return;
    }
    agent->call = NULL;
    if (event->cause == CF_SESSION_CAUSE_REJECTED && !leg->is_up) {
        note_redirect(agent, event);
    }
    cf_agent_part(agent, now);
    cf_agent_give_ports(agent);
    cf_media_params_free(agent->config.mem, agent->media);
    agent->media = NULL;
    if (agent->redirect.len > 0) {
        follow_redirect(agent, now);
    } else if (!call_otherwise(agent, leg, event, now)) {
        cf_agent_tell_ended(agent, event->cause, event->status, why(event->message));
    }
}

static void on_request(struct cf_agent_leg *leg, const struct cf_session_event *event, cf_usec now) {
    enum cf_sip_method method = event->message->method;
    bool is_taken = method == CF_SIP_METHOD_INFO || method == CF_SIP_METHOD_OPTIONS || method == CF_SIP_METHOD_MESSAGE;
    respond(leg, event->tx, is_taken ? 200 : 405, now);
}

static void on_event(struct cf_agent_leg *leg, const struct cf_session_event *event, cf_usec now) {
    struct cf_agent *agent = leg->agent;
    switch (event->kind) {
    case CF_SESSION_INVITED:
        on_invited(leg, event, now);
        break;
    case CF_SESSION_PROVISIONAL:
        cf_agent_tell(agent, CF_AGENT_RINGING, event->status, false, CF_STR_NONE);
        break;
    case CF_SESSION_ANSWERED:
        on_answered(leg, event, now);
        break;
    case CF_SESSION_ACKNOWLEDGED:
        cf_agent_tell(agent, CF_AGENT_CONNECTED, 0, agent->focus.len > 0, cf_session_dialog(&leg->session)->target);
        cf_agent_meet(agent, NULL, now);
        cf_agent_follow_roster(agent, now);
        cf_agent_trickle(agent, now);
        break;
    case CF_SESSION_OFFER:
    case CF_SESSION_OFFER_WANTED:
        if (cf_tx_id_is_set(event->tx)) {
            respond_with_media(leg, event->tx, now);
        } else {
            describe(leg, event->fork, now);
        }
        break;
    case CF_SESSION_MEDIA:
        take_media(leg, event);
        cf_agent_trickle(agent, now);
        break;
    case CF_SESSION_OFFER_FAILED:
        agent->restarts_ice = false;
        cf_agent_tell(agent, CF_AGENT_OFFER_FAILED, event->status, false, CF_STR_NONE);
        break;
    case CF_SESSION_REQUEST:
        on_request(leg, event, now);
        break;
    case CF_SESSION_RESPONSE:
        if (agent->has_refer && event->request == agent->refer_request) {
            cf_agent_on_referred(agent, event->status);
        }
        cf_agent_on_trickled(agent, event->request, event->status);
        cf_agent_trickle(agent, now);
        break;
    case CF_SESSION_ENDED:
        on_ended(leg, event, now);
        break;
    case CF_SESSION_REFRESHED:
    case CF_SESSION_GONE:
        break;
    }
}

void cf_agent_settle_leg(struct cf_agent_leg *leg, cf_usec now) {
    struct cf_session_event event;
    bool is_gone = false;
    while (!is_gone && cf_session_poll(&leg->session, &event)) {
        on_event(leg, &event, now);
        is_gone = event.kind == CF_SESSION_GONE;
    }
    if (is_gone) {
        cf_agent_free_leg(leg);
    }
}

struct cf_str cf_agent_call_id(const struct cf_agent *agent) {
    return agent->call == NULL ? CF_STR_NONE : cf_session_dialog(&agent->call->session)->call_id;
}

struct cf_agent_losses cf_agent_losses(const struct cf_agent *agent) {
    return agent->losses;
}

struct cf_str cf_agent_cause_name(enum cf_session_cause cause) {
    switch (cause) {
    case CF_SESSION_CAUSE_NONE:
        return CF_STR("none");
    case CF_SESSION_CAUSE_BYE:
        return CF_STR("bye");
    case CF_SESSION_CAUSE_LOCAL:
        return CF_STR("local");
    case CF_SESSION_CAUSE_REJECTED:
        return CF_STR("rejected");
    case CF_SESSION_CAUSE_CANCELLED:
        return CF_STR("cancelled");
    case CF_SESSION_CAUSE_REFUSED:
        return CF_STR("refused");
    case CF_SESSION_CAUSE_TIMEOUT:
        return CF_STR("timeout");
    case CF_SESSION_CAUSE_UNREACHABLE:
        return CF_STR("unreachable");
    case CF_SESSION_CAUSE_NO_DIALOG:
        return CF_STR("no-dialog");
    case CF_SESSION_CAUSE_NOT_ACKED:
        return CF_STR("not-acknowledged");
    case CF_SESSION_CAUSE_EXPIRED:
        return CF_STR("expired");
    case CF_SESSION_CAUSE_MEDIA:
        return CF_STR("media");
    case CF_SESSION_CAUSE_NO_MEMORY:
        return CF_STR("no-memory");
    }
    return CF_STR("unknown");
}
