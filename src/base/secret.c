/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/secret.h"

bool cf_secret_eq(struct cf_span a, struct cf_span b) {
    if (a.len != b.len) {
        return false;
    }
    /* volatile: no compiler may stop at the first difference */
    volatile uint8_t difference = 0;
    for (size_t i = 0; i < a.len; i++) {
        difference = (uint8_t)(difference | (a.at[i] ^ b.at[i]));
    }
    return difference == 0;
}
