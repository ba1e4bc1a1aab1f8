/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/rtp/vp9.h"

/* Bits of the first octet. */
#define BIT_I 0x80U
#define BIT_P 0x40U
#define BIT_L 0x20U
#define BIT_F 0x10U
#define BIT_B 0x08U
#define BIT_E 0x04U
#define BIT_V 0x02U
#define BIT_Z 0x01U
/* Of the layer indices, a reference index, the scalability structure. */
#define BIT_U 0x10U
#define BIT_D 0x01U
#define BIT_N 0x01U
#define BIT_Y 0x10U
#define BIT_G 0x08U
#define REFERENCES_MAX 3

static void take_layers(struct cf_reader *r, struct cf_vp9_descriptor *d) {
    uint8_t octet = cf_take_u8(r);
    d->has_layers = true;
    d->tid = octet >> 5;
    d->switching_up = (octet & BIT_U) != 0;
    d->sid = (octet >> 1) & 7U;
    d->inter_layer = (octet & BIT_D) != 0;
    if (!d->flexible) {
        d->has_tl0picidx = true;
        d->tl0picidx = cf_take_u8(r);
    }
}

static bool skip_references(struct cf_reader *r) {
    size_t count = 0;
    uint8_t octet;
    do {
        octet = cf_take_u8(r);
        count++;
    } while ((octet & BIT_N) != 0 && count <= REFERENCES_MAX);
    return count <= REFERENCES_MAX;
}

static void take_structure(struct cf_reader *r, struct cf_vp9_descriptor *d) {
    uint8_t octet = cf_take_u8(r);
    d->has_structure = true;
    d->spatial_count = (uint8_t)((octet >> 5) + 1);
    d->has_sizes = (octet & BIT_Y) != 0;
    for (size_t i = 0; d->has_sizes && i < d->spatial_count; i++) {
        d->widths[i] = cf_take_u16(r);
        d->heights[i] = cf_take_u16(r);
    }
    d->group_len = (octet & BIT_G) != 0 ? cf_take_u8(r) : 0;
    for (size_t i = 0; i < d->group_len && cf_reader_ok(r); i++) {
        uint8_t picture = cf_take_u8(r);
        (void)cf_take(r, (picture >> 2) & 3U);
    }
}

enum cf_err cf_vp9_descriptor_parse(struct cf_span payload, struct cf_vp9_descriptor *ret) {
    struct cf_reader r;
    cf_reader_init(&r, payload);
    uint8_t first = cf_take_u8(&r);
    struct cf_vp9_descriptor d = {
        .inter_picture = (first & BIT_P) != 0,
        .flexible = (first & BIT_F) != 0,
        .frame_start = (first & BIT_B) != 0,
        .frame_end = (first & BIT_E) != 0,
        .not_for_upper = (first & BIT_Z) != 0,
    };
    if ((first & BIT_I) != 0) {
        d.has_picture_id = true;
        d.picture_id = cf_take_picture_id(&r, &d.picture_id_long);
    }
    if ((first & BIT_L) != 0) {
        take_layers(&r, &d);
    }
    d.head_len = (uint8_t)r.at;
    if (d.flexible && d.inter_picture && !skip_references(&r)) {
        return CF_ERR_MALFORMED;
    }
    if ((first & BIT_V) != 0) {
        take_structure(&r, &d);
    }
    if (!cf_reader_ok(&r)) {
        return CF_ERR_TRUNCATED;
    }
    if (cf_reader_left(&r) == 0) {
        return CF_ERR_MALFORMED;
    }
    d.len = (uint16_t)r.at;
    *ret = d;
    return CF_OK;
}

size_t cf_vp9_head_print(const struct cf_vp9_descriptor *d, uint8_t first, uint8_t *out) {
    size_t len = 0;
    out[len++] = first;
    if (d->has_picture_id) {
        len += cf_print_picture_id(d->picture_id, d->picture_id_long, out + len);
    }
    if (d->has_layers) {
        out[len++] = (uint8_t)(d->tid << 5 | (d->switching_up ? BIT_U : 0) | d->sid << 1 | (d->inter_layer ? BIT_D : 0));
    }
    if (d->has_tl0picidx) {
        out[len++] = d->tl0picidx;
    }
    return len;
}
