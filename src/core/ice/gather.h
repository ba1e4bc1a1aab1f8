/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Server-reflexive candidates (RFC 8445 section 5.1.1.2): each base asks a STUN server by Binding requests (RFC 8489) how its
 * packets look from outside. A machine: _init, _add, _remove, _receive, _on_deadline; after each of them drain _poll_send and
 * _poll_found. Requests go out again after CF_ICE_GATHER_RTO, twice that and so on; a server that has not answered
 * CF_ICE_GATHER_SENDS of them is not waited for. Only answers of the server that was asked, with the transaction id of a request
 * of that base, count. Size is fixed, no allocation. Thread: the owner's.
 */
#ifndef CF_CORE_ICE_GATHER_H
#define CF_CORE_ICE_GATHER_H

#include "base/addr.h"
#include "base/rng.h"
#include "base/usec.h"
#include "core/stun/message.h"

/** Most bases at a time. */
#define CF_ICE_GATHER_MAX 32

/** First time to wait for an answer, and how often a request is sent (RFC 8489 section 6.2.1 has 7; a call does not wait so
 * long). */
#define CF_ICE_GATHER_RTO CF_MSEC(500)
#define CF_ICE_GATHER_SENDS 4

/** Octets of a request. */
#define CF_ICE_GATHER_REQUEST_LEN CF_STUN_HEADER_LEN

/** A base; private. */
struct cf_ice_gather_base {
    struct cf_addr addr;
    uint8_t id[CF_STUN_ID_LEN];
    uint8_t sends;
    bool is_done; /**< answered, or not waited for any more */
    bool must_send;
    bool is_found; /**< .mapped is to be polled */
    cf_usec due;
    struct cf_addr mapped;
};

/** The machine. */
struct cf_ice_gather {
    const struct cf_entropy *entropy;
    struct cf_addr server;
    size_t count;
    struct cf_ice_gather_base bases[CF_ICE_GATHER_MAX];
    uint8_t request[CF_ICE_GATHER_REQUEST_LEN];
};

/** A base, and how it is seen by the server. */
struct cf_ice_reflexive {
    struct cf_addr base;
    struct cf_addr addr;
};

/** Bases will ask @p server; @p entropy is kept. */
void cf_ice_gather_init(struct cf_ice_gather *gather, const struct cf_entropy *entropy, const struct cf_addr *server);

/** Ask for @p base, a socket's address. False: there are too many, or it is of another family than the server. */
bool cf_ice_gather_add(struct cf_ice_gather *gather, const struct cf_addr *base, cf_usec now);

/** @p base is closed: it asks no more. */
void cf_ice_gather_remove(struct cf_ice_gather *gather, const struct cf_addr *base);

/** A datagram came to @p base from @p from. False: it is no answer to a request of that base. */
bool cf_ice_gather_receive(struct cf_ice_gather *gather, const struct cf_addr *base, const struct cf_addr *from,
                           struct cf_span datagram);

/** When _on_deadline is due; CF_USEC_NEVER: nobody waits. */
cf_usec cf_ice_gather_deadline(const struct cf_ice_gather *gather);

void cf_ice_gather_on_deadline(struct cf_ice_gather *gather, cf_usec now);

/** The next request, to go from *ret_base to the server; valid until the next call. False: none. */
bool cf_ice_gather_poll_send(struct cf_ice_gather *gather, struct cf_addr *ret_base, struct cf_span *ret_datagram);

/** The next address that was found, be it the base's own (then there is no translator). False: none. */
bool cf_ice_gather_poll_found(struct cf_ice_gather *gather, struct cf_ice_reflexive *ret);

/** Does nobody wait for an answer any more? */
bool cf_ice_gather_is_done(const struct cf_ice_gather *gather);

#endif
