/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Phones do what comes into their mind over a bad network. When it is good again whoever watches knows exactly who is in, and
 * the server keeps nothing of those who have gone.
 */
#include "focus_scene.h"

static struct cf_rng rng;
static size_t compared;   /* views of watchers */
static uint64_t notified; /* documents that they took */

static size_t any_call(const struct virtual_phone *p, bool is_up) {
    for (size_t i = 0; i < PHONE_CALLS_MAX; i++) {
        if (p->calls[i].is_there && p->calls[i].is_up == is_up) {
            return i;
        }
    }
    return PHONE_CALLS_MAX;
}

static size_t calls_of(const struct virtual_phone *p) {
    size_t count = 0;
    for (size_t i = 0; i < PHONE_CALLS_MAX; i++) {
        count += p->calls[i].is_there ? 1 : 0;
    }
    return count;
}

static void in_call(struct virtual_phone *p, size_t call, uint32_t what) {
    static const char *const others[] = {"<" AOR_ALICE ">", "<" AOR_BOB ">", "<" AOR_CAROL ";method=BYE>",
                                         "<" AOR_DAVE ">;admin=1"};
    if (what == 0) {
        phone_hang_up(p, call);
    } else if (what == 1 && !p->is_watching) {
        phone_watch(p, call);
    } else if (what == 2) {
        phone_hold(p, call, cf_rng_below(&rng, 2) == 0);
    } else if (what == 3 && !p->is_referring) {
        phone_refer(p, ROOM, others[cf_rng_below(&rng, 4)], NULL);
    } else if (what == 4) {
        phone_reinvite(p, call, "Another subject", cf_rng_below(&rng, 2) == 0);
    } else if (what == 5 && p->is_watching) {
        phone_unwatch(p);
    }
}

static void step(void) {
    struct virtual_phone *p = &scene.phones[cf_rng_below(&rng, PHONE_COUNT)];
    size_t up = any_call(p, true);
    size_t early = any_call(p, false);
    p->habit = (enum phone_habit)cf_rng_below(&rng, 4);
    if (up < PHONE_CALLS_MAX) {
        in_call(p, up, cf_rng_below(&rng, 7));
    } else if (early < PHONE_CALLS_MAX && cf_rng_below(&rng, 3) == 0) {
        phone_hang_up(p, early);
    } else if (calls_of(p) < 2) {
        (void)phone_call(p, ROOM, NULL);
    }
}

/* What the watchers know is what is. */
static void compare(void) {
    struct cf_directory *dir = cf_focus_directory(cf_node_focus(scene.server.node));
    struct cf_conference *conf = NULL;
    bool is_there = cf_denial_is_none(cf_directory_find(dir, CF_STR("room-tea"), &conf));
    for (size_t i = 0; i < PHONE_COUNT && is_there; i++) {
        const struct virtual_phone *p = &scene.phones[i];
        if (!p->is_watching || any_call(p, true) == PHONE_CALLS_MAX) {
            continue;
        }
        compared++;
        notified += p->documents;
        assert_int_equal(p->view.user_count, conf->roster.participant_count);
        for (struct cf_roster_participant *q = cf_roster_first(&conf->roster); q != NULL; q = cf_roster_next(&conf->roster, q)) {
            const struct cf_view_user *user = cf_roster_view_find(&p->view, q->aor);
            assert_non_null(user);
            assert_int_equal(user->endpoint_count, q->device_count);
            assert_int_equal((user->roles & CF_INFO_ADMIN) != 0, q->is_admin);
            for (struct cf_roster_device *d = cf_roster_first_device(q); d != NULL; d = cf_roster_next_device(d)) {
                const struct cf_view_endpoint *endpoint = cf_view_user_find(user, d->entity);
                assert_non_null(endpoint);
                assert_int_equal(endpoint->status, cf_roster_device_status(d));
            }
        }
    }
}

static void run(uint64_t seed) {
    static const struct netem_config bad = {.delay_usec = CF_MSEC(20),
                                            .jitter_usec = CF_MSEC(80),
                                            .loss_ppm = 100000,
                                            .duplicate_ppm = 50000,
                                            .reorder_ppm = 50000,
                                            .reorder_usec = CF_MSEC(200)};
    static const struct netem_config good = {.delay_usec = CF_MSEC(10)};
    scene_begin(seed);
    cf_rng_init(&rng, seed);
    phone_register(&scene.phones[BOB2]);
    scene_run(CF_SEC(1));
    for (size_t i = 0; i < PHONE_COUNT; i++) {
        scene.phones[i].is_silent = true;
    }
    world_default_link(scene.world, &bad);
    for (unsigned i = 0; i < 120; i++) {
        step();
        scene_run((cf_usec)cf_rng_below(&rng, 1500000));
    }
    world_default_link(scene.world, &good);
    scene_run(CF_SEC(120));
    compare();
    for (size_t i = 0; i < PHONE_COUNT; i++) {
        for (size_t call = any_call(&scene.phones[i], true); call < PHONE_CALLS_MAX; call = any_call(&scene.phones[i], true)) {
            phone_hang_up(&scene.phones[i], call);
            scene.phones[i].calls[call].is_up = false;
        }
    }
    scene_run(CF_SEC(100));
    if (cf_focus_leg_count(cf_node_focus(scene.server.node)) > 0) {
        /* A phone that gave up on a call whose 2xx it never saw: found out by the session timer. */
        scene_run(CF_SEC(2000));
    }
    assert_int_equal(cf_focus_leg_count(cf_node_focus(scene.server.node)), 0);
    assert_int_equal(scene.server.leg_count, 0);
    scene_end();
}

static void a_bad_network_leaves_everybody_knowing_the_same(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 100; seed++) {
        run(seed);
    }
    print_message("%zu views compared, %llu documents\n", compared, (unsigned long long)notified);
    assert_true(compared > 30 && notified > 300);
}

CF_TEST_MAIN(cmocka_unit_test(a_bad_network_leaves_everybody_knowing_the_same))
