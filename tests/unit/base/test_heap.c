/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Deadlines, against a plain search as the oracle. */
#include "base/heap.h"
#include "base/rng.h"

#include "lib/test.h"
#include "lib/test_mem.h"

#define TIMERS 64

static struct cf_timer *earliest(struct cf_timer *timers) {
    struct cf_timer *best = NULL;
    for (size_t i = 0; i < TIMERS; i++) {
        if (timers[i].slot != 0 && (best == NULL || timers[i].deadline < best->deadline)) {
            best = &timers[i];
        }
    }
    return best;
}

static void pops_in_order_whatever_was_set_moved_and_cancelled(void **state) {
    (void)state;
    struct test_mem m;
    struct cf_heap heap;
    struct cf_rng rng;
    struct cf_timer timers[TIMERS] = {{0}};
    test_mem_init(&m);
    cf_heap_init(&heap, &m.mem);
    cf_rng_init(&rng, 1);
    for (int step = 0; step < 20000; step++) {
        struct cf_timer *timer = &timers[cf_rng_below(&rng, TIMERS)];
        switch (cf_rng_below(&rng, 4)) {
        case 0:
        case 1:
            assert_ok(cf_heap_set(&heap, timer, cf_rng_below(&rng, 1000)));
            break;
        case 2:
            cf_heap_cancel(&heap, timer);
            break;
        default: {
            struct cf_timer *expected = earliest(timers);
            assert_int_equal(cf_heap_deadline(&heap), expected ? expected->deadline : CF_USEC_NEVER);
            struct cf_timer *popped = cf_heap_pop(&heap, 500);
            assert_true((popped != NULL) == (expected != NULL && expected->deadline <= 500));
            break;
        }
        }
    }
    cf_heap_fini(&heap);
    test_mem_fini(&m);
}

static void keeps_the_timer_when_memory_is_out(void **state) {
    (void)state;
    struct test_mem m;
    struct cf_heap heap;
    struct cf_timer timer = {0};
    test_mem_init(&m);
    m.fail_at = 0;
    cf_heap_init(&heap, &m.mem);
    assert_int_equal(cf_heap_set(&heap, &timer, 5), CF_ERR_NO_MEMORY);
    assert_int_equal(timer.slot, 0);
    assert_int_equal(cf_heap_deadline(&heap), CF_USEC_NEVER);
    assert_ok(cf_heap_set(&heap, &timer, 5));
    assert_ok(cf_heap_set(&heap, &timer, CF_USEC_NEVER));
    assert_null(cf_heap_pop(&heap, 10));
    cf_heap_fini(&heap);
    test_mem_fini(&m);
}

CF_TEST_MAIN(cmocka_unit_test(pops_in_order_whatever_was_set_moved_and_cancelled),
             cmocka_unit_test(keeps_the_timer_when_memory_is_out))
