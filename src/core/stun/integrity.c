/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MESSAGE-INTEGRITY and FINGERPRINT. */
#include "core/stun/integrity.h"

#include "base/reader.h"
#include "base/secret.h"

/* Octets of an attribute's header. */
#define ATTRIBUTE_LEN 4

/* Section 14.7: so that it is not the CRC of a protocol that has one. */
#define FINGERPRINT_MASK UINT32_C(0x5354554e)

bool cf_stun_is_authentic(const struct cf_stun_message *m, const struct cf_stun_hash *hash, struct cf_span key) {
    struct cf_span integrity = m->attributes[CF_STUN_MESSAGE_INTEGRITY];
    uint8_t head[4];
    uint8_t digest[CF_STUN_SHA1_LEN];
    if (integrity.at == NULL) {
        return false;
    }
    /* The length in the header is that of a message which ends with the attribute. */
    size_t before = (size_t)(integrity.at - m->bytes.at) - ATTRIBUTE_LEN;
    memcpy(head, m->bytes.at, 2);
    cf_set_be16(head + 2, (uint16_t)(before + ATTRIBUTE_LEN + CF_STUN_SHA1_LEN - CF_STUN_HEADER_LEN));
    const struct cf_span parts[] = {{head, sizeof head}, {m->bytes.at + sizeof head, before - sizeof head}};
    if (!hash->hmac_sha1(hash->ctx, key, parts, 2, digest)) {
        return false;
    }
    return cf_secret_eq((struct cf_span){digest, sizeof digest}, integrity);
}

/* CRC-32 of ITU V.42, four bits a step: checks are rare, and 64 octets of table stay in the cache. */
static uint32_t crc32(struct cf_span octets) {
    static const uint32_t steps[16] = {
        0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
        0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
    };
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < octets.len; i++) {
        crc ^= octets.at[i];
        crc = crc >> 4 ^ steps[crc & 15U];
        crc = crc >> 4 ^ steps[crc & 15U];
    }
    return ~crc;
}

uint32_t cf_stun_fingerprint(struct cf_span before) {
    return crc32(before) ^ FINGERPRINT_MASK;
}

bool cf_stun_is_whole(const struct cf_stun_message *m) {
    struct cf_span value = m->attributes[CF_STUN_FINGERPRINT];
    if (value.at == NULL) {
        return false;
    }
    size_t before = (size_t)(value.at - m->bytes.at) - ATTRIBUTE_LEN;
    return cf_stun_fingerprint((struct cf_span){m->bytes.at, before}) == cf_be32(value.at);
}
