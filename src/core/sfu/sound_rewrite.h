/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Many talkers, one stream: sound that is passed on as it came keeps one SSRC on each line of a receiver, and its sequence
 * numbers and timestamps go on where the talker before left them. Within a stay every number is moved by a constant, so that what
 * was lost or reordered upstream is so downstream; between stays media time goes on with the clock, and the first packet has the
 * marker bit (RFC 3551 section 4.1). docs/algorithms/passing-on.md.
 *
 * No number goes out twice, whatever comes in: protection depends on it (RFC 3711 section 9.1). Machine without deadline, one a
 * line. Value type.
 */
#ifndef CF_SFU_SOUND_REWRITE_H
#define CF_SFU_SOUND_REWRITE_H

#include "base/usec.h"
#include <stdbool.h>

/** Numbers of a packet of sound. */
struct cf_sound_numbers {
    uint32_t timestamp;
    uint16_t sequence;
    bool marker;
};

/** One outgoing stream. */
struct cf_sound_rewrite {
    uint64_t stay;                 /**< whose packets were sent last; 0: nobody's */
    uint64_t sent;                 /**< bit i: .heads.sequence - i was sent, or may not be sent any more */
    struct cf_sound_numbers heads; /**< highest numbers sent */
    cf_usec sent_at;               /**< the time on the clock that .heads.timestamp stands for */
    cf_usec lead;                  /**< of the stay: media time ahead of the clock, for it began right behind another */
    uint32_t timestamp_shift;
    uint16_t sequence_shift;
};

/** A stream whose first packet will carry the number after @p heads.sequence; both are random. */
void cf_sound_rewrite_init(struct cf_sound_rewrite *rewrite, const struct cf_sound_numbers *heads);

/** A stay may begin that much before what was sent last: media time is ahead of the clock by that until the next pause. */
#define CF_SOUND_OVERLAP_MAX CF_MSEC(60)

/** Would @p stay begin too long before what was sent last with a packet that came at @p came_at? It should with a later one. */
static inline bool cf_sound_rewrite_overlaps(const struct cf_sound_rewrite *rewrite, uint64_t stay, cf_usec came_at) {
    return stay != rewrite->stay && rewrite->sent_at - came_at > CF_SOUND_OVERLAP_MAX;
}

/**
 * Numbers for a packet that came at @p now with @p in during stay @p stay (not 0), of a clock of @p clock_hz. The first packets
 * of a stay may have come before the last ones of the stay before. False: it is from before the stay's first packet, too late, or
 * was sent already: not to be sent.
 */
bool cf_sound_rewrite_packet(struct cf_sound_rewrite *rewrite, uint64_t stay, const struct cf_sound_numbers *in,
                             uint32_t clock_hz, cf_usec now, struct cf_sound_numbers *ret);

#endif
