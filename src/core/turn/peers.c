/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Peers of the relay. */
#include "core/turn/peers.h"

/* The first .bits of an address are those of .ip. */
struct prefix {
    uint8_t ip[16];
    uint8_t bits;
};

/* https://www.iana.org/assignments/iana-ipv4-special-registry, multicast, and what is reserved above it. */
static const struct prefix special4[] = {
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

/* Global unicast is 2000::/3 and nothing else: loopback, mapped and translated IPv4, local and multicast addresses are outside.
 */
static const struct prefix global6 = {{0x20}, 3};

/* https://www.iana.org/assignments/iana-ipv6-special-registry, inside of that. */
static const struct prefix special6[] = {
    {{0x20, 0x01, 0x00}, 23},       /* protocol assignments, Teredo among them */
    {{0x20, 0x01, 0x0d, 0xb8}, 32}, /* documentation */
    {{0x20, 0x02}, 16},             /* 6to4: any IPv4 address in disguise */
    {{0x26, 0x20, 0x00, 0x4f, 0x80, 0x00}, 48},
    {{0x3f, 0xff, 0x00}, 20}, /* documentation */
};

static bool is_in(const struct cf_addr *addr, const struct prefix *prefix) {
    size_t whole = prefix->bits / 8U;
    unsigned rest = prefix->bits % 8U;
    uint8_t mask = (uint8_t)(0xff00U >> rest);
    return memcmp(addr->ip, prefix->ip, whole) == 0 && (rest == 0 || ((addr->ip[whole] ^ prefix->ip[whole]) & mask) == 0);
}

static bool is_in_any(const struct cf_addr *addr, const struct prefix *table, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (is_in(addr, &table[i])) {
            return true;
        }
    }
    return false;
}

bool cf_turn_is_public(const struct cf_addr *addr) {
    switch ((enum cf_family)addr->family) {
    case CF_FAMILY_IP4:
        return !is_in_any(addr, special4, sizeof special4 / sizeof special4[0]);
    case CF_FAMILY_IP6:
        return is_in(addr, &global6) && !is_in_any(addr, special6, sizeof special6 / sizeof special6[0]);
    case CF_FAMILY_NONE:
        break;
    }
    return false;
}

static bool is_own(const struct cf_turn_peers *peers, const struct cf_addr *peer, bool is_port_of_interest) {
    for (size_t i = 0; i < peers->own_count; i++) {
        if (is_port_of_interest ? cf_addr_eq(&peers->own[i], peer) : cf_addr_eq_ip(&peers->own[i], peer)) {
            return true;
        }
    }
    return false;
}

bool cf_turn_peers_permit(const struct cf_turn_peers *peers, const struct cf_addr *peer) {
    return is_own(peers, peer, false) || (peers->has_public && cf_turn_is_public(peer));
}

bool cf_turn_peers_allow(const struct cf_turn_peers *peers, const struct cf_addr *peer) {
    if (peer->port == 0) {
        return false;
    }
    /* A host that is ours has but the ports that are named, public as its address may be. */
    return is_own(peers, peer, false) ? is_own(peers, peer, true) : peers->has_public && cf_turn_is_public(peer);
}
