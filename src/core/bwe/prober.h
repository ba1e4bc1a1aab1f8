/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * When to probe, and how fast: at the beginning, as long as each probe shows more; soon after a large fall; and now and then as
 * long as receivers could be shown more than the estimate allows, less often where it was in vain. docs/algorithms/bandwidth.md.
 *
 * Machine: _start _on_estimate _set_wanted _deadline _on_deadline _poll. Value type.
 */
#ifndef CF_CORE_BWE_PROBER_H
#define CF_CORE_BWE_PROBER_H

#include "core/bwe/probe_meter.h"

/** Pause between probes that are made because more is wanted: at first, and at most when they are in vain. */
#define CF_BWE_PROBE_PAUSE_MIN CF_SEC(1)
#define CF_BWE_PROBE_PAUSE_MAX CF_SEC(4)

/** An estimate that should grow by itself, and has not for so long, is stuck: losses of old hold it, or what is sent is too
 * little. */
#define CF_BWE_PROBE_STUCK CF_SEC(5)

/** Results are waited for so long. */
#define CF_BWE_PROBE_PATIENCE CF_SEC(1)

/** The machine. */
struct cf_bwe_prober {
    uint64_t estimate_bps;
    uint64_t wanted_bps; /**< what would be sent if everything fitted; 0: nothing */
    uint64_t max_bps;
    uint64_t further_above_bps; /**< an estimate above this is worth another, faster probe; meaningful while .is_waiting */
    uint64_t before_fall_bps;   /**< estimate before the last large fall; 0: none */
    cf_usec fall_at;
    cf_usec waiting_until;
    cf_usec next_at;
    cf_usec pause;
    cf_usec grown_at; /**< when the estimate was higher than before last */
    bool is_started;
    bool is_forbidden;
    bool is_busy; /**< about as much is sent as the estimate allows: it should grow by itself */
    bool is_waiting;
    uint8_t last_id;
    unsigned waiting_count; /**< clusters to be polled */
    struct cf_bwe_cluster waiting[2];
};

/** Nothing to do before _start. Never probes above @p max_bps. */
void cf_bwe_prober_init(struct cf_bwe_prober *prober, uint64_t max_bps);

/** May there be probes? (The default.) */
void cf_bwe_prober_allow(struct cf_bwe_prober *prober, bool allowed);

/** Sending begins with @p start_bps: two fast clusters. */
void cf_bwe_prober_start(struct cf_bwe_prober *prober, uint64_t start_bps, cf_usec now);

/** The estimate is @p bps; it fell because delays or losses told so if it is lower than before. */
void cf_bwe_prober_on_estimate(struct cf_bwe_prober *prober, uint64_t bps, cf_usec now);

/** The link is not overused any more. */
void cf_bwe_prober_on_recovery(struct cf_bwe_prober *prober, cf_usec now);

/**
 * Is about as much sent as the estimate allows? Then the estimate grows by itself; a probe would show what the link carries, not
 * what others leave of it.
 */
static inline void cf_bwe_prober_set_busy(struct cf_bwe_prober *prober, bool is_busy) {
    prober->is_busy = is_busy;
}

/** So much would be sent if it fitted. */
void cf_bwe_prober_set_wanted(struct cf_bwe_prober *prober, uint64_t bps, cf_usec now);

/** When to call cf_bwe_prober_on_deadline(). */
cf_usec cf_bwe_prober_deadline(const struct cf_bwe_prober *prober);

/** Probe again, or give up waiting. */
void cf_bwe_prober_on_deadline(struct cf_bwe_prober *prober, cf_usec now);

/** The next cluster to be sent. False if there is none. A mutation. */
bool cf_bwe_prober_poll(struct cf_bwe_prober *prober, struct cf_bwe_cluster *ret_cluster);

#endif
