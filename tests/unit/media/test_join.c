/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who takes part in what: hold, mute, lobby, rooms without sound or pictures, codecs that change. */
#include "lib/test_media.h"

#include "lib/test.h"

static struct test_media w;
static const struct test_phone_config plain = {.has_levels = false};

static void forget(void) {
    for (size_t i = 0; i < w.phone_count; i++) {
        memset(w.phones[i].heard, 0, sizeof w.phones[i].heard);
        w.phones[i].decoder.count = 0;
        w.phones[i].decoder.highest = 0;
    }
}

static size_t pictures_of(const struct test_phone *viewer, uint8_t camera) {
    size_t count = 0;
    for (size_t i = 0; i < viewer->decoder.count; i++) {
        count += viewer->decoder.pictures[i].camera == camera;
    }
    return count;
}

static void begin(size_t count) {
    test_media_init(&w, 1);
    for (size_t i = 0; i < count; i++) {
        test_media_add(&w, &plain)->is_talking = true;
    }
    test_media_run(&w, CF_SEC(3));
    forget();
}

static void set_policy(const struct test_phone *phone, const struct cf_media_leg_policy *policy) {
    const struct cf_media_command command = {.kind = CF_MEDIA_LEG_SET, .leg = phone->leg, .as.leg_policy = *policy};
    test_media_command(&w, &command);
}

static void hold_music_is_neither_heard_nor_seen(void **state) {
    (void)state;
    begin(3);
    struct test_phone *a = &w.phones[0];
    for (size_t i = 0; i < TEST_LINES; i++) {
        a->lines[i].line.can_send = false;
        a->lines[i].line.is_held = true;
    }
    test_media_agree(&w, a);
    test_media_run(&w, CF_MSEC(200));
    forget();
    test_media_run(&w, CF_SEC(3));
    assert_int_equal(a->decoder.count, 0);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(w.phones[i].heard[0], 0);
        assert_int_equal(pictures_of(&w.phones[i], 1), 0);
    }
    assert_true(w.phones[1].heard[2] > 50 && w.phones[2].heard[1] > 50);
    assert_int_equal(a->heard[1] + a->heard[2], 0);
    /* Resumed: all is as before. */
    for (size_t i = 0; i < TEST_LINES; i++) {
        a->lines[i].line.can_send = true;
        a->lines[i].line.is_held = false;
    }
    test_media_agree(&w, a);
    test_media_run(&w, CF_SEC(3));
    assert_true(w.phones[1].heard[0] > 50 && a->heard[1] > 50 && a->decoder.count > 50);
    test_media_fini(&w);
}

static void a_muted_member_hears_and_sees(void **state) {
    (void)state;
    begin(3);
    const struct cf_media_leg_policy muted = {.is_audio_muted = true, .is_video_muted = true};
    set_policy(&w.phones[0], &muted);
    test_media_run(&w, CF_MSEC(200));
    forget();
    test_media_run(&w, CF_SEC(3));
    for (size_t i = 1; i < 3; i++) {
        assert_int_equal(w.phones[i].heard[0], 0);
        assert_int_equal(pictures_of(&w.phones[i], 1), 0);
        assert_true(w.phones[0].heard[i] > 50);
    }
    assert_true(w.phones[0].decoder.count > 50);
    set_policy(&w.phones[0], &(const struct cf_media_leg_policy){.is_audio_muted = false});
    test_media_run(&w, CF_SEC(2));
    assert_true(w.phones[1].heard[0] > 30);
    test_media_fini(&w);
}

/* T21: not a packet to or from who was not admitted. */
static void the_lobby_is_deaf_blind_and_silent(void **state) {
    (void)state;
    begin(2);
    const struct test_phone_config config = {.policy = {.is_waiting = true}};
    struct test_phone *guest = test_media_add(&w, &config);
    guest->is_talking = true;
    test_media_run(&w, CF_SEC(4));
    assert_int_equal(guest->frames_heard, 0);
    assert_int_equal(guest->decoder.count, 0);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(w.phones[i].heard[2], 0);
        assert_int_equal(pictures_of(&w.phones[i], 3), 0);
    }
    set_policy(guest, &(const struct cf_media_leg_policy){.is_waiting = false});
    test_media_run(&w, CF_SEC(3));
    assert_true(guest->frames_heard > 100 && guest->decoder.count > 50);
    assert_true(w.phones[0].heard[2] > 50);
    test_media_fini(&w);
}

static void a_room_may_be_without_sound_or_pictures(void **state) {
    (void)state;
    begin(2);
    struct cf_media_command command = {.kind = CF_MEDIA_ROOM_SET, .room = w.room, .as.room_policy = {.no_video = true}};
    test_media_command(&w, &command);
    forget();
    test_media_run(&w, CF_SEC(2));
    assert_int_equal(w.phones[0].decoder.count, 0);
    assert_true(w.phones[0].heard[1] > 30);
    command.as.room_policy = (struct cf_media_room_policy){.no_audio = true};
    test_media_command(&w, &command);
    size_t heard = w.phones[0].frames_heard;
    test_media_run(&w, CF_SEC(2));
    assert_true(w.phones[0].decoder.count > 50);
    assert_int_equal(w.phones[0].frames_heard, heard);
    const struct cf_engine_line *line = test_media_line(&w, &w.phones[0], TEST_SOUND);
    assert_true(line->counts.discards[CF_MEDIA_DISCARD_NOT_WANTED] > 90);
    test_media_fini(&w);
}

static void add_pcmu(struct test_phone *phone) {
    struct cf_media_line *line = &phone->lines[TEST_SOUND].line;
    line->payloads[line->payload_count++] =
        (struct cf_payload){.codec = CF_CODEC_PCMU, .send_type = TEST_PT_PCMU, .receive_type = TEST_PT_PCMU, .clock_hz = 8000};
    test_media_agree(&w, phone);
}

/* The phone says nothing any more; in its place packets of another source and codec come. */
static void send_pcmu(struct test_phone *phone, size_t count) {
    phone->is_dead = true;
    for (uint32_t i = 0; i < count; i++) {
        const struct test_frame frame = {.number = i, .msec = 20, .value = phone->value, .last = phone->value};
        const struct cf_rtp_header header = {
            .timestamp = 160U * i, .ssrc = 0x55, .sequence = (uint16_t)i, .payload_type = TEST_PT_PCMU};
        test_media_send_rtp(&w, phone, TEST_SOUND, &header, test_frame_span(&frame));
        test_media_run(&w, CF_MSEC(20));
    }
}

static void follows_a_sender_that_changes_its_codec(void **state) {
    (void)state;
    begin(2);
    struct test_phone *a = &w.phones[0];
    const struct cf_engine_line *line = test_media_line(&w, a, TEST_SOUND);
    add_pcmu(a);
    send_pcmu(a, 100);
    assert_true(w.phones[1].heard[0] > 50);
    assert_int_equal(line->payload_type_in, TEST_PT_PCMU);
    assert_int_equal(line->payload_type_out, TEST_PT_OPUS);
    assert_int_equal(line->in.receiver.clock_rate_hz, 8000);
    test_media_fini(&w);
}

static void only_the_first_sound_line_is_mixed(void **state) {
    (void)state;
    begin(2);
    struct test_phone *a = &w.phones[0];
    struct cf_media_command command = {.kind = CF_MEDIA_LINE_SET, .leg = a->leg, .as.line = a->lines[TEST_SOUND]};
    command.as.line.index = 5;
    command.as.line.line.transport = 1;
    test_media_command(&w, &command);
    const struct cf_engine_leg *leg = cf_media_names_get(&w.engine.legs, a->leg);
    assert_ptr_equal(leg->sound, leg->lines[0]);
    assert_false(cf_handle_is_set(leg->lines[5]->mix));
    assert_ptr_equal(leg->mixed, leg->lines[0]);
    assert_int_equal(leg->lines[0]->passing.place, CF_MIX_NO_PLACE);
    assert_int_equal(leg->lines[5]->passing.place, 0);
    assert_int_equal(leg->lines[0]->mix_config.places, 1);
    /* The first one ends: the other takes over. */
    a->lines[TEST_SOUND].line.is_active = false;
    test_media_agree(&w, a);
    assert_ptr_equal(leg->sound, leg->lines[5]);
    assert_true(cf_handle_is_set(leg->lines[5]->mix));
    assert_int_equal(leg->lines[5]->passing.place, CF_MIX_NO_PLACE);
    assert_int_equal(leg->lines[5]->mix_config.places, 0);
    w.expects_strangers = true;
    test_media_fini(&w);
}

CF_TEST_MAIN(cmocka_unit_test(hold_music_is_neither_heard_nor_seen), cmocka_unit_test(a_muted_member_hears_and_sees),
             cmocka_unit_test(the_lobby_is_deaf_blind_and_silent), cmocka_unit_test(a_room_may_be_without_sound_or_pictures),
             cmocka_unit_test(follows_a_sender_that_changes_its_codec), cmocka_unit_test(only_the_first_sound_line_is_mixed))
