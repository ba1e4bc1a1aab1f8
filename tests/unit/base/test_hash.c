/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keyed hash. */
#include "base/hash.h"

#include "lib/test.h"

static void depends_on_every_octet_the_length_and_the_seed(void **state) {
    (void)state;
    char text[40];
    memset(text, 'a', sizeof text);
    for (size_t len = 0; len < sizeof text; len++) {
        uint64_t hash = cf_hash(7, cf_str_n(text, len));
        assert_true(hash == cf_hash(7, cf_str_n(text, len)));
        assert_true(hash != cf_hash(8, cf_str_n(text, len)));
        assert_true(hash != cf_hash(7, cf_str_n(text, len + 1)));
        for (size_t i = 0; i < len; i++) {
            text[i] = 'b';
            assert_true(hash != cf_hash(7, cf_str_n(text, len)));
            text[i] = 'a';
        }
    }
}

static void spreads_over_all_bits(void **state) {
    (void)state;
    uint64_t ones = 0, zeros = 0;
    for (unsigned char c = 0; c < 64; c++) {
        uint64_t hash = cf_hash(1, cf_str_n((const char *)&c, 1));
        ones |= hash;
        zeros |= ~hash;
    }
    assert_true(ones == UINT64_MAX && zeros == UINT64_MAX);
}

CF_TEST_MAIN(cmocka_unit_test(depends_on_every_octet_the_length_and_the_seed), cmocka_unit_test(spreads_over_all_bits))
