/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Members of a room who live on another worker and send something: shadows of their legs, with lines and streams as far as
 * mixer and forwarding need them. A shadow has no transports and gets nothing; what its sources are to be asked for goes back to
 * the worker that it lives on.
 */
#include "core/media/internal.h"

#include "core/media/engine.h"

/* Sources must not go while packets of theirs wait to be sent: those are given up, which only a departure can cause. */
static void give_up_batch(struct cf_engine *engine, struct cf_engine_room *room) {
    while (!cf_forward_is_idle(&room->forward)) {
        engine->totals.dropped_out += cf_forward_step(&room->forward, engine->now, engine->items);
    }
    cf_list_remove(&room->batch_link);
}

static void remove_shadow(struct cf_engine *engine, struct cf_engine_leg *leg) {
    give_up_batch(engine, leg->room);
    cf_engine_forget_passed(engine, leg);
    cf_engine_free_leg(engine, leg);
}

void cf_engine_drop_shadows(struct cf_engine *engine, struct cf_engine_room *room, uint16_t workers) {
    CF_LIST_EACH (&room->shadows, link, following) {
        struct cf_engine_leg *leg = CF_OF(link, struct cf_engine_leg, room_link);
        if ((workers & cf_worker_bit(leg->worker)) != 0) {
            remove_shadow(engine, leg);
        }
    }
}

void cf_engine_make_way(struct cf_engine *engine, struct cf_handle name) {
    struct cf_engine_leg *leg = cf_media_names_at(&engine->legs, name.slot);
    if (leg != NULL && leg->is_shadow) {
        remove_shadow(engine, leg);
    }
}

/* --- legs and lines --- */

static struct cf_engine_leg *find_leg(const struct cf_engine *engine, const struct cf_engine_room *room,
                                      const struct cf_parcel_message *message) {
    struct cf_engine_leg *leg = cf_media_names_get(&engine->legs, message->leg);
    return leg != NULL && leg->is_shadow && leg->room == room ? leg : NULL;
}

static struct cf_engine_leg *get_leg(struct cf_engine *engine, struct cf_engine_room *room, size_t worker,
                                     const struct cf_parcel_message *message) {
    struct cf_engine_leg *leg = find_leg(engine, room, message);
    if (leg != NULL) {
        return leg;
    }
    cf_engine_make_way(engine, message->leg); /* of an earlier call in the same slot */
    leg = cf_mem_alloc(engine->mem, sizeof *leg);
    if (leg == NULL) {
        return NULL;
    }
    leg->is_shadow = true;
    leg->worker = (uint8_t)worker;
    if (cf_engine_enter_leg(engine, room, leg, message->leg) != CF_OK) {
        cf_mem_free(engine->mem, leg, sizeof *leg);
        return NULL;
    }
    return leg;
}

static struct cf_engine_line *find_line(const struct cf_engine_leg *leg, uint16_t index) {
    return leg != NULL && index < leg->line_count ? leg->lines[index] : NULL;
}

static struct cf_engine_line *get_line(struct cf_engine *engine, struct cf_engine_leg *leg, uint16_t index) {
    return index < CF_MEDIA_LINES_MAX ? cf_engine_get_line(engine, leg, index) : NULL;
}

static struct cf_engine_stream *find_stream(struct cf_engine *engine, const struct cf_engine_room *room,
                                            const struct cf_parcel_message *message) {
    struct cf_engine_line *line = find_line(find_leg(engine, room, message), message->line);
    bool is_there = line != NULL && message->stream < cf_engine_line_stream_count(line);
    struct cf_engine_stream *stream = is_there ? cf_engine_line_stream(line, message->stream) : NULL;
    return stream != NULL && stream->has_source ? stream : NULL;
}

/* --- pictures --- */

static void part_source(struct cf_engine *engine, struct cf_engine_stream *stream) {
    struct cf_engine_room *room = stream->line->leg->room;
    give_up_batch(engine, room);
    cf_engine_part_source(engine, stream);
    cf_engine_touch_room(engine, room);
}

/* As many streams as the line has where it lives; if they are others than before, all begin anew. False: no memory, and none has
 * a source any more. */
static bool set_stream_count(struct cf_engine *engine, struct cf_engine_line *line, uint8_t count) {
    uint8_t more = count > 0 ? (uint8_t)(count - 1) : 0;
    if (more == line->more_count) {
        return true;
    }
    for (size_t i = 0; i < cf_engine_line_stream_count(line); i++) {
        if (cf_engine_line_stream(line, i)->has_source) {
            part_source(engine, cf_engine_line_stream(line, i));
        }
    }
    return cf_engine_make_streams(engine, line, count) == CF_OK;
}

static bool make_source(struct cf_engine *engine, struct cf_engine_stream *stream, const struct cf_parcel_source *told) {
    struct cf_engine_leg *leg = stream->line->leg;
    const struct cf_source_config config = {.grade = told->grade,
                                            .is_ranked = told->is_ranked,
                                            .is_far = true,
                                            .format = told->format,
                                            .can_bitrate = true,
                                            .store = cf_engine_store_of(engine, told->grade)};
    if (told->kind >= CF_SCENE_KIND_COUNT || cf_source_init(&stream->source, engine->mem, &config) != CF_OK) {
        return false;
    }
    if (!cf_forward_add_source(&leg->room->forward, &leg->pictures[told->kind], &stream->source, told->ssrc, engine->now)) {
        cf_source_fini(&stream->source);
        return false;
    }
    stream->has_source = true;
    stream->far_name = told->name;
    /* It comes if it is asked for; else what there is of it comes by itself. */
    stream->source.seen = stream->source.is_paused = told->is_seen && told->is_paused;
    stream->source.paused_at = engine->now;
    /* Nobody sees it yet: what is asked for from now on is a change. */
    cf_source_set_bitrate(&stream->source, 0, engine->now);
    return true;
}

/* Those who follow the speaker here see him if he is known; else when his camera comes. */
static void follow_speaker(struct cf_engine *engine, struct cf_engine_room *room) {
    const struct cf_engine_leg *leg = cf_media_names_get(&engine->legs, room->branches.speaker);
    if (leg != NULL && leg->room == room) {
        cf_forward_on_speaker(&room->forward, cf_engine_leg_number(leg), engine->now);
        cf_engine_touch_room(engine, room);
    }
}

/* It began anew where it lives, or said goodbye. */
static void follow(struct cf_engine *engine, struct cf_engine_stream *stream, const struct cf_parcel_source *told) {
    struct cf_forward *forward = &stream->line->leg->room->forward;
    if (stream->far_name != told->name) {
        stream->far_name = told->name;
        stream->source.seen = stream->source.seen && told->is_seen;
        cf_forward_restart_source(forward, &stream->source, told->format, told->ssrc, engine->now);
    }
    stream->source.clock = told->clock;
    cf_forward_allow_source(forward, &stream->source, told->is_allowed, engine->now);
    cf_engine_touch_room(engine, stream->line->leg->room);
}

static bool on_source(struct cf_engine *engine, struct cf_engine_room *room, size_t worker,
                      const struct cf_parcel_message *message) {
    const struct cf_parcel_source *told = &message->as.source;
    struct cf_engine_leg *leg = get_leg(engine, room, worker, message);
    struct cf_engine_line *line = leg == NULL ? NULL : get_line(engine, leg, message->line);
    if (line == NULL || message->stream >= told->stream_count || !set_stream_count(engine, line, told->stream_count)) {
        return false;
    }
    struct cf_engine_stream *stream = cf_engine_line_stream(line, message->stream);
    if (stream->has_source && stream->source.picture->kind != told->kind) {
        part_source(engine, stream);
    }
    bool is_new = !stream->has_source;
    if (is_new && !make_source(engine, stream, told)) {
        return false;
    }
    follow(engine, stream, told);
    if (is_new && cf_handle_eq(room->branches.speaker, leg->name)) {
        follow_speaker(engine, room);
    }
    return true;
}

static void on_source_gone(struct cf_engine *engine, struct cf_engine_room *room, const struct cf_parcel_message *message) {
    struct cf_engine_stream *stream = find_stream(engine, room, message);
    if (stream != NULL) {
        part_source(engine, stream);
    }
}

static void on_picture(struct cf_engine *engine, struct cf_engine_room *room, const struct cf_parcel_message *message) {
    const struct cf_parcel_picture *handed = &message->as.picture;
    struct cf_engine_stream *stream = find_stream(engine, room, message);
    if (stream == NULL || handed->descriptor_len > message->payload.len) {
        return; /* it crossed something */
    }
    size_t len = message->payload.len - handed->descriptor_len;
    const struct cf_video_packet packet = {.timestamp = handed->timestamp,
                                           .sequence = handed->sequence,
                                           .marker = handed->marker,
                                           .has_marking = handed->has_marking,
                                           .marking = handed->marking,
                                           .descriptor = handed->descriptor_len > 0 ? message->payload.at + len : NULL,
                                           .descriptor_len = handed->descriptor_len,
                                           .payload = {message->payload.at, len},
                                           .arrival = engine->now};
    cf_engine_forward_packet(engine, stream, &packet);
}

/* --- sound --- */

static bool on_sound(struct cf_engine *engine, struct cf_engine_room *room, size_t worker,
                     const struct cf_parcel_message *message) {
    const struct cf_parcel_sound *told = &message->as.sound;
    if (told->codec == CF_CODEC_NONE && find_leg(engine, room, message) == NULL) {
        return true; /* it has none, and none is known */
    }
    struct cf_engine_leg *leg = get_leg(engine, room, worker, message);
    struct cf_engine_line *line = leg == NULL ? NULL : get_line(engine, leg, message->line);
    if (line == NULL || told->codec >= CF_CODEC_COUNT) {
        return false;
    }
    line->mix_config = (struct cf_mix_leg_config){.user = cf_engine_leg_number(leg),
                                                  .codec_in = engine->codecs[told->codec],
                                                  .kind_in = told->codec == CF_CODEC_NONE ? 0 : UINT32_C(1) << told->codec,
                                                  .sends = told->sends,
                                                  .muted = told->is_muted};
    line->clock = told->clock;
    cf_engine_forget_onset(line);
    if (leg->sound != NULL && leg->sound != line) {
        cf_engine_part(engine, leg->sound); /* which has no pictures */
    }
    leg->sound = line;
    if (line->mix_config.codec_in == NULL) {
        cf_engine_part(engine, line);
        return true;
    }
    if (line->mixer != NULL) {
        return cf_mixer_set_leg(&room->mixer, line->mix, &line->mix_config) == CF_OK;
    }
    bool is_in = cf_mixer_add_leg(&room->mixer, &line->mix_config, &line->mix) == CF_OK;
    line->mixer = is_in ? &room->mixer : NULL;
    return is_in;
}

static struct cf_engine_passed_red redundancy_of(const struct cf_parcel_voice *handed, struct cf_span body) {
    struct cf_engine_passed_red red = {.count = handed->copy_count};
    if (red.count > 0) {
        red.body = body;
        memcpy(red.heads, handed->copy_heads, sizeof red.heads);
    }
    return red;
}

static void on_voice(struct cf_engine *engine, struct cf_engine_room *room, const struct cf_parcel_message *message) {
    const struct cf_parcel_voice *handed = &message->as.voice;
    const struct cf_engine_leg *leg = find_leg(engine, room, message);
    struct cf_span body = message->payload;
    bool is_sane = handed->payload_at <= body.len && handed->copy_count <= CF_PASSED_COPIES_MAX && handed->codec < CF_CODEC_COUNT;
    if (!is_sane || leg == NULL || leg->sound == NULL || leg->sound->mixer == NULL) {
        return;
    }
    const struct cf_mix_packet packet = {.ssrc = handed->ssrc,
                                         .timestamp = handed->timestamp,
                                         .seq = handed->sequence,
                                         .marker = handed->marker,
                                         .comfort_noise = handed->is_noise,
                                         .telephone_event = handed->is_event,
                                         .is_copy = handed->is_copy,
                                         .level = handed->level,
                                         .payload = {body.at + handed->payload_at, body.len - handed->payload_at}};
    const struct cf_engine_voice voice = {
        .packet = &packet, .codec = handed->codec, .clock_hz = handed->clock_hz, .red = redundancy_of(handed, body)};
    leg->sound->in.starts = handed->starts;
    cf_engine_mix_packet(engine, leg->sound, &packet);
    if (!handed->is_event && !handed->is_noise) {
        cf_engine_pass_on(engine, leg->sound, &voice);
    }
}

/* --- wishes of others for streams of ours --- */

static void set_wish(struct cf_engine *engine, struct cf_engine_stream *stream, size_t worker, uint64_t bitrate_bps) {
    uint64_t highest = 0;
    stream->far_bps[worker] = bitrate_bps;
    for (size_t i = 0; i < CF_MEDIA_WORKERS_MAX; i++) {
        highest = stream->far_bps[i] > highest ? stream->far_bps[i] : highest;
    }
    stream->source.far_bps = highest;
    if (bitrate_bps > 0) {
        cf_source_note_viewer(&stream->source, engine->now);
    }
}

static void on_wish(struct cf_engine *engine, struct cf_engine_room *room, size_t worker,
                    const struct cf_parcel_message *message) {
    const struct cf_parcel_wish *wish = &message->as.wish;
    struct cf_engine_leg *leg = cf_media_names_get(&engine->legs, message->leg);
    struct cf_engine_line *line = find_line(leg, message->line);
    bool is_there = line != NULL && leg->room == room && !leg->is_shadow && message->stream < cf_engine_line_stream_count(line);
    struct cf_engine_stream *stream = is_there ? cf_engine_line_stream(line, message->stream) : NULL;
    if (stream == NULL || !stream->has_source) {
        return;
    }
    if (wish->has_bitrate) {
        set_wish(engine, stream, worker, wish->bitrate_bps);
    }
    if (wish->key_frame != CF_KEYFRAME_CAUSE_NONE) {
        cf_source_want_key(&stream->source, wish->key_frame, engine->now);
    }
    cf_engine_touch_room(engine, room);
}

void cf_engine_forget_wishes(struct cf_engine *engine, struct cf_engine_room *room, size_t worker) {
    CF_LIST_EACH (&room->legs, link, following) {
        const struct cf_engine_leg *leg = CF_OF(link, struct cf_engine_leg, room_link);
        for (size_t i = 0; i < leg->line_count; i++) {
            struct cf_engine_line *line = leg->lines[i];
            for (size_t k = 0; line != NULL && k < cf_engine_line_stream_count(line); k++) {
                set_wish(engine, cf_engine_line_stream(line, k), worker, 0);
            }
        }
    }
}

/* --- all messages --- */

static void on_leg_gone(struct cf_engine *engine, struct cf_engine_room *room, const struct cf_parcel_message *message) {
    struct cf_engine_leg *leg = find_leg(engine, room, message);
    if (leg != NULL) {
        remove_shadow(engine, leg);
    }
}

/* The home decides who speaks. */
static void on_speaker(struct cf_engine *engine, struct cf_engine_room *room, const struct cf_parcel_message *message) {
    room->branches.speaker = message->leg;
    follow_speaker(engine, room);
}

/* False: something of the sender's could not be taken over. Descriptions that were under way when we said that we want none make
 * no shadows: nobody would say when these go. */
static bool on_message(struct cf_engine *engine, struct cf_engine_room *room, size_t worker,
                       const struct cf_parcel_message *message) {
    switch (message->kind) {
    case CF_PARCEL_HELLO:
        cf_engine_on_hello(engine, room, worker, message->as.hello.wants);
        break;
    case CF_PARCEL_RESET:
        cf_engine_drop_shadows(engine, room, cf_worker_bit(worker));
        break;
    case CF_PARCEL_SOURCE:
        return !room->branches.is_wanting || on_source(engine, room, worker, message);
    case CF_PARCEL_SOURCE_GONE:
        on_source_gone(engine, room, message);
        break;
    case CF_PARCEL_SOUND:
        return !room->branches.is_wanting || on_sound(engine, room, worker, message);
    case CF_PARCEL_LEG_GONE:
        on_leg_gone(engine, room, message);
        break;
    case CF_PARCEL_SPEAKER:
        on_speaker(engine, room, message);
        break;
    case CF_PARCEL_WISH:
        on_wish(engine, room, worker, message);
        break;
    case CF_PARCEL_PICTURE:
        on_picture(engine, room, message);
        break;
    case CF_PARCEL_VOICE:
        on_voice(engine, room, message);
        break;
    case CF_PARCEL_KIND_COUNT:
        break;
    }
    return true;
}

void cf_engine_on_parcel(struct cf_engine *engine, size_t worker, struct cf_span parcel, cf_usec now) {
    struct cf_parcel_message message;
    struct cf_span rest = parcel;
    cf_assert(worker < CF_MEDIA_WORKERS_MAX);
    cf_engine_begin(engine, now);
    while (cf_parcel_next(&rest, &message)) {
        struct cf_engine_room *room = cf_media_names_get(&engine->rooms, message.room);
        engine->totals.handed_in += cf_parcel_is_packet(message.kind);
        if (room != NULL && !on_message(engine, room, worker, &message)) {
            engine->totals.shadows_failed++;
            cf_engine_ask_again(engine, worker);
        }
    }
    cf_engine_set_room_timers(engine);
}
