/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/clip/png.h"

#define BLOCK_MAX 65535U
#define ADLER_BASE 65521U

/* What is being written: checksums run along. */
struct png {
    struct cf_writer *w;
    uint32_t crc; /* of the chunk */
    uint32_t adler_a;
    uint32_t adler_b;
};

static size_t raw_size(uint16_t width, uint16_t height) {
    return (size_t)height * (1U + 3U * width);
}

static size_t zlib_size(size_t raw) {
    return 2U + raw + 5U * (raw / BLOCK_MAX + 1U) + 4U;
}

size_t cf_png_size(uint16_t width, uint16_t height) {
    return 8U + 25U + 12U + zlib_size(raw_size(width, height)) + 12U;
}

static void put_octet(struct png *p, uint8_t octet) {
    cf_put_u8(p->w, octet);
    p->crc ^= octet;
    for (int bit = 0; bit < 8; bit++) {
        p->crc = (p->crc & 1U) != 0 ? p->crc >> 1 ^ 0xedb88320U : p->crc >> 1;
    }
}

static void put_octets(struct png *p, const void *octets, size_t len) {
    for (size_t i = 0; i < len; i++) {
        put_octet(p, ((const uint8_t *)octets)[i]);
    }
}

static void put_u32(struct png *p, uint32_t v) {
    const uint8_t octets[4] = {(uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v};
    put_octets(p, octets, sizeof octets);
}

static void begin_chunk(struct png *p, size_t len, const char *type) {
    cf_put_u32(p->w, (uint32_t)len);
    p->crc = UINT32_MAX;
    put_octets(p, type, 4);
}

static void end_chunk(struct png *p) {
    cf_put_u32(p->w, p->crc ^ UINT32_MAX);
}

static uint8_t clamp(int v) {
    return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
}

/* BT.601, limited range. */
static void colour_of(const struct cf_picture *from, size_t row, size_t column, uint8_t *rgb) {
    int y = 298 * (from->planes[0][row * from->strides[0] + column] - 16);
    int u = from->planes[1][row / 2 * from->strides[1] + column / 2] - 128;
    int v = from->planes[2][row / 2 * from->strides[2] + column / 2] - 128;
    rgb[0] = clamp((y + 409 * v + 128) / 256);
    rgb[1] = clamp((y - 100 * u - 208 * v + 128) / 256);
    rgb[2] = clamp((y + 516 * u + 128) / 256);
}

/* Octet @p at of the unfiltered rows. */
static uint8_t raw_octet(const struct cf_picture *picture, size_t at) {
    uint8_t rgb[3];
    size_t row_len = 1U + 3U * picture->width;
    size_t column = at % row_len;
    if (column == 0) {
        return 0;
    }
    colour_of(picture, at / row_len, (column - 1) / 3, rgb);
    return rgb[(column - 1) % 3];
}

static void put_blocks(struct png *p, const struct cf_picture *picture) {
    size_t raw = raw_size(picture->width, picture->height);
    for (size_t at = 0; at < raw;) {
        size_t len = raw - at < BLOCK_MAX ? raw - at : BLOCK_MAX;
        put_octet(p, at + len == raw ? 1 : 0);
        put_octet(p, (uint8_t)len);
        put_octet(p, (uint8_t)(len >> 8));
        put_octet(p, (uint8_t)~len);
        put_octet(p, (uint8_t)(~len >> 8));
        for (size_t end = at + len; at < end; at++) {
            uint8_t octet = raw_octet(picture, at);
            put_octet(p, octet);
            p->adler_a = (p->adler_a + octet) % ADLER_BASE;
            p->adler_b = (p->adler_b + p->adler_a) % ADLER_BASE;
        }
    }
}

void cf_put_png(struct cf_writer *w, const struct cf_picture *picture) {
    static const uint8_t signature[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    static const uint8_t format[5] = {8, 2, 0, 0, 0}; /* 8 bits, RGB, no interlace */
    struct png p = {.w = w, .adler_a = 1};
    size_t raw = raw_size(picture->width, picture->height);
    size_t blocks = (raw + BLOCK_MAX - 1) / BLOCK_MAX;
    cf_put_bytes(w, signature, sizeof signature);
    begin_chunk(&p, 13, "IHDR");
    put_u32(&p, picture->width);
    put_u32(&p, picture->height);
    put_octets(&p, format, sizeof format);
    end_chunk(&p);
    begin_chunk(&p, 2 + raw + 5 * blocks + 4, "IDAT");
    put_octet(&p, 0x78);
    put_octet(&p, 0x01);
    put_blocks(&p, picture);
    put_u32(&p, p.adler_b << 16 | p.adler_a);
    end_chunk(&p);
    begin_chunk(&p, 0, "IEND");
    end_chunk(&p);
}
