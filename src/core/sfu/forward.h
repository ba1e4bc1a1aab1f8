/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The pictures of one room: sources in, sinks out, and who is shown to whom. A source is an encoding of a member's picture; a
 * sink follows the speaker or is a tile, which shows one picture and no other. Packets of a batch of datagrams are taken first
 * and walked over afterwards receiver by receiver, so that a receiver's packets come out in a row (segmentation offload lives on
 * that) and work is proportional to what is sent. Work in portions: each step is one sink of one source.
 *
 *     cf_forward_on_packet(f, source, &packet)                  per packet of the batch
 *     while ((n = cf_forward_step(f, now, items)) or not idle)  send the items
 *
 * Sources, sinks and pictures are the caller's memory; they are in the room between _add and _remove. Machine: see also _deadline
 * and _on_deadline. Nothing is allocated.
 */
#ifndef CF_SFU_FORWARD_H
#define CF_SFU_FORWARD_H

#include "core/sfu/sink.h"

/** Only the last so many speakers with pictures are candidates. */
#define CF_FORWARD_RANKED_MAX 32

/** How often selection and bit rates are looked at when nothing happens. */
#define CF_FORWARD_PERIOD CF_MSEC(500)

/** The room. */
struct cf_forward {
    struct cf_list pictures[CF_SCENE_KIND_COUNT]; /**< with encodings; cameras: who spoke last first, screens: newest first */
    struct cf_list sources;                       /**< encodings of all pictures */
    struct cf_list followers;                     /**< sinks that follow the speaker */
    struct cf_list idle_tiles;                    /**< tiles without picture */
    size_t source_count;
    size_t sink_count;
    struct cf_list unfit;         /**< sinks for which .is_unfit has changed */
    struct cf_list askers;        /**< sources that may have to be asked for something */
    struct cf_list batch_sources; /**< sources with packets in this batch */
    struct cf_link *cursor;       /**< next sink of the first of them; NULL: its list is through */
    bool cursor_is_wanted;        /**< walking over .wanted_by, else over .shown_by */
    bool cursor_is_set;           /**< the walk over the first source has begun */
    uint32_t batch;               /**< number of this batch */
    uint32_t names;               /**< names given so far */
    cf_usec next_look;
    bool pauses_unseen; /**< encodings that nobody sees are asked to pause; set by the owner */
};

/** An empty room. */
void cf_forward_init(struct cf_forward *forward, cf_usec now);

/**
 * Take @p source, already made, into the room as an encoding of @p picture; its packets carry @p ssrc. False: the picture has too
 * many encodings.
 */
CF_MUST_USE bool cf_forward_add_source(struct cf_forward *forward, struct cf_scene *picture, struct cf_source *source,
                                       uint32_t ssrc, cf_usec now);

/** @p picture, which must have no encodings any more, is going to be gone: its tiles show nobody. */
void cf_forward_forget_picture(struct cf_forward *forward, struct cf_scene *picture);

/** Take it out; sinks that show it go on with something else at the next look. */
void cf_forward_remove_source(struct cf_forward *forward, struct cf_source *source, cf_usec now);

/** The sender began anew with @p ssrc and payloads of @p format: sinks that show it wait for a key frame. */
void cf_forward_restart_source(struct cf_forward *forward, struct cf_source *source, enum cf_video_format format, uint32_t ssrc,
                               cf_usec now);

/** The sender said goodbye: nobody sees @p source until it sends again, with a key frame. */
void cf_forward_end_source(struct cf_forward *forward, struct cf_source *source, cf_usec now);

/** The next sink that finds no format that it takes any more, or does again (.is_unfit). NULL: there is none. */
struct cf_sink *cf_forward_poll_unfit(struct cf_forward *forward);

/** May @p source be shown? False: muted or on hold. */
void cf_forward_allow_source(struct cf_forward *forward, struct cf_source *source, bool allowed, cf_usec now);

/** Take @p sink, already made, into the room; it shows what @p view says. */
void cf_forward_add_sink(struct cf_forward *forward, struct cf_sink *sink, const struct cf_sink_view *view, cf_usec now);

/** @p sink shows what @p view says from now on; another encoding of the same picture takes over without a gap. */
void cf_forward_set_view(struct cf_forward *forward, struct cf_sink *sink, const struct cf_sink_view *view, cf_usec now);

/** @p sink may get what @p limit says from now on. */
void cf_forward_set_limit(struct cf_forward *forward, struct cf_sink *sink, const struct cf_sink_limit *limit, cf_usec now);

/** Take it out. */
void cf_forward_remove_sink(struct cf_forward *forward, struct cf_sink *sink);

/** Member @p owner speaks now. */
void cf_forward_on_speaker(struct cf_forward *forward, uint32_t owner, cf_usec now);

/** A packet of @p source in this batch, see cf_source_on_packet(). */
enum cf_source_result cf_forward_on_packet(struct cf_forward *forward, struct cf_source *source,
                                           const struct cf_video_packet *packet, cf_usec now);

/** Is nothing left to be sent of this batch? */
bool cf_forward_is_idle(const struct cf_forward *forward);

/**
 * Go on with the batch: at most CF_SINK_ITEMS_MAX items, all of one sink. The number may be 0 although there is more, see
 * cf_forward_is_idle().
 */
size_t cf_forward_step(struct cf_forward *forward, cf_usec now, struct cf_sink_item *items);

/**
 * The receiver of @p sink missed @p sequence: true and the item if it can be sent again. .csrc and all numbers are as they were.
 */
bool cf_forward_repeat(struct cf_forward *forward, struct cf_sink *sink, uint16_t sequence, cf_usec now,
                       struct cf_sink_item *ret_item);

/** The packet that went out (or was to go out) as @p sequence on @p sink, as above but without a budget. */
bool cf_forward_recall(struct cf_forward *forward, struct cf_sink *sink, uint16_t sequence, cf_usec now,
                       struct cf_sink_item *ret_item);

/** When to call cf_forward_on_deadline() and drain cf_forward_poll_ask(). O(sources that are asked for something). */
cf_usec cf_forward_deadline(const struct cf_forward *forward);

/** Look again who should be shown to whom, and how much sources should send. */
void cf_forward_on_deadline(struct cf_forward *forward, cf_usec now);

/** True and the next source that is to be asked for something at @p now. A mutation: it counts as asked. */
bool cf_forward_poll_ask(struct cf_forward *forward, cf_usec now, struct cf_source **ret_source, struct cf_source_ask *ret_ask);

#endif
