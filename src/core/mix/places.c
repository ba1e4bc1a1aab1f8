/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/mix/places.h"

/* Is @p a better than @p b for somebody who has had neither? */
static bool is_freer(const struct cf_mix_place *a, const struct cf_mix_place *b) {
    if (a->stay == 0 || b->stay == 0) {
        return a->stay == 0 && b->stay != 0;
    }
    return a->left_at < b->left_at;
}

uint8_t cf_mix_places_take(struct cf_mix_places *places, uint32_t user) {
    struct cf_mix_place *best = NULL;
    for (size_t i = 0; i < places->count; i++) {
        struct cf_mix_place *place = &places->at[i];
        if (place->is_taken) {
            continue;
        }
        if (place->stay != 0 && place->user == user) {
            best = place;
            break;
        }
        best = best == NULL || is_freer(place, best) ? place : best;
    }
    if (best == NULL) {
        return CF_MIX_NO_PLACE;
    }
    places->stays = places->stays == UINT32_MAX ? 1 : places->stays + 1;
    best->user = user;
    best->stay = places->stays;
    best->is_taken = true;
    return (uint8_t)(best - places->at);
}

void cf_mix_places_leave(struct cf_mix_places *places, uint8_t place, uint32_t user, uint64_t tick) {
    if (cf_mix_places_has(places, place, user)) {
        places->at[place].is_taken = false;
        places->at[place].left_at = tick;
    }
}
