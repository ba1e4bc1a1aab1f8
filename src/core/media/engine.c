/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine as a whole: making and unmaking, time, events. */
#include "core/media/engine.h"

#include "core/media/internal.h"

#define SLOT_LIMIT 65536
#define SOCKET_LIMIT 131072
#define EVENT_LIMIT 4096
#define STORE_BYTES ((size_t)256 * 1024)
#define STORE_PACKETS 1024
#define STORE_AGE CF_SEC(2)
#define PACKETS_PER_SEC 6000

/* Deadlines of legs that can wait a little fall on such points of time: however many legs there are, they wake us no more often.
 */
#define LAZY_GRID CF_MSEC(50)

/* A timer with nothing to do stays in its heap, so that setting it never needs memory. */
#define FAR (CF_USEC_NEVER - 1)

static void set_defaults(struct cf_engine_config *config) {
    config->slot_limit = config->slot_limit == 0 ? SLOT_LIMIT : config->slot_limit;
    config->socket_limit = config->socket_limit == 0 ? SOCKET_LIMIT : config->socket_limit;
    config->event_limit = config->event_limit == 0 ? EVENT_LIMIT : config->event_limit;
    config->packets_per_sec = config->packets_per_sec == 0 ? PACKETS_PER_SEC : config->packets_per_sec;
    if (config->store.bytes == 0) {
        config->store = (struct cf_store_config){.bytes = STORE_BYTES, .packets = STORE_PACKETS, .age = STORE_AGE};
    }
}

static void find_codecs(struct cf_engine *engine) {
    for (size_t i = 0; i < engine->config.codec_count; i++) {
        const struct cf_audio_codec *codec = engine->config.codecs[i];
        for (size_t k = CF_CODEC_NONE + 1; k < CF_CODEC_COUNT; k++) {
            if (cf_str_eq_nocase(cf_codec_row((enum cf_codec)k)->encoding, cf_str_of(codec->name))) {
                engine->codecs[k] = codec;
            }
        }
    }
}

/* RFC 7022 section 4.2: a name that says nothing about us. */
static void make_cname(struct cf_engine *engine) {
    engine->cname.len = 16;
    cf_entropy_word(engine->config.entropy, engine->cname.text, engine->cname.len);
}

enum cf_err cf_engine_init(struct cf_engine *engine, const struct cf_mem *mem, const struct cf_engine_config *config,
                           cf_usec now) {
    memset(engine, 0, sizeof *engine);
    engine->mem = mem;
    engine->config = *config;
    engine->now = now;
    engine->wall_offset = config->wall - now;
    set_defaults(&engine->config);
    find_codecs(engine);
    make_cname(engine);
    cf_media_names_init(&engine->rooms, mem, engine->config.slot_limit);
    cf_media_names_init(&engine->legs, mem, engine->config.slot_limit);
    cf_heap_init(&engine->room_timers, mem);
    cf_heap_init(&engine->leg_timers, mem);
    cf_list_init(&engine->handshakes);
    cf_engine_checks_init(engine);
    cf_list_init(&engine->batch_rooms);
    cf_list_init(&engine->mix_rooms);
    cf_list_init(&engine->touched_rooms);
    cf_list_init(&engine->due_pacers);
    cf_list_init(&engine->post.describing);
    bool made = cf_event_queue_init(&engine->events, mem, engine->config.event_limit) == CF_OK &&
                cf_control_queue_init(&engine->control, mem) == CF_OK && cf_outbox_init(&engine->outbox, mem) == CF_OK;
    if (!made) {
        cf_engine_fini(engine);
        return CF_ERR_NO_MEMORY;
    }
    return CF_OK;
}

void cf_engine_fini(struct cf_engine *engine) {
    cf_engine_drop_output(engine);
    for (size_t i = 0; i < engine->legs.slots_max; i++) {
        struct cf_engine_leg *leg = cf_media_names_at(&engine->legs, i);
        if (leg != NULL) {
            cf_engine_free_leg(engine, leg);
        }
    }
    for (size_t i = 0; i < engine->rooms.slots_max; i++) {
        struct cf_engine_room *room = cf_media_names_at(&engine->rooms, i);
        if (room != NULL) {
            cf_engine_free_room(engine, room);
        }
    }
    cf_media_names_fini(&engine->legs);
    cf_media_names_fini(&engine->rooms);
    cf_heap_fini(&engine->room_timers);
    cf_heap_fini(&engine->leg_timers);
    cf_engine_checks_fini(engine);
    cf_mem_free(engine->mem, engine->sockets, engine->sockets_max * sizeof *engine->sockets);
    engine->sockets = NULL;
    engine->sockets_max = 0;
    cf_event_queue_fini(&engine->events);
    cf_control_queue_fini(&engine->control);
    cf_outbox_fini(&engine->outbox);
    for (size_t i = 0; i < CF_MEDIA_WORKERS_MAX; i++) {
        cf_parcel_fini(&engine->post.parcels[i]);
    }
}

/* --- time --- */

void cf_engine_set_wall(struct cf_engine *engine, cf_wall wall, cf_usec now) {
    engine->wall_offset = wall - now;
}

cf_wall cf_engine_wall(const struct cf_engine *engine) {
    return engine->now + engine->wall_offset;
}

void cf_engine_begin(struct cf_engine *engine, cf_usec now) {
    cf_engine_drop_output(engine);
    engine->now = now;
}

void cf_engine_touch_room(struct cf_engine *engine, struct cf_engine_room *room) {
    if (!cf_link_is_in(&room->touched_link)) {
        cf_list_append(&engine->touched_rooms, &room->touched_link);
    }
}

bool cf_engine_room_is_empty(const struct cf_engine_room *room) {
    return cf_list_is_empty(&room->legs) && cf_list_is_empty(&room->shadows);
}

static cf_usec room_deadline(const struct cf_engine_room *room) {
    cf_usec mix = cf_engine_mix_deadline(room);
    cf_usec forward = room->policy.no_video ? CF_USEC_NEVER : cf_forward_deadline(&room->forward);
    return cf_engine_room_is_empty(room) ? CF_USEC_NEVER : cf_usec_min(mix, forward);
}

void cf_engine_set_room_timers(struct cf_engine *engine) {
    for (struct cf_link *link = cf_list_pop(&engine->touched_rooms); link != NULL; link = cf_list_pop(&engine->touched_rooms)) {
        struct cf_engine_room *room = CF_OF(link, struct cf_engine_room, touched_link);
        enum cf_err err = cf_heap_set(&engine->room_timers, &room->timer, cf_usec_min(room_deadline(room), FAR));
        cf_assert(err == CF_OK);
    }
}

/* What can wait a little: regular reports, statistics, silence that is told of. */
static cf_usec lazy_deadline(const struct cf_engine_leg *leg) {
    cf_usec deadline = CF_USEC_NEVER;
    for (size_t i = 0; i < leg->transport_count; i++) {
        const struct cf_engine_transport *t = leg->transports[i];
        if (t != NULL && t->has_schedule && !t->schedule.has_early) {
            deadline = cf_usec_min(deadline, cf_rtcp_schedule_deadline(&t->schedule));
        }
    }
    if (leg->room->policy.stats_interval_usec > 0) {
        deadline = cf_usec_min(deadline, leg->stats_at);
    }
    if (leg->policy.silence_usec > 0 && !leg->is_silent) {
        deadline = cf_usec_min(deadline, leg->heard_at + leg->policy.silence_usec);
    }
    return deadline >= FAR ? CF_USEC_NEVER : (deadline + LAZY_GRID - 1) / LAZY_GRID * LAZY_GRID;
}

static cf_usec leg_deadline(const struct cf_engine_leg *leg) {
    cf_usec deadline = lazy_deadline(leg);
    for (size_t i = 0; i < leg->transport_count; i++) {
        const struct cf_engine_transport *t = leg->transports[i];
        if (t != NULL && t->has_schedule && t->schedule.has_early) {
            deadline = cf_usec_min(deadline, cf_rtcp_schedule_deadline(&t->schedule));
        }
    }
    deadline = cf_usec_min(deadline, cf_engine_handshake_deadline(leg));
    for (size_t i = 0; i < CF_MEDIA_TRANSPORTS_MAX && leg->has_arrivals; i++) {
        if (leg->transports[i] != NULL) {
            deadline = cf_usec_min(deadline, cf_arrivals_deadline(&leg->transports[i]->arrivals));
        }
    }
    return cf_usec_min(deadline, cf_engine_bandwidth_deadline(leg));
}

void cf_engine_set_leg_timer(struct cf_engine *engine, struct cf_engine_leg *leg) {
    enum cf_err err = cf_heap_set(&engine->leg_timers, &leg->timer, cf_usec_min(leg_deadline(leg), FAR));
    cf_assert(err == CF_OK);
}

void cf_engine_on_closed(struct cf_engine *engine, uint32_t socket, const struct cf_addr *from, cf_usec now) {
    cf_engine_begin(engine, now);
    cf_engine_checks_on_closed(engine, socket, from);
}

bool cf_engine_knows(const struct cf_engine *engine, uint32_t socket, const struct cf_addr *from) {
    uint8_t component;
    return cf_engine_checks_route(engine, socket, from, &component) != NULL;
}

cf_usec cf_engine_deadline(const struct cf_engine *engine) {
    cf_usec deadline = cf_usec_min(cf_heap_deadline(&engine->room_timers), cf_heap_deadline(&engine->leg_timers));
    deadline = cf_usec_min(deadline, cf_engine_checks_deadline(engine));
    deadline = cf_usec_min(deadline, cf_engine_branches_deadline(engine));
    return deadline >= FAR ? CF_USEC_NEVER : deadline;
}

static void ask_sources(struct cf_engine *engine, struct cf_engine_room *room) {
    struct cf_source *source;
    struct cf_source_ask ask;
    while (cf_forward_poll_ask(&room->forward, engine->now, &source, &ask)) {
        struct cf_engine_stream *stream = cf_engine_stream_of(source);
        if (stream->line->leg->is_shadow) {
            cf_engine_tell_wish(engine, stream, &ask);
        } else {
            cf_engine_send_ask(engine, stream, &ask);
        }
    }
}

void cf_engine_tell_paused(struct cf_engine *engine, const struct cf_engine_line *line, enum cf_media_pause cause,
                           bool is_paused) {
    struct cf_media_event event = cf_engine_leg_event(line->leg, CF_MEDIA_EVENT_PAUSED);
    event.as.paused.line = line->index;
    event.as.paused.cause = cause;
    event.as.paused.is_paused = is_paused;
    cf_event_queue_put(&engine->events, &event);
}

/* Pictures that somebody is to see come in formats alone that he does not take, or don't any more. */
static void tell_unfit(struct cf_engine *engine, struct cf_engine_room *room) {
    struct cf_sink *sink;
    while ((sink = cf_forward_poll_unfit(&room->forward)) != NULL) {
        const struct cf_engine_line *line = CF_OF(sink, struct cf_engine_line, sink);
        cf_engine_tell_paused(engine, line, CF_MEDIA_PAUSE_CODEC, sink->is_unfit);
    }
}

static void on_room_timer(struct cf_engine *engine, struct cf_engine_room *room) {
    if (engine->now >= cf_engine_mix_deadline(room)) {
        cf_mixer_on_deadline(&room->mixer, engine->now);
        if (!cf_engine_lobby_is_empty(room)) {
            cf_mixer_on_deadline(room->lobby, engine->now);
        }
        cf_list_append(&engine->mix_rooms, &room->mix_link);
    }
    cf_forward_on_deadline(&room->forward, engine->now);
    tell_unfit(engine, room);
    ask_sources(engine, room);
    cf_engine_touch_room(engine, room);
}

static void report_silence(struct cf_engine *engine, struct cf_engine_leg *leg) {
    bool due = leg->policy.silence_usec > 0 && engine->now - leg->heard_at >= leg->policy.silence_usec;
    if (due && !leg->is_silent) {
        struct cf_media_event event = cf_engine_leg_event(leg, CF_MEDIA_EVENT_SILENT);
        cf_event_queue_put(&engine->events, &event);
        leg->is_silent = true;
        leg->is_heard = false;
    }
}

static void on_leg_timer(struct cf_engine *engine, struct cf_engine_leg *leg) {
    for (size_t i = 0; i < leg->transport_count; i++) {
        struct cf_engine_transport *t = leg->transports[i];
        if (t == NULL || !t->has_schedule) {
            continue;
        }
        cf_rtcp_schedule_on_deadline(&t->schedule, engine->now);
        if (cf_rtcp_schedule_poll(&t->schedule) != CF_RTCP_DUE_NONE) {
            cf_engine_send_reports(engine, t);
        }
    }
    cf_engine_on_handshake_deadline(engine, leg);
    cf_engine_send_arrivals(engine, leg);
    cf_engine_bandwidth_on_timer(engine, leg);
    if (leg->room->policy.stats_interval_usec > 0 && engine->now >= leg->stats_at) {
        leg->stats_at = engine->now + leg->room->policy.stats_interval_usec;
        cf_engine_report_stats(engine, leg);
        cf_engine_report_totals(engine);
    }
    report_silence(engine, leg);
    cf_engine_set_leg_timer(engine, leg);
}

/* By how much the tick of a room comes late: the thread that we live in was not run, or had too much else to do. Other deadlines
 * say nothing of that: some mean "as soon as possible". */
static cf_usec lateness_of(const struct cf_engine *engine, const struct cf_engine_room *room) {
    return room->policy.no_audio || cf_engine_room_is_empty(room) ? 0 : engine->now - cf_mixer_deadline(&room->mixer);
}

void cf_engine_on_deadline(struct cf_engine *engine, cf_usec now) {
    cf_usec late = 0;
    cf_engine_begin(engine, now);
    for (struct cf_timer *t = cf_heap_pop(&engine->room_timers, now); t != NULL; t = cf_heap_pop(&engine->room_timers, now)) {
        struct cf_engine_room *room = CF_OF(t, struct cf_engine_room, timer);
        cf_usec of_room = lateness_of(engine, room);
        late = of_room > late ? of_room : late;
        on_room_timer(engine, room);
    }
    engine->totals.late_usec += late >= CF_ENGINE_LATE_USEC ? (uint64_t)late : 0;
    for (struct cf_timer *t = cf_heap_pop(&engine->leg_timers, now); t != NULL; t = cf_heap_pop(&engine->leg_timers, now)) {
        on_leg_timer(engine, CF_OF(t, struct cf_engine_leg, timer));
    }
    cf_engine_checks_on_deadline(engine);
    cf_engine_branches_on_deadline(engine);
}

/* --- events and counters --- */

struct cf_media_event cf_engine_leg_event(const struct cf_engine_leg *leg, enum cf_media_event_kind kind) {
    return (struct cf_media_event){.kind = kind, .room = leg->room->name, .leg = leg->name};
}

bool cf_engine_poll_event(struct cf_engine *engine, struct cf_media_event *ret_event) {
    return cf_event_queue_take(&engine->events, ret_event);
}

const struct cf_engine_totals *cf_engine_totals(const struct cf_engine *engine) {
    return &engine->totals;
}
