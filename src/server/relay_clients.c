/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Clients of the relay over connections. */
#include "server/relay_clients.h"

#include "core/turn/stream.h"
#include "shell/tcp/tcp.h"
#include <stdlib.h>

#define CHUNK 16384

_Static_assert((CF_RELAY_CLIENTS_MAX & (CF_RELAY_CLIENTS_MAX - 1)) == 0, "names wrap with their counter");

/* What a record of TLS adds, at most. */
#define RECORD_OVERHEAD 64

struct client {
    struct cf_relay_clients *all;
    struct cf_loose_stream *loose;
    struct cf_tls *tls; /* owned; NULL: plain */
    uint32_t place;
    struct cf_turn_client name;
    struct cf_turn_stream stream;
    bool is_broken;
};

struct cf_relay_clients {
    struct cf_relay_hooks hooks;
    struct cf_loose_streams *loose;
    uint32_t generation; /* so that no name comes back soon */
    struct client *places[CF_RELAY_CLIENTS_MAX];
};

/* --- in --- */

static void break_off(struct client *client) {
    client->is_broken = true;
    cf_loose_stream_close(client->loose);
}

static void on_plain(struct client *client, struct cf_span octets) {
    struct cf_relay_clients *all = client->all;
    struct cf_span message;
    enum cf_err err = CF_OK;
    while (!client->is_broken && (err = cf_turn_stream_next(&client->stream, &octets, &message)) == CF_OK) {
        all->hooks.message(all->hooks.ctx, &client->name, message);
    }
    if (err != CF_OK && err != CF_ERR_TRUNCATED) {
        break_off(client);
    }
}

/* What TLS wants on the wire; a record can't be left out. */
static void flush(struct client *client) {
    uint8_t out[CHUNK] CF_SCRATCH;
    for (size_t len = cf_tls_take_output(client->tls, out, sizeof out); len > 0;
         len = cf_tls_take_output(client->tls, out, sizeof out)) {
        if (client->is_broken || len > cf_loose_stream_room(client->loose)) {
            break_off(client);
            return;
        }
        cf_loose_stream_write(client->loose, (struct cf_span){out, len});
    }
}

static void read_tls(struct client *client) {
    uint8_t plain[CHUNK] CF_SCRATCH;
    size_t len = 0;
    while (!client->is_broken && (len = cf_tls_read(client->tls, plain, sizeof plain)) > 0) {
        on_plain(client, (struct cf_span){plain, len});
    }
    if (cf_tls_is_closed(client->tls)) {
        break_off(client);
    }
}

static void on_octets(void *ctx, void *owner, struct cf_span octets) {
    struct client *client = owner;
    (void)ctx;
    if (client->tls == NULL) {
        on_plain(client, octets);
        return;
    }
    enum cf_err err = cf_tls_on_bytes(client->tls, octets);
    flush(client);
    if (err != CF_OK) {
        break_off(client);
        return;
    }
    read_tls(client);
}

/* --- life --- */

static void free_client(struct client *client) {
    client->all->places[client->place] = NULL;
    cf_tls_destroy(&client->tls);
    free(client);
}

static void on_closed(void *ctx, void *owner) {
    struct cf_relay_clients *all = ctx;
    struct client *client = owner;
    struct cf_turn_client name = client->name;
    free_client(client);
    all->hooks.closed(all->hooks.ctx, &name);
}

static bool is_used(void *ctx, void *owner) {
    const struct cf_relay_clients *all = ctx;
    const struct client *client = owner;
    return all->hooks.is_used(all->hooks.ctx, &client->name);
}

enum cf_err cf_relay_clients_create(int epoll, const struct cf_relay_hooks *hooks, struct cf_relay_clients **ret) {
    struct cf_relay_clients *all = calloc(1, sizeof *all);
    const struct cf_loose_hooks loose = {.octets = on_octets, .closed = on_closed, .is_used = is_used, .ctx = all};
    if (all == NULL || cf_loose_streams_create(epoll, CF_RELAY_CLIENTS_MAX, &loose, &all->loose) != CF_OK) {
        free(all);
        return CF_ERR_NO_MEMORY;
    }
    all->hooks = *hooks;
    *ret = all;
    return CF_OK;
}

void cf_relay_clients_destroy(struct cf_relay_clients **clients) {
    if (*clients != NULL) {
        cf_loose_streams_destroy(&(*clients)->loose);
        free(*clients);
        *clients = NULL;
    }
}

struct cf_loose_streams *cf_relay_clients_loose(struct cf_relay_clients *clients) {
    return clients->loose;
}

static struct client *make(struct cf_relay_clients *all, const struct cf_addr *remote) {
    uint32_t place = 0;
    while (place < CF_RELAY_CLIENTS_MAX && all->places[place] != NULL) {
        place++;
    }
    struct client *client = place == CF_RELAY_CLIENTS_MAX ? NULL : calloc(1, sizeof *client);
    if (client != NULL) {
        client->all = all;
        client->place = place;
        client->name = (struct cf_turn_client){
            .socket = all->generation++ * CF_RELAY_CLIENTS_MAX + place, .addr = *remote, .is_stream = true};
        all->places[place] = client;
    }
    return client;
}

void cf_relay_clients_add(struct cf_relay_clients *clients, int fd, struct cf_tls *tls, const struct cf_addr *remote,
                          struct cf_span octets, cf_usec now) {
    struct client *client = make(clients, remote);
    if (client == NULL) {
        cf_tls_destroy(&tls);
        cf_tcp_close(&fd);
        return;
    }
    client->tls = tls;
    client->loose = cf_loose_streams_add(clients->loose, fd, remote, client, now);
    if (client->loose == NULL) {
        free_client(client);
        return;
    }
    on_plain(client, octets);
    if (tls != NULL && !client->is_broken) {
        read_tls(client);
    }
}

/* --- out --- */

void cf_relay_clients_send(struct cf_relay_clients *clients, uint32_t name, struct cf_span message) {
    struct client *client = clients->places[name % CF_RELAY_CLIENTS_MAX];
    bool is_there = client != NULL && client->name.socket == name && !client->is_broken;
    if (!is_there || message.len + RECORD_OVERHEAD > cf_loose_stream_room(client->loose)) {
        return;
    }
    if (client->tls == NULL) {
        cf_loose_stream_write(client->loose, message);
    } else if (cf_tls_write(client->tls, message) == CF_OK) {
        flush(client);
    }
}
