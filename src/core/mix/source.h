/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The receiving half of a leg: jitter buffer, decoder, resampler and a short store of sound at the mixer's rate. Whoever is not
 * heard is not decoded: its packets are counted off in time and its sound is silence.
 */
#ifndef CF_CORE_MIX_SOURCE_H
#define CF_CORE_MIX_SOURCE_H

#include "core/jitter/jitter.h"
#include "core/mix/bus.h"
#include "core/mix/codec.h"
#include "core/mix/resampler.h"
#include "core/speaker/level.h"

/** A packet of the longest kind on top of a tick that is not complete, and what stretching adds. */
#define CF_MIX_SOURCE_SAMPLES (CF_AUDIO_SAMPLES_MAX + CF_MIX_TICK_SAMPLES + 480)

/** Sound of one sender. */
struct cf_mix_source {
    const struct cf_mem *mem;
    const struct cf_audio_codec *codec;
    const struct cf_resampler *resampling;
    struct cf_jitter jitter;
    void *decoder;
    void *resampler;        /**< to CF_AUDIO_RATE_HZ; NULL if that is the codec's */
    size_t held;            /**< samples in .pcm */
    bool is_fresh;          /**< the decoder has followed the stream up to now */
    bool is_onset;          /**< it has just begun to: the first frame is faded in */
    uint8_t level;          /**< loudest measured in the last fill; CF_LEVEL_UNKNOWN: nothing was decoded */
    uint8_t level_claimed;  /**< and what the packet of that one claimed */
    uint64_t decodes;       /**< counter: decoder runs, concealment included */
    uint64_t decode_errors; /**< counter */
    int16_t pcm[CF_MIX_SOURCE_SAMPLES];
};

/** A packet, as struct cf_mix_packet. */
struct cf_mix_packet;

/** A source that decodes @p codec, or NULL if memory is out. */
struct cf_mix_source *cf_mix_source_create(const struct cf_mem *mem, const struct cf_audio_codec *codec,
                                           const struct cf_resampler *resampling, const struct cf_jitter_config *config);

/** Give back all memory; NULL is ignored. */
void cf_mix_source_destroy(struct cf_mix_source *source);

/** A packet has arrived. False if its payload can't be that of the codec. */
bool cf_mix_source_put(struct cf_mix_source *source, const struct cf_mix_packet *packet, cf_usec now);

/** Have at least a tick of sound. @p is_heard: decode it; else it is silence, which costs nearly nothing. */
void cf_mix_source_fill(struct cf_mix_source *source, bool is_heard, cf_usec now);

/** A tick has been played. */
void cf_mix_source_consume(struct cf_mix_source *source);

/** Forget everything that was received, as on hold. */
void cf_mix_source_flush(struct cf_mix_source *source);

/** Nothing to play and nothing to come. */
bool cf_mix_source_is_idle(const struct cf_mix_source *source);

#endif
