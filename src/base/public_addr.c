/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which addresses are public. */
#include "base/public_addr.h"

/* The first .bits of .ip. */
struct range {
    uint8_t ip[8];
    uint8_t bits;
};

/* iana-ipv4-special-registry, and from 224.0.0.0 on multicast and what is reserved. */
static const struct range special4[] = {
    {{0}, 8},
    {{10}, 8},
    {{100, 64}, 10},
    {{127}, 8},
    {{169, 254}, 16},
    {{172, 16}, 12},
    {{192, 0, 0}, 24},
    {{192, 0, 2}, 24},
    {{192, 31, 196}, 24},
    {{192, 52, 193}, 24},
    {{192, 88, 99}, 24},
    {{192, 168}, 16},
    {{192, 175, 48}, 24},
    {{198, 18}, 15},
    {{198, 51, 100}, 24},
    {{203, 0, 113}, 24},
    {{224}, 3},
};

/* Of IPv6 only 2000::/3 is public, but for these of iana-ipv6-special-registry; 6to4 hides any IPv4 address. */
static const struct range public6 = {{0x20}, 3};
static const struct range special6[] = {
    {{0x20, 0x01, 0x00}, 23}, {{0x20, 0x01, 0x0d, 0xb8}, 32}, {{0x20, 0x02}, 16}, {{0x26, 0x20, 0x00, 0x4f, 0x80, 0x00}, 48},
    {{0x3f, 0xff}, 20},
};

static bool is_in(const struct cf_addr *addr, const struct range *range) {
    for (unsigned bit = 0; bit < range->bits; bit++) {
        unsigned difference = (unsigned)(addr->ip[bit / 8] ^ range->ip[bit / 8]);
        if ((difference & (0x80U >> (bit % 8))) != 0) {
            return false;
        }
    }
    return true;
}

static bool is_in_any(const struct cf_addr *addr, const struct range *ranges, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (is_in(addr, &ranges[i])) {
            return true;
        }
    }
    return false;
}

bool cf_addr_is_public(const struct cf_addr *addr) {
    if (addr->family == CF_FAMILY_IP4) {
        return !is_in_any(addr, special4, sizeof special4 / sizeof *special4);
    }
    return addr->family == CF_FAMILY_IP6 && is_in(addr, &public6) &&
           !is_in_any(addr, special6, sizeof special6 / sizeof *special6);
}
