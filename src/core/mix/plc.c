/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loss concealment by repeating the pitch. */
#include "core/mix/plc.h"

#include "base/bug.h"
#include "core/mix/pitch.h"
#include <string.h>

/* Milliseconds: remembered, shortest and longest period, compared, at full loudness, until silence, faded back in. */
#define HISTORY_MSEC 40
#define LAG_MIN_MSEC_X2 5
#define LAG_MAX_MSEC 15
#define WINDOW_MSEC 12
#define FULL_MSEC 10
#define SILENT_MSEC 60
#define RETURN_MSEC 4

static size_t samples(const struct cf_plc *plc, size_t msec) {
    return plc->rate_hz / 1000 * msec;
}

void cf_plc_init(struct cf_plc *plc, uint32_t rate_hz) {
    cf_assert(rate_hz >= 1000 && rate_hz <= CF_PLC_RATE_MAX_HZ);
    *plc = (struct cf_plc){.rate_hz = rate_hz};
}

/* The last period, its end bent so that it leads back to its beginning. */
static void prepare_cycle(struct cf_plc *plc) {
    size_t end = samples(plc, HISTORY_MSEC);
    size_t window = samples(plc, WINDOW_MSEC);
    size_t lag_max = samples(plc, LAG_MAX_MSEC);
    float likeness = 0;
    /* Compare the end of what was heard with what was heard before it: reversed, the end comes first. */
    int16_t reversed[CF_PLC_HISTORY_MAX];
    for (size_t i = 0; i < window + lag_max; i++) {
        reversed[i] = plc->history[end - 1 - i];
    }
    size_t lag = cf_pitch_find(reversed, window, samples(plc, LAG_MIN_MSEC_X2) / 2, lag_max, 1, &likeness);
    size_t bend = lag / 4;
    const int16_t *last = plc->history + end - lag;
    memcpy(plc->cycle, last, lag * sizeof(*last));
    for (size_t i = 0; i < bend; i++) {
        float weight = (float)(i + 1) / (float)bend;
        int16_t *sample = &plc->cycle[lag - bend + i];
        const int16_t before = *(last - bend + i);
        *sample = (int16_t)((float)*sample + ((float)before - (float)*sample) * weight);
    }
    plc->cycle_len = lag;
}

static float gain_at(const struct cf_plc *plc, size_t made_up) {
    size_t full = samples(plc, FULL_MSEC);
    size_t silent = samples(plc, SILENT_MSEC);
    if (made_up <= full) {
        return 1;
    }
    return made_up >= silent ? 0 : (float)(silent - made_up) / (float)(silent - full);
}

static int16_t make_up(struct cf_plc *plc) {
    float gain = gain_at(plc, plc->made_up);
    int16_t sample = plc->cycle[plc->made_up % plc->cycle_len];
    plc->made_up++;
    return (int16_t)((float)sample * gain);
}

void cf_plc_fill(struct cf_plc *plc, int16_t *pcm, size_t count) {
    if (plc->made_up == 0) {
        prepare_cycle(plc);
    }
    for (size_t i = 0; i < count; i++) {
        pcm[i] = make_up(plc);
    }
}

static void remember(struct cf_plc *plc, const int16_t *pcm, size_t count) {
    size_t size = samples(plc, HISTORY_MSEC);
    size_t kept = count < size ? size - count : 0;
    memmove(plc->history, plc->history + size - kept, kept * sizeof(*pcm));
    memcpy(plc->history + kept, pcm + count - (size - kept), (size - kept) * sizeof(*pcm));
}

void cf_plc_on_good(struct cf_plc *plc, int16_t *pcm, size_t count) {
    if (plc->made_up > 0) {
        size_t fade = samples(plc, RETURN_MSEC);
        fade = fade < count ? fade : count;
        for (size_t i = 0; i < fade; i++) {
            float weight = (float)(i + 1) / (float)(fade + 1);
            float made_up = make_up(plc);
            pcm[i] = (int16_t)(made_up + ((float)pcm[i] - made_up) * weight);
        }
        plc->made_up = 0;
    }
    remember(plc, pcm, count);
}
