/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Intrusive hash map from octet strings to objects. The object embeds a cf_map_node and keeps the key alive and unchanged while
 * it is in the map. Chained; grows by doubling (amortised); SipHash-like keyed mixing is seeded at init so that peers can't
 * choose collisions.
 */
#ifndef CF_BASE_MAP_H
#define CF_BASE_MAP_H

#include "base/err.h"
#include "base/list.h"
#include "base/mem.h"

/** Membership of an object in one map. */
struct cf_map_node {
    struct cf_map_node *next; /**< chain */
    struct cf_str key;        /**< view; the object keeps it alive */
    uint64_t hash;            /**< of key */
};

/** A map. */
struct cf_map {
    const struct cf_mem *mem;     /**< for the table */
    struct cf_map_node **buckets; /**< bucket_count of them, owned */
    size_t bucket_count;          /**< a power of two, or 0 */
    size_t count;                 /**< objects in the map */
    uint64_t seed;                /**< of the hash */
};

/** An empty map; @p mem is kept by reference. @p seed should come from entropy. */
void cf_map_init(struct cf_map *map, const struct cf_mem *mem, uint64_t seed);

/** Free the table. The objects are the caller's business. */
void cf_map_fini(struct cf_map *map);

/** Add @p node under @p key. CF_ERR_EXISTS if the key is taken, CF_ERR_NO_MEMORY. */
CF_MUST_USE enum cf_err cf_map_add(struct cf_map *map, struct cf_map_node *node, struct cf_str key);

/** The node under @p key, or NULL. */
struct cf_map_node *cf_map_get(const struct cf_map *map, struct cf_str key);

/** Take out @p node, which must be in @p map. */
void cf_map_remove(struct cf_map *map, struct cf_map_node *node);

/** Any node, or NULL if the map is empty (to empty a map); then the one after @p node in table order, or NULL. */
struct cf_map_node *cf_map_first(const struct cf_map *map);
struct cf_map_node *cf_map_next(const struct cf_map *map, const struct cf_map_node *node);

#endif
