/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Making and comparing sound. */
#include "lib/test_sound.h"

#include <math.h>

#define TWO_PI 6.28318530717958647692

int16_t test_tone(uint64_t at, double frequency_hz, double amplitude, uint32_t rate_hz) {
    return (int16_t)lrint(amplitude * sin(TWO_PI * fmod(frequency_hz * (double)at / rate_hz, 1.0)));
}

void test_noise(struct cf_rng *rng, int amplitude, int16_t *pcm, size_t count) {
    for (size_t i = 0; i < count; i++) {
        pcm[i] = (int16_t)((int)cf_rng_below(rng, 2U * (uint32_t)amplitude + 1U) - amplitude);
    }
}

/* The angle is turned step by step: a sine a sample is what tests of minutes of sound would spend their time on. */
static void project(const int16_t *pcm, size_t count, double frequency_hz, uint32_t rate_hz, uint64_t first, double *ret_sin,
                    double *ret_cos) {
    double in_phase = 0;
    double quadrature = 0;
    double angle = TWO_PI * fmod(frequency_hz * (double)first / rate_hz, 1.0);
    double turn_cos = cos(TWO_PI * frequency_hz / rate_hz);
    double turn_sin = sin(TWO_PI * frequency_hz / rate_hz);
    double x = cos(angle);
    double y = sin(angle);
    for (size_t i = 0; i < count; i++) {
        in_phase += pcm[i] * y;
        quadrature += pcm[i] * x;
        double turned = x * turn_cos - y * turn_sin;
        y = x * turn_sin + y * turn_cos;
        x = turned;
    }
    *ret_sin = 2 * in_phase / (double)count;
    *ret_cos = 2 * quadrature / (double)count;
}

double test_amplitude(const int16_t *pcm, size_t count, double frequency_hz, uint32_t rate_hz) {
    double in_phase = 0;
    double quadrature = 0;
    project(pcm, count, frequency_hz, rate_hz, 0, &in_phase, &quadrature);
    return hypot(in_phase, quadrature);
}

double test_phase(const int16_t *pcm, size_t count, double frequency_hz, uint32_t rate_hz, uint64_t first) {
    double in_phase = 0;
    double quadrature = 0;
    project(pcm, count, frequency_hz, rate_hz, first, &in_phase, &quadrature);
    return atan2(quadrature, in_phase);
}

double test_tone_snr(const int16_t *pcm, size_t count, double frequency_hz, uint32_t rate_hz) {
    double in_phase = 0;
    double quadrature = 0;
    double noise = 1e-9;
    double signal = 1e-9;
    project(pcm, count, frequency_hz, rate_hz, 0, &in_phase, &quadrature);
    for (size_t i = 0; i < count; i++) {
        double angle = TWO_PI * frequency_hz * (double)i / rate_hz;
        double tone = in_phase * sin(angle) + quadrature * cos(angle);
        signal += tone * tone;
        noise += (pcm[i] - tone) * (pcm[i] - tone);
    }
    return 10 * log10(signal / noise);
}

double test_correlation(const int16_t *a, const int16_t *b, size_t count, size_t lag_max, size_t *ret_lag) {
    double best = -1;
    for (size_t lag = 0; lag < lag_max; lag++) {
        double product = 0;
        double energy_a = 1e-9;
        double energy_b = 1e-9;
        for (size_t i = 0; i < count; i++) {
            product += (double)a[i] * b[i + lag];
            energy_a += (double)a[i] * a[i];
            energy_b += (double)b[i + lag] * b[i + lag];
        }
        double likeness = product / sqrt(energy_a * energy_b);
        if (likeness > best) {
            best = likeness;
            *ret_lag = lag;
        }
    }
    return best;
}
