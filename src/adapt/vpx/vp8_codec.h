/* SPDX-License-Identifier: GPL-3.0-or-later */
/* VP8 (RFC 6386) by libvpx, for the user agent. */
#ifndef CF_ADAPT_VPX_VP8_CODEC_H
#define CF_ADAPT_VPX_VP8_CODEC_H

#include "core/clip/video_codec.h"

/** The codec. */
extern const struct cf_video_codec cf_codec_vp8;

#endif
