/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/mix/rest.h"

#define BLOCK 64

/* Sound shows in the first block, silence is looked at in whole vectors. */
bool cf_mix_rest_is_silence(const int16_t *pcm, size_t count) {
    size_t at = 0;
    for (; at + BLOCK <= count; at += BLOCK) {
        int any = 0;
        for (size_t i = 0; i < BLOCK; i++) {
            any |= pcm[at + i];
        }
        if (any != 0) {
            return false;
        }
    }
    for (; at < count; at++) {
        if (pcm[at] != 0) {
            return false;
        }
    }
    return true;
}

void cf_mix_rest_on_tick(struct cf_mix_rest *rest, bool is_silence) {
    rest->silent_ticks = is_silence ? rest->silent_ticks + (rest->silent_ticks < UINT32_MAX) : 0;
}

void cf_mix_rest_wake(struct cf_mix_rest *rest, uint32_t after) {
    uint32_t most = after > CF_MIX_REST_FRESH_TICKS ? after - CF_MIX_REST_FRESH_TICKS : 0;
    rest->silent_ticks = rest->silent_ticks < most ? rest->silent_ticks : most;
}

bool cf_mix_rest_is_resting(const struct cf_mix_rest *rest, uint32_t after) {
    return after > 0 && rest->silent_ticks > after;
}

static bool was_refreshed(const struct cf_mix_rest *rest, uint64_t tick) {
    return tick / CF_MIX_REST_REFRESH_TICKS == rest->sent_tick / CF_MIX_REST_REFRESH_TICKS;
}

bool cf_mix_rest_spares(struct cf_mix_rest *rest, uint32_t after, uint64_t tick) {
    if (cf_mix_rest_is_resting(rest, after) && was_refreshed(rest, tick)) {
        return true;
    }
    rest->sent_tick = tick;
    return false;
}

uint32_t cf_mix_rest_left(const struct cf_mix_rest *rest, uint32_t after, uint64_t tick) {
    if (!cf_mix_rest_is_resting(rest, after) || !was_refreshed(rest, tick)) {
        return 0;
    }
    return (uint32_t)(CF_MIX_REST_REFRESH_TICKS - tick % CF_MIX_REST_REFRESH_TICKS);
}
