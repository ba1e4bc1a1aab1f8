/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/bwe/acked.h"

#include <math.h>

#define FIRST_WINDOW CF_MSEC(500)
#define WINDOW CF_MSEC(150)
#define PAUSE_MAX CF_SEC(2) /* after that a window says nothing */
#define UNCERTAINTY 10.0
#define UNCERTAINTY_IDLE 20.0
#define VARIANCE_START 50.0
#define VARIANCE_STEP 5.0

/* Weigh @p sample (kbit/s) against what is known. The larger the difference, the less it is believed at once. */
static void take_sample(struct cf_bwe_acked *acked, double sample, bool is_idle) {
    acked->recent = sample;
    if (!acked->has_estimate) {
        acked->has_estimate = true;
        acked->estimate = sample;
        acked->variance = VARIANCE_START;
        return;
    }
    double scale = is_idle && sample < acked->estimate ? UNCERTAINTY_IDLE : UNCERTAINTY;
    double uncertainty = scale * fabs(acked->estimate - sample) / fmax(fmax(acked->estimate, sample), 1);
    double sample_variance = uncertainty * uncertainty;
    double variance = acked->variance + VARIANCE_STEP;
    acked->estimate = (sample_variance * acked->estimate + variance * sample) / (sample_variance + variance);
    acked->variance = sample_variance * variance / (sample_variance + variance);
}

static void begin_window(struct cf_bwe_acked *acked, cf_usec arrival) {
    acked->has_window = true;
    acked->window_at = arrival;
    acked->octets = 0;
}

void cf_bwe_acked_on_packet(struct cf_bwe_acked *acked, size_t len, cf_usec arrival, bool is_idle) {
    cf_usec window = acked->has_estimate ? WINDOW : FIRST_WINDOW;
    if (!acked->has_window || arrival - acked->last_at > PAUSE_MAX || arrival < acked->window_at - PAUSE_MAX) {
        begin_window(acked, arrival);
    } else if (arrival - acked->window_at >= window) {
        cf_usec elapsed = arrival - acked->window_at;
        take_sample(acked, (double)acked->octets * 8000.0 / (double)elapsed, is_idle);
        begin_window(acked, arrival);
    }
    acked->octets += len;
    acked->last_at = arrival > acked->last_at || acked->octets == len ? arrival : acked->last_at;
}

bool cf_bwe_acked_rate(const struct cf_bwe_acked *acked, uint64_t *ret_bps) {
    if (!acked->has_estimate) {
        return false;
    }
    *ret_bps = (uint64_t)(fmax(acked->estimate, 0) * 1000.0);
    return true;
}

uint64_t cf_bwe_acked_peak(const struct cf_bwe_acked *acked) {
    return acked->has_estimate ? (uint64_t)(fmax(fmax(acked->estimate, acked->recent), 0) * 1000.0) : 0;
}
