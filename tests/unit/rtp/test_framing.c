/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames of RFC 4571: cut anywhere they come out the same; what is too long is passed over; a full queue loses whole ones. */
#include "core/rtp/framing.h"

#include "lib/test.h"
#include <stdlib.h>

static size_t put(uint8_t *stream, size_t at, size_t len, uint8_t value) {
    stream[at] = (uint8_t)(len >> 8);
    stream[at + 1] = (uint8_t)len;
    memset(stream + at + 2, value, len);
    return at + 2 + len;
}

/* Octets of one datagram each of the value that follows the last one's. */
static size_t take(struct cf_framing *framing, struct cf_span octets, uint8_t *value, size_t *total) {
    struct cf_span datagram;
    size_t count = 0;
    while (cf_framing_next(framing, &octets, &datagram)) {
        for (size_t i = 0; i < datagram.len; i++) {
            assert_int_equal(datagram.at[i], *value);
        }
        *total += datagram.len;
        (*value)++;
        count++;
    }
    assert_int_equal(octets.len, 0);
    return count;
}

static void comes_out_whole_however_it_is_cut(void **state) {
    static uint8_t stream[8192];
    static const size_t lens[] = {1, 100, 0, CF_FRAME_MAX, 3};
    size_t len = 0;
    uint8_t value = 1;
    (void)state;
    for (size_t i = 0; i < sizeof lens / sizeof *lens; i++) {
        len = put(stream, len, lens[i], value);
        value = (uint8_t)(value + (lens[i] > 0));
    }
    for (size_t step = 1; step <= len; step = step < 40 ? step + 1 : step + 397) {
        struct cf_framing framing = {.got = 0};
        uint8_t next = 1;
        size_t count = 0;
        size_t total = 0;
        for (size_t at = 0; at < len; at += step) {
            size_t piece = len - at < step ? len - at : step;
            count += take(&framing, (struct cf_span){stream + at, piece}, &next, &total);
        }
        assert_int_equal(count, 4);
        assert_int_equal(total, 1 + 100 + CF_FRAME_MAX + 3);
        assert_int_equal(framing.passed_over, 0);
    }
}

static void passes_over_what_is_too_long(void **state) {
    static uint8_t stream[UINT16_MAX + 64];
    struct cf_framing framing = {.got = 0};
    uint8_t next = 9;
    size_t total = 0;
    size_t len = put(stream, 0, CF_FRAME_MAX + 1, 1);
    (void)state;
    len = put(stream, len, 4, 9);
    assert_int_equal(take(&framing, (struct cf_span){stream, len}, &next, &total), 1);
    assert_int_equal(total, 4);
    len = put(stream, 0, UINT16_MAX, 1);
    assert_int_equal(take(&framing, (struct cf_span){stream, len}, &next, &total), 0);
    assert_int_equal(framing.passed_over, 2);
}

static void a_queue_gives_what_was_put(void **state) {
    struct cf_frame_queue *queue = calloc(1, sizeof *queue);
    struct cf_framing framing = {.got = 0};
    uint8_t datagram[700];
    uint8_t next = 0;
    uint8_t put_next = 0;
    size_t total = 0;
    (void)state;
    assert_non_null(queue);
    cf_frame_queue_init(queue);
    /* Many times around the ring, and drained in odd pieces. */
    for (unsigned round = 0; round < 1000; round++) {
        memset(datagram, put_next++, sizeof datagram);
        assert_true(cf_frame_queue_put(queue, (struct cf_span){datagram, 1 + round % sizeof datagram}));
        struct cf_span piece = cf_octet_ring_peek(&queue->ring);
        size_t len = piece.len > 333 ? 333 : piece.len;
        (void)take(&framing, (struct cf_span){piece.at, len}, &next, &total);
        cf_octet_ring_drop(&queue->ring, len);
        while (queue->ring.len > CF_FRAME_QUEUE_MAX / 2) {
            piece = cf_octet_ring_peek(&queue->ring);
            (void)take(&framing, piece, &next, &total);
            cf_octet_ring_drop(&queue->ring, piece.len);
        }
    }
    while (queue->ring.len > 0) {
        struct cf_span piece = cf_octet_ring_peek(&queue->ring);
        (void)take(&framing, piece, &next, &total);
        cf_octet_ring_drop(&queue->ring, piece.len);
    }
    assert_int_equal(next, (uint8_t)1000);
    assert_int_equal(queue->lost, 0);
    free(queue);
}

static void a_full_queue_loses_whole_datagrams(void **state) {
    struct cf_frame_queue *queue = calloc(1, sizeof *queue);
    uint8_t datagram[1000] = {7};
    size_t kept = 0;
    (void)state;
    assert_non_null(queue);
    cf_frame_queue_init(queue);
    while (cf_frame_queue_put(queue, (struct cf_span){datagram, sizeof datagram})) {
        kept++;
    }
    assert_int_equal(kept, CF_FRAME_QUEUE_MAX / (sizeof datagram + CF_FRAME_HEAD_LEN));
    assert_int_equal(queue->lost, 1);
    assert_int_equal(queue->ring.len, kept * (sizeof datagram + CF_FRAME_HEAD_LEN));
    assert_false(cf_frame_queue_put(queue, (struct cf_span){datagram, 0}));
    free(queue);
}

CF_TEST_MAIN(cmocka_unit_test(comes_out_whole_however_it_is_cut), cmocka_unit_test(passes_over_what_is_too_long),
             cmocka_unit_test(a_queue_gives_what_was_put), cmocka_unit_test(a_full_queue_loses_whole_datagrams))
