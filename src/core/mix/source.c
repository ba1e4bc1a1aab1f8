/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From packets to a steady flow of sound. */
#include "core/mix/source.h"

#include "core/mix/mixer.h"
#include "core/mix/stretch.h"
#include <string.h>

/* Codecs slower than the mixer's rate are decoded into a buffer of that many samples: 120 ms at 16 kHz. */
#define SLOW_RATE_MAX_HZ 16000
#define SLOW_SAMPLES (SLOW_RATE_MAX_HZ / 1000 * CF_AUDIO_PACKET_MAX_MSEC)

/* Sound as quiet as that can be cut anywhere. */
#define QUIET_LEVEL 55

/* RFC 3389 comfort noise has no duration of its own. */
#define COMFORT_NOISE_MSEC 20

/* Sound that begins in the middle is faded in over 10 ms. */
#define ONSET (CF_AUDIO_RATE_HZ / 100)

/* Decoders make sound in units of 2.5 ms. */
#define UNITS_A_SEC 400

_Static_assert(CF_JITTER_PAYLOAD_MAX == CF_AUDIO_PAYLOAD_MAX, "what is taken can be held");

struct cf_mix_source *cf_mix_source_create(const struct cf_mem *mem, const struct cf_audio_codec *codec,
                                           const struct cf_resampler *resampling, const struct cf_jitter_config *config) {
    struct cf_mix_source *source = cf_mem_alloc(mem, sizeof(*source));
    if (source == NULL) {
        return NULL;
    }
    cf_assert(codec->rate_hz == CF_AUDIO_RATE_HZ || codec->rate_hz <= SLOW_RATE_MAX_HZ);
    source->mem = mem;
    source->codec = codec;
    source->resampling = resampling;
    bool ok = cf_jitter_init(&source->jitter, mem, codec->clock_hz, config) == CF_OK;
    source->decoder = ok ? codec->decoder_create(mem) : NULL;
    ok = source->decoder != NULL;
    if (ok && codec->rate_hz != CF_AUDIO_RATE_HZ) {
        source->resampler = resampling->create(mem, codec->rate_hz, CF_AUDIO_RATE_HZ);
        ok = source->resampler != NULL;
    }
    if (!ok) {
        cf_mix_source_destroy(source);
        return NULL;
    }
    return source;
}

void cf_mix_source_destroy(struct cf_mix_source *source) {
    if (source == NULL) {
        return;
    }
    if (source->resampler != NULL) {
        source->resampling->destroy(source->mem, source->resampler);
    }
    if (source->decoder != NULL) {
        source->codec->decoder_destroy(source->mem, source->decoder);
    }
    cf_jitter_fini(&source->jitter);
    cf_mem_free(source->mem, source, sizeof(*source));
}

bool cf_mix_source_put(struct cf_mix_source *source, const struct cf_mix_packet *packet, cf_usec now) {
    const struct cf_audio_codec *codec = source->codec;
    bool is_quiet = packet->comfort_noise || packet->telephone_event;
    uint32_t ticks = is_quiet ? codec->clock_hz / 1000 * COMFORT_NOISE_MSEC : codec->payload_ticks(packet->payload);
    if (ticks == 0 || ticks > codec->clock_hz / 1000 * CF_AUDIO_PACKET_MAX_MSEC) {
        return false;
    }
    struct cf_jitter_packet in = {
        .ssrc = packet->ssrc,
        .timestamp = packet->timestamp,
        .ticks = ticks,
        .seq = packet->seq,
        .marker = packet->marker,
        .dtx = is_quiet || codec->is_dtx(packet->payload),
        .is_event = packet->telephone_event,
        .is_copy = packet->is_copy,
        .level = packet->level,
        .payload = packet->payload,
    };
    cf_jitter_put(&source->jitter, &in, now);
    return true;
}

static size_t samples_of(const struct cf_mix_source *source, uint32_t ticks) {
    return (size_t)((uint64_t)ticks * source->codec->rate_hz / source->codec->clock_hz);
}

/* Run the decoder for @p item: @p count samples at its own rate, whatever happens. */
static void decode(struct cf_mix_source *source, const struct cf_jitter_item *item, size_t count, int16_t *pcm) {
    const struct cf_audio_codec *codec = source->codec;
    size_t decoded = 0;
    source->decodes++;
    if (item->kind == CF_JITTER_FRAME) {
        if (codec->decode(source->decoder, item->payload, pcm, count, &decoded) == CF_OK && decoded == count) {
            return;
        }
        source->decode_errors++;
    } else if (item->kind == CF_JITTER_FEC && codec->has_fec) {
        codec->decode_fec(source->decoder, item->payload, pcm, count);
        return;
    }
    codec->conceal(source->decoder, pcm, count);
}

static void measure(struct cf_mix_source *source, const struct cf_jitter_item *item, const int16_t *pcm, size_t count) {
    uint8_t level = item->kind == CF_JITTER_FRAME ? cf_level_of_pcm(pcm, count) : CF_LEVEL_UNKNOWN;
    if (level < source->level) {
        source->level = level;
        source->level_claimed = item->level;
    }
}

/* The decoder has missed something: what it remembers is of another time. */
static void begin_anew(struct cf_mix_source *source) {
    source->codec->decoder_reset(source->decoder);
    if (source->resampler != NULL) {
        source->resampling->reset(source->resampler);
    }
    source->is_fresh = true;
    source->is_onset = true;
}

/*
 * Sound that was left out before begins wherever a packet does, not where the mixer's tick does, whose fade has passed by then:
 * without one here it would begin with a click.
 */
static void soften_onset(struct cf_mix_source *source, const struct cf_jitter_item *item, int16_t *pcm, size_t count) {
    if (source->is_onset && item->kind == CF_JITTER_FRAME) {
        source->is_onset = false;
        cf_mix_fade_in(pcm, count < ONSET ? count : ONSET);
    }
}

/* Sound for @p item at the end of what is held. */
static void append(struct cf_mix_source *source, const struct cf_jitter_item *item) {
    int16_t slow[SLOW_SAMPLES];
    size_t count = samples_of(source, item->ticks);
    int16_t *end = source->pcm + source->held;
    if (!source->is_fresh) {
        begin_anew(source);
    }
    if (source->resampler == NULL) {
        decode(source, item, count, end);
        measure(source, item, end, count);
    } else {
        decode(source, item, count, slow);
        measure(source, item, slow, count);
        source->resampling->process(source->resampler, slow, count, end);
    }
    soften_onset(source, item, end, count * (CF_AUDIO_RATE_HZ / source->codec->rate_hz));
}

static void append_silence(struct cf_mix_source *source, size_t count) {
    memset(source->pcm + source->held, 0, count * sizeof(source->pcm[0]));
}

static void pull(struct cf_mix_source *source, bool is_heard, cf_usec now) {
    uint8_t payload[CF_JITTER_PAYLOAD_MAX];
    struct cf_jitter_item item;
    uint32_t clock_hz = source->codec->clock_hz;
    uint32_t unit = clock_hz / UNITS_A_SEC;
    uint64_t lacking = (uint64_t)(CF_MIX_TICK_SAMPLES - source->held) * clock_hz;
    uint32_t wanted = (uint32_t)((lacking + CF_AUDIO_RATE_HZ - 1) / CF_AUDIO_RATE_HZ);
    cf_jitter_pull(&source->jitter, now, (wanted + unit - 1) / unit * unit, payload, &item);
    size_t count = samples_of(source, item.ticks) * (CF_AUDIO_RATE_HZ / source->codec->rate_hz);
    if (item.kind != CF_JITTER_SILENCE && is_heard) {
        append(source, &item);
    } else {
        append_silence(source, count);
        source->is_fresh = source->is_fresh && item.kind == CF_JITTER_SILENCE;
    }
    source->held += count;
}

/* Follow the advice of the jitter buffer: a few milliseconds less or more, where it isn't heard. */
static void adjust(struct cf_mix_source *source) {
    enum cf_jitter_advice advice = cf_jitter_advice(&source->jitter);
    if (advice == CF_JITTER_KEEP || source->held < CF_STRETCH_WINDOW) {
        return;
    }
    bool is_quiet = cf_level_of_pcm(source->pcm, CF_STRETCH_WINDOW) >= QUIET_LEVEL;
    size_t change = 0;
    if (advice == CF_JITTER_STRETCH) {
        change = cf_stretch_grow(source->pcm, source->held, is_quiet);
        source->held += change;
    } else if (advice == CF_JITTER_SHRINK || is_quiet) {
        change = cf_stretch_shrink(source->pcm, source->held, is_quiet);
        source->held -= change;
    }
    if (change > 0) {
        int32_t ticks = (int32_t)(change * source->codec->clock_hz / CF_AUDIO_RATE_HZ);
        cf_jitter_on_adjusted(&source->jitter, advice == CF_JITTER_STRETCH ? ticks : -ticks);
    }
}

void cf_mix_source_fill(struct cf_mix_source *source, bool is_heard, cf_usec now) {
    bool pulled = false;
    source->level = CF_LEVEL_UNKNOWN;
    /* At most two rounds: after the first, sound may be cut. Each item lasts at least a tick of the clock. */
    for (int round = 0; round < 2; round++) {
        while (source->held < CF_MIX_TICK_SAMPLES) {
            pull(source, is_heard, now);
            pulled = true;
        }
        if (pulled && round == 0) {
            adjust(source);
        }
    }
}

void cf_mix_source_consume(struct cf_mix_source *source) {
    source->held -= CF_MIX_TICK_SAMPLES;
    memmove(source->pcm, source->pcm + CF_MIX_TICK_SAMPLES, source->held * sizeof(source->pcm[0]));
}

void cf_mix_source_flush(struct cf_mix_source *source) {
    cf_jitter_flush(&source->jitter);
    source->held = 0;
    source->is_fresh = false;
}

bool cf_mix_source_is_idle(const struct cf_mix_source *source) {
    return source->held == 0 && cf_jitter_is_idle(&source->jitter);
}
