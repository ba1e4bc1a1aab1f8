/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Adding sound up, and making it fit. */
#include "core/mix/bus.h"

#include "base/bug.h"
#include <string.h>

#define SAMPLES CF_MIX_TICK_SAMPLES

/* Fades take 10 ms. */
#define FADE (SAMPLES / 2)

/* The limiter looks at blocks of 5 ms, and lets go by that much of full gain a block: a quarter of a second from half loudness.
 */
#define BLOCK (SAMPLES / 4)
#define BLOCKS (SAMPLES / BLOCK)
#define RELEASE 0.01F

#define ATTACK (SAMPLES / 20)

#define OVERLOAD 32767

void cf_mix_bus_clear(struct cf_mix_bus *bus) {
    memset(bus->sum, 0, sizeof(bus->sum));
    bus->input_count = 0;
}

void cf_mix_fade_in(int16_t *pcm, size_t count) {
    for (size_t i = 0; i < count; i++) {
        pcm[i] = (int16_t)(pcm[i] * (int32_t)i / (int32_t)count);
    }
}

static void fade_out(int16_t *pcm) {
    for (int32_t i = 0; i < FADE; i++) {
        pcm[i] = (int16_t)(pcm[i] * (FADE - i) / FADE);
    }
    memset(pcm + FADE, 0, (SAMPLES - FADE) * sizeof(*pcm));
}

size_t cf_mix_bus_add(struct cf_mix_bus *bus, const int16_t *pcm, enum cf_mix_fade fade) {
    cf_assert(bus->input_count < CF_MIX_BUS_INPUTS);
    size_t index = bus->input_count++;
    int16_t *input = bus->inputs[index];
    memcpy(input, pcm, SAMPLES * sizeof(*pcm));
    if (fade == CF_MIX_FADE_IN) {
        cf_mix_fade_in(input, FADE);
    } else if (fade == CF_MIX_FADE_OUT) {
        fade_out(input);
    }
    for (size_t i = 0; i < SAMPLES; i++) {
        bus->sum[i] += input[i];
    }
    return index;
}

void cf_mix_bus_add_to_all(struct cf_mix_bus *bus, const int16_t *pcm) {
    for (size_t i = 0; i < SAMPLES; i++) {
        bus->sum[i] += pcm[i];
    }
}

static int32_t peak_of(const int32_t *in) {
    int32_t peak = 0;
    for (size_t i = 0; i < BLOCK; i++) {
        int32_t size = in[i] < 0 ? -in[i] : in[i];
        peak = size > peak ? size : peak;
    }
    return peak;
}

/* Gain that makes each block fit; false if all of them do without. */
static bool find_gains(const int32_t *in, float *gains) {
    bool fits = true;
    for (size_t b = 0; b < BLOCKS; b++) {
        int32_t peak = peak_of(in + b * BLOCK);
        gains[b] = peak > OVERLOAD ? (float)OVERLOAD / (float)peak : 1.0F;
        fits = fits && peak <= OVERLOAD;
    }
    return fits;
}

/* Between two blocks the gain suits both; it falls at once and rises slowly. */
static float gain_after(const float *gains, size_t block, float before) {
    float gain = before + RELEASE < 1.0F ? before + RELEASE : 1.0F;
    gain = gains[block] < gain ? gains[block] : gain;
    return block + 1 < BLOCKS && gains[block + 1] < gain ? gains[block + 1] : gain;
}

static void scale(const int32_t *in, int32_t count, float from, float to, int16_t *out) {
    float step = (to - from) / (float)count;
    for (int32_t i = 0; i < count; i++) {
        float sample = (float)in[i] * (from + step * (float)i);
        sample = sample > (float)OVERLOAD ? (float)OVERLOAD : sample;
        sample = sample < -(float)OVERLOAD ? -(float)OVERLOAD : sample;
        out[i] = (int16_t)sample;
    }
}

/* One block from gain @p before to @p after. Loudness that nobody saw coming is turned down within a millisecond and cut until
 * then. */
static void scale_block(const int32_t *in, float before, float own, float after, int16_t *out) {
    if (own < before) {
        scale(in, ATTACK, before, own, out);
        scale(in + ATTACK, BLOCK - ATTACK, own, after, out + ATTACK);
    } else {
        scale(in, BLOCK, before, after, out);
    }
}

bool cf_mix_limit(struct cf_mix_limiter *limiter, const int32_t *in, int16_t *out) {
    float gains[BLOCKS];
    bool fits = find_gains(in, gains);
    if (fits && limiter->reduction <= 0) {
        for (size_t i = 0; i < SAMPLES; i++) {
            out[i] = (int16_t)in[i];
        }
        return false;
    }
    float gain = 1.0F - limiter->reduction;
    for (size_t b = 0; b < BLOCKS; b++) {
        float after = gain_after(gains, b, gain);
        scale_block(in + b * BLOCK, gain, gains[b], after, out + b * BLOCK);
        gain = after;
    }
    limiter->reduction = 1.0F - gain;
    return true;
}

bool cf_mix_bus_finish(struct cf_mix_bus *bus) {
    return cf_mix_limit(&bus->limiter, bus->sum, bus->common);
}

void cf_mix_bus_without(const struct cf_mix_bus *bus, uint32_t inputs, struct cf_mix_limiter *limiter, int16_t *out) {
    int32_t rest[SAMPLES];
    cf_assert(inputs >> bus->input_count == 0);
    memcpy(rest, bus->sum, sizeof(rest));
    for (size_t input = 0; input < bus->input_count; input++) {
        for (size_t i = 0; (inputs & cf_mix_input_bit(input)) != 0 && i < SAMPLES; i++) {
            rest[i] -= bus->inputs[input][i];
        }
    }
    (void)cf_mix_limit(limiter, rest, out);
}
