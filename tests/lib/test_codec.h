/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A codec and a resampler that can be read: a frame of constant sound of one value is a payload that says so, and the payload of
 * an encoder says which frame of which encoder it is and what went into it. So tests of the mixer are about numbers.
 */
#ifndef CF_TESTS_LIB_TEST_CODEC_H
#define CF_TESTS_LIB_TEST_CODEC_H

#include "core/mix/codec.h"
#include "core/mix/resampler.h"

/** A payload. */
struct test_frame {
    uint32_t number;     /**< counted by the sender; by an encoder, which a copy of it goes on counting */
    uint16_t msec;       /**< duration */
    int16_t value;       /**< of all samples (first of an encoded frame) */
    int16_t last;        /**< last sample of an encoded frame */
    uint8_t independent; /**< the encoder was asked for that */
    uint8_t is_dtx;      /**< silence follows */
    uint8_t is_broken;   /**< can't be decoded */
    uint8_t unused;
    struct cf_audio_params params; /**< of the encoder */
};

/** "fake", 48 kHz, with FEC (a lost frame becomes the next one's value less 1) and DTX; concealment plays 7. */
extern const struct cf_audio_codec test_codec;

/** "slow", the same at 8 kHz. */
extern const struct cf_audio_codec test_codec_slow;

/** Repeats and drops samples. */
extern const struct cf_resampler test_resampler;

/** The payload of @p frame as octets. */
struct cf_span test_frame_span(const struct test_frame *frame);

/** A payload read back; asserts that it is one. */
struct test_frame test_frame_of(struct cf_span payload);

#endif
