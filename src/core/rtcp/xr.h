/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Extended reports (RFC 3611): receiver reference time and its answer (DLRR), by which receivers that send no media measure the
 * round trip. Other blocks are visited, not interpreted. A format.
 */
#ifndef CF_CORE_RTCP_XR_H
#define CF_CORE_RTCP_XR_H

#include "base/usec.h"
#include "core/rtcp/rtcp.h"

/** Block types that are interpreted. */
#define CF_XR_RRT 4U
#define CF_XR_DLRR 5U

/** A report block. */
struct cf_xr_block {
    uint8_t type;
    uint8_t specific;    /**< the octet after the type */
    struct cf_span body; /**< after the four octets of block header */
};

/** Where a visit stands. Value type. */
struct cf_xr_iter {
    struct cf_span rest;
};

/** Begin visiting the blocks of @p packet, of type CF_RTCP_XR. @p ret_ssrc is who reports. CF_ERR_TRUNCATED. */
CF_MUST_USE enum cf_err cf_xr_iter_init(struct cf_xr_iter *iter, const struct cf_rtcp_packet *packet, uint32_t *ret_ssrc);

/** The next block. False at the end, or where a block runs past the packet. */
bool cf_xr_next(struct cf_xr_iter *iter, struct cf_xr_block *ret_block);

/** The time in a CF_XR_RRT block. CF_ERR_TRUNCATED. */
CF_MUST_USE enum cf_err cf_xr_parse_rrt(const struct cf_xr_block *block, cf_ntp *ret_ntp);

/** Sub-block of a DLRR. */
struct cf_xr_dlrr {
    uint32_t ssrc;    /**< the receiver whose reference time this answers */
    uint32_t last_rr; /**< middle 32 bits of it; 0: none */
    uint32_t delay;   /**< since it came, 1/65536 s */
};

/** Sub-block @p index of a CF_XR_DLRR block; false at the end. Round trip: cf_rtcp_round_trip(). */
bool cf_xr_dlrr_at(const struct cf_xr_block *block, size_t index, struct cf_xr_dlrr *ret_dlrr);

/** Append an XR with a receiver reference time block. */
void cf_put_rtcp_xr_rrt(struct cf_writer *w, uint32_t ssrc, cf_ntp ntp);

/** Append an XR with a DLRR block of @p count sub-blocks. */
void cf_put_rtcp_xr_dlrr(struct cf_writer *w, uint32_t ssrc, const struct cf_xr_dlrr *entries, size_t count);

#endif
