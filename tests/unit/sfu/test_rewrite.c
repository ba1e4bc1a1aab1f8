/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rewriting: numbers that go on across sources, wraps, losses, reordering, and the way back. */
#include "core/sfu/rewrite.h"

#include "lib/test.h"

static struct cf_video_packet packet(uint16_t sequence, uint32_t timestamp, uint16_t picture_id, uint8_t tl0, cf_usec arrival) {
    return (struct cf_video_packet){
        .sequence = sequence,
        .timestamp = timestamp,
        .format = CF_VIDEO_VP8,
        .arrival = arrival,
        .vp8 =
            {.has_picture_id = true, .picture_id_long = true, .picture_id = picture_id, .has_tl0picidx = true, .tl0picidx = tl0},
    };
}

static struct cf_rewrite_patch send(struct cf_rewrite *r, const struct cf_video_packet *p) {
    struct cf_rewrite_patch patch;
    assert_true(cf_rewrite_packet(r, p, &patch));
    return patch;
}

static const struct cf_rewrite_heads heads = {.sequence = 65534, .timestamp = 0xffffff00, .picture_id = 0x7ffe, .tl0picidx = 254};

static void goes_on_after_the_heads_it_was_given(void **state) {
    (void)state;
    struct cf_rewrite r;
    cf_rewrite_init(&r, &heads);
    struct cf_video_packet p = packet(100, 5000, 10, 3, CF_SEC(1));
    cf_rewrite_switch(&r, 1, 0, &p);
    struct cf_rewrite_patch patch = send(&r, &p);
    assert_int_equal(patch.sequence, 65535);
    assert_int_equal(patch.picture_id, 0x7fff);
    assert_int_equal(patch.tl0picidx, 255);
    p = packet(101, 8000, 11, 4, CF_SEC(1));
    struct cf_rewrite_patch next = send(&r, &p);
    assert_int_equal(next.sequence, 0);
    assert_int_equal(next.timestamp - patch.timestamp, 3000);
    assert_int_equal(next.picture_id, 0);
    assert_int_equal(next.tl0picidx, 0);
}

static void keeps_losses_and_reordering_of_the_source(void **state) {
    (void)state;
    struct cf_rewrite r;
    cf_rewrite_init(&r, &heads);
    struct cf_video_packet p = packet(65530, 1, 1, 1, 0);
    cf_rewrite_switch(&r, 1, 0, &p);
    uint16_t first = send(&r, &p).sequence;
    /* 65531 and 65532 are late, 65533 is lost, then the source wraps. */
    static const uint16_t order[] = {65534, 65532, 65531, 65535, 1, 0};
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        p.sequence = order[i];
        assert_int_equal((uint16_t)(send(&r, &p).sequence - first), (uint16_t)(order[i] - 65530));
    }
}

static void a_switch_leaves_no_gap_and_moves_time_by_what_passed(void **state) {
    (void)state;
    struct cf_rewrite r;
    cf_rewrite_init(&r, &heads);
    struct cf_video_packet a = packet(7, 90000, 5, 200, CF_SEC(10));
    a.vp8.has_keyidx = true;
    a.vp8.keyidx = 30;
    cf_rewrite_switch(&r, 1, 0, &a);
    struct cf_rewrite_patch before = send(&r, &a);
    struct cf_video_packet b = packet(40000, 123, 0x7fff, 9, CF_SEC(10) + CF_MSEC(40));
    b.vp8.has_keyidx = true;
    b.vp8.keyidx = 7;
    cf_rewrite_switch(&r, 2, 0, &b);
    struct cf_rewrite_patch after = send(&r, &b);
    assert_int_equal((uint16_t)(after.sequence - before.sequence), 1);
    assert_int_equal(after.timestamp - before.timestamp, 3600);
    assert_int_equal((after.picture_id - before.picture_id) & 0x7fff, 1);
    assert_int_equal((uint8_t)(after.tl0picidx - before.tl0picidx), 1);
    assert_int_equal((after.keyidx - before.keyidx) & 0x1f, 1);
    /* Sources that come in at the same instant still get different timestamps. */
    struct cf_video_packet c = packet(1, 1, 1, 1, b.arrival);
    cf_rewrite_switch(&r, 3, 0, &c);
    assert_true((int32_t)(send(&r, &c).timestamp - after.timestamp) > 0);
}

static void drops_what_is_older_than_the_switch(void **state) {
    (void)state;
    struct cf_rewrite r;
    struct cf_rewrite_patch patch;
    cf_rewrite_init(&r, &heads);
    struct cf_video_packet key = packet(3, 1, 1, 1, 0);
    cf_rewrite_switch(&r, 1, 0, &key);
    (void)send(&r, &key);
    struct cf_video_packet late = packet(2, 0, 0, 0, 0);
    assert_false(cf_rewrite_packet(&r, &late, &patch));
    late.sequence = 65535;
    assert_false(cf_rewrite_packet(&r, &late, &patch));
    /* Nor do its numbers belong to those of the one who was shown before. */
    for (key.sequence = 4; key.sequence < 20; key.sequence++) {
        (void)send(&r, &key);
    }
    key.sequence = 10;
    cf_rewrite_switch(&r, 2, 0, &key);
    (void)send(&r, &key);
    late.sequence = 9;
    assert_false(cf_rewrite_packet(&r, &late, &patch));
}

static void still_takes_packets_after_a_long_stay(void **state) {
    (void)state;
    struct cf_rewrite r;
    struct cf_rewrite_patch patch;
    cf_rewrite_init(&r, &heads);
    struct cf_video_packet p = packet(0, 0, 0, 0, 0);
    cf_rewrite_switch(&r, 1, 0, &p);
    for (uint32_t i = 0; i < 200000; i++) {
        p.sequence = (uint16_t)i;
        p.timestamp = i * 3000;
        p.vp8.picture_id = i & 0x7fff;
        assert_int_equal(send(&r, &p).sequence, (uint16_t)(65535 + i));
    }
    p.sequence = (uint16_t)(p.sequence - 4000);
    assert_true(cf_rewrite_packet(&r, &p, &patch));
    p.sequence = (uint16_t)(p.sequence - 200);
    assert_false(cf_rewrite_packet(&r, &p, &patch));
}

static void traces_numbers_back_to_their_source(void **state) {
    (void)state;
    struct cf_rewrite r;
    const struct cf_rewrite_stay *stay;
    uint16_t original;
    cf_rewrite_init(&r, &heads);
    assert_false(cf_rewrite_trace(&r, 65535, &stay, &original));
    for (uint32_t source = 1; source <= CF_REWRITE_STAYS + 1; source++) {
        struct cf_video_packet p = packet((uint16_t)(source * 1000), source, 0, 0, 0);
        cf_rewrite_switch(&r, source, 0, &p);
        for (uint16_t i = 0; i < 10; i++, p.sequence++) {
            (void)send(&r, &p);
        }
    }
    /* The first of all stays, of ten packets each, is forgotten. */
    for (uint16_t i = 0; i < 10 * (CF_REWRITE_STAYS + 1); i++) {
        uint16_t sequence = (uint16_t)(65535 + i);
        bool found = cf_rewrite_trace(&r, sequence, &stay, &original);
        assert_int_equal(found, i >= 10);
        if (found) {
            assert_int_equal(stay->source, i / 10 + 1);
            assert_int_equal(original, (i / 10 + 1) * 1000 + i % 10);
            struct cf_video_packet p = packet(original, 0, 0, 0, 0);
            assert_int_equal(cf_rewrite_patch_of(stay, &p).sequence, sequence);
        }
    }
    assert_false(cf_rewrite_trace(&r, (uint16_t)(65535 + 10 * (CF_REWRITE_STAYS + 1)), &stay, &original));
    assert_false(cf_rewrite_trace(&r, (uint16_t)(65535 + 10 * (CF_REWRITE_STAYS + 1) + 30000), &stay, &original));
    cf_rewrite_forget(&r);
    assert_false(cf_rewrite_trace(&r, (uint16_t)(65535 + 49), &stay, &original));
}

static void writes_long_picture_ids_whatever_comes_in(void **state) {
    (void)state;
    const uint8_t payload[] = {0x90, 0xe0, 0x05, 0x07, 0x40, 0x11, 0x22};
    uint8_t out[CF_VIDEO_HEAD_MAX];
    struct cf_video_packet p = {.sequence = 0};
    struct cf_span body;
    assert_ok(cf_video_packet_parse(CF_VIDEO_VP8, (struct cf_span){payload, sizeof payload}, &p));
    const struct cf_rewrite_patch patch = {.picture_id = 0x1234, .tl0picidx = 0x99};
    const uint8_t wanted[] = {0x90, 0xe0, 0x92, 0x34, 0x99, 0x40};
    assert_int_equal(cf_rewrite_payload(&p, &patch, out, &body), sizeof wanted);
    assert_memory_equal(out, wanted, sizeof wanted);
    assert_int_equal(body.len, 2);
    assert_ptr_equal(body.at, payload + 5);
    const uint8_t nal[] = {0x65, 1, 2, 3, 4, 5, 6};
    assert_ok(cf_video_packet_parse(CF_VIDEO_H264_MODE_1, (struct cf_span){nal, sizeof nal}, &p));
    assert_int_equal(cf_rewrite_payload(&p, &patch, out, &body), 0);
    assert_true(body.at == nal && body.len == sizeof nal);
}

static void adds_no_picture_id_where_there_is_none(void **state) {
    (void)state;
    const uint8_t payload[] = {0x10, 0x11};
    uint8_t out[CF_VIDEO_HEAD_MAX];
    struct cf_video_packet p = {.sequence = 0};
    struct cf_span body;
    assert_ok(cf_video_packet_parse(CF_VIDEO_VP8, (struct cf_span){payload, sizeof payload}, &p));
    const struct cf_rewrite_patch patch = {.picture_id = 0x1234};
    assert_int_equal(cf_rewrite_payload(&p, &patch, out, &body), 1);
    assert_int_equal(out[0], 0x10);
}

CF_TEST_MAIN(cmocka_unit_test(goes_on_after_the_heads_it_was_given), cmocka_unit_test(keeps_losses_and_reordering_of_the_source),
             cmocka_unit_test(a_switch_leaves_no_gap_and_moves_time_by_what_passed),
             cmocka_unit_test(drops_what_is_older_than_the_switch), cmocka_unit_test(still_takes_packets_after_a_long_stay),
             cmocka_unit_test(traces_numbers_back_to_their_source), cmocka_unit_test(writes_long_picture_ids_whatever_comes_in),
             cmocka_unit_test(adds_no_picture_id_where_there_is_none))
