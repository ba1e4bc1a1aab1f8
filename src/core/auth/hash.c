/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Comparison in constant time. */
#include "core/auth/hash.h"

bool cf_hash_eq(struct cf_span a, struct cf_span b) {
    if (a.len != b.len) {
        return false;
    }
    volatile uint8_t difference = 0;
    for (size_t i = 0; i < a.len; i++) {
        difference = (uint8_t)(difference | (a.at[i] ^ b.at[i]));
    }
    return difference == 0;
}
