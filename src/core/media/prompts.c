/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What legs are told: commands for players, and the lobby of a room, a mixer of its own in which nobody speaks but we. Those who
 * wait hear nothing of the room there, and the room nothing of them.
 */
#include "core/media/internal.h"

#include "core/media/engine.h"

/* Who waits hears a chime that often. */
#define CHIME_PAUSE_MSEC 8000

struct cf_mixer *cf_engine_lobby(struct cf_engine *engine, struct cf_engine_room *room) {
    if (room->lobby != NULL && cf_engine_lobby_is_empty(room)) {
        cf_mixer_follow(room->lobby, &room->mixer); /* it stood still since the last one left */
    }
    if (room->lobby != NULL || engine->config.sounds == NULL) {
        return room->lobby;
    }
    struct cf_mixer *lobby = cf_mem_alloc(engine->mem, sizeof *lobby);
    if (lobby == NULL) {
        return NULL;
    }
    const struct cf_mixer_config config = {.resampler = engine->config.resampler,
                                           .speaker_limit = 1,
                                           .levels_interval_usec = CF_USEC_NEVER,
                                           .rest_after_ticks = room->mixer.config.rest_after_ticks,
                                           .sounds = engine->config.sounds};
    cf_mixer_init(lobby, engine->mem, &config, engine->now);
    cf_mixer_follow(lobby, &room->mixer);
    struct cf_phrase chime = cf_phrase_of(0, CF_PROMPT_TONE_WAITING);
    chime.is_endless = true;
    chime.pause_msec = CHIME_PAUSE_MSEC;
    enum cf_err err = cf_mixer_say(lobby, &chime);
    cf_assert(err == CF_OK);
    room->lobby = lobby;
    return lobby;
}

void cf_engine_free_lobby(struct cf_engine *engine, struct cf_engine_room *room) {
    if (room->lobby != NULL) {
        cf_mixer_fini(room->lobby);
        cf_mem_free(engine->mem, room->lobby, sizeof *room->lobby);
        room->lobby = NULL;
    }
}

cf_usec cf_engine_mix_deadline(const struct cf_engine_room *room) {
    if (room->policy.no_audio) {
        return CF_USEC_NEVER;
    }
    cf_usec lobby = cf_engine_lobby_is_empty(room) ? CF_USEC_NEVER : cf_mixer_deadline(room->lobby);
    return cf_usec_min(cf_mixer_deadline(&room->mixer), lobby);
}

enum cf_err cf_engine_play(struct cf_engine *engine, struct cf_engine_leg *leg, const struct cf_phrase *phrase) {
    enum cf_err err = cf_player_say(&leg->player, phrase);
    if (err == CF_OK && leg->sound != NULL && leg->sound->mixer != NULL) {
        cf_mixer_on_play(leg->sound->mixer, leg->sound->mix);
        cf_mixer_wake(leg->sound->mixer, engine->now);
        cf_engine_touch_room(engine, leg->room);
    }
    return err;
}

void cf_engine_hush(struct cf_engine_leg *leg) {
    cf_player_hush(&leg->player);
}

enum cf_err cf_engine_announce(struct cf_engine *engine, struct cf_engine_room *room, const struct cf_phrase *phrase) {
    enum cf_err err = cf_mixer_say(&room->mixer, phrase);
    cf_mixer_wake(&room->mixer, engine->now);
    cf_engine_touch_room(engine, room);
    return err;
}

void cf_engine_note_played(struct cf_engine *engine, const struct cf_mix_output *output) {
    const struct cf_engine_leg *leg = cf_media_names_at(&engine->legs, output->user);
    if (leg != NULL) {
        struct cf_media_event event = cf_engine_leg_event(leg, CF_MEDIA_EVENT_PLAYED);
        event.as.played = output->played;
        cf_event_queue_put(&engine->events, &event);
    }
}
