/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Relayed addresses: had, reserved, kept, given back (RFC 8656 sections 7 and 8). */
#include "core/turn/internal.h"

#include "core/stun/value.h"

/* Section 18.8 */
#define PROTOCOL_UDP 17

/* Section 18.7: reserve the port behind as well. */
#define RESERVE 0x80U

/* So often a port is looked for behind which another one is free. */
#define PAIR_TRIES 8

/* What is asked for. */
struct wanted {
    struct cf_turn_wish wish;
    bool has_other; /* an address of the other family as well */
    bool reserves;
    struct cf_turn_allocation *reserved; /* by the token that is named; NULL: none is */
};

/* --- what is asked for --- */

static bool read_family(const struct cf_turn_request *r, enum cf_stun_attribute attribute, enum cf_family *ret) {
    uint32_t word = 0;
    if (!cf_stun_u32(r->m, attribute, &word)) {
        return true;
    }
    *ret = word >> 24 == CF_STUN_FAMILY_IP6 ? CF_FAMILY_IP6 : CF_FAMILY_IP4;
    return word >> 24 == CF_STUN_FAMILY_IP4 || word >> 24 == CF_STUN_FAMILY_IP6;
}

static bool has_family(const struct cf_turn_request *r, enum cf_family family) {
    const struct cf_turn_sockets *sockets = &r->turn->config.sockets;
    return family == CF_FAMILY_IP6 ? sockets->has_ip6 : sockets->has_ip4;
}

/* Those of a name may use what one of them reserved. */
static bool is_of_name(const struct cf_turn_request *r, const struct cf_turn_allocation *a) {
    uint64_t expires = 0;
    struct cf_str name;
    return cf_turn_credential_read(cf_str_n(a->user, a->user_len), &expires, &name) && cf_str_eq(name, r->name);
}

/* Section 7.2 step 5. */
static unsigned judge_token(const struct cf_turn_request *r, struct wanted *ret) {
    if (cf_stun_has(r->m, CF_STUN_EVEN_PORT) || cf_stun_has(r->m, CF_STUN_REQUESTED_ADDRESS_FAMILY) ||
        cf_stun_has(r->m, CF_STUN_ADDITIONAL_ADDRESS_FAMILY)) {
        return 400;
    }
    struct cf_turn_allocation *a = cf_turn_reserved(r->turn, r->m->attributes[CF_STUN_RESERVATION_TOKEN]);
    ret->reserved = a != NULL && is_of_name(r, a) ? a : NULL;
    return ret->reserved == NULL ? 508 : 0;
}

/* Section 7.2 steps 6 to 9. */
static unsigned judge_families(const struct cf_turn_request *r, struct wanted *ret) {
    enum cf_family other = CF_FAMILY_IP6;
    ret->wish.family = CF_FAMILY_IP4;
    ret->has_other = cf_stun_has(r->m, CF_STUN_ADDITIONAL_ADDRESS_FAMILY);
    if (ret->has_other && (cf_stun_has(r->m, CF_STUN_REQUESTED_ADDRESS_FAMILY) || ret->reserves)) {
        return 400;
    }
    if (!read_family(r, CF_STUN_ADDITIONAL_ADDRESS_FAMILY, &other) || other != CF_FAMILY_IP6) {
        return 400;
    }
    bool is_known = read_family(r, CF_STUN_REQUESTED_ADDRESS_FAMILY, &ret->wish.family);
    return is_known && (has_family(r, ret->wish.family) || ret->has_other) ? 0 : 440;
}

/* 0, or the code. */
static unsigned judge(const struct cf_turn_request *r, struct wanted *ret) {
    uint32_t word = 0;
    struct cf_span even = r->m->attributes[CF_STUN_EVEN_PORT];
    *ret = (struct wanted){.wish = {.is_even = even.at != NULL}};
    ret->reserves = even.at != NULL && (even.at[0] & RESERVE) != 0;
    if (!cf_stun_u32(r->m, CF_STUN_REQUESTED_TRANSPORT, &word)) {
        return 400;
    }
    if (word >> 24 != PROTOCOL_UDP) {
        return 442;
    }
    return cf_stun_has(r->m, CF_STUN_RESERVATION_TOKEN) ? judge_token(r, ret) : judge_families(r, ret);
}

/* Are there @more of that name and address to be had? */
static bool is_within_quota(const struct cf_turn_request *r, size_t more) {
    const struct cf_turn *turn = r->turn;
    size_t of_name = more;
    size_t of_address = more;
    for (size_t i = 0; i < turn->config.limits.allocations; i++) {
        const struct cf_turn_allocation *a = turn->slots[i];
        of_name += a != NULL && is_of_name(r, a);
        of_address += a != NULL && cf_addr_eq_ip(&a->client.addr, &r->client->addr);
    }
    return of_name <= turn->config.limits.per_name && of_address <= turn->config.limits.per_address;
}

static cf_usec lifetime_of(const struct cf_turn_request *r) {
    uint32_t seconds = 0;
    if (!cf_stun_u32(r->m, CF_STUN_LIFETIME, &seconds) || CF_SEC((cf_usec)seconds) < CF_TURN_LIFE_DEFAULT) {
        return CF_TURN_LIFE_DEFAULT;
    }
    return CF_SEC((cf_usec)seconds) > CF_TURN_LIFE_MAX ? CF_TURN_LIFE_MAX : CF_SEC((cf_usec)seconds);
}

/* --- getting it --- */

/* It is that of the user, for what the request said. */
static void own(const struct cf_turn_request *r, struct cf_turn_allocation *a) {
    a->user_len = (uint8_t)r->user.len;
    memcpy(a->user, r->user.at, r->user.len);
    memcpy(a->key, r->key, sizeof a->key);
    memcpy(a->id, r->m->id, sizeof a->id);
    a->tokens_at = r->now - CF_SEC(1);
}

static unsigned take_reserved(struct cf_turn_request *r, struct wanted *wanted) {
    if (cf_turn_claim(r->turn, wanted->reserved, r->client, r->now + lifetime_of(r)) != CF_OK) {
        return 508;
    }
    own(r, wanted->reserved);
    return 0;
}

/* A port whose neighbour is free as well. */
static unsigned take_pair(struct cf_turn_request *r, const struct cf_turn_wish *wish) {
    if (!is_within_quota(r, 2)) {
        return 486;
    }
    for (unsigned i = 0; i < PAIR_TRIES; i++) {
        struct cf_turn_allocation *a = NULL;
        struct cf_turn_allocation *behind = NULL;
        if (cf_turn_allocate(r->turn, r->client, wish, r->now + lifetime_of(r), &a) != CF_OK) {
            return 508;
        }
        enum cf_err err = cf_turn_reserve(r->turn, a, r->now + CF_TURN_RESERVATION_LIFE, &behind);
        if (err == CF_OK) {
            own(r, a);
            own(r, behind);
            return 0;
        }
        cf_turn_free(r->turn, a);
        if (err != CF_ERR_NO_PORT) {
            return 508;
        }
    }
    return 508;
}

static unsigned take_one(struct cf_turn_request *r, const struct cf_turn_wish *wish) {
    struct cf_turn_allocation *a = NULL;
    if (!has_family(r, wish->family)) {
        return 440;
    }
    if (!is_within_quota(r, 1)) {
        return 486;
    }
    if (cf_turn_allocate(r->turn, r->client, wish, r->now + lifetime_of(r), &a) != CF_OK) {
        return 508;
    }
    own(r, a);
    return 0;
}

/* Section 7.2 step 9: one of two is better than none, and why it is but one is told. */
static unsigned take_both(struct cf_turn_request *r, struct cf_turn_wish *wish) {
    unsigned first = take_one(r, wish);
    wish->family = CF_FAMILY_IP6;
    unsigned second = take_one(r, wish);
    struct cf_turn_allocation *a = cf_turn_any(r->turn, r->client);
    if (a != NULL && (first != 0 || second != 0)) {
        unsigned why = first != 0 ? first : second;
        a->other_error = why == 440 ? 440 : 508;
    }
    return a != NULL ? 0 : first == 440 ? second : first;
}

/* --- telling it --- */

static void put_allocations(struct cf_turn_request *r) {
    static const enum cf_family families[] = {CF_FAMILY_IP4, CF_FAMILY_IP6};
    const struct cf_turn_allocation *any = cf_turn_any(r->turn, r->client);
    cf_turn_begin_answer(r, CF_STUN_SUCCESS);
    for (size_t i = 0; i < 2; i++) {
        const struct cf_turn_allocation *a = cf_turn_find(r->turn, r->client, families[i]);
        if (a != NULL) {
            cf_stun_put_xor_address(&r->b, CF_STUN_XOR_RELAYED_ADDRESS, &a->relayed);
        }
    }
    cf_stun_put_u32(&r->b, CF_STUN_LIFETIME, (uint32_t)((any->until - r->now) / CF_SEC(1)));
    if (any->has_token) {
        cf_stun_put(&r->b, CF_STUN_RESERVATION_TOKEN, (struct cf_span){any->token, sizeof any->token});
    }
    if (any->other_error != 0) {
        enum cf_stun_family other = any->relayed.family == CF_FAMILY_IP4 ? CF_STUN_FAMILY_IP6 : CF_STUN_FAMILY_IP4;
        cf_stun_put_address_error(&r->b, other, any->other_error);
    }
    cf_stun_put_xor_address(&r->b, CF_STUN_XOR_MAPPED_ADDRESS, &r->client->addr);
    cf_turn_send_answer(r);
}

void cf_turn_on_allocate(struct cf_turn_request *r) {
    struct wanted wanted;
    if (r->allocation != NULL) {
        /* The same request again, since its answer was lost (section 7.2 step 2). */
        if (memcmp(r->allocation->id, r->m->id, sizeof r->allocation->id) == 0) {
            put_allocations(r);
        } else {
            cf_turn_refuse(r, 437);
        }
        return;
    }
    unsigned code = judge(r, &wanted);
    if (code == 0) {
        code = wanted.reserved != NULL ? take_reserved(r, &wanted)
               : wanted.reserves       ? take_pair(r, &wanted.wish)
               : wanted.has_other      ? take_both(r, &wanted.wish)
                                       : take_one(r, &wanted.wish);
    }
    if (code == 0) {
        put_allocations(r);
    } else {
        cf_turn_refuse(r, code);
    }
}

/* --- keeping it --- */

static void keep(struct cf_turn_request *r, enum cf_family family, cf_usec life) {
    struct cf_turn_allocation *a = cf_turn_find(r->turn, r->client, family);
    if (a == NULL) {
        return;
    }
    if (life == 0) {
        cf_turn_free(r->turn, a);
    } else {
        cf_turn_extend(r->turn, a, r->now + life);
    }
}

/* Section 8.2: of all families, or of the one that is named. */
void cf_turn_on_refresh(struct cf_turn_request *r) {
    uint32_t seconds = 0;
    enum cf_family family = CF_FAMILY_NONE;
    bool is_family = read_family(r, CF_STUN_REQUESTED_ADDRESS_FAMILY, &family);
    if (!is_family || (family != CF_FAMILY_NONE && cf_turn_find(r->turn, r->client, family) == NULL)) {
        cf_turn_refuse(r, 443);
        return;
    }
    bool is_end = cf_stun_u32(r->m, CF_STUN_LIFETIME, &seconds) && seconds == 0;
    cf_usec life = is_end ? 0 : lifetime_of(r);
    cf_turn_begin_answer(r, CF_STUN_SUCCESS);
    cf_stun_put_u32(&r->b, CF_STUN_LIFETIME, (uint32_t)(life / CF_SEC(1)));
    cf_turn_send_answer(r);
    if (family != CF_FAMILY_IP6) {
        keep(r, CF_FAMILY_IP4, life);
    }
    if (family != CF_FAMILY_IP4) {
        keep(r, CF_FAMILY_IP6, life);
    }
}
