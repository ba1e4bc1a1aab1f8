/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/bwe/prober.h"

#define CLUSTER_LEN_MSEC 15U
#define CLUSTER_LEN_START_MSEC 100U
#define CLUSTER_PACKETS_MIN 5U
#define FIRST_FACTOR 3U
#define SECOND_FACTOR 6U
#define FURTHER_FACTOR 2U
#define FURTHER_PERCENT 70U
#define WANTED_FACTOR 2U
#define FALL_PERCENT 66U
#define FALL_TIMEOUT CF_SEC(5)
#define AFTER_FALL_PERCENT 85U
#define UNCERTAINTY_PERCENT 105U

void cf_bwe_prober_init(struct cf_bwe_prober *prober, uint64_t max_bps) {
    *prober = (struct cf_bwe_prober){.max_bps = max_bps, .pause = CF_BWE_PROBE_PAUSE_MIN};
}

/* What is reasonable to probe for: nobody needs more than twice what is wanted. */
static uint64_t limit_of(const struct cf_bwe_prober *prober) {
    uint64_t useful = WANTED_FACTOR * prober->wanted_bps;
    return prober->wanted_bps > 0 && useful < prober->max_bps ? useful : prober->max_bps;
}

static void add_cluster(struct cf_bwe_prober *prober, uint64_t rate_bps, uint32_t len_msec, cf_usec now) {
    uint64_t limit = limit_of(prober);
    uint64_t rate = rate_bps < limit ? rate_bps : limit;
    if (prober->is_forbidden || prober->waiting_count == sizeof prober->waiting / sizeof *prober->waiting) {
        return;
    }
    prober->last_id = (uint8_t)(prober->last_id == UINT8_MAX ? 1 : prober->last_id + 1);
    prober->waiting[prober->waiting_count++] = (struct cf_bwe_cluster){
        .id = prober->last_id,
        .rate_bps = rate,
        .octets = (uint32_t)(rate * len_msec / 8000U),
        .packets = CLUSTER_PACKETS_MIN,
    };
    prober->is_waiting = true;
    prober->waiting_until = now + CF_BWE_PROBE_PATIENCE;
    prober->further_above_bps = rate < limit ? rate / 100 * FURTHER_PERCENT : UINT64_MAX;
}

void cf_bwe_prober_allow(struct cf_bwe_prober *prober, bool allowed) {
    prober->is_forbidden = !allowed;
    prober->waiting_count = allowed ? prober->waiting_count : 0;
}

void cf_bwe_prober_start(struct cf_bwe_prober *prober, uint64_t start_bps, cf_usec now) {
    prober->is_started = true;
    prober->estimate_bps = start_bps;
    prober->grown_at = now;
    add_cluster(prober, FIRST_FACTOR * start_bps, CLUSTER_LEN_START_MSEC, now);
    add_cluster(prober, SECOND_FACTOR * start_bps, CLUSTER_LEN_START_MSEC, now);
    prober->next_at = now + prober->pause;
}

static void note_fall(struct cf_bwe_prober *prober, uint64_t bps, cf_usec now) {
    if (bps < prober->estimate_bps / 100 * FALL_PERCENT) {
        prober->before_fall_bps = prober->estimate_bps;
        prober->fall_at = now;
        prober->next_at = now + prober->pause;
    }
}

void cf_bwe_prober_on_estimate(struct cf_bwe_prober *prober, uint64_t bps, cf_usec now) {
    note_fall(prober, bps, now);
    prober->grown_at = bps > prober->estimate_bps ? now : prober->grown_at;
    prober->estimate_bps = bps;
    if (prober->is_waiting && bps > prober->further_above_bps) {
        prober->pause = CF_BWE_PROBE_PAUSE_MIN;
        add_cluster(prober, FURTHER_FACTOR * bps, CLUSTER_LEN_MSEC, now);
        prober->next_at = now + prober->pause;
    }
}

void cf_bwe_prober_on_recovery(struct cf_bwe_prober *prober, cf_usec now) {
    uint64_t rate = prober->before_fall_bps / 100 * AFTER_FALL_PERCENT;
    if (rate > prober->estimate_bps && now - prober->fall_at < FALL_TIMEOUT) {
        add_cluster(prober, rate, CLUSTER_LEN_MSEC, now);
    }
    prober->before_fall_bps = 0;
}

void cf_bwe_prober_set_wanted(struct cf_bwe_prober *prober, uint64_t bps, cf_usec now) {
    if (bps > prober->wanted_bps / 100 * UNCERTAINTY_PERCENT && bps > prober->estimate_bps) {
        prober->pause = CF_BWE_PROBE_PAUSE_MIN; /* there is something new to be gained */
        prober->next_at = cf_usec_min(prober->next_at, now + prober->pause);
    }
    prober->wanted_bps = bps;
}

static bool has_something_to_gain(const struct cf_bwe_prober *prober) {
    return prober->is_started && !prober->is_forbidden && prober->wanted_bps > prober->estimate_bps / 100 * UNCERTAINTY_PERCENT &&
           prober->estimate_bps < prober->max_bps;
}

/* When the next probe may be: not while the estimate grows by itself. */
static cf_usec next_probe(const struct cf_bwe_prober *prober) {
    cf_usec stuck_at = prober->grown_at + CF_BWE_PROBE_STUCK;
    return prober->is_busy && prober->next_at < stuck_at ? stuck_at : prober->next_at;
}

cf_usec cf_bwe_prober_deadline(const struct cf_bwe_prober *prober) {
    cf_usec deadline = prober->is_waiting ? prober->waiting_until : CF_USEC_NEVER;
    return has_something_to_gain(prober) && !prober->is_waiting ? cf_usec_min(deadline, next_probe(prober)) : deadline;
}

void cf_bwe_prober_on_deadline(struct cf_bwe_prober *prober, cf_usec now) {
    if (prober->is_waiting && now >= prober->waiting_until) {
        prober->is_waiting = false;
        prober->waiting_count = 0;
    }
    if (prober->is_waiting || !has_something_to_gain(prober) || now < next_probe(prober)) {
        return;
    }
    add_cluster(prober, FURTHER_FACTOR * prober->estimate_bps, CLUSTER_LEN_MSEC, now);
    /* Doubled for the next time; set back where a probe shows more. */
    prober->next_at = now + prober->pause;
    prober->pause = cf_usec_min(2 * prober->pause, CF_BWE_PROBE_PAUSE_MAX);
}

bool cf_bwe_prober_poll(struct cf_bwe_prober *prober, struct cf_bwe_cluster *ret_cluster) {
    if (prober->waiting_count == 0) {
        return false;
    }
    *ret_cluster = prober->waiting[0];
    prober->waiting_count--;
    prober->waiting[0] = prober->waiting[1];
    return true;
}
