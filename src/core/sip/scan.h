/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The scanner below the parsers of this folder and of core/mime: a text, a position, and runs of octets of one class (RFC 3261
 * section 25.1). A parser called _scan() takes what it knows at the position and stops behind it; if it fails, the position is
 * where, so that an error has its offset. Blanks are LWS: space, tab, and CR LF before one of them; the splitter of fields has
 * refused every other CR and LF.
 */
#ifndef CF_CORE_SIP_SCAN_H
#define CF_CORE_SIP_SCAN_H

#include "base/addr.h"
#include "base/err.h"
#include "base/str.h"
#include "core/sip/params.h"

/** A text that is being scanned. */
struct cf_sip_scan {
    struct cf_str in; /**< all of it, the caller's */
    size_t at;        /**< index of the next octet, at most in.len */
};

/** A set of octets, one bit each: those of 0 to 63 first. None of our sets has octets above 127. */
struct cf_sip_class {
    uint64_t bits[4];
};

/** Bits of single octets, for the constants below. */
#define CF_SIP_LOW(c) ((uint64_t)1 << (c))
#define CF_SIP_HIGH(c) ((uint64_t)1 << ((c)-64))

/** Digits and letters. */
#define CF_SIP_DIGITS_LOW ((uint64_t)0x3FF << '0')
#define CF_SIP_LETTERS_HIGH (((uint64_t)0x3FFFFFF << ('A' - 64)) | ((uint64_t)0x3FFFFFF << ('a' - 64)))

/** unreserved = alphanum / mark */
#define CF_SIP_UNRESERVED_LOW                                                                                                    \
    (CF_SIP_DIGITS_LOW | CF_SIP_LOW('-') | CF_SIP_LOW('.') | CF_SIP_LOW('!') | CF_SIP_LOW('*') | CF_SIP_LOW('\'') |              \
     CF_SIP_LOW('(') | CF_SIP_LOW(')'))
#define CF_SIP_UNRESERVED_HIGH (CF_SIP_LETTERS_HIGH | CF_SIP_HIGH('_') | CF_SIP_HIGH('~'))

/** digit */
#define CF_SIP_CLASS_DIGIT ((struct cf_sip_class){{CF_SIP_DIGITS_LOW, 0}})

/** token */
#define CF_SIP_CLASS_TOKEN                                                                                                       \
    ((struct cf_sip_class){{CF_SIP_DIGITS_LOW | CF_SIP_LOW('-') | CF_SIP_LOW('.') | CF_SIP_LOW('!') | CF_SIP_LOW('%') |          \
                                CF_SIP_LOW('*') | CF_SIP_LOW('+') | CF_SIP_LOW('\''),                                            \
                            CF_SIP_LETTERS_HIGH | CF_SIP_HIGH('_') | CF_SIP_HIGH('`') | CF_SIP_HIGH('~')}})

/** word: of Call-ID */
#define CF_SIP_CLASS_WORD                                                                                                        \
    ((struct cf_sip_class){{CF_SIP_DIGITS_LOW | CF_SIP_LOW('-') | CF_SIP_LOW('.') | CF_SIP_LOW('!') | CF_SIP_LOW('%') |          \
                                CF_SIP_LOW('*') | CF_SIP_LOW('+') | CF_SIP_LOW('\'') | CF_SIP_LOW('(') | CF_SIP_LOW(')') |       \
                                CF_SIP_LOW('<') | CF_SIP_LOW('>') | CF_SIP_LOW(':') | CF_SIP_LOW('"') | CF_SIP_LOW('/') |        \
                                CF_SIP_LOW('?'),                                                                                 \
                            CF_SIP_LETTERS_HIGH | CF_SIP_HIGH('_') | CF_SIP_HIGH('`') | CF_SIP_HIGH('~') | CF_SIP_HIGH('\\') |   \
                                CF_SIP_HIGH('[') | CF_SIP_HIGH(']') | CF_SIP_HIGH('{') | CF_SIP_HIGH('}')}})

/** host names: with '_', which the grammar lacks and the world uses */
#define CF_SIP_CLASS_HOST                                                                                                        \
    ((struct cf_sip_class){{CF_SIP_DIGITS_LOW | CF_SIP_LOW('-') | CF_SIP_LOW('.'), CF_SIP_LETTERS_HIGH | CF_SIP_HIGH('_')}})

/** user: unreserved / user-unreserved */
#define CF_SIP_CLASS_USER                                                                                                        \
    ((struct cf_sip_class){{CF_SIP_UNRESERVED_LOW | CF_SIP_LOW('&') | CF_SIP_LOW('=') | CF_SIP_LOW('+') | CF_SIP_LOW('$') |      \
                                CF_SIP_LOW(',') | CF_SIP_LOW(';') | CF_SIP_LOW('?') | CF_SIP_LOW('/'),                           \
                            CF_SIP_UNRESERVED_HIGH}})

/** password */
#define CF_SIP_CLASS_PASSWORD                                                                                                    \
    ((struct cf_sip_class){                                                                                                      \
        {CF_SIP_UNRESERVED_LOW | CF_SIP_LOW('&') | CF_SIP_LOW('=') | CF_SIP_LOW('+') | CF_SIP_LOW('$') | CF_SIP_LOW(','),        \
         CF_SIP_UNRESERVED_HIGH}})

/** paramchar: param-unreserved / unreserved */
#define CF_SIP_CLASS_URI_PARAM                                                                                                   \
    ((struct cf_sip_class){                                                                                                      \
        {CF_SIP_UNRESERVED_LOW | CF_SIP_LOW('/') | CF_SIP_LOW(':') | CF_SIP_LOW('&') | CF_SIP_LOW('+') | CF_SIP_LOW('$'),        \
         CF_SIP_UNRESERVED_HIGH | CF_SIP_HIGH('[') | CF_SIP_HIGH(']')}})

/** hname and hvalue: hnv-unreserved / unreserved */
#define CF_SIP_CLASS_URI_HEADER                                                                                                  \
    ((struct cf_sip_class){                                                                                                      \
        {CF_SIP_UNRESERVED_LOW | CF_SIP_LOW('/') | CF_SIP_LOW('?') | CF_SIP_LOW(':') | CF_SIP_LOW('+') | CF_SIP_LOW('$'),        \
         CF_SIP_UNRESERVED_HIGH | CF_SIP_HIGH('[') | CF_SIP_HIGH(']')}})

/** What may stand in a URI of another scheme: visible ASCII but for quotes and angle brackets. */
#define CF_SIP_CLASS_OPAQUE                                                                                                      \
    ((struct cf_sip_class){{~(uint64_t)0 & ~((CF_SIP_LOW('!') - 1) | CF_SIP_LOW('"') | CF_SIP_LOW('<') | CF_SIP_LOW('>')),       \
                            ~(uint64_t)0 & ~CF_SIP_HIGH(127)}})

/**
 * Value of a header parameter that is no quoted string. token / host in the grammar; we take every visible ASCII octet that
 * separates nothing, because base64 tags and unquoted slashes are common.
 */
#define CF_SIP_CLASS_PARAM_VALUE                                                                                                 \
    ((struct cf_sip_class){{~(uint64_t)0 & ~((CF_SIP_LOW('!') - 1) | CF_SIP_LOW('"') | CF_SIP_LOW('<') | CF_SIP_LOW('>') |       \
                                             CF_SIP_LOW(',') | CF_SIP_LOW(';')),                                                 \
                            ~(uint64_t)0 & ~CF_SIP_HIGH(127)}})

/** Is @p c in the class? Never for octets above 127. Without a branch, as letters and digits come in no order. */
static inline bool cf_sip_class_has(const struct cf_sip_class *class, char c) {
    uint8_t u = (uint8_t)c;
    return (class->bits[u / 64] >> (u % 64)) & 1;
}

/** Begin at the start of @p in; an absent text is an empty one. */
static inline struct cf_sip_scan cf_sip_scan_of(struct cf_str in) {
    return (struct cf_sip_scan){.in = in.at ? in : CF_STR("")};
}

/** Is everything scanned? */
static inline bool cf_sip_scan_is_end(const struct cf_sip_scan *s) {
    return s->at == s->in.len;
}

/** The next octet, or 0 at the end. */
static inline char cf_sip_scan_peek(const struct cf_sip_scan *s) {
    return s->at < s->in.len ? s->in.at[s->at] : '\0';
}

/** What is left. */
static inline struct cf_str cf_sip_scan_rest(const struct cf_sip_scan *s) {
    return cf_str_n(s->in.at + s->at, s->in.len - s->at);
}

/** From @p start to the position. */
static inline struct cf_str cf_sip_scan_since(const struct cf_sip_scan *s, size_t start) {
    return cf_str_n(s->in.at + start, s->at - start);
}

/** Skip blanks. True if there was one. */
bool cf_sip_scan_lws(struct cf_sip_scan *s);

/** Take @p c if it is next. */
bool cf_sip_scan_char(struct cf_sip_scan *s, char c);

/** Take @p c with blanks around it; without it the blanks before it are not taken either. */
bool cf_sip_scan_separator(struct cf_sip_scan *s, char c);

/** Take the longest run of octets of @p class; may be empty. */
struct cf_str cf_sip_scan_run(struct cf_sip_scan *s, struct cf_sip_class class);

/** As cf_sip_scan_run(), but "%HH" counts as one of the class; stops at a broken escape. */
struct cf_str cf_sip_scan_escaped(struct cf_sip_scan *s, struct cf_sip_class class);

/** Take a quoted string; @p ret gets it with its quotes. False (position unchanged) if there is none or it has no end. */
bool cf_sip_scan_quoted(struct cf_sip_scan *s, struct cf_str *ret);

/** Take a host: name, IPv4, or IPv6 in brackets. CF_ERR_MALFORMED. */
CF_MUST_USE enum cf_err cf_sip_scan_host(struct cf_sip_scan *s, struct cf_str *ret);

/**
 * Address of a host that is an IP literal (IPv6 with or without brackets); the port becomes 0. CF_ERR_MALFORMED if it is a name.
 * An IPv6 address with three colons before its IPv4 part, which the grammar of RFC 3261 asks for by mistake, is taken as with two
 * (RFC 5118 section 4.10).
 */
CF_MUST_USE enum cf_err cf_sip_host_addr(struct cf_str host, struct cf_addr *ret);

/** Take a port, 1 to 65535. CF_ERR_MALFORMED. */
CF_MUST_USE enum cf_err cf_sip_scan_port(struct cf_sip_scan *s, uint16_t *ret);

/** Take one parameter of a header: token [ "=" ( quoted-string / value ) ]. CF_ERR_MALFORMED. */
CF_MUST_USE enum cf_err cf_sip_scan_param(struct cf_sip_scan *s, struct cf_sip_param *ret);

/**
 * Take header parameters: *( SEMI name [ EQUAL value ] ). @p ret gets what stands after the first ';', absent if there are none.
 * CF_ERR_MALFORMED: an empty name or value, a quoted string without end.
 */
CF_MUST_USE enum cf_err cf_sip_scan_params(struct cf_sip_scan *s, struct cf_str *ret);

/** A blank: space, tab, CR, LF? */
static inline bool cf_sip_is_lws(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/** Nothing but blanks may follow: CF_OK, or CF_ERR_MALFORMED. */
CF_MUST_USE enum cf_err cf_sip_scan_finish(struct cf_sip_scan *s);

#endif
