/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/clip/fourier.h"

#include <math.h>

#define PI 3.141592653589793

/* Numbers whose indices are each other's bits in reverse change places. */
static void reverse(struct cf_complex *at, size_t count) {
    for (size_t i = 1, j = 0; i < count; i++) {
        size_t bit = count >> 1;
        for (; (j & bit) != 0; bit >>= 1) {
            j ^= bit;
        }
        j ^= bit;
        if (i < j) {
            struct cf_complex held = at[i];
            at[i] = at[j];
            at[j] = held;
        }
    }
}

/* One butterfly with the factor c + i s. */
static void cross(struct cf_complex *a, struct cf_complex *b, double c, double s) {
    float re = (float)((double)b->re * c - (double)b->im * s);
    float im = (float)((double)b->re * s + (double)b->im * c);
    *b = (struct cf_complex){a->re - re, a->im - im};
    *a = (struct cf_complex){a->re + re, a->im + im};
}

void cf_fourier(struct cf_complex *at, size_t count, bool is_inverse) {
    reverse(at, count);
    for (size_t half = 1; half < count; half *= 2) {
        double angle = (is_inverse ? PI : -PI) / (double)half;
        double step_c = cos(angle);
        double step_s = sin(angle);
        double c = 1;
        double s = 0;
        for (size_t k = 0; k < half; k++) {
            for (size_t i = k; i < count; i += 2 * half) {
                cross(&at[i], &at[i + half], c, s);
            }
            double next = c * step_c - s * step_s;
            s = c * step_s + s * step_c;
            c = next;
        }
    }
}
