/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The proxy's Record-Route. */
#include "core/proxy/record_route.h"

#include "core/endpoint/local_uri.h"
#include "core/sip/message.h"

static bool makes_dialog(enum cf_sip_method method) {
    return method == CF_SIP_METHOD_INVITE || method == CF_SIP_METHOD_SUBSCRIBE || method == CF_SIP_METHOD_REFER ||
           method == CF_SIP_METHOD_NOTIFY;
}

static const struct cf_endpoint_local *local_of(const struct cf_proxy_config *config, struct cf_flow_id flow) {
    struct cf_flow_info info;
    bool is_known = cf_endpoint_flow_info(config->endpoint, flow, &info) && info.local < config->local_count;
    return is_known ? &config->locals[info.local] : &config->locals[0];
}

struct cf_str cf_proxy_record_route(const struct cf_proxy_config *config, struct cf_span key, const struct cf_sip_message *msg,
                                    const struct cf_flow_pair *pair, struct cf_writer *w) {
    char token[CF_FLOW_TOKEN_LEN];
    const struct cf_flow_seal seal = {msg->call_id, msg->from_tag};
    bool is_sips = msg->request_uri.scheme == CF_SIP_SCHEME_SIPS;
    const struct cf_endpoint_local *to_callee = local_of(config, pair->callee);
    const struct cf_endpoint_local *to_caller = local_of(config, pair->caller);
    struct cf_writer t;
    if (!makes_dialog(msg->method)) {
        return CF_STR_NONE;
    }
    cf_writer_init(&t, token, sizeof token);
    cf_put_flow_token(&t, config->hash, key, &seal, pair);
    cf_put_local_route(w, to_callee, cf_writer_str(&t), is_sips);
    if (to_callee != to_caller) {
        cf_put_lit(w, ", ");
        cf_put_local_route(w, to_caller, cf_writer_str(&t), is_sips);
    }
    return cf_writer_ok(w) ? cf_writer_str(w) : CF_STR_NONE;
}
