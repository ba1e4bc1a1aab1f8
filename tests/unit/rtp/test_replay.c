/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The replay window. */
#include "core/rtp/replay.h"

#include "base/rng.h"
#include "lib/test.h"

static void takes_every_index_once(void **state) {
    (void)state;
    struct cf_replay replay = {0};
    for (uint64_t index = 65500; index < 65500 + 5000; index++) {
        assert_true(cf_replay_is_new(&replay, index));
        cf_replay_add(&replay, index);
        assert_false(cf_replay_is_new(&replay, index));
    }
}

static void knows_the_whole_window_and_nothing_older(void **state) {
    (void)state;
    struct cf_replay replay = {0};
    cf_replay_add(&replay, 10000);
    assert_true(cf_replay_is_new(&replay, 10000 - CF_REPLAY_WINDOW + 1));
    assert_false(cf_replay_is_new(&replay, 10000 - CF_REPLAY_WINDOW));
    cf_replay_add(&replay, 10000 - CF_REPLAY_WINDOW); /* too old: must not hit another index of the ring */
    assert_false(cf_replay_is_new(&replay, 10000));
    assert_true(cf_replay_is_new(&replay, 9999));
}

static void takes_index_zero(void **state) {
    (void)state;
    struct cf_replay replay = {0};
    assert_true(cf_replay_is_new(&replay, 0));
    cf_replay_add(&replay, 0);
    assert_false(cf_replay_is_new(&replay, 0));
}

/* A window as the simplest program would have it: all indices ever added. */
struct model {
    bool seen[8192];
    uint64_t highest;
    bool is_started;
};

static bool model_is_new(const struct model *m, uint64_t index) {
    return !m->is_started || index > m->highest || (m->highest - index < CF_REPLAY_WINDOW && !m->seen[index]);
}

static void agrees_with_a_model_under_loss_and_reordering(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct cf_replay replay = {0};
        static struct model m;
        struct cf_rng rng;
        cf_rng_init(&rng, seed);
        memset(&m, 0, sizeof m);
        for (uint64_t base = 0; base < 6000; base += cf_rng_below(&rng, seed % 2 == 0 ? 5 : 700)) {
            uint64_t index = base + cf_rng_below(&rng, 1500);
            assert_int_equal(cf_replay_is_new(&replay, index), model_is_new(&m, index));
            cf_replay_add(&replay, index);
            m.seen[index] = true;
            m.highest = !m.is_started || index > m.highest ? index : m.highest;
            m.is_started = true;
        }
    }
}

CF_TEST_MAIN(cmocka_unit_test(takes_every_index_once), cmocka_unit_test(knows_the_whole_window_and_nothing_older),
             cmocka_unit_test(takes_index_zero), cmocka_unit_test(agrees_with_a_model_under_loss_and_reordering))
