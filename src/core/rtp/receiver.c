/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Receiver statistics of RFC 3550 appendix A. */
#include "core/rtp/receiver.h"

#include "core/rtp/sequence.h"

enum {
    SEQUENCE_MOD = 1 << 16,
    NO_BAD_SEQUENCE = SEQUENCE_MOD + 1,
    /* RFC 3550 A.1's typical value: a minute of sound. */
    DROPOUT_MAX = 3000,
    /* A.1 says 100, for sound. Video runs at thousands of packets a second, and a retransmission comes a round trip late. */
    MISORDER_MAX = 1024,
    LOST_MAX = 0x7fffff, /* 24 bits, signed */
};

void cf_rtp_receiver_init(struct cf_rtp_receiver *r, uint32_t ssrc, uint32_t clock_rate_hz, uint8_t probation) {
    cf_assert(clock_rate_hz > 0);
    *r = (struct cf_rtp_receiver){
        .ssrc = ssrc,
        .clock_rate_hz = clock_rate_hz,
        .bad_sequence = NO_BAD_SEQUENCE,
        .probation = probation,
        .probation_start = probation,
    };
}

/* Counting begins (again) with @sequence, which is not counted yet. */
static void begin_at(struct cf_rtp_receiver *r, uint16_t sequence) {
    r->base_sequence = sequence;
    r->max_sequence = sequence;
    r->bad_sequence = NO_BAD_SEQUENCE;
    r->cycles = 0;
    r->received = 0;
    r->expected_prior = 0;
    r->received_prior = 0;
    r->has_transit = false;
    r->is_started = true;
}

/* The source is not believed yet. True if it is from this packet on. */
static bool pass_probation(struct cf_rtp_receiver *r, uint16_t sequence) {
    bool in_order = r->is_started && sequence == (uint16_t)(r->max_sequence + 1U);
    r->is_started = true;
    r->max_sequence = sequence;
    r->probation = (uint8_t)(in_order ? r->probation - 1 : r->probation_start - 1);
    if (r->probation > 0) {
        return false;
    }
    begin_at(r, sequence);
    return true;
}

static enum cf_rtp_arrival place(struct cf_rtp_receiver *r, uint16_t sequence) {
    if (r->probation > 0) {
        return pass_probation(r, sequence) ? CF_RTP_ARRIVAL_OK : CF_RTP_ARRIVAL_PROBATION;
    }
    if (!r->is_started) {
        begin_at(r, sequence);
        return CF_RTP_ARRIVAL_OK;
    }
    uint16_t ahead = (uint16_t)(sequence - r->max_sequence);
    if (ahead < DROPOUT_MAX) {
        r->cycles += sequence < r->max_sequence ? SEQUENCE_MOD : 0;
        r->max_sequence = sequence;
        return CF_RTP_ARRIVAL_OK;
    }
    if (ahead > SEQUENCE_MOD - MISORDER_MAX) {
        return CF_RTP_ARRIVAL_OK; /* late or a duplicate */
    }
    if (sequence != r->bad_sequence) {
        r->bad_sequence = (uint16_t)(sequence + 1U);
        return CF_RTP_ARRIVAL_JUMP;
    }
    begin_at(r, sequence); /* two in order after a jump: the source has restarted */
    return CF_RTP_ARRIVAL_RESTART;
}

/* RFC 3550 A.8. */
static void take_jitter(struct cf_rtp_receiver *r, uint32_t timestamp, cf_usec now) {
    uint32_t transit = (uint32_t)cf_usec_to_ticks(now, r->clock_rate_hz) - timestamp;
    if (r->has_transit && timestamp == r->timestamp) {
        return; /* the same frame: its packets are spread by the sender, not by the network */
    }
    if (r->has_transit) {
        int32_t d = (int32_t)(transit - r->transit);
        uint32_t distance = d < 0 ? 0U - (uint32_t)d : (uint32_t)d;
        /* A timestamp out of the blue (a restart, a liar) would stay in the average for hundreds of packets. */
        if (distance < 8U * r->clock_rate_hz) {
            r->jitter_16 += distance - ((r->jitter_16 + 8U) >> 4);
        }
    }
    r->transit = transit;
    r->timestamp = timestamp;
    r->has_transit = true;
}

enum cf_rtp_arrival cf_rtp_receiver_on_packet(struct cf_rtp_receiver *r, const struct cf_rtp_view *packet, cf_usec now) {
    enum cf_rtp_arrival arrival = place(r, packet->sequence);
    if (arrival == CF_RTP_ARRIVAL_PROBATION || arrival == CF_RTP_ARRIVAL_JUMP) {
        return arrival;
    }
    r->received++;
    r->octets += packet->payload.len;
    r->last_packet_at = now;
    take_jitter(r, packet->timestamp, now);
    return arrival;
}

void cf_rtp_receiver_set_clock(struct cf_rtp_receiver *r, uint32_t clock_rate_hz) {
    cf_assert(clock_rate_hz > 0);
    if (clock_rate_hz != r->clock_rate_hz) {
        r->jitter_16 = (uint32_t)((uint64_t)r->jitter_16 * clock_rate_hz / r->clock_rate_hz);
        r->clock_rate_hz = clock_rate_hz;
        r->has_transit = false;
    }
}

void cf_rtp_receiver_on_sr(struct cf_rtp_receiver *r, cf_ntp ntp, cf_usec now) {
    r->last_sr = (uint32_t)(ntp >> 16);
    r->last_sr_at = now;
}

uint32_t cf_rtp_receiver_expected(const struct cf_rtp_receiver *r) {
    return cf_rtp_receiver_is_valid(r) ? r->cycles + r->max_sequence - r->base_sequence + 1U : 0;
}

bool cf_rtp_receiver_is_valid(const struct cf_rtp_receiver *r) {
    return r->is_started && r->probation == 0;
}

static int32_t clamp_lost(int64_t lost) {
    if (lost > LOST_MAX) {
        return LOST_MAX;
    }
    return lost < -LOST_MAX - 1 ? -LOST_MAX - 1 : (int32_t)lost;
}

/* Lost since the last report, of 256 (RFC 3550 A.3). */
static uint8_t take_fraction(struct cf_rtp_receiver *r, uint32_t expected) {
    uint32_t expected_now = expected - r->expected_prior;
    uint32_t received_now = r->received - r->received_prior;
    r->expected_prior = expected;
    r->received_prior = r->received;
    if (expected_now == 0 || expected_now > INT32_MAX || received_now >= expected_now) {
        return 0;
    }
    uint64_t fraction = ((uint64_t)(expected_now - received_now) << 8) / expected_now;
    return (uint8_t)(fraction > UINT8_MAX ? UINT8_MAX : fraction);
}

/* In 1/65536 s; saturates after 18 hours. */
static uint32_t delay_since_sr(const struct cf_rtp_receiver *r, cf_usec now) {
    cf_usec since = now > r->last_sr_at ? now - r->last_sr_at : 0;
    uint64_t units = cf_usec_to_ticks(since, 65536);
    return units > UINT32_MAX ? UINT32_MAX : (uint32_t)units;
}

void cf_rtp_receiver_report(struct cf_rtp_receiver *r, cf_usec now, struct cf_report_block *ret_block) {
    cf_assert(cf_rtp_receiver_is_valid(r));
    uint32_t expected = cf_rtp_receiver_expected(r);
    *ret_block = (struct cf_report_block){
        .ssrc = r->ssrc,
        .lost = clamp_lost((int64_t)expected - (int64_t)r->received),
        .highest_sequence = r->cycles + r->max_sequence,
        .jitter = r->jitter_16 >> 4,
        .last_sr = r->last_sr,
        .delay_since_sr = r->last_sr == 0 ? 0 : delay_since_sr(r, now),
        .fraction_lost = take_fraction(r, expected),
    };
}
