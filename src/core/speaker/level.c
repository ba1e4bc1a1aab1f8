/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Audio levels, and whether to believe them. */
#include "core/speaker/level.h"

#include <math.h>

/* Square of full scale. */
#define OVERLOAD_POWER (32768.0F * 32768.0F)

/* Levels are kept in 1/256 dB here. */
#define DB 256

/* Senders measure before their codec, over other windows: so much boasting is no lie. */
#define TOLERANCE (10 * DB)

/* Weight of a frame in the running mean: 1/16, a third of a second at 20 ms. */
#define MEAN_SHIFT 4

/* How fast a discount wears off. */
#define FORGIVE_PER_SEC (1 * DB)

uint8_t cf_level_of_pcm(const int16_t *pcm, size_t count) {
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        int32_t sample = pcm[i];
        sum += (uint32_t)(sample * sample);
    }
    if (sum == 0) {
        return CF_LEVEL_SILENT;
    }
    float db = -10.0F * log10f((float)sum / ((float)count * OVERLOAD_POWER));
    long rounded = lrintf(db);
    return (uint8_t)(rounded < CF_LEVEL_LOUDEST ? CF_LEVEL_LOUDEST : rounded > CF_LEVEL_SILENT ? CF_LEVEL_SILENT : rounded);
}

void cf_level_judge_on_frame(struct cf_level_judge *judge, uint8_t claimed, uint8_t measured, cf_usec now) {
    if (claimed > CF_LEVEL_SILENT || measured > CF_LEVEL_SILENT) {
        return;
    }
    int32_t excess = ((int32_t)measured - claimed) * DB;
    judge->excess += (excess - judge->excess) / (1 << MEAN_SHIFT);
    judge->discount = judge->excess > TOLERANCE ? judge->excess : 0;
    judge->since = now;
}

uint8_t cf_level_judge_believe(const struct cf_level_judge *judge, uint8_t claimed, cf_usec now) {
    if (claimed > CF_LEVEL_SILENT || judge->discount == 0) {
        return claimed;
    }
    int64_t forgiven = (now - judge->since) * FORGIVE_PER_SEC / CF_SEC(1);
    int64_t discount = forgiven < judge->discount ? (judge->discount - forgiven) / DB : 0;
    return (uint8_t)(claimed + discount < CF_LEVEL_SILENT ? claimed + discount : CF_LEVEL_SILENT);
}
