/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Packet store of one source: its last packets, decrypted, once for all receivers. Retransmissions (RFC 4585 section 6.2.1) and
 * receivers that join or change in the middle of a group of pictures are served from here.
 *
 * Bounded in octets, packets and age; the oldest give way. Memory is taken when the store is made, nothing is allocated a packet.
 */
#ifndef CF_SFU_STORE_H
#define CF_SFU_STORE_H

#include "base/mem.h"
#include "core/sfu/video.h"

/** Sizes of a store. */
struct cf_store_config {
    size_t bytes;   /**< octets of payload, at least 2048 */
    size_t packets; /**< a power of two, at most 32768 */
    cf_usec age;    /**< older packets are not given out */
};

/** One stored packet; .packet.payload and .packet.descriptor are views of the store. */
struct cf_store_slot {
    struct cf_video_packet packet;
    uint64_t begin; /**< octets ever stored before this packet */
    uint32_t epoch; /**< that of the store when it was put; 0: never used */
};

/** The store. */
struct cf_store {
    const struct cf_mem *mem;
    struct cf_store_config config;
    struct cf_store_slot *slots; /**< by sequence number modulo config.packets */
    uint8_t *ring;               /**< config.bytes */
    uint64_t written;            /**< octets ever stored, with the unused ends of the ring */
    uint16_t newest;             /**< highest sequence number stored */
    bool any;                    /**< something was stored since the last clear */
    uint32_t epoch;              /**< one more with each clear, from 1: forgetting costs nothing */
};

/** Make a store. CF_ERR_NO_MEMORY. @p mem is kept by reference. */
CF_MUST_USE enum cf_err cf_store_init(struct cf_store *store, const struct cf_mem *mem, const struct cf_store_config *config);

/** Free the memory; a zeroed store may be freed too. */
void cf_store_fini(struct cf_store *store);

/** Forget all packets: the source began anew. */
void cf_store_clear(struct cf_store *store);

/**
 * Keep a copy of @p packet. CF_ERR_EXISTS if it is there already (a duplicate), CF_ERR_LIMIT if it is longer than 2048 octets.
 */
CF_MUST_USE enum cf_err cf_store_put(struct cf_store *store, const struct cf_video_packet *packet);

/** The packet with @p sequence if it is still there and young enough at @p now, else NULL. Valid until the next put. */
const struct cf_video_packet *cf_store_get(const struct cf_store *store, uint16_t sequence, cf_usec now);

#endif
