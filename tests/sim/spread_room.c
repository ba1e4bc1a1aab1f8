/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One room whose members live on several media workers: they come, go, are muted and wait, and parcels between workers get lost.
 */
#include "lib/test_media.h"

#include "lib/test.h"

static struct test_media w;

static const struct test_phone_config plain = {.has_levels = true};

static void add_phones(size_t count, const struct test_phone_config *config) {
    for (size_t i = 0; i < count; i++) {
        (void)test_media_add(&w, config);
    }
}

static void let_talk(size_t speaker, cf_usec duration) {
    for (size_t i = 0; i < w.phone_count; i++) {
        w.phones[i].is_talking = i + 1 == speaker;
    }
    test_media_run(&w, duration);
}

static uint8_t seen_by(size_t viewer) {
    return test_decoder_camera(&w.phones[viewer - 1].decoder);
}

static size_t heard_by(size_t listener, size_t speaker) {
    return w.phones[listener - 1].heard[(speaker - 1) % 5]; /* sounds of seven and two are alike */
}

static size_t shadows_of(size_t worker) {
    const struct cf_engine *engine = test_media_engine(&w, worker);
    const struct cf_engine_room *room = cf_media_names_get(&engine->rooms, w.room);
    size_t count = 0;
    CF_LIST_EACH (&room->shadows, link, following) {
        count++;
    }
    return count;
}

static void set_policy(struct test_phone *phone, const struct cf_media_leg_policy *policy) {
    const struct cf_media_command command = {.kind = CF_MEDIA_LEG_SET, .leg = phone->leg, .as.leg_policy = *policy};
    test_media_command(&w, &command);
}

/* Packets cross once for each other worker that has members, however many those are. */
static void a_packet_crosses_once_a_worker(void **state) {
    (void)state;
    static const struct test_phone_config viewer = {.no_camera = true};
    test_media_init_spread(&w, 1, 3);
    (void)test_media_add(&w, &plain);
    add_phones(9, &viewer);
    for (size_t i = 1; i < w.phone_count; i++) {
        w.phones[i].is_silent = true;
    }
    let_talk(1, CF_SEC(5));
    const struct cf_engine_line *camera = test_media_line(&w, &w.phones[0], TEST_PICTURE);
    const struct cf_engine_line *sound = test_media_line(&w, &w.phones[0], TEST_SOUND);
    const struct cf_engine_totals *totals = cf_engine_totals(&w.engine);
    uint64_t pictures = camera->in.source.counts.packets;
    assert_true(pictures > 100 && sound->counts.packets_used > 200);
    /* To the two others, but for the few packets before they had anybody. */
    assert_in_range(totals->handed_out, 2 * (pictures + 200), 2 * (pictures + sound->counts.packets_used));
    assert_int_equal(totals->handed_lost, 0);
    for (size_t i = 1; i < 3; i++) {
        const struct cf_engine_totals *others = cf_engine_totals(test_media_engine(&w, i));
        assert_int_equal(others->handed_in, totals->handed_out / 2);
        assert_int_equal(others->handed_out, 0);
        assert_int_equal(others->shadows_failed, 0);
        /* Only who sends has a shadow. */
        assert_int_equal(shadows_of(i), 1);
    }
    assert_int_equal(shadows_of(0), 0);
    for (size_t i = 2; i <= w.phone_count; i++) {
        assert_int_equal(seen_by(i), 1);
        assert_true(heard_by(i, 1) > 100);
    }
    test_media_fini(&w);
}

static void who_comes_later_hears_and_sees_who_is_there(void **state) {
    (void)state;
    test_media_init_spread(&w, 2, 2);
    (void)test_media_add(&w, &plain);
    let_talk(1, CF_SEC(3));
    (void)test_media_add(&w, &plain); /* on the other worker, which did not have the room */
    let_talk(1, CF_SEC(1));
    assert_int_equal(seen_by(2), 1);
    assert_int_equal(seen_by(1), 2);
    assert_true(heard_by(2, 1) > 20);
    add_phones(2, &plain);
    let_talk(4, CF_SEC(3));
    for (size_t i = 1; i <= 4; i++) {
        assert_int_equal(seen_by(i), i == 4 ? 1 : 4);
        assert_true(i == 4 || heard_by(i, 4) > 80);
    }
    test_media_fini(&w);
}

/* Who speaks is not who came first. */
static void who_comes_to_a_new_worker_sees_the_speaker(void **state) {
    (void)state;
    test_media_init_spread(&w, 13, 3);
    add_phones(5, &plain);
    test_media_remove(&w, &w.phones[0]);
    test_media_remove(&w, &w.phones[2]); /* worker 2 is empty */
    let_talk(2, CF_SEC(3));
    let_talk(5, CF_SEC(3));
    (void)test_media_add(&w, &plain); /* 6, on worker 2 */
    let_talk(5, CF_SEC(2));
    assert_int_equal(seen_by(6), 5);
    /* 7 lives at the home, where 4 is. */
    (void)test_media_add(&w, &plain);
    let_talk(5, CF_SEC(2));
    assert_int_equal(seen_by(7), 5);
    let_talk(4, CF_SEC(3));
    assert_int_equal(seen_by(6), 4);
    assert_int_equal(seen_by(5), 4);
    test_media_fini(&w);
}

static void who_goes_is_gone_everywhere(void **state) {
    (void)state;
    test_media_init_spread(&w, 3, 2);
    add_phones(4, &plain);
    let_talk(2, CF_SEC(3));
    assert_int_equal(seen_by(1), 2);
    assert_int_equal(shadows_of(0), 2);
    test_media_remove(&w, &w.phones[1]);
    assert_int_equal(shadows_of(0), 1);
    let_talk(4, CF_SEC(3));
    assert_int_equal(seen_by(1), 4);
    assert_int_equal(seen_by(3), 4);
    /* With its last member the branch does not want to be told any more, and is not. */
    test_media_remove(&w, &w.phones[3]);
    uint64_t handed = cf_engine_totals(&w.engine)->handed_out;
    let_talk(1, CF_SEC(2));
    assert_int_equal(shadows_of(0), 0);
    assert_int_equal(shadows_of(1), 0);
    assert_int_equal(cf_engine_totals(&w.engine)->handed_out, handed);
    assert_int_equal(seen_by(3), 1);
    /* Somebody comes back. */
    (void)test_media_add(&w, &plain); /* worker 0 */
    (void)test_media_add(&w, &plain); /* worker 1 */
    let_talk(1, CF_SEC(2));
    assert_int_equal(seen_by(6), 1);
    assert_true(heard_by(6, 1) > 40);
    const struct cf_media_command remove = {.kind = CF_MEDIA_ROOM_REMOVE, .room = w.room};
    for (size_t i = 0; i < w.phone_count; i++) {
        w.phones[i].is_silent = true;
    }
    test_media_command(&w, &remove);
    assert_int_equal(test_media_event_count(&w, CF_MEDIA_EVENT_LEG_GONE), 6);
    test_media_fini(&w);
}

static void who_is_muted_is_muted_everywhere(void **state) {
    (void)state;
    test_media_init_spread(&w, 4, 2);
    add_phones(3, &plain);
    let_talk(2, CF_SEC(3));
    assert_int_equal(seen_by(1), 2);
    set_policy(&w.phones[1], &(struct cf_media_leg_policy){.is_audio_muted = true, .is_video_muted = true});
    let_talk(2, CF_MSEC(500));
    size_t heard = heard_by(1, 2);
    let_talk(2, CF_SEC(2));
    assert_int_equal(heard_by(1, 2), heard);
    assert_int_equal(seen_by(1), 3);
    set_policy(&w.phones[1], &(struct cf_media_leg_policy){.is_audio_muted = false});
    let_talk(2, CF_SEC(3));
    assert_true(heard_by(1, 2) > heard + 60);
    assert_int_equal(seen_by(1), 2);
    /* On hold it is neither heard nor seen. */
    w.phones[1].lines[TEST_SOUND].line.is_held = true;
    test_media_agree(&w, &w.phones[1]);
    let_talk(2, CF_MSEC(500));
    heard = heard_by(1, 2);
    let_talk(2, CF_SEC(2));
    assert_int_equal(heard_by(1, 2), heard);
    assert_int_equal(seen_by(1), 3);
    test_media_fini(&w);
}

static void who_waits_is_nobody_anywhere(void **state) {
    (void)state;
    static const struct test_phone_config waiting = {.has_levels = true, .policy = {.is_waiting = true}};
    test_media_init_spread(&w, 5, 2);
    (void)test_media_add(&w, &plain);
    (void)test_media_add(&w, &waiting);
    let_talk(2, CF_SEC(2));
    assert_int_equal(shadows_of(0), 0);
    assert_int_equal(heard_by(1, 2), 0);
    assert_int_equal(seen_by(1), 0);
    set_policy(&w.phones[1], &(struct cf_media_leg_policy){.is_waiting = false});
    let_talk(2, CF_SEC(2));
    assert_true(heard_by(1, 2) > 40);
    assert_int_equal(seen_by(1), 2);
    test_media_fini(&w);
}

/* One says who speaks and how loud people are: signalling gets each event once. */
static void the_home_speaks_for_all(void **state) {
    (void)state;
    test_media_init_spread(&w, 6, 3);
    add_phones(6, &plain);
    for (size_t i = 1; i <= 6; i++) {
        test_media_forget_events(&w);
        let_talk(i, CF_SEC(3));
        assert_int_equal(test_media_event_count(&w, CF_MEDIA_EVENT_SPEAKER), 1);
        assert_true(cf_handle_eq(test_media_event(&w, CF_MEDIA_EVENT_SPEAKER)->leg, w.phones[i - 1].leg));
        assert_in_range(test_media_event_count(&w, CF_MEDIA_EVENT_LEVELS), 2, 4);
        assert_true(cf_handle_eq(test_media_event(&w, CF_MEDIA_EVENT_LEVELS)->as.levels.list[0].leg, w.phones[i - 1].leg));
    }
    test_media_fini(&w);
}

/* A key frame that a viewer elsewhere needs is asked for where the camera is, and a limit is the highest of all viewers. */
static void wishes_go_back_to_the_sender(void **state) {
    (void)state;
    static const struct test_phone_config viewer = {.has_levels = true, .no_camera = true};
    test_media_init_spread(&w, 7, 2);
    (void)test_media_add(&w, &plain);
    add_phones(3, &viewer); /* 2 and 4 elsewhere, 3 with the camera */
    let_talk(1, CF_SEC(3));
    for (size_t i = 1; i < 4; i++) {
        uint64_t limit = 100000U * (uint64_t)(i + 1);
        struct cf_engine_line *line = test_media_line(&w, &w.phones[i], TEST_PICTURE);
        cf_bitrate_wish_set(&line->sink.wish, limit, w.now);
    }
    let_talk(1, CF_SEC(2));
    assert_int_equal(w.phones[0].control.bitrate_bps / 1000, 400);
    /* The one who could take most goes. */
    test_media_remove(&w, &w.phones[3]);
    let_talk(1, CF_SEC(2));
    assert_int_equal(w.phones[0].control.bitrate_bps / 1000, 300);
    size_t asked = w.phones[0].control.plis + w.phones[0].control.firs;
    struct cf_engine_line *line = test_media_line(&w, &w.phones[1], TEST_PICTURE);
    cf_sink_on_key_request(&line->sink, -1, w.now);
    let_talk(1, CF_SEC(1));
    assert_true(w.phones[0].control.plis + w.phones[0].control.firs > asked);
    test_media_fini(&w);
}

/* Whatever gets lost between workers, it is said again, and in the end all is as it would be. */
static void what_gets_lost_is_said_again(void **state) {
    (void)state;
    test_media_init_spread(&w, 8, 3);
    w.parcel_loss_ppm = 300000;
    add_phones(6, &plain);
    for (size_t i = 0; i < 20; i++) {
        let_talk(1 + cf_rng_below(&w.rng, 6), CF_MSEC(500));
    }
    test_media_remove(&w, &w.phones[5]);
    (void)test_media_add(&w, &plain);
    let_talk(2, CF_SEC(1));
    assert_true(cf_engine_totals(&w.engine)->handed_lost > 100);
    w.parcel_loss_ppm = 0;
    let_talk(2, CF_SEC(2));
    let_talk(7, CF_SEC(4));
    for (size_t i = 1; i <= 7; i++) {
        size_t before = heard_by(i, 7);
        if (i != 6) {
            let_talk(7, CF_MSEC(400));
            assert_int_equal(seen_by(i), i == 7 ? 2 : 7);
            assert_true(i == 7 || heard_by(i, 7) > before);
        }
    }
    /* Worker 0 has 1, 4, 7; worker 1 has 2, 5; worker 2 has 3. */
    assert_int_equal(shadows_of(0), 3);
    assert_int_equal(shadows_of(1), 4);
    assert_int_equal(shadows_of(2), 5);
    test_media_fini(&w);
}

/* A slot that was a leg's elsewhere is a leg's here, and the other way round, before the worker that had it has said so. */
static void slots_change_workers(void **state) {
    (void)state;
    test_media_init_spread(&w, 9, 2);
    add_phones(4, &plain);
    let_talk(2, CF_SEC(2));
    /* Number 2 has gone, but its worker can't say so; its slot is that of number 5, who comes to the first worker. */
    w.parcel_loss_ppm = 1000000;
    test_media_remove(&w, &w.phones[1]);
    w.next_leg = (struct cf_handle){.slot = w.phones[1].leg.slot, .generation = 2};
    (void)test_media_add(&w, &plain);
    w.parcel_loss_ppm = 0;
    let_talk(5, CF_SEC(3));
    assert_int_equal(seen_by(4), 5);
    assert_int_equal(seen_by(1), 5);
    assert_true(heard_by(4, 5) > 80);
    assert_int_equal(shadows_of(0), 1);
    assert_int_equal(shadows_of(1), 3);
    test_media_fini(&w);
}

/* A screen goes before whoever speaks, on every worker, until it is taken back. */
static void a_screen_is_shown_everywhere(void **state) {
    (void)state;
    test_media_init_spread(&w, 11, 2);
    add_phones(4, &plain);
    let_talk(1, CF_SEC(3));
    struct test_phone *sharing = &w.phones[1];
    sharing->lines[TEST_PICTURE].use.role = CF_MEDIA_ROLE_SLIDES;
    test_media_agree(&w, sharing);
    let_talk(3, CF_SEC(3));
    for (size_t i = 1; i <= 4; i++) {
        assert_int_equal(seen_by(i), i == 2 ? 3 : 2);
    }
    sharing->lines[TEST_PICTURE].use.role = CF_MEDIA_ROLE_CAMERA;
    test_media_agree(&w, sharing);
    let_talk(3, CF_SEC(3));
    for (size_t i = 1; i <= 4; i++) {
        assert_int_equal(seen_by(i), i == 3 ? 1 : 3);
    }
    test_media_fini(&w);
}

/* The first phone is taken out, and comes again: how many allocations that takes. @p fail_at: which of them fails. */
static size_t come_again(size_t fail_at) {
    struct test_phone *phone = &w.phones[0];
    test_media_remove(&w, phone);
    phone->is_silent = false;
    phone->frames_heard = 0;
    memset(phone->ssrc_of_engine, 0, sizeof phone->ssrc_of_engine);
    const struct cf_media_command add = {.kind = CF_MEDIA_LEG_ADD, .room = w.room, .leg = phone->leg};
    test_media_command(&w, &add);
    size_t before = w.mem.count;
    w.mem.fail_at = fail_at == SIZE_MAX ? SIZE_MAX : before + fail_at;
    test_media_agree(&w, phone);
    return w.mem.count - before;
}

/* Whatever allocation fails on the other worker when somebody begins to send, he is heard and seen there a little later. */
static void what_memory_was_out_for_is_asked_for_again(void **state) {
    (void)state;
    size_t refused = 0;
    test_media_init_spread(&w, 12, 1);
    add_phones(2, &plain);
    size_t own = come_again(SIZE_MAX);
    test_media_fini(&w);
    for (size_t n = 0; n < 10; n++) {
        test_media_init_spread(&w, 12, 2);
        add_phones(2, &plain);
        let_talk(2, CF_SEC(1));
        /* Shadow, line, packet store; then, with the first sound, the mixer's leg, its jitter buffer and decoder. */
        (void)come_again(own + n);
        let_talk(1, CF_MSEC(100));
        assert_true(w.mem.failed);
        w.mem.fail_at = SIZE_MAX;
        let_talk(1, CF_SEC(4));
        assert_int_equal(seen_by(2), 1);
        assert_true(heard_by(2, 1) > 50);
        refused += cf_engine_totals(test_media_engine(&w, 1))->shadows_failed;
        test_media_fini(&w);
    }
    assert_in_range(refused, 3, 20);
}

/* Nothing is taken while packets flow, on either side. */
static void nothing_is_allocated_while_packets_cross(void **state) {
    (void)state;
    test_media_init_spread(&w, 10, 2);
    add_phones(4, &plain);
    for (size_t i = 1; i <= 4; i++) {
        let_talk(i, CF_SEC(2));
    }
    size_t allocations = w.mem.count;
    for (size_t i = 1; i <= 8; i++) {
        let_talk(1 + i % 4, CF_SEC(2));
    }
    assert_int_equal(w.mem.count, allocations);
    test_media_fini(&w);
}

CF_TEST_MAIN(cmocka_unit_test(a_packet_crosses_once_a_worker), cmocka_unit_test(who_comes_later_hears_and_sees_who_is_there),
             cmocka_unit_test(who_comes_to_a_new_worker_sees_the_speaker), cmocka_unit_test(who_goes_is_gone_everywhere),
             cmocka_unit_test(who_is_muted_is_muted_everywhere), cmocka_unit_test(who_waits_is_nobody_anywhere),
             cmocka_unit_test(the_home_speaks_for_all), cmocka_unit_test(wishes_go_back_to_the_sender),
             cmocka_unit_test(what_gets_lost_is_said_again), cmocka_unit_test(slots_change_workers),
             cmocka_unit_test(a_screen_is_shown_everywhere), cmocka_unit_test(what_memory_was_out_for_is_asked_for_again),
             cmocka_unit_test(nothing_is_allocated_while_packets_cross))
