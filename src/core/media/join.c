/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How lines take part in their room: in the mixer, as a source and as a sink of pictures. */
#include "core/media/internal.h"

/* A peer that sends sound in another codec is followed that often. */
#define CODEC_PAUSE CF_SEC(1)

struct cf_engine_line *cf_engine_get_line(struct cf_engine *engine, struct cf_engine_leg *leg, uint16_t index) {
    struct cf_engine_line **line = &leg->lines[index];
    if (*line == NULL) {
        *line = cf_mem_alloc(engine->mem, sizeof **line);
        if (*line == NULL) {
            return NULL;
        }
        cf_engine_line_init(*line, leg, index);
        leg->line_count = index >= leg->line_count ? (uint16_t)(index + 1) : leg->line_count;
    }
    return *line;
}

/* Are there keys, if there have to be? Before that nothing is mixed or forwarded. */
static bool is_open(const struct cf_engine_line *line) {
    return line->transport != NULL && cf_engine_transport_is_open(line->transport, CF_ENGINE_PORT_RTP);
}

/* In the lobby or before it is open. */
static bool is_kept_out(const struct cf_engine_line *line) {
    return line->leg->policy.is_waiting || !is_open(line);
}

/* --- sound --- */

static void part_sound(struct cf_engine *engine, struct cf_engine_line *line) {
    bool was_in = line->mixer != NULL;
    cf_engine_free_onset(engine, line);
    if (was_in) {
        cf_mixer_remove_leg(line->mixer, line->mix);
    }
    line->mixer = NULL;
    line->mix = (struct cf_handle){.generation = 0};
    if (was_in) {
        cf_engine_tell_sound(engine, line);
    }
}

static bool is_same_mix(const struct cf_mix_leg_config *a, const struct cf_mix_leg_config *b) {
    return a->user == b->user && a->codec_in == b->codec_in && a->codec_out == b->codec_out &&
           cf_audio_params_eq(&a->params_out, &b->params_out) && a->sends == b->sends && a->receives == b->receives &&
           a->muted == b->muted && a->kind_in == b->kind_in && a->places == b->places && a->place_kinds == b->place_kinds;
}

/* Where the line is to hear and be heard: the room, or while it waits the lobby; NULL: nowhere. */
static struct cf_mixer *home_of(struct cf_engine *engine, const struct cf_engine_line *line) {
    struct cf_engine_room *room = line->leg->room;
    if (!line->is_active || line->leg->sound != line || room->policy.no_audio || !is_open(line)) {
        return NULL;
    }
    return line->leg->policy.is_waiting ? cf_engine_lobby(engine, room) : &room->mixer;
}

static struct cf_mix_leg_config config_of(const struct cf_engine *engine, const struct cf_engine_line *line) {
    const struct cf_engine_leg *leg = line->leg;
    struct cf_mix_leg_config config = cf_engine_line_mix_config(line, leg->mixed == NULL ? line : leg->mixed, engine->codecs,
                                                                cf_engine_leg_number(leg), leg->policy.is_audio_muted);
    config.places = cf_engine_places_of(leg, &config.place_kinds);
    if (leg->policy.is_waiting) {
        config.codec_in = NULL;
        config.sends = false;
    }
    return config;
}

static enum cf_err enter_mixer(struct cf_engine_line *line, struct cf_mixer *mixer, const struct cf_mix_leg_config *config) {
    enum cf_err err = cf_mixer_add_leg(mixer, config, &line->mix);
    if (err == CF_OK) {
        line->mixer = mixer;
        cf_mixer_set_player(mixer, line->mix, &line->leg->player);
    }
    return err;
}

static enum cf_err join_sound(struct cf_engine *engine, struct cf_engine_line *line) {
    struct cf_mixer *mixer = home_of(engine, line);
    struct cf_mix_leg_config config = config_of(engine, line);
    bool has_codec = config.codec_in != NULL || config.codec_out != NULL;
    if (mixer == NULL || !has_codec) {
        part_sound(engine, line);
        return mixer != NULL && !line->leg->policy.is_waiting ? CF_ERR_UNSUPPORTED : CF_OK;
    }
    if (line->mixer != NULL && line->mixer != mixer) {
        part_sound(engine, line);
    }
    enum cf_err err = CF_OK;
    if (line->mixer == NULL) {
        err = enter_mixer(line, mixer, &config);
    } else if (!is_same_mix(&config, &line->mix_config)) {
        cf_engine_forget_onset(line); /* of a member that is muted, or was */
        err = cf_mixer_set_leg(mixer, line->mix, &config);
    }
    if (err == CF_OK) {
        line->mix_config = config;
        cf_mixer_wake(mixer, engine->now);
        cf_engine_touch_room(engine, line->leg->room);
        cf_engine_tell_sound(engine, line);
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
    if (line->mixer != NULL && join_sound(engine, line) != CF_OK) {
        line->payload_type_in = before;
        return false;
    }
    return true;
}

/* --- pictures --- */

void cf_engine_part_source(struct cf_engine *engine, struct cf_engine_stream *stream) {
    if (stream->has_source) {
        cf_engine_tell_source_gone(engine, stream);
        cf_forward_remove_source(&stream->line->leg->room->forward, &stream->source, engine->now);
        cf_source_fini(&stream->source);
        stream->has_source = false;
    }
}

static void part_sources(struct cf_engine *engine, struct cf_engine_line *line) {
    for (size_t i = 0; i < cf_engine_line_stream_count(line); i++) {
        cf_engine_part_source(engine, cf_engine_line_stream(line, i));
    }
}

static void part_sink(struct cf_engine_line *line) {
    if (line->has_sink) {
        cf_engine_bandwidth_forget(line);
        cf_forward_remove_sink(&line->leg->room->forward, &line->sink);
        line->sink.limit = (struct cf_sink_limit){.is_paused = false};
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

/* The finest is 0; a miniature leaves room for the encodings of simulcast between. */
#define MINIATURE_GRADE 16

/* The picture of its leg that the line carries; NULL: none. */
static struct cf_scene *picture_of(const struct cf_engine_line *line) {
    enum cf_media_role role = line->use.role;
    return role == CF_MEDIA_ROLE_NONE     ? NULL
           : role == CF_MEDIA_ROLE_SLIDES ? &line->leg->pictures[CF_SCENE_SLIDES]
                                          : &line->leg->pictures[CF_SCENE_CAMERA];
}

static uint8_t grade_of(const struct cf_engine_line *line) {
    return line->use.role == CF_MEDIA_ROLE_THUMBNAIL ? MINIATURE_GRADE : 0;
}

struct cf_store_config cf_engine_store_of(const struct cf_engine *engine, uint8_t grade) {
    struct cf_store_config store = engine->config.store;
    if (grade >= MINIATURE_GRADE) {
        store.bytes = CF_SOURCE_STORE_MIN;
    }
    return store;
}

/* Encodings of simulcast get their grades from their place for now, and from what they show as soon as that is known. */
static enum cf_err make_source(struct cf_engine *engine, struct cf_engine_stream *stream, uint8_t place,
                               struct cf_scene *picture) {
    struct cf_engine_line *line = stream->line;
    struct cf_source_config config = {.grade = (uint8_t)(grade_of(line) + place),
                                      .is_ranked = stream->agreed.rid_len > 0 && line->more_count > 0,
                                      .format = first_format_in(line)};
    config.store = cf_engine_store_of(engine, config.grade);
    enum cf_err err = cf_source_init(&stream->source, engine->mem, &config);
    if (err != CF_OK) {
        return err;
    }
    if (!cf_forward_add_source(&line->leg->room->forward, picture, &stream->source, stream->receiver.ssrc, engine->now)) {
        cf_source_fini(&stream->source);
        return CF_ERR_LIMIT;
    }
    stream->has_source = true;
    return CF_OK;
}

static enum cf_err join_stream(struct cf_engine *engine, struct cf_engine_stream *stream, uint8_t place,
                               struct cf_scene *picture) {
    struct cf_engine_line *line = stream->line;
    struct cf_engine_leg *leg = line->leg;
    bool is_miniature = grade_of(line) == MINIATURE_GRADE;
    /* A stream that shows something else from now on begins anew. */
    if (stream->has_source &&
        (stream->source.picture != picture || is_miniature != (stream->source.config.grade >= MINIATURE_GRADE))) {
        cf_engine_part_source(engine, stream);
    }
    if (picture == NULL) {
        return CF_OK;
    }
    enum cf_err err = stream->has_source ? CF_OK : make_source(engine, stream, place, picture);
    if (err == CF_OK) {
        stream->source.config.can_nack = cf_engine_line_has_feedback(line, CF_FEEDBACK_NACK);
        stream->source.config.is_quick = cf_engine_line_has_feedback(line, CF_FEEDBACK_TRANSPORT_CC | CF_FEEDBACK_GOOG_REMB);
        stream->source.config.can_bitrate = cf_engine_line_has_feedback(line, CF_FEEDBACK_CCM_TMMBR | CF_FEEDBACK_GOOG_REMB);
        cf_forward_allow_source(&leg->room->forward, &stream->source, !leg->policy.is_video_muted && !cf_engine_leg_is_held(leg),
                                engine->now);
        cf_engine_tell_source(engine, stream);
    }
    return err;
}

static enum cf_err join_sources(struct cf_engine *engine, struct cf_engine_line *line, bool wanted) {
    struct cf_scene *picture = wanted && line->agreed.can_receive ? picture_of(line) : NULL;
    enum cf_err first = CF_OK;
    if (first_format_in(line) == CF_VIDEO_NONE) {
        picture = NULL;
    }
    for (size_t i = 0; i < cf_engine_line_stream_count(line); i++) {
        enum cf_err err = join_stream(engine, cf_engine_line_stream(line, i), (uint8_t)i, picture);
        first = first == CF_OK ? err : first;
    }
    return first;
}

static void make_sink(struct cf_engine *engine, struct cf_engine_line *line) {
    struct cf_sink_config config = {.owner = cf_engine_leg_number(line->leg)};
    cf_entropy_fill(engine->config.entropy, &config.heads, sizeof config.heads);
    config.heads.sequence &= 0x7fffU;
    cf_sink_init(&line->sink, &config);
}

/* A leg never sees itself, and nothing of other rooms. */
static struct cf_sink_view view_of(const struct cf_engine *engine, const struct cf_engine_line *line) {
    const struct cf_media_pick *pick = &line->use.pick;
    struct cf_sink_view view = {.is_tile = pick->kind == CF_MEDIA_PICK_MEMBER};
    struct cf_engine_leg *leg = view.is_tile ? cf_media_names_get(&engine->legs, pick->leg) : NULL;
    if (leg != NULL && leg != line->leg && leg->room == line->leg->room) {
        view.picture = &leg->pictures[pick->is_slides ? CF_SCENE_SLIDES : CF_SCENE_CAMERA];
        view.is_small = pick->is_small;
    }
    return view;
}

static void join_sink(struct cf_engine *engine, struct cf_engine_line *line, bool wanted) {
    struct cf_forward *forward = &line->leg->room->forward;
    bool has_pick = line->use.pick.kind != CF_MEDIA_PICK_NOBODY;
    uint32_t formats = wanted && has_pick && line->agreed.can_send ? cf_engine_line_formats_out(line) : 0;
    if (formats == 0 || (line->has_sink && formats != line->sink.config.formats)) {
        part_sink(line);
    }
    if (formats == 0) {
        return;
    }
    const struct cf_sink_view view = view_of(engine, line);
    const struct cf_sink_view *before = &line->sink.view;
    bool is_same = before->is_tile == view.is_tile && before->picture == view.picture && before->is_small == view.is_small;
    if (line->has_sink && is_same) {
        return;
    }
    if (line->has_sink) {
        cf_forward_set_view(forward, &line->sink, &view, engine->now);
        return;
    }
    /* A sink that was in the room before goes on with its numbers. */
    if (line->sink.rewrite.heads.timestamp == 0 && line->sink.packets == 0) {
        make_sink(engine, line);
    }
    line->sink.config.formats = formats;
    cf_forward_add_sink(forward, &line->sink, &view, engine->now);
    line->has_sink = true;
}

/* Is there a line before that follows the speaker too? One is enough, and its numbers are those that the peer knows. */
static bool is_second_follower(const struct cf_engine_line *line) {
    if (line->use.pick.kind != CF_MEDIA_PICK_SPEAKER) {
        return false;
    }
    for (size_t i = 0; i < line->index; i++) {
        const struct cf_engine_line *other = line->leg->lines[i];
        if (other != NULL && other->is_active && other->agreed.kind == CF_MEDIA_VIDEO &&
            other->use.pick.kind == CF_MEDIA_PICK_SPEAKER) {
            return true;
        }
    }
    return false;
}

static enum cf_err join_picture(struct cf_engine *engine, struct cf_engine_line *line) {
    bool wanted = line->is_active && !is_kept_out(line) && !line->leg->room->policy.no_video;
    join_sink(engine, line, wanted && !is_second_follower(line));
    return join_sources(engine, line, wanted && !is_second_follower(line));
}

enum cf_err cf_engine_join(struct cf_engine *engine, struct cf_engine_line *line) {
    if (line->agreed.kind == CF_MEDIA_AUDIO) {
        enum cf_err err = join_sound(engine, line);
        cf_engine_tend_tones(engine, line);
        cf_engine_join_place(line);
        return err;
    }
    return line->agreed.kind == CF_MEDIA_VIDEO ? join_picture(engine, line) : CF_OK;
}

void cf_engine_part(struct cf_engine *engine, struct cf_engine_line *line) {
    part_sound(engine, line);
    cf_engine_forget_tones(engine, line);
    cf_list_remove(&line->passing.link);
    part_sink(line);
    part_sources(engine, line);
}
