/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Prompts in a mixer: to one leg over what it hears of the room, which is turned down meanwhile, or to all as one more voice in
 * the sum. A leg that is spoken to has a stream of its own; when too many are at a time, the others' prompts wait. Private to the
 * mixer.
 */
#ifndef CF_CORE_MIX_PLAYING_H
#define CF_CORE_MIX_PLAYING_H

#include "core/mix/leg.h"
#include "core/mix/mixer.h"

/** Legs of @p class that are told something. */
size_t cf_mixer_prompted_count(const struct cf_mixer *mixer, const struct cf_mix_class *class);

/** Memory for the legs of @p class, and for streams of their own for those that speak or are told something. False: it is out. In
 * classes.c. */
bool cf_mixer_reserve(const struct cf_mixer *mixer, struct cf_mix_class *class);

/** A tick begins: those that are spoken to get streams. */
void cf_mixer_open_prompted(struct cf_mixer *mixer);

/** The sum is complete but for what everybody is told. */
void cf_mixer_add_announcement(struct cf_mixer *mixer);

/** @p pcm, a tick of what @p leg hears, with what it alone is told. */
void cf_mix_leg_overlay(struct cf_mix_leg *leg, int16_t *pcm);

/** Something that was said to a leg is over. False: nothing (more) is. */
bool cf_mixer_poll_played(struct cf_mixer *mixer, struct cf_mix_output *ret_output);

/** Is anybody told anything, now or in the next ticks? */
bool cf_mixer_is_playing(const struct cf_mixer *mixer);

#endif
