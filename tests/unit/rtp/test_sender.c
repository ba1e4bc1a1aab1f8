/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sender statistics. */
#include "core/rtp/sender.h"

#include "lib/test.h"

static void has_no_report_before_the_first_packet(void **state) {
    (void)state;
    struct cf_rtp_sender s;
    struct cf_sender_info info;
    cf_rtp_sender_init(&s, 1, 48000);
    assert_false(cf_rtp_sender_report(&s, CF_SEC(1), 0, &info));
}

static void carries_media_time_on_from_the_last_frame(void **state) {
    (void)state;
    struct cf_rtp_sender s;
    struct cf_sender_info info;
    cf_rtp_sender_init(&s, 1, 90000);
    cf_rtp_sender_on_packet(&s, 0xffffff00U, 1000, CF_SEC(5));
    cf_rtp_sender_on_packet(&s, 0xffffff00U, 500, CF_SEC(5) + CF_MSEC(10)); /* the same frame, paced */
    assert_true(cf_rtp_sender_report(&s, CF_SEC(5) + CF_MSEC(20), 77, &info));
    assert_int_equal(info.rtp_timestamp, 0xffffff00U + 1800U);
    assert_true(info.ntp == 77);
    assert_int_equal(info.packet_count, 2);
    assert_int_equal(info.octet_count, 1500);
}

static void does_not_go_back_in_time(void **state) {
    (void)state;
    struct cf_rtp_sender s;
    struct cf_sender_info info;
    cf_rtp_sender_init(&s, 1, 8000);
    cf_rtp_sender_on_packet(&s, 4000, 160, CF_SEC(2));
    assert_true(cf_rtp_sender_report(&s, CF_SEC(1), 0, &info));
    assert_int_equal(info.rtp_timestamp, 4000);
}

CF_TEST_MAIN(cmocka_unit_test(has_no_report_before_the_first_packet), cmocka_unit_test(carries_media_time_on_from_the_last_frame),
             cmocka_unit_test(does_not_go_back_in_time))
