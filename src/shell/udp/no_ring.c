/* SPDX-License-Identifier: GPL-3.0-or-later */
/* In place of ring.c where liburing is missing. */
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
