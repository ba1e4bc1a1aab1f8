/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sender reports carried over to our own time. */
#include "core/sfu/clock_map.h"

#include "base/rng.h"
#include "lib/test.h"

#define WALL_0 (INT64_C(1700000000) * 1000000)

static void maps_media_time_by_arrival(void **state) {
    (void)state;
    struct cf_clock_map map = {.clock_rate_hz = 90000};
    /* The sender's clock is 100 s behind ours, and its packets take 50 ms. */
    cf_wall sent = WALL_0 - CF_SEC(100);
    cf_clock_map_on_sr(&map, cf_wall_to_ntp(sent), 1000, WALL_0 + CF_MSEC(50));
    assert_in_range(map.offset_usec, CF_SEC(100) + CF_MSEC(50) - 2, CF_SEC(100) + CF_MSEC(50) + 2);
    /* A second later by our clock is a second of media time later. */
    uint32_t timestamp = cf_clock_map_timestamp_at(&map, WALL_0 + CF_MSEC(1050), map.offset_usec);
    assert_in_range(timestamp, 91000 - 1, 91000 + 1);
    /* And a second before is before, below zero. */
    timestamp = cf_clock_map_timestamp_at(&map, WALL_0 - CF_MSEC(950), map.offset_usec);
    assert_in_range(timestamp + 90000, 1000 - 1, 1000 + 1);
}

static void keeps_the_shortest_delay(void **state) {
    (void)state;
    struct cf_clock_map map = {.clock_rate_hz = 90000};
    cf_clock_map_on_sr(&map, cf_wall_to_ntp(WALL_0), 0, WALL_0 + CF_MSEC(40));
    cf_clock_map_on_sr(&map, cf_wall_to_ntp(WALL_0 + CF_SEC(5)), 450000, WALL_0 + CF_SEC(5) + CF_MSEC(200));
    assert_in_range(map.offset_usec, CF_MSEC(40), CF_MSEC(41));
    cf_clock_map_on_sr(&map, cf_wall_to_ntp(WALL_0 + CF_SEC(10)), 900000, WALL_0 + CF_SEC(10) + CF_MSEC(20));
    assert_in_range(map.offset_usec, CF_MSEC(20) - 2, CF_MSEC(20) + 2);
    /* A clock that was set is followed at once. */
    cf_clock_map_on_sr(&map, cf_wall_to_ntp(WALL_0), 1350000, WALL_0 + CF_SEC(15));
    assert_in_range(map.offset_usec, CF_SEC(15) - 2, CF_SEC(15) + 2);
}

static void tells_when_sound_is_played(void **state) {
    (void)state;
    struct cf_clock_map map = {.clock_rate_hz = 48000};
    cf_usec offset = 0;
    assert_false(cf_clock_map_offset_of(&map, 0, WALL_0, &offset));
    cf_clock_map_on_sr(&map, cf_wall_to_ntp(WALL_0), 0xffffff00, WALL_0 + CF_MSEC(30));
    /* Sound of one second after the report is mixed 80 ms after it was captured. */
    assert_true(cf_clock_map_offset_of(&map, 0xffffff00U + 48000U, WALL_0 + CF_MSEC(1080), &offset));
    assert_in_range(offset, CF_MSEC(80) - 2, CF_MSEC(80) + 2);
}

static void survives_absurd_reports(void **state) {
    (void)state;
    struct cf_clock_map map = {.clock_rate_hz = 90000};
    struct cf_rng rng;
    cf_rng_init(&rng, 7);
    for (size_t i = 0; i < 100000; i++) {
        cf_ntp ntp = (cf_ntp)cf_rng_u32(&rng) << 32 | cf_rng_u32(&rng);
        cf_usec offset;
        cf_clock_map_on_sr(&map, ntp, cf_rng_u32(&rng), WALL_0 + (cf_wall)i);
        (void)cf_clock_map_timestamp_at(&map, WALL_0, map.offset_usec);
        assert_true(cf_clock_map_offset_of(&map, cf_rng_u32(&rng), WALL_0, &offset));
        (void)cf_clock_map_timestamp_at(&map, WALL_0, offset);
    }
}

CF_TEST_MAIN(cmocka_unit_test(maps_media_time_by_arrival), cmocka_unit_test(keeps_the_shortest_delay),
             cmocka_unit_test(tells_when_sound_is_played), cmocka_unit_test(survives_absurd_reports))
