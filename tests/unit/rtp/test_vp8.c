/* SPDX-License-Identifier: GPL-3.0-or-later */
/* VP8 payload descriptor, key frames, cutting and joining (RFC 7741). */
#include "core/rtp/vp8.h"

#include "base/rng.h"
#include "lib/test.h"

#define SPAN(array) ((struct cf_span){(array), sizeof(array)})

static void reads_the_shortest_descriptor(void **state) {
    (void)state;
    const uint8_t payload[] = {0x10, 0xaa};
    struct cf_vp8_descriptor d;
    assert_ok(cf_vp8_descriptor_parse(SPAN(payload), &d));
    assert_int_equal(d.len, 1);
    assert_true(cf_vp8_is_frame_start(&d));
    assert_false(d.has_picture_id || d.has_tl0picidx || d.has_tid || d.has_keyidx || d.non_reference);
}

static void reads_every_field(void **state) {
    (void)state;
    /* X N S PID 3; I L T K; picture id 0x1234 in 15 bits; TL0PICIDX 200; TID 2, Y, KEYIDX 17 */
    const uint8_t payload[] = {0xb3, 0xf0, 0x92, 0x34, 200, 0xb1, 0x00};
    struct cf_vp8_descriptor d;
    assert_ok(cf_vp8_descriptor_parse(SPAN(payload), &d));
    assert_int_equal(d.len, 6);
    assert_true(d.non_reference && d.partition_start && d.layer_sync && d.picture_id_long);
    assert_int_equal(d.partition, 3);
    assert_int_equal(d.picture_id, 0x1234);
    assert_int_equal(d.tl0picidx, 200);
    assert_int_equal(d.tid, 2);
    assert_int_equal(d.keyidx, 17);
    assert_false(cf_vp8_is_frame_start(&d));
}

static void reads_a_short_picture_id(void **state) {
    (void)state;
    const uint8_t payload[] = {0x90, 0x80, 0x7f, 0x00};
    struct cf_vp8_descriptor d;
    assert_ok(cf_vp8_descriptor_parse(SPAN(payload), &d));
    assert_int_equal(d.len, 3);
    assert_int_equal(d.picture_id, 0x7f);
    assert_false(d.picture_id_long);
}

static void ignores_reserved_bits_and_fields_that_do_not_count(void **state) {
    (void)state;
    /* Reserved bits set; K without T: the TID is to be ignored. T without K: the KEYIDX is. */
    const uint8_t only_k[] = {0xd8, 0x1f, 0xc5, 0x00};
    const uint8_t only_t[] = {0xd8, 0x2f, 0xc5, 0x00};
    struct cf_vp8_descriptor d;
    assert_ok(cf_vp8_descriptor_parse(SPAN(only_k), &d));
    assert_int_equal(d.tid, 0);
    assert_int_equal(d.keyidx, 5);
    assert_ok(cf_vp8_descriptor_parse(SPAN(only_t), &d));
    assert_int_equal(d.tid, 3);
    assert_int_equal(d.keyidx, 0);
}

/* Every first, extension and picture id octet, with every length: never past the end, and what is printed is what was read. */
static void survives_every_descriptor_at_every_length(void **state) {
    (void)state;
    for (unsigned first = 0; first < 256; first++) {
        for (unsigned extension = 0; extension < 256; extension++) {
            uint8_t payload[8] = {(uint8_t)first, (uint8_t)extension, (uint8_t)(extension * 37), 0x55, 0x66, 0x77, 0x88, 0x99};
            for (size_t len = 0; len <= sizeof payload; len++) {
                struct cf_vp8_descriptor d = {.len = 99};
                enum cf_err err = cf_vp8_descriptor_parse((struct cf_span){payload, len}, &d);
                assert_true(err == CF_OK ? d.len < len : d.len == 99);
                uint8_t printed[CF_VP8_DESCRIPTOR_MAX];
                struct cf_vp8_descriptor again = {.len = 0};
                if (err == CF_OK && (first & 0x80) != 0 && (extension & 0xf0) != 0) {
                    assert_int_equal(cf_vp8_descriptor_print(&d, printed), d.len);
                    memcpy(payload, printed, d.len);
                    assert_ok(cf_vp8_descriptor_parse((struct cf_span){payload, len}, &again));
                    assert_memory_equal(&again, &d, sizeof d);
                }
            }
        }
    }
}

static void knows_key_frames_and_their_size(void **state) {
    (void)state;
    uint8_t payload[] = {0x10, 0x50, 0x01, 0x00, 0x9d, 0x01, 0x2a, 0x80, 0x42, 0xe0, 0x01, 0x77};
    struct cf_vp8_descriptor d;
    assert_ok(cf_vp8_descriptor_parse(SPAN(payload), &d));
    assert_true(cf_vp8_is_key_start(SPAN(payload), &d));
    uint16_t width;
    uint16_t height;
    cf_vp8_key_size(SPAN(payload), &d, &width, &height);
    assert_int_equal(width, 640);
    assert_int_equal(height, 480);
    for (size_t len = 2; len < 11; len++) {
        assert_false(cf_vp8_is_key_start((struct cf_span){payload, len}, &d));
    }
    payload[1] |= 1; /* an interframe */
    assert_false(cf_vp8_is_key_start(SPAN(payload), &d));
    payload[1] &= 0xfe;
    payload[4] ^= 1; /* no start code */
    assert_false(cf_vp8_is_key_start(SPAN(payload), &d));
}

/* Frames of many lengths through the packetiser and back. */
static void cuts_and_joins_frames(void **state) {
    (void)state;
    enum { PAYLOAD_MAX = 200, FRAME_MAX = 3000 };
    uint8_t frame[FRAME_MAX];
    uint8_t joined[FRAME_MAX];
    struct cf_rng rng;
    cf_rng_init(&rng, 1);
    for (size_t i = 0; i < sizeof frame; i++) {
        frame[i] = (uint8_t)cf_rng_u32(&rng);
    }
    struct cf_vp8_packetiser p;
    cf_vp8_packetiser_init(&p, PAYLOAD_MAX, 0x7ffe);
    for (size_t len = 1; len <= FRAME_MAX; len += 13) {
        uint16_t picture_id = p.picture_id;
        struct cf_writer w;
        cf_writer_init(&w, joined, sizeof joined);
        cf_vp8_packetiser_frame(&p, (struct cf_span){frame, len});
        bool marker = false;
        size_t shortest = SIZE_MAX;
        size_t longest = 0;
        for (size_t count = 0; !marker; count++) {
            uint8_t payload[PAYLOAD_MAX];
            struct cf_vp8_descriptor d;
            size_t n = cf_vp8_packetiser_next(&p, payload, &marker);
            assert_in_range(n, 5, PAYLOAD_MAX);
            assert_ok(cf_vp8_descriptor_parse((struct cf_span){payload, n}, &d));
            assert_int_equal(cf_vp8_is_frame_start(&d), count == 0);
            assert_int_equal(d.picture_id, picture_id);
            shortest = n < shortest ? n : shortest;
            longest = n > longest ? n : longest;
            assert_ok(cf_vp8_join(&w, (struct cf_span){payload, n}));
        }
        assert_true(longest - shortest <= 1);
        assert_int_equal(w.len, len);
        assert_memory_equal(joined, frame, len);
        assert_int_equal(cf_vp8_packetiser_next(&p, joined, &marker), 0);
        assert_int_equal(p.picture_id, (picture_id + 1) & 0x7fff);
    }
}

static void counts_an_abandoned_frame(void **state) {
    (void)state;
    uint8_t frame[300] = {0};
    uint8_t out[100];
    bool marker;
    struct cf_vp8_packetiser p;
    cf_vp8_packetiser_init(&p, sizeof out, 7);
    cf_vp8_packetiser_frame(&p, SPAN(frame));
    assert_true(cf_vp8_packetiser_next(&p, out, &marker) > 0);
    cf_vp8_packetiser_frame(&p, SPAN(frame));
    assert_int_equal(p.picture_id, 8);
}

static void refuses_to_join_what_does_not_fit_or_parse(void **state) {
    (void)state;
    const uint8_t payload[] = {0x10, 1, 2, 3};
    const uint8_t empty[] = {0x10};
    uint8_t room[2];
    struct cf_writer w;
    cf_writer_init(&w, room, sizeof room);
    assert_int_equal(cf_vp8_join(&w, SPAN(empty)), CF_ERR_MALFORMED);
    assert_int_equal(cf_vp8_join(&w, SPAN(payload)), CF_ERR_NO_ROOM);
}

CF_TEST_MAIN(cmocka_unit_test(reads_the_shortest_descriptor), cmocka_unit_test(reads_every_field),
             cmocka_unit_test(reads_a_short_picture_id), cmocka_unit_test(ignores_reserved_bits_and_fields_that_do_not_count),
             cmocka_unit_test(survives_every_descriptor_at_every_length), cmocka_unit_test(knows_key_frames_and_their_size),
             cmocka_unit_test(cuts_and_joins_frames), cmocka_unit_test(counts_an_abandoned_frame),
             cmocka_unit_test(refuses_to_join_what_does_not_fit_or_parse))
