/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Camera and decoder model for tests. */
#include "lib/test_video.h"

#include "lib/test.h"
#include <stdlib.h>

#define FRAME_USEC CF_MSEC(33)
#define FRAME_TICKS 2970

/* What a payload says: camera, frame, index of the packet, and whether the frame is a key frame. */
#define MARK_LEN 7

void test_camera_init(struct test_camera *camera, struct cf_rng *rng, enum cf_video_format format, uint8_t number, cf_usec now) {
    *camera = (struct test_camera){
        .rng = rng,
        .format = format,
        .number = number,
        .sequence = (uint16_t)cf_rng_u32(rng),
        .timestamp = cf_rng_u32(rng),
        .picture_id = cf_rng_u32(rng) & CF_PICTURE_ID_MASK,
        .tl0picidx = (uint8_t)cf_rng_u32(rng),
        .key_next = true,
        .next_at = now + (cf_usec)cf_rng_below(rng, 33000),
    };
}

static void begin_frame(struct test_camera *camera) {
    camera->frame_is_key = camera->key_next;
    camera->key_next = false;
    camera->frame_packets = camera->frame_is_key ? TEST_CAMERA_KEY_PACKETS : 1 + cf_rng_below(camera->rng, 5);
    if (camera->is_small) {
        camera->frame_packets = camera->frame_is_key ? 2 : 1;
    }
    camera->packets_left = camera->frame_packets;
    camera->picture_id = (camera->picture_id + 1) & CF_PICTURE_ID_MASK;
    camera->tl0picidx++;
    camera->timestamp +=
        camera->frame_usec == 0 ? FRAME_TICKS : (uint32_t)cf_usec_to_ticks(camera->frame_usec, CF_VIDEO_CLOCK_HZ);
    camera->frames++;
    camera->keys += camera->frame_is_key;
}

static size_t put_vp8(const struct test_camera *camera, size_t index, uint8_t *out) {
    const struct cf_vp8_descriptor d = {
        .partition_start = index == 0,
        .has_picture_id = true,
        .picture_id_long = !camera->short_picture_id,
        .picture_id = camera->picture_id,
        .has_tl0picidx = true,
        .tl0picidx = camera->tl0picidx,
        .has_tid = true,
    };
    size_t len = cf_vp8_descriptor_print(&d, out);
    const uint8_t header[10] = {camera->frame_is_key ? 0x10 : 0x11, 0, 0, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xf0, 0x00};
    memcpy(out + len, header, sizeof header);
    return len + sizeof header;
}

/* A parameter set first in key frames, then slices, of which the first is the first of the picture. */
static size_t put_h264(const struct test_camera *camera, size_t index, uint8_t *out) {
    size_t first_slice = camera->frame_is_key ? 1 : 0;
    out[0] = index < first_slice ? 0x67 : camera->frame_is_key ? 0x65 : 0x41;
    out[1] = index == first_slice ? 0x80 : 0x40;
    return 2;
}

void test_camera_next(struct test_camera *camera, struct test_camera_packet *ret) {
    if (camera->packets_left == 0) {
        begin_frame(camera);
    }
    size_t index = camera->frame_packets - camera->packets_left;
    ret->len = camera->format == CF_VIDEO_VP8 ? put_vp8(camera, index, ret->payload) : put_h264(camera, index, ret->payload);
    uint8_t *mark = ret->payload + ret->len;
    mark[0] = camera->number;
    cf_set_be32(mark + 1, camera->frames);
    mark[5] = (uint8_t)index;
    mark[6] = camera->frame_is_key;
    ret->len += MARK_LEN;
    ret->sequence = camera->sequence++;
    ret->timestamp = camera->timestamp;
    camera->packets_left--;
    ret->marker = camera->packets_left == 0;
    cf_usec frame_usec = camera->frame_usec == 0 ? FRAME_USEC : camera->frame_usec;
    camera->next_at += ret->marker ? frame_usec - (cf_usec)index * CF_MSEC(1) : CF_MSEC(1);
}

void test_decoder_init(struct test_decoder *decoder, size_t size) {
    *decoder = (struct test_decoder){.pictures = test_calloc(size, sizeof *decoder->pictures), .size = size};
}

void test_decoder_fini(struct test_decoder *decoder) {
    test_free(decoder->pictures);
}

struct test_picture test_picture_read(uint64_t sequence, uint32_t timestamp, bool marker, struct cf_span payload) {
    assert_true(payload.len > MARK_LEN);
    const uint8_t *mark = payload.at + payload.len - MARK_LEN;
    struct test_picture picture = {
        .sequence = sequence,
        .timestamp = timestamp,
        .marker = marker,
        .camera = mark[0],
        .frame = cf_be32(mark + 1),
        .index = mark[5],
        .key = mark[6] != 0,
    };
    struct cf_vp8_descriptor d;
    if ((payload.at[0] & 0xc0) != 0x40 && cf_vp8_descriptor_parse(payload, &d) == CF_OK) {
        picture.is_vp8 = true;
        picture.picture_id = d.picture_id;
        picture.tl0picidx = d.tl0picidx;
        assert_true(d.picture_id_long);
    }
    return picture;
}

void test_decoder_add(struct test_decoder *decoder, uint16_t sequence, uint32_t timestamp, bool marker, struct cf_span payload) {
    if (decoder->count == decoder->size) {
        decoder->size *= 2;
        decoder->pictures = test_realloc(decoder->pictures, decoder->size * sizeof *decoder->pictures);
        assert_non_null(decoder->pictures);
    }
    if (decoder->highest == 0) {
        decoder->highest = UINT64_C(0x10000) + sequence - 1;
    }
    int16_t step = (int16_t)(uint16_t)(sequence - (uint16_t)decoder->highest);
    uint64_t extended = decoder->highest + (uint64_t)(int64_t)step;
    decoder->highest = step > 0 ? extended : decoder->highest;
    decoder->pictures[decoder->count++] = test_picture_read(extended, timestamp, marker, payload);
}

uint8_t test_decoder_camera(const struct test_decoder *decoder) {
    return decoder->count == 0 ? 0 : decoder->pictures[decoder->count - 1].camera;
}

static int by_sequence(const void *a, const void *b) {
    const struct test_picture *x = a;
    const struct test_picture *y = b;
    return x->sequence < y->sequence ? -1 : x->sequence > y->sequence;
}

static void check_same_frame(const struct test_picture *a, const struct test_picture *b) {
    assert_int_equal(a->timestamp, b->timestamp);
    assert_int_equal(a->picture_id, b->picture_id);
    assert_true(b->index > a->index);
}

static void check_next_frame(const struct test_picture *a, const struct test_picture *b, bool is_gap) {
    assert_true((int32_t)(b->timestamp - a->timestamp) > 0);
    if (is_gap) {
        return;
    }
    assert_int_equal(b->index, 0);
    assert_true(a->marker);
    assert_true(a->camera == b->camera || b->key);
    if (a->is_vp8 && b->is_vp8) {
        assert_int_equal(b->picture_id, (a->picture_id + 1) & CF_PICTURE_ID_MASK);
        assert_int_equal(b->tl0picidx, (uint8_t)(a->tl0picidx + 1));
    }
}

uint64_t test_decoder_check(struct test_decoder *decoder, size_t *ret_switches) {
    uint64_t missing = 0;
    qsort(decoder->pictures, decoder->count, sizeof *decoder->pictures, by_sequence);
    *ret_switches = 0;
    decoder->duplicates = 0;
    for (size_t i = 1; i < decoder->count; i++) {
        const struct test_picture *a = &decoder->pictures[i - 1];
        const struct test_picture *b = &decoder->pictures[i];
        if (a->sequence == b->sequence) {
            /* Sent again: it must be the same. */
            assert_true(a->camera == b->camera && a->frame == b->frame && a->index == b->index && a->timestamp == b->timestamp);
            decoder->duplicates++;
            continue;
        }
        uint64_t gap = b->sequence - a->sequence - 1;
        missing += gap;
        if (a->camera == b->camera && a->frame == b->frame) {
            check_same_frame(a, b);
        } else {
            check_next_frame(a, b, gap > 0);
        }
        *ret_switches += a->camera != b->camera;
    }
    return missing;
}
