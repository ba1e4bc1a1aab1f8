/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The heap. Blocks up to a kilobyte come from the cache that the C library has for each thread. It has none for longer ones: each
 * of those is cut from what is free and merged with it again, and before that all short blocks that were freed are merged. A call
 * takes and gives back some fifteen of them, commands to media workers and parsed descriptions above all. So freed ones of up to
 * four kilobytes wait here for the next, a few of each size and thread.
 */
#include "shell/system/system.h"

#include <stdlib.h>
#include <string.h>

#define SMALL_BLOCK 1024U /* octets */
#define STOCK_STEP 512U   /* sizes are rounded up to whole steps */
#define STOCK_SIZES 6U    /* of 1536, 2048 ... 4096 octets */
#define STOCK_DEPTH 16U   /* blocks of each size */

/* Sanitizers are to see each block come and go. */
#if !defined(__has_feature)
#define __has_feature(feature) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || __has_feature(address_sanitizer) || \
    __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define HAS_STOCK false
#else
#define HAS_STOCK true
#endif

/* Freed blocks of one size; each begins with a pointer to the next. */
struct shelf {
    void *first;
    size_t count;
};

static _Thread_local struct shelf shelves[STOCK_SIZES];

/* calloc() of the C library passes by the thread's own cache of freed blocks, which serves most of what cores ask for. The
 * compiler, which knows that malloc() and memset() are calloc(), must not see that it is malloc(). */
static void *(*volatile const take)(size_t size) = malloc;

static bool is_stocked(size_t size) {
    return HAS_STOCK && size > SMALL_BLOCK && size <= SMALL_BLOCK + STOCK_SIZES * STOCK_STEP;
}

static size_t shelf_of(size_t size) {
    return (size - SMALL_BLOCK - 1) / STOCK_STEP;
}

static void *take_stocked(size_t size) {
    struct shelf *shelf = &shelves[shelf_of(size)];
    void *memory = shelf->first;
    if (memory == NULL) {
        return take(SMALL_BLOCK + (shelf_of(size) + 1) * STOCK_STEP);
    }
    memcpy(&shelf->first, memory, sizeof shelf->first);
    shelf->count--;
    return memory;
}

static void *heap_alloc(void *ctx, size_t size) {
    (void)ctx;
    if (size > SMALL_BLOCK && !is_stocked(size)) {
        return calloc(1, size);
    }
    void *memory = is_stocked(size) ? take_stocked(size) : take(size);
    return memory == NULL ? NULL : memset(memory, 0, size);
}

static void heap_free(void *ctx, void *memory, size_t size) {
    (void)ctx;
    struct shelf *shelf = memory != NULL && is_stocked(size) ? &shelves[shelf_of(size)] : NULL;
    if (shelf == NULL || shelf->count == STOCK_DEPTH) {
        free(memory);
        return;
    }
    memcpy(memory, &shelf->first, sizeof shelf->first);
    shelf->first = memory;
    shelf->count++;
}

const struct cf_mem *cf_system_mem(void) {
    static const struct cf_mem heap = {heap_alloc, heap_free, NULL};
    return &heap;
}
