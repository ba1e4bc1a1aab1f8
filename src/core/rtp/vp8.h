/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * VP8 in RTP (RFC 7741): the payload descriptor (section 4.2), what its first octets tell about a frame (section 4.3), and
 * cutting a frame into payloads and joining it again. Nothing is decoded. Format file: no state but that of a packetiser, no
 * time, no allocation.
 */
#ifndef CF_RTP_VP8_H
#define CF_RTP_VP8_H

#include "base/reader.h"
#include "base/writer.h"
#include "core/rtp/picture_id.h"

/** Most octets that a descriptor can have. */
#define CF_VP8_DESCRIPTOR_MAX 6

/** A payload descriptor. Values of fields that are not there are 0. */
struct cf_vp8_descriptor {
    uint8_t len;          /**< octets of the descriptor in the payload */
    uint8_t partition;    /**< PID, 0..7 */
    bool non_reference;   /**< N: no other frame needs this one */
    bool partition_start; /**< S: the payload begins a partition; with partition 0 it begins a frame */
    bool has_picture_id;  /**< I */
    bool picture_id_long; /**< M: 15 bits instead of 7 */
    bool has_tl0picidx;   /**< L */
    bool has_tid;         /**< T */
    bool layer_sync;      /**< Y: depends on the base layer only */
    bool has_keyidx;      /**< K */
    uint16_t picture_id;  /**< running number of the frame */
    uint8_t tl0picidx;    /**< running number of the base layer frame */
    uint8_t tid;          /**< temporal layer, 0..3; 0 is the base layer */
    uint8_t keyidx;       /**< running number of key frames, 5 bits */
};

/**
 * Read the descriptor at the start of an RTP payload. CF_ERR_TRUNCATED if it is cut off, CF_ERR_MALFORMED if no octet of VP8
 * follows it. Reserved bits are ignored, and so is L without T, which some senders produce.
 */
CF_MUST_USE enum cf_err cf_vp8_descriptor_parse(struct cf_span payload, struct cf_vp8_descriptor *ret);

/**
 * Print @p d (d->len is not looked at) at @p out, which has room for CF_VP8_DESCRIPTOR_MAX octets. A long picture id is written
 * where d->picture_id_long says so. Returns the octets written.
 */
size_t cf_vp8_descriptor_print(const struct cf_vp8_descriptor *d, uint8_t *out);

/** Does the payload begin a frame? */
static inline bool cf_vp8_is_frame_start(const struct cf_vp8_descriptor *d) {
    return d->partition_start && d->partition == 0;
}

/**
 * Does the payload begin a key frame? @p payload is the whole RTP payload that @p d was read from. The start code of RFC 6386
 * section 9.1 is looked at as well, so that a random octet is rarely taken for a key frame.
 */
bool cf_vp8_is_key_start(struct cf_span payload, const struct cf_vp8_descriptor *d);

/** Size of the picture that begins here; only for payloads for which cf_vp8_is_key_start() holds. */
void cf_vp8_key_size(struct cf_span payload, const struct cf_vp8_descriptor *d, uint16_t *ret_width, uint16_t *ret_height);

/** Cuts frames into payloads of nearly equal size. Value type; one a stream. */
struct cf_vp8_packetiser {
    size_t payload_max;  /**< octets, with the descriptor */
    uint16_t picture_id; /**< of the next frame */
    struct cf_span rest; /**< of the frame at hand, the caller's memory */
    size_t pieces;       /**< payloads left */
    bool at_start;       /**< nothing of the frame was taken yet */
};

/** A packetiser for payloads of at most @p payload_max octets (at least 64), whose first frame gets @p picture_id. */
void cf_vp8_packetiser_init(struct cf_vp8_packetiser *p, size_t payload_max, uint16_t picture_id);

/** Begin @p frame, which stays the caller's and unchanged until all of it was taken. An earlier frame is abandoned. */
void cf_vp8_packetiser_frame(struct cf_vp8_packetiser *p, struct cf_span frame);

/** The next payload at @p out (payload_max octets of room): its length, 0 if the frame is used up. */
size_t cf_vp8_packetiser_next(struct cf_vp8_packetiser *p, uint8_t *out, bool *ret_marker);

/**
 * Join: append the VP8 octets of one RTP payload to @p frame. Payloads come in sequence order, all of one frame.
 * The error of cf_vp8_descriptor_parse(), or CF_ERR_NO_ROOM.
 */
CF_MUST_USE enum cf_err cf_vp8_join(struct cf_writer *frame, struct cf_span payload);

#endif
