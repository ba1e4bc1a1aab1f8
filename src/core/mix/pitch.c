/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Largest normalised correlation of sound with itself. */
#include "core/mix/pitch.h"

#include "base/bug.h"
#include <math.h>

static float likeness_at(const float *x, size_t window, size_t lag) {
    float product = 0;
    float energy = 0;
    float energy_lagged = 0;
    for (size_t i = 0; i < window; i++) {
        product += x[i] * x[i + lag];
        energy += x[i] * x[i];
        energy_lagged += x[i + lag] * x[i + lag];
    }
    float scale = energy * energy_lagged;
    return scale > 0 ? product / sqrtf(scale) : 0;
}

static size_t best_lag(const float *x, size_t window, size_t lag_min, size_t lag_max, float *ret_likeness) {
    size_t best = lag_min;
    *ret_likeness = likeness_at(x, window, lag_min);
    for (size_t lag = lag_min + 1; lag <= lag_max; lag++) {
        float likeness = likeness_at(x, window, lag);
        if (likeness > *ret_likeness) {
            best = lag;
            *ret_likeness = likeness;
        }
    }
    return best;
}

size_t cf_pitch_find(const int16_t *pcm, size_t window, size_t lag_min, size_t lag_max, size_t coarse, float *ret_likeness) {
    float x[CF_PITCH_SPAN_MAX];
    size_t span = window + lag_max;
    cf_assert(span <= CF_PITCH_SPAN_MAX && lag_min > 0 && lag_min <= lag_max && coarse > 0);
    for (size_t i = 0; i < span / coarse; i++) {
        int32_t sum = 0;
        for (size_t j = 0; j < coarse; j++) {
            sum += pcm[i * coarse + j];
        }
        x[i] = (float)sum / (float)coarse;
    }
    size_t roughly = best_lag(x, window / coarse, (lag_min + coarse - 1) / coarse, lag_max / coarse, ret_likeness) * coarse;
    if (coarse == 1) {
        return roughly;
    }
    for (size_t i = 0; i < span; i++) {
        x[i] = pcm[i];
    }
    size_t from = roughly > lag_min + coarse ? roughly - coarse : lag_min;
    size_t to = roughly + coarse < lag_max ? roughly + coarse : lag_max;
    return best_lag(x, window, from, to, ret_likeness);
}
