/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the mixer needs of a resampler: a constant table, made by adapt/resample. Rates are whole multiples of each other (8000,
 * 16000, 48000), so that a whole number of milliseconds in gives exactly as many out: no drift, no fraction kept.
 */
#ifndef CF_CORE_MIX_RESAMPLER_H
#define CF_CORE_MIX_RESAMPLER_H

#include "base/mem.h"

/** A way to resample mono sound. Constant, one for the process. */
struct cf_resampler {
    /** From @p in_hz to @p out_hz, or NULL if memory is out. */
    void *(*create)(const struct cf_mem *mem, uint32_t in_hz, uint32_t out_hz);
    void (*destroy)(const struct cf_mem *mem, void *resampler);

    /** Forget what went through: the next samples follow silence. */
    void (*reset)(void *resampler);

    /**
     * Resample @p in_count samples, a whole number of milliseconds, to exactly in_count * out_hz / in_hz samples at @p out (not
     * overlapping @p in). The filter delays by a few milliseconds at most and remembers no more than 20 ms of input.
     */
    void (*process)(void *resampler, const int16_t *in, size_t in_count, int16_t *out);
};

#endif
