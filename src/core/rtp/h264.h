/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * H.264 in RTP (RFC 6184), packetization modes 0 and 1: what NAL units a payload holds, cutting an access unit into payloads and
 * joining it again. The interleaved mode 2 is refused. Nothing is decoded. Format file: no state but that of a packetiser or
 * joiner, no time, no allocation.
 */
#ifndef CF_RTP_H264_H
#define CF_RTP_H264_H

#include "base/reader.h"
#include "base/writer.h"

/** NAL unit types that matter here (H.264 table 7-1; 24 and above: RFC 6184 section 5.2). */
enum cf_h264_nal {
    CF_H264_SLICE = 1,   /**< of a picture that is not IDR */
    CF_H264_IDR = 5,     /**< slice of an IDR picture: decoding can begin here */
    CF_H264_SEI = 6,     /**< supplemental information */
    CF_H264_SPS = 7,     /**< sequence parameter set */
    CF_H264_PPS = 8,     /**< picture parameter set */
    CF_H264_AUD = 9,     /**< access unit delimiter */
    CF_H264_LAST = 23,   /**< last type that is a NAL unit of its own */
    CF_H264_STAP_A = 24, /**< several NAL units in one payload */
    CF_H264_FU_A = 28,   /**< a fragment of one */
};

/** What a payload holds. */
struct cf_h264_payload {
    uint32_t nal_types;  /**< bit t: a NAL unit of type t begins here; test with cf_h264_has() */
    bool fragment;       /**< FU-A */
    bool fragment_start; /**< its first fragment */
    bool fragment_end;   /**< its last fragment */
    bool aggregate;      /**< STAP-A */
    bool picture_start;  /**< the first slice of a picture begins here (first_mb_in_slice is 0) */
};

/** Does a NAL unit of @p type begin in the payload? */
static inline bool cf_h264_has(const struct cf_h264_payload *p, enum cf_h264_nal type) {
    return (p->nal_types >> type & 1U) != 0;
}

/**
 * Look at an RTP payload. CF_ERR_TRUNCATED if it or a unit in it is cut off, CF_ERR_MALFORMED for types or combinations that
 * RFC 6184 forbids, CF_ERR_UNSUPPORTED for those of the interleaved mode.
 */
CF_MUST_USE enum cf_err cf_h264_payload_parse(struct cf_span payload, struct cf_h264_payload *ret);

/** May a receiver of packetization-mode 0 get this payload (RFC 6184 section 6.2)? */
static inline bool cf_h264_fits_mode_0(const struct cf_h264_payload *p) {
    return !p->fragment && !p->aggregate;
}

/**
 * The next NAL unit of a byte stream (H.264 annex B): without its start code and trailing zeros; *stream becomes what follows.
 * An empty span at the end.
 */
struct cf_span cf_h264_stream_next(struct cf_span *stream);

/** Cuts access units into payloads. Value type; one a stream. */
struct cf_h264_packetiser {
    size_t payload_max;    /**< octets */
    bool single_only;      /**< packetization-mode 0 */
    struct cf_span stream; /**< NAL units of the access unit that are not begun, the caller's memory */
    struct cf_span unit;   /**< the next NAL unit; empty: the access unit is used up */
    size_t unit_at;        /**< octets of the unit already sent in fragments, 0: none */
    size_t fragments;      /**< fragments left of the unit; 0: it is not being fragmented */
};

/** A packetiser for payloads of at most @p payload_max octets (at least 64); @p single_only for packetization-mode 0. */
void cf_h264_packetiser_init(struct cf_h264_packetiser *p, size_t payload_max, bool single_only);

/**
 * Begin an access unit, given as a byte stream (annex B) that stays the caller's and unchanged until all of it was taken.
 * CF_ERR_NO_ROOM if a NAL unit is too long for packetization-mode 0: the encoder has to make smaller slices.
 */
CF_MUST_USE enum cf_err cf_h264_packetiser_frame(struct cf_h264_packetiser *p, struct cf_span access_unit);

/** The next payload at @p out (payload_max octets of room): its length, 0 if the access unit is used up. */
size_t cf_h264_packetiser_next(struct cf_h264_packetiser *p, uint8_t *out, bool *ret_marker);

/** Joins payloads to a byte stream. Zeroed at the start of each access unit. */
struct cf_h264_joiner {
    bool in_unit; /**< a fragmented NAL unit is not complete */
};

/**
 * Append the NAL units of one RTP payload to @p frame with start codes. Payloads come in sequence order, all of one access unit.
 * The errors of cf_h264_payload_parse(); CF_ERR_MALFORMED for a fragment without its start; CF_ERR_NO_ROOM.
 */
CF_MUST_USE enum cf_err cf_h264_join(struct cf_h264_joiner *joiner, struct cf_writer *frame, struct cf_span payload);

#endif
