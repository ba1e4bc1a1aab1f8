/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The heap. */
#include "shell/system/system.h"

#include <stdlib.h>
#include <string.h>

#define SMALL_BLOCK 1024U /* octets; longer ones are not in the cache of the C library */

/* calloc() of the C library passes by the thread's own cache of freed blocks, which serves most of what cores ask for. The
 * compiler, which knows that malloc() and memset() are calloc(), must not see that it is malloc(). */
static void *(*volatile const take)(size_t size) = malloc;

static void *heap_alloc(void *ctx, size_t size) {
    (void)ctx;
    if (size > SMALL_BLOCK) {
        return calloc(1, size);
    }
    void *memory = take(size);
    return memory == NULL ? NULL : memset(memory, 0, size);
}

static void heap_free(void *ctx, void *memory, size_t size) {
    (void)ctx;
    (void)size;
    free(memory);
}

const struct cf_mem *cf_system_mem(void) {
    static const struct cf_mem heap = {heap_alloc, heap_free, NULL};
    return &heap;
}
