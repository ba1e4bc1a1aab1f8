/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests to the relay: who asks (RFC 8489 section 9.2.4), and may. */
#include "core/turn/internal.h"

#include "core/stun/value.h"
#include "core/turn/nonce.h"

/* Strangers over UDP may be forged addresses: so many are answered in a second, which makes the relay a poor mirror (attacks
 * T18); there is TCP for the others. */
#define CHALLENGES_PER_SEC 200

/* --- answers --- */

void cf_turn_begin_answer(struct cf_turn_request *r, enum cf_stun_class kind) {
    cf_writer_init(&r->w, r->turn->out, sizeof r->turn->out);
    r->b = cf_stun_begin(&r->w, kind, r->m->method, r->m->id);
}

static void send(struct cf_turn_request *r, bool has_integrity) {
    bool is_made = !has_integrity || cf_stun_put_integrity(&r->b, r->turn->config.hash, (struct cf_span){r->key, sizeof r->key});
    cf_stun_put_fingerprint(&r->b);
    if (is_made && cf_writer_ok(&r->w)) {
        cf_turn_answer(r->turn, r->client, r->w.len);
    }
}

void cf_turn_send_answer(struct cf_turn_request *r) {
    send(r, true);
}

void cf_turn_refuse(struct cf_turn_request *r, unsigned code) {
    r->turn->stats.refused++;
    cf_turn_begin_answer(r, CF_STUN_ERROR);
    cf_stun_put_error(&r->b, code);
    send(r, true);
}

/* Whether a datagram is fragmented on its way is not ours to say: DONT-FRAGMENT counts as unknown (RFC 8656 section 7.2 step 4).
 */
static bool has_unknown(const struct cf_turn_request *r) {
    return r->m->unknown_count > 0 || cf_stun_has(r->m, CF_STUN_DONT_FRAGMENT);
}

static void refuse_unknown(struct cf_turn_request *r) {
    struct cf_stun_message named = *r->m;
    if (cf_stun_has(r->m, CF_STUN_DONT_FRAGMENT) && named.unknown_count < CF_STUN_UNKNOWN_MAX) {
        named.unknown[named.unknown_count++] = cf_stun_type_of(CF_STUN_DONT_FRAGMENT);
    }
    r->turn->stats.refused++;
    cf_turn_begin_answer(r, CF_STUN_ERROR);
    cf_stun_put_error(&r->b, 420);
    cf_stun_put_unknown(&r->b, &named);
    send(r, true);
}

/* --- who asks --- */

static bool may_challenge(struct cf_turn_request *r) {
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
static void challenge(struct cf_turn_request *r, unsigned code) {
    char nonce[CF_TURN_NONCE_LEN];
    struct cf_turn *turn = r->turn;
    const struct cf_span key = {turn->nonce_key, sizeof turn->nonce_key};
    turn->stats.unauthenticated++;
    if (!may_challenge(r) || !cf_turn_nonce_make(turn->config.hash, key, &r->client->addr, r->now, nonce)) {
        return;
    }
    cf_turn_begin_answer(r, CF_STUN_ERROR);
    cf_stun_put_error(&r->b, code);
    if (code != 400) {
        cf_stun_put(&r->b, CF_STUN_REALM, cf_str_span(turn->config.realm));
        cf_stun_put(&r->b, CF_STUN_NONCE, (struct cf_span){(const uint8_t *)nonce, sizeof nonce});
    }
    send(r, false);
}

/* A credential that was good when the allocation was made is good for that: calls are longer than credentials. */
static bool is_in_time(const struct cf_turn_request *r, uint64_t expires) {
    const struct cf_turn_allocation *a = r->allocation;
    bool is_known = a != NULL && cf_str_eq(r->user, cf_str_n(a->user, a->user_len));
    int64_t wall_sec = (r->now + r->turn->wall_offset) / CF_SEC(1);
    return is_known || wall_sec < 0 || expires > (uint64_t)wall_sec;
}

/* RFC 8489 section 9.2.4. False: it was answered. */
static bool authenticate(struct cf_turn_request *r) {
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

/* --- all of them --- */

/* Anybody may ask for his address (RFC 8489 section 12): the answer is hardly longer than the question. */
static void bind_address(struct cf_turn_request *r) {
    if (r->m->unknown_count > 0 || !may_challenge(r)) {
        return;
    }
    cf_turn_begin_answer(r, CF_STUN_SUCCESS);
    cf_stun_put_xor_address(&r->b, CF_STUN_XOR_MAPPED_ADDRESS, &r->client->addr);
    send(r, false);
}

static bool is_users(const struct cf_turn_request *r) {
    return cf_str_eq(r->user, cf_str_n(r->allocation->user, r->allocation->user_len));
}

typedef void handler(struct cf_turn_request *r);

static handler *handler_of(uint16_t method) {
    switch (method) {
    case CF_STUN_ALLOCATE:
        return cf_turn_on_allocate;
    case CF_STUN_REFRESH:
        return cf_turn_on_refresh;
    case CF_STUN_CREATE_PERMISSION:
        return cf_turn_on_create_permission;
    case CF_STUN_CHANNEL_BIND:
        return cf_turn_on_channel_bind;
    default:
        return NULL;
    }
}

void cf_turn_on_request(struct cf_turn *turn, const struct cf_turn_client *client, const struct cf_stun_message *m, cf_usec now) {
    struct cf_turn_request r = {.turn = turn, .client = client, .m = m, .allocation = cf_turn_any(turn, client), .now = now};
    handler *handle = handler_of(m->method);
    turn->stats.requests++;
    if (m->method == CF_STUN_BINDING) {
        bind_address(&r);
        return;
    }
    if (handle == NULL || !authenticate(&r)) {
        return;
    }
    if (has_unknown(&r)) {
        refuse_unknown(&r);
    } else if (r.allocation == NULL && handle != cf_turn_on_allocate) {
        cf_turn_refuse(&r, 437);
    } else if (r.allocation != NULL && !is_users(&r)) {
        cf_turn_refuse(&r, 441);
    } else {
        handle(&r);
    }
}
