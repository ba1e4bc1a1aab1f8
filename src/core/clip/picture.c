/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/clip/picture.h"

#include <string.h>

#define BLACK_LUMA 16
#define GREY_CHROMA 128

/* Rows or columns of plane @p plane for so many of luma. */
static size_t scaled(size_t luma, unsigned plane) {
    return plane == 0 ? luma : (luma + 1) / 2;
}

size_t cf_picture_size(uint16_t width, uint16_t height) {
    return (size_t)width * height + 2 * scaled(width, 1) * scaled(height, 1);
}

enum cf_err cf_picture_init(struct cf_picture *picture, const struct cf_mem *mem, uint16_t width, uint16_t height) {
    if (width == 0 || height == 0 || width > CF_PICTURE_SIDE_MAX || height > CF_PICTURE_SIDE_MAX) {
        return CF_ERR_LIMIT;
    }
    uint8_t *at = cf_mem_alloc(mem, cf_picture_size(width, height));
    if (at == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    struct cf_picture made = {.width = width, .height = height};
    for (unsigned i = 0; i < 3; i++) {
        size_t octets = scaled(width, i) * scaled(height, i);
        made.planes[i] = at;
        made.strides[i] = scaled(width, i);
        memset(at, i == 0 ? BLACK_LUMA : GREY_CHROMA, octets);
        at += octets;
    }
    *picture = made;
    return CF_OK;
}

void cf_picture_fini(struct cf_picture *picture, const struct cf_mem *mem) {
    cf_mem_free(mem, picture->planes[0], cf_picture_size(picture->width, picture->height));
    *picture = (struct cf_picture){.width = 0};
}

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

void cf_picture_fill(struct cf_picture *picture, size_t left, size_t top, size_t width, size_t height, struct cf_colour colour) {
    const uint8_t values[3] = {colour.y, colour.u, colour.v};
    size_t right = least(left + width, picture->width);
    size_t bottom = least(top + height, picture->height);
    for (unsigned i = 0; i < 3 && left < right; i++) {
        size_t from = i == 0 ? left : left / 2;
        size_t to = scaled(right, i);
        for (size_t row = i == 0 ? top : top / 2; row < scaled(bottom, i); row++) {
            memset(picture->planes[i] + row * picture->strides[i] + from, values[i], to - from);
        }
    }
}

uint8_t cf_picture_mean(const struct cf_picture *picture, size_t left, size_t top, size_t width, size_t height) {
    uint64_t sum = 0;
    for (size_t row = top; row < top + height; row++) {
        for (size_t column = left; column < left + width; column++) {
            sum += picture->planes[0][row * picture->strides[0] + column];
        }
    }
    return (uint8_t)(sum / (width * height));
}

void cf_picture_put(struct cf_picture *to, size_t left, size_t top, size_t width, size_t height, const struct cf_picture *from) {
    for (unsigned i = 0; i < 3; i++) {
        size_t plane_left = i == 0 ? left : left / 2;
        size_t plane_top = i == 0 ? top : top / 2;
        size_t columns = least(scaled(width, i), scaled(to->width, i) - least(plane_left, scaled(to->width, i)));
        size_t rows = least(scaled(height, i), scaled(to->height, i) - least(plane_top, scaled(to->height, i)));
        for (size_t row = 0; row < rows; row++) {
            const uint8_t *source = from->planes[i] + row * scaled(from->height, i) / scaled(height, i) * from->strides[i];
            uint8_t *target = to->planes[i] + (plane_top + row) * to->strides[i] + plane_left;
            for (size_t column = 0; column < columns; column++) {
                target[column] = source[column * scaled(from->width, i) / scaled(width, i)];
            }
        }
    }
}
