/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ua/sip_wire.h"

#include "adapt/openssl/tls.h"
#include "server/connection.h"
#include "shell/dns/dns.h"
#include "shell/system/system.h"
#include "shell/udp/udp.h"
#include <stdio.h>
#include <stdlib.h>

#define LOCALS 3
#define BATCH 8

/* All wires are of one thread: they receive into one place. */
static uint8_t buffer[BATCH * CF_UDP_DATAGRAM_MAX];

struct cf_sip_wire {
    struct cf_loop *loop;
    struct cf_endpoint *endpoint;
    void (*changed)(void *ctx);
    void *ctx;
    struct cf_udp udp;
    struct cf_watch *watch;
    struct cf_dns *dns;
    struct cf_tls_context *tls;
    struct cf_connections connections;
    struct cf_endpoint_local locals[LOCALS];
    uint32_t udp_index;
    bool is_traced;
    bool is_insecure;
};

const struct cf_endpoint_local *cf_sip_wire_locals(const struct cf_sip_wire *wire, size_t *ret_count) {
    *ret_count = LOCALS;
    return wire->locals;
}

static void on_resolved(void *ctx, uint32_t query, const struct cf_dns_record *records, size_t count) {
    struct cf_sip_wire *wire = ctx;
    cf_endpoint_on_resolved(wire->endpoint, query, records, count, cf_system_now());
    wire->changed(wire->ctx);
}

/* The wanted transport first: the Contact is made of it. */
static void set_locals(struct cf_sip_wire *wire, enum cf_transport first) {
    static const enum cf_transport all[LOCALS] = {CF_TRANSPORT_UDP, CF_TRANSPORT_TCP, CF_TRANSPORT_TLS};
    size_t count = 0;
    wire->locals[count++] = (struct cf_endpoint_local){.transport = first, .addr = wire->udp.local};
    for (size_t i = 0; i < LOCALS; i++) {
        if (all[i] != first) {
            wire->locals[count++] = (struct cf_endpoint_local){.transport = all[i], .addr = wire->udp.local};
        }
    }
    for (uint32_t i = 0; i < LOCALS; i++) {
        wire->udp_index = wire->locals[i].transport == CF_TRANSPORT_UDP ? i : wire->udp_index;
    }
}

enum cf_err cf_sip_wire_open(struct cf_loop *loop, const struct cf_addr *local, enum cf_transport transport, bool is_insecure,
                             bool is_traced, struct cf_sip_wire **ret) {
    struct cf_sip_wire *wire = calloc(1, sizeof *wire);
    if (wire == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    wire->loop = loop;
    wire->is_traced = is_traced;
    wire->udp.fd = -1;
    wire->is_insecure = is_insecure;
    cf_connections_init(&wire->connections);
    enum cf_err err = cf_udp_open(local, CF_UDP_USE_SIGNALLING, &wire->udp);
    if (err != CF_OK) {
        cf_sip_wire_close(&wire);
        return err;
    }
    set_locals(wire, transport);
    *ret = wire;
    return CF_OK;
}

void cf_sip_wire_close(struct cf_sip_wire **wire) {
    struct cf_sip_wire *w = *wire;
    if (w == NULL) {
        return;
    }
    cf_dns_destroy(&w->dns);
    cf_loop_unwatch(&w->watch);
    cf_udp_close(&w->udp);
    cf_connections_fini(&w->connections);
    cf_tls_context_destroy(&w->tls);
    free(w);
    *wire = NULL;
}

static void trace(const struct cf_sip_wire *wire, const char *direction, struct cf_span bytes) {
    if (wire->is_traced) {
        cf_usec now = cf_system_now();
        fprintf(stderr, "\n--- %s %lld.%06lld\n%.*s\n", direction, (long long)(now / 1000000), (long long)(now % 1000000),
                (int)bytes.len, (const char *)bytes.at);
    }
}

static void on_datagrams(void *ctx) {
    struct cf_sip_wire *wire = ctx;
    struct cf_datagram datagrams[BATCH];
    size_t count = cf_udp_receive(&wire->udp, buffer, CF_UDP_DATAGRAM_MAX, datagrams, BATCH);
    for (size_t i = 0; i < count; i++) {
        trace(wire, "in", datagrams[i].bytes);
        cf_endpoint_on_datagram(wire->endpoint, wire->udp_index, &datagrams[i].remote, datagrams[i].bytes, cf_system_now());
        wire->changed(wire->ctx);
    }
}

static void on_connection_event(void *ctx, struct cf_connection *connection, enum cf_connection_event event, struct cf_span bytes,
                                enum cf_err err) {
    struct cf_sip_wire *wire = ctx;
    struct cf_flow_id flow = cf_connection_flow(connection);
    cf_usec now = cf_system_now();
    switch (event) {
    case CF_CONNECTION_UP:
        cf_endpoint_on_connected(wire->endpoint, flow, cf_connection_id(connection), now);
        break;
    case CF_CONNECTION_BYTES:
        trace(wire, "in", bytes);
        cf_endpoint_on_bytes(wire->endpoint, flow, bytes, now);
        break;
    case CF_CONNECTION_CLOSED:
        cf_endpoint_on_flow_closed(wire->endpoint, flow, err, now);
        break;
    }
    wire->changed(wire->ctx);
}

enum cf_err cf_sip_wire_start(struct cf_sip_wire *wire, struct cf_endpoint *endpoint, void (*changed)(void *ctx), void *ctx) {
    wire->endpoint = endpoint;
    wire->changed = changed;
    wire->ctx = ctx;
    cf_connections_start(&wire->connections, on_connection_event, wire);
    return cf_loop_watch(wire->loop, wire->udp.fd, on_datagrams, wire, &wire->watch);
}

/* What few need is made when it is needed. */
static bool has_tls(struct cf_sip_wire *wire) {
    enum cf_tls_verify verify = wire->is_insecure ? CF_TLS_VERIFY_NONE : CF_TLS_VERIFY_SYSTEM;
    return wire->tls != NULL || cf_tls_context_client(verify, &wire->tls) == CF_OK;
}

static void ask(struct cf_sip_wire *wire, const struct cf_endpoint_event *event) {
    if (wire->dns == NULL && cf_dns_create(wire->loop, NULL, on_resolved, wire, &wire->dns) != CF_OK) {
        cf_endpoint_on_resolved(wire->endpoint, event->query, NULL, 0, cf_system_now());
        return;
    }
    cf_dns_ask(wire->dns, event->query, &event->question);
}

static void open_connection(struct cf_sip_wire *wire, const struct cf_endpoint_event *event) {
    bool is_tls = event->transport == CF_TRANSPORT_TLS;
    if ((is_tls && !has_tls(wire)) || cf_connection_open(&wire->connections, wire->loop, &event->remote,
                                                         is_tls ? wire->tls : NULL, event->host, event->flow) == NULL) {
        cf_endpoint_on_flow_closed(wire->endpoint, event->flow, CF_ERR_IO, cf_system_now());
    }
}

void cf_sip_wire_do(struct cf_sip_wire *wire, const struct cf_endpoint_event *event) {
    struct cf_datagram datagram = {event->remote, event->bytes};
    switch (event->kind) {
    case CF_ENDPOINT_SEND_DATAGRAM:
        trace(wire, "out", event->bytes);
        /* A full queue loses it, as the network may: SIP sends again. */
        (void)cf_udp_send(&wire->udp, &datagram, 1);
        break;
    case CF_ENDPOINT_SEND_STREAM:
        trace(wire, "out", event->bytes);
        cf_connections_send(&wire->connections, event->shell_id, event->bytes);
        break;
    case CF_ENDPOINT_OPEN_STREAM:
        open_connection(wire, event);
        break;
    case CF_ENDPOINT_CLOSE_STREAM:
        cf_connections_close(&wire->connections, event->shell_id, event->flow);
        break;
    case CF_ENDPOINT_RESOLVE:
        ask(wire, event);
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
