/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Candidates and pairs of an agent: which there are, in which order they are checked (RFC 8445 section 6.1.2). */
#include "core/ice/internal.h"

/* --- candidates of the peer --- */

int cf_ice_find_remote(const struct cf_ice_agent *agent, const struct cf_ice_remote_candidate *wanted) {
    for (size_t i = 0; i < agent->remote_count; i++) {
        const struct cf_ice_remote_candidate *remote = &agent->remotes[i];
        if (remote->component == wanted->component && remote->transport == wanted->transport &&
            cf_addr_eq(&remote->addr, &wanted->addr)) {
            return (int)i;
        }
    }
    return -1;
}

/* A learnt candidate none of whose pairs is valid: somebody's former address, or one that never answered. */
static bool is_spare(const struct cf_ice_agent *agent, size_t remote) {
    if (agent->remotes[remote].type != CF_ICE_PRFLX) {
        return false;
    }
    for (size_t i = 0; i < agent->pair_count; i++) {
        const struct cf_ice_pair *pair = &agent->pairs[i];
        if (pair->remote == remote && (pair->is_valid || pair->state != CF_ICE_FAILED)) {
            return false;
        }
    }
    return true;
}

/* Take out the pairs of @remote; the others keep their places, since components name the selected one by its index. */
static void retire_pairs(struct cf_ice_agent *agent, size_t remote) {
    for (size_t i = 0; i < agent->pair_count; i++) {
        if (agent->pairs[i].remote == remote) {
            agent->pairs[i].is_dead = true;
            agent->pairs[i].priority = 0;
        }
    }
}

int cf_ice_keep_remote(struct cf_ice_agent *agent, const struct cf_ice_remote_candidate *candidate) {
    size_t place = agent->remote_count;
    if (place == CF_ICE_REMOTES_MAX) {
        place = 0;
        while (place < CF_ICE_REMOTES_MAX && !is_spare(agent, place)) {
            place++;
        }
        if (place == CF_ICE_REMOTES_MAX) {
            agent->stats.left_out++;
            return -1;
        }
        retire_pairs(agent, place);
    } else {
        agent->remote_count++;
    }
    agent->remotes[place] = *candidate;
    return (int)place;
}

/* --- pairs --- */

static uint64_t priority_of(const struct cf_ice_agent *agent, const struct cf_ice_pair *pair) {
    uint32_t ours = agent->locals[pair->local].priority;
    uint32_t theirs = agent->remotes[pair->remote].priority;
    return agent->is_controlling ? cf_ice_pair_priority(ours, theirs) : cf_ice_pair_priority(theirs, ours);
}

void cf_ice_set_priorities(struct cf_ice_agent *agent) {
    for (size_t i = 0; i < agent->pair_count; i++) {
        if (agent->pairs[i].priority != 0) {
            agent->pairs[i].priority = priority_of(agent, &agent->pairs[i]);
        }
    }
}

struct cf_ice_pair *cf_ice_find_pair(struct cf_ice_agent *agent, size_t local, size_t remote) {
    for (size_t i = 0; i < agent->pair_count; i++) {
        struct cf_ice_pair *pair = &agent->pairs[i];
        if (pair->local == local && pair->remote == remote && pair->priority != 0) {
            return pair;
        }
    }
    return NULL;
}

static bool is_in_use(const struct cf_ice_pair *pair) {
    return pair->is_valid || pair->is_told || pair->state == CF_ICE_IN_PROGRESS || pair->is_triggered;
}

/* A place for a pair of @priority: a new one, or that of the least wanted pair. */
static struct cf_ice_pair *find_place(struct cf_ice_agent *agent, uint64_t priority) {
    struct cf_ice_pair *least = NULL;
    if (agent->pair_count < CF_ICE_PAIRS_MAX) {
        return &agent->pairs[agent->pair_count++];
    }
    for (size_t i = 0; i < agent->pair_count; i++) {
        struct cf_ice_pair *pair = &agent->pairs[i];
        bool is_better = pair->priority >= priority && pair->state != CF_ICE_FAILED;
        if (!is_in_use(pair) && !is_better && (least == NULL || pair->priority < least->priority)) {
            least = pair;
        }
    }
    agent->stats.left_out++;
    return least;
}

struct cf_ice_pair *cf_ice_add_pair(struct cf_ice_agent *agent, size_t local, size_t remote) {
    struct cf_ice_pair pair = {.local = (uint8_t)local, .remote = (uint8_t)remote, .state = CF_ICE_FROZEN};
    pair.priority = priority_of(agent, &pair);
    pair.priority += pair.priority == 0; /* 0 is that of places that are free again */
    struct cf_ice_pair *place = find_place(agent, pair.priority);
    if (place != NULL) {
        *place = pair;
    }
    return place;
}

void cf_ice_pair_remote(struct cf_ice_agent *agent, size_t remote) {
    for (size_t i = 0; i < agent->local_count; i++) {
        const struct cf_ice_local *ours = &agent->locals[i];
        const struct cf_ice_remote_candidate *theirs = &agent->remotes[remote];
        /* RFC 6544 section 6.2: who is connected to checks when that has happened, and not before. */
        bool can_meet =
            ours->component == theirs->component && ours->transport != CF_ICE_TCP_PASSIVE &&
            cf_ice_is_transport_pair((enum cf_ice_transport)ours->transport, (enum cf_ice_transport)theirs->transport) &&
            cf_ice_is_pair(&ours->addr, &theirs->addr);
        if (can_meet && cf_ice_find_pair(agent, i, remote) == NULL) {
            (void)cf_ice_add_pair(agent, i, remote);
        }
    }
}

/* --- order --- */

static bool is_same_foundation(const struct cf_ice_agent *agent, const struct cf_ice_pair *a, const struct cf_ice_pair *b) {
    return agent->locals[a->local].foundation == agent->locals[b->local].foundation &&
           agent->remotes[a->remote].foundation == agent->remotes[b->remote].foundation;
}

/* Is another pair of the same foundation waiting for its result? One success thaws all of them. */
static bool is_kept_frozen(const struct cf_ice_agent *agent, const struct cf_ice_pair *pair) {
    bool is_awaited = false;
    for (size_t i = 0; i < agent->pair_count; i++) {
        const struct cf_ice_pair *other = &agent->pairs[i];
        if (other == pair || other->priority == 0 || !is_same_foundation(agent, pair, other)) {
            continue;
        }
        if (other->state == CF_ICE_SUCCEEDED) {
            return false;
        }
        is_awaited = is_awaited || other->state == CF_ICE_WAITING || other->state == CF_ICE_IN_PROGRESS;
    }
    return is_awaited;
}

/* A frozen pair that goes first in its foundation: lower component, then priority. */
static bool goes_before(const struct cf_ice_agent *agent, const struct cf_ice_pair *a, const struct cf_ice_pair *b) {
    size_t component_a = cf_ice_component_of(agent, a);
    size_t component_b = cf_ice_component_of(agent, b);
    return component_a != component_b ? component_a < component_b : a->priority > b->priority;
}

void cf_ice_thaw(struct cf_ice_agent *agent) {
    for (bool any = true; any;) {
        struct cf_ice_pair *first = NULL;
        any = false;
        for (size_t i = 0; i < agent->pair_count; i++) {
            struct cf_ice_pair *pair = &agent->pairs[i];
            if (pair->state == CF_ICE_FROZEN && pair->priority != 0 && !pair->is_dead && !is_kept_frozen(agent, pair) &&
                (first == NULL || goes_before(agent, pair, first))) {
                first = pair;
            }
        }
        if (first != NULL) {
            first->state = CF_ICE_WAITING;
            any = true;
        }
    }
}

void cf_ice_trigger(struct cf_ice_agent *agent, struct cf_ice_pair *pair) {
    if (pair->state == CF_ICE_IN_PROGRESS) {
        /* Section 7.3.1.4: not repeated any more, but its answer still counts. */
        memcpy(pair->former_nonce, pair->nonce, sizeof pair->nonce);
        pair->has_former = true;
    }
    pair->state = CF_ICE_WAITING;
    pair->must_send = false;
    if (!pair->is_triggered) {
        pair->is_triggered = true;
        pair->turn = agent->turns++;
    }
}

/* Ordinary checks end with the selection of a nominated pair (section 8.1.2); triggered ones go on. */
static bool is_concluded(const struct cf_ice_agent *agent, const struct cf_ice_pair *pair) {
    const struct cf_ice_component *component = &agent->components[cf_ice_component_of(agent, pair)];
    return component->selected >= 0 && agent->pairs[component->selected].is_nominated;
}

static bool is_due(const struct cf_ice_agent *agent, const struct cf_ice_pair *pair) {
    return pair->priority != 0 && !pair->is_dead &&
           (pair->is_triggered || (pair->state == CF_ICE_WAITING && !is_concluded(agent, pair)));
}

/* Section 6.1.4.2: triggered checks in their order, then ordinary ones by priority. */
static bool is_sooner(const struct cf_ice_pair *a, const struct cf_ice_pair *b) {
    if (a->is_triggered != b->is_triggered) {
        return a->is_triggered;
    }
    return a->is_triggered ? (int32_t)(a->turn - b->turn) < 0 : a->priority > b->priority;
}

int cf_ice_next_check(const struct cf_ice_agent *agent) {
    int best = -1;
    for (size_t i = 0; i < agent->pair_count; i++) {
        if (is_due(agent, &agent->pairs[i]) && (best < 0 || is_sooner(&agent->pairs[i], &agent->pairs[best]))) {
            best = (int)i;
        }
    }
    return agent->peer_ufrag_len == 0 || agent->is_lite ? -1 : best;
}
