/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers that wrap. */
#include "core/rtp/sequence.h"

#include "lib/test.h"

static void compares_across_the_wrap(void **state) {
    (void)state;
    assert_true(cf_sequence_is_after(0, 65535));
    assert_false(cf_sequence_is_after(65535, 0));
    assert_false(cf_sequence_is_after(7, 7));
    assert_int_equal(cf_sequence_diff(5, 65530), 11);
    assert_int_equal(cf_sequence_diff(65530, 5), -11);
    assert_true(cf_timestamp_is_after(3, 0xfffffff0U));
    assert_int_equal(cf_timestamp_diff(0xfffffff0U, 0x10), -32);
}

static void is_antisymmetric_for_all_distances_but_half(void **state) {
    (void)state;
    for (unsigned d = 1; d < 65536; d++) {
        bool after = cf_sequence_is_after((uint16_t)(40000 + d), 40000);
        bool before = cf_sequence_is_after(40000, (uint16_t)(40000 + d));
        assert_true(d == 32768 ? !after && !before : after != before);
    }
}

static void unrolls_a_long_run(void **state) {
    (void)state;
    struct cf_sequence s = {0};
    uint64_t expected = 65536 + 65000;
    for (unsigned i = 0; i < 200000; i++, expected++) {
        assert_true(cf_sequence_update(&s, (uint16_t)(65000 + i)) == expected);
    }
}

static void places_late_packets_before_the_highest(void **state) {
    (void)state;
    struct cf_sequence s = {0};
    (void)cf_sequence_update(&s, 2);
    assert_true(cf_sequence_update(&s, 65534) == 65534);
    assert_true(s.highest == 65538);
    assert_true(cf_sequence_extend(&s, 3) == 65539);
    assert_true(s.highest == 65538);
}

static void unrolls_timestamps(void **state) {
    (void)state;
    struct cf_timestamp t = {0};
    assert_true(cf_timestamp_update(&t, 0xffffff00U) == UINT64_C(0x1ffffff00));
    assert_true(cf_timestamp_update(&t, 0x100) == UINT64_C(0x200000100));
    assert_true(cf_timestamp_update(&t, 0xffffff80U) == UINT64_C(0x1ffffff80));
    assert_true(t.highest == UINT64_C(0x200000100));
}

CF_TEST_MAIN(cmocka_unit_test(compares_across_the_wrap), cmocka_unit_test(is_antisymmetric_for_all_distances_but_half),
             cmocka_unit_test(unrolls_a_long_run), cmocka_unit_test(places_late_packets_before_the_highest),
             cmocka_unit_test(unrolls_timestamps))
