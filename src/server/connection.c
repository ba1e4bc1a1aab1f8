/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SIP connections. */
#include "server/connection.h"

#include "shell/system/system.h"
#include <stdlib.h>

#define CONNECTIONS_MAX 12000
#define CHUNK 16384
#define HOST_MAX 256

struct cf_connection {
    struct cf_connections *all;
    struct cf_handle handle;
    struct cf_flow_id flow;
    struct cf_stream *stream; /* NULL once it is closed */
    struct cf_tls *tls;       /* NULL: plain */
    cf_connection_handler *handler;
    void *ctx; /* of the handler */
    bool is_outgoing;
    bool is_up; /* SIP may be sent */
    bool is_silent;
    enum cf_err err;
};

void cf_connections_init(struct cf_connections *connections) {
    *connections = (struct cf_connections){.handler = NULL};
    cf_handle_table_init(&connections->table, cf_system_mem(), CONNECTIONS_MAX);
}

void cf_connections_start(struct cf_connections *connections, cf_connection_handler *handler, void *ctx) {
    connections->handler = handler;
    connections->ctx = ctx;
}

uint64_t cf_connection_id(const struct cf_connection *connection) {
    return ((uint64_t)connection->handle.generation << 32) | connection->handle.slot;
}

struct cf_connection *cf_connections_find(const struct cf_connections *connections, uint64_t id) {
    return cf_handle_get(&connections->table, (struct cf_handle){(uint32_t)id, (uint32_t)(id >> 32)});
}

struct cf_flow_id cf_connection_flow(const struct cf_connection *connection) {
    return connection->flow;
}

void cf_connection_set_handler(struct cf_connection *connection, cf_connection_handler *handler, void *ctx) {
    connection->handler = handler;
    connection->ctx = ctx;
}

void *cf_connection_context(const struct cf_connection *connection, cf_connection_handler *handler) {
    return connection->handler == handler ? connection->ctx : NULL;
}

bool cf_connection_is_secure(const struct cf_connection *connection) {
    return connection->tls != NULL;
}

struct cf_str cf_connection_alpn(const struct cf_connection *connection) {
    return connection->tls == NULL ? CF_STR_NONE : cf_tls_alpn(connection->tls);
}

void cf_connection_set_flow(struct cf_connection *connection, struct cf_flow_id flow) {
    connection->flow = flow;
}

static void free_connection(struct cf_connection *connection) {
    cf_handle_remove(&connection->all->table, connection->handle);
    cf_tls_destroy(&connection->tls);
    free(connection);
}

void cf_connection_close(struct cf_connection *connection) {
    connection->is_silent = true;
    if (connection->tls != NULL && connection->is_up && connection->stream != NULL) {
        uint8_t out[CHUNK];
        cf_tls_shutdown(connection->tls);
        size_t len = cf_tls_take_output(connection->tls, out, sizeof out);
        if (len > 0 && cf_stream_write(connection->stream, (struct cf_span){out, len}) != CF_OK) {
            connection->err = CF_ERR_IO;
        }
    }
    if (connection->stream != NULL) {
        cf_stream_close(connection->stream);
    }
}

void cf_connections_fini(struct cf_connections *connections) {
    for (size_t i = 0; i < connections->table.slots_used; i++) {
        struct cf_connection *connection = cf_handle_at(&connections->table, i);
        if (connection != NULL) {
            cf_stream_set_owner(connection->stream, NULL, NULL);
            cf_stream_close(connection->stream);
            free_connection(connection);
        }
    }
    cf_handle_table_fini(&connections->table);
}

static void tell(struct cf_connection *connection, enum cf_connection_event event, struct cf_span bytes) {
    if (!connection->is_silent) {
        connection->handler(connection->ctx, connection, event, bytes, connection->err);
    }
}

static void fail(struct cf_connection *connection, enum cf_err err) {
    connection->err = connection->err == CF_OK ? err : connection->err;
    if (err == CF_ERR_LIMIT) { /* it does not read what waits for it */
        cf_stream_abort(connection->stream);
    } else {
        cf_stream_close(connection->stream);
    }
}

/* What TLS wants on the wire. */
static void flush(struct cf_connection *connection) {
    uint8_t out[CHUNK];
    for (size_t len = cf_tls_take_output(connection->tls, out, sizeof out); len > 0;
         len = cf_tls_take_output(connection->tls, out, sizeof out)) {
        enum cf_err err = cf_stream_write(connection->stream, (struct cf_span){out, len});
        if (err != CF_OK) {
            fail(connection, err);
            return;
        }
    }
}

static void come_up(struct cf_connection *connection) {
    if (connection->is_up || (connection->tls != NULL && !cf_tls_is_up(connection->tls))) {
        return;
    }
    connection->is_up = true;
    if (connection->is_outgoing) {
        tell(connection, CF_CONNECTION_UP, (struct cf_span){NULL, 0});
    }
}

static void on_tls_bytes(struct cf_connection *connection, struct cf_span bytes) {
    uint8_t plain[CHUNK];
    enum cf_err err = cf_tls_on_bytes(connection->tls, bytes);
    flush(connection);
    if (err != CF_OK) {
        fail(connection, err);
        return;
    }
    come_up(connection);
    for (size_t len = cf_tls_read(connection->tls, plain, sizeof plain); len > 0;
         len = connection->tls == NULL ? 0 : cf_tls_read(connection->tls, plain, sizeof plain)) {
        tell(connection, CF_CONNECTION_BYTES, (struct cf_span){plain, len});
    }
    if (connection->tls != NULL && cf_tls_is_closed(connection->tls)) {
        cf_stream_close(connection->stream);
    }
}

static void on_bytes(void *owner, struct cf_stream *stream, struct cf_span bytes) {
    struct cf_connection *connection = owner;
    (void)stream;
    if (connection->is_silent) {
        return;
    }
    if (connection->tls != NULL) {
        on_tls_bytes(connection, bytes);
    } else {
        tell(connection, CF_CONNECTION_BYTES, bytes);
    }
}

static void on_connected(void *owner, struct cf_stream *stream) {
    struct cf_connection *connection = owner;
    (void)stream;
    if (connection->tls != NULL) {
        if (cf_tls_start(connection->tls) != CF_OK) {
            fail(connection, CF_ERR_IO);
            return;
        }
        flush(connection);
    }
    come_up(connection);
}

static void on_closed(void *owner, struct cf_stream *stream) {
    struct cf_connection *connection = owner;
    (void)stream;
    connection->stream = NULL;
    if (!connection->is_up && connection->err == CF_OK) {
        connection->err = CF_ERR_IO;
    }
    tell(connection, CF_CONNECTION_CLOSED, (struct cf_span){NULL, 0});
    free_connection(connection);
}

static const struct cf_stream_events events = {on_connected, on_bytes, on_closed};

static struct cf_connection *make(struct cf_connections *connections, struct cf_tls_context *tls, enum cf_tls_role role,
                                  const char *host) {
    struct cf_connection *connection = calloc(1, sizeof *connection);
    if (connection == NULL) {
        return NULL;
    }
    connection->all = connections;
    connection->handler = connections->handler;
    connection->ctx = connections->ctx;
    connection->handle = cf_handle_add(&connections->table, connection);
    bool is_made =
        cf_handle_is_set(connection->handle) && (tls == NULL || cf_tls_create(tls, role, host, &connection->tls) == CF_OK);
    if (!is_made) {
        free_connection(connection);
        return NULL;
    }
    return connection;
}

struct cf_connection *cf_connection_accept(struct cf_connections *connections, struct cf_stream *stream,
                                           struct cf_tls_context *tls) {
    struct cf_connection *connection = make(connections, tls, CF_TLS_ROLE_SERVER, NULL);
    if (connection == NULL) {
        return NULL;
    }
    connection->stream = stream;
    connection->is_up = tls == NULL;
    cf_stream_set_owner(stream, &events, connection);
    return connection;
}

bool cf_connection_start_tls(struct cf_connection *connection, struct cf_tls_context *tls, struct cf_span bytes) {
    if (cf_tls_create(tls, CF_TLS_ROLE_SERVER, NULL, &connection->tls) != CF_OK) {
        cf_connection_close(connection);
        return false;
    }
    connection->is_up = false;
    on_tls_bytes(connection, bytes);
    return !connection->is_silent;
}

bool cf_connection_release(struct cf_connection *connection, struct cf_loose_connection *ret) {
    *ret = (struct cf_loose_connection){.fd = -1, .remote = cf_stream_remote(connection->stream)};
    connection->is_silent = true;
    if (cf_stream_release(connection->stream, &ret->fd) != CF_OK) {
        cf_stream_close(connection->stream);
        return false;
    }
    ret->tls = connection->tls;
    connection->tls = NULL;
    return true;
}

struct cf_connection *cf_connection_open(struct cf_connections *connections, struct cf_loop *loop, const struct cf_addr *remote,
                                         struct cf_tls_context *tls, struct cf_str host, struct cf_flow_id flow) {
    char name[HOST_MAX] = {0};
    if (host.len >= sizeof name) {
        return NULL;
    }
    if (host.len > 0) {
        memcpy(name, host.at, host.len);
    }
    struct cf_connection *connection = make(connections, tls, CF_TLS_ROLE_CLIENT, host.len > 0 ? name : NULL);
    if (connection == NULL) {
        return NULL;
    }
    connection->is_outgoing = true;
    connection->flow = flow;
    if (cf_stream_connect(loop, remote, &events, connection, &connection->stream) != CF_OK) {
        free_connection(connection);
        return NULL;
    }
    return connection;
}

struct cf_addr cf_connection_remote(const struct cf_connection *connection) {
    return cf_stream_remote(connection->stream);
}

void cf_connection_write(struct cf_connection *connection, struct cf_span bytes) {
    if (connection->stream == NULL || !connection->is_up) {
        return;
    }
    enum cf_err err = CF_OK;
    if (connection->tls == NULL) {
        err = cf_stream_write(connection->stream, bytes);
    } else {
        err = cf_tls_write(connection->tls, bytes);
        flush(connection);
    }
    if (err != CF_OK) {
        fail(connection, err);
    }
}

void cf_connections_send(struct cf_connections *connections, uint64_t id, struct cf_span bytes) {
    struct cf_connection *connection = cf_connections_find(connections, id);
    if (connection != NULL) {
        cf_connection_write(connection, bytes);
    }
}

void cf_connections_close(struct cf_connections *connections, uint64_t id, struct cf_flow_id flow) {
    struct cf_connection *connection = cf_connections_find(connections, id);
    for (size_t i = 0; connection == NULL && i < connections->table.slots_used; i++) {
        struct cf_connection *each = cf_handle_at(&connections->table, i);
        if (each != NULL && each->is_outgoing && cf_flow_id_eq(each->flow, flow)) {
            connection = each;
        }
    }
    if (connection != NULL) {
        cf_connection_close(connection);
    }
}
