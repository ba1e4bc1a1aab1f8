/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sound to send, 20 ms at a time: made (core/clip/voice.h) or from a WAV file, which is repeated. */
#ifndef CF_UA_MICROPHONE_H
#define CF_UA_MICROPHONE_H

#include "ua/call_options.h"

/** A source of sound. */
struct cf_microphone {
    struct cf_voice voice;
    int16_t *pcm; /**< owned: the file at 48 kHz; NULL: the voice */
    size_t count;
    size_t at;
    bool is_muted;
};

/** Open; the file's errors (said on standard error). */
CF_MUST_USE enum cf_err cf_microphone_open(struct cf_microphone *m, const struct cf_sound_source *source);

/** Free; a zeroed one is allowed. */
void cf_microphone_close(struct cf_microphone *m);

/** The next @p count samples at 48 kHz. */
void cf_microphone_read(struct cf_microphone *m, int16_t *pcm, size_t count);

/** All of a WAV or Ogg Opus file as 48 kHz mono; free() it. The errors of the file and its format. */
CF_MUST_USE enum cf_err cf_sound_load(const char *path, int16_t **ret, size_t *ret_count);

#endif
