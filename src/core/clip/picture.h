/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A picture as video codecs take and give it: I420, 8 bits a sample, chroma at half the resolution. What the user agent shows
 * into its camera line and what it sees. A plain struct; planes are either borrowed (from a decoder) or owned (struct
 * cf_picture_room). Any thread.
 */
#ifndef CF_CORE_CLIP_PICTURE_H
#define CF_CORE_CLIP_PICTURE_H

#include "base/err.h"
#include "base/mem.h"

/** Largest side, samples. */
#define CF_PICTURE_SIDE_MAX 4096U

/** A picture; planes Y, U, V. */
struct cf_picture {
    uint16_t width;
    uint16_t height;
    uint8_t *planes[3];
    size_t strides[3]; /**< octets from one row to the next */
};

/** Octets that the planes of a picture of that size take without gaps. */
size_t cf_picture_size(uint16_t width, uint16_t height);

/**
 * A black picture with planes of its own; give back with cf_picture_fini(). CF_ERR_LIMIT (a side is 0 or above
 * CF_PICTURE_SIDE_MAX), CF_ERR_NO_MEMORY.
 */
CF_MUST_USE enum cf_err cf_picture_init(struct cf_picture *picture, const struct cf_mem *mem, uint16_t width, uint16_t height);

/** Give back the planes of a picture made by cf_picture_init(); a zeroed one is allowed. */
void cf_picture_fini(struct cf_picture *picture, const struct cf_mem *mem);

/** Colour of a rectangle. */
struct cf_colour {
    uint8_t y;
    uint8_t u;
    uint8_t v;
};

/** Fill a rectangle, cut to the picture. */
void cf_picture_fill(struct cf_picture *picture, size_t left, size_t top, size_t width, size_t height, struct cf_colour colour);

/** Mean luma of a rectangle that lies inside and is not empty. */
uint8_t cf_picture_mean(const struct cf_picture *picture, size_t left, size_t top, size_t width, size_t height);

/** Put @p from, scaled to @p width times @p height by nearest neighbours, into @p to at @p left, @p top; cut to the picture. */
void cf_picture_put(struct cf_picture *to, size_t left, size_t top, size_t width, size_t height, const struct cf_picture *from);

#endif
