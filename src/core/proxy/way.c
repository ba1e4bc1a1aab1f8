/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way to a device. */
#include "core/proxy/way.h"

#include "core/proxy/flow_token.h"

struct cf_str cf_proxy_next_hop(const struct cf_binding *binding) {
    struct cf_sip_name_addr first;
    struct cf_str rest = binding->values.path;
    bool has_path = rest.len > 0 && cf_sip_name_addr_parse(cf_sip_list_cut(&rest), &first) == CF_OK;
    return has_path ? first.uri.text : binding->values.contact;
}

bool cf_proxy_is_safe_enough(const struct cf_proxy_config *config, const struct cf_sip_message *msg,
                             const struct cf_binding *binding) {
    struct cf_flow_info info;
    struct cf_flow_id flow = {binding->values.flow};
    if (msg->request_uri.scheme != CF_SIP_SCHEME_SIPS) {
        return true;
    }
    bool is_open = cf_endpoint_flow_info(config->endpoint, flow, &info);
    return cf_str_starts_nocase(binding->values.contact, CF_STR("sips:")) && (!is_open || cf_transport_is_secure(info.transport));
}

bool cf_proxy_is_own_via(const struct cf_endpoint_local *locals, size_t count, const struct cf_sip_via *via) {
    for (size_t i = 0; i < count; i++) {
        char room[CF_ADDR_TEXT_MAX];
        struct cf_writer host;
        cf_writer_init(&host, room, sizeof room);
        cf_put_ip_host(&host, &locals[i].addr);
        bool has_name = locals[i].host.at != NULL;
        struct cf_sip_via own = {.transport = locals[i].transport,
                                 .host = has_name ? locals[i].host : cf_writer_str(&host),
                                 .port = has_name ? locals[i].host_port : locals[i].addr.port};
        if (own.transport == via->transport && cf_sip_via_same_sent_by(&own, via)) {
            return true;
        }
    }
    return false;
}

/* Which end has sent the request is said by its tags and not by its flow: either may have connected again. */
static bool read_token(const struct cf_proxy_config *config, struct cf_span key, const struct cf_sip_message *msg,
                       struct cf_str text, struct cf_flow_id *ret_other) {
    const struct cf_flow_seal by_caller = {msg->call_id, msg->from_tag};
    const struct cf_flow_seal by_callee = {msg->call_id, msg->to_tag};
    struct cf_flow_pair pair;
    enum cf_err err = cf_flow_token_read(text, config->hash, key, &by_caller, &pair);
    if (err == CF_OK) {
        *ret_other = pair.callee;
        return true;
    }
    if (err == CF_ERR_AUTH && cf_flow_token_read(text, config->hash, key, &by_callee, &pair) == CF_OK) {
        *ret_other = pair.caller;
        return true;
    }
    return false;
}

bool cf_proxy_token_of(const struct cf_proxy_config *config, struct cf_span key, const struct cf_sip_message *msg,
                       struct cf_proxy_token *ret) {
    struct cf_sip_values values;
    struct cf_sip_name_addr route;
    struct cf_flow_id other;
    struct cf_str text;
    *ret = (struct cf_proxy_token){.own_routes = 0};
    cf_sip_values_begin(msg, CF_SIP_HEADER_ROUTE, &values);
    while (cf_sip_values_next(&values, &text) && cf_sip_name_addr_parse(text, &route) == CF_OK &&
           read_token(config, key, msg, route.uri.user, &other)) {
        ret->other = ret->own_routes == 0 ? other : ret->other;
        ret->own_routes++;
    }
    return ret->own_routes > 0;
}

/* The device of the user in To that has registered the Request-URI as its contact. */
static const struct cf_binding *find_contact(const struct cf_proxy_config *config, const struct cf_sip_message *msg) {
    struct cf_user_target user;
    cf_user_target_find(config->gruus, config->location, &config->domains, &msg->to.uri, &user);
    const struct cf_aor_record *record = user.aor.len == 0 ? NULL : cf_location_find(config->location, user.aor);
    for (const struct cf_binding *b = record == NULL ? NULL : cf_aor_first(record); b != NULL; b = cf_aor_next(record, b)) {
        struct cf_sip_uri contact;
        if (cf_sip_uri_parse(b->values.contact, &contact) == CF_OK && cf_sip_uri_eq(&contact, &msg->request_uri)) {
            return b;
        }
    }
    return NULL;
}

static unsigned to_binding(const struct cf_proxy_config *config, const struct cf_sip_message *msg,
                           const struct cf_binding *binding, struct cf_proxy_way *ret) {
    ret->route = (struct cf_route){.flow = {binding->values.flow}, .uri = cf_proxy_next_hop(binding)};
    ret->request_uri = binding->values.contact;
    return cf_proxy_is_safe_enough(config, msg, binding) ? 0 : 480;
}

unsigned cf_proxy_find_way(const struct cf_proxy_config *config, const struct cf_sip_message *msg, struct cf_flow_id other,
                           struct cf_proxy_way *ret) {
    struct cf_user_target target;
    struct cf_flow_info info;
    cf_user_target_find(config->gruus, config->location, &config->domains, &msg->request_uri, &target);
    if (target.verdict == CF_GRUU_DEVICE) {
        *ret = (struct cf_proxy_way){.binding = target.binding};
        return to_binding(config, msg, target.binding, ret);
    }
    *ret = (struct cf_proxy_way){.route = {.flow = other}, .request_uri = msg->request_uri.text};
    if (cf_endpoint_flow_info(config->endpoint, other, &info)) {
        return 0;
    }
    /* RFC 5626 section 5.3.1: not 481, the device may still come back to the dialog. */
    const struct cf_binding *binding = find_contact(config, msg);
    return binding == NULL ? CF_STATUS_FLOW_FAILED : to_binding(config, msg, binding, ret);
}

const struct cf_binding *cf_proxy_take_way(const struct cf_proxy_config *config, struct cf_ways *ways,
                                           const struct cf_sip_message *msg, const struct cf_aor_record *record, uint64_t device,
                                           bool *ret_is_unsafe) {
    for (;;) {
        const struct cf_binding *binding = device == 0 ? cf_ways_to_another(ways, record) : cf_ways_to_same(ways, record, device);
        if (binding == NULL || cf_proxy_is_safe_enough(config, msg, binding)) {
            if (binding != NULL) {
                cf_ways_take(ways, binding);
            }
            return binding;
        }
        cf_ways_pass_over(ways, binding);
        *ret_is_unsafe = true;
    }
}
