/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/rtp/h264.h"

#define NRI_MASK 0x60U
#define FORBIDDEN_BIT 0x80U
#define TYPE_MASK 0x1fU
#define FU_START 0x80U
#define FU_END 0x40U
#define FU_HEADER_LEN 2
/* STAP-B, MTAP16, MTAP24, FU-B: interleaved mode only. */
#define TYPE_STAP_B 25U
#define TYPE_MTAP24 27U
#define TYPE_FU_B 29U

static uint8_t nal_type(uint8_t header) {
    return header & TYPE_MASK;
}

/* Remember that a NAL unit with this header begins; @p body follows its header octet. */
static void note_unit(struct cf_h264_payload *p, uint8_t type, struct cf_span body) {
    p->nal_types |= 1U << type;
    /* first_mb_in_slice is the first thing of a slice header; Exp-Golomb 0 is a single 1 bit. */
    if ((type == CF_H264_SLICE || type == CF_H264_IDR) && body.len > 0 && (body.at[0] & 0x80U) != 0) {
        p->picture_start = true;
    }
}

static enum cf_err parse_aggregate(struct cf_reader *r, struct cf_h264_payload *p) {
    p->aggregate = true;
    do {
        struct cf_span unit = cf_take(r, cf_take_u16(r));
        if (!cf_reader_ok(r)) {
            return CF_ERR_TRUNCATED;
        }
        if (unit.len == 0 || nal_type(unit.at[0]) == 0 || nal_type(unit.at[0]) > CF_H264_LAST) {
            return CF_ERR_MALFORMED;
        }
        note_unit(p, nal_type(unit.at[0]), (struct cf_span){unit.at + 1, unit.len - 1});
    } while (cf_reader_left(r) > 0);
    return CF_OK;
}

static enum cf_err parse_fragment(struct cf_reader *r, struct cf_h264_payload *p) {
    uint8_t header = cf_take_u8(r);
    if (!cf_reader_ok(r)) {
        return CF_ERR_TRUNCATED;
    }
    p->fragment = true;
    p->fragment_start = (header & FU_START) != 0;
    p->fragment_end = (header & FU_END) != 0;
    /* Section 5.8: a unit is never sent as a single fragment, and only real unit types are fragmented. */
    if ((p->fragment_start && p->fragment_end) || nal_type(header) == 0 || nal_type(header) > CF_H264_LAST) {
        return CF_ERR_MALFORMED;
    }
    if (p->fragment_start) {
        note_unit(p, nal_type(header), cf_take_rest(r));
    }
    return CF_OK;
}

enum cf_err cf_h264_payload_parse(struct cf_span payload, struct cf_h264_payload *ret) {
    struct cf_reader r;
    struct cf_h264_payload p = {.nal_types = 0};
    enum cf_err err = CF_OK;
    cf_reader_init(&r, payload);
    uint8_t type = nal_type(cf_take_u8(&r));
    if (!cf_reader_ok(&r)) {
        return CF_ERR_TRUNCATED;
    }
    if (type == CF_H264_STAP_A) {
        err = parse_aggregate(&r, &p);
    } else if (type == CF_H264_FU_A) {
        err = parse_fragment(&r, &p);
    } else if ((type >= TYPE_STAP_B && type <= TYPE_MTAP24) || type == TYPE_FU_B) {
        err = CF_ERR_UNSUPPORTED;
    } else if (type == 0 || type > CF_H264_LAST) {
        err = CF_ERR_MALFORMED;
    } else {
        note_unit(&p, type, cf_take_rest(&r));
    }
    if (err == CF_OK) {
        *ret = p;
    }
    return err;
}

/* Index of the next 00 00 01 at or after @p from, or s.len. */
static size_t find_start_code(struct cf_span s, size_t from) {
    for (size_t i = from; i + 3 <= s.len; i++) {
        if (s.at[i] == 0 && s.at[i + 1] == 0 && s.at[i + 2] == 1) {
            return i;
        }
    }
    return s.len;
}

struct cf_span cf_h264_stream_next(struct cf_span *stream) {
    while (stream->len > 0) {
        size_t begin = find_start_code(*stream, 0);
        begin = begin == stream->len ? begin : begin + 3;
        size_t end = find_start_code(*stream, begin);
        struct cf_span unit = {stream->at + begin, end - begin};
        *stream = (struct cf_span){stream->at + end, stream->len - end};
        while (unit.len > 0 && unit.at[unit.len - 1] == 0) {
            unit.len--;
        }
        if (unit.len > 0) {
            return unit;
        }
    }
    return (struct cf_span){stream->at, 0};
}

void cf_h264_packetiser_init(struct cf_h264_packetiser *p, size_t payload_max, bool single_only) {
    cf_assert(payload_max >= 64);
    *p = (struct cf_h264_packetiser){.payload_max = payload_max, .single_only = single_only};
}

enum cf_err cf_h264_packetiser_frame(struct cf_h264_packetiser *p, struct cf_span access_unit) {
    struct cf_span rest = access_unit;
    for (struct cf_span unit = cf_h264_stream_next(&rest); p->single_only && unit.len > 0; unit = cf_h264_stream_next(&rest)) {
        if (unit.len > p->payload_max) {
            return CF_ERR_NO_ROOM;
        }
    }
    p->stream = access_unit;
    p->unit = cf_h264_stream_next(&p->stream);
    p->unit_at = 0;
    p->fragments = 0;
    return CF_OK;
}

static void unit_is_done(struct cf_h264_packetiser *p) {
    p->unit = cf_h264_stream_next(&p->stream);
    p->unit_at = 0;
    p->fragments = 0;
}

static size_t next_fragment(struct cf_h264_packetiser *p, uint8_t *out) {
    size_t room = p->payload_max - FU_HEADER_LEN;
    if (p->fragments == 0) {
        p->unit_at = 1;
        p->fragments = (p->unit.len - 1 + room - 1) / room;
    }
    bool first = p->unit_at == 1;
    bool last = p->fragments == 1;
    size_t share = (p->unit.len - p->unit_at + p->fragments - 1) / p->fragments;
    out[0] = (uint8_t)((p->unit.at[0] & (FORBIDDEN_BIT | NRI_MASK)) | CF_H264_FU_A);
    out[1] = (uint8_t)((first ? FU_START : 0) | (last ? FU_END : 0) | nal_type(p->unit.at[0]));
    memcpy(out + FU_HEADER_LEN, p->unit.at + p->unit_at, share);
    p->unit_at += share;
    p->fragments--;
    if (last) {
        unit_is_done(p);
    }
    return FU_HEADER_LEN + share;
}

/* The units that fit together into one payload; the header's NRI is the greatest of theirs (section 5.7). */
static size_t next_aggregate(struct cf_h264_packetiser *p, uint8_t *out) {
    struct cf_writer w;
    cf_writer_init(&w, out, p->payload_max);
    cf_put_u8(&w, CF_H264_STAP_A);
    uint8_t nri = 0;
    while (p->unit.len > 0 && w.size - w.len >= p->unit.len + 2) {
        cf_put_u16(&w, (uint16_t)p->unit.len);
        cf_put_bytes(&w, p->unit.at, p->unit.len);
        nri = (p->unit.at[0] & NRI_MASK) > nri ? p->unit.at[0] & NRI_MASK : nri;
        out[0] |= p->unit.at[0] & FORBIDDEN_BIT;
        unit_is_done(p);
    }
    out[0] |= nri;
    return w.len;
}

static size_t next_single(struct cf_h264_packetiser *p, uint8_t *out) {
    size_t len = p->unit.len;
    memcpy(out, p->unit.at, len);
    unit_is_done(p);
    return len;
}

/* Does the unit after the next one fit into a payload with it? */
static bool has_company(const struct cf_h264_packetiser *p) {
    struct cf_span rest = p->stream;
    struct cf_span following = cf_h264_stream_next(&rest);
    return following.len > 0 && 1 + 2 + p->unit.len + 2 + following.len <= p->payload_max;
}

size_t cf_h264_packetiser_next(struct cf_h264_packetiser *p, uint8_t *out, bool *ret_marker) {
    if (p->unit.len == 0) {
        return 0;
    }
    size_t len;
    if (p->unit.len > p->payload_max) {
        len = next_fragment(p, out);
    } else if (!p->single_only && has_company(p)) {
        len = next_aggregate(p, out);
    } else {
        len = next_single(p, out);
    }
    *ret_marker = p->unit.len == 0;
    return len;
}

static void put_start_code(struct cf_writer *frame) {
    cf_put_u32(frame, 1);
}

static void join_aggregate(struct cf_writer *frame, struct cf_span payload) {
    struct cf_reader r;
    cf_reader_init(&r, payload);
    (void)cf_take_u8(&r);
    while (cf_reader_left(&r) > 0) {
        struct cf_span unit = cf_take(&r, cf_take_u16(&r));
        put_start_code(frame);
        cf_put_bytes(frame, unit.at, unit.len);
    }
}

static enum cf_err join_fragment(struct cf_h264_joiner *joiner, struct cf_writer *frame, struct cf_span payload,
                                 const struct cf_h264_payload *p) {
    if (p->fragment_start == joiner->in_unit) {
        return CF_ERR_MALFORMED;
    }
    if (p->fragment_start) {
        put_start_code(frame);
        cf_put_u8(frame, (uint8_t)((payload.at[0] & (FORBIDDEN_BIT | NRI_MASK)) | nal_type(payload.at[1])));
    }
    cf_put_bytes(frame, payload.at + FU_HEADER_LEN, payload.len - FU_HEADER_LEN);
    joiner->in_unit = !p->fragment_end;
    return CF_OK;
}

enum cf_err cf_h264_join(struct cf_h264_joiner *joiner, struct cf_writer *frame, struct cf_span payload) {
    struct cf_h264_payload p;
    enum cf_err err = cf_h264_payload_parse(payload, &p);
    if (err == CF_OK && p.fragment) {
        err = join_fragment(joiner, frame, payload, &p);
    } else if (err == CF_OK && joiner->in_unit) {
        err = CF_ERR_MALFORMED;
    } else if (err == CF_OK && p.aggregate) {
        join_aggregate(frame, payload);
    } else if (err == CF_OK) {
        put_start_code(frame);
        cf_put_bytes(frame, payload.at, payload.len);
    }
    return err != CF_OK ? err : frame->err;
}
