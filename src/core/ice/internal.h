/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the agent call of each other. Not for others. */
#ifndef CF_CORE_ICE_INTERNAL_H
#define CF_CORE_ICE_INTERNAL_H

#include "core/ice/agent.h"

/* checklist.c */

/** The pair of these, or NULL. */
struct cf_ice_pair *cf_ice_find_pair(struct cf_ice_agent *agent, size_t local, size_t remote);

/** Make pairs of @p remote with all bases from which checks begin: not with those that wait for connections. */
void cf_ice_pair_remote(struct cf_ice_agent *agent, size_t remote);

/** Make one pair; the least wanted one makes room if there is none. NULL if that is the pair itself. */
struct cf_ice_pair *cf_ice_add_pair(struct cf_ice_agent *agent, size_t local, size_t remote);

/** Priorities follow the role. */
void cf_ice_set_priorities(struct cf_ice_agent *agent);

/** Thaw what may be checked (section 6.1.2.6). */
void cf_ice_thaw(struct cf_ice_agent *agent);

/** Put @p pair into the queue of triggered checks. */
void cf_ice_trigger(struct cf_ice_agent *agent, struct cf_ice_pair *pair);

/** Index of the next pair to be checked, -1: none. */
int cf_ice_next_check(const struct cf_ice_agent *agent);

/** Component of @p pair, from 0. */
static inline size_t cf_ice_component_of(const struct cf_ice_agent *agent, const struct cf_ice_pair *pair) {
    return agent->locals[pair->local].component - 1U;
}

/** Find the candidate with the address, component and transport of @p wanted, or -1. */
int cf_ice_find_remote(const struct cf_ice_agent *agent, const struct cf_ice_remote_candidate *wanted);

/** Does @p pair go by TCP: then each request is sent once. */
static inline bool cf_ice_is_reliable(const struct cf_ice_agent *agent, const struct cf_ice_pair *pair) {
    return agent->locals[pair->local].transport != CF_ICE_UDP;
}

/** Keep a candidate; a reflexive one that leads nowhere makes room. Its index, or -1. */
int cf_ice_keep_remote(struct cf_ice_agent *agent, const struct cf_ice_remote_candidate *candidate);

/* check.c */

/** Begin the next check if it is time to, retransmit or give up what is due. */
void cf_ice_run_checks(struct cf_ice_agent *agent);

/** Write the request of @p pair with @p nonce into the agent's message. False: the library refuses. */
bool cf_ice_write_request(struct cf_ice_agent *agent, const struct cf_ice_pair *pair, const uint8_t *nonce, bool has_use);

/* agent.c */

/** Take on the other role (section 7.3.1.1). */
void cf_ice_switch_role(struct cf_ice_agent *agent, bool is_controlling);

/* select.c */

/** A check of @p pair got through: it is valid. */
void cf_ice_validate(struct cf_ice_agent *agent, struct cf_ice_pair *pair);

/** @p pair is of no use any more. */
void cf_ice_invalidate(struct cf_ice_agent *agent, struct cf_ice_pair *pair);

/** The peer, or we, want to use valid @p pair. */
void cf_ice_nominate(struct cf_ice_agent *agent, struct cf_ice_pair *pair);

/** Nominate if it is time to, forget pairs that were not heard, ask for consent, give up: whatever is due. */
void cf_ice_run_selection(struct cf_ice_agent *agent);

/** When that is. */
cf_usec cf_ice_selection_deadline(const struct cf_ice_agent *agent);

/** Consent was proved for @p component. */
void cf_ice_refresh_consent(struct cf_ice_agent *agent, struct cf_ice_component *component);

/** Consent was taken back, or has expired. */
void cf_ice_lose_consent(struct cf_ice_agent *agent, struct cf_ice_component *component);

#endif
