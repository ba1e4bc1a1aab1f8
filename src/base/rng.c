/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Seeded and unguessable numbers. */
#include "base/rng.h"

#include "base/bug.h"

/* PCG-XSH-RR 64/32, O'Neill 2014: multiplier and increment of the reference. */
static const uint64_t pcg_multiplier = UINT64_C(6364136223846793005);
static const uint64_t pcg_increment = UINT64_C(1442695040888963407);

void cf_rng_init(struct cf_rng *rng, uint64_t seed) {
    rng->state = seed + pcg_increment;
    (void)cf_rng_u32(rng);
}

uint32_t cf_rng_u32(struct cf_rng *rng) {
    uint64_t old = rng->state;
    rng->state = old * pcg_multiplier + pcg_increment;
    uint32_t shifted = (uint32_t)(((old >> 18) ^ old) >> 27);
    uint32_t turn = (uint32_t)(old >> 59);
    return (shifted >> turn) | (shifted << ((32U - turn) & 31U));
}

uint32_t cf_rng_below(struct cf_rng *rng, uint32_t bound) {
    cf_assert(bound > 0);
    return (uint32_t)(((uint64_t)cf_rng_u32(rng) * bound) >> 32);
}

bool cf_rng_chance(struct cf_rng *rng, uint32_t parts_per_million) {
    return cf_rng_below(rng, 1000000) < parts_per_million;
}

void cf_entropy_fill(const struct cf_entropy *entropy, void *out, size_t len) {
    entropy->fill(entropy->ctx, out, len);
}

uint32_t cf_entropy_u32(const struct cf_entropy *entropy) {
    uint32_t value = 0;
    cf_entropy_fill(entropy, &value, sizeof value);
    return value;
}

void cf_entropy_word(const struct cf_entropy *entropy, char *out, size_t len) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    cf_entropy_fill(entropy, out, len);
    for (size_t i = 0; i < len; i++) {
        out[i] = letters[(uint8_t)out[i] & 63];
    }
}
