/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A ring of octets over memory of its owner: what waits to be written to a slow peer. Pieces go in whole or not at all. No
 * allocation, single-threaded.
 */
#ifndef CF_BASE_OCTET_RING_H
#define CF_BASE_OCTET_RING_H

#include "base/bug.h"
#include "base/str.h"

/** The ring. Zeroed but for .at and .size: empty. */
struct cf_octet_ring {
    uint8_t *at; /**< borrowed, .size octets */
    size_t size;
    size_t first;
    size_t len; /**< octets that wait */
};

/** Octets that can still be put. */
static inline size_t cf_octet_ring_room(const struct cf_octet_ring *ring) {
    return ring->size - ring->len;
}

/** Append @p octets, for which there must be room. */
void cf_octet_ring_put(struct cf_octet_ring *ring, struct cf_span octets);

/** The oldest octets that lie in one piece; empty: none wait. Valid until the next call. */
struct cf_span cf_octet_ring_peek(const struct cf_octet_ring *ring);

/** The @p len oldest octets are done with; at most as many as there are. */
void cf_octet_ring_drop(struct cf_octet_ring *ring, size_t len);

#endif
