/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between an endpoint and the virtual world. */
#include "lib/endpoint_node.h"

#include "lib/test.h"

struct cf_addr addr_of(const char *text) {
    struct cf_addr addr;
    assert_ok(cf_addr_parse(cf_str_of(text), &addr));
    return addr;
}

struct cf_route route_to(const char *addr, enum cf_transport transport) {
    return (struct cf_route){.remote = addr_of(addr), .transport = transport};
}

static uint64_t stream_of(const struct endpoint_node *n, struct cf_flow_id flow) {
    for (size_t i = 0; i < n->stream_count; i++) {
        if (cf_flow_id_eq(n->streams[i].flow, flow)) {
            return n->streams[i].stream;
        }
    }
    return 0;
}

static struct cf_flow_id flow_of(const struct endpoint_node *n, uint64_t stream) {
    for (size_t i = 0; i < n->stream_count; i++) {
        if (n->streams[i].stream == stream) {
            return n->streams[i].flow;
        }
    }
    return (struct cf_flow_id){.h = {0, 0}};
}

static void add_stream(struct endpoint_node *n, struct cf_flow_id flow, uint64_t stream) {
    assert_true(n->stream_count < ENDPOINT_NODE_MAX);
    n->streams[n->stream_count].flow = flow;
    n->streams[n->stream_count++].stream = stream;
}

static void forget_stream(struct endpoint_node *n, uint64_t stream) {
    for (size_t i = 0; i < n->stream_count; i++) {
        if (n->streams[i].stream == stream) {
            n->streams[i] = n->streams[--n->stream_count];
            return;
        }
    }
}

static void on_resolve(struct endpoint_node *n, const struct cf_endpoint_event *event) {
    if (n->dns_delay_usec == CF_USEC_NEVER) {
        return;
    }
    assert_true(n->answer_count < sizeof n->answers / sizeof *n->answers);
    size_t at = n->answer_count++;
    n->answers[at].query = event->query;
    n->answers[at].at = world_now(n->world) + n->dns_delay_usec;
    n->answers[at].count = 0;
    for (size_t i = 0; i < n->zone_count; i++) {
        const struct zone_record *r = &n->zone[i];
        if (r->type == event->question.type && cf_str_eq_nocase(cf_str_of(r->name), event->question.name)) {
            n->answers[at].records[n->answers[at].count++] = r->record;
        }
    }
}

static void on_output(struct endpoint_node *n, const struct cf_endpoint_event *event) {
    uint64_t stream = stream_of(n, event->flow);
    switch (event->kind) {
    case CF_ENDPOINT_SEND_DATAGRAM:
        n->datagrams_out++;
        world_send(n->world, &n->locals[event->local].addr, &event->remote, event->bytes);
        break;
    case CF_ENDPOINT_SEND_STREAM:
        if (stream != 0) {
            world_write(n->world, stream, event->bytes);
        }
        break;
    case CF_ENDPOINT_OPEN_STREAM:
        add_stream(n, event->flow, world_connect(n->world, n->number, &n->locals[event->local].addr, &event->remote));
        break;
    case CF_ENDPOINT_CLOSE_STREAM:
        assert_true(stream != 0);
        world_close(n->world, stream);
        forget_stream(n, stream);
        break;
    case CF_ENDPOINT_RESOLVE:
        on_resolve(n, event);
        break;
    case CF_ENDPOINT_RECEIVED:
    case CF_ENDPOINT_REQUEST:
    case CF_ENDPOINT_ACK:
    case CF_ENDPOINT_CANCELLED:
    case CF_ENDPOINT_RESPONSE:
    case CF_ENDPOINT_FAILED:
    case CF_ENDPOINT_NOT_ACKED:
    case CF_ENDPOINT_TERMINATED:
    case CF_ENDPOINT_FLOW_CLOSED:
        if (n->handler != NULL) {
            n->handler(n->ctx, n, event);
        }
        break;
    }
}

void endpoint_node_drain(struct endpoint_node *n) {
    struct cf_endpoint_event event;
    while (n->host != NULL ? n->host->poll(n->ctx, &event) : cf_endpoint_poll(n->ep, &event)) {
        on_output(n, &event);
    }
    world_touch(n->world, n->number);
}

static void on_datagram(void *ctx, uint32_t local, const struct cf_addr *remote, struct cf_span bytes, cf_usec now) {
    struct endpoint_node *n = ctx;
    if (n->ep == NULL) {
        return;
    }
    cf_endpoint_on_datagram(n->ep, local, remote, bytes, now);
    endpoint_node_drain(n);
}

static void on_unreachable(void *ctx, uint32_t local, const struct cf_addr *remote, cf_usec now) {
    struct endpoint_node *n = ctx;
    if (n->ep == NULL) {
        return;
    }
    cf_endpoint_on_unreachable(n->ep, local, remote, now);
    endpoint_node_drain(n);
}

static void on_accepted(void *ctx, uint32_t local, uint64_t stream, const struct cf_addr *remote, cf_usec now) {
    struct endpoint_node *n = ctx;
    struct cf_flow_id flow;
    uint32_t tcp = local == NODE_TLS ? NODE_TLS : NODE_TCP;
    if (n->ep == NULL) {
        world_close(n->world, stream);
        return;
    }
    if (cf_endpoint_on_accepted(n->ep, tcp, remote, stream, now, &flow) == CF_OK) {
        add_stream(n, flow, stream);
    } else {
        world_close(n->world, stream);
    }
    endpoint_node_drain(n);
}

static void on_connected(void *ctx, uint64_t stream, cf_usec now) {
    struct endpoint_node *n = ctx;
    cf_endpoint_on_connected(n->ep, flow_of(n, stream), stream, now);
    endpoint_node_drain(n);
}

static void on_bytes(void *ctx, uint64_t stream, struct cf_span bytes, cf_usec now) {
    struct endpoint_node *n = ctx;
    cf_endpoint_on_bytes(n->ep, flow_of(n, stream), bytes, now);
    endpoint_node_drain(n);
}

static void on_closed(void *ctx, uint64_t stream, bool is_refused, cf_usec now) {
    struct endpoint_node *n = ctx;
    struct cf_flow_id flow = flow_of(n, stream);
    forget_stream(n, stream);
    cf_endpoint_on_flow_closed(n->ep, flow, is_refused ? CF_ERR_IO : CF_OK, now);
    endpoint_node_drain(n);
}

static cf_usec deadline(const void *ctx) {
    const struct endpoint_node *n = ctx;
    cf_usec first = n->ep != NULL && n->host == NULL ? cf_endpoint_deadline(n->ep) : CF_USEC_NEVER;
    first = n->ep != NULL && n->host != NULL ? n->host->deadline(n->ctx) : first;
    for (size_t i = 0; i < n->answer_count; i++) {
        first = cf_usec_min(first, n->answers[i].at);
    }
    return first;
}

static void on_deadline(void *ctx, cf_usec now) {
    struct endpoint_node *n = ctx;
    for (size_t i = 0; i < n->answer_count; i++) {
        if (n->answers[i].at <= now) {
            uint32_t query = n->answers[i].query;
            struct cf_dns_record records[16];
            size_t count = n->answers[i].count;
            memcpy(records, n->answers[i].records, sizeof records);
            n->answers[i] = n->answers[--n->answer_count];
            cf_endpoint_on_resolved(n->ep, query, records, count, now);
            endpoint_node_drain(n);
            return;
        }
    }
    if (n->host != NULL) {
        n->host->on_deadline(n->ctx, now);
    } else {
        cf_endpoint_on_deadline(n->ep, now);
    }
    endpoint_node_drain(n);
}

void endpoint_node_cut(struct endpoint_node *n) {
    while (n->stream_count > 0) {
        world_close(n->world, n->streams[--n->stream_count].stream);
    }
}

static const struct world_node ops = {
    .on_datagram = on_datagram,
    .on_unreachable = on_unreachable,
    .on_accepted = on_accepted,
    .on_connected = on_connected,
    .on_bytes = on_bytes,
    .on_closed = on_closed,
    .deadline = deadline,
    .on_deadline = on_deadline,
};

void endpoint_node_join(struct endpoint_node *n, struct world *w, const struct endpoint_node_config *config) {
    struct cf_addr addr = addr_of(config->ip);
    memset(n, 0, sizeof *n);
    n->world = w;
    n->handler = config->handler;
    n->host = config->host;
    n->ctx = config->ctx;
    test_mem_init(&n->mem);
    test_entropy_init(&n->entropy, config->seed);
    n->number = world_add(w, &ops, n);
    for (unsigned i = NODE_UDP; i <= NODE_TLS; i++) {
        addr.port = i == NODE_TLS ? 5061 : 5060;
        n->locals[i] = (struct cf_endpoint_local){
            .transport = i == NODE_UDP   ? CF_TRANSPORT_UDP
                         : i == NODE_TCP ? CF_TRANSPORT_TCP
                                         : CF_TRANSPORT_TLS,
            .addr = addr,
        };
        if (i != NODE_TCP) {
            world_bind(w, n->number, i, &addr);
        }
    }
    n->local_count = 3;
}

void endpoint_node_init(struct endpoint_node *n, struct world *w, const struct endpoint_node_config *config) {
    endpoint_node_join(n, w, config);
    struct cf_endpoint_config ep = {
        .mem = &n->mem.mem,
        .entropy = &n->entropy.entropy,
        .limits = config->limits,
        .locals = n->locals,
        .local_count = n->local_count,
    };
    n->ep = cf_endpoint_create(&ep, world_now(w));
    assert_non_null(n->ep);
    world_touch(w, n->number);
}

void endpoint_node_fini(struct endpoint_node *n) {
    cf_endpoint_destroy(n->ep);
    n->ep = NULL;
    test_mem_fini(&n->mem);
}
