/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The configuration table and its lookups. */
#include "core/config/config.h"

#include "core/config/config_row.h"

/* Where each row's value is; in the order of the table. */
static const size_t offsets[] = {
#define AT(member) offsetof(struct cf_config, member)
    AT(domains),
    AT(state),
    AT(listen),
    AT(listen_tls),
    AT(advertise),
    AT(control),
    AT(user_agent),
    AT(drain_time_usec),
    AT(dns),
    AT(strangers_per_sec),
    AT(per_address_max),
    AT(tls_certificate),
    AT(tls_private_key),
    AT(tls_authorities),
    AT(web_listen),
    AT(web_listen_tls),
    AT(web_folder),
    AT(web_origins),
    AT(web_proxies),
    AT(web_connections_max),
    AT(web_per_address_max),
    AT(web_handshake_usec),
    AT(web_public_url),
    AT(takes_guests),
    AT(guest_life_usec),
    AT(link_life_usec),
    AT(shows_metrics),
    AT(sends_webhooks_privately),
    AT(is_registrar),
    AT(trusted_proxies),
    AT(outbound_proxy),
    AT(algorithms),
    AT(expires_least_usec),
    AT(expires_most_usec),
    AT(devices_max),
    AT(nonce_life_usec),
    AT(failures_max),
    AT(factories),
    AT(focus),
    AT(factory_answer),
    AT(rooms),
    AT(lobby_rooms),
    AT(pins),
    AT(has_open_rooms),
    AT(announces_chat),
    AT(participants_max),
    AT(conferences_max),
    AT(list_max),
    AT(per_account_max),
    AT(availability_before_start_usec),
    AT(ring_time_usec),
    AT(prompts),
    AT(prompts_folder),
    AT(language),
    AT(tones_max),
    AT(media_address),
    AT(media_ports),
    AT(uses_io_uring),
    AT(media_workers),
    AT(spread_from),
    AT(sends_silence),
    AT(packet_rate),
    AT(ice),
    AT(ice_port),
    AT(has_ice_tcp),
    AT(media_advertise),
    AT(quarantine_usec),
    AT(allows_plain),
    AT(allows_sdes_insecure),
    AT(keying),
    AT(demands_aes256),
    AT(aes256_rooms),
    AT(suites),
    AT(audio),
    AT(video),
    AT(congestion_control),
    AT(silence_time_usec),
    AT(video_rate_kbps),
    AT(pauses_unseen),
    AT(has_turn),
    AT(turn_listen),
    AT(turn_secret),
    AT(turn_credential_usec),
    AT(turn_ports),
    AT(turn_peers),
    AT(turn_max),
    AT(turn_per_user_max),
    AT(turn_per_address_max),
    AT(turn_rate_kbps),
    AT(log_level),
    AT(logs_messages),
#undef AT
};

_Static_assert(sizeof offsets / sizeof *offsets == CF_CONFIG_KEY_COUNT, "a row of config_table.h has no member");

#define CF_CONFIG_RELOAD_LIVE true
#define CF_CONFIG_RELOAD_START false

static const struct cf_config_row rows[CF_CONFIG_KEY_COUNT] = {
#define X(section_, key_, type_, preset_, least_, most_, reload_, doc_)                                                          \
    {.section = CF_STR_INIT(#section_),                                                                                          \
     .key = CF_STR_INIT(#key_),                                                                                                  \
     .name = #section_ "." #key_,                                                                                                \
     .type = CF_CONFIG_TYPE_##type_,                                                                                             \
     .preset = CF_STR_INIT(preset_),                                                                                             \
     .least = (least_),                                                                                                          \
     .most = (most_),                                                                                                            \
     .is_live = CF_CONFIG_RELOAD_##reload_,                                                                                      \
     .doc = CF_STR_INIT(doc_)},
#include "core/config/config_table.h"
#undef X
};

const struct cf_config_row *cf_config_row(size_t index) {
    cf_assert(index < CF_CONFIG_KEY_COUNT);
    return &rows[index];
}

size_t cf_config_key_of(struct cf_str section, struct cf_str key) {
    size_t i = 0;
    while (i < CF_CONFIG_KEY_COUNT && !(cf_str_eq(section, rows[i].section) && cf_str_eq(key, rows[i].key))) {
        i++;
    }
    return i;
}

const void *cf_config_value(const struct cf_config *config, size_t index) {
    return (const char *)config + offsets[index];
}

void *cf_config_value_mut(struct cf_config *config, size_t index) {
    return (char *)config + offsets[index];
}

struct cf_str cf_config_str(const struct cf_config_text *text) {
    return cf_str_of(text->text);
}

struct cf_str cf_config_list(const struct cf_config_text *list) {
    struct cf_str all = cf_config_str(list);
    return all.len == 0 ? CF_STR_NONE : all;
}

bool cf_config_list_next(struct cf_str *rest, struct cf_str *ret_item) {
    if (rest->at == NULL) {
        return false;
    }
    *ret_item = cf_str_cut(rest, ' ');
    return true;
}

bool cf_config_list_has(const struct cf_config_text *list, struct cf_str item) {
    struct cf_str rest = cf_config_list(list);
    struct cf_str each;
    while (cf_config_list_next(&rest, &each)) {
        if (cf_str_eq_nocase(each, item)) {
            return true;
        }
    }
    return false;
}

static size_t value_size(enum cf_config_type type) {
    switch (type) {
    case CF_CONFIG_TYPE_TEXT:
    case CF_CONFIG_TYPE_LIST:
        return sizeof(struct cf_config_text);
    case CF_CONFIG_TYPE_NUMBER:
        return sizeof(uint32_t);
    case CF_CONFIG_TYPE_FLAG:
        return sizeof(bool);
    case CF_CONFIG_TYPE_DURATION:
        return sizeof(cf_usec);
    case CF_CONFIG_TYPE_RANGE:
        return sizeof(struct cf_config_range);
    }
    CF_BUG("type is not in the enum");
    return 0;
}

bool cf_config_can_reload(const struct cf_config *was, const struct cf_config *now, const char **ret_key) {
    for (size_t i = 0; i < CF_CONFIG_KEY_COUNT; i++) {
        if (!rows[i].is_live && memcmp(cf_config_value(was, i), cf_config_value(now, i), value_size(rows[i].type)) != 0) {
            *ret_key = rows[i].name;
            return false;
        }
    }
    return true;
}

static bool needs_pair(const struct cf_config *config) {
    return (config->tls_certificate.text[0] == '\0') != (config->tls_private_key.text[0] == '\0');
}

static bool overlap(struct cf_config_range a, struct cf_config_range b) {
    return a.first <= b.last && b.first <= a.last;
}

/* Each media worker has a port of its own, from ice-port on. */
static bool is_ice_among_ports(const struct cf_config *config) {
    if (config->ice_port == 0 || cf_str_eq(cf_config_str(&config->ice), CF_STR("off"))) {
        return false;
    }
    uint32_t last = config->ice_port + config->media_workers - 1;
    return config->ice_port <= config->media_ports.last && last >= config->media_ports.first;
}

static bool is_unplayable(const struct cf_config *config) {
    return cf_str_eq(cf_config_str(&config->keying), CF_STR("none")) && !config->allows_plain;
}

/* A rule over several keys. */
struct rule {
    bool is_broken;
    struct cf_str keys; /* "section.key section.key" */
    struct cf_str text;
};

static enum cf_err problem(const struct rule *rule, struct cf_config_problem *ret_problem) {
    struct cf_writer w;
    struct cf_str rest = rule->keys;
    cf_writer_init(&w, ret_problem->text, sizeof ret_problem->text - 1);
    cf_put(&w, rule->text);
    ret_problem->text[w.len] = '\0';
    ret_problem->err = CF_ERR_CONFIG;
    ret_problem->key_count = 0;
    while (rest.at != NULL) {
        struct cf_str key = cf_str_cut(&rest, ' ');
        struct cf_str section = cf_str_cut(&key, '.');
        cf_assert(ret_problem->key_count < CF_CONFIG_RULE_KEYS_MAX);
        ret_problem->keys[ret_problem->key_count++] = cf_config_key_of(section, key);
    }
    return CF_ERR_CONFIG;
}

enum cf_err cf_config_check(const struct cf_config *config, struct cf_config_problem *ret_problem) {
    const struct rule rules[] = {
        {needs_pair(config), CF_STR("tls.certificate tls.private-key"),
         CF_STR("tls.certificate and tls.private-key go together")},
        {!config->is_registrar && config->trusted_proxies.text[0] == '\0', CF_STR("accounts.registrar accounts.trusted-proxies"),
         CF_STR("accounts.registrar = no needs accounts.trusted-proxies, else nobody could call")},
        {config->is_registrar && config->outbound_proxy.text[0] != '\0', CF_STR("accounts.outbound-proxy accounts.registrar"),
         CF_STR("accounts.outbound-proxy is used with accounts.registrar = no only")},
        {config->expires_least_usec > config->expires_most_usec, CF_STR("accounts.expires-least accounts.expires-most"),
         CF_STR("accounts.expires-least is above accounts.expires-most")},
        {config->domains.text[0] == '\0', CF_STR("server.domains"), CF_STR("server.domains is empty")},
        {is_ice_among_ports(config), CF_STR("media.ice-port media.ports media.workers media.ice"),
         CF_STR("media.ice-port, of which each media worker has one, is among media.ports")},
        {config->has_turn && overlap(config->turn_ports, config->media_ports), CF_STR("turn.ports media.ports turn.enabled"),
         CF_STR("turn.ports and media.ports overlap")},
        {is_unplayable(config), CF_STR("media.keying media.plain"),
         CF_STR("media.keying = none needs media.plain = yes, else nobody could call")},
    };
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        if (rules[i].is_broken) {
            return problem(&rules[i], ret_problem);
        }
    }
    return CF_OK;
}
