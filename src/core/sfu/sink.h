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
#include "core/sfu/scene.h"

/** A sink that shows a running picture begins another one only at a key frame that is not older. */
#define CF_SINK_SWITCH_AGE CF_SOURCE_KEY_FRESH

/** A sink that shows nothing may begin with an older one. */
#define CF_SINK_JOIN_AGE CF_MSEC(1000)

/** The frame at hand is waited for so long before another source interrupts it. */
#define CF_SINK_FRAME_PATIENCE CF_MSEC(40)

/** Pictures that stand still for so long are frozen. */
#define CF_SINK_FREEZE CF_MSEC(400)

/** Spatial layers that have not come back by themselves for so long are begun with a key frame. */
#define CF_SINK_LOW_PATIENCE CF_SEC(1)

/** Retransmissions: at most so many at once, and a second. */
#define CF_SINK_REPEATS_MAX 128U
#define CF_SINK_REPEATS_PER_SEC 256U

/** What a sink shows. Zeroed: it follows the speaker. */
struct cf_sink_view {
    bool is_tile;             /**< shows .picture and no other, and names nobody by CSRC */
    struct cf_scene *picture; /**< tiles: borrowed, not of the sink's own member; NULL: nobody's */
    bool is_small;            /**< tiles: the coarsest encoding will do */
};

/** What a sink may get, set by whoever shares out the receiver's bandwidth. Zeroed: anything. */
struct cf_sink_limit {
    bool is_paused;         /**< nothing */
    uint8_t grade;          /**< no encoding finer than that */
    uint8_t spatial_count;  /**< so many spatial layers of it, 0: all */
    uint8_t temporal_count; /**< so many temporal layers, 0: all */
};

/** A receiver that misses so much of what it is sent, in thousandths, has a bad link. */
#define CF_SINK_LOSSY 50U

/** A receiver with a bad link can have a key frame that others see too only that often. */
#define CF_SINK_LOSSY_PAUSE CF_SEC(30)

/** How much a receiver misses, by what it asks for again and by its reports. Zeroed: nothing. */
struct cf_sink_loss {
    cf_usec since;     /**< the window began */
    uint64_t before;   /**< packets sent until then */
    uint32_t missed;   /**< numbers asked for again */
    uint32_t permille; /**< of the window before */
    uint32_t reported; /**< by its last report */
    cf_usec reported_at;
};

/** What a sink is made of. */
struct cf_sink_config {
    uint32_t owner;                /**< the member it belongs to */
    uint32_t formats;              /**< what it can decode: CF_VIDEO_SET() of each */
    struct cf_rewrite_heads heads; /**< random; the first packet has the next numbers */
    void *user;                    /**< the caller's, untouched */
};

/** Counters of a sink. */
struct cf_sink_counts {
    uint64_t repeats;
    uint64_t repeats_refused; /**< asked for above the budget */
    uint64_t late;            /**< dropped: from before a switch */
    uint64_t skipped;         /**< left out: of layers above the limit */
    uint64_t switches;
    uint64_t freezes;      /**< times that nothing new went out for CF_SINK_FREEZE although something was shown */
    cf_usec frozen_usec;   /**< all of them together */
    uint64_t keys_wanted;  /**< requests of the receiver */
    uint64_t keys_refused; /**< of those, above the budget */
    uint64_t keys_lossy;   /**< of those, because its own link is bad and others would pay */
};

/**
 * The stream. What every packet looks at comes first, CF_SINK_HOT_LEN octets up to and with the present stay of .rewrite: with a
 * thousand receivers, how many cache lines that are decides what a packet costs.
 */
struct cf_sink {
    struct cf_source *shown;   /**< NULL: nothing */
    struct cf_source *wanted;  /**< waits for its key frame; NULL: nothing else than .shown */
    struct cf_link shown_link; /**< in .shown's list */
    uint64_t packets;          /**< sent */
    cf_usec frame_at;          /**< arrival of the last packet; 0: nothing since it began to show something */
    uint32_t batch;            /**< batch in which it began with .shown: has all of its packets */
    struct cf_sink_limit limit;
    struct cf_layer_gate gate;
    bool frame_open; /**< the last packet was not the end of its frame */
    struct cf_rewrite rewrite;

    struct cf_layer_trail trail;
    struct cf_sink_config config;
    struct cf_sink_view view;
    struct cf_link wanted_link; /**< in .wanted's list */
    struct cf_link tile_link;   /**< tiles: in the picture's list */
    struct cf_link room_link;   /**< in the room's list of those who follow the speaker, or of tiles without picture */
    cf_usec shown_since;
    struct cf_keyframe_budget budget;
    struct cf_sink_loss loss;
    cf_usec lossy_key_at; /**< a key frame was asked for over a bad link; 0: never */
    cf_usec low_since;    /**< it gets fewer spatial layers than it may, seen or asked about then; 0: no */
    struct cf_bitrate_wish wish;
    uint8_t fir_number; /**< of the receiver's last FIR */
    bool has_fir;
    uint32_t repeats_left;
    cf_usec repeats_at; /**< when .repeats_left was last refilled */
    struct cf_sink_counts counts;
    bool is_unfit;             /**< what it is to show comes in formats alone that it does not take */
    struct cf_link unfit_link; /**< in the room's list of those for whom that has changed */
};

/** Octets of a sink that every packet looks at. */
#define CF_SINK_HOT_LEN (offsetof(struct cf_sink, rewrite) + offsetof(struct cf_rewrite, stays) + sizeof(struct cf_rewrite_stay))
_Static_assert(CF_SINK_HOT_LEN <= 128, "two cache lines");

/** One packet to be sent. */
struct cf_sink_item {
    struct cf_sink *sink;
    const struct cf_video_packet *packet; /**< in the source's store, valid until the next packet comes in */
    struct cf_rewrite_patch patch;
    const struct cf_video_layers *layers; /**< the source's, for its descriptor */
    uint32_t csrc;                        /**< SSRC of the picture that is shown, 0: not named */
    bool is_repeat;
};

/** Most items that one call below gives. */
#define CF_SINK_ITEMS_MAX (CF_SOURCE_BATCH_MAX + CF_SOURCE_CATCH_UP_MAX)

/** A sink that shows nothing. */
void cf_sink_init(struct cf_sink *sink, const struct cf_sink_config *config);

/** Show nothing and want nothing. */
void cf_sink_detach(struct cf_sink *sink);

/** It may get what @p limit says. Finer pictures of the source that is shown begin with a key frame, which is asked for. */
void cf_sink_set_limit(struct cf_sink *sink, const struct cf_sink_limit *limit, cf_usec now);

/**
 * To be called now and then while something is shown. Does it still lack spatial layers that it may have and that are being sent,
 * since the frame they could have been begun with was lost or never came? After CF_SINK_LOW_PATIENCE a key frame is asked for,
 * out of what the receiver may ask for, and again each time that has passed.
 */
void cf_sink_look(struct cf_sink *sink, cf_usec now);

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

/** The receiver asked for one packet again, or reported that @p fraction_lost of 256 were lost. */
void cf_sink_on_missed(struct cf_sink *sink, cf_usec now);
void cf_sink_on_report(struct cf_sink *sink, uint8_t fraction_lost, cf_usec now);

/** Does it miss CF_SINK_LOSSY of what it is sent, or more? */
bool cf_sink_is_lossy(const struct cf_sink *sink, cf_usec now);

/**
 * The receiver asks for a key frame; @p fir_number of a FIR, -1 for a PLI. Everybody who sees the source pays for one, so a
 * receiver whose own link is bad is heard seldom, unless nobody else sees it.
 */
void cf_sink_on_key_request(struct cf_sink *sink, int fir_number, cf_usec now);

/** Media time of the outgoing stream at @p wall, which is @p now, for sender reports. False if nothing was sent yet. */
bool cf_sink_timestamp_at(const struct cf_sink *sink, cf_wall wall, cf_usec now, uint32_t *ret_timestamp);

#endif
