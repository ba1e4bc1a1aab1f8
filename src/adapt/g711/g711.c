/* SPDX-License-Identifier: GPL-3.0-or-later */
/* G.711 companding. */
#include "adapt/g711/g711.h"

#include "core/mix/plc.h"

#define RATE_HZ 8000
#define PACKET_MAX (RATE_HZ / 1000 * CF_AUDIO_PACKET_MAX_MSEC)

/* Mu-law: 14 bit magnitudes with a bias of 33, all bits inverted on the wire. */
#define MU_BIAS 33
#define MU_CLIP 8158

/* Index of the highest bit set of @p value, which is not 0. */
static int highest_bit(uint32_t value) {
    return 31 - __builtin_clz(value);
}

uint8_t cf_g711_encode_mu(int16_t sample) {
    int32_t size = (sample < 0 ? ~(int32_t)sample : sample) >> 2;
    size = (size > MU_CLIP ? MU_CLIP : size) + MU_BIAS;
    int segment = highest_bit((uint32_t)size) - 5;
    uint32_t code = ((uint32_t)segment << 4) | (((uint32_t)size >> (segment + 1)) & 15U);
    return (uint8_t)(~(code | (sample < 0 ? 0x80U : 0U)) & 0xFFU);
}

int16_t cf_g711_decode_mu(uint8_t code) {
    uint32_t bits = ~(uint32_t)code & 0xFFU;
    int segment = (int)(bits >> 4) & 7;
    int32_t size = (int32_t)((((bits & 15U) << 1) + MU_BIAS) << segment) - MU_BIAS;
    return (int16_t)((bits & 0x80U) != 0 ? -size * 4 : size * 4);
}

/* A-law: 13 bit sign and magnitude, even bits inverted on the wire. */
#define A_INVERT 0x55U

uint8_t cf_g711_encode_a(int16_t sample) {
    uint32_t size = (uint32_t)(sample < 0 ? ~(int32_t)sample : sample) >> 3;
    int segment = size < 32 ? 0 : highest_bit(size) - 4;
    uint32_t mantissa = segment < 2 ? size >> 1 : size >> segment;
    uint32_t code = ((uint32_t)segment << 4) | (mantissa & 15U) | (sample < 0 ? 0U : 0x80U);
    return (uint8_t)((code ^ A_INVERT) & 0xFFU);
}

int16_t cf_g711_decode_a(uint8_t code) {
    uint32_t bits = (uint32_t)code ^ A_INVERT;
    int segment = (int)(bits >> 4) & 7;
    int32_t size = (int32_t)((bits & 15U) << 1) + 1;
    size = segment == 0 ? size : (size + 32) << (segment - 1);
    return (int16_t)((bits & 0x80U) != 0 ? size * 8 : -size * 8);
}

static void normalise(struct cf_audio_params *params) {
    *params = (struct cf_audio_params){.ptime_msec = params->ptime_msec};
}

static uint32_t payload_ticks(struct cf_span payload) {
    return payload.len <= PACKET_MAX ? (uint32_t)payload.len : 0;
}

static bool is_dtx(struct cf_span payload) {
    (void)payload;
    return false;
}

static void *decoder_create(const struct cf_mem *mem) {
    struct cf_plc *plc = cf_mem_alloc(mem, sizeof(*plc));
    if (plc != NULL) {
        cf_plc_init(plc, RATE_HZ);
    }
    return plc;
}

static void decoder_destroy(const struct cf_mem *mem, void *decoder) {
    cf_mem_free(mem, decoder, sizeof(struct cf_plc));
}

static void decoder_reset(void *decoder) {
    cf_plc_init(decoder, RATE_HZ);
}

static enum cf_err decode(struct cf_plc *plc, int16_t (*expand)(uint8_t), struct cf_span payload, int16_t *pcm, size_t size,
                          size_t *ret_samples) {
    if (payload.len > size) {
        return CF_ERR_NO_ROOM;
    }
    for (size_t i = 0; i < payload.len; i++) {
        pcm[i] = expand(payload.at[i]);
    }
    cf_plc_on_good(plc, pcm, payload.len);
    *ret_samples = payload.len;
    return CF_OK;
}

static enum cf_err decode_mu(void *decoder, struct cf_span payload, int16_t *pcm, size_t size, size_t *ret_samples) {
    return decode(decoder, cf_g711_decode_mu, payload, pcm, size, ret_samples);
}

static enum cf_err decode_a(void *decoder, struct cf_span payload, int16_t *pcm, size_t size, size_t *ret_samples) {
    return decode(decoder, cf_g711_decode_a, payload, pcm, size, ret_samples);
}

static void conceal(void *decoder, int16_t *pcm, size_t samples) {
    cf_plc_fill(decoder, pcm, samples);
}

/* An encoder remembers nothing, but a stream wants an object. */
static void *encoder_create(const struct cf_mem *mem, const struct cf_audio_params *params) {
    (void)params;
    return cf_mem_alloc(mem, 1);
}

static void encoder_destroy(const struct cf_mem *mem, void *encoder) {
    cf_mem_free(mem, encoder, 1);
}

static void encoder_reset(void *encoder) {
    (void)encoder;
}

static void encoder_copy(void *to, const void *from) {
    (void)to;
    (void)from;
}

static enum cf_err encode(uint8_t (*compress)(int16_t), const int16_t *pcm, size_t samples, uint8_t *out, size_t size,
                          size_t *ret_len) {
    if (samples > size) {
        return CF_ERR_NO_ROOM;
    }
    for (size_t i = 0; i < samples; i++) {
        out[i] = compress(pcm[i]);
    }
    *ret_len = samples;
    return CF_OK;
}

static enum cf_err encode_mu(void *encoder, const int16_t *pcm, size_t samples, bool independent, uint8_t *out, size_t size,
                             size_t *ret_len) {
    (void)encoder;
    (void)independent;
    return encode(cf_g711_encode_mu, pcm, samples, out, size, ret_len);
}

static enum cf_err encode_a(void *encoder, const int16_t *pcm, size_t samples, bool independent, uint8_t *out, size_t size,
                            size_t *ret_len) {
    (void)encoder;
    (void)independent;
    return encode(cf_g711_encode_a, pcm, samples, out, size, ret_len);
}

const struct cf_audio_codec cf_codec_pcmu = {
    .name = "PCMU",
    .clock_hz = RATE_HZ,
    .rate_hz = RATE_HZ,
    .sdp_channels = 1,
    .static_payload_type = 0,
    .normalise = normalise,
    .payload_ticks = payload_ticks,
    .is_dtx = is_dtx,
    .decoder_create = decoder_create,
    .decoder_destroy = decoder_destroy,
    .decoder_reset = decoder_reset,
    .decode = decode_mu,
    .conceal = conceal,
    .encoder_create = encoder_create,
    .encoder_destroy = encoder_destroy,
    .encoder_reset = encoder_reset,
    .encoder_copy = encoder_copy,
    .encode = encode_mu,
};

const struct cf_audio_codec cf_codec_pcma = {
    .name = "PCMA",
    .clock_hz = RATE_HZ,
    .rate_hz = RATE_HZ,
    .sdp_channels = 1,
    .static_payload_type = 8,
    .normalise = normalise,
    .payload_ticks = payload_ticks,
    .is_dtx = is_dtx,
    .decoder_create = decoder_create,
    .decoder_destroy = decoder_destroy,
    .decoder_reset = decoder_reset,
    .decode = decode_a,
    .conceal = conceal,
    .encoder_create = encoder_create,
    .encoder_destroy = encoder_destroy,
    .encoder_reset = encoder_reset,
    .encoder_copy = encoder_copy,
    .encode = encode_a,
};
