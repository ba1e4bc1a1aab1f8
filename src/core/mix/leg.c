/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A leg's loudness, and which stream it hears. */
#include "core/mix/leg.h"

/* All of a listener who says nothing: the rest is made when he speaks. */
_Static_assert(sizeof(struct cf_mix_leg) <= 256, "four cache lines");

/* Loudness falls by that much a tick: 50 dB a second, so that pauses between words don't count. */
#define RELEASE_DB 1

bool cf_mix_leg_route(struct cf_mix_leg *leg, bool own, const struct cf_mix_bus *bus) {
    bool receives = cf_mix_leg_receives(leg);
    if (receives && own && leg->own == NULL) {
        leg->own = cf_mix_class_open_own(leg->class, leg->config.user, cf_mix_class_heard(leg->class, bus),
                                         cf_mix_class_limiter(leg->class, bus));
        if (leg->own == NULL) {
            return false;
        }
    }
    if ((!receives || !own) && leg->own != NULL) {
        cf_mix_stream_close(leg->own);
        leg->own = NULL;
    }
    bool listens = receives && leg->own == NULL;
    if (listens && leg->listener.index == 0) {
        cf_mix_class_listen(leg->class, &leg->listener);
    } else if (!listens && leg->listener.index != 0) {
        cf_mix_class_unlisten(leg->class, &leg->listener);
    }
    return true;
}

uint8_t cf_mix_leg_place_instead(const struct cf_mix_leg *leg, const struct cf_mix_places *places) {
    uint8_t count = 0;
    if (leg->own == NULL || leg->class->places == 0) {
        return CF_MIX_NO_PLACE;
    }
    for (uint8_t lines = leg->class->places; lines != 0; lines >>= 1) {
        count++;
    }
    uint8_t own = cf_mix_places_of(places, count, leg->config.user);
    bool has_line = cf_mix_place_is_in(own, leg->class->places);
    return has_line && count < CF_MIX_PLACES_MAX ? count : CF_MIX_NO_PLACE;
}

void cf_mix_leg_on_claim(struct cf_mix_leg *leg, uint8_t level, struct cf_speaker *speaker, cf_usec now) {
    leg->has_claims = level <= CF_LEVEL_SILENT;
    if (!leg->has_claims) {
        return;
    }
    uint8_t believed = cf_level_judge_believe(&leg->judge, level, now);
    leg->claimed = believed < leg->claimed ? believed : leg->claimed;
    cf_speaker_on_level(speaker, leg->speaker, believed, now);
}

void cf_mix_leg_set_level(struct cf_mix_leg *leg, uint8_t level) {
    uint8_t loudness = (uint8_t)(level <= CF_LEVEL_SILENT ? CF_LEVEL_SILENT - level : 0);
    uint8_t falling = (uint8_t)(leg->loudness > RELEASE_DB ? leg->loudness - RELEASE_DB : 0);
    leg->loudness = loudness > falling ? loudness : falling;
}
