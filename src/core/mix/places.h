/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Places of those who are heard: a line on which one talker at a time is passed on as he came belongs to a place, and a room has
 * as many places as its listeners have such lines. All listeners see the same member at the same place. A member that falls
 * silent comes back to where it was, unless another needed the place, so that a line changes its voice as seldom as can be.
 * Whoever begins when all places are taken gets the spare one behind them: nobody has a line for it, but those who have a place
 * themselves can hear him where they would hear themselves. Table; the rules are functions of it. docs/algorithms/passing-on.md.
 */
#ifndef CF_CORE_MIX_PLACES_H
#define CF_CORE_MIX_PLACES_H

#include "base/bug.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Most places. */
#define CF_MIX_PLACES_MAX 8

/** None of them. */
#define CF_MIX_NO_PLACE UINT8_MAX

/** A place. Zeroed: nobody has had it. */
struct cf_mix_place {
    uint32_t user;    /**< who has it, or had it last */
    uint32_t stay;    /**< number of his stay, of all that begin in the room; 0: nobody has had it */
    uint64_t left_at; /**< tick in which he left it */
    bool is_taken;
};

/** The places of a room. Zeroed: there are none. */
struct cf_mix_places {
    uint8_t count; /**< 0..CF_MIX_PLACES_MAX; the spare one is behind them; who has one that is not among them keeps it */
    uint32_t stays;
    struct cf_mix_place at[CF_MIX_PLACES_MAX];
};

/**
 * A place for @p user, who is heard from now on: the one that he had last, else one that nobody has had, else the one that was
 * left first, else the spare one. CF_MIX_NO_PLACE: all are taken, or there are none.
 */
uint8_t cf_mix_places_take(struct cf_mix_places *places, uint32_t user);

/** @p user is not heard any more since @p tick. Nothing happens unless @p place is his. */
void cf_mix_places_leave(struct cf_mix_places *places, uint8_t place, uint32_t user, uint64_t tick);

/** @p user is gone: what he had is nobody's. */
void cf_mix_places_forget(struct cf_mix_places *places, uint32_t user);

/** The place among the first @p count that @p user has, or had last and nobody since; CF_MIX_NO_PLACE: none. */
uint8_t cf_mix_places_of(const struct cf_mix_places *places, uint8_t count, uint32_t user);

/** Is @p place, which may be none, among @p places (bits)? */
static inline bool cf_mix_place_is_in(uint8_t place, uint8_t places) {
    return place < CF_MIX_PLACES_MAX && (places >> place & 1U) != 0;
}

/** Does @p user have @p place now? */
static inline bool cf_mix_places_has(const struct cf_mix_places *places, uint8_t place, uint32_t user) {
    return place < CF_MIX_PLACES_MAX && places->at[place].is_taken && places->at[place].user == user;
}

#endif
