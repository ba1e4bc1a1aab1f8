/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Inside of the endpoint: what its files share. The endpoint owns a flow table, the transactions, a queue of outputs and three
 * parsed messages; each file below it does one thing: output.c queues and hands out, flows.c makes and ends flows, intake.c
 * takes messages apart and routes them, reply.c answers without a transaction, server.c and client.c run the two kinds of
 * transactions, derive.c makes ACK and CANCEL out of an INVITE. Private to core/endpoint.
 */
#ifndef CF_CORE_ENDPOINT_IMPL_H
#define CF_CORE_ENDPOINT_IMPL_H

#include "base/heap.h"
#include "core/endpoint/flow_table.h"
#include "core/endpoint/resolver.h"
#include "core/endpoint/strangers.h"
#include "core/sip/builder.h"
#include "core/transaction/ict.h"
#include "core/transaction/ist.h"
#include "core/transaction/nict.h"
#include "core/transaction/nist.h"

/* What is still to be told about a transaction: bits, told in this order. */
enum {
    CF_TX_REPORT_FAILED = 1,
    CF_TX_REPORT_NOT_ACKED = 2,
    CF_TX_REPORT_TERMINATED = 4,
};

/* What client and server transactions have in common. */
struct cf_tx {
    struct cf_tx_id id;
    struct cf_owner owner;
    bool is_server;
    bool is_invite;
    bool is_dead;         /* out of all tables, waits only for its reports */
    uint8_t reports;      /* CF_TX_REPORT_ */
    uint8_t status_class; /* of the last response that was sent */
    enum cf_err err;      /* for FAILED */
    struct cf_timer timer;
    struct cf_map_node node; /* by key; .key.at NULL: in no map */
    struct cf_flow *flow;    /* NULL: none (yet) */
    struct cf_link on_flow;  /* in flow->transactions */
    struct cf_link report;   /* in cf_endpoint.reports */
    union {
        struct cf_transaction any;
        struct cf_ict ict;
        struct cf_nict nict;
        struct cf_ist ist;
        struct cf_nist nist;
    } machine;
};

/* A server transaction. */
struct cf_server_tx {
    struct cf_tx tx;
    struct cf_map_node merged; /* by Call-ID, From tag, CSeq; .key.at NULL: in no map */
    bool is_trusted;           /* its flow was when it began: counted apart */
    bool is_cancelled;
    struct cf_addr reply_to;  /* over UDP */
    struct cf_kept *request;  /* until the final response */
    struct cf_kept *response; /* last one, while it may be sent again */
    size_t size;              /* of this allocation */
    char keys[];
};

/* Where a client transaction stands. */
enum cf_client_phase {
    CF_CLIENT_RESOLVING,  /* waits for the DNS */
    CF_CLIENT_CONNECTING, /* waits for its connection to open */
    CF_CLIENT_RUNNING,    /* sent: the machine runs */
};

#define CF_BRANCH_WORD_LEN 18
#define CF_BRANCH_LEN (sizeof CF_SIP_BRANCH_COOKIE - 1 + CF_BRANCH_WORD_LEN)

/* A client transaction; an ACK to a 2xx passes through here, too, on its way to a flow. */
struct cf_client_tx {
    struct cf_tx tx;
    uint8_t phase;     /* enum cf_client_phase */
    uint8_t method;    /* enum cf_sip_method */
    bool is_internal;  /* CANCEL or ACK: nobody is told */
    bool has_response; /* a provisional one came: no other server is tried any more */
    bool is_cancel_wanted;
    bool is_cancel_sent;
    bool has_fallback;           /* .fallback is to be tried next */
    uint32_t local;              /* for UDP */
    uint32_t query;              /* that is out; key of .by_query */
    struct cf_map_node by_query; /* .key.at NULL: in no map */
    struct cf_target target;
    struct cf_target fallback;     /* the UDP target after its TCP could not be opened */
    struct cf_resolver *resolver;  /* owned; NULL if the target was given */
    struct cf_kept *message;       /* without our Via */
    struct cf_kept *sent;          /* with it */
    struct cf_kept *ack;           /* for a refused INVITE */
    struct cf_kept *cancel_fields; /* for a CANCEL that waits */
    char key[1 + CF_BRANCH_LEN];   /* 'C' for CANCEL, else 'R'; branch */
};

/* An output for the shell that waits to be polled. */
struct cf_output {
    enum cf_endpoint_event_kind kind;
    struct cf_flow_id flow;
    enum cf_transport transport;
    uint32_t local;
    uint32_t query;
    enum cf_dns_type type;
    uint64_t shell_id;
    struct cf_addr remote;
    struct cf_kept *text; /* bytes, host or name; a reference of its own */
};

/* Most outputs that wait. */
#define CF_OUTPUTS_MAX 65536

/* Where a message came from. */
struct cf_source {
    struct cf_flow *flow; /* NULL: UDP, no flow yet */
    struct cf_flow_info info;
    size_t len; /* octets that came */
};

struct cf_endpoint {
    const struct cf_mem *mem;
    const struct cf_entropy *entropy;
    struct cf_sip_timers timers;
    struct cf_endpoint_limits limits;
    struct cf_endpoint_local locals[CF_ENDPOINT_LOCALS_MAX]; /* .host owned */
    size_t local_count;
    struct cf_str product; /* owned */
    uint64_t seed;         /* of hashes and of To tags */
    cf_usec now;           /* of the input in hand */
    struct cf_flow_table flows;
    struct cf_list readable;     /* flows whose framer may have events */
    struct cf_list closed_flows; /* cf_flow.wait: flows that wait for their reports */
    struct cf_handle_table txs;
    struct cf_map server_txs;
    struct cf_map merged;
    struct cf_map client_txs;
    struct cf_map queries;
    size_t server_count;
    size_t trusted_count; /* of them */
    struct cf_strangers strangers;
    size_t client_count;
    struct cf_heap timer_heap;
    struct cf_list reports; /* cf_tx.report */
    struct cf_keeper keeper;
    struct cf_output *outputs;
    size_t outputs_max;
    size_t output_at;
    size_t output_count;
    struct cf_kept *given; /* what the last event's text points to */
    bool is_watched;       /* messages that come are told */
    bool has_received;     /* .received waits to be polled; its bytes are .input */
    struct cf_endpoint_event received;
    bool has_event; /* .event waits to be polled */
    struct cf_endpoint_event event;
    uint32_t last_query;
    uint64_t counters[CF_ENDPOINT_COUNTER_COUNT_];
    char *input;                   /* the message in hand; INPUT_SIZE octets */
    uint32_t input_grown;          /* by so many octets: received and rport in its top Via */
    char *scratch;                 /* for building; INPUT_SIZE octets */
    struct cf_sip_message message; /* parsed from input */
    struct cf_tx_id in_hand;       /* server transaction that .message has begun; unset: another message */
    struct cf_sip_message own;     /* parsed from what we have sent or kept, for building */
    struct cf_sip_message lent;    /* of cf_endpoint_request_of() */
};

/* Room for the longest message and what we add to it. */
#define CF_ENDPOINT_BUFFER_SIZE (CF_SIP_MESSAGE_MAX + 1024)

/* Count one. */
static inline void cf_count(struct cf_endpoint *ep, enum cf_endpoint_counter counter) {
    ep->counters[counter]++;
}

/* output.c */

/* Queue an output; .text is taken over. False: no memory or too many; .text is released, the output is lost as on a network. */
bool cf_output_put(struct cf_endpoint *ep, struct cf_output output);

/* Queue an event about the message in ep->message. There is at most one at a time. */
void cf_event_put(struct cf_endpoint *ep, struct cf_endpoint_event event);

/* The next event that needs no further work; false: none. */
bool cf_output_next(struct cf_endpoint *ep, struct cf_endpoint_event *ret);

/* Free what waits. */
void cf_output_fini(struct cf_endpoint *ep);

/* flows.c */

/* Index of the first local address for @p transport and @p family; false: none, so that transport is not used. */
bool cf_local_for(const struct cf_endpoint *ep, enum cf_transport transport, uint8_t family, uint32_t *ret_local);

/* Is a peer at that local index and address plausible? Guards against the shell's indices. */
bool cf_local_is(const struct cf_endpoint *ep, uint32_t local, bool is_stream);

/* The UDP flow, made if need be. */
CF_MUST_USE enum cf_err cf_flows_udp(struct cf_endpoint *ep, uint32_t local, const struct cf_addr *remote, struct cf_flow **ret);

/* The flow for a request of ours to @p target: found, or made (a connection: and OPEN_STREAM put out). */
CF_MUST_USE enum cf_err cf_flows_to(struct cf_endpoint *ep, const struct cf_target *target, uint32_t local, struct cf_str host,
                                    struct cf_flow **ret);

/* Send @p bytes over @p flow, over UDP to @p remote (NULL: the flow's peer). */
void cf_flows_send(struct cf_endpoint *ep, struct cf_flow *flow, const struct cf_addr *remote, struct cf_kept *bytes);

/* End @p flow and what hangs on it; @p tell_shell: it must close the connection. */
void cf_flows_close(struct cf_endpoint *ep, struct cf_flow *flow, enum cf_err err, bool tell_shell);

/* May @p flow get answers longer than what came from it? */
bool cf_flows_is_proven(const struct cf_flow *flow);

/* intake.c */

/* One message came from @p source. */
void cf_intake_message(struct cf_endpoint *ep, struct cf_source *source, struct cf_str bytes);

/* Take the next message out of a readable flow. False: none is left. */
bool cf_intake_pull(struct cf_endpoint *ep);

/* reply.c */

/* Answer ep->message statelessly; @p retry_after_sec 0: no such field. */
void cf_reply(struct cf_endpoint *ep, const struct cf_source *source, unsigned status, unsigned retry_after_sec);

/* ep->message breaks the grammar: a refusal that says where (RFC 3261 section 21.4.1), or nothing if it can't be answered. */
void cf_reply_to_malformed(struct cf_endpoint *ep, const struct cf_source *source, const struct cf_parse_error *error);

/* Answer the CANCEL ep->message with 200 and the To tag of @p response, the latest to its INVITE (RFC 3261 section 9.2); NULL:
 * none. */
void cf_reply_to_cancel(struct cf_endpoint *ep, const struct cf_source *source, const struct cf_kept *response);

/* Where a response to @p msg from @p remote goes over UDP (RFC 3261 section 18.2.2, RFC 3581 section 4). */
struct cf_addr cf_reply_addr(const struct cf_sip_message *msg, const struct cf_addr *remote);

/* Write a 100 to @p msg. */
bool cf_reply_put_trying(const struct cf_endpoint *ep, struct cf_writer *w, const struct cf_sip_message *msg);

/* @p response with nothing but what the client can't do without, into @p w, and shorter still if that is longer than @p most.
 * False: it does not fit, or is no response that can be parsed. */
bool cf_reply_shorten(struct cf_endpoint *ep, struct cf_writer *w, struct cf_str response, uint64_t most);

/* server.c */

/* Request ep->message (no ACK, no CANCEL) came from @p source. */
void cf_server_on_request(struct cf_endpoint *ep, struct cf_source *source);

/* CANCEL or ACK ep->message came from @p source. */
void cf_server_on_cancel(struct cf_endpoint *ep, struct cf_source *source);
void cf_server_on_ack(struct cf_endpoint *ep, struct cf_source *source);

/* Its timer has fired; its connection is gone. */
void cf_server_on_deadline(struct cf_endpoint *ep, struct cf_server_tx *stx);
void cf_server_on_flow_closed(struct cf_endpoint *ep, struct cf_server_tx *stx);

/* Free it, whatever its state. */
void cf_server_free(struct cf_endpoint *ep, struct cf_server_tx *stx);

/* client.c */

/* Response ep->message came from @p source. */
void cf_client_on_response(struct cf_endpoint *ep, struct cf_source *source);

/* Its timer has fired; its connection is open; its connection is gone or its datagrams are refused. */
void cf_client_on_deadline(struct cf_endpoint *ep, struct cf_client_tx *ctx);
void cf_client_on_connected(struct cf_endpoint *ep, struct cf_client_tx *ctx);
void cf_client_on_flow_closed(struct cf_endpoint *ep, struct cf_client_tx *ctx);

/* Free it, whatever its state. */
void cf_client_free(struct cf_endpoint *ep, struct cf_client_tx *ctx);

/* derive.c */

/* ACK for the final response @p response (no 2xx) to the INVITE in @p sent, or its CANCEL with @p fields. */
CF_MUST_USE enum cf_err cf_derive_ack(struct cf_endpoint *ep, const struct cf_kept *sent, const struct cf_sip_message *response,
                                      struct cf_kept **ret);
CF_MUST_USE enum cf_err cf_derive_cancel(struct cf_endpoint *ep, const struct cf_kept *sent, struct cf_str fields,
                                         struct cf_kept **ret);

/* tx.c */

/* Name @p tx and put it into the timer heap, so that setting its timer can't fail later. */
CF_MUST_USE enum cf_err cf_tx_init(struct cf_endpoint *ep, struct cf_tx *tx);

/* Set its timer. */
void cf_tx_set_deadline(struct cf_endpoint *ep, struct cf_tx *tx, cf_usec deadline);

/* Hang it on @p flow; take it off. */
void cf_tx_attach(struct cf_endpoint *ep, struct cf_tx *tx, struct cf_flow *flow);
void cf_tx_detach(struct cf_endpoint *ep, struct cf_tx *tx);

/* Out of handles, heap and flow; freed at once or, if something is to be told, by the poll that tells it. */
void cf_tx_end(struct cf_endpoint *ep, struct cf_tx *tx);

/* The transaction of that name that is not dead, or NULL. */
struct cf_tx *cf_tx_get(const struct cf_endpoint *ep, struct cf_tx_id id);
struct cf_server_tx *cf_tx_server(const struct cf_endpoint *ep, struct cf_tx_id id);
struct cf_client_tx *cf_tx_client(const struct cf_endpoint *ep, struct cf_tx_id id);

/* Free it, whatever its kind. */
void cf_tx_free(struct cf_endpoint *ep, struct cf_tx *tx);

/* Next report of a dead transaction; false: none. */
bool cf_tx_report(struct cf_endpoint *ep, struct cf_endpoint_event *ret);

#endif
