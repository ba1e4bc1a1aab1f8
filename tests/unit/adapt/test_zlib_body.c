/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "adapt/zlib/zlib_body.h"

#include "base/rng.h"
#include "lib/test.h"
#include "lib/test_mem.h"

static uint8_t text[20000];
static uint8_t packed[40000];
static uint8_t back[20000];

static void fill(uint64_t seed, size_t len, uint32_t alphabet) {
    struct cf_rng rng;
    cf_rng_init(&rng, seed);
    for (size_t i = 0; i < len; i++) {
        text[i] = (uint8_t)cf_rng_below(&rng, alphabet);
    }
}

static void gives_back_what_it_took(void **state) {
    (void)state;
    struct test_mem m;
    static const size_t lens[] = {0, 1, 2, 255, 256, 257, 511, 512, 513, 4096, 20000};
    test_mem_init(&m);
    for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
        for (uint32_t alphabet = 2; alphabet <= 256; alphabet *= 128) {
            size_t packed_len = 0;
            size_t len = SIZE_MAX;
            fill(i, lens[i], alphabet);
            assert_ok(cf_zlib_deflate(&m.mem, (struct cf_span){text, lens[i]}, packed, sizeof packed, &packed_len));
            /* The buffer is exactly as large as the content. */
            assert_ok(cf_zlib_inflate(&m.mem, (struct cf_span){packed, packed_len}, back, lens[i], &len));
            assert_int_equal(len, lens[i]);
            assert_memory_equal(back, text, len);
        }
    }
    test_mem_fini(&m);
}

static void stops_a_bomb_at_the_limit(void **state) {
    (void)state;
    struct test_mem m;
    size_t packed_len = 0;
    size_t len = 7;
    test_mem_init(&m);
    memset(text, 'a', sizeof text);
    assert_ok(cf_zlib_deflate(&m.mem, (struct cf_span){text, sizeof text}, packed, sizeof packed, &packed_len));
    assert_in_range(packed_len, 1, 100);
    assert_int_equal(cf_zlib_inflate(&m.mem, (struct cf_span){packed, packed_len}, back, sizeof text - 1, &len), CF_ERR_LIMIT);
    assert_int_equal(cf_zlib_inflate(&m.mem, (struct cf_span){packed, packed_len}, back, 0, &len), CF_ERR_LIMIT);
    assert_int_equal(len, 7);
    assert_in_range(m.peak_bytes, 1, 512 * 1024);
    test_mem_fini(&m);
}

static void refuses_every_truncation_and_any_appendix(void **state) {
    (void)state;
    struct test_mem m;
    size_t packed_len = 0;
    size_t len = 0;
    test_mem_init(&m);
    fill(1, 300, 26);
    assert_ok(cf_zlib_deflate(&m.mem, (struct cf_span){text, 300}, packed, sizeof packed, &packed_len));
    for (size_t cut = 0; cut < packed_len; cut++) {
        enum cf_err err = cf_zlib_inflate(&m.mem, (struct cf_span){packed, cut}, back, sizeof back, &len);
        assert_true(err == CF_ERR_TRUNCATED || (cut < 2 && err == CF_ERR_MALFORMED));
    }
    packed[packed_len] = 0;
    assert_int_equal(cf_zlib_inflate(&m.mem, (struct cf_span){packed, packed_len + 1}, back, sizeof back, &len),
                     CF_ERR_MALFORMED);
    test_mem_fini(&m);
}

static void a_flipped_bit_never_passes(void **state) {
    (void)state;
    struct test_mem m;
    size_t packed_len = 0;
    size_t len = 0;
    test_mem_init(&m);
    fill(2, 200, 26);
    assert_ok(cf_zlib_deflate(&m.mem, (struct cf_span){text, 200}, packed, sizeof packed, &packed_len));
    /* Two octets of header say how to read the rest: without them it is taken for bare data, which has no checksum. */
    for (size_t bit = 16; bit < packed_len * 8; bit++) {
        packed[bit / 8] ^= (uint8_t)(1U << (bit % 8));
        assert_int_not_equal(cf_zlib_inflate(&m.mem, (struct cf_span){packed, packed_len}, back, sizeof back, &len), CF_OK);
        packed[bit / 8] ^= (uint8_t)(1U << (bit % 8));
    }
    test_mem_fini(&m);
}

static void takes_bare_deflate_data_too(void **state) {
    (void)state;
    struct test_mem m;
    static const uint8_t bare[] = {0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00}; /* "hello", RFC 1951 */
    size_t len = 0;
    test_mem_init(&m);
    assert_ok(cf_zlib_inflate(&m.mem, (struct cf_span){bare, sizeof bare}, back, sizeof back, &len));
    assert_str(cf_str_n((char *)back, len), CF_STR("hello"));
    test_mem_fini(&m);
}

static void says_when_there_is_no_room(void **state) {
    (void)state;
    struct test_mem m;
    size_t len = 7;
    test_mem_init(&m);
    fill(3, 1000, 256);
    assert_int_equal(cf_zlib_deflate(&m.mem, (struct cf_span){text, 1000}, packed, 500, &len), CF_ERR_NO_ROOM);
    assert_int_equal(len, 7);
    test_mem_fini(&m);
}

static void survives_running_out_of_memory(void **state) {
    (void)state;
    bool failed = true;
    for (size_t n = 0; failed; n++) {
        struct test_mem m;
        size_t packed_len = 0;
        size_t len = 0;
        test_mem_init(&m);
        m.fail_at = n;
        fill(4, 1000, 26);
        enum cf_err err = cf_zlib_deflate(&m.mem, (struct cf_span){text, 1000}, packed, sizeof packed, &packed_len);
        err = err == CF_OK ? cf_zlib_inflate(&m.mem, (struct cf_span){packed, packed_len}, back, sizeof back, &len) : err;
        assert_int_equal(err, m.failed ? CF_ERR_NO_MEMORY : CF_OK);
        failed = m.failed;
        test_mem_fini(&m);
    }
}

CF_TEST_MAIN(cmocka_unit_test(gives_back_what_it_took), cmocka_unit_test(stops_a_bomb_at_the_limit),
             cmocka_unit_test(refuses_every_truncation_and_any_appendix), cmocka_unit_test(a_flipped_bit_never_passes),
             cmocka_unit_test(takes_bare_deflate_data_too), cmocka_unit_test(says_when_there_is_no_room),
             cmocka_unit_test(survives_running_out_of_memory))
