/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which pair is used: valid ones, nominated ones, the selected one of each component, and how long the peer consents (RFC 8445
 * section 8, RFC 7675).
 */
#include "core/ice/internal.h"

/* A controlling agent waits so long after the first valid pair for a better one (section 8.1.1). */
#define NOMINATION_WAIT CF_MSEC(300)

/* A peer that asks for a less wanted pair while it repeats its wish for the selected one is an aggressive one (RFC 5245); if it
 * does not repeat that for so long, it has moved. */
#define WISH_AGE CF_SEC(1)

/* RFC 7675 section 5.1: 5 s, randomised by a fifth. */
#define CONSENT_MIN CF_SEC(4)
#define CONSENT_SPREAD 2000000U

static struct cf_ice_pair *selected_of(struct cf_ice_agent *agent, const struct cf_ice_component *component) {
    return component->selected < 0 ? NULL : &agent->pairs[component->selected];
}

static void plan_consent(struct cf_ice_agent *agent, struct cf_ice_component *component) {
    cf_usec spread = (cf_usec)(cf_entropy_u32(agent->entropy) % CONSENT_SPREAD);
    component->consent_next = agent->is_lite ? CF_USEC_NEVER : agent->now + CONSENT_MIN + spread;
}

void cf_ice_refresh_consent(struct cf_ice_agent *agent, struct cf_ice_component *component) {
    component->consent_until = agent->now + CF_ICE_CONSENT;
}

static void select_pair(struct cf_ice_agent *agent, struct cf_ice_component *component, struct cf_ice_pair *pair) {
    component->selected = pair == NULL ? -1 : (int)(pair - agent->pairs);
    component->is_changed = true;
    component->asked_count = 0;
    component->must_ask = false;
    if (pair != NULL) {
        component->consent_until = pair->heard_at + CF_ICE_CONSENT;
        plan_consent(agent, component);
    }
}

/* Nominated before others, then the most wanted. */
static bool is_better(const struct cf_ice_pair *a, const struct cf_ice_pair *b) {
    return a->is_nominated != b->is_nominated ? a->is_nominated : a->priority > b->priority;
}

static struct cf_ice_pair *best_valid(struct cf_ice_agent *agent, size_t component) {
    struct cf_ice_pair *best = NULL;
    for (size_t i = 0; i < agent->pair_count; i++) {
        struct cf_ice_pair *pair = &agent->pairs[i];
        if (pair->is_valid && cf_ice_component_of(agent, pair) == component && (best == NULL || is_better(pair, best))) {
            best = pair;
        }
    }
    return best;
}

/* Should @pair take the place of the selected one? */
static bool takes_over(const struct cf_ice_agent *agent, const struct cf_ice_pair *selected, const struct cf_ice_pair *pair) {
    if (selected == NULL || (pair->is_nominated && !selected->is_nominated)) {
        return true;
    }
    if (!pair->is_nominated && selected->is_nominated) {
        return false;
    }
    return pair->priority > selected->priority || (pair->is_nominated && agent->now - selected->nominated_at > WISH_AGE);
}

static void consider(struct cf_ice_agent *agent, struct cf_ice_pair *pair) {
    struct cf_ice_component *component = &agent->components[cf_ice_component_of(agent, pair)];
    struct cf_ice_pair *selected = selected_of(agent, component);
    if (pair != selected && takes_over(agent, selected, pair)) {
        select_pair(agent, component, pair);
    }
}

void cf_ice_validate(struct cf_ice_agent *agent, struct cf_ice_pair *pair) {
    struct cf_ice_component *component = &agent->components[cf_ice_component_of(agent, pair)];
    pair->state = CF_ICE_SUCCEEDED;
    pair->is_valid = true;
    pair->heard_at = agent->now;
    if (!component->has_valid) {
        component->has_valid = true;
        component->valid_at = agent->now;
    }
    if (component->selected == (int)(pair - agent->pairs)) {
        cf_ice_refresh_consent(agent, component);
    }
    consider(agent, pair);
}

void cf_ice_nominate(struct cf_ice_agent *agent, struct cf_ice_pair *pair) {
    struct cf_ice_component *component = &agent->components[cf_ice_component_of(agent, pair)];
    bool is_news = !pair->is_nominated && component->selected == (int)(pair - agent->pairs);
    component->is_changed = component->is_changed || is_news;
    component->is_nominating = false;
    pair->is_wanted = false;
    pair->is_nominated = true;
    pair->nominated_at = agent->now;
    consider(agent, pair);
}

void cf_ice_invalidate(struct cf_ice_agent *agent, struct cf_ice_pair *pair) {
    struct cf_ice_component *component = &agent->components[cf_ice_component_of(agent, pair)];
    pair->state = CF_ICE_FAILED;
    pair->is_valid = false;
    pair->is_nominated = false;
    pair->must_send = false;
    if (agent->is_controlling && pair->is_wanted) {
        component->is_nominating = false;
    }
    pair->is_wanted = false;
    if (component->selected == (int)(pair - agent->pairs)) {
        select_pair(agent, component, best_valid(agent, cf_ice_component_of(agent, pair)));
    }
}

void cf_ice_lose_consent(struct cf_ice_agent *agent, struct cf_ice_component *component) {
    struct cf_ice_pair *pair = selected_of(agent, component);
    if (pair != NULL) {
        pair->is_dead = true;
        pair->is_triggered = false;
        cf_ice_invalidate(agent, pair);
    }
}

/* --- time --- */

/* Could a better pair than @pair still get through? */
static bool is_better_possible(struct cf_ice_agent *agent, const struct cf_ice_pair *pair) {
    for (size_t i = 0; i < agent->pair_count; i++) {
        const struct cf_ice_pair *other = &agent->pairs[i];
        if (other->priority > pair->priority && cf_ice_component_of(agent, other) == cf_ice_component_of(agent, pair) &&
            (other->state == CF_ICE_FROZEN || other->state == CF_ICE_WAITING || other->state == CF_ICE_IN_PROGRESS)) {
            return true;
        }
    }
    return false;
}

/* Section 8.1.1: when a pair is good enough its check is repeated with USE-CANDIDATE. */
static void run_nomination(struct cf_ice_agent *agent, size_t index) {
    struct cf_ice_component *component = &agent->components[index];
    struct cf_ice_pair *best = best_valid(agent, index);
    if (!agent->is_controlling || component->is_nominating || best == NULL || best->is_nominated) {
        return;
    }
    if (is_better_possible(agent, best) && agent->now - component->valid_at < NOMINATION_WAIT) {
        return;
    }
    component->is_nominating = true;
    best->is_wanted = true;
    cf_ice_trigger(agent, best);
}

static void run_consent(struct cf_ice_agent *agent, struct cf_ice_component *component) {
    if (component->selected < 0) {
        return;
    }
    if (agent->now >= component->consent_until) {
        cf_ice_lose_consent(agent, component);
    } else if (agent->now >= component->consent_next) {
        component->must_ask = true;
        plan_consent(agent, component);
    }
}

/* A pair that is not in use and was not heard for as long as a consent lasts proves nothing any more. */
static void run_expiry(struct cf_ice_agent *agent) {
    for (size_t i = 0; i < agent->pair_count; i++) {
        struct cf_ice_pair *pair = &agent->pairs[i];
        bool is_selected = pair->priority != 0 && agent->components[cf_ice_component_of(agent, pair)].selected == (int)i;
        if (pair->is_valid && !is_selected && agent->now - pair->heard_at >= CF_ICE_CONSENT) {
            cf_ice_invalidate(agent, pair);
        }
    }
}

static bool is_all_failed(const struct cf_ice_agent *agent) {
    for (size_t i = 0; i < agent->pair_count; i++) {
        if (agent->pairs[i].state != CF_ICE_FAILED && agent->pairs[i].priority != 0) {
            return false;
        }
    }
    return agent->is_ended && agent->pair_count > 0;
}

static void run_patience(struct cf_ice_agent *agent) {
    bool is_missing = false;
    for (size_t i = 0; i < agent->component_count; i++) {
        is_missing = is_missing || agent->components[i].selected < 0;
    }
    if (!is_missing) {
        agent->give_up_at = agent->now + CF_ICE_PATIENCE;
    } else if (!agent->is_failed && (agent->now >= agent->give_up_at || is_all_failed(agent))) {
        agent->is_failed = true;
        agent->must_tell_failed = true;
    }
}

void cf_ice_run_selection(struct cf_ice_agent *agent) {
    for (size_t i = 0; i < agent->component_count; i++) {
        run_consent(agent, &agent->components[i]);
        run_nomination(agent, i);
    }
    run_expiry(agent);
    run_patience(agent);
}

static cf_usec component_deadline(const struct cf_ice_agent *agent, const struct cf_ice_component *component) {
    cf_usec deadline = CF_USEC_NEVER;
    if (component->selected >= 0) {
        deadline = cf_usec_min(component->consent_until, component->consent_next);
        if (agent->is_controlling && !component->is_nominating && !agent->pairs[component->selected].is_nominated) {
            deadline = cf_usec_min(deadline, component->valid_at + NOMINATION_WAIT);
        }
    } else if (!agent->is_failed) {
        deadline = agent->give_up_at;
    }
    return deadline;
}

cf_usec cf_ice_selection_deadline(const struct cf_ice_agent *agent) {
    cf_usec deadline = CF_USEC_NEVER;
    for (size_t i = 0; i < agent->component_count; i++) {
        deadline = cf_usec_min(deadline, component_deadline(agent, &agent->components[i]));
    }
    for (size_t i = 0; i < agent->pair_count; i++) {
        if (agent->pairs[i].is_valid) {
            bool is_selected = agent->components[cf_ice_component_of(agent, &agent->pairs[i])].selected == (int)i;
            deadline = is_selected ? deadline : cf_usec_min(deadline, agent->pairs[i].heard_at + CF_ICE_CONSENT);
        }
    }
    return deadline;
}
