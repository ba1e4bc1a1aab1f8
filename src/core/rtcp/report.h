/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sender and receiver reports (RFC 3550 sections 6.4.1 and 6.4.2), and the round trip that a report block tells. Formats and one
 * computation. Profile-specific extensions behind the blocks are passed over.
 */
#ifndef CF_CORE_RTCP_REPORT_H
#define CF_CORE_RTCP_REPORT_H

#include "core/rtcp/rtcp.h"
#include "core/rtp/receiver.h"
#include "core/rtp/sender.h"

/** Octets of a report block. */
#define CF_RTCP_BLOCK_LEN 24U

/** A parsed report. */
struct cf_rtcp_report {
    uint32_t ssrc;              /**< who reports */
    bool is_sender;             /**< SR: .info is there */
    struct cf_sender_info info; /**< zero in a receiver report */
    struct cf_span blocks;      /**< CF_RTCP_BLOCK_LEN octets each; see cf_rtcp_block_at() */
};

/** Parse a packet of type CF_RTCP_SR or CF_RTCP_RR. CF_ERR_TRUNCATED, CF_ERR_MALFORMED (other type). */
CF_MUST_USE enum cf_err cf_rtcp_parse_report(const struct cf_rtcp_packet *packet, struct cf_rtcp_report *ret_report);

/** Block @p index; false at the end. */
bool cf_rtcp_block_at(const struct cf_rtcp_report *report, size_t index, struct cf_report_block *ret_block);

/** Append a sender report with @p count (0..31) blocks. */
void cf_put_rtcp_sr(struct cf_writer *w, uint32_t ssrc, const struct cf_sender_info *info, const struct cf_report_block *blocks,
                    size_t count);

/** Append a receiver report with @p count (0..31) blocks. */
void cf_put_rtcp_rr(struct cf_writer *w, uint32_t ssrc, const struct cf_report_block *blocks, size_t count);

/** The middle 32 bits of @p ntp, as in last_sr: 1/65536 s. */
static inline uint32_t cf_ntp_middle(cf_ntp ntp) {
    return (uint32_t)(ntp >> 16);
}

/**
 * Round trip told by @p last_sr and @p delay (1/65536 s) of a block or DLRR that came in at @p ntp (wall), microseconds. -1 if
 * the peer had no report of ours yet, or if the numbers make no sense (negative, or above a minute: a peer may write anything
 * there).
 */
cf_usec cf_rtcp_round_trip(uint32_t last_sr, uint32_t delay, cf_ntp ntp);

#endif
