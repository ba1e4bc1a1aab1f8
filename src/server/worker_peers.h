/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rings between media workers: what the engine of one has for that of another (core/media/parcel.h). Each ordered pair of workers
 * has a mailbox, bounded and without locks. A parcel that does not fit is not waited for: the caller counts it.
 */
#ifndef CF_SERVER_WORKER_PEERS_H
#define CF_SERVER_WORKER_PEERS_H

#include "core/media/messages.h"
#include "shell/mailbox/mailbox.h"

/** Octets of a ring: at 100000 packets a second some 15 ms of them; it should stay in a cache that the cores share. */
#define CF_WORKER_RING_OCTETS ((size_t)2 << 20)

/** Parcels of packets alone leave that much of a ring to others. */
#define CF_WORKER_RING_RESERVE ((size_t)512 << 10)

/** All rings of a server. Zeroed: none. */
struct cf_worker_rings {
    struct cf_mailbox *of[CF_MEDIA_WORKERS_MAX][CF_MEDIA_WORKERS_MAX]; /**< from, to; NULL: none */
};

/** Make rings between @p count workers. CF_ERR_NO_MEMORY, CF_ERR_IO; cf_worker_rings_fini() is to be called all the same. */
CF_MUST_USE enum cf_err cf_worker_rings_init(struct cf_worker_rings *rings, size_t count);

/** Free them; no thread may use them any more. */
void cf_worker_rings_fini(struct cf_worker_rings *rings);

/** One worker's ends of the rings. The rings outlive it. */
struct cf_worker_peers {
    struct cf_worker_rings *rings; /**< NULL: there are no other workers */
    size_t worker;                 /**< which this is */
    uint16_t waiting;              /**< workers, as bits, for which parcels wait that were not rung for */
};

/** Put @p parcel into the ring to worker @p to; what is not @p is_firm leaves a reserve. False: there is no room. */
CF_MUST_USE bool cf_worker_peers_put(struct cf_worker_peers *peers, size_t to, struct cf_span parcel, bool is_firm);

/** Wake the workers that something was put for, once each. */
void cf_worker_peers_ring(struct cf_worker_peers *peers);

/** To be polled for reading: there is something from worker @p from. -1: there is no such worker. */
int cf_worker_peers_fd(const struct cf_worker_peers *peers, size_t from);

/** Before parcels are taken. */
void cf_worker_peers_hush(struct cf_worker_peers *peers, size_t from);

/** Parcels were left: the descriptor is to become readable again. */
void cf_worker_peers_again(struct cf_worker_peers *peers, size_t from);

/** Take the oldest parcel from worker @p from into @p buffer, CF_PARCEL_OCTETS large. Its length; 0: there is none. */
size_t cf_worker_peers_take(struct cf_worker_peers *peers, size_t from, uint8_t *buffer);

#endif
