/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replay window. */
#include "core/rtp/replay.h"

#include <string.h>

static uint64_t bit_of(uint64_t index) {
    return UINT64_C(1) << (index % 64);
}

static unsigned word_of(uint64_t index) {
    return (unsigned)(index % CF_REPLAY_WINDOW / 64);
}

bool cf_replay_is_new(const struct cf_replay *replay, uint64_t index) {
    if (!replay->is_started || index > replay->highest) {
        return true;
    }
    return replay->highest - index < CF_REPLAY_WINDOW && (replay->bits[word_of(index)] & bit_of(index)) == 0;
}

/* The window moves up to @index; what was skipped was not seen. */
static void move_to(struct cf_replay *replay, uint64_t index) {
    if (!replay->is_started || index - replay->highest >= CF_REPLAY_WINDOW) {
        memset(replay->bits, 0, sizeof replay->bits);
    } else {
        for (uint64_t skipped = replay->highest + 1; skipped < index; skipped++) {
            replay->bits[word_of(skipped)] &= ~bit_of(skipped);
        }
    }
    replay->highest = index;
    replay->is_started = true;
}

void cf_replay_add(struct cf_replay *replay, uint64_t index) {
    if (!replay->is_started || index > replay->highest) {
        move_to(replay, index);
    } else if (replay->highest - index >= CF_REPLAY_WINDOW) {
        return;
    }
    replay->bits[word_of(index)] |= bit_of(index);
}
