/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Encodings of a picture, and which of them somebody gets. */
#include "core/sfu/scene.h"

#include "lib/test.h"

#define NOW CF_SEC(100)
#define VP8 CF_VIDEO_SET(CF_VIDEO_VP8)

static struct cf_scene picture;
static struct cf_source sources[CF_SCENE_ENCODINGS_MAX + 1];

/* A camera with @count encodings, added from the coarsest on; sources[0] is the finest. All are live. */
static void begin(size_t count) {
    cf_scene_init(&picture, 7, CF_SCENE_CAMERA);
    memset(sources, 0, sizeof sources);
    for (size_t i = count; i > 0; i--) {
        struct cf_source *source = &sources[i - 1];
        source->config.grade = (uint8_t)(8 * (i - 1));
        source->config.format = CF_VIDEO_VP8;
        source->ssrc = 100U + (uint32_t)i;
        source->allowed = true;
        source->seen = true;
        source->last_arrival = NOW;
        assert_true(cf_scene_add(&picture, source));
    }
}

static struct cf_source *choose(bool is_small, uint8_t grade, struct cf_source *shown) {
    const struct cf_scene_wish wish = {.formats = VP8, .grade = grade, .is_small = is_small};
    return cf_scene_choose(&picture, &wish, shown, NOW);
}

static void keeps_its_encodings_finest_first(void **state) {
    (void)state;
    begin(CF_SCENE_ENCODINGS_MAX);
    for (size_t i = 0; i < CF_SCENE_ENCODINGS_MAX; i++) {
        assert_ptr_equal(picture.encodings[i], &sources[i]);
        assert_ptr_equal(sources[i].picture, &picture);
    }
    assert_false(cf_scene_add(&picture, &sources[CF_SCENE_ENCODINGS_MAX]));
    cf_scene_remove(&picture, &sources[2]);
    assert_null(sources[2].picture);
    assert_ptr_equal(picture.encodings[2], &sources[3]);
    assert_int_equal(picture.encoding_count, CF_SCENE_ENCODINGS_MAX - 1);
}

static void gives_the_finest_or_the_coarsest(void **state) {
    (void)state;
    begin(3);
    assert_ptr_equal(choose(false, 0, NULL), &sources[0]);
    assert_ptr_equal(choose(true, 0, NULL), &sources[2]);
}

static void gives_nothing_finer_than_is_allowed(void **state) {
    (void)state;
    begin(3);
    assert_ptr_equal(choose(false, 1, NULL), &sources[1]);
    assert_ptr_equal(choose(false, 8, NULL), &sources[1]);
    assert_ptr_equal(choose(false, 9, NULL), &sources[2]);
    /* What is coarsest is given whatever the limit: there is nothing below it but a pause. */
    assert_ptr_equal(choose(false, 200, NULL), &sources[2]);
}

static void falls_back_on_what_is_live(void **state) {
    (void)state;
    begin(2);
    sources[1].last_arrival = NOW - CF_SEC(3);
    assert_ptr_equal(choose(true, 0, NULL), &sources[0]);
    sources[0].config.format = CF_VIDEO_H264_MODE_0;
    assert_null(choose(true, 0, NULL));
    assert_int_equal(cf_scene_formats(&picture, NOW), CF_VIDEO_SET(CF_VIDEO_H264_MODE_0));
    sources[1].last_arrival = NOW;
    assert_ptr_equal(choose(false, 0, NULL), &sources[1]);
    sources[1].allowed = false;
    assert_null(choose(false, 0, NULL));
}

static void keeps_a_frozen_picture_of_its_own(void **state) {
    (void)state;
    begin(2);
    sources[0].last_arrival = sources[1].last_arrival = NOW - CF_SEC(10);
    assert_ptr_equal(choose(false, 0, &sources[1]), &sources[1]);
    sources[1].allowed = false;
    assert_null(choose(false, 0, &sources[1]));
    cf_scene_remove(&picture, &sources[1]);
    assert_null(choose(false, 0, &sources[1]));
}

static void waits_longer_for_a_screen(void **state) {
    (void)state;
    begin(1);
    sources[0].last_arrival = NOW - CF_SEC(20);
    assert_false(cf_scene_is_live(&sources[0], NOW));
    picture.kind = CF_SCENE_SLIDES;
    assert_true(cf_scene_is_live(&sources[0], NOW));
    assert_false(cf_scene_is_live(&sources[0], NOW + CF_SEC(11)));
}

static void is_known_by_its_finest_ssrc(void **state) {
    (void)state;
    begin(2);
    assert_int_equal(cf_scene_ssrc(&picture), 101);
    sources[0].seen = false;
    assert_int_equal(cf_scene_ssrc(&picture), 102);
    sources[1].seen = false;
    assert_int_equal(cf_scene_ssrc(&picture), 0);
}

static void begin_simulcast(const uint32_t pixels[3]) {
    begin(3);
    for (size_t i = 0; i < 3; i++) {
        sources[i].config.grade = (uint8_t)i;
        sources[i].config.is_ranked = true;
        sources[i].pixels = pixels[i];
    }
}

static void ranks_encodings_of_simulcast_by_what_they_show(void **state) {
    (void)state;
    static const uint32_t pixels[] = {57600, 921600, 230400};
    begin_simulcast(pixels);
    assert_true(cf_scene_rank(&picture, NOW));
    assert_ptr_equal(picture.encodings[0], &sources[1]);
    assert_ptr_equal(picture.encodings[1], &sources[2]);
    assert_ptr_equal(picture.encodings[2], &sources[0]);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(picture.encodings[i]->config.grade, i);
    }
    assert_false(cf_scene_rank(&picture, NOW));
}

/* As browsers do that list them from coarse to fine, and begin with those that their uplink carries. */
static void one_that_has_not_begun_does_not_stand_between(void **state) {
    (void)state;
    static const uint32_t pixels[] = {57600, 0, 921600};
    begin_simulcast(pixels);
    assert_true(cf_scene_rank(&picture, NOW));
    assert_ptr_equal(picture.encodings[0], &sources[2]);
    assert_ptr_equal(picture.encodings[1], &sources[0]);
    sources[1].pixels = 230400;
    assert_true(cf_scene_rank(&picture, NOW));
    assert_ptr_equal(picture.encodings[1], &sources[1]);
}

static void ranks_them_by_cost_if_they_dont_say_their_size(void **state) {
    (void)state;
    begin(2);
    sources[0].config.is_ranked = sources[1].config.is_ranked = true;
    for (size_t i = 0; i < 2; i++) {
        sources[i].rates.any = true;
        sources[i].rates.last = NOW;
        sources[i].rates.bps[0][0] = i == 0 ? 100000 : 140000;
    }
    assert_false(cf_scene_rank(&picture, NOW)); /* rates move */
    sources[1].rates.bps[0][0] = 160000;
    assert_true(cf_scene_rank(&picture, NOW));
    assert_ptr_equal(picture.encodings[0], &sources[1]);
    sources[0].config.is_ranked = false; /* a line of its own has the grade that signalling gave it */
    sources[0].rates.bps[0][0] = 900000;
    assert_false(cf_scene_rank(&picture, NOW));
}

static void silence_for_want_of_viewers_is_no_reason_to_have_none(void **state) {
    (void)state;
    begin(2);
    sources[0].last_arrival = NOW - CF_SEC(60);
    sources[0].is_paused = true;
    assert_ptr_equal(choose(false, 0, NULL), &sources[1]); /* who sees nothing takes what is there */
    assert_ptr_equal(choose(false, 0, &sources[1]), &sources[0]);
    sources[0].is_paused = false;
    sources[0].resumed_at = NOW - CF_SCENE_RESUME_PATIENCE + 1;
    assert_ptr_equal(choose(false, 0, &sources[1]), &sources[0]);
    sources[0].resumed_at = NOW - CF_SCENE_RESUME_PATIENCE;
    assert_ptr_equal(choose(false, 0, &sources[1]), &sources[1]);
}

CF_TEST_MAIN(cmocka_unit_test(keeps_its_encodings_finest_first), cmocka_unit_test(gives_the_finest_or_the_coarsest),
             cmocka_unit_test(gives_nothing_finer_than_is_allowed), cmocka_unit_test(falls_back_on_what_is_live),
             cmocka_unit_test(keeps_a_frozen_picture_of_its_own), cmocka_unit_test(waits_longer_for_a_screen),
             cmocka_unit_test(is_known_by_its_finest_ssrc), cmocka_unit_test(ranks_encodings_of_simulcast_by_what_they_show),
             cmocka_unit_test(one_that_has_not_begun_does_not_stand_between),
             cmocka_unit_test(ranks_them_by_cost_if_they_dont_say_their_size),
             cmocka_unit_test(silence_for_want_of_viewers_is_no_reason_to_have_none))
