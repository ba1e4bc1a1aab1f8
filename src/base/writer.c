/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writer with a sticky error. */
#include "base/writer.h"

void cf_writer_init(struct cf_writer *w, void *buffer, size_t size) {
    *w = (struct cf_writer){.base = buffer, .size = size};
}

uint8_t *cf_writer_reserve(struct cf_writer *w, size_t len) {
    if (w->err != CF_OK || len > w->size - w->len) {
        w->err = CF_ERR_NO_ROOM;
        return NULL;
    }
    uint8_t *at = w->base + w->len;
    w->len += len;
    return at;
}

void cf_put_bytes(struct cf_writer *w, const void *bytes, size_t len) {
    uint8_t *at = cf_writer_reserve(w, len);
    if (at != NULL && len > 0) {
        memcpy(at, bytes, len);
    }
}

void cf_put(struct cf_writer *w, struct cf_str s) {
    cf_put_bytes(w, s.at, s.len);
}

void cf_put_char(struct cf_writer *w, char c) {
    uint8_t *at = cf_writer_reserve(w, 1);
    if (at != NULL) {
        *at = (uint8_t)c;
    }
}

static void put_be(struct cf_writer *w, uint64_t v, size_t octets) {
    uint8_t *at = cf_writer_reserve(w, octets);
    if (at == NULL) {
        return;
    }
    for (size_t i = 0; i < octets; i++) {
        at[i] = (uint8_t)(v >> (8 * (octets - 1 - i)));
    }
}

void cf_put_u8(struct cf_writer *w, uint8_t v) {
    put_be(w, v, 1);
}

void cf_put_u16(struct cf_writer *w, uint16_t v) {
    put_be(w, v, 2);
}

void cf_put_u24(struct cf_writer *w, uint32_t v) {
    put_be(w, v, 3);
}

void cf_put_u32(struct cf_writer *w, uint32_t v) {
    put_be(w, v, 4);
}

void cf_put_u64(struct cf_writer *w, uint64_t v) {
    put_be(w, v, 8);
}

void cf_put_dec(struct cf_writer *w, uint64_t v) {
    char digits[20];
    size_t n = sizeof digits;
    do {
        digits[--n] = (char)('0' + v % 10);
        v /= 10;
    } while (v != 0);
    cf_put_bytes(w, digits + n, sizeof digits - n);
}

void cf_put_hex(struct cf_writer *w, struct cf_span octets) {
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < octets.len; i++) {
        cf_put_char(w, digits[octets.at[i] >> 4]);
        cf_put_char(w, digits[octets.at[i] & 15]);
    }
}

void cf_put_base64(struct cf_writer *w, struct cf_span octets) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < octets.len; i += 3) {
        size_t n = octets.len - i < 3 ? octets.len - i : 3;
        uint32_t group = (uint32_t)octets.at[i] << 16;
        group |= n > 1 ? (uint32_t)octets.at[i + 1] << 8 : 0;
        group |= n > 2 ? (uint32_t)octets.at[i + 2] : 0;
        cf_put_char(w, digits[group >> 18]);
        cf_put_char(w, digits[(group >> 12) & 63]);
        cf_put_char(w, n > 1 ? digits[(group >> 6) & 63] : '=');
        cf_put_char(w, n > 2 ? digits[group & 63] : '=');
    }
}
