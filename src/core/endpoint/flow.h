/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Flows, as the layers above see them: a UDP pair of addresses or a connection, over which messages of one peer come and go
 * (RFC 5626 section 3). A dialog or a registration remembers the flow it came by, so that requests find the way back through
 * NATs. A flow is named by a handle; one that is gone is noticed, never followed.
 */
#ifndef CF_CORE_ENDPOINT_FLOW_H
#define CF_CORE_ENDPOINT_FLOW_H

#include "base/addr.h"
#include "base/handle.h"
#include "base/usec.h"
#include "core/sip/transport.h"

/** Name of a flow; the zero value names none. */
struct cf_flow_id {
    struct cf_handle h;
};

/** Same flow? */
static inline bool cf_flow_id_eq(struct cf_flow_id a, struct cf_flow_id b) {
    return cf_handle_eq(a.h, b.h);
}

/** Names a flow (that may be gone)? */
static inline bool cf_flow_id_is_set(struct cf_flow_id flow) {
    return cf_handle_is_set(flow.h);
}

/** What is known of a flow. Value type. */
struct cf_flow_info {
    enum cf_transport transport;
    uint32_t local;        /**< index of the local address in cf_endpoint_config.locals */
    struct cf_addr remote; /**< the peer, or the NAT in front of it */
    bool is_outgoing;      /**< a connection that we opened */
    bool is_connected;     /**< false only while a connection of ours is being opened */
    bool is_trusted;       /**< see cf_endpoint_trust_flow() */
};

/**
 * Where a request goes. The first of these that is there is taken: the flow if it is alive; the address; the URI, resolved by
 * RFC 3263, server after server until one can be reached. Strings are copied by whoever keeps them.
 */
struct cf_route {
    struct cf_flow_id flow;      /**< an existing flow */
    struct cf_addr remote;       /**< address for @p transport; port 0: default port; family NONE: no address */
    enum cf_transport transport; /**< of @p remote */
    uint32_t local;              /**< for @p remote over UDP: index of the local address to send from */
    struct cf_str uri;           /**< SIP or SIPS URI of the next hop: first Route, or the Request-URI; absent: no URI */
};

#endif
