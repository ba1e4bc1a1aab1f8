/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * When packets may go out to one receiver: what comes in bursts (a group of pictures out of the store, a key frame, repairs) is
 * spread, so that it does not fill the queue of a narrow link at once; and probe clusters go out at their rate, filled up with
 * padding. Sound does not pass here. What may go at once is never queued: pacing costs nothing where it is not needed.
 *
 * Machine: _admit, _push what was not admitted, _poll, _poll_padding, _deadline. A fixed queue of 16 octets a packet; when it is
 * full packets go out unpaced, nothing is lost here. docs/algorithms/bandwidth.md.
 */
#ifndef CF_CORE_BWE_PACER_H
#define CF_CORE_BWE_PACER_H

#include "base/err.h"
#include "base/mem.h"
#include "core/bwe/probe_meter.h"

/** Packets that wait, of each class; powers of two. */
#define CF_PACER_MEDIA_MAX 256U
#define CF_PACER_REPEATS_MAX 64U

/** What goes out is at most this times the target ... */
#define CF_PACER_FACTOR_PERCENT 250U

/** ... so much of which at once. */
#define CF_PACER_BURST CF_MSEC(40)

/** Nothing waits longer: the rate is raised so that it does not. */
#define CF_PACER_WAIT_MAX CF_MSEC(500)

/** Octets of one padding packet, at most. */
#define CF_PACER_PADDING_MAX 1000U

/** Which queue. Repairs go first: they are late already. */
enum cf_pacer_class {
    CF_PACER_REPEAT,
    CF_PACER_MEDIA,
    CF_PACER_CLASSES,
};

/** A packet that waits. What it means is the caller's business. */
struct cf_pacer_item {
    void *user;        /**< not NULL */
    uint16_t sequence; /**< the caller's */
    uint16_t len;      /**< octets on the link */
    uint32_t tag;      /**< the caller's */
};

/** A ring of those; private. */
struct cf_pacer_queue {
    struct cf_pacer_item *items;
    uint32_t size;
    uint32_t head; /**< number of the first one, modulo .size */
    uint32_t tail; /**< number behind the last one */
};

/** Counters. */
struct cf_pacer_counts {
    uint64_t queued;
    uint64_t unpaced; /**< went out at once because the queue was full */
    uint64_t padding; /**< octets */
};

/** The machine. */
struct cf_pacer {
    const struct cf_mem *mem;
    struct cf_pacer_queue queues[CF_PACER_CLASSES];
    uint64_t queued_octets;
    uint64_t target_bps;           /**< 0: no pacing */
    bool can_pad;                  /**< probes may be filled up */
    int64_t debt;                  /**< octets sent ahead of time at .debt_at */
    cf_usec debt_at;               /**< when it was that */
    struct cf_bwe_cluster cluster; /**< that is being sent; .id 0: none */
    struct cf_bwe_cluster following;
    cf_usec cluster_since;
    uint64_t cluster_octets;
    uint32_t cluster_packets;
    struct cf_pacer_counts counts;
};

/** An empty pacer that lets everything pass. CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_pacer_init(struct cf_pacer *pacer, const struct cf_mem *mem);

/** Free the memory; a zeroed pacer may be freed too. */
void cf_pacer_fini(struct cf_pacer *pacer);

/** The target bit rate; 0: let everything pass. */
void cf_pacer_set_target(struct cf_pacer *pacer, uint64_t target_bps, cf_usec now);

/** Can probes be filled up with padding? If not (the default), they are made of what there is to be sent. */
static inline void cf_pacer_set_padding(struct cf_pacer *pacer, bool can_pad) {
    pacer->can_pad = can_pad;
}

/** Send @p cluster, after the one at hand if there is one; a third is dropped. */
void cf_pacer_begin_cluster(struct cf_pacer *pacer, const struct cf_bwe_cluster *cluster);

/** May a packet go out now, before anything that waits is asked for? If not, push it. A mutation: true counts as sent. */
bool cf_pacer_admit(struct cf_pacer *pacer, enum cf_pacer_class which, size_t len, cf_usec now);

/** Let @p item wait. False if the queue is full: send it now, it counts as sent. */
bool cf_pacer_push(struct cf_pacer *pacer, enum cf_pacer_class which, const struct cf_pacer_item *item);

/** The next packet that may go out now. It counts as sent. */
bool cf_pacer_poll(struct cf_pacer *pacer, cf_usec now, struct cf_pacer_item *ret_item);

/** Nothing waits, but a probe wants to go on: send so much padding. It counts as sent. */
bool cf_pacer_poll_padding(struct cf_pacer *pacer, cf_usec now, size_t *ret_octets);

/** The probe that packets which go out now belong to; 0: none. Ask before the call that counts a packet as sent. */
uint8_t cf_pacer_cluster(const struct cf_pacer *pacer);

/** @p user is going away: nothing of it is given out any more. */
void cf_pacer_forget(struct cf_pacer *pacer, const void *user);

/** When to poll. */
cf_usec cf_pacer_deadline(const struct cf_pacer *pacer);

/** Does anything wait? */
bool cf_pacer_is_idle(const struct cf_pacer *pacer);

#endif
