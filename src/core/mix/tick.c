/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One tick: levels, choice of speakers, sum, streams. docs/algorithms/mixing.md says what and why. */
#include "core/mix/tick.h"

#include "base/bug.h"
#include "core/mix/playing.h"

/* As loud as that makes a leg a candidate; when it is as quiet as that it has nothing to say. Decibels above silence. */
#define ENTER_LOUDNESS (CF_LEVEL_SILENT - 62)
#define LEAVE_LOUDNESS (CF_LEVEL_SILENT - 68)

/* To take the place of another a leg must be louder by that much, and the other must have had its place for a while. */
#define REPLACE_DB 6
#define HEARD_TICKS_MIN 15

/* Whoever is passed on to everybody is decoded for so long, that often: else he could claim what he likes. */
#define JUDGE_TICKS 50
#define JUDGE_EVERY_TICKS 500

/* A leg keeps its own stream for a second after it was heard. */
#define OWN_IDLE_TICKS 50

/* ------------------------------------------------------- who is heard ------------------------------------------------------ */

/* Whom @leg hears as he comes where it would hear itself; NULL: nobody. */
static const struct cf_mix_leg *heard_instead_of(const struct cf_mixer *mixer, const struct cf_mix_leg *leg) {
    uint8_t place = cf_mix_leg_place_instead(leg, &mixer->places);
    for (size_t i = 0; i < mixer->heard_count && place != CF_MIX_NO_PLACE; i++) {
        const struct cf_mix_leg *other = mixer->heard[i];
        if (other->place == place && (leg->class->place_kinds & other->config.kind_in) != 0) {
            return other;
        }
    }
    return NULL;
}

/* Legs that were last heard a while ago go back to the common stream, between two frames. */
static void return_to_common(struct cf_mixer *mixer) {
    CF_LIST_EACH (&mixer->sounding, link, following) {
        struct cf_mix_leg *leg = CF_OF(link, struct cf_mix_leg, sounding);
        if (leg->own == NULL || leg->heard != CF_MIX_UNHEARD) {
            continue;
        }
        if (cf_link_is_in(&leg->prompted) || heard_instead_of(mixer, leg) != NULL) {
            leg->own->idle_ticks = 0;
            continue;
        }
        if (++leg->own->idle_ticks > OWN_IDLE_TICKS && cf_mix_class_is_at_boundary(leg->class)) {
            (void)cf_mix_leg_route(leg, false, &mixer->bus);
        }
    }
}

static bool has_sound(const struct cf_mix_leg *leg) {
    return leg->source != NULL && !cf_mix_source_is_idle(leg->source);
}

static void fill(struct cf_mixer *mixer, struct cf_mix_leg *leg, bool is_heard, cf_usec now) {
    struct cf_mix_source *source = leg->source;
    uint64_t decodes = source->decodes;
    uint64_t errors = source->decode_errors;
    cf_mix_source_fill(source, is_heard, now);
    mixer->stats.decodes += source->decodes - decodes;
    mixer->stats.decode_errors += source->decode_errors - errors;
    if (source->level <= CF_LEVEL_SILENT && source->level_claimed <= CF_LEVEL_SILENT) {
        cf_level_judge_on_frame(&leg->judge, source->level_claimed, source->level, now);
    }
}

/* How loud everybody is: as claimed, or by decoding the sound of those that don't say. */
static void update_levels(struct cf_mixer *mixer, cf_usec now) {
    CF_LIST_EACH (&mixer->sounding, link, following) {
        struct cf_mix_leg *leg = CF_OF(link, struct cf_mix_leg, sounding);
        uint8_t level = leg->claimed;
        leg->claimed = CF_LEVEL_UNKNOWN;
        if (!leg->has_claims && cf_mix_leg_may_send(leg) && has_sound(leg)) {
            fill(mixer, leg, true, now);
            level = leg->source->level;
            cf_speaker_on_level(&mixer->speaker, leg->speaker, level, now);
        }
        cf_mix_leg_set_level(leg, cf_mix_leg_may_send(leg) ? level : CF_LEVEL_UNKNOWN);
    }
}

/* @leg is heard for the last time in this tick, and has no place any more. */
static void let_go(struct cf_mixer *mixer, struct cf_mix_leg *leg) {
    leg->heard = CF_MIX_LEAVING;
    cf_mix_places_leave(&mixer->places, leg->place, leg->config.user, mixer->tick);
}

/* Those that have fallen silent, or may not be heard any more, are so for the last time. */
static void retire(struct cf_mixer *mixer) {
    for (size_t i = 0; i < mixer->heard_count; i++) {
        struct cf_mix_leg *leg = mixer->heard[i];
        leg->heard_ticks++;
        if (leg->loudness < LEAVE_LOUDNESS || !cf_mix_leg_may_send(leg)) {
            let_go(mixer, leg);
        }
    }
}

/* The loudest legs that are not heard, loudest first, at most @p max of them. */
static size_t find_candidates(const struct cf_mixer *mixer, struct cf_mix_leg **candidates, size_t max) {
    size_t count = 0;
    if (max == 0) {
        return 0;
    }
    CF_LIST_EACH (&mixer->sounding, link, following) {
        struct cf_mix_leg *leg = CF_OF(link, struct cf_mix_leg, sounding);
        bool has_place = leg->heard != CF_MIX_UNHEARD;
        if (has_place || leg->source == NULL || leg->loudness < ENTER_LOUDNESS || !cf_mix_leg_may_send(leg)) {
            continue;
        }
        if (count == max && leg->loudness <= candidates[max - 1]->loudness) {
            continue;
        }
        size_t at = count < max ? count++ : max - 1;
        for (; at > 0 && candidates[at - 1]->loudness < leg->loudness; at--) {
            candidates[at] = candidates[at - 1];
        }
        candidates[at] = leg;
    }
    return count;
}

static bool enter(struct cf_mixer *mixer, struct cf_mix_leg *leg) {
    if (mixer->heard_count == CF_MIX_BUS_INPUTS || !cf_mix_leg_route(leg, true, &mixer->bus)) {
        mixer->stats.speakers_refused++;
        return false;
    }
    leg->heard = CF_MIX_ENTERING;
    leg->heard_ticks = 0;
    mixer->heard[mixer->heard_count++] = leg;
    return true;
}

/* A place is of use if somebody takes what the leg sends. */
static void seat(struct cf_mixer *mixer, struct cf_mix_leg *leg) {
    bool is_taken = (leg->config.kind_in & mixer->place_kinds) != 0;
    leg->place = is_taken ? cf_mix_places_take(&mixer->places, leg->config.user) : CF_MIX_NO_PLACE;
}

/* The quietest of those that stay; NULL if there are fewer than may be heard. */
static struct cf_mix_leg *weakest_of_full(const struct cf_mixer *mixer) {
    struct cf_mix_leg *weakest = NULL;
    size_t staying = 0;
    for (size_t i = 0; i < mixer->heard_count; i++) {
        struct cf_mix_leg *leg = mixer->heard[i];
        if (leg->heard != CF_MIX_LEAVING) {
            staying++;
            weakest = weakest == NULL || leg->loudness < weakest->loudness ? leg : weakest;
        }
    }
    return staying < mixer->config.speaker_limit ? NULL : weakest;
}

static void admit(struct cf_mixer *mixer) {
    struct cf_mix_leg *candidates[CF_MIX_SPEAKERS_MAX];
    size_t count = find_candidates(mixer, candidates, mixer->config.speaker_limit);
    for (size_t i = 0; i < count; i++) {
        struct cf_mix_leg *weakest = weakest_of_full(mixer);
        if (weakest == NULL) {
            if (enter(mixer, candidates[i])) {
                seat(mixer, candidates[i]);
            }
            continue;
        }
        bool replaces = candidates[i]->loudness >= weakest->loudness + REPLACE_DB && weakest->heard_ticks >= HEARD_TICKS_MIN;
        if (replaces && enter(mixer, candidates[i])) {
            let_go(mixer, weakest);
            seat(mixer, candidates[i]);
        }
        /* One change of this kind a tick: whoever is left is not louder. */
        return;
    }
}

/* --------------------------------------------------------- the sum -------------------------------------------------------- */

static enum cf_mix_fade fade_of(const struct cf_mix_leg *leg) {
    switch (leg->heard) {
    case CF_MIX_ENTERING:
        return CF_MIX_FADE_IN;
    case CF_MIX_LEAVING:
        return CF_MIX_FADE_OUT;
    case CF_MIX_UNHEARD:
    case CF_MIX_HEARD:
        break;
    }
    return CF_MIX_FADE_NONE;
}

/* Do those in @class get @leg as it comes? */
static bool is_left_out(const struct cf_mix_class *class, const struct cf_mix_leg *leg) {
    return cf_mix_place_is_in(leg->place, class->places) && (class->place_kinds & leg->config.kind_in) != 0;
}

/* Claims are compared with what was decoded: a second at first, and again and again. */
static bool is_judged(const struct cf_mix_leg *leg) {
    return leg->heard_ticks % JUDGE_EVERY_TICKS < JUDGE_TICKS;
}

/* Is @leg, which is heard, in anybody's mix? If all get it as it comes it need not be decoded. */
static bool is_mixed(const struct cf_mixer *mixer, const struct cf_mix_leg *leg) {
    bool is_mixed = false;
    for (size_t i = 0; i < CF_MIX_CLASSES_MAX && !is_mixed; i++) {
        is_mixed = mixer->classes[i] != NULL && !is_left_out(mixer->classes[i], leg);
    }
    return is_mixed;
}

/* Every leg has a tick of sound now, those that are mixed a real one. */
static void fill_all(struct cf_mixer *mixer, cf_usec now) {
    CF_LIST_EACH (&mixer->sounding, link, following) {
        struct cf_mix_leg *leg = CF_OF(link, struct cf_mix_leg, sounding);
        bool is_heard = leg->heard != CF_MIX_UNHEARD;
        if (leg->source != NULL && leg->source->held < CF_MIX_TICK_SAMPLES && (is_heard || has_sound(leg))) {
            fill(mixer, leg, is_heard && (is_judged(leg) || is_mixed(mixer, leg)), now);
        }
    }
}

static void sum_up(struct cf_mixer *mixer) {
    cf_mix_bus_clear(&mixer->bus);
    for (size_t i = 0; i < mixer->heard_count; i++) {
        struct cf_mix_leg *leg = mixer->heard[i];
        leg->input = cf_mix_bus_add(&mixer->bus, leg->source->pcm, fade_of(leg));
    }
    cf_mixer_add_announcement(mixer);
    mixer->stats.ticks_limited += cf_mix_bus_finish(&mixer->bus);
}

/* What those in @class get as it came is no part of their mix. */
static void make_part(const struct cf_mixer *mixer, struct cf_mix_class *class) {
    class->left_out = 0;
    if (class->part == NULL) {
        return;
    }
    for (size_t i = 0; i < mixer->heard_count; i++) {
        const struct cf_mix_leg *leg = mixer->heard[i];
        class->left_out |= is_left_out(class, leg) ? cf_mix_input_bit(leg->input) : 0;
    }
    cf_mix_bus_without(&mixer->bus, class->left_out, &class->part_limiter, class->part);
}

static void push_streams(struct cf_mixer *mixer) {
    int16_t rest[CF_MIX_TICK_SAMPLES];
    for (size_t i = 0; i < CF_MIX_CLASSES_MAX; i++) {
        struct cf_mix_class *class = mixer->classes[i];
        if (class != NULL) {
            make_part(mixer, class);
            cf_mix_class_push(class, cf_mix_class_heard(class, &mixer->bus), mixer->tick);
        }
    }
    CF_LIST_EACH (&mixer->sounding, link, following) {
        struct cf_mix_leg *leg = CF_OF(link, struct cf_mix_leg, sounding);
        if (leg->own != NULL) {
            const struct cf_mix_leg *instead = heard_instead_of(mixer, leg);
            uint32_t out = leg->class->left_out | cf_mix_input_bit(leg->input);
            out |= instead == NULL ? 0 : cf_mix_input_bit(instead->input);
            cf_mix_bus_without(&mixer->bus, out, &leg->own->limiter, rest);
            if (cf_link_is_in(&leg->prompted)) {
                cf_mix_leg_overlay(leg, rest);
            }
            cf_mix_class_push_own(leg->class, leg->own, rest);
        }
    }
}

/* ---------------------------------------------------- after the tick ------------------------------------------------------- */

static void leave(struct cf_mixer *mixer, size_t index) {
    struct cf_mix_leg *leg = mixer->heard[index];
    leg->heard = CF_MIX_UNHEARD;
    leg->input = CF_MIX_NO_INPUT;
    cf_mix_places_leave(&mixer->places, leg->place, leg->config.user, mixer->tick);
    leg->place = CF_MIX_NO_PLACE;
    if (leg->own != NULL) {
        leg->own->idle_ticks = 0;
    }
    if (!cf_mix_leg_may_send(leg)) {
        cf_mix_source_flush(leg->source);
    }
    mixer->heard[index] = mixer->heard[--mixer->heard_count];
}

static void settle_heard(struct cf_mixer *mixer) {
    for (size_t i = mixer->heard_count; i-- > 0;) {
        if (mixer->heard[i]->heard == CF_MIX_LEAVING) {
            leave(mixer, i);
        } else {
            mixer->heard[i]->heard = CF_MIX_HEARD;
        }
    }
}

static void consume_all(struct cf_mixer *mixer) {
    CF_LIST_EACH (&mixer->sounding, link, following) {
        struct cf_mix_leg *leg = CF_OF(link, struct cf_mix_leg, sounding);
        if (leg->source != NULL && leg->source->held >= CF_MIX_TICK_SAMPLES) {
            cf_mix_source_consume(leg->source);
        }
        if (leg->heard == CF_MIX_UNHEARD && leg->own == NULL && leg->loudness == 0 && !has_sound(leg)) {
            cf_list_remove(&leg->sounding);
        }
    }
}

/* There are as many places as anybody has lines. New ones are for those who are heard already, too; one that is left is for
 * whoever begins to speak: in the middle of a sentence nobody moves. */
static void count_places(struct cf_mixer *mixer) {
    uint8_t all = 0;
    uint8_t before = mixer->places.count;
    mixer->place_kinds = 0;
    for (size_t i = 0; i < CF_MIX_CLASSES_MAX; i++) {
        all |= mixer->classes[i] == NULL ? 0 : mixer->classes[i]->places;
        mixer->place_kinds |= mixer->classes[i] == NULL ? 0 : mixer->classes[i]->place_kinds;
    }
    mixer->places.count = 0;
    for (; all != 0; all >>= 1) {
        mixer->places.count++;
    }
    for (size_t i = 0; i < mixer->heard_count && mixer->places.count > before; i++) {
        if (mixer->heard[i]->place == CF_MIX_NO_PLACE) {
            seat(mixer, mixer->heard[i]);
        }
    }
}

void cf_mixer_tick(struct cf_mixer *mixer, cf_usec now) {
    return_to_common(mixer);
    count_places(mixer);
    cf_mixer_open_prompted(mixer);
    update_levels(mixer, now);
    retire(mixer);
    admit(mixer);
    fill_all(mixer, now);
    sum_up(mixer);
    push_streams(mixer);
    consume_all(mixer);
    settle_heard(mixer);
}

void cf_mixer_silence(struct cf_mixer *mixer, struct cf_mix_leg *leg) {
    for (size_t i = 0; i < mixer->heard_count; i++) {
        if (mixer->heard[i] == leg) {
            leave(mixer, i);
            return;
        }
    }
}
