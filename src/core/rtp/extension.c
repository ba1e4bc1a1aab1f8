/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Header extensions of RFC 8285. */
#include "core/rtp/extension.h"

enum {
    TWO_BYTE_MASK = 0xfff0, /* the low bits are the appbits */
    ONE_BYTE_STOP = 15,     /* RFC 8285 section 4.2: nothing behind it is to be looked at */
};

void cf_rtp_ext_iter_init(struct cf_rtp_ext_iter *iter, const struct cf_rtp_view *view) {
    bool is_two_byte = (view->extension_profile & TWO_BYTE_MASK) == CF_RTP_EXT_TWO_BYTE;
    bool is_known = is_two_byte || view->extension_profile == CF_RTP_EXT_ONE_BYTE;
    struct cf_span none = {NULL, 0};
    *iter = (struct cf_rtp_ext_iter){.block = is_known ? view->extension : none, .is_two_byte = is_two_byte};
}

/* Ends the visit. */
static bool stop(struct cf_rtp_ext_iter *iter) {
    iter->at = iter->block.len;
    return false;
}

/* The element at iter->at, which may have id 0. False at the end. */
static bool take_element(struct cf_rtp_ext_iter *iter, struct cf_rtp_ext *ret_ext) {
    struct cf_span block = iter->block;
    size_t head_len = iter->is_two_byte ? 2 : 1;
    if (block.len - iter->at < head_len) {
        return stop(iter);
    }
    const uint8_t *at = block.at + iter->at;
    uint8_t id = iter->is_two_byte ? at[0] : (uint8_t)(at[0] >> 4);
    size_t len = iter->is_two_byte ? at[1] : (at[0] & 15U) + 1U;
    bool is_end = !iter->is_two_byte && id == ONE_BYTE_STOP;
    if (is_end || len > block.len - iter->at - head_len) {
        return stop(iter);
    }
    iter->at += head_len + len;
    *ret_ext = (struct cf_rtp_ext){{at + head_len, len}, id};
    return true;
}

bool cf_rtp_ext_next(struct cf_rtp_ext_iter *iter, struct cf_rtp_ext *ret_ext) {
    struct cf_rtp_ext ext;
    for (;;) {
        while (iter->at < iter->block.len && iter->block.at[iter->at] == 0) {
            iter->at++; /* padding, in both forms */
        }
        if (!take_element(iter, &ext)) {
            return false;
        }
        if (ext.id != 0) { /* one-byte form: id 0 with a length is to be passed over */
            *ret_ext = ext;
            return true;
        }
    }
}

bool cf_rtp_ext_find(const struct cf_rtp_view *view, uint8_t id, struct cf_span *ret_data) {
    struct cf_rtp_ext_iter iter;
    struct cf_rtp_ext ext;
    cf_rtp_ext_iter_init(&iter, view);
    while (cf_rtp_ext_next(&iter, &ext)) {
        if (ext.id == id) {
            *ret_data = ext.data;
            return true;
        }
    }
    return false;
}

static bool all_fit_one_byte(const struct cf_rtp_ext *list, size_t count) {
    for (size_t i = 0; i < count; i++) {
        size_t len = list[i].data.len;
        if (list[i].id > CF_RTP_EXT_ONE_BYTE_ID_MAX || len == 0 || len > CF_RTP_EXT_ONE_BYTE_LEN_MAX) {
            return false;
        }
    }
    return true;
}

uint16_t cf_rtp_put_extensions(struct cf_writer *w, const struct cf_rtp_ext *list, size_t count) {
    if (count == 0) {
        return 0;
    }
    bool is_one_byte = all_fit_one_byte(list, count);
    size_t begin = w->len;
    for (size_t i = 0; i < count; i++) {
        const struct cf_rtp_ext *ext = &list[i];
        cf_assert(ext->id > 0 && ext->data.len <= UINT8_MAX);
        if (is_one_byte) {
            cf_put_u8(w, (uint8_t)((unsigned)ext->id << 4 | (ext->data.len - 1)));
        } else {
            cf_put_u8(w, ext->id);
            cf_put_u8(w, (uint8_t)ext->data.len);
        }
        cf_put_bytes(w, ext->data.at, ext->data.len);
    }
    while (cf_writer_ok(w) && (w->len - begin) % 4 != 0) {
        cf_put_u8(w, 0);
    }
    return is_one_byte ? CF_RTP_EXT_ONE_BYTE : CF_RTP_EXT_TWO_BYTE;
}
