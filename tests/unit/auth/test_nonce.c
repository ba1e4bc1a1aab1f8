/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nonces of the digest server: whose, how old, used how often. */
#include "core/auth/nonce.h"

#include "lib/test.h"
#include "lib/test_entropy.h"
#include "lib/test_hash.h"
#include "lib/test_mem.h"

#define LIFE CF_SEC(300)

static struct test_mem mem;
static struct test_entropy entropy;
static struct cf_nonces nonces;
static char text[CF_NONCE_LEN];

static int begin(void **state) {
    (void)state;
    test_mem_init(&mem);
    test_entropy_init(&entropy, 1);
    cf_nonces_init(&nonces, &mem.mem, &test_hash, &entropy.entropy, LIFE);
    return 0;
}

static int end(void **state) {
    (void)state;
    cf_nonces_fini(&nonces);
    test_mem_fini(&mem);
    return 0;
}

static struct cf_str made_at(cf_usec now) {
    cf_nonce_make(&nonces, now, text);
    return cf_str_n(text, sizeof text);
}

static void counts_are_good_once_in_any_order(void **state) {
    (void)state;
    struct cf_str nonce = made_at(CF_SEC(1));
    static const uint32_t counts[] = {1, 2, 5, 3, 4, 70, 69};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        assert_int_equal(cf_nonce_use(&nonces, nonce, counts[i], CF_SEC(2)), CF_NONCE_GOOD);
        assert_int_equal(cf_nonce_use(&nonces, nonce, counts[i], CF_SEC(2)), CF_NONCE_REPLAYED);
    }
    /* Further back than the window: who knows. */
    for (uint32_t count = 1; count <= 6; count++) {
        assert_int_equal(cf_nonce_use(&nonces, nonce, count, CF_SEC(2)), CF_NONCE_REPLAYED);
    }
}

/* Two phones that are challenged in one microsecond both begin to count at 1. */
static void two_of_one_moment_differ(void **state) {
    (void)state;
    char first[CF_NONCE_LEN];
    for (unsigned i = 0; i < 3000; i++) {
        memcpy(first, made_at(CF_SEC(7)).at, sizeof first);
        struct cf_str second = made_at(CF_SEC(7));
        assert_false(cf_str_eq(cf_str_n(first, sizeof first), second));
        assert_int_equal(cf_nonce_use(&nonces, second, 1, CF_SEC(7)), i < 1024 ? CF_NONCE_GOOD : CF_NONCE_REPLAYED);
    }
    /* Numbers of another moment begin anew as far as that is concerned. */
    assert_int_equal(cf_nonce_use(&nonces, made_at(CF_SEC(7) + 1), 1, CF_SEC(8)), CF_NONCE_GOOD);
}

static void without_a_count_it_is_good_once(void **state) {
    (void)state;
    struct cf_str nonce = made_at(0);
    assert_int_equal(cf_nonce_use(&nonces, nonce, 0, 0), CF_NONCE_GOOD);
    assert_int_equal(cf_nonce_use(&nonces, nonce, 0, 0), CF_NONCE_REPLAYED);
}

static void it_gets_old(void **state) {
    (void)state;
    struct cf_str nonce = made_at(CF_SEC(10));
    assert_int_equal(cf_nonce_use(&nonces, nonce, 1, CF_SEC(10) + LIFE), CF_NONCE_GOOD);
    assert_int_equal(cf_nonce_use(&nonces, nonce, 2, CF_SEC(10) + LIFE + 1), CF_NONCE_STALE);
    /* Made in the future: of another run of this program, perhaps, but not of this one. */
    assert_int_equal(cf_nonce_use(&nonces, made_at(CF_SEC(90)), 1, CF_SEC(89)), CF_NONCE_STALE);
}

static void every_changed_character_makes_it_foreign(void **state) {
    (void)state;
    struct cf_str nonce = made_at(CF_SEC(1));
    for (size_t i = 0; i < CF_NONCE_LEN; i++) {
        char kept = text[i];
        text[i] = (char)(kept == '0' ? '1' : '0');
        assert_int_equal(cf_nonce_use(&nonces, nonce, 1, CF_SEC(1)), CF_NONCE_FOREIGN);
        text[i] = kept;
    }
    for (size_t len = 0; len < CF_NONCE_LEN; len++) {
        assert_int_equal(cf_nonce_use(&nonces, cf_str_n(text, len), 1, CF_SEC(1)), CF_NONCE_FOREIGN);
    }
    assert_int_equal(cf_nonce_use(&nonces, CF_STR_NONE, 1, CF_SEC(1)), CF_NONCE_FOREIGN);
    assert_int_equal(cf_nonce_use(&nonces, nonce, 1, CF_SEC(1)), CF_NONCE_GOOD);
}

static void another_server_makes_others(void **state) {
    (void)state;
    struct cf_nonces other;
    cf_nonces_init(&other, &mem.mem, &test_hash, &entropy.entropy, LIFE);
    assert_false(cf_nonce_is_ours(&other, made_at(0)));
    assert_true(cf_nonce_is_ours(&nonces, made_at(0)));
    cf_nonces_fini(&other);
}

static void the_table_is_bounded_and_what_falls_out_is_stale(void **state) {
    (void)state;
    char first[CF_NONCE_LEN];
    cf_nonce_make(&nonces, 1, first);
    struct cf_str oldest = cf_str_n(first, sizeof first);
    assert_int_equal(cf_nonce_use(&nonces, oldest, 100, 1), CF_NONCE_STALE);
    assert_int_equal(cf_nonce_use(&nonces, oldest, 40, 1), CF_NONCE_GOOD);
    for (cf_usec i = 0; i < CF_NONCE_USED_MAX; i++) {
        assert_int_equal(cf_nonce_use(&nonces, made_at(2 + i), 1, CF_SEC(1)), CF_NONCE_GOOD);
    }
    assert_int_equal(nonces.used.count, CF_NONCE_USED_MAX);
    /* Forgotten: its counts could be used again, so those that a fresh nonce can't have are refused. */
    assert_int_equal(cf_nonce_use(&nonces, oldest, 65, CF_SEC(1)), CF_NONCE_STALE);
    /* Old ones make room by themselves. */
    assert_int_equal(cf_nonce_use(&nonces, made_at(LIFE + CF_SEC(2)), 1, LIFE + CF_SEC(2)), CF_NONCE_GOOD);
    assert_int_equal(nonces.used.count, 1);
}

/* What can't be remembered is not accepted: its count could be used again. */
static void want_of_memory_makes_it_stale(void **state) {
    (void)state;
    for (size_t n = 0;; n++) {
        mem.count = 0;
        mem.failed = false;
        mem.fail_at = n;
        enum cf_nonce_verdict verdict = cf_nonce_use(&nonces, made_at((cf_usec)n), 1, CF_SEC(1));
        assert_int_equal(verdict, mem.failed ? CF_NONCE_STALE : CF_NONCE_GOOD);
        mem.fail_at = SIZE_MAX;
        if (!mem.failed) {
            break;
        }
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
CF_TEST_MAIN(CASE(counts_are_good_once_in_any_order), CASE(two_of_one_moment_differ), CASE(without_a_count_it_is_good_once),
             CASE(it_gets_old), CASE(every_changed_character_makes_it_foreign), CASE(another_server_makes_others),
             CASE(the_table_is_bounded_and_what_falls_out_is_stale), CASE(want_of_memory_makes_it_stale))
