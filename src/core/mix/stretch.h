/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sound made a little shorter or longer without being heard: a period of its pitch is taken out or repeated, with a crossfade.
 * This is how the delay of a jitter buffer is changed while somebody speaks. 48 kHz mono, pure arithmetic.
 */
#ifndef CF_CORE_MIX_STRETCH_H
#define CF_CORE_MIX_STRETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Samples that are looked at: the first 20 ms; and the most that are taken out or put in: 10 ms. */
#define CF_STRETCH_WINDOW 960
#define CF_STRETCH_MAX 480

/**
 * Shorten @p pcm of @p count samples (at least CF_STRETCH_WINDOW) in place. The number of samples taken out; 0 if it would be
 * heard. @p is_quiet: it is nearly silent, anything goes.
 */
size_t cf_stretch_shrink(int16_t *pcm, size_t count, bool is_quiet);

/** Lengthen likewise; @p pcm has room for CF_STRETCH_MAX samples more. The number of samples put in. */
size_t cf_stretch_grow(int16_t *pcm, size_t count, bool is_quiet);

#endif
