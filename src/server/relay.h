/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The signalling thread's end of the relay (TURN, RFC 8656): starts it, gives it connections of the one port, hands out
 * credentials. The relay itself is relay_worker.c and core/turn.
 */
#ifndef CF_SERVER_RELAY_H
#define CF_SERVER_RELAY_H

#include "core/config/config.h"
#include "core/focus/ports.h"
#include "core/turn/credential.h"
#include "server/connection.h"

/** The relay; opaque. */
struct cf_relay;

/**
 * Start it as [turn] says, for @p realm; @p media is where members with ICE are received, which is where it sends to. Kept by
 * reference: @p config, which may change. Errors were logged: CF_ERR_CONFIG, CF_ERR_IO, CF_ERR_NO_MEMORY.
 */
CF_MUST_USE enum cf_err cf_relay_start(const struct cf_config *config, struct cf_str realm, const struct cf_port_source *media,
                                       struct cf_relay **ret);

/** Stop it. Sets the pointer to NULL; NULL is ignored. */
void cf_relay_stop(struct cf_relay **relay);

/** Give it a connection, which it closes if it is of no use; @p octets were read from it already. */
void cf_relay_take(struct cf_relay *relay, const struct cf_loose_connection *connection, struct cf_span octets);

/** It is also reached by TCP and TLS at @p port of this host. */
void cf_relay_add_port(struct cf_relay *relay, uint16_t port);

/** A credential for @p name, good for turn.credential-life from @p now on. False: the name is too long. */
bool cf_relay_credential(const struct cf_relay *relay, struct cf_str name, cf_wall now, struct cf_turn_credential *ret);

/**
 * What a page gives to RTCPeerConnection as iceServers: a JSON array of one server with a credential for @p name, as it is
 * reached at @p host (a name or an address, in brackets if of IPv6, without a port). An empty array if @p relay is NULL. Only for
 * those who may take part in calls (attacks T31).
 */
void cf_relay_put_ice_servers(const struct cf_relay *relay, struct cf_writer *w, struct cf_str host, struct cf_str name,
                              cf_wall now);

#endif
