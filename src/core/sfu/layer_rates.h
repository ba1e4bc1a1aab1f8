/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How much each layer of a source costs: bit rates over the last half second, what lower layers need included. Small machine
 * without deadline, one a source; about 300 octets.
 */
#ifndef CF_SFU_LAYER_RATES_H
#define CF_SFU_LAYER_RATES_H

#include "core/sfu/video.h"

/** Layers that are told apart; higher ones count as the highest. */
#define CF_RATES_SPATIAL_MAX 4U
#define CF_RATES_TEMPORAL_MAX 4U

/** Time over which is measured. */
#define CF_RATES_WINDOW CF_MSEC(500)

/** The machine. Zeroed: nothing came. */
struct cf_layer_rates {
    cf_usec since;                                                /**< begin of the window */
    cf_usec last;                                                 /**< last packet */
    bool any;                                                     /**< something came */
    uint32_t octets[CF_RATES_SPATIAL_MAX][CF_RATES_TEMPORAL_MAX]; /**< in this window */
    uint32_t bps[CF_RATES_SPATIAL_MAX][CF_RATES_TEMPORAL_MAX];    /**< of each layer alone, smoothed */
};

/** A packet came; its payload and @p overhead octets count. */
void cf_layer_rates_on_packet(struct cf_layer_rates *rates, const struct cf_video_packet *packet, size_t overhead);

/**
 * Bits a second of layers up to @p spatial and @p temporal. 0: nothing is known, nothing came of late, or the layer itself is not
 * there.
 */
uint64_t cf_layer_rates_of(const struct cf_layer_rates *rates, unsigned spatial, unsigned temporal, cf_usec now);

/** Does anything come of spatial layers above @p spatial? */
bool cf_layer_rates_go_above(const struct cf_layer_rates *rates, unsigned spatial);

/** Bits a second of all layers; 0: nothing is known. */
uint64_t cf_layer_rates_total(const struct cf_layer_rates *rates, cf_usec now);

#endif
