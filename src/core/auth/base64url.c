/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Base64 for URLs. */
#include "core/auth/base64url.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void cf_put_base64url(struct cf_writer *w, struct cf_span octets) {
    uint32_t bits = 0;
    unsigned held = 0;
    for (size_t i = 0; i < octets.len; i++) {
        bits = (bits << 8) | octets.at[i];
        held += 8;
        while (held >= 6) {
            held -= 6;
            cf_put_char(w, alphabet[(bits >> held) & 63U]);
        }
    }
    if (held > 0) {
        cf_put_char(w, alphabet[(bits << (6 - held)) & 63U]);
    }
}

static int value_of(char c) {
    for (int i = 0; i < 64; i++) {
        if (alphabet[i] == c) {
            return i;
        }
    }
    return -1;
}

bool cf_base64url_decode(struct cf_str text, struct cf_writer *w) {
    uint32_t bits = 0;
    unsigned held = 0;
    for (size_t i = 0; i < text.len; i++) {
        int value = value_of(text.at[i]);
        if (value < 0) {
            return false;
        }
        bits = (bits << 6) | (uint32_t)value;
        held += 6;
        if (held >= 8) {
            held -= 8;
            cf_put_u8(w, (uint8_t)(bits >> held));
        }
    }
    /* One text for each value: else a signature could be written in several ways. */
    return held < 6 && (bits & ((1U << held) - 1)) == 0 && cf_writer_ok(w);
}
