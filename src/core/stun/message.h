/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * STUN messages (RFC 8489 sections 5 and 14) as views of the octets they came in: an index of the attributes that we know. Of
 * an attribute that comes twice the first counts, what follows MESSAGE-INTEGRITY does not count but for the other integrity and
 * FINGERPRINT (section 14.5). Parsing proves the form, nothing else: whom a message is from is a matter of integrity.h. Pure, any
 * thread.
 */
#ifndef CF_CORE_STUN_MESSAGE_H
#define CF_CORE_STUN_MESSAGE_H

#include "base/err.h"
#include "base/str.h"

/** Octets of the header, of the transaction id, and the number in it. */
#define CF_STUN_HEADER_LEN 20
#define CF_STUN_ID_LEN 12
#define CF_STUN_COOKIE UINT32_C(0x2112a442)

/** Most unknown attributes that are remembered; there is no need to name all of them to who sent them. */
#define CF_STUN_UNKNOWN_MAX 8

/** What a message is. */
enum cf_stun_class {
    CF_STUN_REQUEST,
    CF_STUN_INDICATION,
    CF_STUN_SUCCESS,
    CF_STUN_ERROR,
};

/** What it is about; other values are possible. */
enum cf_stun_method {
    CF_STUN_BINDING = 1,
    CF_STUN_ALLOCATE = 3, /**< RFC 8656 section 17 */
    CF_STUN_REFRESH = 4,
    CF_STUN_SEND_INDICATION = 6,
    CF_STUN_DATA_INDICATION = 7,
    CF_STUN_CREATE_PERMISSION = 8,
    CF_STUN_CHANNEL_BIND = 9,
};

/** Attributes. */
enum cf_stun_attribute {
#define X(name, type, shortest, longest) CF_STUN_##name,
#include "core/stun/attribute_table.h"
#undef X
    CF_STUN_ATTRIBUTE_COUNT,
};

/** A message. Views. */
struct cf_stun_message {
    struct cf_span bytes; /**< all of it */
    enum cf_stun_class kind;
    uint16_t method;                                    /**< enum cf_stun_method, or another value of 12 bits */
    const uint8_t *id;                                  /**< transaction, CF_STUN_ID_LEN octets */
    struct cf_span attributes[CF_STUN_ATTRIBUTE_COUNT]; /**< values without padding; .at NULL: not there */
    uint8_t unknown_count;                              /**< attributes that must be understood and are not, up to the limit */
    uint16_t unknown[CF_STUN_UNKNOWN_MAX];              /**< their types */
};

/** Type of an attribute on the wire. */
uint16_t cf_stun_type_of(enum cf_stun_attribute attribute);

/** Could @p bytes be STUN? First two bits zero, long enough, the cookie. */
bool cf_stun_is(struct cf_span bytes);

/**
 * Parse one message of exactly @p bytes. CF_ERR_TRUNCATED, CF_ERR_MALFORMED: no cookie, a length that does not add up, an
 * attribute of a wrong size, FINGERPRINT that is not the last.
 */
CF_MUST_USE enum cf_err cf_stun_parse(struct cf_span bytes, struct cf_stun_message *ret);

/** Is there @p attribute? */
static inline bool cf_stun_has(const struct cf_stun_message *m, enum cf_stun_attribute attribute) {
    return m->attributes[attribute].at != NULL;
}

/** Next value of @p attribute after *at octets of attributes (begin with 0), for those that may come several times. False: no
 * more. */
bool cf_stun_next(const struct cf_stun_message *m, enum cf_stun_attribute attribute, size_t *at, struct cf_span *ret);

#endif
