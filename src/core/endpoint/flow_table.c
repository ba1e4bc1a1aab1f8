/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Flows: finding, limits, expiry. */
#include "core/endpoint/flow_table.h"

#include "core/sip/message.h"

/* A trusted flow lasts longer than the longest usual registration (3600 s). */
#define TRUSTED_IDLE_USEC CF_SEC(7200)

/* Longest key: transport, local, address, host. */
#define KEY_MAX (sizeof(struct cf_addr) + 8 + 256)

void cf_flow_table_init(struct cf_flow_table *table, const struct cf_mem *mem, const struct cf_endpoint_limits *limits,
                        uint64_t seed) {
    *table = (struct cf_flow_table){
        .mem = mem,
        .udp_limit = limits->udp_flows,
        .stream_limit = limits->streams,
        .per_address_limit = limits->streams_per_address,
        .timeouts =
            {
                [CF_FLOW_WAIT_NOTHING] = CF_USEC_NEVER,
                [CF_FLOW_WAIT_CONNECT] = limits->connect_usec,
                [CF_FLOW_WAIT_MESSAGE] = limits->stream_first_usec,
                [CF_FLOW_WAIT_IDLE] = limits->stream_idle_usec,
                [CF_FLOW_WAIT_IDLE_TRUSTED] = TRUSTED_IDLE_USEC,
                [CF_FLOW_WAIT_UNUSED] = limits->udp_idle_usec,
                [CF_FLOW_WAIT_UNUSED_TRUSTED] = TRUSTED_IDLE_USEC,
            },
    };
    cf_handle_table_init(&table->handles, mem, limits->udp_flows + limits->streams);
    cf_map_init(&table->by_key, mem, seed);
    cf_map_init(&table->addresses, mem, seed + 1);
    for (size_t i = 0; i < CF_FLOW_WAIT_COUNT_; i++) {
        cf_list_init(&table->waits[i]);
    }
}

void cf_flow_table_fini(struct cf_flow_table *table) {
    cf_assert(table->udp_count == 0 && table->stream_count == 0);
    cf_handle_table_fini(&table->handles);
    cf_map_fini(&table->by_key);
    cf_map_fini(&table->addresses);
}

struct cf_flow *cf_flow_get(const struct cf_flow_table *table, struct cf_flow_id id) {
    return cf_handle_get(&table->handles, id.h);
}

static void put_addr(struct cf_writer *w, const struct cf_addr *addr) {
    cf_put_u8(w, addr->family);
    cf_put_u16(w, addr->port);
    cf_put_bytes(w, addr->ip, addr->family == CF_FAMILY_IP4 ? 4 : 16);
}

static void put_udp_key(struct cf_writer *w, uint32_t local, const struct cf_addr *remote) {
    cf_put_u8(w, CF_TRANSPORT_UDP);
    cf_put_u32(w, local);
    put_addr(w, remote);
}

static void put_key(struct cf_writer *w, const struct cf_flow_new *wanted) {
    if (wanted->info.transport == CF_TRANSPORT_UDP) {
        put_udp_key(w, wanted->info.local, &wanted->info.remote);
        return;
    }
    cf_put_u8(w, (uint8_t)wanted->info.transport);
    put_addr(w, &wanted->info.remote);
    cf_put(w, wanted->host);
}

static struct cf_flow *find(const struct cf_flow_table *table, const struct cf_writer *key) {
    if (!cf_writer_ok(key)) {
        return NULL;
    }
    struct cf_map_node *node = cf_map_get(&table->by_key, cf_writer_str(key));
    return node != NULL ? CF_OF(node, struct cf_flow, node) : NULL;
}

struct cf_flow *cf_flow_udp(const struct cf_flow_table *table, uint32_t local, const struct cf_addr *remote) {
    uint8_t buffer[KEY_MAX];
    struct cf_writer key;
    cf_writer_init(&key, buffer, sizeof buffer);
    put_udp_key(&key, local, remote);
    return find(table, &key);
}

struct cf_flow *cf_flow_to(const struct cf_flow_table *table, const struct cf_flow_new *wanted) {
    uint8_t buffer[KEY_MAX];
    struct cf_writer key;
    cf_writer_init(&key, buffer, sizeof buffer);
    put_key(&key, wanted);
    return find(table, &key);
}

static bool is_udp(const struct cf_flow *flow) {
    return flow->info.transport == CF_TRANSPORT_UDP;
}

static enum cf_flow_wait wait_of(const struct cf_flow *flow) {
    if (is_udp(flow)) {
        bool is_used = flow->transaction_count > 0;
        return is_used ? CF_FLOW_WAIT_NOTHING : flow->info.is_trusted ? CF_FLOW_WAIT_UNUSED_TRUSTED : CF_FLOW_WAIT_UNUSED;
    }
    if (!flow->info.is_connected) {
        return CF_FLOW_WAIT_CONNECT;
    }
    bool owes = cf_sip_framer_is_partial(&flow->framer) || (flow->credit == 0 && !flow->info.is_outgoing);
    return owes ? CF_FLOW_WAIT_MESSAGE : flow->info.is_trusted ? CF_FLOW_WAIT_IDLE_TRUSTED : CF_FLOW_WAIT_IDLE;
}

void cf_flow_touch(struct cf_flow_table *table, struct cf_flow *flow, cf_usec now) {
    enum cf_flow_wait wait = wait_of(flow);
    if (wait != flow->wait_for || (wait != CF_FLOW_WAIT_CONNECT && wait != CF_FLOW_WAIT_MESSAGE)) {
        cf_flow_restart(table, flow, now);
    }
}

void cf_flow_restart(struct cf_flow_table *table, struct cf_flow *flow, cf_usec now) {
    enum cf_flow_wait wait = wait_of(flow);
    cf_list_remove(&flow->wait);
    flow->wait_for = (uint8_t)wait;
    flow->since = now;
    if (wait != CF_FLOW_WAIT_NOTHING) {
        cf_list_append(&table->waits[wait], &flow->wait);
    }
}

void cf_flow_attach(struct cf_flow_table *table, struct cf_flow *flow, struct cf_link *transaction) {
    cf_list_append(&flow->transactions, transaction);
    if (flow->transaction_count++ == 0 && is_udp(flow)) {
        cf_flow_touch(table, flow, flow->since);
    }
}

void cf_flow_detach(struct cf_flow_table *table, struct cf_flow *flow, struct cf_link *transaction, cf_usec now) {
    cf_assert(flow->transaction_count > 0);
    cf_list_remove(transaction);
    if (--flow->transaction_count == 0 && is_udp(flow) && !flow->is_gone) {
        cf_flow_touch(table, flow, now);
    }
}

/* The oldest UDP flow that nobody uses. */
static struct cf_flow *evictable(const struct cf_flow_table *table) {
    struct cf_link *link = cf_list_first(&table->waits[CF_FLOW_WAIT_UNUSED]);
    if (link == NULL) {
        link = cf_list_first(&table->waits[CF_FLOW_WAIT_UNUSED_TRUSTED]);
    }
    return link != NULL ? CF_OF(link, struct cf_flow, wait) : NULL;
}

static struct cf_str address_key(const struct cf_addr *addr) {
    return cf_str_n((const char *)addr, offsetof(struct cf_addr, port));
}

/* Count one more connection from @p remote; *ret NULL if it need not be counted. */
static enum cf_err count_address(struct cf_flow_table *table, const struct cf_addr *remote, struct cf_address_count **ret) {
    struct cf_map_node *node = cf_map_get(&table->addresses, address_key(remote));
    struct cf_address_count *address = node != NULL ? CF_OF(node, struct cf_address_count, node) : NULL;
    if (address == NULL) {
        address = cf_mem_alloc(table->mem, sizeof *address);
        if (address == NULL) {
            return CF_ERR_NO_MEMORY;
        }
        address->addr = *remote;
        enum cf_err err = cf_map_add(&table->addresses, &address->node, address_key(&address->addr));
        if (err != CF_OK) {
            cf_mem_free(table->mem, address, sizeof *address);
            return err;
        }
    }
    if (address->count >= table->per_address_limit) {
        return CF_ERR_LIMIT;
    }
    address->count++;
    *ret = address;
    return CF_OK;
}

static void uncount_address(struct cf_flow_table *table, struct cf_address_count *address) {
    if (address != NULL && --address->count == 0) {
        cf_map_remove(&table->addresses, &address->node);
        cf_mem_free(table->mem, address, sizeof *address);
    }
}

/* Name and key of a flow whose fields are set. */
static enum cf_err enter(struct cf_flow_table *table, struct cf_flow *flow, const struct cf_flow_new *wanted) {
    uint8_t buffer[KEY_MAX];
    struct cf_writer key;
    cf_writer_init(&key, buffer, sizeof buffer);
    put_key(&key, wanted);
    bool has_key = is_udp(flow) || flow->info.is_outgoing;
    if (!cf_writer_ok(&key)) {
        return CF_ERR_LIMIT;
    }
    if (wanted->host.len > 0 && !cf_mem_dup_str(table->mem, wanted->host, &flow->host)) {
        return CF_ERR_NO_MEMORY;
    }
    if (has_key && !cf_mem_dup_str(table->mem, cf_writer_str(&key), &flow->key)) {
        return CF_ERR_NO_MEMORY;
    }
    flow->id.h = cf_handle_add(&table->handles, flow);
    if (!cf_flow_id_is_set(flow->id)) {
        return CF_ERR_NO_MEMORY;
    }
    enum cf_err err = has_key ? cf_map_add(&table->by_key, &flow->node, flow->key) : CF_OK;
    if (err != CF_OK) {
        cf_handle_remove(&table->handles, flow->id.h);
    }
    return err;
}

static enum cf_err check_limits(struct cf_flow_table *table, const struct cf_flow_new *wanted, struct cf_flow **ret_evicted) {
    if (wanted->info.transport != CF_TRANSPORT_UDP) {
        return table->stream_count < table->stream_limit ? CF_OK : CF_ERR_LIMIT;
    }
    if (table->udp_count < table->udp_limit) {
        return CF_OK;
    }
    struct cf_flow *evicted = evictable(table);
    if (evicted == NULL) {
        return CF_ERR_LIMIT;
    }
    cf_flow_remove(table, evicted);
    *ret_evicted = evicted;
    return CF_OK;
}

void cf_flow_free(struct cf_flow_table *table, struct cf_flow *flow) {
    cf_assert(flow->transaction_count == 0);
    cf_sip_framer_fini(&flow->framer);
    cf_mem_free_str(table->mem, &flow->key);
    cf_mem_free_str(table->mem, &flow->host);
    cf_mem_free(table->mem, flow, sizeof *flow);
}

enum cf_err cf_flow_add(struct cf_flow_table *table, const struct cf_flow_new *wanted, cf_usec now, struct cf_flow **ret,
                        struct cf_flow **ret_evicted) {
    struct cf_address_count *address = NULL;
    bool is_udp_flow = wanted->info.transport == CF_TRANSPORT_UDP;
    *ret_evicted = NULL;
    enum cf_err err = check_limits(table, wanted, ret_evicted);
    if (err == CF_OK && !is_udp_flow && !wanted->info.is_outgoing) {
        err = count_address(table, &wanted->info.remote, &address);
    }
    if (err != CF_OK) {
        return err;
    }
    struct cf_flow *flow = cf_mem_alloc(table->mem, sizeof *flow);
    if (flow == NULL) {
        uncount_address(table, address);
        return CF_ERR_NO_MEMORY;
    }
    flow->info = wanted->info;
    flow->shell_id = wanted->shell_id;
    flow->address = address;
    cf_list_init(&flow->transactions);
    cf_sip_framer_init(&flow->framer, table->mem, CF_SIP_MESSAGE_MAX);
    err = enter(table, flow, wanted);
    if (err != CF_OK) {
        uncount_address(table, address);
        cf_flow_free(table, flow);
        return err;
    }
    *(is_udp_flow ? &table->udp_count : &table->stream_count) += 1;
    cf_flow_touch(table, flow, now);
    *ret = flow;
    return CF_OK;
}

void cf_flow_remove(struct cf_flow_table *table, struct cf_flow *flow) {
    cf_assert(!flow->is_gone);
    flow->is_gone = true;
    cf_list_remove(&flow->wait);
    cf_list_remove(&flow->readable);
    if (flow->key.at != NULL) {
        cf_map_remove(&table->by_key, &flow->node);
    }
    cf_handle_remove(&table->handles, flow->id.h);
    uncount_address(table, flow->address);
    flow->address = NULL;
    *(is_udp(flow) ? &table->udp_count : &table->stream_count) -= 1;
}

cf_usec cf_flow_table_deadline(const struct cf_flow_table *table) {
    cf_usec first = CF_USEC_NEVER;
    for (size_t i = CF_FLOW_WAIT_CONNECT; i < CF_FLOW_WAIT_COUNT_; i++) {
        struct cf_link *link = cf_list_first(&table->waits[i]);
        if (link != NULL) {
            first = cf_usec_min(first, CF_OF(link, struct cf_flow, wait)->since + table->timeouts[i]);
        }
    }
    return first;
}

struct cf_flow *cf_flow_expired(const struct cf_flow_table *table, cf_usec now) {
    for (size_t i = CF_FLOW_WAIT_CONNECT; i < CF_FLOW_WAIT_COUNT_; i++) {
        struct cf_link *link = cf_list_first(&table->waits[i]);
        if (link != NULL && CF_OF(link, struct cf_flow, wait)->since + table->timeouts[i] <= now) {
            return CF_OF(link, struct cf_flow, wait);
        }
    }
    return NULL;
}

struct cf_flow *cf_flow_next(const struct cf_flow_table *table, size_t *cursor) {
    while (*cursor < table->handles.slots_used) {
        struct cf_flow *flow = cf_handle_at(&table->handles, (*cursor)++);
        if (flow != NULL) {
            return flow;
        }
    }
    return NULL;
}
