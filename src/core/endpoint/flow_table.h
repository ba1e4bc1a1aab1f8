/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The flows of an endpoint: found by handle, by UDP pair of addresses, by destination of a connection of ours; limited in number,
 * per address, and in time. Private to core/endpoint. It sends nothing: what must be done about a flow that has expired is told
 * by the endpoint.
 *
 * Time: a flow waits in one of six queues, each with one timeout, so the order of arrival is the order of expiry and nothing is
 * sorted. UDP flows that transactions hang on are in no queue.
 */
#ifndef CF_CORE_ENDPOINT_FLOW_TABLE_H
#define CF_CORE_ENDPOINT_FLOW_TABLE_H

#include "base/list.h"
#include "base/map.h"
#include "core/endpoint/endpoint.h"
#include "core/endpoint/kept.h"
#include "core/sip/framer.h"

/** What a flow waits for. */
enum cf_flow_wait {
    CF_FLOW_WAIT_NOTHING,
    CF_FLOW_WAIT_CONNECT,        /**< a connection of ours is being opened */
    CF_FLOW_WAIT_MESSAGE,        /**< a connection owes us (the rest of) a message */
    CF_FLOW_WAIT_IDLE,           /**< a connection is quiet */
    CF_FLOW_WAIT_IDLE_TRUSTED,   /**< and trusted */
    CF_FLOW_WAIT_UNUSED,         /**< a UDP flow is quiet */
    CF_FLOW_WAIT_UNUSED_TRUSTED, /**< and trusted */
    CF_FLOW_WAIT_COUNT_,
};

/** What is to be told about a flow that is gone: bits. */
enum cf_flow_report {
    CF_FLOW_REPORT_CLOSE = 1,  /**< the shell has to close it */
    CF_FLOW_REPORT_CLOSED = 2, /**< the layers above want to know */
};

/** How many connections an IP address has. */
struct cf_address_count {
    struct cf_map_node node;
    struct cf_addr addr; /**< port 0; the key */
    size_t count;
};

/** A flow. */
struct cf_flow {
    struct cf_flow_id id;
    struct cf_flow_info info;
    uint64_t shell_id;
    struct cf_map_node node; /**< by UDP pair or destination; not of accepted connections */
    struct cf_str key;       /**< owned, absent without node */
    struct cf_link wait;     /**< in a queue */
    uint8_t wait_for;        /**< enum cf_flow_wait */
    uint8_t reports;         /**< of a flow that is gone */
    bool is_proven;          /**< what we sent to this address has come back: it is no forged source */
    bool is_gone;            /**< out of the table, waits only for its reports */
    cf_usec since;           /**< start of the wait */
    uint64_t credit;         /**< octets of messages received; UDP: less those sent while unproven */
    size_t transaction_count;
    struct cf_list transactions; /**< struct cf_tx.on_flow */
    /* Connections only. */
    struct cf_sip_framer framer;
    struct cf_str host;               /**< TLS: the peer must be this; owned; absent: none */
    struct cf_link readable;          /**< in cf_endpoint.readable while the framer may have events */
    struct cf_address_count *address; /**< counts this connection, or NULL */
    enum cf_err err;                  /**< why it is gone */
};

/** Flows. */
struct cf_flow_table {
    const struct cf_mem *mem;
    struct cf_handle_table handles;
    struct cf_map by_key;
    struct cf_map addresses;
    struct cf_list waits[CF_FLOW_WAIT_COUNT_];
    cf_usec timeouts[CF_FLOW_WAIT_COUNT_];
    size_t udp_limit;
    size_t stream_limit;
    size_t per_address_limit;
    size_t udp_count;
    size_t stream_count;
};

/** What a new flow is. */
struct cf_flow_new {
    struct cf_flow_info info;
    struct cf_str host; /**< for TLS to a server; absent: none; copied */
    uint64_t shell_id;
};

/** An empty table. @p limits without zeros. */
void cf_flow_table_init(struct cf_flow_table *table, const struct cf_mem *mem, const struct cf_endpoint_limits *limits,
                        uint64_t seed);

/** Free the table, which must be empty: see cf_flow_first(). */
void cf_flow_table_fini(struct cf_flow_table *table);

/** The flow of that name, or NULL. */
struct cf_flow *cf_flow_get(const struct cf_flow_table *table, struct cf_flow_id id);

/** The UDP flow between @p local and @p remote, or NULL. */
struct cf_flow *cf_flow_udp(const struct cf_flow_table *table, uint32_t local, const struct cf_addr *remote);

/** A connection of ours to that place and (TLS) peer, open or being opened, or NULL. */
struct cf_flow *cf_flow_to(const struct cf_flow_table *table, const struct cf_flow_new *wanted);

/**
 * Add a flow. CF_ERR_LIMIT, CF_ERR_NO_MEMORY. When the UDP flows are at their limit the oldest unused one is put into
 * *ret_evicted for the caller to cf_flow_free(), untrusted ones first; else NULL is put there.
 */
CF_MUST_USE enum cf_err cf_flow_add(struct cf_flow_table *table, const struct cf_flow_new *wanted, cf_usec now,
                                    struct cf_flow **ret, struct cf_flow **ret_evicted);

/** Take @p flow out of the table; it can't be found any more. */
void cf_flow_remove(struct cf_flow_table *table, struct cf_flow *flow);

/** Free @p flow, after cf_flow_remove(). */
void cf_flow_free(struct cf_flow_table *table, struct cf_flow *flow);

/** Something came over it: its wait begins anew. Who owes (the rest of) a message gets no more time by sending a little of it. */
void cf_flow_touch(struct cf_flow_table *table, struct cf_flow *flow, cf_usec now);

/** A whole message came over it, or its state has changed: its wait begins anew in any case. */
void cf_flow_restart(struct cf_flow_table *table, struct cf_flow *flow, cf_usec now);

/** A transaction hangs on it, or no longer. */
void cf_flow_attach(struct cf_flow_table *table, struct cf_flow *flow, struct cf_link *transaction);
void cf_flow_detach(struct cf_flow_table *table, struct cf_flow *flow, struct cf_link *transaction, cf_usec now);

/** When the first wait is over; CF_USEC_NEVER: none. */
cf_usec cf_flow_table_deadline(const struct cf_flow_table *table);

/** A flow whose wait is over, or NULL. It stays there until it is removed or touched. */
struct cf_flow *cf_flow_expired(const struct cf_flow_table *table, cf_usec now);

/** Any flow, to empty the table; NULL if there is none. @p *cursor begins at 0. */
struct cf_flow *cf_flow_next(const struct cf_flow_table *table, size_t *cursor);

#endif
