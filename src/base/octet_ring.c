/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A ring of octets. */
#include "base/octet_ring.h"

#include <string.h>

void cf_octet_ring_put(struct cf_octet_ring *ring, struct cf_span octets) {
    cf_assert(octets.len <= cf_octet_ring_room(ring));
    if (octets.len == 0) {
        return;
    }
    size_t end = (ring->first + ring->len) % ring->size;
    size_t before_wrap = ring->size - end;
    size_t len = octets.len < before_wrap ? octets.len : before_wrap;
    memcpy(ring->at + end, octets.at, len);
    memcpy(ring->at, octets.at + len, octets.len - len);
    ring->len += octets.len;
}

struct cf_span cf_octet_ring_peek(const struct cf_octet_ring *ring) {
    size_t before_wrap = ring->size - ring->first;
    return (struct cf_span){ring->at + ring->first, ring->len < before_wrap ? ring->len : before_wrap};
}

void cf_octet_ring_drop(struct cf_octet_ring *ring, size_t len) {
    cf_assert(len <= ring->len);
    ring->len -= len;
    ring->first = ring->len == 0 ? 0 : (ring->first + len) % ring->size;
}
