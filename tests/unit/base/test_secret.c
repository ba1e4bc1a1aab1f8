/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/secret.h"

#include "lib/test.h"

static void comparison_finds_every_difference(void **state) {
    (void)state;
    uint8_t a[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    uint8_t b[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    assert_true(cf_secret_eq((struct cf_span){a, 8}, (struct cf_span){b, 8}));
    assert_true(cf_secret_eq((struct cf_span){a, 0}, (struct cf_span){NULL, 0}));
    assert_false(cf_secret_eq((struct cf_span){a, 8}, (struct cf_span){b, 7}));
    for (size_t bit = 0; bit < 64; bit++) {
        b[bit / 8] ^= (uint8_t)(1U << bit % 8);
        assert_false(cf_secret_eq((struct cf_span){a, 8}, (struct cf_span){b, 8}));
        b[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
}

CF_TEST_MAIN(cmocka_unit_test(comparison_finds_every_difference))
