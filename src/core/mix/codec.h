/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the mixer needs of an audio codec: one constant table of functions a codec, made by the adapters (adapt/opus, adapt/g711,
 * adapt/spandsp) and by the fake of the tests. Sound is mono, 16 bits a sample, everywhere; stereo payloads are mixed down by the
 * decoder. Three rates must not be confused: clock_hz counts RTP timestamps (48000 for Opus whatever it carries, RFC 7587; 8000
 * for G.722 although it is sampled at 16000, RFC 3551 section 4.5.2), rate_hz counts samples of PCM, and the mixer's own is
 * CF_AUDIO_RATE_HZ. Encoder and decoder objects belong to one thread, take their memory when created, and never later.
 */
#ifndef CF_CORE_MIX_CODEC_H
#define CF_CORE_MIX_CODEC_H

#include "base/err.h"
#include "base/mem.h"

/** Sampling rate of the mixer. */
#define CF_AUDIO_RATE_HZ 48000

/** Longest packet of sound that is taken: 120 ms, the longest that Opus has (RFC 6716 section 3.2.5). */
#define CF_AUDIO_PACKET_MAX_MSEC 120

/** Samples of the longest packet at the highest rate. */
#define CF_AUDIO_SAMPLES_MAX (CF_AUDIO_RATE_HZ / 1000 * CF_AUDIO_PACKET_MAX_MSEC)

/** Longest payload that is taken or made, octets: what fits into a packet with room for headers and tags. */
#define CF_AUDIO_PAYLOAD_MAX 1400

/** Payload type of codecs without a static one. */
#define CF_AUDIO_PT_DYNAMIC 255

/** How to encode. Zeroed: the codec's defaults at 20 ms. Fields that a codec doesn't have are ignored by it. */
struct cf_audio_params {
    uint16_t ptime_msec;       /**< 10, 20, 40 or 60; 0: 20 */
    uint32_t bitrate_bps;      /**< most that the peer wants; 0: the codec's default */
    uint32_t playback_rate_hz; /**< highest sampling rate that the peer can play (RFC 7587 maxplaybackrate); 0: any */
    uint8_t loss_percent;      /**< expected packet loss, tunes in-band FEC; 0: a default when .fec */
    uint8_t complexity_plus_1; /**< 1..11: Opus complexity 0..10; 0: default */
    bool fec;                  /**< in-band forward error correction */
    bool dtx;                  /**< send nothing while there is nothing to hear */
    bool cbr;                  /**< constant bit rate, for those that fear what sizes give away (RFC 6562) */
};

/** A codec: what it is and how to run it. Constant, one for the process. */
struct cf_audio_codec {
    const char *name;            /**< encoding name as in a=rtpmap, compared without case: "opus", "PCMU" */
    uint32_t clock_hz;           /**< of RTP timestamps */
    uint32_t rate_hz;            /**< of PCM on our side: 8000, 16000 or 48000 */
    uint8_t sdp_channels;        /**< third part of a=rtpmap; 1 is not written. 2 for Opus, always */
    uint8_t static_payload_type; /**< RFC 3551, or CF_AUDIO_PT_DYNAMIC */
    bool has_fec;                /**< .decode_fec can do better than .conceal */

    /**
     * Round @p params to what this codec distinguishes, so that listeners with nearly the same wishes share one encoder. Never
     * exceeds what was asked for.
     */
    void (*normalise)(struct cf_audio_params *params);

    /** RTP ticks (of clock_hz) that @p payload lasts; 0 if it is malformed, empty or longer than CF_AUDIO_PACKET_MAX_MSEC. */
    uint32_t (*payload_ticks)(struct cf_span payload);

    /** Does @p payload say "silence, nothing follows" (discontinuous transmission)? */
    bool (*is_dtx)(struct cf_span payload);

    /** A decoder, or NULL if memory is out. */
    void *(*decoder_create)(const struct cf_mem *mem);
    void (*decoder_destroy)(const struct cf_mem *mem, void *decoder);

    /** Forget what was decoded. */
    void (*decoder_reset)(void *decoder);

    /**
     * Decode @p payload to at most @p size samples at @p pcm. CF_ERR_MALFORMED (or CF_ERR_NO_ROOM) leaves the decoder usable: the
     * caller conceals.
     */
    enum cf_err (*decode)(void *decoder, struct cf_span payload, int16_t *pcm, size_t size, size_t *ret_samples);

    /** Make up @p samples samples for a packet that is missing, fading out over successive calls. Never fails. */
    void (*conceal)(void *decoder, int16_t *pcm, size_t samples);

    /**
     * Make @p samples samples for a missing packet from what @p next, the packet after it, carries about it. @p next is decoded
     * by the caller afterwards as usual. Falls back to concealment. NULL unless .has_fec.
     */
    void (*decode_fec)(void *decoder, struct cf_span next, int16_t *pcm, size_t samples);

    /** An encoder for @p params (normalised), or NULL if memory is out. */
    void *(*encoder_create)(const struct cf_mem *mem, const struct cf_audio_params *params);
    void (*encoder_destroy)(const struct cf_mem *mem, void *encoder);

    /** Forget what was encoded. */
    void (*encoder_reset)(void *encoder);

    /**
     * Make @p to, created with the same parameters, a copy of @p from: a listener that has heard @p from can go on with @p to
     * without noticing.
     */
    void (*encoder_copy)(void *to, const void *from);

    /**
     * Encode @p samples samples (a ptime of the parameters) into @p out. @p independent asks for a frame that depends on earlier
     * ones as little as the codec can, for listeners that heard another encoder before. @p ret_len is 0 when nothing needs to be
     * sent (DTX). CF_ERR_NO_ROOM if @p size is too small.
     */
    enum cf_err (*encode)(void *encoder, const int16_t *pcm, size_t samples, bool independent, uint8_t *out, size_t size,
                          size_t *ret_len);
};

/** Do both ask for the same? */
static inline bool cf_audio_params_eq(const struct cf_audio_params *a, const struct cf_audio_params *b) {
    return a->ptime_msec == b->ptime_msec && a->bitrate_bps == b->bitrate_bps && a->playback_rate_hz == b->playback_rate_hz &&
           a->loss_percent == b->loss_percent && a->complexity_plus_1 == b->complexity_plus_1 && a->fec == b->fec &&
           a->dtx == b->dtx && a->cbr == b->cbr;
}

/** The packet time that the mixer can make next to @p ptime_msec as a peer wrote it; 0 (none): 20 ms. */
static inline uint16_t cf_audio_round_ptime(uint16_t ptime_msec) {
    return (uint16_t)(ptime_msec == 0 ? 20 : ptime_msec < 20 ? 10 : ptime_msec < 40 ? 20 : ptime_msec < 60 ? 40 : 60);
}

/** RTP ticks of one frame of @p params with @p codec. */
static inline uint32_t cf_audio_frame_ticks(const struct cf_audio_codec *codec, const struct cf_audio_params *params) {
    return codec->clock_hz / 1000 * (params->ptime_msec == 0 ? 20U : params->ptime_msec);
}

#endif
