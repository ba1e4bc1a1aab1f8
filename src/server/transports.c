/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SIP on the wire. */
#include "server/transports.h"

#include "server/certificates.h"
#include "server/connection.h"
#include "shell/dns/dns.h"
#include "shell/log/log.h"
#include "shell/stream/stream.h"
#include "shell/system/system.h"
#include "shell/udp/udp.h"
#include <stdlib.h>

#define RECEIVE_BATCH 16

/* One local address. */
struct local {
    struct cf_transports *transports;
    uint32_t index;
    struct cf_udp udp;
    struct cf_watch *watch;
    struct cf_listener *listener;
    bool is_web;
    uint32_t sip_index; /* web: the local address of plain SIP on the same port, or CF_WEB_NO_LOCAL */
};

struct cf_transports {
    struct cf_loop *loop;
    struct cf_endpoint *endpoint;
    void (*changed)(void *ctx);
    void *ctx;
    struct cf_certificates certificates;
    struct cf_dns *dns;
    struct local locals[CF_ENDPOINT_LOCALS_MAX];
    struct cf_endpoint_local table[CF_ENDPOINT_LOCALS_MAX];
    size_t count;
    struct cf_connections connections;
    struct cf_web *web; /* NULL: no port for it */
    const struct cf_config *config;
    uint8_t *buffer; /* RECEIVE_BATCH datagrams */
};

const struct cf_endpoint_local *cf_transports_locals(const struct cf_transports *transports, size_t *ret_count) {
    *ret_count = transports->count;
    return transports->table;
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
    t->table[t->count] = (struct cf_endpoint_local){.transport = transport, .addr = advertised(config, bound)};
    t->count++;
    return local;
}

static enum cf_err open_udp(struct cf_transports *t, const struct cf_config *config, struct cf_addr *addr) {
    struct cf_udp udp;
    if (t->count == CF_ENDPOINT_LOCALS_MAX) {
        return CF_ERR_LIMIT;
    }
    enum cf_err err = cf_udp_open(addr, CF_UDP_USE_SIGNALLING, &udp);
    if (err == CF_OK) {
        *addr = udp.local;
        add_local(t, config, CF_TRANSPORT_UDP, udp.local)->udp = udp;
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

static enum cf_err open_each(struct cf_transports *t, const struct cf_config *config, const struct cf_config_text *list,
                             bool is_tls) {
    struct cf_str rest = cf_config_list(list);
    struct cf_str text;
    while (cf_config_list_next(&rest, &text)) {
        struct cf_addr addr;
        enum cf_err err = cf_addr_parse(text, &addr);
        if (err == CF_OK && addr.port == 0) {
            addr.port = is_tls ? 5061 : 5060;
        }
        if (err == CF_OK) {
            err = is_tls ? open_stream(t, config, CF_TRANSPORT_TLS, &addr) : open_udp(t, config, &addr);
        }
        if (err == CF_OK && !is_tls) {
            err = open_stream(t, config, CF_TRANSPORT_TCP, &addr);
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

static enum cf_err open_web(struct cf_transports *t, const struct cf_config *config, const struct cf_config_text *list,
                            bool is_tls) {
    struct cf_str rest = cf_config_list(list);
    struct cf_str text;
    while (cf_config_list_next(&rest, &text)) {
        struct cf_addr addr;
        enum cf_err err = cf_addr_parse(text, &addr);
        if (err == CF_OK && addr.port == 0) {
            addr.port = is_tls ? 443 : 80;
        }
        err = err == CF_OK ? open_web_port(t, config, addr, is_tls) : err;
        if (err != CF_OK) {
            log_bind(text, err);
            return err;
        }
    }
    return CF_OK;
}

static bool has_tls(const struct cf_config *config) {
    return config->listen_tls.text[0] != '\0' || config->web_listen_tls.text[0] != '\0';
}

static bool has_web(const struct cf_config *config) {
    return config->web_listen.text[0] != '\0' || config->web_listen_tls.text[0] != '\0';
}

enum cf_err cf_transports_reload(struct cf_transports *transports, const struct cf_config *config) {
    if (transports->web != NULL) {
        cf_web_reload(transports->web);
    }
    return cf_certificates_reload(&transports->certificates, config);
}

bool cf_transports_have_page(const struct cf_transports *transports) {
    return transports->web != NULL && cf_web_has_page(transports->web);
}

/* --- life --- */

static void on_resolved(void *ctx, uint32_t query, const struct cf_dns_record *records, size_t count) {
    struct cf_transports *t = ctx;
    cf_endpoint_on_resolved(t->endpoint, query, records, count, cf_system_now());
    t->changed(t->ctx);
}

/* c-ares wants its servers separated by commas. */
static enum cf_err open_dns(struct cf_transports *t, const struct cf_config *config) {
    char servers[CF_CONFIG_TEXT_MAX];
    for (size_t i = 0; i < sizeof servers; i++) {
        servers[i] = (char)(config->dns.text[i] == ' ' ? ',' : config->dns.text[i]);
    }
    enum cf_err err = cf_dns_create(t->loop, servers[0] == '\0' ? NULL : servers, on_resolved, t, &t->dns);
    if (err != CF_OK) {
        cf_log(CF_LOG_ERROR, "dns", "server.dns: %s: %s", config->dns.text, cf_err_text(err));
    }
    return err;
}

static enum cf_err open_ports(struct cf_transports *t, const struct cf_config *config) {
    enum cf_err err = open_each(t, config, &config->listen, false);
    if (err == CF_OK) {
        err = open_each(t, config, &config->listen_tls, true);
    }
    if (err == CF_OK) {
        err = open_web(t, config, &config->web_listen_tls, true);
    }
    if (err == CF_OK) {
        err = open_web(t, config, &config->web_listen, false);
    }
    if (err == CF_OK && t->count == 0) {
        cf_log(CF_LOG_ERROR, "sip", "nothing to listen on: set server.listen or server.listen-tls, or start with --dev");
        err = CF_ERR_CONFIG;
    }
    return err;
}

static enum cf_err open_all(struct cf_transports *t, const struct cf_config *config, const char *folder) {
    enum cf_err err = cf_certificates_open(&t->certificates, config, folder, has_tls(config));
    if (err == CF_OK) {
        err = open_ports(t, config);
    }
    if (err == CF_OK && has_web(config)) {
        err = cf_web_create(config, &t->web);
    }
    return err == CF_OK ? open_dns(t, config) : err;
}

enum cf_err cf_transports_open(struct cf_loop *loop, const struct cf_config *config, const char *folder,
                               struct cf_transports **ret) {
    struct cf_transports *t = calloc(1, sizeof *t);
    if (t == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    t->loop = loop;
    t->config = config;
    t->buffer = malloc((size_t)RECEIVE_BATCH * CF_UDP_DATAGRAM_MAX);
    for (size_t i = 0; i < CF_ENDPOINT_LOCALS_MAX; i++) {
        t->locals[i].udp.fd = -1;
    }
    cf_connections_init(&t->connections);
    enum cf_err err = t->buffer == NULL ? CF_ERR_NO_MEMORY : open_all(t, config, folder);
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
    cf_dns_destroy(&t->dns);
    for (size_t i = 0; i < t->count; i++) {
        cf_loop_unwatch(&t->locals[i].watch);
        cf_udp_close(&t->locals[i].udp);
        cf_listener_close(&t->locals[i].listener);
    }
    cf_connections_fini(&t->connections);
    cf_web_destroy(&t->web);
    cf_certificates_close(&t->certificates);
    free(t->buffer);
    free(t);
    *transports = NULL;
}

/* --- bytes in --- */

static void on_datagrams(void *ctx) {
    struct local *local = ctx;
    struct cf_transports *t = local->transports;
    struct cf_datagram datagrams[RECEIVE_BATCH];
    size_t count = cf_udp_receive(&local->udp, t->buffer, CF_UDP_DATAGRAM_MAX, datagrams, RECEIVE_BATCH);
    for (size_t i = 0; i < count; i++) {
        cf_endpoint_on_datagram(t->endpoint, local->index, &datagrams[i].remote, datagrams[i].bytes, cf_system_now());
        t->changed(t->ctx);
    }
}

static void on_connection_event(void *ctx, struct cf_connection *connection, enum cf_connection_event event, struct cf_span bytes,
                                enum cf_err err) {
    struct cf_transports *t = ctx;
    struct cf_flow_id flow = cf_connection_flow(connection);
    cf_usec now = cf_system_now();
    switch (event) {
    case CF_CONNECTION_UP:
        cf_endpoint_on_connected(t->endpoint, flow, cf_connection_id(connection), now);
        break;
    case CF_CONNECTION_BYTES:
        cf_endpoint_on_bytes(t->endpoint, flow, bytes, now);
        break;
    case CF_CONNECTION_CLOSED:
        cf_endpoint_on_flow_closed(t->endpoint, flow, err, now);
        break;
    }
    t->changed(t->ctx);
}

/* An accepted connection becomes a flow of SIP. */
static bool begin_flow(struct cf_transports *t, struct cf_connection *connection, uint32_t local, const struct cf_addr *remote) {
    struct cf_flow_id flow;
    if (cf_endpoint_on_accepted(t->endpoint, local, remote, cf_connection_id(connection), cf_system_now(), &flow) != CF_OK) {
        cf_connection_close(connection);
        return false;
    }
    cf_connection_set_flow(connection, flow);
    return true;
}

/* The web side found a phone on its port. */
static void adopt(void *ctx, struct cf_connection *connection, uint32_t local, struct cf_span bytes) {
    struct cf_transports *t = ctx;
    struct cf_addr remote = cf_connection_remote(connection);
    cf_connection_set_handler(connection, on_connection_event, t);
    if (begin_flow(t, connection, local, &remote)) {
        on_connection_event(t, connection, CF_CONNECTION_BYTES, bytes, CF_OK);
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
        cf_connection_accept(&t->connections, stream, is_tls && !local->is_web ? t->certificates.server : NULL);
    if (connection == NULL) {
        cf_stream_close(stream);
    } else if (!local->is_web) {
        (void)begin_flow(t, connection, local->index, &remote);
    } else if (!cf_web_take(t->web, connection, is_tls ? &t->certificates.server : NULL, &remote, local->index,
                            local->sip_index)) {
        cf_connection_close(connection);
    }
}

void cf_transports_start(struct cf_transports *transports, struct cf_node *node, void (*changed)(void *ctx), void *ctx) {
    struct cf_web_hooks hooks = {.endpoint = cf_node_endpoint(node),
                                 .changed = changed,
                                 .changed_ctx = ctx,
                                 .adopt = adopt,
                                 .adopt_ctx = transports,
                                 .node = node};
    transports->endpoint = hooks.endpoint;
    transports->changed = changed;
    transports->ctx = ctx;
    cf_connections_start(&transports->connections, on_connection_event, transports);
    if (transports->web != NULL) {
        cf_web_start(transports->web, &hooks);
    }
    for (size_t i = 0; i < transports->count; i++) {
        struct local *local = &transports->locals[i];
        if (local->udp.fd >= 0 && cf_loop_watch(transports->loop, local->udp.fd, on_datagrams, local, &local->watch) != CF_OK) {
            cf_log(CF_LOG_ERROR, "sip", "a socket can't be watched");
        }
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
}

/* --- bytes out --- */

static void send_datagram(struct cf_transports *t, const struct cf_endpoint_event *event) {
    struct cf_datagram datagram = {event->remote, event->bytes};
    /* A full queue loses it, as the network may: SIP sends again. */
    (void)cf_udp_send(&t->locals[event->local].udp, &datagram, 1);
}

static bool is_websocket(const struct cf_endpoint_event *event) {
    return event->transport == CF_TRANSPORT_WS || event->transport == CF_TRANSPORT_WSS;
}

static void open_connection(struct cf_transports *t, const struct cf_endpoint_event *event) {
    if (is_websocket(event)) {
        /* RFC 7118 section 5: browsers connect to servers, never the other way. */
        cf_endpoint_on_flow_closed(t->endpoint, event->flow, CF_ERR_UNSUPPORTED, cf_system_now());
        return;
    }
    bool is_tls = event->transport == CF_TRANSPORT_TLS;
    char address[CF_ADDR_TEXT_MAX];
    struct cf_writer w;
    /* Without a name the certificate must be that of the address. */
    cf_writer_init(&w, address, sizeof address);
    cf_put_ip(&w, &event->remote);
    struct cf_str host = event->host.len > 0 ? event->host : cf_writer_str(&w);
    if (cf_connection_open(&t->connections, t->loop, &event->remote, is_tls ? t->certificates.client : NULL, host, event->flow) ==
        NULL) {
        cf_endpoint_on_flow_closed(t->endpoint, event->flow, CF_ERR_IO, cf_system_now());
    }
}

static void send_stream(struct cf_transports *t, const struct cf_endpoint_event *event) {
    struct cf_connection *connection = cf_connections_find(&t->connections, event->shell_id);
    if (connection != NULL && is_websocket(event)) {
        cf_web_send(connection, event->bytes);
    } else if (connection != NULL) {
        cf_connection_write(connection, event->bytes);
    }
}

static void close_stream(struct cf_transports *t, const struct cf_endpoint_event *event) {
    struct cf_connection *connection = cf_connections_find(&t->connections, event->shell_id);
    if (is_websocket(event) && connection != NULL) {
        cf_web_close(connection);
    } else if (!is_websocket(event)) {
        cf_connections_close(&t->connections, event->shell_id, event->flow);
    }
}

void cf_transports_do(struct cf_transports *t, const struct cf_endpoint_event *event) {
    switch (event->kind) {
    case CF_ENDPOINT_SEND_DATAGRAM:
        send_datagram(t, event);
        break;
    case CF_ENDPOINT_SEND_STREAM:
        send_stream(t, event);
        break;
    case CF_ENDPOINT_OPEN_STREAM:
        open_connection(t, event);
        break;
    case CF_ENDPOINT_CLOSE_STREAM:
        close_stream(t, event);
        break;
    case CF_ENDPOINT_RESOLVE:
        cf_dns_ask(t->dns, event->query, &event->question);
        break;
    case CF_ENDPOINT_REQUEST:
    case CF_ENDPOINT_ACK:
    case CF_ENDPOINT_CANCELLED:
    case CF_ENDPOINT_RESPONSE:
    case CF_ENDPOINT_FAILED:
    case CF_ENDPOINT_NOT_ACKED:
    case CF_ENDPOINT_TERMINATED:
    case CF_ENDPOINT_FLOW_CLOSED:
        break;
    }
}
