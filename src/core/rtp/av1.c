/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/rtp/av1.h"

/* The aggregation header, and an OBU header. */
#define BIT_Z 0x80U
#define BIT_Y 0x40U
#define BIT_N 0x08U
#define OBU_EXTENSION 0x04U
#define LEB128_OCTETS_MAX 5 /* enough for any length here */

static bool take_leb128(struct cf_reader *r, size_t *ret_value) {
    uint64_t value = 0;
    for (unsigned i = 0; i < LEB128_OCTETS_MAX; i++) {
        uint8_t octet = cf_take_u8(r);
        value |= (uint64_t)(octet & 0x7fU) << (7 * i);
        if ((octet & 0x80U) == 0) {
            *ret_value = (size_t)value;
            return true;
        }
    }
    return false;
}

/* An OBU, or its first piece, begins with its header. */
static enum cf_err note_obu(struct cf_av1_payload *p, struct cf_span obu) {
    struct cf_reader r;
    cf_reader_init(&r, obu);
    uint8_t header = cf_take_u8(&r);
    uint8_t extension = (header & OBU_EXTENSION) != 0 ? cf_take_u8(&r) : 0;
    if (!cf_reader_ok(&r)) {
        return CF_ERR_TRUNCATED;
    }
    p->obu_types |= 1U << (header >> 3 & 15U);
    if ((header & OBU_EXTENSION) != 0 && !p->has_layers) {
        p->has_layers = true;
        p->temporal = extension >> 5;
        p->spatial = extension >> 3 & 3U;
    }
    return CF_OK;
}

/* The next element: the last one of a known number has no length. */
static enum cf_err take_element(struct cf_reader *r, bool has_length, struct cf_span *ret) {
    size_t len = cf_reader_left(r);
    if (has_length && !take_leb128(r, &len)) {
        return CF_ERR_MALFORMED;
    }
    *ret = cf_take(r, len);
    return cf_reader_ok(r) ? CF_OK : CF_ERR_TRUNCATED;
}

enum cf_err cf_av1_payload_parse(struct cf_span payload, struct cf_av1_payload *ret) {
    struct cf_reader r;
    cf_reader_init(&r, payload);
    uint8_t header = cf_take_u8(&r);
    unsigned elements = header >> 4 & 3U; /* W; 0: any number, all with a length */
    struct cf_av1_payload p = {
        .continues = (header & BIT_Z) != 0, .is_continued = (header & BIT_Y) != 0, .new_sequence = (header & BIT_N) != 0};
    if (!cf_reader_ok(&r)) {
        return CF_ERR_TRUNCATED;
    }
    if (cf_reader_left(&r) == 0 || (p.new_sequence && p.continues)) {
        return CF_ERR_MALFORMED;
    }
    unsigned count = 0;
    while (cf_reader_left(&r) > 0 && (elements == 0 || count < elements)) {
        struct cf_span element;
        count++;
        enum cf_err err = take_element(&r, elements == 0 || count < elements, &element);
        if (err == CF_OK && !(count == 1 && p.continues) && element.len > 0) {
            err = note_obu(&p, element);
        }
        if (err != CF_OK) {
            return err;
        }
    }
    if (count < elements) {
        return CF_ERR_TRUNCATED;
    }
    *ret = p;
    return CF_OK;
}
