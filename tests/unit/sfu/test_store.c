/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The packet store against a plain model, its bounds, and want of memory. */
#include "core/sfu/store.h"

#include "base/rng.h"
#include "lib/test.h"
#include "lib/test_mem.h"

static const struct cf_store_config config = {.bytes = 8192, .packets = 64, .age = CF_SEC(2)};

static struct cf_video_packet packet(const uint8_t *octets, size_t len, uint16_t sequence, cf_usec arrival) {
    return (struct cf_video_packet){.sequence = sequence, .payload = {octets, len}, .arrival = arrival};
}

static void gives_back_what_it_was_given(void **state) {
    (void)state;
    struct test_mem m;
    test_mem_init(&m);
    struct cf_store store;
    assert_ok(cf_store_init(&store, &m.mem, &config));
    const uint8_t octets[] = {1, 2, 3};
    struct cf_video_packet p = packet(octets, sizeof octets, 65535, 0);
    assert_ok(cf_store_put(&store, &p));
    assert_int_equal(cf_store_put(&store, &p), CF_ERR_EXISTS);
    const struct cf_video_packet *got = cf_store_get(&store, 65535, CF_SEC(2));
    assert_non_null(got);
    assert_int_equal(got->payload.len, 3);
    assert_memory_equal(got->payload.at, octets, 3);
    assert_ptr_not_equal(got->payload.at, octets);
    assert_null(cf_store_get(&store, 65535, CF_SEC(2) + 1));
    assert_null(cf_store_get(&store, 63, 0));
    cf_store_clear(&store);
    assert_null(cf_store_get(&store, 65535, 0));
    cf_store_fini(&store);
    test_mem_fini(&m);
}

static void refuses_giants(void **state) {
    (void)state;
    struct test_mem m;
    test_mem_init(&m);
    struct cf_store store;
    assert_ok(cf_store_init(&store, &m.mem, &config));
    static const uint8_t octets[4096];
    struct cf_video_packet p = packet(octets, sizeof octets, 1, 0);
    assert_int_equal(cf_store_put(&store, &p), CF_ERR_LIMIT);
    cf_store_fini(&store);
    test_mem_fini(&m);
}

/* What is given out is always what was put in last under that number, and the last few packets are always there. */
static void never_gives_out_anything_else(void **state) {
    (void)state;
    struct test_mem m;
    test_mem_init(&m);
    struct cf_store store;
    struct cf_rng rng;
    cf_rng_init(&rng, 4);
    assert_ok(cf_store_init(&store, &m.mem, &config));
    static uint8_t octets[2048];
    for (uint32_t i = 0; i < 20000; i++) {
        size_t len = cf_rng_below(&rng, 1500);
        memset(octets, (int)(i & 0xff), len);
        struct cf_video_packet p = packet(octets, len, (uint16_t)i, i);
        assert_ok(cf_store_put(&store, &p));
        for (uint32_t back = 0; back < 80 && back <= i; back++) {
            const struct cf_video_packet *got = cf_store_get(&store, (uint16_t)(i - back), i);
            assert_true(got != NULL || back >= 4);
            for (size_t k = 0; got != NULL && k < got->payload.len; k++) {
                assert_int_equal(got->payload.at[k], (i - back) & 0xff);
            }
        }
    }
    assert_true(m.peak_bytes <= config.bytes + config.packets * sizeof(struct cf_store_slot));
    cf_store_fini(&store);
    test_mem_fini(&m);
}

static void copes_with_want_of_memory(void **state) {
    (void)state;
    for (size_t n = 0;; n++) {
        struct test_mem m;
        test_mem_init(&m);
        m.fail_at = n;
        struct cf_store store = {.mem = NULL};
        enum cf_err err = cf_store_init(&store, &m.mem, &config);
        assert_int_equal(err, m.failed ? CF_ERR_NO_MEMORY : CF_OK);
        cf_store_fini(&store);
        test_mem_fini(&m);
        if (!m.failed) {
            break;
        }
    }
}

CF_TEST_MAIN(cmocka_unit_test(gives_back_what_it_was_given), cmocka_unit_test(refuses_giants),
             cmocka_unit_test(never_gives_out_anything_else), cmocka_unit_test(copes_with_want_of_memory))
