/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frame marking. */
#include "core/rtp/frame_marking.h"

#include "lib/test.h"

static void round_trips_every_value(void **state) {
    (void)state;
    for (unsigned first = 0; first < 256; first++) {
        for (size_t len = 1; len <= 3; len++) {
            const uint8_t octets[] = {(uint8_t)first, 0x51, 0x99};
            uint8_t out[3] = {0};
            struct cf_frame_marking m;
            assert_true(cf_frame_marking_parse((struct cf_span){octets, len}, &m));
            assert_int_equal(cf_frame_marking_print(&m, out), len);
            assert_int_equal(out[0], len == 1 ? first & 0xf0U : first);
            assert_memory_equal(out + 1, octets + 1, len - 1);
        }
    }
}

static void refuses_nothing_and_reads_the_short_form(void **state) {
    (void)state;
    struct cf_frame_marking m = {.tid = 9};
    assert_false(cf_frame_marking_parse((struct cf_span){NULL, 0}, &m));
    assert_int_equal(m.tid, 9);
    static const uint8_t octets[] = {0xf7, 5, 6, 7};
    assert_true(cf_frame_marking_parse((struct cf_span){octets, 1}, &m));
    assert_true(m.start && m.end && m.independent && m.discardable && !m.has_layers);
    assert_int_equal(m.tid, 0); /* reserved there */
    assert_true(cf_frame_marking_parse((struct cf_span){octets, 4}, &m));
    assert_int_equal(m.tid, 7);
    assert_int_equal(m.tl0picidx, 6);
}

CF_TEST_MAIN(cmocka_unit_test(round_trips_every_value), cmocka_unit_test(refuses_nothing_and_reads_the_short_form))
