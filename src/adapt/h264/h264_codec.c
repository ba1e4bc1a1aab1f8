/* SPDX-License-Identifier: GPL-3.0-or-later */
/* H.264 by OpenH264: one layer, constant bit rate, parameter sets with every key frame, one thread. */
#include "adapt/h264/h264_codec.h"

#include <string.h>
#include <wels/codec_api.h>

/* Longest encoded frame that is taken. */
#define FRAME_MAX ((size_t)512 * 1024)

struct encoder {
    ISVCEncoder *codec;
    struct cf_video_params params;
    uint64_t pictures;
    size_t len;
    uint8_t frame[FRAME_MAX];
};

struct decoder {
    ISVCDecoder *codec;
};

/* The library writes to standard error by default. */
static const int quiet = WELS_LOG_QUIET;

static bool configure(struct encoder *e, const struct cf_video_params *params) {
    SEncParamExt p;
    ISVCEncoder *c = e->codec;
    if ((*c)->GetDefaultParams(c, &p) != 0) {
        return false;
    }
    p.iUsageType = CAMERA_VIDEO_REAL_TIME;
    p.iPicWidth = params->width;
    p.iPicHeight = params->height;
    p.iTargetBitrate = (int)params->bitrate_bps;
    p.iMaxBitrate = UNSPECIFIED_BIT_RATE;
    p.iRCMode = RC_BITRATE_MODE;
    p.fMaxFrameRate = params->fps;
    p.uiIntraPeriod = params->key_interval;
    p.iComplexityMode = LOW_COMPLEXITY;
    p.eSpsPpsIdStrategy = CONSTANT_ID;
    p.bEnableFrameSkip = false;
    p.bEnableAdaptiveQuant = false;
    p.bEnableBackgroundDetection = false;
    p.bEnableSceneChangeDetect = false;
    p.iMultipleThreadIdc = 1;
    p.iSpatialLayerNum = 1;
    p.iTemporalLayerNum = 1;
    SSpatialLayerConfig *layer = &p.sSpatialLayers[0];
    layer->iVideoWidth = params->width;
    layer->iVideoHeight = params->height;
    layer->fFrameRate = params->fps;
    layer->iSpatialBitrate = (int)params->bitrate_bps;
    layer->iMaxSpatialBitrate = UNSPECIFIED_BIT_RATE;
    layer->uiProfileIdc = PRO_BASELINE;
    if (params->unit_max > 0) {
        p.uiMaxNalSize = (unsigned)params->unit_max;
        layer->sSliceArgument.uiSliceMode = SM_SIZELIMITED_SLICE;
        layer->sSliceArgument.uiSliceSizeConstraint = (unsigned)params->unit_max;
    }
    return (*c)->InitializeExt(c, &p) == 0;
}

static void *encoder_create(const struct cf_mem *mem, const struct cf_video_params *params) {
    struct encoder *e = cf_mem_alloc(mem, sizeof *e);
    if (e == NULL) {
        return NULL;
    }
    e->params = *params;
    if (WelsCreateSVCEncoder(&e->codec) != 0 || e->codec == NULL) {
        cf_mem_free(mem, e, sizeof *e);
        return NULL;
    }
    int level = quiet;
    (*e->codec)->SetOption(e->codec, ENCODER_OPTION_TRACE_LEVEL, &level);
    if (!configure(e, params)) {
        WelsDestroySVCEncoder(e->codec);
        cf_mem_free(mem, e, sizeof *e);
        return NULL;
    }
    return e;
}

static void encoder_destroy(const struct cf_mem *mem, void *encoder) {
    struct encoder *e = encoder;
    (*e->codec)->Uninitialize(e->codec);
    WelsDestroySVCEncoder(e->codec);
    cf_mem_free(mem, e, sizeof *e);
}

/* The layers of a frame lie apart in the library's memory: put them together. */
static bool gather(struct encoder *e, const SFrameBSInfo *info) {
    e->len = 0;
    for (int i = 0; i < info->iLayerNum; i++) {
        const SLayerBSInfo *layer = &info->sLayerInfo[i];
        size_t octets = 0;
        for (int n = 0; n < layer->iNalCount; n++) {
            octets += (size_t)layer->pNalLengthInByte[n];
        }
        if (octets > FRAME_MAX - e->len) {
            return false;
        }
        memcpy(e->frame + e->len, layer->pBsBuf, octets);
        e->len += octets;
    }
    return true;
}

static enum cf_err encode(void *encoder, const struct cf_picture *picture, bool wants_key, struct cf_coded_frame *ret) {
    struct encoder *e = encoder;
    SSourcePicture source = {.iColorFormat = videoFormatI420, .iPicWidth = picture->width, .iPicHeight = picture->height};
    SFrameBSInfo info;
    if (picture->width != e->params.width || picture->height != e->params.height) {
        return CF_ERR_MISMATCH;
    }
    for (int i = 0; i < 3; i++) {
        source.pData[i] = picture->planes[i];
        source.iStride[i] = (int)picture->strides[i];
    }
    source.uiTimeStamp = (long long)(e->pictures++ * 1000 / e->params.fps);
    if (wants_key) {
        (*e->codec)->ForceIntraFrame(e->codec, true);
    }
    memset(&info, 0, sizeof info);
    if ((*e->codec)->EncodeFrame(e->codec, &source, &info) != cmResultSuccess) {
        return CF_ERR_IO;
    }
    e->len = 0;
    if (info.eFrameType != videoFrameTypeSkip && info.eFrameType != videoFrameTypeInvalid && !gather(e, &info)) {
        return CF_ERR_LIMIT;
    }
    ret->octets = (struct cf_span){e->frame, e->len};
    ret->is_key = info.eFrameType == videoFrameTypeIDR;
    return CF_OK;
}

static void set_bitrate(void *encoder, uint32_t bitrate_bps) {
    struct encoder *e = encoder;
    SBitrateInfo info = {.iLayer = SPATIAL_LAYER_ALL, .iBitrate = (int)bitrate_bps};
    (*e->codec)->SetOption(e->codec, ENCODER_OPTION_BITRATE, &info);
}

static void *decoder_create(const struct cf_mem *mem) {
    struct decoder *d = cf_mem_alloc(mem, sizeof *d);
    SDecodingParam params = {.eEcActiveIdc = ERROR_CON_DISABLE, .sVideoProperty = {.eVideoBsType = VIDEO_BITSTREAM_AVC}};
    if (d == NULL) {
        return NULL;
    }
    params.sVideoProperty.size = sizeof params.sVideoProperty;
    if (WelsCreateDecoder(&d->codec) != 0 || d->codec == NULL) {
        cf_mem_free(mem, d, sizeof *d);
        return NULL;
    }
    int level = quiet;
    (*d->codec)->SetOption(d->codec, DECODER_OPTION_TRACE_LEVEL, &level);
    if ((*d->codec)->Initialize(d->codec, &params) != 0) {
        WelsDestroyDecoder(d->codec);
        cf_mem_free(mem, d, sizeof *d);
        return NULL;
    }
    return d;
}

static void decoder_destroy(const struct cf_mem *mem, void *decoder) {
    struct decoder *d = decoder;
    (*d->codec)->Uninitialize(d->codec);
    WelsDestroyDecoder(d->codec);
    cf_mem_free(mem, d, sizeof *d);
}

static enum cf_err decode(void *decoder, struct cf_span frame, struct cf_picture *ret) {
    struct decoder *d = decoder;
    SBufferInfo info;
    unsigned char *planes[3] = {NULL, NULL, NULL};
    memset(&info, 0, sizeof info);
    if (frame.len == 0 || frame.len > INT32_MAX ||
        (*d->codec)->DecodeFrameNoDelay(d->codec, frame.at, (int)frame.len, planes, &info) != dsErrorFree) {
        return CF_ERR_MALFORMED;
    }
    const SSysMEMBuffer *buffer = &info.UsrData.sSystemBuffer;
    if (info.iBufferStatus != 1 || planes[0] == NULL) {
        return CF_ERR_NOT_FOUND;
    }
    if (buffer->iWidth <= 0 || buffer->iHeight <= 0 || buffer->iWidth > (int)CF_PICTURE_SIDE_MAX ||
        buffer->iHeight > (int)CF_PICTURE_SIDE_MAX) {
        return CF_ERR_MALFORMED;
    }
    *ret = (struct cf_picture){.width = (uint16_t)buffer->iWidth, .height = (uint16_t)buffer->iHeight};
    for (int i = 0; i < 3; i++) {
        ret->planes[i] = planes[i];
        ret->strides[i] = (size_t)buffer->iStride[i == 0 ? 0 : 1];
    }
    return CF_OK;
}

const struct cf_video_codec cf_codec_h264 = {
    .name = "H264",
    .encoder_create = encoder_create,
    .encoder_destroy = encoder_destroy,
    .encode = encode,
    .set_bitrate = set_bitrate,
    .decoder_create = decoder_create,
    .decoder_destroy = decoder_destroy,
    .decode = decode,
};
