/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events in order of time; nodes, links, NATs and connections. */
#include "lib/virtual_world.h"

#include "lib/test.h"
#include <stdlib.h>

enum event_kind {
    DATAGRAM,
    UNREACHABLE,
    CONNECT,
    CONNECTED,
    REFUSED,
    BYTES,
    CLOSED,
};

/** Something that will happen. */
struct event {
    cf_usec at;
    uint64_t order; /**< equal times: first come, first served */
    enum event_kind kind;
    struct cf_addr from;
    struct cf_addr to;
    uint64_t stream; /**< end that it happens to */
    uint8_t *bytes;  /**< owned */
    size_t len;
};

struct node {
    const struct world_node *ops;
    void *ctx;
    cf_usec deadline;
};

struct binding {
    struct cf_addr addr;
    size_t node;
    uint32_t local;
};

struct link {
    struct cf_addr from;
    struct cf_addr to;
    struct netem_link netem;
};

struct nat {
    struct cf_addr inside;
    struct netem_nat nat;
};

/** One end of a connection; the two ends of one are 2n and 2n + 1. */
struct end {
    size_t node;
    struct cf_addr addr;
    bool is_open;
    cf_usec last_arrival; /**< at this end: bytes never overtake each other */
};

struct world {
    uint64_t seed;
    struct cf_rng rng;
    cf_usec now;
    uint64_t order;
    enum world_split split;
    struct netem_config default_config;
    world_tap *tap;
    void *tap_ctx;
    struct event *events; /**< binary heap */
    size_t event_count, events_max;
    struct node *nodes;
    size_t node_count, nodes_max;
    struct binding *bindings;
    size_t binding_count, bindings_max;
    struct link **links; /**< pointers, because netem state must not move while in use */
    size_t link_count, links_max;
    struct nat *nats;
    size_t nat_count, nats_max;
    struct end *ends;
    size_t end_count, ends_max;
};

static void *grow(void *array, size_t *max, size_t count, size_t size) {
    if (count < *max) {
        return array;
    }
    *max = *max == 0 ? 16 : *max * 2;
    array = realloc(array, *max * size);
    assert_non_null(array);
    return array;
}

struct world *world_create(uint64_t seed) {
    struct world *w = calloc(1, sizeof *w);
    assert_non_null(w);
    w->seed = seed;
    cf_rng_init(&w->rng, seed);
    /* The first end is number 2, so that no stream is called 0. */
    w->end_count = 2;
    w->ends_max = 16;
    w->ends = calloc(w->ends_max, sizeof *w->ends);
    assert_non_null(w->ends);
    return w;
}

void world_destroy(struct world *w) {
    for (size_t i = 0; i < w->event_count; i++) {
        free(w->events[i].bytes);
    }
    for (size_t i = 0; i < w->link_count; i++) {
        free(w->links[i]);
    }
    free(w->events);
    free(w->nodes);
    free(w->bindings);
    free(w->links);
    free(w->nats);
    free(w->ends);
    free(w);
}

cf_usec world_now(const struct world *w) {
    return w->now;
}

/* ---- the heap of events ---- */

static bool is_before(const struct event *a, const struct event *b) {
    return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void swap(struct event *a, struct event *b) {
    struct event c = *a;
    *a = *b;
    *b = c;
}

static void add_event(struct world *w, struct event event, struct cf_span bytes) {
    event.order = w->order++;
    event.len = bytes.len;
    if (bytes.len > 0) {
        event.bytes = malloc(bytes.len);
        assert_non_null(event.bytes);
        memcpy(event.bytes, bytes.at, bytes.len);
    }
    w->events = grow(w->events, &w->events_max, w->event_count, sizeof *w->events);
    size_t i = w->event_count++;
    w->events[i] = event;
    for (; i > 0 && is_before(&w->events[i], &w->events[(i - 1) / 2]); i = (i - 1) / 2) {
        swap(&w->events[i], &w->events[(i - 1) / 2]);
    }
}

static struct event take_event(struct world *w) {
    struct event first = w->events[0];
    w->events[0] = w->events[--w->event_count];
    for (size_t i = 0;;) {
        size_t least = i;
        for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < w->event_count; child++) {
            least = is_before(&w->events[child], &w->events[least]) ? child : least;
        }
        if (least == i) {
            return first;
        }
        swap(&w->events[i], &w->events[least]);
        i = least;
    }
}

/* ---- nodes, addresses, links ---- */

void world_touch(struct world *w, size_t node) {
    const struct node *n = &w->nodes[node];
    w->nodes[node].deadline = n->ops->deadline != NULL ? n->ops->deadline(n->ctx) : CF_USEC_NEVER;
}

size_t world_add(struct world *w, const struct world_node *node, void *ctx) {
    w->nodes = grow(w->nodes, &w->nodes_max, w->node_count, sizeof *w->nodes);
    w->nodes[w->node_count] = (struct node){node, ctx, CF_USEC_NEVER};
    world_touch(w, w->node_count);
    return w->node_count++;
}

static const struct binding *find_binding(const struct world *w, const struct cf_addr *addr) {
    for (size_t i = 0; i < w->binding_count; i++) {
        if (cf_addr_eq(&w->bindings[i].addr, addr)) {
            return &w->bindings[i];
        }
    }
    return NULL;
}

void world_bind(struct world *w, size_t node, uint32_t local, const struct cf_addr *addr) {
    const struct binding *taken = find_binding(w, addr);
    assert_true(taken == NULL || taken->node == node);
    w->bindings = grow(w->bindings, &w->bindings_max, w->binding_count, sizeof *w->bindings);
    w->bindings[w->binding_count++] = (struct binding){*addr, node, local};
}

void world_default_link(struct world *w, const struct netem_config *config) {
    w->default_config = *config;
    for (size_t i = 0; i < w->link_count; i++) {
        w->links[i]->netem.config = *config;
    }
}

static struct netem_link *link_between(struct world *w, const struct cf_addr *from, const struct cf_addr *to) {
    for (size_t i = 0; i < w->link_count; i++) {
        if (cf_addr_eq_ip(&w->links[i]->from, from) && cf_addr_eq_ip(&w->links[i]->to, to)) {
            return &w->links[i]->netem;
        }
    }
    struct link *link = calloc(1, sizeof *link);
    assert_non_null(link);
    *link = (struct link){.from = *from, .to = *to};
    netem_link_init(&link->netem, &w->default_config, w->seed * 1000003U + w->link_count);
    w->links = grow(w->links, &w->links_max, w->link_count, sizeof(struct link *));
    w->links[w->link_count++] = link;
    return &link->netem;
}

void world_link(struct world *w, const struct cf_addr *from, const struct cf_addr *to, const struct netem_config *config) {
    link_between(w, from, to)->config = *config;
}

void world_nat(struct world *w, const struct cf_addr *inside, const struct cf_addr *public_ip, cf_usec timeout_usec) {
    w->nats = grow(w->nats, &w->nats_max, w->nat_count, sizeof *w->nats);
    w->nats[w->nat_count].inside = *inside;
    netem_nat_init(&w->nats[w->nat_count++].nat, public_ip, timeout_usec);
}

static struct netem_nat *nat_of(struct world *w, const struct cf_addr *inside) {
    for (size_t i = 0; i < w->nat_count; i++) {
        if (cf_addr_eq_ip(&w->nats[i].inside, inside)) {
            return &w->nats[i].nat;
        }
    }
    return NULL;
}

/* Through the NAT in front of @p to, if there is one. False: it does not let it in. */
static bool pass_nat(struct world *w, const struct cf_addr *from, struct cf_addr *to) {
    for (size_t i = 0; i < w->nat_count; i++) {
        if (cf_addr_eq_ip(&w->nats[i].nat.public_ip, to)) {
            return netem_nat_in(&w->nats[i].nat, to->port, from, w->now, to);
        }
    }
    return true;
}

void world_set_tap(struct world *w, world_tap *tap, void *ctx) {
    w->tap = tap;
    w->tap_ctx = ctx;
}

void world_send(struct world *w, const struct cf_addr *from, const struct cf_addr *to, struct cf_span bytes) {
    cf_usec arrivals[2];
    struct netem_nat *nat = nat_of(w, from);
    struct cf_addr source = nat != NULL ? netem_nat_out(nat, from, to, w->now) : *from;
    if (w->tap != NULL) {
        w->tap(w->tap_ctx, &source, to, bytes, w->now);
    }
    size_t count = netem_link_send(link_between(w, from, to), bytes.len, w->now, arrivals);
    for (size_t i = 0; i < count; i++) {
        add_event(w, (struct event){.at = arrivals[i], .kind = DATAGRAM, .from = source, .to = *to}, bytes);
    }
}

/* ---- connections ---- */

void world_set_split(struct world *w, enum world_split split) {
    w->split = split;
}

static uint64_t other_end(uint64_t stream) {
    return stream ^ 1U;
}

static struct cf_span no_bytes(void) {
    return (struct cf_span){NULL, 0};
}

/* When @p len octets written at @p stream arrive at the other end. */
static cf_usec arrival(struct world *w, uint64_t stream, size_t len) {
    struct end *here = &w->ends[stream];
    struct end *there = &w->ends[other_end(stream)];
    cf_usec at = netem_link_stream(link_between(w, &here->addr, &there->addr), len, w->now);
    there->last_arrival = at > there->last_arrival ? at : there->last_arrival;
    return there->last_arrival;
}

uint64_t world_connect(struct world *w, size_t node, const struct cf_addr *from, const struct cf_addr *to) {
    uint64_t stream = w->end_count;
    struct netem_nat *nat = nat_of(w, from);
    w->ends = grow(w->ends, &w->ends_max, w->end_count + 1, sizeof *w->ends);
    w->ends[stream] = (struct end){.node = node, .addr = nat != NULL ? netem_nat_out(nat, from, to, w->now) : *from};
    w->ends[stream + 1] = (struct end){.addr = *to};
    /* Connections of one node differ by their port. */
    w->ends[stream].addr.port = (uint16_t)(30000 + stream % 30000);
    w->ends[stream].is_open = true;
    w->end_count += 2;
    add_event(w, (struct event){.at = arrival(w, stream, 60), .kind = CONNECT, .stream = other_end(stream)}, no_bytes());
    return stream;
}

static size_t next_piece(struct world *w, size_t left) {
    switch (w->split) {
    case WORLD_SPLIT_ANYWHERE:
        return 1 + cf_rng_below(&w->rng, (uint32_t)left);
    case WORLD_SPLIT_EVERY_BYTE:
        return 1;
    case WORLD_SPLIT_NONE:
        break;
    }
    return left;
}

void world_write(struct world *w, uint64_t stream, struct cf_span bytes) {
    assert_true(stream > 1 && stream < w->end_count);
    if (!w->ends[stream].is_open) {
        return;
    }
    for (size_t at = 0; at < bytes.len;) {
        size_t piece = next_piece(w, bytes.len - at);
        struct event event = {.at = arrival(w, stream, piece), .kind = BYTES, .stream = other_end(stream)};
        add_event(w, event, (struct cf_span){bytes.at + at, piece});
        at += piece;
    }
}

void world_close(struct world *w, uint64_t stream) {
    assert_true(stream > 1 && stream < w->end_count);
    if (w->ends[stream].is_open) {
        w->ends[stream].is_open = false;
        add_event(w, (struct event){.at = arrival(w, stream, 40), .kind = CLOSED, .stream = other_end(stream)}, no_bytes());
    }
}

/* ---- what happens ---- */

static void datagram_arrives(struct world *w, struct event *event) {
    if (!pass_nat(w, &event->from, &event->to)) {
        return;
    }
    const struct binding *binding = find_binding(w, &event->to);
    if (binding == NULL) {
        cf_usec at = netem_link_stream(link_between(w, &event->to, &event->from), 60, w->now);
        add_event(w, (struct event){.at = at, .kind = UNREACHABLE, .from = event->to, .to = event->from}, no_bytes());
        return;
    }
    const struct node *node = &w->nodes[binding->node];
    size_t number = binding->node;
    if (node->ops->on_datagram != NULL) {
        node->ops->on_datagram(node->ctx, binding->local, &event->from, (struct cf_span){event->bytes, event->len}, w->now);
    }
    world_touch(w, number);
}

static void unreachable_arrives(struct world *w, const struct event *event) {
    const struct binding *binding = find_binding(w, &event->to);
    if (binding == NULL || w->nodes[binding->node].ops->on_unreachable == NULL) {
        return;
    }
    size_t number = binding->node;
    w->nodes[number].ops->on_unreachable(w->nodes[number].ctx, binding->local, &event->from, w->now);
    world_touch(w, number);
}

static void connect_arrives(struct world *w, uint64_t stream) {
    const struct binding *binding = find_binding(w, &w->ends[stream].addr);
    bool is_taken = binding != NULL && w->nodes[binding->node].ops->on_accepted != NULL;
    w->ends[stream].is_open = is_taken;
    cf_usec at = arrival(w, stream, 60);
    add_event(w, (struct event){.at = at, .kind = is_taken ? CONNECTED : REFUSED, .stream = other_end(stream)}, no_bytes());
    if (!is_taken) {
        return;
    }
    size_t number = binding->node;
    w->ends[stream].node = number;
    w->nodes[number].ops->on_accepted(w->nodes[number].ctx, binding->local, stream, &w->ends[other_end(stream)].addr, w->now);
    world_touch(w, number);
}

static void stream_event_arrives(struct world *w, const struct event *event) {
    struct end *end = &w->ends[event->stream];
    size_t number = end->node;
    struct node *node = &w->nodes[number];
    if (!end->is_open) {
        return;
    }
    switch (event->kind) {
    case CONNECTED:
        node->ops->on_connected(node->ctx, event->stream, w->now);
        break;
    case BYTES:
        node->ops->on_bytes(node->ctx, event->stream, (struct cf_span){event->bytes, event->len}, w->now);
        break;
    case REFUSED:
    case CLOSED:
        end->is_open = false;
        node->ops->on_closed(node->ctx, event->stream, event->kind == REFUSED, w->now);
        break;
    case DATAGRAM:
    case UNREACHABLE:
    case CONNECT:
        fail();
    }
    world_touch(w, number);
}

static void happen(struct world *w, struct event *event) {
    switch (event->kind) {
    case DATAGRAM:
        datagram_arrives(w, event);
        break;
    case UNREACHABLE:
        unreachable_arrives(w, event);
        break;
    case CONNECT:
        connect_arrives(w, event->stream);
        break;
    case CONNECTED:
    case REFUSED:
    case BYTES:
    case CLOSED:
        stream_event_arrives(w, event);
        break;
    }
    free(event->bytes);
}

/* The node whose deadline is first. */
static size_t first_node(const struct world *w) {
    size_t first = 0;
    for (size_t i = 1; i < w->node_count; i++) {
        first = w->nodes[i].deadline < w->nodes[first].deadline ? i : first;
    }
    return first;
}

/* One event or deadline at or before @p until. */
static bool step(struct world *w, cf_usec until) {
    size_t node = first_node(w);
    cf_usec deadline = w->node_count > 0 ? w->nodes[node].deadline : CF_USEC_NEVER;
    cf_usec next = w->event_count > 0 ? w->events[0].at : CF_USEC_NEVER;
    if (cf_usec_min(deadline, next) > until) {
        return false;
    }
    if (next <= deadline) {
        struct event event = take_event(w);
        w->now = event.at > w->now ? event.at : w->now;
        happen(w, &event);
        return true;
    }
    w->now = deadline > w->now ? deadline : w->now;
    w->nodes[node].ops->on_deadline(w->nodes[node].ctx, w->now);
    world_touch(w, node);
    return true;
}

void world_run_until(struct world *w, cf_usec until) {
    while (step(w, until)) {
    }
    w->now = until > w->now ? until : w->now;
}

void world_run_for(struct world *w, cf_usec duration) {
    world_run_until(w, w->now + duration);
}

bool world_run_to_rest(struct world *w, cf_usec until) {
    while (step(w, until)) {
    }
    return w->event_count == 0 && (w->node_count == 0 || w->nodes[first_node(w)].deadline == CF_USEC_NEVER);
}
