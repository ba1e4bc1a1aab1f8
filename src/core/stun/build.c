/* SPDX-License-Identifier: GPL-3.0-or-later */
/* STUN messages, written. */
#include "core/stun/build.h"

#include "base/reader.h"
#include "core/stun/value.h"

/* The length in the header counts all that is behind the header. */
static void set_len(struct cf_stun_builder *b, size_t more) {
    if (cf_writer_ok(b->w)) {
        cf_set_be16(b->w->base + b->start + 2, (uint16_t)(b->w->len - b->start - CF_STUN_HEADER_LEN + more));
    }
}

struct cf_stun_builder cf_stun_begin(struct cf_writer *w, enum cf_stun_class kind, uint16_t method, const uint8_t *id) {
    unsigned class_bits = (unsigned)kind;
    unsigned type =
        (method & 0xfU) | (method & 0x70U) << 1 | (method & 0xf80U) << 2 | (class_bits & 1U) << 4 | (class_bits & 2U) << 7;
    struct cf_stun_builder b = {.w = w, .start = w->len};
    cf_put_u16(w, (uint16_t)type);
    cf_put_u16(w, 0);
    cf_put_u32(w, CF_STUN_COOKIE);
    cf_put_bytes(w, id, CF_STUN_ID_LEN);
    return b;
}

static void put_head(struct cf_stun_builder *b, enum cf_stun_attribute attribute, size_t len) {
    cf_put_u16(b->w, cf_stun_type_of(attribute));
    cf_put_u16(b->w, (uint16_t)len);
}

static void put_padding(struct cf_stun_builder *b, size_t len) {
    static const uint8_t zeros[3] = {0};
    cf_put_bytes(b->w, zeros, (4 - len % 4) % 4);
    set_len(b, 0);
}

void cf_stun_put(struct cf_stun_builder *b, enum cf_stun_attribute attribute, struct cf_span value) {
    put_head(b, attribute, value.len);
    cf_put_bytes(b->w, value.at, value.len);
    put_padding(b, value.len);
}

void cf_stun_put_u32(struct cf_stun_builder *b, enum cf_stun_attribute attribute, uint32_t value) {
    put_head(b, attribute, 4);
    cf_put_u32(b->w, value);
    set_len(b, 0);
}

void cf_stun_put_u64(struct cf_stun_builder *b, enum cf_stun_attribute attribute, uint64_t value) {
    put_head(b, attribute, 8);
    cf_put_u64(b->w, value);
    set_len(b, 0);
}

void cf_stun_put_xor_address(struct cf_stun_builder *b, enum cf_stun_attribute attribute, const struct cf_addr *addr) {
    size_t ip_len = addr->family == CF_FAMILY_IP4 ? 4 : 16;
    put_head(b, attribute, 4 + ip_len);
    cf_put_u8(b->w, 0);
    cf_put_u8(b->w, addr->family == CF_FAMILY_IP4 ? CF_STUN_FAMILY_IP4 : CF_STUN_FAMILY_IP6);
    cf_put_u16(b->w, (uint16_t)(addr->port ^ (CF_STUN_COOKIE >> 16)));
    uint8_t *ip = cf_writer_reserve(b->w, ip_len);
    for (size_t i = 0; ip != NULL && i < ip_len; i++) {
        ip[i] = addr->ip[i] ^ b->w->base[b->start + 4 + i];
    }
    set_len(b, 0);
}

static struct cf_str text_of(unsigned code) {
    static const struct {
        unsigned code;
        struct cf_str text;
    } texts[] = {
        {300, CF_STR_INIT("Try Alternate")},
        {400, CF_STR_INIT("Bad Request")},
        {401, CF_STR_INIT("Unauthenticated")},
        {403, CF_STR_INIT("Forbidden")},
        {420, CF_STR_INIT("Unknown Attribute")},
        {437, CF_STR_INIT("Allocation Mismatch")},
        {438, CF_STR_INIT("Stale Nonce")},
        {440, CF_STR_INIT("Address Family not Supported")},
        {441, CF_STR_INIT("Wrong Credentials")},
        {442, CF_STR_INIT("Unsupported Transport Protocol")},
        {443, CF_STR_INIT("Peer Address Family Mismatch")},
        {486, CF_STR_INIT("Allocation Quota Reached")},
        {487, CF_STR_INIT("Role Conflict")},
        {508, CF_STR_INIT("Insufficient Capacity")},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (texts[i].code == code) {
            return texts[i].text;
        }
    }
    return CF_STR("Error");
}

static void put_code(struct cf_stun_builder *b, enum cf_stun_attribute attribute, unsigned first, unsigned code) {
    struct cf_str text = text_of(code);
    put_head(b, attribute, 4 + text.len);
    cf_put_u8(b->w, (uint8_t)first);
    cf_put_u8(b->w, 0);
    cf_put_u8(b->w, (uint8_t)(code / 100));
    cf_put_u8(b->w, (uint8_t)(code % 100));
    cf_put(b->w, text);
    put_padding(b, text.len);
}

void cf_stun_put_error(struct cf_stun_builder *b, unsigned code) {
    put_code(b, CF_STUN_ERROR_CODE, 0, code);
}

void cf_stun_put_address_error(struct cf_stun_builder *b, unsigned family, unsigned code) {
    put_code(b, CF_STUN_ADDRESS_ERROR_CODE, family, code);
}

void cf_stun_put_unknown(struct cf_stun_builder *b, const struct cf_stun_message *m) {
    size_t len = 2U * m->unknown_count;
    put_head(b, CF_STUN_UNKNOWN_ATTRIBUTES, len);
    for (size_t i = 0; i < m->unknown_count; i++) {
        cf_put_u16(b->w, m->unknown[i]);
    }
    put_padding(b, len);
}

bool cf_stun_put_integrity(struct cf_stun_builder *b, const struct cf_stun_hash *hash, struct cf_span key) {
    uint8_t digest[CF_STUN_SHA1_LEN];
    set_len(b, 4 + CF_STUN_SHA1_LEN);
    const struct cf_span before = {b->w->base + b->start, b->w->len - b->start};
    bool is_made = cf_writer_ok(b->w) && hash->hmac_sha1(hash->ctx, key, &before, 1, digest);
    if (!is_made) {
        set_len(b, 0);
        return false;
    }
    cf_stun_put(b, CF_STUN_MESSAGE_INTEGRITY, (struct cf_span){digest, sizeof digest});
    return true;
}

void cf_stun_put_fingerprint(struct cf_stun_builder *b) {
    set_len(b, 8);
    uint32_t fingerprint = cf_stun_fingerprint((struct cf_span){b->w->base + b->start, b->w->len - b->start});
    cf_stun_put_u32(b, CF_STUN_FINGERPRINT, fingerprint);
}
