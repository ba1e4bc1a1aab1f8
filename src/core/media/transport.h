/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One transport of a leg: its sockets, where its peer is (under the rules of core/rtp/latch.h), and the keys of both directions.
 * Several lines may share one (BUNDLE). Machine without deadline.
 */
#ifndef CF_MEDIA_TRANSPORT_H
#define CF_MEDIA_TRANSPORT_H

#include "core/media/messages.h"
#include "core/rtp/crypto.h"

struct cf_engine_leg;

/** The two ports of a transport. */
enum cf_engine_port {
    CF_ENGINE_PORT_RTP,
    CF_ENGINE_PORT_RTCP, /**< not used with rtcp-mux */
    CF_ENGINE_PORT_COUNT,
};

/** The transport. */
struct cf_engine_transport {
    struct cf_engine_leg *leg; /**< the leg that owns it */
    uint16_t index;
    uint32_t sockets[CF_ENGINE_PORT_COUNT]; /**< equal with rtcp-mux */
    struct cf_latch latches[CF_ENGINE_PORT_COUNT];
    bool has_mux;
    bool has_reduced_rtcp;
    bool is_open;                    /**< plain, or the keys are there */
    bool is_secure;                  /**< SRTP */
    struct cf_srtp_context *receive; /**< owned; NULL: plain or not open */
    struct cf_srtp_context *send;    /**< owned; NULL: plain or not open */
    struct cf_sdes_key keys[2];      /**< local and remote key that the contexts were made of */
    enum cf_srtp_suite suite;
};

/** A transport of which nothing is known. */
void cf_engine_transport_init(struct cf_engine_transport *t, struct cf_engine_leg *leg, uint16_t index);

/** Close its contexts and wipe the keys. */
void cf_engine_transport_fini(struct cf_engine_transport *t, const struct cf_packet_crypto *crypto);

/**
 * What was agreed on. Contexts whose keys stay are kept. On an error (CF_ERR_UNSUPPORTED, CF_ERR_NO_MEMORY ...) the transport is
 * closed: nothing goes in or out until it is set again.
 */
CF_MUST_USE enum cf_err cf_engine_transport_set(struct cf_engine_transport *t, const struct cf_packet_crypto *crypto,
                                                const struct cf_media_transport_set *set,
                                                const struct cf_media_leg_policy *policy);

/** The leg's policy changed. */
void cf_engine_transport_set_policy(struct cf_engine_transport *t, const struct cf_media_leg_policy *policy);

/** The latch of packets of that port: with rtcp-mux there is one. */
static inline struct cf_latch *cf_engine_transport_latch(struct cf_engine_transport *t, enum cf_engine_port port) {
    return &t->latches[t->has_mux ? CF_ENGINE_PORT_RTP : port];
}

/** Can something be sent from that port: open, and it is known where to? */
static inline bool cf_engine_transport_can_send(const struct cf_engine_transport *t, enum cf_engine_port port) {
    return t->is_open && t->latches[t->has_mux ? CF_ENGINE_PORT_RTP : port].remote.family != CF_FAMILY_NONE;
}

/** Where to send to. */
static inline const struct cf_addr *cf_engine_transport_remote(const struct cf_engine_transport *t, enum cf_engine_port port) {
    return &t->latches[t->has_mux ? CF_ENGINE_PORT_RTP : port].remote;
}

#endif
