/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sfu/bitrate.h"

/* A change of less than 1/16 is not worth a message. */
#define HYSTERESIS 16

void cf_bitrate_wish_set(struct cf_bitrate_wish *wish, uint64_t bitrate_bps, cf_usec now) {
    wish->bitrate_bps = bitrate_bps < CF_BITRATE_MIN_BPS ? CF_BITRATE_MIN_BPS : bitrate_bps;
    wish->until = now + CF_BITRATE_WISH_TTL;
}

uint64_t cf_bitrate_wish_now(const struct cf_bitrate_wish *wish, cf_usec now) {
    return wish->bitrate_bps == 0 || now >= wish->until ? CF_BITRATE_UNLIMITED : wish->bitrate_bps;
}

uint64_t cf_bitrate_add(uint64_t highest_bps, uint64_t limit_bps) {
    uint64_t highest = limit_bps > highest_bps ? limit_bps : highest_bps;
    return highest < CF_BITRATE_MIN_BPS ? CF_BITRATE_MIN_BPS : highest;
}

static bool is_about(uint64_t a, uint64_t b) {
    uint64_t difference = a > b ? a - b : b - a;
    return difference < b / HYSTERESIS;
}

void cf_bitrate_ask_set(struct cf_bitrate_ask *ask, uint64_t bitrate_bps, cf_usec now) {
    bool never_limited = !ask->any && bitrate_bps == CF_BITRATE_UNLIMITED;
    if (never_limited || (ask->any && (ask->wanted_bps == bitrate_bps || is_about(bitrate_bps, ask->wanted_bps)))) {
        return;
    }
    bool is_first = ask->any && ask->wanted_bps == 0;
    ask->any = true;
    ask->wanted_bps = bitrate_bps;
    /* A message that is being repeated keeps its rhythm: a receiver that changes its mind all the time causes no more of them.
     * But who was told to send nothing is waited for. */
    ask->next_at = ask->tries_left == 0 || is_first ? now : ask->next_at;
    ask->tries_left = CF_BITRATE_TRIES_MAX;
}

void cf_bitrate_ask_on_notification(struct cf_bitrate_ask *ask) {
    if (ask->told_bps == ask->wanted_bps) {
        ask->tries_left = 0;
    }
}

cf_usec cf_bitrate_ask_deadline(const struct cf_bitrate_ask *ask) {
    return ask->tries_left == 0 ? CF_USEC_NEVER : ask->next_at;
}

bool cf_bitrate_ask_poll(struct cf_bitrate_ask *ask, cf_usec now, uint64_t *ret_bps) {
    if (now < cf_bitrate_ask_deadline(ask)) {
        return false;
    }
    ask->tries_left--;
    ask->next_at = now + CF_BITRATE_REPEAT;
    ask->told_bps = ask->wanted_bps;
    *ret_bps = ask->wanted_bps;
    return true;
}
