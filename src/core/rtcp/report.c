/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sender and receiver reports. */
#include "core/rtcp/report.h"

enum { ROUND_TRIP_MAX_SEC = 60 };

enum cf_err cf_rtcp_parse_report(const struct cf_rtcp_packet *packet, struct cf_rtcp_report *ret_report) {
    if (packet->type != CF_RTCP_SR && packet->type != CF_RTCP_RR) {
        return CF_ERR_MALFORMED;
    }
    struct cf_reader r;
    cf_reader_init(&r, packet->body);
    struct cf_rtcp_report report = {.ssrc = cf_take_u32(&r), .is_sender = packet->type == CF_RTCP_SR};
    if (report.is_sender) {
        report.info.ntp = cf_take_u64(&r);
        report.info.rtp_timestamp = cf_take_u32(&r);
        report.info.packet_count = cf_take_u32(&r);
        report.info.octet_count = cf_take_u32(&r);
    }
    report.blocks = cf_take(&r, CF_RTCP_BLOCK_LEN * (size_t)packet->count);
    if (!cf_reader_ok(&r)) {
        return CF_ERR_TRUNCATED;
    }
    *ret_report = report;
    return CF_OK;
}

/* Sign of a number of 24 bits. */
static int32_t signed_24(uint32_t v) {
    return (int32_t)(v << 8) / 256;
}

bool cf_rtcp_block_at(const struct cf_rtcp_report *report, size_t index, struct cf_report_block *ret_block) {
    if (index >= report->blocks.len / CF_RTCP_BLOCK_LEN) {
        return false;
    }
    const uint8_t *at = report->blocks.at + index * CF_RTCP_BLOCK_LEN;
    uint32_t loss = cf_be32(at + 4);
    *ret_block = (struct cf_report_block){
        .ssrc = cf_be32(at),
        .fraction_lost = (uint8_t)(loss >> 24),
        .lost = signed_24(loss & 0xffffffU),
        .highest_sequence = cf_be32(at + 8),
        .jitter = cf_be32(at + 12),
        .last_sr = cf_be32(at + 16),
        .delay_since_sr = cf_be32(at + 20),
    };
    return true;
}

static void put_blocks(struct cf_writer *w, const struct cf_report_block *blocks, size_t count) {
    for (size_t i = 0; i < count; i++) {
        cf_put_u32(w, blocks[i].ssrc);
        cf_put_u8(w, blocks[i].fraction_lost);
        cf_put_u24(w, (uint32_t)blocks[i].lost & 0xffffffU);
        cf_put_u32(w, blocks[i].highest_sequence);
        cf_put_u32(w, blocks[i].jitter);
        cf_put_u32(w, blocks[i].last_sr);
        cf_put_u32(w, blocks[i].delay_since_sr);
    }
}

void cf_put_rtcp_sr(struct cf_writer *w, uint32_t ssrc, const struct cf_sender_info *info, const struct cf_report_block *blocks,
                    size_t count) {
    cf_assert(count <= CF_RTCP_COUNT_MAX);
    struct cf_rtcp_mark mark = cf_rtcp_begin(w, (uint8_t)count, CF_RTCP_SR);
    cf_put_u32(w, ssrc);
    cf_put_u64(w, info->ntp);
    cf_put_u32(w, info->rtp_timestamp);
    cf_put_u32(w, info->packet_count);
    cf_put_u32(w, info->octet_count);
    put_blocks(w, blocks, count);
    cf_rtcp_end(w, mark);
}

void cf_put_rtcp_rr(struct cf_writer *w, uint32_t ssrc, const struct cf_report_block *blocks, size_t count) {
    cf_assert(count <= CF_RTCP_COUNT_MAX);
    struct cf_rtcp_mark mark = cf_rtcp_begin(w, (uint8_t)count, CF_RTCP_RR);
    cf_put_u32(w, ssrc);
    put_blocks(w, blocks, count);
    cf_rtcp_end(w, mark);
}

cf_usec cf_rtcp_round_trip(uint32_t last_sr, uint32_t delay, cf_ntp ntp) {
    if (last_sr == 0) {
        return -1;
    }
    uint32_t trip = cf_ntp_middle(ntp) - last_sr - delay;
    if (trip > (uint32_t)ROUND_TRIP_MAX_SEC << 16) {
        return -1;
    }
    return cf_ticks_to_usec(trip, 65536);
}
