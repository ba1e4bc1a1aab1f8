/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The user agent as a whole: making it, registration, and who is concerned by what comes in. */
#include "core/agent/agent.h"

#include "core/agent/agent_impl.h"
#include "core/dialog/screen.h"
#include "core/sip/builder.h"

#define ALLOW "INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, NOTIFY, INFO, PRACK, UPDATE, MESSAGE"
#define PING_INTERVAL CF_SEC(25)
#define REPLY_MAX 4096U
#define LEGS_MAX 16U

/* --- small things --- */

static struct cf_agent_waiting *push(struct cf_agent *agent) {
    if (agent->event_count == CF_AGENT_EVENTS_MAX) {
        agent->losses.events++;
        return NULL;
    }
    return &agent->events[(agent->event_begin + agent->event_count++) % CF_AGENT_EVENTS_MAX];
}

static void put_event(struct cf_agent *agent, const struct cf_agent_event *event, struct cf_str text) {
    struct cf_agent_waiting *w = push(agent);
    if (w != NULL) {
        size_t len = text.len < sizeof w->text ? text.len : sizeof w->text;
        w->event = *event;
        if (len > 0) {
            memcpy(w->text, text.at, len);
        }
        w->event.text = cf_str_n(w->text, len);
    }
}

void cf_agent_tell(struct cf_agent *agent, enum cf_agent_event_kind kind, uint16_t status, bool flag, struct cf_str text) {
    struct cf_agent_event event = {.kind = kind, .status = status, .flag = flag};
    put_event(agent, &event, text);
}

void cf_agent_tell_ended(struct cf_agent *agent, enum cf_session_cause cause, uint16_t status, struct cf_str text) {
    struct cf_agent_event event = {.kind = CF_AGENT_ENDED, .status = status, .cause = cause};
    put_event(agent, &event, text);
}

struct cf_usage cf_agent_usage(struct cf_agent *agent, enum cf_agent_owner kind, struct cf_handle handle) {
    return (struct cf_usage){.mem = agent->config.mem,
                             .entropy = agent->config.entropy,
                             .endpoint = agent->endpoint,
                             .dialogs = &agent->dialogs,
                             .profile = &agent->profile,
                             .auth = agent->has_auth ? &agent->auth : NULL,
                             .owner = {(uint32_t)kind, handle}};
}

bool cf_agent_keep(struct cf_agent *agent, struct cf_str *kept, struct cf_str value) {
    struct cf_str copy;
    if (!cf_mem_dup_str(agent->config.mem, value, &copy)) {
        return false;
    }
    cf_mem_free_str(agent->config.mem, kept);
    *kept = copy;
    return true;
}

/* --- making it --- */

static bool keep_own(struct cf_agent *agent) {
    char text[CF_AGENT_URI_MAX + CF_AGENT_TEXT_MAX];
    struct cf_writer w;
    cf_writer_init(&w, text, sizeof text);
    if (agent->config.name.len > 0) {
        cf_put_char(&w, '"');
        cf_put(&w, agent->config.name);
        cf_put_lit(&w, "\" ");
    }
    cf_put_char(&w, '<');
    cf_put(&w, agent->config.aor);
    cf_put_char(&w, '>');
    return cf_writer_ok(&w) && cf_agent_keep(agent, &agent->own, cf_writer_str(&w));
}

static bool keep_route(struct cf_agent *agent) {
    char text[CF_AGENT_URI_MAX + 8];
    struct cf_writer w;
    if (agent->config.proxy.len == 0) {
        return true;
    }
    cf_writer_init(&w, text, sizeof text);
    cf_put_char(&w, '<');
    cf_put(&w, agent->config.proxy);
    cf_put_lit(&w, ";lr>");
    return cf_writer_ok(&w) && cf_agent_keep(agent, &agent->route, cf_writer_str(&w));
}

static bool keep_registrar(struct cf_agent *agent, const struct cf_sip_uri *aor) {
    char text[CF_AGENT_URI_MAX];
    struct cf_writer w;
    cf_writer_init(&w, text, sizeof text);
    cf_put_lit(&w, "sip:");
    cf_put(&w, aor->host);
    return cf_writer_ok(&w) && cf_agent_keep(agent, &agent->registrar, cf_writer_str(&w));
}

bool cf_agent_set_contact(struct cf_agent *agent, struct cf_str gruu) {
    char text[CF_AGENT_URI_MAX + 2 * CF_AGENT_TEXT_MAX];
    const struct cf_endpoint_local *local = &agent->config.locals[0];
    struct cf_sip_uri aor;
    struct cf_writer w;
    cf_writer_init(&w, text, sizeof text);
    if (cf_sip_uri_parse(agent->config.aor, &aor) != CF_OK) {
        return false;
    }
    cf_put_char(&w, '<');
    if (gruu.len > 0) {
        cf_put(&w, gruu);
    } else {
        cf_put_lit(&w, "sip:");
        cf_put(&w, aor.user);
        cf_put_char(&w, '@');
        cf_put_addr(&w, &local->addr);
        if (local->transport != CF_TRANSPORT_UDP) {
            cf_put_lit(&w, ";transport=");
            cf_put(&w, local->transport == CF_TRANSPORT_TLS ? CF_STR("tls") : CF_STR("tcp"));
        }
    }
    cf_put_char(&w, '>');
    if (agent->config.specs.len > 0) {
        cf_put_lit(&w, ";+org.linphone.specs=\"");
        cf_put(&w, agent->config.specs);
        cf_put_char(&w, '"');
    }
    if (!cf_writer_ok(&w) || !cf_agent_keep(agent, &agent->contact, cf_writer_str(&w))) {
        return false;
    }
    agent->profile.contact = agent->contact;
    return true;
}

static enum cf_err init_auth(struct cf_agent *agent, const struct cf_sip_uri *aor) {
    const struct cf_agent_config *c = &agent->config;
    struct cf_sip_uri proxy;
    if (c->password.len == 0) {
        return CF_OK;
    }
    bool has_proxy = c->proxy.len > 0 && cf_sip_uri_parse(c->proxy, &proxy) == CF_OK;
    struct cf_client_account account = {.peer_host = has_proxy ? proxy.host : aor->host,
                                        .domain = aor->host,
                                        .realm = c->realm.len > 0 ? c->realm : aor->host,
                                        .username = c->user.len > 0 ? c->user : aor->user,
                                        .password = c->password};
    enum cf_err err = cf_client_auth_init(&agent->auth, c->mem, c->hash, c->entropy, &account);
    agent->has_auth = err == CF_OK;
    return err;
}

static bool init(struct cf_agent *agent, cf_usec now) {
    const struct cf_agent_config *c = &agent->config;
    struct cf_sip_uri aor;
    struct cf_sip_uri proxy;
    struct cf_endpoint_config endpoint = {
        .mem = c->mem, .entropy = c->entropy, .locals = c->locals, .local_count = c->local_count, .product = c->product};
    bool is_right = cf_sip_uri_parse(c->aor, &aor) == CF_OK && cf_sip_uri_is_sip(&aor) && aor.user.len > 0 &&
                    (c->proxy.len == 0 || (cf_sip_uri_parse(c->proxy, &proxy) == CF_OK && cf_sip_uri_is_sip(&proxy)));
    if (!is_right || !keep_own(agent) || !keep_route(agent) || !keep_registrar(agent, &aor) ||
        !cf_agent_set_contact(agent, CF_STR_NONE) || init_auth(agent, &aor) != CF_OK) {
        return false;
    }
    agent->profile.product = c->product;
    agent->profile.allow = CF_STR(ALLOW);
    agent->profile.allow_events = CF_STR("conference, refer");
    agent->profile.supported = CF_STR("replaces, outbound, gruu, norefersub");
    if (c->policy->ice != CF_POLICY_ICE_OFF) {
        agent->profile.supported = CF_STR("replaces, outbound, gruu, norefersub, trickle-ice");
        agent->profile.recv_info = CF_STR("trickle-ice");
    }
    agent->endpoint = cf_endpoint_create(&endpoint, now);
    bool has_ice = c->policy->ice != CF_POLICY_ICE_OFF;
    agent->is_gathered = true; /* there are no ports yet */
    agent->ices = has_ice ? cf_mem_alloc(c->mem, CF_AGENT_LINES_MAX * sizeof *agent->ices) : NULL;
    return agent->endpoint != NULL && has_ice == (agent->ices != NULL);
}

struct cf_agent *cf_agent_create(const struct cf_agent_config *config, cf_usec now) {
    struct cf_agent *agent = cf_mem_alloc(config->mem, sizeof *agent);
    if (agent == NULL) {
        return NULL;
    }
    agent->config = *config;
    agent->ping_at = CF_USEC_NEVER;
    cf_dialog_table_init(&agent->dialogs, config->mem, config->entropy);
    cf_handle_table_init(&agent->legs, config->mem, LEGS_MAX);
    cf_handle_table_init(&agent->referrals, config->mem, CF_AGENT_REFERRALS_MAX);
    cf_list_init(&agent->leg_list);
    cf_list_init(&agent->referral_list);
    cf_resource_list_init(&agent->invited, config->mem, SIZE_MAX);
    cf_roster_view_init(&agent->roster, config->mem, cf_entropy_u32(config->entropy));
    if (!init(agent, now)) {
        cf_agent_destroy(agent);
        return NULL;
    }
    return agent;
}

static void free_strings(struct cf_agent *agent) {
    struct cf_str *strings[] = {&agent->own,      &agent->route, &agent->registrar,      &agent->contact,
                                &agent->redirect, &agent->focus, &agent->subject_fields, &agent->refer_about};
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++) {
        cf_mem_free_str(agent->config.mem, strings[i]);
    }
}

void cf_agent_destroy(struct cf_agent *agent) {
    if (agent == NULL) {
        return;
    }
    const struct cf_mem *mem = agent->config.mem;
    CF_LIST_EACH (&agent->leg_list, leg, next_leg) {
        cf_agent_free_leg(CF_OF(leg, struct cf_agent_leg, in_agent));
    }
    CF_LIST_EACH (&agent->referral_list, referral, next_referral) {
        cf_agent_free_referral(CF_OF(referral, struct cf_agent_referral, in_agent));
    }
    cf_agent_give_ports(agent);
    cf_subscriber_fini(&agent->watch);
    cf_registration_fini(&agent->registration);
    cf_endpoint_destroy(agent->endpoint);
    cf_roster_view_fini(&agent->roster);
    cf_resource_list_fini(&agent->invited);
    cf_handle_table_fini(&agent->legs);
    cf_handle_table_fini(&agent->referrals);
    cf_dialog_table_fini(&agent->dialogs);
    cf_media_params_free(mem, agent->media);
    cf_mem_free(mem, agent->ices, CF_AGENT_LINES_MAX * sizeof *agent->ices);
    if (agent->has_auth) {
        cf_client_auth_fini(&agent->auth);
    }
    free_strings(agent);
    cf_mem_free(mem, agent, sizeof *agent);
}

struct cf_endpoint *cf_agent_endpoint(struct cf_agent *agent) {
    return agent->endpoint;
}

/* --- registration --- */

enum cf_err cf_agent_register(struct cf_agent *agent, cf_usec now) {
    char text[CF_AGENT_URI_MAX + 2 * CF_AGENT_TEXT_MAX];
    struct cf_writer w;
    if (agent->config.is_unregistered || agent->is_registering) {
        return CF_ERR_STATE;
    }
    cf_writer_init(&w, text, sizeof text);
    cf_put(&w, agent->contact);
    if (agent->config.instance.len > 0) {
        cf_put_lit(&w, ";+sip.instance=\"<");
        cf_put(&w, agent->config.instance);
        cf_put_lit(&w, ">\"");
    }
    if (!cf_writer_ok(&w)) {
        return CF_ERR_NO_ROOM;
    }
    struct cf_registration_account account = {.registrar = agent->registrar,
                                              .aor = agent->own,
                                              .contact = cf_writer_str(&w),
                                              .routes = agent->route,
                                              .expires_sec = agent->config.expires_sec,
                                              .retry_base_sec = 2};
    struct cf_usage usage = cf_agent_usage(agent, CF_AGENT_OWNER_REGISTRATION, (struct cf_handle){0, 0});
    enum cf_err err = cf_registration_init(&agent->registration, &usage, &account, now);
    agent->is_registering = err == CF_OK;
    return err;
}

static void settle_registration(struct cf_agent *agent, cf_usec now) {
    struct cf_registration_event event;
    while (agent->is_registering && cf_registration_poll(&agent->registration, &event)) {
        switch (event.kind) {
        case CF_REGISTRATION_REGISTERED:
            agent->flow = event.flow;
            agent->ping_at = now + PING_INTERVAL;
            if (event.pub_gruu.len > 0 && !cf_agent_set_contact(agent, event.pub_gruu)) {
                agent->losses.events++;
            }
            cf_agent_tell(agent, CF_AGENT_REGISTERED, 200, false, event.pub_gruu);
            break;
        case CF_REGISTRATION_FAILED:
            cf_agent_tell(agent, CF_AGENT_REGISTER_FAILED, event.status, event.retry_sec > 0, CF_STR_NONE);
            break;
        case CF_REGISTRATION_GONE:
            cf_registration_fini(&agent->registration);
            agent->is_registering = false;
            agent->ping_at = CF_USEC_NEVER;
            cf_agent_tell(agent, CF_AGENT_UNREGISTERED, 0, false, CF_STR_NONE);
            break;
        }
    }
}

/* --- what comes in --- */

void cf_agent_refuse(struct cf_agent *agent, const struct cf_endpoint_event *event, unsigned status, struct cf_str fields,
                     cf_usec now) {
    char text[REPLY_MAX];
    const struct cf_endpoint_tag tag = cf_endpoint_tag_of(agent->endpoint, event->message);
    struct cf_writer w;
    cf_writer_init(&w, text, sizeof text);
    cf_sip_reply_begin(&w, event->message, status, CF_STR_NONE,
                       event->message->to_tag.at == NULL ? cf_str_n(tag.text, sizeof tag.text) : CF_STR_NONE);
    cf_put(&w, fields.at == NULL ? CF_STR("") : fields);
    cf_ua_profile_put(&w, &agent->profile, CF_UA_PROFILE_SERVER | (status == 200 ? CF_UA_PROFILE_ABILITIES : 0U), false);
    cf_sip_end(&w);
    /* Without room or memory the request is left unanswered; the peer asks again. */
    enum cf_err err = cf_writer_ok(&w) ? cf_endpoint_respond(agent->endpoint, event->tx, cf_writer_str(&w), now) : CF_ERR_NO_ROOM;
    (void)err;
}

static struct cf_agent_leg *leg_of(const struct cf_agent *agent, struct cf_owner owner) {
    return owner.kind == CF_AGENT_OWNER_LEG ? cf_handle_get(&agent->legs, owner.handle) : NULL;
}

static struct cf_agent_referral *referral_of(const struct cf_agent *agent, struct cf_owner owner) {
    return owner.kind == CF_AGENT_OWNER_REFERRAL ? cf_handle_get(&agent->referrals, owner.handle) : NULL;
}

/* True if somebody took it. */
static bool hand_on(struct cf_agent *agent, struct cf_owner owner, const struct cf_endpoint_event *event, cf_usec now) {
    struct cf_agent_leg *leg = leg_of(agent, owner);
    struct cf_agent_referral *referral = referral_of(agent, owner);
    if (leg != NULL) {
        cf_session_on_event(&leg->session, event, now);
        cf_agent_settle_leg(leg, now);
    } else if (referral != NULL) {
        cf_subscriber_on_event(&referral->subscriber, event, now);
        cf_agent_settle_referral(referral, now);
    } else if (owner.kind == CF_AGENT_OWNER_WATCH && agent->has_watch) {
        cf_subscriber_on_event(&agent->watch, event, now);
        cf_agent_settle_watch(agent, now);
    } else if (owner.kind == CF_AGENT_OWNER_REGISTRATION && agent->is_registering) {
        cf_registration_on_event(&agent->registration, event, now);
        settle_registration(agent, now);
    } else {
        return false;
    }
    return true;
}

static void on_request(struct cf_agent *agent, const struct cf_endpoint_event *event, cf_usec now) {
    const struct cf_sip_message *m = event->message;
    if (!cf_sip_is_out_of_dialog(m)) {
        struct cf_owner owner = cf_dialog_table_owner_of(&agent->dialogs, m);
        if (!hand_on(agent, owner, event, now)) {
            cf_agent_refuse(agent, event, 481, CF_STR_NONE, now);
        }
        return;
    }
    if (event->is_merged) {
        cf_agent_refuse(agent, event, 482, CF_STR_NONE, now);
    } else if (m->method == CF_SIP_METHOD_INVITE) {
        cf_agent_on_invite(agent, event, now);
    } else if (m->method == CF_SIP_METHOD_OPTIONS || m->method == CF_SIP_METHOD_MESSAGE) {
        cf_agent_refuse(agent, event, 200, CF_STR_NONE, now);
    } else {
        cf_agent_refuse(agent, event, 405, CF_STR("Allow: " ALLOW "\r\n"), now);
    }
}

static void on_flow_closed(struct cf_agent *agent, const struct cf_endpoint_event *event, cf_usec now) {
    if (cf_flow_id_eq(agent->flow, event->flow)) {
        agent->flow = (struct cf_flow_id){{0, 0}};
    }
    CF_LIST_EACH (&agent->leg_list, link, following) {
        struct cf_agent_leg *leg = CF_OF(link, struct cf_agent_leg, in_agent);
        cf_session_on_event(&leg->session, event, now);
        cf_agent_settle_leg(leg, now);
    }
    if (agent->is_registering) {
        cf_registration_on_event(&agent->registration, event, now);
        settle_registration(agent, now);
    }
}

static void dispatch(struct cf_agent *agent, const struct cf_endpoint_event *event, cf_usec now) {
    if (event->kind == CF_ENDPOINT_REQUEST) {
        on_request(agent, event, now);
    } else if (event->kind == CF_ENDPOINT_ACK) {
        (void)hand_on(agent, cf_dialog_table_owner_of(&agent->dialogs, event->message), event, now);
    } else if (event->kind == CF_ENDPOINT_FLOW_CLOSED) {
        on_flow_closed(agent, event, now);
    } else {
        (void)hand_on(agent, event->owner, event, now);
    }
}

/* --- time --- */

cf_usec cf_agent_deadline(const struct cf_agent *agent) {
    cf_usec deadline = cf_usec_min(cf_endpoint_deadline(agent->endpoint), agent->ping_at);
    CF_LIST_EACH (&agent->leg_list, leg, next_leg) {
        deadline = cf_usec_min(deadline, cf_session_deadline(&CF_OF(leg, struct cf_agent_leg, in_agent)->session));
    }
    CF_LIST_EACH (&agent->referral_list, referral, next_referral) {
        deadline =
            cf_usec_min(deadline, cf_subscriber_deadline(&CF_OF(referral, struct cf_agent_referral, in_agent)->subscriber));
    }
    if (agent->has_watch) {
        deadline = cf_usec_min(deadline, cf_subscriber_deadline(&agent->watch));
    }
    return agent->is_registering ? cf_usec_min(deadline, cf_registration_deadline(&agent->registration)) : deadline;
}

static void ping(struct cf_agent *agent, cf_usec now) {
    if (agent->ping_at <= now) {
        agent->ping_at = now + PING_INTERVAL;
        if (cf_flow_id_is_set(agent->flow)) {
            cf_endpoint_ping(agent->endpoint, agent->flow, now);
        }
    }
}

void cf_agent_on_deadline(struct cf_agent *agent, cf_usec now) {
    if (cf_endpoint_deadline(agent->endpoint) <= now) {
        cf_endpoint_on_deadline(agent->endpoint, now);
    }
    ping(agent, now);
    CF_LIST_EACH (&agent->leg_list, link, next_leg) {
        struct cf_agent_leg *leg = CF_OF(link, struct cf_agent_leg, in_agent);
        cf_session_on_deadline(&leg->session, now);
        cf_agent_settle_leg(leg, now);
    }
    CF_LIST_EACH (&agent->referral_list, link, next_referral) {
        struct cf_agent_referral *referral = CF_OF(link, struct cf_agent_referral, in_agent);
        cf_subscriber_on_deadline(&referral->subscriber, now);
        cf_agent_settle_referral(referral, now);
    }
    if (agent->has_watch) {
        cf_subscriber_on_deadline(&agent->watch, now);
        cf_agent_settle_watch(agent, now);
    }
    if (agent->is_registering) {
        cf_registration_on_deadline(&agent->registration, now);
        settle_registration(agent, now);
    }
}

void cf_agent_end(struct cf_agent *agent, cf_usec now) {
    agent->is_ending = true;
    cf_agent_hang_up(agent, 0, now);
    cf_agent_part(agent, now);
    if (agent->is_registering) {
        cf_registration_end(&agent->registration, now);
        settle_registration(agent, now);
    }
}

static void look_if_quiet(struct cf_agent *agent) {
    bool is_quiet = agent->is_ending && !agent->is_quiet_told && !agent->is_registering && !agent->has_watch;
    CF_LIST_EACH (&agent->leg_list, leg, following) {
        is_quiet = is_quiet && cf_session_is_said(&CF_OF(leg, struct cf_agent_leg, in_agent)->session);
    }
    if (is_quiet) {
        agent->is_quiet_told = true;
        cf_agent_tell(agent, CF_AGENT_QUIET, 0, false, CF_STR_NONE);
    }
}

bool cf_agent_poll(struct cf_agent *agent, cf_usec now, struct cf_agent_event *ret) {
    struct cf_endpoint_event event;
    while (cf_endpoint_poll(agent->endpoint, &event)) {
        if (cf_endpoint_is_for_shell(event.kind)) {
            *ret = (struct cf_agent_event){.kind = CF_AGENT_SHELL, .shell = event};
            return true;
        }
        dispatch(agent, &event, now);
    }
    look_if_quiet(agent);
    if (agent->event_count == 0) {
        return false;
    }
    *ret = agent->events[agent->event_begin].event;
    agent->event_begin = (agent->event_begin + 1) % CF_AGENT_EVENTS_MAX;
    agent->event_count--;
    return true;
}

const struct cf_roster_view *cf_agent_roster(const struct cf_agent *agent) {
    return &agent->roster;
}
