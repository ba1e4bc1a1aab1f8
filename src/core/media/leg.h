/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A leg, one peer with its transports and lines, and a room, the legs that hear and see each other. Plain structs that the files
 * of the engine work on; the engine owns them.
 */
#ifndef CF_MEDIA_LEG_H
#define CF_MEDIA_LEG_H

#include "base/heap.h"
#include "core/media/bandwidth.h"
#include "core/media/branch.h"
#include "core/media/line.h"
#include "core/mix/mixer.h"

/** A room. */
struct cf_engine_room {
    struct cf_handle name;
    struct cf_media_room_policy policy;
    struct cf_list legs;                           /**< by .room_link */
    struct cf_list shadows;                        /**< of legs on other workers, the same */
    struct cf_room_branches branches;              /**< on other workers */
    struct cf_timer timer;                         /**< in the engine's heap of rooms */
    struct cf_link batch_link;                     /**< in the engine's list of rooms with pictures to forward */
    struct cf_link mix_link;                       /**< in the engine's list of rooms with sound to send */
    struct cf_link touched_link;                   /**< in the engine's list of rooms whose timer must be looked at */
    struct cf_forward forward;                     /**< pictures */
    struct cf_mixer mixer;                         /**< sound */
    struct cf_list places[CF_MIX_PLACES_MAX];      /**< lines on which talkers are passed on, by .passing.link */
    struct cf_mixer *lobby;                        /**< owned: sound of those who wait; NULL: nobody has yet */
    struct cf_mix_level levels[CF_MIX_LEVELS_MAX]; /**< of the loudest, as the mixer said last */
    size_t level_count;
    uint32_t levels_serial; /**< one more each time they change */
    cf_usec next_levels_event;
};

/** Lines that take packets and are looked at first. */
#define CF_LEG_TAKERS_MAX 8

/** A leg. */
struct cf_engine_leg {
    struct cf_handle name;
    struct cf_engine_room *room; /**< never NULL */
    struct cf_link room_link;
    bool is_shadow; /**< it lives on worker .worker; here are only its streams, see shadow.c */
    uint8_t worker;
    struct cf_media_leg_policy policy;
    struct cf_engine_transport *transports[CF_MEDIA_TRANSPORTS_MAX]; /**< owned; NULL: none */
    uint16_t transport_count;                                        /**< highest index in use + 1 */
    struct cf_engine_line *lines[CF_MEDIA_LINES_MAX];                /**< owned; NULL: none */
    uint16_t line_count;                                             /**< highest index in use + 1 */
    struct cf_engine_line
        *takers[CF_LEG_TAKERS_MAX]; /**< active lines that take packets, the first ones; few, whatever it sees */
    size_t taker_count;
    struct cf_engine_line *sound; /**< the line that is mixed for others; NULL: none */
    struct cf_engine_line *mixed; /**< the line on which it hears the mix: the same, unless that one only sends */
    struct cf_player player;      /**< what it alone is told */
    struct cf_scene pictures[CF_SCENE_KIND_COUNT]; /**< what it shows of itself */
    struct cf_engine_bandwidth *bandwidth;         /**< owned; NULL: it gets no pictures */
    struct cf_timer timer;                         /**< in the engine's heap of legs */
    cf_usec stats_at;                              /**< next statistics, if the room wants them */
    cf_usec heard_at;                              /**< last datagram that was used, or the beginning */
    bool has_arrivals;                             /**< some transport notes arrivals */
    bool is_heard;                                 /**< something came since the beginning or the last silence */
    bool is_silent;                                /**< its silence was reported */
};

/** Name of a leg towards mixer and forwarding. */
static inline uint32_t cf_engine_leg_number(const struct cf_engine_leg *leg) {
    return leg->name.slot;
}

/** Does the peer want to hear nothing, so that what it sends is hold music? */
static inline bool cf_engine_leg_is_held(const struct cf_engine_leg *leg) {
    return leg->sound != NULL && leg->mixed == leg->sound && leg->sound->agreed.is_held;
}

/** Lines have changed: note those that take packets. */
void cf_engine_leg_note_takers(struct cf_engine_leg *leg);

/** The first active line of @p transport, or NULL. */
struct cf_engine_line *cf_engine_leg_first_line(const struct cf_engine_leg *leg, const struct cf_engine_transport *transport);

/**
 * The line that a packet which came by @p transport belongs to (RFC 9143 section 9.2): the one whose mid it carries, and if it
 * carries none, the one whose stream has its SSRC, else the one that announced its SSRC, else the only one that receives its
 * payload type. NULL if there is none.
 */
struct cf_engine_line *cf_engine_leg_find_line(const struct cf_engine_leg *leg, const struct cf_engine_transport *transport,
                                               const struct cf_rtp_view *view);

/** The stream of an active line of @p transport that the peer sends, or repairs, with @p ssrc; NULL: there is none. */
struct cf_engine_stream *cf_engine_leg_stream_of_peer(const struct cf_engine_leg *leg,
                                                      const struct cf_engine_transport *transport, uint32_t ssrc);

/** The active line of @p transport on which we send with @p ssrc, or NULL. */
struct cf_engine_line *cf_engine_leg_line_of_ours(const struct cf_engine_leg *leg, const struct cf_engine_transport *transport,
                                                  uint32_t ssrc);

#endif
