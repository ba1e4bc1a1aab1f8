/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/clip/card.h"

#include "base/rng.h"
#include "lib/test.h"
#include "lib/test_mem.h"

static struct test_mem mem;

static bool survives(uint16_t width, uint16_t height, struct cf_card card) {
    struct cf_picture picture;
    struct cf_card seen;
    assert_ok(cf_picture_init(&picture, &mem.mem, width, height));
    cf_card_draw(&picture, card);
    bool is_read = cf_card_read(&picture, &seen) && seen.sender == card.sender && seen.frame == card.frame;
    cf_picture_fini(&picture, &mem.mem);
    return is_read;
}

static void is_read_at_every_size(void **state) {
    (void)state;
    test_mem_init(&mem);
    for (unsigned i = 0; i < 256; i++) {
        struct cf_card card = {.sender = (uint8_t)i, .frame = (uint16_t)(i * 257)};
        assert_true(survives(64, 48, card));
        assert_true(survives(160, 120, card));
        assert_true(survives(322, 242, card));
        assert_true(survives(640, 360, card));
    }
    test_mem_fini(&mem);
}

static void survives_scaling_and_noise(void **state) {
    struct cf_picture picture;
    struct cf_picture small;
    struct cf_card seen;
    struct cf_rng rng;
    (void)state;
    test_mem_init(&mem);
    cf_rng_init(&rng, 1);
    assert_ok(cf_picture_init(&picture, &mem.mem, 640, 480));
    assert_ok(cf_picture_init(&small, &mem.mem, 128, 96));
    cf_card_draw(&picture, (struct cf_card){.sender = 7, .frame = 4711});
    cf_picture_put(&small, 0, 0, 128, 96, &picture);
    for (size_t i = 0; i < (size_t)128 * 96; i++) {
        small.planes[0][i] = (uint8_t)(small.planes[0][i] + cf_rng_below(&rng, 40));
    }
    assert_true(cf_card_read(&small, &seen));
    assert_int_equal(seen.sender, 7);
    assert_int_equal(seen.frame, 4711);
    cf_picture_fini(&picture, &mem.mem);
    cf_picture_fini(&small, &mem.mem);
    test_mem_fini(&mem);
}

static void other_pictures_are_none(void **state) {
    struct cf_picture picture;
    struct cf_card seen;
    (void)state;
    test_mem_init(&mem);
    assert_ok(cf_picture_init(&picture, &mem.mem, 160, 120));
    assert_false(cf_card_read(&picture, &seen));
    cf_picture_fill(&picture, 0, 0, 160, 120, (struct cf_colour){235, 128, 128});
    assert_false(cf_card_read(&picture, &seen));
    cf_card_draw(&picture, (struct cf_card){.sender = 1, .frame = 2});
    cf_picture_fill(&picture, 20, 60, 20, 15, (struct cf_colour){235, 128, 128});
    assert_false(cf_card_read(&picture, &seen));
    cf_picture_fini(&picture, &mem.mem);
    assert_ok(cf_picture_init(&picture, &mem.mem, 8, 8));
    assert_false(cf_card_read(&picture, &seen));
    cf_picture_fini(&picture, &mem.mem);
    test_mem_fini(&mem);
}

CF_TEST_MAIN(cmocka_unit_test(is_read_at_every_size), cmocka_unit_test(survives_scaling_and_noise),
             cmocka_unit_test(other_pictures_are_none))
