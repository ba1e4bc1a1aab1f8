/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/bwe/estimator.h"

#define SENT_WINDOW CF_MSEC(500)
#define IDLE_PERCENT 65U /* sending less than so much of the target is idle */
#define BUSY_PERCENT 75U /* ... and more than so much busy */
#define REFERENCE_START (CF_TWCC_WRAP * 2)
#define KEEP_PERCENT 85U /* of what arrives: a probe does not show less than that */

enum cf_err cf_bwe_estimator_init(struct cf_bwe_estimator *e, const struct cf_mem *mem, const struct cf_bwe_bounds *bounds,
                                  uint64_t start_bps, uint16_t first) {
    *e = (struct cf_bwe_estimator){
        .bounds = *bounds, .estimate_bps = start_bps, .waiting_since = CF_USEC_NEVER, .limit_bps = UINT64_MAX};
    cf_bwe_trendline_init(&e->trendline);
    cf_bwe_aimd_init(&e->aimd, bounds, start_bps);
    cf_bwe_loss_init(&e->loss, bounds);
    cf_bwe_window_init(&e->window);
    cf_bwe_prober_init(&e->prober, bounds->max_bps);
    return cf_bwe_history_init(&e->history, mem, first);
}

void cf_bwe_estimator_fini(struct cf_bwe_estimator *e) {
    cf_bwe_history_fini(&e->history);
}

/* --- sending --- */

static void measure_sent(struct cf_bwe_estimator *e, size_t len, cf_usec now) {
    cf_usec elapsed = now - e->sent_since;
    if (elapsed >= SENT_WINDOW) {
        e->sent_bps = e->sent_octets * 8000000U / (uint64_t)elapsed;
        e->sent_octets = 0;
        e->sent_since = now;
        cf_bwe_prober_set_busy(&e->prober, e->sent_bps > e->estimate_bps / 100 * BUSY_PERCENT);
    }
    e->sent_octets += len;
}

void cf_bwe_estimator_start(struct cf_bwe_estimator *e, cf_usec now) {
    if (!e->has_sent) {
        e->has_sent = true;
        e->sent_since = now;
        cf_bwe_prober_start(&e->prober, e->aimd.rate_bps, now);
    }
}

uint16_t cf_bwe_estimator_on_sent(struct cf_bwe_estimator *e, size_t len, uint8_t cluster, cf_usec now) {
    cf_bwe_estimator_start(e, now);
    if (e->waiting_since == CF_USEC_NEVER) {
        e->waiting_since = now;
    }
    measure_sent(e, len, now);
    return cf_bwe_history_add(&e->history, len, cluster, now);
}

static bool is_idle(const struct cf_bwe_estimator *e) {
    return e->sent_bps < e->estimate_bps / 100 * IDLE_PERCENT;
}

/* --- the target --- */

static void update_estimate(struct cf_bwe_estimator *e, cf_usec now) {
    uint64_t rate = e->aimd.rate_bps;
    e->cause = e->has_feedback ? CF_BWE_CAUSE_DELAY : CF_BWE_CAUSE_START;
    if (cf_bwe_loss_is_ready(&e->loss) && cf_bwe_loss_rate(&e->loss) < rate) {
        rate = cf_bwe_loss_rate(&e->loss);
        e->cause = CF_BWE_CAUSE_LOSS;
    }
    e->estimate_bps = rate;
    cf_bwe_prober_on_estimate(&e->prober, rate, now);
}

uint64_t cf_bwe_estimator_target(const struct cf_bwe_estimator *e) {
    uint64_t allowed = cf_bwe_window_apply(&e->window, e->estimate_bps);
    uint64_t target = e->limit_bps < allowed ? e->limit_bps : allowed;
    return target > e->bounds.min_bps ? target : e->bounds.min_bps;
}

enum cf_bwe_cause cf_bwe_estimator_cause(const struct cf_bwe_estimator *e) {
    uint64_t allowed = cf_bwe_window_apply(&e->window, e->estimate_bps);
    if (e->limit_bps < allowed) {
        return CF_BWE_CAUSE_PEER;
    }
    if (allowed < e->estimate_bps) {
        return CF_BWE_CAUSE_QUEUE;
    }
    return e->is_silent ? CF_BWE_CAUSE_SILENCE : e->cause;
}

void cf_bwe_estimator_set_limit(struct cf_bwe_estimator *e, uint64_t bps) {
    e->limit_bps = bps;
}

void cf_bwe_estimator_set_wanted(struct cf_bwe_estimator *e, uint64_t bps, cf_usec now) {
    if (now - e->sent_since >= 2 * SENT_WINDOW) {
        cf_bwe_prober_set_busy(&e->prober, false); /* nothing is sent any more */
    }
    cf_bwe_prober_set_wanted(&e->prober, bps < e->limit_bps ? bps : e->limit_bps, now);
}

void cf_bwe_estimator_set_can_probe(struct cf_bwe_estimator *e, bool can_probe) {
    e->aimd.is_daring = !can_probe;
    cf_bwe_prober_allow(&e->prober, can_probe);
}

void cf_bwe_estimator_on_round_trip(struct cf_bwe_estimator *e, cf_usec round_trip) {
    e->aimd.round_trip = round_trip;
}

/* --- feedback --- */

/* What is to be added to the times of @p twcc, so that they don't wrap. */
static cf_usec unwrap_reference(struct cf_bwe_estimator *e, const struct cf_twcc *twcc) {
    if (!e->has_feedback) {
        e->reference_at = REFERENCE_START + twcc->reference;
    } else {
        cf_usec ahead = (twcc->reference - e->reference + CF_TWCC_WRAP) % CF_TWCC_WRAP;
        e->reference_at += ahead < CF_TWCC_WRAP / 2 ? ahead : ahead - CF_TWCC_WRAP;
    }
    e->reference = twcc->reference;
    return e->reference_at - twcc->reference;
}

static void take_lost(struct cf_bwe_estimator *e, const struct cf_bwe_sent *sent) {
    e->counts.lost++;
    cf_bwe_loss_on_packet(&e->loss, sent->len, true, sent->sent_at);
}

/* Returns what a probe has shown, 0: nothing. */
static uint64_t take_received(struct cf_bwe_estimator *e, const struct cf_bwe_sent *sent, cf_usec arrival) {
    struct cf_bwe_deltas deltas;
    uint64_t probed = 0;
    e->counts.received++;
    if (sent->fate == CF_BWE_LOST) {
        e->counts.lost--;
        cf_bwe_loss_on_found(&e->loss, sent->len, sent->sent_at);
    } else {
        cf_bwe_loss_on_packet(&e->loss, sent->len, false, sent->sent_at);
    }
    cf_bwe_acked_on_packet(&e->acked, sent->len, arrival, is_idle(e));
    if (cf_bwe_groups_on_packet(&e->groups, sent->sent_at, arrival, &deltas)) {
        cf_bwe_trendline_on_deltas(&e->trendline, &deltas, arrival);
    }
    const struct cf_bwe_probe_packet packet = {
        .cluster = sent->probe, .len = sent->len, .sent = sent->sent_at, .arrival = arrival};
    return cf_bwe_probe_meter_on_packet(&e->meter, &packet, &probed) ? probed : 0;
}

/* All packets of the message; what a probe has shown, 0: nothing. */
static uint64_t take_packets(struct cf_bwe_estimator *e, const struct cf_twcc *twcc, cf_usec now) {
    cf_usec shift = unwrap_reference(e, twcc);
    struct cf_twcc_iter iter;
    struct cf_twcc_status status;
    uint64_t probed = 0;
    cf_usec last_sent = CF_USEC_NEVER;
    cf_twcc_iter_init(&iter, twcc);
    while (cf_twcc_next(&iter, &status)) {
        struct cf_bwe_sent sent;
        if (!cf_bwe_history_settle(&e->history, status.sequence, status.is_received, now, &sent)) {
            e->counts.unknown++;
        } else if (status.is_received) {
            uint64_t shown = take_received(e, &sent, status.arrival + shift);
            probed = shown > 0 ? shown : probed;
            last_sent = sent.sent_at;
        } else {
            take_lost(e, &sent);
        }
    }
    if (last_sent != CF_USEC_NEVER) {
        cf_bwe_window_on_round_trip(&e->window, now - last_sent);
    }
    return probed;
}

static void take_probe(struct cf_bwe_estimator *e, uint64_t probed, uint64_t acked_bps, cf_usec now) {
    uint64_t least = acked_bps / 100 * KEEP_PERCENT;
    least = least < e->aimd.rate_bps ? least : e->aimd.rate_bps;
    uint64_t rate = probed > least ? probed : least;
    e->counts.results++;
    if (rate > e->estimate_bps && cf_bwe_loss_is_ready(&e->loss)) {
        cf_bwe_loss_set(&e->loss, rate);
    }
    cf_bwe_aimd_set_rate(&e->aimd, rate, now);
}

static void take_overuse(struct cf_bwe_estimator *e, cf_usec now) {
    uint64_t acked_bps = cf_bwe_acked_peak(&e->acked);
    const struct cf_bwe_observation observation = {.usage = CF_BWE_USAGE_OVER, .acked_bps = acked_bps};
    e->was_over = true;
    if (!cf_bwe_aimd_can_reduce(&e->aimd, acked_bps, now)) {
        return;
    }
    e->counts.overuses++;
    if (acked_bps > 0) {
        cf_bwe_aimd_on_observation(&e->aimd, &observation, now);
    } else {
        cf_bwe_aimd_set_rate(&e->aimd, e->aimd.rate_bps / 2, now);
    }
}

static void take_delay(struct cf_bwe_estimator *e, uint64_t probed, uint64_t acked_bps, cf_usec now) {
    const struct cf_bwe_observation observation = {.usage = e->trendline.usage, .acked_bps = acked_bps};
    if (observation.usage == CF_BWE_USAGE_OVER) {
        take_overuse(e, now);
        return;
    }
    if (probed > 0) {
        take_probe(e, probed, acked_bps, now);
    } else {
        cf_bwe_aimd_on_observation(&e->aimd, &observation, now);
    }
    if (e->was_over && observation.usage == CF_BWE_USAGE_NORMAL) {
        e->was_over = false;
        cf_bwe_prober_on_recovery(&e->prober, now);
    }
}

enum cf_err cf_bwe_estimator_on_feedback(struct cf_bwe_estimator *e, const struct cf_twcc *twcc, cf_usec now) {
    if (twcc->count > CF_BWE_HISTORY_SIZE) {
        e->counts.refused++;
        return CF_ERR_LIMIT;
    }
    uint64_t acked = 0;
    uint64_t received = e->counts.received;
    uint64_t probed = take_packets(e, twcc, now);
    e->counts.feedbacks++;
    e->has_feedback = true;
    if (e->counts.received == received) {
        return CF_OK; /* nothing new has arrived: neither a sign of life nor of anything else */
    }
    e->is_silent = false;
    e->waiting_since = CF_USEC_NEVER;
    (void)cf_bwe_acked_rate(&e->acked, &acked);
    take_delay(e, probed, acked, now);
    const struct cf_bwe_loss_input input = {.delay_bps = e->aimd.rate_bps, .acked_bps = acked, .is_idle = is_idle(e)};
    cf_bwe_loss_on_feedback(&e->loss, &input);
    update_estimate(e, now);
    cf_bwe_window_on_feedback(&e->window, e->history.in_flight, e->estimate_bps);
    return CF_OK;
}

/* --- time --- */

static cf_usec silence_deadline(const struct cf_bwe_estimator *e) {
    /* Those who have never sent feedback don't know how to: that is not silence. */
    bool waiting = e->has_feedback && e->waiting_since != CF_USEC_NEVER;
    return waiting ? e->waiting_since + CF_BWE_FEEDBACK_PATIENCE : CF_USEC_NEVER;
}

cf_usec cf_bwe_estimator_deadline(const struct cf_bwe_estimator *e) {
    return cf_usec_min(silence_deadline(e), cf_bwe_prober_deadline(&e->prober));
}

void cf_bwe_estimator_on_deadline(struct cf_bwe_estimator *e, cf_usec now) {
    cf_bwe_prober_on_deadline(&e->prober, now);
    if (now >= silence_deadline(e)) {
        e->is_silent = true;
        e->waiting_since = CF_USEC_NEVER; /* until the next packet */
        cf_bwe_aimd_set_rate(&e->aimd, e->aimd.rate_bps / 2, now);
        update_estimate(e, now);
    }
}

bool cf_bwe_estimator_poll_cluster(struct cf_bwe_estimator *e, struct cf_bwe_cluster *ret_cluster) {
    if (!cf_bwe_prober_poll(&e->prober, ret_cluster)) {
        return false;
    }
    e->counts.clusters++;
    cf_bwe_probe_meter_begin(&e->meter, ret_cluster);
    return true;
}
