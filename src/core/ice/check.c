/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checks on their way out: requests, their repetition and their end (RFC 8445 sections 7.2.4 and 14.3, RFC 8489 section 6.2.1).
 */
#include "core/ice/internal.h"

#include "core/stun/build.h"

/* RFC 8489: Rc requests, the last of which is waited for Rm times the first interval. */
#define SENDS_MAX 7
#define LAST_WAIT 16

/* RFC 8489 section 6.2.2: over TCP a request is sent once, and waited for so long. */
#define RELIABLE_WAIT CF_MSEC(39500)

/* RFC 8445 section 14.3. */
#define RTO_MIN CF_MSEC(500)

static size_t count_active(const struct cf_ice_agent *agent) {
    size_t count = 0;
    for (size_t i = 0; i < agent->pair_count; i++) {
        uint8_t state = agent->pairs[i].state;
        count += (state == CF_ICE_WAITING || state == CF_ICE_IN_PROGRESS) && !agent->pairs[i].is_dead;
    }
    return count;
}

static void begin_check(struct cf_ice_agent *agent, struct cf_ice_pair *pair) {
    const struct cf_ice_component *component = &agent->components[cf_ice_component_of(agent, pair)];
    cf_usec paced = CF_ICE_PACE * (cf_usec)count_active(agent);
    pair->is_triggered = false;
    pair->state = CF_ICE_IN_PROGRESS;
    pair->has_use = agent->is_controlling && component->is_nominating && pair->is_wanted;
    pair->was_controlling = agent->is_controlling;
    pair->rto = paced > RTO_MIN ? paced : RTO_MIN;
    bool is_reliable = cf_ice_is_reliable(agent, pair);
    pair->due = agent->now + (is_reliable ? RELIABLE_WAIT : pair->rto);
    pair->sends = is_reliable ? SENDS_MAX : 1;
    pair->must_send = true;
    cf_entropy_fill(agent->entropy, pair->nonce, sizeof pair->nonce);
}

static void run_check(struct cf_ice_agent *agent, struct cf_ice_pair *pair) {
    if (pair->sends == SENDS_MAX) {
        pair->has_former = false;
        cf_ice_invalidate(agent, pair);
        return;
    }
    pair->sends++;
    pair->must_send = true;
    /* The interval doubles; after the last request the wait is a multiple of the first. */
    cf_usec wait = pair->sends == SENDS_MAX ? LAST_WAIT * pair->rto : pair->rto << (pair->sends - 1);
    pair->due = agent->now + wait;
}

void cf_ice_run_checks(struct cf_ice_agent *agent) {
    for (size_t i = 0; i < agent->pair_count; i++) {
        struct cf_ice_pair *pair = &agent->pairs[i];
        if (pair->state == CF_ICE_IN_PROGRESS && agent->now >= pair->due) {
            run_check(agent, pair);
        }
    }
    cf_ice_thaw(agent);
    int next = agent->now < agent->pace_at ? -1 : cf_ice_next_check(agent);
    if (next >= 0) {
        begin_check(agent, &agent->pairs[next]);
        agent->pace_at = agent->now + CF_ICE_PACE;
    }
}

bool cf_ice_write_request(struct cf_ice_agent *agent, const struct cf_ice_pair *pair, const uint8_t *nonce, bool has_use) {
    uint8_t id[CF_STUN_ID_LEN];
    struct cf_writer w;
    struct cf_writer prefix;
    char name[CF_ICE_PEER_CREDENTIAL_MAX + 1 + CF_ICE_OWN_CREDENTIAL_MAX];
    struct cf_writer user;
    cf_writer_init(&prefix, id, sizeof id);
    cf_put_u32(&prefix, agent->prefix);
    cf_put_bytes(&prefix, nonce, CF_ICE_NONCE_LEN);
    cf_writer_init(&user, name, sizeof name);
    cf_put(&user, cf_str_n(agent->peer_ufrag, agent->peer_ufrag_len));
    cf_put_char(&user, ':');
    cf_put(&user, cf_str_n(agent->ufrag, agent->ufrag_len));
    cf_writer_init(&w, agent->message, sizeof agent->message);
    struct cf_stun_builder b = cf_stun_begin(&w, CF_STUN_REQUEST, CF_STUN_BINDING, id);
    cf_stun_put(&b, CF_STUN_USERNAME, cf_str_span(cf_writer_str(&user)));
    cf_stun_put_u32(&b, CF_STUN_PRIORITY, cf_ice_reflexive_priority(agent->locals[pair->local].priority));
    cf_stun_put_u64(&b, agent->is_controlling ? CF_STUN_ICE_CONTROLLING : CF_STUN_ICE_CONTROLLED, agent->tie_breaker);
    if (has_use) {
        cf_stun_put(&b, CF_STUN_USE_CANDIDATE, (struct cf_span){agent->message, 0});
    }
    bool is_made =
        cf_stun_put_integrity(&b, agent->hash, (struct cf_span){(const uint8_t *)agent->peer_pwd, agent->peer_pwd_len});
    cf_stun_put_fingerprint(&b);
    agent->message_len = w.len;
    return is_made && cf_writer_ok(&w);
}
