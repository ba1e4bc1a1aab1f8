/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Objects under foreign handles. */
#include "core/media/names.h"

#include "lib/test.h"
#include "lib/test_mem.h"

static void finds_what_was_added_and_nothing_else(void **state) {
    (void)state;
    struct test_mem m;
    struct cf_media_names names;
    int object;
    test_mem_init(&m);
    cf_media_names_init(&names, &m.mem, 100);
    const struct cf_handle name = {.slot = 42, .generation = 5};
    const struct cf_handle older = {.slot = 42, .generation = 4};
    const struct cf_handle beyond = {.slot = 1000, .generation = 1};
    assert_null(cf_media_names_get(&names, name));
    assert_ok(cf_media_names_add(&names, name, &object));
    assert_ptr_equal(cf_media_names_get(&names, name), &object);
    assert_ptr_equal(cf_media_names_at(&names, 42), &object);
    assert_null(cf_media_names_get(&names, older));
    assert_null(cf_media_names_get(&names, beyond));
    cf_media_names_remove(&names, older);
    assert_int_equal(names.count, 1);
    cf_media_names_remove(&names, name);
    cf_media_names_remove(&names, name);
    assert_int_equal(names.count, 0);
    assert_null(cf_media_names_get(&names, name));
    cf_media_names_fini(&names);
    test_mem_fini(&m);
}

static void refuses_names_that_can_not_be(void **state) {
    (void)state;
    struct test_mem m;
    struct cf_media_names names;
    int object;
    test_mem_init(&m);
    cf_media_names_init(&names, &m.mem, 10);
    assert_int_equal(cf_media_names_add(&names, (struct cf_handle){.slot = 1}, &object), CF_ERR_MALFORMED);
    assert_int_equal(cf_media_names_add(&names, (struct cf_handle){.slot = 10, .generation = 1}, &object), CF_ERR_LIMIT);
    assert_ok(cf_media_names_add(&names, (struct cf_handle){.slot = 9, .generation = 1}, &object));
    assert_int_equal(cf_media_names_add(&names, (struct cf_handle){.slot = 9, .generation = 2}, &object), CF_ERR_EXISTS);
    cf_media_names_fini(&names);
    m.fail_at = m.count;
    cf_media_names_init(&names, &m.mem, 10);
    assert_int_equal(cf_media_names_add(&names, (struct cf_handle){.slot = 9, .generation = 1}, &object), CF_ERR_NO_MEMORY);
    cf_media_names_fini(&names);
    test_mem_fini(&m);
}

CF_TEST_MAIN(cmocka_unit_test(finds_what_was_added_and_nothing_else), cmocka_unit_test(refuses_names_that_can_not_be))
