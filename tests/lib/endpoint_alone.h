/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An endpoint without a network: what goes in by hand, what comes out as a transcript, one line an event with the first line of
 * its message. It is 192.0.2.1 with UDP (local 0), TCP (1) and WSS (2); the peer is 198.51.100.7:5070.
 */
#ifndef CF_TESTS_LIB_ENDPOINT_ALONE_H
#define CF_TESTS_LIB_ENDPOINT_ALONE_H

#include "core/endpoint/endpoint.h"
#include "lib/sip_text.h"
#include "lib/test_entropy.h"
#include "lib/test_mem.h"
#include "lib/transcript.h"

/** An endpoint and what it said. */
struct alone {
    struct test_mem mem;
    struct test_entropy entropy;
    struct cf_endpoint *ep;
    struct transcript transcript;
    cf_usec now;
    struct cf_addr peer;
    struct cf_tx_id tx;       /**< of the last REQUEST, CANCELLED or RESPONSE */
    struct cf_flow_id flow;   /**< of the last event with one */
    uint32_t query;           /**< of the last RESOLVE */
    struct sip_text sent;     /**< last bytes for the shell */
    struct sip_text received; /**< last message for above */
};

/** A Via of the peer, over UDP. */
#define ALONE_VIA "SIP/2.0/UDP 10.0.0.5:5060;branch=z9hG4bKabc;rport"

/** Owner of all requests of ours. */
extern const struct cf_owner alone_owner;

/** Begin, with default limits or others; end, asserting that no memory is lost. */
void alone_begin(struct alone *f);
void alone_begin_with(struct alone *f, struct cf_endpoint_limits limits);
void alone_end(struct alone *f);

/** Poll until nothing is left, writing the transcript. */
void alone_drain(struct alone *f);

/** Let time pass. */
void alone_run_until(struct alone *f, cf_usec until);

/** A datagram from the peer; the same as a request with that Via. */
void alone_datagram(struct alone *f, struct cf_str text);
void alone_request_comes(struct alone *f, const char *via, const struct sip_request *request);

/** Answer the request that came last (transaction f->tx). */
void alone_respond(struct alone *f, unsigned status, const char *fields);

/** Send a request; to the peer over UDP: alone_udp_route(). */
void alone_request(struct alone *f, const struct cf_route *route, const struct sip_request *what);
struct cf_route alone_udp_route(const struct alone *f);

/** The peer answers the request that was sent last. */
void alone_peer_answers(struct alone *f, unsigned status, const char *fields);

/** The DNS answers the question that was asked last. */
void alone_resolve(struct alone *f, const struct cf_dns_record *records, size_t count);

/** A connection comes in on a local address, it is f->flow; bytes come over f->flow. */
void alone_accept(struct alone *f, uint32_t local);
void alone_bytes(struct alone *f, struct cf_str text);

#endif
