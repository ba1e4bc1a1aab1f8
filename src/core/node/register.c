/* SPDX-License-Identifier: GPL-3.0-or-later */
/* REGISTER to the node. */
#include "core/node/node_impl.h"

#include "core/sip/builder.h"

#define RECEIVED_MAX (2 * CF_ADDR_TEXT_MAX)

/* "ADDR:PORT ADDR:PORT", theirs and ours, for a phone behind UDP. A connection is over when this program ends. */
static struct cf_str received_of(const struct cf_node *node, struct cf_flow_id flow, char *room) {
    struct cf_flow_info info;
    struct cf_writer w;
    if (!cf_endpoint_flow_info(node->endpoint, flow, &info) || info.transport != CF_TRANSPORT_UDP) {
        return CF_STR_NONE;
    }
    cf_writer_init(&w, room, RECEIVED_MAX);
    cf_put_addr(&w, &info.remote);
    cf_put_char(&w, ' ');
    cf_put_addr(&w, &node->config.locals[info.local].addr);
    return cf_writer_ok(&w) ? cf_writer_str(&w) : CF_STR_NONE;
}

/* The flow that it was registered over, if our address is still there. */
static struct cf_handle flow_again(struct cf_node *node, struct cf_str received, cf_usec now) {
    struct cf_addr remote;
    struct cf_addr local;
    struct cf_flow_id flow = {{0, 0}};
    struct cf_str rest = received;
    if (cf_addr_parse(cf_str_cut(&rest, ' '), &remote) != CF_OK || cf_addr_parse(rest, &local) != CF_OK) {
        return flow.h;
    }
    for (uint32_t i = 0; i < node->config.local_count; i++) {
        const struct cf_endpoint_local *each = &node->config.locals[i];
        if (each->transport == CF_TRANSPORT_UDP && cf_addr_eq(&each->addr, &local) &&
            cf_endpoint_udp_flow(node->endpoint, i, &remote, now, &flow) == CF_OK) {
            /* It has proved who it is before. */
            cf_endpoint_trust_flow(node->endpoint, flow);
            return flow.h;
        }
    }
    return flow.h;
}

enum cf_err cf_node_restore_binding(struct cf_node *node, struct cf_str aor, const struct cf_binding_values *values,
                                    cf_usec expires, cf_usec now) {
    struct cf_binding_values found = *values;
    found.flow = expires <= now ? (struct cf_handle){0, 0} : flow_again(node, values->received, now);
    return cf_location_restore(&node->location, aor, &found, expires, now);
}

void cf_node_on_register(struct cf_node *node, const struct cf_endpoint_event *event, cf_usec now) {
    char room[CF_AOR_MAX];
    char received[RECEIVED_MAX];
    struct cf_node_caller caller;
    struct cf_writer fields;
    if (!node->config.is_registrar) {
        cf_node_answer(node, event, 405, CF_STR("Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, SUBSCRIBE\r\n"), now);
        return;
    }
    if (!cf_domains_has(&node->domains, event->message->request_uri.host)) {
        cf_node_answer(node, event, 404, CF_STR_NONE, now);
        return;
    }
    if (!cf_node_identify(node, event, CF_AUTH_SERVER, &caller, now)) {
        return;
    }
    if (caller.caller.pass.is_guest) {
        cf_node_answer(node, event, 403, CF_STR_NONE, now);
        return;
    }
    /* RFC 3261 section 10.3 step 4: nobody registers for somebody else. */
    struct cf_str aor = cf_domains_account_aor(&node->domains, &event->message->to.uri, room);
    if (aor.len == 0 || !cf_sip_unescaped_eq(event->message->to.uri.user, event->message->from.uri.user)) {
        cf_node_answer(node, event, aor.len == 0 ? 404 : 403, CF_STR_NONE, now);
        return;
    }
    struct cf_register request = {.message = event->message,
                                  .aor = aor,
                                  .flow = event->flow.h,
                                  .received = received_of(node, event->flow, received),
                                  .is_private = cf_node_is_private(node, event)};
    cf_writer_init(&fields, node->fields, CF_REGISTRAR_FIELDS_MAX);
    unsigned status = cf_registrar_on_register(&node->registrar, &request, now, &fields);
    if (status == 200) {
        /* The flow has proved who it is: it is kept as long as the registration. */
        cf_endpoint_trust_flow(node->endpoint, event->flow);
    }
    cf_node_answer(node, event, cf_writer_ok(&fields) ? status : 500, cf_writer_str(&fields), now);
}
