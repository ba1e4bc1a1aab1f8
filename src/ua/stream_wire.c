/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ua/stream_wire.h"

#include "core/rtp/framing.h"
#include "shell/stream/stream.h"
#include <stdlib.h>

struct connection {
    struct cf_stream_wire *wire; /* NULL: it is gone */
    struct cf_stream *stream;
    uint32_t socket;
    struct cf_addr to;
    bool is_up;
    struct cf_framing framing;
    struct cf_frame_queue queue;
};

struct cf_stream_wire {
    struct cf_loop *loop;
    struct cf_stream_wire_hooks hooks;
    struct connection *connections[CF_STREAM_WIRE_MAX]; /* owned while the wire is there, then by their streams */
};

enum cf_err cf_stream_wire_create(struct cf_loop *loop, const struct cf_stream_wire_hooks *hooks, struct cf_stream_wire **ret) {
    struct cf_stream_wire *wire = calloc(1, sizeof *wire);
    if (wire == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    wire->loop = loop;
    wire->hooks = *hooks;
    *ret = wire;
    return CF_OK;
}

void cf_stream_wire_destroy(struct cf_stream_wire **wire) {
    if (*wire == NULL) {
        return;
    }
    for (size_t i = 0; i < CF_STREAM_WIRE_MAX; i++) {
        struct connection *connection = (*wire)->connections[i];
        if (connection != NULL) {
            connection->wire = NULL;
            cf_stream_abort(connection->stream);
        }
    }
    free(*wire);
    *wire = NULL;
}

/* What waits goes to the stream, which has a bound of its own. */
static void flush(struct connection *connection) {
    for (struct cf_span rest = cf_octet_ring_peek(&connection->queue.ring); rest.len > 0;
         rest = cf_octet_ring_peek(&connection->queue.ring)) {
        if (cf_stream_write(connection->stream, rest) != CF_OK) {
            return;
        }
        cf_octet_ring_drop(&connection->queue.ring, rest.len);
    }
}

static void on_connected(void *owner, struct cf_stream *stream) {
    struct connection *connection = owner;
    (void)stream;
    connection->is_up = true;
    flush(connection);
}

static void on_bytes(void *owner, struct cf_stream *stream, struct cf_span bytes) {
    struct connection *connection = owner;
    struct cf_span datagram;
    (void)stream;
    while (connection->wire != NULL && cf_framing_next(&connection->framing, &bytes, &datagram)) {
        const struct cf_stream_wire_hooks *hooks = &connection->wire->hooks;
        hooks->datagram(hooks->ctx, connection->socket, &connection->to, connection->framing.datagram, datagram.len);
    }
    if (connection->wire != NULL) {
        connection->wire->hooks.settled(connection->wire->hooks.ctx);
    }
}

static void on_closed(void *owner, struct cf_stream *stream) {
    struct connection *connection = owner;
    struct cf_stream_wire *wire = connection->wire;
    (void)stream;
    for (size_t i = 0; wire != NULL && i < CF_STREAM_WIRE_MAX; i++) {
        if (wire->connections[i] == connection) {
            wire->connections[i] = NULL;
        }
    }
    if (wire != NULL) {
        wire->hooks.closed(wire->hooks.ctx, connection->socket, &connection->to);
    }
    free(connection);
}

static const struct cf_stream_events events = {on_connected, on_bytes, on_closed};

static struct connection *connect_to(struct cf_stream_wire *wire, size_t place, uint32_t socket, const struct cf_addr *to) {
    struct connection *connection = place == CF_STREAM_WIRE_MAX ? NULL : calloc(1, sizeof *connection);
    if (connection == NULL) {
        return NULL;
    }
    cf_frame_queue_init(&connection->queue);
    connection->wire = wire;
    connection->socket = socket;
    connection->to = *to;
    if (cf_stream_connect(wire->loop, to, &events, connection, &connection->stream) != CF_OK) {
        free(connection);
        return NULL;
    }
    wire->connections[place] = connection;
    return connection;
}

static struct connection *find(struct cf_stream_wire *wire, uint32_t socket, const struct cf_addr *to) {
    size_t free_place = CF_STREAM_WIRE_MAX;
    for (size_t i = 0; i < CF_STREAM_WIRE_MAX; i++) {
        struct connection *connection = wire->connections[i];
        if (connection == NULL) {
            free_place = i;
        } else if (connection->socket == socket && cf_addr_eq(&connection->to, to)) {
            return connection;
        }
    }
    return connect_to(wire, free_place, socket, to);
}

void cf_stream_wire_send(struct cf_stream_wire *wire, uint32_t socket, const struct cf_addr *to, struct cf_span datagram) {
    struct connection *connection = find(wire, socket, to);
    if (connection != NULL && cf_frame_queue_put(&connection->queue, datagram) && connection->is_up) {
        flush(connection);
    }
}
