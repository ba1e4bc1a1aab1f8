/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A camera of AV1 or VP9 with spatial and temporal layers as browsers send them (L1T2 ... L3T3_KEY), AV1 with dependency
 * descriptors, and packets that say which frames theirs needs. Nothing is encoded.
 */
#ifndef CF_TESTS_LIB_TEST_SVC_H
#define CF_TESTS_LIB_TEST_SVC_H

#include "core/rtp/dependency.h"

/** Frames that one needs, at most. */
#define TEST_SVC_NEEDS_MAX 3

/** What a packet's payload says of its frame. */
struct test_svc_frame {
    uint32_t number; /**< counted from 1 */
    uint32_t unit;   /**< frames of one time */
    uint8_t spatial;
    uint8_t temporal;
    bool is_key;
    uint32_t needs[TEST_SVC_NEEDS_MAX]; /**< numbers of frames; 0: none */
};

/** A packet. */
struct test_svc_packet {
    uint16_t sequence;
    uint32_t timestamp;
    bool marker;
    uint8_t payload[64];
    size_t payload_len;
    uint8_t descriptor[CF_DD_LEN_MAX];
    size_t descriptor_len; /**< 0: none */
};

/** The camera. */
struct test_svc {
    unsigned spatial_count;
    unsigned temporal_count;
    bool is_key_mode; /**< spatial layers need each other at key frames only */
    bool is_vp9;
    bool key_next;
    uint8_t paused_from; /**< spatial layers from this one on are not sent; 0: all are */
    uint32_t unit; /**< of the next packets */
    uint32_t frame;
    uint16_t sequence;
    uint16_t frame_number;
    uint32_t timestamp;
    uint32_t latest[4][3]; /**< number of the last frame of each layer; 0: none that is referred to */
    uint32_t chain[4];     /**< number of the last frame of each chain */
};

/** Packets of one unit: two of each frame. */
#define TEST_SVC_UNIT_MAX 8

/** Spatial layers from @p from on are not sent any more; 0: all are. Those that come back need nothing of their own. */
void test_svc_pause(struct test_svc *svc, uint8_t from);

/** A camera of AV1 whose first frame is a key frame. */
void test_svc_init(struct test_svc *svc, unsigned spatial_count, unsigned temporal_count, bool is_key_mode);

/** The packets of the next unit at 30 a second; their number. */
size_t test_svc_next(struct test_svc *svc, struct test_svc_packet *packets);

/** What @p payload says. */
struct test_svc_frame test_svc_read(struct cf_span payload);

#endif
