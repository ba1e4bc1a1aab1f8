/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages that come in: checks of the peer are answered (RFC 8445 section 7.3), answers to ours looked at (section 7.2.5). */
#include "core/ice/internal.h"

#include "base/reader.h"
#include "core/stun/build.h"
#include "core/stun/value.h"

/* --- whose is it --- */

struct cf_str cf_ice_addressee(struct cf_span datagram) {
    struct cf_stun_message m;
    if (cf_stun_parse(datagram, &m) != CF_OK || m.kind != CF_STUN_REQUEST || !cf_stun_has(&m, CF_STUN_USERNAME)) {
        return CF_STR_NONE;
    }
    struct cf_str name = cf_stun_text(&m, CF_STUN_USERNAME);
    return cf_str_cut(&name, ':');
}

bool cf_ice_asker(struct cf_span datagram, uint32_t *ret_prefix) {
    /* The second of the class bits (RFC 8489 section 5): answers have it. */
    if (!cf_stun_is(datagram) || (datagram.at[0] & 1U) == 0) {
        return false;
    }
    *ret_prefix = cf_be32(datagram.at + 8);
    return true;
}

static int local_of(const struct cf_ice_agent *agent, uint32_t socket) {
    for (size_t i = 0; i < agent->local_count; i++) {
        if (agent->locals[i].socket == socket) {
            return (int)i;
        }
    }
    return -1;
}

/* --- requests --- */

/* Section 7.3: ours, a colon, the peer's as far as it is known. */
static bool is_for_us(const struct cf_ice_agent *agent, const struct cf_stun_message *m) {
    struct cf_str theirs = cf_stun_text(m, CF_STUN_USERNAME);
    struct cf_str ours = cf_str_cut(&theirs, ':');
    return cf_str_eq(ours, cf_str_n(agent->ufrag, agent->ufrag_len)) &&
           (agent->peer_ufrag_len == 0 || cf_str_eq(theirs, cf_str_n(agent->peer_ufrag, agent->peer_ufrag_len)));
}

static bool is_authentic_request(const struct cf_ice_agent *agent, const struct cf_stun_message *m) {
    const struct cf_span pwd = {(const uint8_t *)agent->pwd, agent->pwd_len};
    return is_for_us(agent, m) && (!cf_stun_has(m, CF_STUN_FINGERPRINT) || cf_stun_is_whole(m)) &&
           cf_stun_is_authentic(m, agent->hash, pwd);
}

/* The answer to @m: success if @code is 0. */
static void answer(struct cf_ice_agent *agent, const struct cf_stun_message *m, uint32_t socket, const struct cf_addr *from,
                   unsigned code) {
    const struct cf_span pwd = {(const uint8_t *)agent->pwd, agent->pwd_len};
    struct cf_writer w;
    cf_writer_init(&w, agent->message, sizeof agent->message);
    struct cf_stun_builder b = cf_stun_begin(&w, code == 0 ? CF_STUN_SUCCESS : CF_STUN_ERROR, CF_STUN_BINDING, m->id);
    if (code == 0) {
        cf_stun_put_xor_address(&b, CF_STUN_XOR_MAPPED_ADDRESS, from);
    } else {
        cf_stun_put_error(&b, code);
    }
    if (code == 420) {
        cf_stun_put_unknown(&b, m);
    }
    agent->has_answer = cf_stun_put_integrity(&b, agent->hash, pwd);
    cf_stun_put_fingerprint(&b);
    agent->has_answer = agent->has_answer && cf_writer_ok(&w);
    agent->message_len = w.len;
    agent->answer_socket = socket;
    agent->answer_to = *from;
}

/* Section 7.3.1.1. True if the peer has to give way: 487. */
static bool repair_roles(struct cf_ice_agent *agent, const struct cf_stun_message *m) {
    uint64_t breaker = 0;
    bool is_conflict = cf_stun_u64(m, agent->is_controlling ? CF_STUN_ICE_CONTROLLING : CF_STUN_ICE_CONTROLLED, &breaker);
    if (!is_conflict) {
        return false;
    }
    agent->stats.conflicts++;
    bool is_ours_larger = agent->tie_breaker >= breaker;
    if (agent->is_lite || is_ours_larger == agent->is_controlling) {
        return true;
    }
    cf_ice_switch_role(agent, !agent->is_controlling);
    return false;
}

/*
 * Section 7.3.1.3 and 7.3.1.4: the pair by which the check came, made if there is none. That it came proves that the two
 * addresses can meet, whatever their kinds: a browser on the server's own host asks a loopback address from that of its network
 * card, and may prefer that pair. NULL: above a limit.
 */
static struct cf_ice_pair *pair_of_request(struct cf_ice_agent *agent, size_t local, const struct cf_addr *from,
                                           uint32_t priority) {
    uint8_t component = agent->locals[local].component;
    static const uint8_t counterparts[] = {
        [CF_ICE_UDP] = CF_ICE_UDP, [CF_ICE_TCP_ACTIVE] = CF_ICE_TCP_PASSIVE, [CF_ICE_TCP_PASSIVE] = CF_ICE_TCP_ACTIVE};
    struct cf_ice_remote_candidate learnt = {
        .addr = *from,
        .priority = priority,
        .component = component,
        .type = CF_ICE_PRFLX,
        .transport = counterparts[agent->locals[local].transport],
    };
    int remote = cf_ice_find_remote(agent, &learnt);
    if (remote < 0) {
        learnt.foundation = UINT32_C(0x80000000) | agent->turns++; /* of nobody else */
        remote = cf_ice_is_target(from) ? cf_ice_keep_remote(agent, &learnt) : -1;
    }
    if (remote < 0) {
        return NULL;
    }
    struct cf_ice_pair *pair = cf_ice_find_pair(agent, local, (size_t)remote);
    return pair != NULL ? pair : cf_ice_add_pair(agent, local, (size_t)remote);
}

static void note_request(struct cf_ice_agent *agent, struct cf_ice_pair *pair, bool has_use) {
    bool is_wish = has_use && !agent->is_controlling;
    if (pair->is_dead) {
        return;
    }
    if (agent->is_lite) {
        cf_ice_validate(agent, pair);
    }
    if (pair->state == CF_ICE_SUCCEEDED) {
        pair->heard_at = agent->now;
        if (is_wish) {
            cf_ice_nominate(agent, pair);
        }
        return;
    }
    pair->is_wanted = pair->is_wanted || is_wish;
    cf_ice_trigger(agent, pair);
}

static enum cf_ice_verdict take_request(struct cf_ice_agent *agent, const struct cf_stun_message *m, uint32_t socket,
                                        const struct cf_addr *from) {
    uint32_t priority = 0;
    int local = local_of(agent, socket);
    if (local < 0 || !is_authentic_request(agent, m)) {
        return CF_ICE_NOT_AUTHENTIC;
    }
    agent->stats.requests_in++;
    if (m->unknown_count > 0) {
        answer(agent, m, socket, from, 420);
        return CF_ICE_USED;
    }
    if (!cf_stun_u32(m, CF_STUN_PRIORITY, &priority)) {
        answer(agent, m, socket, from, 400);
        return CF_ICE_USED;
    }
    if (repair_roles(agent, m)) {
        answer(agent, m, socket, from, 487);
        return CF_ICE_USED;
    }
    struct cf_ice_pair *pair = pair_of_request(agent, (size_t)local, from, priority);
    /* No success for a pair that has no place here: the peer would send by it what nobody takes. */
    answer(agent, m, socket, from, pair == NULL ? 500 : 0);
    if (pair != NULL) {
        note_request(agent, pair, cf_stun_has(m, CF_STUN_USE_CANDIDATE));
    }
    return CF_ICE_USED;
}

/* --- answers --- */

static bool is_nonce(const struct cf_stun_message *m, const uint8_t *nonce) {
    return memcmp(m->id + 4, nonce, CF_ICE_NONCE_LEN) == 0;
}

/* The pair whose check has that transaction. */
static struct cf_ice_pair *pair_of_answer(struct cf_ice_agent *agent, const struct cf_stun_message *m) {
    for (size_t i = 0; i < agent->pair_count; i++) {
        struct cf_ice_pair *pair = &agent->pairs[i];
        bool is_current = pair->state == CF_ICE_IN_PROGRESS && is_nonce(m, pair->nonce);
        if (is_current || (pair->has_former && is_nonce(m, pair->former_nonce))) {
            return pair;
        }
    }
    return NULL;
}

static struct cf_ice_component *component_of_answer(struct cf_ice_agent *agent, const struct cf_stun_message *m) {
    for (size_t i = 0; i < agent->component_count; i++) {
        struct cf_ice_component *component = &agent->components[i];
        for (size_t k = 0; k < component->asked_count; k++) {
            if (component->selected >= 0 && is_nonce(m, component->asked[k])) {
                return component;
            }
        }
    }
    return NULL;
}

/* Section 7.2.5.2.1: from where it was sent to, to where it was sent from. */
static bool is_symmetric(const struct cf_ice_agent *agent, const struct cf_ice_pair *pair, uint32_t socket,
                         const struct cf_addr *from) {
    return agent->locals[pair->local].socket == socket && cf_addr_eq(&agent->remotes[pair->remote].addr, from);
}

static void take_success(struct cf_ice_agent *agent, struct cf_ice_pair *pair, bool is_current) {
    bool is_wanted = pair->is_wanted && (!agent->is_controlling || (is_current && pair->has_use));
    bool is_pending = !is_current && pair->state == CF_ICE_IN_PROGRESS && pair->has_use;
    pair->has_former = false;
    pair->must_send = pair->must_send && is_pending;
    /* A check that was queued meanwhile has nothing to find out any more, unless it is to say something. */
    pair->is_triggered = pair->is_triggered && agent->is_controlling && pair->is_wanted && !is_wanted;
    cf_ice_validate(agent, pair);
    if (is_pending) {
        pair->state = CF_ICE_IN_PROGRESS; /* the answer to the nomination is still to come */
    } else if (is_wanted) {
        cf_ice_nominate(agent, pair);
    }
    cf_ice_thaw(agent);
}

static void take_check_answer(struct cf_ice_agent *agent, struct cf_ice_pair *pair, const struct cf_stun_message *m,
                              bool is_symmetric) {
    unsigned code = 0;
    bool is_current = is_nonce(m, pair->nonce);
    if (pair->is_dead) {
        return;
    }
    if (m->kind == CF_STUN_SUCCESS && is_symmetric) {
        take_success(agent, pair, is_current);
        return;
    }
    if (m->kind == CF_STUN_ERROR && cf_stun_error_code(m, &code) && code == 487) {
        /* Section 7.2.5.1: the other role, if it is not ours already, and once more. */
        agent->stats.conflicts++;
        cf_ice_switch_role(agent, !pair->was_controlling);
        pair->state = CF_ICE_FAILED; /* so that nothing waits for the answer that has come */
        cf_ice_trigger(agent, pair);
        return;
    }
    if (is_current) {
        cf_ice_invalidate(agent, pair);
    }
}

static void take_consent_answer(struct cf_ice_agent *agent, struct cf_ice_component *component, const struct cf_stun_message *m) {
    unsigned code = 0;
    if (m->kind == CF_STUN_SUCCESS) {
        agent->pairs[component->selected].heard_at = agent->now;
        cf_ice_refresh_consent(agent, component);
    } else if (cf_stun_error_code(m, &code) && code == 403) {
        cf_ice_lose_consent(agent, component);
    } else if (code == 487) {
        agent->stats.conflicts++;
        cf_ice_switch_role(agent, !agent->is_controlling);
    }
}

static enum cf_ice_verdict take_answer(struct cf_ice_agent *agent, const struct cf_stun_message *m, uint32_t socket,
                                       const struct cf_addr *from) {
    struct cf_ice_pair *pair = pair_of_answer(agent, m);
    struct cf_ice_component *component = pair == NULL ? component_of_answer(agent, m) : NULL;
    const struct cf_span pwd = {(const uint8_t *)agent->peer_pwd, agent->peer_pwd_len};
    if (cf_be32(m->id) != agent->prefix || (pair == NULL && component == NULL)) {
        return CF_ICE_NOT_OURS;
    }
    if ((cf_stun_has(m, CF_STUN_FINGERPRINT) && !cf_stun_is_whole(m)) || !cf_stun_is_authentic(m, agent->hash, pwd)) {
        return CF_ICE_NOT_AUTHENTIC;
    }
    if (pair != NULL) {
        take_check_answer(agent, pair, m, is_symmetric(agent, pair, socket, from));
    } else if (is_symmetric(agent, &agent->pairs[component->selected], socket, from)) {
        take_consent_answer(agent, component, m);
    } else {
        return CF_ICE_NOT_OURS;
    }
    agent->stats.responses_in++;
    return CF_ICE_USED;
}

/* --- all of it --- */

static enum cf_ice_verdict take(struct cf_ice_agent *agent, uint32_t socket, const struct cf_addr *from,
                                struct cf_span datagram) {
    struct cf_stun_message m;
    uint8_t component = 0;
    if (cf_stun_parse(datagram, &m) != CF_OK || m.method != CF_STUN_BINDING) {
        return CF_ICE_NOT_STUN;
    }
    switch (m.kind) {
    case CF_STUN_REQUEST:
        return take_request(agent, &m, socket, from);
    case CF_STUN_SUCCESS:
    case CF_STUN_ERROR:
        return take_answer(agent, &m, socket, from);
    case CF_STUN_INDICATION:
    default:
        /* A keep-alive (section 11): for the translators on the way, not for us. */
        return cf_ice_agent_is_valid(agent, socket, from, &component) ? CF_ICE_USED : CF_ICE_NOT_OURS;
    }
}

enum cf_ice_verdict cf_ice_agent_receive(struct cf_ice_agent *agent, uint32_t socket, const struct cf_addr *from,
                                         struct cf_span datagram, cf_usec now) {
    agent->now = now;
    agent->has_answer = false;
    enum cf_ice_verdict verdict = take(agent, socket, from, datagram);
    agent->stats.refused_in += verdict != CF_ICE_USED;
    cf_ice_run_selection(agent);
    return verdict;
}
