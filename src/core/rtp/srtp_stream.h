/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What SRTP keeps of each SSRC under a key: packet index (rollover counter and sequence number), SRTCP index, and replay windows
 * (RFC 3711 sections 3.2.1 and 3.3.1). The arithmetic only, without cryptography: providers of packet protection, real and fake,
 * use it. A table of bounded size that grows when a new SSRC is added, which is after its first packet was authenticated.
 */
#ifndef CF_CORE_RTP_SRTP_STREAM_H
#define CF_CORE_RTP_SRTP_STREAM_H

#include "base/err.h"
#include "base/mem.h"
#include "core/rtp/replay.h"

/** Last index of an SRTP packet under one key (48 bits), and of an SRTCP packet (31 bits). */
#define CF_SRTP_INDEX_MAX ((UINT64_C(1) << 48) - 1)
#define CF_SRTCP_INDEX_MAX ((UINT32_C(1) << 31) - 1)

/** No slot: the SSRC is not known. */
#define CF_SRTP_SLOT_NONE UINT32_MAX

/** One SSRC. */
struct cf_srtp_stream {
    uint32_t ssrc;
    uint32_t first_roc;    /**< rollover counter of the first packet */
    struct cf_replay rtp;  /**< indices of packets sent or authenticated */
    uint64_t rtcp_next;    /**< index of the next SRTCP packet that is sent; above CF_SRTCP_INDEX_MAX: key used up */
    struct cf_replay rtcp; /**< the same of SRTCP that came in */
};

/** All SSRCs under one key in one direction. */
struct cf_srtp_streams {
    const struct cf_mem *mem;
    struct cf_srtp_stream *slots; /**< owned; moves when it grows */
    size_t slots_max;
    uint32_t count;
    uint32_t limit;
    uint16_t *buckets;     /**< owned open-addressing table: slot plus 1, 0 is free */
    uint32_t bucket_count; /**< a power of two, at least twice .count */
};

/** An empty table for at most @p limit SSRCs, 1..CF_SRTP_STREAMS_MAX. CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_srtp_streams_init(struct cf_srtp_streams *streams, const struct cf_mem *mem, uint32_t limit);

/** Free everything. A zeroed table is allowed. */
void cf_srtp_streams_fini(struct cf_srtp_streams *streams);

/** The slot of @p ssrc, CF_SRTP_SLOT_NONE if it is not there. */
uint32_t cf_srtp_streams_find(const struct cf_srtp_streams *streams, uint32_t ssrc);

/** Add @p ssrc, which is not there. CF_ERR_LIMIT, CF_ERR_NO_MEMORY. Pointers to slots become invalid. */
CF_MUST_USE enum cf_err cf_srtp_streams_add(struct cf_srtp_streams *streams, uint32_t ssrc, uint32_t first_roc,
                                            uint32_t *ret_slot);

/**
 * The index that @p sequence most likely has in @p stream (NULL: an unknown one, at rollover counter 0). CF_ERR_REPLAYED: it
 * would be before the beginning; CF_ERR_LIMIT: beyond what one key may protect.
 */
CF_MUST_USE enum cf_err cf_srtp_stream_guess(const struct cf_srtp_stream *stream, uint16_t sequence, uint64_t *ret_index);

/**
 * The usual case in a few steps: if @p sequence follows the highest index of @p stream, that index is taken (it counts as sent)
 * and given. False: it does not, nothing has changed.
 */
static inline bool cf_srtp_stream_take_next(struct cf_srtp_stream *stream, uint16_t sequence, uint64_t *ret_index) {
    uint64_t next = stream->rtp.highest + 1;
    if (!stream->rtp.is_started || sequence != (uint16_t)next || next > CF_SRTP_INDEX_MAX) {
        return false;
    }
    cf_replay_add_next(&stream->rtp);
    *ret_index = next;
    return true;
}

#endif
