/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/rtp/h265.h"

#define FORBIDDEN_BIT 0x8000U
#define FU_START 0x80U
#define FU_END 0x40U
#define FU_TYPE 0x3fU
#define PACI_A 0x8000U
#define TID_NONE 7U

/* The header of two octets (section 1.1.4). */
struct header {
    uint8_t type;
    uint8_t layer;
    uint8_t tid;
    bool is_sound;
};

static struct header take_header(struct cf_reader *r) {
    uint16_t word = cf_take_u16(r);
    unsigned tid_plus_1 = word & 7U;
    return (struct header){
        .type = (uint8_t)(word >> 9 & 0x3fU),
        .layer = (uint8_t)(word >> 3 & 0x3fU),
        .tid = (uint8_t)(tid_plus_1 - 1U),
        .is_sound = (word & FORBIDDEN_BIT) == 0 && tid_plus_1 != 0,
    };
}

bool cf_h265_has_irap(const struct cf_h265_payload *p) {
    uint64_t irap = (UINT64_C(1) << (CF_H265_IRAP_LAST + 1)) - (UINT64_C(1) << CF_H265_BLA_FIRST);
    return (p->nal_types & irap) != 0;
}

/* Remember that a unit begins; @p body follows its header. */
static void note_unit(struct cf_h265_payload *p, uint8_t type, uint8_t tid, struct cf_span body) {
    p->nal_types |= UINT64_C(1) << type;
    p->tid = tid < p->tid ? tid : p->tid;
    /* first_slice_segment_in_pic_flag is the first bit of a slice segment header. */
    if (type <= CF_H265_VCL_LAST && body.len > 0 && (body.at[0] & 0x80U) != 0) {
        p->picture_start = true;
    }
}

static enum cf_err parse_aggregate(struct cf_reader *r, struct cf_h265_payload *p) {
    size_t count = 0;
    do {
        struct cf_reader unit;
        cf_reader_init(&unit, cf_take(r, cf_take_u16(r)));
        struct header h = take_header(&unit);
        if (!cf_reader_ok(r) || !cf_reader_ok(&unit)) {
            return CF_ERR_TRUNCATED;
        }
        if (!h.is_sound || h.type > CF_H265_LAST) {
            return CF_ERR_MALFORMED;
        }
        note_unit(p, h.type, h.tid, cf_take_rest(&unit));
        count++;
    } while (cf_reader_left(r) > 0);
    /* Section 4.4.2: at least two. One alone does no harm. */
    return count > 0 ? CF_OK : CF_ERR_MALFORMED;
}

static enum cf_err parse_fragment(struct cf_reader *r, uint8_t tid, struct cf_h265_payload *p) {
    uint8_t fu = cf_take_u8(r);
    if (!cf_reader_ok(r) || cf_reader_left(r) == 0) {
        return CF_ERR_TRUNCATED;
    }
    p->fragment = true;
    p->fragment_start = (fu & FU_START) != 0;
    p->fragment_end = (fu & FU_END) != 0;
    p->tid = tid;
    if ((p->fragment_start && p->fragment_end) || (fu & FU_TYPE) > CF_H265_LAST) {
        return CF_ERR_MALFORMED;
    }
    if (p->fragment_start) {
        note_unit(p, fu & FU_TYPE, tid, cf_take_rest(r));
    }
    return CF_OK;
}

static enum cf_err parse_unit(struct cf_reader *r, const struct header *h, struct cf_h265_payload *p) {
    switch (h->type) {
    case CF_H265_AP:
        return parse_aggregate(r, p);
    case CF_H265_FU:
        return parse_fragment(r, h->tid, p);
    default:
        if (h->type > CF_H265_LAST) {
            return CF_ERR_MALFORMED;
        }
        note_unit(p, h->type, h->tid, cf_take_rest(r));
        return CF_OK;
    }
}

/* Section 4.4.4: a payload with an extension in front of it. The type inside takes the place of the outer one. */
static enum cf_err unwrap_paci(struct cf_reader *r, struct header *h) {
    uint16_t fields = cf_take_u16(r);
    (void)cf_take(r, (fields >> 4) & 0x1fU);
    h->type = (uint8_t)(fields >> 9 & 0x3fU);
    if (!cf_reader_ok(r)) {
        return CF_ERR_TRUNCATED;
    }
    return h->type == CF_H265_PACI || (fields & PACI_A) != 0 ? CF_ERR_MALFORMED : CF_OK;
}

enum cf_err cf_h265_payload_parse(struct cf_span payload, struct cf_h265_payload *ret) {
    struct cf_reader r;
    cf_reader_init(&r, payload);
    struct header h = take_header(&r);
    struct cf_h265_payload p = {.tid = TID_NONE, .layer = h.layer};
    if (!cf_reader_ok(&r)) {
        return CF_ERR_TRUNCATED;
    }
    if (!h.is_sound) {
        return CF_ERR_MALFORMED;
    }
    enum cf_err err = h.type == CF_H265_PACI ? unwrap_paci(&r, &h) : CF_OK;
    err = err == CF_OK ? parse_unit(&r, &h, &p) : err;
    if (err == CF_OK) {
        p.tid = p.tid == TID_NONE ? h.tid : p.tid;
        *ret = p;
    }
    return err;
}
