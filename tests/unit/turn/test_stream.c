/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages of a client in a stream: cut anywhere they come out the same; what is none ends it. */
#include "core/turn/stream.h"

#include "lib/test.h"

static struct cf_span span_of(const uint8_t *at, size_t len) {
    return (struct cf_span){at, len};
}

static size_t put_stun(uint8_t *at, uint8_t method, size_t len) {
    memset(at, 0, CF_STUN_HEADER_LEN + len);
    at[1] = method;
    at[2] = (uint8_t)(len >> 8);
    at[3] = (uint8_t)len;
    return CF_STUN_HEADER_LEN + len;
}

static size_t put_channel(uint8_t *at, uint8_t value, size_t len) {
    size_t whole = CF_TURN_CHANNEL_HEAD_LEN + (len + 3) / 4 * 4;
    memset(at, value, whole);
    at[0] = 0x40;
    at[2] = (uint8_t)(len >> 8);
    at[3] = (uint8_t)len;
    return whole;
}

static void comes_out_whole_however_it_is_cut(void **state) {
    static uint8_t octets[4096];
    static const size_t wanted[] = {20, 8, 4, 120, 304, 2044};
    size_t len = put_stun(octets, 1, 0);
    (void)state;
    len += put_channel(octets + len, 7, 1);
    len += put_channel(octets + len, 8, 0);
    len += put_stun(octets + len, 3, 100);
    len += put_channel(octets + len, 9, 300);
    len += put_channel(octets + len, 10, 2039);
    for (size_t step = 1; step <= len; step += step < 30 ? 1 : 371) {
        struct cf_turn_stream stream = {.len = 0};
        size_t count = 0;
        for (size_t at = 0; at < len; at += step) {
            struct cf_span rest = span_of(octets + at, len - at < step ? len - at : step);
            struct cf_span message;
            enum cf_err err = cf_turn_stream_next(&stream, &rest, &message);
            for (; err == CF_OK; err = cf_turn_stream_next(&stream, &rest, &message)) {
                assert_int_equal(message.len, wanted[count++]);
            }
            assert_int_equal(err, CF_ERR_TRUNCATED);
            assert_int_equal(rest.len, 0);
        }
        assert_int_equal(count, sizeof wanted / sizeof *wanted);
    }
}

static void ends_with_what_is_no_message(void **state) {
    static const struct {
        uint8_t octets[4];
        enum cf_err err;
    } rows[] = {
        {{0x00, 0x01, 0x00, 0x03}, CF_ERR_MALFORMED}, /* STUN is counted in fours */
        {{0x80, 0x00, 0x00, 0x04}, CF_ERR_MALFORMED}, /* RTP */
        {{0xff, 0x00, 0x00, 0x04}, CF_ERR_MALFORMED}, {{0x00, 0x01, 0xff, 0xfc}, CF_ERR_LIMIT},
        {{0x40, 0x00, 0xff, 0xff}, CF_ERR_LIMIT},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cf_turn_stream stream = {.len = 0};
        struct cf_span rest = span_of(rows[i].octets, 4);
        struct cf_span message;
        assert_int_equal(cf_turn_stream_next(&stream, &rest, &message), rows[i].err);
    }
}

CF_TEST_MAIN(cmocka_unit_test(comes_out_whole_however_it_is_cut), cmocka_unit_test(ends_with_what_is_no_message))
