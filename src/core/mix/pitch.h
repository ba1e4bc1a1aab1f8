/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How far back sound resembles itself: the lag at which the normalised correlation is largest. Used where sound is made longer,
 * shorter, or made up. Pure arithmetic.
 */
#ifndef CF_CORE_MIX_PITCH_H
#define CF_CORE_MIX_PITCH_H

#include <stddef.h>
#include <stdint.h>

/** Most samples that are looked at: lag_max + window. */
#define CF_PITCH_SPAN_MAX 2048

/**
 * The lag in @p lag_min..@p lag_max for which pcm[0..window) and pcm[lag..lag+window) are most alike; @p pcm has lag_max + window
 * samples, at most CF_PITCH_SPAN_MAX. @p ret_likeness is the correlation there: 1 the same, 0 unrelated or silent. Looks at every
 * @p coarse-th sample first (mean of as many), then at all near the best: cost falls with its square.
 */
size_t cf_pitch_find(const int16_t *pcm, size_t window, size_t lag_min, size_t lag_max, size_t coarse, float *ret_likeness);

#endif
