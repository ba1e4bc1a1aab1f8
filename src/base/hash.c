/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SipHash-1-3. */
#include "base/hash.h"

/* State of the hash; the seed is spread over its two key words. */
struct sip_state {
    uint64_t v0, v1, v2, v3;
};

static uint64_t rotl(uint64_t x, unsigned n) {
    return (x << n) | (x >> (64 - n));
}

static void sip_round(struct sip_state *s) {
    s->v0 += s->v1;
    s->v1 = rotl(s->v1, 13) ^ s->v0;
    s->v0 = rotl(s->v0, 32);
    s->v2 += s->v3;
    s->v3 = rotl(s->v3, 16) ^ s->v2;
    s->v0 += s->v3;
    s->v3 = rotl(s->v3, 21) ^ s->v0;
    s->v2 += s->v1;
    s->v1 = rotl(s->v1, 17) ^ s->v2;
    s->v2 = rotl(s->v2, 32);
}

uint64_t cf_hash(uint64_t seed, struct cf_str octets) {
    struct sip_state s = {
        seed ^ UINT64_C(0x736f6d6570736575),
        rotl(seed, 32) ^ UINT64_C(0x646f72616e646f6d),
        seed ^ UINT64_C(0x6c7967656e657261),
        rotl(seed, 32) ^ UINT64_C(0x7465646279746573),
    };
    size_t at = 0;
    for (; octets.len - at >= 8; at += 8) {
        uint64_t word;
        memcpy(&word, octets.at + at, 8);
        s.v3 ^= word;
        sip_round(&s);
        s.v0 ^= word;
    }
    uint64_t last = (uint64_t)octets.len << 56;
    for (unsigned i = 0; at + i < octets.len; i++) {
        last |= (uint64_t)(uint8_t)octets.at[at + i] << (8 * i);
    }
    s.v3 ^= last;
    sip_round(&s);
    s.v0 ^= last;
    s.v2 ^= 0xff;
    for (int i = 0; i < 3; i++) {
        sip_round(&s);
    }
    return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}
