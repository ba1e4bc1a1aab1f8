/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A SIP connection: a TCP stream, with TLS on it or not. Wiring between shell/stream, adapt/openssl and the endpoint, which names
 * it by a number. On the loop's thread.
 */
#ifndef CF_SERVER_CONNECTION_H
#define CF_SERVER_CONNECTION_H

#include "adapt/openssl/tls.h"
#include "core/endpoint/flow.h"
#include "shell/stream/stream.h"

/** A connection; opaque. */
struct cf_connection;

/** What a connection reports. */
enum cf_connection_event {
    CF_CONNECTION_UP,     /**< one of ours is open, over TLS with a good certificate */
    CF_CONNECTION_BYTES,  /**< octets of SIP came */
    CF_CONNECTION_CLOSED, /**< gone; not reported after cf_connection_close() */
};

/** Called for each event. */
typedef void cf_connection_handler(void *ctx, struct cf_connection *connection, enum cf_connection_event event,
                                   struct cf_span bytes, enum cf_err err);

/** All connections. */
struct cf_connections {
    struct cf_handle_table table; /**< names are handles, packed into the endpoint's shell_id */
    cf_connection_handler *handler;
    void *ctx;
};

/** None. */
void cf_connections_init(struct cf_connections *connections);

/** Close all, without events. The streams close as the loop goes on or is destroyed. */
void cf_connections_fini(struct cf_connections *connections);

/** Whom to tell. */
void cf_connections_start(struct cf_connections *connections, cf_connection_handler *handler, void *ctx);

/** Take over an accepted @p stream; with @p tls as TLS server. NULL if memory is out: the caller closes the stream. */
struct cf_connection *cf_connection_accept(struct cf_connections *connections, struct cf_stream *stream,
                                           struct cf_tls_context *tls);

/** Connect to @p remote for @p flow, with @p tls as client that checks for @p host. NULL: it can't be tried. */
struct cf_connection *cf_connection_open(struct cf_connections *connections, struct cf_loop *loop, const struct cf_addr *remote,
                                         struct cf_tls_context *tls, struct cf_str host, struct cf_flow_id flow);

/** From now on its events go to @p handler with @p ctx instead. */
void cf_connection_set_handler(struct cf_connection *connection, cf_connection_handler *handler, void *ctx);

/** The context that was set together with @p handler; NULL if its events go to another one. */
void *cf_connection_context(const struct cf_connection *connection, cf_connection_handler *handler);

/** Is TLS on it? */
bool cf_connection_is_secure(const struct cf_connection *connection);

/** What was agreed on by ALPN; absent: nothing. */
struct cf_str cf_connection_alpn(const struct cf_connection *connection);

/** Address of the peer. */
struct cf_addr cf_connection_remote(const struct cf_connection *connection);

/** Send; a peer that takes nothing is closed, with an event. */
void cf_connection_write(struct cf_connection *connection, struct cf_span bytes);

/** The same for the connection of that name, if it is there. */
void cf_connections_send(struct cf_connections *connections, uint64_t id, struct cf_span bytes);

/** The connection of that name, or NULL. */
struct cf_connection *cf_connections_find(const struct cf_connections *connections, uint64_t id);

/** Name for the endpoint. */
uint64_t cf_connection_id(const struct cf_connection *connection);

/** The endpoint's name of it. */
struct cf_flow_id cf_connection_flow(const struct cf_connection *connection);
void cf_connection_set_flow(struct cf_connection *connection, struct cf_flow_id flow);

/** Put TLS on an accepted connection that has none; @p bytes, its first octets, came already. False: it was closed. */
bool cf_connection_start_tls(struct cf_connection *connection, struct cf_tls_context *tls, struct cf_span bytes);

/** A connection that was taken out of the loop. */
struct cf_loose_connection {
    int fd;             /**< the caller's to close */
    struct cf_tls *tls; /**< the caller's, with what was not read yet; NULL: plain */
    struct cf_addr remote;
};

/** Take @p connection out of the loop, without an event. False: it can't be done now, it was closed. */
bool cf_connection_release(struct cf_connection *connection, struct cf_loose_connection *ret);

/** Close without an event. */
void cf_connection_close(struct cf_connection *connection);

/** Close connection @p id, or the one that is being opened for @p flow, without an event. */
void cf_connections_close(struct cf_connections *connections, uint64_t id, struct cf_flow_id flow);

#endif
