/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is shown to whom. */
#include "core/sfu/selector.h"

#include "base/rng.h"
#include "lib/test.h"

#define NOW CF_SEC(100)

#define VP8 CF_VIDEO_SET(CF_VIDEO_VP8)

static struct cf_selector_picture vp8(uint32_t owner) {
    return (struct cf_selector_picture){.owner = owner, .formats = VP8};
}

static struct cf_selector_picture slides(uint32_t owner) {
    return (struct cf_selector_picture){.owner = owner, .formats = VP8, .is_slides = true};
}

static size_t pick(const struct cf_selector_picture *ranked, size_t count, uint32_t owner, size_t shown, cf_usec since) {
    struct cf_selector_viewer viewer = {.owner = owner, .formats = VP8, .shown = shown, .shown_since = since};
    return cf_selector_pick(ranked, count, &viewer, NOW);
}

static void shows_the_speaker_to_others_and_the_one_before_to_the_speaker(void **state) {
    (void)state;
    const struct cf_selector_picture ranked[] = {vp8(1), vp8(2), vp8(3)};
    assert_int_equal(pick(ranked, 3, 2, CF_SELECTOR_NOBODY, 0), 0);
    assert_int_equal(pick(ranked, 3, 3, 1, 0), 0);
    assert_int_equal(pick(ranked, 3, 1, CF_SELECTOR_NOBODY, 0), 1);
}

static void shows_nobody_to_who_is_alone(void **state) {
    (void)state;
    const struct cf_selector_picture ranked[] = {vp8(1)};
    assert_int_equal(pick(ranked, 1, 1, CF_SELECTOR_NOBODY, 0), CF_SELECTOR_NOBODY);
    assert_int_equal(pick(ranked, 0, 1, CF_SELECTOR_NOBODY, 0), CF_SELECTOR_NOBODY);
}

static void passes_over_who_can_not_be_shown(void **state) {
    (void)state;
    struct cf_selector_picture ranked[] = {vp8(1), vp8(2), vp8(5)};
    ranked[0].formats = 0;
    ranked[1].formats = CF_VIDEO_SET(CF_VIDEO_H264_MODE_0);
    assert_int_equal(pick(ranked, 3, 9, CF_SELECTOR_NOBODY, 0), 2);
    ranked[2].formats = 0;
    assert_int_equal(pick(ranked, 3, 9, CF_SELECTOR_NOBODY, 0), CF_SELECTOR_NOBODY);
    /* One encoding that it can take is enough. */
    ranked[1].formats |= VP8;
    assert_int_equal(pick(ranked, 3, 9, CF_SELECTOR_NOBODY, 0), 1);
}

static void holds_a_picture_for_a_while_unless_it_ends(void **state) {
    (void)state;
    struct cf_selector_picture ranked[] = {vp8(1), vp8(2)};
    assert_int_equal(pick(ranked, 2, 9, 1, NOW - CF_SELECTOR_HOLD + 1), 1);
    assert_int_equal(pick(ranked, 2, 9, 1, NOW - CF_SELECTOR_HOLD), 0);
    ranked[1].formats = 0;
    assert_int_equal(pick(ranked, 2, 9, 1, NOW), 0);
}

static void a_screen_goes_before_all_speakers_at_once(void **state) {
    (void)state;
    const struct cf_selector_picture ranked[] = {slides(3), vp8(1), vp8(2)};
    assert_int_equal(pick(ranked, 3, 9, 1, NOW), 0);
    assert_int_equal(pick(ranked, 3, 1, 2, NOW), 0);
    /* Who shows it sees the speaker. */
    assert_int_equal(pick(ranked, 3, 3, CF_SELECTOR_NOBODY, 0), 1);
    /* Two screens: the one that is seen is held like any other. */
    const struct cf_selector_picture two[] = {slides(4), slides(3)};
    assert_int_equal(pick(two, 2, 9, 1, NOW - CF_SELECTOR_HOLD), 0);
}

/* Whatever the room: never oneself, never another codec, never a camera before a screen that could be seen. */
static void never_shows_oneself_or_a_foreign_codec(void **state) {
    (void)state;
    struct cf_rng rng;
    cf_rng_init(&rng, 6);
    for (size_t i = 0; i < 100000; i++) {
        struct cf_selector_picture ranked[6];
        size_t screens = cf_rng_below(&rng, 3);
        for (size_t k = 0; k < 6; k++) {
            ranked[k] = (struct cf_selector_picture){
                .owner = cf_rng_below(&rng, 4), .formats = cf_rng_below(&rng, 16), .is_slides = k < screens};
        }
        struct cf_selector_viewer viewer = {.owner = cf_rng_below(&rng, 4),
                                            .formats = cf_rng_below(&rng, 16),
                                            .shown = cf_rng_below(&rng, 8),
                                            .shown_since = NOW - (cf_usec)cf_rng_below(&rng, 3) * CF_SEC(1)};
        size_t picked = cf_selector_pick(ranked, 6, &viewer, NOW);
        if (picked == CF_SELECTOR_NOBODY) {
            continue;
        }
        assert_true(picked < 6 && ranked[picked].owner != viewer.owner);
        assert_true(cf_video_sets_meet(viewer.formats, ranked[picked].formats));
        for (size_t k = 0; k < screens && !ranked[picked].is_slides; k++) {
            assert_false(cf_selector_is_possible(&ranked[k], &viewer));
        }
    }
}

CF_TEST_MAIN(cmocka_unit_test(shows_the_speaker_to_others_and_the_one_before_to_the_speaker),
             cmocka_unit_test(shows_nobody_to_who_is_alone), cmocka_unit_test(passes_over_who_can_not_be_shown),
             cmocka_unit_test(holds_a_picture_for_a_while_unless_it_ends),
             cmocka_unit_test(a_screen_goes_before_all_speakers_at_once),
             cmocka_unit_test(never_shows_oneself_or_a_foreign_codec))
