/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Intrusive binary heap of deadlines. */
#include "base/heap.h"

void cf_heap_init(struct cf_heap *heap, const struct cf_mem *mem) {
    *heap = (struct cf_heap){.mem = mem};
}

void cf_heap_fini(struct cf_heap *heap) {
    cf_mem_free(heap->mem, (void *)heap->slots, heap->slots_max * sizeof(*heap->slots));
    *heap = (struct cf_heap){.mem = heap->mem};
}

static void place(struct cf_heap *heap, size_t index, struct cf_timer *timer) {
    heap->slots[index] = timer;
    timer->slot = index + 1;
}

static void sift_up(struct cf_heap *heap, size_t index) {
    struct cf_timer *timer = heap->slots[index];
    while (index > 0) {
        size_t parent = (index - 1) / 2;
        if (heap->slots[parent]->deadline <= timer->deadline) {
            break;
        }
        place(heap, index, heap->slots[parent]);
        index = parent;
    }
    place(heap, index, timer);
}

static void sift_down(struct cf_heap *heap, size_t index) {
    struct cf_timer *timer = heap->slots[index];
    for (;;) {
        size_t child = 2 * index + 1;
        if (child >= heap->count) {
            break;
        }
        if (child + 1 < heap->count && heap->slots[child + 1]->deadline < heap->slots[child]->deadline) {
            child++;
        }
        if (timer->deadline <= heap->slots[child]->deadline) {
            break;
        }
        place(heap, index, heap->slots[child]);
        index = child;
    }
    place(heap, index, timer);
}

enum cf_err cf_heap_set(struct cf_heap *heap, struct cf_timer *timer, cf_usec deadline) {
    if (deadline == CF_USEC_NEVER) {
        cf_heap_cancel(heap, timer);
        return CF_OK;
    }
    if (timer->slot == 0) {
        void *slots = (void *)heap->slots;
        bool grown = cf_mem_grow(heap->mem, &slots, &heap->slots_max, heap->count + 1, sizeof(*heap->slots));
        heap->slots = slots;
        if (!grown) {
            return CF_ERR_NO_MEMORY;
        }
        timer->deadline = deadline;
        place(heap, heap->count++, timer);
        sift_up(heap, heap->count - 1);
        return CF_OK;
    }
    bool is_earlier = deadline < timer->deadline;
    timer->deadline = deadline;
    if (is_earlier) {
        sift_up(heap, timer->slot - 1);
    } else {
        sift_down(heap, timer->slot - 1);
    }
    return CF_OK;
}

void cf_heap_cancel(struct cf_heap *heap, struct cf_timer *timer) {
    if (timer->slot == 0) {
        return;
    }
    size_t index = timer->slot - 1;
    cf_assert(index < heap->count && heap->slots[index] == timer);
    timer->slot = 0;
    struct cf_timer *last = heap->slots[--heap->count];
    if (last == timer) {
        return;
    }
    place(heap, index, last);
    sift_down(heap, index);
    sift_up(heap, last->slot - 1);
}

cf_usec cf_heap_deadline(const struct cf_heap *heap) {
    return heap->count == 0 ? CF_USEC_NEVER : heap->slots[0]->deadline;
}

struct cf_timer *cf_heap_pop(struct cf_heap *heap, cf_usec now) {
    if (heap->count == 0 || heap->slots[0]->deadline > now) {
        return NULL;
    }
    struct cf_timer *timer = heap->slots[0];
    cf_heap_cancel(heap, timer);
    return timer;
}
