/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Allocation helpers. */
#include "base/mem.h"

#include "lib/test.h"
#include "lib/test_mem.h"

static void grows_arrays_and_keeps_their_content(void **state) {
    (void)state;
    struct test_mem m;
    void *array = NULL;
    size_t max = 0;
    test_mem_init(&m);
    assert_true(cf_mem_grow(&m.mem, &array, &max, 1, sizeof(int)));
    assert_int_equal(max, 4);
    ((int *)array)[3] = 9;
    assert_true(cf_mem_grow(&m.mem, &array, &max, 5, sizeof(int)));
    assert_int_equal(max, 8);
    assert_int_equal(((int *)array)[3], 9);
    assert_int_equal(((int *)array)[7], 0);
    m.fail_at = m.count;
    assert_false(cf_mem_grow(&m.mem, &array, &max, 9, sizeof(int)));
    assert_int_equal(max, 8);
    cf_mem_free(&m.mem, array, max * sizeof(int));
    test_mem_fini(&m);
}

static void keeps_absent_and_empty_strings_apart(void **state) {
    (void)state;
    struct test_mem m;
    struct cf_str absent;
    struct cf_str empty;
    test_mem_init(&m);
    assert_true(cf_mem_dup_str(&m.mem, CF_STR_NONE, &absent));
    assert_true(cf_mem_dup_str(&m.mem, CF_STR(""), &empty));
    assert_null(absent.at);
    assert_non_null(empty.at);
    cf_mem_free_str(&m.mem, &absent);
    cf_mem_free_str(&m.mem, &empty);
    assert_null(empty.at);
    test_mem_fini(&m);
}

static void wipes_all_and_nothing_else(void **state) {
    (void)state;
    char text[] = "abcdefgh";
    cf_mem_wipe(text + 2, 4);
    assert_memory_equal(text, "ab\0\0\0\0gh", sizeof text);
    cf_mem_wipe(NULL, 0);
}

CF_TEST_MAIN(cmocka_unit_test(grows_arrays_and_keeps_their_content), cmocka_unit_test(keeps_absent_and_empty_strings_apart),
             cmocka_unit_test(wipes_all_and_nothing_else))
