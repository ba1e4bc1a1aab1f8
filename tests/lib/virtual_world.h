/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The virtual world: many nodes (a server's core, user agents, media) in one process, in virtual time, over a network by dice
 * (lib/netem.h). A node gives a small table of functions; the world delivers datagrams, connections and deadlines to it and
 * carries what it sends. Time jumps from event to event; equal seeds give equal worlds to the octet.
 *
 * A node may call every function from inside of its own functions. After touching a node from outside (a test that gives it a
 * command) call world_touch(), so that its new deadline is seen.
 */
#ifndef CF_TESTS_LIB_VIRTUAL_WORLD_H
#define CF_TESTS_LIB_VIRTUAL_WORLD_H

#include "lib/netem.h"

/** What a node does; functions that it never needs may be NULL. */
struct world_node {
    /** A datagram came to the address that world_bind() gave @p local. */
    void (*on_datagram)(void *ctx, uint32_t local, const struct cf_addr *remote, struct cf_span bytes, cf_usec now);
    /** A datagram sent from @p local found nobody at @p remote (as ICMP would tell). */
    void (*on_unreachable)(void *ctx, uint32_t local, const struct cf_addr *remote, cf_usec now);
    /** Somebody has connected to @p local. */
    void (*on_accepted)(void *ctx, uint32_t local, uint64_t stream, const struct cf_addr *remote, cf_usec now);
    /** A connection of ours is open. */
    void (*on_connected)(void *ctx, uint64_t stream, cf_usec now);
    /** Bytes, cut anywhere. */
    void (*on_bytes)(void *ctx, uint64_t stream, struct cf_span bytes, cf_usec now);
    /** Closed by the other side, or never opened (@p is_refused). */
    void (*on_closed)(void *ctx, uint64_t stream, bool is_refused, cf_usec now);
    cf_usec (*deadline)(const void *ctx);
    void (*on_deadline)(void *ctx, cf_usec now);
};

/** How connections cut what is written to them. */
enum world_split {
    WORLD_SPLIT_NONE,       /**< as written */
    WORLD_SPLIT_ANYWHERE,   /**< into pieces by the seed */
    WORLD_SPLIT_EVERY_BYTE, /**< one octet at a time */
};

/** A world; opaque. */
struct world;

/** A world without nodes in which everything is perfect. */
struct world *world_create(uint64_t seed);

/** End it; what is on the way is dropped, nobody is called. */
void world_destroy(struct world *w);

/** Now. */
cf_usec world_now(const struct world *w);

/** Add a node; both pointers are kept by reference. Returns its number. */
size_t world_add(struct world *w, const struct world_node *node, void *ctx);

/** @p node takes datagrams and connections at @p addr, which it calls @p local. An address of another node is an error. */
void world_bind(struct world *w, size_t node, uint32_t local, const struct cf_addr *addr);

/** What happens to packets between all addresses, unless world_link() says otherwise. */
void world_default_link(struct world *w, const struct netem_config *config);

/** What happens to packets from @p from to @p to (IP addresses; port 0). */
void world_link(struct world *w, const struct cf_addr *from, const struct cf_addr *to, const struct netem_config *config);

/** @p inside (an IP address) is behind a NAT at @p public_ip. Datagrams only; connections out pass with the NAT's address. */
void world_nat(struct world *w, const struct cf_addr *inside, const struct cf_addr *public_ip, cf_usec timeout_usec);

/** How connections are cut from now on. */
void world_set_split(struct world *w, enum world_split split);

/** Send a datagram from a bound address. */
void world_send(struct world *w, const struct cf_addr *from, const struct cf_addr *to, struct cf_span bytes);

/** Open a connection from @p node; outcome by on_connected or on_closed. Never 0. */
uint64_t world_connect(struct world *w, size_t node, const struct cf_addr *from, const struct cf_addr *to);

/** Write to an end of a connection. */
void world_write(struct world *w, uint64_t stream, struct cf_span bytes);

/** Close an end: what was written before still arrives, then on_closed at the other end. Nothing comes to this end any more. */
void world_close(struct world *w, uint64_t stream);

/** The node's deadline may have changed. */
void world_touch(struct world *w, size_t node);

/** Let time pass until @p until; what is due at @p until is done. */
void world_run_until(struct world *w, cf_usec until);

/** Let time pass by @p duration. */
void world_run_for(struct world *w, cf_usec duration);

/** Let time pass until nothing is on the way and nobody has a deadline before @p until; returns false if that never came. */
bool world_run_to_rest(struct world *w, cf_usec until);

/** Called for every datagram that is sent, before chance has its say: for assertions and traces. NULL: nobody. */
typedef void world_tap(void *ctx, const struct cf_addr *from, const struct cf_addr *to, struct cf_span bytes, cf_usec now);
void world_set_tap(struct world *w, world_tap *tap, void *ctx);

#endif
