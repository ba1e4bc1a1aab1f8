/* SPDX-License-Identifier: GPL-3.0-or-later */
/* STUN Binding on the SIP port. */
#include "core/endpoint/stun.h"

#include "base/reader.h"

#define HEADER_LEN 20
#define COOKIE 0x2112A442U
#define BINDING_REQUEST 0x0001
#define BINDING_SUCCESS 0x0101
#define XOR_MAPPED_ADDRESS 0x0020
#define FAMILY_IP4 1
#define FAMILY_IP6 2
/* RFC 8489 section 14: attributes below must be understood by whoever gets them. */
#define OPTIONAL_FROM 0x8000

bool cf_stun_is(struct cf_span bytes) {
    return bytes.len >= HEADER_LEN && bytes.at[0] < 0x40 && cf_be32(bytes.at + 4) == COOKIE;
}

static bool attributes_are_optional(struct cf_span attributes) {
    struct cf_reader r;
    cf_reader_init(&r, attributes);
    while (cf_reader_left(&r) > 0) {
        uint16_t type = cf_take_u16(&r);
        size_t len = cf_take_u16(&r);
        cf_take(&r, (len + 3) & ~(size_t)3);
        if (type < OPTIONAL_FROM || !cf_reader_ok(&r)) {
            return false;
        }
    }
    return true;
}

/* RFC 8489 section 14.2: port and address under the cookie and, for IPv6, the transaction id. */
static void put_xor_mapped(struct cf_writer *w, const struct cf_addr *source, const uint8_t *mask) {
    size_t ip_len = source->family == CF_FAMILY_IP4 ? 4 : 16;
    cf_put_u16(w, XOR_MAPPED_ADDRESS);
    cf_put_u16(w, (uint16_t)(4 + ip_len));
    cf_put_u8(w, 0);
    cf_put_u8(w, source->family == CF_FAMILY_IP4 ? FAMILY_IP4 : FAMILY_IP6);
    cf_put_u16(w, (uint16_t)(source->port ^ (COOKIE >> 16)));
    for (size_t i = 0; i < ip_len; i++) {
        cf_put_u8(w, (uint8_t)(source->ip[i] ^ mask[i]));
    }
}

bool cf_stun_answer(struct cf_span bytes, const struct cf_addr *source, struct cf_writer *w) {
    if (!cf_stun_is(bytes) || cf_be16(bytes.at) != BINDING_REQUEST || cf_be16(bytes.at + 2) != bytes.len - HEADER_LEN ||
        source->family == CF_FAMILY_NONE) {
        return false;
    }
    if (!attributes_are_optional((struct cf_span){bytes.at + HEADER_LEN, bytes.len - HEADER_LEN})) {
        return false;
    }
    cf_put_u16(w, BINDING_SUCCESS);
    cf_put_u16(w, source->family == CF_FAMILY_IP4 ? 12 : 24);
    cf_put_bytes(w, bytes.at + 4, 16);
    put_xor_mapped(w, source, bytes.at + 4);
    return cf_writer_ok(w);
}

void cf_stun_put_request(struct cf_writer *w, const uint8_t id[12]) {
    cf_put_u16(w, BINDING_REQUEST);
    cf_put_u16(w, 0);
    cf_put_u32(w, COOKIE);
    cf_put_bytes(w, id, 12);
}
