/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sfu/video.h"

static enum cf_err parse_vp8(struct cf_span payload, struct cf_video_packet *p) {
    enum cf_err err = cf_vp8_descriptor_parse(payload, &p->vp8);
    if (err != CF_OK) {
        return err;
    }
    p->frame_start = cf_vp8_is_frame_start(&p->vp8);
    p->key_start = cf_vp8_is_key_start(payload, &p->vp8);
    return CF_OK;
}

static enum cf_err parse_h264(struct cf_span payload, struct cf_video_packet *p) {
    struct cf_h264_payload h264;
    enum cf_err err = cf_h264_payload_parse(payload, &h264);
    if (err != CF_OK) {
        return err;
    }
    if (p->format == CF_VIDEO_H264_MODE_0 && !cf_h264_fits_mode_0(&h264)) {
        return CF_ERR_MISMATCH;
    }
    /* Encoders for conversation repeat the parameter sets before every IDR picture; one without them would be decoded with the
     * parameters of the source shown before. */
    p->key_start = cf_h264_has(&h264, CF_H264_SPS);
    p->frame_start = p->key_start || h264.picture_start || cf_h264_has(&h264, CF_H264_AUD);
    return CF_OK;
}

enum cf_err cf_video_packet_parse(enum cf_video_format format, struct cf_span payload, struct cf_video_packet *ret) {
    struct cf_video_packet p = *ret;
    p.payload = payload;
    p.format = format;
    p.vp8 = (struct cf_vp8_descriptor){.len = 0};
    enum cf_err err = CF_ERR_UNSUPPORTED;
    switch (format) {
    case CF_VIDEO_VP8:
        err = parse_vp8(payload, &p);
        break;
    case CF_VIDEO_H264_MODE_0:
    case CF_VIDEO_H264_MODE_1:
        err = parse_h264(payload, &p);
        break;
    case CF_VIDEO_NONE:
        break;
    }
    if (err == CF_OK) {
        *ret = p;
    }
    return err;
}

bool cf_video_set_accepts(uint32_t formats, enum cf_video_format source) {
    uint32_t takers = CF_VIDEO_SET(source);
    if (source == CF_VIDEO_H264_MODE_0) {
        takers |= CF_VIDEO_SET(CF_VIDEO_H264_MODE_1);
    }
    return source != CF_VIDEO_NONE && (formats & takers) != 0;
}

bool cf_video_sets_meet(uint32_t formats, uint32_t offered) {
    for (int i = CF_VIDEO_NONE + 1; i <= CF_VIDEO_H264_MODE_1; i++) {
        if ((offered & CF_VIDEO_SET(i)) != 0 && cf_video_set_accepts(formats, (enum cf_video_format)i)) {
            return true;
        }
    }
    return false;
}
