/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Candidates of ICE. */
#include "core/ice/candidate.h"

#define TYPE_SHIFT 24
#define PREFERENCE_SHIFT 8

/* RFC 8445 section 5.1.2.2. */
static const uint8_t type_preferences[] = {[CF_ICE_HOST] = 126, [CF_ICE_SRFLX] = 100, [CF_ICE_PRFLX] = 110, [CF_ICE_RELAY] = 0};

uint32_t cf_ice_priority(enum cf_ice_type type, uint16_t preference, uint8_t component) {
    return (uint32_t)type_preferences[type] << TYPE_SHIFT | (uint32_t)preference << PREFERENCE_SHIFT | (256U - component);
}

uint32_t cf_ice_reflexive_priority(uint32_t priority) {
    uint32_t rest = priority & ((UINT32_C(1) << TYPE_SHIFT) - 1);
    return (uint32_t)type_preferences[CF_ICE_PRFLX] << TYPE_SHIFT | rest;
}

uint64_t cf_ice_pair_priority(uint32_t controlling, uint32_t controlled) {
    uint64_t low = controlling < controlled ? controlling : controlled;
    uint64_t high = controlling < controlled ? controlled : controlling;
    return low << 32 | (2 * high + (controlling > controlled ? 1 : 0));
}

static bool is_link_local(const struct cf_addr *addr) {
    if (addr->family == CF_FAMILY_IP4) {
        return addr->ip[0] == 169 && addr->ip[1] == 254;
    }
    return addr->ip[0] == 0xfe && (addr->ip[1] & 0xc0U) == 0x80;
}

static bool is_multicast(const struct cf_addr *addr) {
    /* Broadcast and the reserved block above it with IPv4. */
    return addr->family == CF_FAMILY_IP4 ? addr->ip[0] >= 224 : addr->ip[0] == 0xff;
}

bool cf_ice_is_target(const struct cf_addr *addr) {
    bool is_this_network = addr->family == CF_FAMILY_IP4 && addr->ip[0] == 0;
    return addr->family != CF_FAMILY_NONE && addr->port != 0 && !cf_addr_is_unspecified(addr) && !is_this_network &&
           !is_multicast(addr);
}

bool cf_ice_is_pair(const struct cf_addr *local, const struct cf_addr *remote) {
    if (local->family != remote->family) {
        return false;
    }
    bool is_any = cf_addr_is_unspecified(local);
    return is_any || (cf_addr_is_loopback(local) == cf_addr_is_loopback(remote) && is_link_local(local) == is_link_local(remote));
}
