/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Taking out or repeating a period of the pitch. */
#include "core/mix/stretch.h"

#include "base/bug.h"
#include "core/mix/pitch.h"
#include <string.h>

/* Pitch of 100 to 400 Hz; lower voices are cut at half their period or not at all. */
#define LAG_MIN 120
#define LAG_MAX CF_STRETCH_MAX

/* Search at 12 kHz first. */
#define COARSE 4

/* Less alike than that would be heard. */
#define LIKENESS_LEAST 0.7F

/* The lag to cut or repeat; 0: none. */
static size_t find_lag(const int16_t *pcm, size_t count, bool is_quiet) {
    float likeness = 0;
    cf_assert(count >= CF_STRETCH_WINDOW);
    if (is_quiet) {
        return LAG_MAX;
    }
    size_t lag = cf_pitch_find(pcm, CF_STRETCH_WINDOW - LAG_MAX, LAG_MIN, LAG_MAX, COARSE, &likeness);
    return likeness >= LIKENESS_LEAST ? lag : 0;
}

/* @p out = @p from fading into @p to, @p count samples. */
static void crossfade(const int16_t *from, const int16_t *to, size_t count, int16_t *out) {
    float step = 1.0F / (float)count;
    for (size_t i = 0; i < count; i++) {
        float weight = (float)i * step;
        out[i] = (int16_t)((float)from[i] + ((float)to[i] - (float)from[i]) * weight);
    }
}

size_t cf_stretch_shrink(int16_t *pcm, size_t count, bool is_quiet) {
    size_t lag = find_lag(pcm, count, is_quiet);
    if (lag > 0) {
        crossfade(pcm, pcm + lag, lag, pcm);
        memmove(pcm + lag, pcm + 2 * lag, (count - 2 * lag) * sizeof(*pcm));
    }
    return lag;
}

size_t cf_stretch_grow(int16_t *pcm, size_t count, bool is_quiet) {
    size_t lag = find_lag(pcm, count, is_quiet);
    if (lag > 0) {
        memmove(pcm + 2 * lag, pcm + lag, (count - lag) * sizeof(*pcm));
        /* What followed the first period, fading into that period again, so that what follows it fits. */
        int16_t again[CF_STRETCH_MAX];
        crossfade(pcm + 2 * lag, pcm, lag, again);
        memcpy(pcm + lag, again, lag * sizeof(*pcm));
    }
    return lag;
}
