/* SPDX-License-Identifier: GPL-3.0-or-later */
/* STUN messages, parsed. */
#include "core/stun/message.h"

#include "base/reader.h"

/* RFC 8489 section 14: attributes below must be understood by whoever gets them. */
#define OPTIONAL_FROM 0x8000

static const struct {
    uint16_t type;
    uint16_t shortest;
    uint16_t longest;
} rows[CF_STUN_ATTRIBUTE_COUNT] = {
#define X(name, type, shortest, longest) {type, shortest, longest},
#include "core/stun/attribute_table.h"
#undef X
};

uint16_t cf_stun_type_of(enum cf_stun_attribute attribute) {
    return rows[attribute].type;
}

static enum cf_stun_attribute attribute_of(uint16_t type) {
    int i = 0;
    while (i < CF_STUN_ATTRIBUTE_COUNT && rows[i].type != type) {
        i++;
    }
    return (enum cf_stun_attribute)i;
}

bool cf_stun_is(struct cf_span bytes) {
    return bytes.len >= CF_STUN_HEADER_LEN && bytes.at[0] < 0x40 && cf_be32(bytes.at + 4) == CF_STUN_COOKIE;
}

/* Section 5: class and method lie interleaved in 14 bits. */
static void split_type(uint16_t type, struct cf_stun_message *m) {
    m->kind = (enum cf_stun_class)((type >> 7 & 2U) | (type >> 4 & 1U));
    m->method = (uint16_t)((type & 0xfU) | (type >> 1 & 0x70U) | (type >> 2 & 0xf80U));
}

/* What may stand behind an attribute that vouches for what is before it (section 14.5 to 14.7). */
static bool is_after_integrity(const struct cf_stun_message *m, enum cf_stun_attribute attribute) {
    bool is_sha256_there = cf_stun_has(m, CF_STUN_MESSAGE_INTEGRITY_SHA256);
    bool is_there = cf_stun_has(m, CF_STUN_MESSAGE_INTEGRITY) || is_sha256_there;
    bool may_follow = attribute == CF_STUN_FINGERPRINT || (attribute == CF_STUN_MESSAGE_INTEGRITY_SHA256 && !is_sha256_there);
    return is_there && !may_follow;
}

static enum cf_err take_attribute(struct cf_stun_message *m, uint16_t type, struct cf_span value) {
    enum cf_stun_attribute attribute = attribute_of(type);
    if (cf_stun_has(m, CF_STUN_FINGERPRINT)) {
        return CF_ERR_MALFORMED;
    }
    if (is_after_integrity(m, attribute)) {
        return CF_OK;
    }
    if (attribute == CF_STUN_ATTRIBUTE_COUNT) {
        if (type < OPTIONAL_FROM && m->unknown_count < CF_STUN_UNKNOWN_MAX) {
            m->unknown[m->unknown_count++] = type;
        }
        return CF_OK;
    }
    if (value.len < rows[attribute].shortest || value.len > rows[attribute].longest) {
        return CF_ERR_MALFORMED;
    }
    if (!cf_stun_has(m, attribute)) {
        m->attributes[attribute] = value;
    }
    return CF_OK;
}

/* The next attribute; its padding, which may have any value, is passed over. */
static struct cf_span take_value(struct cf_reader *r, uint16_t *ret_type) {
    *ret_type = cf_take_u16(r);
    size_t len = cf_take_u16(r);
    struct cf_span value = cf_take(r, len);
    cf_take(r, (4 - len % 4) % 4);
    return value;
}

enum cf_err cf_stun_parse(struct cf_span bytes, struct cf_stun_message *ret) {
    struct cf_stun_message m = {.bytes = bytes};
    struct cf_reader r;
    if (bytes.len < CF_STUN_HEADER_LEN) {
        return CF_ERR_TRUNCATED;
    }
    if (!cf_stun_is(bytes) || cf_be16(bytes.at + 2) != bytes.len - CF_STUN_HEADER_LEN || bytes.len % 4 != 0) {
        return CF_ERR_MALFORMED;
    }
    split_type(cf_be16(bytes.at), &m);
    m.id = bytes.at + 8;
    cf_reader_init(&r, (struct cf_span){bytes.at + CF_STUN_HEADER_LEN, bytes.len - CF_STUN_HEADER_LEN});
    while (cf_reader_left(&r) > 0) {
        uint16_t type;
        struct cf_span value = take_value(&r, &type);
        enum cf_err err = cf_reader_ok(&r) ? take_attribute(&m, type, value) : CF_ERR_MALFORMED;
        if (err != CF_OK) {
            return err;
        }
    }
    *ret = m;
    return CF_OK;
}

bool cf_stun_next(const struct cf_stun_message *m, enum cf_stun_attribute attribute, size_t *at, struct cf_span *ret) {
    struct cf_reader r;
    const uint8_t *end = m->bytes.at + m->bytes.len;
    if (cf_stun_has(m, CF_STUN_MESSAGE_INTEGRITY)) {
        end = m->attributes[CF_STUN_MESSAGE_INTEGRITY].at - 4; /* what follows does not count */
    }
    const uint8_t *begin = m->bytes.at + CF_STUN_HEADER_LEN;
    cf_reader_init(&r, (struct cf_span){begin, (size_t)(end - begin)});
    cf_take(&r, *at);
    while (cf_reader_ok(&r) && cf_reader_left(&r) > 0) {
        uint16_t type;
        struct cf_span value = take_value(&r, &type);
        bool is_sized = value.len >= rows[attribute].shortest && value.len <= rows[attribute].longest;
        if (cf_reader_ok(&r) && type == rows[attribute].type && is_sized) {
            *at = r.at;
            *ret = value;
            return true;
        }
    }
    return false;
}
