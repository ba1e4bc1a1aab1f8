/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Members of a benchmark who come to the worker's one port by ICE: what was agreed on with them, and their agents, until
 * connectivity checks have found all of them. Failures end the program.
 */
#ifndef CF_TESTS_BENCH_ICE_PEERS_H
#define CF_TESTS_BENCH_ICE_PEERS_H

#include "core/media/messages.h"

struct bench_rig;

/** Let @p set, of leg @p leg, be received at the shared socket, which is bound to @p place, by ICE. */
void bench_ice_describe(uint32_t leg, const struct cf_addr *place, struct cf_media_transport_set *set);

/** Source and receivers of @p rig check and are checked; the worker knows where all of them are when this returns. Consent lasts
 * for CF_ICE_CONSENT from then on. */
void bench_ice_connect(struct bench_rig *rig);

#endif
