/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/prompt/tone.h"

#include <math.h>
#include <string.h>

#define PI 3.14159265358979323846

/* A note: when it begins, how high, how loud, and how fast it dies away (to a third). */
struct note {
    unsigned begin_msec;
    double hz;
    double peak;
    double decay_msec;
};

#define NOTES_MAX 4

struct tone {
    enum cf_prompt prompt;
    unsigned msec;
    struct note notes[NOTES_MAX];
};

/* Within what a telephone carries. Rising: somebody comes; falling: goes. */
static const struct tone tones[] = {
    {CF_PROMPT_TONE_ENTER, 420, {{0, 659.26, 6500, 90}, {130, 987.77, 6500, 110}}},
    {CF_PROMPT_TONE_LEAVE, 420, {{0, 987.77, 6500, 90}, {130, 659.26, 6500, 110}}},
    {CF_PROMPT_TONE_ERROR, 300, {{0, 349.23, 5000, 400}, {0, 370.0, 5000, 400}}},
    {CF_PROMPT_TONE_WAITING, 1600, {{0, 523.25, 3200, 350}, {220, 659.26, 3200, 350}, {440, 783.99, 3200, 450}}},
};

static const struct tone *find(enum cf_prompt prompt) {
    for (size_t i = 0; i < sizeof tones / sizeof *tones; i++) {
        if (tones[i].prompt == prompt) {
            return &tones[i];
        }
    }
    return NULL;
}

size_t cf_tone_len(enum cf_prompt prompt) {
    const struct tone *tone = find(prompt);
    return tone == NULL ? 0 : (size_t)tone->msec * (CF_PROMPT_RATE_HZ / 1000U);
}

/* 5 ms from nothing, and 20 ms to nothing at the end of it all. */
static double envelope(size_t at, size_t count, double decay) {
    double attack = (double)at / (0.005 * CF_PROMPT_RATE_HZ);
    double release = (double)(count - at) / (0.020 * CF_PROMPT_RATE_HZ);
    return fmin(1, attack) * fmin(1, release) * exp(-(double)at / decay);
}

void cf_tone_make(enum cf_prompt prompt, int16_t *pcm) {
    const struct tone *tone = find(prompt);
    size_t count = cf_tone_len(prompt);
    for (size_t i = 0; i < count; i++) {
        double sample = 0;
        for (size_t n = 0; n < NOTES_MAX; n++) {
            const struct note *note = &tone->notes[n];
            size_t begin = (size_t)note->begin_msec * (CF_PROMPT_RATE_HZ / 1000U);
            if (note->peak > 0 && i >= begin) {
                double decay = note->decay_msec * (CF_PROMPT_RATE_HZ / 1000.0);
                double angle = 2 * PI * note->hz * (double)(i - begin) / CF_PROMPT_RATE_HZ;
                sample += note->peak * envelope(i - begin, count - begin, decay) * (sin(angle) + 0.2 * sin(2 * angle));
            }
        }
        pcm[i] = (int16_t)lrint(sample);
    }
}
