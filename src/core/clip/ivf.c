/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/clip/ivf.h"

#include "base/reader.h"
#include "core/rtp/h264.h"

static void put_le(struct cf_writer *w, uint64_t v, unsigned octets) {
    for (unsigned i = 0; i < octets; i++) {
        cf_put_u8(w, (uint8_t)(v >> 8 * i));
    }
}

enum cf_err cf_ivf_parse(struct cf_span file, struct cf_ivf *ret, struct cf_span *ret_frames) {
    if (file.len < CF_IVF_HEADER_LEN) {
        return CF_ERR_TRUNCATED;
    }
    size_t header = cf_le16(file.at + 6);
    if (memcmp(file.at, "DKIF", 4) != 0 || header < CF_IVF_HEADER_LEN || header > file.len) {
        return CF_ERR_MALFORMED;
    }
    struct cf_ivf ivf = {.width = cf_le16(file.at + 12),
                         .height = cf_le16(file.at + 14),
                         .rate = cf_le32(file.at + 16),
                         .scale = cf_le32(file.at + 20),
                         .frames = cf_le32(file.at + 24)};
    if (ivf.rate == 0 || ivf.scale == 0) {
        return CF_ERR_MALFORMED;
    }
    memcpy(ivf.fourcc, file.at + 8, sizeof ivf.fourcc);
    *ret = ivf;
    *ret_frames = (struct cf_span){file.at + header, file.len - header};
    return CF_OK;
}

bool cf_ivf_next(struct cf_span *frames, struct cf_span *ret_frame, uint64_t *ret_time) {
    if (frames->len < CF_IVF_FRAME_HEADER_LEN) {
        return false;
    }
    size_t len = cf_le32(frames->at);
    if (len > frames->len - CF_IVF_FRAME_HEADER_LEN) {
        return false;
    }
    *ret_time = cf_le32(frames->at + 4) | (uint64_t)cf_le32(frames->at + 8) << 32;
    *ret_frame = (struct cf_span){frames->at + CF_IVF_FRAME_HEADER_LEN, len};
    frames->at += CF_IVF_FRAME_HEADER_LEN + len;
    frames->len -= CF_IVF_FRAME_HEADER_LEN + len;
    return true;
}

void cf_put_ivf_header(struct cf_writer *w, const struct cf_ivf *ivf) {
    cf_put_lit(w, "DKIF");
    put_le(w, 0, 2);
    put_le(w, CF_IVF_HEADER_LEN, 2);
    cf_put_bytes(w, ivf->fourcc, sizeof ivf->fourcc);
    put_le(w, ivf->width, 2);
    put_le(w, ivf->height, 2);
    put_le(w, ivf->rate, 4);
    put_le(w, ivf->scale, 4);
    put_le(w, ivf->frames, 4);
    put_le(w, 0, 4);
}

void cf_put_ivf_frame(struct cf_writer *w, uint32_t len, uint64_t time) {
    put_le(w, len, 4);
    put_le(w, time, 8);
}

static bool is_slice(struct cf_span unit) {
    unsigned type = unit.at[0] & 0x1fU;
    return type == CF_H264_SLICE || type == CF_H264_IDR;
}

/* first_mb_in_slice is 0: the Exp-Golomb code of zero is one bit, set. */
static bool begins_picture(struct cf_span unit) {
    return is_slice(unit) && unit.len > 1 && (unit.at[1] & 0x80U) != 0;
}

struct cf_span cf_access_unit_next(struct cf_span *stream) {
    struct cf_span rest = *stream;
    struct cf_span all = *stream;
    bool has_picture = false;
    for (;;) {
        struct cf_span before = rest;
        struct cf_span unit = cf_h264_stream_next(&rest);
        if (unit.len == 0) {
            *stream = (struct cf_span){all.at + all.len, 0};
            return has_picture ? all : (struct cf_span){all.at, 0};
        }
        if (has_picture && (!is_slice(unit) || begins_picture(unit))) {
            *stream = before;
            return (struct cf_span){all.at, (size_t)(before.at - all.at)};
        }
        has_picture = has_picture || is_slice(unit);
    }
}

bool cf_access_unit_is_key(struct cf_span unit) {
    for (struct cf_span nal = cf_h264_stream_next(&unit); nal.len > 0; nal = cf_h264_stream_next(&unit)) {
        if ((nal.at[0] & 0x1fU) == CF_H264_IDR) {
            return true;
        }
    }
    return false;
}
