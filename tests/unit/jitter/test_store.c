/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packet store against a plain array as the oracle. */
#include "base/rng.h"
#include "core/jitter/store.h"

#include "lib/test.h"
#include "lib/test_mem.h"

static void gives_back_every_payload_octet_by_octet(void **state) {
    (void)state;
    struct test_mem mem;
    struct cf_jitter_store store;
    uint8_t payload[CF_JITTER_PAYLOAD_MAX];
    uint8_t buffer[CF_JITTER_PAYLOAD_MAX];
    test_mem_init(&mem);
    assert_true(cf_jitter_store_init(&store, &mem.mem));
    for (size_t i = 0; i < sizeof payload; i++) {
        payload[i] = (uint8_t)(i * 7);
    }
    for (size_t len = 0; len <= CF_JITTER_PAYLOAD_MAX; len++) {
        struct cf_jitter_slot slot = {.seq = (int64_t)len, .ticks = 3};
        assert_true(cf_jitter_store_put(&store, &slot, (struct cf_span){payload, len}));
        struct cf_span got = cf_jitter_store_copy(&store, cf_jitter_store_get(&store, (int64_t)len), buffer);
        assert_int_equal(got.len, len);
        assert_memory_equal(got.at, payload, len);
        cf_jitter_store_drop(&store, (int64_t)len);
    }
    assert_int_equal(store.free_blocks, CF_JITTER_BLOCKS);
    cf_jitter_store_fini(&store);
    test_mem_fini(&mem);
}

static void loses_and_invents_nothing(void **state) {
    (void)state;
    struct test_mem mem;
    struct cf_jitter_store store;
    struct cf_rng rng;
    uint16_t lens[CF_JITTER_SLOTS] = {0}; /* by slot; 0: not held */
    uint8_t payload[CF_JITTER_PAYLOAD_MAX] = {0};
    uint8_t buffer[CF_JITTER_PAYLOAD_MAX];
    test_mem_init(&mem);
    cf_rng_init(&rng, 3);
    assert_true(cf_jitter_store_init(&store, &mem.mem));
    for (int step = 0; step < 50000; step++) {
        uint32_t at = cf_rng_below(&rng, CF_JITTER_SLOTS);
        if (lens[at] != 0) {
            assert_int_equal(cf_jitter_store_copy(&store, cf_jitter_store_get(&store, 1000 + at), buffer).len, lens[at]);
            assert_int_equal(buffer[lens[at] - 1], (uint8_t)at);
            cf_jitter_store_drop(&store, 1000 + at);
            lens[at] = 0;
            continue;
        }
        uint16_t len = (uint16_t)(1 + cf_rng_below(&rng, 700));
        payload[len - 1] = (uint8_t)at;
        bool fits = (len + CF_JITTER_BLOCK_SIZE - 1) / CF_JITTER_BLOCK_SIZE <= store.free_blocks;
        struct cf_jitter_slot slot = {.seq = 1000 + at};
        assert_int_equal(cf_jitter_store_put(&store, &slot, (struct cf_span){payload, len}), fits);
        lens[at] = fits ? len : 0;
        payload[len - 1] = 0;
    }
    uint16_t held = 0;
    for (uint32_t at = 0; at < CF_JITTER_SLOTS; at++) {
        held = (uint16_t)(held + (lens[at] != 0));
        assert_int_equal(cf_jitter_store_get(&store, 1000 + at) != NULL, lens[at] != 0);
    }
    assert_int_equal(store.count, held);
    cf_jitter_store_fini(&store);
    test_mem_fini(&mem);
}

static void finds_the_next_held_packet(void **state) {
    (void)state;
    struct test_mem mem;
    struct cf_jitter_store store;
    test_mem_init(&mem);
    assert_true(cf_jitter_store_init(&store, &mem.mem));
    assert_null(cf_jitter_store_next(&store, 0));
    struct cf_jitter_slot slot = {.seq = 500};
    assert_true(cf_jitter_store_put(&store, &slot, (struct cf_span){(const uint8_t *)"x", 1}));
    assert_int_equal(cf_jitter_store_next(&store, 500)->seq, 500);
    assert_int_equal(cf_jitter_store_next(&store, 500 - CF_JITTER_SLOTS + 1)->seq, 500);
    assert_null(cf_jitter_store_next(&store, 500 - CF_JITTER_SLOTS));
    assert_null(cf_jitter_store_next(&store, 501));
    assert_null(cf_jitter_store_get(&store, 500 + CF_JITTER_SLOTS));
    cf_jitter_store_fini(&store);
    test_mem_fini(&mem);
}

CF_TEST_MAIN(cmocka_unit_test(gives_back_every_payload_octet_by_octet), cmocka_unit_test(loses_and_invents_nothing),
             cmocka_unit_test(finds_the_next_held_packet))
