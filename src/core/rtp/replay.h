/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A replay window (RFC 3711 section 3.3.2): which of the last CF_REPLAY_WINDOW indices up to the highest one were seen. Ask
 * first, add after authentication. Value type of fixed size; zeroed: nothing seen.
 */
#ifndef CF_CORE_RTP_REPLAY_H
#define CF_CORE_RTP_REPLAY_H

#include <stdbool.h>
#include <stdint.h>

/** Indices in the window; 64 are asked for, video with retransmissions needs more. A multiple of 64, a power of two. */
#define CF_REPLAY_WINDOW 1024U

/** The window. */
struct cf_replay {
    uint64_t highest;                     /**< meaningful if is_started */
    bool is_started;                      /**< an index was added */
    uint64_t bits[CF_REPLAY_WINDOW / 64]; /**< ring: bit of index modulo the window */
};

/** True if @p index was not seen and is not too old to know. */
bool cf_replay_is_new(const struct cf_replay *replay, uint64_t index);

/** Remember @p index. One that is older than the window is ignored. */
void cf_replay_add(struct cf_replay *replay, uint64_t index);

/** The usual case in a few steps: remember the index after the highest one, which there must be. */
static inline void cf_replay_add_next(struct cf_replay *replay) {
    uint64_t index = ++replay->highest;
    replay->bits[index % CF_REPLAY_WINDOW / 64] |= UINT64_C(1) << (index % 64);
}

#endif
