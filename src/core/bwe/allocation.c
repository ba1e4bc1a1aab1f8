/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/bwe/allocation.h"

#include "base/bug.h"
#include <string.h>

static const char *const reasons[] = {
    [CF_TILE_WHOLE] = "whole",
    [CF_TILE_LIMITED] = "limited by the receiver's bandwidth",
    [CF_TILE_NO_BUDGET] = "paused: the receiver's bandwidth is too low",
    [CF_TILE_NO_SOURCE] = "paused: no source",
};

const char *cf_tile_reason_text(enum cf_tile_reason reason) {
    return reasons[reason];
}

/* The highest layer that is of use: the first that is as high as wanted, and its smoother brothers. */
static int highest_useful(const struct cf_tile *tile) {
    int last = (int)tile->layer_count - 1;
    for (int i = 0; i < last; i++) {
        bool next_is_higher = tile->layers[i + 1].height > tile->layers[i].height;
        if (tile->wanted_height != 0 && tile->layers[i].height >= tile->wanted_height && next_is_higher) {
            return i;
        }
    }
    return last;
}

static uint64_t rate_of(const struct cf_tile *tile, int layer) {
    return layer == CF_TILE_PAUSED ? 0 : tile->layers[layer].bitrate_bps;
}

/* What is chosen so far. */
struct choice {
    const struct cf_tile *tiles;
    size_t count;
    uint64_t budget;
    cf_usec now;
    struct cf_allocation *result;
    int highest[CF_ALLOCATION_TILES_MAX];
    bool is_done[CF_ALLOCATION_TILES_MAX]; /* can't be raised any more */
};

/* Budget for going to @p layer: all of it for what the tile has already, less for something better. */
static uint64_t budget_for(const struct choice *c, const struct cf_tile *tile, int layer) {
    bool is_better = layer > tile->present;
    if (!is_better || c->budget == UINT64_MAX) {
        return c->budget;
    }
    bool is_another_link = c->budget / CF_ALLOCATION_ANOTHER_LINK >= tile->memory.fell_budget_bps;
    cf_usec patience = is_another_link ? tile->memory.patience / CF_ALLOCATION_ANOTHER_LINK_SOONER : tile->memory.patience;
    bool is_hasty = c->now - tile->memory.fell_at < patience;
    return is_hasty ? 0 : c->budget / 100 * (100 - CF_ALLOCATION_HEADROOM_PERCENT);
}

/* One layer more for tile @p i. False: it stays as it is, for good. */
static bool raise(struct choice *c, size_t i) {
    const struct cf_tile *tile = &c->tiles[i];
    struct cf_tile_choice *chosen = &c->result->tiles[i];
    int next = chosen->layer + 1;
    if (c->is_done[i] || next > c->highest[i]) {
        return false;
    }
    uint64_t used = c->result->used_bps - rate_of(tile, chosen->layer);
    uint64_t rate = rate_of(tile, next);
    uint64_t budget = budget_for(c, tile, next);
    if (rate > budget || used > budget - rate) {
        c->is_done[i] = true;
        return false;
    }
    c->result->used_bps = used + rate;
    chosen->layer = next;
    return true;
}

/* All tiles of a kind in turn, one layer each, until none can be raised. */
static void raise_kind(struct choice *c, enum cf_tile_kind kind) {
    bool any = true;
    while (any) {
        any = false;
        for (size_t i = 0; i < c->count; i++) {
            if (c->tiles[i].kind == kind && c->result->tiles[i].layer != CF_TILE_PAUSED) {
                any |= raise(c, i);
            }
        }
    }
}

static enum cf_tile_reason reason_of(const struct choice *c, size_t i) {
    int layer = c->result->tiles[i].layer;
    if (c->tiles[i].layer_count == 0) {
        return CF_TILE_NO_SOURCE;
    }
    if (layer == CF_TILE_PAUSED) {
        return CF_TILE_NO_BUDGET;
    }
    return layer < c->highest[i] ? CF_TILE_LIMITED : CF_TILE_WHOLE;
}

void cf_allocation_choose(const struct cf_tile *tiles, size_t count, uint64_t budget_bps, cf_usec now,
                          struct cf_allocation *ret) {
    struct choice c = {.tiles = tiles, .count = count, .budget = budget_bps, .now = now, .result = ret};
    cf_assert(count <= CF_ALLOCATION_TILES_MAX);
    ret->used_bps = ret->wanted_bps = 0;
    for (size_t i = 0; i < count; i++) {
        c.highest[i] = highest_useful(&tiles[i]);
        ret->tiles[i].layer = CF_TILE_PAUSED;
        ret->wanted_bps += rate_of(&tiles[i], c.highest[i]);
    }
    for (enum cf_tile_kind kind = 0; kind < CF_TILE_KINDS; kind++) {
        for (size_t i = 0; i < count; i++) {
            if (tiles[i].kind == kind) {
                (void)raise(&c, i);
            }
        }
    }
    for (enum cf_tile_kind kind = 0; kind < CF_TILE_KINDS; kind++) {
        raise_kind(&c, kind);
    }
    for (size_t i = 0; i < count; i++) {
        ret->tiles[i].reason = reason_of(&c, i);
    }
}

void cf_allocation_note(struct cf_tile *tile, struct cf_tile_choice choice, uint64_t budget_bps, cf_usec now) {
    if (choice.layer > tile->present) {
        tile->memory.raised_at = now;
    } else if (choice.layer < tile->present) {
        bool soon = tile->memory.patience > 0 && now - tile->memory.raised_at < CF_ALLOCATION_STEADY;
        tile->memory.patience =
            soon ? cf_usec_min(2 * tile->memory.patience, CF_ALLOCATION_PATIENCE_MAX) : CF_ALLOCATION_PATIENCE;
        tile->memory.fell_at = now;
        tile->memory.fell_budget_bps = budget_bps;
    }
    tile->present = choice.layer;
}

/* --- the order of layers --- */

/* Does @p a come before @p b on the way up? */
static bool is_below(enum cf_tile_kind kind, const struct cf_tile_layer *a, const struct cf_tile_layer *b) {
    if (kind == CF_TILE_SCREEN && a->temporal != b->temporal) {
        return a->temporal < b->temporal;
    }
    return a->bitrate_bps < b->bitrate_bps;
}

/* So many temporal layers of a picture left out: it stutters. */
#define CHOPPY 2

/* Does it stutter, although more of a coarser picture can be had that does not cost less? */
static bool is_choppy(const struct cf_tile_layer *layers, size_t count, const struct cf_tile_layer *layer) {
    bool is_poor = false;
    bool has_smoother = false;
    for (size_t i = 0; i < count; i++) {
        const struct cf_tile_layer *other = &layers[i];
        bool is_same = other->encoding == layer->encoding && other->spatial == layer->spatial;
        is_poor = is_poor || (is_same && other->bitrate_bps > 0 && other->temporal >= layer->temporal + CHOPPY);
        has_smoother = has_smoother || (other->height < layer->height && other->bitrate_bps >= layer->bitrate_bps);
    }
    return is_poor && has_smoother;
}

static size_t leave_out_choppy(struct cf_tile_layer *layers, size_t count) {
    struct cf_tile_layer all[CF_ALLOCATION_LAYERS_MAX];
    size_t left = 0;
    cf_assert(count <= CF_ALLOCATION_LAYERS_MAX);
    memcpy(all, layers, count * sizeof *layers);
    for (size_t i = 0; i < count; i++) {
        if (!is_choppy(all, count, &all[i])) {
            layers[left++] = all[i];
        }
    }
    return left;
}

size_t cf_allocation_order(enum cf_tile_kind kind, struct cf_tile_layer *layers, size_t layer_count) {
    size_t count = kind == CF_TILE_SCREEN ? layer_count : leave_out_choppy(layers, layer_count);
    for (size_t i = 1; i < count; i++) {
        struct cf_tile_layer layer = layers[i];
        size_t k = i;
        for (; k > 0 && is_below(kind, &layer, &layers[k - 1]); k--) {
            layers[k] = layers[k - 1];
        }
        layers[k] = layer;
    }
    size_t left = 0;
    for (size_t i = 0; i < count; i++) {
        bool costs_more = left == 0 || layers[i].bitrate_bps > layers[left - 1].bitrate_bps;
        bool is_worse = left > 0 && layers[i].height < layers[left - 1].height;
        if (layers[i].bitrate_bps > 0 && costs_more && !is_worse) {
            layers[left++] = layers[i];
        }
    }
    return left;
}
