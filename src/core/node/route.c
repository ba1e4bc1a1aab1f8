/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a request goes: to a dialog, the registrar, the focus, another user, or nowhere. */
#include "core/node/node_impl.h"

#include "core/sip/builder.h"
#include "core/sip/option_tags.h"

/* What a request to the server itself may require. */
#define SERVER_OPTIONS                                                                                                           \
    (CF_SIP_OPTION_BIT(CF_SIP_OPTION_GRUU) | CF_SIP_OPTION_BIT(CF_SIP_OPTION_OUTBOUND) | CF_SIP_OPTION_BIT(CF_SIP_OPTION_PATH) | \
     CF_SIP_OPTION_BIT(CF_SIP_OPTION_REPLACES))

void cf_node_answer(struct cf_node *node, const struct cf_endpoint_event *event, unsigned status, struct cf_str fields,
                    cf_usec now) {
    const struct cf_endpoint_tag tag = cf_endpoint_tag_of(node->endpoint, event->message);
    struct cf_writer w;
    cf_writer_init(&w, node->message, CF_NODE_MESSAGE_MAX);
    cf_sip_reply_begin(&w, event->message, status, CF_STR_NONE, cf_str_n(tag.text, sizeof tag.text));
    if (node->config.live.product.len > 0) {
        cf_sip_put_field(&w, CF_SIP_HEADER_SERVER, node->config.live.product);
    }
    cf_put(&w, fields);
    cf_sip_end(&w);
    /* A transaction that is gone needs no answer. */
    if (cf_writer_ok(&w)) {
        enum cf_err ignored = cf_endpoint_respond(node->endpoint, event->tx, cf_writer_str(&w), now);
        (void)ignored;
    }
}

/* Is the host of @p uri this server, by domain or by address? */
static bool is_ours(const struct cf_node *node, const struct cf_sip_uri *uri) {
    struct cf_addr addr;
    if (!cf_sip_uri_is_sip(uri)) {
        return false;
    }
    if (cf_domains_has(&node->domains, uri->host)) {
        return true;
    }
    for (size_t i = 0; cf_sip_uri_host_addr(uri, &addr) && i < node->config.local_count; i++) {
        const struct cf_addr *local = &node->config.locals[i].addr;
        if (cf_addr_eq_ip(&addr, local) && (addr.port == local->port || (addr.port == 0 && local->port == 5060))) {
            return true;
        }
    }
    return false;
}

/* 420 if @p id of the request names an extension that is not in @p supported (RFC 3261 sections 8.2.2.3 and 16.3 step 5). */
static bool refuses_extension(struct cf_node *node, const struct cf_endpoint_event *event, enum cf_sip_header id,
                              uint32_t supported, cf_usec now) {
    struct cf_writer fields;
    if (!cf_sip_requires_unsupported(event->message, id, supported)) {
        return false;
    }
    cf_writer_init(&fields, node->fields, CF_REGISTRAR_FIELDS_MAX);
    cf_sip_put_unsupported(&fields, event->message, id, supported);
    cf_node_answer(node, event, 420, cf_writer_ok(&fields) ? cf_writer_str(&fields) : CF_STR_NONE, now);
    return true;
}

#define ALLOW_LINE "Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, SUBSCRIBE, REGISTER, MESSAGE\r\n"

/* The server itself, and nobody at it. */
static void to_server(struct cf_node *node, const struct cf_endpoint_event *event, cf_usec now) {
    if (event->message->method == CF_SIP_METHOD_OTHER) {
        cf_node_answer(node, event, 405, CF_STR(ALLOW_LINE), now);
        return;
    }
    if (event->message->method != CF_SIP_METHOD_OPTIONS) {
        cf_node_answer(node, event, 404, CF_STR_NONE, now);
        return;
    }
    if (refuses_extension(node, event, CF_SIP_HEADER_REQUIRE, SERVER_OPTIONS, now)) {
        return;
    }
    cf_node_answer(node, event, 200,
                   CF_STR(ALLOW_LINE "Accept: application/sdp\r\nSupported: gruu, outbound, path, replaces\r\n"), now);
}

static void refuse_to_forward(struct cf_node *node, const struct cf_endpoint_event *event, unsigned status, bool is_unsafe,
                              cf_usec now) {
    struct cf_str warning = CF_STR("Warning: 380 confer \"SIPS Not Allowed\"\r\n");
    cf_node_answer(node, event, status, is_unsafe ? warning : CF_STR_NONE, now);
}

/* Somebody of this server, in the name of somebody of this server. */
static void to_user(struct cf_node *node, const struct cf_endpoint_event *event, cf_usec now) {
    struct cf_node_caller caller;
    struct cf_user_target target;
    if (!cf_node_identify(node, event, CF_AUTH_PROXY, &caller, now)) {
        return;
    }
    if (caller.caller.pass.is_guest) {
        cf_node_answer(node, event, 403, CF_STR_NONE, now);
        return;
    }
    if (refuses_extension(node, event, CF_SIP_HEADER_PROXY_REQUIRE, 0, now)) {
        return;
    }
    cf_user_target_find(&node->registrar.gruus, &node->location, &node->domains, &event->message->request_uri, &target);
    if (target.aor.len == 0 || target.verdict == CF_GRUU_VOID || cf_accounts_find(&node->accounts, target.name) == NULL) {
        cf_node_answer(node, event, 404, CF_STR_NONE, now);
        return;
    }
    bool is_unsafe = false;
    unsigned status = cf_proxy_forward(node->proxy, event, &target, now, &is_unsafe);
    if (status != 0) {
        refuse_to_forward(node, event, status, is_unsafe, now);
    }
}

static void to_focus(struct cf_node *node, const struct cf_endpoint_event *event, cf_usec now) {
    struct cf_node_caller caller;
    if (cf_node_identify(node, event, CF_AUTH_SERVER, &caller, now)) {
        cf_focus_on_request(node->focus, event, &caller.caller, now);
    }
}

/* Is the target of @p event a user, for whom we are a proxy? */
static bool is_for_user(const struct cf_node *node, const struct cf_sip_message *msg) {
    return msg->method != CF_SIP_METHOD_REGISTER && msg->request_uri.user.len > 0 && node->config.is_registrar &&
           !cf_focus_serves(node->focus, &msg->request_uri);
}

/*
 * The same request by another way. Only who it ends at says 482 to that (RFC 3261 section 8.2.2.2): a proxy forwards both, unless
 * it has been here already (section 16.3 step 4).
 */
static bool is_loop_or_merged(const struct cf_node *node, const struct cf_endpoint_event *event) {
    return event->is_merged && (!is_for_user(node, event->message) || cf_proxy_has_forwarded(node->proxy, event->message));
}

static void on_outside_dialog(struct cf_node *node, const struct cf_endpoint_event *event, cf_usec now) {
    const struct cf_sip_message *msg = event->message;
    if (is_loop_or_merged(node, event)) {
        cf_node_answer(node, event, 482, CF_STR_NONE, now);
    } else if (msg->method == CF_SIP_METHOD_REGISTER) {
        cf_node_on_register(node, event, now);
    } else if (!is_ours(node, &msg->request_uri)) {
        /* No relay: nothing goes where nobody of ours is. */
        cf_node_answer(node, event, cf_sip_uri_is_sip(&msg->request_uri) ? 403 : 416, CF_STR_NONE, now);
    } else if (msg->request_uri.user.len == 0) {
        to_server(node, event, now);
    } else if (cf_focus_serves(node->focus, &msg->request_uri)) {
        to_focus(node, event, now);
    } else if (node->config.is_registrar) {
        to_user(node, event, now);
    } else {
        cf_node_answer(node, event, 404, CF_STR_NONE, now);
    }
}

static bool to_dialog(struct cf_node *node, const struct cf_endpoint_event *event, cf_usec now) {
    if (cf_sip_is_out_of_dialog(event->message)) {
        return false;
    }
    struct cf_owner owner = cf_dialog_table_owner_of(&node->dialogs, event->message);
    if (owner.kind == 0) {
        return false;
    }
    cf_focus_on_event(node->focus, owner, event, now);
    return true;
}

/* Inside a dialog between two phones, by its token. */
static void to_other_end(struct cf_node *node, const struct cf_endpoint_event *event, cf_usec now) {
    if (refuses_extension(node, event, CF_SIP_HEADER_PROXY_REQUIRE, 0, now)) {
        return;
    }
    bool is_unsafe = false;
    unsigned status = cf_proxy_forward_routed(node->proxy, event, now, &is_unsafe);
    if (status != 0) {
        refuse_to_forward(node, event, status, is_unsafe, now);
    }
}

/*
 * docs/adr/0158: a sips URI promises TLS on every hop, and this was one without. Only a proxy of ours may have ended it, or the
 * web server in front of us.
 */
static bool is_sips_in_clear(const struct cf_node *node, const struct cf_endpoint_event *event) {
    return event->message->request_uri.scheme == CF_SIP_SCHEME_SIPS && !cf_node_is_private(node, event);
}

void cf_node_on_request(struct cf_node *node, const struct cf_endpoint_event *event, cf_usec now) {
    if (to_dialog(node, event, now)) {
        return;
    }
    if (is_sips_in_clear(node, event)) {
        cf_node_answer(node, event, 400, CF_STR("Warning: 399 confer \"sips needs TLS\"\r\n"), now);
    } else if (!cf_sip_is_out_of_dialog(event->message) && cf_proxy_is_routed(node->proxy, event->message)) {
        to_other_end(node, event, now);
    } else if (!cf_sip_is_out_of_dialog(event->message)) {
        cf_node_answer(node, event, 481, CF_STR_NONE, now);
    } else {
        on_outside_dialog(node, event, now);
    }
}

void cf_node_on_ack(struct cf_node *node, const struct cf_endpoint_event *event, cf_usec now) {
    if (!to_dialog(node, event, now) && cf_proxy_is_routed(node->proxy, event->message)) {
        bool is_unsafe = false;
        unsigned ignored = cf_proxy_forward_routed(node->proxy, event, now, &is_unsafe);
        (void)ignored;
    }
}
