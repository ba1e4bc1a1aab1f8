/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How much to send, by what the delays say (draft-ietf-rmcat-gcc-02 section 5.5, as libwebrtc has it): up by 8 % a second, or by
 * about one packet a response time where the limit is known; down to 85 % of what arrives when a queue builds up.
 * docs/algorithms/bandwidth.md. Machine without deadline; value type.
 */
#ifndef CF_CORE_BWE_AIMD_H
#define CF_CORE_BWE_AIMD_H

#include "core/bwe/trendline.h"

/** Round trip that is assumed until one is known. */
#define CF_BWE_ROUND_TRIP_START CF_MSEC(200)

/** Bounds of a rate. */
struct cf_bwe_bounds {
    uint64_t min_bps;
    uint64_t max_bps;
};

/** What is known of the link's capacity: mean and deviation of what arrived when a queue built up. Zeroed: nothing. */
struct cf_bwe_capacity {
    bool any;
    double mean;      /**< kbit/s */
    double deviation; /**< squared, per kbit/s */
};

/** The machine. */
struct cf_bwe_aimd {
    struct cf_bwe_bounds bounds;
    struct cf_bwe_capacity capacity;
    uint64_t rate_bps;
    bool is_increasing;
    bool is_daring;       /**< no probes show what the link carries: grow beyond what arrives */
    cf_usec changed_at;   /**< last increase or decrease; negative: none */
    cf_usec decreased_at; /**< negative: never */
    cf_usec round_trip;
};

/** Begin with @p start_bps. */
void cf_bwe_aimd_init(struct cf_bwe_aimd *aimd, const struct cf_bwe_bounds *bounds, uint64_t start_bps);

/** Other bounds. */
void cf_bwe_aimd_set_bounds(struct cf_bwe_aimd *aimd, const struct cf_bwe_bounds *bounds);

/** What delays say, and how much arrives (0: not known). */
struct cf_bwe_observation {
    enum cf_bwe_usage usage;
    uint64_t acked_bps;
};

/** May the rate be reduced (again) for overuse: a round trip after the last time, or if much less arrives than is sent? */
bool cf_bwe_aimd_can_reduce(const struct cf_bwe_aimd *aimd, uint64_t acked_bps, cf_usec now);

/** Feedback came. .rate_bps is the result. */
void cf_bwe_aimd_on_observation(struct cf_bwe_aimd *aimd, const struct cf_bwe_observation *observation, cf_usec now);

/** The rate was found out in another way (by a probe, or nothing arrives). */
void cf_bwe_aimd_set_rate(struct cf_bwe_aimd *aimd, uint64_t rate_bps, cf_usec now);

#endif
