/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The relay as a whole: allocations, time, datagrams both ways. */
#include "core/turn/internal.h"

#include "base/reader.h"
#include "base/secret.h"
#include "core/stun/build.h"
#include "core/stun/value.h"

/* Section 12.5. */
#define PADDING 4U

enum cf_err cf_turn_init(struct cf_turn *turn, const struct cf_turn_config *config) {
    if (config->realm.len > CF_TURN_REALM_MAX || config->secret.len > CF_TURN_SECRET_MAX) {
        return CF_ERR_LIMIT;
    }
    memset(turn, 0, sizeof *turn);
    turn->slots = cf_mem_alloc(config->mem, config->limits.allocations * sizeof(*turn->slots));
    if (turn->slots == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    memset((void *)turn->slots, 0, config->limits.allocations * sizeof(*turn->slots));
    turn->config = *config;
    memcpy(turn->realm, config->realm.at, config->realm.len);
    memcpy(turn->secret, config->secret.at, config->secret.len);
    turn->config.realm = cf_str_n(turn->realm, config->realm.len);
    turn->config.secret = (struct cf_span){turn->secret, config->secret.len};
    cf_entropy_fill(config->entropy, turn->nonce_key, sizeof turn->nonce_key);
    cf_map_init(&turn->by_client, config->mem, cf_entropy_u32(config->entropy));
    cf_heap_init(&turn->timers, config->mem);
    return CF_OK;
}

void cf_turn_fini(struct cf_turn *turn) {
    for (size_t i = 0; i < turn->config.limits.allocations; i++) {
        if (turn->slots[i] != NULL) {
            cf_turn_free(turn, turn->slots[i]);
        }
    }
    cf_map_fini(&turn->by_client);
    cf_heap_fini(&turn->timers);
    cf_mem_free(turn->config.mem, (void *)turn->slots, turn->config.limits.allocations * sizeof(*turn->slots));
    cf_mem_wipe(turn, sizeof *turn);
}

void cf_turn_set_wall(struct cf_turn *turn, cf_wall wall, cf_usec now) {
    turn->wall_offset = wall - now;
}

/* --- allocations --- */

static struct cf_str make_key(const struct cf_turn_client *client, enum cf_family family, uint8_t *key) {
    memset(key, 0, CF_TURN_CLIENT_KEY_LEN);
    cf_set_be32(key, client->socket);
    memcpy(key + 4, client->addr.ip, sizeof client->addr.ip);
    cf_set_be16(key + 20, client->addr.port);
    key[22] = client->addr.family;
    key[23] = (uint8_t)((client->is_stream ? 1U : 0U) | (family == CF_FAMILY_IP6 ? 2U : 0U));
    return cf_str_n((const char *)key, CF_TURN_CLIENT_KEY_LEN);
}

struct cf_turn_allocation *cf_turn_find(const struct cf_turn *turn, const struct cf_turn_client *client, enum cf_family family) {
    uint8_t key[CF_TURN_CLIENT_KEY_LEN];
    struct cf_map_node *node = cf_map_get(&turn->by_client, make_key(client, family, key));
    return node == NULL ? NULL : CF_OF(node, struct cf_turn_allocation, by_client);
}

struct cf_turn_allocation *cf_turn_any(const struct cf_turn *turn, const struct cf_turn_client *client) {
    struct cf_turn_allocation *a = cf_turn_find(turn, client, CF_FAMILY_IP4);
    return a != NULL ? a : cf_turn_find(turn, client, CF_FAMILY_IP6);
}

bool cf_turn_knows(const struct cf_turn *turn, const struct cf_turn_client *client) {
    return cf_turn_any(turn, client) != NULL;
}

/* Sockets are taken in turn, so that one rests as long as it can. */
static bool free_slot(struct cf_turn *turn, uint32_t *ret) {
    size_t max = turn->config.limits.allocations;
    for (size_t i = 0; i < max; i++) {
        size_t slot = (turn->next_slot + i) % max;
        if (turn->slots[slot] == NULL) {
            turn->next_slot = slot + 1;
            *ret = (uint32_t)slot;
            return true;
        }
    }
    return false;
}

/* With a socket, and its client's nowhere yet. */
static enum cf_err open_one(struct cf_turn *turn, const struct cf_turn_client *client, const struct cf_turn_wish *wish,
                            cf_usec until, struct cf_turn_allocation **ret) {
    uint32_t slot = 0;
    if (!free_slot(turn, &slot)) {
        return CF_ERR_LIMIT;
    }
    struct cf_turn_allocation *a = cf_mem_alloc(turn->config.mem, sizeof *a);
    if (a == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    memset(a, 0, sizeof *a);
    a->slot = slot;
    a->client = *client;
    a->until = until;
    a->is_reserved = true;
    enum cf_err err = cf_heap_set(&turn->timers, &a->timer, until);
    if (err == CF_OK && !turn->config.sockets.open(turn->config.sockets.ctx, slot, wish, &a->relayed)) {
        cf_heap_cancel(&turn->timers, &a->timer);
        err = CF_ERR_NO_PORT;
    }
    if (err != CF_OK) {
        cf_mem_free(turn->config.mem, a, sizeof *a);
        return err;
    }
    turn->slots[slot] = a;
    turn->count++;
    *ret = a;
    return CF_OK;
}

enum cf_err cf_turn_claim(struct cf_turn *turn, struct cf_turn_allocation *a, const struct cf_turn_client *client,
                          cf_usec until) {
    struct cf_str key = make_key(client, a->relayed.family, a->client_key);
    enum cf_err err = cf_map_add(&turn->by_client, &a->by_client, key);
    if (err == CF_OK) {
        a->client = *client;
        a->is_reserved = false;
        a->has_token = false;
        cf_turn_extend(turn, a, until);
    }
    return err;
}

enum cf_err cf_turn_allocate(struct cf_turn *turn, const struct cf_turn_client *client, const struct cf_turn_wish *wish,
                             cf_usec until, struct cf_turn_allocation **ret) {
    struct cf_turn_allocation *a = NULL;
    enum cf_err err = open_one(turn, client, wish, until, &a);
    err = err == CF_OK ? cf_turn_claim(turn, a, client, until) : err;
    if (err == CF_OK) {
        *ret = a;
    } else if (a != NULL) {
        cf_turn_free(turn, a);
    }
    return err;
}

enum cf_err cf_turn_reserve(struct cf_turn *turn, struct cf_turn_allocation *before, cf_usec until,
                            struct cf_turn_allocation **ret) {
    struct cf_turn_allocation *a = NULL;
    const struct cf_turn_wish wish = {.family = before->relayed.family, .port = (uint16_t)(before->relayed.port + 1)};
    enum cf_err err = open_one(turn, &before->client, &wish, until, &a);
    if (err != CF_OK) {
        return err;
    }
    cf_entropy_fill(turn->config.entropy, a->token, sizeof a->token);
    memcpy(before->token, a->token, sizeof a->token);
    a->has_token = before->has_token = true;
    *ret = a;
    return CF_OK;
}

struct cf_turn_allocation *cf_turn_reserved(const struct cf_turn *turn, struct cf_span token) {
    for (size_t i = 0; i < turn->config.limits.allocations; i++) {
        struct cf_turn_allocation *a = turn->slots[i];
        if (a != NULL && a->is_reserved && cf_secret_eq((struct cf_span){a->token, sizeof a->token}, token)) {
            return a;
        }
    }
    return NULL;
}

void cf_turn_free(struct cf_turn *turn, struct cf_turn_allocation *a) {
    turn->config.sockets.close(turn->config.sockets.ctx, a->slot);
    if (!a->is_reserved) {
        cf_map_remove(&turn->by_client, &a->by_client);
    }
    cf_heap_cancel(&turn->timers, &a->timer);
    turn->slots[a->slot] = NULL;
    turn->count--;
    cf_mem_wipe(a, sizeof *a);
    cf_mem_free(turn->config.mem, a, sizeof *a);
}

void cf_turn_extend(struct cf_turn *turn, struct cf_turn_allocation *a, cf_usec until) {
    a->until = until;
    enum cf_err err = cf_heap_set(&turn->timers, &a->timer, until);
    cf_assert(err == CF_OK); /* it is in the heap already */
}

void cf_turn_on_closed(struct cf_turn *turn, const struct cf_turn_client *client) {
    turn->has_output = false;
    for (struct cf_turn_allocation *a = cf_turn_any(turn, client); a != NULL; a = cf_turn_any(turn, client)) {
        cf_turn_free(turn, a);
    }
}

/* --- from clients --- */

void cf_turn_answer(struct cf_turn *turn, const struct cf_turn_client *client, size_t len) {
    turn->has_output = true;
    turn->output = (struct cf_turn_output){.client = *client, .data = {turn->out, len}};
}

static void send_to_peer(struct cf_turn *turn, struct cf_turn_allocation *a, const struct cf_addr *peer, struct cf_span data,
                         cf_usec now) {
    if (!cf_turn_is_permitted(a, peer, now) || !cf_turn_peers_allow(&turn->config.peers, peer)) {
        turn->stats.not_permitted++;
    } else if (data.len > CF_TURN_DATAGRAM_MAX) {
        turn->stats.malformed++;
    } else if (!cf_turn_spend(a, data.len, turn->config.limits.rate_bps, now)) {
        turn->stats.above_rate++;
    } else {
        turn->stats.to_peers++;
        turn->has_output = true;
        turn->output = (struct cf_turn_output){.is_to_peer = true, .slot = a->slot, .peer = *peer, .data = data};
    }
}

const struct cf_turn_channel *cf_turn_channel_of(const struct cf_turn *turn, const struct cf_turn_client *client, uint16_t number,
                                                 cf_usec now, struct cf_turn_allocation **ret_owner) {
    static const enum cf_family families[] = {CF_FAMILY_IP4, CF_FAMILY_IP6};
    const struct cf_turn_channel *channel = NULL;
    for (size_t i = 0; i < 2 && channel == NULL; i++) {
        *ret_owner = cf_turn_find(turn, client, families[i]);
        channel = *ret_owner == NULL ? NULL : cf_turn_channel_numbered(*ret_owner, number, now);
    }
    return channel;
}

/* Section 11.4. */
static void on_channel_data(struct cf_turn *turn, const struct cf_turn_client *client, struct cf_span bytes, cf_usec now) {
    size_t len = bytes.len < CF_TURN_CHANNEL_HEAD_LEN ? SIZE_MAX : cf_be16(bytes.at + 2);
    if (len > bytes.len - CF_TURN_CHANNEL_HEAD_LEN) {
        turn->stats.malformed++;
        return;
    }
    struct cf_turn_allocation *a;
    const struct cf_turn_channel *channel = cf_turn_channel_of(turn, client, cf_be16(bytes.at), now, &a);
    if (channel == NULL && cf_turn_knows(turn, client)) {
        turn->stats.not_permitted++;
    } else if (channel == NULL) {
        turn->stats.malformed++;
    } else {
        struct cf_addr peer = channel->peer;
        send_to_peer(turn, a, &peer, (struct cf_span){bytes.at + CF_TURN_CHANNEL_HEAD_LEN, len}, now);
    }
}

/* Section 11.2: Send indications; what is wrong with one is not answered. One that may not be fragmented is not sent, since that
 * can't be promised. */
static void on_indication(struct cf_turn *turn, const struct cf_turn_client *client, const struct cf_stun_message *m,
                          cf_usec now) {
    struct cf_addr peer;
    bool is_send = m->method == CF_STUN_SEND_INDICATION && m->unknown_count == 0 && cf_stun_has(m, CF_STUN_DATA) &&
                   !cf_stun_has(m, CF_STUN_DONT_FRAGMENT) && cf_stun_address(m, CF_STUN_XOR_PEER_ADDRESS, &peer);
    struct cf_turn_allocation *a = is_send ? cf_turn_find(turn, client, peer.family) : NULL;
    if (a == NULL) {
        turn->stats.malformed++;
        return;
    }
    send_to_peer(turn, a, &peer, m->attributes[CF_STUN_DATA], now);
}

void cf_turn_on_message(struct cf_turn *turn, const struct cf_turn_client *client, struct cf_span bytes, cf_usec now) {
    struct cf_stun_message m;
    turn->has_output = false;
    if (bytes.len > 0 && bytes.at[0] >= CF_TURN_CHANNEL_FIRST >> 8 && bytes.at[0] <= CF_TURN_CHANNEL_LAST >> 8) {
        on_channel_data(turn, client, bytes, now);
    } else if (cf_stun_parse(bytes, &m) != CF_OK || (cf_stun_has(&m, CF_STUN_FINGERPRINT) && !cf_stun_is_whole(&m))) {
        turn->stats.malformed++;
    } else if (m.kind == CF_STUN_REQUEST) {
        cf_turn_on_request(turn, client, &m, now);
    } else if (m.kind == CF_STUN_INDICATION && m.method != CF_STUN_BINDING) {
        on_indication(turn, client, &m, now);
    }
}

/* --- from peers --- */

/* Section 12.7. Over a connection each begins at a multiple of four. */
static void put_channel_data(struct cf_turn *turn, const struct cf_turn_allocation *a, uint16_t number, struct cf_span bytes) {
    struct cf_writer w;
    cf_writer_init(&w, turn->out, sizeof turn->out);
    cf_put_u16(&w, number);
    cf_put_u16(&w, (uint16_t)bytes.len);
    cf_put_bytes(&w, bytes.at, bytes.len);
    while (a->client.is_stream && w.len % PADDING != 0) {
        cf_put_u8(&w, 0);
    }
    cf_turn_answer(turn, &a->client, w.len);
}

static void put_data_indication(struct cf_turn *turn, const struct cf_turn_allocation *a, const struct cf_addr *from,
                                struct cf_span bytes) {
    uint8_t id[CF_STUN_ID_LEN];
    struct cf_writer w;
    cf_entropy_fill(turn->config.entropy, id, sizeof id);
    cf_writer_init(&w, turn->out, sizeof turn->out);
    struct cf_stun_builder b = cf_stun_begin(&w, CF_STUN_INDICATION, CF_STUN_DATA_INDICATION, id);
    cf_stun_put_xor_address(&b, CF_STUN_XOR_PEER_ADDRESS, from);
    cf_stun_put(&b, CF_STUN_DATA, bytes);
    cf_turn_answer(turn, &a->client, w.len);
}

void cf_turn_on_datagram(struct cf_turn *turn, uint32_t slot, const struct cf_addr *from, struct cf_span bytes, cf_usec now) {
    struct cf_turn_allocation *a = slot < turn->config.limits.allocations ? turn->slots[slot] : NULL;
    turn->has_output = false;
    if (a == NULL || bytes.len > CF_TURN_DATAGRAM_MAX || !cf_turn_is_permitted(a, from, now)) {
        turn->stats.not_permitted++;
        return;
    }
    if (!cf_turn_spend(a, bytes.len, turn->config.limits.rate_bps, now)) {
        turn->stats.above_rate++;
        return;
    }
    const struct cf_turn_channel *channel = cf_turn_channel_to(a, from, now);
    turn->stats.to_clients++;
    if (channel != NULL) {
        put_channel_data(turn, a, channel->number, bytes);
    } else {
        put_data_indication(turn, a, from, bytes);
    }
}

/* --- time --- */

cf_usec cf_turn_deadline(const struct cf_turn *turn) {
    return cf_heap_deadline(&turn->timers);
}

void cf_turn_on_deadline(struct cf_turn *turn, cf_usec now) {
    turn->has_output = false;
    for (struct cf_timer *timer = cf_heap_pop(&turn->timers, now); timer != NULL; timer = cf_heap_pop(&turn->timers, now)) {
        cf_turn_free(turn, CF_OF(timer, struct cf_turn_allocation, timer));
    }
}

bool cf_turn_poll(struct cf_turn *turn, struct cf_turn_output *ret) {
    if (!turn->has_output) {
        return false;
    }
    turn->has_output = false;
    *ret = turn->output;
    return true;
}
