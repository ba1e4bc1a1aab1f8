/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/clip/ivf.h"
#include "lib/test.h"

static size_t make(uint8_t *room, size_t size) {
    struct cf_ivf ivf = {.fourcc = {'V', 'P', '8', '0'}, .width = 320, .height = 240, .rate = 90000, .scale = 1, .frames = 2};
    struct cf_writer w;
    cf_writer_init(&w, room, size);
    cf_put_ivf_header(&w, &ivf);
    cf_put_ivf_frame(&w, 3, 77);
    cf_put_lit(&w, "abc");
    cf_put_ivf_frame(&w, 1, UINT64_C(0x100000002));
    cf_put_lit(&w, "d");
    assert_true(cf_writer_ok(&w));
    return w.len;
}

static void frames_come_back(void **state) {
    uint8_t file[128];
    struct cf_ivf ivf;
    struct cf_span frames;
    struct cf_span frame;
    uint64_t time;
    (void)state;
    size_t len = make(file, sizeof file);
    assert_ok(cf_ivf_parse((struct cf_span){file, len}, &ivf, &frames));
    assert_int_equal(ivf.width, 320);
    assert_int_equal(ivf.rate, 90000);
    assert_true(cf_ivf_next(&frames, &frame, &time));
    assert_str(cf_span_str(frame), CF_STR("abc"));
    assert_int_equal(time, 77);
    assert_true(cf_ivf_next(&frames, &frame, &time));
    assert_true(time == UINT64_C(0x100000002));
    assert_false(cf_ivf_next(&frames, &frame, &time));
}

static void a_file_cut_off_ends_early(void **state) {
    uint8_t file[128];
    struct cf_ivf ivf;
    struct cf_span frames;
    struct cf_span frame;
    uint64_t time;
    (void)state;
    size_t len = make(file, sizeof file);
    for (size_t cut = 0; cut < len; cut++) {
        unsigned count = 0;
        if (cf_ivf_parse((struct cf_span){file, cut}, &ivf, &frames) == CF_OK) {
            while (cf_ivf_next(&frames, &frame, &time)) {
                count++;
            }
        }
        assert_true(count < 2);
    }
    file[6] = 200;
    assert_int_equal(cf_ivf_parse((struct cf_span){file, len}, &ivf, &frames), CF_ERR_MALFORMED);
}

static void access_units_are_cut_at_pictures(void **state) {
    static const uint8_t stream[] = {
        0, 0, 0, 1,    0x67, 1, 2, 0, 0, 0,    1,    0x68, 3,
        0, 0, 1, 0x65, 0x88, 9, 0, 0, 1, 0x65, 0x40, 9, /* IDR of two slices */
        0, 0, 1, 0x61, 0xe0, 5,                         /* picture */
        0, 0, 1, 0x67, 1,    2, 0, 0, 1, 0x65, 0x88, 7, /* IDR */
    };
    struct cf_span rest = {stream, sizeof stream};
    (void)state;
    struct cf_span unit = cf_access_unit_next(&rest);
    assert_int_equal(unit.len, 25);
    assert_true(cf_access_unit_is_key(unit));
    unit = cf_access_unit_next(&rest);
    assert_int_equal(unit.len, 6);
    assert_false(cf_access_unit_is_key(unit));
    unit = cf_access_unit_next(&rest);
    assert_int_equal(unit.len, 12);
    assert_true(cf_access_unit_is_key(unit));
    assert_int_equal(cf_access_unit_next(&rest).len, 0);
}

CF_TEST_MAIN(cmocka_unit_test(frames_come_back), cmocka_unit_test(a_file_cut_off_ends_early),
             cmocka_unit_test(access_units_are_cut_at_pictures))
