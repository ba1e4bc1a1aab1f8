/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/bwe/pacer.h"

#define CLUSTER_BURST CF_MSEC(2) /* of a probe, at once: timers are not finer */
#define CLUSTER_LATE CF_MSEC(200)

enum cf_err cf_pacer_init(struct cf_pacer *pacer, const struct cf_mem *mem) {
    const size_t count = CF_PACER_MEDIA_MAX + CF_PACER_REPEATS_MAX;
    struct cf_pacer_item *items = cf_mem_alloc(mem, count * sizeof *items);
    if (items == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    *pacer = (struct cf_pacer){.mem = mem};
    pacer->queues[CF_PACER_MEDIA] = (struct cf_pacer_queue){.items = items, .size = CF_PACER_MEDIA_MAX};
    pacer->queues[CF_PACER_REPEAT] = (struct cf_pacer_queue){.items = items + CF_PACER_MEDIA_MAX, .size = CF_PACER_REPEATS_MAX};
    return CF_OK;
}

void cf_pacer_fini(struct cf_pacer *pacer) {
    if (pacer->mem != NULL) {
        const size_t count = CF_PACER_MEDIA_MAX + CF_PACER_REPEATS_MAX;
        cf_mem_free(pacer->mem, pacer->queues[CF_PACER_MEDIA].items, count * sizeof(struct cf_pacer_item));
    }
    *pacer = (struct cf_pacer){.mem = NULL};
}

static bool is_empty(const struct cf_pacer_queue *queue) {
    return queue->head == queue->tail;
}

bool cf_pacer_is_idle(const struct cf_pacer *pacer) {
    return is_empty(&pacer->queues[CF_PACER_MEDIA]) && is_empty(&pacer->queues[CF_PACER_REPEAT]);
}

/* --- budget --- */

/* Octets a second that may go out: more when much waits. */
static uint64_t octets_per_sec(const struct cf_pacer *pacer) {
    uint64_t paced = pacer->target_bps / 800 * CF_PACER_FACTOR_PERCENT;
    uint64_t drain = pacer->queued_octets * 1000000U / (uint64_t)CF_PACER_WAIT_MAX;
    uint64_t rate = paced > drain ? paced : drain;
    return rate > 0 ? rate : 1;
}

static int64_t octets_in(const struct cf_pacer *pacer, cf_usec duration) {
    return (int64_t)(octets_per_sec(pacer) * (uint64_t)duration / 1000000U);
}

static void pay(struct cf_pacer *pacer, cf_usec now) {
    cf_usec elapsed = cf_usec_min(now - pacer->debt_at, CF_SEC(1));
    int64_t paid = elapsed > 0 ? octets_in(pacer, elapsed) : 0;
    if (elapsed <= 0) {
        return;
    }
    pacer->debt = pacer->debt > paid ? pacer->debt - paid : 0;
    pacer->debt_at = now;
}

void cf_pacer_set_target(struct cf_pacer *pacer, uint64_t target_bps, cf_usec now) {
    pay(pacer, now);
    pacer->target_bps = target_bps;
}

/* --- probes --- */

void cf_pacer_begin_cluster(struct cf_pacer *pacer, const struct cf_bwe_cluster *cluster) {
    if (pacer->cluster.id != 0) {
        pacer->following = pacer->following.id == 0 ? *cluster : pacer->following;
        return;
    }
    pacer->cluster = *cluster;
    pacer->cluster_packets = 0;
    pacer->cluster_octets = 0;
}

uint8_t cf_pacer_cluster(const struct cf_pacer *pacer) {
    return pacer->cluster.id;
}

static void end_cluster(struct cf_pacer *pacer) {
    struct cf_bwe_cluster following = pacer->following;
    pacer->cluster.id = pacer->following.id = 0;
    if (following.id != 0) {
        cf_pacer_begin_cluster(pacer, &following);
    }
}

/* When the next packet of the probe is due. */
static cf_usec cluster_due(const struct cf_pacer *pacer) {
    if (pacer->cluster_packets == 0) {
        return 0;
    }
    uint64_t ahead = pacer->cluster_octets * 8000000U / pacer->cluster.rate_bps;
    cf_usec due = pacer->cluster_since + (cf_usec)ahead - CLUSTER_BURST;
    return due > 0 ? due : 0;
}

static bool cluster_allows(const struct cf_pacer *pacer, cf_usec now) {
    return pacer->cluster.id != 0 && now >= cluster_due(pacer);
}

static void count_sent(struct cf_pacer *pacer, size_t len, cf_usec now) {
    pacer->debt += (int64_t)len;
    if (pacer->cluster.id == 0) {
        return;
    }
    pacer->cluster_since = pacer->cluster_packets == 0 ? now : pacer->cluster_since;
    pacer->cluster_packets++;
    pacer->cluster_octets += len;
    bool done = pacer->cluster_octets >= pacer->cluster.octets && pacer->cluster_packets >= pacer->cluster.packets;
    if (done || now > cluster_due(pacer) + CLUSTER_LATE) {
        end_cluster(pacer);
    }
}

/* --- packets --- */

static bool has_budget(struct cf_pacer *pacer, cf_usec now) {
    pay(pacer, now);
    return pacer->target_bps == 0 || pacer->debt <= octets_in(pacer, CF_PACER_BURST) || cluster_allows(pacer, now);
}

bool cf_pacer_admit(struct cf_pacer *pacer, enum cf_pacer_class which, size_t len, cf_usec now) {
    bool first = is_empty(&pacer->queues[CF_PACER_REPEAT]) && (which == CF_PACER_REPEAT || is_empty(&pacer->queues[which]));
    if (!first || !has_budget(pacer, now)) {
        return false;
    }
    count_sent(pacer, len, now);
    return true;
}

bool cf_pacer_push(struct cf_pacer *pacer, enum cf_pacer_class which, const struct cf_pacer_item *item) {
    struct cf_pacer_queue *queue = &pacer->queues[which];
    if (queue->tail - queue->head == queue->size) {
        pacer->counts.unpaced++;
        pacer->debt += item->len;
        return false;
    }
    queue->items[queue->tail++ & (queue->size - 1)] = *item;
    pacer->queued_octets += item->len;
    pacer->counts.queued++;
    return true;
}

static bool pop(struct cf_pacer *pacer, struct cf_pacer_queue *queue, struct cf_pacer_item *ret_item) {
    while (!is_empty(queue)) {
        *ret_item = queue->items[queue->head++ & (queue->size - 1)];
        if (ret_item->user != NULL) {
            pacer->queued_octets -= ret_item->len;
            return true;
        }
    }
    return false;
}

bool cf_pacer_poll(struct cf_pacer *pacer, cf_usec now, struct cf_pacer_item *ret_item) {
    struct cf_pacer_item item;
    if (cf_pacer_is_idle(pacer) || !has_budget(pacer, now)) {
        return false;
    }
    if (!pop(pacer, &pacer->queues[CF_PACER_REPEAT], &item) && !pop(pacer, &pacer->queues[CF_PACER_MEDIA], &item)) {
        return false;
    }
    count_sent(pacer, item.len, now);
    *ret_item = item;
    return true;
}

bool cf_pacer_poll_padding(struct cf_pacer *pacer, cf_usec now, size_t *ret_octets) {
    if (!pacer->can_pad || !cf_pacer_is_idle(pacer) || !cluster_allows(pacer, now)) {
        return false;
    }
    size_t share = pacer->cluster.octets / pacer->cluster.packets;
    size_t octets = share < CF_PACER_PADDING_MAX ? share : CF_PACER_PADDING_MAX;
    pacer->counts.padding += octets;
    count_sent(pacer, octets, now);
    *ret_octets = octets;
    return true;
}

void cf_pacer_forget(struct cf_pacer *pacer, const void *user) {
    for (size_t which = 0; which < CF_PACER_CLASSES; which++) {
        struct cf_pacer_queue *queue = &pacer->queues[which];
        for (uint32_t i = queue->head; i != queue->tail; i++) {
            struct cf_pacer_item *item = &queue->items[i & (queue->size - 1)];
            if (item->user == user && user != NULL) {
                pacer->queued_octets -= item->len;
                item->user = NULL;
            }
        }
    }
}

cf_usec cf_pacer_deadline(const struct cf_pacer *pacer) {
    bool goes_on = pacer->cluster.id != 0 && (pacer->can_pad || !cf_pacer_is_idle(pacer));
    cf_usec deadline = goes_on ? cluster_due(pacer) : CF_USEC_NEVER;
    if (cf_pacer_is_idle(pacer)) {
        return deadline;
    }
    int64_t excess = pacer->debt - octets_in(pacer, CF_PACER_BURST);
    if (pacer->target_bps == 0 || excess <= 0) {
        return pacer->debt_at;
    }
    cf_usec wait = (cf_usec)(((uint64_t)excess * 1000000U) / octets_per_sec(pacer)) + 1;
    return cf_usec_min(deadline, pacer->debt_at + wait);
}
