/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asking the focus by REFER (RFC 4579 sections 5.7 to 5.9): outside of the dialog as newer clients do, removal inside of it. */
#include "core/agent/agent_impl.h"

#define FIELDS_MAX (CF_AGENT_URI_MAX + 128U)

static bool put_fields(struct cf_writer *w, enum cf_agent_wish wish, struct cf_str uri) {
    cf_put_lit(w, "Refer-To: <");
    cf_put(w, uri);
    switch (wish) {
    case CF_AGENT_ADD:
        cf_put_lit(w, ">");
        break;
    case CF_AGENT_REMOVE:
        cf_put_lit(w, ";method=BYE>");
        break;
    case CF_AGENT_ADMIN:
        cf_put_lit(w, ">;admin=1");
        break;
    case CF_AGENT_NOT_ADMIN:
        cf_put_lit(w, ">;admin=0");
        break;
    }
    cf_put_lit(w, "\r\nRefer-Sub: false\r\nReferred-By: ");
    return cf_writer_ok(w);
}

static enum cf_err refer_inside(struct cf_agent *agent, struct cf_str fields, struct cf_str uri, cf_usec now) {
    struct cf_session_request request = {.method = CF_SIP_METHOD_REFER, .fields = fields};
    if (agent->has_refer) {
        return CF_ERR_LIMIT;
    }
    if (!cf_agent_keep(agent, &agent->refer_about, uri)) {
        return CF_ERR_NO_MEMORY;
    }
    enum cf_err err = cf_session_request(&agent->call->session, &request, now, &agent->refer_request);
    agent->has_refer = err == CF_OK;
    return err;
}

void cf_agent_on_referred(struct cf_agent *agent, uint16_t status) {
    agent->has_refer = false;
    cf_agent_tell(agent, CF_AGENT_REFERRED, status, false, agent->refer_about);
}

void cf_agent_free_referral(struct cf_agent_referral *referral) {
    struct cf_agent *agent = referral->agent;
    cf_subscriber_fini(&referral->subscriber);
    cf_list_remove(&referral->in_agent);
    cf_handle_remove(&agent->referrals, referral->handle);
    cf_mem_free_str(agent->config.mem, &referral->about);
    cf_mem_free(agent->config.mem, referral, sizeof *referral);
}

static enum cf_err refer_outside(struct cf_agent *agent, struct cf_str fields, struct cf_str uri, cf_usec now) {
    struct cf_agent_referral *referral = cf_mem_alloc(agent->config.mem, sizeof *referral);
    if (referral == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    referral->agent = agent;
    referral->handle = cf_handle_add(&agent->referrals, referral);
    cf_list_append(&agent->referral_list, &referral->in_agent);
    struct cf_usage usage = cf_agent_usage(agent, CF_AGENT_OWNER_REFERRAL, referral->handle);
    struct cf_subscriber_call call = {.method = CF_SIP_METHOD_REFER,
                                      .target = agent->focus,
                                      .local = agent->own,
                                      .remote = agent->focus,
                                      .routes = agent->route,
                                      .flow = agent->flow,
                                      .fields = fields};
    enum cf_err err = CF_ERR_LIMIT;
    if (cf_handle_is_set(referral->handle)) {
        err = cf_mem_dup_str(agent->config.mem, uri, &referral->about)
                  ? cf_subscriber_init(&referral->subscriber, &usage, &call, now)
                  : CF_ERR_NO_MEMORY;
    }
    if (err != CF_OK) {
        cf_agent_free_referral(referral);
    }
    return err;
}

enum cf_err cf_agent_refer(struct cf_agent *agent, enum cf_agent_wish wish, struct cf_str uri, cf_usec now) {
    char room[FIELDS_MAX + CF_AGENT_URI_MAX + CF_AGENT_TEXT_MAX];
    struct cf_sip_uri parsed;
    struct cf_writer w;
    if (!cf_agent_is_up(agent) || agent->focus.len == 0) {
        return CF_ERR_STATE;
    }
    if (uri.len > CF_AGENT_URI_MAX || cf_sip_uri_parse(uri, &parsed) != CF_OK || !cf_sip_uri_is_sip(&parsed)) {
        return CF_ERR_MALFORMED;
    }
    cf_writer_init(&w, room, sizeof room);
    (void)put_fields(&w, wish, uri);
    cf_put(&w, agent->own);
    cf_put_lit(&w, "\r\n");
    if (!cf_writer_ok(&w)) {
        return CF_ERR_NO_ROOM;
    }
    return wish == CF_AGENT_REMOVE ? refer_inside(agent, cf_writer_str(&w), uri, now)
                                   : refer_outside(agent, cf_writer_str(&w), uri, now);
}

void cf_agent_settle_referral(struct cf_agent_referral *referral, cf_usec now) {
    struct cf_agent *agent = referral->agent;
    struct cf_subscriber_event event;
    bool is_gone = false;
    (void)now;
    while (!is_gone && cf_subscriber_poll(&referral->subscriber, &event)) {
        if (event.kind == CF_SUBSCRIBER_ACCEPTED) {
            cf_agent_tell(agent, CF_AGENT_REFERRED, event.status == 0 ? 202 : event.status, false, referral->about);
        } else if (event.kind == CF_SUBSCRIBER_ENDED && event.cause == CF_SUBSCRIBER_CAUSE_REJECTED) {
            cf_agent_tell(agent, CF_AGENT_REFERRED, event.status, false, referral->about);
        } else if (event.kind == CF_SUBSCRIBER_ENDED && event.cause == CF_SUBSCRIBER_CAUSE_UNREACHABLE) {
            cf_agent_tell(agent, CF_AGENT_REFERRED, 408, false, referral->about);
        }
        is_gone = event.kind == CF_SUBSCRIBER_GONE;
    }
    if (is_gone) {
        cf_agent_free_referral(referral);
    }
}
