/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One stream that comes in on a line: which SSRC it has, how it arrives, and, of pictures, its source in the room. A line has
 * one, or with simulcast one for each encoding that was agreed on, told apart by RtpStreamId (RFC 8852, RFC 8853 section 5.5).
 * Plain structs; who may take over a stream is decided in streams.c.
 */
#ifndef CF_MEDIA_STREAM_H
#define CF_MEDIA_STREAM_H

#include "core/media/messages.h"
#include "core/offer/params.h"
#include "core/rtp/receiver.h"
#include "core/sfu/source.h"

struct cf_engine_line;

/** The stream. */
struct cf_engine_stream {
    struct cf_engine_line *line;     /**< the line that it belongs to */
    struct cf_media_encoding agreed; /**< its rid; empty: the line has no simulcast */
    struct cf_rtp_receiver receiver;
    struct cf_rtp_receiver candidate;       /**< another SSRC that may take over */
    cf_usec changed_at;                     /**< of SSRC or format */
    cf_usec free_until;                     /**< until then another SSRC may take over whether the present one is silent or not */
    uint32_t repair_ssrc;                   /**< of its retransmissions, learnt from MID or RepairedRtpStreamId; 0: not known */
    uint32_t starts;                        /**< times that it began anew, with this or another SSRC */
    uint8_t fir_number;                     /**< of our last FIR */
    bool has_source;                        /**< pictures: .source is made and in the room */
    uint32_t far_name;                      /**< of a shadow: name of the source where it lives */
    uint64_t far_bps[CF_MEDIA_WORKERS_MAX]; /**< what other workers want of it: struct cf_parcel_wish */
    struct cf_source source;
};

/** Does the peer send @p stream, or repair it, with @p ssrc? */
static inline bool cf_engine_stream_has(const struct cf_engine_stream *stream, uint32_t ssrc) {
    return (stream->receiver.is_started && stream->receiver.ssrc == ssrc) ||
           (stream->repair_ssrc != 0 && stream->repair_ssrc == ssrc);
}

/** The stream whose source @p source is. */
static inline struct cf_engine_stream *cf_engine_stream_of(struct cf_source *source) {
    return CF_OF(source, struct cf_engine_stream, source);
}

#endif
