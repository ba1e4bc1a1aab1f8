/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Handles: how objects are named across threads, queues and layers instead of by pointer. A slot number and a generation: a
 * handle that outlives its object is detected, never followed. The zero handle names nothing.
 */
#ifndef CF_BASE_HANDLE_H
#define CF_BASE_HANDLE_H

#include "base/mem.h"

/** A name of an object in one table. Value type; .generation == 0 names nothing. */
struct cf_handle {
    uint32_t slot;
    uint32_t generation;
};

/** Same name? */
static inline bool cf_handle_eq(struct cf_handle a, struct cf_handle b) {
    return a.slot == b.slot && a.generation == b.generation;
}

/** Names something (that may be gone)? */
static inline bool cf_handle_is_set(struct cf_handle h) {
    return h.generation != 0;
}

/** Slots of a handle table; private to handle.c. */
struct cf_handle_slot {
    void *object;        /**< NULL: free */
    uint32_t generation; /**< of the object, or of the next one */
    uint32_t next_free;  /**< slot + 1 of the next free slot */
};

/** Table from handles to objects. */
struct cf_handle_table {
    const struct cf_mem *mem;
    struct cf_handle_slot *slots;
    size_t slots_max;
    size_t slots_used;   /**< slots ever used */
    size_t count;        /**< objects in the table */
    size_t limit;        /**< most objects at a time */
    uint32_t first_free; /**< slot + 1; 0: none */
};

/** An empty table for at most @p limit objects. */
void cf_handle_table_init(struct cf_handle_table *table, const struct cf_mem *mem, size_t limit);

/** Free the slots; the objects are the caller's business. */
void cf_handle_table_fini(struct cf_handle_table *table);

/** Name @p object (not NULL, kept by reference). The zero handle if the limit is reached or memory is out. */
struct cf_handle cf_handle_add(struct cf_handle_table *table, void *object);

/** The object named @p handle, or NULL if it is gone. */
void *cf_handle_get(const struct cf_handle_table *table, struct cf_handle handle);

/** Forget @p handle; later lookups of it give NULL. */
void cf_handle_remove(struct cf_handle_table *table, struct cf_handle handle);

/** The object in slot @p index or NULL; for visiting all: index from 0 to slots_used - 1. */
void *cf_handle_at(const struct cf_handle_table *table, size_t index);

#endif
