/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Peers of the relay. */
#include "core/turn/peers.h"

#include "base/public_addr.h"

static bool is_own(const struct cf_turn_peers *peers, const struct cf_addr *peer, bool is_port_of_interest) {
    for (size_t i = 0; i < peers->own_count; i++) {
        if (is_port_of_interest ? cf_addr_eq(&peers->own[i], peer) : cf_addr_eq_ip(&peers->own[i], peer)) {
            return true;
        }
    }
    return false;
}

bool cf_turn_peers_permit(const struct cf_turn_peers *peers, const struct cf_addr *peer) {
    return is_own(peers, peer, false) || (peers->has_public && cf_addr_is_public(peer));
}

bool cf_turn_peers_allow(const struct cf_turn_peers *peers, const struct cf_addr *peer) {
    if (peer->port == 0) {
        return false;
    }
    /* A host that is ours has but the ports that are named, public as its address may be. */
    return is_own(peers, peer, false) ? is_own(peers, peer, true) : peers->has_public && cf_addr_is_public(peer);
}
