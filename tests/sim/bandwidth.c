/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The estimator, pacer and allocation over narrow links: how fast they adapt, how long queues get, who gets what. With
 * CONFER_TEST_PLOTS=FOLDER each writes its samples there; tools/plot_bandwidth.py draws them.
 */
#include "lib/test_bottleneck.h"

#include "lib/test.h"

static struct test_bottleneck b;

static const struct netem_config narrow = {.delay_usec = CF_MSEC(25), .rate_bps = 3000000, .queue_bytes = 150000};

/* Simulated time begins at 1 s. */
static cf_usec at(cf_usec since_begin) {
    return CF_SEC(1) + since_begin;
}

static void finish(const char *name) {
    test_bottleneck_save(&b, name);
    test_bottleneck_fini(&b);
}

static void adapts_to_steps_of_bandwidth(void **state) {
    (void)state;
    test_bottleneck_init(&b, &narrow, 1, 1);
    test_bottleneck_start(&b, 0);
    test_bottleneck_run(&b, CF_SEC(20));
    b.link.config.rate_bps = 500000;
    test_bottleneck_run(&b, CF_SEC(20));
    b.link.config.rate_bps = 3000000;
    test_bottleneck_run(&b, CF_SEC(20));
    /* Up at the beginning: the best layer within a second. */
    assert_true(test_bottleneck_when(&b, 0, at(0), 2670000, true) <= at(CF_SEC(1)));
    assert_true(test_bottleneck_arrived(&b, 0, at(CF_SEC(2)), at(CF_SEC(20))) > 2300000);
    assert_true(test_bottleneck_queue(&b, at(CF_SEC(2)), at(CF_SEC(20)) - TEST_SAMPLE) < CF_MSEC(60));
    /* Down: below the link within 1.5 s; the queue (2.4 s of this link) is empty 5 s after the step, and stays so. */
    assert_true(test_bottleneck_when(&b, 0, at(CF_SEC(20)), 500000, false) <= at(CF_SEC(20) + CF_MSEC(1500)));
    assert_true(test_bottleneck_queue(&b, at(CF_SEC(25)), at(CF_SEC(40))) < CF_MSEC(150));
    assert_true(test_bottleneck_arrived(&b, 0, at(CF_SEC(26)), at(CF_SEC(40))) > 300000);
    assert_true(b.flows[0].samples[390].target_bps < 550000); /* no overshoot */
    /* Up again: the best layer within 4 s, and no back and forth after that. */
    assert_true(test_bottleneck_when(&b, 0, at(CF_SEC(40)), 2670000, true) <= at(CF_SEC(44)));
    assert_true(test_bottleneck_arrived(&b, 0, at(CF_SEC(46)), at(CF_SEC(60))) > 2300000);
    assert_true(b.flows[0].switches <= 16);
    finish("bandwidth-steps");
}

static void two_share_a_link_fairly(void **state) {
    (void)state;
    test_bottleneck_init(&b, &narrow, 2, 3);
    b.flows[0].is_elastic = b.flows[1].is_elastic = true;
    test_bottleneck_start(&b, 0);
    test_bottleneck_run(&b, CF_SEC(20));
    test_bottleneck_start(&b, 1);
    test_bottleneck_run(&b, CF_SEC(100));
    double x = (double)test_bottleneck_arrived(&b, 0, at(CF_SEC(80)), at(CF_SEC(120)));
    double y = (double)test_bottleneck_arrived(&b, 1, at(CF_SEC(80)), at(CF_SEC(120)));
    double fairness = (x + y) * (x + y) / (2 * (x * x + y * y));
    assert_true(fairness > 0.95);
    assert_true(x + y > 0.8 * 3000000);
    assert_true(test_bottleneck_queue(&b, at(CF_SEC(40)), at(CF_SEC(120))) < CF_MSEC(150));
    finish("bandwidth-fairness");
}

static void puts_up_with_random_loss(void **state) {
    (void)state;
    static const struct {
        uint32_t loss_ppm;
        uint64_t least_bps;
        const char *name;
    } rows[] = {
        {10000, 2200000, "bandwidth-loss-1"}, {50000, 2100000, "bandwidth-loss-5"}, {100000, 400000, "bandwidth-loss-10"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct netem_config config = narrow;
        config.loss_ppm = rows[i].loss_ppm;
        test_bottleneck_init(&b, &config, 1, 4);
        test_bottleneck_start(&b, 0);
        test_bottleneck_run(&b, CF_SEC(60));
        assert_true(test_bottleneck_arrived(&b, 0, at(CF_SEC(5)), at(CF_SEC(60))) > rows[i].least_bps);
        assert_true(b.flows[0].switches <= 20);
        finish(rows[i].name);
    }
}

static void leaves_room_for_others(void **state) {
    (void)state;
    test_bottleneck_init(&b, &narrow, 1, 5);
    b.flows[0].is_elastic = true;
    test_bottleneck_start(&b, 0);
    test_bottleneck_run(&b, CF_SEC(10));
    b.cross_bps = 1500000;
    b.cross_at = b.now;
    test_bottleneck_run(&b, CF_SEC(30));
    b.cross_bps = 0;
    test_bottleneck_run(&b, CF_SEC(20));
    assert_in_range(test_bottleneck_arrived(&b, 0, at(CF_SEC(20)), at(CF_SEC(40))), 1100000, 1600000);
    assert_true(test_bottleneck_queue(&b, at(CF_SEC(20)), at(CF_SEC(40))) < CF_MSEC(150));
    assert_true(test_bottleneck_arrived(&b, 0, at(CF_SEC(55)), at(CF_SEC(60))) > 1500000);
    finish("bandwidth-cross-traffic");
}

static void dares_more_where_it_cant_probe(void **state) {
    (void)state;
    test_bottleneck_init(&b, &narrow, 1, 6);
    b.flows[0].no_padding = true;
    test_bottleneck_start(&b, 0);
    test_bottleneck_run(&b, CF_SEC(60));
    assert_true(test_bottleneck_arrived(&b, 0, at(CF_SEC(40)), at(CF_SEC(60))) > 1400000);
    assert_int_equal(b.flows[0].pacer.counts.padding, 0);
    finish("bandwidth-no-padding");
}

static void bears_jitter(void **state) {
    (void)state;
    struct netem_config config = narrow;
    config.jitter_usec = CF_MSEC(10);
    config.reorder_ppm = 10000;
    config.reorder_usec = CF_MSEC(20);
    config.duplicate_ppm = 10000;
    test_bottleneck_init(&b, &config, 1, 7);
    test_bottleneck_start(&b, 0);
    test_bottleneck_run(&b, CF_SEC(40));
    assert_true(test_bottleneck_arrived(&b, 0, at(CF_SEC(5)), at(CF_SEC(40))) > 1400000);
    finish("bandwidth-jitter");
}

static void allocates_nothing_a_packet(void **state) {
    (void)state;
    test_bottleneck_init(&b, &narrow, 2, 8);
    size_t count = b.mem.count;
    test_bottleneck_start(&b, 0);
    test_bottleneck_start(&b, 1);
    test_bottleneck_run(&b, CF_SEC(10));
    assert_int_equal(b.mem.count, count);
    assert_true(b.mem.peak_bytes / 2 < 24 * 1024); /* a receiver */
    test_bottleneck_fini(&b);
}

CF_TEST_MAIN(cmocka_unit_test(adapts_to_steps_of_bandwidth), cmocka_unit_test(two_share_a_link_fairly),
             cmocka_unit_test(puts_up_with_random_loss), cmocka_unit_test(leaves_room_for_others),
             cmocka_unit_test(dares_more_where_it_cant_probe), cmocka_unit_test(bears_jitter),
             cmocka_unit_test(allocates_nothing_a_packet))
