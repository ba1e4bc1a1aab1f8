/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Telephone events, RFC 4733. */
#include "core/rtp/event.h"

#include "lib/test.h"

static char feed(struct cf_dtmf *d, uint32_t timestamp, uint8_t code, uint16_t duration, bool is_end) {
    uint8_t payload[CF_EVENT_LEN];
    struct cf_writer w;
    struct cf_event event = {.code = code, .is_end = is_end, .volume = 10, .duration = duration};
    cf_writer_init(&w, payload, sizeof payload);
    cf_put_event(&w, &event);
    return cf_dtmf_on_packet(d, timestamp, cf_writer_span(&w));
}

/* A whole press as phones send it; the number of keys that came out. */
static unsigned press(struct cf_dtmf *d, uint32_t timestamp, uint8_t code, uint16_t step, char *ret_key) {
    unsigned keys = 0;
    for (unsigned i = 1; i <= 8; i++) {
        unsigned n = i < 6 ? i : 6; /* the last three are the end, sent three times */
        char key = feed(d, timestamp, code, (uint16_t)(n * step), i >= 6);
        keys += key != '\0';
        *ret_key = key != '\0' ? key : *ret_key;
    }
    return keys;
}

static void parses_and_prints(void **state) {
    (void)state;
    struct cf_event event;
    uint8_t out[4];
    struct cf_writer w;
    /* RFC 4733 figure 1: event, end bit, volume, duration. */
    assert_ok(cf_event_parse((struct cf_span){(const uint8_t *)"\x0b\x8a\x06\x40", 4}, &event));
    assert_int_equal(event.code, CF_EVENT_POUND);
    assert_true(event.is_end);
    assert_int_equal(event.volume, 10);
    assert_int_equal(event.duration, 1600);
    cf_writer_init(&w, out, sizeof out);
    cf_put_event(&w, &event);
    assert_memory_equal(out, "\x0b\x8a\x06\x40", 4);
    for (size_t len = 0; len < 4; len++) {
        assert_int_equal(cf_event_parse((struct cf_span){out, len}, &event), CF_ERR_TRUNCATED);
    }
}

static void maps_codes_to_keys_and_back(void **state) {
    (void)state;
    for (unsigned code = 0; code < 256; code++) {
        char key = cf_event_key((uint8_t)code);
        assert_int_equal(key != '\0', code <= 16);
        if (key != '\0') {
            assert_int_equal(cf_event_of_key(key), (int)code);
        }
    }
    assert_int_equal(cf_event_of_key('c'), 14);
    assert_int_equal(cf_event_of_key('x'), -1);
    assert_int_equal(cf_event_of_key('\0'), -1);
}

static void gives_one_key_a_press_at_both_clock_rates(void **state) {
    (void)state;
    const uint16_t steps[] = {160, 960}; /* 20 ms at 8 and 48 kHz */
    for (size_t i = 0; i < 2; i++) {
        struct cf_dtmf d = {0};
        uint32_t timestamp = 0xffffff00U;
        for (uint8_t code = 0; code <= 15; code++, timestamp += 10U * steps[i]) {
            char key = '\0';
            assert_int_equal(press(&d, timestamp, code, steps[i], &key), 1);
            assert_int_equal(key, cf_event_key(code));
            assert_false(cf_dtmf_is_pressed(&d));
        }
    }
}

static void gives_the_same_key_pressed_twice_twice(void **state) {
    (void)state;
    struct cf_dtmf d = {0};
    char key = '\0';
    assert_int_equal(press(&d, 1000, 5, 160, &key), 1);
    assert_int_equal(press(&d, 3000, 5, 160, &key), 1);
}

static void sees_a_press_of_which_only_an_end_arrives(void **state) {
    (void)state;
    struct cf_dtmf d = {0};
    assert_int_equal(feed(&d, 1000, 7, 800, true), '7');
    assert_int_equal(feed(&d, 1000, 7, 800, true), '\0');
}

static void ignores_late_packets_of_a_former_press(void **state) {
    (void)state;
    struct cf_dtmf d = {0};
    assert_int_equal(feed(&d, 1000, 7, 800, true), '7');
    assert_int_equal(feed(&d, 3000, 8, 160, false), '8');
    assert_int_equal(feed(&d, 1000, 7, 800, true), '\0');
    assert_int_equal(feed(&d, 3000, 8, 320, true), '\0');
}

static void takes_the_segments_of_a_long_press_for_one(void **state) {
    (void)state;
    struct cf_dtmf d = {0};
    unsigned keys = 0;
    uint32_t timestamp = 5000;
    for (unsigned segment = 0; segment < 3; segment++, timestamp += 0xffff) {
        for (unsigned duration = 960; duration < 0x10000; duration += 960) {
            keys += feed(&d, timestamp, 1, (uint16_t)duration, false) != '\0';
        }
        keys += feed(&d, timestamp, 1, 0xffff, false) != '\0';
    }
    assert_true(cf_dtmf_is_pressed(&d));
    keys += feed(&d, timestamp, 1, 480, true) != '\0';
    assert_int_equal(keys, 1);
    assert_false(cf_dtmf_is_pressed(&d));
}

static void starts_anew_when_the_end_was_lost(void **state) {
    (void)state;
    struct cf_dtmf d = {0};
    assert_int_equal(feed(&d, 1000, 4, 800, false), '4');
    assert_int_equal(feed(&d, 2500, 4, 160, false), '4');
}

static void gives_nothing_for_what_is_no_key(void **state) {
    (void)state;
    struct cf_dtmf d = {0};
    assert_int_equal(feed(&d, 1000, 32, 160, false), '\0');
    assert_int_equal(cf_dtmf_on_packet(&d, 9000, (struct cf_span){(const uint8_t *)"\x01\x02\x03", 3}), '\0');
    assert_int_equal(feed(&d, 2000, 16, 160, true), '!');
}

CF_TEST_MAIN(cmocka_unit_test(parses_and_prints), cmocka_unit_test(maps_codes_to_keys_and_back),
             cmocka_unit_test(gives_one_key_a_press_at_both_clock_rates),
             cmocka_unit_test(gives_the_same_key_pressed_twice_twice),
             cmocka_unit_test(sees_a_press_of_which_only_an_end_arrives),
             cmocka_unit_test(ignores_late_packets_of_a_former_press),
             cmocka_unit_test(takes_the_segments_of_a_long_press_for_one), cmocka_unit_test(starts_anew_when_the_end_was_lost),
             cmocka_unit_test(gives_nothing_for_what_is_no_key))
