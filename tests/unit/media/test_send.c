/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What goes out, in which order, and when the shell does not take it. */
#include "lib/test_media.h"

#include "lib/test.h"

static struct test_media w;
static const struct test_phone_config plain = {.has_levels = false};

static void levels_name_the_others(void **state) {
    (void)state;
    const struct test_phone_config config = {.has_levels = true, .no_picture = true};
    test_media_init(&w, 1);
    for (size_t i = 0; i < 4; i++) {
        test_media_add(&w, &config)->is_talking = i == 2;
    }
    test_media_run(&w, CF_SEC(5));
    for (size_t i = 0; i < 4; i++) {
        const struct test_phone *phone = &w.phones[i];
        /* Every 250 ms, not oneself (asserted by the phone), the speaker first. */
        assert_in_range(phone->levels_seen, 17, 21);
        assert_int_equal(phone->level_count, 3);
        assert_true(i == 2 || phone->level_ssrcs[0] == w.phones[2].ssrc[TEST_SOUND]);
    }
    assert_in_range(test_media_event_count(&w, CF_MEDIA_EVENT_LEVELS), 4, 6);
    const struct cf_media_event *event = test_media_event(&w, CF_MEDIA_EVENT_LEVELS);
    assert_int_equal(event->as.levels.count, 4);
    assert_true(cf_handle_eq(event->as.levels.list[0].leg, w.phones[2].leg));
    test_media_fini(&w);
}

static void browsers_are_told_who_is_in_the_mix(void **state) {
    (void)state;
    const struct test_phone_config config = {.has_bundle = true, .has_mux = true, .no_picture = true};
    test_media_init(&w, 1);
    for (size_t i = 0; i < 4; i++) {
        test_media_add(&w, i == 3 ? &plain : &config)->is_talking = i == 1 || i == 2;
    }
    test_media_run(&w, CF_SEC(5));
    for (size_t i = 0; i < 3; i++) {
        const struct test_phone *phone = &w.phones[i];
        /* As often as levels, those who are heard alone, not oneself (asserted by the phone). */
        assert_int_equal(phone->levels_seen, 0);
        assert_in_range(phone->sources_seen, 17, 21);
        assert_int_equal(phone->level_count, i == 0 ? 2 : 1);
        assert_true(i == 0 || phone->level_ssrcs[0] == w.phones[3 - i].ssrc[TEST_SOUND]);
    }
    assert_int_equal(w.phones[3].sources_seen, 0); /* a plain phone */
    /* Nobody is named for long once they are silent. */
    w.phones[1].is_talking = w.phones[2].is_talking = false;
    test_media_run(&w, CF_SEC(2));
    size_t before = w.phones[0].sources_seen;
    test_media_run(&w, CF_SEC(2));
    assert_int_equal(w.phones[0].sources_seen, before);
    test_media_fini(&w);
}

static void packets_of_one_receiver_come_in_a_row(void **state) {
    (void)state;
    test_media_init(&w, 2);
    for (size_t i = 0; i < 6; i++) {
        test_media_add(&w, &plain);
    }
    w.phones[0].is_talking = true;
    test_media_run(&w, CF_SEC(3));
    /* A frame of six packets in one batch. */
    struct test_phone *speaker = &w.phones[0];
    struct cf_media_input inputs[6];
    uint8_t octets[6][128];
    for (size_t i = 0; i < 6; i++) {
        struct test_camera_packet packet;
        struct cf_writer writer;
        test_camera_next(&speaker->camera, &packet);
        const struct cf_rtp_header header = {.timestamp = packet.timestamp,
                                             .ssrc = speaker->ssrc[TEST_PICTURE],
                                             .sequence = packet.sequence,
                                             .marker = packet.marker,
                                             .payload_type = TEST_PT_VP8};
        cf_writer_init(&writer, octets[i], sizeof octets[i]);
        cf_rtp_put_header(&writer, &header);
        cf_put_bytes(&writer, packet.payload, packet.len);
        inputs[i] = (struct cf_media_input){.socket = speaker->sockets[TEST_PICTURE][0],
                                            .from = speaker->address[TEST_PICTURE][0],
                                            .at = octets[i],
                                            .len = writer.len};
    }
    cf_engine_receive(&w.engine, inputs, 6, w.now);
    const struct cf_media_output *outputs;
    size_t count = cf_engine_poll_send(&w.engine, &outputs);
    assert_int_equal(count, 30);
    size_t changes = 0;
    for (size_t i = 1; i < count; i++) {
        changes += outputs[i].socket != outputs[i - 1].socket;
        assert_true(outputs[i].socket != outputs[i - 1].socket ||
                    (uint16_t)(cf_be16(outputs[i].data.at + 2) - cf_be16(outputs[i - 1].data.at + 2)) == 1);
    }
    assert_int_equal(changes, 4);
    assert_int_equal(cf_engine_poll_send(&w.engine, &outputs), 0);
    test_media_fini(&w);
}

static void large_rooms_are_sent_in_portions(void **state) {
    (void)state;
    test_media_init(&w, 3);
    for (size_t i = 0; i < TEST_PHONES_MAX; i++) {
        test_media_add(&w, &plain);
    }
    w.phones[0].is_talking = true;
    /* The phones assert that nothing is missing or twice. */
    test_media_run(&w, CF_SEC(3));
    for (size_t i = 0; i < TEST_PHONES_MAX; i++) {
        size_t switches;
        assert_int_equal(test_decoder_check(&w.phones[i].decoder, &switches), 0);
        assert_true(w.phones[i].decoder.count > 100);
    }
    test_media_fini(&w);
}

static void the_sound_of_a_tick_is_one_batch(void **state) {
    (void)state;
    test_media_init(&w, 6);
    const struct test_phone_config config = {.no_picture = true};
    for (size_t i = 0; i < 20; i++) {
        test_media_add(&w, &config)->is_talking = i < 4;
    }
    test_media_run(&w, CF_SEC(2));
    /* The next tick: some hear the common mix, some their own. */
    const struct cf_media_output *outputs;
    size_t batches = 0;
    size_t datagrams = 0;
    w.now += CF_MSEC(20);
    cf_engine_on_deadline(&w.engine, w.now);
    for (size_t n = cf_engine_poll_send(&w.engine, &outputs); n > 0; n = cf_engine_poll_send(&w.engine, &outputs)) {
        bool is_sound = cf_packet_kind_of(outputs[0].data) == CF_PACKET_RTP;
        batches += is_sound;
        datagrams += is_sound ? n : 0;
    }
    assert_int_equal(batches, 1);
    assert_int_equal(datagrams, 20);
    test_media_fini(&w);
}

static void what_the_shell_leaves_is_dropped_and_counted(void **state) {
    (void)state;
    test_media_init(&w, 4);
    for (size_t i = 0; i < 3; i++) {
        test_media_add(&w, &plain)->is_talking = true;
    }
    test_media_run(&w, CF_SEC(2));
    for (cf_usec end = w.now + CF_SEC(1); w.now < end; w.now += CF_MSEC(5)) {
        cf_engine_on_deadline(&w.engine, w.now);
    }
    const struct cf_engine_totals *totals = cf_engine_totals(&w.engine);
    assert_in_range(totals->dropped_out, 140, 160);
    const struct cf_media_output *outputs;
    while (cf_engine_poll_send(&w.engine, &outputs) > 0) {
    }
    cf_engine_on_deadline(&w.engine, w.now);
    assert_true(cf_engine_poll_send(&w.engine, &outputs) > 0);
    w.engine.totals.dropped_out = 0;
    test_media_fini(&w);
}

static void nothing_is_sent_to_who_has_no_address(void **state) {
    (void)state;
    test_media_init(&w, 5);
    struct test_phone *a = test_media_add(&w, &plain);
    (void)test_media_add(&w, &plain);
    for (size_t i = 0; i < TEST_LINES; i++) {
        memset(a->transports[i].transport.remote_rtp.ip, 0, 16);
        memset(a->transports[i].transport.remote_rtcp.ip, 0, 16);
    }
    test_media_agree(&w, a);
    a->is_silent = true;
    test_media_run(&w, CF_SEC(2));
    assert_int_equal(a->frames_heard, 0);
    const struct cf_engine_line *line = test_media_line(&w, a, TEST_SOUND);
    assert_true(line->counts.failures_out > 90);
    assert_int_equal(line->counts.packets_out, 0);
    test_media_fini(&w);
}

CF_TEST_MAIN(cmocka_unit_test(levels_name_the_others), cmocka_unit_test(browsers_are_told_who_is_in_the_mix),
             cmocka_unit_test(packets_of_one_receiver_come_in_a_row), cmocka_unit_test(large_rooms_are_sent_in_portions),
             cmocka_unit_test(the_sound_of_a_tick_is_one_batch), cmocka_unit_test(what_the_shell_leaves_is_dropped_and_counted),
             cmocka_unit_test(nothing_is_sent_to_who_has_no_address))
