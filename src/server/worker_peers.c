/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/worker_peers.h"

#include "core/media/parcel.h"

enum cf_err cf_worker_rings_init(struct cf_worker_rings *rings, size_t count) {
    enum cf_err err = CF_OK;
    cf_assert(count <= CF_MEDIA_WORKERS_MAX);
    for (size_t i = 0; i < count * count && err == CF_OK; i++) {
        if (i / count != i % count) {
            err = cf_mailbox_create(CF_PARCEL_OCTETS, CF_WORKER_RING_OCTETS, &rings->of[i / count][i % count]);
        }
    }
    return err;
}

void cf_worker_rings_fini(struct cf_worker_rings *rings) {
    for (size_t i = 0; i < CF_MEDIA_WORKERS_MAX * CF_MEDIA_WORKERS_MAX; i++) {
        cf_mailbox_destroy(&rings->of[i / CF_MEDIA_WORKERS_MAX][i % CF_MEDIA_WORKERS_MAX]);
    }
}

bool cf_worker_peers_put(struct cf_worker_peers *peers, size_t to, struct cf_span parcel, bool is_firm) {
    struct cf_mailbox *ring = peers->rings == NULL ? NULL : peers->rings->of[peers->worker][to];
    if (ring == NULL || (!is_firm && cf_mailbox_room(ring) < CF_WORKER_RING_RESERVE) ||
        !cf_mailbox_put(ring, parcel.at, parcel.len)) {
        return false;
    }
    peers->waiting |= cf_worker_bit(to);
    return true;
}

void cf_worker_peers_ring(struct cf_worker_peers *peers) {
    for (size_t i = 0; peers->waiting >> i != 0; i++) {
        if ((peers->waiting >> i & 1U) != 0) {
            cf_mailbox_ring(peers->rings->of[peers->worker][i]);
        }
    }
    peers->waiting = 0;
}

static struct cf_mailbox *ring_from(const struct cf_worker_peers *peers, size_t from) {
    return peers->rings == NULL ? NULL : peers->rings->of[from][peers->worker];
}

int cf_worker_peers_fd(const struct cf_worker_peers *peers, size_t from) {
    const struct cf_mailbox *ring = ring_from(peers, from);
    return ring == NULL ? -1 : cf_mailbox_fd(ring);
}

void cf_worker_peers_hush(struct cf_worker_peers *peers, size_t from) {
    cf_mailbox_hush(ring_from(peers, from));
}

void cf_worker_peers_again(struct cf_worker_peers *peers, size_t from) {
    cf_mailbox_ring(ring_from(peers, from));
}

size_t cf_worker_peers_take(struct cf_worker_peers *peers, size_t from, uint8_t *buffer) {
    size_t len = 0;
    return cf_mailbox_take_sized(ring_from(peers, from), buffer, &len) ? len : 0;
}
