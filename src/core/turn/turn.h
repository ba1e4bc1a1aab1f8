/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A relay (TURN, RFC 8656) for clients that reach nothing but this server: over UDP, TCP or TLS they get an address of ours, from
 * which datagrams go to the peers that the policy allows (peers.h) and come back. Credentials are those of credential.h; nobody
 * has anything without, but for Binding requests.
 *
 *         Allocate                     Refresh (lifetime 0), time, connection closed
 *     client ------> ALLOCATED ---------------------------------------------------> gone
 *                     | CreatePermission, ChannelBind: peers
 *                     | Send, channel data -> peer;  peer -> Data, channel data
 *
 * Machine. Sockets of allocations are the shell's: it opens and closes them by the hooks, which are called inside of mutations.
 * Each mutation gives at most one datagram: drain cf_turn_poll() after it. Bounded: allocations in all, per name and per address,
 * permissions and channels of each, octets per second of each; and answers to strangers over UDP, so that the relay is of no use
 * to those who forge addresses. What can't be relayed is counted by reason. Memory is taken by allocations only. Single-threaded.
 */
#ifndef CF_CORE_TURN_TURN_H
#define CF_CORE_TURN_TURN_H

#include "base/rng.h"
#include "core/turn/allocation.h"
#include "core/turn/peers.h"

/** Longest datagram that is relayed, and longest message. */
#define CF_TURN_DATAGRAM_MAX 2048
#define CF_TURN_MESSAGE_MAX (CF_TURN_DATAGRAM_MAX + 128)

/** Lifetimes of allocations (section 7.2). */
#define CF_TURN_LIFE_DEFAULT CF_SEC(600)
#define CF_TURN_LIFE_MAX CF_SEC(3600)

/** How long a port is reserved (section 7.2). */
#define CF_TURN_RESERVATION_LIFE CF_SEC(30)

/** Limits. Reserved ports count as allocations. */
struct cf_turn_limits {
    size_t allocations; /**< in all; sockets are named below that */
    size_t per_name;    /**< of one name in credentials */
    size_t per_address; /**< of one client's IP address */
    uint64_t rate_bps;  /**< of one allocation, both ways together; 0: none */
};

/** A socket that is wanted. */
struct cf_turn_wish {
    enum cf_family family;
    bool is_even;  /**< with an even port */
    uint16_t port; /**< with this one; 0: any */
};

/** Where sockets come from. */
struct cf_turn_sockets {
    bool has_ip4; /**< families that there are addresses of */
    bool has_ip6;
    /** Open a socket for allocation @p slot; *ret is its address. False: there is none. */
    bool (*open)(void *ctx, uint32_t slot, const struct cf_turn_wish *wish, struct cf_addr *ret);
    /** Close it. */
    void (*close)(void *ctx, uint32_t slot);
    void *ctx;
};

/** What a relay is made of. Kept by reference but for the texts, which are copied. */
struct cf_turn_config {
    const struct cf_mem *mem;
    const struct cf_stun_hash *hash;
    const struct cf_entropy *entropy;
    struct cf_str realm;   /**< at most CF_TURN_REALM_MAX */
    struct cf_span secret; /**< of credentials, at most CF_TURN_SECRET_MAX */
    struct cf_turn_peers peers;
    struct cf_turn_limits limits;
    struct cf_turn_sockets sockets;
};
#define CF_TURN_REALM_MAX 128
#define CF_TURN_SECRET_MAX 128

/** Counters. */
struct cf_turn_stats {
    uint64_t requests;
    uint64_t unauthenticated; /**< of those, without or with wrong credentials */
    uint64_t refused;         /**< of those, with another error */
    uint64_t unanswered;      /**< strangers over UDP beyond what is answered in a second */
    uint64_t malformed;
    uint64_t to_peers; /**< datagrams */
    uint64_t to_clients;
    uint64_t not_permitted;
    uint64_t above_rate;
};

/** A datagram or message to send; .data is valid until the next mutation. */
struct cf_turn_output {
    bool is_to_peer;
    uint32_t slot;                /**< to a peer: of the socket */
    struct cf_addr peer;          /**< to a peer */
    struct cf_turn_client client; /**< to a client */
    struct cf_span data;
};

/** A relay. Fields private but for .stats. */
struct cf_turn {
    struct cf_turn_config config;
    char realm[CF_TURN_REALM_MAX];
    uint8_t secret[CF_TURN_SECRET_MAX];
    uint8_t nonce_key[CF_STUN_SHA1_LEN];
    struct cf_turn_allocation **slots; /**< owned, limits.allocations */
    size_t count;
    size_t next_slot;
    struct cf_map by_client;
    struct cf_heap timers;
    int64_t wall_offset; /**< wall minus monotonic */
    cf_usec challenges_from;
    uint32_t challenges;
    struct cf_turn_stats stats;
    bool has_output;
    struct cf_turn_output output;
    uint8_t out[CF_TURN_MESSAGE_MAX];
};

/** A relay without clients. CF_ERR_NO_MEMORY, CF_ERR_LIMIT: a text is too long. */
CF_MUST_USE enum cf_err cf_turn_init(struct cf_turn *turn, const struct cf_turn_config *config);

/** End all allocations, and wipe what is secret. */
void cf_turn_fini(struct cf_turn *turn);

/** The wall clock is @p wall at @p now: credentials end by it. */
void cf_turn_set_wall(struct cf_turn *turn, cf_wall wall, cf_usec now);

/** @p client sent @p bytes: one whole message. */
void cf_turn_on_message(struct cf_turn *turn, const struct cf_turn_client *client, struct cf_span bytes, cf_usec now);

/** A datagram came to the socket of allocation @p slot. */
void cf_turn_on_datagram(struct cf_turn *turn, uint32_t slot, const struct cf_addr *from, struct cf_span bytes, cf_usec now);

/** The connection of @p client is closed: what it had ends. */
void cf_turn_on_closed(struct cf_turn *turn, const struct cf_turn_client *client);

/** Has @p client an allocation, of any family? Others' connections need not be kept. */
bool cf_turn_knows(const struct cf_turn *turn, const struct cf_turn_client *client);

/** Next deadline, and what to do then. */
cf_usec cf_turn_deadline(const struct cf_turn *turn);
void cf_turn_on_deadline(struct cf_turn *turn, cf_usec now);

/** What is to be sent. False: nothing. */
bool cf_turn_poll(struct cf_turn *turn, struct cf_turn_output *ret);

#endif
