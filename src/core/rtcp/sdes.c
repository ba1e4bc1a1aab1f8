/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Source descriptions. */
#include "core/rtcp/sdes.h"

enum { VALUE_MAX = 255 };

void cf_sdes_iter_init(struct cf_sdes_iter *iter, const struct cf_rtcp_packet *packet) {
    *iter = (struct cf_sdes_iter){.body = packet->body, .chunks_left = packet->count};
}

/* Enter the next chunk. */
static bool begin_chunk(struct cf_sdes_iter *iter) {
    if (iter->chunks_left == 0 || iter->body.len < iter->at + 4) {
        return false;
    }
    iter->ssrc = cf_be32(iter->body.at + iter->at);
    iter->at += 4;
    iter->chunks_left--;
    iter->is_in_chunk = true;
    return true;
}

bool cf_sdes_next(struct cf_sdes_iter *iter, struct cf_sdes_item *ret_item) {
    struct cf_span body = iter->body;
    while (iter->is_in_chunk || begin_chunk(iter)) {
        size_t left = body.len - iter->at;
        const uint8_t *at = body.at + iter->at;
        if (left >= 1 && at[0] == 0) {
            /* The end of the chunk; the next one begins at a multiple of four octets. */
            iter->at = (iter->at & ~(size_t)3) + 4;
            iter->is_in_chunk = false;
            continue;
        }
        if (left < 2 || left - 2 < at[1]) {
            iter->chunks_left = 0;
            iter->is_in_chunk = false;
            return false;
        }
        *ret_item = (struct cf_sdes_item){.ssrc = iter->ssrc, .type = at[0], .value = cf_str_n((const char *)at + 2, at[1])};
        iter->at += 2U + at[1];
        return true;
    }
    return false;
}

bool cf_sdes_is_mid(uint8_t type) {
    return type == CF_SDES_MID || type == CF_SDES_MID_LINPHONE;
}

void cf_put_rtcp_sdes(struct cf_writer *w, uint32_t ssrc, const struct cf_sdes_item *items, size_t count) {
    struct cf_rtcp_mark mark = cf_rtcp_begin(w, 1, CF_RTCP_SDES);
    cf_put_u32(w, ssrc);
    for (size_t i = 0; i < count; i++) {
        cf_assert(items[i].value.len <= VALUE_MAX && items[i].type != 0);
        cf_put_u8(w, items[i].type);
        cf_put_u8(w, (uint8_t)items[i].value.len);
        cf_put(w, items[i].value);
    }
    do {
        cf_put_u8(w, 0); /* at least one: it ends the list */
    } while (cf_writer_ok(w) && (w->len - mark.start) % 4 != 0);
    cf_rtcp_end(w, mark);
}
