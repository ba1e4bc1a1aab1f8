/* SPDX-License-Identifier: GPL-3.0-or-later */
/* VP8 by libvpx: one pass, constant bit rate, real time, no lag, one thread. */
#include "adapt/vpx/vp8_codec.h"

#include <vpx/vp8cx.h>
#include <vpx/vp8dx.h>
#include <vpx/vpx_decoder.h>
#include <vpx/vpx_encoder.h>

#define SPEED_DEFAULT 8
#define QUANTISER_MIN 4
#define QUANTISER_MAX 56

struct encoder {
    vpx_codec_ctx_t codec;
    vpx_codec_enc_cfg_t config;
    vpx_codec_pts_t next;
};

struct decoder {
    vpx_codec_ctx_t codec;
};

static void configure(vpx_codec_enc_cfg_t *c, const struct cf_video_params *params) {
    c->g_w = params->width;
    c->g_h = params->height;
    c->g_threads = 1;
    c->g_timebase = (struct vpx_rational){1, params->fps};
    c->g_lag_in_frames = 0;
    c->g_error_resilient = VPX_ERROR_RESILIENT_DEFAULT;
    c->rc_end_usage = VPX_CBR;
    c->rc_target_bitrate = params->bitrate_bps / 1000;
    c->rc_dropframe_thresh = 0;
    c->rc_min_quantizer = QUANTISER_MIN;
    c->rc_max_quantizer = QUANTISER_MAX;
    c->rc_buf_initial_sz = 500;
    c->rc_buf_optimal_sz = 600;
    c->rc_buf_sz = 1000;
    c->kf_mode = params->key_interval == 0 ? VPX_KF_DISABLED : VPX_KF_AUTO;
    c->kf_max_dist = params->key_interval;
}

static void *encoder_create(const struct cf_mem *mem, const struct cf_video_params *params) {
    struct encoder *e = cf_mem_alloc(mem, sizeof *e);
    int speed = params->speed == 0 ? SPEED_DEFAULT : params->speed;
    if (e == NULL) {
        return NULL;
    }
    if (vpx_codec_enc_config_default(vpx_codec_vp8_cx(), &e->config, 0) != VPX_CODEC_OK) {
        cf_mem_free(mem, e, sizeof *e);
        return NULL;
    }
    configure(&e->config, params);
    if (vpx_codec_enc_init(&e->codec, vpx_codec_vp8_cx(), &e->config, 0) != VPX_CODEC_OK) {
        cf_mem_free(mem, e, sizeof *e);
        return NULL;
    }
    /* Nothing depends on these: an encoder that refuses them is only slower. */
    (void)vpx_codec_control(&e->codec, VP8E_SET_CPUUSED, -speed);
    (void)vpx_codec_control(&e->codec, VP8E_SET_MAX_INTRA_BITRATE_PCT, 900U);
    return e;
}

static void encoder_destroy(const struct cf_mem *mem, void *encoder) {
    struct encoder *e = encoder;
    (void)vpx_codec_destroy(&e->codec);
    cf_mem_free(mem, e, sizeof *e);
}

static enum cf_err encode(void *encoder, const struct cf_picture *picture, bool wants_key, struct cf_coded_frame *ret) {
    struct encoder *e = encoder;
    vpx_image_t image;
    vpx_codec_iter_t iter = NULL;
    if (picture->width != e->config.g_w || picture->height != e->config.g_h ||
        vpx_img_wrap(&image, VPX_IMG_FMT_I420, picture->width, picture->height, 1, picture->planes[0]) == NULL) {
        return CF_ERR_MISMATCH;
    }
    for (int i = 0; i < 3; i++) {
        image.planes[i] = picture->planes[i];
        image.stride[i] = (int)picture->strides[i];
    }
    vpx_enc_frame_flags_t flags = wants_key ? VPX_EFLAG_FORCE_KF : 0;
    if (vpx_codec_encode(&e->codec, &image, e->next++, 1, flags, VPX_DL_REALTIME) != VPX_CODEC_OK) {
        return CF_ERR_IO;
    }
    struct cf_coded_frame frame = {.is_key = false};
    for (const vpx_codec_cx_pkt_t *p = vpx_codec_get_cx_data(&e->codec, &iter); p != NULL;
         p = vpx_codec_get_cx_data(&e->codec, &iter)) {
        if (p->kind == VPX_CODEC_CX_FRAME_PKT) {
            frame.octets = (struct cf_span){p->data.frame.buf, p->data.frame.sz};
            frame.is_key = (p->data.frame.flags & VPX_FRAME_IS_KEY) != 0;
        }
    }
    *ret = frame;
    return CF_OK;
}

static void set_bitrate(void *encoder, uint32_t bitrate_bps) {
    struct encoder *e = encoder;
    e->config.rc_target_bitrate = bitrate_bps / 1000;
    /* Refused: it goes on as before. */
    (void)vpx_codec_enc_config_set(&e->codec, &e->config);
}

static void *decoder_create(const struct cf_mem *mem) {
    struct decoder *d = cf_mem_alloc(mem, sizeof *d);
    vpx_codec_dec_cfg_t config = {.threads = 1};
    if (d != NULL && vpx_codec_dec_init(&d->codec, vpx_codec_vp8_dx(), &config, 0) != VPX_CODEC_OK) {
        cf_mem_free(mem, d, sizeof *d);
        return NULL;
    }
    return d;
}

static void decoder_destroy(const struct cf_mem *mem, void *decoder) {
    struct decoder *d = decoder;
    (void)vpx_codec_destroy(&d->codec);
    cf_mem_free(mem, d, sizeof *d);
}

static enum cf_err decode(void *decoder, struct cf_span frame, struct cf_picture *ret) {
    struct decoder *d = decoder;
    vpx_codec_iter_t iter = NULL;
    if (frame.len == 0 || frame.len > UINT32_MAX ||
        vpx_codec_decode(&d->codec, frame.at, (unsigned)frame.len, NULL, 0) != VPX_CODEC_OK) {
        return CF_ERR_MALFORMED;
    }
    const vpx_image_t *image = vpx_codec_get_frame(&d->codec, &iter);
    if (image == NULL) {
        return CF_ERR_NOT_FOUND;
    }
    if (image->fmt != VPX_IMG_FMT_I420 || image->d_w > CF_PICTURE_SIDE_MAX || image->d_h > CF_PICTURE_SIDE_MAX) {
        return CF_ERR_MALFORMED;
    }
    *ret = (struct cf_picture){.width = (uint16_t)image->d_w, .height = (uint16_t)image->d_h};
    for (int i = 0; i < 3; i++) {
        ret->planes[i] = image->planes[i];
        ret->strides[i] = (size_t)image->stride[i];
    }
    return CF_OK;
}

const struct cf_video_codec cf_codec_vp8 = {
    .name = "VP8",
    .encoder_create = encoder_create,
    .encoder_destroy = encoder_destroy,
    .encode = encode,
    .set_bitrate = set_bitrate,
    .decoder_create = decoder_create,
    .decoder_destroy = decoder_destroy,
    .decode = decode,
};
