/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/media/event_queue.h"

enum cf_err cf_event_queue_init(struct cf_event_queue *queue, const struct cf_mem *mem, size_t size) {
    struct cf_media_event *ring = cf_mem_alloc(mem, size * sizeof *ring);
    if (ring == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    *queue = (struct cf_event_queue){.mem = mem, .ring = ring, .size = size};
    return CF_OK;
}

void cf_event_queue_fini(struct cf_event_queue *queue) {
    if (queue->mem != NULL) {
        cf_mem_free(queue->mem, queue->ring, queue->size * sizeof *queue->ring);
    }
    *queue = (struct cf_event_queue){.mem = NULL};
}

void cf_event_queue_put(struct cf_event_queue *queue, const struct cf_media_event *event) {
    if (queue->count == queue->size) {
        queue->lost++;
        return;
    }
    queue->ring[(queue->first + queue->count) % queue->size] = *event;
    queue->count++;
}

bool cf_event_queue_take(struct cf_event_queue *queue, struct cf_media_event *ret_event) {
    if (queue->count == 0) {
        return false;
    }
    *ret_event = queue->ring[queue->first];
    queue->first = (queue->first + 1) % queue->size;
    queue->count--;
    return true;
}
