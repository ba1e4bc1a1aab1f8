/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ua/camera.h"

#include "adapt/h264/h264_codec.h"
#include "adapt/vpx/vp8_codec.h"
#include "core/clip/card.h"
#include "core/clip/ivf.h"
#include "shell/system/system.h"
#include "ua/whole_file.h"
#include <stdlib.h>

/* Longest NAL unit for packetization-mode 0. */
#define UNIT_MAX 1100U

#define BPS_MIN 20000U

const struct cf_video_codec *cf_video_codec_of(enum cf_codec codec) {
    return codec == CF_CODEC_VP8 ? &cf_codec_vp8 : codec == CF_CODEC_H264 ? &cf_codec_h264 : NULL;
}

void cf_camera_init(struct cf_camera *camera, const struct cf_picture_source *source, uint16_t width, uint16_t height,
                    uint8_t fps, uint32_t bps) {
    *camera = (struct cf_camera){
        .source = source, .width = width, .height = height, .fps = fps, .wanted_bps = bps, .limit_bps = UINT64_MAX};
}

static void stop(struct cf_camera *camera) {
    if (camera->encoder != NULL) {
        camera->table->encoder_destroy(cf_system_mem(), camera->encoder);
        camera->encoder = NULL;
    }
    cf_picture_fini(&camera->picture, cf_system_mem());
    free((void *)(uintptr_t)camera->file.at);
    camera->file = (struct cf_span){NULL, 0};
    camera->codec = CF_CODEC_NONE;
}

void cf_camera_fini(struct cf_camera *camera) {
    stop(camera);
}

static uint32_t bps_of(const struct cf_camera *camera) {
    uint64_t bps = camera->limit_bps < camera->wanted_bps ? camera->limit_bps : camera->wanted_bps;
    return bps < BPS_MIN ? BPS_MIN : (uint32_t)bps;
}

void cf_camera_limit(struct cf_camera *camera, uint64_t bps) {
    bool was_paused = camera->limit_bps == 0;
    camera->limit_bps = bps;
    camera->wants_key = camera->wants_key || (was_paused && bps > 0);
    if (camera->encoder != NULL && bps > 0) {
        camera->table->set_bitrate(camera->encoder, bps_of(camera));
    }
}

static enum cf_err begin_encoder(struct cf_camera *camera, const struct cf_payload *payload) {
    bool is_mode_0 = payload->codec == CF_CODEC_H264 && payload->remote.h264.packetization_mode == 0;
    struct cf_video_params params = {.width = camera->width,
                                     .height = camera->height,
                                     .fps = camera->fps,
                                     .bitrate_bps = bps_of(camera),
                                     .unit_max = is_mode_0 ? UNIT_MAX : 0};
    enum cf_err err = cf_picture_init(&camera->picture, cf_system_mem(), camera->width, camera->height);
    camera->encoder = err == CF_OK ? camera->table->encoder_create(cf_system_mem(), &params) : NULL;
    return err == CF_OK && camera->encoder == NULL ? CF_ERR_NO_MEMORY : err;
}

/* The frames of the file from the beginning. */
static enum cf_err rewind_file(struct cf_camera *camera) {
    struct cf_ivf ivf;
    if (camera->codec == CF_CODEC_H264) {
        camera->frames = camera->file;
        return CF_OK;
    }
    enum cf_err err = cf_ivf_parse(camera->file, &ivf, &camera->frames);
    return err == CF_OK && !cf_str_eq(cf_str_n(ivf.fourcc, 4), CF_STR("VP80")) ? CF_ERR_UNSUPPORTED : err;
}

static enum cf_err begin_file(struct cf_camera *camera) {
    enum cf_err err = cf_whole_file_read(camera->source->file, &camera->file);
    if (err != CF_OK) {
        return err;
    }
    bool is_ivf = camera->file.len >= 4 && memcmp(camera->file.at, "DKIF", 4) == 0;
    if (is_ivf != (camera->codec == CF_CODEC_VP8)) {
        return CF_ERR_UNSUPPORTED;
    }
    return rewind_file(camera);
}

static enum cf_err begin(struct cf_camera *camera, const struct cf_payload *payload) {
    stop(camera);
    camera->table = cf_video_codec_of(payload->codec);
    if (camera->table == NULL) {
        return CF_ERR_UNSUPPORTED;
    }
    camera->codec = payload->codec;
    enum cf_err err = camera->source->file != NULL ? begin_file(camera) : begin_encoder(camera, payload);
    if (err != CF_OK) {
        stop(camera);
    }
    return err;
}

static bool next_of_file(struct cf_camera *camera, struct cf_coded_frame *ret) {
    uint64_t time;
    if (camera->codec == CF_CODEC_H264) {
        ret->octets = cf_access_unit_next(&camera->frames);
        ret->is_key = cf_access_unit_is_key(ret->octets);
        return ret->octets.len > 0;
    }
    bool is_there = cf_ivf_next(&camera->frames, &ret->octets, &time);
    /* RFC 6386 section 9.1: the first bit is zero in a key frame. */
    ret->is_key = is_there && ret->octets.len > 0 && (ret->octets.at[0] & 1U) == 0;
    return is_there;
}

static enum cf_err frame_of_file(struct cf_camera *camera, struct cf_coded_frame *ret) {
    enum cf_err err = CF_OK;
    struct cf_coded_frame frame = {.is_key = false};
    if (camera->wants_key) {
        err = rewind_file(camera);
    }
    bool is_there = err == CF_OK && next_of_file(camera, &frame);
    if (err == CF_OK && !is_there) {
        err = rewind_file(camera);
        is_there = err == CF_OK && next_of_file(camera, &frame);
    }
    if (!is_there) {
        return err == CF_OK ? CF_ERR_TRUNCATED : err;
    }
    *ret = frame;
    return CF_OK;
}

static enum cf_err frame_of_card(struct cf_camera *camera, struct cf_coded_frame *ret) {
    cf_card_draw(&camera->picture, (struct cf_card){.sender = camera->source->card, .frame = camera->frame++});
    return camera->table->encode(camera->encoder, &camera->picture, camera->wants_key, ret);
}

enum cf_err cf_camera_next(struct cf_camera *camera, const struct cf_payload *payload, struct cf_coded_frame *ret) {
    enum cf_err err = CF_OK;
    if (camera->limit_bps == 0) {
        *ret = (struct cf_coded_frame){.is_key = false};
        return CF_OK;
    }
    if (camera->codec != payload->codec) {
        err = begin(camera, payload);
    }
    if (err == CF_OK) {
        err = camera->source->file != NULL ? frame_of_file(camera, ret) : frame_of_card(camera, ret);
    }
    if (err == CF_OK && ret->is_key) {
        camera->wants_key = false;
    }
    return err;
}
