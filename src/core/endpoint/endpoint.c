/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The endpoint as a whole: making and ending it, time, and handing out events. */
#include "core/endpoint/impl.h"

/* Deadlines that one call handles; the next call goes on, so one input never makes an unbounded number of outputs. */
#define DEADLINES_MAX 256

static void default_size(size_t *limit, size_t value) {
    *limit = *limit != 0 ? *limit : value;
}

static void default_usec(cf_usec *limit, cf_usec value) {
    *limit = *limit != 0 ? *limit : value;
}

static void set_default_limits(struct cf_endpoint_limits *limits) {
    default_size(&limits->udp_flows, 20000);
    default_size(&limits->streams, 10000);
    default_size(&limits->streams_per_address, 100);
    default_size(&limits->server_transactions, 20000);
    default_size(&limits->trusted_transactions, 100000);
    default_size(&limits->client_transactions, 20000);
    default_size(&limits->transactions_per_flow, 1000);
    default_size(&limits->strangers_per_sec, 5000);
    default_size(&limits->kept_bytes, (size_t)64 << 20);
    default_usec(&limits->udp_idle_usec, CF_SEC(120));
    default_usec(&limits->stream_idle_usec, CF_SEC(900));
    default_usec(&limits->stream_first_usec, CF_SEC(30));
    default_usec(&limits->connect_usec, CF_SEC(8));
}

static uint64_t random_seed(const struct cf_entropy *entropy) {
    uint64_t seed = 0;
    cf_entropy_fill(entropy, &seed, sizeof seed);
    return seed;
}

static bool copy_locals(struct cf_endpoint *ep, const struct cf_endpoint_config *config) {
    for (size_t i = 0; i < config->local_count; i++) {
        cf_assert(config->locals[i].transport < CF_TRANSPORT_OTHER);
        ep->locals[i] = config->locals[i];
        ep->locals[i].host = CF_STR_NONE;
        ep->local_count++;
        if (!cf_mem_dup_str(ep->mem, config->locals[i].host, &ep->locals[i].host)) {
            return false;
        }
    }
    return cf_mem_dup_str(ep->mem, config->product, &ep->product);
}

static void init_tables(struct cf_endpoint *ep) {
    ep->seed = random_seed(ep->entropy);
    cf_flow_table_init(&ep->flows, ep->mem, &ep->limits, random_seed(ep->entropy));
    cf_handle_table_init(&ep->txs, ep->mem,
                         ep->limits.server_transactions + ep->limits.trusted_transactions + ep->limits.client_transactions);
    cf_map_init(&ep->server_txs, ep->mem, random_seed(ep->entropy));
    cf_map_init(&ep->merged, ep->mem, random_seed(ep->entropy));
    cf_map_init(&ep->client_txs, ep->mem, random_seed(ep->entropy));
    cf_map_init(&ep->queries, ep->mem, random_seed(ep->entropy));
    cf_heap_init(&ep->timer_heap, ep->mem);
    cf_list_init(&ep->readable);
    cf_list_init(&ep->closed_flows);
    cf_list_init(&ep->reports);
    cf_strangers_init(&ep->strangers, ep->mem, random_seed(ep->entropy), ep->limits.strangers_per_sec);
    ep->keeper = (struct cf_keeper){.mem = ep->mem, .limit = ep->limits.kept_bytes};
}

struct cf_endpoint *cf_endpoint_create(const struct cf_endpoint_config *config, cf_usec now) {
    cf_assert(config->local_count > 0 && config->local_count <= CF_ENDPOINT_LOCALS_MAX);
    struct cf_endpoint *ep = cf_mem_alloc(config->mem, sizeof *ep);
    if (ep == NULL) {
        return NULL;
    }
    ep->mem = config->mem;
    ep->entropy = config->entropy;
    ep->timers = config->timers.t1_usec != 0 ? config->timers : CF_SIP_TIMERS_DEFAULT;
    ep->limits = config->limits;
    ep->now = now;
    set_default_limits(&ep->limits);
    init_tables(ep);
    ep->input = cf_mem_alloc(ep->mem, CF_ENDPOINT_BUFFER_SIZE);
    ep->scratch = cf_mem_alloc(ep->mem, CF_ENDPOINT_BUFFER_SIZE);
    if (ep->input == NULL || ep->scratch == NULL || !copy_locals(ep, config)) {
        cf_endpoint_destroy(ep);
        return NULL;
    }
    return ep;
}

/* Transactions hang on flows, or on nothing; both are found in the table of handles. */
static void free_transactions(struct cf_endpoint *ep) {
    for (size_t i = 0; i < ep->txs.slots_used; i++) {
        struct cf_tx *tx = cf_handle_at(&ep->txs, i);
        if (tx != NULL) {
            tx->reports = 0;
            cf_tx_end(ep, tx);
        }
    }
}

static void free_flows(struct cf_endpoint *ep) {
    size_t cursor = 0;
    for (struct cf_flow *flow = cf_flow_next(&ep->flows, &cursor); flow != NULL; flow = cf_flow_next(&ep->flows, &cursor)) {
        cf_flow_remove(&ep->flows, flow);
        cf_flow_free(&ep->flows, flow);
    }
}

void cf_endpoint_destroy(struct cf_endpoint *ep) {
    if (ep == NULL) {
        return;
    }
    free_transactions(ep);
    cf_output_fini(ep);
    free_flows(ep);
    cf_flow_table_fini(&ep->flows);
    cf_handle_table_fini(&ep->txs);
    cf_map_fini(&ep->server_txs);
    cf_map_fini(&ep->merged);
    cf_map_fini(&ep->client_txs);
    cf_map_fini(&ep->queries);
    cf_heap_fini(&ep->timer_heap);
    cf_assert(ep->keeper.bytes == 0 && ep->server_count == 0 && ep->client_count == 0);
    for (size_t i = 0; i < ep->local_count; i++) {
        cf_mem_free_str(ep->mem, &ep->locals[i].host);
    }
    cf_mem_free_str(ep->mem, &ep->product);
    cf_strangers_fini(&ep->strangers);
    cf_mem_free(ep->mem, ep->input, CF_ENDPOINT_BUFFER_SIZE);
    cf_mem_free(ep->mem, ep->scratch, CF_ENDPOINT_BUFFER_SIZE);
    cf_mem_free(ep->mem, ep, sizeof *ep);
}

bool cf_endpoint_poll(struct cf_endpoint *ep, struct cf_endpoint_event *ret_event) {
    do {
        if (cf_output_next(ep, ret_event)) {
            return true;
        }
    } while (cf_intake_pull(ep));
    return false;
}

cf_usec cf_endpoint_deadline(const struct cf_endpoint *ep) {
    return cf_usec_min(cf_heap_deadline(&ep->timer_heap), cf_flow_table_deadline(&ep->flows));
}

static void fire_timers(struct cf_endpoint *ep) {
    for (unsigned i = 0; i < DEADLINES_MAX; i++) {
        struct cf_timer *timer = cf_heap_pop(&ep->timer_heap, ep->now);
        if (timer == NULL) {
            return;
        }
        struct cf_tx *tx = CF_OF(timer, struct cf_tx, timer);
        if (tx->is_server) {
            cf_server_on_deadline(ep, CF_OF(tx, struct cf_server_tx, tx));
        } else {
            cf_client_on_deadline(ep, CF_OF(tx, struct cf_client_tx, tx));
        }
    }
}

static void expire_flows(struct cf_endpoint *ep) {
    for (unsigned i = 0; i < DEADLINES_MAX; i++) {
        struct cf_flow *flow = cf_flow_expired(&ep->flows, ep->now);
        if (flow == NULL) {
            return;
        }
        if (flow->info.transport != CF_TRANSPORT_UDP && flow->info.is_connected) {
            cf_count(ep, CF_ENDPOINT_COUNT_FLOWS_IDLE);
        }
        cf_flows_close(ep, flow, CF_ERR_TIMEOUT, true);
    }
}

void cf_endpoint_on_deadline(struct cf_endpoint *ep, cf_usec now) {
    ep->now = now;
    fire_timers(ep);
    expire_flows(ep);
}

void cf_endpoint_watch(struct cf_endpoint *ep, bool on) {
    ep->is_watched = on;
}

void cf_endpoint_set_owner(struct cf_endpoint *ep, struct cf_tx_id id, struct cf_owner owner) {
    struct cf_tx *tx = cf_tx_get(ep, id);
    if (tx != NULL) {
        tx->owner = owner;
    }
}

struct cf_flow_id cf_endpoint_flow_of(const struct cf_endpoint *ep, struct cf_tx_id id) {
    const struct cf_tx *tx = cf_tx_get(ep, id);
    return tx != NULL && tx->flow != NULL ? tx->flow->id : (struct cf_flow_id){.h = {0, 0}};
}

uint64_t cf_endpoint_counter(const struct cf_endpoint *ep, enum cf_endpoint_counter counter) {
    cf_assert(counter < CF_ENDPOINT_COUNTER_COUNT_);
    return ep->counters[counter];
}

struct cf_endpoint_gauges cf_endpoint_gauges(const struct cf_endpoint *ep) {
    return (struct cf_endpoint_gauges){
        .udp_flows = ep->flows.udp_count,
        .streams = ep->flows.stream_count,
        .server_transactions = ep->server_count,
        .client_transactions = ep->client_count,
        .kept_bytes = ep->keeper.bytes,
    };
}
