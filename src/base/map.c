/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Intrusive hash map. */
#include "base/map.h"

#include "base/hash.h"

#define BUCKETS_FIRST 16

void cf_map_init(struct cf_map *map, const struct cf_mem *mem, uint64_t seed) {
    *map = (struct cf_map){.mem = mem, .seed = seed};
}

void cf_map_fini(struct cf_map *map) {
    cf_mem_free(map->mem, map->buckets, map->bucket_count * sizeof(*map->buckets));
    map->buckets = NULL;
    map->bucket_count = 0;
    map->count = 0;
}

static struct cf_map_node **bucket_of(const struct cf_map *map, uint64_t hash) {
    return &map->buckets[hash & (map->bucket_count - 1)];
}

static bool grow(struct cf_map *map) {
    size_t grown = map->bucket_count == 0 ? BUCKETS_FIRST : map->bucket_count * 2;
    struct cf_map bigger = *map;
    bigger.buckets = cf_mem_alloc(map->mem, grown * sizeof(*bigger.buckets));
    if (bigger.buckets == NULL) {
        return false;
    }
    bigger.bucket_count = grown;
    for (size_t i = 0; i < map->bucket_count; i++) {
        while (map->buckets[i] != NULL) {
            struct cf_map_node *node = map->buckets[i];
            map->buckets[i] = node->next;
            struct cf_map_node **bucket = bucket_of(&bigger, node->hash);
            node->next = *bucket;
            *bucket = node;
        }
    }
    cf_mem_free(map->mem, map->buckets, map->bucket_count * sizeof(*map->buckets));
    *map = bigger;
    return true;
}

static struct cf_map_node *find(const struct cf_map *map, uint64_t hash, struct cf_str key) {
    if (map->bucket_count == 0) {
        return NULL;
    }
    for (struct cf_map_node *node = *bucket_of(map, hash); node != NULL; node = node->next) {
        if (node->hash == hash && cf_str_eq(node->key, key)) {
            return node;
        }
    }
    return NULL;
}

enum cf_err cf_map_add(struct cf_map *map, struct cf_map_node *node, struct cf_str key) {
    uint64_t hash = cf_hash(map->seed, key);
    if (find(map, hash, key) != NULL) {
        return CF_ERR_EXISTS;
    }
    if (map->count >= map->bucket_count && !grow(map)) {
        return CF_ERR_NO_MEMORY;
    }
    struct cf_map_node **bucket = bucket_of(map, hash);
    *node = (struct cf_map_node){.next = *bucket, .key = key, .hash = hash};
    *bucket = node;
    map->count++;
    return CF_OK;
}

struct cf_map_node *cf_map_get(const struct cf_map *map, struct cf_str key) {
    return find(map, cf_hash(map->seed, key), key);
}

void cf_map_remove(struct cf_map *map, struct cf_map_node *node) {
    struct cf_map_node **at = bucket_of(map, node->hash);
    while (*at != node) {
        cf_assert(*at != NULL);
        at = &(*at)->next;
    }
    *at = node->next;
    node->next = NULL;
    map->count--;
}

static struct cf_map_node *first_from(const struct cf_map *map, size_t bucket) {
    for (size_t i = bucket; i < map->bucket_count; i++) {
        if (map->buckets[i] != NULL) {
            return map->buckets[i];
        }
    }
    return NULL;
}

struct cf_map_node *cf_map_first(const struct cf_map *map) {
    return first_from(map, 0);
}

struct cf_map_node *cf_map_next(const struct cf_map *map, const struct cf_map_node *node) {
    return node->next != NULL ? node->next : first_from(map, (size_t)(node->hash & (map->bucket_count - 1)) + 1);
}
