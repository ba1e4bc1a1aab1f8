/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The dependency descriptor. */
#include "core/rtp/dependency.h"

#include "lib/test.h"

/* A writer of bits. */
static uint8_t octets[256];
static size_t bit_count;

static void put(uint32_t value, unsigned bits) {
    for (unsigned i = bits; i > 0; i--, bit_count++) {
        unsigned bit = value >> (i - 1) & 1U;
        octets[bit_count / 8] = (uint8_t)(octets[bit_count / 8] | bit << (7 - bit_count % 8));
    }
}

static struct cf_span begin_or_end(bool begin) {
    if (begin) {
        memset(octets, 0, sizeof octets);
        bit_count = 0;
    }
    return (struct cf_span){octets, (bit_count + 7) / 8};
}

static void put_head(bool start, bool end, uint32_t template_id, uint32_t number) {
    (void)begin_or_end(true);
    put(start, 1);
    put(end, 1);
    put(template_id, 6);
    put(number, 16);
}

/*
 * Two spatial layers with two temporal ones each and four decode targets (S0T0, S0T1, S1T0, S1T1), offset 60, three chains, with
 * sizes. A target needs a template if both layers are not above its own.
 */
static void put_key_frame(uint32_t number) {
    put_head(true, false, 60, number);
    put(1, 1); /* structure */
    put(0, 4);
    put(60, 6);
    put(3, 5);
    put(1, 2); /* S0T0, then */
    put(2, 2); /* S0T1, then */
    put(1, 2); /* S1T0, then */
    put(3, 2); /* S1T1, the last */
    for (unsigned t = 0; t < 4; t++) {
        for (unsigned target = 0; target < 4; target++) {
            bool needs = t / 2 <= target / 2 && t % 2 <= target % 2;
            put(!needs ? CF_DD_NOT_PRESENT : t == target ? CF_DD_SWITCH : CF_DD_REQUIRED, 2);
        }
    }
    for (unsigned t = 0; t < 4; t++) {
        put(t != 0, 1);
        if (t != 0) {
            put(3, 4);
            put(0, 1);
        }
    }
    put(3, 2); /* ns(5): below 3 in two bits, else three. 3 is 110 */
    put(0, 1);
    for (unsigned target = 0; target < 4; target++) {
        put(target == 0 ? 0 : target == 1 ? 2 : 3, target == 0 ? 1 : 2); /* ns(3): 0 is 0, 1 is 10, 2 is 11 */
    }
    for (unsigned i = 0; i < 12; i++) {
        put(i, 4);
    }
    put(1, 1);
    put(319, 16);
    put(179, 16);
    put(639, 16);
    put(359, 16);
}

static void reads_templates_with_a_key_frame(void **state) {
    (void)state;
    static struct cf_dd_structure s;
    struct cf_dd dd;
    put_key_frame(0xfffe);
    struct cf_span data = begin_or_end(false);
    for (size_t len = 0; len < data.len; len++) {
        enum cf_err err = cf_dd_parse((struct cf_span){octets, len}, &s, &dd);
        assert_true(err == (len == CF_DD_LEN_MIN ? CF_ERR_NOT_FOUND : CF_ERR_TRUNCATED));
        assert_false(s.any);
    }
    assert_ok(cf_dd_parse(data, &s, &dd));
    assert_true(dd.frame_start && !dd.frame_end && cf_dd_is_key_start(&dd));
    assert_int_equal(dd.frame_number, 0xfffe);
    assert_int_equal(s.template_count, 4);
    assert_int_equal(s.target_count, 4);
    assert_int_equal(s.spatial_max, 1);
    assert_int_equal(s.heights[0], 180);
    assert_int_equal(s.heights[1], 360);
    for (unsigned target = 0; target < 4; target++) {
        assert_int_equal(s.target_spatial[target], target / 2);
        assert_int_equal(s.target_temporal[target], target % 2);
    }
    assert_int_equal(dd.active_targets, 15);
    assert_int_equal(cf_dd_indication(&dd, 0), CF_DD_SWITCH);
    assert_int_equal(cf_dd_indication(&dd, 3), CF_DD_REQUIRED);
    for (unsigned t = 0; t < 4; t++) {
        assert_int_equal(s.templates[t].needs, t == 0 ? 0 : 8); /* four before */
    }
    assert_true(dd.needs == 0 && cf_dd_switch_temporal(&dd, &s) == 0);
}

static void reads_frames_by_template(void **state) {
    (void)state;
    static struct cf_dd_structure s;
    struct cf_dd dd;
    put_head(false, true, 63, 5);
    assert_int_equal(cf_dd_parse(begin_or_end(false), &s, &dd), CF_ERR_NOT_FOUND);
    put_key_frame(1);
    assert_ok(cf_dd_parse(begin_or_end(false), &s, &dd));
    put_head(false, true, 63, 2); /* the fourth */
    assert_ok(cf_dd_parse(begin_or_end(false), &s, &dd));
    assert_true(dd.frame_end && !dd.frame_start && !dd.has_structure && !dd.has_active_targets);
    assert_int_equal(dd.spatial, 1);
    assert_int_equal(dd.temporal, 1);
    assert_int_equal(dd.needs, 8);
    assert_int_equal(cf_dd_indication(&dd, 0), CF_DD_NOT_PRESENT);
    put_head(true, true, 0, 2); /* 60 + 4: there is none */
    assert_int_equal(cf_dd_parse(begin_or_end(false), &s, &dd), CF_ERR_NOT_FOUND);
    /* Own indications, and fewer active targets. */
    put_head(true, true, 61, 3);
    put(0, 1);
    put(1, 1);
    put(1, 1);
    put(0, 2);
    put(3, 4);
    put(0x1b, 8); /* 00 01 10 11 */
    assert_ok(cf_dd_parse(begin_or_end(false), &s, &dd));
    assert_int_equal(dd.active_targets, 3);
    assert_int_equal(dd.temporal, 1);
    for (unsigned target = 0; target < 4; target++) {
        assert_int_equal(cf_dd_indication(&dd, target), target);
    }
}

/* A frame of the upper layer that comes back: it needs the lower one of its picture, and is a switch for its own targets only. */
static void reads_what_a_frame_needs(void **state) {
    (void)state;
    static struct cf_dd_structure s;
    struct cf_dd dd;
    static const uint8_t indications[3] = {0x02, 0xa3, 0x0a};
    put_key_frame(1);
    assert_ok(cf_dd_parse(begin_or_end(false), &s, &dd));
    for (size_t i = 0; i < 3; i++) {
        put_head(true, true, 62, 3);
        put(0, 2);
        put(1, 1); /* own indications: two targets below, two of its own layer */
        put(1, 1); /* own differences */
        put(1, 1); /* own chains */
        put(indications[i], 8);
        put(1, 2);
        put(0, 4); /* the one before */
        put(2, 2);
        put(63, 8);
        put(3, 2);
        put(i == 2 ? 64 : 16, 12);
        put(0, 2);
        put(0, 24);
        assert_ok(cf_dd_parse(begin_or_end(false), &s, &dd));
        assert_true(dd.needs == (UINT64_C(1) | UINT64_C(1) << 63 | (i == 2 ? 0 : UINT64_C(1) << 16)));
        assert_true(dd.needs_older == (i == 2));
        assert_int_equal(cf_dd_switch_temporal(&dd, &s), i == 1 ? -1 : 1);
    }
    /* Cut off. */
    put_head(true, true, 62, 3);
    put(2, 5);
    put(3, 2);
    put(0, 1);
    assert_int_equal(cf_dd_parse(begin_or_end(false), &s, &dd), CF_ERR_TRUNCATED);
}

static void refuses_too_many_layers(void **state) {
    (void)state;
    static struct cf_dd_structure s;
    struct cf_dd dd;
    for (uint32_t next = 0; next < 3; next++) { /* endless: equal, temporal, spatial */
        put_head(true, true, 0, 1);
        put(1, 1);
        put(0, 4);
        put(0, 6);
        put(0, 5);
        for (int i = 0; i < 100; i++) {
            put(next, 2);
        }
        assert_int_equal(cf_dd_parse(begin_or_end(false), &s, &dd), CF_ERR_MALFORMED);
    }
    assert_false(s.any);
}

/* Another frame number, and fewer targets: all else stays, whether there was a mask, flags, or neither. */
static void is_printed_for_a_receiver(void **state) {
    (void)state;
    struct cf_dd_structure structure = {.any = false};
    struct cf_dd_structure again = {.any = false};
    struct cf_dd dd;
    struct cf_dd printed;
    uint8_t out[CF_DD_PRINTED_MAX];
    const uint32_t targets = 0x5;
    put_key_frame(700);
    const struct cf_span key = begin_or_end(false);
    assert_ok(cf_dd_parse(key, &structure, &dd));
    assert_false(dd.place.has_mask);
    size_t len = cf_dd_print(key, &dd.place, 65535, NULL, out);
    assert_int_equal(len, key.len);
    assert_ok(cf_dd_parse((struct cf_span){out, len}, &again, &printed));
    assert_true(printed.frame_number == 65535 && printed.active_targets == dd.active_targets);
    len = cf_dd_print(key, &dd.place, 1, &targets, out);
    assert_ok(cf_dd_parse((struct cf_span){out, len}, &again, &printed));
    assert_memory_equal(&again, &structure, sizeof structure);
    assert_true(printed.place.has_mask && printed.active_targets == targets && printed.indications == dd.indications);
    /* Again, over the mask that is there: no longer. */
    const uint32_t other = 0xa;
    uint8_t twice[CF_DD_PRINTED_MAX];
    assert_int_equal(cf_dd_print((struct cf_span){out, len}, &printed.place, 2, &other, twice), len);
    assert_ok(cf_dd_parse((struct cf_span){twice, len}, &again, &printed));
    assert_true(printed.active_targets == other && printed.frame_number == 2);
    /* The short form grows an octet of flags and the mask. */
    put_head(false, true, 61, 9);
    const struct cf_span small = begin_or_end(false);
    assert_ok(cf_dd_parse(small, &structure, &dd));
    len = cf_dd_print(small, &dd.place, 10, &targets, out);
    assert_int_equal(len, CF_DD_LEN_MIN + 2);
    assert_ok(cf_dd_parse((struct cf_span){out, len}, &again, &printed));
    assert_true(printed.active_targets == targets && printed.frame_number == 10 && printed.frame_end && !printed.frame_start);
    assert_int_equal(cf_dd_targets(&structure, 0, 0), 1);
    assert_int_equal(cf_dd_targets(&structure, 1, 0), 5);
    assert_int_equal(cf_dd_targets(&structure, UINT8_MAX, UINT8_MAX), 15);
}

CF_TEST_MAIN(cmocka_unit_test(is_printed_for_a_receiver), cmocka_unit_test(reads_templates_with_a_key_frame),
             cmocka_unit_test(reads_what_a_frame_needs), cmocka_unit_test(reads_frames_by_template),
             cmocka_unit_test(refuses_too_many_layers))
