/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Encoded pictures for one line: the test card through an encoder that makes key frames when asked and keeps to the bit rate, or
 * frames from a file, which begins anew at its first key frame when one is asked for.
 */
#ifndef CF_UA_CAMERA_H
#define CF_UA_CAMERA_H

#include "core/clip/video_codec.h"
#include "core/offer/params.h"
#include "ua/call_options.h"

/** A camera. */
struct cf_camera {
    const struct cf_picture_source *source;
    uint16_t width;
    uint16_t height;
    uint8_t fps;
    uint32_t wanted_bps; /**< what the options say */
    uint64_t limit_bps;  /**< what the peer takes; 0: send nothing */
    uint16_t frame;      /**< number of the next card */
    bool wants_key;
    enum cf_codec codec; /**< that the encoder or file is for; NONE: not begun */
    const struct cf_video_codec *table;
    void *encoder;
    struct cf_picture picture;
    struct cf_span file;   /**< owned */
    struct cf_span frames; /**< what of it is left */
};

/** A camera that has not begun. @p source is kept by reference. */
void cf_camera_init(struct cf_camera *camera, const struct cf_picture_source *source, uint16_t width, uint16_t height,
                    uint8_t fps, uint32_t bps);

/** Free. */
void cf_camera_fini(struct cf_camera *camera);

/** The peer takes at most @p bps; 0: nothing. */
void cf_camera_limit(struct cf_camera *camera, uint64_t bps);

/**
 * The next frame for @p payload. Octets are valid until the next call; empty: nothing to send this time.
 * CF_ERR_UNSUPPORTED: the file is of another codec, or there is no encoder. The file's errors.
 */
CF_MUST_USE enum cf_err cf_camera_next(struct cf_camera *camera, const struct cf_payload *payload, struct cf_coded_frame *ret);

/** The codec table of @p codec; NULL: none. */
const struct cf_video_codec *cf_video_codec_of(enum cf_codec codec);

#endif
