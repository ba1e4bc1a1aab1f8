/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Opus for the mixer, by libopus: RFC 6716, RFC 7587. Mono at 48 kHz; stereo packets are mixed down by the decoder. In-band FEC
 * both ways, DTX, bit rate, bandwidth, complexity. Encoder and decoder states lie in memory of ours and can be copied.
 */
#ifndef CF_ADAPT_OPUS_OPUS_CODEC_H
#define CF_ADAPT_OPUS_OPUS_CODEC_H

#include "core/mix/codec.h"

/** Bit rate when the peer doesn't limit it: full-band speech (RFC 7587 section 3.1.1). */
#define CF_OPUS_BITRATE_BPS 32000

/** Complexity when none is asked for: limits CPU to about 180 us a frame of 20 ms. */
#define CF_OPUS_COMPLEXITY 5

/** The codec. */
extern const struct cf_audio_codec cf_codec_opus;

#endif
