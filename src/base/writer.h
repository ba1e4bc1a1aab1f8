/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writer with a sticky error over a buffer of the caller: put many things, look once. After the first thing that doesn't fit the
 * writer takes no more and cf_writer_ok() is false. Value type; a copy taken earlier can be restored to undo.
 */
#ifndef CF_BASE_WRITER_H
#define CF_BASE_WRITER_H

#include "base/err.h"
#include "base/str.h"

/** A buffer that is being filled. */
struct cf_writer {
    uint8_t *base;   /**< start of the buffer, the caller's */
    size_t len;      /**< octets written */
    size_t size;     /**< octets in the buffer */
    enum cf_err err; /**< CF_OK or CF_ERR_NO_ROOM, sticky */
};

/** Begin writing into @p buffer of @p size octets, kept by reference. */
void cf_writer_init(struct cf_writer *w, void *buffer, size_t size);

/** True as long as everything has fitted. */
static inline bool cf_writer_ok(const struct cf_writer *w) {
    return w->err == CF_OK;
}

/** What has been written, as text or octets; valid as long as the buffer. */
static inline struct cf_str cf_writer_str(const struct cf_writer *w) {
    return cf_str_n((const char *)w->base, w->len);
}
static inline struct cf_span cf_writer_span(const struct cf_writer *w) {
    return (struct cf_span){w->base, w->len};
}

/** Reserve @p len octets and return them for filling, or NULL if there is no room. */
uint8_t *cf_writer_reserve(struct cf_writer *w, size_t len);

/** Octets, text, one character. */
void cf_put_bytes(struct cf_writer *w, const void *bytes, size_t len);
void cf_put(struct cf_writer *w, struct cf_str s);
void cf_put_char(struct cf_writer *w, char c);

/** A string literal. */
#define cf_put_lit(w, literal) cf_put((w), CF_STR(literal))

/** Network byte order. */
void cf_put_u8(struct cf_writer *w, uint8_t v);
void cf_put_u16(struct cf_writer *w, uint16_t v);
void cf_put_u24(struct cf_writer *w, uint32_t v);
void cf_put_u32(struct cf_writer *w, uint32_t v);
void cf_put_u64(struct cf_writer *w, uint64_t v);

/** Decimal and hexadecimal (lower case, two digits an octet) text. */
void cf_put_dec(struct cf_writer *w, uint64_t v);
void cf_put_hex(struct cf_writer *w, struct cf_span octets);

/** Base64 (RFC 4648 section 4) with padding. */
void cf_put_base64(struct cf_writer *w, struct cf_span octets);

#endif
