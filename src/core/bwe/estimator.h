/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How much one receiver's link carries: what is sent on a transport and what transport-wide feedback says of it, made into a
 * target bit rate. Owns the parts (history, groups, trendline, acked, aimd, loss, prober) and only routes. What a peer says in
 * REMB or TMMBR is a limit on top. docs/algorithms/bandwidth.md.
 *
 * Machine: _on_sent _on_feedback _on_round_trip _set_... _deadline _on_deadline _poll_cluster. Memory is taken at init, nothing
 * is allocated a packet. A peer that lies bends its own target only.
 */
#ifndef CF_CORE_BWE_ESTIMATOR_H
#define CF_CORE_BWE_ESTIMATOR_H

#include "core/bwe/acked.h"
#include "core/bwe/history.h"
#include "core/bwe/loss.h"
#include "core/bwe/prober.h"
#include "core/bwe/window.h"
#include "core/rtcp/transport_cc.h"

/** Defaults of the configuration. */
#define CF_BWE_MIN_BPS UINT64_C(30000)
#define CF_BWE_START_BPS UINT64_C(500000)
#define CF_BWE_MAX_BPS UINT64_C(100000000)

/** Packets in flight and no feedback for so long: the target is halved, and again after as long. */
#define CF_BWE_FEEDBACK_PATIENCE CF_SEC(1)

/** What limits the target. */
enum cf_bwe_cause {
    CF_BWE_CAUSE_START, /**< nothing is known yet */
    CF_BWE_CAUSE_DELAY,
    CF_BWE_CAUSE_LOSS,
    CF_BWE_CAUSE_QUEUE,   /**< more is on its way than the link should hold */
    CF_BWE_CAUSE_PEER,    /**< REMB or TMMBR */
    CF_BWE_CAUSE_SILENCE, /**< no feedback comes */
};

/** Counters. */
struct cf_bwe_counts {
    uint64_t feedbacks;
    uint64_t refused;  /**< messages that speak of more than was sent */
    uint64_t unknown;  /**< packets in messages that were never sent, too long ago, or told of before */
    uint64_t received; /**< packets reported */
    uint64_t lost;     /**< packets reported as missing, less those that came after all */
    uint64_t overuses; /**< decreases by delay */
    uint64_t clusters; /**< probes */
    uint64_t results;  /**< ... with a result */
};

/** The machine. */
struct cf_bwe_estimator {
    struct cf_bwe_bounds bounds;
    struct cf_bwe_history history;
    struct cf_bwe_groups groups;
    struct cf_bwe_trendline trendline;
    struct cf_bwe_acked acked;
    struct cf_bwe_aimd aimd;
    struct cf_bwe_loss loss;
    struct cf_bwe_probe_meter meter;
    struct cf_bwe_prober prober;
    struct cf_bwe_window window;
    struct cf_bwe_counts counts;
    bool has_sent;
    bool has_feedback;
    bool is_silent;        /**< no feedback for too long */
    bool was_over;         /**< overuse since the last recovery */
    cf_usec reference;     /**< of the last message; meaningful if .has_feedback */
    cf_usec reference_at;  /**< the same without wraps */
    cf_usec waiting_since; /**< first packet sent since the last feedback; CF_USEC_NEVER: none */
    uint64_t limit_bps;    /**< what the peer asked for; UINT64_MAX: nothing */
    uint64_t sent_octets;  /**< since .sent_since, for .sent_bps */
    cf_usec sent_since;
    uint64_t sent_bps;       /**< how much is sent */
    uint64_t estimate_bps;   /**< what the link carries, without regard to .limit_bps */
    enum cf_bwe_cause cause; /**< of .estimate_bps */
};

/** Begin with @p start_bps; the first packet will have the transport-wide number @p first. CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_bwe_estimator_init(struct cf_bwe_estimator *e, const struct cf_mem *mem,
                                              const struct cf_bwe_bounds *bounds, uint64_t start_bps, uint16_t first);

/** Free the memory; a zeroed estimator may be freed too. */
void cf_bwe_estimator_fini(struct cf_bwe_estimator *e);

/** A packet of @p len octets is sent; @p cluster: the probe it belongs to, 0 for none. Its transport-wide sequence number. */
uint16_t cf_bwe_estimator_on_sent(struct cf_bwe_estimator *e, size_t len, uint8_t cluster, cf_usec now);

/** Feedback came. CF_ERR_LIMIT: it speaks of more packets than are remembered; drop and count. */
CF_MUST_USE enum cf_err cf_bwe_estimator_on_feedback(struct cf_bwe_estimator *e, const struct cf_twcc *twcc, cf_usec now);

/** Round trip time to the peer, by RTCP. */
void cf_bwe_estimator_on_round_trip(struct cf_bwe_estimator *e, cf_usec round_trip);

/** The target is at most @p bps (REMB, TMMBR); UINT64_MAX: no limit. */
void cf_bwe_estimator_set_limit(struct cf_bwe_estimator *e, uint64_t bps);

/** So much would be sent if it fitted; probes find out whether it does. */
void cf_bwe_estimator_set_wanted(struct cf_bwe_estimator *e, uint64_t bps, cf_usec now);

/** What may be sent: at least bounds.min_bps, whatever the peer says. */
uint64_t cf_bwe_estimator_target(const struct cf_bwe_estimator *e);

/** What limits the target. */
enum cf_bwe_cause cf_bwe_estimator_cause(const struct cf_bwe_estimator *e);

/** Nothing is sent yet, since nothing fits what is assumed at the beginning: probe all the same. Later calls do nothing. */
void cf_bwe_estimator_start(struct cf_bwe_estimator *e, cf_usec now);

/**
 * Can the peer be sent padding? (The default.) If not there are no probes, and the estimate grows beyond what is sent until
 * delays or losses show that it is too much.
 */
void cf_bwe_estimator_set_can_probe(struct cf_bwe_estimator *e, bool can_probe);

/** When to call cf_bwe_estimator_on_deadline(). */
cf_usec cf_bwe_estimator_deadline(const struct cf_bwe_estimator *e);

/** Probe, or notice that no feedback comes. */
void cf_bwe_estimator_on_deadline(struct cf_bwe_estimator *e, cf_usec now);

/** The next probe to be sent; its packets are told to _on_sent. False if there is none. */
bool cf_bwe_estimator_poll_cluster(struct cf_bwe_estimator *e, struct cf_bwe_cluster *ret_cluster);

#endif
