/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/clip/voice.h"

#include <math.h>
#include <string.h>

#define TURN 6.283185307179586
#define LOUD 9000.0
#define HIGHEST_HZ 3600.0
#define MSEC (CF_VOICE_RATE_HZ / 1000U)

/* Syllables rise and fall within that time: no clicks. */
#define EDGE (20U * MSEC)

static uint32_t between(struct cf_rng *rng, uint32_t low, uint32_t high) {
    return low + cf_rng_below(rng, high - low + 1);
}

/* A timbre: two humps over the harmonics, as the mouth makes them, at places of chance. */
static void choose_timbre(struct cf_voice *v) {
    double first = between(&v->rng, 300, 800);
    double second = between(&v->rng, 1000, 2600);
    double sum = 0;
    for (unsigned i = 0; i < CF_VOICE_HARMONICS; i++) {
        double hz = v->pitch_hz * (i + 1);
        double a = (hz - first) / 150.0;
        double b = (hz - second) / 250.0;
        double weight = hz > HIGHEST_HZ ? 0 : exp(-a * a) + 0.5 * exp(-b * b) + 0.03;
        v->weights[i] = (float)weight;
        sum += weight * weight;
    }
    for (unsigned i = 0; i < CF_VOICE_HARMONICS; i++) {
        v->weights[i] = (float)((double)v->weights[i] / sqrt(sum));
    }
}

static void next_piece(struct cf_voice *v) {
    v->is_gap = !v->is_gap;
    if (!v->is_gap) {
        choose_timbre(v);
        v->step = v->pitch_hz * between(&v->rng, 900, 1100) / 1000.0 / CF_VOICE_RATE_HZ;
        v->left = between(&v->rng, 120, 320) * MSEC;
    } else if (v->syllables > 0) {
        v->syllables--;
        v->left = between(&v->rng, 30, 90) * MSEC;
    } else {
        v->syllables = between(&v->rng, 4, 10);
        v->left = between(&v->rng, 300, 900) * MSEC;
    }
    v->length = v->left;
}

void cf_voice_init(struct cf_voice *voice, enum cf_voice_kind kind, uint32_t number) {
    *voice = (struct cf_voice){.kind = kind, .is_gap = true};
    cf_rng_init(&voice->rng, number);
    voice->pitch_hz = kind == CF_VOICE_TONE ? number : 95.0 + 12.7 * (number * 7U % 13U) + cf_rng_below(&voice->rng, 10);
    voice->step = voice->pitch_hz / CF_VOICE_RATE_HZ;
    voice->syllables = kind == CF_VOICE_SPEECH ? between(&voice->rng, 4, 10) : 0;
}

static double speech(struct cf_voice *v) {
    if (v->left == 0) {
        next_piece(v);
    }
    uint32_t at = v->length - v->left;
    uint32_t edge = at < v->left ? at : v->left;
    v->left--;
    if (v->is_gap) {
        return 0;
    }
    /* Harmonics by the recurrence of Chebyshev: one cosine a sample. */
    double c = 2 * cos(TURN * v->phase);
    double before = 0;
    double sine = sin(TURN * v->phase);
    double sum = 0;
    for (unsigned i = 0; i < CF_VOICE_HARMONICS; i++) {
        sum += sine * (double)v->weights[i];
        double next = c * sine - before;
        before = sine;
        sine = next;
    }
    const uint32_t slope = EDGE;
    return sum * (edge < slope ? (double)edge / slope : 1.0);
}

void cf_voice_read(struct cf_voice *voice, int16_t *pcm, size_t count) {
    if (voice->kind == CF_VOICE_SILENCE) {
        memset(pcm, 0, count * sizeof *pcm);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        double value = voice->kind == CF_VOICE_TONE ? sin(TURN * voice->phase) : speech(voice);
        double sample = LOUD * value;
        pcm[i] = (int16_t)(sample > 32000 ? 32000 : sample < -32000 ? -32000 : sample);
        voice->phase += voice->step;
        voice->phase -= floor(voice->phase);
    }
}
