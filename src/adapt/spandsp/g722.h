/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * G.722 at 64 kbit/s for the mixer, by spandsp: RFC 3551 section 4.5.2, payload type 9. Sampled at 16 kHz, but its RTP clock is
 * 8000 Hz for historical reasons. Loss is concealed by core/mix/plc.
 */
#ifndef CF_ADAPT_SPANDSP_G722_H
#define CF_ADAPT_SPANDSP_G722_H

#include "core/mix/codec.h"

/** The codec. */
extern const struct cf_audio_codec cf_codec_g722;

#endif
