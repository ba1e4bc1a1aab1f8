/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sound to send in tests: a tone, or a voice, which is no speech but like it where it counts: syllables of a pitch of its own and
 * changing timbre with gaps between them and pauses between phrases, so that speakers can be told apart by ear and by
 * likeness.h, and detectors of speech take it for speech. The same number gives the same sound. A machine without time:
 * samples at 48 kHz on demand. Value type.
 */
#ifndef CF_CORE_CLIP_VOICE_H
#define CF_CORE_CLIP_VOICE_H

#include "base/rng.h"
#include <stddef.h>

/** Samples a second. */
#define CF_VOICE_RATE_HZ 48000U

/** Most harmonics of a syllable. */
#define CF_VOICE_HARMONICS 24U

/** What a voice is. */
enum cf_voice_kind {
    CF_VOICE_SILENCE,
    CF_VOICE_TONE,   /**< a sine without end */
    CF_VOICE_SPEECH, /**< the voice of speaker .number */
};

/** Sound being made. Members are private. */
struct cf_voice {
    enum cf_voice_kind kind;
    struct cf_rng rng;
    double pitch_hz; /**< of the speaker, or the tone */
    double phase;    /**< of the fundamental, turns */
    double step;     /**< turns a sample */
    float weights[CF_VOICE_HARMONICS];
    uint32_t left;      /**< samples of the syllable or gap */
    uint32_t length;    /**< of it */
    uint32_t syllables; /**< left of the phrase */
    bool is_gap;
};

/** Silence, a tone of @p number Hz, or the voice of speaker @p number. */
void cf_voice_init(struct cf_voice *voice, enum cf_voice_kind kind, uint32_t number);

/** The next @p count samples. */
void cf_voice_read(struct cf_voice *voice, int16_t *pcm, size_t count);

#endif
