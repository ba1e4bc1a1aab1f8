/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Deadlines: an intrusive binary heap. An object embeds a cf_timer; setting, moving and cancelling cost O(log n). Setting can
 * fail for want of memory only when more timers are in the heap than ever before.
 */
#ifndef CF_BASE_HEAP_H
#define CF_BASE_HEAP_H

#include "base/err.h"
#include "base/mem.h"
#include "base/usec.h"

/** One deadline of an object. Zeroed: not set. */
struct cf_timer {
    cf_usec deadline; /**< meaningful while set */
    size_t slot;      /**< index in the heap plus 1; 0: not set */
};

/** Many deadlines. */
struct cf_heap {
    const struct cf_mem *mem;
    struct cf_timer **slots; /**< owned array of borrowed timers */
    size_t slots_max;
    size_t count;
};

/** An empty heap; @p mem is kept by reference. */
void cf_heap_init(struct cf_heap *heap, const struct cf_mem *mem);

/** Free the array; timers in it are forgotten, not touched. */
void cf_heap_fini(struct cf_heap *heap);

/** Set or move @p timer. CF_USEC_NEVER cancels. CF_ERR_NO_MEMORY leaves the timer as it was. */
CF_MUST_USE enum cf_err cf_heap_set(struct cf_heap *heap, struct cf_timer *timer, cf_usec deadline);

/** Cancel @p timer if it is set. */
void cf_heap_cancel(struct cf_heap *heap, struct cf_timer *timer);

/** The earliest deadline, CF_USEC_NEVER if none. */
cf_usec cf_heap_deadline(const struct cf_heap *heap);

/** Take out and return the earliest timer if it is due at @p now, else NULL. */
struct cf_timer *cf_heap_pop(struct cf_heap *heap, cf_usec now);

#endif
