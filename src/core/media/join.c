/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How lines take part in their room: in the mixer, as a source and as a sink of pictures. */
#include "core/media/internal.h"

/* A peer that sends sound in another codec is followed that often. */
#define CODEC_PAUSE CF_SEC(1)

/* In the lobby; or the keys are still to come, and before that nothing is mixed or forwarded. */
static bool is_kept_out(const struct cf_engine_line *line) {
    bool is_open = line->transport != NULL && cf_engine_transport_is_open(line->transport, CF_ENGINE_PORT_RTP);
    return line->leg->policy.is_waiting || !is_open;
}

/* --- sound --- */

static void part_sound(struct cf_engine_line *line) {
    cf_mixer_remove_leg(&line->leg->room->mixer, line->mix);
    line->mix = (struct cf_handle){.generation = 0};
}

static bool is_same_params(const struct cf_audio_params *a, const struct cf_audio_params *b) {
    return a->ptime_msec == b->ptime_msec && a->bitrate_bps == b->bitrate_bps && a->playback_rate_hz == b->playback_rate_hz &&
           a->loss_percent == b->loss_percent && a->complexity_plus_1 == b->complexity_plus_1 && a->fec == b->fec &&
           a->dtx == b->dtx;
}

static bool is_same_mix(const struct cf_mix_leg_config *a, const struct cf_mix_leg_config *b) {
    return a->user == b->user && a->codec_in == b->codec_in && a->codec_out == b->codec_out &&
           is_same_params(&a->params_out, &b->params_out) && a->sends == b->sends && a->receives == b->receives &&
           a->muted == b->muted;
}

static enum cf_err join_sound(struct cf_engine *engine, struct cf_engine_line *line) {
    struct cf_engine_leg *leg = line->leg;
    struct cf_mixer *mixer = &leg->room->mixer;
    struct cf_mix_leg_config config =
        cf_engine_line_mix_config(line, engine->codecs, cf_engine_leg_number(leg), leg->policy.is_audio_muted);
    bool wanted = line->is_active && leg->sound == line && !is_kept_out(line) && !leg->room->policy.no_audio;
    bool has_codec = config.codec_in != NULL || config.codec_out != NULL;
    if (!wanted || !has_codec) {
        part_sound(line);
        return wanted ? CF_ERR_UNSUPPORTED : CF_OK;
    }
    enum cf_err err = CF_OK;
    if (!cf_handle_is_set(line->mix)) {
        err = cf_mixer_add_leg(mixer, &config, &line->mix);
    } else if (!is_same_mix(&config, &line->mix_config)) {
        err = cf_mixer_set_leg(mixer, line->mix, &config);
    }
    if (err == CF_OK) {
        line->mix_config = config;
    }
    return err;
}

bool cf_engine_change_codec(struct cf_engine *engine, struct cf_engine_line *line, uint8_t payload_type) {
    if (line->payload_type_in == payload_type) {
        return true;
    }
    if (line->payload_type_in != CF_LINE_NO_TYPE && engine->now - line->codec_changed_at < CODEC_PAUSE) {
        return false;
    }
    uint8_t before = line->payload_type_in;
    line->payload_type_in = payload_type;
    line->codec_changed_at = engine->now;
    if (cf_handle_is_set(line->mix) && join_sound(engine, line) != CF_OK) {
        line->payload_type_in = before;
        return false;
    }
    return true;
}

/* --- pictures --- */

static void part_source(struct cf_engine *engine, struct cf_engine_line *line) {
    if (line->has_source) {
        cf_forward_remove_source(&line->leg->room->forward, &line->source, engine->now);
        cf_source_fini(&line->source);
        line->has_source = false;
    }
}

static void part_sink(struct cf_engine_line *line) {
    if (line->has_sink) {
        cf_forward_remove_sink(&line->leg->room->forward, &line->sink);
        line->has_sink = false;
    }
}

static enum cf_video_format first_format_in(const struct cf_engine_line *line) {
    for (size_t i = 0; i < line->agreed.payload_count; i++) {
        enum cf_video_format format = cf_engine_line_format_in(&line->agreed.payloads[i]);
        if (format != CF_VIDEO_NONE) {
            return format;
        }
    }
    return CF_VIDEO_NONE;
}

static enum cf_err make_source(struct cf_engine *engine, struct cf_engine_line *line) {
    const struct cf_source_config config = {
        .owner = cf_engine_leg_number(line->leg), .format = first_format_in(line), .store = engine->config.store};
    enum cf_err err = cf_source_init(&line->source, engine->mem, &config);
    if (err == CF_OK) {
        cf_forward_add_source(&line->leg->room->forward, &line->source, line->receiver.ssrc);
        line->has_source = true;
    }
    return err;
}

static enum cf_err join_source(struct cf_engine *engine, struct cf_engine_line *line, bool wanted) {
    struct cf_engine_leg *leg = line->leg;
    if (!wanted || !line->agreed.can_receive || first_format_in(line) == CF_VIDEO_NONE) {
        part_source(engine, line);
        return CF_OK;
    }
    enum cf_err err = line->has_source ? CF_OK : make_source(engine, line);
    if (err == CF_OK) {
        bool is_held = leg->sound != NULL && leg->sound->agreed.is_held;
        line->source.config.can_nack = cf_engine_line_has_feedback(line, CF_FEEDBACK_NACK);
        line->source.config.can_bitrate = cf_engine_line_has_feedback(line, CF_FEEDBACK_CCM_TMMBR | CF_FEEDBACK_GOOG_REMB);
        cf_forward_allow_source(&leg->room->forward, &line->source, !leg->policy.is_video_muted && !is_held, engine->now);
    }
    return err;
}

static void make_sink(struct cf_engine *engine, struct cf_engine_line *line) {
    struct cf_sink_config config = {.owner = cf_engine_leg_number(line->leg)};
    cf_entropy_fill(engine->config.entropy, &config.heads, sizeof config.heads);
    config.heads.sequence &= 0x7fffU;
    cf_sink_init(&line->sink, &config);
}

static void join_sink(struct cf_engine *engine, struct cf_engine_line *line, bool wanted) {
    uint32_t formats = wanted && line->agreed.can_send ? cf_engine_line_formats_out(line) : 0;
    if (formats == 0 || (line->has_sink && formats != line->sink.config.formats)) {
        part_sink(line);
    }
    if (formats == 0 || line->has_sink) {
        return;
    }
    /* A sink that was in the room before goes on with its numbers. */
    if (line->sink.rewrite.heads.timestamp == 0 && line->sink.counts.packets == 0) {
        make_sink(engine, line);
    }
    line->sink.config.formats = formats;
    cf_forward_add_sink(&line->leg->room->forward, &line->sink, engine->now);
    line->has_sink = true;
}

/* The first line of its leg that follows the speaker? */
static bool is_first_picture(const struct cf_engine_line *line) {
    for (size_t i = 0; i < line->index; i++) {
        const struct cf_engine_line *other = line->leg->lines[i];
        if (other != NULL && cf_engine_line_is_main_picture(other)) {
            return false;
        }
    }
    return cf_engine_line_is_main_picture(line);
}

static enum cf_err join_picture(struct cf_engine *engine, struct cf_engine_line *line) {
    bool wanted = is_first_picture(line) && !is_kept_out(line) && !line->leg->room->policy.no_video;
    join_sink(engine, line, wanted);
    return join_source(engine, line, wanted);
}

enum cf_err cf_engine_join(struct cf_engine *engine, struct cf_engine_line *line) {
    if (line->agreed.kind == CF_MEDIA_AUDIO) {
        return join_sound(engine, line);
    }
    return line->agreed.kind == CF_MEDIA_VIDEO ? join_picture(engine, line) : CF_OK;
}

void cf_engine_part(struct cf_engine *engine, struct cf_engine_line *line) {
    part_sound(line);
    part_sink(line);
    part_source(engine, line);
}
