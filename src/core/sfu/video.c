/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sfu/video.h"

#include "core/rtp/av1.h"
#include "core/rtp/h265.h"
#include "core/rtp/vp9.h"

/* Where the numbers are in a descriptor that begins with @p before octets and has @p between picture id and TL0PICIDX. */
static void place_numbers(struct cf_video_packet *p, uint8_t before, uint8_t between) {
    const struct cf_vp8_descriptor *d = &p->vp8;
    uint8_t at = before;
    p->head.replaced_len = d->len;
    p->head.picture_id_at = d->has_picture_id ? at : 0;
    at = (uint8_t)(at + (d->has_picture_id ? 2 : 0) + between);
    p->head.tl0picidx_at = d->has_tl0picidx ? at : 0;
    at = (uint8_t)(at + d->has_tl0picidx);
    p->head.keyidx_at = d->has_keyidx ? at : 0;
}

static void make_vp8_head(struct cf_video_packet *p) {
    struct cf_vp8_descriptor d = p->vp8;
    d.picture_id_long = true;
    p->head.len = (uint8_t)cf_vp8_descriptor_print(&d, p->head.octets);
    place_numbers(p, 2, 0);
}

/* The head of a VP9 descriptor (RFC 9628 section 4.2): flags, picture id, layers, TL0PICIDX. */
static void make_vp9_head(struct cf_video_packet *p) {
    const struct cf_vp8_descriptor *d = &p->vp8;
    size_t layers_at = 1U + (d->has_picture_id ? (d->picture_id_long ? 2U : 1U) : 0U);
    size_t len = 0;
    p->head.octets[len++] = p->payload.at[0];
    len += d->has_picture_id ? 2 : 0;
    if (d->has_tid) {
        p->head.octets[len++] = p->payload.at[layers_at];
    }
    len += d->has_tl0picidx;
    p->head.len = (uint8_t)len;
    place_numbers(p, 1, d->has_tid);
}

static enum cf_err parse_vp8(struct cf_span payload, struct cf_video_packet *p) {
    enum cf_err err = cf_vp8_descriptor_parse(payload, &p->vp8);
    if (err != CF_OK) {
        return err;
    }
    make_vp8_head(p);
    p->frame_start = cf_vp8_is_frame_start(&p->vp8);
    p->key_start = cf_vp8_is_key_start(payload, &p->vp8);
    if (p->key_start) {
        cf_vp8_key_size(payload, &p->vp8, &p->width, &p->height);
    }
    p->layer = (struct cf_video_layer){.temporal = p->vp8.tid, .is_sync = p->vp8.layer_sync, .is_spatial_end = p->marker};
    return CF_OK;
}

static enum cf_err parse_vp9(struct cf_span payload, struct cf_video_packet *p) {
    struct cf_vp9_descriptor d;
    enum cf_err err = cf_vp9_descriptor_parse(payload, &d);
    if (err != CF_OK) {
        return err;
    }
    p->vp8 = (struct cf_vp8_descriptor){
        .len = d.head_len,
        .has_picture_id = d.has_picture_id,
        .picture_id_long = d.picture_id_long,
        .picture_id = d.picture_id,
        .has_tl0picidx = d.has_tl0picidx,
        .tl0picidx = d.tl0picidx,
        .has_tid = d.has_layers,
        .tid = d.tid,
    };
    make_vp9_head(p);
    p->frame_start = d.frame_start && d.sid == 0;
    p->key_start = cf_vp9_is_key_start(&d);
    if (p->key_start && d.has_structure && d.has_sizes) {
        p->width = d.widths[d.spatial_count - 1];
        p->height = d.heights[d.spatial_count - 1];
    }
    /* What is predicted from the layer below alone, or from nothing, can be begun with (RFC 9628 section 4.2, P); those of the
     * lowest temporal layer that follow need it, and not what was before. Higher ones tell for themselves (U). */
    p->layer = (struct cf_video_layer){.spatial = d.sid,
                                       .temporal = d.tid,
                                       .is_sync = d.switching_up,
                                       .is_spatial_end = d.frame_end,
                                       .is_spatial_switch = d.frame_start && !d.inter_picture && d.tid == 0};
    return CF_OK;
}

static enum cf_err parse_av1(struct cf_span payload, struct cf_video_packet *p) {
    struct cf_av1_payload av1;
    enum cf_err err = cf_av1_payload_parse(payload, &av1);
    if (err != CF_OK) {
        return err;
    }
    /* Layers are in the dependency descriptor only: OBU headers tell of them where an OBU begins, not in each packet. */
    p->key_start = cf_av1_is_key_start(&av1);
    p->frame_start = !av1.continues && (cf_av1_has(&av1, CF_AV1_FRAME) || cf_av1_has(&av1, CF_AV1_FRAME_HEADER));
    return CF_OK;
}

/* TSA and STSA pictures (H.265 table 7-1): temporal layers may be followed from here on. */
static bool is_h265_sync(const struct cf_h265_payload *h265) {
    return (h265->nal_types & 0x3cU) != 0;
}

static enum cf_err parse_h265(struct cf_span payload, struct cf_video_packet *p) {
    struct cf_h265_payload h265;
    enum cf_err err = cf_h265_payload_parse(payload, &h265);
    if (err != CF_OK) {
        return err;
    }
    /* Encoders for conversation repeat the parameter sets before every picture at which decoding can begin. */
    bool parameters = cf_h265_has(&h265, CF_H265_VPS) || cf_h265_has(&h265, CF_H265_SPS);
    p->key_start = parameters;
    p->frame_start = parameters || h265.picture_start || cf_h265_has(&h265, CF_H265_AUD);
    p->layer = (struct cf_video_layer){.temporal = h265.tid, .is_sync = is_h265_sync(&h265), .is_spatial_end = p->marker};
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
    p.head = (struct cf_video_head){.len = 0};
    p.layer = (struct cf_video_layer){.is_spatial_end = p.marker};
    p.width = p.height = 0;
    enum cf_err err = CF_ERR_UNSUPPORTED;
    switch (format) {
    case CF_VIDEO_VP8:
        err = parse_vp8(payload, &p);
        break;
    case CF_VIDEO_H264_MODE_0:
    case CF_VIDEO_H264_MODE_1:
        err = parse_h264(payload, &p);
        break;
    case CF_VIDEO_VP9:
        err = parse_vp9(payload, &p);
        break;
    case CF_VIDEO_AV1:
        err = parse_av1(payload, &p);
        break;
    case CF_VIDEO_H265:
        err = parse_h265(payload, &p);
        break;
    case CF_VIDEO_NONE:
    case CF_VIDEO_FORMAT_COUNT:
        break;
    }
    if (err == CF_OK) {
        *ret = p;
    }
    return err;
}

void cf_video_packet_mark(struct cf_video_packet *packet, const struct cf_frame_marking *marking) {
    bool is_h264 = packet->format == CF_VIDEO_H264_MODE_0 || packet->format == CF_VIDEO_H264_MODE_1;
    if (is_h264 && marking->has_layers) {
        packet->layer.temporal = marking->tid;
        packet->layer.is_sync = marking->base_sync || marking->independent;
    }
}

void cf_video_packet_describe(struct cf_video_packet *packet, struct cf_video_layers *layers) {
    struct cf_dd dd;
    const struct cf_span data = {packet->descriptor, packet->descriptor_len};
    if (packet->format != CF_VIDEO_AV1 || cf_dd_parse(data, &layers->structure, &dd) != CF_OK) {
        packet->descriptor = NULL;
        packet->descriptor_len = 0;
        return;
    }
    int up = cf_dd_switch_temporal(&dd, &layers->structure);
    layers->active = dd.has_active_targets ? dd.active_targets : layers->active;
    packet->descriptor_place = dd.place;
    packet->frame_start = dd.frame_start && dd.spatial == 0;
    packet->key_start = packet->key_start || cf_dd_is_key_start(&dd);
    packet->layer = (struct cf_video_layer){.spatial = dd.spatial,
                                            .temporal = dd.temporal,
                                            .is_spatial_end = dd.frame_end,
                                            .switch_temporal = up < 0                                 ? 0
                                                               : up == layers->structure.temporal_max ? CF_VIDEO_ANY_LAYER
                                                                                                      : (uint8_t)up,
                                            .is_spatial_switch = dd.frame_start && !dd.needs_older && up >= 0};
    packet->needs = dd.needs;
    if (packet->key_start) {
        packet->width = layers->structure.widths[layers->structure.spatial_max];
        packet->height = layers->structure.heights[layers->structure.spatial_max];
    }
}

bool cf_video_set_accepts(uint32_t formats, enum cf_video_format source) {
    uint32_t takers = CF_VIDEO_SET(source);
    if (source == CF_VIDEO_H264_MODE_0) {
        takers |= CF_VIDEO_SET(CF_VIDEO_H264_MODE_1);
    }
    return source != CF_VIDEO_NONE && (formats & takers) != 0;
}

bool cf_video_sets_meet(uint32_t formats, uint32_t offered) {
    for (int i = CF_VIDEO_NONE + 1; i < CF_VIDEO_FORMAT_COUNT; i++) {
        if ((offered & CF_VIDEO_SET(i)) != 0 && cf_video_set_accepts(formats, (enum cf_video_format)i)) {
            return true;
        }
    }
    return false;
}
