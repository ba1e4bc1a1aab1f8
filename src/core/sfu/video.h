/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What forwarding looks at in a video packet: made once when a packet arrives, read once a receiver. The payload itself is never
 * decoded and, but for the VP8 descriptor, never changed. Format file: no state, no time, no allocation.
 */
#ifndef CF_SFU_VIDEO_H
#define CF_SFU_VIDEO_H

#include "base/usec.h"
#include "core/rtp/dependency.h"
#include "core/rtp/frame_marking.h"
#include "core/rtp/h264.h"
#include "core/rtp/vp8.h"

/** Ticks a second of every video format here. */
#define CF_VIDEO_CLOCK_HZ 90000U

/** What a payload is, as far as forwarding cares. */
enum cf_video_format {
    CF_VIDEO_NONE, /**< no video, or one that can't be switched */
    CF_VIDEO_VP8,
    CF_VIDEO_H264_MODE_0, /**< packetization-mode 0 */
    CF_VIDEO_H264_MODE_1, /**< packetization-mode 1 */
    CF_VIDEO_VP9,
    CF_VIDEO_AV1,
    CF_VIDEO_H265,
    CF_VIDEO_FORMAT_COUNT, /**< number of values */
};

/** All layers that there are. */
#define CF_VIDEO_ANY_LAYER UINT8_MAX

/** What layer a packet is of, as far as it says so. Zeroed: the only one. */
struct cf_video_layer {
    uint8_t spatial;         /**< 0 is the lowest */
    uint8_t temporal;        /**< 0 is the lowest */
    bool is_sync;            /**< who gets lower temporal layers may get this one from here on */
    bool is_spatial_end;     /**< last packet of its spatial layer's frame */
    uint8_t switch_temporal; /**< who gets this may get temporal layers up to that from here on; 0: it does not say */
    bool is_spatial_switch;  /**< begins a frame from which on its spatial layer can be followed by who has what it needs, with
                                  temporal layers up to .switch_temporal */
};

/** Octets of a payload's head, see struct cf_video_head. */
#define CF_VIDEO_HEAD_MAX 8

/**
 * The first octets of a payload that each receiver gets with numbers of its own: the descriptor of VP8, or the beginning of that
 * of VP9, always with a long picture id, because numbers going out don't wrap where those coming in do. Printed once a packet;
 * a receiver's copy differs at the places named here (0: the number is not in it).
 */
struct cf_video_head {
    uint8_t octets[CF_VIDEO_HEAD_MAX];
    uint8_t len;           /**< 0: the payload has no numbers */
    uint8_t replaced_len;  /**< octets of the payload that it stands for */
    uint8_t picture_id_at; /**< of two octets */
    uint8_t tl0picidx_at;
    uint8_t keyidx_at; /**< of the lower five bits */
};

/** One packet of a source. The spans are views of the caller's packet. */
struct cf_video_packet {
    uint32_t timestamp;
    uint16_t sequence;
    bool marker;                 /**< last packet of a frame */
    bool frame_start;            /**< first packet of a picture (of its lowest spatial layer), as far as the payload tells */
    bool key_start;              /**< a decoder that knows nothing can begin here */
    enum cf_video_format format; /**< what the source negotiated */
    struct cf_video_layer layer;
    uint16_t width; /**< pixels, of key frames of VP8 and VP9 as they say it; 0: not known */
    uint16_t height;
    /**
     * VP8; and of VP9 what it has in common with that: the running numbers, .has_tid for its layer octet, and .len, which is
     * where the numbers end and the rest of descriptor and picture begins.
     */
    struct cf_vp8_descriptor vp8;
    struct cf_video_head head;
    const uint8_t *descriptor; /**< dependency descriptor that came with it, a view; NULL: none */
    uint8_t descriptor_len;    /**< at most CF_DD_LEN_MAX */
    struct cf_dd_place descriptor_place;
    uint64_t needs;   /**< frames that its own needs, by its descriptor, see struct cf_dd */
    bool has_marking; /**< frame marking came with it */
    struct cf_frame_marking marking;
    struct cf_span payload; /**< whole RTP payload without padding */
    cf_usec arrival;        /**< when it came in */
};

/**
 * Look at @p payload of @p format and fill the fields of @p ret that come from it; timestamp, sequence, marker and arrival are
 * the caller's. The errors of the payload format; CF_ERR_MISMATCH for what packetization-mode 0 excludes; CF_ERR_UNSUPPORTED for
 * CF_VIDEO_NONE.
 */
CF_MUST_USE enum cf_err cf_video_packet_parse(enum cf_video_format format, struct cf_span payload, struct cf_video_packet *ret);

/** Frame marking (RFC 9626) came with the packet: layers of formats whose payload does not tell. */
void cf_video_packet_mark(struct cf_video_packet *packet, const struct cf_frame_marking *marking);

/** What is known of a source by its dependency descriptors. Zeroed: nothing. */
struct cf_video_layers {
    struct cf_dd_structure structure;
    uint32_t active; /**< decode targets that are being sent, as bits */
};

/**
 * Take the layers of @p packet from its dependency descriptor, and note what it says in @p layers. One that can't be understood,
 * as long as its templates have not come, is taken off the packet.
 */
void cf_video_packet_describe(struct cf_video_packet *packet, struct cf_video_layers *layers);

/** Its frame number; 0 without descriptor. */
static inline uint16_t cf_video_frame_number(const struct cf_video_packet *packet) {
    return packet->descriptor_len > 0 ? cf_be16(packet->descriptor + CF_DD_FRAME_NUMBER_AT) : 0;
}

/** A set of formats with @p format in it. */
#define CF_VIDEO_SET(format) (1U << (format))

/**
 * Can a receiver that negotiated the set @p formats decode a source that negotiated @p source? H.264 mode 1 takes mode 0 as well,
 * not the reverse.
 */
bool cf_video_set_accepts(uint32_t formats, enum cf_video_format source);

/** Can a receiver that negotiated the set @p formats decode any of the set @p offered? */
bool cf_video_sets_meet(uint32_t formats, uint32_t offered);

#endif
