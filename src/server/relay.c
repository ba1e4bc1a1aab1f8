/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The relay, seen from the signalling thread. */
#include "server/relay.h"

#include "adapt/openssl/stun_hash.h"
#include "server/json.h"
#include "server/relay_worker.h"
#include "shell/log/log.h"
#include "shell/mailbox/mailbox.h"
#include "shell/system/system.h"
#include "shell/tcp/tcp.h"
#include <stdlib.h>

#define MAILBOX_OCTETS (1U << 20)
#define SECRET_LEN 32
#define PORTS_MAX 4
#define URL_MAX 320

struct cf_relay {
    const struct cf_config *config;
    struct cf_mailbox *inbox;
    struct cf_relay_worker *worker;
    uint8_t secret[CF_TURN_SECRET_MAX];
    size_t secret_len;
    uint16_t udp_port; /* of the first of turn.listen; 0: none */
    size_t port_count;
    uint16_t ports[PORTS_MAX]; /* TCP and TLS */
};

/* --- what the configuration says --- */

static void set_secret(struct cf_relay *relay) {
    struct cf_str configured = cf_config_str(&relay->config->turn_secret);
    relay->secret_len = configured.len > 0 ? configured.len : SECRET_LEN;
    if (configured.len > 0) {
        memcpy(relay->secret, configured.at, configured.len);
    } else {
        cf_entropy_fill(cf_system_entropy(), relay->secret, SECRET_LEN);
    }
}

static enum cf_err set_peers(const struct cf_config *config, const struct cf_port_source *media, struct cf_relay_setup *setup) {
    struct cf_turn_peers *peers = &setup->turn.peers;
    struct cf_str word = cf_config_str(&config->turn_peers);
    peers->has_public = cf_str_eq(word, CF_STR("public"));
    if (!peers->has_public && !cf_str_eq(word, CF_STR("own"))) {
        cf_log(CF_LOG_ERROR, "config", "turn.peers: \"%s\" is not own or public", config->turn_peers.text);
        return CF_ERR_CONFIG;
    }
    size_t workers = media->worker_count > 0 ? media->worker_count : 1;
    for (size_t i = 0; i < media->place_count * workers && peers->own_count < CF_TURN_OWN_MAX; i++) {
        const struct cf_addr *place = &media->places[i / media->place_count][i % media->place_count].addr;
        struct cf_addr *local = place->family == CF_FAMILY_IP6 ? &setup->local6 : &setup->local4;
        peers->own[peers->own_count++] = *place;
        if (local->family == CF_FAMILY_NONE) {
            *local = *place;
            local->port = 0;
        }
    }
    if (peers->own_count == 0) {
        cf_log(CF_LOG_ERROR, "config", "turn.enabled needs media.ice: there is nobody to relay to");
        return CF_ERR_CONFIG;
    }
    return CF_OK;
}

static enum cf_err open_listeners(struct cf_relay *relay, struct cf_relay_setup *setup) {
    struct cf_str rest = cf_config_list(&relay->config->turn_listen);
    struct cf_str text;
    while (setup->listen_count < CF_RELAY_LISTEN_MAX && cf_config_list_next(&rest, &text)) {
        struct cf_addr addr;
        enum cf_err err = cf_addr_parse(text, &addr);
        if (err == CF_OK && addr.port == 0) {
            addr.port = 3478;
        }
        err = err == CF_OK ? cf_udp_open(&addr, CF_UDP_USE_MEDIA, &setup->listen[setup->listen_count]) : err;
        if (err != CF_OK) {
            cf_log(CF_LOG_ERROR, "turn", "can't listen on %.*s: %s", CF_STR_ARG(text), cf_err_text(err));
            return err;
        }
        relay->udp_port = relay->udp_port == 0 ? setup->listen[setup->listen_count].local.port : relay->udp_port;
        setup->listen_count++;
    }
    return CF_OK;
}

static void close_listeners(struct cf_relay_setup *setup) {
    for (size_t i = 0; i < setup->listen_count; i++) {
        cf_udp_close(&setup->listen[i]);
    }
}

/* --- life --- */

static enum cf_err start(struct cf_relay *relay, struct cf_str realm, const struct cf_port_source *media) {
    const struct cf_config *c = relay->config;
    struct cf_relay_setup setup = {.first_port = c->turn_ports.first, .last_port = c->turn_ports.last};
    setup.turn.realm = realm;
    setup.turn.secret = (struct cf_span){relay->secret, relay->secret_len};
    setup.turn.limits = (struct cf_turn_limits){.allocations = c->turn_max,
                                                .per_name = c->turn_per_user_max,
                                                .per_address = c->turn_per_address_max,
                                                .rate_bps = (uint64_t)c->turn_rate_kbps * 1000};
    enum cf_err err = set_peers(c, media, &setup);
    err = err == CF_OK ? cf_mailbox_create(sizeof(struct cf_relay_message), MAILBOX_OCTETS, &relay->inbox) : err;
    err = err == CF_OK ? open_listeners(relay, &setup) : err;
    if (err != CF_OK) {
        close_listeners(&setup);
        return err;
    }
    err = cf_relay_worker_start(relay->inbox, &setup, &relay->worker);
    if (err != CF_OK) {
        cf_log(CF_LOG_ERROR, "turn", "the relay was not started: %s", cf_err_text(err));
    }
    return err;
}

enum cf_err cf_relay_start(const struct cf_config *config, struct cf_str realm, const struct cf_port_source *media,
                           struct cf_relay **ret) {
    struct cf_relay *relay = calloc(1, sizeof *relay);
    if (relay == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    relay->config = config;
    set_secret(relay);
    enum cf_err err = start(relay, realm, media);
    if (err != CF_OK) {
        cf_relay_stop(&relay);
        return err;
    }
    *ret = relay;
    return CF_OK;
}

void cf_relay_stop(struct cf_relay **relay) {
    struct cf_relay *r = *relay;
    if (r == NULL) {
        return;
    }
    if (r->worker != NULL) {
        struct cf_relay_message message = {.stops = true};
        while (!cf_mailbox_put(r->inbox, &message, offsetof(struct cf_relay_message, octets))) {
            cf_mailbox_ring(r->inbox);
        }
        cf_mailbox_ring(r->inbox);
        cf_relay_worker_join(&r->worker);
    }
    cf_mailbox_destroy(&r->inbox);
    cf_mem_wipe(r, sizeof *r);
    free(r);
    *relay = NULL;
}

/* --- connections --- */

void cf_relay_take(struct cf_relay *relay, const struct cf_loose_connection *connection, struct cf_span octets) {
    struct cf_relay_message message CF_SCRATCH;
    struct cf_loose_connection loose = *connection;
    bool is_taken = false;
    if (octets.len <= sizeof message.octets) {
        message.stops = false;
        message.fd = loose.fd;
        message.tls = loose.tls;
        message.remote = loose.remote;
        message.len = octets.len;
        memcpy(message.octets, octets.at, octets.len);
        is_taken = cf_mailbox_put(relay->inbox, &message, offsetof(struct cf_relay_message, octets) + octets.len);
    }
    if (is_taken) {
        cf_mailbox_ring(relay->inbox);
    } else {
        cf_tls_destroy(&loose.tls);
        cf_tcp_close(&loose.fd);
    }
}

/* --- credentials --- */

static bool has_port(const struct cf_relay *relay, uint16_t port) {
    bool has = false;
    for (size_t i = 0; i < relay->port_count && !has; i++) {
        has = relay->ports[i] == port;
    }
    return has;
}

void cf_relay_add_port(struct cf_relay *relay, uint16_t port) {
    if (!has_port(relay, port) && relay->port_count < PORTS_MAX) {
        relay->ports[relay->port_count++] = port;
    }
}

bool cf_relay_credential(const struct cf_relay *relay, struct cf_str name, cf_wall now, struct cf_turn_credential *ret) {
    const struct cf_span secret = {relay->secret, relay->secret_len};
    uint64_t expires = (uint64_t)((now + relay->config->turn_credential_usec) / CF_SEC(1));
    return cf_turn_credential_make(cf_openssl_stun_hash(), secret, name, expires, ret);
}

static void put_url(struct cf_writer *w, bool *is_first, struct cf_str scheme, struct cf_str host, uint16_t port,
                    struct cf_str transport) {
    char text[URL_MAX];
    struct cf_writer url;
    cf_writer_init(&url, text, sizeof text);
    cf_put(&url, scheme);
    cf_put(&url, host);
    cf_put_char(&url, ':');
    cf_put_dec(&url, port);
    cf_put_lit(&url, "?transport=");
    cf_put(&url, transport);
    if (!cf_writer_ok(&url)) {
        return; /* a name that long is none */
    }
    cf_put(w, *is_first ? CF_STR("") : CF_STR(","));
    cf_put_json_str(w, cf_writer_str(&url));
    *is_first = false;
}

void cf_relay_put_ice_servers(const struct cf_relay *relay, struct cf_writer *w, struct cf_str host, struct cf_str name,
                              cf_wall now) {
    struct cf_turn_credential credential;
    bool is_first = true;
    if (relay == NULL || host.len == 0 || !cf_relay_credential(relay, name, now, &credential)) {
        cf_put_lit(w, "[]");
        return;
    }
    cf_put_lit(w, "[{\"urls\":[");
    if (relay->udp_port != 0) {
        put_url(w, &is_first, CF_STR("turn:"), host, relay->udp_port, CF_STR("udp"));
    }
    for (size_t i = 0; i < relay->port_count; i++) {
        put_url(w, &is_first, CF_STR("turn:"), host, relay->ports[i], CF_STR("tcp"));
        put_url(w, &is_first, CF_STR("turns:"), host, relay->ports[i], CF_STR("tcp"));
    }
    cf_put_lit(w, "]");
    cf_put_json_text(w, CF_STR("username"), cf_str_of(credential.user));
    cf_put_json_text(w, CF_STR("credential"), cf_str_of(credential.password));
    cf_put_lit(w, "}]");
    cf_mem_wipe(&credential, sizeof credential);
}
