/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Push-back: while more is on its way than the link should hold, less may be sent than the estimate says, so that a deep queue
 * that has filled up before anybody noticed is emptied again. docs/algorithms/bandwidth.md. Small machine without deadline; value
 * type.
 */
#ifndef CF_CORE_BWE_WINDOW_H
#define CF_CORE_BWE_WINDOW_H

#include "base/usec.h"

/** A queue that long is put up with. */
#define CF_BWE_QUEUE_MAX CF_MSEC(350)

/** Round trips of which the shortest counts, in generations of so many messages. */
#define CF_BWE_ROUND_TRIPS 64U

/** The machine. */
struct cf_bwe_window {
    double ratio;        /**< of the estimate that may be sent, 0..1 */
    cf_usec shortest[2]; /**< round trip from sending to feedback: of this generation and the one before */
    unsigned count;      /**< of this generation */
};

/** Nothing known. */
void cf_bwe_window_init(struct cf_bwe_window *w);

/** Feedback tells of a packet that was sent so long ago. */
void cf_bwe_window_on_round_trip(struct cf_bwe_window *w, cf_usec round_trip);

/** Feedback has been gone through: @p in_flight octets are on their way, the estimate is @p estimate_bps. */
void cf_bwe_window_on_feedback(struct cf_bwe_window *w, uint64_t in_flight, uint64_t estimate_bps);

/** What may be sent of @p estimate_bps. */
uint64_t cf_bwe_window_apply(const struct cf_bwe_window *w, uint64_t estimate_bps);

#endif
