/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reader with a sticky error over octets of the caller: take many things, look once. Reading past the end gives zeros and makes
 * cf_reader_ok() false. Value type.
 */
#ifndef CF_BASE_READER_H
#define CF_BASE_READER_H

#include "base/err.h"
#include "base/str.h"

/** Octets that are being read. */
struct cf_reader {
    struct cf_span input; /**< all of the input, the caller's */
    size_t at;            /**< index of the next octet */
    enum cf_err err;      /**< CF_OK or CF_ERR_TRUNCATED, sticky */
};

/** Begin reading @p input, kept by reference. */
static inline void cf_reader_init(struct cf_reader *r, struct cf_span input) {
    *r = (struct cf_reader){.input = input};
}

/** True as long as nothing was read past the end. */
static inline bool cf_reader_ok(const struct cf_reader *r) {
    return r->err == CF_OK;
}

/** Octets that are left. */
static inline size_t cf_reader_left(const struct cf_reader *r) {
    return r->input.len - r->at;
}

/** The next @p len octets as a view; empty (and the error set) if there are fewer. */
struct cf_span cf_take(struct cf_reader *r, size_t len);

/** Everything that is left. */
struct cf_span cf_take_rest(struct cf_reader *r);

/** Numbers in network byte order. */
uint8_t cf_take_u8(struct cf_reader *r);
uint16_t cf_take_u16(struct cf_reader *r);
uint32_t cf_take_u24(struct cf_reader *r);
uint32_t cf_take_u32(struct cf_reader *r);
uint64_t cf_take_u64(struct cf_reader *r);

/**
 * Decode base64 (RFC 4648 section 4), padding optional, nothing else allowed in @p text.
 * Writes at most @p size octets to @p out. CF_ERR_MALFORMED, or CF_ERR_NO_ROOM if it does not fit.
 */
CF_MUST_USE enum cf_err cf_base64_decode(struct cf_str text, uint8_t *out, size_t size, size_t *ret_len);

/** Decode hexadecimal digits, two an octet. CF_ERR_MALFORMED, or CF_ERR_NO_ROOM if more than @p size octets. */
CF_MUST_USE enum cf_err cf_hex_decode(struct cf_str text, uint8_t *out, size_t size, size_t *ret_len);

/** Big-endian numbers at a place that is known to be long enough. */
static inline uint16_t cf_be16(const uint8_t *at) {
    return (uint16_t)((at[0] << 8) | at[1]);
}
static inline uint32_t cf_be32(const uint8_t *at) {
    return ((uint32_t)at[0] << 24) | ((uint32_t)at[1] << 16) | ((uint32_t)at[2] << 8) | at[3];
}
static inline void cf_set_be16(uint8_t *at, uint16_t v) {
    at[0] = (uint8_t)(v >> 8);
    at[1] = (uint8_t)v;
}
static inline void cf_set_be32(uint8_t *at, uint32_t v) {
    at[0] = (uint8_t)(v >> 24);
    at[1] = (uint8_t)(v >> 16);
    at[2] = (uint8_t)(v >> 8);
    at[3] = (uint8_t)v;
}
static inline void cf_set_be64(uint8_t *at, uint64_t v) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    v = __builtin_bswap64(v); /* compilers make vectors of eight stores, and forty instructions */
#endif
    memcpy(at, &v, sizeof v);
}

/** Little-endian ones, as media files have them. */
static inline uint16_t cf_le16(const uint8_t *at) {
    return (uint16_t)(at[0] | at[1] << 8);
}
static inline uint32_t cf_le32(const uint8_t *at) {
    return cf_le16(at) | (uint32_t)cf_le16(at + 2) << 16;
}

#endif
