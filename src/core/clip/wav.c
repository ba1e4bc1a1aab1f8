/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/clip/wav.h"

#include "base/bug.h"

#define FORMAT_PCM 1U
#define FORMAT_EXTENSIBLE 0xfffeU
#define CHUNK_HEAD 8U

static void put_le16(struct cf_writer *w, uint32_t v) {
    cf_put_u8(w, (uint8_t)v);
    cf_put_u8(w, (uint8_t)(v >> 8));
}

static void put_le32(struct cf_writer *w, uint32_t v) {
    put_le16(w, v);
    put_le16(w, v >> 16);
}

static bool is_tag(const uint8_t *at, const char *tag) {
    return memcmp(at, tag, 4) == 0;
}

static enum cf_err take_format(const uint8_t *at, size_t len, struct cf_wav *wav) {
    if (len < 16) {
        return CF_ERR_TRUNCATED;
    }
    uint16_t format = cf_le16(at);
    wav->channels = cf_le16(at + 2);
    wav->rate_hz = cf_le32(at + 4);
    if ((format != FORMAT_PCM && format != FORMAT_EXTENSIBLE) || cf_le16(at + 14) != 16) {
        return CF_ERR_UNSUPPORTED;
    }
    return wav->channels == 0 || wav->rate_hz == 0 ? CF_ERR_MALFORMED : CF_OK;
}

enum cf_err cf_wav_parse(struct cf_span file, struct cf_wav *ret) {
    struct cf_wav wav = {.rate_hz = 0};
    if (file.len < 12) {
        return CF_ERR_TRUNCATED;
    }
    if (!is_tag(file.at, "RIFF") || !is_tag(file.at + 8, "WAVE")) {
        return CF_ERR_MALFORMED;
    }
    for (size_t at = 12; file.len - at >= CHUNK_HEAD;) {
        const uint8_t *chunk = file.at + at;
        size_t len = cf_le32(chunk + 4);
        size_t left = file.len - at - CHUNK_HEAD;
        if (is_tag(chunk, "data")) {
            /* A recording that was cut off says more than it has. */
            wav.samples = (struct cf_span){chunk + CHUNK_HEAD, len < left ? len : left};
            break;
        }
        if (len > left) {
            return CF_ERR_TRUNCATED;
        }
        enum cf_err err = is_tag(chunk, "fmt ") ? take_format(chunk + CHUNK_HEAD, len, &wav) : CF_OK;
        if (err != CF_OK) {
            return err;
        }
        size_t step = CHUNK_HEAD + len + (len & 1U);
        at = step > file.len - at ? file.len : at + step;
    }
    if (wav.rate_hz == 0 || wav.channels == 0 || wav.samples.at == NULL) {
        return CF_ERR_MALFORMED;
    }
    *ret = wav;
    return CF_OK;
}

size_t cf_wav_count(const struct cf_wav *wav) {
    cf_assert(wav->channels > 0);
    return wav->samples.len / 2 / wav->channels;
}

int16_t cf_wav_sample(const struct cf_wav *wav, size_t index) {
    int32_t sum = 0;
    cf_assert(wav->channels > 0);
    for (size_t i = 0; i < wav->channels; i++) {
        sum += (int16_t)cf_le16(wav->samples.at + (index * wav->channels + i) * 2);
    }
    return (int16_t)(sum / wav->channels);
}

void cf_put_wav_header(struct cf_writer *w, uint32_t rate_hz, uint32_t count) {
    cf_put_lit(w, "RIFF");
    put_le32(w, CF_WAV_HEADER_LEN - 8 + count * 2);
    cf_put_lit(w, "WAVEfmt ");
    put_le32(w, 16);
    put_le16(w, FORMAT_PCM);
    put_le16(w, 1);
    put_le32(w, rate_hz);
    put_le32(w, rate_hz * 2);
    put_le16(w, 2);
    put_le16(w, 16);
    cf_put_lit(w, "data");
    put_le32(w, count * 2);
}
