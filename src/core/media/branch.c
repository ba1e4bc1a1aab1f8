/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What this worker tells other workers of the rooms that it shares with them. */
#include "core/media/internal.h"

#include "core/media/engine.h"

bool cf_engine_is_home(const struct cf_engine *engine, const struct cf_engine_room *room) {
    return room->branches.peers == 0 || room->policy.home == engine->config.worker;
}

/* --- into parcels --- */

static void recover_after(struct cf_engine *engine, cf_usec pause) {
    struct cf_branch_post *post = &engine->post;
    bool is_due = (post->lost | post->misread) != 0;
    post->recover_at = is_due ? cf_usec_min(post->recover_at, engine->now + pause) : engine->now + pause;
}

static void note_lost(struct cf_engine *engine, uint16_t workers) {
    recover_after(engine, CF_BRANCH_RECOVERY);
    engine->post.lost |= workers;
}

void cf_engine_ask_again(struct cf_engine *engine, size_t worker) {
    recover_after(engine, CF_BRANCH_PATIENCE);
    engine->post.misread |= cf_worker_bit(worker);
}

static void put(struct cf_engine *engine, uint16_t workers, const struct cf_parcel_message *message) {
    bool is_packet = cf_parcel_is_packet(message->kind);
    for (size_t i = 0; i < CF_MEDIA_WORKERS_MAX && workers >> i != 0; i++) {
        if ((workers & cf_worker_bit(i)) == 0) {
            continue;
        }
        bool is_put = cf_parcel_put(&engine->post.parcels[i], message);
        engine->totals.handed_out += is_packet && is_put;
        engine->totals.handed_lost += is_packet && !is_put;
        if (!is_packet && !is_put) {
            note_lost(engine, cf_worker_bit(i));
        }
    }
}

static struct cf_parcel_message message_of(const struct cf_engine_room *room, enum cf_parcel_kind kind) {
    return (struct cf_parcel_message){.kind = kind, .room = room->name};
}

/* Whom changes of @p leg concern; nobody, if it is a shadow itself. */
static uint16_t listeners_of(const struct cf_engine_leg *leg) {
    return leg->is_shadow ? 0 : leg->room->branches.listeners;
}

static uint8_t stream_index(struct cf_engine_stream *stream) {
    struct cf_engine_line *line = stream->line;
    return stream == &line->in ? 0 : (uint8_t)(stream - line->more + 1);
}

static struct cf_parcel_message stream_message(struct cf_engine_stream *stream, enum cf_parcel_kind kind) {
    struct cf_parcel_message message = message_of(stream->line->leg->room, kind);
    message.leg = stream->line->leg->name;
    message.line = stream->line->index;
    message.stream = stream_index(stream);
    return message;
}

/* --- senders --- */

static void put_source(struct cf_engine *engine, uint16_t workers, struct cf_engine_stream *stream) {
    const struct cf_source *source = &stream->source;
    if (workers == 0 || !stream->has_source) {
        return;
    }
    struct cf_parcel_message message = stream_message(stream, CF_PARCEL_SOURCE);
    message.as.source = (struct cf_parcel_source){.kind = source->picture->kind,
                                                  .format = source->config.format,
                                                  .grade = source->config.grade,
                                                  .is_ranked = source->config.is_ranked,
                                                  .is_allowed = source->allowed,
                                                  .is_seen = source->seen,
                                                  .is_paused = source->is_paused,
                                                  .stream_count = (uint8_t)cf_engine_line_stream_count(stream->line),
                                                  .ssrc = source->ssrc,
                                                  .name = source->name,
                                                  .clock = source->clock};
    put(engine, workers, &message);
}

static enum cf_codec number_of(const struct cf_engine *engine, const struct cf_audio_codec *codec) {
    size_t number = CF_CODEC_NONE + 1;
    while (number < CF_CODEC_COUNT && engine->codecs[number] != codec) {
        number++;
    }
    return number < CF_CODEC_COUNT ? (enum cf_codec)number : CF_CODEC_NONE;
}

static void put_sound(struct cf_engine *engine, uint16_t workers, const struct cf_engine_line *line) {
    struct cf_parcel_message message = message_of(line->leg->room, CF_PARCEL_SOUND);
    const struct cf_audio_codec *codec = line->mix_config.codec_in;
    bool is_in_room = line->mixer == &line->leg->room->mixer && codec != NULL;
    message.leg = line->leg->name;
    message.line = line->index;
    message.as.sound = (struct cf_parcel_sound){.codec = is_in_room ? number_of(engine, codec) : CF_CODEC_NONE,
                                                .sends = line->mix_config.sends,
                                                .is_muted = line->mix_config.muted,
                                                .clock = line->clock};
    put(engine, workers, &message);
}

void cf_engine_tell_source(struct cf_engine *engine, struct cf_engine_stream *stream) {
    put_source(engine, listeners_of(stream->line->leg), stream);
}

void cf_engine_tell_source_gone(struct cf_engine *engine, struct cf_engine_stream *stream) {
    uint16_t listeners = listeners_of(stream->line->leg);
    if (listeners != 0) {
        struct cf_parcel_message message = stream_message(stream, CF_PARCEL_SOURCE_GONE);
        put(engine, listeners, &message);
    }
    memset(stream->far_bps, 0, sizeof stream->far_bps);
}

void cf_engine_tell_sound(struct cf_engine *engine, struct cf_engine_line *line) {
    uint16_t listeners = listeners_of(line->leg);
    /* Of those who have not said anything nobody needs to know. */
    if (listeners != 0 && line->is_told) {
        put_sound(engine, listeners, line);
    }
}

void cf_engine_tell_leg_gone(struct cf_engine *engine, const struct cf_engine_leg *leg) {
    uint16_t listeners = listeners_of(leg);
    if (listeners != 0) {
        struct cf_parcel_message message = message_of(leg->room, CF_PARCEL_LEG_GONE);
        message.leg = leg->name;
        put(engine, listeners, &message);
    }
}

void cf_engine_tell_speaker(struct cf_engine *engine, struct cf_engine_room *room, struct cf_handle leg) {
    struct cf_parcel_message message = message_of(room, CF_PARCEL_SPEAKER);
    message.leg = leg;
    room->branches.speaker = leg;
    put(engine, room->branches.listeners, &message);
}

/* --- packets --- */

void cf_engine_hand_picture(struct cf_engine *engine, struct cf_engine_stream *stream, const struct cf_video_packet *packet) {
    uint16_t listeners = listeners_of(stream->line->leg);
    if (listeners == 0) {
        return;
    }
    struct cf_parcel_message message = stream_message(stream, CF_PARCEL_PICTURE);
    message.as.picture = (struct cf_parcel_picture){.timestamp = packet->timestamp,
                                                    .sequence = packet->sequence,
                                                    .marker = packet->marker,
                                                    .has_marking = packet->has_marking,
                                                    .descriptor_len = packet->descriptor_len,
                                                    .marking = packet->marking};
    message.payload = packet->payload;
    message.tail = (struct cf_span){packet->descriptor, packet->descriptor_len};
    put(engine, listeners, &message);
}

/* Who does not say how loud it is was measured here; elsewhere it is decoded only while it is heard. */
static uint8_t level_of(const struct cf_engine_line *line, const struct cf_mix_packet *packet) {
    bool is_measured =
        packet->level == CF_LEVEL_UNKNOWN && !packet->comfort_noise && !packet->telephone_event && !packet->is_copy;
    return is_measured ? cf_mixer_measured_level(line->mixer, line->mix) : packet->level;
}

/* The whole of redundancy goes on, of which the packet is the last block. */
static void put_voice(struct cf_engine *engine, uint16_t workers, const struct cf_engine_line *line,
                      const struct cf_engine_voice *voice) {
    const struct cf_mix_packet *packet = voice->packet;
    const struct cf_engine_passed_red *red = &voice->red;
    struct cf_parcel_message message = message_of(line->leg->room, CF_PARCEL_VOICE);
    struct cf_parcel_voice *out = &message.as.voice;
    *out = (struct cf_parcel_voice){.ssrc = packet->ssrc,
                                    .timestamp = packet->timestamp,
                                    .sequence = packet->seq,
                                    .marker = packet->marker,
                                    .is_noise = packet->comfort_noise,
                                    .is_event = packet->telephone_event,
                                    .is_copy = packet->is_copy,
                                    .codec = voice->codec,
                                    .clock_hz = voice->clock_hz,
                                    .starts = line->in.starts,
                                    .level = level_of(line, packet),
                                    .copy_count = red->count,
                                    .payload_at = (uint16_t)(red->count > 0 ? red->body.len - packet->payload.len : 0)};
    memcpy(out->copy_heads, red->heads, sizeof out->copy_heads);
    message.leg = line->leg->name;
    message.payload = red->count > 0 ? red->body : packet->payload;
    put(engine, workers, &message);
}

void cf_engine_hand_voice(struct cf_engine *engine, struct cf_engine_line *line, const struct cf_engine_voice *voice) {
    uint16_t listeners = listeners_of(line->leg);
    bool is_used = line->mixer == &line->leg->room->mixer && line->mix_config.sends && !line->mix_config.muted;
    if (listeners == 0 || !is_used) {
        return;
    }
    if (!line->is_told) {
        line->is_told = true;
        put_sound(engine, listeners, line);
    }
    put_voice(engine, listeners, line, voice);
}

/* --- back to the worker of a sender --- */

void cf_engine_tell_wish(struct cf_engine *engine, struct cf_engine_stream *stream, const struct cf_source_ask *ask) {
    struct cf_parcel_message message = stream_message(stream, CF_PARCEL_WISH);
    message.as.wish =
        (struct cf_parcel_wish){.key_frame = ask->key_frame, .has_bitrate = ask->has_bitrate, .bitrate_bps = ask->bitrate_bps};
    put(engine, cf_worker_bit(stream->line->leg->worker), &message);
}

/* --- who is told --- */

static void say_hello(struct cf_engine *engine, const struct cf_engine_room *room, uint16_t workers) {
    struct cf_parcel_message message = message_of(room, CF_PARCEL_HELLO);
    message.as.hello.wants = room->branches.is_wanting;
    put(engine, workers, &message);
}

static void begin_describing(struct cf_engine *engine, struct cf_engine_room *room, size_t worker) {
    struct cf_room_branches *branches = &room->branches;
    branches->describing |= cf_worker_bit(worker);
    branches->cursors[worker] = 0;
    if (!cf_link_is_in(&branches->describing_link)) {
        cf_list_append(&engine->post.describing, &branches->describing_link);
    }
}

void cf_engine_on_hello(struct cf_engine *engine, struct cf_engine_room *room, size_t worker, bool wants) {
    struct cf_room_branches *branches = &room->branches;
    if ((branches->peers & cf_worker_bit(worker)) == 0) {
        return; /* we have not been told yet, and will say hello when we are */
    }
    if ((branches->met & cf_worker_bit(worker)) == 0) {
        branches->met |= cf_worker_bit(worker);
        say_hello(engine, room, cf_worker_bit(worker));
    }
    if (wants) {
        branches->listeners |= cf_worker_bit(worker);
        begin_describing(engine, room, worker);
    } else {
        branches->listeners &= (uint16_t)~cf_worker_bit(worker);
        branches->describing &= (uint16_t)~cf_worker_bit(worker);
        cf_engine_forget_wishes(engine, room, worker);
    }
}

/* Do we want to be told now, or not any more? True if that has changed, and all have been told. */
static bool has_told_all(struct cf_engine *engine, struct cf_engine_room *room) {
    struct cf_room_branches *branches = &room->branches;
    bool wants = room->policy.home == engine->config.worker || !cf_list_is_empty(&room->legs);
    if (branches->peers == 0 || wants == branches->is_wanting) {
        return false;
    }
    branches->is_wanting = wants;
    if (!wants) {
        cf_engine_drop_shadows(engine, room, UINT16_MAX);
    }
    say_hello(engine, room, branches->peers);
    return true;
}

void cf_engine_look_at_branches(struct cf_engine *engine, struct cf_engine_room *room) {
    (void)has_told_all(engine, room);
}

enum cf_err cf_engine_set_branches(struct cf_engine *engine, struct cf_engine_room *room) {
    struct cf_room_branches *branches = &room->branches;
    uint16_t peers = (uint16_t)(room->policy.workers & ~cf_worker_bit(engine->config.worker));
    uint16_t added = (uint16_t)(peers & ~branches->peers);
    for (size_t i = 0; i < CF_MEDIA_WORKERS_MAX; i++) {
        enum cf_err err = (added & cf_worker_bit(i)) == 0 ? CF_OK : cf_parcel_reserve(&engine->post.parcels[i], engine->mem);
        if (err != CF_OK) {
            return err;
        }
    }
    branches->peers |= added; /* a branch that was stays until the room ends */
    if (!has_told_all(engine, room)) {
        say_hello(engine, room, added);
    }
    return CF_OK;
}

void cf_engine_forget_branches(struct cf_engine_room *room) {
    cf_list_remove(&room->branches.describing_link);
}

/* --- all that there is, in portions --- */

static void describe_leg(struct cf_engine *engine, const struct cf_engine_leg *leg, uint16_t worker) {
    for (size_t i = 0; i < leg->line_count; i++) {
        struct cf_engine_line *line = leg->lines[i];
        for (size_t k = 0; line != NULL && k < cf_engine_line_stream_count(line); k++) {
            put_source(engine, worker, cf_engine_line_stream(line, k));
        }
        if (line != NULL && line->is_told) {
            put_sound(engine, worker, line);
        }
    }
}

/* As many of the legs as fill half a parcel. */
static void describe_to(struct cf_engine *engine, struct cf_engine_room *room, size_t worker) {
    struct cf_room_branches *branches = &room->branches;
    const struct cf_parcel *parcel = &engine->post.parcels[worker];
    if (branches->cursors[worker] == 0 && cf_engine_is_home(engine, room)) {
        struct cf_parcel_message message = message_of(room, CF_PARCEL_SPEAKER);
        message.leg = branches->speaker;
        put(engine, cf_worker_bit(worker), &message);
    }
    while (branches->cursors[worker] < engine->legs.slots_max && parcel->len < CF_PARCEL_OCTETS / 2) {
        const struct cf_engine_leg *leg = cf_media_names_at(&engine->legs, branches->cursors[worker]++);
        if (leg != NULL && leg->room == room && !leg->is_shadow) {
            describe_leg(engine, leg, cf_worker_bit(worker));
        }
    }
    if (branches->cursors[worker] >= engine->legs.slots_max) {
        branches->describing &= (uint16_t)~cf_worker_bit(worker);
    }
}

/* False: all rooms have been described. */
static bool describe_more(struct cf_engine *engine) {
    struct cf_link *first = cf_list_first(&engine->post.describing);
    if (first == NULL) {
        return false;
    }
    struct cf_room_branches *branches = CF_OF(first, struct cf_room_branches, describing_link);
    struct cf_engine_room *room = CF_OF(branches, struct cf_engine_room, branches);
    for (size_t i = 0; i < CF_MEDIA_WORKERS_MAX; i++) {
        if ((branches->describing & cf_worker_bit(i)) != 0) {
            describe_to(engine, room, i);
        }
    }
    if (branches->describing == 0) {
        cf_list_remove(first);
    }
    return true;
}

/* --- out --- */

bool cf_engine_poll_parcel(struct cf_engine *engine, struct cf_engine_parcel *ret_parcel) {
    struct cf_branch_post *post = &engine->post;
    if (post->polled > 0) {
        cf_parcel_clear(&post->parcels[post->polled - 1]);
        post->polled = 0;
    }
    do {
        for (size_t i = 0; i < CF_MEDIA_WORKERS_MAX; i++) {
            const struct cf_parcel *parcel = &post->parcels[i];
            if (parcel->len > 0) {
                post->polled = i + 1;
                *ret_parcel =
                    (struct cf_engine_parcel){.worker = i, .octets = {parcel->at, parcel->len}, .is_firm = parcel->has_state};
                return true;
            }
        }
    } while (describe_more(engine));
    return false;
}

void cf_engine_on_parcel_lost(struct cf_engine *engine) {
    struct cf_branch_post *post = &engine->post;
    struct cf_parcel_message message;
    if (post->polled == 0) {
        return;
    }
    const struct cf_parcel *parcel = &post->parcels[post->polled - 1];
    struct cf_span rest = {parcel->at, parcel->len};
    while (cf_parcel_next(&rest, &message)) {
        bool is_packet = cf_parcel_is_packet(message.kind);
        engine->totals.handed_out -= is_packet;
        engine->totals.handed_lost += is_packet;
    }
    if (parcel->has_state) {
        note_lost(engine, cf_worker_bit(post->polled - 1));
    }
}

cf_usec cf_engine_branches_deadline(const struct cf_engine *engine) {
    const struct cf_branch_post *post = &engine->post;
    return (post->lost | post->misread) == 0 ? CF_USEC_NEVER : post->recover_at;
}

/* What the others know of us begins anew. */
static void tell_anew(struct cf_engine *engine, struct cf_engine_room *room, uint16_t listeners) {
    struct cf_parcel_message message = message_of(room, CF_PARCEL_RESET);
    put(engine, listeners, &message);
    for (size_t i = 0; i < CF_MEDIA_WORKERS_MAX; i++) {
        if ((listeners & cf_worker_bit(i)) != 0) {
            begin_describing(engine, room, i);
        }
    }
}

void cf_engine_branches_on_deadline(struct cf_engine *engine) {
    struct cf_branch_post *post = &engine->post;
    uint16_t lost = post->lost;
    uint16_t workers = lost | post->misread;
    if (engine->now < cf_engine_branches_deadline(engine)) {
        return;
    }
    post->lost = post->misread = 0;
    for (size_t i = 0; i < engine->rooms.slots_max; i++) {
        struct cf_engine_room *room = cf_media_names_at(&engine->rooms, i);
        if (room != NULL && (room->branches.peers & workers) != 0) {
            say_hello(engine, room, room->branches.peers & workers);
            tell_anew(engine, room, room->branches.listeners & lost);
        }
    }
}
