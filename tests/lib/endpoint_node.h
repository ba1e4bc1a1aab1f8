/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A SIP endpoint as a node of the virtual world: its outputs go into the world, its DNS is a zone of the test, and what is for
 * the layers above goes to a function of the test.
 */
#ifndef CF_TESTS_LIB_ENDPOINT_NODE_H
#define CF_TESTS_LIB_ENDPOINT_NODE_H

#include "core/endpoint/endpoint.h"
#include "core/sip/message.h"
#include "lib/test_entropy.h"
#include "lib/test_mem.h"
#include "lib/virtual_world.h"

/** A record of the test's DNS. */
struct zone_record {
    enum cf_dns_type type;
    const char *name;
    struct cf_dns_record record;
};

/** Questions that wait for their answer, and connections; more fail the test. */
#define ENDPOINT_NODE_MAX 4096

struct endpoint_node;

/** Something for the layers above. */
typedef void endpoint_node_handler(void *ctx, struct endpoint_node *node, const struct cf_endpoint_event *event);

/** What stands around the endpoint, if more than a handler: takes its place in the node. All of them are needed. */
struct endpoint_node_host {
    bool (*poll)(void *ctx, struct cf_endpoint_event *ret); /**< next of the endpoint's events; false: nothing left */
    cf_usec (*deadline)(const void *ctx);                   /**< the endpoint's among them */
    void (*on_deadline)(void *ctx, cf_usec now);            /**< the endpoint's too */
};

/** A node. Large: allocate it statically or on the heap. */
struct endpoint_node {
    struct world *world;
    size_t number; /**< in the world */
    struct cf_endpoint *ep;
    struct test_mem mem;
    struct test_entropy entropy;
    struct cf_endpoint_local locals[CF_ENDPOINT_LOCALS_MAX];
    size_t local_count;
    endpoint_node_handler *handler;
    void *ctx;
    const struct endpoint_node_host *host; /**< NULL: the node polls the endpoint by itself */
    const struct zone_record *zone;        /**< the test's; NULL: an empty DNS */
    size_t zone_count;
    cf_usec dns_delay_usec; /**< CF_USEC_NEVER: a black hole */
    struct {
        uint32_t query;
        cf_usec at;
        struct cf_dns_record records[16];
        size_t count;
    } answers[64];
    size_t answer_count;
    struct {
        struct cf_flow_id flow;
        uint64_t stream;
    } streams[ENDPOINT_NODE_MAX];
    size_t stream_count;
    uint64_t datagrams_out; /**< sent */
};

/** What a node is. */
struct endpoint_node_config {
    const char *ip;                        /**< its address; UDP and TCP at 5060, TLS at 5061 */
    uint64_t seed;                         /**< of its entropy */
    struct cf_endpoint_limits limits;      /**< zeros: defaults */
    endpoint_node_handler *handler;        /**< or NULL */
    const struct endpoint_node_host *host; /**< or NULL; gets the same ctx */
    void *ctx;
};

/** Local indices. */
enum {
    NODE_UDP,
    NODE_TCP,
    NODE_TLS,
};

/** Join the world. */
void endpoint_node_init(struct endpoint_node *n, struct world *w, const struct endpoint_node_config *config);

/** The same without an endpoint: the host makes one with the node's memory, entropy and locals, and sets .ep. */
void endpoint_node_join(struct endpoint_node *n, struct world *w, const struct endpoint_node_config *config);

/** Close every connection, as the end of a process does; the endpoint is not told. */
void endpoint_node_cut(struct endpoint_node *n);

/** Hand out what waits; call it after commands from outside. */
void endpoint_node_drain(struct endpoint_node *n);

/** Leave; asserts that no memory is lost. */
void endpoint_node_fini(struct endpoint_node *n);

/** An address from text, which must be one. */
struct cf_addr addr_of(const char *text);

/** A route to an address over a transport. */
struct cf_route route_to(const char *addr, enum cf_transport transport);

#endif
