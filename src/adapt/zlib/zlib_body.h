/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Content-Encoding "deflate" (RFC 9110 section 8.4.1.2: the zlib format of RFC 1950) for bodies of messages, whole buffers at a
 * time. Inflating stops at the size of the caller's buffer, so that a small body can't become a large one (decompression bombs),
 * and takes bare RFC 1951 data too, which some senders mean by the same name. Stateless; any thread.
 */
#ifndef CF_ADAPT_ZLIB_ZLIB_BODY_H
#define CF_ADAPT_ZLIB_ZLIB_BODY_H

#include "base/err.h"
#include "base/mem.h"

/**
 * Inflate all of @p in to @p out. CF_ERR_MALFORMED (bad data, or something behind its end), CF_ERR_TRUNCATED (it ends too early),
 * CF_ERR_LIMIT (more than @p size octets), CF_ERR_NO_MEMORY. @p out may have been written to then; *ret_len is untouched.
 * Needs about 10 kB and the 32 kB window from @p mem while it runs.
 */
CF_MUST_USE enum cf_err cf_zlib_inflate(const struct cf_mem *mem, struct cf_span in, uint8_t *out, size_t size, size_t *ret_len);

/** Deflate @p in to @p out. CF_ERR_NO_ROOM, CF_ERR_NO_MEMORY. Needs memory of about 12 times the input, 200 kB at most. */
CF_MUST_USE enum cf_err cf_zlib_deflate(const struct cf_mem *mem, struct cf_span in, uint8_t *out, size_t size, size_t *ret_len);

#endif
