/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opus by libopus. */
#include "adapt/opus/opus_codec.h"

#include <opus.h>
#include <string.h>

#define RATE_HZ CF_AUDIO_RATE_HZ
#define CHANNELS 1

/* Concealment is made in units of 2.5 ms. */
#define UNIT (RATE_HZ / 400)

/* A packet that short has no sound in it: the decoder goes on by itself (libopus on OPUS_SET_DTX). */
#define DTX_LEN_MAX 2

/* Loss that in-band FEC is tuned for if nobody has measured any. */
#define LOSS_PERCENT 10

/*
 * With DTX, digital silence is sent for 200 ms and from then on every 400 ms. The library does so by itself only where it spends
 * time on analysis (complexity 7 and above) or codes for speech.
 */
#define SILENT_UNTIL_DTX (RATE_HZ / 5)
#define DTX_REFRESH (RATE_HZ / 5 * 2)

/* An encoder with its parameters. The library's state follows. */
struct encoder {
    struct cf_audio_params params;
    size_t silent_samples; /* in a row, or since the last refresh */
    _Alignas(max_align_t) unsigned char state[];
};

static OpusEncoder *encoder_state(struct encoder *encoder) {
    return (OpusEncoder *)(void *)encoder->state;
}

static size_t encoder_size(void) {
    return sizeof(struct encoder) + (size_t)opus_encoder_get_size(CHANNELS);
}

/* Few steps, so that listeners share encoders; never above what was asked for. */
static uint32_t round_down(uint32_t value, const uint32_t *steps, size_t count) {
    uint32_t rounded = steps[0];
    for (size_t i = 0; i < count; i++) {
        rounded = steps[i] <= value ? steps[i] : rounded;
    }
    return rounded;
}

static void normalise(struct cf_audio_params *params) {
    static const uint32_t bitrates[] = {6000, 12000, 20000, CF_OPUS_BITRATE_BPS};
    static const uint32_t rates[] = {8000, 12000, 16000, 24000, 48000};
    uint32_t bitrate = params->bitrate_bps == 0 ? CF_OPUS_BITRATE_BPS : params->bitrate_bps;
    uint32_t rate = params->playback_rate_hz == 0 ? RATE_HZ : params->playback_rate_hz;
    params->bitrate_bps = round_down(bitrate, bitrates, sizeof(bitrates) / sizeof(*bitrates));
    params->playback_rate_hz = round_down(rate, rates, sizeof(rates) / sizeof(*rates));
    if (params->complexity_plus_1 == 0 || params->complexity_plus_1 > 11) {
        params->complexity_plus_1 = CF_OPUS_COMPLEXITY + 1;
    }
    if (!params->fec) {
        params->loss_percent = 0;
    } else if (params->loss_percent == 0 || params->loss_percent > 100) {
        params->loss_percent = LOSS_PERCENT;
    }
}

static uint32_t payload_ticks(struct cf_span payload) {
    if (payload.len == 0 || payload.len > CF_AUDIO_PAYLOAD_MAX) {
        return 0;
    }
    int samples = opus_packet_get_nb_samples(payload.at, (opus_int32)payload.len, RATE_HZ);
    return samples > 0 && samples <= CF_AUDIO_SAMPLES_MAX ? (uint32_t)samples : 0;
}

static bool is_dtx(struct cf_span payload) {
    return payload.len <= DTX_LEN_MAX;
}

static void *decoder_create(const struct cf_mem *mem) {
    OpusDecoder *decoder = cf_mem_alloc(mem, (size_t)opus_decoder_get_size(CHANNELS));
    if (decoder != NULL && opus_decoder_init(decoder, RATE_HZ, CHANNELS) != OPUS_OK) {
        cf_mem_free(mem, decoder, (size_t)opus_decoder_get_size(CHANNELS));
        return NULL;
    }
    return decoder;
}

static void decoder_destroy(const struct cf_mem *mem, void *decoder) {
    cf_mem_free(mem, decoder, (size_t)opus_decoder_get_size(CHANNELS));
}

static void decoder_reset(void *decoder) {
    (void)opus_decoder_ctl(decoder, OPUS_RESET_STATE);
}

static enum cf_err decode(void *decoder, struct cf_span payload, int16_t *pcm, size_t size, size_t *ret_samples) {
    int decoded = opus_decode(decoder, payload.at, (opus_int32)payload.len, pcm, (int)size, 0);
    if (decoded < 0) {
        return decoded == OPUS_BUFFER_TOO_SMALL ? CF_ERR_NO_ROOM : CF_ERR_MALFORMED;
    }
    *ret_samples = (size_t)decoded;
    return CF_OK;
}

/* What the library makes up or recovers, for any number of samples: it only knows multiples of its unit. */
static void make_up(OpusDecoder *decoder, struct cf_span next, int16_t *pcm, size_t samples) {
    int16_t whole[CF_AUDIO_SAMPLES_MAX];
    size_t wanted = (samples + UNIT - 1) / UNIT * UNIT;
    wanted = wanted < CF_AUDIO_SAMPLES_MAX ? wanted : CF_AUDIO_SAMPLES_MAX;
    int made = opus_decode(decoder, next.at, (opus_int32)next.len, whole, (int)wanted, next.at != NULL);
    size_t usable = made < 0 ? 0 : (size_t)made < samples ? (size_t)made : samples;
    memcpy(pcm, whole, usable * sizeof(*pcm));
    memset(pcm + usable, 0, (samples - usable) * sizeof(*pcm));
}

static void conceal(void *decoder, int16_t *pcm, size_t samples) {
    make_up(decoder, (struct cf_span){NULL, 0}, pcm, samples);
}

static void decode_fec(void *decoder, struct cf_span next, int16_t *pcm, size_t samples) {
    make_up(decoder, next, pcm, samples);
}

static int bandwidth_of(uint32_t rate_hz) {
    return rate_hz <= 8000    ? OPUS_BANDWIDTH_NARROWBAND
           : rate_hz <= 12000 ? OPUS_BANDWIDTH_MEDIUMBAND
           : rate_hz <= 16000 ? OPUS_BANDWIDTH_WIDEBAND
           : rate_hz <= 24000 ? OPUS_BANDWIDTH_SUPERWIDEBAND
                              : OPUS_BANDWIDTH_FULLBAND;
}

/*
 * True if the library takes all of them: the values are ours, so it does. The application is AUDIO, not VOIP: phones have shaped
 * their speech for intelligibility already, doing so twice takes away from it, and costs three times as much.
 */
static bool configure(OpusEncoder *state, const struct cf_audio_params *params) {
    int sum = 0;
    sum |= opus_encoder_init(state, RATE_HZ, CHANNELS, OPUS_APPLICATION_AUDIO);
    sum |= opus_encoder_ctl(state, OPUS_SET_BITRATE((opus_int32)params->bitrate_bps));
    sum |= opus_encoder_ctl(state, OPUS_SET_COMPLEXITY(params->complexity_plus_1 - 1));
    sum |= opus_encoder_ctl(state, OPUS_SET_MAX_BANDWIDTH(bandwidth_of(params->playback_rate_hz)));
    sum |= opus_encoder_ctl(state, OPUS_SET_INBAND_FEC(params->fec ? 1 : 0));
    sum |= opus_encoder_ctl(state, OPUS_SET_PACKET_LOSS_PERC(params->loss_percent));
    sum |= opus_encoder_ctl(state, OPUS_SET_DTX(params->dtx ? 1 : 0));
    sum |= opus_encoder_ctl(state, OPUS_SET_VBR(params->cbr ? 0 : 1));
    return sum == OPUS_OK;
}

static void encoder_destroy(const struct cf_mem *mem, void *encoder) {
    cf_mem_free(mem, encoder, encoder_size());
}

static void *encoder_create(const struct cf_mem *mem, const struct cf_audio_params *params) {
    struct encoder *encoder = cf_mem_alloc(mem, encoder_size());
    if (encoder == NULL) {
        return NULL;
    }
    encoder->params = *params;
    if (!configure(encoder_state(encoder), params)) {
        encoder_destroy(mem, encoder);
        return NULL;
    }
    return encoder;
}

static void encoder_reset(void *object) {
    struct encoder *encoder = object;
    encoder->silent_samples = 0;
    (void)opus_encoder_ctl(encoder_state(encoder), OPUS_RESET_STATE);
}

static void encoder_copy(void *to, const void *from) {
    memcpy(to, from, encoder_size());
}

static bool is_silent(const int16_t *pcm, size_t samples) {
    int16_t bits = 0;
    for (size_t i = 0; i < samples; i++) {
        bits |= pcm[i];
    }
    return bits == 0;
}

/* Is @p pcm part of a silence that need not be sent? */
static bool can_leave_out(struct encoder *encoder, const int16_t *pcm, size_t samples) {
    if (!encoder->params.dtx || !is_silent(pcm, samples)) {
        encoder->silent_samples = 0;
        return false;
    }
    encoder->silent_samples += samples;
    if (encoder->silent_samples <= SILENT_UNTIL_DTX) {
        return false;
    }
    if (encoder->silent_samples <= SILENT_UNTIL_DTX + DTX_REFRESH) {
        return true;
    }
    encoder->silent_samples = SILENT_UNTIL_DTX;
    return false;
}

static enum cf_err encode(void *object, const int16_t *pcm, size_t samples, bool independent, uint8_t *out, size_t size,
                          size_t *ret_len) {
    struct encoder *encoder = object;
    OpusEncoder *state = encoder_state(encoder);
    if (can_leave_out(encoder, pcm, samples)) {
        *ret_len = 0;
        return CF_OK;
    }
    if (independent) {
        (void)opus_encoder_ctl(state, OPUS_SET_PREDICTION_DISABLED(1));
    }
    opus_int32 len = opus_encode(state, pcm, (int)samples, out, (opus_int32)size);
    if (independent) {
        (void)opus_encoder_ctl(state, OPUS_SET_PREDICTION_DISABLED(0));
    }
    if (len < 0) {
        return CF_ERR_NO_ROOM;
    }
    *ret_len = encoder->params.dtx && len <= DTX_LEN_MAX ? 0 : (size_t)len;
    return CF_OK;
}

const struct cf_audio_codec cf_codec_opus = {
    .name = "opus",
    .clock_hz = RATE_HZ,
    .rate_hz = RATE_HZ,
    .sdp_channels = 2,
    .static_payload_type = CF_AUDIO_PT_DYNAMIC,
    .has_fec = true,
    .normalise = normalise,
    .payload_ticks = payload_ticks,
    .is_dtx = is_dtx,
    .decoder_create = decoder_create,
    .decoder_destroy = decoder_destroy,
    .decoder_reset = decoder_reset,
    .decode = decode,
    .conceal = conceal,
    .decode_fec = decode_fec,
    .encoder_create = encoder_create,
    .encoder_destroy = encoder_destroy,
    .encoder_reset = encoder_reset,
    .encoder_copy = encoder_copy,
    .encode = encode,
};
