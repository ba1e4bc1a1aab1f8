/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PNG (ISO 15948) of a picture, for people who want to look at it: 8-bit RGB, not compressed (stored blocks of RFC 1951), so
 * that no library is needed. A format.
 */
#ifndef CF_CORE_CLIP_PNG_H
#define CF_CORE_CLIP_PNG_H

#include "base/writer.h"
#include "core/clip/picture.h"

/** Most octets of the file for a picture of that size. */
size_t cf_png_size(uint16_t width, uint16_t height);

/** Write the file. */
void cf_put_png(struct cf_writer *w, const struct cf_picture *picture);

#endif
