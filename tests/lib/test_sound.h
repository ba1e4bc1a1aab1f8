/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sound for tests: tones, noise, something like speech; and how much of one is in another. */
#ifndef CF_TESTS_LIB_TEST_SOUND_H
#define CF_TESTS_LIB_TEST_SOUND_H

#include "base/rng.h"
#include <stddef.h>
#include <stdint.h>

/** Sample @p at of a sine of @p frequency_hz and @p amplitude at @p rate_hz. */
int16_t test_tone(uint64_t at, double frequency_hz, double amplitude, uint32_t rate_hz);

/** @p count samples of white noise. */
void test_noise(struct cf_rng *rng, int amplitude, int16_t *pcm, size_t count);

/** Amplitude of the component of @p pcm at @p frequency_hz. */
double test_amplitude(const int16_t *pcm, size_t count, double frequency_hz, uint32_t rate_hz);

/** Phase of it, radians, relative to the first sample being sample @p first of a stream. */
double test_phase(const int16_t *pcm, size_t count, double frequency_hz, uint32_t rate_hz, uint64_t first);

/** Signal to noise of a tone: power at @p frequency_hz against all other, dB. */
double test_tone_snr(const int16_t *pcm, size_t count, double frequency_hz, uint32_t rate_hz);

/** Best normalised correlation of @p a with @p b shifted by 0..@p lag_max - 1 samples: a[i] with b[i + lag]. */
double test_correlation(const int16_t *a, const int16_t *b, size_t count, size_t lag_max, size_t *ret_lag);

#endif
