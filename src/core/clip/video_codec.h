/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the user agent needs of a video codec: a constant table of functions, made by adapt/vpx and adapt/h264. The server never
 * encodes or decodes pictures and never links these. Encoder and decoder objects belong to one thread.
 */
#ifndef CF_CORE_CLIP_VIDEO_CODEC_H
#define CF_CORE_CLIP_VIDEO_CODEC_H

#include "core/clip/picture.h"

/** How to encode. */
struct cf_video_params {
    uint16_t width;        /**< even */
    uint16_t height;       /**< even */
    uint8_t fps;           /**< pictures a second, at least 1 */
    uint32_t bitrate_bps;  /**< aimed at */
    size_t unit_max;       /**< H.264: longest NAL unit, octets (packetization-mode 0); 0: any */
    uint8_t speed;         /**< 0: the codec's default; more is faster and worse, to 10 */
    uint32_t key_interval; /**< a key frame at least every so many pictures; 0: only when asked for */
};

/** An encoded frame. */
struct cf_coded_frame {
    struct cf_span octets; /**< VP8: the frame; H.264: a byte stream (annex B). Empty: the encoder left this picture out */
    bool is_key;
};

/** A codec. */
struct cf_video_codec {
    const char *name; /**< encoding name as in a=rtpmap */

    /** An encoder, or NULL if it can't be had (memory, parameters). */
    void *(*encoder_create)(const struct cf_mem *mem, const struct cf_video_params *params);
    void (*encoder_destroy)(const struct cf_mem *mem, void *encoder);

    /** Encode @p picture, of the size of the parameters. Octets are valid until the next call. CF_ERR_IO: the library failed. */
    enum cf_err (*encode)(void *encoder, const struct cf_picture *picture, bool wants_key, struct cf_coded_frame *ret);

    /** Another bit rate from the next picture on. */
    void (*set_bitrate)(void *encoder, uint32_t bitrate_bps);

    /** A decoder, or NULL. */
    void *(*decoder_create)(const struct cf_mem *mem);
    void (*decoder_destroy)(const struct cf_mem *mem, void *decoder);

    /**
     * Decode a whole frame. The planes are the decoder's, valid until the next call. CF_ERR_NOT_FOUND: no picture comes out of
     * it; CF_ERR_MALFORMED: it can't be decoded.
     */
    enum cf_err (*decode)(void *decoder, struct cf_span frame, struct cf_picture *ret);
};

#endif
