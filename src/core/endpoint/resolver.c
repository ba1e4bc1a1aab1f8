/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RFC 3263 section 4. */
#include "core/endpoint/resolver.h"

/* What is being looked up. */
enum {
    STAGE_NAPTR,
    STAGE_SRV,
    STAGE_AAAA,
    STAGE_A,
    STAGE_TARGETS,
    STAGE_EXHAUSTED,
};

/* The services in the order of our preference where the domain has none (RFC 3263 section 4.1). */
static const struct {
    enum cf_transport transport;
    bool is_secure; /* may be used for sips */
    struct cf_str naptr;
    struct cf_str srv;
} services[CF_RESOLVER_SERVICES_MAX] = {
    {CF_TRANSPORT_UDP, false, CF_STR_INIT("SIP+D2U"), CF_STR_INIT("_sip._udp.")},
    {CF_TRANSPORT_TCP, false, CF_STR_INIT("SIP+D2T"), CF_STR_INIT("_sip._tcp.")},
    {CF_TRANSPORT_TLS, true, CF_STR_INIT("SIPS+D2T"), CF_STR_INIT("_sips._tcp.")},
};

static struct cf_str domain_str(const struct cf_domain *domain) {
    return cf_str_n(domain->at, domain->len);
}

static bool set_domain(struct cf_domain *domain, struct cf_str prefix, struct cf_str name) {
    if (cf_str_ends(name, CF_STR("."))) {
        name.len--;
    }
    if (name.len == 0 || prefix.len + name.len > CF_DOMAIN_MAX) {
        return false;
    }
    if (prefix.len > 0) {
        memcpy(domain->at, prefix.at, prefix.len);
    }
    memcpy(domain->at + prefix.len, name.at, name.len);
    domain->len = (uint8_t)(prefix.len + name.len);
    return true;
}

static bool can(const struct cf_resolver *r, enum cf_transport transport) {
    return (r->able.transports & (1U << transport)) != 0 && (!r->is_secure || transport == CF_TRANSPORT_TLS);
}

static void go(struct cf_resolver *r, unsigned stage) {
    r->stage = (uint8_t)stage;
    r->is_waiting = false;
    r->has_output = true;
}

/* Look up the addresses of @p name, or take it as one; the port is that of the SRV record or of the URI. */
static void begin_addresses(struct cf_resolver *r, enum cf_transport transport, uint16_t port) {
    r->transport = transport;
    r->port = port != 0 ? port : cf_transport_default_port(transport);
    r->addr_count = 0;
    r->addr_at = 0;
    go(r, (r->able.families & (1U << CF_FAMILY_IP6)) != 0 ? STAGE_AAAA : STAGE_A);
}

/* The transport if neither URI nor DNS say one: UDP for sip, TLS for sips (RFC 3263 section 4.1). */
static enum cf_transport default_transport(const struct cf_resolver *r) {
    return r->is_secure ? CF_TRANSPORT_TLS : can(r, CF_TRANSPORT_UDP) ? CF_TRANSPORT_UDP : CF_TRANSPORT_TCP;
}

static void begin_server(struct cf_resolver *r) {
    begin_addresses(r, r->services[r->service_at].transport, r->servers[r->server_at].port);
}

/* Next service; when there was no SRV record at all, the plain addresses of the host. */
static void begin_service(struct cf_resolver *r) {
    r->server_count = 0;
    r->server_at = 0;
    if (r->service_at < r->service_count) {
        go(r, STAGE_SRV);
    } else if (!r->has_found) {
        r->has_found = true;
        begin_addresses(r, r->service_count == 1 ? r->services[0].transport : default_transport(r), 0);
    } else {
        go(r, STAGE_EXHAUSTED);
    }
}

static void add_service(struct cf_resolver *r, enum cf_transport transport, struct cf_str prefix, struct cf_str name) {
    if (r->service_count < CF_RESOLVER_SERVICES_MAX && can(r, transport) &&
        set_domain(&r->services[r->service_count].name, prefix, name)) {
        r->services[r->service_count++].transport = transport;
    }
}

static void add_own_services(struct cf_resolver *r, bool has_transport, enum cf_transport transport) {
    for (size_t i = 0; i < CF_RESOLVER_SERVICES_MAX; i++) {
        bool is_asked = has_transport ? services[i].transport == transport : services[i].is_secure == r->is_secure;
        if (is_asked) {
            add_service(r, services[i].transport, services[i].srv, domain_str(&r->host));
        }
    }
}

/* sip with transport=tls is TLS; sips with transport=tcp is TLS (RFC 3261 section 26.2.2, RFC 5630). */
static bool asked_transport(const struct cf_resolver *r, const struct cf_sip_uri *uri, enum cf_transport *ret) {
    if (!cf_sip_uri_transport(uri, ret)) {
        return false;
    }
    if (r->is_secure && *ret == CF_TRANSPORT_TCP) {
        *ret = CF_TRANSPORT_TLS;
    }
    /* That sips means TLS says nothing about the service yet: NAPTR may still name another host. */
    return cf_sip_param_has(uri->params, CF_STR("transport"));
}

enum cf_err cf_resolver_init(struct cf_resolver *r, const struct cf_sip_uri *uri, struct cf_resolver_able able,
                             const struct cf_entropy *entropy) {
    struct cf_addr addr;
    if (!cf_sip_uri_is_sip(uri)) {
        return CF_ERR_UNSUPPORTED;
    }
    *r = (struct cf_resolver){.entropy = entropy, .able = able, .is_secure = uri->scheme == CF_SIP_SCHEME_SIPS};
    if (!set_domain(&r->host, CF_STR(""), uri->host)) {
        return CF_ERR_LIMIT;
    }
    enum cf_transport transport = default_transport(r);
    enum cf_transport asked = transport;
    bool has_transport = asked_transport(r, uri, &asked);
    transport = has_transport ? asked : transport;
    if (transport == CF_TRANSPORT_OTHER || !can(r, transport)) {
        return CF_ERR_UNSUPPORTED;
    }
    if (cf_sip_uri_host_addr(uri, &addr)) {
        begin_addresses(r, transport, addr.port);
        if ((able.families & (1U << addr.family)) == 0) {
            return CF_ERR_UNSUPPORTED;
        }
        addr.port = r->port;
        r->addrs[r->addr_count++] = addr;
        r->has_found = true;
        go(r, STAGE_TARGETS);
    } else if (uri->port != 0) {
        r->has_found = true;
        begin_addresses(r, transport, uri->port);
    } else if (has_transport) {
        add_own_services(r, true, transport);
        begin_service(r);
    } else {
        go(r, STAGE_NAPTR);
    }
    return CF_OK;
}

static bool naptr_is_before(const struct cf_dns_record *a, const struct cf_dns_record *b) {
    if (a->order != b->order) {
        return a->order < b->order;
    }
    /* Equal ones of the same array in the order in which they came. */
    return a->preference != b->preference ? a->preference < b->preference : a < b;
}

/* The transport of a NAPTR record for SIP with an SRV name as its result, or OTHER. */
static enum cf_transport naptr_transport(const struct cf_dns_record *record) {
    for (size_t i = 0; i < CF_RESOLVER_SERVICES_MAX; i++) {
        if (cf_str_eq_nocase(record->service, services[i].naptr) && cf_str_eq_nocase(record->flags, CF_STR("s"))) {
            return services[i].transport;
        }
    }
    return CF_TRANSPORT_OTHER;
}

/* Take the services in the order of the records. The number of records is bounded by what is taken: a selection, not a sort. */
static void on_naptr(struct cf_resolver *r, const struct cf_dns_record *records, size_t count) {
    const struct cf_dns_record *last = NULL;
    while (r->service_count < CF_RESOLVER_SERVICES_MAX) {
        const struct cf_dns_record *best = NULL;
        for (size_t i = 0; i < count; i++) {
            bool is_later = last == NULL || naptr_is_before(last, &records[i]);
            bool is_ours = naptr_transport(&records[i]) != CF_TRANSPORT_OTHER && can(r, naptr_transport(&records[i]));
            if (is_later && is_ours && (best == NULL || naptr_is_before(&records[i], best))) {
                best = &records[i];
            }
        }
        if (best == NULL) {
            break;
        }
        add_service(r, naptr_transport(best), CF_STR(""), best->name);
        last = best;
    }
    if (r->service_count == 0) {
        add_own_services(r, false, CF_TRANSPORT_OTHER);
    }
    begin_service(r);
}

/* RFC 2782: among the servers of the best priority that are left, one by weight. */
static size_t pick_server(const struct cf_resolver *r, size_t from) {
    uint32_t total = 0;
    uint16_t priority = UINT16_MAX;
    for (size_t i = from; i < r->server_count; i++) {
        priority = r->servers[i].priority < priority ? r->servers[i].priority : priority;
    }
    for (size_t i = from; i < r->server_count; i++) {
        total += r->servers[i].priority == priority ? r->servers[i].weight : 0U;
    }
    uint32_t chosen = cf_entropy_u32(r->entropy) % (total + 1);
    for (size_t i = from; i < r->server_count; i++) {
        if (r->servers[i].priority != priority) {
            continue;
        }
        if (chosen <= r->servers[i].weight) {
            return i;
        }
        chosen -= r->servers[i].weight;
    }
    CF_BUG("weights add up to less than their total");
    return from;
}

static void order_servers(struct cf_resolver *r) {
    for (size_t i = 0; i + 1 < r->server_count; i++) {
        size_t picked = pick_server(r, i);
        struct cf_resolver_server server = r->servers[picked];
        r->servers[picked] = r->servers[i];
        r->servers[i] = server;
    }
}

static void on_srv(struct cf_resolver *r, const struct cf_dns_record *records, size_t count) {
    for (size_t i = 0; i < count && r->server_count < CF_RESOLVER_SERVERS_MAX; i++) {
        struct cf_resolver_server *server = &r->servers[r->server_count];
        r->has_found = true;
        /* A target of "." says that the service is decidedly not there (RFC 2782); set_domain() refuses it. */
        if (records[i].port != 0 && set_domain(&server->name, CF_STR(""), records[i].name)) {
            server->priority = records[i].order;
            server->weight = records[i].preference;
            server->port = records[i].port;
            r->server_count++;
        }
    }
    order_servers(r);
    if (r->server_count > 0) {
        begin_server(r);
    } else {
        r->service_at++;
        begin_service(r);
    }
}

static void on_addresses(struct cf_resolver *r, const struct cf_dns_record *records, size_t count, uint8_t family) {
    for (size_t i = 0; i < count && r->addr_count < CF_RESOLVER_ADDRS_MAX; i++) {
        if (records[i].addr.family == family) {
            r->addrs[r->addr_count] = records[i].addr;
            r->addrs[r->addr_count++].port = r->port;
        }
    }
    bool wants_ip4 = family == CF_FAMILY_IP6 && (r->able.families & (1U << CF_FAMILY_IP4)) != 0;
    go(r, wants_ip4 ? STAGE_A : STAGE_TARGETS);
}

void cf_resolver_on_records(struct cf_resolver *r, const struct cf_dns_record *records, size_t count) {
    if (!r->is_waiting) {
        return;
    }
    switch (r->stage) {
    case STAGE_NAPTR:
        on_naptr(r, records, count);
        break;
    case STAGE_SRV:
        on_srv(r, records, count);
        break;
    case STAGE_AAAA:
        on_addresses(r, records, count, CF_FAMILY_IP6);
        break;
    case STAGE_A:
        on_addresses(r, records, count, CF_FAMILY_IP4);
        break;
    default:
        CF_BUG("no question is out in this stage");
    }
}

void cf_resolver_next(struct cf_resolver *r) {
    if (r->stage == STAGE_TARGETS && !r->has_output) {
        r->addr_at++;
        r->has_output = true;
    }
}

/* All addresses of the server were tried. */
static void leave_server(struct cf_resolver *r) {
    if (r->server_at + 1 < r->server_count) {
        r->server_at++;
        begin_server(r);
    } else {
        r->service_at = r->service_count > 0 ? r->service_at + 1 : 0;
        begin_service(r);
    }
}

static struct cf_resolver_event ask(struct cf_resolver *r, enum cf_dns_type type, struct cf_str name) {
    r->is_waiting = true;
    return (struct cf_resolver_event){.kind = CF_RESOLVER_QUESTION, .question = {type, name}};
}

static struct cf_str server_name(const struct cf_resolver *r) {
    return domain_str(r->server_count > 0 ? &r->servers[r->server_at].name : &r->host);
}

struct cf_resolver_event cf_resolver_poll(struct cf_resolver *r) {
    if (!r->has_output) {
        return (struct cf_resolver_event){.kind = CF_RESOLVER_IDLE};
    }
    while (r->stage == STAGE_TARGETS && r->addr_at >= r->addr_count) {
        leave_server(r);
    }
    r->has_output = false;
    switch (r->stage) {
    case STAGE_NAPTR:
        return ask(r, CF_DNS_NAPTR, domain_str(&r->host));
    case STAGE_SRV:
        return ask(r, CF_DNS_SRV, domain_str(&r->services[r->service_at].name));
    case STAGE_AAAA:
        return ask(r, CF_DNS_AAAA, server_name(r));
    case STAGE_A:
        return ask(r, CF_DNS_A, server_name(r));
    case STAGE_TARGETS:
        return (struct cf_resolver_event){.kind = CF_RESOLVER_TARGET, .target = {r->transport, r->addrs[r->addr_at]}};
    default:
        return (struct cf_resolver_event){.kind = CF_RESOLVER_EXHAUSTED};
    }
}

bool cf_resolver_has_more(const struct cf_resolver *r) {
    return r->stage == STAGE_TARGETS && (r->addr_at + 1 < r->addr_count || r->server_at + 1 < r->server_count);
}

struct cf_str cf_resolver_host(const struct cf_resolver *r) {
    return domain_str(&r->host);
}
