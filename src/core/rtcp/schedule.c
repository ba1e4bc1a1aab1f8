/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RTCP intervals and early feedback. */
#include "core/rtcp/schedule.h"

#include "base/bug.h"

enum {
    /* RFC 3550 section 6.3.1: e - 3/2 in millionths makes up for reconsideration, which draws the shorter of two. */
    COMPENSATION_PPM = 1218281,
    TIMEOUT_INTERVALS = 5,
};

/* Longest interval: bandwidth of a bit a second would otherwise schedule the next report after the end of the world. */
#define INTERVAL_MAX CF_SEC(3600)

/* Tmin for now. */
static cf_usec minimum(const struct cf_rtcp_schedule *s) {
    if (!s->config.is_avpf) {
        return s->is_initial ? s->config.minimum_usec / 2 : s->config.minimum_usec;
    }
    return s->is_initial && s->config.is_multiparty ? CF_SEC(1) : 0; /* RFC 4585 section 3.5.1 */
}

/* Td, the interval before dithering (RFC 3550 section 6.3.1). */
static cf_usec fixed_interval(const struct cf_rtcp_schedule *s, cf_usec minimum_usec) {
    uint64_t sharers = s->members;
    uint64_t bandwidth_4 = (uint64_t)s->config.bandwidth_bps * 4; /* in quarters */
    if (s->senders > 0 && (uint64_t)s->senders * 4 <= s->members) {
        /* Few senders have a quarter of the bandwidth for themselves, so that lip sync comes soon. */
        sharers = s->is_sender ? s->senders : s->members - s->senders;
        bandwidth_4 = s->is_sender ? s->config.bandwidth_bps : (uint64_t)s->config.bandwidth_bps * 3;
    }
    uint64_t octets = (uint64_t)(s->mean_size_16 >> 4) * sharers;
    uint64_t interval = octets * 8 * 4 * 1000000 / bandwidth_4;
    cf_usec bounded = interval > (uint64_t)INTERVAL_MAX ? INTERVAL_MAX : (cf_usec)interval;
    return bounded > minimum_usec ? bounded : minimum_usec;
}

/* @duration times a number evenly distributed between 0.5 and 1.5. */
static cf_usec dither(struct cf_rtcp_schedule *s, cf_usec duration) {
    return duration / 2 + (cf_usec)(((uint64_t)duration * (cf_rng_u32(&s->rng) >> 8)) >> 24);
}

/* Draw T. */
static cf_usec draw_interval(struct cf_rtcp_schedule *s) {
    return dither(s, fixed_interval(s, minimum(s))) * 1000000 / COMPENSATION_PPM;
}

void cf_rtcp_schedule_init(struct cf_rtcp_schedule *s, const struct cf_rtcp_schedule_config *config, cf_usec now) {
    cf_assert(config->bandwidth_bps > 0);
    *s = (struct cf_rtcp_schedule){
        .config = *config,
        .last_at = now,
        .floor_at = now,
        .early_again_at = now,
        .members = 2,
        .mean_size_16 = config->packet_octets << 4,
        .is_initial = true,
    };
    cf_rng_init(&s->rng, config->seed);
    s->interval_usec = draw_interval(s);
    s->next_at = now + s->interval_usec;
}

/* @duration scaled by members that are left of members that were. */
static cf_usec shrink(cf_usec duration, uint32_t members, uint32_t members_before) {
    return duration <= 0 ? 0 : (cf_usec)((uint64_t)duration * members / members_before);
}

void cf_rtcp_schedule_on_members(struct cf_rtcp_schedule *s, uint32_t members, uint32_t senders, bool is_sender, cf_usec now) {
    uint32_t now_members = members > 0 ? members : 1;
    if (now_members < s->members) {
        s->next_at = now + shrink(s->next_at - now, now_members, s->members);
        s->last_at = now - shrink(now - s->last_at, now_members, s->members);
    }
    s->members = now_members;
    s->senders = senders < now_members ? senders : now_members;
    s->is_sender = is_sender;
}

static void average_size(struct cf_rtcp_schedule *s, size_t octets) {
    uint32_t bounded = octets > UINT16_MAX ? UINT16_MAX : (uint32_t)octets;
    s->mean_size_16 += bounded - (s->mean_size_16 >> 4);
}

void cf_rtcp_schedule_on_received(struct cf_rtcp_schedule *s, size_t octets) {
    average_size(s, octets);
}

void cf_rtcp_schedule_on_sent(struct cf_rtcp_schedule *s, size_t octets) {
    average_size(s, octets);
}

/* Feedback is to go with the next regular packet. */
static enum cf_rtcp_feedback_plan wait_for_regular(struct cf_rtcp_schedule *s) {
    s->has_feedback = true;
    return CF_RTCP_FEEDBACK_REGULAR;
}

enum cf_rtcp_feedback_plan cf_rtcp_schedule_on_feedback(struct cf_rtcp_schedule *s, cf_usec useful_usec, cf_usec now) {
    if (!s->config.is_avpf) {
        return wait_for_regular(s);
    }
    if (s->has_early) {
        return CF_RTCP_FEEDBACK_EARLY; /* RFC 4585 section 3.5.2, 2a */
    }
    if (s->has_feedback) {
        return CF_RTCP_FEEDBACK_REGULAR;
    }
    cf_usec delay = s->config.is_multiparty ? (cf_usec)cf_rng_below(&s->rng, (uint32_t)(s->interval_usec / 2) + 1U) : 0;
    if (now + delay >= s->next_at) {
        return wait_for_regular(s); /* 3a */
    }
    if (now < s->early_again_at) {
        return s->next_at - now < useful_usec ? wait_for_regular(s) : CF_RTCP_FEEDBACK_DISCARD; /* 4a */
    }
    s->has_early = true;
    s->early_at = now + delay;
    return CF_RTCP_FEEDBACK_EARLY;
}

cf_usec cf_rtcp_schedule_deadline(const struct cf_rtcp_schedule *s) {
    /*
     * RFC 4585 wakes up at every tn and suppresses the report while trr-int has not passed. Nothing happens at these wake-ups but
     * that early feedback is allowed again, and early_again_at says that already: so they are left out.
     */
    cf_usec regular = s->has_feedback || s->next_at > s->floor_at ? s->next_at : s->floor_at;
    return s->has_early ? cf_usec_min(s->early_at, regular) : regular;
}

/* The early packet goes out: it takes the place of the next regular one (RFC 4585 section 3.5.2, 6). */
static void send_early(struct cf_rtcp_schedule *s) {
    cf_usec previous_next = s->next_at;
    s->has_early = false;
    s->next_at = s->last_at + 2 * s->interval_usec;
    s->next_at = s->next_at > previous_next ? s->next_at : previous_next;
    s->last_at = previous_next;
    s->early_again_at = s->next_at;
    s->due = CF_RTCP_DUE_FEEDBACK;
}

/* tn has come: timer reconsideration, then a packet, full if trr-int has passed (RFC 4585 section 3.5.3). */
static void reach_next(struct cf_rtcp_schedule *s, cf_usec now) {
    cf_usec interval = draw_interval(s);
    if (s->last_at + interval > now) {
        s->next_at = s->last_at + interval;
        return;
    }
    bool is_regular = s->is_initial || now >= s->floor_at;
    s->due = is_regular ? CF_RTCP_DUE_REGULAR : CF_RTCP_DUE_FEEDBACK;
    if (is_regular) {
        s->is_initial = false;
        s->floor_at = s->config.is_avpf ? now + dither(s, s->config.trr_int_usec) : now;
    }
    s->has_feedback = false;
    s->has_early = false; /* it goes with this packet */
    s->last_at = now;
    s->early_again_at = now;
    s->interval_usec = draw_interval(s);
    s->next_at = now + s->interval_usec;
}

void cf_rtcp_schedule_on_deadline(struct cf_rtcp_schedule *s, cf_usec now) {
    if (now < cf_rtcp_schedule_deadline(s)) {
        return;
    }
    if (s->has_early && now >= s->early_at && now < s->next_at) {
        send_early(s);
    } else if (now >= s->next_at) {
        reach_next(s, now);
    }
}

enum cf_rtcp_due cf_rtcp_schedule_poll(struct cf_rtcp_schedule *s) {
    enum cf_rtcp_due due = s->due;
    s->due = CF_RTCP_DUE_NONE;
    return due;
}

cf_usec cf_rtcp_schedule_timeout(const struct cf_rtcp_schedule *s) {
    /* Without the randomisation, and with Tmin of a session that has begun, whoever asks. */
    cf_usec least = s->config.minimum_usec > 0 ? s->config.minimum_usec : CF_RTCP_MINIMUM;
    if (s->config.is_avpf && s->config.trr_int_usec > 0) {
        least = s->config.trr_int_usec > least ? s->config.trr_int_usec : least;
    }
    return TIMEOUT_INTERVALS * fixed_interval(s, least);
}
