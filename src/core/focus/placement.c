/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/focus/placement.h"

#include <stdbool.h>

/* A room comes to another worker if that has less to do than the one it would go to else, by this share and that many. */
#define LESS_PERCENT 75U
#define LESS_MEMBERS 2U

/* The least loaded worker of @p workers; the home first where several are. */
static size_t least_of(const struct cf_placement *placement, uint16_t workers) {
    size_t least = placement->home;
    bool any = (workers >> least & 1U) != 0;
    for (size_t i = 0; i < placement->worker_count; i++) {
        bool is_less = !any || placement->loads[i] < placement->loads[least];
        if ((workers >> i & 1U) != 0 && is_less) {
            least = i;
            any = true;
        }
    }
    return least;
}

size_t cf_placement_choose(const struct cf_placement *placement) {
    bool is_small = placement->spread_from == 0 || placement->members + 1 < placement->spread_from;
    if (placement->worker_count < 2 || is_small) {
        return placement->home;
    }
    size_t known = least_of(placement, (uint16_t)(placement->workers | 1U << placement->home));
    size_t best = least_of(placement, (uint16_t)((1U << placement->worker_count) - 1));
    uint64_t load = placement->loads[known];
    uint64_t less = placement->loads[best];
    return less + LESS_MEMBERS <= load && less * 100U <= load * LESS_PERCENT ? best : known;
}
