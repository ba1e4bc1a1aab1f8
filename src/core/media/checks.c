/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ICE in the engine. */
#include "core/media/checks.h"

#include "core/media/internal.h"

#include "base/reader.h"

/* A timer with nothing to do stays in its heap, so that setting it never needs memory. */
#define FAR (CF_USEC_NEVER - 1)

/* --- finding --- */

void cf_engine_checks_init(struct cf_engine *engine) {
    struct cf_engine_checks_index *index = &engine->checks;
    uint64_t seed;
    cf_entropy_fill(engine->config.entropy, &seed, sizeof seed);
    cf_map_init(&index->ufrags, engine->mem, seed);
    cf_map_init(&index->prefixes, engine->mem, seed);
    cf_map_init(&index->routes, engine->mem, seed);
    cf_heap_init(&index->timers, engine->mem);
}

void cf_engine_checks_fini(struct cf_engine *engine) {
    struct cf_engine_checks_index *index = &engine->checks;
    cf_map_fini(&index->ufrags);
    cf_map_fini(&index->prefixes);
    cf_map_fini(&index->routes);
    cf_heap_fini(&index->timers);
}

static struct cf_str key_of(const uint8_t *octets, size_t len) {
    return cf_str_n((const char *)octets, len);
}

static void make_route_key(uint32_t socket, const struct cf_addr *from, uint8_t *key) {
    memset(key, 0, CF_ENGINE_ROUTE_KEY_LEN);
    cf_set_be32(key, socket);
    memcpy(key + 4, from->ip, sizeof from->ip);
    cf_set_be16(key + 20, from->port);
    key[22] = from->family;
}

static struct cf_engine_route *find_route(const struct cf_engine *engine, uint32_t socket, const struct cf_addr *from) {
    uint8_t key[CF_ENGINE_ROUTE_KEY_LEN];
    make_route_key(socket, from, key);
    struct cf_map_node *node = cf_map_get(&engine->checks.routes, key_of(key, sizeof key));
    return node == NULL ? NULL : CF_OF(node, struct cf_engine_route, node);
}

struct cf_engine_transport *cf_engine_checks_route(const struct cf_engine *engine, uint32_t socket, const struct cf_addr *from,
                                                   uint8_t *ret_component) {
    const struct cf_engine_route *route = find_route(engine, socket, from);
    if (route == NULL) {
        return NULL;
    }
    *ret_component = route->component;
    return route->checks->transport;
}

struct cf_engine_transport *cf_engine_checks_addressee(struct cf_engine *engine, struct cf_span datagram,
                                                       struct cf_engine_checks **ret_checks) {
    uint32_t prefix = 0;
    uint8_t key[4];
    if (cf_ice_asker(datagram, &prefix)) {
        cf_set_be32(key, prefix);
        struct cf_map_node *node = cf_map_get(&engine->checks.prefixes, key_of(key, sizeof key));
        *ret_checks = node == NULL ? NULL : CF_OF(node, struct cf_engine_checks, by_prefix);
    } else {
        struct cf_str ufrag = cf_ice_addressee(datagram);
        struct cf_map_node *node = ufrag.at == NULL ? NULL : cf_map_get(&engine->checks.ufrags, ufrag);
        *ret_checks = node == NULL ? NULL : CF_OF(node, struct cf_engine_checks, by_ufrag);
    }
    return *ret_checks == NULL ? NULL : (*ret_checks)->transport;
}

/* --- routes --- */

static void remove_route(struct cf_engine *engine, struct cf_engine_route *route) {
    cf_map_remove(&engine->checks.routes, &route->node);
    cf_list_remove(&route->link);
    cf_mem_free(engine->mem, route, sizeof *route);
}

/*
 * Who has proved last that he is there gets the packets that come from there. A lite agent has no proof of its own: it takes
 * nothing away from another transport.
 */
static void add_route(struct cf_engine *engine, struct cf_engine_checks *checks, const struct cf_ice_event *event) {
    struct cf_engine_route *route = find_route(engine, event->socket, &event->remote);
    if (route != NULL && checks->agent.is_lite && route->checks->transport != checks->transport) {
        return;
    }
    if (route != NULL) {
        remove_route(engine, route);
    }
    route = cf_mem_alloc(engine->mem, sizeof *route);
    if (route == NULL) {
        return;
    }
    route->checks = checks;
    route->component = event->component;
    make_route_key(event->socket, &event->remote, route->key);
    if (cf_map_add(&engine->checks.routes, &route->node, key_of(route->key, sizeof route->key)) != CF_OK) {
        cf_mem_free(engine->mem, route, sizeof *route);
        return;
    }
    cf_list_append(&checks->routes, &route->link);
}

static void drop_route(struct cf_engine *engine, const struct cf_engine_checks *checks, const struct cf_ice_event *event) {
    struct cf_engine_route *route = find_route(engine, event->socket, &event->remote);
    if (route != NULL && route->checks == checks) {
        remove_route(engine, route);
    }
}

/* --- life --- */

static void free_checks(struct cf_engine *engine, struct cf_engine_checks *checks) {
    if (checks == NULL) {
        return;
    }
    free_checks(engine, checks->former);
    CF_LIST_EACH (&checks->routes, link, following) {
        remove_route(engine, CF_OF(link, struct cf_engine_route, link));
    }
    cf_map_remove(&engine->checks.ufrags, &checks->by_ufrag);
    cf_map_remove(&engine->checks.prefixes, &checks->by_prefix);
    cf_heap_cancel(&engine->checks.timers, &checks->timer);
    cf_ice_agent_fini(&checks->agent);
    cf_mem_free(engine->mem, checks, sizeof *checks);
}

void cf_engine_checks_drop(struct cf_engine *engine, struct cf_engine_transport *t) {
    free_checks(engine, t->checks);
    t->checks = NULL;
    t->has_ice = false;
}

/* In the maps and the heap of the engine, or in none of them. */
static enum cf_err enter(struct cf_engine *engine, struct cf_engine_checks *checks) {
    struct cf_engine_checks_index *index = &engine->checks;
    struct cf_str ufrag = cf_str_n(checks->agent.ufrag, checks->agent.ufrag_len);
    enum cf_err err = cf_map_add(&index->ufrags, &checks->by_ufrag, ufrag);
    if (err != CF_OK) {
        return err;
    }
    err = cf_map_add(&index->prefixes, &checks->by_prefix, key_of(checks->prefix, sizeof checks->prefix));
    if (err != CF_OK) {
        cf_map_remove(&index->ufrags, &checks->by_ufrag);
        return err;
    }
    err = cf_heap_set(&index->timers, &checks->timer, FAR);
    if (err != CF_OK) {
        cf_map_remove(&index->prefixes, &checks->by_prefix);
        cf_map_remove(&index->ufrags, &checks->by_ufrag);
    }
    return err;
}

static uint32_t choose_prefix(const struct cf_engine *engine, uint8_t *key) {
    uint32_t prefix;
    do {
        prefix = cf_entropy_u32(engine->config.entropy);
        cf_set_be32(key, prefix);
    } while (cf_map_get(&engine->checks.prefixes, key_of(key, 4)) != NULL);
    return prefix;
}

static enum cf_err make(struct cf_engine *engine, struct cf_engine_transport *t, const struct cf_media_transport_set *set,
                        struct cf_engine_checks **ret) {
    const struct cf_ice_own *own = &set->transport.own_ice;
    struct cf_engine_checks *checks = cf_mem_alloc(engine->mem, sizeof *checks);
    if (checks == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    const struct cf_ice_config config = {
        .hash = engine->config.stun_hash,
        .entropy = engine->config.entropy,
        .ufrag = cf_str_n(own->ufrag, own->ufrag_len),
        .pwd = cf_str_n(own->pwd, own->pwd_len),
        .prefix = choose_prefix(engine, checks->prefix),
        .component_count = set->transport.has_rtcp_mux ? 1 : 2,
        /* A restart changes nothing about who is in control. */
        .is_controlling = t->checks != NULL ? t->checks->agent.is_controlling : own->is_controlling,
        .is_lite = own->is_lite,
    };
    checks->transport = t;
    cf_list_init(&checks->routes);
    enum cf_err err = cf_ice_agent_init(&checks->agent, &config, engine->now);
    err = err == CF_OK ? enter(engine, checks) : err;
    if (err != CF_OK) {
        cf_mem_free(engine->mem, checks, sizeof *checks);
        return err;
    }
    for (size_t i = 0; i < set->base_count; i++) {
        if (set->bases[i].component <= config.component_count) {
            (void)cf_ice_agent_add_local(&checks->agent, &set->bases[i], engine->now);
        }
    }
    *ret = checks;
    return CF_OK;
}

/* --- what an agent says --- */

static void tell(struct cf_engine *engine, const struct cf_engine_transport *t, enum cf_media_ice_state state,
                 const struct cf_ice_event *event) {
    struct cf_media_event told = cf_engine_leg_event(t->leg, CF_MEDIA_EVENT_ICE);
    told.as.ice.transport = t->index;
    told.as.ice.state = state;
    told.as.ice.component = event->component;
    told.as.ice.is_nominated = event->is_nominated;
    told.as.ice.remote_type = (uint8_t)event->remote_type;
    told.as.ice.socket = event->socket;
    told.as.ice.remote = event->remote;
    cf_event_queue_put(&engine->events, &told);
}

static bool has_pairs(const struct cf_engine_checks *checks) {
    bool has_all = true;
    for (size_t i = 0; i < checks->agent.component_count; i++) {
        has_all = has_all && checks->agent.components[i].selected >= 0;
    }
    return has_all;
}

static void on_selected(struct cf_engine *engine, struct cf_engine_checks *checks, const struct cf_ice_event *event) {
    struct cf_engine_transport *t = checks->transport;
    size_t index = event->component - 1U;
    bool is_current = checks == t->checks;
    if (!is_current && t->checks->agent.components[index].selected >= 0) {
        return; /* the path is the new agent's already */
    }
    t->paths[index] = (struct cf_engine_path){.socket = event->socket, .remote = event->remote};
    tell(engine, t, CF_MEDIA_ICE_CONNECTED, event);
    if (is_current && has_pairs(checks)) {
        free_checks(engine, checks->former);
        checks->former = NULL;
    }
}

static void on_lost(struct cf_engine *engine, const struct cf_engine_checks *checks, const struct cf_ice_event *event) {
    struct cf_engine_transport *t = checks->transport;
    size_t index = event->component - 1U;
    if (checks == t->checks || t->checks->agent.components[index].selected < 0) {
        t->paths[index].remote.family = CF_FAMILY_NONE;
        tell(engine, t, CF_MEDIA_ICE_LOST, event);
    }
}

static void on_event(struct cf_engine *engine, struct cf_engine_checks *checks, const struct cf_ice_event *event) {
    switch (event->kind) {
    case CF_ICE_EVENT_VALID:
        add_route(engine, checks, event);
        break;
    case CF_ICE_EVENT_INVALID:
        drop_route(engine, checks, event);
        break;
    case CF_ICE_EVENT_SELECTED:
        on_selected(engine, checks, event);
        break;
    case CF_ICE_EVENT_LOST:
        on_lost(engine, checks, event);
        break;
    case CF_ICE_EVENT_FAILED:
    default:
        if (checks == checks->transport->checks) {
            tell(engine, checks->transport, CF_MEDIA_ICE_FAILED, event);
        }
        break;
    }
}

static void drain(struct cf_engine *engine, struct cf_engine_checks *checks) {
    struct cf_ice_output out;
    struct cf_ice_event event;
    while (cf_ice_agent_poll_send(&checks->agent, &out)) {
        (void)cf_control_queue_put(&engine->control, engine->config.crypto, NULL, out.socket, &out.to, out.data);
    }
    while (cf_ice_agent_poll_event(&checks->agent, &event)) {
        on_event(engine, checks, &event);
    }
    cf_usec deadline = cf_usec_min(cf_ice_agent_deadline(&checks->agent), FAR);
    enum cf_err err = cf_heap_set(&engine->checks.timers, &checks->timer, deadline);
    cf_assert(err == CF_OK);
}

/* --- what it is told --- */

static bool is_same_text(struct cf_str text, const char *at, size_t len) {
    return cf_str_eq(text, cf_str_n(at, len));
}

/* The same credentials on both sides: no restart (RFC 8839 section 4.4.3.1.1 of the offerer, 4.4.1.1.1). */
static bool is_same_generation(const struct cf_ice_agent *agent, const struct cf_media_transport *agreed) {
    const struct cf_ice_own *own = &agreed->own_ice;
    const struct cf_ice_remote *remote = &agreed->ice;
    return is_same_text(cf_str_n(own->ufrag, own->ufrag_len), agent->ufrag, agent->ufrag_len) &&
           is_same_text(cf_str_n(own->pwd, own->pwd_len), agent->pwd, agent->pwd_len) &&
           is_same_text(cf_str_n(remote->ufrag, remote->ufrag_len), agent->peer_ufrag, agent->peer_ufrag_len) &&
           is_same_text(cf_str_n(remote->pwd, remote->pwd_len), agent->peer_pwd, agent->peer_pwd_len);
}

static void add_candidates(struct cf_engine *engine, struct cf_engine_checks *checks, const struct cf_ice_remote_candidate *list,
                           size_t count, bool is_ended) {
    for (size_t i = 0; i < count; i++) {
        cf_ice_agent_add_remote(&checks->agent, &list[i], engine->now);
    }
    if (is_ended) {
        cf_ice_agent_end_remote(&checks->agent, engine->now);
    }
}

enum cf_err cf_engine_checks_set(struct cf_engine *engine, struct cf_engine_transport *t,
                                 const struct cf_media_transport_set *set) {
    const struct cf_ice_remote *remote = &set->transport.ice;
    if (engine->config.stun_hash == NULL) {
        return CF_ERR_UNSUPPORTED;
    }
    if (t->checks == NULL || !is_same_generation(&t->checks->agent, &set->transport)) {
        struct cf_engine_checks *checks = NULL;
        enum cf_err err = make(engine, t, set, &checks);
        if (err == CF_OK) {
            err = cf_ice_agent_set_remote(&checks->agent, cf_str_n(remote->ufrag, remote->ufrag_len),
                                          cf_str_n(remote->pwd, remote->pwd_len), remote->is_lite, engine->now);
        }
        if (err != CF_OK) {
            free_checks(engine, checks);
            return err;
        }
        /* One former agent is enough: that which has a path. */
        if (t->checks != NULL && t->checks->former != NULL && has_pairs(t->checks->former) && !has_pairs(t->checks)) {
            checks->former = t->checks->former;
            t->checks->former = NULL;
            free_checks(engine, t->checks);
        } else {
            checks->former = t->checks;
        }
        if (checks->former != NULL) {
            free_checks(engine, checks->former->former);
            checks->former->former = NULL;
        }
        t->checks = checks;
        t->has_ice = true;
    }
    add_candidates(engine, t->checks, remote->candidates, remote->candidate_count, remote->is_ended || !remote->can_trickle);
    drain(engine, t->checks);
    return CF_OK;
}

void cf_engine_checks_trickle(struct cf_engine *engine, struct cf_engine_transport *t, const struct cf_media_trickle *trickle) {
    if (t->checks == NULL) {
        return;
    }
    /* RFC 8840 section 4.4: candidates of another generation are of no use. */
    const struct cf_ice_agent *agent = &t->checks->agent;
    if (trickle->ufrag_len > 0 &&
        !is_same_text(cf_str_n(trickle->ufrag, trickle->ufrag_len), agent->peer_ufrag, agent->peer_ufrag_len)) {
        return;
    }
    add_candidates(engine, t->checks, trickle->candidates, trickle->candidate_count, trickle->is_ended);
    drain(engine, t->checks);
}

enum cf_media_discard cf_engine_checks_receive(struct cf_engine *engine, struct cf_engine_checks *checks,
                                               const struct cf_engine_arrival *arrival) {
    enum cf_ice_verdict verdict =
        cf_ice_agent_receive(&checks->agent, arrival->socket, arrival->from, arrival->octets, engine->now);
    drain(engine, checks);
    switch (verdict) {
    case CF_ICE_USED:
        return CF_MEDIA_USED;
    case CF_ICE_NOT_AUTHENTIC:
        return CF_MEDIA_DISCARD_AUTHENTICATION;
    case CF_ICE_NOT_OURS:
        return CF_MEDIA_DISCARD_REPLAYED;
    case CF_ICE_NOT_STUN:
    default:
        return CF_MEDIA_DISCARD_MALFORMED;
    }
}

void cf_engine_checks_on_closed(struct cf_engine *engine, uint32_t socket, const struct cf_addr *from) {
    uint8_t component = 0;
    struct cf_engine_transport *t = cf_engine_checks_route(engine, socket, from, &component);
    if (t == NULL) {
        return;
    }
    /* The newer one first: what it finds instead may end the older one. */
    cf_ice_agent_on_closed(&t->checks->agent, socket, from, engine->now);
    drain(engine, t->checks);
    if (t->checks->former != NULL) {
        cf_ice_agent_on_closed(&t->checks->former->agent, socket, from, engine->now);
        drain(engine, t->checks->former);
    }
}

/* --- time --- */

cf_usec cf_engine_checks_deadline(const struct cf_engine *engine) {
    return cf_heap_deadline(&engine->checks.timers);
}

void cf_engine_checks_on_deadline(struct cf_engine *engine) {
    struct cf_heap *timers = &engine->checks.timers;
    for (struct cf_timer *t = cf_heap_pop(timers, engine->now); t != NULL; t = cf_heap_pop(timers, engine->now)) {
        struct cf_engine_checks *checks = CF_OF(t, struct cf_engine_checks, timer);
        cf_ice_agent_on_deadline(&checks->agent, engine->now);
        drain(engine, checks);
    }
}
