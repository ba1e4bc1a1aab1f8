/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two sources of chance. cf_rng: a seeded generator (PCG32) for jitter, back-off and simulation, nothing that an attacker gains
 * from guessing. cf_entropy: unguessable octets from the shell, for tags, branches, Call-IDs, keys, nonces, SSRCs. Tests pass a
 * counting one, so that transcripts are stable to the byte.
 */
#ifndef CF_BASE_RNG_H
#define CF_BASE_RNG_H

#include "base/str.h"

/** A seeded generator. Value type. */
struct cf_rng {
    uint64_t state;
};

/** Seed @p rng. Equal seeds give equal sequences. */
void cf_rng_init(struct cf_rng *rng, uint64_t seed);

/** Next 32 bits. */
uint32_t cf_rng_u32(struct cf_rng *rng);

/** Evenly distributed in 0..bound-1; @p bound > 0. */
uint32_t cf_rng_below(struct cf_rng *rng, uint32_t bound);

/** True with a probability of @p parts_per_million. */
bool cf_rng_chance(struct cf_rng *rng, uint32_t parts_per_million);

/** A source of unguessable octets. */
struct cf_entropy {
    void (*fill)(void *ctx, uint8_t *out, size_t len); /**< never fails: the shell aborts if the system has none */
    void *ctx;
};

/** @p len unguessable octets. */
void cf_entropy_fill(const struct cf_entropy *entropy, void *out, size_t len);

/** An unguessable 32-bit number. */
uint32_t cf_entropy_u32(const struct cf_entropy *entropy);

/**
 * An unguessable word of @p len letters and digits (A-Z a-z 0-9 and - _: 6 bits a letter, all of them token characters of RFC
 * 3261) at @p out, not terminated.
 */
void cf_entropy_word(const struct cf_entropy *entropy, char *out, size_t len);

#endif
