/* SPDX-License-Identifier: GPL-3.0-or-later */
/* REGISTER to the node. */
#include "core/node/node_impl.h"

#include "core/sip/builder.h"

void cf_node_on_register(struct cf_node *node, const struct cf_endpoint_event *event, cf_usec now) {
    char room[CF_AOR_MAX];
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
    /* RFC 3261 section 10.3 step 4: nobody registers for somebody else. */
    struct cf_str aor = cf_domains_account_aor(&node->domains, &event->message->to.uri, room);
    if (aor.len == 0 || !cf_sip_unescaped_eq(event->message->to.uri.user, event->message->from.uri.user)) {
        cf_node_answer(node, event, aor.len == 0 ? 404 : 403, CF_STR_NONE, now);
        return;
    }
    struct cf_register request = {.message = event->message, .aor = aor, .flow = event->flow.h};
    cf_writer_init(&fields, node->fields, CF_REGISTRAR_FIELDS_MAX);
    unsigned status = cf_registrar_on_register(&node->registrar, &request, now, &fields);
    if (status == 200) {
        /* The flow has proved who it is: it is kept as long as the registration. */
        cf_endpoint_trust_flow(node->endpoint, event->flow);
    }
    cf_node_answer(node, event, cf_writer_ok(&fields) ? status : 500, cf_writer_str(&fields), now);
}
