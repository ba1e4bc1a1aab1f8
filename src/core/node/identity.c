/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who sends a request: by digest, or by the word of a trusted proxy (RFC 3325). Nobody else is heard (attacks T10, T14, T16). */
#include "core/node/node_impl.h"

#include "core/sip/builder.h"
#include "core/sip/text.h"

#define CHALLENGE_MAX 2048

bool cf_node_is_trusted(const struct cf_node *node, const struct cf_endpoint_event *event) {
    struct cf_flow_info flow;
    if (!cf_endpoint_flow_info(node->endpoint, event->flow, &flow)) {
        return false;
    }
    /* Browsers may come by a reverse proxy on the same machine as the SIP proxy. */
    if (cf_transport_is_websocket(flow.transport)) {
        return false;
    }
    for (size_t i = 0; i < node->config.live.proxy_count; i++) {
        if (cf_addr_eq_ip(&node->config.live.proxies[i], &flow.remote)) {
            return true;
        }
    }
    return false;
}

bool cf_node_is_private(const struct cf_node *node, const struct cf_endpoint_event *event) {
    return cf_transport_is_secure(event->transport) || event->transport == CF_TRANSPORT_WS || cf_node_is_trusted(node, event);
}

static bool set_caller(const struct cf_sip_name_addr *identity, struct cf_node_caller *ret) {
    struct cf_writer aor;
    struct cf_writer name;
    cf_writer_init(&aor, ret->aor, sizeof ret->aor);
    cf_sip_put_aor(&aor, &identity->uri);
    cf_writer_init(&name, ret->name, sizeof ret->name);
    cf_sip_put_display(&name, identity);
    /* A name that is too long is cut by the writer where it ends; the identity must be whole. */
    ret->caller =
        (struct cf_caller){.aor = cf_writer_str(&aor),
                           .name = name.len > 0 && cf_str_is_utf8(cf_writer_str(&name)) ? cf_writer_str(&name) : CF_STR_NONE,
                           .is_verified = true,
                           .is_own = true};
    return cf_writer_ok(&aor);
}

static bool identify_by_proxy(const struct cf_sip_message *msg, struct cf_node_caller *ret) {
    struct cf_sip_values values;
    struct cf_str text;
    struct cf_sip_name_addr asserted;
    cf_sip_values_begin(msg, CF_SIP_HEADER_P_ASSERTED_IDENTITY, &values);
    while (cf_sip_values_next(&values, &text)) {
        if (cf_sip_name_addr_parse(text, &asserted) == CF_OK && cf_sip_uri_is_sip(&asserted.uri)) {
            return set_caller(&asserted, ret);
        }
    }
    return set_caller(&msg->from, ret);
}

/* RFC 8898 section 2: tokens go over what keeps secrets. Without TLS a WebSocket is behind a reverse proxy that has it. */
static bool takes_bearer(const struct cf_node *node, enum cf_transport transport) {
    return node->guests.keys.current.is_set && (cf_transport_is_secure(transport) || transport == CF_TRANSPORT_WS);
}

/* Browsers are told of tokens; phones are not, some would take it for the only way. */
static bool offers_bearer(const struct cf_node *node, enum cf_transport transport) {
    return node->guests.keys.current.is_set && cf_transport_is_websocket(transport);
}

static void challenge(struct cf_node *node, const struct cf_endpoint_event *event, enum cf_transport transport,
                      enum cf_auth_role role, enum cf_auth_verdict verdict, cf_usec now) {
    char fields[CHALLENGE_MAX];
    struct cf_writer w;
    bool is_bad_token = verdict == CF_AUTH_NO_TOKEN;
    cf_writer_init(&w, fields, sizeof fields);
    /* JsSIP and SIP.js look at the last challenge only, which must be one that an account can answer. */
    if (role == CF_AUTH_SERVER && (is_bad_token || offers_bearer(node, transport))) {
        cf_authenticator_put_bearer(&node->authenticator, is_bad_token ? CF_STR("invalid_token") : CF_STR_NONE, &w);
    }
    cf_authenticator_put_challenge(&node->authenticator, role, verdict == CF_AUTH_STALE, now, &w);
    cf_node_answer(node, event, role == CF_AUTH_SERVER ? 401 : 407, cf_writer_str(&w), now);
}

/* The account may only speak for itself: From is its own address under one of our domains. */
static bool is_own_address(const struct cf_node *node, const struct cf_sip_message *msg, const struct cf_account *account) {
    return cf_domains_has(&node->domains, msg->from.uri.host) &&
           cf_sip_unescaped_eq(msg->from.uri.user, cf_str_n(account->name, account->name_len));
}

/* A guest speaks for the address in the token only, under the name in it. */
static bool set_guest(const struct cf_node *node, const struct cf_sip_message *msg, struct cf_node_caller *ret) {
    static const enum cf_conf_role roles[] = {[CF_TOKEN_MODERATOR] = CF_CONF_ROLE_SPEAKER,
                                              [CF_TOKEN_SPEAKER] = CF_CONF_ROLE_SPEAKER,
                                              [CF_TOKEN_LISTENER] = CF_CONF_ROLE_LISTENER};
    const struct cf_token *guest = &ret->identity.guest;
    if (!cf_domains_has(&node->domains, msg->from.uri.host) || !cf_str_starts(guest->subject, CF_GUEST_PREFIX) ||
        !cf_sip_unescaped_eq(msg->from.uri.user, guest->subject) || !set_caller(&msg->from, ret)) {
        return false;
    }
    ret->caller.name = guest->name.len > 0 ? guest->name : ret->caller.name;
    ret->caller.is_verified = false;
    ret->caller.is_own = false;
    ret->caller.only_room = guest->room;
    ret->caller.pass = (struct cf_conference_pass){
        .is_guest = true, .is_moderator = guest->role == CF_TOKEN_MODERATOR, .role = roles[guest->role]};
    return true;
}

bool cf_node_identify(struct cf_node *node, const struct cf_endpoint_event *event, enum cf_auth_role role,
                      struct cf_node_caller *ret, cf_usec now) {
    struct cf_flow_info flow;
    if (cf_node_is_trusted(node, event)) {
        if (identify_by_proxy(event->message, ret)) {
            /* Answers to it are not rationed (ADR 14): without ACK the 200 is sent again as often as RFC 3261 says. */
            cf_endpoint_trust_flow(node->endpoint, event->flow);
            return true;
        }
        cf_node_answer(node, event, 400, CF_STR_NONE, now);
        return false;
    }
    /* Without accounts there still are guests, and nobody else to be asked for anything. */
    bool has_flow = cf_endpoint_flow_info(node->endpoint, event->flow, &flow);
    if (!has_flow || (!node->config.is_registrar && !takes_bearer(node, flow.transport))) {
        cf_node_answer(node, event, 403, CF_STR_NONE, now);
        return false;
    }
    struct cf_auth_time time = {.now = now, .wall_sec = cf_focus_wall(node->focus, now) / CF_SEC(1)};
    const struct cf_auth_identity *identity = &ret->identity;
    enum cf_auth_verdict verdict = cf_authenticator_check(&node->authenticator, event->message, role,
                                                          takes_bearer(node, flow.transport), &flow.remote, time, &ret->identity);
    switch (verdict) {
    case CF_AUTH_PASSED:
        if (identity->account == NULL
                ? set_guest(node, event->message, ret)
                : is_own_address(node, event->message, identity->account) && set_caller(&event->message->from, ret)) {
            cf_endpoint_trust_flow(node->endpoint, event->flow);
            return true;
        }
        cf_node_answer(node, event, 403, CF_STR_NONE, now);
        return false;
    case CF_AUTH_CHALLENGE:
        if (!node->config.is_registrar && !offers_bearer(node, flow.transport)) {
            cf_node_answer(node, event, 403, CF_STR_NONE, now);
            return false;
        }
        challenge(node, event, flow.transport, role, verdict, now);
        return false;
    case CF_AUTH_STALE:
    case CF_AUTH_NO_TOKEN:
        challenge(node, event, flow.transport, role, verdict, now);
        return false;
    case CF_AUTH_MISDIRECTED:
        cf_node_answer(node, event, 400, CF_STR_NONE, now);
        return false;
    case CF_AUTH_LOCKED:
        cf_node_answer(node, event, 403, CF_STR("Retry-After: 60\r\n"), now);
        return false;
    }
    return false;
}
