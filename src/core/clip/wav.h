/* SPDX-License-Identifier: GPL-3.0-or-later */
/* WAV files with 16-bit PCM (RIFF, WAVE_FORMAT_PCM): headers parsed and printed. A format. */
#ifndef CF_CORE_CLIP_WAV_H
#define CF_CORE_CLIP_WAV_H

#include "base/err.h"
#include "base/reader.h"
#include "base/writer.h"

/** Octets of a header as it is printed. */
#define CF_WAV_HEADER_LEN 44U

/** A file. */
struct cf_wav {
    uint32_t rate_hz;
    uint16_t channels;
    struct cf_span samples; /**< 16 bits each, least significant octet first; view into the file */
};

/** Read @p file. CF_ERR_MALFORMED, CF_ERR_TRUNCATED, CF_ERR_UNSUPPORTED (not 16-bit PCM). Unknown chunks are passed over. */
CF_MUST_USE enum cf_err cf_wav_parse(struct cf_span file, struct cf_wav *ret);

/** Sample @p index of channel 0 (mixed down with the others), by frame. */
int16_t cf_wav_sample(const struct cf_wav *wav, size_t index);

/** Frames (samples of each channel). */
size_t cf_wav_count(const struct cf_wav *wav);

/** Write a header for @p count mono samples. */
void cf_put_wav_header(struct cf_writer *w, uint32_t rate_hz, uint32_t count);

#endif
