/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Codec and resampler for tests. */
#include "lib/test_codec.h"

#include "lib/test.h"

/* What concealment sounds like. */
#define CONCEALED 7

struct encoder {
    uint32_t next_number;
    struct cf_audio_params params;
};

struct resampler {
    uint32_t in_hz;
    uint32_t out_hz;
};

struct cf_span test_frame_span(const struct test_frame *frame) {
    return (struct cf_span){(const uint8_t *)frame, sizeof *frame};
}

struct test_frame test_frame_of(struct cf_span payload) {
    struct test_frame frame;
    assert_int_equal(payload.len, sizeof frame);
    memcpy(&frame, payload.at, sizeof frame);
    return frame;
}

static void normalise(struct cf_audio_params *params) {
    params->bitrate_bps = params->bitrate_bps == 0 ? 64000 : params->bitrate_bps;
    params->playback_rate_hz = params->playback_rate_hz == 0 ? 48000 : params->playback_rate_hz;
}

static uint32_t ticks_at(struct cf_span payload, uint32_t clock_hz) {
    struct test_frame frame;
    if (payload.len != sizeof frame) {
        return 0;
    }
    memcpy(&frame, payload.at, sizeof frame);
    return frame.msec <= CF_AUDIO_PACKET_MAX_MSEC ? clock_hz / 1000 * frame.msec : 0;
}

static uint32_t payload_ticks(struct cf_span payload) {
    return ticks_at(payload, 48000);
}

static uint32_t payload_ticks_slow(struct cf_span payload) {
    return ticks_at(payload, 8000);
}

static bool is_dtx(struct cf_span payload) {
    return test_frame_of(payload).is_dtx;
}

static void *decoder_create(const struct cf_mem *mem) {
    return cf_mem_alloc(mem, 1);
}

static void decoder_destroy(const struct cf_mem *mem, void *decoder) {
    cf_mem_free(mem, decoder, 1);
}

static void decoder_reset(void *decoder) {
    (void)decoder;
}

static void fill(int16_t *pcm, size_t samples, int16_t value) {
    for (size_t i = 0; i < samples; i++) {
        pcm[i] = value;
    }
}

static enum cf_err decode_at(uint32_t rate_hz, struct cf_span payload, int16_t *pcm, size_t size, size_t *ret_samples) {
    struct test_frame frame = test_frame_of(payload);
    size_t samples = (size_t)rate_hz / 1000 * frame.msec;
    if (frame.is_broken) {
        return CF_ERR_MALFORMED;
    }
    assert_true(samples <= size);
    fill(pcm, samples, frame.value);
    *ret_samples = samples;
    return CF_OK;
}

static enum cf_err decode(void *decoder, struct cf_span payload, int16_t *pcm, size_t size, size_t *ret_samples) {
    (void)decoder;
    return decode_at(48000, payload, pcm, size, ret_samples);
}

static enum cf_err decode_slow(void *decoder, struct cf_span payload, int16_t *pcm, size_t size, size_t *ret_samples) {
    (void)decoder;
    return decode_at(8000, payload, pcm, size, ret_samples);
}

static void conceal(void *decoder, int16_t *pcm, size_t samples) {
    (void)decoder;
    fill(pcm, samples, CONCEALED);
}

static void decode_fec(void *decoder, struct cf_span next, int16_t *pcm, size_t samples) {
    (void)decoder;
    fill(pcm, samples, (int16_t)(test_frame_of(next).value - 1));
}

static void *encoder_create(const struct cf_mem *mem, const struct cf_audio_params *params) {
    struct encoder *encoder = cf_mem_alloc(mem, sizeof *encoder);
    if (encoder != NULL) {
        encoder->params = *params;
    }
    return encoder;
}

static void encoder_destroy(const struct cf_mem *mem, void *encoder) {
    cf_mem_free(mem, encoder, sizeof(struct encoder));
}

static void encoder_reset(void *encoder) {
    ((struct encoder *)encoder)->next_number = 0;
}

static void encoder_copy(void *to, const void *from) {
    memcpy(to, from, sizeof(struct encoder));
}

static bool is_silent(const int16_t *pcm, size_t samples) {
    for (size_t i = 0; i < samples; i++) {
        if (pcm[i] != 0) {
            return false;
        }
    }
    return true;
}

static enum cf_err encode(void *object, const int16_t *pcm, size_t samples, bool independent, uint8_t *out, size_t size,
                          size_t *ret_len) {
    struct encoder *encoder = object;
    struct test_frame frame = {.number = encoder->next_number++,
                               .msec = encoder->params.ptime_msec,
                               .value = pcm[0],
                               .last = pcm[samples - 1],
                               .independent = independent,
                               .params = encoder->params};
    assert_true(size >= sizeof frame);
    memcpy(out, &frame, sizeof frame);
    *ret_len = encoder->params.dtx && is_silent(pcm, samples) ? 0 : sizeof frame;
    return CF_OK;
}

const struct cf_audio_codec test_codec = {
    .name = "fake",
    .clock_hz = 48000,
    .rate_hz = 48000,
    .sdp_channels = 1,
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

const struct cf_audio_codec test_codec_slow = {
    .name = "slow",
    .clock_hz = 8000,
    .rate_hz = 8000,
    .sdp_channels = 1,
    .static_payload_type = CF_AUDIO_PT_DYNAMIC,
    .normalise = normalise,
    .payload_ticks = payload_ticks_slow,
    .is_dtx = is_dtx,
    .decoder_create = decoder_create,
    .decoder_destroy = decoder_destroy,
    .decoder_reset = decoder_reset,
    .decode = decode_slow,
    .conceal = conceal,
    .encoder_create = encoder_create,
    .encoder_destroy = encoder_destroy,
    .encoder_reset = encoder_reset,
    .encoder_copy = encoder_copy,
    .encode = encode,
};

static void *resampler_create(const struct cf_mem *mem, uint32_t in_hz, uint32_t out_hz) {
    struct resampler *resampler = cf_mem_alloc(mem, sizeof *resampler);
    if (resampler != NULL) {
        *resampler = (struct resampler){in_hz, out_hz};
    }
    return resampler;
}

static void resampler_destroy(const struct cf_mem *mem, void *resampler) {
    cf_mem_free(mem, resampler, sizeof(struct resampler));
}

static void resampler_reset(void *resampler) {
    (void)resampler;
}

static void resampler_process(void *object, const int16_t *in, size_t in_count, int16_t *out) {
    const struct resampler *resampler = object;
    size_t out_count = in_count * resampler->out_hz / resampler->in_hz;
    for (size_t i = 0; i < out_count; i++) {
        out[i] = in[i * resampler->in_hz / resampler->out_hz];
    }
}

const struct cf_resampler test_resampler = {resampler_create, resampler_destroy, resampler_reset, resampler_process};
