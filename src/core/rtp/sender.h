/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a sender keeps of one source of its own, and the sender information of its reports (RFC 3550 section 6.4.1): counts, and
 * which media time belongs to which wall time. Value type of fixed size.
 */
#ifndef CF_CORE_RTP_SENDER_H
#define CF_CORE_RTP_SENDER_H

#include "base/usec.h"
#include "core/rtp/packet.h"

/** Sender information of a sender report, host order. */
struct cf_sender_info {
    cf_ntp ntp;             /**< wall time of the report */
    uint32_t rtp_timestamp; /**< the same instant in media time */
    uint32_t packet_count;  /**< packets sent since the beginning */
    uint32_t octet_count;   /**< octets of payload sent since the beginning, without headers and padding */
};

/** Statistics of one source of ours. */
struct cf_rtp_sender {
    uint32_t ssrc;
    uint32_t clock_rate_hz;
    uint32_t packet_count;
    uint32_t octet_count;
    uint32_t timestamp;   /**< of the last packet that moved media time on */
    cf_usec timestamp_at; /**< when it was sent (or its medium captured) */
};

/** Begin with a source that has sent nothing. @p clock_rate_hz must not be 0. */
void cf_rtp_sender_init(struct cf_rtp_sender *s, uint32_t ssrc, uint32_t clock_rate_hz);

/** A packet with @p timestamp and @p payload_len octets of payload was sent. */
static inline void cf_rtp_sender_on_packet(struct cf_rtp_sender *s, uint32_t timestamp, size_t payload_len, cf_usec now) {
    if (s->packet_count == 0 || timestamp != s->timestamp) {
        /* The packets of one frame leave one after the other: the first one tells when the frame was. */
        s->timestamp = timestamp;
        s->timestamp_at = now;
    }
    s->packet_count++;
    s->octet_count += (uint32_t)payload_len;
}

/**
 * Sender information at @p now, which is @p ntp on the wall: media time is carried on from the last packet at the clock rate.
 * False if nothing was sent yet: then a receiver report is due instead.
 */
bool cf_rtp_sender_report(const struct cf_rtp_sender *s, cf_usec now, cf_ntp ntp, struct cf_sender_info *ret_info);

#endif
