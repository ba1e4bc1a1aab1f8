/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A receiver's link and how it is shared out among the pictures that it gets: the estimate of core/bwe where transport-wide
 * feedback was agreed on, else what REMB and receiver reports say; the allocation of encodings and layers; the pacer. One a leg
 * that has pictures to get, never one for the room: nobody waits for somebody else.
 *
 * Part of the engine: engine.c calls it by the leg's timer, control_in.c with what peers report, send.c for each packet.
 */
#ifndef CF_MEDIA_BANDWIDTH_H
#define CF_MEDIA_BANDWIDTH_H

#include "core/bwe/allocation.h"
#include "core/bwe/estimator.h"
#include "core/bwe/pacer.h"
#include "core/bwe/report_loss.h"
#include "core/sfu/sink.h"

struct cf_engine_leg;
struct cf_engine_transport;
struct cf_engine_line;

/** The allocation is looked at that often at most when something has changed ... */
#define CF_BANDWIDTH_LOOK_MIN CF_MSEC(200)

/** ... and so often when nothing has, where there is a limit: rates of layers move. */
#define CF_BANDWIDTH_LOOK_MAX CF_SEC(1)

/** That a line is paused is told when it has been for so long. */
#define CF_BANDWIDTH_PAUSE_TOLD_AFTER CF_SEC(1)

/** What one line was given. Zeroed: nothing was looked at yet. */
struct cf_line_share {
    bool is_known;   /**< .layer counts */
    bool is_paused;  /**< nothing fits */
    bool is_limited; /**< something lower than it could have */
    bool is_capped;  /**< the receiver forbids higher layers that there are */
    bool is_told_paused;
    cf_usec paused_at; /**< 0: it is not */
    struct cf_tile_layer layer;
    struct cf_tile_memory memory;
};

/** The link. */
struct cf_engine_bandwidth {
    struct cf_engine_leg *leg;
    struct cf_engine_transport
        *transport; /**< whose packets are numbered transport-wide; NULL: none, .estimator and .pacer are unused */
    struct cf_bwe_estimator estimator;
    struct cf_pacer pacer;
    struct cf_report_loss loss;
    struct cf_bitrate_wish wish; /**< REMB */
    uint64_t octets;             /**< of pictures, since .measured_at */
    cf_usec measured_at;
    uint64_t sent_bps;
    cf_usec looked_at;
    cf_usec look_at;
    bool has_limits;         /**< some line is limited at the moment */
    uint64_t used_bps;       /**< by the last allocation */
    uint64_t wanted_bps;     /**< if everything fitted */
    uint8_t cluster;         /**< probe that the packet at hand belongs to */
    uint16_t padding_back;   /**< which of the last packets pads next */
    struct cf_link due_link; /**< in the engine's list of those whose pacer has something to send */
};

/** What a pacer gives out: a packet, or padding if there is none. */
struct cf_paced_output {
    struct cf_engine_line *line;
    struct cf_sink_item item; /**< .packet NULL: padding alone */
    size_t padding;           /**< octets, of padding alone */
};

#endif
