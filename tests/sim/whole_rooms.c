/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people in a room notice: how soon a newcomer sees everybody, what a quarrel does to pictures, that a tile that stays goes
 * on. */
#include "lib/test_grid.h"

#include "lib/test.h"

static struct grid g;

static const struct netem_config link = {.delay_usec = CF_MSEC(12)};

static void begin(uint64_t seed, bool has_full_tiles, size_t count) {
    const struct grid_config config = {.seed = seed,
                                       .has_full_tiles = has_full_tiles,
                                       .can_nack = true,
                                       .patience = CF_MSEC(200),
                                       .round_trip = CF_MSEC(50),
                                       .up = link,
                                       .down = link};
    grid_init(&g, &config);
    for (size_t i = 0; i < count; i++) {
        grid_add(&g);
    }
    grid_show_all(&g);
}

static uint64_t keys_asked(enum grid_line which) {
    uint64_t requests = 0;
    for (size_t i = 0; i < g.count; i++) {
        requests += g.members[i].senders[which].key_requests;
    }
    return requests;
}

static void assert_nobody_notices(size_t count) {
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < g.members[i].tile_count; k++) {
            const struct test_watch *watch = &g.members[i].tiles[k];
            assert_int_equal(watch->lost + watch->freezes, 0);
        }
    }
}

/* How long it takes until the newcomer sees the last one. */
static cf_usec join(void) {
    struct grid_member *m = grid_add(&g);
    cf_usec latest = 0;
    grid_show_all(&g);
    grid_run(&g, CF_MSEC(1000));
    for (size_t k = 0; k < m->tile_count; k++) {
        assert_true(m->tiles[k].first_shown_at != 0);
        cf_usec took = m->tiles[k].first_shown_at - m->tile_at[k];
        latest = took > latest ? took : latest;
    }
    assert_int_equal(m->tile_count, m->number - 1);
    return latest;
}

static void who_joins_a_grid_of_twelve_sees_all_within_300_ms(void **state) {
    (void)state;
    begin(21, true, 12);
    grid_run(&g, CF_SEC(20));
    uint64_t before = keys_asked(GRID_MAIN);
    cf_usec first = join();
    uint64_t asked = keys_asked(GRID_MAIN) - before;
    before = keys_asked(GRID_MAIN);
    /* Key frames are a second old now. */
    cf_usec second = join();
    print_message("# all are seen after %lld ms, %llu key frames asked for; by the next one after %lld ms, %llu\n",
                  (long long)(first / 1000), (unsigned long long)asked, (long long)(second / 1000),
                  (unsigned long long)(keys_asked(GRID_MAIN) - before));
    assert_true(first <= CF_MSEC(300) && second <= CF_MSEC(300));
    /* Each camera once for the newcomer, and the newcomer's for all of the others. */
    assert_in_range(asked, 1, 12 + 2);
    assert_in_range(keys_asked(GRID_MAIN) - before, 0, 13 + 2);
    assert_nobody_notices(12);
    grid_fini(&g);
}

/* All interrupt each other, ten times a second, for twenty seconds. */
static void a_storm_of_speakers_is_no_storm_of_key_frames(void **state) {
    (void)state;
    begin(22, false, 8);
    grid_run(&g, CF_SEC(5));
    uint64_t most = 0;
    uint8_t speaker = 1;
    for (size_t i = 0; i < g.count; i++) {
        g.members[i].senders[GRID_MAIN].key_requests = 0;
    }
    for (size_t i = 0; i < 200; i++) {
        speaker = (uint8_t)(1 + cf_rng_below(&g.rng, 8));
        grid_speak(&g, speaker);
        grid_run(&g, CF_MSEC(100));
    }
    for (size_t i = 0; i < g.count; i++) {
        uint64_t requests = g.members[i].senders[GRID_MAIN].key_requests;
        most = requests > most ? requests : most;
    }
    /* A picture stays for a second at least; then all see the last one. */
    grid_run(&g, CF_MSEC(1500));
    for (size_t i = 0; i < g.count; i++) {
        struct grid_member *m = &g.members[i];
        uint8_t seen = test_watch_camera(&m->follower);
        assert_true(m->number == speaker ? seen / 2 != speaker : seen == 2 * speaker);
        assert_int_equal(m->follower.lost + m->follower.freezes, 0);
    }
    print_message("# 200 changes: at most %llu key frames asked of one camera\n", (unsigned long long)most);
    /* Each is the speaker some 25 times in twenty seconds. */
    assert_in_range(most, 1, 20);
    assert_nobody_notices(g.count);
    grid_fini(&g);
}

static void use(const struct grid_member *m, size_t tile, enum cf_media_pick_kind kind, bool is_small) {
    struct cf_media_command command = {.kind = CF_MEDIA_LINE_USE, .leg = m->leg};
    command.as.use = (struct cf_media_line_use){.index = (uint16_t)(GRID_TILES + tile)};
    command.as.use.use.pick =
        (struct cf_media_pick){.kind = kind, .is_small = is_small, .leg = g.members[m->tile_of[tile] - 1].leg};
    grid_command(&g, &command);
}

/* Tiles come and go and change their size, and everybody offers again all the time: those that are there go on. */
static void tiles_that_stay_go_on_when_the_layout_changes(void **state) {
    (void)state;
    begin(23, true, 6);
    grid_run(&g, CF_SEC(3));
    struct grid_member *m = &g.members[0];
    uint64_t frames[3];
    size_t switches[3];
    for (size_t k = 0; k < 3; k++) {
        frames[k] = m->tiles[k].frames;
        switches[k] = m->tiles[k].switches;
    }
    for (size_t round = 0; round < 10; round++) {
        /* One that stays as it is, one that is seen small and large in turn, the others go and come back. */
        use(m, 1, CF_MEDIA_PICK_MEMBER, round % 2 == 0);
        for (size_t k = 3; k < 5; k++) {
            use(m, k, round % 2 == 0 ? CF_MEDIA_PICK_NOBODY : CF_MEDIA_PICK_MEMBER, false);
        }
        for (size_t i = 0; i < 5 && round % 2 == 1; i++) {
            grid_show_all(&g);
            grid_run(&g, CF_MSEC(10));
        }
        grid_run(&g, CF_MSEC(950));
    }
    for (size_t k = 0; k < 3; k++) {
        assert_int_equal(m->tiles[k].lost + m->tiles[k].freezes, 0);
        assert_true(m->tiles[k].frames - frames[k] > (k == 1 ? 180 : 270));
    }
    assert_true(m->tiles[1].switches >= switches[1] + 8);
    assert_int_equal(m->tiles[0].switches + m->tiles[2].switches, switches[0] + switches[2]);
    /* Those that were away show what they should again. */
    grid_run(&g, CF_SEC(1));
    for (size_t k = 3; k < 5; k++) {
        assert_int_equal(test_watch_camera(&m->tiles[k]) / 2, m->tile_of[k]);
        assert_true(g.now - m->tiles[k].shown_at < CF_MSEC(100));
    }
    for (size_t i = 1; i < g.count; i++) {
        for (size_t k = 0; k < g.members[i].tile_count; k++) {
            assert_int_equal(g.members[i].tiles[k].lost + g.members[i].tiles[k].freezes, 0);
        }
    }
    grid_fini(&g);
}

/* What a member asks for again on the tile of one who has left is answered with nothing, and what comes next is another's. */
static void a_tile_shows_nothing_of_who_had_it_before(void **state) {
    (void)state;
    begin(24, true, 5);
    grid_run(&g, CF_SEC(2));
    struct grid_member *m = &g.members[0];
    m->down.config.loss_ppm = 300000;
    grid_run(&g, CF_MSEC(500));
    grid_remove(&g, &g.members[4]);
    grid_run(&g, CF_MSEC(13)); /* what is on its way */
    uint64_t packets = m->tiles[3].packets;
    grid_run(&g, CF_MSEC(300));
    assert_int_equal(m->tiles[3].packets, packets);
    m->down.config.loss_ppm = 0;
    struct grid_member *sixth = grid_add(&g);
    m->tile_of[3] = sixth->number; /* the grid asserts that it shows nobody else from now on */
    grid_show_all(&g);
    grid_run(&g, CF_SEC(2));
    assert_int_equal(test_watch_camera(&m->tiles[3]) / 2, sixth->number);
    assert_true(g.now - m->tiles[3].shown_at < CF_MSEC(100));
    grid_fini(&g);
}

CF_TEST_MAIN(cmocka_unit_test(who_joins_a_grid_of_twelve_sees_all_within_300_ms),
             cmocka_unit_test(a_storm_of_speakers_is_no_storm_of_key_frames),
             cmocka_unit_test(tiles_that_stay_go_on_when_the_layout_changes),
             cmocka_unit_test(a_tile_shows_nothing_of_who_had_it_before))
