/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Seeded and unguessable numbers. */
#include "base/rng.h"

#include "lib/test.h"
#include "lib/test_entropy.h"

static void is_repeatable_and_even(void **state) {
    (void)state;
    struct cf_rng a;
    struct cf_rng b;
    unsigned counts[10] = {0};
    cf_rng_init(&a, 7);
    cf_rng_init(&b, 7);
    for (int i = 0; i < 100000; i++) {
        uint32_t v = cf_rng_below(&a, 10);
        assert_int_equal(v, cf_rng_below(&b, 10));
        counts[v]++;
    }
    for (int i = 0; i < 10; i++) {
        assert_in_range(counts[i], 9600, 10400);
    }
    assert_false(cf_rng_chance(&a, 0));
    assert_true(cf_rng_chance(&a, 1000000));
}

static void makes_words_of_token_characters(void **state) {
    (void)state;
    struct test_entropy e;
    char word[64];
    test_entropy_init(&e, 3);
    cf_entropy_word(&e.entropy, word, sizeof word);
    for (size_t i = 0; i < sizeof word; i++) {
        assert_true(cf_ascii_is_alpha(word[i]) || cf_ascii_is_digit(word[i]) || word[i] == '-' || word[i] == '_');
    }
}

CF_TEST_MAIN(cmocka_unit_test(is_repeatable_and_even), cmocka_unit_test(makes_words_of_token_characters))
