/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Clients of the relay over TCP and TLS: messages in a stream, perhaps encrypted. Each is a name for core/turn. What a slow
 * client does not take is lost, whole messages, for it alone. On the relay's thread.
 */
#ifndef CF_SERVER_RELAY_CLIENTS_H
#define CF_SERVER_RELAY_CLIENTS_H

#include "adapt/openssl/tls.h"
#include "core/turn/turn.h"
#include "server/loose_streams.h"

/** Most connections; a power of two, so that names made of a place and a counter stay right when the counter wraps. */
#define CF_RELAY_CLIENTS_MAX 2048

/** All of them; opaque. */
struct cf_relay_clients;

/** What they need of the relay. */
struct cf_relay_hooks {
    void (*message)(void *ctx, const struct cf_turn_client *client, struct cf_span message);
    void (*closed)(void *ctx, const struct cf_turn_client *client);
    bool (*is_used)(void *ctx, const struct cf_turn_client *client);
    void *ctx;
};

/** None; polled by @p epoll with CF_LOOSE_TAG. CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_relay_clients_create(int epoll, const struct cf_relay_hooks *hooks, struct cf_relay_clients **ret);

/** Close all; sets the pointer to NULL; NULL is ignored. */
void cf_relay_clients_destroy(struct cf_relay_clients **clients);

/** The connections, for what is to be done with them when the poll returns. */
struct cf_loose_streams *cf_relay_clients_loose(struct cf_relay_clients *clients);

/** Take over @p fd, and @p tls (NULL: plain), from which @p octets were read already, of @p remote. */
void cf_relay_clients_add(struct cf_relay_clients *clients, int fd, struct cf_tls *tls, const struct cf_addr *remote,
                          struct cf_span octets, cf_usec now);

/** Send @p message to the client of that name. */
void cf_relay_clients_send(struct cf_relay_clients *clients, uint32_t name, struct cf_span message);

#endif
