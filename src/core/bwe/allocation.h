/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which encoding and layer of each tile does a receiver get, so that all fit its link? A pure function of what the tiles are,
 * what layers there are, the budget, and what was chosen before (docs/algorithms/allocation.md):
 *
 * - nothing above the budget is ever chosen;
 * - first everybody gets the lowest layer, the important ones first; whoever does not fit is paused, with a reason;
 * - then tiles are raised, the important ones to what their size asks for first, equal ones in turn;
 * - a layer above the present one needs head room, and patience after a fall: no flapping.
 */
#ifndef CF_CORE_BWE_ALLOCATION_H
#define CF_CORE_BWE_ALLOCATION_H

#include "base/usec.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Most tiles of a receiver and layers of a tile. */
#define CF_ALLOCATION_TILES_MAX 64U
#define CF_ALLOCATION_LAYERS_MAX 16U

/** A layer above the present one must leave so much of the budget free. */
#define CF_ALLOCATION_HEADROOM_PERCENT 10U

/** A tile that fell is not raised sooner than this; twice as long each time it fell soon after it was raised. */
#define CF_ALLOCATION_PATIENCE CF_SEC(2)
#define CF_ALLOCATION_PATIENCE_MAX CF_SEC(32)

/** ... but so many times sooner if the budget is so many times what it was when it fell: then the link has become another one. */
#define CF_ALLOCATION_ANOTHER_LINK 2U
#define CF_ALLOCATION_ANOTHER_LINK_SOONER 2

/** A layer that was kept for so long did not fall soon. */
#define CF_ALLOCATION_STEADY CF_SEC(10)

/** What a tile is to its viewer; the more important first. */
enum cf_tile_kind {
    CF_TILE_SCREEN,    /**< shared screen: text that is to be read */
    CF_TILE_SPEAKER,   /**< seen large: the active speaker, or pinned */
    CF_TILE_GRID,      /**< one of many of equal size */
    CF_TILE_THUMBNAIL, /**< small */
    CF_TILE_KINDS,
};

/** A layer: what is sent if it is chosen. */
struct cf_tile_layer {
    uint64_t bitrate_bps; /**< all that is sent then, lower layers included; 0: nothing is known or comes, it can't be chosen */
    uint16_t height;      /**< of the picture, 0: not known */
    uint8_t encoding;     /**< the caller's number of the stream */
    uint8_t spatial;
    uint8_t temporal;
};

/** No layer: paused. */
#define CF_TILE_PAUSED (-1)

/** What is remembered of a tile from one allocation to the next. Zeroed: it never fell. */
struct cf_tile_memory {
    cf_usec fell_at;          /**< when a lower layer than before was chosen */
    cf_usec raised_at;        /**< when a higher one was */
    cf_usec patience;         /**< no higher one before .fell_at + this; 0: it never fell */
    uint64_t fell_budget_bps; /**< the budget then */
};

/** A tile. */
struct cf_tile {
    enum cf_tile_kind kind;
    uint16_t wanted_height;                                /**< a higher picture is of no use; 0: any */
    size_t layer_count;                                    /**< of .layers; 0: nothing is sent */
    struct cf_tile_layer layers[CF_ALLOCATION_LAYERS_MAX]; /**< lowest first; see cf_allocation_order() */
    int present;                                           /**< layer that was chosen before, or CF_TILE_PAUSED */
    struct cf_tile_memory memory;                          /**< of choices before, kept by the caller */
};

/** Why a tile has what it has. */
enum cf_tile_reason {
    CF_TILE_WHOLE,     /**< all that it wants */
    CF_TILE_LIMITED,   /**< a lower layer than it could have: the budget, or head room for the next one */
    CF_TILE_NO_BUDGET, /**< paused: not even the lowest layer fits */
    CF_TILE_NO_SOURCE, /**< paused: there is nothing to be shown */
};

/** What a tile gets. */
struct cf_tile_choice {
    int layer; /**< index, or CF_TILE_PAUSED */
    enum cf_tile_reason reason;
};

/** What all get. */
struct cf_allocation {
    struct cf_tile_choice tiles[CF_ALLOCATION_TILES_MAX];
    uint64_t used_bps;   /**< never more than the budget */
    uint64_t wanted_bps; /**< what would be used if everything fitted */
};

/** English text of a reason. */
const char *cf_tile_reason_text(enum cf_tile_reason reason);

/**
 * Choose for @p count tiles (at most CF_ALLOCATION_TILES_MAX), within @p budget_bps (UINT64_MAX: no limit). Tiles are not
 * changed: what was chosen goes into .present and .memory by cf_allocation_note().
 */
void cf_allocation_choose(const struct cf_tile *tiles, size_t count, uint64_t budget_bps, cf_usec now, struct cf_allocation *ret);

/** Remember @p choice in @p tile, made with @p budget_bps. */
void cf_allocation_note(struct cf_tile *tile, struct cf_tile_choice choice, uint64_t budget_bps, cf_usec now);

/**
 * Put layers into the order in which a tile of @p kind is raised: a camera gets smoother first and then sharper, a screen sharper
 * first. Layers that cost as much as a better one, or nothing, are left out, and so are few frames of a fine picture where all of
 * a coarser one can be had for a little more. At most CF_ALLOCATION_LAYERS_MAX. Returns how many are left.
 */
size_t cf_allocation_order(enum cf_tile_kind kind, struct cf_tile_layer *layers, size_t layer_count);

#endif
