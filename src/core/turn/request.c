/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests to the relay: who asks (RFC 8489 section 9.2.4), and what for (RFC 8656 sections 7 to 12). */
#include "core/turn/internal.h"

#include "core/stun/build.h"
#include "core/stun/value.h"
#include "core/turn/nonce.h"

/* Strangers over UDP may be forged addresses: so many are answered in a second, which makes the relay a poor mirror (attacks
 * T18); there is TCP for the others. */
#define CHALLENGES_PER_SEC 200

/* RFC 8656 section 18.7 */
#define PROTOCOL_UDP 17

/* RFC 8656 section 18.6 */
#define RESERVE 0x80U

/* Most peers of one request. */
#define PEERS_MAX 8

/* A request, and what is being made of it. */
struct request {
    struct cf_turn *turn;
    const struct cf_turn_client *client;
    const struct cf_stun_message *m;
    struct cf_turn_allocation *allocation; /* of the client; NULL: none */
    struct cf_str user;
    struct cf_str name;
    uint8_t key[CF_TURN_KEY_LEN];
    cf_usec now;
    struct cf_writer w;
    struct cf_stun_builder b;
};

/* --- answers --- */

static void begin(struct request *r, enum cf_stun_class kind) {
    cf_writer_init(&r->w, r->turn->out, sizeof r->turn->out);
    r->b = cf_stun_begin(&r->w, kind, r->m->method, r->m->id);
}

static void send(struct request *r, bool has_integrity) {
    bool is_made = !has_integrity || cf_stun_put_integrity(&r->b, r->turn->config.hash, (struct cf_span){r->key, sizeof r->key});
    cf_stun_put_fingerprint(&r->b);
    if (is_made && cf_writer_ok(&r->w)) {
        cf_turn_answer(r->turn, r->client, r->w.len);
    }
}

static void refuse(struct request *r, unsigned code) {
    r->turn->stats.refused++;
    begin(r, CF_STUN_ERROR);
    cf_stun_put_error(&r->b, code);
    if (code == 420) {
        cf_stun_put_unknown(&r->b, r->m);
    }
    send(r, true);
}

/* --- who asks --- */

static bool may_challenge(struct request *r) {
    struct cf_turn *turn = r->turn;
    if (r->client->is_stream) {
        return true;
    }
    if (r->now - turn->challenges_from >= CF_SEC(1)) {
        turn->challenges_from = r->now;
        turn->challenges = 0;
    }
    if (turn->challenges == CHALLENGES_PER_SEC) {
        turn->stats.unanswered++;
        return false;
    }
    turn->challenges++;
    return true;
}

/* 400, 401 or 438, without integrity. */
static void challenge(struct request *r, unsigned code) {
    char nonce[CF_TURN_NONCE_LEN];
    struct cf_turn *turn = r->turn;
    const struct cf_span key = {turn->nonce_key, sizeof turn->nonce_key};
    turn->stats.unauthenticated++;
    if (!may_challenge(r) || !cf_turn_nonce_make(turn->config.hash, key, &r->client->addr, r->now, nonce)) {
        return;
    }
    begin(r, CF_STUN_ERROR);
    cf_stun_put_error(&r->b, code);
    if (code != 400) {
        cf_stun_put(&r->b, CF_STUN_REALM, cf_str_span(turn->config.realm));
        cf_stun_put(&r->b, CF_STUN_NONCE, (struct cf_span){(const uint8_t *)nonce, sizeof nonce});
    }
    send(r, false);
}

/* A credential that was good when the allocation was made is good for that: calls are longer than credentials. */
static bool is_in_time(const struct request *r, uint64_t expires) {
    const struct cf_turn_allocation *a = r->allocation;
    bool is_known = a != NULL && cf_str_eq(r->user, cf_str_n(a->user, a->user_len));
    int64_t wall_sec = (r->now + r->turn->wall_offset) / CF_SEC(1);
    return is_known || wall_sec < 0 || expires > (uint64_t)wall_sec;
}

/* RFC 8489 section 9.2.4. False: it was answered. */
static bool authenticate(struct request *r) {
    struct cf_turn *turn = r->turn;
    const struct cf_stun_message *m = r->m;
    const struct cf_span nonce_key = {turn->nonce_key, sizeof turn->nonce_key};
    uint64_t expires = 0;
    if (!cf_stun_has(m, CF_STUN_MESSAGE_INTEGRITY)) {
        challenge(r, 401);
        return false;
    }
    if (!cf_stun_has(m, CF_STUN_USERNAME) || !cf_stun_has(m, CF_STUN_REALM) || !cf_stun_has(m, CF_STUN_NONCE)) {
        challenge(r, 400);
        return false;
    }
    if (!cf_turn_nonce_is_good(turn->config.hash, nonce_key, &r->client->addr, cf_stun_text(m, CF_STUN_NONCE), r->now)) {
        challenge(r, 438);
        return false;
    }
    r->user = cf_stun_text(m, CF_STUN_USERNAME);
    bool is_good = cf_turn_credential_read(r->user, &expires, &r->name) &&
                   cf_str_eq(cf_stun_text(m, CF_STUN_REALM), turn->config.realm) && is_in_time(r, expires) &&
                   cf_turn_credential_key(turn->config.hash, turn->config.secret, turn->config.realm, r->user, r->key) &&
                   cf_stun_is_authentic(m, turn->config.hash, (struct cf_span){r->key, sizeof r->key});
    if (!is_good) {
        challenge(r, 401);
    }
    return is_good;
}

/* --- allocate --- */

static void put_allocation(struct request *r, const struct cf_turn_allocation *a) {
    begin(r, CF_STUN_SUCCESS);
    cf_stun_put_xor_address(&r->b, CF_STUN_XOR_RELAYED_ADDRESS, &a->relayed);
    cf_stun_put_u32(&r->b, CF_STUN_LIFETIME, (uint32_t)((a->until - r->now) / CF_SEC(1)));
    cf_stun_put_xor_address(&r->b, CF_STUN_XOR_MAPPED_ADDRESS, &r->client->addr);
    send(r, true);
}

/* 0: there are not too many of that name or address yet, else the code. */
static unsigned judge_quota(const struct request *r) {
    const struct cf_turn *turn = r->turn;
    size_t of_name = 0;
    size_t of_address = 0;
    for (size_t i = 0; i < turn->config.limits.allocations; i++) {
        const struct cf_turn_allocation *a = turn->slots[i];
        uint64_t expires = 0;
        struct cf_str name;
        if (a == NULL || !cf_turn_credential_read(cf_str_n(a->user, a->user_len), &expires, &name)) {
            continue;
        }
        of_name += cf_str_eq(name, r->name);
        of_address += cf_addr_eq_ip(&a->client.addr, &r->client->addr);
    }
    return of_name >= turn->config.limits.per_name || of_address >= turn->config.limits.per_address ? 486 : 0;
}

/* Section 7.2: what was asked for. 0, or the code. */
static unsigned judge_allocate(const struct request *r, enum cf_family *ret_family) {
    uint32_t word = 0;
    if (!cf_stun_u32(r->m, CF_STUN_REQUESTED_TRANSPORT, &word)) {
        return 400;
    }
    if (word >> 24 != PROTOCOL_UDP) {
        return 442;
    }
    *ret_family = CF_FAMILY_IP4;
    if (cf_stun_u32(r->m, CF_STUN_REQUESTED_ADDRESS_FAMILY, &word)) {
        if (word >> 24 != CF_STUN_FAMILY_IP4 && word >> 24 != CF_STUN_FAMILY_IP6) {
            return 440;
        }
        *ret_family = word >> 24 == CF_STUN_FAMILY_IP6 ? CF_FAMILY_IP6 : CF_FAMILY_IP4;
    }
    /* No reservations: they are for RTP and RTCP apart, which those who need a relay don't have. */
    struct cf_span even = r->m->attributes[CF_STUN_EVEN_PORT];
    if ((even.at != NULL && (even.at[0] & RESERVE) != 0) || cf_stun_has(r->m, CF_STUN_RESERVATION_TOKEN)) {
        return 508;
    }
    return judge_quota(r);
}

static cf_usec lifetime_of(const struct request *r) {
    uint32_t seconds = 0;
    if (!cf_stun_u32(r->m, CF_STUN_LIFETIME, &seconds) || CF_SEC((cf_usec)seconds) < CF_TURN_LIFE_DEFAULT) {
        return CF_TURN_LIFE_DEFAULT;
    }
    return CF_SEC((cf_usec)seconds) > CF_TURN_LIFE_MAX ? CF_TURN_LIFE_MAX : CF_SEC((cf_usec)seconds);
}

static void allocate(struct request *r) {
    enum cf_family family = CF_FAMILY_NONE;
    struct cf_turn_allocation *a = r->allocation;
    if (a != NULL) {
        /* The same request again, since its answer was lost (section 7.2 step 2). */
        if (memcmp(a->id, r->m->id, sizeof a->id) == 0) {
            put_allocation(r, a);
        } else {
            refuse(r, 437);
        }
        return;
    }
    unsigned code = judge_allocate(r, &family);
    bool is_even = cf_stun_has(r->m, CF_STUN_EVEN_PORT);
    enum cf_err err = code == 0 ? cf_turn_allocate(r->turn, r->client, family, is_even, r->now + lifetime_of(r), &a) : CF_OK;
    if (code == 0 && err != CF_OK) {
        code = err == CF_ERR_NO_PORT && family == CF_FAMILY_IP6 ? 440 : 508;
    }
    if (code != 0) {
        refuse(r, code);
        return;
    }
    a->user_len = (uint8_t)r->user.len;
    memcpy(a->user, r->user.at, r->user.len);
    memcpy(a->key, r->key, sizeof a->key);
    memcpy(a->id, r->m->id, sizeof a->id);
    a->tokens_at = r->now - CF_SEC(1);
    put_allocation(r, a);
}

/* --- refresh --- */

/* Section 8.2: a client may say which family it means. */
static bool is_other_family(const struct request *r) {
    uint32_t word = 0;
    uint8_t family = r->allocation->relayed.family == CF_FAMILY_IP6 ? CF_STUN_FAMILY_IP6 : CF_STUN_FAMILY_IP4;
    return cf_stun_u32(r->m, CF_STUN_REQUESTED_ADDRESS_FAMILY, &word) && word >> 24 != family;
}

static void refresh(struct request *r) {
    uint32_t seconds = 0;
    struct cf_turn *turn = r->turn;
    if (is_other_family(r)) {
        refuse(r, 443);
        return;
    }
    bool is_end = cf_stun_u32(r->m, CF_STUN_LIFETIME, &seconds) && seconds == 0;
    cf_usec life = is_end ? 0 : lifetime_of(r);
    begin(r, CF_STUN_SUCCESS);
    cf_stun_put_u32(&r->b, CF_STUN_LIFETIME, (uint32_t)(life / CF_SEC(1)));
    send(r, true);
    if (is_end) {
        cf_turn_free(turn, r->allocation);
    } else {
        cf_turn_extend(turn, r->allocation, r->now + life);
    }
}

/* --- permissions and channels --- */

/* 0, or why @peer is none. */
static unsigned judge_peer(const struct request *r, const struct cf_addr *peer) {
    if (peer->family != r->allocation->relayed.family) {
        return 443;
    }
    return cf_turn_peers_permit(&r->turn->config.peers, peer) ? 0 : 403;
}

static void create_permission(struct request *r) {
    struct cf_addr peers[PEERS_MAX];
    struct cf_span value;
    size_t count = 0;
    unsigned code = 0;
    for (size_t at = 0; code == 0 && cf_stun_next(r->m, CF_STUN_XOR_PEER_ADDRESS, &at, &value); count++) {
        if (count == PEERS_MAX) {
            code = 508;
        } else if (!cf_stun_xor_address(r->m, value, &peers[count])) {
            code = 400;
        } else {
            code = judge_peer(r, &peers[count]);
        }
    }
    code = code == 0 && count == 0 ? 400 : code;
    code = code == 0 && !cf_turn_can_permit(r->allocation, peers, count, r->now) ? 508 : code;
    if (code != 0) {
        refuse(r, code);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        cf_turn_permit(r->allocation, &peers[i], r->now);
    }
    begin(r, CF_STUN_SUCCESS);
    send(r, true);
}

/* Section 12.2. */
static unsigned judge_channel(const struct request *r, uint16_t number, const struct cf_addr *peer) {
    const struct cf_turn_allocation *a = r->allocation;
    const struct cf_turn_channel *same_number = cf_turn_channel_numbered(a, number, r->now);
    const struct cf_turn_channel *same_peer = cf_turn_channel_to(a, peer, r->now);
    if (number < CF_TURN_CHANNEL_FIRST || number > CF_TURN_CHANNEL_LAST || same_number != same_peer) {
        return 400;
    }
    unsigned code = judge_peer(r, peer);
    if (code == 0 && !cf_turn_peers_allow(&r->turn->config.peers, peer)) {
        code = 403;
    }
    return code == 0 && !cf_turn_can_permit(a, peer, 1, r->now) ? 508 : code;
}

static void bind_channel(struct request *r) {
    uint32_t word = 0;
    struct cf_addr peer;
    if (!cf_stun_u32(r->m, CF_STUN_CHANNEL_NUMBER, &word) || !cf_stun_address(r->m, CF_STUN_XOR_PEER_ADDRESS, &peer)) {
        refuse(r, 400);
        return;
    }
    uint16_t number = (uint16_t)(word >> 16);
    unsigned code = judge_channel(r, number, &peer);
    if (code == 0 && !cf_turn_bind(r->allocation, number, &peer, r->now)) {
        code = 508;
    }
    if (code != 0) {
        refuse(r, code);
        return;
    }
    cf_turn_permit(r->allocation, &peer, r->now);
    begin(r, CF_STUN_SUCCESS);
    send(r, true);
}

/* --- all of them --- */

/* Anybody may ask for his address (RFC 8489 section 12): the answer is hardly longer than the question. */
static void bind_address(struct request *r) {
    if (r->m->unknown_count > 0 || !may_challenge(r)) {
        return;
    }
    begin(r, CF_STUN_SUCCESS);
    cf_stun_put_xor_address(&r->b, CF_STUN_XOR_MAPPED_ADDRESS, &r->client->addr);
    send(r, false);
}

static bool is_users(const struct request *r) {
    return cf_str_eq(r->user, cf_str_n(r->allocation->user, r->allocation->user_len));
}

typedef void handler(struct request *r);

static handler *handler_of(uint16_t method) {
    switch (method) {
    case CF_STUN_ALLOCATE:
        return allocate;
    case CF_STUN_REFRESH:
        return refresh;
    case CF_STUN_CREATE_PERMISSION:
        return create_permission;
    case CF_STUN_CHANNEL_BIND:
        return bind_channel;
    default:
        return NULL;
    }
}

void cf_turn_on_request(struct cf_turn *turn, const struct cf_turn_client *client, const struct cf_stun_message *m, cf_usec now) {
    struct request r = {.turn = turn, .client = client, .m = m, .allocation = cf_turn_find(turn, client), .now = now};
    handler *handle = handler_of(m->method);
    turn->stats.requests++;
    if (m->method == CF_STUN_BINDING) {
        bind_address(&r);
        return;
    }
    if (handle == NULL || !authenticate(&r)) {
        return;
    }
    if (m->unknown_count > 0) {
        refuse(&r, 420);
    } else if (r.allocation == NULL && handle != allocate) {
        refuse(&r, 437);
    } else if (r.allocation != NULL && !is_users(&r)) {
        refuse(&r, 441);
    } else {
        handle(&r);
    }
}
