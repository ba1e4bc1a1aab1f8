/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counting connections. */
#include "core/http/quota.h"

#define KEY_LEN 9 /* family and network */

struct address {
    struct cf_map_node node;
    char key[KEY_LEN];
    size_t count;
};

void cf_quota_init(struct cf_quota *quota, const struct cf_mem *mem, uint64_t seed, size_t max, size_t max_per_address) {
    *quota = (struct cf_quota){.mem = mem, .max = max, .max_per_address = max_per_address};
    cf_map_init(&quota->addresses, mem, seed);
}

static void forget(struct cf_quota *quota, struct address *address) {
    cf_map_remove(&quota->addresses, &address->node);
    cf_mem_free(quota->mem, address, sizeof *address);
}

void cf_quota_fini(struct cf_quota *quota) {
    for (struct cf_map_node *node = cf_map_first(&quota->addresses); node != NULL; node = cf_map_first(&quota->addresses)) {
        forget(quota, CF_OF(node, struct address, node));
    }
    cf_map_fini(&quota->addresses);
}

static struct cf_str make_key(const struct cf_addr *addr, char room[KEY_LEN]) {
    memset(room, 0, KEY_LEN);
    room[0] = (char)addr->family;
    memcpy(room + 1, addr->ip, addr->family == CF_FAMILY_IP6 ? 8 : 4);
    return cf_str_n(room, KEY_LEN);
}

static struct address *find(const struct cf_quota *quota, const struct cf_addr *addr) {
    char key[KEY_LEN];
    struct cf_map_node *node = cf_map_get(&quota->addresses, make_key(addr, key));
    return node == NULL ? NULL : CF_OF(node, struct address, node);
}

static struct address *add(struct cf_quota *quota, const struct cf_addr *addr) {
    struct address *address = cf_mem_alloc(quota->mem, sizeof *address);
    if (address == NULL) {
        return NULL;
    }
    address->count = 0;
    if (cf_map_add(&quota->addresses, &address->node, make_key(addr, address->key)) != CF_OK) {
        cf_mem_free(quota->mem, address, sizeof *address);
        return NULL;
    }
    return address;
}

bool cf_quota_take(struct cf_quota *quota, const struct cf_addr *addr, bool is_exempt) {
    struct address *address = find(quota, addr);
    bool has_all = address != NULL && address->count >= quota->max_per_address && !is_exempt;
    bool is_full = quota->count >= quota->max || has_all;
    if (!is_full && address == NULL) {
        address = add(quota, addr);
    }
    if (is_full || address == NULL) {
        quota->refused++;
        return false;
    }
    address->count++;
    quota->count++;
    return true;
}

void cf_quota_give(struct cf_quota *quota, const struct cf_addr *addr) {
    struct address *address = find(quota, addr);
    cf_assert(address != NULL && address->count > 0);
    quota->count--;
    address->count--;
    if (address->count == 0) {
        forget(quota, address);
    }
}
