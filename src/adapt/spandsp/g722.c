/* SPDX-License-Identifier: GPL-3.0-or-later */
/* G.722 by spandsp. */
#include "adapt/spandsp/g722.h"

#include "core/mix/plc.h"
#include <spandsp/telephony.h>
/* Telephony types first. */
#include <spandsp/g722.h>
#include <spandsp/private/g722.h>

#define CLOCK_HZ 8000
#define RATE_HZ 16000
#define BITRATE_BPS 64000

/* Two samples an octet. */
#define PACKET_MAX (CLOCK_HZ / 1000 * CF_AUDIO_PACKET_MAX_MSEC)

/* A decoder and what it needs when a packet is missing. The library's state lies in our memory. */
struct decoder {
    g722_decode_state_t state;
    struct cf_plc plc;
};

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

static void decoder_reset(void *object) {
    struct decoder *decoder = object;
    (void)g722_decode_init(&decoder->state, BITRATE_BPS, 0);
    cf_plc_init(&decoder->plc, RATE_HZ);
}

static void *decoder_create(const struct cf_mem *mem) {
    struct decoder *decoder = cf_mem_alloc(mem, sizeof(*decoder));
    if (decoder != NULL) {
        decoder_reset(decoder);
    }
    return decoder;
}

static void decoder_destroy(const struct cf_mem *mem, void *decoder) {
    cf_mem_free(mem, decoder, sizeof(struct decoder));
}

static enum cf_err decode(void *object, struct cf_span payload, int16_t *pcm, size_t size, size_t *ret_samples) {
    struct decoder *decoder = object;
    if (payload.len * 2 > size || payload.len > PACKET_MAX) {
        return CF_ERR_NO_ROOM;
    }
    size_t samples = (size_t)g722_decode(&decoder->state, pcm, payload.at, (int)payload.len);
    cf_plc_on_good(&decoder->plc, pcm, samples);
    *ret_samples = samples;
    return CF_OK;
}

static void conceal(void *object, int16_t *pcm, size_t samples) {
    struct decoder *decoder = object;
    cf_plc_fill(&decoder->plc, pcm, samples);
}

static void encoder_reset(void *encoder) {
    (void)g722_encode_init(encoder, BITRATE_BPS, 0);
}

static void *encoder_create(const struct cf_mem *mem, const struct cf_audio_params *params) {
    (void)params;
    g722_encode_state_t *encoder = cf_mem_alloc(mem, sizeof(*encoder));
    if (encoder != NULL) {
        encoder_reset(encoder);
    }
    return encoder;
}

static void encoder_destroy(const struct cf_mem *mem, void *encoder) {
    cf_mem_free(mem, encoder, sizeof(g722_encode_state_t));
}

static void encoder_copy(void *to, const void *from) {
    memcpy(to, from, sizeof(g722_encode_state_t));
}

static enum cf_err encode(void *encoder, const int16_t *pcm, size_t samples, bool independent, uint8_t *out, size_t size,
                          size_t *ret_len) {
    /* Adaptive prediction without side information: a decoder that heard another encoder comes round within milliseconds. */
    (void)independent;
    if (samples / 2 > size) {
        return CF_ERR_NO_ROOM;
    }
    *ret_len = (size_t)g722_encode(encoder, out, pcm, (int)samples);
    return CF_OK;
}

const struct cf_audio_codec cf_codec_g722 = {
    .name = "G722",
    .clock_hz = CLOCK_HZ,
    .rate_hz = RATE_HZ,
    .sdp_channels = 1,
    .static_payload_type = 9,
    .normalise = normalise,
    .payload_ticks = payload_ticks,
    .is_dtx = is_dtx,
    .decoder_create = decoder_create,
    .decoder_destroy = decoder_destroy,
    .decoder_reset = decoder_reset,
    .decode = decode,
    .conceal = conceal,
    .encoder_create = encoder_create,
    .encoder_destroy = encoder_destroy,
    .encoder_reset = encoder_reset,
    .encoder_copy = encoder_copy,
    .encode = encode,
};
