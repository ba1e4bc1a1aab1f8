/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a member said just before he was heard: whether somebody is heard is decided a moment after he began to speak, and those
 * to whom he is passed on are to have the beginning of the word too. The last packets of a member whom nobody hears are kept, and
 * go before the first one that is passed on. Small buffer of a line, without deadline; docs/algorithms/passing-on.md.
 */
#ifndef CF_MEDIA_ONSET_H
#define CF_MEDIA_ONSET_H

#include "base/mem.h"
#include "base/usec.h"
#include "core/media/passing.h"
#include "core/mix/mixer.h"

/** Packets that are kept, and for how long: until the sound of those who don't say how loud they are has been decoded. */
#define CF_ONSET_PACKETS 6U
#define CF_ONSET_AGE CF_MSEC(120)

/** Longest payload that is kept. */
#define CF_ONSET_OCTETS 512U

/** A packet. */
struct cf_onset_packet {
    cf_usec came_at;
    struct cf_mix_packet packet; /**< .payload is in .octets */
    struct cf_engine_voice voice;
    uint8_t octets[CF_ONSET_OCTETS];
};

/** The buffer. Zeroed: empty. Holds pointers into itself: not to be moved. */
struct cf_onset {
    uint32_t starts;  /**< which stream of the line the packets are of */
    size_t count;     /**< 0..CF_ONSET_PACKETS */
    size_t first;     /**< index of the oldest */
    cf_usec taken_at; /**< what was taken then is being sent: nothing is kept at that time */
    struct cf_onset_packet packets[CF_ONSET_PACKETS];
};

/** Keep @p voice, which came at @p now in stream @p starts; the oldest makes way. What is too long is not kept. */
void cf_onset_keep(struct cf_onset *onset, const struct cf_engine_voice *voice, uint32_t starts, cf_usec now);

/**
 * The next packet to be passed on at @p now, oldest first, of stream @p starts; valid until time has gone on. NULL: there is none
 * left. Those that are too old are dropped.
 */
const struct cf_onset_packet *cf_onset_take(struct cf_onset *onset, uint32_t starts, cf_usec now);

/** Forget all: what was said while nobody may hear is never passed on. */
static inline void cf_onset_forget(struct cf_onset *onset) {
    onset->count = 0;
}

#endif
