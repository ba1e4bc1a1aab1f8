/* SPDX-License-Identifier: GPL-3.0-or-later */
/* H.265 payloads. */
#include "core/rtp/h265.h"

#include "lib/test.h"

static enum cf_err parse(const uint8_t *octets, size_t len, struct cf_h265_payload *p) {
    return cf_h265_payload_parse((struct cf_span){octets, len}, p);
}

static void reads_single_units(void **state) {
    (void)state;
    struct cf_h265_payload p;
    static const uint8_t idr[] = {19 << 1, 1, 0x80};
    static const uint8_t slice[] = {1 << 1, 3, 0x00};
    assert_ok(parse(idr, 3, &p));
    assert_true(cf_h265_has_irap(&p) && p.picture_start && !p.fragment);
    assert_int_equal(p.tid, 0);
    assert_ok(parse(slice, 3, &p));
    assert_false(cf_h265_has_irap(&p) || p.picture_start);
    assert_int_equal(p.tid, 2);
}

static void reads_aggregates(void **state) {
    (void)state;
    struct cf_h265_payload p;
    static const uint8_t octets[] = {48 << 1, 1, 0, 3, 32 << 1, 1, 9, 0, 3, 33 << 1, 1, 9, 0, 2, 34 << 1, 2};
    assert_ok(parse(octets, sizeof octets, &p));
    assert_true(cf_h265_has(&p, CF_H265_VPS) && cf_h265_has(&p, CF_H265_SPS) && cf_h265_has(&p, CF_H265_PPS));
    assert_int_equal(p.tid, 0);
    for (size_t len = 0; len < sizeof octets; len++) {
        enum cf_err err = parse(octets, len, &p);
        assert_true(err == (len == 7 || len == 12 ? CF_OK : CF_ERR_TRUNCATED)); /* whole units */
    }
    static const uint8_t nested[] = {48 << 1, 1, 0, 3, 48 << 1, 1, 9};
    assert_int_equal(parse(nested, sizeof nested, &p), CF_ERR_MALFORMED);
}

static void reads_fragments(void **state) {
    (void)state;
    struct cf_h265_payload p;
    uint8_t octets[] = {49 << 1, 2, 0x80 | 19, 0x80, 5};
    assert_ok(parse(octets, sizeof octets, &p));
    assert_true(p.fragment && p.fragment_start && !p.fragment_end && cf_h265_has_irap(&p) && p.picture_start);
    assert_int_equal(p.tid, 1);
    octets[2] = 19;
    assert_ok(parse(octets, sizeof octets, &p));
    assert_true(p.fragment && !p.fragment_start && p.nal_types == 0);
    octets[2] = 0xc0 | 19;
    assert_int_equal(parse(octets, sizeof octets, &p), CF_ERR_MALFORMED);
    octets[2] = 49;
    assert_int_equal(parse(octets, sizeof octets, &p), CF_ERR_MALFORMED);
    assert_int_equal(parse(octets, 3, &p), CF_ERR_TRUNCATED);
}

static void looks_through_extensions(void **state) {
    (void)state;
    struct cf_h265_payload p;
    /* A slice of an IDR picture with three octets of extension: A 0, cType 19, PHSsize 3. */
    uint8_t octets[] = {50 << 1, 1, 19 << 1, 3 << 4, 1, 2, 3, 0x80};
    assert_ok(parse(octets, sizeof octets, &p));
    assert_true(cf_h265_has_irap(&p) && p.picture_start);
    octets[2] = 50 << 1;
    assert_int_equal(parse(octets, sizeof octets, &p), CF_ERR_MALFORMED);
    assert_int_equal(parse(octets, 6, &p), CF_ERR_TRUNCATED);
}

static void refuses_what_is_forbidden(void **state) {
    (void)state;
    struct cf_h265_payload p = {.tid = 77};
    static const uint8_t forbidden[] = {0x80 | 19 << 1, 1, 0};
    static const uint8_t no_tid[] = {19 << 1, 0, 0};
    static const uint8_t type_51[] = {51 << 1, 1, 0};
    assert_int_equal(parse(forbidden, 3, &p), CF_ERR_MALFORMED);
    assert_int_equal(parse(no_tid, 3, &p), CF_ERR_MALFORMED);
    assert_int_equal(parse(type_51, 3, &p), CF_ERR_MALFORMED);
    assert_int_equal(parse(no_tid, 1, &p), CF_ERR_TRUNCATED);
    assert_int_equal(p.tid, 77);
}

CF_TEST_MAIN(cmocka_unit_test(reads_single_units), cmocka_unit_test(reads_aggregates), cmocka_unit_test(reads_fragments),
             cmocka_unit_test(looks_through_extensions), cmocka_unit_test(refuses_what_is_forbidden))
