/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How much to send, by what is lost: the capacity and the loss that the link has anyway which explain best what was lost at which
 * sending rates of late. So a link that loses 5 % whatever is sent keeps its rate, and one that loses because too much is sent
 * does not. The model of libwebrtc's loss based estimator, second edition; docs/algorithms/bandwidth.md.
 *
 * Machine without deadline; value type, about 1 kB.
 */
#ifndef CF_CORE_BWE_LOSS_H
#define CF_CORE_BWE_LOSS_H

#include "core/bwe/aimd.h"
#include <stddef.h>

/** Observations that are remembered, of at least 250 ms each. */
#define CF_BWE_LOSS_WINDOW 15U

/** What was sent and lost in a while. */
struct cf_bwe_loss_observation {
    double kilobytes; /**< sent */
    double lost;      /**< of them */
    double kbps;      /**< how fast */
};

/** What limits the rate. */
enum cf_bwe_loss_state {
    CF_BWE_LOSS_NO_LIMIT, /**< losses don't */
    CF_BWE_LOSS_DECREASING,
    CF_BWE_LOSS_INCREASING, /**< still limited, and growing */
};

/** The machine. */
struct cf_bwe_loss {
    struct cf_bwe_bounds bounds;
    struct cf_bwe_loss_observation observations[CF_BWE_LOSS_WINDOW];
    uint64_t count;           /**< observations ever */
    uint64_t part_octets;     /**< of the observation that is being made: sent ... */
    uint64_t part_lost;       /**< ... and lost */
    cf_usec part_since;       /**< sending of the first packet of it */
    cf_usec part_until;       /**< ... and the last */
    bool has_part;            /**< .part_since is meaningful */
    double best_kbps;         /**< the estimate: capacity; 0: none yet */
    double best_inherent;     /**< ... and inherent loss, 0..1 */
    double average_loss;      /**< 0..1 */
    double result_kbps;       /**< meaningful when cf_bwe_loss_is_ready() */
    double window_limit_kbps; /**< most while recovering; 0: none */
    cf_usec recovering_since; /**< meaningful if .window_limit_kbps > 0 */
    cf_usec hold_until;       /**< no growth above .hold_kbps before; negative: no hold */
    cf_usec hold_len;
    double hold_kbps;
    enum cf_bwe_loss_state state;
};

/** Nothing seen. */
void cf_bwe_loss_init(struct cf_bwe_loss *loss, const struct cf_bwe_bounds *bounds);

/** Feedback speaks of a packet of @p len octets, sent at @p sent_at. */
void cf_bwe_loss_on_packet(struct cf_bwe_loss *loss, size_t len, bool is_lost, cf_usec sent_at);

/** A packet that was said to be lost has come after all. */
void cf_bwe_loss_on_found(struct cf_bwe_loss *loss, size_t len, cf_usec sent_at);

/** What else is known when feedback has been gone through. */
struct cf_bwe_loss_input {
    uint64_t delay_bps; /**< what the delays allow */
    uint64_t acked_bps; /**< what arrives; 0: not known */
    bool is_idle;       /**< less is sent than may be */
};

/** Feedback has been gone through. */
void cf_bwe_loss_on_feedback(struct cf_bwe_loss *loss, const struct cf_bwe_loss_input *input);

/** Begin anew at @p bps: something else (a probe) is known better. */
void cf_bwe_loss_set(struct cf_bwe_loss *loss, uint64_t bps);

/** Is there an estimate? */
bool cf_bwe_loss_is_ready(const struct cf_bwe_loss *loss);

/** The estimate, never more than the delays allow. */
uint64_t cf_bwe_loss_rate(const struct cf_bwe_loss *loss);

#endif
