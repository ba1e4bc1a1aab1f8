/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a receiver keeps of one source (RFC 3550 appendix A.1, A.3, A.8): is it a source at all, how much was lost, how much does
 * its arrival jitter, and the report block that tells it so. Value type of fixed size, no allocation, one per SSRC.
 */
#ifndef CF_CORE_RTP_RECEIVER_H
#define CF_CORE_RTP_RECEIVER_H

#include "base/usec.h"
#include "core/rtp/packet.h"

/** Packets in order before a plain source is believed (RFC 3550 A.1). Authenticated sources need none: pass 0. */
#define CF_RTP_PROBATION 2U

/** A report block (RFC 3550 section 6.4.1), host order. */
struct cf_report_block {
    uint32_t ssrc;             /**< the source that is reported on */
    int32_t lost;              /**< packets lost since the beginning; negative with duplicates; 24 bits */
    uint32_t highest_sequence; /**< cycles << 16 | sequence */
    uint32_t jitter;           /**< in ticks of the media clock */
    uint32_t last_sr;          /**< middle 32 bits of the NTP time of the last sender report; 0: none */
    uint32_t delay_since_sr;   /**< in 1/65536 s; 0: none */
    uint8_t fraction_lost;     /**< of 256, since the last report */
};

/** What became of a packet. */
enum cf_rtp_arrival {
    CF_RTP_ARRIVAL_OK,        /**< counted: in order, or slightly late or ahead */
    CF_RTP_ARRIVAL_PROBATION, /**< the source is not believed yet: drop the packet */
    CF_RTP_ARRIVAL_JUMP,      /**< far from the others: drop it; if the next one follows on it, the source has restarted */
    CF_RTP_ARRIVAL_RESTART,   /**< the source restarted with this packet: counted from anew, jitter buffers must begin again */
};

/** Statistics of one source. */
struct cf_rtp_receiver {
    uint32_t ssrc;
    uint32_t clock_rate_hz;
    uint32_t cycles;         /**< wraps of the sequence number, times 65536 */
    uint32_t base_sequence;  /**< the first one */
    uint32_t bad_sequence;   /**< the one after the last jump; 65537: none */
    uint32_t received;       /**< packets counted */
    uint32_t expected_prior; /**< at the last report */
    uint32_t received_prior; /**< at the last report */
    uint32_t transit;        /**< arrival minus timestamp of the last packet, ticks */
    uint32_t timestamp;      /**< of the last packet */
    uint32_t jitter_16;      /**< jitter times 16, ticks */
    uint32_t last_sr;        /**< middle 32 bits of the NTP time of the last sender report */
    cf_usec last_sr_at;      /**< when it came; meaningful if last_sr != 0 */
    cf_usec last_packet_at;  /**< when the last counted packet came */
    uint64_t octets;         /**< of payload, counted packets only */
    uint16_t max_sequence;   /**< highest one seen */
    uint8_t probation;       /**< packets in order still wanted */
    uint8_t probation_start; /**< the same at the beginning */
    bool is_started;         /**< a packet was seen */
    bool has_transit;        /**< .transit and .timestamp are meaningful */
};

/** Begin with a source nothing was received of. @p clock_rate_hz must not be 0; @p probation as CF_RTP_PROBATION or 0. */
void cf_rtp_receiver_init(struct cf_rtp_receiver *r, uint32_t ssrc, uint32_t clock_rate_hz, uint8_t probation);

/**
 * Count a packet. For SRTP call it after authentication only. Jitter is taken over counted packets; packets of one frame have one
 * timestamp and are taken once.
 */
enum cf_rtp_arrival cf_rtp_receiver_on_packet(struct cf_rtp_receiver *r, const struct cf_rtp_view *packet, cf_usec now);

/** The payload type changed to one of another clock (RFC 7160): jitter is taken up again from the next packet. */
void cf_rtp_receiver_set_clock(struct cf_rtp_receiver *r, uint32_t clock_rate_hz);

/** A sender report of the source came in with NTP time @p ntp. */
void cf_rtp_receiver_on_sr(struct cf_rtp_receiver *r, cf_ntp ntp, cf_usec now);

/** Packets expected so far, by sequence numbers. */
uint32_t cf_rtp_receiver_expected(const struct cf_rtp_receiver *r);

/** True once the source is believed: there is something to report. */
bool cf_rtp_receiver_is_valid(const struct cf_rtp_receiver *r);

/** The report block for now. A mutation: the next fraction lost counts from here. The source must be valid. */
void cf_rtp_receiver_report(struct cf_rtp_receiver *r, cf_usec now, struct cf_report_block *ret_block);

#endif
