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

/* RFC 6544 section 4.2: TCP comes after UDP of the same kind; a peer-reflexive one of TCP after a host one of TCP, as above. */
#define TCP_HOST_PREFERENCE 90U
#define TCP_PRFLX_PREFERENCE 80U
#define DIRECTION_SHIFT 13

static const uint8_t direction_preferences[] = {[CF_ICE_TCP_ACTIVE] = 6, [CF_ICE_TCP_PASSIVE] = 4};

uint32_t cf_ice_tcp_priority(enum cf_ice_transport transport, uint16_t preference, uint8_t component) {
    uint32_t others = preference & ((1U << DIRECTION_SHIFT) - 1);
    uint32_t local = (uint32_t)direction_preferences[transport] << DIRECTION_SHIFT | others;
    return TCP_HOST_PREFERENCE << TYPE_SHIFT | local << PREFERENCE_SHIFT | (256U - component);
}

bool cf_ice_is_transport_pair(enum cf_ice_transport local, enum cf_ice_transport remote) {
    if (local == CF_ICE_UDP || remote == CF_ICE_UDP) {
        return local == remote;
    }
    return local != remote;
}

uint32_t cf_ice_reflexive_priority(uint32_t priority) {
    uint32_t rest = priority & ((UINT32_C(1) << TYPE_SHIFT) - 1);
    bool is_tcp = priority >> TYPE_SHIFT == TCP_HOST_PREFERENCE;
    return (is_tcp ? TCP_PRFLX_PREFERENCE : (uint32_t)type_preferences[CF_ICE_PRFLX]) << TYPE_SHIFT | rest;
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
