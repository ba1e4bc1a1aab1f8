/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Permissions and channels: to whom a client sends, and who may send to it (RFC 8656 sections 10 and 12). */
#include "core/turn/internal.h"

#include "core/stun/value.h"

/* Most peers of one request. */
#define PEERS_MAX 8

/* 0, or why @peer is none. */
static unsigned judge_peer(const struct cf_turn_request *r, const struct cf_addr *peer) {
    if (cf_turn_find(r->turn, r->client, peer->family) == NULL) {
        return 443;
    }
    return cf_turn_peers_permit(&r->turn->config.peers, peer) ? 0 : 403;
}

/* --- permissions --- */

/* Of one request; nothing is made of it before all of it is known to be right. */
struct peers {
    size_t count;
    struct cf_addr addrs[PEERS_MAX];
};

static unsigned read_peers(const struct cf_turn_request *r, struct peers *ret) {
    struct cf_span value;
    unsigned code = 0;
    ret->count = 0;
    for (size_t at = 0; code == 0 && cf_stun_next(r->m, CF_STUN_XOR_PEER_ADDRESS, &at, &value); ret->count++) {
        if (ret->count == PEERS_MAX) {
            code = 508;
        } else if (!cf_stun_xor_address(r->m, value, &ret->addrs[ret->count])) {
            code = 400;
        } else {
            code = judge_peer(r, &ret->addrs[ret->count]);
        }
    }
    return code == 0 && ret->count == 0 ? 400 : code;
}

static bool is_room_for(const struct cf_turn_request *r, const struct peers *peers, enum cf_family family) {
    struct cf_addr some[PEERS_MAX];
    size_t count = 0;
    const struct cf_turn_allocation *a = cf_turn_find(r->turn, r->client, family);
    for (size_t i = 0; i < peers->count; i++) {
        if (peers->addrs[i].family == family) {
            some[count++] = peers->addrs[i];
        }
    }
    return count == 0 || cf_turn_can_permit(a, some, count, r->now);
}

void cf_turn_on_create_permission(struct cf_turn_request *r) {
    struct peers peers;
    unsigned code = read_peers(r, &peers);
    if (code == 0 && !(is_room_for(r, &peers, CF_FAMILY_IP4) && is_room_for(r, &peers, CF_FAMILY_IP6))) {
        code = 508;
    }
    if (code != 0) {
        cf_turn_refuse(r, code);
        return;
    }
    for (size_t i = 0; i < peers.count; i++) {
        cf_turn_permit(cf_turn_find(r->turn, r->client, peers.addrs[i].family), &peers.addrs[i], r->now);
    }
    cf_turn_begin_answer(r, CF_STUN_SUCCESS);
    cf_turn_send_answer(r);
}

/* --- channels --- */

/* Section 12.2. Numbers are the client's, whatever families its peers are of. */
static unsigned judge_channel(const struct cf_turn_request *r, uint16_t number, const struct cf_addr *peer) {
    unsigned code = judge_peer(r, peer);
    if (code == 443) {
        return code;
    }
    const struct cf_turn_allocation *a = cf_turn_find(r->turn, r->client, peer->family);
    struct cf_turn_allocation *owner;
    const struct cf_turn_channel *same_number = cf_turn_channel_of(r->turn, r->client, number, r->now, &owner);
    const struct cf_turn_channel *same_peer = cf_turn_channel_to(a, peer, r->now);
    if (number < CF_TURN_CHANNEL_FIRST || number > CF_TURN_CHANNEL_LAST || same_number != same_peer) {
        return 400;
    }
    if (code == 0 && !cf_turn_peers_allow(&r->turn->config.peers, peer)) {
        code = 403;
    }
    return code == 0 && !cf_turn_can_permit(a, peer, 1, r->now) ? 508 : code;
}

void cf_turn_on_channel_bind(struct cf_turn_request *r) {
    uint32_t word = 0;
    struct cf_addr peer;
    if (!cf_stun_u32(r->m, CF_STUN_CHANNEL_NUMBER, &word) || !cf_stun_address(r->m, CF_STUN_XOR_PEER_ADDRESS, &peer)) {
        cf_turn_refuse(r, 400);
        return;
    }
    uint16_t number = (uint16_t)(word >> 16);
    struct cf_turn_allocation *a = cf_turn_find(r->turn, r->client, peer.family);
    unsigned code = judge_channel(r, number, &peer);
    if (code == 0 && !cf_turn_bind(a, number, &peer, r->now)) {
        code = 508;
    }
    if (code != 0) {
        cf_turn_refuse(r, code);
        return;
    }
    cf_turn_permit(a, &peer, r->now);
    cf_turn_begin_answer(r, CF_STUN_SUCCESS);
    cf_turn_send_answer(r);
}
