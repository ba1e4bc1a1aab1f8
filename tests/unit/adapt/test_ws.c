/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames of WebSocket: fragments, masks, control frames, closing, and each way to break the rules (RFC 6455, attacks T42). */
#include "adapt/wslay/ws.h"

#include "lib/test.h"

static struct cf_ws *ws;
static uint8_t out[CF_WS_OUTPUT_MAX];

static int begin(void **state) {
    (void)state;
    return cf_ws_create(1000, &ws) == CF_OK ? 0 : 1;
}

static int end(void **state) {
    (void)state;
    cf_ws_destroy(&ws);
    cf_ws_destroy(&ws);
    return 0;
}

/* A masked frame. Static: valid until the next call. */
static struct cf_span frame(uint8_t first, const char *payload, size_t len) {
    static uint8_t room[2100];
    size_t at = 2;
    room[0] = first;
    room[1] = (uint8_t)(0x80 | (len < 126 ? len : 126));
    if (len >= 126) {
        room[at++] = (uint8_t)(len >> 8);
        room[at++] = (uint8_t)len;
    }
    memcpy(room + at, "KEYS", 4);
    for (size_t i = 0; i < len; i++) {
        room[at + 4 + i] = (uint8_t)payload[i] ^ (uint8_t) "KEYS"[i % 4];
    }
    return (struct cf_span){room, at + 4 + len};
}

static enum cf_err feed(uint8_t first, const char *payload) {
    return cf_ws_on_bytes(ws, frame(first, payload, strlen(payload)));
}

static void message_is(const char *expected) {
    struct cf_span got;
    assert_true(cf_ws_poll(ws, &got));
    assert_str(cf_span_str(got), cf_str_of(expected));
}

static void no_message(void) {
    struct cf_span got;
    assert_false(cf_ws_poll(ws, &got));
}

static struct cf_str output(void) {
    return cf_str_n((const char *)out, cf_ws_take_output(ws, out, sizeof out));
}

static void messages_come_whole(void **state) {
    (void)state;
    assert_ok(feed(0x81, "one"));
    assert_ok(feed(0x82, "two"));
    assert_ok(feed(0x01, "th"));
    assert_true(cf_ws_is_inside(ws));
    assert_ok(feed(0x89, "ping"));
    assert_ok(feed(0x00, "re"));
    assert_ok(feed(0x80, "e"));
    assert_false(cf_ws_is_inside(ws));
    message_is("one");
    message_is("two");
    message_is("three");
    no_message();
    assert_str(output(), CF_STR("\x8a\x04ping"));
    assert_false(cf_ws_is_over(ws));
}

static void octets_come_one_by_one(void **state) {
    (void)state;
    struct cf_span whole = frame(0x81, "hello", 5);
    for (size_t i = 0; i < whole.len; i++) {
        no_message();
        assert_ok(cf_ws_on_bytes(ws, (struct cf_span){whole.at + i, 1}));
    }
    message_is("hello");
}

static void sends_text_binary_and_pings(void **state) {
    (void)state;
    assert_ok(cf_ws_send(ws, cf_str_span(CF_STR("hi"))));
    assert_ok(cf_ws_send(ws, cf_str_span(CF_STR("\xff\xfe"))));
    cf_ws_ping(ws);
    assert_str(output(), cf_str_n("\x81\x02hi\x82\x02\xff\xfe\x89\x00", 10));
    assert_str(output(), CF_STR(""));
}

static void closing_is_answered(void **state) {
    (void)state;
    assert_ok(feed(0x88, "\x03\xe8"));
    assert_str(output(), CF_STR("\x88\x02\x03\xe8"));
    assert_true(cf_ws_is_over(ws));
    assert_int_equal(cf_ws_send(ws, cf_str_span(CF_STR("late"))), CF_ERR_STATE);
}

static void closes_by_itself(void **state) {
    (void)state;
    cf_ws_close(ws, CF_WS_STATUS_GOING_AWAY);
    assert_str(output(), CF_STR("\x88\x02\x03\xe9"));
    assert_false(cf_ws_is_over(ws));
    assert_ok(feed(0x88, "\x03\xe9"));
    assert_true(cf_ws_is_over(ws));
}

static void broken(struct cf_span bytes, const char *close) {
    end(NULL);
    begin(NULL);
    assert_int_equal(cf_ws_on_bytes(ws, bytes), CF_ERR_MALFORMED);
    assert_true(cf_ws_is_over(ws));
    assert_str(output(), cf_str_of(close));
    no_message();
    assert_int_equal(feed(0x81, "more"), CF_ERR_MALFORMED);
}

static void rules_are_kept(void **state) {
    (void)state;
    static const char long_text[1001] = "";
    broken((struct cf_span){(const uint8_t *)"\x81\x02hi", 4}, "\x88\x02\x03\xea");
    broken(frame(0x83, "x", 1), "\x88\x02\x03\xea");
    broken(frame(0x80, "x", 1), "\x88\x02\x03\xea");
    broken(frame(0xc1, "x", 1), "\x88\x02\x03\xea");
    broken(frame(0x81, "\xff", 1), "\x88\x02\x03\xef");
    broken(frame(0x82, long_text, 1001), "\x88\x02\x03\xf1");
}

static void fragments_do_not_add_up(void **state) {
    (void)state;
    static const char piece[600] = "";
    assert_ok(cf_ws_on_bytes(ws, frame(0x02, piece, 600)));
    assert_int_equal(cf_ws_on_bytes(ws, frame(0x00, piece, 600)), CF_ERR_MALFORMED);
}

static void floods_of_pings_are_a_limit(void **state) {
    (void)state;
    for (unsigned i = 0; i < CF_WS_CONTROLS_MAX; i++) {
        assert_ok(feed(0x89, ""));
    }
    cf_ws_forgive(ws);
    for (unsigned i = 0; i < CF_WS_CONTROLS_MAX; i++) {
        assert_ok(feed(0x8a, ""));
    }
    assert_ok(feed(0x81, "a message makes up for them"));
    for (unsigned i = 0; i < CF_WS_CONTROLS_MAX; i++) {
        assert_ok(feed(0x89, ""));
    }
    assert_int_equal(feed(0x89, ""), CF_ERR_LIMIT);
    assert_true(cf_ws_is_over(ws));
    struct cf_str last = output();
    assert_str(cf_str_skip(last, last.len - 4), CF_STR("\x88\x02\x03\xf0"));
}

static void what_nobody_takes_is_a_limit(void **state) {
    (void)state;
    static const char text[60000] = "";
    enum cf_err err = CF_OK;
    for (unsigned i = 0; i < 10 && err == CF_OK; i++) {
        err = cf_ws_send(ws, (struct cf_span){(const uint8_t *)text, sizeof text});
    }
    assert_int_equal(err, CF_ERR_LIMIT);
    assert_true(cf_ws_is_over(ws));
}

/* Chance instead of frames: nothing but an error, or messages within bounds. */
static void noise_is_harmless(void **state) {
    (void)state;
    uint32_t x = 1;
    for (unsigned round = 0; round < 2000; round++) {
        uint8_t noise[64];
        struct cf_span got;
        end(NULL);
        begin(NULL);
        for (size_t i = 0; i < sizeof noise; i++) {
            x = x * 1664525U + 1013904223U;
            noise[i] = (uint8_t)(x >> 24);
        }
        noise[0] = (uint8_t)(round % 2 == 0 ? 0x81 + noise[0] % 10 : noise[0]);
        noise[1] |= 0x80;
        enum cf_err err = cf_ws_on_bytes(ws, (struct cf_span){noise, sizeof noise});
        assert_true(err == CF_OK || err == CF_ERR_MALFORMED || err == CF_ERR_LIMIT);
        while (cf_ws_poll(ws, &got)) {
            assert_true(got.len <= 1000);
        }
        (void)output();
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
CF_TEST_MAIN(CASE(messages_come_whole), CASE(octets_come_one_by_one), CASE(sends_text_binary_and_pings),
             CASE(closing_is_answered), CASE(closes_by_itself), CASE(rules_are_kept), CASE(fragments_do_not_add_up),
             CASE(floods_of_pings_are_a_limit), CASE(what_nobody_takes_is_a_limit), CASE(noise_is_harmless))
