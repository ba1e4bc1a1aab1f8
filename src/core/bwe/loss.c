/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/bwe/loss.h"

#include <math.h>

#define OBSERVATION_LEN CF_MSEC(250)
#define OBSERVATIONS_MIN 3U
#define WEIGHT_PER_AGE 0.9
#define INHERENT_START 0.01
#define INHERENT_MIN 1.0e-3
#define INHERENT_MAX_OFFSET 0.05
#define BALANCE_KBPS 100.0 /* the less is sent, the more loss is believed to be inherent */
#define NEWTON_STEP 0.75
#define BIAS 0.0002
#define LOG_BIAS 0.02
#define BIAS_LOSS 0.2 /* more capacity is preferred below, less above this average loss */
#define BIAS_SMOOTHING 0.002
#define INSTANT_LOSS_OFFSET 0.05
#define RAMP_FACTOR 1.5
#define RAMP_FACTOR_IN_HOLD 1.2
#define RAMP_HOLD_THRESHOLD 1.3
#define WINDOW_INCREASE 1.3
#define WINDOW_LEN CF_MSEC(300)
#define WINDOW_MIN_KBPS 5.0
#define HOLD_START CF_MSEC(300)
#define HOLD_MAX CF_SEC(60)
#define CANDIDATES_MAX 5
#define MEDIAN_FACTOR 2.0

/* A capacity and the loss that the link has anyway. */
struct channel {
    double kbps;
    double inherent;
};

static double max_kbps(const struct cf_bwe_loss *loss) {
    return (double)loss->bounds.max_bps / 1000;
}

static void forget_hold(struct cf_bwe_loss *loss) {
    loss->hold_until = -1;
    loss->hold_len = HOLD_START;
    loss->hold_kbps = HUGE_VAL;
}

void cf_bwe_loss_init(struct cf_bwe_loss *loss, const struct cf_bwe_bounds *bounds) {
    *loss = (struct cf_bwe_loss){.bounds = *bounds, .best_inherent = INHERENT_START};
    forget_hold(loss);
}

void cf_bwe_loss_set(struct cf_bwe_loss *loss, uint64_t bps) {
    loss->best_kbps = (double)bps / 1000;
    loss->result_kbps = loss->best_kbps;
    loss->state = CF_BWE_LOSS_NO_LIMIT;
    forget_hold(loss);
}

bool cf_bwe_loss_is_ready(const struct cf_bwe_loss *loss) {
    return loss->best_kbps > 0 && loss->count >= OBSERVATIONS_MIN;
}

uint64_t cf_bwe_loss_rate(const struct cf_bwe_loss *loss) {
    double kbps = fmin(loss->result_kbps, max_kbps(loss));
    return (uint64_t)(fmax(kbps * 1000, (double)loss->bounds.min_bps));
}

void cf_bwe_loss_on_packet(struct cf_bwe_loss *loss, size_t len, bool is_lost, cf_usec sent_at) {
    if (!loss->has_part) {
        loss->has_part = true;
        loss->part_since = loss->part_until = sent_at;
    }
    loss->part_octets += len;
    loss->part_lost += is_lost ? len : 0;
    loss->part_until = sent_at > loss->part_until ? sent_at : loss->part_until;
}

void cf_bwe_loss_on_found(struct cf_bwe_loss *loss, size_t len, cf_usec sent_at) {
    /* What was lost in an observation that is closed stays lost there. */
    if (loss->has_part && sent_at >= loss->part_since && loss->part_lost >= len) {
        loss->part_lost -= len;
    }
}

/* --- observations --- */

static size_t stored(const struct cf_bwe_loss *loss) {
    return (size_t)(loss->count < CF_BWE_LOSS_WINDOW ? loss->count : CF_BWE_LOSS_WINDOW);
}

/* The observation that is @p age old: 0 is the newest. */
static const struct cf_bwe_loss_observation *at_age(const struct cf_bwe_loss *loss, size_t age) {
    return &loss->observations[(loss->count - 1 - age) % CF_BWE_LOSS_WINDOW];
}

/* Close the observation at hand if it is long enough. */
static bool close_observation(struct cf_bwe_loss *loss) {
    cf_usec len = loss->part_until - loss->part_since;
    if (!loss->has_part || len < OBSERVATION_LEN) {
        return false;
    }
    loss->observations[loss->count % CF_BWE_LOSS_WINDOW] = (struct cf_bwe_loss_observation){
        .kilobytes = (double)loss->part_octets / 1000,
        .lost = (double)loss->part_lost / 1000,
        .kbps = (double)loss->part_octets * 8000 / (double)len,
    };
    loss->count++;
    loss->part_since = loss->part_until;
    loss->part_octets = loss->part_lost = 0;
    return true;
}

static double median_kbps(const struct cf_bwe_loss *loss) {
    double sorted[CF_BWE_LOSS_WINDOW] = {0};
    size_t count = stored(loss);
    for (size_t i = 0; i < count; i++) {
        double kbps = at_age(loss, i)->kbps;
        size_t k = i;
        for (; k > 0 && sorted[k - 1] > kbps; k--) {
            sorted[k] = sorted[k - 1];
        }
        sorted[k] = kbps;
    }
    return sorted[count / 2];
}

/* Average loss, newer observations weighing more, without the best and the worst; a worst that was sent much faster than usual
 * counts: it lost because it was too much. */
static double average_loss(const struct cf_bwe_loss *loss) {
    double sent = 0;
    double lost = 0;
    double weight = 1;
    struct cf_bwe_loss_observation best = {.kbps = 0};
    struct cf_bwe_loss_observation worst = {.kbps = 0};
    double best_loss = 1;
    double worst_loss = 0;
    for (size_t i = 0; i < stored(loss); i++) {
        const struct cf_bwe_loss_observation *o = at_age(loss, i);
        struct cf_bwe_loss_observation weighed = {.kilobytes = weight * o->kilobytes, .lost = weight * o->lost, .kbps = o->kbps};
        double share = o->kilobytes > 0 ? o->lost / o->kilobytes : 0;
        sent += weighed.kilobytes;
        lost += weighed.lost;
        if (loss->count > OBSERVATIONS_MIN && share > worst_loss) {
            worst_loss = share;
            worst = weighed;
        }
        if (loss->count > OBSERVATIONS_MIN && share < best_loss) {
            best_loss = share;
            best = weighed;
        }
        weight *= WEIGHT_PER_AGE;
    }
    double rest = sent - best.kilobytes - worst.kilobytes;
    if (MEDIAN_FACTOR * median_kbps(loss) <= worst.kbps || rest <= 0) {
        return sent > 0 ? lost / sent : 0;
    }
    return fmax(lost - best.lost - worst.lost, 0) / rest;
}

/* --- likelihood --- */

static double loss_probability(const struct channel *c, double kbps) {
    double p = c->inherent;
    if (kbps > c->kbps) {
        p += (1 - c->inherent) * (kbps - c->kbps) / kbps;
    }
    return fmin(fmax(p, 1.0e-6), 1 - 1.0e-6);
}

static double feasible_inherent(const struct channel *c) {
    double max = c->kbps > 0 ? fmin(INHERENT_MAX_OFFSET + BALANCE_KBPS / c->kbps, 1) : 1;
    return fmin(fmax(c->inherent, INHERENT_MIN), max);
}

/* One step of Newton's method towards the inherent loss that explains best what was lost, if that is the capacity. */
static void improve_inherent(const struct cf_bwe_loss *loss, struct channel *c) {
    double first = 0;
    double second = 0;
    double weight = 1;
    for (size_t i = 0; i < stored(loss); i++) {
        const struct cf_bwe_loss_observation *o = at_age(loss, i);
        double p = loss_probability(c, o->kbps);
        double received = o->kilobytes - o->lost;
        first += weight * (o->lost / p - received / (1 - p));
        second -= weight * (o->lost / (p * p) + received / ((1 - p) * (1 - p)));
        weight *= WEIGHT_PER_AGE;
    }
    if (second < 0) {
        c->inherent -= NEWTON_STEP * first / second;
    }
    c->inherent = feasible_inherent(c);
}

/* How much larger capacities are preferred; the other way round where much is lost. */
static double bias_of(const struct cf_bwe_loss *loss, double kbps) {
    double below = BIAS_LOSS - loss->average_loss;
    double factor = below / (BIAS_SMOOTHING + fabs(below));
    return factor * (BIAS * kbps + LOG_BIAS * log(1 + kbps));
}

static double objective(const struct cf_bwe_loss *loss, const struct channel *c) {
    double sum = 0;
    double weight = 1;
    double bias = bias_of(loss, c->kbps);
    for (size_t i = 0; i < stored(loss); i++) {
        const struct cf_bwe_loss_observation *o = at_age(loss, i);
        double p = loss_probability(c, o->kbps);
        sum += weight * (o->lost * log(p) + (o->kilobytes - o->lost) * log(1 - p) + bias * o->kilobytes);
        weight *= WEIGHT_PER_AGE;
    }
    return sum;
}

static size_t list_candidates(const struct cf_bwe_loss *loss, const struct cf_bwe_loss_input *input, double *ret_kbps) {
    size_t count = 0;
    double delay = (double)input->delay_bps / 1000;
    ret_kbps[count++] = 1.02 * loss->best_kbps;
    ret_kbps[count++] = loss->best_kbps;
    ret_kbps[count++] = 0.95 * loss->best_kbps;
    if (input->acked_bps > 0 && !input->is_idle) {
        ret_kbps[count++] = (double)input->acked_bps / 1000;
    }
    if (delay > loss->best_kbps) {
        ret_kbps[count++] = delay;
    }
    return count;
}

static struct channel best_channel(const struct cf_bwe_loss *loss, const struct cf_bwe_loss_input *input) {
    double candidates[CANDIDATES_MAX];
    size_t count = list_candidates(loss, input, candidates);
    bool limited = loss->state != CF_BWE_LOSS_NO_LIMIT && loss->window_limit_kbps > 0;
    double upper = fmax(loss->best_kbps, limited ? loss->window_limit_kbps : max_kbps(loss));
    struct channel best = {.kbps = loss->best_kbps, .inherent = loss->best_inherent};
    double best_objective = -HUGE_VAL;
    for (size_t i = 0; i < count; i++) {
        struct channel c = {.kbps = fmin(candidates[i], upper), .inherent = loss->best_inherent};
        c.inherent = feasible_inherent(&c);
        improve_inherent(loss, &c);
        double value = objective(loss, &c);
        if (value > best_objective) {
            best_objective = value;
            best = c;
        }
    }
    return best;
}

/* --- the result --- */

static double instant_upper(const struct cf_bwe_loss *loss) {
    double above = loss->average_loss - INSTANT_LOSS_OFFSET;
    return above > 0 ? fmin(BALANCE_KBPS / above, max_kbps(loss)) : max_kbps(loss);
}

static double instant_lower(const struct cf_bwe_loss *loss, const struct cf_bwe_loss_input *input) {
    return fmax((double)input->acked_bps / 1000, (double)loss->bounds.min_bps / 1000);
}

static bool is_growing(const struct cf_bwe_loss *loss, double old_kbps, double new_kbps) {
    bool grows = old_kbps < new_kbps || (old_kbps <= new_kbps && loss->state == CF_BWE_LOSS_INCREASING);
    return grows && loss->state != CF_BWE_LOSS_NO_LIMIT;
}

/* While losses limit the rate it comes back in steps, and never far above what arrives. */
static void slow_down(const struct cf_bwe_loss *loss, const struct cf_bwe_loss_input *input, struct channel *best) {
    if (loss->average_loss > best->inherent && loss->best_kbps < best->kbps) {
        best->kbps = loss->best_kbps;
    }
    if (loss->state == CF_BWE_LOSS_NO_LIMIT) {
        return;
    }
    bool in_window = loss->window_limit_kbps > 0 && loss->recovering_since + WINDOW_LEN > loss->part_until;
    if (in_window && best->kbps > loss->window_limit_kbps) {
        best->kbps = loss->window_limit_kbps;
    }
    if (is_growing(loss, loss->best_kbps, best->kbps) && input->acked_bps > 0) {
        double acked = (double)input->acked_bps / 1000;
        double factor = acked < RAMP_HOLD_THRESHOLD * loss->hold_kbps ? RAMP_FACTOR_IN_HOLD : RAMP_FACTOR;
        factor = loss->hold_kbps < HUGE_VAL ? factor : RAMP_FACTOR;
        best->kbps = fmax(loss->best_kbps, fmin(best->kbps, factor * acked));
        if (loss->state == CF_BWE_LOSS_DECREASING && best->kbps <= loss->best_kbps) {
            best->kbps = loss->best_kbps + 0.001; /* a little, to become INCREASING */
        }
    }
}

static void note_state(struct cf_bwe_loss *loss, double kbps, double delay_kbps) {
    bool limited = kbps < delay_kbps && kbps < max_kbps(loss);
    if (!limited) {
        loss->state = CF_BWE_LOSS_NO_LIMIT;
        forget_hold(loss);
    } else if (is_growing(loss, loss->result_kbps, kbps)) {
        loss->state = CF_BWE_LOSS_INCREASING;
    } else {
        if (loss->state != CF_BWE_LOSS_DECREASING) {
            loss->hold_until = loss->part_until + loss->hold_len;
            loss->hold_len = cf_usec_min(2 * loss->hold_len, HOLD_MAX);
            loss->hold_kbps = kbps;
        }
        loss->state = CF_BWE_LOSS_DECREASING;
    }
    loss->result_kbps = kbps;
    bool window_over = loss->window_limit_kbps <= 0 || loss->recovering_since + WINDOW_LEN < loss->part_until;
    if (loss->state != CF_BWE_LOSS_NO_LIMIT && window_over) {
        loss->window_limit_kbps = fmax(WINDOW_MIN_KBPS, loss->best_kbps * WINDOW_INCREASE);
        loss->recovering_since = loss->part_until;
    }
}

void cf_bwe_loss_on_feedback(struct cf_bwe_loss *loss, const struct cf_bwe_loss_input *input) {
    double delay = (double)input->delay_bps / 1000;
    if (!close_observation(loss)) {
        if (loss->state == CF_BWE_LOSS_NO_LIMIT || loss->result_kbps > delay) {
            loss->result_kbps = delay;
        }
        return;
    }
    if (loss->best_kbps <= 0) {
        loss->best_kbps = loss->result_kbps = delay;
    }
    loss->average_loss = average_loss(loss);
    struct channel best = best_channel(loss, input);
    slow_down(loss, input, &best);
    double bounded = fmax(instant_lower(loss, input), fmin(fmin(best.kbps, instant_upper(loss)), delay));
    if (bounded < best.kbps) {
        loss->best_kbps = bounded;
        loss->best_inherent = 0;
    } else {
        loss->best_kbps = fmax(best.kbps, instant_lower(loss, input));
        loss->best_inherent = best.inherent;
    }
    bool held = loss->state == CF_BWE_LOSS_DECREASING && loss->hold_until > loss->part_until && bounded < delay;
    if (held) {
        loss->hold_kbps = fmax(instant_lower(loss, input), loss->hold_kbps);
        loss->result_kbps = fmin(loss->hold_kbps, bounded);
        return;
    }
    note_state(loss, bounded, delay);
}
