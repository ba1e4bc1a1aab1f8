/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rates and losses of each call over the last minutes, for the sparklines of the administrator's page: a sample every
 * CF_LEG_HISTORY_USEC, the CF_LEG_HISTORY_COUNT last ones. Memory is about 1 kB a call. Costs nothing between samples. On the
 * loop's thread.
 */
#ifndef CF_SERVER_LEG_HISTORY_H
#define CF_SERVER_LEG_HISTORY_H

#include "base/map.h"
#include "core/node/node.h"

#define CF_LEG_HISTORY_USEC CF_SEC(5)
#define CF_LEG_HISTORY_COUNT 60U

/** One sample: all streams of a call. */
struct cf_leg_sample {
    uint32_t in_bps;
    uint32_t out_bps;
    uint16_t lost_in_permille; /**< of the worst stream */
    uint16_t lost_out_permille;
};

/** Samples of all calls. */
struct cf_leg_histories {
    struct cf_map by_leg;
    cf_usec next;     /**< sample */
    uint64_t round;   /**< number of the latest sample */
};

/** None yet. */
void cf_leg_histories_init(struct cf_leg_histories *histories, uint64_t seed);

/** Free everything. */
void cf_leg_histories_fini(struct cf_leg_histories *histories);

/** Take a sample if it is time for one; when the next one is due. */
cf_usec cf_leg_histories_on_turn(struct cf_leg_histories *histories, struct cf_node *node, cf_usec now);

/** Copy the samples of @p leg, oldest first; their number, 0 if there are none. @p out has CF_LEG_HISTORY_COUNT. */
size_t cf_leg_history(const struct cf_leg_histories *histories, struct cf_handle leg, struct cf_leg_sample *out);

#endif
