/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ogg Opus files (RFC 7845) to samples: mono at 48 kHz. */
#ifndef CF_ADAPT_OPUS_OPUS_FILE_H
#define CF_ADAPT_OPUS_OPUS_FILE_H

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

/** Longest file that is taken, samples: ten minutes. */
#define CF_OPUS_FILE_SAMPLES_MAX ((size_t)600 * 48000)

/** Does @p file begin like one? */
bool cf_opus_file_is(struct cf_span file);

/**
 * Can @p file be decoded? Reads all of it, decodes nothing: checksums, headers, length, framing of packets. *ret_count: how many
 * samples it has. Errors as below, but CF_ERR_NO_MEMORY.
 */
CF_MUST_USE enum cf_err cf_opus_file_check(struct cf_span file, size_t *ret_count);

/**
 * Decode @p file: *ret_count samples at *ret_pcm, owned by the caller, freed with cf_mem_free(mem, pcm, count * 2).
 * Out-parameters are untouched on failure. CF_ERR_MALFORMED, CF_ERR_TRUNCATED, CF_ERR_UNSUPPORTED, CF_ERR_LIMIT (empty or too
 * long), CF_ERR_NO_MEMORY.
 */
CF_MUST_USE enum cf_err cf_opus_file_decode(const struct cf_mem *mem, struct cf_span file, int16_t **ret_pcm, size_t *ret_count);

#endif
