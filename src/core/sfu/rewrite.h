/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rewriting: many sources, one stream. What a receiver gets on one of its lines keeps one SSRC, and its sequence numbers,
 * timestamps and VP8 frame numbers go on where the source before left them, so that a decoder never notices the change
 * (docs/algorithms/rewriting.md). Within a source every number is moved by a constant: what was lost or reordered upstream is
 * lost or reordered downstream in the same way, and every wrap is harmless. Layers that a receiver does not get are left out
 * without a gap: the constants change there.
 *
 * Machine without deadline. The constants of the last few sources are kept, so that a number the receiver speaks of (in a NACK)
 * can be traced back to the source's own. No allocation; about 800 octets.
 */
#ifndef CF_SFU_REWRITE_H
#define CF_SFU_REWRITE_H

#include "core/sfu/layer_gate.h"

/** Stays that are remembered for cf_rewrite_trace(): 2 s where every other frame of 30 a second is left out. */
#define CF_REWRITE_STAYS 32

/**
 * The constants of one stay with a source: outgoing number = incoming number + shift, modulo the width of the number. A stay ends
 * where packets are left out; the next one, with the same source, closes the gap.
 */
struct cf_rewrite_stay {
    uint32_t source; /**< the caller's name of the source, 0: none */
    uint32_t csrc;   /**< contributing source that its packets name, 0: none; a packet that is sent again has the same */
    uint32_t timestamp_shift;
    uint16_t sequence_shift;
    uint16_t picture_id_shift;
    uint16_t frame_number_shift; /**< of dependency descriptors */
    uint16_t first; /**< outgoing sequence number it began with; of the present one moved on so that it is never far behind */
    uint8_t tl0picidx_shift;
    uint8_t keyidx_shift;
    /** Highest spatial layer that is sent: its last packet ends the frame; CF_LAYER_ANY: as the source says. */
    uint8_t spatial_top;
    uint8_t temporal_top; /**< highest temporal layer that is sent; meaningful with descriptors */
    bool is_masked;       /**< receivers were told of fewer decode targets: they are told of all that there are from then on */
};

/** Highest numbers sent. */
struct cf_rewrite_heads {
    uint32_t timestamp;
    uint16_t sequence;
    uint16_t picture_id;
    uint16_t frame_number; /**< of dependency descriptors */
    uint8_t tl0picidx;
    uint8_t keyidx;
};

/** One outgoing stream. */
struct cf_rewrite {
    cf_usec head_arrival; /**< when the frame of heads.timestamp began to come in */
    struct cf_rewrite_heads heads;
    uint16_t skipped_picture_id; /**< the source's, of the last frame that was left out; meaningful if .has_skipped */
    bool has_skipped;
    struct cf_rewrite_stay stays[CF_REWRITE_STAYS]; /**< [0] is the present one, in one cache line with what is before */
};

/** What a packet gets instead of its own numbers. */
struct cf_rewrite_patch {
    uint32_t timestamp;
    uint16_t sequence;
    uint16_t picture_id;
    uint16_t frame_number; /**< of the dependency descriptor, if it has one */
    uint8_t tl0picidx;
    uint8_t keyidx;
    uint8_t spatial_top; /**< what its receiver gets of the source, for the descriptor, which says so if .is_masked */
    uint8_t temporal_top;
    bool is_masked;
    bool marker; /**< last packet of the frame, of what is sent of it */
};

/** A stream whose first packet will carry the numbers after @p heads (unguessable ones, RFC 3550 section 5.1). */
void cf_rewrite_init(struct cf_rewrite *rewrite, const struct cf_rewrite_heads *heads);

/** Begin a stay with @p source (not 0), whose first packet to be sent is @p first, the start of a key frame; @p csrc: see there.
 */
void cf_rewrite_switch(struct cf_rewrite *rewrite, uint32_t source, uint32_t csrc, const struct cf_video_packet *first);

/**
 * Numbers for a packet of the present source. False for a packet from before the stay began, or too late: not to be sent.
 * There must be a present source.
 */
bool cf_rewrite_packet(struct cf_rewrite *rewrite, const struct cf_video_packet *packet, struct cf_rewrite_patch *ret);

/** As cf_rewrite_set_top(), where it is another than before. */
void cf_rewrite_change_top(struct cf_rewrite *rewrite, struct cf_layer_limit top, const struct cf_video_packet *packet);

/** From @p packet (in order, not yet sent) on, layers up to @p top are sent. Temporal ones matter with descriptors only. */
static inline void cf_rewrite_set_top(struct cf_rewrite *rewrite, struct cf_layer_limit top,
                                      const struct cf_video_packet *packet) {
    const struct cf_rewrite_stay *stay = &rewrite->stays[0];
    if (stay->spatial_top != top.spatial || (packet->descriptor_len > 0 && stay->temporal_top != top.temporal)) {
        cf_rewrite_change_top(rewrite, top, packet);
    }
}

/**
 * A packet of the present source is left out, because it is of a layer that the receiver does not get: numbers of what follows
 * close the gap. What is late leaves one: numbers behind it were given away.
 */
void cf_rewrite_skip(struct cf_rewrite *rewrite, const struct cf_video_packet *packet);

/**
 * Which packet of which source went out as @p sequence? With its stay (valid until the next mutation) and the source's own
 * sequence number. False if it was never sent or is forgotten.
 */
bool cf_rewrite_trace(const struct cf_rewrite *rewrite, uint16_t sequence, const struct cf_rewrite_stay **ret_stay,
                      uint16_t *ret_source_sequence);

/**
 * Packets look otherwise from now on (another payload type, another header extension): what was sent before can't be traced any
 * more, because a packet that is sent again must be the same octet for octet.
 */
void cf_rewrite_forget(struct cf_rewrite *rewrite);

/** The same numbers that @p packet got when it was sent during @p stay. */
struct cf_rewrite_patch cf_rewrite_patch_of(const struct cf_rewrite_stay *stay, const struct cf_video_packet *packet);

/**
 * Print the start of the payload with the patched VP8 or VP9 descriptor at @p out (CF_VIDEO_HEAD_MAX octets of room). Returns
 * how many octets that are; *ret_body is the rest of the payload, unchanged. For other formats 0 and the whole payload.
 */
size_t cf_rewrite_payload(const struct cf_video_packet *packet, const struct cf_rewrite_patch *patch, uint8_t *out,
                          struct cf_span *ret_body);

#endif
