/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The sum of one tick and what each speaker contributed to it, so that everybody can be given the sum without himself. Samples
 * are 32 bits wide until a limiter makes 16 of them. Plain loops over arrays of fixed length that compilers turn into vector
 * code.
 */
#ifndef CF_CORE_MIX_BUS_H
#define CF_CORE_MIX_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Samples of a tick: 20 ms at 48 kHz. */
#define CF_MIX_TICK_SAMPLES 960

/** Contributions at a time: the speakers, and those that are being faded out. */
#define CF_MIX_BUS_INPUTS 16

/** No contribution. */
#define CF_MIX_NO_INPUT SIZE_MAX

/** A limiter that turns down what would not fit into 16 bits, without clicks. Zeroed: at rest. */
struct cf_mix_limiter {
    float reduction; /**< 1 - gain at the end of the last tick */
};

/** The sum. */
struct cf_mix_bus {
    int32_t sum[CF_MIX_TICK_SAMPLES];
    int16_t inputs[CF_MIX_BUS_INPUTS][CF_MIX_TICK_SAMPLES]; /**< contributions, faded */
    size_t input_count;
    int16_t common[CF_MIX_TICK_SAMPLES]; /**< the whole sum, limited */
    struct cf_mix_limiter limiter;       /**< of .common */
};

/** How a contribution goes through a tick. */
enum cf_mix_fade {
    CF_MIX_FADE_NONE,
    CF_MIX_FADE_IN,  /**< from nothing, within 10 ms */
    CF_MIX_FADE_OUT, /**< to nothing, within 10 ms */
};

/** The set of contribution @p input alone, which may be CF_MIX_NO_INPUT: of none. */
static inline uint32_t cf_mix_input_bit(size_t input) {
    return input < CF_MIX_BUS_INPUTS ? UINT32_C(1) << input : 0;
}

/** Fade @p pcm in from nothing, over all of its @p count samples. */
void cf_mix_fade_in(int16_t *pcm, size_t count);

/** A new tick: nothing contributed. */
void cf_mix_bus_clear(struct cf_mix_bus *bus);

/** Add @p pcm of CF_MIX_TICK_SAMPLES samples; the index of the contribution. There must be room. */
size_t cf_mix_bus_add(struct cf_mix_bus *bus, const int16_t *pcm, enum cf_mix_fade fade);

/** Add @p pcm for everybody: nobody's contribution, in no mix left out. */
void cf_mix_bus_add_to_all(struct cf_mix_bus *bus, const int16_t *pcm);

/** All are in: limit the sum to .common. True if it had to be turned down. */
bool cf_mix_bus_finish(struct cf_mix_bus *bus);

/** The sum without the contributions @p inputs, a set of cf_mix_input_bit(), limited by @p limiter, to @p out of
 * CF_MIX_TICK_SAMPLES samples. */
void cf_mix_bus_without(const struct cf_mix_bus *bus, uint32_t inputs, struct cf_mix_limiter *limiter, int16_t *out);

/** Limit @p in to @p out, CF_MIX_TICK_SAMPLES samples. True if it was turned down. A copy as long as nothing is too loud. */
bool cf_mix_limit(struct cf_mix_limiter *limiter, const int32_t *in, int16_t *out);

#endif
