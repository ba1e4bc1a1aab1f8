/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Settings of the node out of the configuration. */
#include "server/settings.h"

static void read_proxies(const struct cf_config *config, struct cf_node_live *live) {
    struct cf_str rest = cf_config_list(&config->trusted_proxies);
    struct cf_str text;
    while (cf_config_list_next(&rest, &text) && live->proxy_count < CF_NODE_PROXIES_MAX) {
        live->proxy_count += cf_addr_parse(text, &live->proxies[live->proxy_count]) == CF_OK ? 1 : 0;
    }
}

struct cf_str cf_settings_proxy_uri(const struct cf_config *config, const struct cf_node_live *live, char *room, size_t size) {
    struct cf_str configured = cf_config_str(&config->outbound_proxy);
    struct cf_writer w;
    if (config->is_registrar || (configured.len == 0 && live->proxy_count == 0)) {
        return CF_STR_NONE;
    }
    cf_writer_init(&w, room, size);
    cf_put_lit(&w, "<");
    if (configured.len > 0) {
        cf_put(&w, configured);
    } else {
        cf_put_lit(&w, "sip:");
        cf_put_ip_host(&w, &live->proxies[0]);
        if (live->proxies[0].port != 0) {
            cf_put_char(&w, ':');
            cf_put_dec(&w, live->proxies[0].port);
        }
    }
    cf_put_lit(&w, ";lr>");
    return cf_writer_ok(&w) ? cf_writer_str(&w) : CF_STR_NONE;
}

struct cf_node_live cf_settings_live(const struct cf_config *c) {
    struct cf_node_live live = {.product = cf_config_str(&c->user_agent),
                                .algorithms = cf_config_str(&c->algorithms),
                                .nonce_life_usec = c->nonce_life_usec,
                                .failures_max = c->failures_max,
                                .expires_least_sec = (uint32_t)(c->expires_least_usec / CF_SEC(1)),
                                .expires_most_sec = (uint32_t)(c->expires_most_usec / CF_SEC(1)),
                                .devices_max = c->devices_max};
    read_proxies(c, &live);
    return live;
}
