/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Events on their way to signalling: a ring of fixed size, made once. What does not fit is lost and counted; the queue is drained
 * after each call of the engine, so that takes far more legs than the engine has.
 */
#ifndef CF_MEDIA_EVENT_QUEUE_H
#define CF_MEDIA_EVENT_QUEUE_H

#include "core/media/messages.h"

/** The ring. */
struct cf_event_queue {
    const struct cf_mem *mem;
    struct cf_media_event *ring; /**< owned */
    size_t size;
    size_t first;
    size_t count;
    uint64_t lost; /**< events for which there was no room */
};

/** A ring of @p size events. CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_event_queue_init(struct cf_event_queue *queue, const struct cf_mem *mem, size_t size);

/** Free it; a zeroed queue may be freed too. */
void cf_event_queue_fini(struct cf_event_queue *queue);

/** Append a copy of @p event. */
void cf_event_queue_put(struct cf_event_queue *queue, const struct cf_media_event *event);

/** Take the oldest event. False if there is none. */
bool cf_event_queue_take(struct cf_event_queue *queue, struct cf_media_event *ret_event);

#endif
