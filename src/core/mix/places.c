/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/mix/places.h"

/* Is @p a better than @p b for somebody who has had neither? */
static bool is_freer(const struct cf_mix_place *a, const struct cf_mix_place *b) {
    if (a->stay == 0 || b->stay == 0) {
        return a->stay == 0 && b->stay != 0;
    }
    return a->left_at < b->left_at;
}

/* The place behind all others, if it is free. */
static struct cf_mix_place *find_spare(struct cf_mix_places *places) {
    bool is_there = places->count > 0 && places->count < CF_MIX_PLACES_MAX && !places->at[places->count].is_taken;
    return is_there ? &places->at[places->count] : NULL;
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
    best = best == NULL ? find_spare(places) : best;
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

void cf_mix_places_forget(struct cf_mix_places *places, uint32_t user) {
    for (size_t i = 0; i < CF_MIX_PLACES_MAX; i++) {
        if (places->at[i].user == user) {
            places->at[i] = (struct cf_mix_place){.stay = 0};
        }
    }
}

uint8_t cf_mix_places_of(const struct cf_mix_places *places, uint8_t count, uint32_t user) {
    for (uint8_t i = 0; i < count; i++) {
        if (places->at[i].stay != 0 && places->at[i].user == user) {
            return i;
        }
    }
    return CF_MIX_NO_PLACE;
}
