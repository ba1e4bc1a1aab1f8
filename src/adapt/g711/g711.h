/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * G.711, both laws, for the mixer: RFC 3551 section 4.5.14, payload types 0 and 8. An octet a sample at 8 kHz. No library: the
 * companding is a few shifts. Loss is concealed by core/mix/plc.
 */
#ifndef CF_ADAPT_G711_G711_H
#define CF_ADAPT_G711_G711_H

#include "core/mix/codec.h"

/** PCMU and PCMA. */
extern const struct cf_audio_codec cf_codec_pcmu;
extern const struct cf_audio_codec cf_codec_pcma;

/** One sample of mu-law (ITU-T G.711), 14 bits in the upper part of 16. */
uint8_t cf_g711_encode_mu(int16_t sample);
int16_t cf_g711_decode_mu(uint8_t code);

/** One sample of A-law, 13 bits in the upper part of 16. */
uint8_t cf_g711_encode_a(int16_t sample);
int16_t cf_g711_decode_a(uint8_t code);

#endif
