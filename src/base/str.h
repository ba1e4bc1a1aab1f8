/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Spans: views of text (cf_str) and of octets (cf_span) in memory that somebody else owns. Value types, copied freely,
 * never NUL-terminated, valid as long as the memory behind them. An absent string has at == NULL; an empty one does not.
 */
#ifndef CF_BASE_STR_H
#define CF_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/** A view of text. */
struct cf_str {
    const char *at; /**< first octet; NULL if the string is absent */
    size_t len;     /**< octets, no terminator */
};

/** A view of octets. */
struct cf_span {
    const uint8_t *at; /**< first octet */
    size_t len;        /**< octets */
};

/** A cf_str of a string literal, usable as an expression. */
#define CF_STR(literal) ((struct cf_str){"" literal "", sizeof(literal) - 1})

/** A cf_str of a string literal, usable in static initialisers. */
#define CF_STR_INIT(literal)                                                                                                     \
    { "" literal "", sizeof(literal) - 1 }

/** The absent string. */
#define CF_STR_NONE ((struct cf_str){NULL, 0})

/** For printf("%.*s"). */
#define CF_STR_ARG(s) (int)(s).len, (s).at

/** A view of a NUL-terminated string; absent if @p text is NULL. */
struct cf_str cf_str_of(const char *text);

/** A view of @p len octets of text at @p at. */
static inline struct cf_str cf_str_n(const char *at, size_t len) {
    return (struct cf_str){at, len};
}

/** The same octets as a span. */
static inline struct cf_span cf_str_span(struct cf_str s) {
    return (struct cf_span){(const uint8_t *)s.at, s.len};
}

/** The same octets as text. */
static inline struct cf_str cf_span_str(struct cf_span s) {
    return (struct cf_str){(const char *)s.at, s.len};
}

/** True if there is no octet in @p s. */
static inline bool cf_str_is_empty(struct cf_str s) {
    return s.len == 0;
}

/** Octet-wise equality. Here, since names are compared with tables of names all the time, and most differ by their lengths. */
static inline bool cf_str_eq(struct cf_str a, struct cf_str b) {
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

/** @p len octets (0: equal) are the same without regard to the case of ASCII letters; for cf_str_eq_nocase(). */
bool cf_octets_eq_nocase(const char *a, const char *b, size_t len);

/** Equality without regard to the case of ASCII letters. */
static inline bool cf_str_eq_nocase(struct cf_str a, struct cf_str b) {
    return a.len == b.len && cf_octets_eq_nocase(a.at, b.at, a.len);
}

/** Octet-wise order as memcmp(): negative, 0, positive; a prefix is less. */
int cf_str_cmp(struct cf_str a, struct cf_str b);

/** True if @p s begins with @p prefix. */
bool cf_str_starts(struct cf_str s, struct cf_str prefix);

/** True if @p s begins with @p prefix, ASCII case ignored. */
bool cf_str_starts_nocase(struct cf_str s, struct cf_str prefix);

/** True if @p s ends with @p suffix. */
bool cf_str_ends(struct cf_str s, struct cf_str suffix);

/** @p s without its first @p n octets (all of them if it is shorter). */
static inline struct cf_str cf_str_skip(struct cf_str s, size_t n) {
    size_t skipped = n < s.len ? n : s.len;
    return s.at == NULL ? s : cf_str_n(s.at + skipped, s.len - skipped);
}

/** The first @p n octets of @p s. */
static inline struct cf_str cf_str_head(struct cf_str s, size_t n) {
    return cf_str_n(s.at, n < s.len ? n : s.len);
}

/** @p s without spaces, tabs, CR and LF at both ends. */
struct cf_str cf_str_trim(struct cf_str s);

/** Index of the first @p octet in @p s, or s.len if there is none. */
size_t cf_str_find(struct cf_str s, char octet);

/** Index of the first occurrence of @p needle in @p s, or s.len if there is none. */
size_t cf_str_find_str(struct cf_str s, struct cf_str needle);

/**
 * Cut the part before the first @p separator off @p rest and return it; @p rest is then what follows the separator. Without a
 * separator all of @p rest is returned and @p rest becomes absent. Loop: `while (rest.at) part = cf_str_cut(&rest, ',');`
 */
struct cf_str cf_str_cut(struct cf_str *rest, char separator);

/** All of @p s as a decimal number of at most @p max. False (and @p ret untouched) if it is anything else. */
bool cf_str_to_u64(struct cf_str s, uint64_t max, uint64_t *ret);

/** As cf_str_to_u64() for 32 bits. */
bool cf_str_to_u32(struct cf_str s, uint32_t max, uint32_t *ret);

/** ASCII lower case of one octet. */
static inline char cf_ascii_lower(char c) {
    return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

/** ASCII decimal digit? */
static inline bool cf_ascii_is_digit(char c) {
    return c >= '0' && c <= '9';
}

/** ASCII letter? */
static inline bool cf_ascii_is_alpha(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/** Value of a hexadecimal digit, or -1. */
int cf_ascii_hex_value(char c);

/** Is @p text 1 to @p max letters, digits and characters of @p others? */
bool cf_str_is_made_of(struct cf_str text, struct cf_str others, size_t max);

/** Is @p text @p least to @p most decimal digits? */
bool cf_str_is_digits(struct cf_str text, size_t least, size_t most);

/** True if @p s is well-formed UTF-8 (RFC 3629): no overlong form, no surrogate, nothing above U+10FFFF. */
bool cf_str_is_utf8(struct cf_str s);

#endif
