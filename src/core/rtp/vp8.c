/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/rtp/vp8.h"

/* Bits of the first octet and of the extension octet. */
#define BIT_X 0x80U
#define BIT_N 0x20U
#define BIT_S 0x10U
#define MASK_PID 0x07U
#define BIT_I 0x80U
#define BIT_L 0x40U
#define BIT_T 0x20U
#define BIT_K 0x10U
#define BIT_Y 0x20U

/* A key frame has 3 octets of frame tag, 3 of start code, 4 of size (RFC 6386 section 9.1). */
#define KEY_HEADER_LEN 10

static void take_layer(struct cf_reader *r, struct cf_vp8_descriptor *d, uint8_t extension) {
    uint8_t octet = cf_take_u8(r);
    d->has_tid = (extension & BIT_T) != 0;
    d->has_keyidx = (extension & BIT_K) != 0;
    d->layer_sync = (octet & BIT_Y) != 0;
    if (d->has_tid) {
        d->tid = octet >> 6;
    }
    if (d->has_keyidx) {
        d->keyidx = octet & 0x1fU;
    }
}

enum cf_err cf_vp8_descriptor_parse(struct cf_span payload, struct cf_vp8_descriptor *ret) {
    struct cf_reader r;
    cf_reader_init(&r, payload);
    uint8_t first = cf_take_u8(&r);
    struct cf_vp8_descriptor d = {
        .partition = first & MASK_PID, .non_reference = (first & BIT_N) != 0, .partition_start = (first & BIT_S) != 0};
    uint8_t extension = (first & BIT_X) != 0 ? cf_take_u8(&r) : 0;
    if ((extension & BIT_I) != 0) {
        d.has_picture_id = true;
        d.picture_id = cf_take_picture_id(&r, &d.picture_id_long);
    }
    if ((extension & BIT_L) != 0) {
        d.has_tl0picidx = true;
        d.tl0picidx = cf_take_u8(&r);
    }
    if ((extension & (BIT_T | BIT_K)) != 0) {
        take_layer(&r, &d, extension);
    }
    if (!cf_reader_ok(&r)) {
        return CF_ERR_TRUNCATED;
    }
    if (cf_reader_left(&r) == 0) {
        return CF_ERR_MALFORMED;
    }
    d.len = (uint8_t)r.at;
    *ret = d;
    return CF_OK;
}

size_t cf_vp8_descriptor_print(const struct cf_vp8_descriptor *d, uint8_t *out) {
    uint8_t extension = (uint8_t)((d->has_picture_id ? BIT_I : 0) | (d->has_tl0picidx ? BIT_L : 0) | (d->has_tid ? BIT_T : 0) |
                                  (d->has_keyidx ? BIT_K : 0));
    out[0] = (uint8_t)((extension != 0 ? BIT_X : 0) | (d->non_reference ? BIT_N : 0) | (d->partition_start ? BIT_S : 0) |
                       (d->partition & MASK_PID));
    if (extension == 0) {
        return 1;
    }
    size_t len = 1;
    out[len++] = extension;
    if (d->has_picture_id) {
        len += cf_print_picture_id(d->picture_id, d->picture_id_long, out + len);
    }
    if (d->has_tl0picidx) {
        out[len++] = d->tl0picidx;
    }
    if (d->has_tid || d->has_keyidx) {
        out[len++] = (uint8_t)((d->tid & 0x3U) << 6 | (d->layer_sync ? BIT_Y : 0) | (d->keyidx & 0x1fU));
    }
    return len;
}

bool cf_vp8_is_key_start(struct cf_span payload, const struct cf_vp8_descriptor *d) {
    if (!cf_vp8_is_frame_start(d) || payload.len < (size_t)d->len + KEY_HEADER_LEN) {
        return false;
    }
    const uint8_t *frame = payload.at + d->len;
    return (frame[0] & 1U) == 0 && frame[3] == 0x9d && frame[4] == 0x01 && frame[5] == 0x2a;
}

void cf_vp8_key_size(struct cf_span payload, const struct cf_vp8_descriptor *d, uint16_t *ret_width, uint16_t *ret_height) {
    cf_assert(payload.len >= (size_t)d->len + KEY_HEADER_LEN);
    const uint8_t *size = payload.at + d->len + 6;
    /* Little endian, the upper two bits are a scale for the renderer. */
    *ret_width = (uint16_t)((size[1] << 8 | size[0]) & 0x3fff);
    *ret_height = (uint16_t)((size[3] << 8 | size[2]) & 0x3fff);
}

/* X, I and a long picture id: what the packetiser writes. */
#define OWN_DESCRIPTOR_LEN 4

void cf_vp8_packetiser_init(struct cf_vp8_packetiser *p, size_t payload_max, uint16_t picture_id) {
    cf_assert(payload_max >= 64);
    *p = (struct cf_vp8_packetiser){.payload_max = payload_max, .picture_id = picture_id & CF_PICTURE_ID_MASK};
}

void cf_vp8_packetiser_frame(struct cf_vp8_packetiser *p, struct cf_span frame) {
    size_t room = p->payload_max - OWN_DESCRIPTOR_LEN;
    if (p->pieces != 0) {
        p->picture_id = (p->picture_id + 1U) & CF_PICTURE_ID_MASK;
    }
    p->rest = frame;
    p->pieces = (frame.len + room - 1) / room;
    p->at_start = true;
}

size_t cf_vp8_packetiser_next(struct cf_vp8_packetiser *p, uint8_t *out, bool *ret_marker) {
    if (p->pieces == 0) {
        return 0;
    }
    struct cf_vp8_descriptor d = {
        .partition_start = p->at_start, .has_picture_id = true, .picture_id_long = true, .picture_id = p->picture_id};
    size_t len = cf_vp8_descriptor_print(&d, out);
    /* Equal shares, the larger ones first: receivers and segmentation offload like payloads of one size. */
    size_t share = (p->rest.len + p->pieces - 1) / p->pieces;
    memcpy(out + len, p->rest.at, share);
    p->rest = (struct cf_span){p->rest.at + share, p->rest.len - share};
    p->at_start = false;
    p->pieces--;
    *ret_marker = p->pieces == 0;
    if (p->pieces == 0) {
        p->picture_id = (p->picture_id + 1U) & CF_PICTURE_ID_MASK;
    }
    return len + share;
}

enum cf_err cf_vp8_join(struct cf_writer *frame, struct cf_span payload) {
    struct cf_vp8_descriptor d;
    enum cf_err err = cf_vp8_descriptor_parse(payload, &d);
    if (err != CF_OK) {
        return err;
    }
    cf_put_bytes(frame, payload.at + d.len, payload.len - d.len);
    return frame->err;
}
