/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What forwarding sees in a packet. */
#include "core/sfu/video.h"

#include "lib/test.h"

#define SPAN(array) ((struct cf_span){(array), sizeof(array)})

static void sees_vp8_key_frames(void **state) {
    (void)state;
    const uint8_t key[] = {0x90, 0x80, 0x05, 0x50, 0x01, 0x00, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0xe0, 0x01};
    const uint8_t inter[] = {0x90, 0x80, 0x06, 0x51, 0x01, 0x00};
    const uint8_t rest[] = {0x80, 0x80, 0x06, 0x51};
    struct cf_video_packet p = {.sequence = 9};
    assert_ok(cf_video_packet_parse(CF_VIDEO_VP8, SPAN(key), &p));
    assert_true(p.key_start && p.frame_start);
    assert_int_equal(p.sequence, 9);
    assert_int_equal(p.vp8.picture_id, 5);
    assert_ok(cf_video_packet_parse(CF_VIDEO_VP8, SPAN(inter), &p));
    assert_true(p.frame_start && !p.key_start);
    assert_ok(cf_video_packet_parse(CF_VIDEO_VP8, SPAN(rest), &p));
    assert_false(p.frame_start || p.key_start);
}

static void begins_h264_at_parameter_sets_only(void **state) {
    (void)state;
    const uint8_t sps[] = {0x67, 0x42};
    const uint8_t stap[] = {0x78, 0, 2, 0x67, 0x42, 0, 1, 0x68, 0, 2, 0x65, 0x80};
    const uint8_t idr[] = {0x65, 0x88};
    struct cf_video_packet p = {.sequence = 1};
    assert_ok(cf_video_packet_parse(CF_VIDEO_H264_MODE_0, SPAN(sps), &p));
    assert_true(p.key_start && p.frame_start);
    assert_ok(cf_video_packet_parse(CF_VIDEO_H264_MODE_1, SPAN(stap), &p));
    assert_true(p.key_start);
    assert_ok(cf_video_packet_parse(CF_VIDEO_H264_MODE_0, SPAN(idr), &p));
    assert_true(p.frame_start && !p.key_start);
}

static void refuses_what_was_not_negotiated(void **state) {
    (void)state;
    const uint8_t stap[] = {0x78, 0, 2, 0x67, 0x42};
    const uint8_t fragment[] = {0x7c, 0x85, 0x88};
    struct cf_video_packet p = {.sequence = 1};
    assert_int_equal(cf_video_packet_parse(CF_VIDEO_H264_MODE_0, SPAN(stap), &p), CF_ERR_MISMATCH);
    assert_int_equal(cf_video_packet_parse(CF_VIDEO_H264_MODE_0, SPAN(fragment), &p), CF_ERR_MISMATCH);
    assert_int_equal(cf_video_packet_parse(CF_VIDEO_NONE, SPAN(stap), &p), CF_ERR_UNSUPPORTED);
    assert_int_equal(cf_video_packet_parse(CF_VIDEO_VP8, (struct cf_span){stap, 0}, &p), CF_ERR_TRUNCATED);
    assert_ptr_equal(p.payload.at, NULL);
}

static void knows_who_decodes_what(void **state) {
    (void)state;
    uint32_t vp8 = CF_VIDEO_SET(CF_VIDEO_VP8);
    uint32_t mode_0 = CF_VIDEO_SET(CF_VIDEO_H264_MODE_0);
    uint32_t mode_1 = CF_VIDEO_SET(CF_VIDEO_H264_MODE_1);
    assert_true(cf_video_set_accepts(vp8, CF_VIDEO_VP8));
    assert_false(cf_video_set_accepts(vp8, CF_VIDEO_H264_MODE_0));
    assert_true(cf_video_set_accepts(mode_1, CF_VIDEO_H264_MODE_0));
    assert_false(cf_video_set_accepts(mode_0, CF_VIDEO_H264_MODE_1));
    assert_true(cf_video_set_accepts(vp8 | mode_1, CF_VIDEO_VP8));
    assert_false(cf_video_set_accepts(0, CF_VIDEO_VP8));
    assert_false(cf_video_set_accepts(0xff, CF_VIDEO_NONE));
}

static void knows_of_every_format_whether_sets_of_it_meet(void **state) {
    (void)state;
    for (int i = CF_VIDEO_NONE + 1; i < CF_VIDEO_FORMAT_COUNT; i++) {
        uint32_t format = CF_VIDEO_SET(i);
        assert_true(cf_video_sets_meet(format, format));
        assert_true(cf_video_sets_meet(UINT32_MAX, format));
        assert_false(cf_video_sets_meet(format, 0));
    }
    assert_true(cf_video_sets_meet(CF_VIDEO_SET(CF_VIDEO_H264_MODE_1), CF_VIDEO_SET(CF_VIDEO_H264_MODE_0)));
    assert_false(cf_video_sets_meet(CF_VIDEO_SET(CF_VIDEO_H264_MODE_0), CF_VIDEO_SET(CF_VIDEO_H264_MODE_1)));
    assert_false(cf_video_sets_meet(CF_VIDEO_SET(CF_VIDEO_VP9), CF_VIDEO_SET(CF_VIDEO_AV1)));
    assert_false(cf_video_sets_meet(UINT32_MAX, CF_VIDEO_SET(CF_VIDEO_NONE)));
}

static struct cf_video_packet parse_vp9(uint8_t flags, uint8_t layers) {
    const uint8_t payload[] = {flags, layers, 0, 0x11, 0x22};
    struct cf_video_packet p = {.sequence = 1};
    assert_ok(cf_video_packet_parse(CF_VIDEO_VP9, (struct cf_span){payload, sizeof payload}, &p));
    return p;
}

static bool switches_vp9(uint8_t flags, uint8_t layers) {
    return parse_vp9(flags, layers).layer.is_spatial_switch;
}

/* Whether a layer needs the one below has nothing to do with where a picture begins. */
static void pictures_of_vp9_begin_with_the_lowest_layer(void **state) {
    (void)state;
    assert_true(parse_vp9(0x28, 0x00).frame_start);
    assert_false(parse_vp9(0x28, 0x02).frame_start);
    assert_false(parse_vp9(0x68, 0x02).frame_start);
    assert_false(parse_vp9(0x28, 0x03).frame_start);
    assert_true(switches_vp9(0x28, 0x02)); /* layer 1 that needs nothing */
}

/* RFC 9628 section 4.2: P tells; what follows in the lowest temporal layer needs what is of that, too. */
static void spatial_layers_of_vp9_begin_where_nothing_earlier_is_needed(void **state) {
    (void)state;
    assert_true(switches_vp9(0x28, 0x03));  /* L B, layer 1 that needs layer 0 */
    assert_false(switches_vp9(0x68, 0x03)); /* P */
    assert_false(switches_vp9(0x20, 0x03)); /* not the first packet */
    assert_false(switches_vp9(0x28, 0x23)); /* a higher temporal layer */
}

static struct cf_video_packet described(struct cf_video_layers *layers, uint8_t *descriptor, size_t len) {
    static const uint8_t payload[] = {0x10, 0x30, 0x11};
    struct cf_video_packet p = {.sequence = 1};
    assert_ok(cf_video_packet_parse(CF_VIDEO_AV1, (struct cf_span){payload, sizeof payload}, &p));
    p.descriptor = descriptor;
    p.descriptor_len = (uint8_t)len;
    cf_video_packet_describe(&p, layers);
    return p;
}

static void spatial_layers_of_av1_begin_where_descriptors_say_so(void **state) {
    (void)state;
    struct cf_video_layers layers = {.active = 0};
    /* Structure: offset 0, two targets; S0 (SR), S1 (-S), which needs one and two before; no chains, no sizes. */
    uint8_t key[CF_DD_LEN_MAX] = {0xc0, 0, 1};
    size_t at = 24;
    const struct {
        uint32_t value;
        unsigned bits;
    } fields[] = {{0x10, 5}, {0, 6}, {1, 5}, {2, 2}, {3, 2}, {2, 2}, {3, 2}, {0, 2}, {2, 2},
                  {0, 1},    {1, 1}, {0, 4}, {1, 1}, {1, 4}, {0, 1}, {0, 1}, {0, 1}};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        for (unsigned k = fields[i].bits; k-- > 0; at++) {
            key[at / 8] |= (uint8_t)((fields[i].value >> k & 1U) << (7 - at % 8));
        }
    }
    struct cf_video_packet p = described(&layers, key, (at + 7) / 8);
    assert_true(p.descriptor_len > 0 && layers.structure.template_count == 2 && p.key_start);
    uint8_t upper[] = {0x81, 0, 2};
    p = described(&layers, upper, sizeof upper);
    assert_true(p.layer.is_spatial_switch && p.needs == 3 && p.layer.spatial == 1 && !p.frame_start);
    upper[0] = 0x01; /* not the first packet */
    assert_false(described(&layers, upper, sizeof upper).layer.is_spatial_switch);
    uint8_t required[] = {0x81, 0, 2, 0x21, 0x80}; /* own indications: -R */
    assert_false(described(&layers, required, sizeof required).layer.is_spatial_switch);
    uint8_t far[] = {0x81, 0, 2, 0x14, 0x80, 0x00}; /* own difference, of eight bits: 65 before */
    p = described(&layers, far, sizeof far);
    assert_true(p.descriptor_len > 0 && p.needs == 0 && !p.layer.is_spatial_switch);
}

CF_TEST_MAIN(cmocka_unit_test(pictures_of_vp9_begin_with_the_lowest_layer),
             cmocka_unit_test(spatial_layers_of_vp9_begin_where_nothing_earlier_is_needed),
             cmocka_unit_test(spatial_layers_of_av1_begin_where_descriptors_say_so), cmocka_unit_test(sees_vp8_key_frames),
             cmocka_unit_test(begins_h264_at_parameter_sets_only), cmocka_unit_test(refuses_what_was_not_negotiated),
             cmocka_unit_test(knows_who_decodes_what), cmocka_unit_test(knows_of_every_format_whether_sets_of_it_meet))
