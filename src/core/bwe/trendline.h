/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Is a queue building up on the way to a receiver? A line through the smoothed delays of the last groups, its slope compared to a
 * threshold that adapts itself (docs/algorithms/bandwidth.md). Floating point: nothing here is exact. Small machine without
 * deadline; value type, about 400 octets.
 */
#ifndef CF_CORE_BWE_TRENDLINE_H
#define CF_CORE_BWE_TRENDLINE_H

#include "core/bwe/groups.h"

/** Groups that the line goes through. */
#define CF_BWE_TREND_WINDOW 20U

/** What the delays say of the link. */
enum cf_bwe_usage {
    CF_BWE_USAGE_NORMAL,
    CF_BWE_USAGE_UNDER, /**< a queue is emptying: hold until it has */
    CF_BWE_USAGE_OVER,  /**< a queue is building up: send less */
};

/** The machine. */
struct cf_bwe_trendline {
    struct {
        double at;    /**< arrival, ms since .first_arrival */
        double delay; /**< smoothed, ms */
    } points[CF_BWE_TREND_WINDOW];
    unsigned points_count;
    unsigned points_next; /**< index of the next one to be written */
    unsigned deltas;      /**< seen, capped */
    cf_usec first_arrival;
    cf_usec threshold_at; /**< arrival of the last group; meaningful if .deltas > 1 */
    double delay;         /**< sum of all differences, ms */
    double smoothed;
    double trend; /**< (sending rate - capacity) / capacity */
    double threshold;
    double over_for; /**< ms of too steep trend; negative: none */
    unsigned over_count;
    enum cf_bwe_usage usage;
};

/** Nothing seen. */
void cf_bwe_trendline_init(struct cf_bwe_trendline *t);

/** The times between two groups; the second one arrived at @p arrival. */
void cf_bwe_trendline_on_deltas(struct cf_bwe_trendline *t, const struct cf_bwe_deltas *deltas, cf_usec arrival);

#endif
