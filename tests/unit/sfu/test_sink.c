/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One receiver by itself: the media time that its reports name, and the key frames that it may ask for. */
#include "core/sfu/sink.h"

#include "lib/test.h"
#include "lib/test_mem.h"

#define WALL (INT64_C(1700000000) * 1000000)

static struct test_mem mem;
static struct cf_source source;
static struct cf_sink sink;
static struct cf_sink other;

/* Both see the source, whose first packet had timestamp 5000. */
static int begin(void **state) {
    (void)state;
    const struct cf_source_config config = {.format = CF_VIDEO_VP8, .store = {.bytes = 1 << 18, .packets = 64, .age = CF_SEC(2)}};
    const struct cf_sink_config sink_config = {
        .owner = 1, .formats = CF_VIDEO_SET(CF_VIDEO_VP8), .heads = {.sequence = 7, .timestamp = 0xfffff000}};
    test_mem_init(&mem);
    if (cf_source_init(&source, &mem.mem, &config) != CF_OK) {
        return 1;
    }
    cf_source_restart(&source, CF_VIDEO_VP8, 1, 0xabc);
    struct cf_sink *const both[] = {&sink, &other};
    for (size_t i = 0; i < 2; i++) {
        const struct cf_video_packet first = {.timestamp = 5000, .sequence = 100, .format = CF_VIDEO_VP8, .arrival = CF_SEC(1)};
        cf_sink_init(both[i], &sink_config);
        cf_rewrite_switch(&both[i]->rewrite, 1, 0, &first);
        both[i]->shown = &source;
        cf_list_append(&source.shown_by, &both[i]->shown_link);
    }
    return 0;
}

static int end(void **state) {
    (void)state;
    cf_sink_detach(&sink);
    cf_sink_detach(&other);
    cf_source_fini(&source);
    test_mem_fini(&mem);
    return 0;
}

/* RFC 3550 section 6.4.1: the time of a report of ours stands beside the media time of the stream as we send it. */
static void reports_name_the_media_time_of_what_is_sent(void **state) {
    (void)state;
    uint32_t timestamp = 0;
    uint32_t shift = sink.rewrite.stays[0].timestamp_shift;
    assert_true(shift != 0);
    /* The sender's clock is 10 s behind ours; it says that 5000 was captured now, by its clock. */
    cf_clock_map_on_sr(&source.clock, cf_wall_to_ntp(WALL - CF_SEC(10)), 5000, WALL);
    assert_true(cf_sink_timestamp_at(&sink, WALL, CF_SEC(1), &timestamp));
    assert_in_range(timestamp - (5000 + shift) + 1, 0, 2);
    assert_true(cf_sink_timestamp_at(&sink, WALL + CF_SEC(2), CF_SEC(3), &timestamp));
    assert_in_range(timestamp - (5000 + 180000 + shift) + 1, 0, 2);
    /* Sound that is played 100 ms later takes its picture along. */
    source.has_lip_offset = true;
    source.lip_offset_usec = source.clock.offset_usec + CF_MSEC(100);
    assert_true(cf_sink_timestamp_at(&sink, WALL + CF_SEC(2), CF_SEC(3), &timestamp));
    assert_in_range(timestamp - (5000 + 180000 - 9000 + shift) + 1, 0, 2);
}

static void without_reports_of_the_sender_time_goes_on_by_the_clock(void **state) {
    (void)state;
    uint32_t timestamp = 0;
    sink.rewrite.head_arrival = CF_SEC(1);
    assert_true(cf_sink_timestamp_at(&sink, WALL, CF_SEC(2), &timestamp));
    assert_int_equal(timestamp, sink.rewrite.heads.timestamp + 90000);
}

/* RFC 5104 section 4.3.1.1: the same number is the same request, sent again. */
static void a_fir_that_is_repeated_is_heard_once(void **state) {
    (void)state;
    cf_sink_on_key_request(&sink, 5, CF_SEC(10));
    assert_int_equal(sink.counts.keys_refused, 0);
    cf_sink_on_key_request(&sink, 5, CF_SEC(20));
    assert_int_equal(sink.counts.keys_refused, 1);
    cf_sink_on_key_request(&sink, 6, CF_SEC(30));
    cf_sink_on_key_request(&sink, -1, CF_SEC(40));
    cf_sink_on_key_request(&sink, -1, CF_SEC(50));
    assert_int_equal(sink.counts.keys_refused, 1);
    assert_int_equal(sink.counts.keys_wanted, 5);
}

/* T37: key frames cost everybody who sees the source. */
static void who_loses_much_gets_few_key_frames_that_others_pay_for(void **state) {
    (void)state;
    cf_sink_on_report(&sink, 64, CF_SEC(10));
    cf_sink_on_key_request(&sink, -1, CF_SEC(10));
    assert_int_equal(sink.counts.keys_lossy, 1);
    assert_int_equal(cf_keyframe_gate_deadline(&source.gate), CF_USEC_NEVER);
    cf_sink_on_report(&sink, 64, CF_SEC(10) + CF_SINK_LOSSY_PAUSE);
    cf_sink_on_key_request(&sink, -1, CF_SEC(10) + CF_SINK_LOSSY_PAUSE);
    assert_int_equal(sink.counts.keys_lossy, 1);
    assert_true(cf_keyframe_gate_deadline(&source.gate) != CF_USEC_NEVER);
    /* Nobody else pays. */
    cf_keyframe_gate_on_key_frame(&source.gate);
    cf_sink_detach(&other);
    cf_sink_on_report(&sink, 64, CF_SEC(60));
    cf_sink_on_key_request(&sink, -1, CF_SEC(60));
    assert_int_equal(sink.counts.keys_lossy, 1);
    assert_true(cf_keyframe_gate_deadline(&source.gate) != CF_USEC_NEVER);
}

/* The frame that its layer could have been begun with may be lost on its way to us, or be one that there never is. */
static void who_lacks_a_layer_for_long_gets_a_key_frame(void **state) {
    (void)state;
    sink.gate.present = (struct cf_layer_limit){0, CF_LAYER_ANY};
    cf_sink_look(&sink, CF_SEC(1));
    cf_sink_look(&sink, CF_SEC(3));
    assert_int_equal(cf_keyframe_gate_deadline(&source.gate), CF_USEC_NEVER); /* there are no more */
    source.rates.bps[1][0] = 100000;
    cf_sink_look(&sink, CF_SEC(4));
    cf_sink_look(&sink, CF_SEC(4) + CF_SINK_LOW_PATIENCE - 1);
    assert_int_equal(cf_keyframe_gate_deadline(&source.gate), CF_USEC_NEVER);
    cf_sink_look(&sink, CF_SEC(4) + CF_SINK_LOW_PATIENCE);
    assert_true(cf_keyframe_gate_deadline(&source.gate) != CF_USEC_NEVER);
    /* No more than it may ask for itself. */
    unsigned asked = 1;
    for (int i = 6; i < 16; i++) {
        cf_keyframe_gate_on_key_frame(&source.gate);
        cf_sink_look(&sink, CF_SEC(i));
        asked += cf_keyframe_gate_deadline(&source.gate) != CF_USEC_NEVER;
    }
    assert_in_range(asked, CF_KEYFRAME_BUDGET_MAX, CF_KEYFRAME_BUDGET_MAX + 2);
    /* Who has what he may have needs none. */
    cf_keyframe_gate_on_key_frame(&source.gate);
    sink.limit.spatial_count = 1;
    cf_sink_look(&sink, CF_SEC(60));
    cf_sink_look(&sink, CF_SEC(62));
    sink.gate.present.spatial = CF_LAYER_ANY;
    sink.limit.spatial_count = 0;
    cf_sink_look(&sink, CF_SEC(64));
    cf_sink_look(&sink, CF_SEC(66));
    assert_int_equal(cf_keyframe_gate_deadline(&source.gate), CF_USEC_NEVER);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)
CF_TEST_MAIN(CASE(reports_name_the_media_time_of_what_is_sent), CASE(without_reports_of_the_sender_time_goes_on_by_the_clock),
             CASE(a_fir_that_is_repeated_is_heard_once), CASE(who_lacks_a_layer_for_long_gets_a_key_frame),
             CASE(who_loses_much_gets_few_key_frames_that_others_pay_for))
