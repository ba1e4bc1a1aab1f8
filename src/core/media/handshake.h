/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Key agreement in the media path as cores see it: a table of functions that adapt/openssl fills in with DTLS-SRTP (RFC 5764) and
 * adapt/bzrtp with ZRTP (RFC 6189), and tests with a readable fake. A handshake is between two parties; which datagrams belong to
 * it, and when there has been enough of it, is association.h's business.
 *
 * A handshake is a machine: after open, receive (once or several times) and on_deadline, poll is called until it gives nothing;
 * what it gave is valid until the next of these calls. No I/O, no clock: time is passed. Nothing that comes from the network
 * ends more than the handshake. One thread.
 */
#ifndef CF_MEDIA_HANDSHAKE_H
#define CF_MEDIA_HANDSHAKE_H

#include "base/usec.h"
#include "core/offer/params.h"

/** A handshake; made and known by the provider only. */
struct cf_handshake;

/** Longest datagram of a handshake that we send: what passes every network that phones are in. */
#define CF_HANDSHAKE_DATAGRAM_MAX 1200

/** Longest short authentication string, with its end. */
#define CF_SAS_SIZE 32

/** Where a handshake is. */
enum cf_handshake_state {
    CF_HANDSHAKE_LISTENING, /**< keeps nothing of anybody: no peer has proved yet that it receives what is sent to its address */
    CF_HANDSHAKE_RUNNING,
    CF_HANDSHAKE_DONE,   /**< keys are there */
    CF_HANDSHAKE_FAILED, /**< to be closed */
};

/** Why one failed. */
enum cf_handshake_failure {
    CF_HANDSHAKE_NO_FAILURE,
    CF_HANDSHAKE_MISMATCH, /**< the peer is not the one that signalling promised: fingerprint, Hello hash */
    CF_HANDSHAKE_NO_SUITE, /**< no SRTP suite in common */
    CF_HANDSHAKE_PROTOCOL, /**< nothing in common, or nonsense */
    CF_HANDSHAKE_TIMEOUT,  /**< no answer */
    CF_HANDSHAKE_RESOURCE, /**< ours: out of memory, certificate not known */
};

/** English text of a failure. */
const char *cf_handshake_failure_text(enum cf_handshake_failure failure);

/** What a handshake is made of; copied where needed. */
struct cf_handshake_params {
    const struct cf_media_security *security; /**< role, fingerprints, hashes */
    const enum cf_srtp_suite *suites;         /**< allowed, the most wanted first */
    size_t suite_count;
    bool is_listening; /**< DTLS server: begin in CF_HANDSHAKE_LISTENING, with a cookie exchange (RFC 6347 section 4.2.1) */
};

/** What came of it. Wipe it. */
struct cf_handshake_keys {
    enum cf_srtp_suite suite;
    struct cf_sdes_key local;  /**< protects what we send */
    struct cf_sdes_key remote; /**< protects what we receive */
    char sas[CF_SAS_SIZE];     /**< ZRTP: to be compared by people (RFC 6189 section 7); empty: none */
    bool is_sas_verified;      /**< ZRTP: it was compared, or that of an earlier call was */
};

/** A provider of handshakes. Single-threaded: each worker has its own. */
struct cf_handshakes {
    /** Begin. CF_ERR_NO_MEMORY, CF_ERR_NOT_FOUND (our certificate or Hello is not known here), CF_ERR_UNSUPPORTED. */
    enum cf_err (*open)(void *ctx, const struct cf_handshake_params *params, cf_usec now, struct cf_handshake **ret);
    /** Wipe and free @p h; NULL is ignored. */
    void (*close)(void *ctx, struct cf_handshake *h);
    /** A datagram came from @p from. */
    void (*receive)(void *ctx, struct cf_handshake *h, struct cf_span datagram, const struct cf_addr *from, cf_usec now);
    /** The next datagram to be sent, and where to: family NONE is the peer, an address while listening. False: none. */
    bool (*poll)(void *ctx, struct cf_handshake *h, struct cf_span *ret_datagram, struct cf_addr *ret_to);
    /** When on_deadline is due; CF_USEC_NEVER. */
    cf_usec (*deadline)(void *ctx, const struct cf_handshake *h);
    void (*on_deadline)(void *ctx, struct cf_handshake *h, cf_usec now);
    /** Where it is; @p ret_failure is set if it failed. */
    enum cf_handshake_state (*state)(void *ctx, const struct cf_handshake *h, enum cf_handshake_failure *ret_failure);
    /** The keys of one that is DONE; false otherwise. */
    bool (*keys)(void *ctx, const struct cf_handshake *h, struct cf_handshake_keys *ret);
    /** ZRTP: people have compared the string of @p h, or take that back; remembered for later calls with the peer, if there is
     * where. False: it has none. NULL: the protocol has no such thing. */
    bool (*verify)(void *ctx, struct cf_handshake *h, bool is_verified);
    void *ctx; /**< passed to all */
};

#endif
