/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers of sound that is passed on. */
#include "base/rng.h"
#include "core/sfu/sound_rewrite.h"

#include "lib/test.h"

#define CLOCK 48000

static struct cf_sound_rewrite rewrite;
static struct cf_sound_numbers out;

static bool pass(uint64_t stay, uint16_t sequence, uint32_t timestamp, cf_usec now) {
    const struct cf_sound_numbers in = {.timestamp = timestamp, .sequence = sequence};
    return cf_sound_rewrite_packet(&rewrite, stay, &in, CLOCK, now, &out);
}

static void begin(void) {
    const struct cf_sound_numbers heads = {.timestamp = 5000, .sequence = 99};
    cf_sound_rewrite_init(&rewrite, &heads);
}

static void goes_on_where_the_talker_before_left(void **state) {
    (void)state;
    begin();
    assert_true(pass(1, 1000, 70000, CF_SEC(1)));
    assert_true(out.marker && out.sequence == 100);
    uint32_t first = out.timestamp;
    assert_true(pass(1, 1001, 70960, CF_SEC(1) + CF_MSEC(20)));
    assert_true(!out.marker && out.sequence == 101 && out.timestamp == first + 960);
    /* Another talker, half a second later. */
    assert_true(pass(2, 7, 3, CF_SEC(1) + CF_MSEC(520)));
    assert_true(out.marker && out.sequence == 102 && out.timestamp == first + 960 + 24000);
    /* At once: still a frame later. */
    assert_true(pass(3, 65535, 0, CF_SEC(1) + CF_MSEC(520)));
    assert_true(out.sequence == 103 && out.timestamp == first + 960 + 24000 + 960);
    assert_true(pass(3, 0, 960, CF_SEC(1) + CF_MSEC(540)));
    assert_int_equal(out.sequence, 104);
}

/* What begins before the last packet of the stay before is ahead of the clock, but not for ever, and not by much. */
static void what_overlaps_is_made_up_for_in_the_next_pause(void **state) {
    (void)state;
    begin();
    assert_true(pass(1, 10, 0, CF_SEC(1)));
    uint32_t first = out.timestamp;
    assert_true(cf_sound_rewrite_overlaps(&rewrite, 2, CF_SEC(1) - CF_MSEC(80)));
    assert_false(cf_sound_rewrite_overlaps(&rewrite, 1, CF_SEC(1) - CF_MSEC(80)));
    assert_false(cf_sound_rewrite_overlaps(&rewrite, 2, CF_SEC(1) - CF_MSEC(60)));
    for (uint16_t i = 0; i < 10; i++) {
        assert_true(pass(2, (uint16_t)(500 + i), 7000 + i * 960U, CF_SEC(1) + CF_MSEC(20) * i - CF_MSEC(60)));
        assert_int_equal(out.timestamp, first + 960 + i * 960U);
    }
    /* Half a second after the last one, which came 120 ms after the first stay's: 620 ms on the clock. */
    assert_true(pass(3, 0, 0, CF_SEC(1) + CF_MSEC(620)));
    assert_int_equal(out.timestamp, first + 620 * 48);
}

static void loss_and_order_stay_what_they_are(void **state) {
    (void)state;
    begin();
    assert_true(pass(1, 10, 0, 1));
    uint16_t base = (uint16_t)(out.sequence - 10);
    static const uint16_t order[] = {12, 11, 15, 16, 14, 80, 79};
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        assert_true(pass(1, order[i], order[i] * 960U, 1));
        assert_int_equal(out.sequence, (uint16_t)(base + order[i]));
    }
    assert_int_equal(rewrite.heads.timestamp - out.timestamp, 960);
}

/* A number that goes out twice would undo the protection. */
static void no_number_goes_out_twice(void **state) {
    (void)state;
    begin();
    assert_true(pass(1, 10, 0, 1));
    assert_false(pass(1, 10, 0, 1));
    assert_false(pass(1, 9, 0, 1)); /* before the stay */
    assert_true(pass(1, 13, 0, 1));
    assert_true(pass(1, 12, 0, 1));
    assert_false(pass(1, 12, 0, 1));
    assert_false(pass(1, 13, 0, 1));
    assert_true(pass(2, 13, 0, 1));
    assert_false(pass(2, 12, 0, 1)); /* was given to the one before */
    assert_true(pass(2, 100, 0, 1));
    assert_false(pass(2, 36, 0, 1)); /* too late */
    assert_true(pass(2, 37, 0, 1));
    assert_false(pass(2, 37, 0, 1));
}

static bool sent[65536];

static void never_twice_whatever_comes(void **state) {
    (void)state;
    struct cf_rng rng;
    cf_rng_init(&rng, 3);
    begin();
    uint16_t highest = 99;
    uint64_t stay = 1;
    uint16_t at = 0;
    for (size_t i = 0; i < 60000; i++) {
        stay += cf_rng_below(&rng, 50) == 0;
        at = (uint16_t)(at + cf_rng_below(&rng, 40) - 18U);
        if (!pass(stay, at, cf_rng_u32(&rng), (cf_usec)i)) {
            continue;
        }
        /* Half the space ahead is free again. */
        if ((int16_t)(uint16_t)(out.sequence - highest) > 0) {
            for (uint16_t k = highest; k != out.sequence; k++) {
                sent[(uint16_t)(k + 0x8000U)] = false;
            }
            highest = out.sequence;
        }
        assert_false(sent[out.sequence]);
        sent[out.sequence] = true;
    }
}

CF_TEST_MAIN(cmocka_unit_test(goes_on_where_the_talker_before_left),
             cmocka_unit_test(what_overlaps_is_made_up_for_in_the_next_pause),
             cmocka_unit_test(loss_and_order_stay_what_they_are), cmocka_unit_test(no_number_goes_out_twice),
             cmocka_unit_test(never_twice_whatever_comes))
