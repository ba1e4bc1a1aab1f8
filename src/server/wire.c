/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SIP between the operating system and an endpoint. */
#include "server/wire.h"

#include "shell/dns/dns.h"
#include "shell/system/system.h"
#include <stdlib.h>

#define RECEIVE_BATCH 32
#define BATCHES_A_TURN 8 /* when more waits others have their turn first */

/* One UDP address. */
struct port {
    struct cf_wire *wire;
    uint32_t index;
    struct cf_udp udp;
    struct cf_watch *watch;
};

struct cf_wire {
    struct cf_wire_config config;
    struct cf_endpoint *endpoint;
    void (*changed)(void *ctx);
    void *ctx;
    struct port ports[CF_ENDPOINT_LOCALS_MAX];
    struct cf_connections connections;
    struct cf_dns *dns;           /* NULL: not asked yet */
    struct cf_udp_outbox *outbox; /* NULL: each datagram is sent at once */
};

/* All wires are of one thread: they receive into one place. */
static uint8_t buffer[RECEIVE_BATCH * CF_UDP_DATAGRAM_MAX];

/* --- life --- */

enum cf_err cf_wire_create(const struct cf_wire_config *config, struct cf_wire **ret) {
    struct cf_wire *wire = calloc(1, sizeof *wire);
    struct cf_udp_outbox *outbox = config->gathers ? malloc(sizeof *outbox) : NULL;
    if (wire == NULL || (outbox == NULL && config->gathers)) {
        free(outbox);
        free(wire);
        return CF_ERR_NO_MEMORY;
    }
    wire->config = *config;
    wire->outbox = outbox;
    if (outbox != NULL) {
        cf_udp_outbox_init(outbox);
    }
    for (uint32_t i = 0; i < CF_ENDPOINT_LOCALS_MAX; i++) {
        wire->ports[i] = (struct port){.wire = wire, .index = i, .udp = {.fd = -1}};
    }
    cf_connections_init(&wire->connections);
    *ret = wire;
    return CF_OK;
}

void cf_wire_destroy(struct cf_wire **wire) {
    struct cf_wire *w = *wire;
    if (w == NULL) {
        return;
    }
    cf_dns_destroy(&w->dns);
    if (w->outbox != NULL) {
        cf_udp_outbox_flush(w->outbox);
    }
    for (size_t i = 0; i < CF_ENDPOINT_LOCALS_MAX; i++) {
        cf_loop_unwatch(&w->ports[i].watch);
        cf_udp_close(&w->ports[i].udp);
    }
    cf_connections_fini(&w->connections);
    free(w->outbox);
    free(w);
    *wire = NULL;
}

enum cf_err cf_wire_open_udp(struct cf_wire *wire, uint32_t index, struct cf_addr *addr) {
    struct cf_udp *udp = &wire->ports[index].udp;
    enum cf_err err = cf_udp_open(addr, CF_UDP_USE_SIGNALLING, udp);
    if (err == CF_OK) {
        *addr = udp->local;
    }
    return err;
}

static void on_resolved(void *ctx, uint32_t query, const struct cf_dns_record *records, size_t count) {
    struct cf_wire *wire = ctx;
    cf_endpoint_on_resolved(wire->endpoint, query, records, count, cf_system_now());
    wire->changed(wire->ctx);
}

enum cf_err cf_wire_open_dns(struct cf_wire *wire) {
    return wire->dns != NULL ? CF_OK : cf_dns_create(wire->config.loop, wire->config.dns_servers, on_resolved, wire, &wire->dns);
}

struct cf_connections *cf_wire_connections(struct cf_wire *wire) {
    return &wire->connections;
}

/* --- in --- */

/* RFC 3261 section 18.4: requests that wait for such an address need not wait for their timers. */
static void take_errors(struct port *port) {
    struct cf_addr remote;
    while (cf_udp_take_unreachable(&port->udp, &remote)) {
        cf_endpoint_on_unreachable(port->wire->endpoint, port->index, &remote, cf_system_now());
        port->wire->changed(port->wire->ctx);
    }
}

static void on_datagrams(void *ctx) {
    struct port *port = ctx;
    struct cf_wire *wire = port->wire;
    struct cf_datagram datagrams[RECEIVE_BATCH];
    size_t count = RECEIVE_BATCH;
    for (unsigned batch = 0; batch < BATCHES_A_TURN && count == RECEIVE_BATCH; batch++) {
        count = cf_udp_receive(&port->udp, buffer, CF_UDP_DATAGRAM_MAX, datagrams, RECEIVE_BATCH);
        for (size_t i = 0; i < count; i++) {
            cf_endpoint_on_datagram(wire->endpoint, port->index, &datagrams[i].remote, datagrams[i].bytes, cf_system_now());
            wire->changed(wire->ctx);
        }
    }
    take_errors(port);
}

void cf_wire_on_connection(void *ctx, struct cf_connection *connection, enum cf_connection_event event, struct cf_span bytes,
                           enum cf_err err) {
    struct cf_wire *wire = ctx;
    struct cf_flow_id flow = cf_connection_flow(connection);
    cf_usec now = cf_system_now();
    switch (event) {
    case CF_CONNECTION_UP:
        cf_endpoint_on_connected(wire->endpoint, flow, cf_connection_id(connection), now);
        break;
    case CF_CONNECTION_BYTES:
        cf_endpoint_on_bytes(wire->endpoint, flow, bytes, now);
        break;
    case CF_CONNECTION_CLOSED:
        cf_endpoint_on_flow_closed(wire->endpoint, flow, err, now);
        break;
    }
    wire->changed(wire->ctx);
}

bool cf_wire_begin_flow(struct cf_wire *wire, struct cf_connection *connection, uint32_t local, const struct cf_addr *remote) {
    struct cf_flow_id flow;
    if (cf_endpoint_on_accepted(wire->endpoint, local, remote, cf_connection_id(connection), cf_system_now(), &flow) != CF_OK) {
        cf_connection_close(connection);
        return false;
    }
    cf_connection_set_flow(connection, flow);
    return true;
}

enum cf_err cf_wire_start(struct cf_wire *wire, struct cf_endpoint *endpoint, void (*changed)(void *ctx), void *ctx) {
    enum cf_err err = CF_OK;
    wire->endpoint = endpoint;
    wire->changed = changed;
    wire->ctx = ctx;
    cf_connections_start(&wire->connections, cf_wire_on_connection, wire);
    for (size_t i = 0; i < CF_ENDPOINT_LOCALS_MAX && err == CF_OK; i++) {
        struct port *port = &wire->ports[i];
        err = port->udp.fd < 0 ? CF_OK : cf_loop_watch(wire->config.loop, port->udp.fd, on_datagrams, port, &port->watch);
    }
    return err;
}

/* --- out --- */

static void send_datagram(struct cf_wire *wire, const struct cf_endpoint_event *event) {
    struct cf_udp *udp = &wire->ports[event->local].udp;
    struct cf_datagram datagram = {event->remote, event->bytes};
    if (wire->outbox != NULL) {
        cf_udp_outbox_put(wire->outbox, udp, &event->remote, event->bytes);
    } else {
        /* A full queue loses it, as the network may: SIP sends again. */
        (void)cf_udp_send(udp, &datagram, 1);
    }
}

static void open_connection(struct cf_wire *wire, const struct cf_endpoint_event *event) {
    struct cf_tls_context *tls = event->transport == CF_TRANSPORT_TLS ? wire->config.client_tls(wire->config.ctx) : NULL;
    char address[CF_ADDR_TEXT_MAX];
    struct cf_writer w;
    /* Without a name the certificate must be that of the address. */
    cf_writer_init(&w, address, sizeof address);
    cf_put_ip(&w, &event->remote);
    struct cf_str host = event->host.len > 0 ? event->host : cf_writer_str(&w);
    bool can_try = tls != NULL || event->transport == CF_TRANSPORT_TCP;
    if (!can_try || cf_connection_open(&wire->connections, wire->config.loop, &event->remote, tls, host, event->flow) == NULL) {
        cf_endpoint_on_flow_closed(wire->endpoint, event->flow, CF_ERR_IO, cf_system_now());
    }
}

static void ask(struct cf_wire *wire, const struct cf_endpoint_event *event) {
    if (cf_wire_open_dns(wire) == CF_OK) {
        cf_dns_ask(wire->dns, event->query, &event->question);
    } else {
        cf_endpoint_on_resolved(wire->endpoint, event->query, NULL, 0, cf_system_now());
    }
}

void cf_wire_do(struct cf_wire *wire, const struct cf_endpoint_event *event) {
    switch (event->kind) {
    case CF_ENDPOINT_SEND_DATAGRAM:
        send_datagram(wire, event);
        break;
    case CF_ENDPOINT_SEND_STREAM:
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
    case CF_ENDPOINT_RECEIVED:
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

void cf_wire_flush(struct cf_wire *wire) {
    if (wire->outbox != NULL) {
        cf_udp_outbox_flush(wire->outbox);
    }
    for (size_t i = 0; i < CF_ENDPOINT_LOCALS_MAX; i++) {
        take_errors(&wire->ports[i]);
    }
    /* What goes elsewhere instead; where that can't be reached either is told by the next flush. */
    if (wire->outbox != NULL) {
        cf_udp_outbox_flush(wire->outbox);
    }
}
