/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How much arrives: the bit rate of what feedback says was received, by the receiver's clock, over windows of 150 ms, each
 * weighed against what was known before (a Bayesian estimate). Small machine without deadline; value type.
 */
#ifndef CF_CORE_BWE_ACKED_H
#define CF_CORE_BWE_ACKED_H

#include "base/usec.h"
#include <stdbool.h>
#include <stddef.h>

/** The machine. Zeroed: nothing known. */
struct cf_bwe_acked {
    bool has_window;   /**< .window_at is meaningful */
    bool has_estimate; /**< .estimate and .variance are */
    cf_usec window_at; /**< arrival of the first packet of the window */
    cf_usec last_at;   /**< of the last packet */
    uint64_t octets;   /**< in the window */
    double estimate;   /**< kbit/s */
    double variance;
    double recent; /**< kbit/s in the last window; meaningful if .has_estimate */
};

/** @p len octets arrived at @p arrival. What we sent was less than we may (@p is_idle): samples below the estimate count less. */
void cf_bwe_acked_on_packet(struct cf_bwe_acked *acked, size_t len, cf_usec arrival, bool is_idle);

/** The rate. False if it is not known yet. */
bool cf_bwe_acked_rate(const struct cf_bwe_acked *acked, uint64_t *ret_bps);

/** The same, or that of the last window if it is higher: for a sender that has just begun to send much more. 0: not known. */
uint64_t cf_bwe_acked_peak(const struct cf_bwe_acked *acked);

#endif
