/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reader with a sticky error; base64 and hexadecimal decoding. */
#include "base/reader.h"

struct cf_span cf_take(struct cf_reader *r, size_t len) {
    if (r->err != CF_OK || len > cf_reader_left(r)) {
        r->err = CF_ERR_TRUNCATED;
        return (struct cf_span){r->input.at, 0};
    }
    struct cf_span taken = {r->input.at + r->at, len};
    r->at += len;
    return taken;
}

struct cf_span cf_take_rest(struct cf_reader *r) {
    return cf_take(r, cf_reader_left(r));
}

static uint64_t take_be(struct cf_reader *r, size_t octets) {
    struct cf_span s = cf_take(r, octets);
    uint64_t v = 0;
    for (size_t i = 0; i < s.len; i++) {
        v = (v << 8) | s.at[i];
    }
    return v;
}

uint8_t cf_take_u8(struct cf_reader *r) {
    return (uint8_t)take_be(r, 1);
}

uint16_t cf_take_u16(struct cf_reader *r) {
    return (uint16_t)take_be(r, 2);
}

uint32_t cf_take_u24(struct cf_reader *r) {
    return (uint32_t)take_be(r, 3);
}

uint32_t cf_take_u32(struct cf_reader *r) {
    return (uint32_t)take_be(r, 4);
}

uint64_t cf_take_u64(struct cf_reader *r) {
    return take_be(r, 8);
}

static int base64_value(char c) {
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (cf_ascii_is_digit(c)) {
        return c - '0' + 52;
    }
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static struct cf_str without_padding(struct cf_str text) {
    for (int i = 0; i < 2 && cf_str_ends(text, CF_STR("=")); i++) {
        text.len--;
    }
    return text;
}

enum cf_err cf_base64_decode(struct cf_str text, uint8_t *out, size_t size, size_t *ret_len) {
    struct cf_str digits = without_padding(text);
    if (digits.len % 4 == 1) {
        return CF_ERR_MALFORMED;
    }
    size_t len = digits.len / 4 * 3 + (digits.len % 4 == 0 ? 0 : digits.len % 4 - 1);
    if (len > size) {
        return CF_ERR_NO_ROOM;
    }
    uint32_t bits = 0;
    unsigned held = 0;
    size_t n = 0;
    for (size_t i = 0; i < digits.len; i++) {
        int value = base64_value(digits.at[i]);
        if (value < 0) {
            return CF_ERR_MALFORMED;
        }
        bits = (bits << 6) | (uint32_t)value;
        held += 6;
        if (held >= 8) {
            held -= 8;
            out[n++] = (uint8_t)(bits >> held);
        }
    }
    *ret_len = n;
    return CF_OK;
}

enum cf_err cf_hex_decode(struct cf_str text, uint8_t *out, size_t size, size_t *ret_len) {
    if (text.len % 2 != 0) {
        return CF_ERR_MALFORMED;
    }
    if (text.len / 2 > size) {
        return CF_ERR_NO_ROOM;
    }
    for (size_t i = 0; i < text.len; i += 2) {
        int high = cf_ascii_hex_value(text.at[i]);
        int low = cf_ascii_hex_value(text.at[i + 1]);
        if (high < 0 || low < 0) {
            return CF_ERR_MALFORMED;
        }
        out[i / 2] = (uint8_t)(high * 16 + low);
    }
    *ret_len = text.len / 2;
    return CF_OK;
}
