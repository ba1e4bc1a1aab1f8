/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random sequences of inputs, commands and failures: more than 100000 of them in all. */
#include "lib/endpoint_chaos.h"

#include "base/rng.h"
#include "lib/test.h"

static void ends_every_request_once_whatever_comes(void **state) {
    (void)state;
    static uint8_t octets[4000];
    for (uint64_t seed = 1; seed <= 500; seed++) {
        struct cf_rng rng;
        cf_rng_init(&rng, seed);
        for (size_t i = 0; i < sizeof octets; i++) {
            octets[i] = (uint8_t)cf_rng_u32(&rng);
        }
        endpoint_chaos((struct cf_span){octets, sizeof octets});
    }
}

CF_TEST_MAIN(cmocka_unit_test(ends_every_request_once_whatever_comes))
