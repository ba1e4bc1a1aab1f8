/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ICE in the engine: an agent (core/ice) for each transport that has agreed on it, found by the user fragment of a request, by
 * the transaction of an answer, and, for everything that is not STUN, by where it comes from. So all members can be received on
 * one socket, and nothing is taken from an address that was not validated. A restart makes another agent; the former one keeps
 * the path until the new one has found its own.
 */
#ifndef CF_MEDIA_CHECKS_H
#define CF_MEDIA_CHECKS_H

#include "base/heap.h"
#include "base/map.h"
#include "core/ice/agent.h"
#include "core/media/messages.h"
#include "core/stun/integrity.h"

struct cf_engine;
struct cf_engine_arrival;
struct cf_engine_transport;

/** Octets of a route's key. */
#define CF_ENGINE_ROUTE_KEY_LEN 24

/** The agent of one generation of credentials. */
struct cf_engine_checks {
    struct cf_ice_agent agent;
    struct cf_engine_transport *transport; /**< that it belongs to */
    struct cf_engine_checks *former;       /**< owned; of before the restart; NULL: none */
    struct cf_timer timer;                 /**< in the engine's heap of checks */
    struct cf_map_node by_ufrag;           /**< in the engine's map, key: our user fragment */
    struct cf_map_node by_prefix;          /**< in the engine's map, key: .prefix */
    uint8_t prefix[4];                     /**< of our transactions */
    struct cf_list routes;                 /**< of struct cf_engine_route */
};

/** A valid pair: packets from there to that socket belong to a transport. */
struct cf_engine_route {
    struct cf_map_node node; /**< in the engine's map */
    struct cf_link link;     /**< in .checks->routes */
    struct cf_engine_checks *checks;
    uint8_t component; /**< 1.. */
    uint8_t key[CF_ENGINE_ROUTE_KEY_LEN];
};

/** All agents of an engine, and how they are found. */
struct cf_engine_checks_index {
    struct cf_map ufrags;
    struct cf_map prefixes;
    struct cf_map routes;
    struct cf_heap timers;
};

/** No agent. */
void cf_engine_checks_init(struct cf_engine *engine);

/** Free the maps; the agents have gone with their transports. */
void cf_engine_checks_fini(struct cf_engine *engine);

/**
 * What was agreed on for @p t: make an agent, give it the peer's new candidates, or restart it. CF_ERR_UNSUPPORTED: the engine
 * has no hash functions. CF_ERR_NO_MEMORY, CF_ERR_EXISTS (user fragment in use), CF_ERR_LIMIT.
 */
CF_MUST_USE enum cf_err cf_engine_checks_set(struct cf_engine *engine, struct cf_engine_transport *t,
                                             const struct cf_media_transport_set *set);

/** The transport has no agent any more. */
void cf_engine_checks_drop(struct cf_engine *engine, struct cf_engine_transport *t);

/** Candidates of the peer that came later. */
void cf_engine_checks_trickle(struct cf_engine *engine, struct cf_engine_transport *t, const struct cf_media_trickle *trickle);

/** The transport that STUN is for, and NULL if it is for none; *ret_checks is its agent. */
struct cf_engine_transport *cf_engine_checks_addressee(struct cf_engine *engine, struct cf_span datagram,
                                                       struct cf_engine_checks **ret_checks);

/** STUN for @p checks. */
enum cf_media_discard cf_engine_checks_receive(struct cf_engine *engine, struct cf_engine_checks *checks,
                                               const struct cf_engine_arrival *arrival);

/** The connection of a valid pair is closed: tell the agents that know of it. */
void cf_engine_checks_on_closed(struct cf_engine *engine, uint32_t socket, const struct cf_addr *from);

/** The transport whose valid pair is @p from and @p socket, or NULL; *ret_component is set if there is one. */
struct cf_engine_transport *cf_engine_checks_route(const struct cf_engine *engine, uint32_t socket, const struct cf_addr *from,
                                                   uint8_t *ret_component);

/** Next deadline of all agents, and what to do then. */
cf_usec cf_engine_checks_deadline(const struct cf_engine *engine);
void cf_engine_checks_on_deadline(struct cf_engine *engine);

#endif
