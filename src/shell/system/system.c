/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Heap, entropy and clocks of the operating system. */
#include "shell/system/system.h"

#include "base/bug.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#define SMALL_BLOCK 1024  /* octets; longer ones are not in the cache of the C library */
#define ENTROPY_BLOCK 256 /* getrandom() gives that many without being interrupted */

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

static void fill_block(uint8_t *out, size_t len) {
    ssize_t got = -1;
    do {
        got = getrandom(out, len, 0);
    } while (got < 0 && errno == EINTR);
    /* Up to 256 octets come whole or not at all; without entropy nothing we do is safe. */
    if (got != (ssize_t)len) {
        abort();
    }
}

/* A block is drawn at a time, since a tag or branch needs few octets and a system call costs more than they do. */
static void entropy_fill(void *ctx, uint8_t *out, size_t len) {
    static _Thread_local uint8_t block[ENTROPY_BLOCK];
    static _Thread_local size_t left;
    (void)ctx;
    while (len > 0) {
        if (left == 0) {
            fill_block(block, sizeof block);
            left = sizeof block;
        }
        size_t n = len < left ? len : left;
        memcpy(out, block + sizeof block - left, n);
        /* What was handed out is not kept. */
        memset(block + sizeof block - left, 0, n);
        left -= n;
        out += n;
        len -= n;
    }
}

const struct cf_entropy *cf_system_entropy(void) {
    static const struct cf_entropy entropy = {entropy_fill, NULL};
    return &entropy;
}

static int64_t read_clock(clockid_t clock) {
    struct timespec now;
    int failed = clock_gettime(clock, &now);
    cf_assert(!failed);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

cf_usec cf_system_now(void) {
    return read_clock(CLOCK_MONOTONIC);
}

cf_wall cf_system_wall(void) {
    return read_clock(CLOCK_REALTIME);
}
