/* SPDX-License-Identifier: GPL-3.0-or-later */
/* AV1 payloads. */
#include "core/rtp/av1.h"

#include "lib/test.h"

static enum cf_err parse(const uint8_t *octets, size_t len, struct cf_av1_payload *p) {
    return cf_av1_payload_parse((struct cf_span){octets, len}, p);
}

static void reads_the_beginning_of_a_sequence(void **state) {
    (void)state;
    struct cf_av1_payload p;
    /* W 2, N: a sequence header of 3 octets, a frame with an extension (T1 S2) without length. */
    static const uint8_t octets[] = {0x28, 3, 1 << 3, 9, 9, 6 << 3 | 4, 1 << 5 | 2 << 3, 7, 7};
    assert_ok(parse(octets, sizeof octets, &p));
    assert_true(cf_av1_is_key_start(&p));
    assert_true(cf_av1_has(&p, CF_AV1_FRAME));
    assert_true(p.has_layers);
    assert_int_equal(p.temporal, 1);
    assert_int_equal(p.spatial, 2);
    for (size_t len = 0; len < 7; len++) {
        enum cf_err err = parse(octets, len, &p);
        assert_true(err == (len == 1 ? CF_ERR_MALFORMED : CF_ERR_TRUNCATED));
    }
}

static void does_not_look_into_the_middle_of_an_obu(void **state) {
    (void)state;
    struct cf_av1_payload p;
    static const uint8_t octets[] = {0xc0, 2, 1 << 3, 9, 2, 4 << 3, 8};
    assert_ok(parse(octets, sizeof octets, &p));
    assert_true(p.continues && p.is_continued);
    assert_false(cf_av1_has(&p, CF_AV1_SEQUENCE_HEADER));
    assert_true(cf_av1_has(&p, CF_AV1_TILE_GROUP));
    assert_false(cf_av1_is_key_start(&p));
}

static void refuses_lengths_that_dont_add_up(void **state) {
    (void)state;
    struct cf_av1_payload p = {.temporal = 5};
    static const uint8_t too_long[] = {0x00, 9, 1 << 3, 0};
    static const uint8_t endless[] = {0x00, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80};
    static const uint8_t both[] = {0x98, 1 << 3, 0};
    static const uint8_t fewer[] = {0x30, 1, 1 << 3};
    assert_int_equal(parse(too_long, sizeof too_long, &p), CF_ERR_TRUNCATED);
    assert_int_equal(parse(endless, sizeof endless, &p), CF_ERR_MALFORMED);
    assert_int_equal(parse(both, sizeof both, &p), CF_ERR_MALFORMED);
    assert_int_equal(parse(fewer, sizeof fewer, &p), CF_ERR_TRUNCATED);
    assert_int_equal(p.temporal, 5);
}

CF_TEST_MAIN(cmocka_unit_test(reads_the_beginning_of_a_sequence), cmocka_unit_test(does_not_look_into_the_middle_of_an_obu),
             cmocka_unit_test(refuses_lengths_that_dont_add_up))
