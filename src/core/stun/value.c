/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values of STUN attributes. */
#include "core/stun/value.h"

#include "base/reader.h"

bool cf_stun_u32(const struct cf_stun_message *m, enum cf_stun_attribute attribute, uint32_t *ret) {
    struct cf_span value = m->attributes[attribute];
    if (value.at == NULL || value.len != 4) {
        return false;
    }
    *ret = cf_be32(value.at);
    return true;
}

bool cf_stun_u64(const struct cf_stun_message *m, enum cf_stun_attribute attribute, uint64_t *ret) {
    struct cf_span value = m->attributes[attribute];
    if (value.at == NULL || value.len != 8) {
        return false;
    }
    *ret = (uint64_t)cf_be32(value.at) << 32 | cf_be32(value.at + 4);
    return true;
}

/* Section 14.1 and 14.2: the mask is the cookie and the transaction id. An IPv4 address in IPv6 is not taken for either. */
static bool parse_address(struct cf_span value, const uint8_t *mask, struct cf_addr *ret) {
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    struct cf_addr addr = {0};
    size_t ip_len = value.len - 4;
    bool is_ip4 = value.at[1] == CF_STUN_FAMILY_IP4 && ip_len == 4;
    if (!is_ip4 && (value.at[1] != CF_STUN_FAMILY_IP6 || ip_len != 16)) {
        return false;
    }
    addr.family = is_ip4 ? CF_FAMILY_IP4 : CF_FAMILY_IP6;
    addr.port = cf_be16(value.at + 2);
    memcpy(addr.ip, value.at + 4, ip_len);
    if (mask != NULL) {
        addr.port ^= cf_be16(mask);
        for (size_t i = 0; i < ip_len; i++) {
            addr.ip[i] ^= mask[i];
        }
    }
    if (!is_ip4 && memcmp(addr.ip, mapped, sizeof mapped) == 0) {
        return false;
    }
    *ret = addr;
    return true;
}

static bool is_masked(enum cf_stun_attribute attribute) {
    return attribute == CF_STUN_XOR_MAPPED_ADDRESS || attribute == CF_STUN_XOR_PEER_ADDRESS ||
           attribute == CF_STUN_XOR_RELAYED_ADDRESS;
}

bool cf_stun_xor_address(const struct cf_stun_message *m, struct cf_span value, struct cf_addr *ret) {
    return value.len >= 8 && parse_address(value, m->bytes.at + 4, ret);
}

bool cf_stun_address(const struct cf_stun_message *m, enum cf_stun_attribute attribute, struct cf_addr *ret) {
    struct cf_span value = m->attributes[attribute];
    return value.at != NULL && value.len >= 8 && parse_address(value, is_masked(attribute) ? m->bytes.at + 4 : NULL, ret);
}

bool cf_stun_error_code(const struct cf_stun_message *m, unsigned *ret) {
    struct cf_span value = m->attributes[CF_STUN_ERROR_CODE];
    if (value.at == NULL) {
        return false;
    }
    unsigned hundreds = value.at[2] & 7U;
    if (hundreds < 3 || hundreds > 6 || value.at[3] > 99) {
        return false;
    }
    *ret = hundreds * 100 + value.at[3];
    return true;
}
