/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sound that is passed on as it came: a leg with several lines of sound hears the mix on one of them, and on each other one
 * talker at a time, undecoded, whoever is at the line's place (core/mix/places.h). Whoever can't be passed on to a leg, for want
 * of a line or of his codec, is in that leg's mix, and nobody is in both. Plain structs; docs/algorithms/passing-on.md.
 */
#ifndef CF_MEDIA_PASSING_H
#define CF_MEDIA_PASSING_H

#include "base/handle.h"
#include "base/list.h"
#include "core/mix/places.h"
#include "core/sdp/codec.h"
#include "core/sfu/sound_rewrite.h"

struct cf_engine_line;
struct cf_onset;

/** What a line has for it. */
struct cf_engine_passing {
    struct cf_link link;           /**< in its room's list of the place, while it takes part */
    uint8_t place;                 /**< CF_MIX_NO_PLACE: it is no such line */
    uint8_t level_at;              /**< where the level of the talker is in the line's extension; 0: it is not in it */
    uint8_t types[CF_CODEC_COUNT]; /**< payload types by codec, of one clock; CF_LINE_NO_TYPE */
    struct cf_handle talker;       /**< who was passed on last */
    struct cf_sound_rewrite rewrite;
    struct cf_onset *onset; /**< owned: what its peer said just before it is heard (onset.h); NULL: nothing yet */
};

/** Most redundant blocks that are passed on: their headers are made anew for each receiver. */
#define CF_PASSED_COPIES_MAX 3

/** The payload of a packet with redundancy (RFC 2198), without the payload types of its headers. */
struct cf_engine_passed_red {
    uint8_t count;                        /**< of redundant blocks; 0: there are none, or they are not passed on */
    uint32_t heads[CF_PASSED_COPIES_MAX]; /**< offset and length of each, 24 bits */
    struct cf_span body;                  /**< all blocks, in the datagram that came */
};

struct cf_mix_packet;

/** A packet of sound as it came, or as another worker handed it on. */
struct cf_engine_voice {
    const struct cf_mix_packet *packet;
    enum cf_codec codec;
    uint32_t clock_hz;
    struct cf_engine_passed_red red; /**< what it came in */
};

/** A packet that is passed on to all lines of its place. */
struct cf_engine_passed {
    const struct cf_engine_line *from;
    uint8_t place;
    uint8_t level;
    uint64_t stay;
    enum cf_codec codec;
    uint32_t clock_hz;
    uint32_t csrc;   /**< SSRC of the talker */
    cf_usec came_at; /**< its time on the clock, by which media time goes on */
    struct cf_sound_numbers numbers;
    struct cf_span payload; /**< in the datagram that came */
    struct cf_engine_passed_red red;
};

#endif
