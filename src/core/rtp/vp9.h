/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * VP9 in RTP (RFC 9628): the payload descriptor of section 4.2 with layers and scalability structure, and its running numbers
 * printed anew. Nothing is decoded. Format file: no state, no time, no allocation.
 */
#ifndef CF_RTP_VP9_H
#define CF_RTP_VP9_H

#include "base/reader.h"
#include "base/writer.h"
#include "core/rtp/picture_id.h"

/** Most octets that cf_vp9_head_print() writes. */
#define CF_VP9_HEAD_MAX 5

/** Most spatial layers, and pictures of a group. */
#define CF_VP9_SPATIAL_MAX 8U

/** A payload descriptor. Values of fields that are not there are 0. */
struct cf_vp9_descriptor {
    uint16_t len;          /**< octets of the descriptor in the payload */
    uint8_t head_len;      /**< of them up to TL0PICIDX: what cf_vp9_head_print() replaces */
    bool inter_picture;    /**< P: predicted from earlier pictures */
    bool flexible;         /**< F */
    bool frame_start;      /**< B: first packet of a layer's frame */
    bool frame_end;        /**< E: last packet of a layer's frame */
    bool not_for_upper;    /**< Z: no higher spatial layer of the picture needs this one */
    bool has_picture_id;   /**< I */
    bool picture_id_long;  /**< M */
    bool has_layers;       /**< L */
    bool switching_up;     /**< U: from here on this temporal layer can be followed */
    bool inter_layer;      /**< D: needs the spatial layer below */
    bool has_tl0picidx;    /**< layers in non-flexible mode */
    uint16_t picture_id;   /**< running number of the picture (super frame) */
    uint8_t tid;           /**< temporal layer, 0..7 */
    uint8_t sid;           /**< spatial layer, 0..7 */
    uint8_t tl0picidx;     /**< running number of pictures of the lowest temporal layer */
    bool has_structure;    /**< V: the rest is meaningful */
    uint8_t spatial_count; /**< spatial layers, 1..8 */
    bool has_sizes;        /**< .widths and .heights are known */
    uint16_t widths[CF_VP9_SPATIAL_MAX];
    uint16_t heights[CF_VP9_SPATIAL_MAX];
    uint8_t group_len; /**< pictures of a group; 0: not told */
};

/**
 * Read the descriptor at the start of an RTP payload. CF_ERR_TRUNCATED if it is cut off, CF_ERR_MALFORMED if no octet of VP9
 * follows it or it has more than three reference indices.
 */
CF_MUST_USE enum cf_err cf_vp9_descriptor_parse(struct cf_span payload, struct cf_vp9_descriptor *ret);

/** Can a decoder that knows nothing begin here: first packet of the lowest spatial layer of a picture that needs no other? */
static inline bool cf_vp9_is_key_start(const struct cf_vp9_descriptor *d) {
    return d->frame_start && !d->inter_picture && d->sid == 0;
}

/**
 * Print the first octets of @p d, up to TL0PICIDX, at @p out (CF_VP9_HEAD_MAX octets of room), the picture id in the form that
 * d->picture_id_long says. They replace the first d->head_len octets of the payload that @p d was read from; @p first is its
 * first octet. Returns the octets written.
 */
size_t cf_vp9_head_print(const struct cf_vp9_descriptor *d, uint8_t first, uint8_t *out);

#endif
