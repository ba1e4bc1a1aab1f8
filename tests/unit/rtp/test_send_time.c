/* SPDX-License-Identifier: GPL-3.0-or-later */
/* abs-send-time and the transport-wide sequence number. */
#include "core/rtp/send_time.h"

#include "lib/test.h"

static void round_trips_send_times(void **state) {
    (void)state;
    uint8_t octets[3];
    for (cf_usec now = 0; now < CF_SEC(200); now += 7919) {
        cf_usec read = -1;
        cf_abs_send_time_set(octets, now);
        assert_true(cf_abs_send_time_parse((struct cf_span){octets, 3}, &read));
        cf_usec error = now % CF_ABS_SEND_TIME_WRAP - read;
        assert_in_range(error, 0, 5); /* a unit is 3.8 us */
    }
    cf_abs_send_time_set(octets, CF_SEC(63) + CF_MSEC(500));
    assert_memory_equal(octets, "\xfe\x00\x00", 3);
}

static void refuses_short_data(void **state) {
    (void)state;
    cf_usec time = 5;
    uint16_t sequence = 6;
    const uint8_t octets[] = {0x12, 0x34, 0x56};
    assert_false(cf_abs_send_time_parse((struct cf_span){octets, 2}, &time));
    assert_false(cf_transport_sequence_parse((struct cf_span){octets, 1}, &sequence));
    assert_int_equal(time, 5);
    assert_int_equal(sequence, 6);
    assert_true(cf_transport_sequence_parse((struct cf_span){octets, 2}, &sequence));
    assert_int_equal(sequence, 0x1234);
}

CF_TEST_MAIN(cmocka_unit_test(round_trips_send_times), cmocka_unit_test(refuses_short_data))
