/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * H.265 in RTP (RFC 7798): what NAL units a payload holds. Single units, aggregation packets and fragmentation units without
 * decoding order numbers (sprop-max-don-diff 0, the default); PACI packets are looked through. Nothing is decoded. Format file.
 */
#ifndef CF_RTP_H265_H
#define CF_RTP_H265_H

#include "base/reader.h"

/** NAL unit types that matter here (H.265 table 7-1; 48 and above: RFC 7798 section 4.4). */
enum cf_h265_nal {
    CF_H265_BLA_FIRST = 16, /**< first of those at which decoding can begin ... */
    CF_H265_IRAP_LAST = 23, /**< ... and the last, reserved ones included */
    CF_H265_VCL_LAST = 31,  /**< slices up to this */
    CF_H265_VPS = 32,
    CF_H265_SPS = 33,
    CF_H265_PPS = 34,
    CF_H265_AUD = 35,
    CF_H265_LAST = 47, /**< last type that is a NAL unit of its own */
    CF_H265_AP = 48,
    CF_H265_FU = 49,
    CF_H265_PACI = 50,
};

/** What a payload holds. */
struct cf_h265_payload {
    uint64_t nal_types; /**< bit t: a NAL unit of type t begins here; test with cf_h265_has() */
    bool fragment;      /**< a fragmentation unit */
    bool fragment_start;
    bool fragment_end;
    bool picture_start; /**< the first slice segment of a picture begins here */
    uint8_t tid;        /**< temporal layer, 0..6: the lowest of the units */
    uint8_t layer;      /**< nuh_layer_id of the first unit; 0 but in scalable streams */
};

/** Does a NAL unit of @p type begin in the payload? */
static inline bool cf_h265_has(const struct cf_h265_payload *p, enum cf_h265_nal type) {
    return (p->nal_types >> type & 1U) != 0;
}

/** Does a picture at which decoding can begin (IRAP) start here? */
bool cf_h265_has_irap(const struct cf_h265_payload *p);

/**
 * Look at an RTP payload. CF_ERR_TRUNCATED if it or a unit in it is cut off, CF_ERR_MALFORMED for types or combinations that RFC
 * 7798 forbids.
 */
CF_MUST_USE enum cf_err cf_h265_payload_parse(struct cf_span payload, struct cf_h265_payload *ret);

#endif
