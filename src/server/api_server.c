/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The server as a whole at the HTTP interface. */
#include "server/api_document.h"
#include "server/api_handlers.h"
#include "server/json.h"
#include "server/operator.h"

/* Nothing that a stranger may not know. */
void cf_api_get_server(struct cf_api_call *call) {
    struct cf_writer *w = &call->body;
    const struct cf_config *config = call->services->config;
    struct cf_str factories = cf_config_str(&config->factories);
    cf_put_char(w, '{');
    cf_put_json_key(w, CF_STR("domain"), true);
    cf_put_json_str(w, cf_node_realm(call->services->node));
    cf_put_json_text(w, CF_STR("product"), cf_config_str(&config->user_agent));
    cf_put_json_text(w, CF_STR("websocket"), CF_STR("/sip"));
    cf_put_json_text(w, CF_STR("factory"), cf_str_cut(&factories, ' '));
    cf_put_json_flag(w, CF_STR("rooms"), config->has_open_rooms);
    cf_put_json_flag(w, CF_STR("links"), config->takes_guests);
    cf_put_json_flag(w, CF_STR("pins"), config->takes_guests);
    cf_put_lit(w, "}");
}

/* A host as it was asked for, without its port. */
static struct cf_str bare_host(struct cf_str host) {
    struct cf_addr ignored;
    size_t end = host.len;
    if (host.len > 0 && host.at[0] == '[') {
        end = cf_str_find(host, ']') + 1;
        return cf_addr_parse_ip(cf_str_head(host, end), &ignored) == CF_OK ? cf_str_head(host, end) : CF_STR_NONE;
    }
    end = cf_str_find(host, ':');
    return cf_str_head(host, end);
}

void cf_api_get_ice_servers(struct cf_api_call *call) {
    struct cf_writer *w = &call->body;
    struct cf_str name = call->actor.user.at == NULL ? CF_STR("key") : call->actor.user;
    cf_usec life = call->services->config->turn_credential_usec;
    cf_put_char(w, '{');
    cf_put_json_key(w, CF_STR("ice_servers"), true);
    cf_relay_put_ice_servers(call->services->relay, w, bare_host(cf_http_host(call->request)), name, call->wall);
    cf_put_json_time(w, CF_STR("expires"), call->wall + life);
    cf_put_char(w, '}');
}

void cf_api_get_document(struct cf_api_call *call) {
    call->response.body = cf_api_document();
}

void cf_api_get_statistics(struct cf_api_call *call) {
    struct cf_metrics m;
    struct cf_writer *w = &call->body;
    cf_operator_measure(call->services, &m);
    cf_put_char(w, '{');
    cf_put_json_key(w, CF_STR("rooms"), true);
    cf_put_dec(w, m.values[CF_METRIC_ROOMS]);
    cf_put_json_number(w, CF_STR("members"), m.values[CF_METRIC_MEMBERS]);
    cf_put_json_number(w, CF_STR("legs"), m.values[CF_METRIC_LEGS]);
    cf_put_json_number(w, CF_STR("registrations"), m.values[CF_METRIC_REGISTRATIONS]);
    cf_put_json_flag(w, CF_STR("draining"), call->services->is_draining);
    cf_put_json_number(w, CF_STR("uptime"), (uint64_t)((call->now - call->services->started) / CF_SEC(1)));
    cf_put_json_number(w, CF_STR("rate_in"), m.values[CF_METRIC_MEDIA_IN_RATE]);
    cf_put_json_number(w, CF_STR("rate_out"), m.values[CF_METRIC_MEDIA_OUT_RATE]);
    cf_put_char(w, '}');
}

void cf_api_get_metrics(struct cf_api_call *call) {
    cf_operator_put_metrics(call->services, &call->body);
    call->response.type = CF_STR("text/plain; version=0.0.4; charset=utf-8");
}

void cf_api_drain(struct cf_api_call *call) {
    call->services->drain(call->services->drain_ctx);
    cf_api_done(call);
}
