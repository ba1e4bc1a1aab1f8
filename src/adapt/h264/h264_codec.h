/* SPDX-License-Identifier: GPL-3.0-or-later */
/* H.264 constrained baseline by OpenH264, for the user agent. */
#ifndef CF_ADAPT_H264_H264_CODEC_H
#define CF_ADAPT_H264_H264_CODEC_H

#include "core/clip/video_codec.h"

/** The codec. */
extern const struct cf_video_codec cf_codec_h264;

#endif
