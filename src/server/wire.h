/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What carries SIP between the operating system and an endpoint, for the server and for user agents: UDP sockets, connections,
 * questions to the DNS. Bytes and errors go in, each followed by a call of `changed`; what the endpoint wants is done by
 * cf_wire_do(). Which addresses there are, and WebSocket, are the business of whoever owns the wire. Wiring: no rule of SIP is
 * here. On the loop's thread.
 */
#ifndef CF_SERVER_WIRE_H
#define CF_SERVER_WIRE_H

#include "core/endpoint/endpoint.h"
#include "server/connection.h"
#include "shell/loop/loop.h"
#include "shell/udp/outbox.h"

/** What a wire needs to know. */
struct cf_wire_config {
    struct cf_loop *loop;
    const char *dns_servers; /**< "ADDR:PORT,..." or NULL: the system's; kept by reference */
    bool gathers;            /**< datagrams wait for cf_wire_flush(); else each is sent at once */
    /** With what TLS connections of ours are made; NULL: there can't be any. */
    struct cf_tls_context *(*client_tls)(void *ctx);
    void *ctx; /**< passed to it */
};

/** The wire; opaque. */
struct cf_wire;

/** A wire without sockets. CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_wire_create(const struct cf_wire_config *config, struct cf_wire **ret);

/** Close all that is open; sets the pointer to NULL; NULL is ignored. */
void cf_wire_destroy(struct cf_wire **wire);

/**
 * Bind a UDP socket at @p addr (port 0: any; the one chosen is put there) for local address @p index of the endpoint, below
 * CF_ENDPOINT_LOCALS_MAX. CF_ERR_EXISTS: the port is taken; CF_ERR_IO.
 */
CF_MUST_USE enum cf_err cf_wire_open_udp(struct cf_wire *wire, uint32_t index, struct cf_addr *addr);

/** Ask the DNS from now on; else it is opened by the first question. CF_ERR_IO: the list of servers is no list. */
CF_MUST_USE enum cf_err cf_wire_open_dns(struct cf_wire *wire);

/** Begin to carry bytes to and from @p endpoint. @p changed is called after every input. CF_ERR_IO: a socket can't be watched. */
CF_MUST_USE enum cf_err cf_wire_start(struct cf_wire *wire, struct cf_endpoint *endpoint, void (*changed)(void *ctx), void *ctx);

/** Its connections, for what accepts them. */
struct cf_connections *cf_wire_connections(struct cf_wire *wire);

/** Make the accepted @p connection a flow of local address @p local. False: there are too many, and it was closed. */
bool cf_wire_begin_flow(struct cf_wire *wire, struct cf_connection *connection, uint32_t local, const struct cf_addr *remote);

/** Handler of connections that carry SIP as it is; its context is the wire. */
void cf_wire_on_connection(void *ctx, struct cf_connection *connection, enum cf_connection_event event, struct cf_span bytes,
                           enum cf_err err);

/** Do what an event for the shell asks for, but for flows of WebSocket, which are not carried here. */
void cf_wire_do(struct cf_wire *wire, const struct cf_endpoint_event *event);

/** Send the datagrams that wait, and tell the endpoint where they can't go. At the end of each turn of the loop. */
void cf_wire_flush(struct cf_wire *wire);

#endif
