/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Extended reports, RFC 3611. */
#include "core/rtcp/xr.h"

enum { BLOCK_HEAD_LEN = 4, DLRR_LEN = 12 };

enum cf_err cf_xr_iter_init(struct cf_xr_iter *iter, const struct cf_rtcp_packet *packet, uint32_t *ret_ssrc) {
    struct cf_reader r;
    cf_reader_init(&r, packet->body);
    uint32_t ssrc = cf_take_u32(&r);
    *iter = (struct cf_xr_iter){.rest = cf_take_rest(&r)};
    if (!cf_reader_ok(&r)) {
        return CF_ERR_TRUNCATED;
    }
    *ret_ssrc = ssrc;
    return CF_OK;
}

bool cf_xr_next(struct cf_xr_iter *iter, struct cf_xr_block *ret_block) {
    struct cf_span rest = iter->rest;
    size_t len = rest.len < BLOCK_HEAD_LEN ? SIZE_MAX : 4U * (size_t)cf_be16(rest.at + 2);
    if (rest.len < BLOCK_HEAD_LEN || len > rest.len - BLOCK_HEAD_LEN) {
        iter->rest.len = 0;
        return false;
    }
    *ret_block = (struct cf_xr_block){.type = rest.at[0], .specific = rest.at[1], .body = {rest.at + BLOCK_HEAD_LEN, len}};
    iter->rest = (struct cf_span){rest.at + BLOCK_HEAD_LEN + len, rest.len - BLOCK_HEAD_LEN - len};
    return true;
}

enum cf_err cf_xr_parse_rrt(const struct cf_xr_block *block, cf_ntp *ret_ntp) {
    struct cf_reader r;
    cf_reader_init(&r, block->body);
    cf_ntp ntp = cf_take_u64(&r);
    if (!cf_reader_ok(&r)) {
        return CF_ERR_TRUNCATED;
    }
    *ret_ntp = ntp;
    return CF_OK;
}

bool cf_xr_dlrr_at(const struct cf_xr_block *block, size_t index, struct cf_xr_dlrr *ret_dlrr) {
    if (index >= block->body.len / DLRR_LEN) {
        return false;
    }
    const uint8_t *at = block->body.at + DLRR_LEN * index;
    *ret_dlrr = (struct cf_xr_dlrr){.ssrc = cf_be32(at), .last_rr = cf_be32(at + 4), .delay = cf_be32(at + 8)};
    return true;
}

static void put_block_head(struct cf_writer *w, uint8_t type, size_t words) {
    cf_put_u8(w, type);
    cf_put_u8(w, 0);
    cf_put_u16(w, (uint16_t)words);
}

void cf_put_rtcp_xr_rrt(struct cf_writer *w, uint32_t ssrc, cf_ntp ntp) {
    struct cf_rtcp_mark mark = cf_rtcp_begin(w, 0, CF_RTCP_XR);
    cf_put_u32(w, ssrc);
    put_block_head(w, CF_XR_RRT, 2);
    cf_put_u64(w, ntp);
    cf_rtcp_end(w, mark);
}

void cf_put_rtcp_xr_dlrr(struct cf_writer *w, uint32_t ssrc, const struct cf_xr_dlrr *entries, size_t count) {
    struct cf_rtcp_mark mark = cf_rtcp_begin(w, 0, CF_RTCP_XR);
    cf_put_u32(w, ssrc);
    put_block_head(w, CF_XR_DLRR, 3 * count);
    for (size_t i = 0; i < count; i++) {
        cf_put_u32(w, entries[i].ssrc);
        cf_put_u32(w, entries[i].last_rr);
        cf_put_u32(w, entries[i].delay);
    }
    cf_rtcp_end(w, mark);
}
