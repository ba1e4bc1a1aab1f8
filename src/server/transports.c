/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SIP on the wire. */
#include "server/transports.h"

#include "server/certificates.h"
#include "server/message_log.h"
#include "server/wire.h"
#include "shell/log/log.h"
#include "shell/stream/stream.h"
#include "shell/system/interfaces.h"
#include "shell/system/system.h"
#include <stdlib.h>

/* Addresses of the machine that one of 0.0.0.0 or :: stands for. */
#define EACH_MAX 8

/* One local address. */
struct local {
    struct cf_transports *transports;
    uint32_t index;
    struct cf_listener *listener; /* NULL: UDP */
    struct cf_addr bound;
    bool is_web;
    uint32_t sip_index; /* web: the local address of plain SIP on the same port, or CF_WEB_NO_LOCAL */
};

struct cf_transports {
    struct cf_loop *loop;
    struct cf_endpoint *endpoint;
    struct cf_certificates certificates;
    struct cf_wire *wire;
    struct local locals[CF_ENDPOINT_LOCALS_MAX];
    struct cf_endpoint_local table[CF_ENDPOINT_LOCALS_MAX];
    size_t count;
    struct cf_web *web; /* NULL: no port for it */
    const struct cf_config *config;
    bool logs_messages;
    char dns_servers[CF_CONFIG_TEXT_MAX];
};

const struct cf_endpoint_local *cf_transports_locals(const struct cf_transports *transports, size_t *ret_count) {
    *ret_count = transports->count;
    return transports->table;
}

struct cf_addr cf_transports_bound(const struct cf_transports *transports, enum cf_family family) {
    struct cf_addr found = {.family = CF_FAMILY_NONE};
    for (size_t i = 0; i < transports->count; i++) {
        const struct cf_addr *bound = &transports->locals[i].bound;
        if (bound->family == family && found.family == CF_FAMILY_NONE) {
            found = *bound;
        } else if (bound->family == family && !cf_addr_eq_ip(bound, &found)) {
            return (struct cf_addr){.family = (uint8_t)family};
        }
    }
    found.port = 0;
    return found;
}

static struct cf_addr advertised(const struct cf_config *config, struct cf_addr bound) {
    struct cf_addr addr;
    if (cf_addr_parse_ip(cf_config_str(&config->advertise), &addr) == CF_OK && addr.family == bound.family) {
        addr.port = bound.port;
        return addr;
    }
    return bound;
}

static void log_bind(struct cf_str text, enum cf_err err) {
    cf_log(CF_LOG_ERROR, "sip", "can't listen on %.*s: %s", CF_STR_ARG(text),
           err == CF_ERR_EXISTS ? "the port is in use by another program" : cf_err_text(err));
}

static void on_accept(void *ctx, struct cf_stream *stream);

static struct local *add_local(struct cf_transports *t, const struct cf_config *config, enum cf_transport transport,
                               struct cf_addr bound) {
    struct local *local = &t->locals[t->count];
    local->transports = t;
    local->index = (uint32_t)t->count;
    local->bound = bound;
    t->table[t->count] = (struct cf_endpoint_local){.transport = transport, .addr = advertised(config, bound)};
    t->count++;
    return local;
}

static enum cf_err open_udp(struct cf_transports *t, const struct cf_config *config, struct cf_addr *addr) {
    if (t->count == CF_ENDPOINT_LOCALS_MAX) {
        return CF_ERR_LIMIT;
    }
    enum cf_err err = cf_wire_open_udp(t->wire, (uint32_t)t->count, addr);
    if (err == CF_OK) {
        add_local(t, config, CF_TRANSPORT_UDP, *addr);
    }
    return err;
}

static enum cf_err open_stream(struct cf_transports *t, const struct cf_config *config, enum cf_transport transport,
                               const struct cf_addr *addr) {
    struct cf_listener *listener = NULL;
    if (t->count == CF_ENDPOINT_LOCALS_MAX) {
        return CF_ERR_LIMIT;
    }
    enum cf_err err = cf_stream_listen(t->loop, addr, on_accept, &t->locals[t->count], &listener);
    if (err == CF_OK) {
        add_local(t, config, transport, cf_listener_local(listener))->listener = listener;
    }
    return err;
}

/* What is written into messages has to be an address that leads here: 0.0.0.0 and :: are opened as each address that there is. */
static size_t addresses_of(const struct cf_config *config, struct cf_addr addr, struct cf_addr *ret) {
    struct cf_addr written = advertised(config, addr);
    ret[0] = addr;
    if (!cf_addr_is_unspecified(&written)) {
        return 1;
    }
    size_t count = cf_system_addresses((enum cf_family)addr.family, ret, EACH_MAX);
    for (size_t i = 0; i < count; i++) {
        ret[i].port = addr.port;
    }
    return count;
}

static enum cf_err open_sip(struct cf_transports *t, const struct cf_config *config, struct cf_addr addr, bool is_tls) {
    if (is_tls) {
        return open_stream(t, config, CF_TRANSPORT_TLS, &addr);
    }
    enum cf_err err = open_udp(t, config, &addr);
    return err == CF_OK ? open_stream(t, config, CF_TRANSPORT_TCP, &addr) : err;
}

typedef enum cf_err opener(struct cf_transports *t, const struct cf_config *config, struct cf_addr addr, bool is_tls);

static enum cf_err open_each(struct cf_transports *t, const struct cf_config *config, const struct cf_config_text *list,
                             opener *open, bool is_tls, uint16_t default_port) {
    struct cf_str rest = cf_config_list(list);
    struct cf_str text;
    while (cf_config_list_next(&rest, &text)) {
        struct cf_addr each[EACH_MAX] = {{.family = CF_FAMILY_NONE}};
        struct cf_addr addr;
        enum cf_err err = cf_addr_parse(text, &addr);
        size_t count = 0;
        if (err == CF_OK) {
            addr.port = addr.port != 0 ? addr.port : default_port;
            count = addresses_of(config, addr, each);
            err = count > 0 ? CF_OK : CF_ERR_NOT_FOUND;
        }
        for (size_t i = 0; i < count && err == CF_OK; i++) {
            err = open(t, config, each[i], is_tls);
        }
        if (err != CF_OK) {
            log_bind(text, err);
            return err;
        }
    }
    return CF_OK;
}

/* HTTP and WebSocket, and over TLS SIP as well, on one port: a local address for each, one listener. */
static enum cf_err open_web_port(struct cf_transports *t, const struct cf_config *config, struct cf_addr addr, bool is_tls) {
    uint32_t sip_index = CF_WEB_NO_LOCAL;
    size_t at = t->count;
    enum cf_err err = open_stream(t, config, is_tls ? CF_TRANSPORT_WSS : CF_TRANSPORT_WS, &addr);
    if (err == CF_OK && is_tls && t->count < CF_ENDPOINT_LOCALS_MAX) {
        struct cf_addr bound = cf_listener_local(t->locals[at].listener);
        sip_index = add_local(t, config, CF_TRANSPORT_TLS, bound)->index;
    }
    if (err == CF_OK) {
        t->locals[at].is_web = true;
        t->locals[at].sip_index = sip_index;
    }
    return err;
}

static bool has_tls(const struct cf_config *config) {
    return config->listen_tls.text[0] != '\0' || config->web_listen_tls.text[0] != '\0';
}

static bool has_web(const struct cf_config *config) {
    return config->web_listen.text[0] != '\0' || config->web_listen_tls.text[0] != '\0';
}

static void log_messages(struct cf_transports *t, bool on) {
    t->logs_messages = on;
    cf_endpoint_watch(t->endpoint, on);
}

enum cf_err cf_transports_reload(struct cf_transports *transports, const struct cf_config *config) {
    log_messages(transports, config->logs_messages);
    if (transports->web != NULL) {
        cf_web_reload(transports->web);
    }
    return cf_certificates_reload(&transports->certificates, config);
}

bool cf_transports_have_page(const struct cf_transports *transports) {
    return transports->web != NULL && cf_web_has_page(transports->web);
}

/* --- life --- */

static struct cf_tls_context *client_tls(void *ctx) {
    struct cf_transports *t = ctx;
    return t->certificates.client;
}

/* c-ares wants its servers separated by commas. */
static enum cf_err make_wire(struct cf_transports *t, const struct cf_config *config) {
    for (size_t i = 0; i < sizeof t->dns_servers; i++) {
        t->dns_servers[i] = (char)(config->dns.text[i] == ' ' ? ',' : config->dns.text[i]);
    }
    struct cf_wire_config wire = {.loop = t->loop,
                                  .dns_servers = t->dns_servers[0] == '\0' ? NULL : t->dns_servers,
                                  .gathers = true,
                                  .client_tls = client_tls,
                                  .ctx = t};
    enum cf_err err = cf_wire_create(&wire, &t->wire);
    if (err == CF_OK && cf_wire_open_dns(t->wire) != CF_OK) {
        cf_log(CF_LOG_ERROR, "dns", "server.dns: %s: not a list of addresses", config->dns.text);
        err = CF_ERR_CONFIG;
    }
    return err;
}

static enum cf_err open_ports(struct cf_transports *t, const struct cf_config *config) {
    enum cf_err err = open_each(t, config, &config->listen, open_sip, false, 5060);
    if (err == CF_OK) {
        err = open_each(t, config, &config->listen_tls, open_sip, true, 5061);
    }
    if (err == CF_OK) {
        err = open_each(t, config, &config->web_listen_tls, open_web_port, true, 443);
    }
    if (err == CF_OK) {
        err = open_each(t, config, &config->web_listen, open_web_port, false, 80);
    }
    if (err == CF_OK && t->count == 0) {
        cf_log(CF_LOG_ERROR, "sip", "nothing to listen on: set server.listen or server.listen-tls, or start with --dev");
        err = CF_ERR_CONFIG;
    }
    return err;
}

static enum cf_err open_all(struct cf_transports *t, const struct cf_config *config, const char *folder) {
    enum cf_err err = make_wire(t, config);
    err = err == CF_OK ? cf_certificates_open(&t->certificates, config, folder, has_tls(config)) : err;
    if (err == CF_OK) {
        err = open_ports(t, config);
    }
    return err == CF_OK && has_web(config) ? cf_web_create(config, &t->web) : err;
}

enum cf_err cf_transports_open(struct cf_loop *loop, const struct cf_config *config, const char *folder,
                               struct cf_transports **ret) {
    struct cf_transports *t = calloc(1, sizeof *t);
    if (t == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    t->loop = loop;
    t->config = config;
    enum cf_err err = open_all(t, config, folder);
    if (err != CF_OK) {
        cf_transports_close(&t);
        return err;
    }
    *ret = t;
    return CF_OK;
}

void cf_transports_close(struct cf_transports **transports) {
    struct cf_transports *t = *transports;
    if (t == NULL) {
        return;
    }
    for (size_t i = 0; i < t->count; i++) {
        cf_listener_close(&t->locals[i].listener);
    }
    cf_wire_destroy(&t->wire);
    cf_web_destroy(&t->web);
    cf_certificates_close(&t->certificates);
    free(t);
    *transports = NULL;
}

/* --- bytes in --- */

/* The web side found a phone on its port. */
static void adopt(void *ctx, struct cf_connection *connection, uint32_t local, struct cf_span bytes) {
    struct cf_transports *t = ctx;
    struct cf_addr remote = cf_connection_remote(connection);
    cf_connection_set_handler(connection, cf_wire_on_connection, t->wire);
    if (cf_wire_begin_flow(t->wire, connection, local, &remote)) {
        cf_wire_on_connection(t->wire, connection, CF_CONNECTION_BYTES, bytes, CF_OK);
    }
}

static void on_accept(void *ctx, struct cf_stream *stream) {
    struct local *local = ctx;
    struct cf_transports *t = local->transports;
    struct cf_addr remote = cf_stream_remote(stream);
    bool is_tls = cf_transport_is_secure(t->table[local->index].transport);
    if (local->is_web && !cf_web_admits(t->web, &remote)) {
        cf_stream_close(stream);
        return;
    }
    /* On the web's ports it is found out first whether they want TLS. */
    struct cf_connection *connection =
        cf_connection_accept(cf_wire_connections(t->wire), stream, is_tls && !local->is_web ? t->certificates.server : NULL);
    if (connection == NULL) {
        cf_stream_close(stream);
        if (local->is_web) {
            cf_web_dismiss(t->web, &remote);
        }
    } else if (!local->is_web) {
        (void)cf_wire_begin_flow(t->wire, connection, local->index, &remote);
    } else if (!cf_web_take(t->web, connection, is_tls ? &t->certificates.server : NULL, &remote, local->index,
                            local->sip_index)) {
        cf_connection_close(connection);
    }
}

void cf_transports_start(struct cf_transports *transports, struct cf_services *services, void (*changed)(void *ctx), void *ctx) {
    struct cf_web_hooks hooks = {.endpoint = cf_node_endpoint(services->node),
                                 .changed = changed,
                                 .changed_ctx = ctx,
                                 .adopt = adopt,
                                 .adopt_ctx = transports,
                                 .services = services};
    transports->endpoint = hooks.endpoint;
    log_messages(transports, transports->config->logs_messages);
    if (transports->web != NULL) {
        cf_web_start(transports->web, &hooks);
    }
    if (cf_wire_start(transports->wire, hooks.endpoint, changed, ctx) != CF_OK) {
        cf_log(CF_LOG_ERROR, "sip", "a socket can't be watched");
    }
}

bool cf_transports_next_shared_port(const struct cf_transports *transports, size_t *at, struct cf_addr *ret) {
    while (*at < transports->count) {
        const struct local *local = &transports->locals[(*at)++];
        if (local->is_web && transports->table[local->index].transport == CF_TRANSPORT_WSS) {
            *ret = cf_listener_local(local->listener);
            return true;
        }
    }
    return false;
}

void cf_transports_hand_over(struct cf_transports *transports, cf_hand_over *hand_over, void *ctx) {
    if (transports->web != NULL) {
        cf_web_hand_over(transports->web, hand_over, ctx);
    }
}

/* --- time --- */

cf_usec cf_transports_deadline(const struct cf_transports *transports) {
    cf_usec web = transports->web == NULL ? CF_USEC_NEVER : cf_web_deadline(transports->web);
    return cf_usec_min(web, cf_certificates_deadline(&transports->certificates));
}

void cf_transports_on_turn(struct cf_transports *transports, cf_usec now) {
    if (transports->web != NULL) {
        cf_web_on_deadline(transports->web, now);
    }
    cf_certificates_look(&transports->certificates, transports->config, now);
    cf_wire_flush(transports->wire);
}

/* --- bytes out --- */

static void do_websocket(struct cf_transports *t, const struct cf_endpoint_event *event) {
    struct cf_connection *connection = cf_connections_find(cf_wire_connections(t->wire), event->shell_id);
    if (event->kind == CF_ENDPOINT_OPEN_STREAM) {
        /* RFC 7118 section 5: browsers connect to servers, never the other way. */
        cf_endpoint_on_flow_closed(t->endpoint, event->flow, CF_ERR_UNSUPPORTED, cf_system_now());
    } else if (event->kind == CF_ENDPOINT_SEND_STREAM && connection != NULL) {
        cf_web_send(connection, event->bytes);
    } else if (event->kind == CF_ENDPOINT_CLOSE_STREAM && connection != NULL) {
        cf_web_close(connection);
    }
}

void cf_transports_do(struct cf_transports *t, const struct cf_endpoint_event *event) {
    if (t->logs_messages) {
        cf_message_log(event, &t->table[event->local].addr);
    }
    if (cf_transport_is_websocket(event->transport)) {
        do_websocket(t, event);
    } else {
        cf_wire_do(t->wire, event);
    }
}
