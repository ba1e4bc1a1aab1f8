/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The gate for strangers. */
#include "core/endpoint/strangers.h"

#include "base/hash.h"
#include "base/reader.h"

/* So much of a rate may be used at once: what many phones do after a failure of power. */
#define BURST CF_SEC(1)

/* A set is begun anew after this: SIP sends again in 0.5 s, 1 s, 2 s and 4 s. Who was turned away is known as long, or twice. */
#define SET_LIFE CF_SEC(4)

/* A network's share of the whole. */
#define NETWORK_SHARE 8U

#define SET_BITS ((uint64_t)8 * CF_STRANGERS_SET_SIZE)
#define WORD_BITS 64U

void cf_strangers_init(struct cf_strangers *s, const struct cf_mem *mem, uint64_t seed, size_t per_sec) {
    const size_t least = (size_t)2 * NETWORK_SHARE;
    *s = (struct cf_strangers){.mem = mem, .seed = seed, .per_sec = (uint32_t)(per_sec < least ? least : per_sec)};
}

void cf_strangers_fini(struct cf_strangers *s) {
    for (size_t i = 0; s->mem != NULL && i < 2; i++) {
        cf_mem_free(s->mem, s->sets[i], CF_STRANGERS_SET_SIZE);
        s->sets[i] = NULL;
    }
}

/* One more at @p per_sec a second, with a second's worth at once. False: too many. */
static bool take(cf_usec *until, uint32_t per_sec, cf_usec now) {
    if (*until > now + BURST) {
        return false;
    }
    *until = (*until > now ? *until : now) + CF_SEC(1) / (cf_usec)per_sec;
    return true;
}

/* --- who was turned away --- */

static uint64_t hash_of(const struct cf_strangers *s, const void *octets, size_t len) {
    return cf_hash(s->seed, cf_str_n(octets, len));
}

static bool has_sets(struct cf_strangers *s) {
    for (size_t i = 0; i < 2; i++) {
        s->sets[i] = s->sets[i] != NULL ? s->sets[i] : cf_mem_alloc(s->mem, CF_STRANGERS_SET_SIZE);
    }
    return s->sets[0] != NULL && s->sets[1] != NULL;
}

static void renew_sets(struct cf_strangers *s, cf_usec now) {
    cf_usec age = now - s->since;
    if (age < SET_LIFE) {
        return;
    }
    uint64_t *oldest = s->sets[1];
    s->sets[1] = s->sets[0];
    s->sets[0] = oldest;
    memset(s->sets[0], 0, CF_STRANGERS_SET_SIZE);
    if (age >= 2 * SET_LIFE) { /* nobody was turned away all the time */
        memset(s->sets[1], 0, CF_STRANGERS_SET_SIZE);
    }
    s->since = now;
}

static bool has_bit(const uint64_t *set, uint64_t bit) {
    return (set[bit / WORD_BITS] >> (bit % WORD_BITS) & 1U) != 0;
}

static bool is_in(const uint64_t *set, uint64_t hash) {
    return has_bit(set, hash % SET_BITS) && has_bit(set, (hash >> 32) % SET_BITS);
}

static void put_in(uint64_t *set, uint64_t hash) {
    uint64_t first = hash % SET_BITS;
    uint64_t second = (hash >> 32) % SET_BITS;
    set[first / WORD_BITS] |= UINT64_C(1) << (first % WORD_BITS);
    set[second / WORD_BITS] |= UINT64_C(1) << (second % WORD_BITS);
}

/* Was @p source turned away a moment ago? If not, it is known from now on. */
static bool came_before(struct cf_strangers *s, const struct cf_addr *source, cf_usec now) {
    uint8_t key[sizeof source->ip + 2];
    if (!has_sets(s)) {
        return false;
    }
    memcpy(key, source->ip, sizeof source->ip);
    cf_set_be16(key + sizeof source->ip, source->port);
    uint64_t hash = hash_of(s, key, sizeof key);
    renew_sets(s, now);
    bool is_known = is_in(s->sets[0], hash) || is_in(s->sets[1], hash);
    put_in(s->sets[0], hash);
    return is_known;
}

bool cf_strangers_admit(struct cf_strangers *s, const struct cf_addr *source, cf_usec now) {
    size_t network_len = source->family == CF_FAMILY_IP6 ? 6 : 3;
    uint64_t network = hash_of(s, source->ip, network_len) % CF_STRANGERS_NETWORKS;
    if (!take(&s->network_until[network], s->per_sec / NETWORK_SHARE, now)) {
        return false;
    }
    return take(&s->anybody_until, s->per_sec / 2, now) ||
           (came_before(s, source, now) && take(&s->again_until, s->per_sec / 2, now));
}
