/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rooms of phones around the media engine: who hears and sees whom, whatever the network and the encryption. */
#include "core/rtcp/feedback.h"
#include "core/rtcp/report.h"
#include "lib/test_media.h"

#include "lib/test.h"

static struct test_media w;

static void add_phones(size_t count, const struct test_phone_config *config) {
    for (size_t i = 0; i < count; i++) {
        test_media_add(&w, config);
    }
}

/* Only @speaker (from 1; 0: nobody) talks for @duration. */
static void let_talk(size_t speaker, cf_usec duration) {
    for (size_t i = 0; i < w.phone_count; i++) {
        w.phones[i].is_talking = i + 1 == speaker;
    }
    test_media_run(&w, duration);
}

static void three_hear_each_other_and_not_themselves(void **state) {
    (void)state;
    test_media_init(&w, 1);
    for (size_t i = 0; i < 3; i++) {
        const struct test_phone_config config = {.no_picture = true, .is_pcmu = i == 2, .has_levels = i != 1};
        test_media_add(&w, &config)->is_talking = true;
    }
    test_media_run(&w, CF_SEC(10));
    for (size_t i = 0; i < 3; i++) {
        const struct test_phone *phone = &w.phones[i];
        assert_in_range(phone->frames_heard, 490, 501);
        for (size_t k = 0; k < 3; k++) {
            assert_true(k == i ? phone->heard[k] == 0 : phone->heard[k] > 300);
        }
    }
    test_media_fini(&w);
}

/* The picture of @shown (0: of nobody) is what phone @viewer got last. */
static void assert_sees(size_t viewer, uint8_t shown) {
    const struct test_phone *phone = &w.phones[viewer - 1];
    assert_int_equal(test_decoder_camera(&phone->decoder), shown);
    if (shown != 0) {
        assert_int_equal(phone->shown_csrc, w.phones[shown - 1].ssrc[TEST_PICTURE]);
    }
}

static void assert_clean_pictures(size_t switches_min) {
    for (size_t i = 0; i < w.phone_count; i++) {
        size_t switches;
        assert_int_equal(test_decoder_check(&w.phones[i].decoder, &switches), 0);
        assert_true(switches >= switches_min);
    }
}

static void follow_the_speaker(const struct test_phone_config *config) {
    test_media_init(&w, 2);
    add_phones(4, config);
    let_talk(1, CF_SEC(4));
    for (uint8_t speaker = 2; speaker <= 4; speaker++) {
        let_talk(speaker, CF_SEC(4));
        for (uint8_t viewer = 1; viewer <= 4; viewer++) {
            assert_sees(viewer, viewer == speaker ? speaker - 1 : speaker);
        }
        const struct cf_media_event *event = test_media_event(&w, CF_MEDIA_EVENT_SPEAKER);
        assert_non_null(event);
        assert_true(cf_handle_eq(event->leg, w.phones[speaker - 1].leg));
    }
    assert_clean_pictures(2);
    test_media_fini(&w);
}

static void pictures_follow_the_speaker(void **state) {
    (void)state;
    const struct test_phone_config config = {.has_levels = true};
    follow_the_speaker(&config);
}

static void pictures_follow_the_speaker_in_one_bundle_with_srtp(void **state) {
    (void)state;
    const struct test_phone_config config = {.suite = CF_SRTP_AEAD_AES_128_GCM, .has_bundle = true};
    follow_the_speaker(&config);
}

static void pictures_follow_the_speaker_over_two_ports_with_srtp(void **state) {
    (void)state;
    const struct test_phone_config config = {.suite = CF_SRTP_AES_CM_128_HMAC_SHA1_80, .is_h264 = true};
    follow_the_speaker(&config);
}

static void each_gets_its_own_encryption(void **state) {
    (void)state;
    test_media_init(&w, 3);
    for (size_t i = 0; i < 5; i++) {
        const struct test_phone_config config = {
            .suite = (enum cf_srtp_suite)(i * 2 % CF_SRTP_SUITE_COUNT), .has_mux = i == 1, .has_bundle = i == 3};
        test_media_add(&w, &config);
    }
    for (size_t speaker = 1; speaker <= 5; speaker++) {
        let_talk(speaker, CF_SEC(3));
    }
    for (size_t i = 0; i < 5; i++) {
        for (size_t k = 0; k < 5; k++) {
            assert_true(k == i ? w.phones[i].heard[k] == 0 : w.phones[i].heard[k] > 20);
        }
    }
    assert_clean_pictures(3);
    test_media_fini(&w);
}

static void nobody_gets_a_codec_that_it_did_not_agree_on(void **state) {
    (void)state;
    test_media_init(&w, 4);
    const struct test_phone_config vp8 = {.has_levels = false};
    const struct test_phone_config h264 = {.is_h264 = true};
    const struct test_phone_config both = {.is_both = true};
    test_media_add(&w, &vp8);
    test_media_add(&w, &vp8);
    test_media_add(&w, &h264);
    test_media_add(&w, &h264);
    test_media_add(&w, &both);
    let_talk(1, CF_SEC(3));
    let_talk(3, CF_SEC(4));
    /* The H.264 phone speaks: VP8 phones go on with somebody whom they can decode, the other two see the speaker. */
    assert_sees(1, 2);
    assert_sees(2, 1);
    assert_sees(4, 3);
    assert_sees(5, 3);
    let_talk(2, CF_SEC(4));
    assert_sees(1, 2);
    assert_sees(3, 4);
    assert_sees(5, 2);
    for (size_t i = 0; i < 4; i++) {
        size_t switches;
        assert_int_equal(test_decoder_check(&w.phones[i].decoder, &switches), 0);
    }
    test_media_fini(&w);
}

static bool is_told_to_lack_a_codec(const struct test_phone *phone) {
    bool lacks = false;
    for (size_t i = 0; i < w.event_count; i++) {
        const struct cf_media_event *event = &w.events[i];
        if (event->kind == CF_MEDIA_EVENT_PAUSED && event->as.paused.cause == CF_MEDIA_PAUSE_CODEC &&
            cf_handle_eq(event->leg, phone->leg)) {
            assert_int_equal(event->as.paused.line, TEST_PICTURE);
            lacks = event->as.paused.is_paused;
        }
    }
    return lacks;
}

/* The roster can say why nothing is seen. */
static void who_can_decode_nobody_is_known(void **state) {
    (void)state;
    const struct test_phone_config vp8 = {.has_levels = false};
    const struct test_phone_config h264 = {.is_h264 = true};
    test_media_init(&w, 21);
    add_phones(2, &vp8);
    struct test_phone *other = test_media_add(&w, &h264);
    let_talk(1, CF_SEC(3));
    assert_true(is_told_to_lack_a_codec(other));
    assert_int_equal(test_decoder_camera(&other->decoder), 0);
    assert_false(is_told_to_lack_a_codec(&w.phones[0]) || is_told_to_lack_a_codec(&w.phones[1]));
    struct test_phone *another = test_media_add(&w, &h264);
    test_media_run(&w, CF_SEC(2));
    assert_false(is_told_to_lack_a_codec(other) || is_told_to_lack_a_codec(another));
    test_media_remove(&w, another);
    another->is_dead = true;
    test_media_run(&w, CF_SEC(2));
    assert_true(is_told_to_lack_a_codec(other));
    test_media_fini(&w);
}

static void decoders_never_notice_whatever_the_speakers_do(void **state) {
    (void)state;
    test_media_init(&w, 5);
    const struct test_phone_config config = {.suite = CF_SRTP_AEAD_AES_256_GCM};
    add_phones(5, &config);
    for (size_t i = 0; i < 40; i++) {
        let_talk(1 + cf_rng_below(&w.rng, 5), (cf_usec)cf_rng_below(&w.rng, 3000) * 1000);
    }
    assert_clean_pictures(8);
    test_media_fini(&w);
}

static void lost_packets_are_sent_again(void **state) {
    (void)state;
    test_media_init(&w, 6);
    const struct test_phone_config config = {.suite = CF_SRTP_AEAD_AES_128_GCM};
    add_phones(3, &config);
    let_talk(1, CF_SEC(2));
    struct test_phone *viewer = &w.phones[1];
    size_t before = viewer->decoder.count;
    const struct cf_engine_line *line = test_media_line(&w, viewer, TEST_PICTURE);
    /* The receiver says that it missed the last ten packets; two of the numbers were never used. */
    uint16_t missing[12];
    for (uint16_t i = 0; i < 12; i++) {
        missing[i] = (uint16_t)(line->sink.rewrite.heads.sequence - 9 + i);
    }
    uint8_t compound[256];
    struct cf_writer writer;
    cf_writer_init(&writer, compound, sizeof compound);
    cf_put_rtcp_rr(&writer, viewer->ssrc[TEST_PICTURE], NULL, 0);
    cf_put_rtcp_nack(&writer, viewer->ssrc[TEST_PICTURE], line->ssrc, missing, 12);
    test_media_send_rtcp(&w, viewer, TEST_PICTURE, cf_writer_span(&writer));
    uint64_t replayed = w.srtp.refused;
    test_media_flush(&w);
    assert_int_equal(line->counts.repeats_out, 10);
    /* They had all come, so the phone refuses them as replays. */
    assert_int_equal(w.srtp.refused - replayed, 10);
    assert_int_equal(viewer->decoder.count, before);
    test_media_fini(&w);
}

static void losses_on_the_way_in_are_asked_for_again(void **state) {
    (void)state;
    test_media_init(&w, 7);
    const struct test_phone_config config = {.has_levels = false};
    add_phones(3, &config);
    let_talk(1, CF_SEC(2));
    w.loss_in_ppm = 20000;
    let_talk(1, CF_SEC(10));
    assert_true(w.phones[0].control.nacks > 10);
    for (size_t i = 0; i < 3; i++) {
        size_t switches;
        (void)test_decoder_check(&w.phones[i].decoder, &switches);
    }
    test_media_fini(&w);
}

static void rooms_survive_bad_networks(void **state) {
    (void)state;
    test_media_init(&w, 8);
    const struct test_phone_config config = {.suite = CF_SRTP_AES_CM_128_HMAC_SHA1_80, .has_levels = true};
    add_phones(4, &config);
    w.loss_in_ppm = 50000;
    w.loss_out_ppm = 50000;
    w.phones[0].is_talking = true;
    for (size_t i = 0; i < 15; i++) {
        w.phones[i % 4].is_talking = !w.phones[i % 4].is_talking;
        test_media_run(&w, CF_SEC(1));
    }
    for (size_t i = 0; i < 4; i++) {
        /* One packet in twenty is lost on the way out; what is lost on the way in leaves no gap. */
        assert_in_range(w.phones[i].frames_heard, 680, 735);
        for (size_t k = 0; k < 4; k++) {
            assert_true(k == i ? w.phones[i].heard[k] == 0 : w.phones[i].heard[k] > 100);
        }
    }
    /* Nothing is left of it once the network is good again. */
    w.loss_in_ppm = w.loss_out_ppm = 0;
    let_talk(1, CF_SEC(4));
    for (size_t viewer = 2; viewer <= 4; viewer++) {
        size_t frames = w.phones[viewer - 1].frames_heard;
        size_t pictures = w.phones[viewer - 1].decoder.count;
        assert_sees(viewer, 1);
        test_media_run(&w, CF_SEC(1));
        assert_in_range(w.phones[viewer - 1].frames_heard - frames, 49, 51);
        assert_true(w.phones[viewer - 1].decoder.count > pictures + 10);
    }
    test_media_fini(&w);
}

static void everything_that_wraps_wraps_unnoticed(void **state) {
    (void)state;
    test_media_init(&w, 9);
    const struct test_phone_config config = {.suite = CF_SRTP_AEAD_AES_128_GCM};
    add_phones(2, &config);
    for (size_t i = 0; i < 2; i++) {
        struct test_phone *phone = &w.phones[i];
        phone->sequence = 65500;
        phone->timestamp = 0xffffff00;
        phone->camera.sequence = 65000;
        phone->camera.timestamp = 0xffff0000;
        phone->camera.picture_id = 0x7ff0;
    }
    test_media_run(&w, CF_SEC(3));
    for (size_t i = 0; i < 2; i++) {
        struct cf_engine_line *line = test_media_line(&w, &w.phones[i], TEST_PICTURE);
        line->sink.rewrite.heads.picture_id = 0x7ff8;
    }
    /* Out of the engine: 65536 packets of pictures take 12 minutes; sound 22. */
    let_talk(1, CF_SEC(800));
    for (size_t i = 0; i < 2; i++) {
        const struct cf_engine_line *line = test_media_line(&w, &w.phones[i], TEST_PICTURE);
        assert_true(line->counts.packets_out > 65536);
        assert_int_equal(line->counts.failures_out, 0);
        size_t switches;
        assert_int_equal(test_decoder_check(&w.phones[i].decoder, &switches), 0);
    }
    test_media_fini(&w);
}

CF_TEST_MAIN(cmocka_unit_test(three_hear_each_other_and_not_themselves), cmocka_unit_test(pictures_follow_the_speaker),
             cmocka_unit_test(pictures_follow_the_speaker_in_one_bundle_with_srtp),
             cmocka_unit_test(pictures_follow_the_speaker_over_two_ports_with_srtp),
             cmocka_unit_test(each_gets_its_own_encryption), cmocka_unit_test(nobody_gets_a_codec_that_it_did_not_agree_on),
             cmocka_unit_test(who_can_decode_nobody_is_known), cmocka_unit_test(decoders_never_notice_whatever_the_speakers_do),
             cmocka_unit_test(lost_packets_are_sent_again), cmocka_unit_test(losses_on_the_way_in_are_asked_for_again),
             cmocka_unit_test(rooms_survive_bad_networks), cmocka_unit_test(everything_that_wraps_wraps_unnoticed))
