/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sockets for media of one call, given out as ports to the agent and read for the terminal. Wiring; on the loop's thread. */
#ifndef CF_UA_MEDIA_WIRE_H
#define CF_UA_MEDIA_WIRE_H

#include "core/focus/ports.h"
#include "core/ice/gather.h"
#include "core/terminal/terminal.h"
#include "shell/loop/loop.h"

/** The wire; opaque. */
struct cf_media_wire;

/** Called for each datagram; its octets may be changed. */
typedef void cf_media_wire_handler(void *ctx, uint32_t socket, const struct cf_addr *from, uint8_t *at, size_t len);

/** Called when all datagrams that were there have been handed over. */
typedef void cf_media_wire_settled(void *ctx);

/** Called when a TCP connection of media is closed. */
typedef void cf_media_wire_closed(void *ctx, uint32_t socket, const struct cf_addr *to);

/** Sockets will be bound at @p local (its port is ignored). */
CF_MUST_USE enum cf_err cf_media_wire_create(struct cf_loop *loop, const struct cf_addr *local, cf_media_wire_handler *handler,
                                             cf_media_wire_settled *settled, void *ctx, struct cf_media_wire **ret);

/** Close all; sets the pointer to NULL; NULL is ignored. */
void cf_media_wire_destroy(struct cf_media_wire **wire);

/** Media may go over TCP as well; @p closed is called with the context of the wire. CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_media_wire_open_streams(struct cf_media_wire *wire, cf_media_wire_closed *closed);

/** Neither send nor take datagrams of UDP, as behind a firewall that lets none through. */
void cf_media_wire_block_udp(struct cf_media_wire *wire);

/** Called when a port's address as it looks from outside was found. */
typedef void cf_media_wire_found(void *ctx, const struct cf_ice_reflexive *found);

/** Ports ask STUN server @p server how they look from outside; @p found is called with the context of the wire. */
void cf_media_wire_gather(struct cf_media_wire *wire, const struct cf_addr *server, cf_media_wire_found *found);

/** Does no port wait for an answer of the STUN server? */
bool cf_media_wire_is_gathered(const struct cf_media_wire *wire);

/** Time has passed; the next time that this is to be called. */
cf_usec cf_media_wire_turn(struct cf_media_wire *wire, cf_usec now);

/** Ports for the agent. */
struct cf_port_source *cf_media_wire_ports(struct cf_media_wire *wire);

/** Send what @p terminal has. */
void cf_media_wire_flush(struct cf_media_wire *wire, struct cf_terminal *terminal);

#endif
