/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is shown to whom. */
#include "core/sfu/selector.h"

#include "base/rng.h"
#include "lib/test.h"

#define NOW CF_SEC(100)

static struct cf_selector_source vp8(uint32_t owner) {
    return (struct cf_selector_source){
        .owner = owner, .format = CF_VIDEO_VP8, .allowed = true, .seen = true, .last_arrival = NOW};
}

static size_t pick(const struct cf_selector_source *ranked, size_t count, uint32_t owner, size_t shown, cf_usec since) {
    struct cf_selector_viewer viewer = {
        .owner = owner, .formats = CF_VIDEO_SET(CF_VIDEO_VP8), .shown = shown, .shown_since = since};
    return cf_selector_pick(ranked, count, &viewer, NOW);
}

static void shows_the_speaker_to_others_and_the_one_before_to_the_speaker(void **state) {
    (void)state;
    const struct cf_selector_source ranked[] = {vp8(1), vp8(2), vp8(3)};
    assert_int_equal(pick(ranked, 3, 2, CF_SELECTOR_NOBODY, 0), 0);
    assert_int_equal(pick(ranked, 3, 3, 1, 0), 0);
    assert_int_equal(pick(ranked, 3, 1, CF_SELECTOR_NOBODY, 0), 1);
}

static void shows_nobody_to_who_is_alone(void **state) {
    (void)state;
    const struct cf_selector_source ranked[] = {vp8(1)};
    assert_int_equal(pick(ranked, 1, 1, CF_SELECTOR_NOBODY, 0), CF_SELECTOR_NOBODY);
    assert_int_equal(pick(ranked, 0, 1, CF_SELECTOR_NOBODY, 0), CF_SELECTOR_NOBODY);
}

static void passes_over_who_can_not_be_shown(void **state) {
    (void)state;
    struct cf_selector_source ranked[] = {vp8(1), vp8(2), vp8(3), vp8(4), vp8(5)};
    ranked[0].allowed = false;
    ranked[1].seen = false;
    ranked[2].format = CF_VIDEO_H264_MODE_0;
    ranked[3].last_arrival = NOW - CF_SELECTOR_STALE;
    assert_int_equal(pick(ranked, 5, 9, CF_SELECTOR_NOBODY, 0), 4);
    ranked[4].format = CF_VIDEO_NONE;
    assert_int_equal(pick(ranked, 5, 9, CF_SELECTOR_NOBODY, 0), CF_SELECTOR_NOBODY);
}

static void holds_a_picture_for_a_while_unless_it_ends(void **state) {
    (void)state;
    struct cf_selector_source ranked[] = {vp8(1), vp8(2)};
    assert_int_equal(pick(ranked, 2, 9, 1, NOW - CF_SELECTOR_HOLD + 1), 1);
    assert_int_equal(pick(ranked, 2, 9, 1, NOW - CF_SELECTOR_HOLD), 0);
    ranked[1].last_arrival = NOW - CF_SELECTOR_STALE;
    assert_int_equal(pick(ranked, 2, 9, 1, NOW), 0);
}

static void keeps_a_frozen_picture_if_there_is_no_other(void **state) {
    (void)state;
    struct cf_selector_source ranked[] = {vp8(1), vp8(2)};
    ranked[0].allowed = false;
    ranked[1].last_arrival = NOW - CF_SELECTOR_STALE;
    assert_int_equal(pick(ranked, 2, 9, 1, 0), 1);
    ranked[1].allowed = false;
    assert_int_equal(pick(ranked, 2, 9, 1, 0), CF_SELECTOR_NOBODY);
}

/* Whatever the room: never oneself, never another codec. */
static void never_shows_oneself_or_a_foreign_codec(void **state) {
    (void)state;
    struct cf_rng rng;
    cf_rng_init(&rng, 6);
    for (size_t i = 0; i < 100000; i++) {
        struct cf_selector_source ranked[6];
        for (size_t k = 0; k < 6; k++) {
            ranked[k] = (struct cf_selector_source){.owner = cf_rng_below(&rng, 4),
                                                    .format = (enum cf_video_format)cf_rng_below(&rng, 4),
                                                    .allowed = cf_rng_below(&rng, 4) > 0,
                                                    .seen = cf_rng_below(&rng, 4) > 0,
                                                    .last_arrival = NOW - (cf_usec)cf_rng_below(&rng, 6) * CF_SEC(1)};
        }
        struct cf_selector_viewer viewer = {.owner = cf_rng_below(&rng, 4),
                                            .formats = cf_rng_below(&rng, 16),
                                            .shown = cf_rng_below(&rng, 8),
                                            .shown_since = NOW - (cf_usec)cf_rng_below(&rng, 3) * CF_SEC(1)};
        size_t picked = cf_selector_pick(ranked, 6, &viewer, NOW);
        if (picked != CF_SELECTOR_NOBODY) {
            assert_true(picked < 6 && ranked[picked].owner != viewer.owner && ranked[picked].allowed);
            assert_true(cf_video_set_accepts(viewer.formats, ranked[picked].format));
        }
    }
}

CF_TEST_MAIN(cmocka_unit_test(shows_the_speaker_to_others_and_the_one_before_to_the_speaker),
             cmocka_unit_test(shows_nobody_to_who_is_alone), cmocka_unit_test(passes_over_who_can_not_be_shown),
             cmocka_unit_test(holds_a_picture_for_a_while_unless_it_ends),
             cmocka_unit_test(keeps_a_frozen_picture_if_there_is_no_other),
             cmocka_unit_test(never_shows_oneself_or_a_foreign_codec))
