/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Allocators for tests: counts what is out, poisons what is freed, checks sizes, and can fail at the n-th allocation. The
 * out-of-memory pattern:
 *     for (size_t n = 0; ; n++) { struct test_mem m; test_mem_init(&m); m.fail_at = n; ...run...; test_mem_fini(&m); if
 * (!m.failed) break; }
 */
#ifndef CF_TESTS_LIB_TEST_MEM_H
#define CF_TESTS_LIB_TEST_MEM_H

#include "base/mem.h"

/** A checking allocator. */
struct test_mem {
    struct cf_mem mem; /**< give &m.mem to the code under test */
    size_t count;      /**< allocations asked for so far */
    size_t fail_at;    /**< index of the allocation that fails; SIZE_MAX: none */
    bool failed;       /**< an allocation was refused */
    size_t live;       /**< blocks out */
    size_t live_bytes; /**< octets out */
    size_t peak_bytes; /**< most octets out at a time */
};

/** Nothing allocated, nothing fails. */
void test_mem_init(struct test_mem *m);

/** Asserts that everything was given back. */
void test_mem_fini(struct test_mem *m);

#endif
