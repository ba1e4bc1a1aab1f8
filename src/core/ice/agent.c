/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The agent as a whole: making, time, outputs. */
#include "core/ice/agent.h"

#include "core/ice/internal.h"

enum cf_err cf_ice_agent_init(struct cf_ice_agent *agent, const struct cf_ice_config *config, cf_usec now) {
    if (config->ufrag.len == 0 || config->ufrag.len > CF_ICE_OWN_CREDENTIAL_MAX || config->pwd.len == 0 ||
        config->pwd.len > CF_ICE_OWN_CREDENTIAL_MAX || config->component_count < 1 ||
        config->component_count > CF_ICE_COMPONENTS_MAX) {
        return CF_ERR_LIMIT;
    }
    memset(agent, 0, sizeof *agent);
    agent->hash = config->hash;
    agent->entropy = config->entropy;
    agent->prefix = config->prefix;
    agent->component_count = config->component_count;
    agent->is_lite = config->is_lite;
    agent->is_controlling = config->is_controlling && !config->is_lite;
    agent->now = now;
    agent->pace_at = now;
    agent->give_up_at = now + CF_ICE_PATIENCE;
    agent->ufrag_len = (uint8_t)config->ufrag.len;
    agent->pwd_len = (uint8_t)config->pwd.len;
    memcpy(agent->ufrag, config->ufrag.at, config->ufrag.len);
    memcpy(agent->pwd, config->pwd.at, config->pwd.len);
    cf_entropy_fill(config->entropy, &agent->tie_breaker, sizeof agent->tie_breaker);
    for (size_t i = 0; i < CF_ICE_COMPONENTS_MAX; i++) {
        agent->components[i].selected = -1;
    }
    return CF_OK;
}

void cf_ice_agent_fini(struct cf_ice_agent *agent) {
    cf_mem_wipe(agent, sizeof *agent);
}

static void begin(struct cf_ice_agent *agent, cf_usec now) {
    agent->now = now;
    agent->has_answer = false;
}

bool cf_ice_agent_add_local(struct cf_ice_agent *agent, const struct cf_ice_local *local, cf_usec now) {
    begin(agent, now);
    if (agent->local_count == CF_ICE_LOCALS_MAX || local->component < 1 || local->component > agent->component_count) {
        agent->stats.left_out++;
        return false;
    }
    agent->locals[agent->local_count++] = *local;
    for (size_t i = 0; i < agent->remote_count && !agent->is_lite; i++) {
        cf_ice_pair_remote(agent, i);
    }
    cf_ice_thaw(agent);
    return true;
}

enum cf_err cf_ice_agent_set_remote(struct cf_ice_agent *agent, struct cf_str ufrag, struct cf_str pwd, bool is_lite,
                                    cf_usec now) {
    begin(agent, now);
    if (agent->peer_ufrag_len != 0) {
        return CF_ERR_STATE;
    }
    if (ufrag.len == 0 || ufrag.len > CF_ICE_PEER_CREDENTIAL_MAX || pwd.len == 0 || pwd.len > CF_ICE_PEER_CREDENTIAL_MAX) {
        return CF_ERR_LIMIT;
    }
    agent->peer_ufrag_len = (uint16_t)ufrag.len;
    agent->peer_pwd_len = (uint16_t)pwd.len;
    memcpy(agent->peer_ufrag, ufrag.at, ufrag.len);
    memcpy(agent->peer_pwd, pwd.at, pwd.len);
    agent->is_peer_lite = is_lite;
    agent->give_up_at = now + CF_ICE_PATIENCE;
    if (is_lite && !agent->is_lite) {
        cf_ice_switch_role(agent, true);
    }
    return CF_OK;
}

void cf_ice_agent_add_remote(struct cf_ice_agent *agent, const struct cf_ice_remote_candidate *candidate, cf_usec now) {
    begin(agent, now);
    if (candidate->component < 1 || candidate->component > agent->component_count || !cf_ice_is_target(&candidate->addr)) {
        agent->stats.left_out++;
        return;
    }
    int known = cf_ice_find_remote(agent, candidate);
    if (known >= 0) {
        /* Section 7.3.1.3: what was learnt by a check is now known by its name; pairs keep the priority of the check. */
        return;
    }
    int place = cf_ice_keep_remote(agent, candidate);
    if (place >= 0 && !agent->is_lite) {
        cf_ice_pair_remote(agent, (size_t)place);
        cf_ice_thaw(agent);
        agent->is_failed = false;
        agent->give_up_at = now + CF_ICE_PATIENCE;
    }
}

void cf_ice_agent_end_remote(struct cf_ice_agent *agent, cf_usec now) {
    begin(agent, now);
    agent->is_ended = true;
    cf_ice_run_selection(agent);
}

void cf_ice_switch_role(struct cf_ice_agent *agent, bool is_controlling) {
    if (agent->is_controlling == is_controlling) {
        return;
    }
    agent->is_controlling = is_controlling;
    for (size_t i = 0; i < agent->component_count; i++) {
        agent->components[i].is_nominating = false;
    }
    for (size_t i = 0; i < agent->pair_count; i++) {
        agent->pairs[i].is_wanted = false;
    }
    cf_ice_set_priorities(agent);
}

void cf_ice_agent_on_closed(struct cf_ice_agent *agent, uint32_t socket, const struct cf_addr *remote, cf_usec now) {
    begin(agent, now);
    for (size_t i = 0; i < agent->pair_count; i++) {
        struct cf_ice_pair *pair = &agent->pairs[i];
        if (pair->priority != 0 && agent->locals[pair->local].socket == socket && cf_ice_is_reliable(agent, pair) &&
            cf_addr_eq(&agent->remotes[pair->remote].addr, remote)) {
            pair->is_triggered = false;
            pair->has_former = false;
            cf_ice_invalidate(agent, pair);
        }
    }
    cf_ice_run_selection(agent);
}

/* --- time --- */

cf_usec cf_ice_agent_deadline(const struct cf_ice_agent *agent) {
    cf_usec deadline = cf_ice_selection_deadline(agent);
    if (cf_ice_next_check(agent) >= 0) {
        deadline = cf_usec_min(deadline, agent->pace_at);
    }
    for (size_t i = 0; i < agent->pair_count; i++) {
        if (agent->pairs[i].state == CF_ICE_IN_PROGRESS) {
            deadline = cf_usec_min(deadline, agent->pairs[i].due);
        }
    }
    return deadline;
}

void cf_ice_agent_on_deadline(struct cf_ice_agent *agent, cf_usec now) {
    begin(agent, now);
    cf_ice_run_checks(agent);
    cf_ice_run_selection(agent);
    cf_ice_run_checks(agent); /* what was nominated just now */
}

/* --- outputs --- */

static void put_out(const struct cf_ice_agent *agent, uint32_t socket, const struct cf_addr *to, struct cf_ice_output *ret) {
    *ret = (struct cf_ice_output){.socket = socket, .to = *to, .data = {agent->message, agent->message_len}};
}

static void put_pair_out(struct cf_ice_agent *agent, const struct cf_ice_pair *pair, struct cf_ice_output *ret) {
    agent->stats.checks_out++;
    put_out(agent, agent->locals[pair->local].socket, &agent->remotes[pair->remote].addr, ret);
}

static bool poll_check(struct cf_ice_agent *agent, struct cf_ice_output *ret) {
    for (size_t i = 0; i < agent->pair_count; i++) {
        struct cf_ice_pair *pair = &agent->pairs[i];
        if (pair->must_send) {
            pair->must_send = false;
            if (cf_ice_write_request(agent, pair, pair->nonce, pair->has_use)) {
                put_pair_out(agent, pair, ret);
                return true;
            }
        }
    }
    return false;
}

/* Each consent request is a new transaction and is sent once (RFC 7675 section 5.1). */
static bool poll_consent(struct cf_ice_agent *agent, struct cf_ice_output *ret) {
    for (size_t i = 0; i < agent->component_count; i++) {
        struct cf_ice_component *component = &agent->components[i];
        if (!component->must_ask || component->selected < 0) {
            continue;
        }
        component->must_ask = false;
        uint8_t *nonce = component->asked[component->asked_at];
        component->asked_at = (uint8_t)((component->asked_at + 1) % CF_ICE_CONSENTS_MAX);
        component->asked_count = (uint8_t)(component->asked_count + (component->asked_count < CF_ICE_CONSENTS_MAX));
        cf_entropy_fill(agent->entropy, nonce, CF_ICE_NONCE_LEN);
        const struct cf_ice_pair *pair = &agent->pairs[component->selected];
        if (cf_ice_write_request(agent, pair, nonce, false)) {
            put_pair_out(agent, pair, ret);
            return true;
        }
    }
    return false;
}

bool cf_ice_agent_poll_send(struct cf_ice_agent *agent, struct cf_ice_output *ret) {
    if (agent->has_answer) {
        agent->has_answer = false;
        put_out(agent, agent->answer_socket, &agent->answer_to, ret);
        return true;
    }
    return poll_check(agent, ret) || poll_consent(agent, ret);
}

/* --- events --- */

static struct cf_ice_event event_of(const struct cf_ice_agent *agent, enum cf_ice_event_kind kind,
                                    const struct cf_ice_pair *pair) {
    const struct cf_ice_local *local = &agent->locals[pair->local];
    const struct cf_ice_remote_candidate *remote = &agent->remotes[pair->remote];
    return (struct cf_ice_event){.kind = kind,
                                 .component = local->component,
                                 .is_nominated = pair->is_nominated,
                                 .socket = local->socket,
                                 .remote = remote->addr,
                                 .remote_type = (enum cf_ice_type)remote->type};
}

/* Pairs whose owner thinks otherwise of them than we do. */
static bool poll_pair_event(struct cf_ice_agent *agent, bool is_valid, struct cf_ice_event *ret) {
    for (size_t i = 0; i < agent->pair_count; i++) {
        struct cf_ice_pair *pair = &agent->pairs[i];
        if (pair->is_valid == is_valid && pair->is_told != is_valid) {
            pair->is_told = is_valid;
            *ret = event_of(agent, is_valid ? CF_ICE_EVENT_VALID : CF_ICE_EVENT_INVALID, pair);
            return true;
        }
    }
    return false;
}

static bool poll_selection_event(struct cf_ice_agent *agent, struct cf_ice_event *ret) {
    for (size_t i = 0; i < agent->component_count; i++) {
        struct cf_ice_component *component = &agent->components[i];
        if (!component->is_changed) {
            continue;
        }
        component->is_changed = false;
        if (component->selected >= 0) {
            *ret = event_of(agent, CF_ICE_EVENT_SELECTED, &agent->pairs[component->selected]);
        } else {
            *ret = (struct cf_ice_event){.kind = CF_ICE_EVENT_LOST, .component = (uint8_t)(i + 1)};
        }
        return true;
    }
    return false;
}

bool cf_ice_agent_poll_event(struct cf_ice_agent *agent, struct cf_ice_event *ret) {
    if (poll_pair_event(agent, true, ret) || poll_selection_event(agent, ret) || poll_pair_event(agent, false, ret)) {
        return true;
    }
    if (agent->must_tell_failed) {
        agent->must_tell_failed = false;
        *ret = (struct cf_ice_event){.kind = CF_ICE_EVENT_FAILED};
        return true;
    }
    return false;
}

bool cf_ice_agent_is_valid(const struct cf_ice_agent *agent, uint32_t socket, const struct cf_addr *from,
                           uint8_t *ret_component) {
    for (size_t i = 0; i < agent->pair_count; i++) {
        const struct cf_ice_pair *pair = &agent->pairs[i];
        if (pair->is_valid && agent->locals[pair->local].socket == socket &&
            cf_addr_eq(&agent->remotes[pair->remote].addr, from)) {
            *ret_component = agent->locals[pair->local].component;
            return true;
        }
    }
    return false;
}
