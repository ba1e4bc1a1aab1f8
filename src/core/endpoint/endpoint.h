/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The SIP endpoint: flows and transactions behind one door (RFC 3261 sections 17 and 18, RFC 3263, 3581, 5626, 6026). Bytes from
 * sockets go in; requests, responses and failures for the layers above and bytes for sockets come out. It does not know dialogs,
 * users or media, and answers by itself only what no user ever needs to see: retransmissions, CANCEL (200, or 481), 100 Trying,
 * messages too broken to route (400, 505), overload (503) and keep-alives.
 *
 * Every request given to cf_endpoint_request() ends in exactly one of a final RESPONSE event and a FAILED event. (An INVITE may
 * then bring more RESPONSE events with 2xx, one a fork.)
 *
 * Contract: after any input poll until cf_endpoint_poll() returns false. What an event points to is valid until the next call of
 * cf_endpoint_poll() or of an input (cf_endpoint_on_*). Between two polls the commands (request, respond, cancel, ...) may be
 * called; they only append events. Single-threaded. `now` never goes backwards.
 *
 * Limits: struct cf_endpoint_limits; every one that is reached, and every message that is dropped, is counted
 * (core/endpoint/counter.h). Memory that peers can occupy is bounded by them.
 */
#ifndef CF_CORE_ENDPOINT_ENDPOINT_H
#define CF_CORE_ENDPOINT_ENDPOINT_H

#include "base/dns.h"
#include "base/rng.h"
#include "core/endpoint/counter.h"
#include "core/endpoint/flow.h"
#include "core/transaction/timers.h"

struct cf_sip_message;

/** A SIP endpoint. */
struct cf_endpoint;

/** Name of a transaction, client or server; the zero value names none. */
struct cf_tx_id {
    struct cf_handle h;
};

/** Same transaction? */
static inline bool cf_tx_id_eq(struct cf_tx_id a, struct cf_tx_id b) {
    return cf_handle_eq(a.h, b.h);
}

/** Names a transaction (that may be gone)? */
static inline bool cf_tx_id_is_set(struct cf_tx_id tx) {
    return cf_handle_is_set(tx.h);
}

/** Who above gets the events of a transaction; opaque here. kind 0: nobody. */
struct cf_owner {
    uint32_t kind;           /**< which table of the layers above */
    struct cf_handle handle; /**< which object in it */
};

/** A local address on which the shell sends and receives. */
struct cf_endpoint_local {
    enum cf_transport transport;
    struct cf_addr addr; /**< address and port; what peers can reach (never 0.0.0.0) */
    struct cf_str host;  /**< name for Via instead of the address; absent: the address */
    uint16_t host_port;  /**< port for Via with @p host; 0: none is written */
};

/** Most local addresses. */
#define CF_ENDPOINT_LOCALS_MAX 48

/** What peers can occupy at most. Zero in a field: the default in parentheses. */
struct cf_endpoint_limits {
    size_t udp_flows;             /**< UDP pairs of addresses remembered (20000); the oldest unused are forgotten first */
    size_t streams;               /**< connections (10000) */
    size_t streams_per_address;   /**< connections accepted from one IP address (100) */
    size_t server_transactions;   /**< of flows that are not trusted when they begin (20000) */
    size_t trusted_transactions;  /**< server transactions of those that are (100000): 1500 calls a second, 32 s each */
    size_t client_transactions;   /**< (20000) */
    size_t transactions_per_flow; /**< open requests of one flow that is not trusted (1000) */
    size_t strangers_per_sec;     /**< datagrams of addresses that have proved nothing, all together (5000), at least 16 */
    size_t kept_bytes;            /**< octets of messages kept for retransmission, connections' partial messages (64 MiB) */
    cf_usec udp_idle_usec;        /**< an unused UDP flow is forgotten after (120 s); a trusted one after 2 h */
    cf_usec stream_idle_usec;     /**< a connection on which nothing comes is closed after (900 s) */
    cf_usec stream_first_usec;    /**< ... before the first whole message has come (30 s) */
    cf_usec connect_usec;         /**< a connection of ours must be open within (8 s) */
};

/** How to make an endpoint. */
struct cf_endpoint_config {
    const struct cf_mem *mem;               /**< kept by reference */
    const struct cf_entropy *entropy;       /**< kept by reference: branches, tags, hash seeds */
    struct cf_sip_timers timers;            /**< all zero: CF_SIP_TIMERS_DEFAULT */
    struct cf_endpoint_limits limits;       /**< zeros: defaults */
    const struct cf_endpoint_local *locals; /**< copied; a transport (and family) without one is not used */
    size_t local_count;                     /**< 1..CF_ENDPOINT_LOCALS_MAX */
    struct cf_str product;                  /**< Server header of the endpoint's own answers; copied; absent: none */
};

/** An endpoint, or NULL if memory is out. */
struct cf_endpoint *cf_endpoint_create(const struct cf_endpoint_config *config, cf_usec now);

/** Free everything, no events. NULL is ignored. */
void cf_endpoint_destroy(struct cf_endpoint *ep);

/* ---- Inputs from the shell. After each of them: poll until there is nothing left. ---- */

/** A datagram came to local address @p local (UDP) from @p remote. */
void cf_endpoint_on_datagram(struct cf_endpoint *ep, uint32_t local, const struct cf_addr *remote, struct cf_span bytes,
                             cf_usec now);

/** Sending to @p remote from @p local was refused (ICMP). Requests that wait for that address fail or try the next one. */
void cf_endpoint_on_unreachable(struct cf_endpoint *ep, uint32_t local, const struct cf_addr *remote, cf_usec now);

/**
 * A connection was accepted on local address @p local. @p shell_id is given back with every event about the flow. On
 * CF_ERR_LIMIT (too many, in all or from that address) or CF_ERR_NO_MEMORY the shell closes it.
 */
CF_MUST_USE enum cf_err cf_endpoint_on_accepted(struct cf_endpoint *ep, uint32_t local, const struct cf_addr *remote,
                                                uint64_t shell_id, cf_usec now, struct cf_flow_id *ret_flow);

/** The connection asked for by OPEN_STREAM is open (over TLS: and the peer's certificate is good). */
void cf_endpoint_on_connected(struct cf_endpoint *ep, struct cf_flow_id flow, uint64_t shell_id, cf_usec now);

/**
 * Bytes came over a connection, copied; any cut will do. Over WS and WSS: exactly one message of WebSocket.
 */
void cf_endpoint_on_bytes(struct cf_endpoint *ep, struct cf_flow_id flow, struct cf_span bytes, cf_usec now);

/** A connection shows that it is alive without SIP (a pong of WebSocket, RFC 7118 section 6): its idle time begins anew. */
void cf_endpoint_on_alive(struct cf_endpoint *ep, struct cf_flow_id flow, cf_usec now);

/** A connection is closed or could not be opened, or its certificate is bad; needless after CLOSE_STREAM. */
void cf_endpoint_on_flow_closed(struct cf_endpoint *ep, struct cf_flow_id flow, enum cf_err err, cf_usec now);

/** The answer to a RESOLVE event; @p count 0: nothing there, or no server answered. Records are copied. */
void cf_endpoint_on_resolved(struct cf_endpoint *ep, uint32_t query, const struct cf_dns_record *records, size_t count,
                             cf_usec now);

/** When cf_endpoint_on_deadline() is to be called; CF_USEC_NEVER: not at all. */
cf_usec cf_endpoint_deadline(const struct cf_endpoint *ep);

/** Time has passed; nothing happens before the deadline. */
void cf_endpoint_on_deadline(struct cf_endpoint *ep, cf_usec now);

/* ---- Commands from the layers above. They append events: poll afterwards. ---- */

/**
 * Send a request. @p message is complete but for our Via, which the endpoint puts on top (other Via fields may follow, when a
 * proxy forwards). It is copied. The kind of transaction follows from the method in the first line; ACK: cf_endpoint_send_ack().
 * A request of more than 1300 octets to a UDP address goes over TCP if that can be opened (RFC 3261 section 18.1.1), but stays
 * on a UDP flow. Errors: CF_ERR_LIMIT (transactions, memory), CF_ERR_NO_MEMORY, CF_ERR_MALFORMED (not a request, or no way in
 * @p route); then there is no transaction and no event. Everything else comes as an event, never before this returns.
 */
CF_MUST_USE enum cf_err cf_endpoint_request(struct cf_endpoint *ep, const struct cf_route *route, struct cf_str message,
                                            struct cf_owner owner, cf_usec now, struct cf_tx_id *ret_tx);

/**
 * Give up an INVITE of ours (RFC 3261 section 9.1): CANCEL goes out once a provisional response has come. The transaction still
 * ends in a RESPONSE (487, or a 2xx that won the race) or FAILED. @p fields: complete header lines to add, such as Reason, or
 * absent. Nothing happens if the transaction is gone or has its final response.
 */
void cf_endpoint_cancel(struct cf_endpoint *ep, struct cf_tx_id tx, struct cf_str fields, cf_usec now);

/**
 * Send an ACK to a 2xx: no transaction, no retransmission by itself (call it again when the 2xx comes again). @p message as for
 * cf_endpoint_request(). Errors likewise; failure on the way is not reported.
 */
CF_MUST_USE enum cf_err cf_endpoint_send_ack(struct cf_endpoint *ep, const struct cf_route *route, struct cf_str message,
                                             cf_usec now);

/** Octets of a To tag of ours. */
#define CF_ENDPOINT_TAG_LEN 16

/** A To tag of ours, not NUL-terminated. */
struct cf_endpoint_tag {
    char text[CF_ENDPOINT_TAG_LEN];
};

/**
 * The To tag of all answers to @p request that are ours, as RFC 3261 section 8.2.6.2 wants it: the same for its retransmissions
 * and for a CANCEL of it (section 9.2), another for each other request. A function of both and of a secret of @p ep, which nobody
 * can guess and nobody has to remember. A dialog that the request begins takes it, too.
 */
struct cf_endpoint_tag cf_endpoint_tag_of(const struct cf_endpoint *ep, const struct cf_sip_message *request);

/**
 * Answer the request of server transaction @p tx with @p message: complete, the request's Via fields first as
 * cf_sip_reply_begin() writes them. Copied, and sent again as long as the RFC wants it. A 2xx to INVITE is sent again until
 * cf_endpoint_acked() or for 64*T1, then NOT_ACKED comes. 401 and 407 over an untrusted UDP flow are sent once and forgotten; the
 * request's retransmission comes up as a new request (attacks.md T18 is why; docs/adr/0087). Errors: CF_ERR_NOT_FOUND (the
 * transaction is gone), CF_ERR_STATE (it has its final response), CF_ERR_MALFORMED (not a response), CF_ERR_NO_MEMORY,
 * CF_ERR_LIMIT.
 */
CF_MUST_USE enum cf_err cf_endpoint_respond(struct cf_endpoint *ep, struct cf_tx_id tx, struct cf_str message, cf_usec now);

/**
 * As cf_endpoint_respond() for a proxy: a 2xx to INVITE is not sent again by us, and more of them may follow (RFC 6026).
 */
CF_MUST_USE enum cf_err cf_endpoint_relay(struct cf_endpoint *ep, struct cf_tx_id tx, struct cf_str message, cf_usec now);

/** The ACK for the 2xx of @p tx has come (the dialog has matched it): no more copies of the 2xx. */
void cf_endpoint_acked(struct cf_endpoint *ep, struct cf_tx_id tx, cf_usec now);

/** Who gets CANCELLED, NOT_ACKED, FAILED and TERMINATED of server transaction @p tx from now on (or all events of a client's). */
void cf_endpoint_set_owner(struct cf_endpoint *ep, struct cf_tx_id tx, struct cf_owner owner);

/**
 * The request of server transaction @p tx, kept until its final response; NULL if gone. Parsed anew by each call, unless it is
 * the message in hand; valid until the next one or the next poll or input.
 */
const struct cf_sip_message *cf_endpoint_request_of(struct cf_endpoint *ep, struct cf_tx_id tx);

/** Flow of a transaction; the zero value if it is gone or has none yet. */
struct cf_flow_id cf_endpoint_flow_of(const struct cf_endpoint *ep, struct cf_tx_id tx);

/** What is known of @p flow. False if it is gone. */
bool cf_endpoint_flow_info(const struct cf_endpoint *ep, struct cf_flow_id flow, struct cf_flow_info *ret);

/**
 * The flow of a UDP pair of addresses, made if it is not there: for bindings that outlive the endpoint. CF_ERR_LIMIT,
 * CF_ERR_NO_MEMORY.
 */
CF_MUST_USE enum cf_err cf_endpoint_udp_flow(struct cf_endpoint *ep, uint32_t local, const struct cf_addr *remote, cf_usec now,
                                             struct cf_flow_id *ret_flow);

/**
 * Whoever is behind @p flow has proved who he is (digest, or an address of the operator's own): is counted apart in the
 * transaction table, is answered at any length over UDP, and is forgotten later. Lasts as long as the flow.
 */
void cf_endpoint_trust_flow(struct cf_endpoint *ep, struct cf_flow_id flow);

/** Close a connection: CLOSE_STREAM, and FLOW_CLOSED and FAILED for what hung on it. UDP: the flow is forgotten. */
void cf_endpoint_close_flow(struct cf_endpoint *ep, struct cf_flow_id flow, enum cf_err err, cf_usec now);

/**
 * Send a keep-alive of RFC 5626 over @p flow: CR LF CR LF on a connection, a STUN Binding request over UDP. For the side that
 * made the flow. Nothing is awaited: on a dead connection the next request fails.
 */
void cf_endpoint_ping(struct cf_endpoint *ep, struct cf_flow_id flow, cf_usec now);

/**
 * From now on tell (@p on) or don't tell of each message that comes, whole and before anything is made of it, by RECEIVED: for a
 * log. What goes out is in SEND_DATAGRAM and SEND_STREAM. The address that the endpoint adds to the first Via is in the text, and
 * what is longer than a message may be is cut.
 */
void cf_endpoint_watch(struct cf_endpoint *ep, bool on);

/** Counters since creation. */
uint64_t cf_endpoint_counter(const struct cf_endpoint *ep, enum cf_endpoint_counter counter);

/** What is there now. */
struct cf_endpoint_gauges {
    size_t udp_flows;
    size_t streams;
    size_t server_transactions; /**< trusted or not */
    size_t client_transactions;
    size_t kept_bytes;
};
struct cf_endpoint_gauges cf_endpoint_gauges(const struct cf_endpoint *ep);

/* ---- Outputs ---- */

/** What an event asks for or tells. */
enum cf_endpoint_event_kind {
    /* For the shell. */
    CF_ENDPOINT_SEND_DATAGRAM, /**< send .bytes from .local to .remote */
    CF_ENDPOINT_SEND_STREAM,   /**< send .bytes over .flow (.shell_id) */
    CF_ENDPOINT_OPEN_STREAM,   /**< connect to .remote over .transport; the peer's certificate must be good for .host */
    CF_ENDPOINT_CLOSE_STREAM,  /**< close .flow (.shell_id; still being opened if .is_connecting) */
    CF_ENDPOINT_RESOLVE,       /**< look up .question in the DNS and say cf_endpoint_on_resolved(.query) */
    CF_ENDPOINT_RECEIVED,      /**< .bytes came from .remote (over .flow if there is one): only after cf_endpoint_watch() */
    /* For the layers above. */
    CF_ENDPOINT_REQUEST,     /**< .message began server transaction .tx, came over .flow; to be answered */
    CF_ENDPOINT_ACK,         /**< .message is an ACK to a 2xx, came over .flow; never answered */
    CF_ENDPOINT_CANCELLED,   /**< INVITE .tx was cancelled by its sender (CANCEL is .message, answered): answer 487 */
    CF_ENDPOINT_RESPONSE,    /**< .message is a response to our .tx of .owner; provisional, or final; came over .flow */
    CF_ENDPOINT_FAILED,      /**< .tx of .owner ended without a final response, because of .err */
    CF_ENDPOINT_NOT_ACKED,   /**< nobody acknowledged the final response to INVITE .tx of .owner (see .status_class) */
    CF_ENDPOINT_TERMINATED,  /**< INVITE transaction .tx, client's or server's, of .owner is gone: last event of it */
    CF_ENDPOINT_FLOW_CLOSED, /**< .flow, a connection, is gone because of .err */
};

/** Is an event of that kind for the shell? */
static inline bool cf_endpoint_is_for_shell(enum cf_endpoint_event_kind kind) {
    return kind <= CF_ENDPOINT_RECEIVED;
}

/** An event; fields that are not named with the kind are zero. */
struct cf_endpoint_event {
    enum cf_endpoint_event_kind kind;
    struct cf_tx_id tx;
    struct cf_owner owner;
    struct cf_flow_id flow;
    const struct cf_sip_message *message; /**< parsed, views into the endpoint's buffer */
    /** FAILED: TIMEOUT, IO (transport), UPSTREAM (DNS, or every server said 503), STATE (cancelled before it was sent), LIMIT,
     * NO_MEMORY. FLOW_CLOSED: as the shell said, or TIMEOUT (idle), MALFORMED and others of the peer's bytes; CF_OK: in order. */
    enum cf_err err;
    bool is_merged; /**< REQUEST: another transaction brings the same request by another way (RFC 3261 section 8.2.2.2): 482 */
    bool is_connecting;          /**< CLOSE_STREAM: the shell has not said that it is open */
    unsigned status_class;       /**< NOT_ACKED: first digit of the response's status */
    enum cf_transport transport; /**< of .flow or of the datagram */
    uint32_t local;              /**< index of the local address */
    struct cf_addr remote;
    uint64_t shell_id;               /**< as the shell gave it */
    struct cf_span bytes;            /**< what to send */
    struct cf_str host;              /**< OPEN_STREAM: name to ask for and to check in TLS; absent if there is only an address */
    uint32_t query;                  /**< RESOLVE: to be given back */
    struct cf_dns_question question; /**< RESOLVE */
};

/** Take the next event. False: nothing left. */
bool cf_endpoint_poll(struct cf_endpoint *ep, struct cf_endpoint_event *ret_event);

#endif
