/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hash map. */
#include "base/map.h"

#include "lib/test.h"
#include "lib/test_mem.h"

#define ITEMS 1000

struct item {
    struct cf_map_node node;
    char key[16];
};

static struct item items[ITEMS];

static struct cf_str key_of(size_t i) {
    int len = snprintf(items[i].key, sizeof items[i].key, "key%zu", i);
    return cf_str_n(items[i].key, (size_t)len);
}

static void finds_what_was_added_until_removed(void **state) {
    (void)state;
    struct test_mem m;
    struct cf_map map;
    test_mem_init(&m);
    cf_map_init(&map, &m.mem, 42);
    assert_null(cf_map_get(&map, CF_STR("key1")));
    for (size_t i = 0; i < ITEMS; i++) {
        assert_ok(cf_map_add(&map, &items[i].node, key_of(i)));
    }
    struct cf_map_node twin;
    assert_int_equal(cf_map_add(&map, &twin, CF_STR("key7")), CF_ERR_EXISTS);
    for (size_t i = 0; i < ITEMS; i += 2) {
        cf_map_remove(&map, &items[i].node);
    }
    size_t seen = 0;
    for (struct cf_map_node *n = cf_map_first(&map); n != NULL; n = cf_map_next(&map, n)) {
        seen++;
    }
    assert_int_equal(seen, ITEMS / 2);
    for (size_t i = 0; i < ITEMS; i++) {
        struct cf_map_node *found = cf_map_get(&map, cf_str_of(items[i].key));
        assert_ptr_equal(found, i % 2 == 0 ? NULL : &items[i].node);
    }
    cf_map_fini(&map);
    test_mem_fini(&m);
}

static void reports_want_of_memory(void **state) {
    (void)state;
    struct test_mem m;
    struct cf_map map;
    test_mem_init(&m);
    m.fail_at = 0;
    cf_map_init(&map, &m.mem, 42);
    assert_int_equal(cf_map_add(&map, &items[0].node, key_of(0)), CF_ERR_NO_MEMORY);
    assert_int_equal(map.count, 0);
    cf_map_fini(&map);
    test_mem_fini(&m);
}

CF_TEST_MAIN(cmocka_unit_test(finds_what_was_added_until_removed), cmocka_unit_test(reports_want_of_memory))
