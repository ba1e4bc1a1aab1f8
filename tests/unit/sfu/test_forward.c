/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whole rooms of pictures in virtual time: fake cameras send VP8 frames, a model of a decoder looks at what each receiver gets
 * and must not notice that sources change.
 */
#include "core/sfu/forward.h"

#include "base/rng.h"
#include "lib/test.h"
#include "lib/test_mem.h"
#include <stdlib.h>

#define CAMERAS_MAX 6
#define FRAME_USEC CF_MSEC(33)
#define RECORDS_MAX 20000

/* A fake camera: frames of a few packets, a key frame when asked. */
struct camera {
    struct cf_source source;
    uint32_t number; /* also its owner */
    uint16_t sequence;
    uint32_t timestamp;
    uint16_t picture_id;
    uint8_t tl0picidx;
    bool key_next;
    size_t packets_left; /* of the frame at hand */
    size_t frame_packets;
    bool frame_is_key;
    cf_usec next_packet;
    uint32_t frames;
};

/* What a receiver got in one packet. */
struct record {
    uint64_t sequence; /* extended */
    struct cf_rewrite_patch patch;
    uint32_t camera;
    uint32_t frame; /* of the camera */
    size_t index;   /* of the packet in the frame */
    bool marker;
    bool key;
    bool repeat;
};

struct viewer {
    struct cf_sink sink;
    uint32_t owner;
    struct record *records;
    size_t count;
    uint64_t highest;
};

struct world {
    struct test_mem mem;
    struct cf_forward forward;
    struct cf_rng rng;
    struct camera cameras[CAMERAS_MAX];
    struct viewer viewers[CAMERAS_MAX];
    size_t size;
    cf_usec now;
    uint32_t loss_ppm;
    uint32_t reorder_ppm;
    size_t asked[CAMERAS_MAX]; /* key frame requests */
    size_t nacked[CAMERAS_MAX];
    uint64_t lost;
};

static void world_init(struct world *w, size_t size, uint64_t seed) {
    memset(w, 0, sizeof *w);
    test_mem_init(&w->mem);
    cf_rng_init(&w->rng, seed);
    w->now = CF_SEC(1000);
    w->size = size;
    cf_forward_init(&w->forward, w->now);
    for (uint32_t i = 0; i < size; i++) {
        struct camera *c = &w->cameras[i];
        const struct cf_source_config source = {.owner = i + 1,
                                                .format = CF_VIDEO_VP8,
                                                .can_nack = true,
                                                .store = {.bytes = 1 << 18, .packets = 1024, .age = CF_SEC(2)}};
        assert_ok(cf_source_init(&c->source, &w->mem.mem, &source));
        c->number = i + 1;
        c->sequence = (uint16_t)cf_rng_u32(&w->rng);
        c->timestamp = cf_rng_u32(&w->rng);
        c->picture_id = cf_rng_u32(&w->rng) & 0x7fff;
        c->tl0picidx = (uint8_t)cf_rng_u32(&w->rng);
        c->key_next = true;
        c->next_packet = w->now + (cf_usec)cf_rng_below(&w->rng, 33000);
        cf_forward_add_source(&w->forward, &c->source, 0xc0000000U + i);
        struct viewer *v = &w->viewers[i];
        const struct cf_sink_config sink = {.owner = i + 1,
                                            .formats = CF_VIDEO_SET(CF_VIDEO_VP8),
                                            .heads = {.sequence = 65500, .timestamp = 0xfffff000, .picture_id = 0x7ff0}};
        cf_sink_init(&v->sink, &sink);
        v->owner = i + 1;
        v->records = test_calloc(RECORDS_MAX, sizeof *v->records);
        v->highest = 65536 + 65500;
        cf_forward_add_sink(&w->forward, &v->sink, w->now);
    }
}

static void world_fini(struct world *w) {
    for (size_t i = 0; i < w->size; i++) {
        cf_forward_remove_sink(&w->forward, &w->viewers[i].sink);
        test_free(w->viewers[i].records);
    }
    for (size_t i = 0; i < w->size; i++) {
        cf_forward_remove_source(&w->forward, &w->cameras[i].source, w->now);
        cf_source_fini(&w->cameras[i].source);
    }
    test_mem_fini(&w->mem);
}

static void record(const struct cf_sink_item *item) {
    struct viewer *v = CF_OF(item->sink, struct viewer, sink);
    const uint8_t *body = item->packet->payload.at + item->packet->vp8.len + 10;
    int16_t step = (int16_t)(uint16_t)(item->patch.sequence - (uint16_t)v->highest);
    uint64_t sequence = v->highest + (uint64_t)(int64_t)step;
    v->highest = step > 0 ? sequence : v->highest;
    assert_true(v->count < RECORDS_MAX);
    v->records[v->count++] = (struct record){.sequence = sequence,
                                             .patch = item->patch,
                                             .camera = body[0],
                                             .frame = cf_be32(body + 1),
                                             .index = body[5],
                                             .marker = item->packet->marker,
                                             .key = item->packet->key_start,
                                             .repeat = item->is_repeat};
    assert_int_equal(item->csrc, 0xc0000000U + body[0] - 1);
    assert_true(body[0] != v->owner);
}

static void flush(struct world *w) {
    static struct cf_sink_item items[CF_SINK_ITEMS_MAX];
    while (!cf_forward_is_idle(&w->forward)) {
        size_t count = cf_forward_step(&w->forward, w->now, items);
        for (size_t i = 0; i < count; i++) {
            record(&items[i]);
        }
    }
}

static void begin_frame(struct world *w, struct camera *c) {
    c->frame_is_key = c->key_next;
    c->key_next = false;
    c->frame_packets = c->frame_is_key ? 12 : 1 + cf_rng_below(&w->rng, 5);
    c->packets_left = c->frame_packets;
    c->picture_id = (c->picture_id + 1) & 0x7fff;
    c->tl0picidx++;
    c->timestamp += 2970;
    c->frames++;
}

/* The next packet of the camera at @p octets (64 of them). */
static struct cf_video_packet make_packet(struct world *w, struct camera *c, uint8_t *octets) {
    if (c->packets_left == 0) {
        begin_frame(w, c);
    }
    size_t index = c->frame_packets - c->packets_left;
    const struct cf_vp8_descriptor d = {.partition_start = index == 0,
                                        .has_picture_id = true,
                                        .picture_id_long = true,
                                        .picture_id = c->picture_id,
                                        .has_tl0picidx = true,
                                        .tl0picidx = c->tl0picidx,
                                        .has_tid = true};
    size_t len = cf_vp8_descriptor_print(&d, octets);
    const uint8_t header[10] = {c->frame_is_key ? 0x10 : 0x11, 0, 0, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xf0, 0x00};
    memcpy(octets + len, header, sizeof header);
    octets[len + 10] = (uint8_t)c->number;
    cf_set_be32(octets + len + 11, c->frames);
    octets[len + 15] = (uint8_t)index;
    c->packets_left--;
    c->next_packet =
        c->packets_left > 0 ? c->next_packet + CF_MSEC(1) : c->next_packet + FRAME_USEC - (cf_usec)index * CF_MSEC(1);
    return (struct cf_video_packet){.timestamp = c->timestamp,
                                    .sequence = c->sequence++,
                                    .marker = c->packets_left == 0,
                                    .payload = {octets, len + 16},
                                    .arrival = w->now};
}

static void deliver(struct world *w, struct camera *c, const struct cf_video_packet *packet) {
    struct cf_video_packet p = *packet;
    p.arrival = w->now;
    if (cf_rng_chance(&w->rng, w->loss_ppm)) {
        w->lost++;
        return;
    }
    (void)cf_forward_on_packet(&w->forward, &c->source, &p, w->now);
}

/* One millisecond. */
static void tick(struct world *w) {
    for (size_t i = 0; i < w->size; i++) {
        struct camera *c = &w->cameras[i];
        uint8_t first[64];
        uint8_t second[64];
        if (c->next_packet > w->now) {
            continue;
        }
        struct cf_video_packet p = make_packet(w, c, first);
        if (c->packets_left > 0 && cf_rng_chance(&w->rng, w->reorder_ppm)) {
            struct cf_video_packet q = make_packet(w, c, second);
            deliver(w, c, &q);
        }
        deliver(w, c, &p);
    }
    flush(w);
    cf_forward_on_deadline(&w->forward, w->now);
    struct cf_source *source;
    struct cf_source_ask ask;
    while (cf_forward_poll_ask(&w->forward, w->now, &source, &ask)) {
        struct camera *c = CF_OF(source, struct camera, source);
        w->asked[c->number - 1] += ask.key_frame != CF_KEYFRAME_CAUSE_NONE;
        w->nacked[c->number - 1] += ask.nack_count;
        c->key_next |= ask.key_frame != CF_KEYFRAME_CAUSE_NONE;
    }
    w->now += CF_MSEC(1);
}

static void run(struct world *w, cf_usec duration) {
    for (cf_usec end = w->now + duration; w->now < end;) {
        tick(w);
    }
}

static int by_sequence(const void *a, const void *b) {
    const struct record *x = a;
    const struct record *y = b;
    return x->sequence < y->sequence ? -1 : x->sequence > y->sequence;
}

/*
 * The decoder: in sequence order packets of a frame belong together, frames go on, only key frames change the camera. Returns how
 * many sequence numbers were missing; where some are, only what can still be told is checked.
 */
static uint64_t decode(struct viewer *v, size_t *ret_switches) {
    qsort(v->records, v->count, sizeof *v->records, by_sequence);
    uint64_t missing = 0;
    *ret_switches = 0;
    for (size_t i = 1; i < v->count; i++) {
        const struct record *a = &v->records[i - 1];
        const struct record *b = &v->records[i];
        assert_true(b->sequence > a->sequence);
        uint64_t gap = b->sequence - a->sequence - 1;
        missing += gap;
        bool same_frame = a->camera == b->camera && a->frame == b->frame;
        if (same_frame) {
            assert_int_equal(a->patch.timestamp, b->patch.timestamp);
            assert_int_equal(a->patch.picture_id, b->patch.picture_id);
            continue;
        }
        assert_true((int32_t)(b->patch.timestamp - a->patch.timestamp) > 0);
        if (gap == 0) {
            assert_int_equal(b->index, 0);
            assert_int_equal(b->patch.picture_id, (a->patch.picture_id + 1) & 0x7fff);
            assert_int_equal(b->patch.tl0picidx, (uint8_t)(a->patch.tl0picidx + 1));
            assert_true(a->marker);
        }
        if (a->camera != b->camera) {
            (*ret_switches)++;
            assert_true(gap > 0 || (b->key && b->index == 0));
        }
    }
    return missing;
}

static void everybody_sees_the_speaker_and_the_speaker_the_one_before(void **state) {
    (void)state;
    static struct world w;
    world_init(&w, 4, 1);
    run(&w, CF_SEC(2));
    for (uint32_t speaker = 1; speaker <= 4; speaker++) {
        cf_forward_on_speaker(&w.forward, speaker, w.now);
        run(&w, CF_SEC(2));
        for (size_t i = 0; i < 4; i++) {
            const struct cf_source *shown = w.viewers[i].sink.shown;
            assert_non_null(shown);
            if (i + 1 != speaker) {
                assert_int_equal(shown->config.owner, speaker);
            } else if (speaker > 1) {
                assert_int_equal(shown->config.owner, speaker - 1);
            }
        }
    }
    world_fini(&w);
}

static void a_decoder_never_notices_a_switch(void **state) {
    (void)state;
    static struct world w;
    world_init(&w, 5, 2);
    for (size_t i = 0; i < 60; i++) {
        run(&w, (cf_usec)cf_rng_below(&w.rng, 1500) * 1000);
        cf_forward_on_speaker(&w.forward, 1 + cf_rng_below(&w.rng, 5), w.now);
    }
    run(&w, CF_SEC(1));
    for (size_t i = 0; i < 5; i++) {
        size_t switches;
        assert_int_equal(decode(&w.viewers[i], &switches), 0);
        assert_true(switches > 10);
        assert_true(w.viewers[i].count > 1000);
    }
    world_fini(&w);
}

static void what_is_lost_on_the_way_in_is_a_gap_on_the_way_out(void **state) {
    (void)state;
    static struct world w;
    world_init(&w, 2, 3);
    run(&w, CF_SEC(1));
    w.loss_ppm = 20000;
    w.reorder_ppm = 50000;
    uint64_t dropped = w.viewers[0].sink.counts.late + w.viewers[1].sink.counts.late;
    run(&w, CF_SEC(20));
    w.loss_ppm = 0;
    run(&w, CF_MSEC(100));
    dropped = w.viewers[0].sink.counts.late + w.viewers[1].sink.counts.late - dropped;
    size_t switches;
    uint64_t missing = decode(&w.viewers[0], &switches) + decode(&w.viewers[1], &switches);
    assert_true(w.lost > 50);
    assert_int_equal(missing, w.lost + dropped);
    assert_true(w.nacked[0] > 0 && w.nacked[1] > 0);
    world_fini(&w);
}

static void decoders_survive_loss_and_switches_together(void **state) {
    (void)state;
    static struct world w;
    world_init(&w, 5, 4);
    w.loss_ppm = 30000;
    w.reorder_ppm = 30000;
    for (size_t i = 0; i < 40; i++) {
        run(&w, (cf_usec)cf_rng_below(&w.rng, 1500) * 1000);
        cf_forward_on_speaker(&w.forward, 1 + cf_rng_below(&w.rng, 5), w.now);
    }
    for (size_t i = 0; i < 5; i++) {
        size_t switches;
        (void)decode(&w.viewers[i], &switches);
        assert_true(switches > 5);
    }
    world_fini(&w);
}

static void a_newcomer_gets_a_picture_without_a_request(void **state) {
    (void)state;
    static struct world w;
    world_init(&w, 3, 5);
    run(&w, CF_SEC(3));
    /* A key frame has just gone by. */
    w.cameras[1].key_next = true;
    cf_forward_on_speaker(&w.forward, 2, w.now);
    run(&w, CF_MSEC(400));
    size_t asked = w.asked[1];
    struct viewer v = {.owner = 77, .highest = 65536, .records = test_calloc(RECORDS_MAX, sizeof *v.records)};
    const struct cf_sink_config sink = {.owner = 77, .formats = CF_VIDEO_SET(CF_VIDEO_VP8)};
    cf_sink_init(&v.sink, &sink);
    cf_forward_add_sink(&w.forward, &v.sink, w.now);
    run(&w, CF_MSEC(100));
    assert_true(v.count > 12);
    assert_int_equal(w.asked[1], asked);
    size_t switches;
    assert_int_equal(decode(&v, &switches), 0);
    assert_true(v.records[0].key);
    cf_forward_remove_sink(&w.forward, &v.sink);
    test_free(v.records);
    world_fini(&w);
}

static void a_hostile_receiver_changes_nothing_for_others(void **state) {
    (void)state;
    size_t asked[2];
    for (size_t hostile = 0; hostile < 2; hostile++) {
        static struct world w;
        world_init(&w, 3, 6);
        cf_forward_on_speaker(&w.forward, 1, w.now);
        run(&w, CF_SEC(5));
        size_t before = w.asked[0];
        for (size_t i = 0; i < 60000; i++) {
            if (hostile != 0) {
                cf_sink_on_key_request(&w.viewers[2].sink, -1, w.now);
                cf_sink_on_key_request(&w.viewers[2].sink, (int)(i & 0xff), w.now);
                cf_bitrate_wish_set(&w.viewers[2].sink.wish, 1, w.now);
            }
            if (i % 2 == 0) {
                tick(&w);
            }
        }
        asked[hostile] = w.asked[0] - before;
        /* The other receiver said nothing, so there is no limit. */
        assert_true(w.cameras[0].source.bitrate.wanted_bps == 0 ||
                    w.cameras[0].source.bitrate.wanted_bps == CF_BITRATE_UNLIMITED);
        world_fini(&w);
    }
    /* 30 seconds: the budget and one in five seconds. */
    assert_int_equal(asked[0], 0);
    assert_in_range(asked[1], 1, CF_KEYFRAME_BUDGET_MAX + 6);
}

static void repeats_exactly_what_was_sent_within_its_budget(void **state) {
    (void)state;
    static struct world w;
    world_init(&w, 3, 7);
    run(&w, CF_SEC(1));
    cf_forward_on_speaker(&w.forward, 2, w.now);
    run(&w, CF_SEC(1));
    struct viewer *v = &w.viewers[0];
    size_t count = v->count;
    for (size_t i = count - 60; i < count; i++) {
        struct cf_sink_item item;
        assert_true(cf_forward_repeat(&w.forward, &v->sink, (uint16_t)v->records[i].sequence, w.now, &item));
        assert_int_equal(item.patch.sequence, (uint16_t)v->records[i].sequence);
        assert_int_equal(item.patch.timestamp, v->records[i].patch.timestamp);
        assert_int_equal(item.patch.picture_id, v->records[i].patch.picture_id);
        assert_int_equal(item.patch.tl0picidx, v->records[i].patch.tl0picidx);
        const uint8_t *body = item.packet->payload.at + item.packet->vp8.len + 10;
        assert_int_equal(body[0], v->records[i].camera);
        assert_int_equal(cf_be32(body + 1), v->records[i].frame);
        assert_int_equal(body[5], v->records[i].index);
        assert_true(item.is_repeat);
    }
    size_t more = 0;
    for (size_t i = 0; i < 10000; i++) {
        struct cf_sink_item item;
        more += cf_forward_repeat(&w.forward, &v->sink, (uint16_t)v->records[count - 1].sequence, w.now, &item);
    }
    assert_int_equal(more, CF_SINK_REPEATS_MAX - 60);
    struct cf_sink_item item;
    w.now += CF_SEC(1);
    assert_false(cf_forward_repeat(&w.forward, &v->sink, (uint16_t)(v->sink.rewrite.heads.sequence + 1), w.now, &item));
    world_fini(&w);
}

static void goes_on_with_another_when_the_one_shown_leaves_or_is_muted(void **state) {
    (void)state;
    static struct world w;
    world_init(&w, 3, 8);
    cf_forward_on_speaker(&w.forward, 1, w.now);
    run(&w, CF_SEC(2));
    assert_int_equal(w.viewers[1].sink.shown->config.owner, 1);
    cf_forward_allow_source(&w.forward, &w.cameras[0].source, false, w.now);
    assert_null(w.viewers[1].sink.shown);
    run(&w, CF_SEC(1));
    assert_int_equal(w.viewers[1].sink.shown->config.owner, 3);
    cf_forward_allow_source(&w.forward, &w.cameras[0].source, true, w.now);
    run(&w, CF_SEC(2));
    assert_int_equal(w.viewers[1].sink.shown->config.owner, 1);
    size_t switches;
    assert_int_equal(decode(&w.viewers[1], &switches), 0);
    world_fini(&w);
}

static void a_restarted_source_needs_a_key_frame_again(void **state) {
    (void)state;
    static struct world w;
    world_init(&w, 2, 9);
    run(&w, CF_SEC(1));
    struct camera *c = &w.cameras[0];
    assert_ptr_equal(w.viewers[1].sink.shown, &c->source);
    cf_forward_restart_source(&w.forward, &c->source, CF_VIDEO_VP8, 0xc0000000U, w.now);
    c->sequence = 40000;
    c->timestamp = 5;
    c->packets_left = 0;
    run(&w, CF_SEC(1));
    assert_ptr_equal(w.viewers[1].sink.shown, &c->source);
    struct viewer *v = &w.viewers[1];
    assert_true(v->count > 50);
    size_t keys = 0;
    for (size_t i = 0; i < v->count; i++) {
        keys += v->records[i].key;
    }
    assert_true(keys >= 2);
    world_fini(&w);
}

static void never_mixes_codecs(void **state) {
    (void)state;
    static struct world w;
    world_init(&w, 3, 10);
    struct cf_sink sink;
    const struct cf_sink_config config = {.owner = 50, .formats = CF_VIDEO_SET(CF_VIDEO_H264_MODE_1)};
    cf_sink_init(&sink, &config);
    cf_forward_add_sink(&w.forward, &sink, w.now);
    run(&w, CF_SEC(2));
    cf_forward_on_speaker(&w.forward, 2, w.now);
    run(&w, CF_SEC(2));
    assert_null(sink.shown);
    assert_int_equal(sink.counts.packets, 0);
    cf_forward_remove_sink(&w.forward, &sink);
    world_fini(&w);
}

static void is_silent_about_a_source_nobody_can_get(void **state) {
    (void)state;
    static struct world w;
    world_init(&w, 1, 11);
    run(&w, CF_SEC(2));
    assert_int_equal(w.asked[0], 0);
    assert_int_equal(w.viewers[0].count, 0);
    world_fini(&w);
}

static void copes_with_want_of_memory(void **state) {
    (void)state;
    for (size_t n = 0;; n++) {
        struct test_mem m;
        test_mem_init(&m);
        m.fail_at = n;
        struct cf_source source;
        const struct cf_source_config config = {.format = CF_VIDEO_VP8, .store = {.bytes = 4096, .packets = 16, .age = 1}};
        enum cf_err err = cf_source_init(&source, &m.mem, &config);
        assert_int_equal(err, m.failed ? CF_ERR_NO_MEMORY : CF_OK);
        cf_source_fini(&source);
        test_mem_fini(&m);
        if (!m.failed) {
            break;
        }
    }
}

CF_TEST_MAIN(cmocka_unit_test(everybody_sees_the_speaker_and_the_speaker_the_one_before),
             cmocka_unit_test(a_decoder_never_notices_a_switch),
             cmocka_unit_test(what_is_lost_on_the_way_in_is_a_gap_on_the_way_out),
             cmocka_unit_test(decoders_survive_loss_and_switches_together),
             cmocka_unit_test(a_newcomer_gets_a_picture_without_a_request),
             cmocka_unit_test(a_hostile_receiver_changes_nothing_for_others),
             cmocka_unit_test(repeats_exactly_what_was_sent_within_its_budget),
             cmocka_unit_test(goes_on_with_another_when_the_one_shown_leaves_or_is_muted),
             cmocka_unit_test(a_restarted_source_needs_a_key_frame_again), cmocka_unit_test(never_mixes_codecs),
             cmocka_unit_test(is_silent_about_a_source_nobody_can_get), cmocka_unit_test(copes_with_want_of_memory))
