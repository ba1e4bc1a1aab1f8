/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where memory comes from: a core never calls malloc() but takes a cf_mem. The shell passes the heap, tests pass allocators that
 * count, poison, or fail at the n-th call. Single-threaded: a cf_mem belongs to one thread.
 */
#ifndef CF_BASE_MEM_H
#define CF_BASE_MEM_H

#include "base/str.h"

/** An allocator. */
struct cf_mem {
    void *(*alloc)(void *ctx, size_t size);             /**< zeroed memory aligned for any object, or NULL */
    void (*free)(void *ctx, void *memory, size_t size); /**< @p size is that of the allocation; memory is not NULL */
    void *ctx;                                          /**< passed to both */
};

/** Zeroed memory of @p size > 0 octets, or NULL. */
void *cf_mem_alloc(const struct cf_mem *mem, size_t size);

/** Give back @p memory of @p size octets; NULL is ignored. */
void cf_mem_free(const struct cf_mem *mem, void *memory, size_t size);

/** Overwrite @p memory with zeros in a way that no compiler leaves out: for keys and passwords. */
void cf_mem_wipe(void *memory, size_t size);

/**
 * Grow an array of @p element octets each from @p *count_max to at least @p needed elements (doubling). False if the allocator
 * refuses; the array is untouched then. New elements are zero.
 */
bool cf_mem_grow(const struct cf_mem *mem, void **array, size_t *count_max, size_t needed, size_t element);

/** A copy of @p s owned by the caller, freed with cf_mem_free_str(). Absent stays absent. False if the allocator refuses. */
bool cf_mem_dup_str(const struct cf_mem *mem, struct cf_str s, struct cf_str *ret);

/** Free a string made by cf_mem_dup_str() and make it absent. */
void cf_mem_free_str(const struct cf_mem *mem, struct cf_str *s);

#endif
