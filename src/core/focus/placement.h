/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which media worker a new member lives on. A room begins at its home and stays there while it is small: handing packets from
 * worker to worker costs something, too. From a size on its new members go where there is least to do; a worker that the room
 * does not have yet has to have clearly less. Policy: pure functions.
 */
#ifndef CF_CORE_FOCUS_PLACEMENT_H
#define CF_CORE_FOCUS_PLACEMENT_H

#include <stddef.h>
#include <stdint.h>

/** What is looked at. */
struct cf_placement {
    size_t worker_count;   /**< 0 is 1 */
    size_t home;           /**< of the room */
    uint16_t workers;      /**< that have the room, as bits */
    uint32_t members;      /**< of the room */
    uint32_t spread_from;  /**< members from which on the room is spread; 0: never */
    const uint32_t *loads; /**< members of all rooms, by worker */
};

/** The worker for one more member. */
size_t cf_placement_choose(const struct cf_placement *placement);

#endif
