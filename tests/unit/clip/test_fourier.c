/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/rng.h"
#include "core/clip/fourier.h"
#include "lib/test.h"
#include <math.h>

#define COUNT 64

static struct cf_complex at[COUNT];

static void assert_near(float value, double expected) {
    assert_true(fabs((double)value - expected) < 1e-3);
}

static void a_wave_is_one_line(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        at[i] = (struct cf_complex){(float)cos(2 * 3.141592653589793 * 5 * (double)i / COUNT), 0};
    }
    cf_fourier(at, COUNT, false);
    for (size_t i = 0; i < COUNT; i++) {
        assert_near(at[i].re, i == 5 || i == COUNT - 5 ? COUNT / 2 : 0);
        assert_near(at[i].im, 0);
    }
}

static void there_and_back(void **state) {
    struct cf_complex before[COUNT];
    struct cf_rng rng;
    (void)state;
    cf_rng_init(&rng, 4);
    for (size_t i = 0; i < COUNT; i++) {
        before[i] = at[i] = (struct cf_complex){(float)cf_rng_below(&rng, 1000) / 100, (float)cf_rng_below(&rng, 1000) / 100};
    }
    cf_fourier(at, COUNT, false);
    cf_fourier(at, COUNT, true);
    for (size_t i = 0; i < COUNT; i++) {
        assert_near(at[i].re / COUNT, (double)before[i].re);
        assert_near(at[i].im / COUNT, (double)before[i].im);
    }
}

CF_TEST_MAIN(cmocka_unit_test(a_wave_is_one_line), cmocka_unit_test(there_and_back))
