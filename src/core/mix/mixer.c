/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sound of a room: its legs, packets in, frames out. What happens in a tick is in tick.c. */
#include "core/mix/mixer.h"

#include "base/bug.h"
#include "core/mix/classes.h"
#include "core/mix/leg.h"
#include "core/mix/playing.h"
#include "core/mix/tick.h"
#include <string.h>

#define LEG_LIMIT 1024
#define SPEAKER_LIMIT 4
#define LEVELS_INTERVAL CF_MSEC(250)

/* A caller that comes later than that has slept; what was missed is left out. */
#define LATE_MAX_USEC CF_MSEC(200)

void cf_mixer_init(struct cf_mixer *mixer, const struct cf_mem *mem, const struct cf_mixer_config *config, cf_usec now) {
    memset(mixer, 0, sizeof(*mixer));
    cf_assert(config->resampler != NULL && config->speaker_limit <= CF_MIX_SPEAKERS_MAX);
    mixer->mem = mem;
    mixer->config = *config;
    if (mixer->config.leg_limit == 0) {
        mixer->config.leg_limit = LEG_LIMIT;
    }
    if (mixer->config.speaker_limit == 0) {
        mixer->config.speaker_limit = SPEAKER_LIMIT;
    }
    if (mixer->config.levels_interval_usec == 0) {
        mixer->config.levels_interval_usec = LEVELS_INTERVAL;
    }
    cf_handle_table_init(&mixer->legs, mem, mixer->config.leg_limit);
    cf_list_init(&mixer->sounding);
    cf_list_init(&mixer->prompted);
    cf_player_init(&mixer->announcer, config->sounds);
    cf_speaker_init(&mixer->speaker, mem, &(struct cf_speaker_config){.member_limit = mixer->config.leg_limit});
    mixer->next_tick = now;
    mixer->tick = (uint64_t)now / CF_MIX_TICK_USEC; /* rooms count alike */
    mixer->next_levels = mixer->config.levels_interval_usec == CF_USEC_NEVER ? CF_USEC_NEVER : now;
    mixer->poll_class = CF_MIX_CLASSES_MAX;
}

/* ----------------------------------------------------------- legs --------------------------------------------------------- */

static void drop_source(struct cf_mixer *mixer, struct cf_mix_leg *leg) {
    mixer->source_count -= leg->source != NULL;
    cf_mix_source_destroy(leg->source);
    leg->source = NULL;
}

static void leg_destroy(struct cf_mixer *mixer, struct cf_mix_leg *leg) {
    cf_mixer_silence(mixer, leg);
    cf_mix_places_forget(&mixer->places, leg->config.user);
    cf_list_remove(&leg->sounding);
    cf_list_remove(&leg->prompted);
    leg->config.receives = false;
    (void)cf_mix_leg_route(leg, false, &mixer->bus);
    cf_mixer_leave_class(mixer, leg->class);
    drop_source(mixer, leg);
    cf_speaker_remove(&mixer->speaker, leg->speaker);
    cf_handle_remove(&mixer->legs, leg->self);
    cf_mem_free(mixer->mem, leg, sizeof(*leg));
}

void cf_mixer_fini(struct cf_mixer *mixer) {
    for (size_t i = 0; i < mixer->legs.slots_used; i++) {
        struct cf_mix_leg *leg = cf_handle_at(&mixer->legs, i);
        if (leg != NULL) {
            leg_destroy(mixer, leg);
        }
    }
    cf_handle_table_fini(&mixer->legs);
    cf_speaker_fini(&mixer->speaker);
}

/* Direction, mute and names: can't fail. */
static void apply_direction(struct cf_mixer *mixer, struct cf_mix_leg *leg, const struct cf_mix_leg_config *config) {
    leg->config = *config;
    leg->listener.user = config->user;
    cf_speaker_set_eligible(&mixer->speaker, leg->speaker, cf_mix_leg_may_send(leg));
    if (!cf_mix_leg_may_send(leg) && leg->heard == CF_MIX_UNHEARD && leg->source != NULL) {
        cf_mix_source_flush(leg->source);
    }
    bool wants_own = leg->heard != CF_MIX_UNHEARD || cf_link_is_in(&leg->prompted);
    if (!cf_mix_leg_route(leg, wants_own, &mixer->bus)) {
        /* Heard, and nowhere to hear the others without itself: others come first. */
        cf_mixer_silence(mixer, leg);
        (void)cf_mix_leg_route(leg, false, &mixer->bus);
    }
}

enum cf_err cf_mixer_add_leg(struct cf_mixer *mixer, const struct cf_mix_leg_config *config, struct cf_handle *ret_leg) {
    if (mixer->legs.count >= mixer->config.leg_limit) {
        return CF_ERR_LIMIT;
    }
    struct cf_mix_leg *leg = cf_mem_alloc(mixer->mem, sizeof(*leg));
    if (leg == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    *leg = (struct cf_mix_leg){.input = CF_MIX_NO_INPUT, .claimed = CF_LEVEL_UNKNOWN, .place = CF_MIX_NO_PLACE};
    leg->self = cf_handle_add(&mixer->legs, leg);
    enum cf_err err =
        cf_handle_is_set(leg->self) ? cf_speaker_add(&mixer->speaker, config->user, &leg->speaker) : CF_ERR_NO_MEMORY;
    if (err == CF_OK) {
        err = cf_mixer_join_class(mixer, config, &leg->class);
    }
    if (err != CF_OK) {
        leg_destroy(mixer, leg);
        return err;
    }
    apply_direction(mixer, leg, config);
    *ret_leg = leg->self;
    return CF_OK;
}

void cf_mixer_remove_leg(struct cf_mixer *mixer, struct cf_handle handle) {
    struct cf_mix_leg *leg = cf_handle_get(&mixer->legs, handle);
    if (leg != NULL) {
        leg_destroy(mixer, leg);
    }
}

static void forget_source(struct cf_mixer *mixer, struct cf_mix_leg *leg) {
    cf_mixer_silence(mixer, leg);
    drop_source(mixer, leg);
    leg->has_claims = false;
}

static void replace_class(struct cf_mixer *mixer, struct cf_mix_leg *leg, struct cf_mix_class *class) {
    leg->config.receives = false;
    (void)cf_mix_leg_route(leg, false, &mixer->bus);
    cf_mixer_leave_class(mixer, leg->class);
    leg->class = class;
}

enum cf_err cf_mixer_set_leg(struct cf_mixer *mixer, struct cf_handle handle, const struct cf_mix_leg_config *config) {
    struct cf_mix_leg *leg = cf_handle_get(&mixer->legs, handle);
    struct cf_mix_class *class = NULL;
    if (leg == NULL) {
        return CF_ERR_NOT_FOUND;
    }
    bool new_source = config->codec_in != leg->config.codec_in;
    bool new_class = !cf_mixer_is_same_class(config, &leg->config);
    enum cf_err err = new_class ? cf_mixer_join_class(mixer, config, &class) : CF_OK;
    if (err != CF_OK) {
        return err;
    }
    if (new_source) {
        forget_source(mixer, leg); /* the next packet makes another */
    }
    if (new_class) {
        replace_class(mixer, leg, class);
    }
    struct cf_mix_leg_config renamed = *config;
    renamed.user = leg->config.user;
    apply_direction(mixer, leg, &renamed);
    return CF_OK;
}

/* The first packet of a leg: jitter buffer and decoder, and a stream of its own for when it is heard. Without the latter it is
 * heard only while others let it have theirs. */
static bool make_source(struct cf_mixer *mixer, struct cf_mix_leg *leg) {
    leg->source = cf_mix_source_create(mixer->mem, leg->config.codec_in, mixer->config.resampler, &mixer->config.jitter);
    if (leg->source == NULL) {
        mixer->stats.packets_no_memory++;
        return false;
    }
    mixer->source_count++;
    if (leg->class != NULL) {
        (void)cf_mixer_reserve(mixer, leg->class);
    }
    return true;
}

void cf_mixer_on_packet(struct cf_mixer *mixer, struct cf_handle handle, const struct cf_mix_packet *packet, cf_usec now) {
    struct cf_mix_leg *leg = cf_handle_get(&mixer->legs, handle);
    if (leg == NULL) {
        return;
    }
    mixer->stats.packets++;
    leg->ssrc = packet->ssrc;
    leg->has_ssrc = true;
    if (!cf_mix_leg_may_send(leg)) {
        mixer->stats.packets_unheard++;
        return;
    }
    if (leg->source == NULL && !make_source(mixer, leg)) {
        return;
    }
    if (!cf_mix_source_put(leg->source, packet, now)) {
        mixer->stats.packets_invalid++;
        return;
    }
    if (!packet->comfort_noise && !packet->telephone_event && !packet->is_copy) {
        cf_mix_leg_on_claim(leg, packet->level, &mixer->speaker, now);
    }
    if (!cf_link_is_in(&leg->sounding)) {
        cf_mixer_wake(mixer, now);
        cf_list_append(&mixer->sounding, &leg->sounding);
    }
}

bool cf_mixer_lacks(const struct cf_mixer *mixer, struct cf_handle handle, uint32_t ssrc, uint16_t seq) {
    const struct cf_mix_leg *leg = cf_handle_get(&mixer->legs, handle);
    return leg != NULL && leg->source != NULL && cf_jitter_lacks(&leg->source->jitter, ssrc, seq);
}

/* ----------------------------------------------------- ticks and output -------------------------------------------------- */

void cf_mixer_follow(struct cf_mixer *mixer, const struct cf_mixer *other) {
    mixer->tick = other->tick;
    mixer->next_tick = other->next_tick;
    mixer->resting = other->resting;
    mixer->stats.ticks_rested += other->resting; /* waking takes them back */
    mixer->next_levels = mixer->next_levels == CF_USEC_NEVER ? CF_USEC_NEVER : other->next_tick;
}

/* Some of the ticks that were left out are made after all: those that are still to come. */
void cf_mixer_wake(struct cf_mixer *mixer, cf_usec now) {
    if (mixer->resting == 0 || mixer->next_tick - now < CF_MIX_TICK_USEC) {
        return;
    }
    cf_usec early = (mixer->next_tick - now) / CF_MIX_TICK_USEC;
    uint32_t back = early < mixer->resting ? (uint32_t)early : mixer->resting;
    mixer->next_tick -= back * CF_MIX_TICK_USEC;
    mixer->tick -= back;
    mixer->resting -= back;
    mixer->stats.ticks_rested -= back;
}

/* Nobody is heard and nothing is to be sent: the next ticks are left out, the time line goes on. */
static void rest(struct cf_mixer *mixer) {
    uint32_t left = mixer->config.rest_after_ticks > 0 ? CF_MIX_REST_REFRESH_TICKS : 0;
    if (!cf_list_is_empty(&mixer->sounding) || cf_speaker_deadline(&mixer->speaker) != CF_USEC_NEVER || mixer->resting > 0 ||
        cf_mixer_is_playing(mixer)) {
        return;
    }
    for (size_t i = 0; i < CF_MIX_CLASSES_MAX && left > 0; i++) {
        if (mixer->classes[i] != NULL) {
            uint32_t of_class = cf_mix_class_rest_left(mixer->classes[i], mixer->tick);
            left = of_class < left ? of_class : left;
        }
    }
    mixer->next_tick += left * CF_MIX_TICK_USEC;
    mixer->tick += left;
    mixer->resting = left;
    mixer->stats.ticks_rested += left;
}

cf_usec cf_mixer_deadline(const struct cf_mixer *mixer) {
    return mixer->next_tick;
}

static void leave_out(struct cf_mixer *mixer, cf_usec ticks) {
    mixer->next_tick += ticks * CF_MIX_TICK_USEC;
    mixer->tick += (uint64_t)ticks;
    for (size_t i = 0; i < CF_MIX_CLASSES_MAX; i++) {
        if (mixer->classes[i] != NULL) {
            cf_mix_class_on_gap(mixer->classes[i]);
        }
    }
}

void cf_mixer_resume(struct cf_mixer *mixer, cf_usec now) {
    if (now - mixer->next_tick >= CF_MIX_TICK_USEC) {
        leave_out(mixer, (now - mixer->next_tick) / CF_MIX_TICK_USEC);
    }
}

/* The time line of listeners goes on with the clock: what was missed is a gap, not a delay. */
static void skip_missed(struct cf_mixer *mixer, cf_usec now) {
    if (now - mixer->next_tick <= LATE_MAX_USEC) {
        return;
    }
    cf_usec missed = (now - mixer->next_tick) / CF_MIX_TICK_USEC;
    mixer->stats.ticks_skipped += (uint64_t)missed;
    leave_out(mixer, missed);
}

void cf_mixer_on_deadline(struct cf_mixer *mixer, cf_usec now) {
    if (now < mixer->next_tick) {
        return;
    }
    skip_missed(mixer, now);
    mixer->resting = 0;
    /* The nominal time: a caller that is a little late now and then is no jitter of the network. */
    cf_usec nominal = mixer->next_tick;
    cf_speaker_on_deadline(&mixer->speaker, nominal);
    cf_mixer_tick(mixer, nominal);
    if (nominal >= mixer->next_levels) {
        mixer->levels_due = true;
        mixer->next_levels = nominal - (nominal - mixer->next_levels) % mixer->config.levels_interval_usec;
        mixer->next_levels += mixer->config.levels_interval_usec;
    }
    mixer->stats.ticks++;
    mixer->tick++;
    mixer->next_tick += CF_MIX_TICK_USEC;
    mixer->poll_class = 0;
}

static void add_level(struct cf_mixer *mixer, size_t *count, const struct cf_mix_leg *leg) {
    if (leg->has_ssrc && *count < CF_MIX_LEVELS_MAX) {
        mixer->levels[(*count)++] = (struct cf_mix_level){.user = leg->config.user,
                                                          .ssrc = leg->ssrc,
                                                          .level = cf_mix_leg_level(leg),
                                                          .is_heard = leg->heard != CF_MIX_UNHEARD,
                                                          .place = leg->place,
                                                          .kind = leg->config.kind_in};
    }
}

/* Those that are heard, loudest first, then as many of the others as there is room for, each in its turn. */
static size_t collect_levels(struct cf_mixer *mixer) {
    size_t count = 0;
    for (size_t i = 0; i < mixer->heard_count; i++) {
        add_level(mixer, &count, mixer->heard[i]);
        for (size_t at = count; at-- > 1 && mixer->levels[at - 1].level > mixer->levels[at].level;) {
            struct cf_mix_level louder = mixer->levels[at];
            mixer->levels[at] = mixer->levels[at - 1];
            mixer->levels[at - 1] = louder;
        }
    }
    size_t slots = mixer->legs.slots_used;
    for (size_t i = 0; i < slots && count < CF_MIX_LEVELS_MAX; i++) {
        const struct cf_mix_leg *leg = cf_handle_at(&mixer->legs, mixer->levels_turn++ % slots);
        if (leg != NULL && leg->heard == CF_MIX_UNHEARD) {
            add_level(mixer, &count, leg);
        }
    }
    return count;
}

static bool poll_levels(struct cf_mixer *mixer, struct cf_mix_output *ret_output) {
    if (!mixer->levels_due) {
        return false;
    }
    mixer->levels_due = false;
    ret_output->kind = CF_MIX_LEVELS;
    ret_output->levels = mixer->levels;
    ret_output->level_count = collect_levels(mixer);
    return ret_output->level_count > 0;
}

static bool poll_class(struct cf_mixer *mixer, struct cf_mix_class *class, struct cf_mix_output *ret_output) {
    struct cf_mix_class_frame frame;
    while (cf_mix_class_poll(class, mixer->payload, &frame)) {
        mixer->stats.encodes_own += frame.own;
        mixer->stats.encodes_common += !frame.own;
        if (frame.payload_len == 0) {
            mixer->stats.frames_dtx++;
            continue;
        }
        ret_output->kind = CF_MIX_FRAME;
        ret_output->frame = (struct cf_mix_frame){
            .codec = class->codec,
            .payload = {mixer->payload, frame.payload_len},
            .timestamp = frame.timestamp,
            .ticks = cf_audio_frame_ticks(class->codec, &class->params),
            .marker = frame.marker,
            .own = frame.own,
            .users = frame.users,
            .user_count = frame.user_count,
        };
        return true;
    }
    return false;
}

bool cf_mixer_poll(struct cf_mixer *mixer, struct cf_mix_output *ret_output) {
    if (cf_speaker_poll(&mixer->speaker, &ret_output->speaker)) {
        ret_output->kind = CF_MIX_SPEAKER;
        return true;
    }
    if (poll_levels(mixer, ret_output) || cf_mixer_poll_played(mixer, ret_output)) {
        return true;
    }
    for (; mixer->poll_class < CF_MIX_CLASSES_MAX; mixer->poll_class++) {
        struct cf_mix_class *class = mixer->classes[mixer->poll_class];
        if (class != NULL && poll_class(mixer, class, ret_output)) {
            return true;
        }
    }
    rest(mixer);
    return false;
}

bool cf_mixer_seat(const struct cf_mixer *mixer, struct cf_handle handle, struct cf_mix_seat *ret_seat) {
    const struct cf_mix_leg *leg = cf_handle_get(&mixer->legs, handle);
    if (leg == NULL || leg->place == CF_MIX_NO_PLACE || !cf_mix_leg_may_send(leg) ||
        !cf_mix_places_has(&mixer->places, leg->place, leg->config.user)) {
        return false;
    }
    *ret_seat =
        (struct cf_mix_seat){.place = leg->place, .stay = mixer->places.at[leg->place].stay, .level = cf_mix_leg_level(leg)};
    return true;
}

bool cf_mixer_gets_instead(const struct cf_mixer *mixer, struct cf_handle handle, uint8_t place, uint32_t kind,
                           uint8_t *ret_own) {
    const struct cf_mix_leg *leg = cf_handle_get(&mixer->legs, handle);
    if (leg == NULL || cf_mix_leg_place_instead(leg, &mixer->places) != place || (leg->class->place_kinds & kind) == 0) {
        return false;
    }
    *ret_own = cf_mix_places_of(&mixer->places, place, leg->config.user);
    return true;
}

bool cf_mixer_is_unheard(const struct cf_mixer *mixer, struct cf_handle handle) {
    const struct cf_mix_leg *leg = cf_handle_get(&mixer->legs, handle);
    return leg != NULL && leg->heard == CF_MIX_UNHEARD && cf_mix_leg_may_send(leg);
}

uint8_t cf_mixer_measured_level(const struct cf_mixer *mixer, struct cf_handle handle) {
    const struct cf_mix_leg *leg = cf_handle_get(&mixer->legs, handle);
    return leg == NULL || leg->source == NULL ? CF_LEVEL_UNKNOWN : leg->source->level;
}

const struct cf_mixer_stats *cf_mixer_stats(const struct cf_mixer *mixer) {
    return &mixer->stats;
}

bool cf_mixer_leg_stats(const struct cf_mixer *mixer, struct cf_handle handle, struct cf_mix_leg_stats *ret_stats) {
    const struct cf_mix_leg *leg = cf_handle_get(&mixer->legs, handle);
    if (leg == NULL) {
        return false;
    }
    *ret_stats = (struct cf_mix_leg_stats){.level = cf_mix_leg_level(leg), .heard = leg->heard != CF_MIX_UNHEARD};
    if (leg->source != NULL) {
        ret_stats->jitter = *cf_jitter_stats(&leg->source->jitter);
        ret_stats->decode_errors = leg->source->decode_errors;
    }
    return true;
}
