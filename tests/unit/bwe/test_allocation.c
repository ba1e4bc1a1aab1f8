/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who gets which layer: tables, and what holds whatever the tiles are. */
#include "core/bwe/allocation.h"

#include "base/rng.h"
#include "lib/test.h"

static struct cf_tile tile(enum cf_tile_kind kind, uint16_t wanted_height) {
    return (struct cf_tile){
        .kind = kind,
        .wanted_height = wanted_height,
        .layer_count = 3,
        .layers = {{100000, 180, 0, 0, 0}, {400000, 360, 1, 1, 0}, {1500000, 720, 2, 2, 0}},
        .present = CF_TILE_PAUSED,
    };
}

/* A speaker, two in the grid, one thumbnail. */
static void choose(uint64_t budget_bps, struct cf_allocation *ret) {
    const struct cf_tile tiles[] = {tile(CF_TILE_GRID, 360), tile(CF_TILE_SPEAKER, 720), tile(CF_TILE_THUMBNAIL, 180),
                                    tile(CF_TILE_GRID, 360)};
    cf_allocation_choose(tiles, 4, budget_bps, CF_SEC(100), ret);
}

static void serves_the_important_ones_first(void **state) {
    (void)state;
    static const struct {
        uint64_t budget;
        int layers[4];
    } rows[] = {
        {UINT64_MAX, {1, 2, 0, 1}}, /* what their sizes ask for */
        {2800000, {1, 2, 0, 1}},    /* 1500 + 400 + 100 + 400, and head room */
        {2600000, {1, 2, 0, 0}},    /* ... which is missing here */
        {2100000, {0, 2, 0, 0}},
        {1900000, {1, 1, 0, 1}}, /* not enough for the speaker's best: the others have it */
        {900000, {0, 1, 0, 0}},
        {450000, {0, 0, 0, 0}},
        {400000, {0, 0, CF_TILE_PAUSED, 0}},
        {250000, {0, 0, CF_TILE_PAUSED, CF_TILE_PAUSED}},
        {120000, {CF_TILE_PAUSED, 0, CF_TILE_PAUSED, CF_TILE_PAUSED}},
        {0, {CF_TILE_PAUSED, CF_TILE_PAUSED, CF_TILE_PAUSED, CF_TILE_PAUSED}},
    };
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        struct cf_allocation a;
        choose(rows[r].budget, &a);
        for (size_t i = 0; i < 4; i++) {
            assert_int_equal(a.tiles[i].layer, rows[r].layers[i]);
        }
        assert_int_equal(a.wanted_bps, 2400000);
    }
}

static void says_why(void **state) {
    (void)state;
    struct cf_tile tiles[] = {tile(CF_TILE_SPEAKER, 720), tile(CF_TILE_GRID, 360), tile(CF_TILE_THUMBNAIL, 0)};
    struct cf_allocation a;
    tiles[2].layer_count = 0;
    cf_allocation_choose(tiles, 3, 600000, 0, &a);
    assert_int_equal(a.tiles[0].reason, CF_TILE_LIMITED);
    assert_int_equal(a.tiles[1].reason, CF_TILE_LIMITED);
    assert_int_equal(a.tiles[2].reason, CF_TILE_NO_SOURCE);
    cf_allocation_choose(tiles, 3, 120000, 0, &a);
    assert_int_equal(a.tiles[1].reason, CF_TILE_NO_BUDGET);
    cf_allocation_choose(tiles, 3, UINT64_MAX, 0, &a);
    assert_int_equal(a.tiles[0].reason, CF_TILE_WHOLE);
    for (enum cf_tile_reason reason = 0; reason <= CF_TILE_NO_SOURCE; reason++) {
        assert_non_null(cf_tile_reason_text(reason));
    }
}

static void keeps_what_fits_and_raises_with_head_room(void **state) {
    (void)state;
    struct cf_tile t = tile(CF_TILE_SPEAKER, 0);
    struct cf_allocation a;
    t.present = 1;
    cf_allocation_choose(&t, 1, 400000, 0, &a);
    assert_int_equal(a.tiles[0].layer, 1);
    cf_allocation_choose(&t, 1, 399999, 0, &a);
    assert_int_equal(a.tiles[0].layer, 0);
    cf_allocation_choose(&t, 1, 1600000, 0, &a);
    assert_int_equal(a.tiles[0].layer, 1);
    cf_allocation_choose(&t, 1, 1670000, 0, &a);
    assert_int_equal(a.tiles[0].layer, 2);
}

/* @p budget varies around @p mean by @p percent for 60 s; how often does the tile change? */
static size_t changes(uint64_t mean, uint32_t percent) {
    struct cf_rng rng;
    struct cf_tile t = tile(CF_TILE_SPEAKER, 0);
    size_t count = 0;
    cf_rng_init(&rng, mean);
    for (cf_usec now = 0; now < CF_SEC(60); now += CF_MSEC(100)) {
        struct cf_allocation a;
        uint64_t budget = mean / 1000 * (1000 - percent * 10 + cf_rng_below(&rng, percent * 20));
        cf_allocation_choose(&t, 1, budget, now, &a);
        count += a.tiles[0].layer != t.present;
        cf_allocation_note(&t, a.tiles[0], budget, now);
    }
    return count;
}

static void does_not_flap(void **state) {
    (void)state;
    for (uint64_t mean = 100000; mean < 2000000; mean += 10000) {
        assert_true(changes(mean, 5) <= 3);   /* within the head room: it only finds its place */
        assert_true(changes(mean, 30) <= 12); /* beyond it patience grows */
    }
}

static void patience_is_for_the_link_that_it_fell_on(void **state) {
    (void)state;
    struct cf_tile t = tile(CF_TILE_SPEAKER, 0);
    struct cf_allocation a;
    t.present = 0;
    t.memory.fell_at = CF_SEC(10);
    t.memory.patience = CF_ALLOCATION_PATIENCE_MAX;
    t.memory.fell_budget_bps = t.layers[1].bitrate_bps;
    cf_allocation_choose(&t, 1, 2 * t.memory.fell_budget_bps - 2, CF_SEC(26), &a);
    assert_int_equal(a.tiles[0].layer, 0);
    cf_allocation_choose(&t, 1, 2 * t.memory.fell_budget_bps, CF_SEC(26) - 1, &a);
    assert_int_equal(a.tiles[0].layer, 0);
    cf_allocation_choose(&t, 1, 2 * t.memory.fell_budget_bps, CF_SEC(26), &a);
    assert_true(a.tiles[0].layer > 0);
}

static void orders_layers_as_they_are_wanted(void **state) {
    (void)state;
    static const struct cf_tile_layer grid[] = {
        {600000, 720, 0, 1, 0}, {1000000, 720, 0, 1, 1}, {100000, 180, 0, 0, 0}, {700000, 180, 0, 0, 1}, {0, 1080, 1, 0, 0}};
    struct cf_tile_layer layers[5];
    memcpy(layers, grid, sizeof grid);
    assert_int_equal(cf_allocation_order(CF_TILE_SPEAKER, layers, 5), 3);
    assert_int_equal(layers[0].bitrate_bps, 100000);
    assert_int_equal(layers[1].bitrate_bps, 600000); /* not the smoother small one for more */
    assert_int_equal(layers[2].bitrate_bps, 1000000);
    static const struct cf_tile_layer simulcast[] = {
        {125000, 360, 1, 0, 0}, {500000, 360, 1, 0, 2}, {375000, 720, 0, 0, 0}, {750000, 720, 0, 0, 1}, {1500000, 720, 0, 0, 2}};
    memcpy(layers, simulcast, sizeof simulcast);
    assert_int_equal(cf_allocation_order(CF_TILE_GRID, layers, 5), 4); /* no stuttering for the sake of size */
    assert_int_equal(layers[1].bitrate_bps, 500000);
    assert_int_equal(layers[2].bitrate_bps, 750000);
    static const struct cf_tile_layer screen[] = {
        {300000, 360, 0, 0, 0}, {500000, 360, 0, 0, 1}, {800000, 1080, 0, 1, 0}, {2000000, 1080, 0, 1, 1}};
    memcpy(layers, screen, sizeof screen);
    assert_int_equal(cf_allocation_order(CF_TILE_SCREEN, layers, 4), 3);
    assert_int_equal(layers[1].height, 1080); /* sharp before smooth */
    assert_int_equal(layers[1].temporal, 0);
    assert_int_equal(cf_allocation_order(CF_TILE_SCREEN, layers, 0), 0);
}

/* --- properties --- */

static size_t random_tiles(struct cf_rng *rng, struct cf_tile *tiles) {
    size_t count = 1 + cf_rng_below(rng, 12);
    for (size_t i = 0; i < count; i++) {
        tiles[i] = (struct cf_tile){.kind = cf_rng_below(rng, CF_TILE_KINDS), .present = CF_TILE_PAUSED};
        tiles[i].wanted_height = (uint16_t)(cf_rng_below(rng, 4) * 270);
        for (size_t k = 0; k < cf_rng_below(rng, 7); k++) {
            tiles[i].layers[tiles[i].layer_count++] = (struct cf_tile_layer){
                .bitrate_bps = 1 + cf_rng_below(rng, 1000000), .height = (uint16_t)(90 * (k + 1)), .temporal = (uint8_t)(k % 2)};
        }
        tiles[i].layer_count = cf_allocation_order(tiles[i].kind, tiles[i].layers, tiles[i].layer_count);
        tiles[i].present = (int)cf_rng_below(rng, (uint32_t)tiles[i].layer_count + 1) - 1;
        if (cf_rng_below(rng, 3) == 0) {
            tiles[i].memory.patience = CF_SEC(4);
            tiles[i].memory.fell_at = CF_SEC(98);
        }
    }
    return count;
}

static void never_exceeds_the_budget_and_is_settled_at_once(void **state) {
    (void)state;
    struct cf_rng rng;
    cf_rng_init(&rng, 77);
    for (uint32_t round = 0; round < 20000; round++) {
        struct cf_tile tiles[12];
        struct cf_allocation a;
        struct cf_allocation again;
        size_t count = random_tiles(&rng, tiles);
        uint64_t budget = cf_rng_below(&rng, 4000000);
        uint64_t sum = 0;
        cf_allocation_choose(tiles, count, budget, CF_SEC(100), &a);
        for (size_t i = 0; i < count; i++) {
            assert_in_range(a.tiles[i].layer + 1, 0, tiles[i].layer_count);
            sum += a.tiles[i].layer == CF_TILE_PAUSED ? 0 : tiles[i].layers[a.tiles[i].layer].bitrate_bps;
            cf_allocation_note(&tiles[i], a.tiles[i], budget, CF_SEC(100));
        }
        assert_int_equal(sum, a.used_bps);
        assert_true(sum <= budget);
        /* The same again when nothing changed. */
        cf_allocation_choose(tiles, count, budget, CF_SEC(100), &again);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(again.tiles[i].layer, a.tiles[i].layer);
        }
    }
}

/* Once everybody has a picture: before that, more budget goes to those who have none. */
static void gives_the_most_important_more_for_more(void **state) {
    (void)state;
    struct cf_rng rng;
    cf_rng_init(&rng, 78);
    for (uint32_t round = 0; round < 2000; round++) {
        struct cf_tile tiles[12];
        size_t count = random_tiles(&rng, tiles);
        size_t first = 0; /* of the most important kind, and alone in it */
        for (size_t i = 0; i < count; i++) {
            tiles[i].memory.patience = 0;
            tiles[i].kind = i == first ? CF_TILE_SCREEN : tiles[i].kind == CF_TILE_SCREEN ? CF_TILE_GRID : tiles[i].kind;
        }
        int before = CF_TILE_PAUSED;
        for (uint64_t budget = 0; budget < 6000000; budget += 50000) {
            struct cf_allocation a;
            cf_allocation_choose(tiles, count, budget, CF_SEC(100), &a);
            bool all = true;
            for (size_t i = 0; i < count; i++) {
                all &= a.tiles[i].reason != CF_TILE_NO_BUDGET;
            }
            assert_true(!all || a.tiles[first].layer >= before);
            before = all ? a.tiles[first].layer : before;
        }
    }
}

CF_TEST_MAIN(cmocka_unit_test(serves_the_important_ones_first), cmocka_unit_test(says_why),
             cmocka_unit_test(keeps_what_fits_and_raises_with_head_room), cmocka_unit_test(does_not_flap),
             cmocka_unit_test(orders_layers_as_they_are_wanted), cmocka_unit_test(patience_is_for_the_link_that_it_fell_on),
             cmocka_unit_test(never_exceeds_the_budget_and_is_settled_at_once),
             cmocka_unit_test(gives_the_most_important_more_for_more))
