/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The discrete Fourier transform, for looking for sounds in recordings (likeness.h). Pure, in place, powers of two. */
#ifndef CF_CORE_CLIP_FOURIER_H
#define CF_CORE_CLIP_FOURIER_H

#include <stdbool.h>
#include <stddef.h>

/** A complex number. */
struct cf_complex {
    float re;
    float im;
};

/** Transform @p count (a power of two) numbers at @p at; @p is_inverse: back, without dividing by @p count. */
void cf_fourier(struct cf_complex *at, size_t count, bool is_inverse);

#endif
