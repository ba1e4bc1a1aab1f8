/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `confer voice`: the voice of a speaker as a WAV file, to compare with. */
#include "core/clip/voice.h"
#include "core/clip/wav.h"
#include "shell/file/file.h"
#include "ua/commands.h"
#include <stdio.h>
#include <stdlib.h>

#define SECONDS_MAX 600U

static void put_sound(struct cf_writer *w, uint32_t number, uint32_t seconds) {
    struct cf_voice voice;
    int16_t pcm[CF_VOICE_RATE_HZ / 50];
    size_t tick = sizeof pcm / sizeof *pcm;
    cf_put_wav_header(w, CF_VOICE_RATE_HZ, CF_VOICE_RATE_HZ * seconds);
    cf_voice_init(&voice, CF_VOICE_SPEECH, number);
    for (uint32_t i = 0; i < 50 * seconds; i++) {
        cf_voice_read(&voice, pcm, tick);
        for (size_t k = 0; k < tick; k++) {
            cf_put_u8(w, (uint8_t)pcm[k]);
            cf_put_u8(w, (uint8_t)((uint16_t)pcm[k] >> 8));
        }
    }
}

int cf_ua_voice(int argc, char **argv) {
    uint32_t number = 0;
    uint32_t seconds = 0;
    if (argc != 4 || !cf_str_to_u32(cf_str_of(argv[1]), UINT32_MAX, &number) ||
        !cf_str_to_u32(cf_str_of(argv[2]), SECONDS_MAX, &seconds) || seconds == 0) {
        fprintf(stderr, "usage: confer voice NUMBER SECONDS FILE.wav\n");
        return 2;
    }
    size_t size = CF_WAV_HEADER_LEN + (size_t)2 * CF_VOICE_RATE_HZ * seconds;
    uint8_t *room = malloc(size);
    struct cf_writer w;
    enum cf_err err = CF_ERR_NO_MEMORY;
    if (room != NULL) {
        cf_writer_init(&w, room, size);
        put_sound(&w, number, seconds);
        err = cf_file_write(argv[3], cf_writer_span(&w), false);
    }
    free(room);
    if (err != CF_OK) {
        fprintf(stderr, "confer: %s: %s\n", argv[3], cf_err_text(err));
        return 1;
    }
    return 0;
}
