/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The packets that a jitter buffer holds: a ring of slots indexed by sequence number, payloads in chains of small blocks, so that
 * a leg's memory is a fixed number of octets whatever the sizes of packets. No policy here.
 */
#ifndef CF_CORE_JITTER_STORE_H
#define CF_CORE_JITTER_STORE_H

#include "base/mem.h"

/** Packets held at most; also the span of sequence numbers. A power of two. */
#define CF_JITTER_SLOTS 64

/** Longest payload, octets. */
#define CF_JITTER_PAYLOAD_MAX 1400

/** Octets of a block and blocks of a buffer: 16 KiB of payload a leg. */
#define CF_JITTER_BLOCK_SIZE 64
#define CF_JITTER_BLOCKS 256

/** A packet that is held. */
struct cf_jitter_slot {
    int64_t seq;          /**< extended sequence number */
    int64_t timestamp;    /**< extended RTP timestamp */
    uint32_t ticks;       /**< duration */
    uint16_t len;         /**< octets of payload */
    uint16_t first_block; /**< index + 1 of the first block; 0: none */
    bool used;
    bool dtx;
    uint8_t level;
};

/** Slots and blocks. */
struct cf_jitter_store {
    const struct cf_mem *mem;
    struct cf_jitter_slot slots[CF_JITTER_SLOTS]; /**< slot of a packet: its seq modulo the number of slots */
    uint8_t (*blocks)[CF_JITTER_BLOCK_SIZE];      /**< CF_JITTER_BLOCKS of them, owned */
    uint16_t next_block[CF_JITTER_BLOCKS];        /**< chains, of packets and of free blocks: index + 1, 0 ends */
    uint16_t free_block;                          /**< index + 1 of the first free block */
    uint16_t free_blocks;
    uint16_t count; /**< packets held */
};

/** An empty store; false if memory is out. */
bool cf_jitter_store_init(struct cf_jitter_store *store, const struct cf_mem *mem);

/** Give back the memory. */
void cf_jitter_store_fini(struct cf_jitter_store *store);

/** Hold a copy of @p slot with @p payload. False if there are too few blocks; its place must be free and the payload fit. */
bool cf_jitter_store_put(struct cf_jitter_store *store, const struct cf_jitter_slot *slot, struct cf_span payload);

/** The packet with extended sequence number @p seq, or NULL. */
const struct cf_jitter_slot *cf_jitter_store_get(const struct cf_jitter_store *store, int64_t seq);

/** The packet with the lowest number of at least @p seq, or NULL; looks at CF_JITTER_SLOTS numbers. */
const struct cf_jitter_slot *cf_jitter_store_next(const struct cf_jitter_store *store, int64_t seq);

/** Copy the payload of @p slot to @p buffer of CF_JITTER_PAYLOAD_MAX octets; the view of it. */
struct cf_span cf_jitter_store_copy(const struct cf_jitter_store *store, const struct cf_jitter_slot *slot, uint8_t *buffer);

/** Let go of the packet with number @p seq, which must be held. */
void cf_jitter_store_drop(struct cf_jitter_store *store, int64_t seq);

#endif
