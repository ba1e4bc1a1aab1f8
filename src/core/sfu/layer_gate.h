/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which layers of a source one receiver gets: packets of higher ones are left out. Down at the beginning of a frame; up to a
 * higher temporal layer where the stream says that it can be followed from here on; up to a higher spatial layer with a key
 * frame, or with a frame of it that can be begun with. What needs a frame that was left out is left out, too, where the stream
 * says so (dependency descriptors); a spatial layer of which that is so has ended until it can be begun with again.
 *
 * Small machine without deadline, one a sink. Value type.
 */
#ifndef CF_SFU_LAYER_GATE_H
#define CF_SFU_LAYER_GATE_H

#include "core/sfu/video.h"

/** No limit. */
#define CF_LAYER_ANY CF_VIDEO_ANY_LAYER

/** The highest layers that pass. */
struct cf_layer_limit {
    uint8_t spatial;
    uint8_t temporal;
};

/** The machine. */
struct cf_layer_gate {
    struct cf_layer_limit present;
    struct cf_layer_limit before; /**< for packets before .since */
    uint16_t since;               /**< the source's sequence number with which .present began */
    uint16_t newest;              /**< highest sequence number seen */
    bool any;                     /**< .newest is meaningful */
    bool is_careful;              /**< of the last frames some were left out: others may need them */
};

/**
 * Which of the last 64 frames were left out, by their numbers in dependency descriptors. Zeroed: none. Apart from the gate, since
 * it is looked at only where something is left out.
 */
struct cf_layer_trail {
    uint64_t left_out; /**< bit n: the frame whose number is n lower than .newest */
    uint16_t newest;   /**< meaningful if .left_out is not 0 */
};

/** A source begins: its next packet is the first of a key frame. What both knew of the source before is forgotten. */
void cf_layer_gate_begin(struct cf_layer_gate *gate, struct cf_layer_trail *trail, struct cf_layer_limit wanted);

/** As cf_layer_gate_admit(), where there is a limit, the packet is late, or something was left out of late. */
bool cf_layer_gate_judge(struct cf_layer_gate *gate, struct cf_layer_trail *trail, const struct cf_video_packet *packet,
                         struct cf_layer_limit wanted);

/** Is there none? */
static inline bool cf_layer_limit_is_none(struct cf_layer_limit limit) {
    return (limit.spatial & limit.temporal) == CF_LAYER_ANY;
}

/**
 * Does @p packet pass? Changes .present towards @p wanted where that is possible. For every packet of the source that comes,
 * once, in the order in which they come; those that don't pass are for the caller to leave out of the numbers.
 */
static inline bool cf_layer_gate_admit(struct cf_layer_gate *gate, struct cf_layer_trail *trail,
                                       const struct cf_video_packet *packet, struct cf_layer_limit wanted) {
    bool is_newest = gate->any && (int16_t)(uint16_t)(packet->sequence - gate->newest) > 0;
    if (is_newest && !gate->is_careful && cf_layer_limit_is_none(gate->present) && cf_layer_limit_is_none(wanted)) {
        gate->newest = packet->sequence;
        return true;
    }
    return cf_layer_gate_judge(gate, trail, packet, wanted);
}

#endif
