/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which listeners share an encoder. */
#include "core/mix/classes.h"

#include "core/mix/class.h"
#include "core/mix/playing.h"

/* Would a listener that wants @p wanted do with @p have? Less than wanted is allowed, more is not. */
static bool params_suffice(const struct cf_audio_params *have, const struct cf_audio_params *wanted) {
    return have->ptime_msec == wanted->ptime_msec && have->bitrate_bps <= wanted->bitrate_bps &&
           have->playback_rate_hz <= wanted->playback_rate_hz && (have->cbr || !wanted->cbr);
}

/* Do legs of @p config hear the same part of the sum as those of @p class? */
static bool is_same_part(const struct cf_mix_class *class, const struct cf_mix_leg_config *config) {
    return class->places == config->places && (config->places == 0 || class->place_kinds == config->place_kinds);
}

bool cf_mixer_is_same_class(const struct cf_mix_leg_config *a, const struct cf_mix_leg_config *b) {
    return a->codec_out == b->codec_out && cf_audio_params_eq(&a->params_out, &b->params_out) && a->places == b->places &&
           (a->places == 0 || a->place_kinds == b->place_kinds);
}

static struct cf_mix_class *find_class(const struct cf_mixer *mixer, const struct cf_mix_leg_config *config,
                                       const struct cf_audio_params *params, bool exactly) {
    for (size_t i = 0; i < CF_MIX_CLASSES_MAX; i++) {
        struct cf_mix_class *class = mixer->classes[i];
        if (class != NULL && class->codec == config->codec_out && is_same_part(class, config) &&
            (exactly ? cf_audio_params_eq(&class->params, params) : params_suffice(&class->params, params))) {
            return class;
        }
    }
    return NULL;
}

static struct cf_mix_class **free_class_slot(struct cf_mixer *mixer) {
    for (size_t i = 0; i < CF_MIX_CLASSES_MAX; i++) {
        if (mixer->classes[i] == NULL) {
            return &mixer->classes[i];
        }
    }
    return NULL;
}

void cf_mixer_leave_class(struct cf_mixer *mixer, struct cf_mix_class *class) {
    if (class == NULL || --class->legs > 0) {
        return;
    }
    for (size_t i = 0; i < CF_MIX_CLASSES_MAX; i++) {
        mixer->classes[i] = mixer->classes[i] == class ? NULL : mixer->classes[i];
    }
    cf_mix_class_destroy(class);
}

static struct cf_mix_class *create_class(const struct cf_mixer *mixer, const struct cf_mix_leg_config *config,
                                         const struct cf_audio_params *params) {
    struct cf_mix_class *class = cf_mix_class_create(mixer->mem, config->codec_out, params, mixer->config.resampler);
    if (class == NULL) {
        return NULL;
    }
    class->rest_after = mixer->config.rest_after_ticks;
    if (cf_mix_class_leave_out(class, config->places, config->place_kinds) != CF_OK) {
        cf_mix_class_destroy(class);
        return NULL;
    }
    return class;
}

static enum cf_err find_or_create_class(struct cf_mixer *mixer, const struct cf_mix_leg_config *config,
                                        const struct cf_audio_params *params, struct cf_mix_class **ret_class) {
    struct cf_mix_class *class = find_class(mixer, config, params, true);
    struct cf_mix_class **slot = free_class_slot(mixer);
    if (class == NULL && slot == NULL) {
        class = find_class(mixer, config, params, false);
    }
    if (class == NULL && slot == NULL) {
        return CF_ERR_LIMIT;
    }
    if (class == NULL) {
        class = *slot = create_class(mixer, config, params);
    }
    *ret_class = class;
    return class == NULL ? CF_ERR_NO_MEMORY : CF_OK;
}

/* Room for all legs, and streams of their own for those who have sent: who has not is not going to be heard. */
bool cf_mixer_reserve(const struct cf_mixer *mixer, struct cf_mix_class *class) {
    size_t own = 2U * mixer->config.speaker_limit;
    own = mixer->source_count < own ? mixer->source_count : own;
    own += cf_mixer_prompted_count(mixer, class);
    own = own < CF_MIX_OWN_MAX ? own : CF_MIX_OWN_MAX;
    return cf_mix_class_reserve(class, class->legs, class->legs < own ? class->legs : own);
}

enum cf_err cf_mixer_join_class(struct cf_mixer *mixer, const struct cf_mix_leg_config *config, struct cf_mix_class **ret_class) {
    struct cf_audio_params params = config->params_out;
    struct cf_mix_class *class = NULL;
    if (config->codec_out == NULL) {
        *ret_class = NULL;
        return CF_OK;
    }
    params.ptime_msec = params.ptime_msec == 0 ? 20 : params.ptime_msec;
    if (cf_audio_round_ptime(params.ptime_msec) != params.ptime_msec) {
        return CF_ERR_UNSUPPORTED;
    }
    config->codec_out->normalise(&params);
    enum cf_err err = find_or_create_class(mixer, config, &params, &class);
    if (err != CF_OK) {
        return err;
    }
    class->legs++;
    if (!cf_mixer_reserve(mixer, class)) {
        cf_mixer_leave_class(mixer, class);
        return CF_ERR_NO_MEMORY;
    }
    *ret_class = class;
    return CF_OK;
}
