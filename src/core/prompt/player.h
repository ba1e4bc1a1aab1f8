/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What one caller, or everybody in a room, is told: a short queue of phrases that come out as sound, a tick of the mixer at a
 * time. A machine without clock: ticks are its time. Nothing is allocated, sounds are read where they are.
 *
 * A phrase that is in the queue already is not said twice. A key ends what may be ended (cf_player_hush()): what is being said
 * fades within 10 ms, what waits is dropped. An endless phrase ends when another one is said. When the queue is full a new phrase
 * is refused and counted.
 */
#ifndef CF_CORE_PROMPT_PLAYER_H
#define CF_CORE_PROMPT_PLAYER_H

#include "base/err.h"
#include "core/prompt/phrase.h"

/** Samples of a tick: 20 ms. */
#define CF_PLAYER_TICK (CF_PROMPT_RATE_HZ / 50U)

/** Phrases that wait, the one being said included. */
#define CF_PLAYER_QUEUE_MAX 4U

/** Tags of phrases that are over and were not taken; older ones are forgotten. */
#define CF_PLAYER_PLAYED_MAX 8U

/** A phrase is over. */
struct cf_played {
    uint16_t tag;
    bool is_whole; /**< it was said to its end; else a key or another phrase ended it */
};

/** A player. Zeroed but for .sounds: nothing to say. */
struct cf_player {
    const struct cf_sounds *sounds; /**< borrowed; NULL: it can't say anything */
    struct cf_phrase queue[CF_PLAYER_QUEUE_MAX];
    uint8_t count;  /**< of .queue */
    uint8_t part;   /**< of queue[0], being said */
    bool is_ending; /**< queue[0] fades out in the next tick */
    size_t at;      /**< samples of the part that were said */
    uint32_t pause; /**< ticks of silence that are left after queue[0]'s parts */
    struct cf_played played[CF_PLAYER_PLAYED_MAX];
    uint8_t played_count;
    uint32_t refused; /**< phrases for which there was no room */
};

/** Nothing to say yet, by @p sounds (kept by reference; NULL: never anything). */
void cf_player_init(struct cf_player *player, const struct cf_sounds *sounds);

/** Say @p phrase when what waits was said. CF_ERR_LIMIT (counted), CF_ERR_UNSUPPORTED (no sounds), CF_ERR_MALFORMED (no such
 * prompt). */
enum cf_err cf_player_say(struct cf_player *player, const struct cf_phrase *phrase);

/** A key was pressed: end what is not firm. */
void cf_player_hush(struct cf_player *player);

/** Is there something to say, or being said? */
bool cf_player_is_busy(const struct cf_player *player);

/** The next tick, CF_PLAYER_TICK samples at @p pcm (silence in pauses). False: there is nothing to say; @p pcm is untouched. */
bool cf_player_read(struct cf_player *player, int16_t *pcm);

/** The oldest phrase with a tag that is over. False: none. */
bool cf_player_take_played(struct cf_player *player, struct cf_played *ret);

#endif
