/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Content-Encoding "deflate". */
#define ZLIB_CONST
#include "adapt/zlib/zlib_body.h"

#include <limits.h>
#include <stdalign.h>
#include <zlib.h>

#define LEVEL 6
#define WINDOW_BITS_MAX 15

/** In front of each block that zlib has: cf_mem wants the size back. */
union block {
    size_t size;
    max_align_t align;
};

static voidpf take(voidpf opaque, uInt items, uInt size) {
    size_t len = sizeof(union block) + (size_t)items * size;
    union block *block = cf_mem_alloc(opaque, len);
    if (block == NULL) {
        return Z_NULL;
    }
    block->size = len;
    return block + 1;
}

static void give(voidpf opaque, voidpf address) {
    union block *block = (union block *)address - 1;
    cf_mem_free(opaque, block, block->size);
}

static void begin(z_stream *z, const struct cf_mem *mem, struct cf_span in, uint8_t *out, size_t size) {
    /* zlib does not say const, but only hands it back to us. */
    *z = (z_stream){.zalloc = take,
                    .zfree = give,
                    .opaque = (void *)(uintptr_t)mem,
                    .next_in = in.at,
                    .avail_in = (uInt)in.len,
                    .next_out = out,
                    .avail_out = (uInt)size};
}

/* RFC 1950 section 2.2: method 8, and the check bits. */
static bool has_zlib_header(struct cf_span in) {
    return in.len >= 2 && (in.at[0] & 0x0F) == 8 && ((unsigned)in.at[0] * 256 + in.at[1]) % 31 == 0;
}

static enum cf_err inflate_err(int code, const z_stream *z) {
    switch (code) {
    case Z_STREAM_END:
        return z->avail_in == 0 ? CF_OK : CF_ERR_MALFORMED;
    case Z_OK:
    case Z_BUF_ERROR:
        return z->avail_out == 0 ? CF_ERR_LIMIT : CF_ERR_TRUNCATED;
    case Z_MEM_ERROR:
        return CF_ERR_NO_MEMORY;
    default: /* Z_DATA_ERROR, and Z_NEED_DICT, which nobody has agreed on */
        return CF_ERR_MALFORMED;
    }
}

enum cf_err cf_zlib_inflate(const struct cf_mem *mem, struct cf_span in, uint8_t *out, size_t size, size_t *ret_len) {
    z_stream z;
    if (in.len > INT_MAX || size > INT_MAX) {
        return CF_ERR_LIMIT;
    }
    begin(&z, mem, in, out, size);
    if (inflateInit2(&z, has_zlib_header(in) ? WINDOW_BITS_MAX : -WINDOW_BITS_MAX) != Z_OK) {
        return CF_ERR_NO_MEMORY;
    }
    enum cf_err err = inflate_err(inflate(&z, Z_FINISH), &z);
    if (err == CF_OK) {
        *ret_len = size - z.avail_out;
    }
    (void)inflateEnd(&z);
    return err;
}

/* The smallest window that holds the input: memory and its clearing are what a small body costs. zlib has no working 8. */
static int window_bits(size_t len) {
    int bits = 9;
    while (bits < WINDOW_BITS_MAX && ((size_t)1 << bits) < len) {
        bits++;
    }
    return bits;
}

enum cf_err cf_zlib_deflate(const struct cf_mem *mem, struct cf_span in, uint8_t *out, size_t size, size_t *ret_len) {
    z_stream z;
    if (in.len > INT_MAX || size > INT_MAX) {
        return CF_ERR_NO_ROOM;
    }
    begin(&z, mem, in, out, size);
    int bits = window_bits(in.len);
    if (deflateInit2(&z, LEVEL, Z_DEFLATED, bits, bits - 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        return CF_ERR_NO_MEMORY;
    }
    bool is_done = deflate(&z, Z_FINISH) == Z_STREAM_END;
    if (is_done) {
        *ret_len = size - z.avail_out;
    }
    (void)deflateEnd(&z);
    return is_done ? CF_OK : CF_ERR_NO_ROOM;
}
