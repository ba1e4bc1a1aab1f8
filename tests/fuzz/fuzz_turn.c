/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A client of the relay that knows a credential and sends nonsense. The first octet of each piece says what it is: a message as
 * it is, one with right credentials put behind, a datagram of a peer, time, a closed connection. Nothing may go to where nobody
 * may.
 */
#include "adapt/openssl/stun_hash.h"
#include "core/stun/build.h"
#include "core/turn/nonce.h"
#include "core/turn/stream.h"

#include "lib/test_entropy.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SLOTS 4
#define USER "4000000000:fuzz"

static struct {
    struct cf_turn turn;
    struct test_entropy entropy;
    bool is_open[SLOTS];
    cf_usec now;
} w;

static bool open_socket(void *ctx, uint32_t slot, const struct cf_turn_wish *wish, struct cf_addr *ret) {
    (void)ctx;
    if (slot >= SLOTS || w.is_open[slot]) {
        abort();
    }
    w.is_open[slot] = true;
    *ret = (struct cf_addr){.ip = {10, 0, 0, 5}, .port = (uint16_t)(30000 + 2 * slot), .family = (uint8_t)wish->family};
    return true;
}

static void close_socket(void *ctx, uint32_t slot) {
    (void)ctx;
    if (slot >= SLOTS || !w.is_open[slot]) {
        abort();
    }
    w.is_open[slot] = false;
}

static void *heap_alloc(void *ctx, size_t size) {
    (void)ctx;
    return calloc(1, size);
}

static void heap_free(void *ctx, void *memory, size_t size) {
    (void)ctx;
    (void)size;
    free(memory);
}

static const struct cf_mem mem = {heap_alloc, heap_free, NULL};

static void drain(void) {
    struct cf_turn_output out;
    while (cf_turn_poll(&w.turn, &out)) {
        if (out.is_to_peer && (out.slot >= SLOTS || !w.is_open[out.slot] || out.peer.port != 10000 || out.peer.ip[0] != 10)) {
            abort();
        }
        if (out.data.len > CF_TURN_MESSAGE_MAX) {
            abort();
        }
    }
}

static void send(const struct cf_turn_client *client, struct cf_span octets) {
    struct cf_turn_stream stream = {.len = 0};
    struct cf_span message;
    while (cf_turn_stream_next(&stream, &octets, &message) == CF_OK) {
        cf_turn_on_message(&w.turn, client, message, w.now);
        drain();
    }
}

/* @body are attributes; what makes the request authentic is put behind them. */
static void send_signed(const struct cf_turn_client *client, uint16_t method, struct cf_span body) {
    uint8_t octets[CF_TURN_MESSAGE_MAX];
    uint8_t key[CF_TURN_KEY_LEN];
    static const uint8_t id[CF_STUN_ID_LEN] = {0};
    char nonce[CF_TURN_NONCE_LEN];
    const struct cf_stun_hash *hash = cf_openssl_stun_hash();
    const struct cf_span nonce_key = {w.turn.nonce_key, sizeof w.turn.nonce_key};
    struct cf_writer writer;
    cf_writer_init(&writer, octets, sizeof octets);
    struct cf_stun_builder b = cf_stun_begin(&writer, CF_STUN_REQUEST, method, id);
    cf_put_bytes(&writer, body.at, body.len / 4 * 4);
    if (!cf_turn_nonce_make(hash, nonce_key, &client->addr, w.now, nonce) ||
        !cf_turn_credential_key(hash, w.turn.config.secret, w.turn.config.realm, CF_STR(USER), key)) {
        return;
    }
    cf_stun_put(&b, CF_STUN_USERNAME, cf_str_span(CF_STR(USER)));
    cf_stun_put(&b, CF_STUN_REALM, cf_str_span(w.turn.config.realm));
    cf_stun_put(&b, CF_STUN_NONCE, (struct cf_span){(const uint8_t *)nonce, sizeof nonce});
    if (cf_stun_put_integrity(&b, hash, (struct cf_span){key, sizeof key})) {
        send(client, cf_writer_span(&writer));
    }
}

static void step(uint8_t what, struct cf_span piece) {
    static const uint16_t methods[] = {CF_STUN_ALLOCATE, CF_STUN_REFRESH, CF_STUN_CREATE_PERMISSION, CF_STUN_CHANNEL_BIND};
    const struct cf_turn_client client = {.addr = {.ip = {192, 0, 2, what & 1U}, .port = 5, .family = CF_FAMILY_IP4},
                                          .is_stream = (what & 2U) != 0};
    const struct cf_addr peer = {.ip = {10, 0, 0, 5}, .port = 10000, .family = CF_FAMILY_IP4};
    switch (what >> 2 & 7U) {
    case 0:
        send(&client, piece);
        break;
    case 1:
        cf_turn_on_datagram(&w.turn, what >> 5, &peer, piece, w.now);
        drain();
        break;
    case 2:
        w.now += CF_SEC(100) * (what >> 5);
        cf_turn_on_deadline(&w.turn, w.now);
        break;
    case 3:
        cf_turn_on_closed(&w.turn, &client);
        break;
    default:
        send_signed(&client, methods[what >> 2 & 3U], piece);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    memset(&w, 0, sizeof w);
    w.now = CF_SEC(10);
    test_entropy_init(&w.entropy, 9);
    const struct cf_turn_config config = {
        .mem = &mem,
        .hash = cf_openssl_stun_hash(),
        .entropy = &w.entropy.entropy,
        .realm = CF_STR("r"),
        .secret = cf_str_span(CF_STR("s")),
        .peers = {.own_count = 2,
                  .own = {{.ip = {10, 0, 0, 5}, .port = 10000, .family = CF_FAMILY_IP4},
                          {.ip = {10, 0, 0, 5}, .port = 10000, .family = CF_FAMILY_IP6}}},
        .limits = {.allocations = SLOTS, .per_name = SLOTS, .per_address = SLOTS, .rate_bps = 1000000},
        .sockets = {true, true, open_socket, close_socket, NULL}};
    if (cf_turn_init(&w.turn, &config) != CF_OK) {
        return 0;
    }
    for (size_t at = 0; at + 2 <= size;) {
        size_t len = data[at + 1];
        len = len > size - at - 2 ? size - at - 2 : len;
        step(data[at], (struct cf_span){data + at + 2, len});
        at += 2 + len;
    }
    cf_turn_fini(&w.turn);
    return 0;
}
