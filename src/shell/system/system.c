/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Entropy and clocks of the operating system. */
#include "shell/system/system.h"

#include "base/bug.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#define ENTROPY_BLOCK 256 /* getrandom() gives that many without being interrupted */

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
