/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One outgoing video stream of a room: what is shown on it, what is wanted on it, the numbers it goes on with, and what its
 * receiver may ask for. Which packets go out is decided here, one packet at a time, without queue or allocation; forward.c walks
 * over sources and sinks.
 *
 * Machine without deadline of its own.
 */
#ifndef CF_SFU_SINK_H
#define CF_SFU_SINK_H

#include "core/sfu/rewrite.h"
#include "core/sfu/source.h"

/** A sink that shows a running picture begins another one only at a key frame that is not older. */
#define CF_SINK_SWITCH_AGE CF_SOURCE_KEY_FRESH

/** A sink that shows nothing may begin with an older one. */
#define CF_SINK_JOIN_AGE CF_MSEC(1000)

/** The frame at hand is waited for so long before another source interrupts it. */
#define CF_SINK_FRAME_PATIENCE CF_MSEC(40)

/** Retransmissions: at most so many at once, and a second. */
#define CF_SINK_REPEATS_MAX 128U
#define CF_SINK_REPEATS_PER_SEC 256U

/** What a sink is made of. */
struct cf_sink_config {
    uint32_t owner;                /**< the member it belongs to */
    uint32_t formats;              /**< what it can decode: CF_VIDEO_SET() of each */
    struct cf_rewrite_heads heads; /**< random; the first packet has the next numbers */
    void *user;                    /**< the caller's, untouched */
};

/** Counters of a sink. */
struct cf_sink_counts {
    uint64_t packets;
    uint64_t repeats;
    uint64_t repeats_refused; /**< asked for above the budget */
    uint64_t late;            /**< dropped: from before a switch */
    uint64_t switches;
    uint64_t keys_wanted;  /**< requests of the receiver */
    uint64_t keys_refused; /**< of those, above the budget */
};

/** The stream. */
struct cf_sink {
    struct cf_sink_config config;
    struct cf_rewrite rewrite;
    struct cf_source *shown;    /**< NULL: nothing */
    struct cf_source *wanted;   /**< waits for its key frame; NULL: nothing else than .shown */
    struct cf_link shown_link;  /**< in .shown's list */
    struct cf_link wanted_link; /**< in .wanted's list */
    struct cf_link room_link;
    cf_usec shown_since;
    bool frame_open;  /**< the last packet was not the end of its frame */
    cf_usec frame_at; /**< arrival of that packet */
    uint32_t batch;   /**< batch in which it began with .shown: has all of its packets */
    struct cf_keyframe_budget budget;
    struct cf_bitrate_wish wish;
    uint8_t fir_number; /**< of the receiver's last FIR */
    bool has_fir;
    uint32_t repeats_left;
    cf_usec repeats_at; /**< when .repeats_left was last refilled */
    struct cf_sink_counts counts;
};

/** One packet to be sent. */
struct cf_sink_item {
    struct cf_sink *sink;
    const struct cf_video_packet *packet; /**< in the source's store, valid until the next packet comes in */
    struct cf_rewrite_patch patch;
    uint32_t csrc; /**< SSRC of the source that is shown */
    bool is_repeat;
};

/** Most items that one call below gives. */
#define CF_SINK_ITEMS_MAX (CF_SOURCE_BATCH_MAX + CF_SOURCE_CATCH_UP_MAX)

/** A sink that shows nothing. */
void cf_sink_init(struct cf_sink *sink, const struct cf_sink_config *config);

/** Show nothing and want nothing. */
void cf_sink_detach(struct cf_sink *sink);

/** Show @p source from its next key frame on; NULL or .shown: stay. The key frame is asked for. */
void cf_sink_want(struct cf_sink *sink, struct cf_source *source, cf_usec now);

/**
 * The packets of .shown in this batch, and, where they end a frame, those of .wanted if it can begin. @p items has room for
 * CF_SINK_ITEMS_MAX. Returns their number.
 */
size_t cf_sink_forward(struct cf_sink *sink, uint32_t batch, cf_usec now, struct cf_sink_item *items);

/** If .wanted can begin now: it is shown, and its packets since the key frame are the items. Returns their number. */
size_t cf_sink_try_switch(struct cf_sink *sink, uint32_t batch, cf_usec now, struct cf_sink_item *items);

/** May one more packet be sent again? A mutation. */
bool cf_sink_spend_repeat(struct cf_sink *sink, cf_usec now);

/** The receiver asks for a key frame; @p fir_number of a FIR, -1 for a PLI. */
void cf_sink_on_key_request(struct cf_sink *sink, int fir_number, cf_usec now);

/** Media time of the outgoing stream at @p wall, which is @p now, for sender reports. False if nothing was sent yet. */
bool cf_sink_timestamp_at(const struct cf_sink *sink, cf_wall wall, cf_usec now, uint32_t *ret_timestamp);

#endif
