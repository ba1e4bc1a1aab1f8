/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ports, and their rest between calls. */
#include "core/media/port_pool.h"

#include "lib/test.h"
#include "lib/test_mem.h"

static void gives_even_ports_within_the_range(void **state) {
    (void)state;
    struct test_mem m;
    struct cf_port_pool pool;
    test_mem_init(&m);
    assert_ok(cf_port_pool_init(&pool, &m.mem, 40001, 40008));
    uint16_t port = 0;
    for (uint16_t i = 0; i < 3; i++) {
        assert_ok(cf_port_pool_take(&pool, 0, &port));
        assert_int_equal(port, 40002 + 2 * i);
    }
    assert_int_equal(cf_port_pool_take(&pool, 0, &port), CF_ERR_NO_PORT);
    cf_port_pool_fini(&pool);
    test_mem_fini(&m);
}

static void a_port_rests_before_the_next_call(void **state) {
    (void)state;
    struct test_mem m;
    struct cf_port_pool pool;
    test_mem_init(&m);
    assert_ok(cf_port_pool_init(&pool, &m.mem, 40000, 40003));
    uint16_t a;
    uint16_t b;
    uint16_t c = 0;
    assert_ok(cf_port_pool_take(&pool, 0, &a));
    cf_port_pool_give(&pool, a, CF_SEC(1));
    assert_ok(cf_port_pool_take(&pool, CF_SEC(1), &b));
    assert_int_not_equal(a, b);
    assert_int_equal(cf_port_pool_take(&pool, CF_SEC(1) + CF_PORT_QUARANTINE - 1, &c), CF_ERR_NO_PORT);
    assert_ok(cf_port_pool_take(&pool, CF_SEC(1) + CF_PORT_QUARANTINE, &c));
    assert_int_equal(c, a);
    cf_port_pool_fini(&pool);
    test_mem_fini(&m);
}

static void ignores_what_was_not_taken(void **state) {
    (void)state;
    struct test_mem m;
    struct cf_port_pool pool;
    test_mem_init(&m);
    assert_ok(cf_port_pool_init(&pool, &m.mem, 40000, 40003));
    static const uint16_t ports[] = {0, 39998, 40000, 40001, 40002, 40004, 65535};
    for (size_t i = 0; i < sizeof ports / sizeof ports[0]; i++) {
        cf_port_pool_give(&pool, ports[i], 0);
    }
    assert_int_equal(pool.taken, 0);
    uint16_t port;
    assert_ok(cf_port_pool_take(&pool, 0, &port));
    assert_ok(cf_port_pool_take(&pool, 0, &port));
    cf_port_pool_fini(&pool);
    test_mem_fini(&m);
}

static void refuses_ranges_without_a_pair(void **state) {
    (void)state;
    struct test_mem m;
    struct cf_port_pool pool;
    test_mem_init(&m);
    assert_int_equal(cf_port_pool_init(&pool, &m.mem, 40001, 40002), CF_ERR_CONFIG);
    assert_int_equal(cf_port_pool_init(&pool, &m.mem, 40002, 40000), CF_ERR_CONFIG);
    assert_int_equal(cf_port_pool_init(&pool, &m.mem, 0, 1), CF_ERR_CONFIG);
    assert_int_equal(cf_port_pool_init(&pool, &m.mem, 65535, 65535), CF_ERR_CONFIG);
    m.fail_at = m.count;
    assert_int_equal(cf_port_pool_init(&pool, &m.mem, 40000, 40003), CF_ERR_NO_MEMORY);
    test_mem_fini(&m);
}

CF_TEST_MAIN(cmocka_unit_test(gives_even_ports_within_the_range), cmocka_unit_test(a_port_rests_before_the_next_call),
             cmocka_unit_test(ignores_what_was_not_taken), cmocka_unit_test(refuses_ranges_without_a_pair))
