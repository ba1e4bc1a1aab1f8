/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/terminal/sent.h"
#include "lib/test.h"
#include "lib/test_mem.h"

static void the_last_packets_are_there(void **state) {
    struct test_mem mem;
    struct cf_sent sent = {NULL};
    (void)state;
    test_mem_init(&mem);
    assert_int_equal(cf_sent_get(&sent, 1).len, 0);
    for (uint32_t i = 0; i < 1000; i++) {
        uint8_t octets[4] = {(uint8_t)i, (uint8_t)(i >> 8), 1, 2};
        cf_sent_put(&sent, &mem.mem, (uint16_t)(65000 + i), (struct cf_span){octets, sizeof octets});
    }
    for (uint32_t i = 0; i < 1000; i++) {
        struct cf_span kept = cf_sent_get(&sent, (uint16_t)(65000 + i));
        bool is_kept = i >= 1000 - CF_SENT_COUNT;
        assert_int_equal(kept.len, is_kept ? 4 : 0);
        assert_true(!is_kept || kept.at[0] == (uint8_t)i);
    }
    cf_sent_fini(&sent, &mem.mem);
    test_mem_fini(&mem);
}

static void without_memory_nothing_is_kept(void **state) {
    struct test_mem mem;
    struct cf_sent sent = {NULL};
    uint8_t octet = 7;
    (void)state;
    test_mem_init(&mem);
    mem.fail_at = 0;
    cf_sent_put(&sent, &mem.mem, 1, (struct cf_span){&octet, 1});
    assert_int_equal(cf_sent_get(&sent, 1).len, 0);
    cf_sent_put(&sent, &mem.mem, 2, (struct cf_span){&octet, 1});
    assert_int_equal(cf_sent_get(&sent, 2).len, 1);
    cf_sent_fini(&sent, &mem.mem);
    test_mem_fini(&mem);
}

CF_TEST_MAIN(cmocka_unit_test(the_last_packets_are_there), cmocka_unit_test(without_memory_nothing_is_kept))
