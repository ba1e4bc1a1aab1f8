/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ua/microphone.h"

#include "adapt/opus/opus_file.h"
#include "core/clip/wav.h"
#include "shell/system/system.h"
#include "ua/whole_file.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Between two samples of the file; good enough for speech at rates from 8 kHz up. */
static int16_t sample_at(const struct cf_wav *wav, size_t index) {
    uint64_t place = (uint64_t)index * wav->rate_hz;
    size_t left = (size_t)(place / CF_VOICE_RATE_HZ);
    int64_t share = (int64_t)(place % CF_VOICE_RATE_HZ);
    int64_t a = cf_wav_sample(wav, left);
    int64_t b = left + 1 < cf_wav_count(wav) ? cf_wav_sample(wav, left + 1) : a;
    return (int16_t)(a + (b - a) * share / (int64_t)CF_VOICE_RATE_HZ);
}

static enum cf_err load_wav(struct cf_span file, int16_t **ret, size_t *ret_count) {
    struct cf_wav wav;
    enum cf_err err = cf_wav_parse(file, &wav);
    size_t count = err == CF_OK ? (size_t)((uint64_t)cf_wav_count(&wav) * CF_VOICE_RATE_HZ / wav.rate_hz) : 0;
    int16_t *pcm = err == CF_OK ? malloc((count + 1) * sizeof *pcm) : NULL;
    for (size_t i = 0; pcm != NULL && i < count; i++) {
        pcm[i] = sample_at(&wav, i);
    }
    if (err == CF_OK && pcm == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    if (err == CF_OK) {
        *ret = pcm;
        *ret_count = count;
    }
    return err;
}

enum cf_err cf_sound_load(const char *path, int16_t **ret, size_t *ret_count) {
    struct cf_span file;
    enum cf_err err = cf_whole_file_read(path, &file);
    if (err != CF_OK) {
        return err;
    }
    bool is_opus = cf_opus_file_is(file);
    err = is_opus ? cf_opus_file_decode(cf_system_mem(), file, ret, ret_count) : load_wav(file, ret, ret_count);
    free((void *)(uintptr_t)file.at);
    return err;
}

enum cf_err cf_microphone_open(struct cf_microphone *m, const struct cf_sound_source *source) {
    enum cf_err err = CF_OK;
    *m = (struct cf_microphone){.pcm = NULL};
    if (source->file != NULL) {
        err = cf_sound_load(source->file, &m->pcm, &m->count);
        if (err == CF_OK && m->count == 0) {
            cf_microphone_close(m);
            err = CF_ERR_TRUNCATED;
        }
    } else {
        cf_voice_init(&m->voice, source->kind, source->number);
    }
    if (err != CF_OK) {
        fprintf(stderr, "confer: %s: %s\n", source->file, cf_err_text(err));
    }
    return err;
}

void cf_microphone_close(struct cf_microphone *m) {
    free(m->pcm);
    m->pcm = NULL;
}

void cf_microphone_read(struct cf_microphone *m, int16_t *pcm, size_t count) {
    if (m->pcm == NULL) {
        cf_voice_read(&m->voice, pcm, count);
    }
    for (size_t i = 0; m->pcm != NULL && i < count; i++) {
        pcm[i] = m->pcm[m->at];
        m->at = m->at + 1 < m->count ? m->at + 1 : 0;
    }
    if (m->is_muted) {
        memset(pcm, 0, count * sizeof *pcm);
    }
}
