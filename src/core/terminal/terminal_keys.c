/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys that come by the media path: one association for each port of a transport, as in core/media/handshake.c. */
#include "core/terminal/terminal_impl.h"

static bool shakes_hands(enum cf_keying keying) {
    return keying == CF_KEYING_DTLS || keying == CF_KEYING_ZRTP;
}

/* Events are of lines: of the first on the transport. */
static void tell(struct cf_terminal *t, size_t index, enum cf_terminal_event_kind kind) {
    for (size_t i = 0; i < t->line_count; i++) {
        if (t->lines[i] != NULL && t->lines[i]->agreed.transport == index) {
            cf_terminal_tell(t, kind, i, 0, 0);
            return;
        }
    }
    cf_terminal_tell(t, kind, 0, 0, 0);
}

static void fail(struct cf_terminal *t, size_t index, enum cf_handshake_failure failure) {
    struct cf_terminal_transport *transport = &t->transports[index];
    transport->failure = failure;
    cf_engine_transport_close(&transport->path, t->config.crypto);
    tell(t, index, CF_TERMINAL_INSECURE);
}

static void take_keys(struct cf_terminal *t, size_t index, enum cf_engine_port port, const struct cf_handshake_keys *keys,
                      const struct cf_addr *peer, cf_usec now) {
    struct cf_terminal_transport *transport = &t->transports[index];
    const struct cf_latch_packet packet = {.source = *peer, .is_authenticated = true, .is_newest = true};
    if (cf_engine_transport_secure(&transport->path, t->config.crypto, port, keys) != CF_OK) {
        fail(t, index, CF_HANDSHAKE_RESOURCE);
        return;
    }
    if (peer->family != CF_FAMILY_NONE) {
        (void)cf_latch_on_packet(cf_engine_transport_latch(&transport->path, port), &packet, now);
    }
    if (port == CF_ENGINE_PORT_RTP) {
        memcpy(transport->sas, keys->sas, sizeof transport->sas);
        transport->is_sas_verified = keys->is_sas_verified;
        tell(t, index, CF_TERMINAL_SECURED);
    }
}

static void send_all(struct cf_terminal *t, size_t index, enum cf_engine_port port) {
    struct cf_engine_transport *path = &t->transports[index].path;
    struct cf_span datagram;
    struct cf_addr to;
    /* With checks nothing is said before there is a way: what waits goes out then. */
    bool is_mute = path->has_ice && !cf_engine_transport_can_reach(path, port);
    while (!is_mute && cf_association_poll(&t->transports[index].associations[port], &datagram, &to)) {
        to = to.family == CF_FAMILY_NONE ? *cf_engine_transport_remote(path, port) : to;
        struct cf_terminal_packet *packet =
            to.family == CF_FAMILY_NONE ? NULL : cf_terminal_reserve_to(t, cf_engine_transport_socket(path, port), &to);
        if (packet != NULL && datagram.len <= sizeof packet->octets) {
            memcpy(packet->octets, datagram.at, datagram.len);
            packet->len = (uint16_t)datagram.len;
        }
    }
}

static void settle(struct cf_terminal *t, size_t index, enum cf_engine_port port, cf_usec now) {
    struct cf_association *a = &t->transports[index].associations[port];
    struct cf_handshake_keys keys;
    struct cf_addr peer;
    if (cf_association_take_news(a, &keys, &peer)) {
        if (cf_association_state(a) == CF_ASSOCIATION_SECURED) {
            take_keys(t, index, port, &keys, &peer, now);
            cf_mem_wipe(&keys, sizeof keys);
        } else {
            fail(t, index, cf_association_failure(a));
        }
    }
    send_all(t, index, port);
}

void cf_terminal_begin_keys(struct cf_terminal *t, size_t index, const struct cf_media_transport_set *set, cf_usec now) {
    struct cf_terminal_transport *transport = &t->transports[index];
    const struct cf_media_security *security = &set->transport.security;
    const struct cf_handshakes *provider = security->keying == CF_KEYING_DTLS ? t->config.dtls : t->config.zrtp;
    transport->keying = security->keying;
    if (!shakes_hands(security->keying)) {
        return;
    }
    for (size_t i = 0; i < (transport->path.has_own_control ? CF_ENGINE_PORT_COUNT : 1); i++) {
        struct cf_association *a = &transport->associations[i];
        const struct cf_association_config config = {.provider = provider,
                                                     .security = security,
                                                     .suites = t->config.suites,
                                                     .suite_count = t->config.suite_count,
                                                     .is_checked = transport->path.has_ice,
                                                     .signalled = i == CF_ENGINE_PORT_RTP ? set->transport.remote_rtp
                                                                                          : set->transport.remote_rtcp};
        if (cf_association_state(a) != CF_ASSOCIATION_OFF) {
            continue;
        }
        if (provider == NULL) {
            fail(t, index, CF_HANDSHAKE_RESOURCE);
            return;
        }
        cf_association_begin(a, &config, now);
        settle(t, index, (enum cf_engine_port)i, now);
    }
}

void cf_terminal_on_handshake(struct cf_terminal *t, size_t index, enum cf_engine_port port, const struct cf_addr *from,
                              struct cf_span datagram, cf_usec now) {
    struct cf_engine_transport *path = &t->transports[index].path;
    port = path->has_own_control ? port : CF_ENGINE_PORT_RTP;
    if (!cf_association_on_datagram(&t->transports[index].associations[port], datagram, from, now)) {
        t->totals.strangers++;
    }
    settle(t, index, port, now);
}

enum cf_err cf_terminal_verify_sas(struct cf_terminal *t, bool is_verified) {
    enum cf_err err = CF_ERR_STATE;
    for (size_t i = 0; i < t->transport_count; i++) {
        struct cf_handshake_keys keys;
        struct cf_association *a = &t->transports[i].associations[CF_ENGINE_PORT_RTP];
        if (cf_association_verify(a, is_verified, &keys)) {
            t->transports[i].is_sas_verified = keys.is_sas_verified;
            cf_mem_wipe(&keys, sizeof keys);
            tell(t, i, CF_TERMINAL_SECURED);
            err = CF_OK;
        }
    }
    return err;
}

void cf_terminal_flush_keys(struct cf_terminal *t, size_t index, cf_usec now) {
    for (size_t i = 0; i < CF_ENGINE_PORT_COUNT; i++) {
        if (cf_association_state(&t->transports[index].associations[i]) != CF_ASSOCIATION_OFF) {
            settle(t, index, (enum cf_engine_port)i, now);
        }
    }
}

cf_usec cf_terminal_keys_deadline(const struct cf_terminal *t, size_t index) {
    const struct cf_association *associations = t->transports[index].associations;
    return cf_usec_min(cf_association_deadline(&associations[CF_ENGINE_PORT_RTP]),
                       cf_association_deadline(&associations[CF_ENGINE_PORT_RTCP]));
}

void cf_terminal_on_keys_deadline(struct cf_terminal *t, size_t index, cf_usec now) {
    for (size_t i = 0; i < CF_ENGINE_PORT_COUNT; i++) {
        struct cf_association *a = &t->transports[index].associations[i];
        if (cf_association_deadline(a) <= now) {
            cf_association_on_deadline(a, now);
            settle(t, index, (enum cf_engine_port)i, now);
        }
    }
}
