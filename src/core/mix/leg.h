/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One leg of a mixer: what it sends, how loud it is, and where it hears the others. Private to the mixer. */
#ifndef CF_CORE_MIX_LEG_H
#define CF_CORE_MIX_LEG_H

#include "core/mix/class.h"
#include "core/mix/mixer.h"
#include "core/mix/source.h"

/** Is the leg in the sum? */
enum cf_mix_heard {
    CF_MIX_UNHEARD,
    CF_MIX_ENTERING, /**< from this tick on, faded in */
    CF_MIX_HEARD,
    CF_MIX_LEAVING, /**< for the last time in this tick, faded out */
};

/** A leg. */
struct cf_mix_leg {
    struct cf_handle self;
    struct cf_mix_leg_config config;
    struct cf_mix_source *source; /**< owned; NULL: it has not sent yet */
    struct cf_mix_class *class;   /**< the mixer's; NULL: it never gets anything */
    struct cf_mix_listener listener;
    struct cf_mix_stream *own; /**< the class's; NULL: it hears the common stream, or nothing */
    struct cf_link sounding;   /**< in cf_mixer.sounding */
    struct cf_player *player;  /**< the caller's: what it alone is told; NULL: it can't be told anything */
    struct cf_link prompted;   /**< in cf_mixer.prompted */
    float ducked;              /**< 1 - gain of the room while it is spoken to */
    struct cf_handle speaker;  /**< in cf_mixer.speaker */
    struct cf_level_judge judge;
    enum cf_mix_heard heard;
    uint8_t place;        /**< while it is heard: where those who can take it get it as it came; or CF_MIX_NO_PLACE */
    uint32_t heard_ticks; /**< for how long */
    size_t input;         /**< its contribution to the bus in this tick, or CF_MIX_NO_INPUT */
    uint32_t ssrc;        /**< of its last packet */
    bool has_ssrc;
    bool has_claims;  /**< its packets say how loud they are */
    uint8_t claimed;  /**< loudest believed claim since the last tick, or CF_LEVEL_UNKNOWN */
    uint8_t loudness; /**< dB above silence: rises at once, falls slowly */
};

/** May its sound be used? */
static inline bool cf_mix_leg_may_send(const struct cf_mix_leg *leg) {
    return leg->config.codec_in != NULL && leg->config.sends && !leg->config.muted;
}

/** Does it want sound? */
static inline bool cf_mix_leg_receives(const struct cf_mix_leg *leg) {
    return leg->class != NULL && leg->config.receives;
}

/** How loud it is now, as a level; silent if it may not send. */
static inline uint8_t cf_mix_leg_level(const struct cf_mix_leg *leg) {
    return (uint8_t)(cf_mix_leg_may_send(leg) ? CF_LEVEL_SILENT - leg->loudness : CF_LEVEL_SILENT);
}

/**
 * Give the leg the stream that suits it: its own while it is heard, the common one otherwise, none if it wants none. False: it
 * should have its own and there is none free; then nothing has changed.
 */
bool cf_mix_leg_route(struct cf_mix_leg *leg, bool own, const struct cf_mix_bus *bus);

/**
 * The first place for which the leg has no line: whoever is there it gets where it would hear itself. CF_MIX_NO_PLACE: it has no
 * place among those for which it has lines, or no stream of its own.
 */
uint8_t cf_mix_leg_place_instead(const struct cf_mix_leg *leg, const struct cf_mix_places *places);

/** A packet has claimed a level: CF_LEVEL_UNKNOWN if it has none. */
void cf_mix_leg_on_claim(struct cf_mix_leg *leg, uint8_t level, struct cf_speaker *speaker, cf_usec now);

/** Take over @p level (CF_LEVEL_UNKNOWN: silence) as that of this tick. */
void cf_mix_leg_set_level(struct cf_mix_leg *leg, uint8_t level);

#endif
