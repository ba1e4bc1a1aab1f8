/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The conference that the call leads into: known by isfocus, watched by its event package (RFC 4575). */
#include "core/agent/agent_impl.h"

#define EXPIRES_SEC 600U
#define INFLATED_MAX ((size_t)1024 * 1024)
#define FIELDS "Accept: application/conference-info+xml\r\nAccept-Encoding: deflate\r\nLast-Notify-Version: 0\r\n"

/* Is the peer of @p message a focus? Its URI then. */
static struct cf_str focus_of(const struct cf_sip_message *message) {
    struct cf_sip_name_addr contact;
    struct cf_str ignored;
    if (cf_sip_name_addr_parse(cf_sip_value(message, CF_SIP_HEADER_CONTACT), &contact) != CF_OK ||
        !cf_sip_param_find(contact.params, CF_STR("isfocus"), &ignored)) {
        return CF_STR_NONE;
    }
    return contact.uri.text;
}

static void subscribe(struct cf_agent *agent, cf_usec now) {
    struct cf_usage usage = cf_agent_usage(agent, CF_AGENT_OWNER_WATCH, (struct cf_handle){0, 0});
    struct cf_subscriber_call call = {.method = CF_SIP_METHOD_SUBSCRIBE,
                                      .target = agent->focus,
                                      .local = agent->own,
                                      .remote = agent->focus,
                                      .routes = agent->route,
                                      .flow = cf_session_dialog(&agent->call->session)->flow,
                                      .event = CF_STR("conference"),
                                      .fields = CF_STR(FIELDS),
                                      .expires_sec = EXPIRES_SEC};
    if (cf_flow_id_is_set(agent->flow)) {
        call.flow = agent->flow;
    }
    /* Another conference: what was known of the last one is over. */
    cf_roster_view_fini(&agent->roster);
    cf_roster_view_init(&agent->roster, agent->config.mem, cf_entropy_u32(agent->config.entropy));
    agent->has_watch = cf_subscriber_init(&agent->watch, &usage, &call, now) == CF_OK;
    if (!agent->has_watch) {
        cf_agent_tell(agent, CF_AGENT_SUBSCRIPTION_ENDED, 0, false, CF_STR_NONE);
    }
}

void cf_agent_meet(struct cf_agent *agent, const struct cf_sip_message *message, cf_usec now) {
    bool is_answer = message != NULL && !message->is_request;
    if (message != NULL && !cf_agent_keep(agent, &agent->focus, focus_of(message))) {
        return;
    }
    if (is_answer) {
        struct cf_str target = agent->focus.len > 0 ? agent->focus : cf_session_dialog(&agent->call->session)->target;
        cf_agent_tell(agent, CF_AGENT_CONNECTED, 200, agent->focus.len > 0, target);
    }
    /* A caller subscribes at once; somebody called when the call is up. */
    if (agent->focus.len > 0 && !agent->has_watch && (is_answer || message == NULL)) {
        subscribe(agent, now);
    }
}

void cf_agent_part(struct cf_agent *agent, cf_usec now) {
    cf_mem_free_str(agent->config.mem, &agent->focus);
    if (agent->has_watch) {
        cf_subscriber_end(&agent->watch, now);
        cf_agent_settle_watch(agent, now);
    }
}

static void apply(struct cf_agent *agent, struct cf_str xml, cf_usec now) {
    struct cf_conference_info info;
    enum cf_view_result result = CF_VIEW_REFRESH;
    if (agent->config.codecs->read_info(agent->config.codecs->ctx, agent->config.mem, xml, &info) != CF_OK) {
        cf_agent_tell(agent, CF_AGENT_SUBSCRIPTION_ENDED, 400, true, CF_STR("the document can't be read"));
        return;
    }
    enum cf_err err = cf_roster_view_apply(&agent->roster, &info, &result);
    cf_conference_info_fini(&info);
    if (err != CF_OK || result == CF_VIEW_REFRESH) {
        cf_roster_view_on_subscribed(&agent->roster);
        /* Refused: the roster stays as it is until the next document. */
        err = cf_subscriber_refresh(&agent->watch, CF_STR(FIELDS), now);
        (void)err;
    } else if (result != CF_VIEW_OLD) {
        cf_agent_tell(agent, CF_AGENT_ROSTER, 0, false, CF_STR_NONE);
        cf_agent_follow_roster(agent, now);
    }
}

static void on_notified(struct cf_agent *agent, const struct cf_sip_message *message, cf_usec now) {
    const struct cf_mem *mem = agent->config.mem;
    struct cf_mime_part body;
    size_t len = 0;
    if (cf_mime_body_of(message, &body) != CF_OK) {
        return;
    }
    if (body.encoding.len == 0) {
        apply(agent, body.body, now);
        return;
    }
    uint8_t *room = cf_mem_alloc(mem, INFLATED_MAX);
    if (room != NULL && cf_str_eq_nocase(body.encoding, CF_STR("deflate")) &&
        agent->config.codecs->inflate(agent->config.codecs->ctx, cf_str_span(body.body), room, INFLATED_MAX, &len) == CF_OK) {
        apply(agent, cf_str_n((const char *)room, len), now);
    } else {
        cf_agent_tell(agent, CF_AGENT_SUBSCRIPTION_ENDED, 415, true, CF_STR("the document can't be inflated"));
    }
    cf_mem_free(mem, room, INFLATED_MAX);
}

void cf_agent_settle_watch(struct cf_agent *agent, cf_usec now) {
    struct cf_subscriber_event event;
    while (agent->has_watch && cf_subscriber_poll(&agent->watch, &event)) {
        switch (event.kind) {
        case CF_SUBSCRIBER_ACCEPTED:
            cf_agent_tell(agent, CF_AGENT_SUBSCRIBED, event.status, false, CF_STR_NONE);
            break;
        case CF_SUBSCRIBER_NOTIFIED:
            on_notified(agent, event.message, now);
            break;
        case CF_SUBSCRIBER_ENDED:
            cf_agent_tell(agent, CF_AGENT_SUBSCRIPTION_ENDED, event.status, false, CF_STR_NONE);
            break;
        case CF_SUBSCRIBER_GONE:
            cf_subscriber_fini(&agent->watch);
            agent->has_watch = false;
            break;
        }
    }
}
