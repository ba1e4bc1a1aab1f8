/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/bwe/window.h"

#include <math.h>

#define WINDOW_MIN 3000.0 /* octets */
#define RATIO_MIN 0.25    /* the lowest layer of something should still get through */

void cf_bwe_window_init(struct cf_bwe_window *w) {
    *w = (struct cf_bwe_window){.ratio = 1, .shortest = {CF_USEC_NEVER, CF_USEC_NEVER}};
}

void cf_bwe_window_on_round_trip(struct cf_bwe_window *w, cf_usec round_trip) {
    if (w->count == CF_BWE_ROUND_TRIPS) {
        w->shortest[1] = w->shortest[0];
        w->shortest[0] = CF_USEC_NEVER;
        w->count = 0;
    }
    w->count++;
    w->shortest[0] = cf_usec_min(w->shortest[0], round_trip);
}

void cf_bwe_window_on_feedback(struct cf_bwe_window *w, uint64_t in_flight, uint64_t estimate_bps) {
    cf_usec shortest = cf_usec_min(w->shortest[0], w->shortest[1]);
    if (shortest == CF_USEC_NEVER) {
        return;
    }
    double window = fmax((double)estimate_bps * (double)(shortest + CF_BWE_QUEUE_MAX) / 8e6, WINDOW_MIN);
    double filled = (double)in_flight / window;
    if (filled > 1.5) {
        w->ratio *= 0.9;
    } else if (filled > 1) {
        w->ratio *= 0.95;
    } else if (filled < 0.1) {
        w->ratio = 1;
    } else {
        w->ratio *= 1.05;
    }
    w->ratio = fmax(fmin(w->ratio, 1), RATIO_MIN);
}

uint64_t cf_bwe_window_apply(const struct cf_bwe_window *w, uint64_t estimate_bps) {
    return (uint64_t)((double)estimate_bps * w->ratio);
}
