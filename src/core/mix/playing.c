/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/mix/playing.h"

#include <string.h>

/* While a leg is spoken to the room is turned down by 12 dB: within 40 ms, and back within 100 ms. */
#define DUCKED 0.75F
#define DUCK_STEP 0.375F
#define UNDUCK_STEP 0.15F

_Static_assert(CF_PLAYER_TICK == CF_MIX_TICK_SAMPLES, "a tick is a tick");

static bool is_prompted(const struct cf_mix_leg *leg) {
    return cf_link_is_in(&leg->prompted);
}

size_t cf_mixer_prompted_count(const struct cf_mixer *mixer, const struct cf_mix_class *class) {
    size_t count = 0;
    CF_LIST_EACH (&mixer->prompted, link, following) {
        count += CF_OF(link, struct cf_mix_leg, prompted)->class == class ? 1 : 0;
    }
    return count;
}

void cf_mixer_set_player(struct cf_mixer *mixer, struct cf_handle handle, struct cf_player *player) {
    struct cf_mix_leg *leg = cf_handle_get(&mixer->legs, handle);
    if (leg != NULL) {
        leg->player = player;
        cf_mixer_on_play(mixer, handle);
    }
}

void cf_mixer_on_play(struct cf_mixer *mixer, struct cf_handle handle) {
    struct cf_mix_leg *leg = cf_handle_get(&mixer->legs, handle);
    if (leg == NULL || leg->player == NULL || is_prompted(leg) || !cf_player_is_busy(leg->player)) {
        return;
    }
    cf_list_append(&mixer->prompted, &leg->prompted);
    if (leg->class != NULL) {
        (void)cf_mixer_reserve(mixer, leg->class); /* without memory prompts wait for the streams that there are */
    }
}

enum cf_err cf_mixer_say(struct cf_mixer *mixer, const struct cf_phrase *phrase) {
    return cf_player_say(&mixer->announcer, phrase);
}

bool cf_mixer_is_playing(const struct cf_mixer *mixer) {
    return !cf_list_is_empty(&mixer->prompted) || cf_player_is_busy(&mixer->announcer);
}

/* Who can't be told anything now misses it: what was said during hold is not said after it. */
static void skip_tick(struct cf_mix_leg *leg) {
    int16_t unheard[CF_MIX_TICK_SAMPLES];
    (void)cf_player_read(leg->player, unheard);
}

void cf_mixer_open_prompted(struct cf_mixer *mixer) {
    size_t open = 0;
    CF_LIST_EACH (&mixer->prompted, link, following) {
        struct cf_mix_leg *leg = CF_OF(link, struct cf_mix_leg, prompted);
        if (!cf_mix_leg_receives(leg)) {
            skip_tick(leg);
            continue;
        }
        if (leg->own == NULL && open < CF_MIX_OWN_MAX - 2U * mixer->config.speaker_limit) {
            (void)cf_mix_leg_route(leg, true, &mixer->bus);
        }
        open += leg->own != NULL ? 1 : 0;
        mixer->stats.prompts_delayed += leg->own == NULL ? 1 : 0;
        if (leg->own != NULL && !cf_link_is_in(&leg->sounding)) {
            cf_list_append(&mixer->sounding, &leg->sounding);
        }
    }
}

void cf_mixer_add_announcement(struct cf_mixer *mixer) {
    int16_t pcm[CF_MIX_TICK_SAMPLES];
    if (cf_player_read(&mixer->announcer, pcm)) {
        cf_mix_bus_add_to_all(&mixer->bus, pcm);
    }
}

static int16_t fit(float sample) {
    sample = sample > 32767.0F ? 32767.0F : sample;
    return (int16_t)(sample < -32767.0F ? -32767.0F : sample);
}

void cf_mix_leg_overlay(struct cf_mix_leg *leg, int16_t *pcm) {
    int16_t said[CF_MIX_TICK_SAMPLES];
    float from = leg->ducked;
    if (cf_player_read(leg->player, said)) {
        leg->ducked = from + DUCK_STEP < DUCKED ? from + DUCK_STEP : DUCKED;
    } else {
        memset(said, 0, sizeof said);
        leg->ducked = from - UNDUCK_STEP > 0 ? from - UNDUCK_STEP : 0;
    }
    float step = (leg->ducked - from) / CF_MIX_TICK_SAMPLES;
    for (int32_t i = 0; i < CF_MIX_TICK_SAMPLES; i++) {
        float gain = 1.0F - (from + step * (float)i);
        pcm[i] = fit((float)pcm[i] * gain + (float)said[i]);
    }
}

bool cf_mixer_poll_played(struct cf_mixer *mixer, struct cf_mix_output *ret_output) {
    CF_LIST_EACH (&mixer->prompted, link, following) {
        struct cf_mix_leg *leg = CF_OF(link, struct cf_mix_leg, prompted);
        if (cf_player_take_played(leg->player, &ret_output->played)) {
            ret_output->kind = CF_MIX_PLAYED;
            ret_output->user = leg->config.user;
            return true;
        }
        if (!cf_player_is_busy(leg->player) && (leg->ducked <= 0 || leg->own == NULL)) {
            leg->ducked = 0;
            cf_list_remove(&leg->prompted);
        }
    }
    return false;
}
