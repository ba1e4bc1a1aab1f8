/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rooms in which everybody sees everybody: joining at once, bad links that are nobody else's business, losses, wraps, moves. */
#include "lib/test_grid.h"

#include "lib/test.h"

static struct grid g;

static void add_members(size_t count) {
    for (size_t i = 0; i < count; i++) {
        grid_add(&g);
    }
    grid_show_all(&g);
}

/* Every tile of everybody shows a picture. */
static void assert_all_see_all(void) {
    for (size_t i = 0; i < g.count; i++) {
        const struct grid_member *m = &g.members[i];
        for (size_t k = 0; k < m->tile_count && m->is_in; k++) {
            assert_int_equal(test_watch_camera(&m->tiles[k]) / 2, m->tile_of[k]);
        }
    }
}

static void hundred_join_within_five_seconds_and_every_tile_has_a_picture(void **state) {
    (void)state;
    const struct grid_config config = {.seed = 1, .no_main = true, .patience = CF_MSEC(200), .round_trip = CF_MSEC(50)};
    grid_init(&g, &config);
    for (size_t i = 0; i < 100; i++) {
        grid_add(&g);
        /* The others offer again in a burst now and then, not for each that comes. */
        if (i % 10 == 9) {
            grid_show_all(&g);
        }
        grid_run(&g, CF_MSEC(50));
    }
    grid_run(&g, CF_MSEC(400));
    assert_all_see_all();
    size_t late = 0;
    size_t tiles = 0;
    uint64_t requests = 0;
    for (size_t i = 0; i < g.count; i++) {
        const struct grid_member *m = &g.members[i];
        assert_int_equal(m->tile_count, 99);
        requests += m->senders[GRID_SMALL].key_requests;
        for (size_t k = 0; k < m->tile_count; k++) {
            late += m->tiles[k].first_shown_at - m->tile_at[k] > CF_MSEC(300);
            tiles++;
            assert_int_equal(m->tiles[k].lost, 0);
            assert_int_equal(m->tiles[k].freezes, 0);
        }
    }
    print_message("# %zu tiles, %zu later than 300 ms, %.1f key frame requests a camera\n", tiles, late,
                  (double)requests / (double)g.count);
    assert_true(late * 100 < tiles);
    /* 9900 tiles began; cameras were asked about once for each time that others offered again. */
    assert_true(requests < 15 * g.count);
    grid_fini(&g);
}

/* What the others got while member 5 had @link, as one number for each. */
static void run_with_link(const struct netem_config *link, uint64_t *ret_packets, uint64_t *ret_keys, uint64_t *ret_requests) {
    const struct grid_config config = {.seed = 2,
                                       .has_full_tiles = true,
                                       .can_nack = true,
                                       .patience = CF_MSEC(250),
                                       .round_trip = CF_MSEC(60),
                                       .up = {.delay_usec = CF_MSEC(20)},
                                       .down = {.delay_usec = CF_MSEC(20)}};
    grid_init(&g, &config);
    add_members(5);
    grid_run(&g, CF_SEC(5));
    g.members[4].down.config = *link;
    grid_run(&g, CF_SEC(25));
    uint64_t lost = g.members[4].down.lost + g.members[4].down.queue_lost;
    assert_true(link->rate_bps == 0 || lost > 5000);
    for (size_t i = 0; i < 4; i++) {
        const struct grid_member *m = &g.members[i];
        ret_packets[i] = ret_keys[i] = 0;
        for (size_t k = 0; k < m->tile_count; k++) {
            ret_packets[i] += m->tiles[k].packets;
            ret_keys[i] += m->tiles[k].keys;
            assert_int_equal(m->tiles[k].lost + m->tiles[k].freezes, 0);
        }
        ret_requests[i] = m->senders[GRID_MAIN].key_requests;
    }
    grid_fini(&g);
}

static void a_receiver_with_a_bad_link_changes_nothing_for_the_others(void **state) {
    (void)state;
    const struct netem_config good = {.delay_usec = CF_MSEC(20)};
    const struct netem_config bad = {.delay_usec = CF_MSEC(20),
                                     .to_bad_ppm = 20000,
                                     .to_good_ppm = 180000,
                                     .loss_bad_ppm = 1000000,
                                     .rate_bps = 300000,
                                     .queue_bytes = 30000};
    uint64_t packets[2][4];
    uint64_t keys[2][4];
    uint64_t requests[2][4];
    run_with_link(&good, packets[0], keys[0], requests[0]);
    run_with_link(&bad, packets[1], keys[1], requests[1]);
    for (size_t i = 0; i < 4; i++) {
        print_message("# member %zu: %llu packets, %llu key frames, asked %llu; with the bad link %llu, %llu, %llu\n", i + 1,
                      (unsigned long long)packets[0][i], (unsigned long long)keys[0][i], (unsigned long long)requests[0][i],
                      (unsigned long long)packets[1][i], (unsigned long long)keys[1][i], (unsigned long long)requests[1][i]);
        assert_int_equal(packets[0][i], packets[1][i]);
        assert_int_equal(keys[0][i], keys[1][i]);
    }
}

/* --- losses --- */

struct loss_result {
    uint64_t packets;
    uint64_t lost; /* given up by receivers */
    uint64_t repaired;
    uint64_t freezes;
    cf_usec frozen_usec;
    size_t streams;
};

static struct loss_result run_with_loss(uint32_t percent, cf_usec round_trip, bool can_nack) {
    /* Half of the round trip and half of the loss each way to the server and back: what one member loses to another adds up. */
    const struct netem_config link = {.delay_usec = round_trip / 2, .loss_ppm = percent * 5000};
    const struct grid_config config = {.seed = 3,
                                       .has_full_tiles = true,
                                       .can_nack = can_nack,
                                       .patience = 3 * round_trip + CF_MSEC(150),
                                       .round_trip = round_trip + CF_MSEC(10),
                                       .up = link,
                                       .down = link};
    struct loss_result result = {0};
    grid_init(&g, &config);
    add_members(4);
    grid_run(&g, CF_SEC(20));
    assert_all_see_all();
    for (size_t i = 0; i < g.count; i++) {
        for (size_t k = 0; k < g.members[i].tile_count; k++) {
            const struct test_watch *watch = &g.members[i].tiles[k];
            result.packets += watch->packets;
            result.lost += watch->lost;
            result.repaired += watch->repaired;
            result.freezes += watch->freezes;
            result.frozen_usec += watch->frozen_usec;
            result.streams++;
        }
    }
    grid_fini(&g);
    return result;
}

static void losses_are_repaired(void **state) {
    (void)state;
    static const uint32_t percents[] = {1, 5, 10};
    static const cf_usec round_trips[] = {CF_MSEC(50), CF_MSEC(200)};
    print_message("# loss  RTT ms  repaired by receivers  lost  freezes a minute  frozen %%\n");
    for (size_t i = 0; i < 6; i++) {
        uint32_t percent = percents[i / 2];
        cf_usec round_trip = round_trips[i % 2];
        struct loss_result r = run_with_loss(percent, round_trip, true);
        double minutes = (double)r.streams / 3;
        double frozen = 100.0 * (double)r.frozen_usec / ((double)r.streams * 20e6);
        print_message("# %3u %%  %4lld  %10.2f %%  %10.3f %%  %8.1f  %8.2f\n", percent, (long long)(round_trip / 1000),
                      100.0 * (double)r.repaired / (double)r.packets, 100.0 * (double)r.lost / (double)r.packets,
                      (double)r.freezes / minutes, frozen);
        /* Whatever is lost on either side is asked for and comes, at most one in a thousand does not. */
        assert_true(r.lost * 1000 <= r.packets);
        assert_true(frozen < (round_trip > CF_MSEC(100) ? 15.0 : 5.0));
        assert_true(r.repaired * 250 > r.packets * percent);
    }
}

static void without_nack_a_loss_costs_a_key_frame(void **state) {
    (void)state;
    struct loss_result with = run_with_loss(1, CF_MSEC(50), true);
    struct loss_result without = run_with_loss(1, CF_MSEC(50), false);
    assert_true(without.lost > 100 * (with.lost + 1));
    assert_true(without.frozen_usec > 2 * with.frozen_usec);
    /* But pictures go on. */
    assert_true(without.frozen_usec < (cf_usec)without.streams * CF_SEC(10));
}

/* --- what changes and wraps --- */

static void speakers_change_and_tiles_do_not_notice(void **state) {
    (void)state;
    const struct grid_config config = {.seed = 4, .can_nack = true, .patience = CF_MSEC(200), .round_trip = CF_MSEC(50)};
    grid_init(&g, &config);
    add_members(6);
    grid_run(&g, CF_SEC(2));
    for (uint8_t i = 0; i < 20; i++) {
        uint8_t speaker = (uint8_t)(1 + cf_rng_below(&g.rng, 6));
        grid_speak(&g, speaker);
        grid_run(&g, CF_MSEC(1500));
        for (size_t k = 0; k < g.count; k++) {
            struct grid_member *m = &g.members[k];
            uint8_t seen = test_watch_camera(&m->follower);
            assert_true(m->number == speaker ? seen / 2 != speaker : seen == 2 * speaker);
            assert_int_equal(m->follower_csrc, g.members[seen / 2 - 1].senders[GRID_MAIN].ssrc);
            assert_int_equal(m->follower.lost + m->follower.freezes, 0);
        }
    }
    for (size_t i = 0; i < g.count; i++) {
        assert_true(g.members[i].follower.switches > 5);
        for (size_t k = 0; k < g.members[i].tile_count; k++) {
            const struct test_watch *watch = &g.members[i].tiles[k];
            assert_int_equal(watch->lost + watch->freezes, 0);
            /* At most the one from the full picture to the miniature, in the beginning. */
            assert_true(watch->switches <= 1);
        }
    }
    grid_fini(&g);
}

static void everything_that_wraps_wraps_unnoticed_in_tiles_too(void **state) {
    (void)state;
    const struct grid_config config = {.seed = 5, .patience = CF_MSEC(200), .round_trip = CF_MSEC(50)};
    grid_init(&g, &config);
    for (size_t i = 0; i < 3; i++) {
        struct grid_member *m = grid_add(&g);
        for (size_t which = GRID_MAIN; which <= GRID_SMALL; which++) {
            struct test_camera *camera = &m->senders[which].camera;
            camera->sequence = 65400;
            camera->timestamp = 0xfffff000;
            camera->picture_id = 0x7ff0;
            camera->short_picture_id = i == 1;
        }
    }
    grid_show_all(&g);
    grid_run(&g, CF_SEC(1));
    for (size_t i = 0; i < 3; i++) {
        for (size_t k = 0; k < 2; k++) {
            grid_line(&g, &g.members[i], GRID_TILES + k)->sink.rewrite.heads.picture_id &= 0x7fff;
        }
    }
    /* 65536 packets of a miniature take nearly an hour: as many frames as make its own numbers wrap have to do. */
    grid_run(&g, CF_SEC(90));
    for (size_t i = 0; i < 3; i++) {
        assert_true(grid_line(&g, &g.members[i], GRID_MAIN)->counts.packets_out > 7000);
        for (size_t k = 0; k < 2; k++) {
            const struct test_watch *watch = &g.members[i].tiles[k];
            assert_int_equal(watch->lost + watch->freezes, 0);
            assert_true(watch->frames > 1700);
        }
        assert_int_equal(g.members[i].follower.lost, 0);
    }
    grid_fini(&g);
}

static void members_with_one_ssrc_are_told_apart(void **state) {
    (void)state;
    const struct grid_config config = {.seed = 6, .patience = CF_MSEC(200), .round_trip = CF_MSEC(50)};
    grid_init(&g, &config);
    for (size_t i = 0; i < 3; i++) {
        struct grid_member *m = grid_add(&g);
        m->senders[GRID_MAIN].ssrc = 0x11111111;
        m->senders[GRID_SMALL].ssrc = 0x22222222;
    }
    grid_show_all(&g);
    grid_run(&g, CF_SEC(3));
    assert_all_see_all();
    grid_fini(&g);
}

static void a_member_moves_and_is_seen_and_sees_again(void **state) {
    (void)state;
    const struct grid_config config = {.seed = 7, .can_nack = true, .patience = CF_MSEC(200), .round_trip = CF_MSEC(50)};
    grid_init(&g, &config);
    add_members(3);
    grid_run(&g, CF_SEC(2));
    /* Its network changed: the new address is in its next offer; what it sends before is of a stranger. */
    struct grid_member *m = &g.members[1];
    m->address.port = 41000;
    grid_run(&g, CF_MSEC(300));
    const uint64_t before = m->tiles[0].frames;
    struct cf_media_command set = {.kind = CF_MEDIA_TRANSPORT_SET, .leg = m->leg};
    set.as.transport = (struct cf_media_transport_set){.rtp_socket = m->socket, .rtcp_socket = m->socket};
    set.as.transport.transport =
        (struct cf_media_transport){.remote_rtp = m->address, .remote_rtcp = m->address, .has_rtcp_mux = true};
    grid_command(&g, &set);
    grid_run(&g, CF_SEC(3));
    assert_all_see_all();
    assert_true(m->tiles[0].frames > before + 40);
    for (size_t i = 0; i < 3; i += 2) {
        /* Tile 0 of the third and tile 0 of the first are the second member's. */
        const struct test_watch *watch = &g.members[i].tiles[i == 0 ? 0 : 1];
        assert_true(g.now - watch->shown_at < CF_MSEC(200));
    }
    grid_fini(&g);
}

static void a_member_leaves_and_its_tiles_are_used_again(void **state) {
    (void)state;
    const struct grid_config config = {.seed = 8, .patience = CF_MSEC(200), .round_trip = CF_MSEC(50)};
    grid_init(&g, &config);
    add_members(4);
    grid_run(&g, CF_SEC(2));
    grid_remove(&g, &g.members[3]);
    const uint64_t before = g.members[0].tiles[2].packets;
    grid_run(&g, CF_SEC(1));
    assert_int_equal(g.members[0].tiles[2].packets, before);
    /* Tile 2 of the first is another one's now, with the same SSRC and numbers that go on. */
    struct grid_member *fifth = grid_add(&g);
    g.members[0].tile_of[2] = fifth->number;
    grid_show_all(&g);
    grid_run(&g, CF_SEC(2));
    assert_int_equal(test_watch_camera(&g.members[0].tiles[2]) / 2, fifth->number);
    assert_int_equal(g.members[0].tiles[2].lost, 0);
    grid_fini(&g);
}

static void a_camera_that_nobody_sees_is_paused_until_somebody_does(void **state) {
    (void)state;
    const struct grid_config config = {.seed = 9, .pauses_unseen = true, .patience = CF_MSEC(200), .round_trip = CF_MSEC(50)};
    grid_init(&g, &config);
    add_members(4);
    grid_speak(&g, 1);
    grid_run(&g, CF_SEC(1));
    grid_speak(&g, 2);
    grid_run(&g, CF_SEC(20));
    /* Phones take long to come back: those that are not seen are left alone for a while. */
    for (size_t i = 0; i < g.count; i++) {
        assert_int_equal(g.members[i].senders[GRID_MAIN].bitrate_bps, 0);
    }
    grid_run(&g, CF_SEC(8));
    /* All see the second, who sees the first; everybody's miniature is seen. */
    for (size_t i = 0; i < g.count; i++) {
        const struct grid_member *m = &g.members[i];
        assert_int_equal(m->senders[GRID_MAIN].bitrate_bps, i < 2 ? 0 : CF_BITRATE_UNSEEN_BPS);
        assert_int_equal(m->senders[GRID_SMALL].bitrate_bps, 0);
    }
    grid_speak(&g, 3);
    grid_run(&g, CF_MSEC(1500));
    assert_true(g.members[2].senders[GRID_MAIN].bitrate_bps > 10000000);
    assert_int_equal(test_watch_camera(&g.members[0].follower), 2 * 3);
    grid_run(&g, CF_SEC(28));
    assert_int_equal(g.members[0].senders[GRID_MAIN].bitrate_bps, CF_BITRATE_UNSEEN_BPS);
    grid_fini(&g);
}

CF_TEST_MAIN(cmocka_unit_test(hundred_join_within_five_seconds_and_every_tile_has_a_picture),
             cmocka_unit_test(a_receiver_with_a_bad_link_changes_nothing_for_the_others), cmocka_unit_test(losses_are_repaired),
             cmocka_unit_test(without_nack_a_loss_costs_a_key_frame), cmocka_unit_test(speakers_change_and_tiles_do_not_notice),
             cmocka_unit_test(everything_that_wraps_wraps_unnoticed_in_tiles_too),
             cmocka_unit_test(members_with_one_ssrc_are_told_apart), cmocka_unit_test(a_member_moves_and_is_seen_and_sees_again),
             cmocka_unit_test(a_member_leaves_and_its_tiles_are_used_again),
             cmocka_unit_test(a_camera_that_nobody_sees_is_paused_until_somebody_does))
