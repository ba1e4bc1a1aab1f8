/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Media of one call over TCP (RFC 6544, frames of RFC 4571): a connection for each address that something is to be sent to,
 * opened when the first datagram goes there. Wiring; on the loop's thread.
 */
#ifndef CF_UA_STREAM_WIRE_H
#define CF_UA_STREAM_WIRE_H

#include "base/addr.h"
#include "shell/loop/loop.h"

/** Most connections of a call. */
#define CF_STREAM_WIRE_MAX 16

/** The wire; opaque. */
struct cf_stream_wire;

/** Whom to tell. */
struct cf_stream_wire_hooks {
    /** A datagram came; its octets may be changed. */
    void (*datagram)(void *ctx, uint32_t socket, const struct cf_addr *from, uint8_t *at, size_t len);
    /** All that was there has been handed over. */
    void (*settled)(void *ctx);
    /** The connection is closed, or could not be opened. */
    void (*closed)(void *ctx, uint32_t socket, const struct cf_addr *to);
    void *ctx;
};

/** No connection. CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_stream_wire_create(struct cf_loop *loop, const struct cf_stream_wire_hooks *hooks,
                                              struct cf_stream_wire **ret);

/** Close all, without a word; sets the pointer to NULL; NULL is ignored. */
void cf_stream_wire_destroy(struct cf_stream_wire **wire);

/** Send @p datagram by the connection of @p socket to @p to. What finds no room, or no connection, is lost. */
void cf_stream_wire_send(struct cf_stream_wire *wire, uint32_t socket, const struct cf_addr *to, struct cf_span datagram);

#endif
