/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RTCP both ways: reports, lip sync, key frames, bit rates, repairs, goodbyes. */
#include "lib/test_media.h"

#include "core/rtcp/feedback.h"
#include "core/rtcp/report.h"
#include "core/rtcp/sdes.h"
#include "core/rtcp/xr.h"
#include "lib/test.h"

static struct test_media w;
static const struct test_phone_config plain = {.has_levels = false};

#define WALL_OFFSET (INT64_C(1700000000) * 1000000 - CF_SEC(1000))

static void begin(size_t count, const struct test_phone_config *config) {
    test_media_init(&w, 1);
    for (size_t i = 0; i < count; i++) {
        test_media_add(&w, config);
    }
    w.phones[0].is_talking = true;
    test_media_run(&w, CF_SEC(3));
}

/* A compound of the phone's line: a report, then what @writer is used for. */
static uint8_t compound[512];

static struct cf_writer begin_compound(const struct test_phone *phone, enum test_line line) {
    struct cf_writer writer;
    cf_writer_init(&writer, compound, sizeof compound);
    cf_put_rtcp_rr(&writer, phone->ssrc[line], NULL, 0);
    return writer;
}

static void send_compound(struct test_phone *phone, enum test_line line, const struct cf_writer *writer) {
    assert_true(cf_writer_ok(writer));
    test_media_send_rtcp(&w, phone, line, cf_writer_span(writer));
    test_media_flush(&w);
}

static void send_pli(struct test_phone *phone) {
    struct cf_writer writer = begin_compound(phone, TEST_PICTURE);
    cf_put_rtcp_pli(&writer, phone->ssrc[TEST_PICTURE], phone->ssrc_of_engine[TEST_PICTURE]);
    send_compound(phone, TEST_PICTURE, &writer);
}

static void send_limit(struct test_phone *phone, uint64_t bitrate_bps) {
    struct cf_writer writer = begin_compound(phone, TEST_PICTURE);
    const struct cf_tmmb entry = {.ssrc = phone->ssrc_of_engine[TEST_PICTURE], .bitrate_bps = bitrate_bps};
    cf_put_rtcp_tmmb(&writer, CF_RTPFB_TMMBR, phone->ssrc[TEST_PICTURE], &entry, 1);
    send_compound(phone, TEST_PICTURE, &writer);
}

static void send_sr(struct test_phone *phone, enum test_line line, uint32_t timestamp, cf_usec ago) {
    struct cf_writer writer;
    const struct cf_sender_info info = {.ntp = cf_wall_to_ntp(w.now + WALL_OFFSET - ago), .rtp_timestamp = timestamp};
    cf_writer_init(&writer, compound, sizeof compound);
    cf_put_rtcp_sr(&writer, phone->ssrc[line], &info, NULL, 0);
    send_compound(phone, line, &writer);
}

static void reports_come_regularly(void **state) {
    (void)state;
    begin(2, &plain);
    test_media_run(&w, CF_SEC(27));
    for (size_t i = 0; i < 2; i++) {
        const struct test_phone_control *control = &w.phones[i].control;
        /* Sound and pictures, 30 seconds, not more than once in two seconds and at least every 7.5. */
        assert_in_range(control->sender_reports, 6, 40);
        assert_int_equal(control->byes, 0);
        for (size_t line = 0; line < TEST_LINES; line++) {
            assert_true(control->info[line].packet_count > 100);
        }
    }
    test_media_fini(&w);
}

static void measures_the_round_trip_and_what_the_peer_lost(void **state) {
    (void)state;
    begin(2, &plain);
    struct test_phone *a = &w.phones[0];
    cf_ntp sent = cf_wall_to_ntp(w.now + WALL_OFFSET - CF_MSEC(500));
    const struct cf_report_block block = {.ssrc = a->ssrc_of_engine[TEST_SOUND],
                                          .lost = 12,
                                          .jitter = 480,
                                          .fraction_lost = 25,
                                          .last_sr = cf_ntp_middle(sent),
                                          .delay_since_sr = 65536 * 4 / 10};
    struct cf_writer writer;
    cf_writer_init(&writer, compound, sizeof compound);
    cf_put_rtcp_rr(&writer, a->ssrc[TEST_SOUND], &block, 1);
    send_compound(a, TEST_SOUND, &writer);
    const struct cf_media_command command = {.kind = CF_MEDIA_STATS_GET, .leg = a->leg};
    test_media_forget_events(&w);
    test_media_command(&w, &command);
    assert_int_equal(w.event_count, 2);
    const struct cf_media_line_stats *stats = &w.events[0].as.stats;
    assert_int_equal(stats->line, 0);
    assert_in_range(stats->round_trip_usec, CF_MSEC(99), CF_MSEC(101));
    assert_int_equal(stats->lost_out, 12);
    assert_int_equal(stats->fraction_lost_out, 25);
    assert_int_equal(stats->jitter_out_usec, CF_MSEC(10));
    assert_int_equal(stats->ssrc_in, a->ssrc[TEST_SOUND]);
    assert_int_equal(stats->ssrc_out, a->ssrc_of_engine[TEST_SOUND]);
    assert_true(stats->packets_in > 100 && stats->packets_out > 100);
    assert_true(w.events[1].as.stats.round_trip_usec == -1);
    assert_true(cf_handle_eq(w.events[1].as.stats.shown, w.phones[1].leg));
    test_media_fini(&w);
}

/* LSR and DLSR (RFC 3550 section 6.4.1): by them it finds how long a packet takes there and back. */
static void tells_peers_when_their_report_came(void **state) {
    (void)state;
    begin(1, &plain);
    struct test_phone *a = &w.phones[0];
    const cf_usec sent_at = w.now;
    send_sr(a, TEST_SOUND, a->timestamp, 0);
    const uint32_t middle = cf_ntp_middle(cf_wall_to_ntp(sent_at + WALL_OFFSET));
    while (a->control.block.last_sr != middle && w.now - sent_at < CF_SEC(10)) {
        test_media_run(&w, CF_MSEC(10));
    }
    cf_usec elapsed = w.now - sent_at;
    cf_usec delay = cf_ticks_to_usec(a->control.block.delay_since_sr, 65536);
    assert_int_equal(a->control.block.last_sr, middle);
    assert_true(delay <= elapsed && delay + CF_MSEC(20) >= elapsed);
    test_media_fini(&w);
}

static void the_whole_engine_is_told_of_once_a_second_with_the_statistics(void **state) {
    (void)state;
    size_t count = 0;
    begin(4, &plain);
    const struct cf_media_command command = {
        .kind = CF_MEDIA_ROOM_SET, .room = w.room, .as.room_policy = {.stats_interval_usec = CF_MSEC(200)}};
    test_media_command(&w, &command);
    test_media_forget_events(&w);
    test_media_run(&w, CF_SEC(3));
    for (size_t i = 0; i < w.event_count; i++) {
        if (w.events[i].kind == CF_MEDIA_EVENT_TOTALS) {
            const struct cf_engine_totals *totals = &w.events[i].as.totals;
            uint64_t sum = totals->datagrams_used;
            for (size_t k = 0; k < CF_MEDIA_DISCARD_COUNT; k++) {
                sum += totals->discards[k];
            }
            assert_true(totals->datagrams_in > 0);
            assert_int_equal(sum, totals->datagrams_in);
            count++;
        }
    }
    assert_in_range(count, 2, 4);
    test_media_fini(&w);
}

static void key_frames_are_asked_for_once_for_all(void **state) {
    (void)state;
    begin(6, &plain);
    struct test_phone *speaker = &w.phones[0];
    speaker->control = (struct test_phone_control){.plis = 0};
    uint32_t keys = speaker->camera.keys;
    for (size_t i = 1; i < 6; i++) {
        send_pli(&w.phones[i]);
    }
    test_media_run(&w, CF_MSEC(250));
    assert_int_equal(speaker->control.plis, 1);
    assert_int_equal(speaker->control.firs, 0);
    assert_int_equal(speaker->camera.keys, keys + 1);
    test_media_fini(&w);
}

static void newcomers_are_asked_for_by_fir(void **state) {
    (void)state;
    begin(2, &plain);
    test_media_run(&w, CF_SEC(3));
    w.phones[0].control = (struct test_phone_control){.plis = 0};
    struct test_phone *c = test_media_add(&w, &plain);
    test_media_run(&w, CF_MSEC(300));
    assert_true(w.phones[0].control.firs >= 1);
    assert_int_equal(w.phones[0].control.plis, 0);
    assert_true(c->decoder.count > 0);
    assert_true(c->decoder.pictures[0].key);
    /* The next one's is another request, with another number. */
    test_media_run(&w, CF_SEC(3));
    size_t firs = w.phones[0].control.firs;
    (void)test_media_add(&w, &plain);
    test_media_run(&w, CF_MSEC(300));
    assert_true(w.phones[0].control.firs > firs);
    test_media_fini(&w);
}

/* In a bundle a FIR is not found by all: media source 0. */
static void newcomers_are_asked_for_by_pli_in_a_bundle(void **state) {
    (void)state;
    struct test_phone_config bundled = plain;
    bundled.has_bundle = true;
    begin(2, &bundled);
    test_media_run(&w, CF_SEC(3));
    w.phones[0].control = (struct test_phone_control){.plis = 0};
    struct test_phone *c = test_media_add(&w, &bundled);
    test_media_run(&w, CF_MSEC(300));
    assert_true(w.phones[0].control.plis >= 1);
    assert_int_equal(w.phones[0].control.firs, 0);
    assert_true(c->decoder.count > 0);
    assert_true(c->decoder.pictures[0].key);
    test_media_fini(&w);
}

static void a_repeated_fir_is_no_new_request(void **state) {
    (void)state;
    begin(2, &plain);
    struct test_phone *viewer = &w.phones[1];
    const struct cf_engine_line *line = test_media_line(&w, viewer, TEST_PICTURE);
    uint64_t refused = line->sink.counts.keys_refused;
    const struct cf_fir fir = {.ssrc = viewer->ssrc_of_engine[TEST_PICTURE], .number = 9};
    for (size_t i = 0; i < 5; i++) {
        struct cf_writer writer = begin_compound(viewer, TEST_PICTURE);
        cf_put_rtcp_fir(&writer, viewer->ssrc[TEST_PICTURE], &fir, 1);
        send_compound(viewer, TEST_PICTURE, &writer);
        test_media_run(&w, CF_SEC(1));
    }
    assert_int_equal(line->sink.counts.keys_refused - refused, 4);
    test_media_fini(&w);
}

static void asks_signalling_where_rtcp_has_no_words(void **state) {
    (void)state;
    const struct test_phone_config config = {.no_feedback = true};
    begin(2, &config);
    const struct cf_media_event *event = test_media_event(&w, CF_MEDIA_EVENT_KEY_FRAME_WANTED);
    /* The first pictures begin with key frames; later ones have to be asked for. */
    test_media_forget_events(&w);
    send_pli(&w.phones[1]);
    test_media_run(&w, CF_MSEC(50));
    event = test_media_event(&w, CF_MEDIA_EVENT_KEY_FRAME_WANTED);
    assert_non_null(event);
    assert_true(cf_handle_eq(event->leg, w.phones[0].leg));
    assert_int_equal(event->as.line, TEST_PICTURE);
    assert_int_equal(w.phones[0].control.plis + w.phones[0].control.firs, 0);
    test_media_fini(&w);
}

static void the_highest_limit_of_all_viewers_counts(void **state) {
    (void)state;
    begin(3, &plain);
    struct test_phone *speaker = &w.phones[0];
    send_limit(&w.phones[1], 300000);
    assert_int_equal(w.phones[1].control.tmmbns, 1);
    assert_true(w.phones[1].control.bitrate_bps >= 299000 && w.phones[1].control.bitrate_bps <= 300000);
    test_media_run(&w, CF_SEC(1));
    assert_int_equal(speaker->control.tmmbrs, 0);
    send_limit(&w.phones[2], 800000);
    test_media_run(&w, CF_MSEC(600));
    assert_true(speaker->control.tmmbrs >= 1);
    assert_true(speaker->control.bitrate_bps >= 790000 && speaker->control.bitrate_bps <= 800000);
    /* Acknowledged: it is not told again. */
    struct cf_writer writer = begin_compound(speaker, TEST_PICTURE);
    const struct cf_tmmb entry = {.ssrc = speaker->ssrc_of_engine[TEST_PICTURE], .bitrate_bps = 800000};
    cf_put_rtcp_tmmb(&writer, CF_RTPFB_TMMBN, speaker->ssrc[TEST_PICTURE], &entry, 1);
    send_compound(speaker, TEST_PICTURE, &writer);
    size_t told = speaker->control.tmmbrs;
    test_media_run(&w, CF_SEC(3));
    assert_int_equal(speaker->control.tmmbrs, told);
    test_media_fini(&w);
}

static void remb_is_heard_too(void **state) {
    (void)state;
    begin(2, &plain);
    struct test_phone *viewer = &w.phones[1];
    struct cf_writer writer = begin_compound(viewer, TEST_PICTURE);
    cf_put_rtcp_remb(&writer, viewer->ssrc[TEST_PICTURE], 500000, &viewer->ssrc_of_engine[TEST_PICTURE], 1);
    send_compound(viewer, TEST_PICTURE, &writer);
    test_media_run(&w, CF_SEC(1));
    assert_true(w.phones[0].control.bitrate_bps >= 490000 && w.phones[0].control.bitrate_bps <= 500000);
    test_media_fini(&w);
}

/* What is said and shown at one instant has one wall time in our reports, although sound waits for the mixer. */
static void pictures_and_sound_stay_together(void **state) {
    (void)state;
    begin(2, &plain);
    struct test_phone *speaker = &w.phones[0];
    struct test_phone *viewer = &w.phones[1];
    /* The speaker's network takes 100 ms: what it sent now was captured then. */
    for (size_t i = 0; i < 4; i++) {
        send_sr(speaker, TEST_SOUND, speaker->timestamp, CF_MSEC(100));
        send_sr(speaker, TEST_PICTURE, speaker->camera.timestamp, CF_MSEC(100));
        test_media_run(&w, CF_SEC(5));
    }
    const struct cf_engine_line *line = test_media_line(&w, viewer, TEST_PICTURE);
    const struct cf_sender_info *info = &viewer->control.info[TEST_PICTURE];
    const struct cf_source *source = line->sink.shown;
    assert_true(source->has_lip_offset);
    struct cf_mix_leg_stats stats;
    const struct cf_engine_leg *leg = cf_media_names_get(&w.engine.legs, speaker->leg);
    assert_true(cf_mixer_leg_stats(&leg->room->mixer, leg->sound->mix, &stats));
    /* Network and jitter buffer together are how far our time is ahead. */
    assert_in_range(source->lip_offset_usec, CF_MSEC(99) + stats.jitter.delay_usec, CF_MSEC(103) + stats.jitter.delay_usec);
    /* The picture that our report speaks of is so much older than the newest one. */
    cf_usec age = w.now + WALL_OFFSET - (cf_usec)((info->ntp >> 32) - (uint64_t)CF_NTP_UNIX_OFFSET_SEC) * 1000000 -
                  (cf_usec)(((info->ntp & 0xffffffffU) * 1000000) >> 32);
    uint32_t behind = line->sink.rewrite.heads.timestamp - info->rtp_timestamp;
    cf_usec expected = age + source->lip_offset_usec;
    cf_usec told = (cf_usec)behind * 1000000 / 90000;
    assert_true(told - expected < CF_MSEC(120) && expected - told < CF_MSEC(120));
    test_media_fini(&w);
}

static void after_a_goodbye_another_is_shown(void **state) {
    (void)state;
    begin(3, &plain);
    struct test_phone *speaker = &w.phones[0];
    assert_int_equal(test_decoder_camera(&w.phones[1].decoder), 1);
    speaker->config.no_camera = true;
    struct cf_writer writer = begin_compound(speaker, TEST_PICTURE);
    cf_put_rtcp_bye(&writer, &speaker->ssrc[TEST_PICTURE], 1, CF_STR_NONE);
    send_compound(speaker, TEST_PICTURE, &writer);
    test_media_run(&w, CF_MSEC(400));
    assert_int_equal(test_decoder_camera(&w.phones[1].decoder), 3);
    /* It comes back with another SSRC. */
    speaker->config.no_camera = false;
    speaker->ssrc[TEST_PICTURE] += 8;
    speaker->camera.key_next = true;
    speaker->camera.packets_left = 0;
    test_media_run(&w, CF_SEC(2));
    assert_int_equal(test_decoder_camera(&w.phones[1].decoder), 1);
    assert_int_equal(w.phones[1].shown_csrc, speaker->ssrc[TEST_PICTURE]);
    test_media_fini(&w);
}

static void a_peer_speaks_only_of_its_own_streams(void **state) {
    (void)state;
    begin(3, &plain);
    struct test_phone *liar = &w.phones[2];
    struct test_phone *victim = &w.phones[1];
    uint32_t theirs = victim->ssrc_of_engine[TEST_PICTURE];
    const struct cf_engine_line *line = test_media_line(&w, victim, TEST_PICTURE);
    uint64_t wanted = line->sink.counts.keys_wanted;
    const struct cf_tmmb entry = {.ssrc = theirs, .bitrate_bps = 1};
    const uint16_t missing = line->sink.rewrite.heads.sequence;
    struct cf_writer writer = begin_compound(liar, TEST_PICTURE);
    cf_put_rtcp_pli(&writer, liar->ssrc[TEST_PICTURE], theirs);
    cf_put_rtcp_tmmb(&writer, CF_RTPFB_TMMBR, liar->ssrc[TEST_PICTURE], &entry, 1);
    cf_put_rtcp_nack(&writer, liar->ssrc[TEST_PICTURE], theirs, &missing, 1);
    cf_put_rtcp_bye(&writer, &w.phones[0].ssrc[TEST_PICTURE], 1, CF_STR_NONE);
    send_compound(liar, TEST_PICTURE, &writer);
    test_media_run(&w, CF_MSEC(300));
    assert_int_equal(line->sink.counts.keys_wanted, wanted);
    assert_int_equal(line->sink.wish.bitrate_bps, 0);
    assert_int_equal(line->counts.repeats_out, 0);
    assert_int_equal(test_decoder_camera(&victim->decoder), 1);
    test_media_fini(&w);
}

/* RFC 3611: who sends nothing measures the round trip by reference times of its own. */
static void a_reference_time_is_answered_once(void **state) {
    (void)state;
    begin(1, &plain);
    struct test_phone *a = &w.phones[0];
    const cf_ntp ntp = UINT64_C(0x1122334455667788);
    struct cf_writer writer = begin_compound(a, TEST_SOUND);
    cf_put_rtcp_xr_rrt(&writer, a->ssrc[TEST_SOUND], ntp);
    cf_usec sent_at = w.now;
    send_compound(a, TEST_SOUND, &writer);
    while (a->control.dlrrs == 0 && w.now - sent_at < CF_SEC(10)) {
        test_media_run(&w, CF_MSEC(10));
    }
    cf_usec elapsed = w.now - sent_at;
    assert_int_equal(a->control.dlrr.ssrc, a->ssrc[TEST_SOUND]);
    assert_int_equal(a->control.dlrr.last_rr, 0x33445566);
    cf_usec delay = cf_ticks_to_usec(a->control.dlrr.delay, 65536);
    assert_true(delay <= elapsed && delay + CF_MSEC(20) >= elapsed);
    test_media_run(&w, CF_SEC(10));
    assert_int_equal(a->control.dlrrs, 1);
    test_media_fini(&w);
}

static void malformed_rtcp_is_counted(void **state) {
    (void)state;
    begin(2, &plain);
    struct test_phone *a = &w.phones[0];
    static const uint8_t lengths_that_lie[] = {0x81, 201, 0, 40, 1, 2, 3, 4};
    test_media_inject(&w, a->sockets[0][1], &a->address[0][1], (struct cf_span){lengths_that_lie, sizeof lengths_that_lie});
    test_media_flush(&w);
    const struct cf_engine_line *line = test_media_line(&w, a, TEST_SOUND);
    assert_int_equal(line->counts.discards[CF_MEDIA_DISCARD_RTCP_MALFORMED], 1);
    test_media_fini(&w);
}

CF_TEST_MAIN(cmocka_unit_test(reports_come_regularly), cmocka_unit_test(measures_the_round_trip_and_what_the_peer_lost),
             cmocka_unit_test(tells_peers_when_their_report_came),
             cmocka_unit_test(the_whole_engine_is_told_of_once_a_second_with_the_statistics),
             cmocka_unit_test(key_frames_are_asked_for_once_for_all), cmocka_unit_test(newcomers_are_asked_for_by_fir),
             cmocka_unit_test(newcomers_are_asked_for_by_pli_in_a_bundle), cmocka_unit_test(a_repeated_fir_is_no_new_request),
             cmocka_unit_test(asks_signalling_where_rtcp_has_no_words), cmocka_unit_test(the_highest_limit_of_all_viewers_counts),
             cmocka_unit_test(remb_is_heard_too), cmocka_unit_test(pictures_and_sound_stay_together),
             cmocka_unit_test(after_a_goodbye_another_is_shown), cmocka_unit_test(a_peer_speaks_only_of_its_own_streams),
             cmocka_unit_test(malformed_rtcp_is_counted), cmocka_unit_test(a_reference_time_is_answered_once))
