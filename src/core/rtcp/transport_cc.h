/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Transport-wide congestion control feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01 section 3.1): which packets of a
 * transport have arrived, and when, by the receiver's clock. Format only: parsed by a visit of one packet after the other,
 * printed from a list of arrival times. Nothing is allocated.
 */
#ifndef CF_CORE_RTCP_TRANSPORT_CC_H
#define CF_CORE_RTCP_TRANSPORT_CC_H

#include "base/usec.h"
#include "core/rtcp/feedback.h"

/** Unit of the reference time, and of the differences between arrivals. */
#define CF_TWCC_REFERENCE CF_MSEC(64)
#define CF_TWCC_TICK INT64_C(250)

/** The reference time has 24 bits and wraps after this. */
#define CF_TWCC_WRAP (CF_TWCC_REFERENCE << 24)

/** Most packets in one message that we print, and octets that it has room for. */
#define CF_TWCC_PRINT_MAX 512

/** A message. */
struct cf_twcc {
    uint16_t base;          /**< sequence number of the first packet that is spoken of */
    uint16_t count;         /**< packets that are spoken of, 1.. */
    uint8_t feedback_count; /**< running number of the message */
    cf_usec reference;      /**< 0 .. CF_TWCC_WRAP - 1 */
    struct cf_span chunks;  /**< packet status chunks, two octets each; what follows them is in .deltas */
    struct cf_span deltas;
};

/** One packet of a message. */
struct cf_twcc_status {
    uint16_t sequence;
    bool is_received;
    cf_usec arrival; /**< from the same zero as .reference; may be below it or above CF_TWCC_WRAP. 0 if not received */
};

/** Where a visit stands. Value type. */
struct cf_twcc_iter {
    struct cf_reader chunks;
    struct cf_reader deltas;
    uint16_t sequence;
    uint16_t left;       /**< packets not visited yet */
    uint16_t chunk;      /**< the one at hand */
    uint16_t chunk_left; /**< packets of it that are left */
    cf_usec arrival;
};

/**
 * Parse the FCI of a CF_RTPFB_TRANSPORT_CC and check that chunks and times are all there. CF_ERR_TRUNCATED, CF_ERR_MALFORMED (no
 * packet, reserved symbol).
 */
CF_MUST_USE enum cf_err cf_twcc_parse(const struct cf_rtcp_feedback *feedback, struct cf_twcc *ret_twcc);

/** Begin visiting the packets of @p twcc. */
void cf_twcc_iter_init(struct cf_twcc_iter *iter, const struct cf_twcc *twcc);

/** The next packet. False at the end. */
bool cf_twcc_next(struct cf_twcc_iter *iter, struct cf_twcc_status *ret_status);

/** What a message is printed from. */
struct cf_twcc_report {
    uint32_t sender_ssrc;
    uint32_t media_ssrc;
    uint8_t feedback_count;
    uint16_t base;           /**< sequence number of arrivals[0] */
    const cf_usec *arrivals; /**< any zero, the same in all messages; CF_USEC_NEVER: not received */
    size_t count;            /**< 1..CF_TWCC_PRINT_MAX */
};

/**
 * Append a message. Ends before a packet whose time is too far from that of the one before (more than 8 s). Returns how many
 * packets it speaks of, 0 if none was received: nothing is appended then.
 */
size_t cf_put_rtcp_transport_cc(struct cf_writer *w, const struct cf_twcc_report *report);

#endif
