/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connectivity checks (RFC 8445): an agent for each transport whose both sides do ICE; what it selects is where media goes. */
#include "core/terminal/terminal_impl.h"

/* One base each component: of the interface that signalling goes by. */
#define PREFERENCE 65535U

static bool is_same(struct cf_str text, const char *at, size_t len) {
    return cf_str_eq(text, cf_str_n(at, len));
}

/* The same credentials on both sides: no restart. */
static bool goes_on(const struct cf_ice_agent *agent, const struct cf_media_transport *agreed) {
    const struct cf_ice_own *own = &agreed->own_ice;
    const struct cf_ice_remote *remote = &agreed->ice;
    return is_same(cf_str_n(own->ufrag, own->ufrag_len), agent->ufrag, agent->ufrag_len) &&
           is_same(cf_str_n(remote->ufrag, remote->ufrag_len), agent->peer_ufrag, agent->peer_ufrag_len);
}

void cf_terminal_end_checks(struct cf_terminal *t, size_t index) {
    struct cf_terminal_transport *transport = &t->transports[index];
    if (transport->ice != NULL) {
        cf_ice_agent_fini(transport->ice);
        cf_mem_free(t->mem, transport->ice, sizeof *transport->ice);
        transport->ice = NULL;
    }
    transport->path.has_ice = false;
}

static void add_base(struct cf_ice_agent *agent, const struct cf_addr *addr, uint8_t component, cf_usec now) {
    struct cf_ice_local local = {.socket = cf_terminal_socket(addr),
                                 .addr = *addr,
                                 .priority = cf_ice_priority(CF_ICE_HOST, PREFERENCE, component),
                                 .foundation = 1,
                                 .component = component};
    (void)cf_ice_agent_add_local(agent, &local, now);
}

/* All connections of the transport. */
static void add_stream_base(struct cf_ice_agent *agent, size_t index, uint8_t family, cf_usec now) {
    struct cf_ice_local local = {.socket = CF_TERMINAL_SOCKET_STREAMS + (uint32_t)index,
                                 .addr = {.family = family},
                                 .priority = cf_ice_tcp_priority(CF_ICE_TCP_ACTIVE, PREFERENCE, 1),
                                 .foundation = 2,
                                 .component = 1,
                                 .transport = CF_ICE_TCP_ACTIVE};
    (void)cf_ice_agent_add_local(agent, &local, now);
}

static enum cf_err make(struct cf_terminal *t, size_t index, const struct cf_media_transport *agreed, cf_usec now,
                        struct cf_ice_agent **ret) {
    const struct cf_ice_own *own = &agreed->own_ice;
    const struct cf_ice_remote *remote = &agreed->ice;
    /* A restart changes no roles, whoever offers it (RFC 8445 section 6.1.1). */
    bool is_controlling = t->transports[index].ice != NULL ? cf_terminal_controls(t, index) : own->is_controlling;
    const struct cf_ice_config config = {.hash = t->config.stun_hash,
                                         .entropy = t->config.entropy,
                                         .ufrag = cf_str_n(own->ufrag, own->ufrag_len),
                                         .pwd = cf_str_n(own->pwd, own->pwd_len),
                                         .prefix = cf_entropy_u32(t->config.entropy),
                                         .component_count = agreed->has_rtcp_mux ? 1 : 2,
                                         .is_controlling = is_controlling,
                                         .is_lite = own->is_lite};
    struct cf_ice_agent *agent = cf_mem_alloc(t->mem, sizeof *agent);
    enum cf_err err = agent == NULL ? CF_ERR_NO_MEMORY : cf_ice_agent_init(agent, &config, now);
    if (err == CF_OK) {
        add_base(agent, &agreed->local_rtp, 1, now);
        if (!agreed->has_rtcp_mux) {
            add_base(agent, &agreed->local_rtcp, 2, now);
        } else if (t->config.has_ice_tcp) {
            add_stream_base(agent, index, agreed->local_rtp.family, now);
        }
        err = cf_ice_agent_set_remote(agent, cf_str_n(remote->ufrag, remote->ufrag_len), cf_str_n(remote->pwd, remote->pwd_len),
                                      remote->is_lite, now);
    }
    if (err != CF_OK) {
        cf_mem_free(t->mem, agent, sizeof *agent);
        return err;
    }
    *ret = agent;
    return CF_OK;
}

bool cf_terminal_controls(const struct cf_terminal *t, size_t index) {
    return t->transports[index].ice != NULL && t->transports[index].ice->is_controlling;
}

static void tell(struct cf_terminal *t, size_t index, enum cf_terminal_event_kind kind) {
    for (size_t i = 0; i < t->line_count; i++) {
        if (t->lines[i] != NULL && t->lines[i]->agreed.transport == index) {
            cf_terminal_tell(t, kind, i, 0, 0);
            return;
        }
    }
}

static void on_event(struct cf_terminal *t, size_t index, const struct cf_ice_event *event, cf_usec now) {
    struct cf_engine_transport *path = &t->transports[index].path;
    size_t port = event->component - 1U;
    switch (event->kind) {
    case CF_ICE_EVENT_SELECTED:
        path->paths[port] = (struct cf_engine_path){.socket = event->socket, .remote = event->remote};
        tell(t, index, CF_TERMINAL_REACHED);
        cf_terminal_flush_keys(t, index, now);
        break;
    case CF_ICE_EVENT_LOST:
        path->paths[port].remote.family = CF_FAMILY_NONE;
        tell(t, index, CF_TERMINAL_UNREACHED);
        break;
    case CF_ICE_EVENT_FAILED:
        tell(t, index, CF_TERMINAL_UNREACHED);
        break;
    case CF_ICE_EVENT_VALID:
    case CF_ICE_EVENT_INVALID:
        break;
    }
}

static void settle(struct cf_terminal *t, size_t index, cf_usec now) {
    struct cf_ice_agent *agent = t->transports[index].ice;
    struct cf_ice_output out;
    struct cf_ice_event event;
    while (cf_ice_agent_poll_send(agent, &out)) {
        struct cf_terminal_packet *packet = cf_terminal_reserve_to(t, out.socket, &out.to);
        if (packet != NULL) {
            memcpy(packet->octets, out.data.at, out.data.len);
            packet->len = (uint16_t)out.data.len;
        }
    }
    while (cf_ice_agent_poll_event(agent, &event)) {
        on_event(t, index, &event, now);
    }
}

void cf_terminal_set_checks(struct cf_terminal *t, size_t index, const struct cf_media_transport *agreed, cf_usec now) {
    struct cf_terminal_transport *transport = &t->transports[index];
    if (!agreed->own_ice.is_used || t->config.stun_hash == NULL) {
        cf_terminal_end_checks(t, index);
        return;
    }
    if (transport->ice == NULL || !goes_on(transport->ice, agreed)) {
        struct cf_ice_agent *agent = NULL;
        if (make(t, index, agreed, now, &agent) != CF_OK) {
            t->totals.failed_lines++;
            return;
        }
        cf_terminal_end_checks(t, index);
        transport->ice = agent;
        transport->path.has_ice = true;
        for (size_t i = 0; i < CF_ENGINE_PORT_COUNT; i++) {
            transport->path.paths[i] = (struct cf_engine_path){.socket = transport->path.sockets[i]};
        }
    }
    for (size_t i = 0; i < agreed->ice.candidate_count; i++) {
        cf_ice_agent_add_remote(transport->ice, &agreed->ice.candidates[i], now);
    }
    if (agreed->ice.is_ended || !agreed->ice.can_trickle) {
        cf_ice_agent_end_remote(transport->ice, now);
    }
    settle(t, index, now);
}

void cf_terminal_on_check(struct cf_terminal *t, size_t index, uint32_t socket, const struct cf_addr *from,
                          struct cf_span datagram, cf_usec now) {
    struct cf_ice_agent *agent = t->transports[index].ice;
    if (agent == NULL) {
        t->totals.strangers++;
        return;
    }
    t->totals.refused += cf_ice_agent_receive(agent, socket, from, datagram, now) == CF_ICE_USED ? 0 : 1;
    settle(t, index, now);
}

void cf_terminal_on_closed(struct cf_terminal *t, uint32_t socket, const struct cf_addr *to, cf_usec now) {
    size_t index = socket - CF_TERMINAL_SOCKET_STREAMS;
    if (socket >= CF_TERMINAL_SOCKET_STREAMS && index < t->transport_count && t->transports[index].ice != NULL) {
        cf_ice_agent_on_closed(t->transports[index].ice, socket, to, now);
        settle(t, index, now);
    }
}

bool cf_terminal_admits(struct cf_terminal *t, size_t index, enum cf_engine_port port, uint32_t socket,
                        const struct cf_latch_packet *packet, cf_usec now) {
    struct cf_terminal_transport *transport = &t->transports[index];
    uint8_t component;
    if (transport->ice != NULL) {
        return packet->is_authenticated || cf_ice_agent_is_valid(transport->ice, socket, &packet->source, &component);
    }
    struct cf_latch *latch = cf_engine_transport_latch(&transport->path, port);
    enum cf_latch_verdict verdict =
        port == CF_ENGINE_PORT_RTP ? cf_latch_on_packet(latch, packet, now) : cf_latch_judge(latch, packet, now);
    return verdict != CF_LATCH_DROP;
}

cf_usec cf_terminal_checks_deadline(const struct cf_terminal *t, size_t index) {
    return t->transports[index].ice == NULL ? CF_USEC_NEVER : cf_ice_agent_deadline(t->transports[index].ice);
}

void cf_terminal_on_checks_deadline(struct cf_terminal *t, size_t index, cf_usec now) {
    if (cf_terminal_checks_deadline(t, index) <= now) {
        cf_ice_agent_on_deadline(t->transports[index].ice, now);
        settle(t, index, now);
    }
}
