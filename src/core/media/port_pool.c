/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/media/port_pool.h"

enum cf_err cf_port_pool_init(struct cf_port_pool *pool, const struct cf_mem *mem, uint16_t first, uint16_t last) {
    uint32_t even = first + (first & 1U);
    size_t count = even < last ? ((size_t)last - even + 1) / 2 : 0;
    if (count == 0 || even == 0) {
        return CF_ERR_CONFIG;
    }
    struct cf_port_pair *pairs = cf_mem_alloc(mem, count * sizeof *pairs);
    if (pairs == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    *pool = (struct cf_port_pool){.mem = mem, .pairs = pairs, .count = count, .first = (uint16_t)even};
    return CF_OK;
}

void cf_port_pool_fini(struct cf_port_pool *pool) {
    cf_mem_free(pool->mem, pool->pairs, pool->count * sizeof *pool->pairs);
    pool->pairs = NULL;
}

enum cf_err cf_port_pool_take(struct cf_port_pool *pool, cf_usec now, uint16_t *ret_port) {
    for (size_t i = 0; i < pool->count; i++) {
        size_t index = (pool->next + i) % pool->count;
        struct cf_port_pair *pair = &pool->pairs[index];
        if (!pair->taken && now >= pair->free_at) {
            pair->taken = true;
            pool->taken++;
            pool->next = (index + 1) % pool->count;
            *ret_port = (uint16_t)(pool->first + 2 * index);
            return CF_OK;
        }
    }
    return CF_ERR_NO_PORT;
}

void cf_port_pool_give(struct cf_port_pool *pool, uint16_t port, cf_usec now) {
    size_t index = (size_t)(port - pool->first) / 2;
    if (port < pool->first || (port & 1U) != 0 || index >= pool->count || !pool->pairs[index].taken) {
        return;
    }
    pool->pairs[index] = (struct cf_port_pair){.taken = false, .free_at = now + CF_PORT_QUARANTINE};
    pool->taken--;
}
