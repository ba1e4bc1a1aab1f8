/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The delay that arrivals ask for. */
#include "base/rng.h"
#include "core/jitter/delay.h"

#include "lib/test.h"

struct stream {
    struct cf_jitter_delay delay;
    struct cf_rng rng;
    cf_usec media;
};

static void setup(struct stream *s) {
    cf_jitter_delay_init(&s->delay);
    cf_rng_init(&s->rng, 11);
    s->media = CF_SEC(1000);
}

/* @p count packets, each late by less than @p jitter_usec. */
static void arrive(struct stream *s, uint32_t count, uint32_t jitter_usec) {
    for (uint32_t i = 0; i < count; i++) {
        s->media += CF_MSEC(20);
        cf_jitter_delay_on_arrival(&s->delay, s->media, s->media - CF_SEC(700) + cf_rng_below(&s->rng, jitter_usec));
    }
}

static void wants_nothing_before_anything_arrived(void **state) {
    (void)state;
    struct stream s;
    setup(&s);
    assert_int_equal(cf_jitter_delay_wanted(&s.delay), 0);
    assert_int_equal(cf_jitter_delay_lateness(&s.delay, 5, 50), 0);
}

static void wants_what_catches_the_jitter_seen(void **state) {
    (void)state;
    static const uint32_t jitters_msec[] = {1, 10, 30, 80, 200, 380};
    for (size_t i = 0; i < sizeof jitters_msec / sizeof *jitters_msec; i++) {
        struct stream s;
        setup(&s);
        arrive(&s, 1000, jitters_msec[i] * 1000);
        assert_in_range(cf_jitter_delay_wanted(&s.delay), CF_MSEC(jitters_msec[i]) * 94 / 100,
                        CF_MSEC(jitters_msec[i]) + CF_MSEC(5));
    }
}

static void forgets_jitter_after_its_memory(void **state) {
    (void)state;
    struct stream s;
    setup(&s);
    arrive(&s, 500, 200000);
    arrive(&s, CF_JITTER_DELAY_MEMORY + 450, 1000);
    assert_in_range(cf_jitter_delay_wanted(&s.delay), CF_MSEC(1), CF_MSEC(10));
}

static void grows_within_a_few_packets(void **state) {
    (void)state;
    struct stream s;
    setup(&s);
    arrive(&s, 1000, 1000);
    for (int i = 0; i < 10; i++) {
        s.media += CF_MSEC(20);
        cf_jitter_delay_on_arrival(&s.delay, s.media, s.media - CF_SEC(700) + CF_MSEC(100));
    }
    assert_in_range(cf_jitter_delay_wanted(&s.delay), CF_MSEC(100), CF_MSEC(105));
}

static void one_hold_up_of_many_packets_is_one_event(void **state) {
    (void)state;
    struct stream s;
    setup(&s);
    arrive(&s, 1000, 1000);
    cf_usec end = s.media - CF_SEC(700) + CF_MSEC(300);
    for (int i = 0; i < 15; i++) {
        s.media += CF_MSEC(20);
        cf_jitter_delay_on_arrival(&s.delay, s.media, end + i * 100);
    }
    arrive(&s, 10, 1000);
    assert_in_range(cf_jitter_delay_wanted(&s.delay), CF_MSEC(1), CF_MSEC(10));
}

static void follows_a_sender_whose_clock_is_slow(void **state) {
    (void)state;
    struct stream s;
    setup(&s);
    for (int i = 0; i < 30000; i++) {
        s.media += CF_MSEC(20);
        cf_jitter_delay_on_arrival(&s.delay, s.media, s.media - CF_SEC(700) + (cf_usec)i * 10);
    }
    assert_true(cf_jitter_delay_wanted(&s.delay) <= CF_MSEC(10));
    /* 500 ppm: the base is no older than its spans of time. */
    assert_in_range(cf_jitter_delay_lateness(&s.delay, s.media, s.media - CF_SEC(700) + 300000), 0, CF_MSEC(5));
}

static void keeps_its_base_over_silence(void **state) {
    (void)state;
    struct stream s;
    setup(&s);
    arrive(&s, 500, 1000);
    s.media += CF_SEC(100);
    cf_usec late = s.media - CF_SEC(700) + CF_MSEC(60);
    cf_jitter_delay_on_arrival(&s.delay, s.media, late);
    assert_in_range(cf_jitter_delay_lateness(&s.delay, s.media, late), CF_MSEC(59), CF_MSEC(60));
}

CF_TEST_MAIN(cmocka_unit_test(wants_nothing_before_anything_arrived), cmocka_unit_test(wants_what_catches_the_jitter_seen),
             cmocka_unit_test(forgets_jitter_after_its_memory), cmocka_unit_test(grows_within_a_few_packets),
             cmocka_unit_test(one_hold_up_of_many_packets_is_one_event), cmocka_unit_test(follows_a_sender_whose_clock_is_slow),
             cmocka_unit_test(keeps_its_base_over_silence))
