/* SPDX-License-Identifier: GPL-3.0-or-later */
/* H.264 payloads of packetization modes 0 and 1 (RFC 6184): what is in them, cutting and joining. */
#include "core/rtp/h264.h"

#include "base/rng.h"
#include "lib/test.h"

#define SPAN(array) ((struct cf_span){(array), sizeof(array)})

static enum cf_err parse(const uint8_t *octets, size_t len, struct cf_h264_payload *ret) {
    return cf_h264_payload_parse((struct cf_span){octets, len}, ret);
}

static void reads_a_single_unit(void **state) {
    (void)state;
    const uint8_t idr[] = {0x65, 0x88, 0x01};
    const uint8_t later_slice[] = {0x41, 0x22};
    struct cf_h264_payload p;
    assert_ok(parse(idr, sizeof idr, &p));
    assert_true(cf_h264_has(&p, CF_H264_IDR));
    assert_true(p.picture_start);
    assert_true(cf_h264_fits_mode_0(&p));
    assert_ok(parse(later_slice, sizeof later_slice, &p));
    assert_true(cf_h264_has(&p, CF_H264_SLICE));
    assert_false(p.picture_start);
}

static void reads_an_aggregate(void **state) {
    (void)state;
    const uint8_t stap[] = {0x78, 0, 2, 0x67, 0x42, 0, 1, 0x68, 0, 2, 0x65, 0x80};
    struct cf_h264_payload p;
    assert_ok(parse(stap, sizeof stap, &p));
    assert_true(p.aggregate && p.picture_start);
    assert_true(cf_h264_has(&p, CF_H264_SPS) && cf_h264_has(&p, CF_H264_PPS) && cf_h264_has(&p, CF_H264_IDR));
    assert_false(cf_h264_fits_mode_0(&p));
}

static void reads_fragments(void **state) {
    (void)state;
    const uint8_t start[] = {0x7c, 0x85, 0x88};
    const uint8_t middle[] = {0x7c, 0x05, 0x88};
    const uint8_t end[] = {0x7c, 0x45};
    struct cf_h264_payload p;
    assert_ok(parse(start, sizeof start, &p));
    assert_true(p.fragment && p.fragment_start && p.picture_start && cf_h264_has(&p, CF_H264_IDR));
    assert_ok(parse(middle, sizeof middle, &p));
    assert_true(p.fragment && p.nal_types == 0 && !p.picture_start);
    assert_ok(parse(end, sizeof end, &p));
    assert_true(p.fragment_end);
}

static void refuses_what_the_rfc_forbids(void **state) {
    (void)state;
    static const struct {
        uint8_t octets[8];
        size_t len;
        enum cf_err err;
    } cases[] = {
        {{0}, 0, CF_ERR_TRUNCATED},
        {{0x60}, 1, CF_ERR_MALFORMED},                     /* type 0 */
        {{0x7f, 1}, 2, CF_ERR_MALFORMED},                  /* type 31 */
        {{0x78}, 1, CF_ERR_TRUNCATED},                     /* STAP-A of nothing */
        {{0x78, 0, 0, 0}, 4, CF_ERR_MALFORMED},            /* an empty unit */
        {{0x78, 0, 9, 0x67}, 4, CF_ERR_TRUNCATED},         /* a unit longer than the payload */
        {{0x78, 0, 1, 0x67, 0}, 5, CF_ERR_TRUNCATED},      /* half a length */
        {{0x78, 0, 2, 0x78, 0}, 5, CF_ERR_MALFORMED},      /* an aggregate in an aggregate */
        {{0x78, 0, 2, 0x7c, 0x85}, 5, CF_ERR_MALFORMED},   /* a fragment in an aggregate */
        {{0x7c}, 1, CF_ERR_TRUNCATED},                     /* FU-A without header */
        {{0x7c, 0xc5, 1}, 3, CF_ERR_MALFORMED},            /* start and end at once */
        {{0x7c, 0x9c, 1}, 3, CF_ERR_MALFORMED},            /* a fragment of a fragment */
        {{0x79, 0, 0, 0, 1, 0x67}, 6, CF_ERR_UNSUPPORTED}, /* STAP-B */
        {{0x7a, 0}, 2, CF_ERR_UNSUPPORTED},                /* MTAP16 */
        {{0x7d, 0x85, 0, 0, 1}, 5, CF_ERR_UNSUPPORTED},    /* FU-B */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cf_h264_payload p = {.nal_types = 77};
        assert_int_equal(parse(cases[i].octets, cases[i].len, &p), cases[i].err);
        assert_int_equal(p.nal_types, 77);
    }
}

static void splits_a_byte_stream(void **state) {
    (void)state;
    const uint8_t stream[] = {9, 9, 0, 0, 0, 1, 0x67, 0x42, 0, 0, 1, 0x68, 0, 0, 0, 0, 1, 0, 0, 1, 0x65, 0, 0, 3, 1, 0};
    struct cf_span rest = SPAN(stream);
    struct cf_span sps = cf_h264_stream_next(&rest);
    assert_int_equal(sps.len, 2);
    assert_int_equal(sps.at[0], 0x67);
    struct cf_span pps = cf_h264_stream_next(&rest);
    assert_int_equal(pps.len, 1);
    struct cf_span idr = cf_h264_stream_next(&rest);
    assert_int_equal(idr.len, 5);
    assert_int_equal(cf_h264_stream_next(&rest).len, 0);
}

static void sends_small_units_together_in_mode_1(void **state) {
    (void)state;
    const uint8_t unit[] = {0, 0, 1, 0x67, 1, 2, 0, 0, 1, 0x28, 3, 0, 0, 1, 0x65, 0x88, 4};
    uint8_t out[64];
    bool marker = false;
    struct cf_h264_packetiser p;
    cf_h264_packetiser_init(&p, sizeof out, false);
    assert_ok(cf_h264_packetiser_frame(&p, SPAN(unit)));
    size_t len = cf_h264_packetiser_next(&p, out, &marker);
    const uint8_t wanted[] = {0x78, 0, 3, 0x67, 1, 2, 0, 2, 0x28, 3, 0, 3, 0x65, 0x88, 4};
    assert_int_equal(len, sizeof wanted);
    assert_memory_equal(out, wanted, sizeof wanted);
    assert_true(marker);
    assert_int_equal(cf_h264_packetiser_next(&p, out, &marker), 0);
}

static void refuses_units_that_mode_0_can_not_carry(void **state) {
    (void)state;
    uint8_t stream[100] = {0, 0, 1, 0x65};
    memset(stream + 4, 0x11, sizeof stream - 4);
    uint8_t out[64];
    bool marker;
    struct cf_h264_packetiser p;
    cf_h264_packetiser_init(&p, sizeof out, true);
    assert_int_equal(cf_h264_packetiser_frame(&p, SPAN(stream)), CF_ERR_NO_ROOM);
    assert_int_equal(cf_h264_packetiser_next(&p, out, &marker), 0);
}

/* Random units of which no octet could be taken for a start code. */
static size_t make_access_unit(struct cf_rng *rng, uint8_t *out, size_t units, size_t unit_max) {
    struct cf_writer w;
    cf_writer_init(&w, out, SIZE_MAX);
    for (size_t i = 0; i < units; i++) {
        cf_put_u32(&w, 1);
        cf_put_u8(&w, (uint8_t)(0x60 | (1 + cf_rng_below(rng, 8))));
        for (size_t n = cf_rng_below(rng, (uint32_t)unit_max); n > 0; n--) {
            cf_put_u8(&w, (uint8_t)(1 + cf_rng_below(rng, 255)));
        }
    }
    return w.len;
}

static void cut_and_join(struct cf_rng *rng, bool single_only) {
    enum { PAYLOAD_MAX = 120 };
    static uint8_t stream[8192];
    static uint8_t joined[8192];
    struct cf_h264_packetiser p;
    cf_h264_packetiser_init(&p, PAYLOAD_MAX, single_only);
    size_t len = make_access_unit(rng, stream, 1 + cf_rng_below(rng, 8), single_only ? PAYLOAD_MAX : 5 * PAYLOAD_MAX);
    assert_ok(cf_h264_packetiser_frame(&p, (struct cf_span){stream, len}));
    struct cf_writer w;
    struct cf_h264_joiner joiner = {.in_unit = false};
    cf_writer_init(&w, joined, sizeof joined);
    bool marker = false;
    while (!marker) {
        uint8_t payload[PAYLOAD_MAX];
        struct cf_h264_payload parsed;
        size_t n = cf_h264_packetiser_next(&p, payload, &marker);
        assert_in_range(n, 1, PAYLOAD_MAX);
        assert_ok(parse(payload, n, &parsed));
        assert_true(!single_only || cf_h264_fits_mode_0(&parsed));
        assert_ok(cf_h264_join(&joiner, &w, (struct cf_span){payload, n}));
    }
    assert_int_equal(w.len, len);
    assert_memory_equal(joined, stream, len);
}

static void cuts_and_joins_access_units(void **state) {
    (void)state;
    struct cf_rng rng;
    cf_rng_init(&rng, 2);
    for (size_t i = 0; i < 2000; i++) {
        cut_and_join(&rng, i % 2 == 0);
    }
}

static void refuses_to_join_broken_fragments(void **state) {
    (void)state;
    const uint8_t start[] = {0x7c, 0x85, 0x88};
    const uint8_t middle[] = {0x7c, 0x05, 0x88};
    const uint8_t single[] = {0x65, 0x88};
    uint8_t room[64];
    struct cf_writer w;
    struct cf_h264_joiner joiner = {.in_unit = false};
    cf_writer_init(&w, room, sizeof room);
    assert_int_equal(cf_h264_join(&joiner, &w, SPAN(middle)), CF_ERR_MALFORMED);
    assert_ok(cf_h264_join(&joiner, &w, SPAN(start)));
    assert_int_equal(cf_h264_join(&joiner, &w, SPAN(start)), CF_ERR_MALFORMED);
    assert_int_equal(cf_h264_join(&joiner, &w, SPAN(single)), CF_ERR_MALFORMED);
    assert_ok(cf_h264_join(&joiner, &w, SPAN(middle)));
}

static void survives_random_octets(void **state) {
    (void)state;
    struct cf_rng rng;
    cf_rng_init(&rng, 3);
    for (size_t i = 0; i < 200000; i++) {
        uint8_t octets[24];
        size_t len = cf_rng_below(&rng, sizeof octets + 1);
        for (size_t k = 0; k < len; k++) {
            octets[k] = (uint8_t)cf_rng_u32(&rng);
        }
        struct cf_h264_payload p = {.nal_types = 1};
        uint8_t room[64];
        struct cf_writer w;
        cf_writer_init(&w, room, sizeof room);
        struct cf_h264_joiner joiner = {.in_unit = i % 2 == 0};
        enum cf_err joined = cf_h264_join(&joiner, &w, (struct cf_span){octets, len});
        assert_true(parse(octets, len, &p) == CF_OK || joined != CF_OK);
    }
}

CF_TEST_MAIN(cmocka_unit_test(reads_a_single_unit), cmocka_unit_test(reads_an_aggregate), cmocka_unit_test(reads_fragments),
             cmocka_unit_test(refuses_what_the_rfc_forbids), cmocka_unit_test(splits_a_byte_stream),
             cmocka_unit_test(sends_small_units_together_in_mode_1), cmocka_unit_test(refuses_units_that_mode_0_can_not_carry),
             cmocka_unit_test(cuts_and_joins_access_units), cmocka_unit_test(refuses_to_join_broken_fragments),
             cmocka_unit_test(survives_random_octets))
