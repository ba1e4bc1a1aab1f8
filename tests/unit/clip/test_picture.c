/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/clip/picture.h"
#include "lib/test.h"
#include "lib/test_mem.h"

static void odd_sizes_have_room_for_chroma(void **state) {
    struct test_mem mem;
    struct cf_picture p;
    (void)state;
    test_mem_init(&mem);
    assert_int_equal(cf_picture_size(3, 3), 9 + 2 * 4);
    assert_ok(cf_picture_init(&p, &mem.mem, 3, 3));
    cf_picture_fill(&p, 0, 0, 3, 3, (struct cf_colour){1, 2, 3});
    assert_int_equal(p.planes[0][8], 1);
    assert_int_equal(p.planes[1][3], 2);
    assert_int_equal(p.planes[2][3], 3);
    cf_picture_fini(&p, &mem.mem);
    test_mem_fini(&mem);
}

static void rectangles_are_cut(void **state) {
    struct test_mem mem;
    struct cf_picture p;
    struct cf_picture q;
    (void)state;
    test_mem_init(&mem);
    assert_ok(cf_picture_init(&p, &mem.mem, 16, 16));
    assert_ok(cf_picture_init(&q, &mem.mem, 4, 4));
    cf_picture_fill(&p, 12, 12, 100, 100, (struct cf_colour){200, 128, 128});
    cf_picture_fill(&p, 40, 2, 4, 4, (struct cf_colour){201, 128, 128});
    assert_int_equal(cf_picture_mean(&p, 12, 12, 4, 4), 200);
    assert_int_equal(cf_picture_mean(&p, 0, 0, 12, 12), 16);
    cf_picture_fill(&q, 0, 0, 4, 4, (struct cf_colour){90, 128, 128});
    cf_picture_put(&p, 8, 8, 32, 32, &q);
    assert_int_equal(cf_picture_mean(&p, 8, 8, 8, 8), 90);
    cf_picture_put(&p, 100, 100, 8, 8, &q);
    cf_picture_fini(&p, &mem.mem);
    cf_picture_fini(&q, &mem.mem);
    test_mem_fini(&mem);
}

static void limits(void **state) {
    struct test_mem mem;
    struct cf_picture p;
    (void)state;
    test_mem_init(&mem);
    assert_int_equal(cf_picture_init(&p, &mem.mem, 0, 5), CF_ERR_LIMIT);
    assert_int_equal(cf_picture_init(&p, &mem.mem, 5000, 5), CF_ERR_LIMIT);
    test_mem_fini(&mem);
}

CF_TEST_MAIN(cmocka_unit_test(odd_sizes_have_room_for_chroma), cmocka_unit_test(rectangles_are_cut), cmocka_unit_test(limits))
