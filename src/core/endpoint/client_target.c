/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a request of ours goes: route, DNS, UDP or a connection, and the next server if that one is no good. */
#include "core/endpoint/client.h"

#include "core/endpoint/via_line.h"

/* RFC 3261 section 18.1.1: longer requests don't go over UDP if the path's MTU is not known. */
#define UDP_REQUEST_MAX 1300

/* How often a request is to find the DNS and servers before it fails, in multiples of T1: as long as a transaction. */
#define RESOLVE_T1 64

void cf_client_forget_query(struct cf_endpoint *ep, struct cf_client_tx *ctx) {
    if (ctx->by_query.key.at != NULL) {
        cf_map_remove(&ep->queries, &ctx->by_query);
        ctx->by_query.key = CF_STR_NONE;
    }
}

static bool is_too_long_for_udp(const struct cf_client_tx *ctx) {
    return ctx->message->len + CF_VIA_LINE_MAX + CF_BRANCH_LEN > UDP_REQUEST_MAX;
}

/* RFC 3261 section 18.1.1: over TCP first, over UDP if nobody listens there. */
static void prefer_tcp(const struct cf_endpoint *ep, struct cf_client_tx *ctx) {
    uint32_t local = 0;
    if (ctx->target.transport == CF_TRANSPORT_UDP && is_too_long_for_udp(ctx) &&
        cf_local_for(ep, CF_TRANSPORT_TCP, ctx->target.addr.family, &local)) {
        ctx->fallback = ctx->target;
        ctx->has_fallback = true;
        ctx->target.transport = CF_TRANSPORT_TCP;
    }
}

/* Take the flow for ctx->target. False: it can't be had. */
static bool go_to_target(struct cf_endpoint *ep, struct cf_client_tx *ctx) {
    struct cf_flow *flow = NULL;
    uint32_t local = ctx->local;
    bool has_local = ctx->target.transport == CF_TRANSPORT_UDP && cf_local_is(ep, local, false) &&
                     ep->locals[local].addr.family == ctx->target.addr.family;
    if (!has_local && !cf_local_for(ep, ctx->target.transport, ctx->target.addr.family, &local)) {
        return false;
    }
    struct cf_str host = ctx->resolver != NULL ? cf_resolver_host(ctx->resolver) : CF_STR_NONE;
    if (cf_flows_to(ep, &ctx->target, local, host, &flow) != CF_OK) {
        return false;
    }
    cf_tx_attach(ep, &ctx->tx, flow);
    ctx->phase = CF_CLIENT_CONNECTING;
    cf_tx_set_deadline(ep, &ctx->tx, CF_USEC_NEVER);
    if (flow->info.is_connected) {
        cf_client_start(ep, ctx);
    }
    return true;
}

/* Put the question out. False: it could not be asked. */
static bool ask(struct cf_endpoint *ep, struct cf_client_tx *ctx, const struct cf_dns_question *question) {
    struct cf_kept *name = NULL;
    ctx->query = ++ep->last_query;
    if (cf_map_add(&ep->queries, &ctx->by_query, cf_str_n((const char *)&ctx->query, sizeof ctx->query)) != CF_OK) {
        return false;
    }
    struct cf_output output = {.kind = CF_ENDPOINT_RESOLVE, .query = ctx->query, .type = question->type};
    if (cf_keep(&ep->keeper, question->name, &name) != CF_OK) {
        return false;
    }
    output.text = name;
    return cf_output_put(ep, output);
}

/* Let the resolver go on until it waits, a target is taken, or it is at its end (false). */
static bool run_resolver(struct cf_endpoint *ep, struct cf_client_tx *ctx) {
    ctx->phase = CF_CLIENT_RESOLVING;
    for (;;) {
        struct cf_resolver_event event = cf_resolver_poll(ctx->resolver);
        switch (event.kind) {
        case CF_RESOLVER_QUESTION:
            if (ask(ep, ctx, &event.question)) {
                return true;
            }
            cf_client_forget_query(ep, ctx);
            cf_resolver_on_records(ctx->resolver, NULL, 0);
            break;
        case CF_RESOLVER_TARGET:
            ctx->target = event.target;
            prefer_tcp(ep, ctx);
            if (go_to_target(ep, ctx)) {
                return true;
            }
            cf_resolver_next(ctx->resolver);
            break;
        case CF_RESOLVER_IDLE:
            return true;
        case CF_RESOLVER_EXHAUSTED:
            return false;
        }
    }
}

bool cf_client_advance(struct cf_endpoint *ep, struct cf_client_tx *ctx) {
    cf_tx_detach(ep, &ctx->tx);
    cf_tx_set_deadline(ep, &ctx->tx, ep->now + RESOLVE_T1 * ep->timers.t1_usec);
    if (ctx->has_fallback) {
        ctx->has_fallback = false;
        ctx->target = ctx->fallback;
        if (go_to_target(ep, ctx)) {
            return true;
        }
    }
    if (ctx->resolver == NULL) {
        return false;
    }
    cf_resolver_next(ctx->resolver);
    return run_resolver(ep, ctx);
}

/* What we have local addresses for. */
static struct cf_resolver_able able(const struct cf_endpoint *ep) {
    struct cf_resolver_able able = {0, 0};
    for (size_t i = 0; i < ep->local_count; i++) {
        able.transports |= 1U << ep->locals[i].transport;
        able.families |= 1U << ep->locals[i].addr.family;
    }
    return able;
}

static enum cf_err find_by_uri(struct cf_endpoint *ep, struct cf_client_tx *ctx, struct cf_str text) {
    struct cf_sip_uri uri;
    enum cf_err err = cf_sip_uri_parse(text, &uri);
    if (err != CF_OK) {
        return err;
    }
    ctx->resolver = cf_mem_alloc(ep->mem, sizeof *ctx->resolver);
    if (ctx->resolver == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    err = cf_resolver_init(ctx->resolver, &uri, able(ep), ep->entropy);
    if (err == CF_OK && !run_resolver(ep, ctx)) {
        cf_client_fail(ep, ctx, CF_ERR_UPSTREAM);
    }
    return err;
}

static void find_by_addr(struct cf_endpoint *ep, struct cf_client_tx *ctx, const struct cf_route *route) {
    ctx->target = (struct cf_target){route->transport, route->remote};
    if (ctx->target.addr.port == 0) {
        ctx->target.addr.port = cf_transport_default_port(route->transport);
    }
    prefer_tcp(ep, ctx);
    if (!go_to_target(ep, ctx) && !(ctx->has_fallback && cf_client_advance(ep, ctx))) {
        cf_client_fail(ep, ctx, CF_ERR_IO);
    }
}

enum cf_err cf_client_find(struct cf_endpoint *ep, struct cf_client_tx *ctx, const struct cf_route *route) {
    struct cf_flow *flow = cf_flow_get(&ep->flows, route->flow);
    cf_tx_set_deadline(ep, &ctx->tx, ep->now + RESOLVE_T1 * ep->timers.t1_usec);
    ctx->local = route->local;
    if (flow != NULL) {
        cf_tx_attach(ep, &ctx->tx, flow);
        ctx->phase = CF_CLIENT_CONNECTING;
        if (flow->info.is_connected) {
            cf_client_start(ep, ctx);
        }
        return CF_OK;
    }
    if (route->remote.family != CF_FAMILY_NONE && route->transport < CF_TRANSPORT_OTHER) {
        find_by_addr(ep, ctx, route);
        return CF_OK;
    }
    if (route->uri.at != NULL) {
        return find_by_uri(ep, ctx, route->uri);
    }
    if (cf_flow_id_is_set(route->flow)) {
        /* The flow was the only way, and it is gone. */
        cf_client_fail(ep, ctx, CF_ERR_IO);
        return CF_OK;
    }
    return CF_ERR_MALFORMED;
}

void cf_endpoint_on_resolved(struct cf_endpoint *ep, uint32_t query, const struct cf_dns_record *records, size_t count,
                             cf_usec now) {
    struct cf_map_node *node = cf_map_get(&ep->queries, cf_str_n((const char *)&query, sizeof query));
    ep->now = now;
    if (node == NULL) {
        return;
    }
    struct cf_client_tx *ctx = CF_OF(node, struct cf_client_tx, by_query);
    cf_client_forget_query(ep, ctx);
    cf_resolver_on_records(ctx->resolver, records, count);
    if (!run_resolver(ep, ctx)) {
        cf_client_fail(ep, ctx, CF_ERR_UPSTREAM);
    }
}
