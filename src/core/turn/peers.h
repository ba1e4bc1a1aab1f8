/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * To whom the relay sends: by default to the server's own media addresses and to nobody else, so that it is of no use but for
 * calls here. If it may send to the public internet, then never to addresses with a special purpose (the IANA registries of
 * RFC 6890), which lead into the network that the server is in (attacks T30). Pure functions, any thread.
 */
#ifndef CF_CORE_TURN_PEERS_H
#define CF_CORE_TURN_PEERS_H

#include "base/addr.h"

/** Most addresses of our own. */
#define CF_TURN_OWN_MAX 64

/** Who is a peer. */
struct cf_turn_peers {
    size_t own_count;
    struct cf_addr own[CF_TURN_OWN_MAX]; /**< with the one port each that is allowed, private ones as well */
    bool has_public;                     /**< and all public addresses */
};

/** May there be a permission for the IP address of @p peer, whatever its port (RFC 8656 section 9)? */
bool cf_turn_peers_permit(const struct cf_turn_peers *peers, const struct cf_addr *peer);

/** May datagrams go to @p peer, address and port? */
bool cf_turn_peers_allow(const struct cf_turn_peers *peers, const struct cf_addr *peer);

#endif
