/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packets by sequence number, payloads in chained blocks. */
#include "core/jitter/store.h"

#include "base/bug.h"
#include <string.h>

#define BLOCKS_OCTETS ((size_t)CF_JITTER_BLOCKS * CF_JITTER_BLOCK_SIZE)

_Static_assert((CF_JITTER_SLOTS & (CF_JITTER_SLOTS - 1)) == 0, "slots are found by masking");
_Static_assert(CF_JITTER_PAYLOAD_MAX <= CF_JITTER_BLOCKS * CF_JITTER_BLOCK_SIZE, "the longest payload fits into the budget");

static size_t slot_index(int64_t seq) {
    return (size_t)((uint64_t)seq & (CF_JITTER_SLOTS - 1));
}

static size_t blocks_of(size_t len) {
    return (len + CF_JITTER_BLOCK_SIZE - 1) / CF_JITTER_BLOCK_SIZE;
}

bool cf_jitter_store_init(struct cf_jitter_store *store, const struct cf_mem *mem) {
    *store = (struct cf_jitter_store){.mem = mem};
    store->blocks = cf_mem_alloc(mem, BLOCKS_OCTETS);
    if (store->blocks == NULL) {
        return false;
    }
    for (uint16_t i = 0; i < CF_JITTER_BLOCKS; i++) {
        store->next_block[i] = (uint16_t)(i + 1 < CF_JITTER_BLOCKS ? i + 2 : 0);
    }
    store->free_block = 1;
    store->free_blocks = CF_JITTER_BLOCKS;
    return true;
}

void cf_jitter_store_fini(struct cf_jitter_store *store) {
    cf_mem_free(store->mem, store->blocks, BLOCKS_OCTETS);
    store->blocks = NULL;
    store->count = 0;
}

bool cf_jitter_store_put(struct cf_jitter_store *store, const struct cf_jitter_slot *slot, struct cf_span payload) {
    struct cf_jitter_slot *place = &store->slots[slot_index(slot->seq)];
    cf_assert(!place->used);
    cf_assert(payload.len <= CF_JITTER_PAYLOAD_MAX);
    if (blocks_of(payload.len) > store->free_blocks) {
        return false;
    }
    *place = *slot;
    place->used = true;
    place->len = (uint16_t)payload.len;
    uint16_t *link = &place->first_block;
    for (size_t at = 0; at < payload.len; at += CF_JITTER_BLOCK_SIZE) {
        uint16_t block = store->free_block;
        size_t left = payload.len - at;
        memcpy(store->blocks[block - 1], payload.at + at, left < CF_JITTER_BLOCK_SIZE ? left : CF_JITTER_BLOCK_SIZE);
        store->free_block = store->next_block[block - 1];
        store->free_blocks--;
        *link = block;
        link = &store->next_block[block - 1];
    }
    *link = 0;
    store->count++;
    return true;
}

const struct cf_jitter_slot *cf_jitter_store_get(const struct cf_jitter_store *store, int64_t seq) {
    const struct cf_jitter_slot *slot = &store->slots[slot_index(seq)];
    return slot->used && slot->seq == seq ? slot : NULL;
}

const struct cf_jitter_slot *cf_jitter_store_next(const struct cf_jitter_store *store, int64_t seq) {
    if (store->count == 0) {
        return NULL;
    }
    for (int64_t at = seq; at < seq + CF_JITTER_SLOTS; at++) {
        const struct cf_jitter_slot *slot = cf_jitter_store_get(store, at);
        if (slot != NULL) {
            return slot;
        }
    }
    return NULL;
}

struct cf_span cf_jitter_store_copy(const struct cf_jitter_store *store, const struct cf_jitter_slot *slot, uint8_t *buffer) {
    uint16_t block = slot->first_block;
    for (size_t at = 0; at < slot->len; at += CF_JITTER_BLOCK_SIZE) {
        size_t left = slot->len - at;
        memcpy(buffer + at, store->blocks[block - 1], left < CF_JITTER_BLOCK_SIZE ? left : CF_JITTER_BLOCK_SIZE);
        block = store->next_block[block - 1];
    }
    return (struct cf_span){buffer, slot->len};
}

void cf_jitter_store_drop(struct cf_jitter_store *store, int64_t seq) {
    struct cf_jitter_slot *slot = &store->slots[slot_index(seq)];
    cf_assert(slot->used && slot->seq == seq);
    uint16_t block = slot->first_block;
    for (size_t n = blocks_of(slot->len); n > 0; n--) {
        uint16_t following = store->next_block[block - 1];
        store->next_block[block - 1] = store->free_block;
        store->free_block = block;
        store->free_blocks++;
        block = following;
    }
    slot->used = false;
    store->count--;
}
