/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checking allocator. */
#include "lib/test_mem.h"

#include "lib/test.h"
#include <stdlib.h>

static void *checked_alloc(void *ctx, size_t size) {
    struct test_mem *m = ctx;
    if (m->count++ == m->fail_at) {
        m->failed = true;
        return NULL;
    }
    void *memory = calloc(1, size);
    assert_non_null(memory);
    m->live++;
    m->live_bytes += size;
    m->peak_bytes = m->live_bytes > m->peak_bytes ? m->live_bytes : m->peak_bytes;
    return memory;
}

static void checked_free(void *ctx, void *memory, size_t size) {
    struct test_mem *m = ctx;
    assert_true(m->live > 0);
    assert_true(m->live_bytes >= size);
    m->live--;
    m->live_bytes -= size;
    /* Writing all of it lets the sanitizer check the size that was given. */
    memset(memory, 0xDD, size);
    free(memory);
}

void test_mem_init(struct test_mem *m) {
    *m = (struct test_mem){.mem = {checked_alloc, checked_free, m}, .fail_at = SIZE_MAX};
}

void test_mem_fini(struct test_mem *m) {
    assert_int_equal(m->live, 0);
    assert_int_equal(m->live_bytes, 0);
}
