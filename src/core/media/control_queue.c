/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/media/control_queue.h"

enum cf_err cf_control_queue_init(struct cf_control_queue *queue, const struct cf_mem *mem) {
    struct cf_control_item *ring = cf_mem_alloc(mem, CF_CONTROL_QUEUE_MAX * sizeof *ring);
    if (ring == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    *queue = (struct cf_control_queue){.mem = mem, .ring = ring};
    return CF_OK;
}

void cf_control_queue_fini(struct cf_control_queue *queue) {
    if (queue->mem != NULL) {
        cf_mem_free(queue->mem, queue->ring, CF_CONTROL_QUEUE_MAX * sizeof *queue->ring);
    }
    *queue = (struct cf_control_queue){.mem = NULL};
}

bool cf_control_queue_put(struct cf_control_queue *queue, const struct cf_packet_crypto *crypto, struct cf_srtp_context *srtp,
                          uint32_t socket, const struct cf_addr *to, struct cf_span compound) {
    struct cf_control_item *item = &queue->ring[(queue->first + queue->count) % CF_CONTROL_QUEUE_MAX];
    bool fits = queue->count < CF_CONTROL_QUEUE_MAX;
    if (!fits || crypto->protect_rtcp(crypto->ctx, srtp, compound, item->octets, sizeof item->octets, &item->len) != CF_OK) {
        queue->lost++;
        return false;
    }
    item->socket = socket;
    item->to = *to;
    queue->count++;
    return true;
}

size_t cf_control_queue_peek(const struct cf_control_queue *queue, size_t max, const struct cf_control_item **ret_items) {
    size_t to_end = CF_CONTROL_QUEUE_MAX - queue->first;
    size_t count = queue->count < to_end ? queue->count : to_end;
    *ret_items = &queue->ring[queue->first];
    return count < max ? count : max;
}

void cf_control_queue_drop(struct cf_control_queue *queue, size_t count) {
    cf_assert(count <= queue->count);
    queue->first = (queue->first + count) % CF_CONTROL_QUEUE_MAX;
    queue->count -= count;
}
