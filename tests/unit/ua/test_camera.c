/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/clip/ivf.h"
#include "lib/test.h"
#include "lib/test_dir.h"
#include "shell/file/file.h"
#include "ua/camera.h"

static const struct cf_payload vp8 = {.codec = CF_CODEC_VP8};
static const struct cf_payload h264 = {.codec = CF_CODEC_H264, .remote.h264.packetization_mode = 1};

static void key_frames_come_when_asked_for(void **state) {
    struct cf_camera camera;
    struct cf_coded_frame frame;
    struct cf_picture_source source = {.card = 3};
    (void)state;
    cf_camera_init(&camera, &source, 160, 120, 15, 100000);
    for (unsigned i = 0; i < 10; i++) {
        camera.wants_key = i == 5;
        assert_ok(cf_camera_next(&camera, &vp8, &frame));
        assert_int_equal(frame.is_key, i == 0 || i == 5);
        assert_false(camera.wants_key);
    }
    /* Another codec was agreed on. */
    assert_ok(cf_camera_next(&camera, &h264, &frame));
    assert_true(frame.is_key);
    cf_camera_fini(&camera);
}

static void nothing_is_sent_at_rate_zero_and_a_key_frame_after_it(void **state) {
    struct cf_camera camera;
    struct cf_coded_frame frame;
    struct cf_picture_source source = {.card = 3};
    (void)state;
    cf_camera_init(&camera, &source, 160, 120, 15, 100000);
    assert_ok(cf_camera_next(&camera, &vp8, &frame));
    cf_camera_limit(&camera, 0);
    assert_ok(cf_camera_next(&camera, &vp8, &frame));
    assert_int_equal(frame.octets.len, 0);
    cf_camera_limit(&camera, 50000);
    assert_ok(cf_camera_next(&camera, &vp8, &frame));
    assert_true(frame.octets.len > 0 && frame.is_key);
    cf_camera_fini(&camera);
}

/* A file of three frames: key, not, not. */
static void write_file(const char *path) {
    uint8_t room[256];
    struct cf_ivf ivf = {.fourcc = {'V', 'P', '8', '0'}, .rate = 15, .scale = 1};
    struct cf_writer w;
    cf_writer_init(&w, room, sizeof room);
    cf_put_ivf_header(&w, &ivf);
    for (uint8_t i = 0; i < 3; i++) {
        uint8_t octets[2] = {i == 0 ? 0x10 : 0x11, i};
        cf_put_ivf_frame(&w, sizeof octets, i);
        cf_put_bytes(&w, octets, sizeof octets);
    }
    assert_ok(cf_file_write(path, cf_writer_span(&w), false));
}

static void a_file_is_repeated_and_begins_anew_for_a_key_frame(void **state) {
    static const uint8_t expected[] = {0, 1, 2, 0, 1, 0, 1, 2};
    struct test_dir dir;
    char path[CF_FILE_PATH_MAX];
    struct cf_camera camera;
    struct cf_coded_frame frame;
    (void)state;
    test_dir_init(&dir);
    assert_ok(cf_file_join(dir.path, "x.ivf", path, sizeof path));
    write_file(path);
    struct cf_picture_source source = {.file = path};
    cf_camera_init(&camera, &source, 160, 120, 15, 100000);
    for (size_t i = 0; i < sizeof expected; i++) {
        camera.wants_key = i == 5;
        assert_ok(cf_camera_next(&camera, &vp8, &frame));
        assert_int_equal(frame.octets.at[1], expected[i]);
        assert_int_equal(frame.is_key, expected[i] == 0);
    }
    assert_int_equal(cf_camera_next(&camera, &h264, &frame), CF_ERR_UNSUPPORTED);
    cf_camera_fini(&camera);
    test_dir_fini(&dir);
}

static void a_missing_file_is_told(void **state) {
    struct cf_camera camera;
    struct cf_coded_frame frame;
    struct cf_picture_source source = {.file = "/nowhere/at.all"};
    (void)state;
    cf_camera_init(&camera, &source, 160, 120, 15, 100000);
    assert_int_equal(cf_camera_next(&camera, &vp8, &frame), CF_ERR_NOT_FOUND);
    cf_camera_fini(&camera);
}

CF_TEST_MAIN(cmocka_unit_test(key_frames_come_when_asked_for),
             cmocka_unit_test(nothing_is_sent_at_rate_zero_and_a_key_frame_after_it),
             cmocka_unit_test(a_file_is_repeated_and_begins_anew_for_a_key_frame), cmocka_unit_test(a_missing_file_is_told))
