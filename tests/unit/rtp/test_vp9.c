/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The VP9 payload descriptor. */
#include "core/rtp/vp9.h"

#include "lib/test.h"

static enum cf_err parse(const uint8_t *octets, size_t len, struct cf_vp9_descriptor *d) {
    return cf_vp9_descriptor_parse((struct cf_span){octets, len}, d);
}

static void reads_a_key_picture_with_structure(void **state) {
    (void)state;
    /* I, L, B, V; long picture id 0x1234; T0 U S0; TL0PICIDX 7; two spatial layers with sizes; a group of two pictures. */
    static const uint8_t octets[] = {0xaa, 0x92, 0x34, 0x10, 7, 0x38, 0x01, 0x40, 0x00, 0xb4,
                                     0x02, 0x80, 0x01, 0x68, 2, 0x00, 0x24, 1,    0x82, 0x49};
    struct cf_vp9_descriptor d;
    assert_ok(parse(octets, sizeof octets, &d));
    assert_int_equal(d.len, 18);
    assert_int_equal(d.head_len, 5);
    assert_true(d.has_picture_id && d.picture_id_long);
    assert_int_equal(d.picture_id, 0x1234);
    assert_int_equal(d.tl0picidx, 7);
    assert_true(d.switching_up);
    assert_true(cf_vp9_is_key_start(&d));
    assert_int_equal(d.spatial_count, 2);
    assert_int_equal(d.widths[1], 640);
    assert_int_equal(d.heights[0], 180);
    assert_int_equal(d.group_len, 2);
    struct cf_vp9_descriptor untouched = {.len = 99};
    for (size_t len = 0; len < 19; len++) {
        enum cf_err err = parse(octets, len, &untouched);
        assert_true(err == (len == 18 ? CF_ERR_MALFORMED : CF_ERR_TRUNCATED)); /* 18: no octet of VP9 */
        assert_int_equal(untouched.len, 99);
    }
}

static void reads_flexible_mode(void **state) {
    (void)state;
    /* I, P, L, F, E: short picture id, T2 S1 D, references 3, 5, 7; no TL0PICIDX. */
    static const uint8_t octets[] = {0xf4, 0x11, 0x43, 0x07, 0x0b, 0x0e, 0xff};
    struct cf_vp9_descriptor d;
    assert_ok(parse(octets, sizeof octets, &d));
    assert_int_equal(d.picture_id, 0x11);
    assert_false(d.picture_id_long);
    assert_int_equal(d.tid, 2);
    assert_int_equal(d.sid, 1);
    assert_true(d.inter_layer && d.inter_picture && d.frame_end && !d.has_tl0picidx);
    assert_false(cf_vp9_is_key_start(&d));
    static const uint8_t four[] = {0xf4, 0x11, 0x43, 0x07, 0x0b, 0x0f, 0x0e, 0xff};
    assert_int_equal(parse(four, sizeof four, &d), CF_ERR_MALFORMED);
}

static void prints_numbers_anew(void **state) {
    (void)state;
    uint8_t out[CF_VP9_HEAD_MAX];
    /* Whatever the first two octets say: what is read is printed the same, and other numbers are read back. */
    for (unsigned first = 0; first < 256; first++) {
        uint8_t octets[16] = {(uint8_t)first, 0x81, 0x23, 0x54, 0x67, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
        struct cf_vp9_descriptor d;
        struct cf_vp9_descriptor again;
        if (parse(octets, sizeof octets, &d) != CF_OK) {
            continue;
        }
        assert_int_equal(cf_vp9_head_print(&d, octets[0], out), d.head_len);
        assert_memory_equal(out, octets, d.head_len);
        d.picture_id = 0x7abc;
        d.tl0picidx = 0xee;
        size_t len = cf_vp9_head_print(&d, octets[0], out);
        memcpy(octets, out, len);
        assert_ok(parse(octets, sizeof octets, &again));
        assert_int_equal(again.picture_id, d.has_picture_id ? 0x7abc : 0);
        assert_int_equal(again.tl0picidx, d.has_tl0picidx ? 0xee : 0);
        assert_int_equal(again.tid, d.tid);
        assert_int_equal(again.sid, d.sid);
    }
}

CF_TEST_MAIN(cmocka_unit_test(reads_a_key_picture_with_structure), cmocka_unit_test(reads_flexible_mode),
             cmocka_unit_test(prints_numbers_anew))
