/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Layers left out without a gap: the gate and the numbers together, as a sink uses them. */
#include "core/sfu/rewrite.h"

#include "base/rng.h"
#include "lib/test.h"

/* A stream of three temporal layers (0 2 1 2) with @spatial layers, @packets packets a layer's frame. */
struct stream {
    enum cf_video_format format;
    uint8_t spatial_count;
    unsigned packets;
    uint16_t sequence;
    uint16_t picture_id;
    uint32_t frame;
    uint8_t spatial;
    unsigned index;
    uint32_t key_every; /* frames; 0: only the first */
};

static struct cf_video_packet next(struct stream *s) {
    static const uint8_t pattern[] = {0, 2, 1, 2};
    bool key = s->index == 0 && s->spatial == 0 && (s->frame == 0 || (s->key_every != 0 && s->frame % s->key_every == 0));
    struct cf_video_packet p = {
        .timestamp = s->frame * 3000,
        .sequence = s->sequence++,
        .marker = s->index + 1 == s->packets && s->spatial + 1 == s->spatial_count,
        .frame_start = s->index == 0 && s->spatial == 0,
        .key_start = key,
        .format = s->format,
        .layer = {.spatial = s->spatial,
                  .temporal = pattern[s->frame % 4],
                  .is_sync = s->frame % 4 == 1 || s->frame % 4 == 2,
                  .is_spatial_end = s->index + 1 == s->packets},
        .vp8 = {.has_picture_id = true, .picture_id = s->picture_id},
        .arrival = (cf_usec)s->frame * 33333,
    };
    if (++s->index == s->packets) {
        s->index = 0;
        s->spatial++;
    }
    if (s->spatial == s->spatial_count) {
        s->spatial = 0;
        s->frame++;
        s->picture_id = (s->picture_id + 1U) & CF_PICTURE_ID_MASK;
    }
    return p;
}

static struct cf_rewrite rewrite;
static struct cf_layer_gate gate;
static struct cf_layer_trail trail;

static void begin(const struct cf_video_packet *first, struct cf_layer_limit wanted) {
    const struct cf_rewrite_heads heads = {.sequence = 65000, .picture_id = 32000, .timestamp = 77};
    cf_rewrite_init(&rewrite, &heads);
    cf_rewrite_switch(&rewrite, 1, 0, first);
    cf_layer_gate_begin(&gate, &trail, wanted);
}

static bool pass(const struct cf_video_packet *p, struct cf_layer_limit wanted, struct cf_rewrite_patch *patch) {
    if (!cf_layer_gate_admit(&gate, &trail, p, wanted)) {
        cf_rewrite_skip(&rewrite, p);
        return false;
    }
    cf_rewrite_set_top(&rewrite, gate.present, p);
    return cf_rewrite_packet(&rewrite, p, patch);
}

static void leaves_no_gap_whatever_is_wanted(void **state) {
    (void)state;
    struct cf_rng rng;
    cf_rng_init(&rng, 1);
    struct stream s = {.format = CF_VIDEO_VP8, .spatial_count = 1, .packets = 3, .sequence = 65400, .picture_id = 32700};
    struct cf_layer_limit wanted = {CF_LAYER_ANY, 0};
    struct cf_video_packet p = next(&s);
    struct cf_rewrite_patch patch;
    uint16_t sequence = 65000;
    uint16_t picture_id = 32000;
    size_t passed[3] = {0, 0, 0};
    begin(&p, wanted);
    for (uint32_t i = 0; i < 300000; i++) {
        if (cf_rng_below(&rng, 200) == 0) {
            wanted.temporal = cf_rng_below(&rng, 4) == 3 ? CF_LAYER_ANY : (uint8_t)cf_rng_below(&rng, 3);
        }
        if (pass(&p, wanted, &patch)) {
            passed[p.layer.temporal]++;
            assert_int_equal(patch.sequence, ++sequence);
            picture_id = p.frame_start ? (picture_id + 1U) & CF_PICTURE_ID_MASK : picture_id;
            assert_int_equal(patch.picture_id, picture_id);
            assert_int_equal(patch.marker, p.marker);
        }
        p = next(&s);
    }
    assert_int_equal(passed[0], 75000);
    assert_in_range(passed[1], 20000, 74999);
    assert_in_range(passed[2], 20000, 149999);
}

static void never_follows_a_layer_before_it_can(void **state) {
    (void)state;
    struct stream s = {.format = CF_VIDEO_VP8, .spatial_count = 1, .packets = 1};
    struct cf_layer_limit wanted = {CF_LAYER_ANY, 0};
    struct cf_rewrite_patch patch;
    struct cf_video_packet p = next(&s);
    begin(&p, wanted);
    assert_true(pass(&p, wanted, &patch));
    p = next(&s); /* a sync frame of the highest layer, which nobody wants yet */
    assert_false(pass(&p, wanted, &patch));
    p = next(&s); /* one of the middle layer */
    assert_false(pass(&p, wanted, &patch));
    wanted.temporal = CF_LAYER_ANY;
    p = next(&s); /* the highest layer again, but no sync frame: it needs what was left out */
    assert_false(pass(&p, wanted, &patch));
    p = next(&s);
    assert_true(pass(&p, wanted, &patch));
    p = next(&s);
    assert_true(p.layer.is_sync && pass(&p, wanted, &patch));
}

static void ends_frames_at_the_highest_spatial_layer_that_is_sent(void **state) {
    (void)state;
    struct stream s = {.format = CF_VIDEO_VP9, .spatial_count = 3, .packets = 2, .key_every = 40, .picture_id = 5};
    struct cf_layer_limit wanted = {1, CF_LAYER_ANY};
    struct cf_video_packet p = next(&s);
    struct cf_rewrite_patch patch;
    uint16_t sequence = 65000;
    begin(&p, wanted);
    for (uint32_t i = 0; i < 6 * 200; i++) {
        /* Down in the middle of a frame takes effect with the next one, up with the next key frame. */
        wanted.spatial = s.frame < 50 ? 1 : s.frame < 100 ? 0 : CF_LAYER_ANY;
        uint8_t top = gate.present.spatial;
        if (pass(&p, wanted, &patch)) {
            top = gate.present.spatial;
            assert_int_equal(patch.sequence, ++sequence);
            assert_int_equal(patch.picture_id, (p.vp8.picture_id + 32001U - 5U) & CF_PICTURE_ID_MASK); /* gaps are kept */
            bool is_last = p.layer.spatial == (top < 2 ? top : 2) && p.layer.is_spatial_end;
            assert_int_equal(patch.marker, is_last);
        }
        assert_true(p.layer.spatial <= top || s.frame == 0 || top != CF_LAYER_ANY);
        p = next(&s);
    }
    assert_int_equal(gate.present.spatial, CF_LAYER_ANY);
}

static void keeps_losses_and_late_packets_in_their_places(void **state) {
    (void)state;
    struct cf_rng rng;
    cf_rng_init(&rng, 6);
    struct stream s = {.format = CF_VIDEO_VP8, .spatial_count = 1, .packets = 2, .sequence = 9};
    struct cf_layer_limit wanted = {CF_LAYER_ANY, 1};
    struct cf_video_packet p = next(&s);
    struct cf_video_packet held = {.sequence = 0};
    bool holds = false;
    struct cf_rewrite_patch patch;
    static uint32_t owner[65536]; /* by outgoing number: frame and packet it went to, plus 1 */
    memset(owner, 0, sizeof owner);
    begin(&p, wanted);
    for (uint32_t i = 0; i < 30000; i++) {
        struct cf_video_packet now = p;
        p = next(&s);
        if (i > 10 && !holds && cf_rng_below(&rng, 20) == 0) {
            held = now; /* comes five later, or never */
            holds = true;
            continue;
        }
        for (int k = 0; k < 2; k++) {
            if (pass(&now, wanted, &patch)) {
                uint32_t name = now.sequence + 1U;
                assert_true(owner[patch.sequence] == 0 || owner[patch.sequence] != name);
                owner[patch.sequence] = name;
                /* It can be traced, and would get the same numbers again. */
                const struct cf_rewrite_stay *stay;
                uint16_t original;
                assert_true(cf_rewrite_trace(&rewrite, patch.sequence, &stay, &original));
                assert_int_equal(original, now.sequence);
                struct cf_rewrite_patch again = cf_rewrite_patch_of(stay, &now);
                assert_int_equal(again.sequence, patch.sequence);
                assert_int_equal(again.picture_id, patch.picture_id);
                assert_int_equal(again.timestamp, patch.timestamp);
                assert_int_equal(again.marker, patch.marker);
                owner[(uint16_t)(patch.sequence + 30000U)] = 0;
            }
            if (!holds || cf_rng_below(&rng, 6) != 0) {
                break;
            }
            now = held;
            holds = false;
        }
    }
}

/* --- frames that say what they need --- */

static uint8_t descriptor[CF_DD_LEN_MIN];
static uint16_t next_sequence;

/* A frame of one packet with number @n that needs those @a and @b numbers before it (0: none). */
static struct cf_video_packet frame(uint16_t n, uint8_t s, uint8_t t, unsigned a, unsigned b) {
    cf_set_be16(descriptor + CF_DD_FRAME_NUMBER_AT, n);
    return (struct cf_video_packet){.sequence = next_sequence++,
                                    .format = CF_VIDEO_AV1,
                                    .frame_start = s == 0,
                                    .layer = {.spatial = s, .temporal = t, .is_spatial_end = true},
                                    .descriptor = descriptor,
                                    .descriptor_len = CF_DD_LEN_MIN,
                                    .needs = (a > 0 ? UINT64_C(1) << (a - 1) : 0) | (b > 0 ? UINT64_C(1) << (b - 1) : 0)};
}

static bool admits(struct cf_video_packet p, struct cf_layer_limit wanted) {
    return cf_layer_gate_admit(&gate, &trail, &p, wanted);
}

/* A frame that says that its spatial layer can be followed from here on, up to temporal layer @up. */
static struct cf_video_packet switching(struct cf_video_packet p, uint8_t up) {
    p.layer.is_spatial_switch = true;
    p.layer.switch_temporal = up;
    return p;
}

static void begin_described(uint16_t first, struct cf_layer_limit wanted) {
    struct cf_video_packet key = frame(first, 0, 0, 0, 0);
    key.key_start = true;
    cf_layer_gate_begin(&gate, &trail, wanted);
    assert_true(admits(key, wanted));
}

static void rises_with_a_frame_that_needs_only_what_passed(void **state) {
    (void)state;
    const struct cf_layer_limit low = {0, CF_LAYER_ANY};
    const struct cf_layer_limit all = {CF_LAYER_ANY, CF_LAYER_ANY};
    next_sequence = 65530;
    begin_described(65533, low);
    assert_false(admits(switching(frame(65534, 1, 0, 1, 0), 2), low)); /* not wanted */
    assert_true(admits(frame(65535, 0, 0, 2, 0), all));
    assert_false(admits(switching(frame(0, 1, 0, 2, 1), 2), all)); /* needs the one before of its layer */
    assert_true(admits(frame(1, 0, 0, 2, 0), all));
    assert_false(admits(frame(2, 1, 0, 1, 0), all)); /* what follows may need what was before */
    assert_true(admits(frame(3, 0, 0, 2, 0), all));
    assert_false(admits(switching(frame(4, 2, 0, 1, 0), 2), all)); /* the layer between has not begun */
    assert_true(admits(frame(5, 0, 0, 2, 0), all));
    assert_true(admits(switching(frame(6, 1, 0, 1, 0), 2), all));
    assert_true(admits(switching(frame(7, 2, 0, 1, 0), 2), all));
    assert_true(gate.present.spatial == 2 && admits(frame(8, 0, 0, 3, 0), all) && admits(frame(9, 1, 0, 1, 3), all));
}

static void follows_no_more_temporal_layers_than_the_frame_says(void **state) {
    (void)state;
    const struct cf_layer_limit all = {CF_LAYER_ANY, CF_LAYER_ANY};
    const struct cf_layer_limit slow = {CF_LAYER_ANY, 0};
    begin_described(1, (struct cf_layer_limit){0, CF_LAYER_ANY});
    assert_true(admits(frame(2, 0, 0, 1, 0), all));
    assert_true(admits(switching(frame(3, 1, 0, 1, 0), 0), all));
    assert_int_equal(gate.present.temporal, 0);
    /* And with none that is not wanted, or has not begun. */
    begin_described(1, (struct cf_layer_limit){0, 0});
    assert_true(admits(frame(2, 0, 0, 1, 0), slow));
    assert_false(admits(switching(frame(3, 1, 1, 1, 0), 2), slow));
    assert_false(admits(frame(4, 0, 1, 2, 0), all));
    assert_false(admits(switching(frame(5, 1, 1, 3, 0), 2), all));
    assert_int_equal(gate.present.spatial, 0);
    assert_true(admits(switching(frame(6, 1, 0, 4, 0), 2), all));
    assert_true(gate.present.spatial == 1 && gate.present.temporal == 0);
}

/* Whatever the layers say: half a picture is of no use. Numbers that are not known, or lost on their way to us, don't count. */
static void leaves_out_what_needs_something_left_out(void **state) {
    (void)state;
    const struct cf_layer_limit low = {CF_LAYER_ANY, 0};
    const struct cf_layer_limit all = {CF_LAYER_ANY, CF_LAYER_ANY};
    begin_described(65500, low);
    assert_false(admits(frame(65501, 0, 1, 1, 0), low));
    struct cf_video_packet up = frame(65502, 0, 0, 2, 0);
    up.layer.switch_temporal = CF_LAYER_ANY;
    assert_true(admits(up, all));
    assert_false(admits(frame(65503, 0, 2, 2, 0), all)); /* of 65501 */
    assert_false(admits(frame(65504, 0, 2, 1, 0), all)); /* of that one */
    assert_true(admits(frame(65505, 0, 1, 3, 0), all));
    assert_true(admits(frame(65507, 0, 2, 1, 0), all)); /* 65506 was lost */
    struct cf_video_packet late = frame(65506, 0, 2, 2, 0);
    late.sequence = (uint16_t)(next_sequence - 3);
    assert_false(admits(late, all)); /* of 65504, and late */
    assert_true(admits(frame(65508, 0, 2, 64, 0), all));
    assert_true(admits(frame(172, 0, 2, 64, 1), all));
    assert_true(admits(frame(300, 0, 1, 63, 1), all));
}

/* What passes without a look is not noted; where the numbers are then does not matter. */
static void notes_what_is_left_out_after_a_long_time_without_limit(void **state) {
    (void)state;
    const struct cf_layer_limit low = {0, CF_LAYER_ANY};
    const struct cf_layer_limit all = {CF_LAYER_ANY, CF_LAYER_ANY};
    next_sequence = 0;
    begin_described(0, all);
    for (uint16_t n = 1; n <= 40000; n++) {
        assert_true(admits(frame(n, 0, 0, 1, 0), all));
    }
    assert_true(admits(frame(40001, 0, 0, 1, 0), low));
    assert_false(admits(frame(40002, 1, 0, 1, 0), low));
    assert_true(admits(frame(40003, 0, 0, 2, 0), all));
    assert_false(admits(switching(frame(40004, 1, 0, 1, 2), 0), all)); /* of 40002 */
    assert_true(admits(frame(40005, 0, 0, 2, 0), all));
    assert_true(admits(switching(frame(40006, 1, 0, 1, 0), 0), all));
}

/* An encoder that begins again numbers its frames anew: what was left out before has other numbers. */
static void forgets_with_a_key_frame(void **state) {
    (void)state;
    const struct cf_layer_limit slow = {CF_LAYER_ANY, 0};
    for (uint16_t again = 3; again <= 5; again++) {
        begin_described(4, slow);
        assert_false(admits(frame(5, 0, 1, 1, 0), slow));
        assert_true(admits(frame(6, 0, 0, 2, 0), slow));
        struct cf_video_packet key = frame(again, 0, 0, 0, 0);
        key.key_start = true;
        assert_true(admits(key, slow));
        for (uint16_t n = again + 1; n < 10; n++) {
            assert_true(admits(frame(n, 0, 0, 1, 0), slow));
        }
        assert_false(admits(frame(10, 0, 1, 1, 0), slow));
        assert_false(admits(frame(11, 0, 0, 1, 0), slow));
    }
}

/* However late they are, and in whatever order. */
static void notes_late_frames_that_are_left_out(void **state) {
    (void)state;
    const struct cf_layer_limit slow = {CF_LAYER_ANY, 0};
    next_sequence = 0; /* as the frames' numbers */
    begin_described(0, slow);
    for (uint16_t n = 1; n <= 170; n++) {
        bool is_late = n == 2 || n == 168;
        next_sequence = n;
        assert_true(is_late || admits(frame(n, 0, 0, n == 3 || n == 169 ? 2 : 1, 0), slow));
    }
    next_sequence = 2;
    assert_false(admits(frame(2, 0, 1, 1, 0), slow));
    next_sequence = 168;
    assert_false(admits(frame(168, 0, 1, 1, 0), slow));
    next_sequence = 171;
    assert_false(admits(frame(171, 0, 0, 1, 3), slow));
    assert_true(admits(frame(172, 0, 0, 2, 0), slow));
}

/* Pictures end with the layer below from then on, until it can be begun with again. */
static void a_layer_of_which_something_lacks_has_ended(void **state) {
    (void)state;
    const struct cf_layer_limit slow = {CF_LAYER_ANY, 0};
    const struct cf_layer_limit all = {CF_LAYER_ANY, CF_LAYER_ANY};
    struct cf_rewrite_patch patch;
    struct cf_video_packet p = frame(1, 0, 0, 0, 0);
    p.key_start = true;
    begin(&p, slow);
    assert_true(pass(&p, slow, &patch));
    p = frame(2, 1, 0, 1, 0);
    assert_true(pass(&p, slow, &patch));
    p = frame(3, 1, 1, 1, 0);
    assert_false(pass(&p, slow, &patch));
    p = frame(4, 0, 0, 3, 0);
    assert_true(pass(&p, slow, &patch) && !patch.marker);
    p = frame(5, 1, 0, 1, 2); /* of 3, in spite of its layer */
    assert_false(pass(&p, slow, &patch));
    assert_int_equal(gate.present.spatial, 0);
    p = frame(6, 0, 0, 2, 0);
    assert_true(pass(&p, all, &patch) && patch.marker);
    p = switching(frame(7, 1, 0, 1, 0), 0);
    assert_true(pass(&p, all, &patch));
    p = frame(8, 0, 0, 2, 0);
    assert_true(pass(&p, all, &patch) && !patch.marker);
}

/* A part of a frame is of no use. */
static void what_was_left_out_stays_left_out(void **state) {
    (void)state;
    const struct cf_layer_limit low = {0, CF_LAYER_ANY};
    const struct cf_layer_limit all = {CF_LAYER_ANY, CF_LAYER_ANY};
    begin_described(1, low);
    assert_true(admits(frame(2, 0, 0, 1, 0), all));
    next_sequence++; /* a packet of 3, which would be the first of a layer to begin with, is lost at first */
    assert_false(admits(frame(3, 1, 0, 1, 0), all));
    assert_false(admits(switching(frame(3, 1, 0, 1, 0), 0), all));
    assert_true(admits(frame(4, 0, 0, 2, 0), all));
    assert_true(admits(switching(frame(5, 1, 0, 1, 0), 0), all));
    assert_true(admits(frame(5, 1, 0, 1, 0), all));
}

/* Of VP9 nothing says up to which temporal layer one can go on: those above begin where they say so. */
static void follows_vp9_in_its_lowest_temporal_layer_at_first(void **state) {
    (void)state;
    const struct cf_layer_limit all = {CF_LAYER_ANY, CF_LAYER_ANY};
    struct stream s = {.format = CF_VIDEO_VP9, .spatial_count = 2, .packets = 1};
    struct cf_rewrite_patch patch;
    struct cf_video_packet p = next(&s);
    begin(&p, (struct cf_layer_limit){0, CF_LAYER_ANY});
    assert_true(pass(&p, all, &patch) == p.key_start && gate.present.spatial == CF_LAYER_ANY);
    begin(&p, (struct cf_layer_limit){0, CF_LAYER_ANY});
    p = next(&s);
    for (int i = 0; i < 6; i++) {
        assert_true(pass(&p, (struct cf_layer_limit){0, CF_LAYER_ANY}, &patch) == (p.layer.spatial == 0));
        p = next(&s);
    }
    while (p.layer.spatial == 0 || p.layer.temporal > 0) {
        (void)pass(&p, all, &patch);
        p = next(&s);
    }
    p.layer.is_spatial_switch = true;
    assert_true(pass(&p, all, &patch));
    assert_true(gate.present.spatial == 1 && gate.present.temporal == 0);
    for (int i = 0; i < 8; i++) { /* of each temporal layer; 2 and 1 say that they can be followed */
        p = next(&s);
        assert_true(pass(&p, all, &patch));
    }
    assert_int_equal(gate.present.temporal, 2);
}

CF_TEST_MAIN(cmocka_unit_test(notes_what_is_left_out_after_a_long_time_without_limit), cmocka_unit_test(forgets_with_a_key_frame),
             cmocka_unit_test(notes_late_frames_that_are_left_out), cmocka_unit_test(a_layer_of_which_something_lacks_has_ended),
             cmocka_unit_test(what_was_left_out_stays_left_out),
             cmocka_unit_test(follows_vp9_in_its_lowest_temporal_layer_at_first),
             cmocka_unit_test(rises_with_a_frame_that_needs_only_what_passed),
             cmocka_unit_test(follows_no_more_temporal_layers_than_the_frame_says),
             cmocka_unit_test(leaves_out_what_needs_something_left_out), cmocka_unit_test(leaves_no_gap_whatever_is_wanted),
             cmocka_unit_test(never_follows_a_layer_before_it_can),
             cmocka_unit_test(ends_frames_at_the_highest_spatial_layer_that_is_sent),
             cmocka_unit_test(keeps_losses_and_late_packets_in_their_places))
