/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/bwe/trendline.h"

#include <math.h>

/* The constants of libwebrtc; see docs/algorithms/bandwidth.md. */
#define SMOOTHING 0.9
#define GAIN 4.0
#define DELTAS_FULL 60U
#define DELTAS_MAX 1000U
#define THRESHOLD_START 12.5
#define THRESHOLD_MIN 6.0
#define THRESHOLD_MAX 600.0
#define THRESHOLD_UP 0.0087
#define THRESHOLD_DOWN 0.039
#define ADAPT_OFFSET_MAX 15.0 /* ms: a leap is no noise */
#define ADAPT_TIME_MAX 100.0
#define OVER_TIME 10.0 /* ms */

static double to_ms(cf_usec duration) {
    return (double)duration / 1000.0;
}

void cf_bwe_trendline_init(struct cf_bwe_trendline *t) {
    *t = (struct cf_bwe_trendline){.threshold = THRESHOLD_START, .over_for = -1};
}

/* Least squares. False if all points are at one time. */
static bool fit_slope(const struct cf_bwe_trendline *t, double *ret_slope) {
    double sum_at = 0;
    double sum_delay = 0;
    for (unsigned i = 0; i < CF_BWE_TREND_WINDOW; i++) {
        sum_at += t->points[i].at;
        sum_delay += t->points[i].delay;
    }
    double mean_at = sum_at / CF_BWE_TREND_WINDOW;
    double mean_delay = sum_delay / CF_BWE_TREND_WINDOW;
    double numerator = 0;
    double denominator = 0;
    for (unsigned i = 0; i < CF_BWE_TREND_WINDOW; i++) {
        double x = t->points[i].at - mean_at;
        numerator += x * (t->points[i].delay - mean_delay);
        denominator += x * x;
    }
    if (!(denominator > 0)) {
        return false;
    }
    *ret_slope = numerator / denominator;
    return true;
}

static void adapt_threshold(struct cf_bwe_trendline *t, double steepness, cf_usec arrival) {
    double size = fabs(steepness);
    double elapsed = fmin(to_ms(arrival - t->threshold_at), ADAPT_TIME_MAX);
    t->threshold_at = arrival;
    if (size > t->threshold + ADAPT_OFFSET_MAX || elapsed < 0) {
        return;
    }
    double speed = size < t->threshold ? THRESHOLD_DOWN : THRESHOLD_UP;
    t->threshold += speed * (size - t->threshold) * elapsed;
    t->threshold = fmin(fmax(t->threshold, THRESHOLD_MIN), THRESHOLD_MAX);
}

static void count_over(struct cf_bwe_trendline *t, double trend, double sent_delta) {
    /* At first: it has been so for half of the time since the group before. */
    t->over_for = t->over_for < 0 ? sent_delta / 2 : t->over_for + sent_delta;
    t->over_count++;
    if (t->over_for > OVER_TIME && t->over_count > 1 && trend >= t->trend) {
        t->over_for = 0;
        t->over_count = 0;
        t->usage = CF_BWE_USAGE_OVER;
    }
}

static void detect(struct cf_bwe_trendline *t, double trend, double sent_delta, cf_usec arrival) {
    double weight = t->deltas < DELTAS_FULL ? t->deltas : DELTAS_FULL;
    double steepness = weight * trend * GAIN;
    if (t->deltas < 2) {
        t->threshold_at = arrival;
        return;
    }
    if (steepness > t->threshold) {
        count_over(t, trend, sent_delta);
    } else {
        t->over_for = -1;
        t->over_count = 0;
        t->usage = steepness < -t->threshold ? CF_BWE_USAGE_UNDER : CF_BWE_USAGE_NORMAL;
    }
    t->trend = trend;
    adapt_threshold(t, steepness, arrival);
}

void cf_bwe_trendline_on_deltas(struct cf_bwe_trendline *t, const struct cf_bwe_deltas *deltas, cf_usec arrival) {
    double trend = t->trend;
    if (t->deltas == 0) {
        t->first_arrival = arrival;
    }
    t->deltas += t->deltas < DELTAS_MAX ? 1 : 0;
    t->delay += to_ms(deltas->arrival - deltas->sent);
    t->smoothed = SMOOTHING * t->smoothed + (1 - SMOOTHING) * t->delay;
    t->points[t->points_next].at = to_ms(arrival - t->first_arrival);
    t->points[t->points_next].delay = t->smoothed;
    t->points_next = (t->points_next + 1) % CF_BWE_TREND_WINDOW;
    t->points_count += t->points_count < CF_BWE_TREND_WINDOW ? 1 : 0;
    if (t->points_count == CF_BWE_TREND_WINDOW) {
        (void)fit_slope(t, &trend);
    }
    detect(t, trend, to_ms(deltas->sent), arrival);
}
