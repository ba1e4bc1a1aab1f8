/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Members of a benchmark who come to the worker's one port by ICE: what was agreed on with them, and their agents, which find the
 * worker and answer its checks. Failures end the program.
 */
#ifndef CF_TESTS_BENCH_ICE_PEERS_H
#define CF_TESTS_BENCH_ICE_PEERS_H

#include "core/ice/agent.h"
#include "worker_world.h"

/** Most members: a source and receivers. */
#define BENCH_ICE_MAX 1001

/** Agents, by leg. */
struct bench_ice {
    struct cf_addr place;                  /**< of the worker's port */
    size_t count;                          /**< 0: there are none */
    struct cf_udp *sockets[BENCH_ICE_MAX]; /**< of the members */
    struct cf_ice_agent *agents;           /**< owned */
};

/** Let @p set, of leg @p leg, be received at the shared socket, which is bound to @p place, by ICE. */
void bench_ice_describe(uint32_t leg, const struct cf_addr *place, struct cf_media_transport_set *set);

/** @p ice->sockets, @p count of them, belong to legs that were described so: @p world knows where all of them are when this
 * returns. */
void bench_ice_connect(struct bench_ice *ice, struct bench_worker *world, const struct cf_addr *place, size_t count);

/** A check came to @p leg: it is answered. */
void bench_ice_take(struct bench_ice *ice, size_t leg, struct cf_span octets);

/** Read what has come to @p leg, and answer checks; for those whose sockets nobody else reads. */
void bench_ice_read(struct bench_ice *ice, size_t leg);

/** Free the agents, if there are any. */
void bench_ice_end(struct bench_ice *ice);

#endif
