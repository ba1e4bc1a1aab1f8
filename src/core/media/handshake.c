/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys that come by the media path: DTLS-SRTP (RFC 5764) and ZRTP (RFC 6189). */
#include "core/media/internal.h"

static const struct cf_handshakes *provider_of(const struct cf_engine *engine, enum cf_keying keying) {
    return keying == CF_KEYING_DTLS ? engine->config.dtls : engine->config.zrtp;
}

/* The port whose association datagrams of @p port are for. */
static enum cf_engine_port home_of(const struct cf_engine_transport *t, enum cf_engine_port port) {
    return t->has_own_control ? port : CF_ENGINE_PORT_RTP;
}

static bool is_off(const struct cf_association *a) {
    return a == NULL || cf_association_state(a) == CF_ASSOCIATION_OFF;
}

/* --- what signalling is told --- */

static void tell_protection(struct cf_engine *engine, const struct cf_engine_transport *t, enum cf_keying keying,
                            const struct cf_handshake_keys *keys) {
    struct cf_media_event event = cf_engine_leg_event(t->leg, CF_MEDIA_EVENT_SECURED);
    event.as.secured.transport = t->index;
    event.as.secured.keying = keying;
    event.as.secured.suite = t->suite;
    if (keys != NULL) {
        memcpy(event.as.secured.sas, keys->sas, sizeof event.as.secured.sas);
        event.as.secured.is_sas_verified = keys->is_sas_verified;
    }
    cf_event_queue_put(&engine->events, &event);
}

static void tell_failure(struct cf_engine *engine, struct cf_engine_transport *t, enum cf_handshake_failure failure) {
    struct cf_media_event event = cf_engine_leg_event(t->leg, CF_MEDIA_EVENT_INSECURE);
    event.as.insecure.transport = t->index;
    event.as.insecure.failure = failure;
    cf_event_queue_put(&engine->events, &event);
    cf_engine_transport_close(t, engine->config.crypto);
}

/* --- what came of it --- */

/* The peer has proved who he is from there: without ICE that is where he gets his media. */
static void learn_peer(struct cf_engine *engine, struct cf_engine_transport *t, enum cf_engine_port port,
                       const struct cf_addr *peer) {
    const struct cf_latch_packet packet = {.source = *peer, .is_authenticated = true, .is_newest = true};
    if (!t->has_ice && peer->family != CF_FAMILY_NONE) {
        (void)cf_latch_on_packet(cf_engine_transport_latch(t, port), &packet, engine->now);
    }
}

/* The lines of the leg may take part now, or not any more. */
static void join_again(struct cf_engine *engine, struct cf_engine_leg *leg) {
    uint16_t index = 0;
    enum cf_err err = cf_engine_join_all(engine, leg, &index);
    if (err != CF_OK) {
        struct cf_media_event event = cf_engine_leg_event(leg, CF_MEDIA_EVENT_FAILED);
        event.as.failed.command = CF_MEDIA_LINE_SET;
        event.as.failed.err = err;
        event.as.failed.index = index;
        cf_event_queue_put(&engine->events, &event);
    }
}

static void take_keys(struct cf_engine *engine, struct cf_engine_transport *t, enum cf_engine_port port,
                      const struct cf_handshake_keys *keys, const struct cf_addr *peer) {
    enum cf_err err = cf_engine_transport_secure(t, engine->config.crypto, port, keys);
    if (err != CF_OK) {
        tell_failure(engine, t, CF_HANDSHAKE_RESOURCE);
        return;
    }
    learn_peer(engine, t, port, peer);
    if (port == CF_ENGINE_PORT_RTP) {
        tell_protection(engine, t, t->associations[port]->keying, keys);
    }
}

/* Look at what a call of the association has changed. */
static void settle(struct cf_engine *engine, struct cf_engine_transport *t, enum cf_engine_port port) {
    struct cf_association *a = t->associations[port];
    struct cf_handshake_keys keys;
    struct cf_addr peer;
    if (cf_association_take_news(a, &keys, &peer)) {
        if (cf_association_state(a) == CF_ASSOCIATION_SECURED) {
            take_keys(engine, t, port, &keys, &peer);
            cf_mem_wipe(&keys, sizeof keys);
        } else {
            tell_failure(engine, t, cf_association_failure(a));
        }
        join_again(engine, t->leg);
    }
    if (!cf_link_is_in(&t->handshake_link)) {
        cf_list_append(&engine->handshakes, &t->handshake_link);
    }
    cf_engine_set_leg_timer(engine, t->leg);
}

/* --- beginning --- */

static void begin(struct cf_engine *engine, struct cf_engine_transport *t, enum cf_engine_port port,
                  const struct cf_media_transport_set *set) {
    const struct cf_media_security *security = &set->transport.security;
    const struct cf_handshakes *provider = provider_of(engine, security->keying);
    if (t->associations[port] == NULL) {
        t->associations[port] = cf_mem_alloc(engine->mem, sizeof *t->associations[port]);
    }
    if (provider == NULL || t->associations[port] == NULL) {
        tell_failure(engine, t, CF_HANDSHAKE_RESOURCE);
        return;
    }
    const struct cf_association_config config = {
        .provider = provider,
        .security = security,
        .suites = set->suites,
        .suite_count = set->suite_count <= CF_SRTP_SUITE_COUNT ? set->suite_count : 0,
        .is_checked = t->has_ice,
        .signalled = port == CF_ENGINE_PORT_RTP ? set->transport.remote_rtp : set->transport.remote_rtcp,
        .flow = t->leg->policy.flow,
    };
    cf_association_begin(t->associations[port], &config, engine->now);
    settle(engine, t, port);
}

void cf_engine_begin_handshakes(struct cf_engine *engine, struct cf_engine_transport *t,
                                const struct cf_media_transport_set *set) {
    enum cf_keying keying = set->transport.security.keying;
    if (keying != CF_KEYING_DTLS && keying != CF_KEYING_ZRTP) {
        tell_protection(engine, t, keying, NULL);
        return;
    }
    size_t count = t->has_own_control ? CF_ENGINE_PORT_COUNT : 1;
    for (size_t i = 0; i < count; i++) {
        struct cf_association *a = t->associations[i];
        if (is_off(a)) {
            begin(engine, t, (enum cf_engine_port)i, set);
        } else {
            cf_association_set_checked(a, t->has_ice);
        }
    }
}

void cf_engine_verify_sas(struct cf_engine *engine, struct cf_engine_leg *leg, bool is_verified) {
    for (size_t i = 0; i < leg->transport_count; i++) {
        struct cf_engine_transport *t = leg->transports[i];
        struct cf_handshake_keys keys;
        struct cf_association *a = t == NULL ? NULL : t->associations[CF_ENGINE_PORT_RTP];
        if (a != NULL && cf_association_verify(a, is_verified, &keys)) {
            tell_protection(engine, t, CF_KEYING_ZRTP, &keys);
            cf_mem_wipe(&keys, sizeof keys);
        }
    }
}

void cf_engine_free_associations(struct cf_engine *engine, struct cf_engine_transport *t) {
    for (size_t i = 0; i < CF_ENGINE_PORT_COUNT; i++) {
        cf_mem_free(engine->mem, t->associations[i], sizeof *t->associations[i]);
        t->associations[i] = NULL;
    }
}

/* --- datagrams and time --- */

enum cf_media_discard cf_engine_take_handshake(struct cf_engine *engine, const struct cf_engine_arrival *arrival,
                                               enum cf_packet_kind kind) {
    struct cf_engine_transport *t = arrival->transport;
    enum cf_engine_port port = home_of(t, arrival->port);
    struct cf_association *a = t->associations[port];
    enum cf_keying keying = kind == CF_PACKET_DTLS ? CF_KEYING_DTLS : CF_KEYING_ZRTP;
    if (is_off(a) || a->keying != keying) {
        return CF_MEDIA_DISCARD_NOT_MEDIA;
    }
    bool is_used = cf_association_on_datagram(a, arrival->octets, arrival->from, engine->now);
    settle(engine, t, port);
    return is_used ? CF_MEDIA_USED : CF_MEDIA_DISCARD_HANDSHAKE;
}

cf_usec cf_engine_handshake_deadline(const struct cf_engine_leg *leg) {
    cf_usec deadline = CF_USEC_NEVER;
    for (size_t i = 0; i < leg->transport_count; i++) {
        const struct cf_engine_transport *t = leg->transports[i];
        for (size_t k = 0; t != NULL && k < CF_ENGINE_PORT_COUNT; k++) {
            const struct cf_association *a = t->associations[k];
            deadline = a == NULL ? deadline : cf_usec_min(deadline, cf_association_deadline(a));
        }
    }
    return deadline;
}

void cf_engine_on_handshake_deadline(struct cf_engine *engine, struct cf_engine_leg *leg) {
    for (size_t i = 0; i < leg->transport_count; i++) {
        struct cf_engine_transport *t = leg->transports[i];
        for (size_t k = 0; t != NULL && k < CF_ENGINE_PORT_COUNT; k++) {
            struct cf_association *a = t->associations[k];
            if (a != NULL && cf_association_deadline(a) <= engine->now) {
                cf_association_on_deadline(a, engine->now);
                settle(engine, t, (enum cf_engine_port)k);
            }
        }
    }
}

/* --- out --- */

/* With ICE nothing is said before a path is known; without, the peer may be known though the path is not. */
static bool is_mute(const struct cf_engine_transport *t, enum cf_engine_port port) {
    return t->has_ice && !cf_engine_transport_can_reach(t, port);
}

static size_t take_port(struct cf_engine_transport *t, enum cf_engine_port port, struct cf_media_output *outputs, size_t max) {
    size_t count = 0;
    struct cf_span datagram;
    struct cf_addr to;
    struct cf_association *a = t->associations[port];
    while (a != NULL && count < max && !is_mute(t, port) && cf_association_poll(a, &datagram, &to)) {
        to = to.family == CF_FAMILY_NONE ? *cf_engine_transport_remote(t, port) : to;
        if (to.family != CF_FAMILY_NONE) {
            outputs[count++] =
                (struct cf_media_output){.socket = cf_engine_transport_socket(t, port), .to = to, .data = datagram};
        }
    }
    return count;
}

size_t cf_engine_take_handshakes(struct cf_engine *engine, struct cf_media_output *outputs, size_t max) {
    size_t count = 0;
    CF_LIST_EACH (&engine->handshakes, link, following) {
        struct cf_engine_transport *t = CF_OF(link, struct cf_engine_transport, handshake_link);
        bool is_waiting = false;
        for (size_t k = 0; k < CF_ENGINE_PORT_COUNT; k++) {
            enum cf_engine_port port = (enum cf_engine_port)k;
            count += take_port(t, port, outputs + count, max - count);
            is_waiting = is_waiting || (is_mute(t, port) && !is_off(t->associations[k]));
        }
        if (count < max && !is_waiting) {
            cf_list_remove(link);
        }
    }
    engine->totals.datagrams_out += count;
    return count;
}
