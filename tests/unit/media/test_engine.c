/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine as a whole: silence, key presses, clocks, many rooms. */
#include "lib/test_media.h"

#include "core/rtp/event.h"
#include "lib/test.h"

static struct test_media w;
static const struct test_phone_config plain = {.has_levels = false};

static void silence_is_reported_once_and_so_is_its_end(void **state) {
    (void)state;
    const struct test_phone_config config = {.policy = {.silence_usec = CF_SEC(3)}};
    test_media_init(&w, 1);
    struct test_phone *a = test_media_add(&w, &config);
    a->is_silent = true;
    test_media_run(&w, CF_SEC(10));
    assert_int_equal(test_media_event_count(&w, CF_MEDIA_EVENT_SILENT), 1);
    assert_int_equal(test_media_event_count(&w, CF_MEDIA_EVENT_HEARD), 0);
    a->is_silent = false;
    test_media_run(&w, CF_SEC(10));
    assert_int_equal(test_media_event_count(&w, CF_MEDIA_EVENT_SILENT), 1);
    assert_int_equal(test_media_event_count(&w, CF_MEDIA_EVENT_HEARD), 1);
    a->is_silent = true;
    test_media_run(&w, CF_MSEC(3010));
    assert_int_equal(test_media_event_count(&w, CF_MEDIA_EVENT_SILENT), 2);
    test_media_fini(&w);
}

/* Six talk and four are heard. Whoever says how loud he is (RFC 6464) is decoded only if he is heard. */
static void levels_that_are_sent_spare_decoding(void **state) {
    (void)state;
    for (int has_levels = 0; has_levels < 2; has_levels++) {
        const struct test_phone_config config = {.no_picture = true, .has_levels = has_levels != 0};
        test_media_init(&w, 12);
        for (size_t i = 0; i < 6; i++) {
            test_media_add(&w, &config)->is_talking = true;
        }
        test_media_run(&w, CF_SEC(2));
        const struct cf_engine_room *room = cf_media_names_at(&w.engine.rooms, w.room.slot);
        uint64_t decodes = cf_mixer_stats(&room->mixer)->decodes;
        test_media_run(&w, CF_SEC(2));
        decodes = cf_mixer_stats(&room->mixer)->decodes - decodes;
        size_t decoded = has_levels != 0 ? 4 : 6;
        assert_in_range(decodes, decoded * 98, decoded * 102);
        test_media_fini(&w);
    }
}

static void key_presses_are_reported_once_each(void **state) {
    (void)state;
    test_media_init(&w, 2);
    struct test_phone *a = test_media_add(&w, &plain);
    test_media_run(&w, CF_MSEC(500));
    static const char keys[] = "1*0#";
    for (size_t k = 0; k < 4; k++) {
        uint32_t timestamp = a->timestamp;
        for (uint16_t i = 0; i < 6; i++) {
            uint8_t payload[8];
            struct cf_writer writer;
            cf_writer_init(&writer, payload, sizeof payload);
            const struct cf_event event = {
                .code = (uint8_t)cf_event_of_key(keys[k]), .is_end = i >= 3, .duration = (uint16_t)(960 * (i + 1))};
            cf_put_event(&writer, &event);
            const struct cf_rtp_header header = {
                .timestamp = timestamp, .ssrc = a->ssrc[TEST_SOUND], .sequence = a->sequence++, .payload_type = TEST_PT_EVENT};
            test_media_send_rtp(&w, a, TEST_SOUND, &header, cf_writer_span(&writer));
            test_media_run(&w, CF_MSEC(20));
        }
    }
    char seen[8] = "";
    size_t count = 0;
    for (size_t i = 0; i < w.event_count; i++) {
        if (w.events[i].kind == CF_MEDIA_EVENT_DIGIT && count < 7) {
            seen[count++] = w.events[i].as.digit;
        }
    }
    assert_string_equal(seen, keys);
    test_media_fini(&w);
}

/* T47: the wall clock jumps; only reports to peers speak of it. */
static void a_jump_of_the_wall_clock_disturbs_nothing(void **state) {
    (void)state;
    test_media_init(&w, 3);
    for (size_t i = 0; i < 3; i++) {
        test_media_add(&w, &plain)->is_talking = true;
    }
    test_media_run(&w, CF_SEC(3));
    cf_engine_set_wall(&w.engine, INT64_C(1500000000) * 1000000, w.now);
    test_media_run(&w, CF_SEC(5));
    cf_engine_set_wall(&w.engine, INT64_C(1900000000) * 1000000, w.now);
    test_media_run(&w, CF_SEC(5));
    for (size_t i = 0; i < 3; i++) {
        size_t switches;
        assert_in_range(w.phones[i].frames_heard, 640, 651);
        assert_int_equal(test_decoder_check(&w.phones[i].decoder, &switches), 0);
        assert_true((w.phones[i].control.info[TEST_SOUND].ntp >> 32) > UINT64_C(1900000000) + 2208988800U);
    }
    test_media_fini(&w);
}

static void streams_are_announced(void **state) {
    (void)state;
    test_media_init(&w, 4);
    const struct test_phone *a = test_media_add(&w, &plain);
    test_media_run(&w, CF_SEC(1));
    assert_int_equal(test_media_event_count(&w, CF_MEDIA_EVENT_SSRC), 2);
    for (size_t i = 0; i < w.event_count; i++) {
        if (w.events[i].kind == CF_MEDIA_EVENT_SSRC) {
            assert_int_equal(w.events[i].as.ssrc.value, a->ssrc[w.events[i].as.ssrc.line]);
        }
    }
    test_media_fini(&w);
}

/* Who runs it had no time: it goes on from there, and says so. */
static void being_late_is_counted(void **state) {
    (void)state;
    const struct cf_engine_totals *totals = cf_engine_totals(&w.engine);
    test_media_init(&w, 7);
    (void)test_media_add(&w, &plain);
    struct test_phone *b = test_media_add(&w, &plain);
    test_media_run(&w, CF_SEC(2));
    assert_int_equal(totals->late_usec, 0);
    w.now += CF_ENGINE_LATE_USEC - CF_MIX_TICK_USEC; /* what jitter buffers bear */
    test_media_run(&w, CF_SEC(1));
    assert_int_equal(totals->late_usec, 0);
    w.now += CF_SEC(3);
    test_media_run(&w, CF_SEC(1));
    assert_in_range(totals->late_usec, CF_MSEC(2900), CF_SEC(3));
    size_t heard = b->frames_heard;
    test_media_run(&w, CF_SEC(1));
    assert_in_range(b->frames_heard - heard, 49, 51);
    assert_in_range(totals->late_usec, CF_MSEC(2900), CF_SEC(3));
    test_media_fini(&w);
}

/* Nothing was to be heard while nobody was there. */
static void a_room_that_stood_empty_was_not_late(void **state) {
    (void)state;
    const struct cf_engine_totals *totals = cf_engine_totals(&w.engine);
    test_media_init(&w, 9);
    w.now += CF_SEC(600);
    (void)test_media_add(&w, &plain);
    struct test_phone *b = test_media_add(&w, &plain);
    test_media_run(&w, CF_SEC(2));
    assert_int_equal(totals->late_usec, 0);
    assert_true(b->frames_heard > 50);
    test_media_fini(&w);
}

static void an_idle_engine_sleeps(void **state) {
    (void)state;
    test_media_init(&w, 5);
    assert_true(cf_engine_deadline(&w.engine) == CF_USEC_NEVER);
    (void)test_media_add(&w, &plain);
    assert_true(cf_engine_deadline(&w.engine) <= w.now + CF_MIX_TICK_USEC);
    test_media_fini(&w);
}

/* Steady state takes no memory: what a peer sends can't make it grow (T41). */
static void nothing_is_allocated_while_packets_flow(void **state) {
    (void)state;
    test_media_init(&w, 6);
    for (size_t i = 0; i < 5; i++) {
        test_media_add(&w, &plain)->is_talking = i % 2 == 0;
    }
    test_media_run(&w, CF_SEC(5));
    size_t allocations = w.mem.count;
    for (size_t i = 0; i < 10; i++) {
        w.phones[i % 5].is_talking = !w.phones[i % 5].is_talking;
        test_media_run(&w, CF_SEC(2));
    }
    assert_int_equal(w.mem.count, allocations);
    test_media_fini(&w);
}

/* A room of people who are in and send nothing: the engine is called seldom and sends seldom, until somebody speaks. */
static void a_silent_room_rests_and_wakes(void **state) {
    (void)state;
    static const struct test_phone_config config = {.no_picture = true};
    test_media_init(&w, 7);
    w.engine.config.sends_silence = false;
    w.room = (struct cf_handle){.slot = 4, .generation = 1};
    const struct cf_media_command command = {.kind = CF_MEDIA_ROOM_ADD, .room = w.room};
    test_media_command(&w, &command);
    for (size_t i = 0; i < 10; i++) {
        test_media_add(&w, &config)->is_silent = i > 0;
    }
    test_media_run(&w, CF_SEC(1));
    w.phones[0].is_silent = true;
    test_media_run(&w, CF_SEC(3));
    const struct cf_line_counts *counts = &test_media_line(&w, &w.phones[9], TEST_SOUND)->counts;
    uint64_t packets = counts->packets_out;
    test_media_run(&w, CF_SEC(8));
    assert_in_range(counts->packets_out - packets, 7, 9);
    w.phones[0].is_silent = false;
    w.phones[0].is_talking = true;
    packets = counts->packets_out;
    test_media_run(&w, CF_SEC(1));
    assert_in_range(counts->packets_out - packets, 40, 50);
    assert_int_equal(counts->failures_out, 0);
    test_media_fini(&w);
}

CF_TEST_MAIN(cmocka_unit_test(silence_is_reported_once_and_so_is_its_end), cmocka_unit_test(levels_that_are_sent_spare_decoding),
             cmocka_unit_test(key_presses_are_reported_once_each), cmocka_unit_test(a_jump_of_the_wall_clock_disturbs_nothing),
             cmocka_unit_test(streams_are_announced), cmocka_unit_test(being_late_is_counted),
             cmocka_unit_test(a_room_that_stood_empty_was_not_late), cmocka_unit_test(an_idle_engine_sleeps),
             cmocka_unit_test(nothing_is_allocated_while_packets_flow), cmocka_unit_test(a_silent_room_rests_and_wakes))
