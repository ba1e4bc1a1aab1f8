/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/clip/wav.h"
#include "lib/test.h"
#include "lib/test_dir.h"
#include "shell/file/file.h"
#include "ua/microphone.h"
#include <stdlib.h>

/* A file at 16 kHz in which each sample is its number. */
static void write_ramp(const char *path, uint32_t count) {
    uint8_t room[4096];
    struct cf_writer w;
    cf_writer_init(&w, room, sizeof room);
    cf_put_wav_header(&w, 16000, count);
    for (uint32_t i = 0; i < count; i++) {
        cf_put_u8(&w, (uint8_t)i);
        cf_put_u8(&w, (uint8_t)(i >> 8));
    }
    assert_ok(cf_file_write(path, cf_writer_span(&w), false));
}

static void a_file_is_brought_to_48_khz_and_repeated(void **state) {
    struct test_dir dir;
    char path[CF_FILE_PATH_MAX];
    struct cf_microphone m;
    int16_t pcm[3100];
    (void)state;
    test_dir_init(&dir);
    assert_ok(cf_file_join(dir.path, "ramp.wav", path, sizeof path));
    write_ramp(path, 1000);
    struct cf_sound_source source = {.file = path};
    assert_ok(cf_microphone_open(&m, &source));
    cf_microphone_read(&m, pcm, 3100);
    for (size_t i = 0; i < 2997; i++) {
        assert_int_equal(pcm[i], i / 3);
    }
    assert_int_equal(pcm[3000 + 30], 10);
    m.is_muted = true;
    cf_microphone_read(&m, pcm, 10);
    assert_int_equal(pcm[9], 0);
    cf_microphone_close(&m);
    test_dir_fini(&dir);
}

static void files_that_are_none_are_refused(void **state) {
    struct test_dir dir;
    char path[CF_FILE_PATH_MAX];
    struct cf_microphone m;
    (void)state;
    test_dir_init(&dir);
    assert_ok(cf_file_join(dir.path, "x.wav", path, sizeof path));
    struct cf_sound_source source = {.file = path};
    assert_int_equal(cf_microphone_open(&m, &source), CF_ERR_NOT_FOUND);
    assert_ok(cf_file_write(path, cf_str_span(CF_STR("no sound, really none")), false));
    assert_int_equal(cf_microphone_open(&m, &source), CF_ERR_MALFORMED);
    write_ramp(path, 0);
    assert_int_equal(cf_microphone_open(&m, &source), CF_ERR_TRUNCATED);
    test_dir_fini(&dir);
}

CF_TEST_MAIN(cmocka_unit_test(a_file_is_brought_to_48_khz_and_repeated), cmocka_unit_test(files_that_are_none_are_refused))
