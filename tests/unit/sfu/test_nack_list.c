/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is missing of a source and when it is asked for. */
#include "core/sfu/nack_list.h"

#include "base/rng.h"
#include "lib/test.h"

static void asks_for_a_gap_after_patience_and_again(void **state) {
    (void)state;
    struct cf_nack_list list = {.count = 0};
    uint16_t asked[8];
    size_t lost = 0;
    assert_int_equal(cf_nack_list_on_packet(&list, 65533, 0), CF_NACK_IN_ORDER);
    assert_int_equal(cf_nack_list_on_packet(&list, 1, 0), CF_NACK_GAP);
    assert_true(cf_nack_list_deadline(&list) == CF_NACK_PATIENCE);
    assert_int_equal(cf_nack_list_poll(&list, 0, asked, 8, &lost), 0);
    assert_int_equal(cf_nack_list_on_packet(&list, 65535, CF_MSEC(5)), CF_NACK_REPAIRED);
    assert_int_equal(cf_nack_list_poll(&list, CF_NACK_PATIENCE, asked, 8, &lost), 2);
    assert_int_equal(asked[0], 65534);
    assert_int_equal(asked[1], 0);
    assert_true(cf_nack_list_deadline(&list) == CF_NACK_PATIENCE + CF_NACK_REPEAT);
    assert_int_equal(cf_nack_list_on_packet(&list, 0, CF_MSEC(50)), CF_NACK_REPAIRED);
    assert_int_equal(cf_nack_list_on_packet(&list, 0, CF_MSEC(50)), CF_NACK_LATE);
    cf_usec now = CF_NACK_PATIENCE;
    for (size_t i = 1; i < CF_NACK_TRIES_MAX; i++) {
        now += CF_NACK_REPEAT;
        assert_int_equal(cf_nack_list_poll(&list, now, asked, 8, &lost), 1);
        assert_int_equal(lost, 0);
    }
    assert_int_equal(cf_nack_list_poll(&list, now + CF_NACK_REPEAT, asked, 8, &lost), 0);
    assert_int_equal(lost, 1);
    assert_true(cf_nack_list_deadline(&list) == CF_USEC_NEVER);
}

static void does_not_ask_for_what_is_hopeless(void **state) {
    (void)state;
    struct cf_nack_list list = {.count = 0};
    (void)cf_nack_list_on_packet(&list, 10, 0);
    assert_int_equal(cf_nack_list_on_packet(&list, 11 + CF_NACK_MISSING_MAX, 0), CF_NACK_GAP);
    assert_int_equal(cf_nack_list_on_packet(&list, 13 + CF_NACK_MISSING_MAX, 0), CF_NACK_HOPELESS);
    assert_int_equal(list.count, 0);
    assert_int_equal(cf_nack_list_on_packet(&list, 14 + CF_NACK_MISSING_MAX, 0), CF_NACK_IN_ORDER);
}

static void asks_in_portions(void **state) {
    (void)state;
    struct cf_nack_list list = {.count = 0};
    uint16_t asked[8];
    size_t lost;
    (void)cf_nack_list_on_packet(&list, 0, 0);
    (void)cf_nack_list_on_packet(&list, 20, 0);
    size_t total = 0;
    for (size_t i = 0; i < 3; i++) {
        total += cf_nack_list_poll(&list, CF_MSEC(20), asked, 8, &lost);
    }
    assert_int_equal(total, 19);
}

/* Every number is asked for only while it is missing, and the list never overflows. */
static void never_asks_for_what_came(void **state) {
    (void)state;
    static bool came[65536];
    struct cf_nack_list list = {.count = 0};
    struct cf_rng rng;
    cf_rng_init(&rng, 5);
    uint16_t sequence = 0;
    for (uint32_t i = 0; i < 60000; i++) {
        uint16_t arrives = cf_rng_chance(&rng, 50000) ? (uint16_t)(sequence - cf_rng_below(&rng, 20)) : ++sequence;
        sequence = cf_rng_chance(&rng, 30000) ? (uint16_t)(sequence + cf_rng_below(&rng, 6)) : sequence;
        (void)cf_nack_list_on_packet(&list, arrives, (cf_usec)i * 1000);
        came[arrives] = true;
        uint16_t asked[16];
        size_t lost;
        size_t count = cf_nack_list_poll(&list, (cf_usec)i * 1000, asked, 16, &lost);
        for (size_t k = 0; k < count; k++) {
            assert_false(came[asked[k]]);
        }
    }
}

CF_TEST_MAIN(cmocka_unit_test(asks_for_a_gap_after_patience_and_again), cmocka_unit_test(does_not_ask_for_what_is_hopeless),
             cmocka_unit_test(asks_in_portions), cmocka_unit_test(never_asks_for_what_came))
