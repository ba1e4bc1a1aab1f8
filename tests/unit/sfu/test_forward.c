/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whole rooms of pictures in virtual time: fake cameras send VP8 frames, a model of a decoder looks at what each receiver gets
 * and must not notice that sources change.
 */
#include "core/sfu/forward.h"

#include "lib/test.h"
#include "lib/test_mem.h"
#include "lib/test_video.h"

#define CAMERAS_MAX 6
#define PACKETS_MAX 20000

struct member {
    struct cf_scene picture;
    struct cf_source source;
    struct cf_sink sink;
    struct test_camera camera; /* its number is also the owner */
    struct test_decoder decoder;
    size_t asked; /* key frames that were asked for */
    size_t nacked;
};

struct world {
    struct test_mem mem;
    struct cf_forward forward;
    struct cf_rng rng;
    struct member members[CAMERAS_MAX];
    size_t size;
    cf_usec now;
    uint32_t loss_ppm;
    uint32_t reorder_ppm;
    uint64_t lost;
};

#define SSRC(number) (0xc0000000U + (number))

static const struct cf_rewrite_heads heads = {.sequence = 65500, .timestamp = 0xfffff000, .picture_id = 0x7ff0};

/* The zeroed view: it follows the speaker. */
static const struct cf_sink_view follow;

static void world_init(struct world *w, size_t size, uint64_t seed) {
    memset(w, 0, sizeof *w);
    test_mem_init(&w->mem);
    cf_rng_init(&w->rng, seed);
    w->now = CF_SEC(1000);
    w->size = size;
    cf_forward_init(&w->forward, w->now);
    for (uint8_t i = 1; i <= size; i++) {
        struct member *m = &w->members[i - 1];
        const struct cf_source_config source = {
            .format = CF_VIDEO_VP8, .can_nack = true, .store = {.bytes = 1 << 18, .packets = 1024, .age = CF_SEC(2)}};
        const struct cf_sink_config sink = {.owner = i, .formats = CF_VIDEO_SET(CF_VIDEO_VP8), .heads = heads};
        assert_ok(cf_source_init(&m->source, &w->mem.mem, &source));
        test_camera_init(&m->camera, &w->rng, CF_VIDEO_VP8, i, w->now);
        m->camera.short_picture_id = i == 2;
        cf_scene_init(&m->picture, i, CF_SCENE_CAMERA);
        assert_true(cf_forward_add_source(&w->forward, &m->picture, &m->source, SSRC(i), w->now));
        cf_sink_init(&m->sink, &sink);
        test_decoder_init(&m->decoder, PACKETS_MAX);
        cf_forward_add_sink(&w->forward, &m->sink, &follow, w->now);
    }
}

static void world_fini(struct world *w) {
    for (size_t i = 0; i < w->size; i++) {
        cf_forward_remove_sink(&w->forward, &w->members[i].sink);
        test_decoder_fini(&w->members[i].decoder);
    }
    for (size_t i = 0; i < w->size; i++) {
        cf_forward_remove_source(&w->forward, &w->members[i].source, w->now);
        cf_source_fini(&w->members[i].source);
    }
    test_mem_fini(&w->mem);
}

/* The item as its receiver would get it. */
static void decode_item(const struct world *w, const struct cf_sink_item *item) {
    struct member *m = CF_OF(item->sink, struct member, sink);
    uint8_t payload[TEST_CAMERA_PAYLOAD_MAX + CF_VIDEO_HEAD_MAX];
    struct cf_span body;
    size_t len = cf_rewrite_payload(item->packet, &item->patch, payload, &body);
    memcpy(payload + len, body.at, body.len);
    test_decoder_add(&m->decoder, item->patch.sequence, item->patch.timestamp, item->packet->marker,
                     (struct cf_span){payload, len + body.len});
    uint8_t camera = test_decoder_camera(&m->decoder);
    /* A tile says nothing, the line that follows the speaker says who it is. */
    /* If it began with a miniature because the full picture was not there yet, it goes by the miniature's. */
    const struct cf_scene *picture = w->members[camera - 1].source.picture;
    bool is_named = item->csrc == SSRC(camera) || item->csrc == cf_scene_ssrc(picture);
    assert_true(item->sink->view.is_tile ? item->csrc == 0 : is_named);
    assert_true(camera != m->camera.number);
}

static void flush(struct world *w) {
    static struct cf_sink_item items[CF_SINK_ITEMS_MAX];
    while (!cf_forward_is_idle(&w->forward)) {
        size_t count = cf_forward_step(&w->forward, w->now, items);
        for (size_t i = 0; i < count; i++) {
            decode_item(w, &items[i]);
        }
    }
}

static void deliver(struct world *w, struct member *m, const struct test_camera_packet *packet) {
    const struct cf_video_packet p = {.timestamp = packet->timestamp,
                                      .sequence = packet->sequence,
                                      .marker = packet->marker,
                                      .payload = {packet->payload, packet->len},
                                      .arrival = w->now};
    if (cf_rng_chance(&w->rng, w->loss_ppm)) {
        w->lost++;
        return;
    }
    (void)cf_forward_on_packet(&w->forward, &m->source, &p, w->now);
}

/* One millisecond. */
static void tick(struct world *w) {
    for (size_t i = 0; i < w->size; i++) {
        struct member *m = &w->members[i];
        struct test_camera_packet first;
        struct test_camera_packet second;
        if (m->camera.next_at > w->now) {
            continue;
        }
        test_camera_next(&m->camera, &first);
        if (m->camera.packets_left > 0 && cf_rng_chance(&w->rng, w->reorder_ppm)) {
            test_camera_next(&m->camera, &second);
            deliver(w, m, &second);
        }
        deliver(w, m, &first);
    }
    flush(w);
    cf_forward_on_deadline(&w->forward, w->now);
    struct cf_source *source;
    struct cf_source_ask ask;
    while (cf_forward_poll_ask(&w->forward, w->now, &source, &ask)) {
        struct member *m = CF_OF(source, struct member, source);
        m->asked += ask.key_frame != CF_KEYFRAME_CAUSE_NONE;
        m->nacked += ask.nack_count;
        m->camera.key_next |= ask.key_frame != CF_KEYFRAME_CAUSE_NONE;
    }
    w->now += CF_MSEC(1);
}

static void run(struct world *w, cf_usec duration) {
    for (cf_usec end = w->now + duration; w->now < end;) {
        tick(w);
    }
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
            const struct cf_source *shown = w.members[i].sink.shown;
            assert_non_null(shown);
            if (i + 1 != speaker) {
                assert_int_equal(shown->picture->owner, speaker);
            } else if (speaker > 1) {
                assert_int_equal(shown->picture->owner, speaker - 1);
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
        assert_int_equal(test_decoder_check(&w.members[i].decoder, &switches), 0);
        assert_true(switches > 10);
        assert_true(w.members[i].decoder.count > 1000);
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
    uint64_t dropped = w.members[0].sink.counts.late + w.members[1].sink.counts.late;
    run(&w, CF_SEC(20));
    w.loss_ppm = 0;
    run(&w, CF_MSEC(100));
    dropped = w.members[0].sink.counts.late + w.members[1].sink.counts.late - dropped;
    size_t switches;
    uint64_t missing =
        test_decoder_check(&w.members[0].decoder, &switches) + test_decoder_check(&w.members[1].decoder, &switches);
    assert_true(w.lost > 50);
    assert_int_equal(missing, w.lost + dropped);
    assert_true(w.members[0].nacked > 0 && w.members[1].nacked > 0);
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
        (void)test_decoder_check(&w.members[i].decoder, &switches);
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
    w.members[1].camera.key_next = true;
    cf_forward_on_speaker(&w.forward, 2, w.now);
    run(&w, CF_MSEC(400));
    size_t asked = w.members[1].asked;
    struct member newcomer = {.camera = {.number = 77}};
    const struct cf_sink_config sink = {.owner = 77, .formats = CF_VIDEO_SET(CF_VIDEO_VP8), .heads = heads};
    cf_sink_init(&newcomer.sink, &sink);
    test_decoder_init(&newcomer.decoder, PACKETS_MAX);
    cf_forward_add_sink(&w.forward, &newcomer.sink, &follow, w.now);
    run(&w, CF_MSEC(100));
    assert_true(newcomer.decoder.count > TEST_CAMERA_KEY_PACKETS);
    assert_int_equal(w.members[1].asked, asked);
    size_t switches;
    assert_int_equal(test_decoder_check(&newcomer.decoder, &switches), 0);
    assert_true(newcomer.decoder.pictures[0].key);
    cf_forward_remove_sink(&w.forward, &newcomer.sink);
    test_decoder_fini(&newcomer.decoder);
    world_fini(&w);
}

/* A key frame is of no use if what followed it is not there: half a picture would be shown until the next one. */
static void nobody_begins_with_a_key_frame_after_which_something_is_missing(void **state) {
    (void)state;
    static struct world w;
    world_init(&w, 3, 5);
    run(&w, CF_SEC(3));
    w.members[1].camera.key_next = true;
    cf_forward_on_speaker(&w.forward, 2, w.now);
    run(&w, CF_MSEC(150));
    struct cf_source *source = &w.members[1].source;
    assert_true(cf_source_can_begin(source, CF_SINK_JOIN_AGE, w.now));
    uint64_t keys = source->counts.key_frames;
    w.loss_ppm = 1000000;
    while (w.lost == 0) {
        tick(&w);
    }
    run(&w, CF_MSEC(40));
    w.loss_ppm = 0;
    run(&w, CF_MSEC(80));
    assert_int_equal(source->counts.key_frames, keys);
    assert_false(cf_source_can_begin(source, CF_SINK_JOIN_AGE, w.now));
    world_fini(&w);
}

/* Nor if it is so many packets ago that all of them at once would do harm: what is sent then has bounds. */
static void nobody_begins_with_a_key_frame_many_packets_ago(void **state) {
    (void)state;
    static struct world w;
    world_init(&w, 2, 5);
    run(&w, CF_SEC(3));
    struct member *m = &w.members[0];
    m->camera.key_next = true;
    uint64_t keys = m->source.counts.key_frames;
    for (size_t since = 0; since<2 * CF_SOURCE_CATCH_UP_MAX; since += m->source.counts.key_frames> keys) {
        struct test_camera_packet packet;
        test_camera_next(&m->camera, &packet);
        deliver(&w, m, &packet);
        flush(&w);
        m->camera.key_next = m->camera.key_next && m->source.counts.key_frames == keys;
        bool can = m->source.counts.key_frames > keys && since + 1 <= CF_SOURCE_CATCH_UP_MAX;
        assert_true(m->source.counts.key_frames == keys || cf_source_can_begin(&m->source, CF_SINK_JOIN_AGE, w.now) == can);
    }
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
        size_t before = w.members[0].asked;
        for (size_t i = 0; i < 60000; i++) {
            if (hostile != 0) {
                cf_sink_on_key_request(&w.members[2].sink, -1, w.now);
                cf_sink_on_key_request(&w.members[2].sink, (int)(i & 0xff), w.now);
                cf_bitrate_wish_set(&w.members[2].sink.wish, 1, w.now);
            }
            if (i % 2 == 0) {
                tick(&w);
            }
        }
        asked[hostile] = w.members[0].asked - before;
        /* The other receiver said nothing, so there is no limit. */
        assert_true(w.members[0].source.bitrate.wanted_bps == 0 ||
                    w.members[0].source.bitrate.wanted_bps == CF_BITRATE_UNLIMITED);
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
    struct member *m = &w.members[0];
    size_t count = m->decoder.count;
    for (size_t i = count - 60; i < count; i++) {
        struct cf_sink_item item;
        assert_true(cf_forward_repeat(&w.forward, &m->sink, (uint16_t)m->decoder.pictures[i].sequence, w.now, &item));
        assert_true(item.is_repeat);
        decode_item(&w, &item);
    }
    size_t switches;
    assert_int_equal(test_decoder_check(&m->decoder, &switches), 0);
    assert_int_equal(m->decoder.duplicates, 60);
    size_t more = 0;
    for (size_t i = 0; i < 10000; i++) {
        struct cf_sink_item item;
        more += cf_forward_repeat(&w.forward, &m->sink, m->sink.rewrite.heads.sequence, w.now, &item);
    }
    assert_int_equal(more, CF_SINK_REPEATS_MAX - 60);
    struct cf_sink_item item;
    w.now += CF_SEC(1);
    assert_false(cf_forward_repeat(&w.forward, &m->sink, (uint16_t)(m->sink.rewrite.heads.sequence + 1), w.now, &item));
    world_fini(&w);
}

static void a_picture_that_stands_still_is_counted(void **state) {
    (void)state;
    static struct world w;
    world_init(&w, 2, 14);
    run(&w, CF_SEC(3));
    assert_int_equal(w.members[1].sink.counts.freezes, 0);
    w.members[0].camera.next_at += CF_SEC(1);
    run(&w, CF_SEC(3));
    assert_int_equal(w.members[1].sink.counts.freezes, 1);
    assert_in_range(w.members[1].sink.counts.frozen_usec, CF_SEC(1), CF_MSEC(1100));
    assert_int_equal(w.members[0].sink.counts.freezes, 0);
    world_fini(&w);
}

static void goes_on_with_another_when_the_one_shown_leaves_or_is_muted(void **state) {
    (void)state;
    static struct world w;
    world_init(&w, 3, 8);
    cf_forward_on_speaker(&w.forward, 1, w.now);
    run(&w, CF_SEC(2));
    assert_int_equal(w.members[1].sink.shown->picture->owner, 1);
    cf_forward_allow_source(&w.forward, &w.members[0].source, false, w.now);
    assert_null(w.members[1].sink.shown);
    run(&w, CF_SEC(1));
    assert_int_equal(w.members[1].sink.shown->picture->owner, 3);
    cf_forward_allow_source(&w.forward, &w.members[0].source, true, w.now);
    run(&w, CF_SEC(2));
    assert_int_equal(w.members[1].sink.shown->picture->owner, 1);
    size_t switches;
    assert_int_equal(test_decoder_check(&w.members[1].decoder, &switches), 0);
    world_fini(&w);
}

static void a_restarted_source_needs_a_key_frame_again(void **state) {
    (void)state;
    static struct world w;
    world_init(&w, 2, 9);
    run(&w, CF_SEC(1));
    struct member *m = &w.members[0];
    assert_ptr_equal(w.members[1].sink.shown, &m->source);
    cf_forward_restart_source(&w.forward, &m->source, CF_VIDEO_VP8, SSRC(1), w.now);
    m->camera.sequence = 40000;
    m->camera.timestamp = 5;
    m->camera.packets_left = 0;
    run(&w, CF_SEC(1));
    assert_ptr_equal(w.members[1].sink.shown, &m->source);
    const struct test_decoder *decoder = &w.members[1].decoder;
    size_t keys = 0;
    for (size_t i = 0; i < decoder->count; i++) {
        keys += decoder->pictures[i].key && decoder->pictures[i].index == 0;
    }
    assert_true(decoder->count > 50);
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
    cf_forward_add_sink(&w.forward, &sink, &follow, w.now);
    run(&w, CF_SEC(2));
    cf_forward_on_speaker(&w.forward, 2, w.now);
    run(&w, CF_SEC(2));
    assert_null(sink.shown);
    assert_int_equal(sink.packets, 0);
    cf_forward_remove_sink(&w.forward, &sink);
    world_fini(&w);
}

/* Who found no format that it takes is told so, and told again when there is nothing any more that it could lack. */
static void who_lacks_a_codec_is_to_be_told_to_the_last(void **state) {
    (void)state;
    static struct world w;
    world_init(&w, 2, 12);
    struct cf_sink sink;
    const struct cf_sink_config config = {.owner = 9, .formats = CF_VIDEO_SET(CF_VIDEO_H264_MODE_0), .heads = heads};
    cf_sink_init(&sink, &config);
    cf_forward_add_sink(&w.forward, &sink, &follow, w.now);
    run(&w, CF_SEC(1));
    assert_ptr_equal(cf_forward_poll_unfit(&w.forward), &sink);
    assert_true(sink.is_unfit);
    assert_null(cf_forward_poll_unfit(&w.forward));
    for (size_t i = 0; i < 2; i++) {
        cf_forward_remove_source(&w.forward, &w.members[i].source, w.now);
    }
    assert_false(sink.is_unfit);
    assert_true(cf_forward_deadline(&w.forward) != CF_USEC_NEVER);
    assert_ptr_equal(cf_forward_poll_unfit(&w.forward), &sink);
    assert_true(cf_forward_deadline(&w.forward) == CF_USEC_NEVER);
    cf_forward_remove_sink(&w.forward, &sink);
    for (uint8_t i = 0; i < 2; i++) {
        struct member *m = &w.members[i];
        assert_true(cf_forward_add_source(&w.forward, &m->picture, &m->source, SSRC(i + 1U), w.now));
    }
    world_fini(&w);
}

static void is_silent_about_a_source_nobody_can_get(void **state) {
    (void)state;
    static struct world w;
    world_init(&w, 1, 11);
    run(&w, CF_SEC(2));
    assert_int_equal(w.members[0].asked, 0);
    assert_int_equal(w.members[0].decoder.count, 0);
    world_fini(&w);
}

/* A viewer with one tile, outside of the members. */
static void add_viewer(struct world *w, struct member *viewer, struct cf_scene *picture, bool is_small) {
    const struct cf_sink_config config = {.owner = 77, .formats = CF_VIDEO_SET(CF_VIDEO_VP8), .heads = heads};
    const struct cf_sink_view view = {.is_tile = true, .picture = picture, .is_small = is_small};
    memset(viewer, 0, sizeof *viewer);
    viewer->camera.number = 77;
    cf_sink_init(&viewer->sink, &config);
    test_decoder_init(&viewer->decoder, PACKETS_MAX);
    cf_forward_add_sink(&w->forward, &viewer->sink, &view, w->now);
}

static void remove_viewer(struct world *w, struct member *viewer) {
    cf_forward_remove_sink(&w->forward, &viewer->sink);
    test_decoder_fini(&viewer->decoder);
}

/* Camera 2 makes the miniature of member 1. */
static void make_miniature(struct world *w) {
    struct member *m = &w->members[1];
    const struct cf_sink_limit blind = {.is_paused = true};
    cf_forward_set_limit(&w->forward, &m->sink, &blind, w->now);
    cf_forward_remove_source(&w->forward, &m->source, w->now);
    m->source.config.grade = 16;
    assert_true(cf_forward_add_source(&w->forward, &w->members[0].picture, &m->source, SSRC(2), w->now));
}

/* What the viewer got is one stream; how often its camera changed. */
static size_t switches_of(struct member *viewer) {
    size_t switches;
    assert_int_equal(test_decoder_check(&viewer->decoder, &switches), 0);
    return switches;
}

static void a_tile_shows_its_picture_whoever_speaks(void **state) {
    (void)state;
    static struct world w;
    struct member viewer;
    world_init(&w, 4, 12);
    run(&w, CF_SEC(1));
    add_viewer(&w, &viewer, &w.members[1].picture, false);
    for (uint32_t speaker = 1; speaker <= 4; speaker++) {
        cf_forward_on_speaker(&w.forward, speaker, w.now);
        run(&w, CF_SEC(2));
        assert_int_equal(test_decoder_camera(&viewer.decoder), 2);
    }
    assert_int_equal(switches_of(&viewer), 0);
    /* A leg that shows the tile's picture no more: nobody, then another one in the same place. */
    const struct cf_sink_view nobody = {.is_tile = true};
    const struct cf_sink_view third = {.is_tile = true, .picture = &w.members[2].picture};
    cf_forward_set_view(&w.forward, &viewer.sink, &nobody, w.now);
    size_t before = viewer.decoder.count;
    run(&w, CF_SEC(1));
    assert_int_equal(viewer.decoder.count, before);
    cf_forward_set_view(&w.forward, &viewer.sink, &third, w.now);
    run(&w, CF_SEC(1));
    assert_int_equal(test_decoder_camera(&viewer.decoder), 3);
    (void)switches_of(&viewer);
    remove_viewer(&w, &viewer);
    world_fini(&w);
}

static void a_small_tile_gets_the_miniature_and_changes_without_a_gap(void **state) {
    (void)state;
    static struct world w;
    struct member viewer;
    const struct cf_sink_view full = {.is_tile = true, .picture = &w.members[0].picture};
    world_init(&w, 3, 13);
    make_miniature(&w);
    run(&w, CF_SEC(1));
    add_viewer(&w, &viewer, &w.members[0].picture, true);
    run(&w, CF_SEC(2));
    assert_int_equal(test_decoder_camera(&viewer.decoder), 2);
    cf_forward_set_view(&w.forward, &viewer.sink, &full, w.now);
    run(&w, CF_SEC(2));
    assert_int_equal(test_decoder_camera(&viewer.decoder), 1);
    assert_int_equal(switches_of(&viewer), 1);
    /* Followers get the full picture, and know it by one SSRC. */
    assert_ptr_equal(w.members[2].sink.shown, &w.members[0].source);
    remove_viewer(&w, &viewer);
    world_fini(&w);
}

static void a_limit_makes_it_coarser_or_stops_it(void **state) {
    (void)state;
    static struct world w;
    struct member viewer;
    const struct cf_sink_limit coarse = {.grade = 1};
    const struct cf_sink_limit pause = {.is_paused = true};
    const struct cf_sink_limit none = {.grade = 0};
    world_init(&w, 2, 14);
    make_miniature(&w);
    run(&w, CF_SEC(1));
    add_viewer(&w, &viewer, &w.members[0].picture, false);
    run(&w, CF_SEC(1));
    assert_int_equal(test_decoder_camera(&viewer.decoder), 1);
    cf_forward_set_limit(&w.forward, &viewer.sink, &coarse, w.now);
    run(&w, CF_SEC(1));
    assert_int_equal(test_decoder_camera(&viewer.decoder), 2);
    assert_int_equal(switches_of(&viewer), 1);
    cf_forward_set_limit(&w.forward, &viewer.sink, &pause, w.now);
    size_t before = viewer.decoder.count;
    run(&w, CF_SEC(1));
    assert_int_equal(viewer.decoder.count, before);
    cf_forward_set_limit(&w.forward, &viewer.sink, &none, w.now);
    run(&w, CF_SEC(1));
    assert_int_equal(test_decoder_camera(&viewer.decoder), 1);
    (void)switches_of(&viewer);
    remove_viewer(&w, &viewer);
    world_fini(&w);
}

static void a_small_tile_gets_the_full_picture_while_there_is_no_miniature(void **state) {
    (void)state;
    static struct world w;
    struct member viewer;
    world_init(&w, 3, 15);
    make_miniature(&w);
    run(&w, CF_SEC(1));
    add_viewer(&w, &viewer, &w.members[0].picture, true);
    run(&w, CF_SEC(1));
    assert_int_equal(test_decoder_camera(&viewer.decoder), 2);
    w.members[1].camera.next_at += CF_SEC(6);
    run(&w, CF_SEC(5));
    assert_int_equal(test_decoder_camera(&viewer.decoder), 1);
    run(&w, CF_SEC(3));
    assert_int_equal(test_decoder_camera(&viewer.decoder), 2);
    assert_int_equal(switches_of(&viewer), 2);
    remove_viewer(&w, &viewer);
    world_fini(&w);
}

static void a_screen_is_shown_instead_of_the_speaker(void **state) {
    (void)state;
    static struct world w;
    struct member *sharer = &w.members[1];
    world_init(&w, 4, 16);
    run(&w, CF_SEC(1));
    cf_forward_on_speaker(&w.forward, 1, w.now);
    run(&w, CF_SEC(2));
    struct cf_scene screen;
    cf_scene_init(&screen, sharer->picture.owner, CF_SCENE_SLIDES);
    cf_forward_remove_source(&w.forward, &sharer->source, w.now);
    assert_true(cf_forward_add_source(&w.forward, &screen, &sharer->source, SSRC(2), w.now));
    run(&w, CF_SEC(2));
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(test_decoder_camera(&w.members[i].decoder), i == 1 ? 1 : 2);
    }
    cf_forward_remove_source(&w.forward, &sharer->source, w.now);
    cf_forward_forget_picture(&w.forward, &screen);
    assert_true(cf_forward_add_source(&w.forward, &sharer->picture, &sharer->source, SSRC(2), w.now));
    run(&w, CF_SEC(2));
    assert_int_equal(test_decoder_camera(&w.members[3].decoder), 1);
    for (size_t i = 0; i < 4; i++) {
        (void)switches_of(&w.members[i]);
    }
    world_fini(&w);
}

static void tiles_of_a_picture_that_is_gone_show_nobody(void **state) {
    (void)state;
    static struct world w;
    struct member viewer;
    struct cf_scene picture;
    world_init(&w, 2, 17);
    cf_scene_init(&picture, 50, CF_SCENE_CAMERA);
    add_viewer(&w, &viewer, &picture, true);
    assert_true(cf_link_is_in(&viewer.sink.tile_link));
    cf_forward_forget_picture(&w.forward, &picture);
    assert_null(viewer.sink.view.picture);
    assert_false(cf_link_is_in(&viewer.sink.tile_link));
    run(&w, CF_SEC(1));
    remove_viewer(&w, &viewer);
    world_fini(&w);
}

static void copes_with_want_of_memory(void **state) {
    (void)state;
    for (size_t n = 0;; n++) {
        struct test_mem m;
        test_mem_init(&m);
        m.fail_at = n;
        struct cf_source source;
        const struct cf_source_config config = {.format = CF_VIDEO_VP8,
                                                .store = {.bytes = CF_SOURCE_STORE_MIN, .packets = 16, .age = 1}};
        enum cf_err err = cf_source_init(&source, &m.mem, &config);
        assert_int_equal(err, m.failed ? CF_ERR_NO_MEMORY : CF_OK);
        cf_source_fini(&source);
        test_mem_fini(&m);
        if (!m.failed) {
            break;
        }
    }
}

/* RFC 9626: layers of H.264 are known by what comes with the packet. */
static void frame_marking_tells_layers_of_h264(void **state) {
    (void)state;
    static const uint8_t slice[] = {0x41, 0x9a, 0x12, 0x34};
    struct test_mem mem;
    struct cf_source source;
    test_mem_init(&mem);
    const struct cf_source_config config = {.format = CF_VIDEO_H264_MODE_1,
                                            .store = {.bytes = CF_SOURCE_STORE_MIN, .packets = 64, .age = CF_SEC(1)}};
    assert_ok(cf_source_init(&source, &mem.mem, &config));
    struct cf_video_packet packet = {.sequence = 7,
                                     .marker = true,
                                     .payload = {slice, sizeof slice},
                                     .arrival = CF_SEC(1),
                                     .has_marking = true,
                                     .marking = {.start = true, .has_layers = true, .base_sync = true, .tid = 2}};
    assert_int_equal(cf_source_on_packet(&source, &packet), CF_SOURCE_TAKEN);
    packet.sequence = 8;
    packet.has_marking = false;
    assert_int_equal(cf_source_on_packet(&source, &packet), CF_SOURCE_TAKEN);
    assert_int_equal(cf_store_get(&source.store, 7, CF_SEC(1))->layer.temporal, 2);
    assert_true(cf_store_get(&source.store, 7, CF_SEC(1))->layer.is_sync);
    assert_int_equal(cf_store_get(&source.store, 8, CF_SEC(1))->layer.temporal, 0);
    cf_source_fini(&source);
    test_mem_fini(&mem);
}

CF_TEST_MAIN(
    cmocka_unit_test(frame_marking_tells_layers_of_h264), cmocka_unit_test(a_tile_shows_its_picture_whoever_speaks),
    cmocka_unit_test(a_small_tile_gets_the_miniature_and_changes_without_a_gap),
    cmocka_unit_test(a_limit_makes_it_coarser_or_stops_it),
    cmocka_unit_test(a_small_tile_gets_the_full_picture_while_there_is_no_miniature),
    cmocka_unit_test(a_screen_is_shown_instead_of_the_speaker), cmocka_unit_test(tiles_of_a_picture_that_is_gone_show_nobody),
    cmocka_unit_test(everybody_sees_the_speaker_and_the_speaker_the_one_before),
    cmocka_unit_test(a_decoder_never_notices_a_switch), cmocka_unit_test(what_is_lost_on_the_way_in_is_a_gap_on_the_way_out),
    cmocka_unit_test(decoders_survive_loss_and_switches_together), cmocka_unit_test(a_newcomer_gets_a_picture_without_a_request),
    cmocka_unit_test(nobody_begins_with_a_key_frame_after_which_something_is_missing),
    cmocka_unit_test(nobody_begins_with_a_key_frame_many_packets_ago),
    cmocka_unit_test(a_hostile_receiver_changes_nothing_for_others),
    cmocka_unit_test(repeats_exactly_what_was_sent_within_its_budget), cmocka_unit_test(a_picture_that_stands_still_is_counted),
    cmocka_unit_test(goes_on_with_another_when_the_one_shown_leaves_or_is_muted),
    cmocka_unit_test(a_restarted_source_needs_a_key_frame_again), cmocka_unit_test(never_mixes_codecs),
    cmocka_unit_test(who_lacks_a_codec_is_to_be_told_to_the_last), cmocka_unit_test(is_silent_about_a_source_nobody_can_get),
    cmocka_unit_test(copes_with_want_of_memory))
