/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/bwe/aimd.h"

#include <math.h>

#define DECREASE 0.85
#define INCREASE_PER_SEC 1.08
#define INCREASE_MIN_BPS 1000.0
#define NEAR_INCREASE_MIN_BPS 4000.0 /* a second */
#define ACKED_FACTOR 1.5             /* never more than this times what arrives ... */
#define ACKED_EXTRA_BPS 10000.0      /* ... and this */
#define PACKET_BITS (1200.0 * 8)
#define FRAMES_PER_SEC 30.0
#define RESPONSE_EXTRA CF_MSEC(100)
#define REDUCE_INTERVAL_MIN CF_MSEC(10)
#define REDUCE_INTERVAL_MAX CF_MSEC(200)
#define CAPACITY_WEIGHT 0.05
#define CAPACITY_DEVIATION_MIN 0.4
#define CAPACITY_DEVIATION_MAX 2.5

static uint64_t clamp(const struct cf_bwe_aimd *aimd, double rate_bps) {
    double min = (double)aimd->bounds.min_bps;
    double max = (double)aimd->bounds.max_bps;
    return (uint64_t)fmax(min, fmin(rate_bps, max));
}

void cf_bwe_aimd_init(struct cf_bwe_aimd *aimd, const struct cf_bwe_bounds *bounds, uint64_t start_bps) {
    *aimd = (struct cf_bwe_aimd){.bounds = *bounds, .changed_at = -1, .decreased_at = -1, .round_trip = CF_BWE_ROUND_TRIP_START};
    aimd->rate_bps = clamp(aimd, (double)start_bps);
}

void cf_bwe_aimd_set_bounds(struct cf_bwe_aimd *aimd, const struct cf_bwe_bounds *bounds) {
    aimd->bounds = *bounds;
    aimd->rate_bps = clamp(aimd, (double)aimd->rate_bps);
}

bool cf_bwe_aimd_can_reduce(const struct cf_bwe_aimd *aimd, uint64_t acked_bps, cf_usec now) {
    cf_usec interval = aimd->round_trip > REDUCE_INTERVAL_MIN ? aimd->round_trip : REDUCE_INTERVAL_MIN;
    interval = cf_usec_min(interval, REDUCE_INTERVAL_MAX);
    return aimd->decreased_at < 0 || now - aimd->decreased_at >= interval || 2 * acked_bps < aimd->rate_bps;
}

/* --- capacity --- */

static double capacity_spread(const struct cf_bwe_capacity *c) {
    return 3 * sqrt(c->deviation * c->mean);
}

static void capacity_sample(struct cf_bwe_capacity *c, double kbps) {
    if (!c->any) {
        *c = (struct cf_bwe_capacity){.any = true, .mean = kbps, .deviation = CAPACITY_DEVIATION_MIN};
        return;
    }
    c->mean = (1 - CAPACITY_WEIGHT) * c->mean + CAPACITY_WEIGHT * kbps;
    double error = c->mean - kbps;
    c->deviation = (1 - CAPACITY_WEIGHT) * c->deviation + CAPACITY_WEIGHT * error * error / fmax(c->mean, 1);
    c->deviation = fmin(fmax(c->deviation, CAPACITY_DEVIATION_MIN), CAPACITY_DEVIATION_MAX);
}

/* --- up and down --- */

/* Bits a second by which the rate grows in a second where the limit is known: a packet a response time. */
static double near_increase(const struct cf_bwe_aimd *aimd) {
    double frame = (double)aimd->rate_bps / FRAMES_PER_SEC;
    double packets = fmax(ceil(frame / PACKET_BITS), 1);
    double response_sec = 2 * (double)(aimd->round_trip + RESPONSE_EXTRA) / 1e6;
    return fmax(frame / packets / response_sec, NEAR_INCREASE_MIN_BPS);
}

static void increase(struct cf_bwe_aimd *aimd, uint64_t acked_bps, cf_usec now) {
    double acked = (double)acked_bps;
    double rate = (double)aimd->rate_bps;
    double elapsed = aimd->changed_at < 0 ? 1 : fmin((double)(now - aimd->changed_at) / 1e6, 1);
    if (aimd->capacity.any && acked / 1000 > aimd->capacity.mean + capacity_spread(&aimd->capacity)) {
        aimd->capacity.any = false; /* the link got better */
    }
    double step =
        aimd->capacity.any ? near_increase(aimd) * elapsed : fmax(rate * (pow(INCREASE_PER_SEC, elapsed) - 1), INCREASE_MIN_BPS);
    double limit = acked_bps > 0 && !aimd->is_daring ? ACKED_FACTOR * acked + ACKED_EXTRA_BPS : rate + step;
    if (rate < limit) {
        aimd->rate_bps = clamp(aimd, fmin(rate + step, limit));
    }
    aimd->changed_at = now;
}

static void decrease(struct cf_bwe_aimd *aimd, uint64_t acked_bps, cf_usec now) {
    double acked = acked_bps > 0 ? (double)acked_bps : (double)aimd->rate_bps;
    double rate = acked * DECREASE;
    if (rate > (double)aimd->rate_bps && aimd->capacity.any) {
        rate = aimd->capacity.mean * 1000 * DECREASE;
    }
    if (rate < (double)aimd->rate_bps) {
        aimd->rate_bps = clamp(aimd, rate);
    }
    if (aimd->capacity.any && acked / 1000 < aimd->capacity.mean - capacity_spread(&aimd->capacity)) {
        aimd->capacity.any = false; /* another link than before */
    }
    capacity_sample(&aimd->capacity, acked / 1000);
    aimd->is_increasing = false;
    aimd->changed_at = now;
    aimd->decreased_at = now;
}

void cf_bwe_aimd_on_observation(struct cf_bwe_aimd *aimd, const struct cf_bwe_observation *observation, cf_usec now) {
    switch (observation->usage) {
    case CF_BWE_USAGE_OVER:
        decrease(aimd, observation->acked_bps, now);
        break;
    case CF_BWE_USAGE_UNDER:
        aimd->is_increasing = false;
        break;
    case CF_BWE_USAGE_NORMAL:
        if (!aimd->is_increasing) {
            aimd->is_increasing = true;
            aimd->changed_at = now;
        }
        increase(aimd, observation->acked_bps, now);
        break;
    }
}

void cf_bwe_aimd_set_rate(struct cf_bwe_aimd *aimd, uint64_t rate_bps, cf_usec now) {
    if (rate_bps < aimd->rate_bps) {
        aimd->decreased_at = now;
    }
    aimd->rate_bps = clamp(aimd, (double)rate_bps);
    aimd->changed_at = now;
}
