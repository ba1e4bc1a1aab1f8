/* SPDX-License-Identifier: GPL-3.0-or-later */
/* In place of ring.c and receive_ring.c where liburing is missing. */
#include "shell/udp/receive_ring.h"
#include "shell/udp/ring.h"

enum cf_err cf_send_ring_create(struct cf_send_ring **ret) {
    (void)ret;
    return CF_ERR_UNSUPPORTED;
}

void cf_send_ring_destroy(struct cf_send_ring **ring) {
    (void)ring;
}

size_t cf_send_ring_put(struct cf_send_ring *ring, struct cf_udp *udp, const struct cf_datagram *datagrams, size_t count) {
    (void)ring;
    (void)udp;
    (void)datagrams;
    return count;
}

size_t cf_send_ring_flush(struct cf_send_ring *ring) {
    (void)ring;
    return 0;
}

enum cf_err cf_receive_ring_create(size_t slot, struct cf_receive_ring **ret) {
    (void)slot;
    (void)ret;
    return CF_ERR_UNSUPPORTED;
}

void cf_receive_ring_destroy(struct cf_receive_ring **ring) {
    (void)ring;
}

int cf_receive_ring_fd(const struct cf_receive_ring *ring) {
    (void)ring;
    return -1;
}

bool cf_receive_ring_add(struct cf_receive_ring *ring, struct cf_udp *udp, uint32_t number) {
    (void)ring;
    (void)udp;
    (void)number;
    return false;
}

void cf_receive_ring_remove(struct cf_receive_ring *ring, struct cf_udp *udp) {
    (void)ring;
    (void)udp;
}

size_t cf_receive_ring_take(struct cf_receive_ring *ring, struct cf_received *ret, size_t max) {
    (void)ring;
    (void)ret;
    (void)max;
    return 0;
}

void cf_receive_ring_release(struct cf_receive_ring *ring) {
    (void)ring;
}

struct cf_udp *cf_receive_ring_poll_refused(struct cf_receive_ring *ring, uint32_t *ret_number) {
    (void)ring;
    (void)ret_number;
    return NULL;
}
