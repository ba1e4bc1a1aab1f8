/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pictures for tests. A camera makes payloads that look like VP8 or H.264 and say whose they are; a decoder model keeps what a
 * receiver got and afterwards looks at it as a decoder would: sequence numbers, timestamps, picture ids, markers, key frames.
 */
#ifndef CF_TESTS_LIB_TEST_VIDEO_H
#define CF_TESTS_LIB_TEST_VIDEO_H

#include "base/rng.h"
#include "core/sfu/video.h"

/** Longest payload of a camera. */
#define TEST_CAMERA_PAYLOAD_MAX 40

/** Packets of a key frame. */
#define TEST_CAMERA_KEY_PACKETS 12

/** A fake camera with 30 frames a second. */
struct test_camera {
    struct cf_rng *rng;
    enum cf_video_format format; /**< CF_VIDEO_VP8 or one of H.264 */
    bool short_picture_id;       /**< VP8: 7 bits */
    bool is_small;               /**< frames of one packet, key frames of two */
    cf_usec frame_usec;          /**< from frame to frame; 0: 33 ms */
    uint8_t number;              /**< in every payload */
    uint16_t sequence;           /**< of the next packet */
    uint32_t timestamp;
    uint16_t picture_id;
    uint8_t tl0picidx;
    bool key_next; /**< the next frame is a key frame */
    bool frame_is_key;
    size_t frame_packets;
    size_t packets_left; /**< of the frame at hand */
    uint32_t frames;     /**< begun so far */
    uint32_t keys;       /**< of them key frames */
    cf_usec next_at;     /**< when the next packet is due */
};

/** A packet of it. */
struct test_camera_packet {
    uint16_t sequence;
    uint32_t timestamp;
    bool marker;
    size_t len;
    uint8_t payload[TEST_CAMERA_PAYLOAD_MAX];
};

/** A camera called @p number (not 0) that begins at @p now with a key frame. @p rng is kept. */
void test_camera_init(struct test_camera *camera, struct cf_rng *rng, enum cf_video_format format, uint8_t number, cf_usec now);

/** The next packet, whether it is due or not; .next_at moves on. */
void test_camera_next(struct test_camera *camera, struct test_camera_packet *ret);

/** What a receiver got in one packet. */
struct test_picture {
    uint64_t sequence; /**< extended */
    uint32_t timestamp;
    uint16_t picture_id;
    uint8_t tl0picidx;
    uint8_t camera;
    uint32_t frame; /**< of the camera */
    uint8_t index;  /**< of the packet in the frame */
    bool marker;
    bool key;
    bool is_vp8;
};

/** What @p payload of a camera says; the rest is the caller's. */
struct test_picture test_picture_read(uint64_t sequence, uint32_t timestamp, bool marker, struct cf_span payload);

/** A decoder model. */
struct test_decoder {
    struct test_picture *pictures;
    size_t count;
    size_t size;
    uint64_t highest;  /**< sequence number; 0: none */
    size_t duplicates; /**< packets that came a second time */
};

/** A decoder with room for @p size packets at first. */
void test_decoder_init(struct test_decoder *decoder, size_t size);
void test_decoder_fini(struct test_decoder *decoder);

/** A packet arrived. */
void test_decoder_add(struct test_decoder *decoder, uint16_t sequence, uint32_t timestamp, bool marker, struct cf_span payload);

/** The camera that was last seen, 0: none. */
uint8_t test_decoder_camera(const struct test_decoder *decoder);

/**
 * Look at all packets in their order and assert that the stream is one: packets of a frame belong together, frames go on without
 * gap in picture ids, cameras change only at key frames. Where packets are missing only what can still be told is asserted.
 * Returns how many sequence numbers are missing; @p ret_switches: how often the camera changed.
 */
uint64_t test_decoder_check(struct test_decoder *decoder, size_t *ret_switches);

#endif
