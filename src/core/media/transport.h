/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One transport of a leg: its sockets, where its peer is (under the rules of core/rtp/latch.h), and the keys of both directions,
 * from signalling (SDES) or agreed on here (DTLS, ZRTP: association.h). Without rtcp-mux DTLS has an association for each port.
 * Several lines may share one (BUNDLE). Machine without deadline.
 */
#ifndef CF_MEDIA_TRANSPORT_H
#define CF_MEDIA_TRANSPORT_H

#include "base/list.h"
#include "core/bwe/arrivals.h"
#include "core/media/association.h"
#include "core/media/messages.h"
#include "core/rtcp/schedule.h"
#include "core/rtp/crypto.h"

struct cf_engine_leg;
struct cf_engine_checks;

/** The two ports of a transport. */
enum cf_engine_port {
    CF_ENGINE_PORT_RTP,
    CF_ENGINE_PORT_RTCP, /**< not used with rtcp-mux */
    CF_ENGINE_PORT_COUNT,
};

/** From which socket to which address. */
struct cf_engine_path {
    uint32_t socket;
    struct cf_addr remote; /**< family NONE: nowhere yet, or consent was lost */
};

/** A receiver reference time that the peer has sent (RFC 3611 section 4.4). Zeroed: none that is to be answered. */
struct cf_engine_reference {
    uint32_t ssrc;   /**< whose */
    uint32_t middle; /**< middle 32 bits of its time; 0: none */
    cf_usec came_at;
};

/** The transport. What every packet that goes out looks at comes first: two cache lines. */
struct cf_engine_transport {
    struct cf_engine_leg *leg;    /**< the leg that owns it */
    struct cf_srtp_context *send; /**< owned; NULL: plain or not open */
    uint16_t index;
    bool is_open;         /**< plain, or the keys are there */
    bool is_secure;       /**< SRTP */
    bool has_own_control; /**< RTCP has keys of its own: DTLS without rtcp-mux (RFC 5764 section 5.1.1) */
    bool is_control_open; /**< and they are there */
    bool has_ice;         /**< connectivity checks choose the addresses, not the latches */
    bool has_mux;
    bool has_reduced_rtcp;
    bool has_schedule;
    uint32_t sockets[CF_ENGINE_PORT_COUNT];                    /**< equal with rtcp-mux */
    struct cf_engine_path paths[CF_ENGINE_PORT_COUNT];         /**< with ICE: the selected pairs */
    struct cf_latch latches[CF_ENGINE_PORT_COUNT];             /**< without ICE */
    struct cf_engine_checks *checks;                           /**< with ICE: its agent, owned (checks.h); NULL: none */
    struct cf_srtp_context *receive;                           /**< owned; NULL: plain or not open */
    struct cf_srtp_context *control_receive;                   /**< owned; NULL: none */
    struct cf_srtp_context *control_send;                      /**< owned; NULL: none */
    struct cf_association *associations[CF_ENGINE_PORT_COUNT]; /**< owned by handshake.c; NULL: keys never came that way */
    struct cf_link handshake_link; /**< in the engine's list of transports whose associations have something to say */
    struct cf_sdes_key keys[2];    /**< local and remote key that the contexts were made of */
    enum cf_srtp_suite suite;
    struct cf_rtcp_schedule schedule;     /**< one for all lines: a transport is one RTP session (RFC 8108) */
    struct cf_engine_reference reference; /**< the peer's, for it to measure the round trip */
    uint16_t reported;                    /**< line that the last regular report ended with, for the next to go on */
    uint32_t numbered_ssrc;               /**< source of the last packet with a transport-wide number */
    struct cf_arrivals arrivals;          /**< what comes in with such numbers; zeroed: that was not agreed on */
};

_Static_assert(offsetof(struct cf_engine_transport, latches) + offsetof(struct cf_latch, signalled) <= 128,
               "what a packet needs lies together");

/** A transport of which nothing is known. */
void cf_engine_transport_init(struct cf_engine_transport *t, struct cf_engine_leg *leg, uint16_t index);

/** Close its contexts, end its associations (whose memory is given back by cf_engine_free_associations()), wipe the keys. */
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

/** Keys of @p port were agreed on: make contexts of them, instead of those that are there. Errors as above: then it is closed. */
CF_MUST_USE enum cf_err cf_engine_transport_secure(struct cf_engine_transport *t, const struct cf_packet_crypto *crypto,
                                                   enum cf_engine_port port, const struct cf_handshake_keys *keys);

/** No keys: nothing goes in or out. */
void cf_engine_transport_close(struct cf_engine_transport *t, const struct cf_packet_crypto *crypto);

/** Are the keys there that packets to and from @p port need? */
static inline bool cf_engine_transport_is_open(const struct cf_engine_transport *t, enum cf_engine_port port) {
    return port == CF_ENGINE_PORT_RTCP && t->has_own_control ? t->is_control_open : t->is_open;
}

/** What RTCP is protected with. NULL: plain. */
static inline struct cf_srtp_context *cf_engine_transport_control_send(const struct cf_engine_transport *t) {
    return t->has_own_control ? t->control_send : t->send;
}
static inline struct cf_srtp_context *cf_engine_transport_control_receive(const struct cf_engine_transport *t) {
    return t->has_own_control ? t->control_receive : t->receive;
}

/** The latch of packets of that port: with rtcp-mux there is one. */
static inline struct cf_latch *cf_engine_transport_latch(struct cf_engine_transport *t, enum cf_engine_port port) {
    return &t->latches[t->has_mux ? CF_ENGINE_PORT_RTP : port];
}

/** Where to send to: what connectivity checks have selected, else what the latch knows. Family NONE: nowhere yet. */
static inline const struct cf_addr *cf_engine_transport_remote(const struct cf_engine_transport *t, enum cf_engine_port port) {
    size_t index = t->has_mux ? CF_ENGINE_PORT_RTP : port;
    return t->has_ice ? &t->paths[index].remote : &t->latches[index].remote;
}

/** From which socket. */
static inline uint32_t cf_engine_transport_socket(const struct cf_engine_transport *t, enum cf_engine_port port) {
    return t->has_ice ? t->paths[t->has_mux ? CF_ENGINE_PORT_RTP : port].socket : t->sockets[port];
}

/** Is it known where to send from that port? Handshakes need no more. */
static inline bool cf_engine_transport_can_reach(const struct cf_engine_transport *t, enum cf_engine_port port) {
    return cf_engine_transport_remote(t, port)->family != CF_FAMILY_NONE;
}

/** Can media be sent from that port: keys are there if need be, and it is known where to? */
static inline bool cf_engine_transport_can_send(const struct cf_engine_transport *t, enum cf_engine_port port) {
    return cf_engine_transport_is_open(t, port) && cf_engine_transport_can_reach(t, port);
}

#endif
