/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sfu/store.h"

/* No datagram that we receive is longer; a store always has room for one. */
#define PACKET_MAX 2048U

enum cf_err cf_store_init(struct cf_store *store, const struct cf_mem *mem, const struct cf_store_config *config) {
    cf_assert(config->bytes >= PACKET_MAX);
    cf_assert(config->packets > 0 && config->packets <= 32768 && (config->packets & (config->packets - 1)) == 0);
    struct cf_store made = {.mem = mem, .config = *config, .epoch = 1};
    made.slots = cf_mem_alloc(mem, config->packets * sizeof *made.slots);
    made.ring = cf_mem_alloc(mem, config->bytes);
    if (made.slots == NULL || made.ring == NULL) {
        cf_store_fini(&made);
        return CF_ERR_NO_MEMORY;
    }
    *store = made;
    return CF_OK;
}

void cf_store_fini(struct cf_store *store) {
    if (store->mem == NULL) {
        return;
    }
    cf_mem_free(store->mem, store->slots, store->config.packets * sizeof *store->slots);
    cf_mem_free(store->mem, store->ring, store->config.bytes);
    *store = (struct cf_store){.mem = NULL};
}

void cf_store_clear(struct cf_store *store) {
    store->epoch = store->epoch == UINT32_MAX ? 1 : store->epoch + 1;
    store->any = false;
}

static struct cf_store_slot *slot_of(const struct cf_store *store, uint16_t sequence) {
    return &store->slots[sequence & (store->config.packets - 1)];
}

/* Is the payload still there, or has the ring come round? */
static bool is_whole(const struct cf_store *store, const struct cf_store_slot *slot) {
    return slot->epoch == store->epoch && store->written - slot->begin <= store->config.bytes;
}

/* A place in the ring that does not cross its end. */
static uint8_t *reserve(struct cf_store *store, size_t len, uint64_t *ret_begin) {
    size_t at = (size_t)(store->written % store->config.bytes);
    if (at + len > store->config.bytes) {
        store->written += store->config.bytes - at;
        at = 0;
    }
    *ret_begin = store->written;
    store->written += len;
    return store->ring + at;
}

enum cf_err cf_store_put(struct cf_store *store, const struct cf_video_packet *packet) {
    struct cf_store_slot *slot = slot_of(store, packet->sequence);
    if (packet->payload.len + packet->descriptor_len > PACKET_MAX) {
        return CF_ERR_LIMIT;
    }
    bool same = is_whole(store, slot) && slot->packet.sequence == packet->sequence;
    if (same && packet->arrival - slot->packet.arrival <= store->config.age) {
        return CF_ERR_EXISTS;
    }
    uint64_t begin;
    size_t len = packet->payload.len;
    uint8_t *copy = reserve(store, len + packet->descriptor_len, &begin);
    memcpy(copy, packet->payload.at, len);
    *slot = (struct cf_store_slot){.packet = *packet, .begin = begin, .epoch = store->epoch};
    slot->packet.payload.at = copy;
    if (packet->descriptor_len > 0) {
        memcpy(copy + len, packet->descriptor, packet->descriptor_len);
        slot->packet.descriptor = copy + len;
    }
    if (!store->any || (int16_t)(uint16_t)(packet->sequence - store->newest) > 0) {
        store->newest = packet->sequence;
        store->any = true;
    }
    return CF_OK;
}

const struct cf_video_packet *cf_store_get(const struct cf_store *store, uint16_t sequence, cf_usec now) {
    const struct cf_store_slot *slot = slot_of(store, sequence);
    bool found = is_whole(store, slot) && slot->packet.sequence == sequence && now - slot->packet.arrival <= store->config.age;
    return found ? &slot->packet : NULL;
}
