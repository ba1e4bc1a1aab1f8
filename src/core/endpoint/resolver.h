/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where a SIP URI leads (RFC 3263 section 4): NAPTR, then SRV, then addresses, as far as the URI leaves it open. A machine that
 * is asked for one target after another; it looks up only what the next target needs. Questions go out by _poll, answers come in
 * by _on_records. One request, one resolver: nothing is cached here, the resolver of the system does that.
 *
 *      _init ----> NAPTR ----> SRV (service after service) ----> addresses (of one server after the other) ----> exhausted
 *         |  port or transport given: skip NAPTR      ^                |    ^
 *         |  port given: skip SRV, too                 |                v    | _next
 *         +--- host is an IP address ------------------+------------> TARGET
 *
 * Limits: 8 servers a service, 8 addresses a server; the rest is not tried.
 */
#ifndef CF_CORE_ENDPOINT_RESOLVER_H
#define CF_CORE_ENDPOINT_RESOLVER_H

#include "base/dns.h"
#include "base/rng.h"
#include "core/sip/uri.h"

#define CF_RESOLVER_SERVERS_MAX 8
#define CF_RESOLVER_ADDRS_MAX 8
#define CF_RESOLVER_SERVICES_MAX 3

/** Longest domain name. */
#define CF_DOMAIN_MAX 255

/** A domain name. */
struct cf_domain {
    uint8_t len;
    char at[CF_DOMAIN_MAX];
};

/** What we can do: bits 1 << enum cf_transport and 1 << enum cf_family. */
struct cf_resolver_able {
    unsigned transports;
    unsigned families;
};

/** Where to send. */
struct cf_target {
    enum cf_transport transport;
    struct cf_addr addr; /**< with port */
};

/** What it wants. */
enum cf_resolver_output {
    CF_RESOLVER_IDLE,      /**< waits for _on_records or _next */
    CF_RESOLVER_QUESTION,  /**< look up .question */
    CF_RESOLVER_TARGET,    /**< try .target; _next if it is no good */
    CF_RESOLVER_EXHAUSTED, /**< there is no other */
};

/** An output; views are valid until the next input. */
struct cf_resolver_event {
    enum cf_resolver_output kind;
    struct cf_dns_question question;
    struct cf_target target;
};

/** A service to ask SRV records for, or what remains when there are none. */
struct cf_resolver_service {
    enum cf_transport transport;
    struct cf_domain name;
};

/** A server of the service in hand. */
struct cf_resolver_server {
    uint16_t priority;
    uint16_t weight;
    uint16_t port;
    struct cf_domain name;
};

/** A resolution. */
struct cf_resolver {
    const struct cf_entropy *entropy; /**< for SRV weights; the owner's */
    struct cf_resolver_able able;
    struct cf_domain host;       /**< of the URI */
    bool is_secure;              /**< sips: TLS only */
    uint8_t stage;               /**< private */
    bool is_waiting;             /**< a question is out */
    bool has_output;             /**< something to poll */
    bool has_found;              /**< an SRV record was there, so there is no falling back to plain addresses */
    enum cf_transport transport; /**< of the service in hand */
    uint16_t port;               /**< of the server in hand */
    size_t service_count;
    size_t service_at;
    size_t server_count;
    size_t server_at;
    size_t addr_count;
    size_t addr_at;
    struct cf_resolver_service services[CF_RESOLVER_SERVICES_MAX];
    struct cf_resolver_server servers[CF_RESOLVER_SERVERS_MAX];
    struct cf_addr addrs[CF_RESOLVER_ADDRS_MAX];
};

/**
 * Begin. @p entropy is kept by reference. CF_ERR_UNSUPPORTED: not a sip or sips URI, or only by transports or address families
 * that we don't have. CF_ERR_LIMIT: the host is longer than a domain name.
 */
CF_MUST_USE enum cf_err cf_resolver_init(struct cf_resolver *r, const struct cf_sip_uri *uri, struct cf_resolver_able able,
                                         const struct cf_entropy *entropy);

/** The answer to the question that is out. */
void cf_resolver_on_records(struct cf_resolver *r, const struct cf_dns_record *records, size_t count);

/** The target was no good: find the next one. */
void cf_resolver_next(struct cf_resolver *r);

/** Is another address or server of the service in hand left to try? */
bool cf_resolver_has_more(const struct cf_resolver *r);

/** What to do; IDLE is repeated. */
struct cf_resolver_event cf_resolver_poll(struct cf_resolver *r);

/** The host of the URI: who a TLS server must prove to be (RFC 5922 section 4). */
struct cf_str cf_resolver_host(const struct cf_resolver *r);

#endif
