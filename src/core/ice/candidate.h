/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Candidates of ICE (RFC 8445 section 5.1): priorities, foundations, and which pairs make sense. Pure functions, any thread.
 */
#ifndef CF_CORE_ICE_CANDIDATE_H
#define CF_CORE_ICE_CANDIDATE_H

#include "base/addr.h"

/** Components of a data stream: RTP, and RTCP where it is not multiplexed. */
#define CF_ICE_COMPONENTS_MAX 2

/** What a candidate is. */
enum cf_ice_type {
    CF_ICE_HOST,
    CF_ICE_SRFLX,
    CF_ICE_PRFLX,
    CF_ICE_RELAY,
};

/** How packets of a candidate travel (RFC 6544 section 3). Simultaneous-open is not done: nobody does it. */
enum cf_ice_transport {
    CF_ICE_UDP,
    CF_ICE_TCP_ACTIVE,  /**< connects */
    CF_ICE_TCP_PASSIVE, /**< is connected to */
};

/** A local base: a socket from which checks are sent and to which they come. */
struct cf_ice_local {
    uint32_t socket;
    struct cf_addr addr; /**< that the socket is bound to; only the family counts if it is unspecified */
    uint32_t priority;   /**< of its host candidate */
    uint32_t foundation; /**< equal for bases that freeze and thaw together */
    uint8_t component;   /**< 1..CF_ICE_COMPONENTS_MAX */
    uint8_t transport;   /**< enum cf_ice_transport; TCP: the socket stands for all connections, .addr for none of them */
};

/** A candidate of the peer. */
struct cf_ice_remote_candidate {
    struct cf_addr addr;
    uint32_t priority;
    uint32_t foundation; /**< a hash of the text */
    uint8_t component;
    uint8_t type;      /**< enum cf_ice_type */
    uint8_t transport; /**< enum cf_ice_transport */
};

/** Section 5.1.2.1; @p preference is the local preference: an address that is wanted more has a higher one. */
uint32_t cf_ice_priority(enum cf_ice_type type, uint16_t preference, uint8_t component);

/**
 * The same of a host candidate over TCP (RFC 6544 section 4.2): below all of UDP; those that connect before those that wait.
 * @p preference, the lower 13 bits of it, is among candidates of one kind.
 */
uint32_t cf_ice_tcp_priority(enum cf_ice_transport transport, uint16_t preference, uint8_t component);

/** @p priority of a host candidate, as it is for a peer-reflexive one of the same base (section 7.1.1). */
uint32_t cf_ice_reflexive_priority(uint32_t priority);

/** Do these make pairs (RFC 6544 section 6.2)? Over TCP one connects and the other one waits. */
bool cf_ice_is_transport_pair(enum cf_ice_transport local, enum cf_ice_transport remote);

/** Section 6.1.2.3. */
uint64_t cf_ice_pair_priority(uint32_t controlling, uint32_t controlled);

/**
 * May checks be sent to @p addr at all? Not to port 0, the unspecified address, multicast and broadcast: candidates are a
 * stranger's word (section 19.5.1).
 */
bool cf_ice_is_target(const struct cf_addr *addr);

/**
 * Do @p local and @p remote make a pair: one family, and loopback and link-local addresses only among themselves, so that no
 * candidate reaches services of this host that the network does not.
 */
bool cf_ice_is_pair(const struct cf_addr *local, const struct cf_addr *remote);

#endif
