/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Handles. */
#include "base/handle.h"

#include "lib/test.h"
#include "lib/test_mem.h"

static void detects_handles_that_outlived_their_object(void **state) {
    (void)state;
    struct test_mem m;
    struct cf_handle_table table;
    int a = 1;
    int b = 2;
    test_mem_init(&m);
    cf_handle_table_init(&table, &m.mem, 2);
    struct cf_handle first = cf_handle_add(&table, &a);
    assert_true(cf_handle_is_set(first));
    assert_ptr_equal(cf_handle_get(&table, first), &a);
    cf_handle_remove(&table, first);
    assert_null(cf_handle_get(&table, first));
    struct cf_handle second = cf_handle_add(&table, &b);
    assert_int_equal(second.slot, first.slot);
    assert_null(cf_handle_get(&table, first));
    assert_ptr_equal(cf_handle_get(&table, second), &b);
    cf_handle_remove(&table, first); /* no effect */
    assert_ptr_equal(cf_handle_get(&table, second), &b);
    assert_null(cf_handle_get(&table, (struct cf_handle){0, 0}));
    assert_null(cf_handle_get(&table, (struct cf_handle){77, 1}));
    cf_handle_table_fini(&table);
    test_mem_fini(&m);
}

static void refuses_above_the_limit_and_without_memory(void **state) {
    (void)state;
    struct test_mem m;
    struct cf_handle_table table;
    int object = 1;
    test_mem_init(&m);
    m.fail_at = 0;
    cf_handle_table_init(&table, &m.mem, 1);
    assert_false(cf_handle_is_set(cf_handle_add(&table, &object)));
    assert_true(cf_handle_is_set(cf_handle_add(&table, &object)));
    assert_false(cf_handle_is_set(cf_handle_add(&table, &object)));
    assert_int_equal(table.count, 1);
    cf_handle_table_fini(&table);
    test_mem_fini(&m);
}

CF_TEST_MAIN(cmocka_unit_test(detects_handles_that_outlived_their_object),
             cmocka_unit_test(refuses_above_the_limit_and_without_memory))
