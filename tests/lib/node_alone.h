/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A whole node without a network: what phones and strangers send goes in by hand, what it sends is kept to be looked at. It is
 * 192.0.2.1 with UDP (local 0, port 5060), TCP (1, 5060) and TLS (2, 5061), serves example.org and 192.0.2.1, has the accounts
 * alice, bob and carol (the password is the name) and open rooms. Virtual time.
 */
#ifndef CF_TESTS_LIB_NODE_ALONE_H
#define CF_TESTS_LIB_NODE_ALONE_H

#include "core/node/node.h"
#include "core/offer/policy.h"
#include "lib/sip_text.h"
#include "lib/test_entropy.h"
#include "lib/test_mem.h"

/** Messages of the node that are kept; more are only counted. */
#define NODE_SENT_MAX 64

/** What a phone offers that has sound only. */
#define NODE_SOUND "v=0\r\no=- 1 1 IN IP4 198.51.100.1\r\ns=-\r\nc=IN IP4 198.51.100.1\r\nt=0 0\r\nm=audio 4002 RTP/AVP 0\r\n"

/** A message that the node sent. */
struct node_sent {
    struct cf_addr to;       /**< datagram */
    struct cf_flow_id flow;  /**< over a connection; else none */
    struct sip_text message; /**< its text */
};

/** A node and what it did. Large: make it static. */
struct node_alone {
    struct test_mem mem;
    struct test_entropy entropy;
    struct cf_node *node;
    struct cf_policy policy;
    struct cf_endpoint_local locals[3];
    struct cf_port_source ports;
    uint16_t next_port;
    cf_usec now;
    struct node_sent sent[NODE_SENT_MAX];
    size_t sent_count;     /**< since node_clear() */
    uint64_t bytes_in;     /**< in datagrams, since node_clear() */
    uint64_t bytes_out;    /**< in datagrams, since node_clear() */
    size_t media_commands; /**< since node_clear() */
    size_t rows;           /**< rows for the store, since node_clear() */
    size_t resolves;       /**< questions to the DNS, since node_clear() */
    size_t connects;       /**< connections wanted, since node_clear() */
    unsigned branch;       /**< of the last request */
    /** Told of commands for the media worker; NULL: nobody. */
    void (*on_media)(void *ctx, const struct cf_media_command *command);
    void *media_ctx;
    bool opens_connections; /**< those that the node wants are open at once; else never */
};

/** What a request says; NULL and 0 give something usual. */
struct node_request {
    const char *method;   /**< NULL: REGISTER */
    const char *uri;      /**< NULL: sip:example.org */
    const char *user;     /**< user part of From; NULL: alice */
    const char *account;  /**< whose credentials; NULL: those of .user */
    const char *host;     /**< host of From; NULL: example.org */
    const char *to;       /**< URI of To; NULL: that of From for REGISTER, else .uri */
    const char *to_tag;   /**< NULL: none */
    const char *from_tag; /**< NULL: ft */
    const char *call_id;  /**< NULL: one for each user and method */
    const char *branch;   /**< NULL: a new one */
    const char *fields;   /**< complete lines; NULL: none */
    const char *body;     /**< NULL: none */
    const char *type;     /**< Content-Type of it */
    bool is_bare;         /**< without what real phones add to be polite, so that it is as short as may be */
    unsigned cseq;        /**< 0: a new one */
};

/** The settings of the node above, to be changed before node_begin_with(). */
struct cf_node_config node_config(struct node_alone *f);

/** Begin; end, asserting that no memory is lost. */
void node_begin(struct node_alone *f);
void node_begin_with(struct node_alone *f, const struct cf_node_config *config);
void node_end(struct node_alone *f);

/** As node_begin_with(), where allocations may fail: false if the node could not be made. */
bool node_try_begin(struct node_alone *f, const struct cf_node_config *config);

/** An account @p user whose password is its name; those above are there already. */
void node_add_account(struct node_alone *f, const char *user);

/** Forget what was sent and counted. */
void node_clear(struct node_alone *f);

/** A datagram from @p from ("ADDR:PORT"). */
void node_datagram(struct node_alone *f, const char *from, struct cf_str text);

/** A connection from @p from comes in on a local address; bytes over it; it is closed. */
struct cf_flow_id node_accept(struct node_alone *f, uint32_t local, const char *from);
void node_bytes(struct node_alone *f, struct cf_flow_id flow, struct cf_str text);
void node_close(struct node_alone *f, struct cf_flow_id flow);

/** Hand out what waits; let time pass. */
void node_drain(struct node_alone *f);
void node_run_until(struct node_alone *f, cf_usec until);

/** The text of a request; @p via: "UDP 10.0.0.5:5060". Fields of @p request as above. */
struct cf_str node_text(struct node_alone *f, struct sip_text *to, const char *via, const struct node_request *request);

/** Send a request over UDP from @p from after node_clear(); the status of the answer to that address, 0: none. */
unsigned node_send(struct node_alone *f, const char *from, const struct node_request *request);

/** The same; a challenge is answered with the password of .user. The status in the end. */
unsigned node_ask(struct node_alone *f, const char *from, const struct node_request *request);

/** The same over a connection. */
unsigned node_ask_over(struct node_alone *f, struct cf_flow_id flow, const struct node_request *request);

/** Register @p user over UDP from @p from, with its address as contact; asserts 200. */
void node_register(struct node_alone *f, const char *user, const char *from);

/** The last message to @p to ("ADDR:PORT") since node_clear(), parsed; NULL: none. Static: valid until the next call. */
const struct cf_sip_message *node_last_to(const struct node_alone *f, const char *to);

/** The last message over @p flow, likewise. */
const struct cf_sip_message *node_last_over(const struct node_alone *f, struct cf_flow_id flow);

/** Answer the request that @p from ("ADDR:PORT") got last. */
void node_answer(struct node_alone *f, const char *from, unsigned status, const char *to_tag, const char *fields);

#endif
