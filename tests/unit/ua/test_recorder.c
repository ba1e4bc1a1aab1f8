/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/clip/ivf.h"
#include "core/clip/wav.h"
#include "lib/test.h"
#include "lib/test_dir.h"
#include "shell/file/file.h"
#include "ua/camera.h"
#include "ua/recorder.h"
#include "ua/whole_file.h"
#include <stdlib.h>

static struct cf_span file_in(const struct test_dir *dir, const char *name) {
    char path[CF_FILE_PATH_MAX];
    struct cf_span file;
    assert_ok(cf_file_join(dir->path, name, path, sizeof path));
    assert_ok(cf_whole_file_read(path, &file));
    return file;
}

static void what_comes_is_written_and_read(void **state) {
    struct test_dir dir;
    struct cf_recorder recorder;
    struct cf_camera camera;
    struct cf_picture_source source = {.card = 7};
    static const struct cf_payload payload = {.codec = CF_CODEC_VP8};
    int16_t loud[CF_MIX_TICK_SAMPLES];
    static const int16_t quiet[CF_MIX_TICK_SAMPLES];
    (void)state;
    test_dir_init(&dir);
    assert_ok(cf_recorder_open(&recorder, dir.path, false));
    for (size_t i = 0; i < CF_MIX_TICK_SAMPLES; i++) {
        loud[i] = i % 2 == 0 ? 8000 : -8000;
    }
    cf_recorder_sound(&recorder, quiet, NULL);
    cf_recorder_sound(&recorder, loud, quiet);
    cf_camera_init(&camera, &source, 160, 120, 15, 100000);
    for (uint32_t i = 0; i < 10; i++) {
        struct cf_coded_frame coded;
        assert_ok(cf_camera_next(&camera, &payload, &coded));
        struct cf_terminal_frame frame = {
            .line = 1, .codec = CF_CODEC_VP8, .octets = coded.octets, .timestamp = i * 6000, .is_key = coded.is_key};
        assert_false(cf_recorder_frame(&recorder, &frame));
    }
    struct cf_terminal_frame broken = {.line = 1, .codec = CF_CODEC_VP8, .octets = cf_str_span(CF_STR("rubbish"))};
    assert_true(cf_recorder_frame(&recorder, &broken));
    assert_int_equal(recorder.audible, 1);
    assert_int_equal(cf_recorder_seen(&recorder, 7), 10);
    assert_int_equal(cf_recorder_senders(&recorder, 5), 1);
    assert_int_equal(cf_recorder_decoded(&recorder), 10);
    cf_recorder_close(&recorder);
    cf_camera_fini(&camera);
    struct cf_span heard = file_in(&dir, "heard.wav");
    struct cf_span pictures = file_in(&dir, "video-1.ivf");
    struct cf_span sheet = file_in(&dir, "sheet.png");
    struct cf_wav wav;
    struct cf_ivf ivf;
    struct cf_span frames;
    struct cf_span frame;
    uint64_t time = 0;
    size_t count = 0;
    assert_ok(cf_wav_parse(heard, &wav));
    assert_int_equal(cf_wav_count(&wav), 2 * CF_MIX_TICK_SAMPLES);
    assert_int_equal(cf_wav_sample(&wav, CF_MIX_TICK_SAMPLES), 8000);
    assert_ok(cf_ivf_parse(pictures, &ivf, &frames));
    while (cf_ivf_next(&frames, &frame, &time)) {
        count++;
    }
    assert_int_equal(count, 11);
    assert_true(sheet.len > 1000);
    assert_int_equal(recorder.write_errors, 0);
    free((void *)(uintptr_t)heard.at);
    free((void *)(uintptr_t)pictures.at);
    free((void *)(uintptr_t)sheet.at);
    test_dir_fini(&dir);
}

static void a_folder_that_can_t_be_made_is_told(void **state) {
    struct cf_recorder recorder;
    (void)state;
    assert_int_equal(cf_recorder_open(&recorder, "/proc/nothing/here", false), CF_ERR_IO);
    cf_recorder_close(&recorder);
}

CF_TEST_MAIN(cmocka_unit_test(what_comes_is_written_and_read), cmocka_unit_test(a_folder_that_can_t_be_made_is_told))
