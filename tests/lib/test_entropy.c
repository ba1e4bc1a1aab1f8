/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Repeatable entropy. */
#include "lib/test_entropy.h"

static void fill(void *ctx, uint8_t *out, size_t len) {
    struct test_entropy *e = ctx;
    for (size_t i = 0; i < len; i++) {
        out[i] = (uint8_t)cf_rng_u32(&e->rng);
    }
}

void test_entropy_init(struct test_entropy *e, uint64_t seed) {
    *e = (struct test_entropy){.entropy = {fill, e}};
    cf_rng_init(&e->rng, seed);
}
