/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What layers cost. */
#include "core/sfu/layer_rates.h"

#include "lib/test.h"

static void feed(struct cf_layer_rates *r, cf_usec *now, cf_usec duration, uint8_t top) {
    for (cf_usec end = *now + duration; *now < end; *now += CF_MSEC(10)) {
        for (uint8_t t = 0; t <= top; t++) {
            const struct cf_video_packet p = {.layer = {.temporal = t}, .payload = {.len = 100U << t}, .arrival = *now};
            cf_layer_rates_on_packet(r, &p, 25);
        }
    }
}

static void measures_each_layer(void **state) {
    (void)state;
    struct cf_layer_rates r = {.any = false};
    cf_usec now = CF_SEC(5);
    assert_int_equal(cf_layer_rates_of(&r, 0, 0, now), 0);
    feed(&r, &now, CF_MSEC(510), 2);
    assert_in_range(cf_layer_rates_of(&r, 0, 0, now), 98000, 102000);
    assert_in_range(cf_layer_rates_of(&r, 0, 1, now), 275000, 285000);
    assert_in_range(cf_layer_rates_of(&r, 0, 2, now), 610000, 630000);
    assert_int_equal(cf_layer_rates_of(&r, 0, 3, now), 0);
    assert_int_equal(cf_layer_rates_total(&r, now), cf_layer_rates_of(&r, 0, 2, now));
    assert_int_equal(cf_layer_rates_of(&r, 1, 0, now), 0);
    /* A layer that is sent no more is not there after some seconds. */
    feed(&r, &now, CF_SEC(6), 1);
    assert_int_equal(cf_layer_rates_of(&r, 0, 2, now), 0);
    assert_true(cf_layer_rates_of(&r, 0, 1, now) > 0);
    /* And nothing is when nothing comes. */
    assert_int_equal(cf_layer_rates_of(&r, 0, 0, now + CF_SEC(3)), 0);
    feed(&r, &now, CF_SEC(1), 0);
    assert_true(cf_layer_rates_of(&r, 0, 0, now) > 0);
}

static void takes_high_layers_for_the_highest(void **state) {
    (void)state;
    struct cf_layer_rates r = {.any = false};
    for (cf_usec now = 0; now < CF_SEC(1); now += CF_MSEC(10)) {
        const struct cf_video_packet p = {
            .layer = {.spatial = 7, .temporal = 7}, .payload = {.len = 1000}, .arrival = CF_SEC(1) + now};
        cf_layer_rates_on_packet(&r, &p, 0);
    }
    assert_true(cf_layer_rates_of(&r, 3, 3, CF_SEC(2)) > 700000);
}

CF_TEST_MAIN(cmocka_unit_test(measures_each_layer), cmocka_unit_test(takes_high_layers_for_the_highest))
