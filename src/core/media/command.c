/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What signalling asks for: rooms, legs, transports, lines come and go. */
#include "core/media/internal.h"

#include "core/media/engine.h"

/* Silence is sent to all for half a second, then now and then. */
#define REST_AFTER_TICKS 25

/* Ticks of all rooms fall on few points of time, so that one awakening serves many rooms; not on one, so that sound of many rooms
 * does not come in one burst. */
#define TICK_GRID CF_MSEC(5)

static void report_failure(struct cf_engine *engine, const struct cf_media_command *command, uint16_t index, enum cf_err err) {
    const struct cf_media_event event = {
        .kind = CF_MEDIA_EVENT_FAILED,
        .room = command->room,
        .leg = command->leg,
        .as.failed = {.command = command->kind, .err = err, .index = index},
    };
    cf_event_queue_put(&engine->events, &event);
}

/* --- rooms --- */

static cf_usec first_tick(cf_usec now) {
    return now + (TICK_GRID - now % TICK_GRID) % TICK_GRID;
}

static enum cf_err add_room(struct cf_engine *engine, const struct cf_media_command *command) {
    struct cf_engine_room *room = cf_mem_alloc(engine->mem, sizeof *room);
    if (room == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    const struct cf_mixer_config mixer = {.resampler = engine->config.resampler,
                                          .sounds = engine->config.sounds,
                                          .rest_after_ticks = engine->config.sends_silence ? 0 : REST_AFTER_TICKS};
    room->name = command->room;
    room->policy = command->as.room_policy;
    room->next_levels_event = engine->now;
    cf_list_init(&room->legs);
    for (size_t i = 0; i < CF_MIX_PLACES_MAX; i++) {
        cf_list_init(&room->places[i]);
    }
    cf_list_init(&room->shadows);
    cf_mixer_init(&room->mixer, engine->mem, &mixer, first_tick(engine->now));
    cf_forward_init(&room->forward, engine->now);
    room->forward.pauses_unseen = room->policy.pauses_unseen;
    /* Once in the heap, its place is reserved. */
    enum cf_err err = cf_heap_set(&engine->room_timers, &room->timer, engine->now);
    if (err == CF_OK) {
        err = cf_media_names_add(&engine->rooms, command->room, room);
    }
    if (err != CF_OK) {
        cf_heap_cancel(&engine->room_timers, &room->timer);
        cf_mixer_fini(&room->mixer);
        cf_mem_free(engine->mem, room, sizeof *room);
        return err;
    }
    cf_engine_touch_room(engine, room);
    err = cf_engine_set_branches(engine, room);
    if (err != CF_OK) {
        cf_engine_free_room(engine, room);
    }
    return err;
}

void cf_engine_free_room(struct cf_engine *engine, struct cf_engine_room *room) {
    cf_assert(cf_list_is_empty(&room->legs) && cf_list_is_empty(&room->shadows));
    cf_engine_forget_branches(room);
    cf_media_names_remove(&engine->rooms, room->name);
    cf_heap_cancel(&engine->room_timers, &room->timer);
    cf_list_remove(&room->touched_link);
    cf_mixer_fini(&room->mixer);
    cf_engine_free_lobby(engine, room);
    cf_mem_free(engine->mem, room, sizeof *room);
}

static void remove_leg(struct cf_engine *engine, struct cf_engine_leg *leg) {
    for (size_t i = 0; i < leg->line_count; i++) {
        if (leg->lines[i] != NULL && leg->lines[i]->is_active) {
            cf_engine_send_report(engine, leg->lines[i], true);
        }
    }
    struct cf_media_event event = cf_engine_leg_event(leg, CF_MEDIA_EVENT_LEG_GONE);
    cf_event_queue_put(&engine->events, &event);
    cf_engine_free_leg(engine, leg);
}

static void remove_room(struct cf_engine *engine, struct cf_engine_room *room) {
    cf_engine_drop_shadows(engine, room, UINT16_MAX);
    CF_LIST_EACH (&room->legs, link, following) {
        remove_leg(engine, CF_OF(link, struct cf_engine_leg, room_link));
    }
    cf_engine_free_room(engine, room);
}

/* --- legs --- */

/* Tiles that named @p leg before it came. */
static void show_to_waiting(struct cf_engine *engine, const struct cf_engine_leg *leg) {
    CF_LIST_EACH (&leg->room->forward.idle_tiles, link, following) {
        struct cf_engine_line *line = CF_OF(CF_OF(link, struct cf_sink, room_link), struct cf_engine_line, sink);
        if (cf_handle_eq(line->use.pick.leg, leg->name)) {
            enum cf_err err = cf_engine_join(engine, line);
            (void)err; /* it was in the room already */
        }
    }
}

enum cf_err cf_engine_enter_leg(struct cf_engine *engine, struct cf_engine_room *room, struct cf_engine_leg *leg,
                                struct cf_handle name) {
    leg->name = name;
    leg->room = room;
    leg->heard_at = engine->now;
    cf_player_init(&leg->player, engine->config.sounds);
    leg->stats_at = engine->now + room->policy.stats_interval_usec;
    for (size_t i = 0; i < CF_SCENE_KIND_COUNT; i++) {
        cf_scene_init(&leg->pictures[i], cf_engine_leg_number(leg), (enum cf_scene_kind)i);
    }
    enum cf_err err = cf_media_names_add(&engine->legs, name, leg);
    if (err != CF_OK) {
        return err;
    }
    if (cf_engine_room_is_empty(room)) {
        cf_mixer_resume(&room->mixer, engine->now);
    }
    cf_list_append(leg->is_shadow ? &room->shadows : &room->legs, &leg->room_link);
    show_to_waiting(engine, leg);
    cf_engine_touch_room(engine, room);
    return CF_OK;
}

static enum cf_err add_leg(struct cf_engine *engine, const struct cf_media_command *command) {
    struct cf_engine_room *room = cf_media_names_get(&engine->rooms, command->room);
    if (room == NULL) {
        return CF_ERR_NOT_FOUND;
    }
    struct cf_engine_leg *leg = cf_mem_alloc(engine->mem, sizeof *leg);
    if (leg == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    leg->worker = engine->config.worker;
    leg->policy = command->as.leg_policy;
    enum cf_err err = cf_heap_set(&engine->leg_timers, &leg->timer, engine->now);
    if (err == CF_OK) {
        cf_engine_make_way(engine, command->leg);
        err = cf_engine_enter_leg(engine, room, leg, command->leg);
    }
    if (err != CF_OK) {
        cf_heap_cancel(&engine->leg_timers, &leg->timer);
        cf_mem_free(engine->mem, leg, sizeof *leg);
        return err;
    }
    cf_engine_look_at_branches(engine, room);
    return CF_OK;
}

static void unmap_sockets(struct cf_engine *engine, const struct cf_engine_transport *t) {
    for (size_t i = 0; i < CF_ENGINE_PORT_COUNT; i++) {
        uint32_t socket = t->sockets[i];
        if (socket < engine->sockets_max && engine->sockets[socket].transport == t) {
            engine->sockets[socket] = (struct cf_engine_socket){.transport = NULL};
        }
    }
}

void cf_engine_free_leg(struct cf_engine *engine, struct cf_engine_leg *leg) {
    struct cf_engine_room *room = leg->room;
    cf_engine_bandwidth_free(engine, leg);
    for (size_t i = 0; i < leg->line_count; i++) {
        if (leg->lines[i] != NULL) {
            cf_engine_part(engine, leg->lines[i]);
            cf_engine_free_streams(engine, leg->lines[i]);
            cf_mem_free(engine->mem, leg->lines[i], sizeof *leg->lines[i]);
        }
    }
    cf_engine_tell_leg_gone(engine, leg);
    for (size_t i = 0; i < CF_SCENE_KIND_COUNT; i++) {
        cf_forward_forget_picture(&leg->room->forward, &leg->pictures[i]);
    }
    for (size_t i = 0; i < CF_MEDIA_TRANSPORTS_MAX; i++) {
        if (leg->transports[i] != NULL) {
            unmap_sockets(engine, leg->transports[i]);
            cf_engine_checks_drop(engine, leg->transports[i]);
            cf_engine_transport_fini(leg->transports[i], engine->config.crypto);
            cf_engine_free_associations(engine, leg->transports[i]);
            cf_mem_free(engine->mem, leg->transports[i], sizeof *leg->transports[i]);
        }
    }
    cf_media_names_remove(&engine->legs, leg->name);
    cf_heap_cancel(&engine->leg_timers, &leg->timer);
    cf_list_remove(&leg->room_link);
    cf_engine_touch_room(engine, room);
    if (!leg->is_shadow) {
        cf_engine_look_at_branches(engine, room);
    }
    cf_mem_free(engine->mem, leg, sizeof *leg);
}

enum cf_err cf_engine_join_all(struct cf_engine *engine, struct cf_engine_leg *leg, uint16_t *ret_index) {
    enum cf_err first = CF_OK;
    cf_engine_choose_sound(leg);
    for (size_t i = 0; i < leg->line_count; i++) {
        enum cf_err err = leg->lines[i] == NULL ? CF_OK : cf_engine_join(engine, leg->lines[i]);
        if (err != CF_OK && first == CF_OK) {
            first = err;
            *ret_index = (uint16_t)i;
        }
    }
    cf_engine_touch_room(engine, leg->room);
    cf_engine_set_leg_timer(engine, leg);
    /* Who is let in, or has keys, only now has lines that are sent to only now. */
    enum cf_err err = cf_engine_bandwidth_set(engine, leg);
    if (err != CF_OK && first == CF_OK) {
        first = err;
        *ret_index = 0;
    }
    return first;
}

/* A line has changed. Others are concerned only where it is, or was, one of which there is one in a leg. */
static enum cf_err join_line(struct cf_engine *engine, struct cf_engine_leg *leg, struct cf_engine_line *line, bool was_single,
                             uint16_t *ret_index) {
    bool is_single = line->agreed.kind == CF_MEDIA_AUDIO || line->use.pick.kind == CF_MEDIA_PICK_SPEAKER;
    if (is_single || was_single) {
        return cf_engine_join_all(engine, leg, ret_index);
    }
    *ret_index = line->index;
    cf_engine_touch_room(engine, leg->room);
    cf_engine_set_leg_timer(engine, leg);
    enum cf_err err = cf_engine_join(engine, line);
    return err == CF_OK ? cf_engine_bandwidth_set(engine, leg) : err;
}

static enum cf_err set_leg(struct cf_engine *engine, struct cf_engine_leg *leg, const struct cf_media_leg_policy *policy,
                           uint16_t *ret_index) {
    leg->policy = *policy;
    for (size_t i = 0; i < CF_MEDIA_TRANSPORTS_MAX; i++) {
        if (leg->transports[i] != NULL) {
            cf_engine_transport_set_policy(leg->transports[i], policy);
        }
    }
    return cf_engine_join_all(engine, leg, ret_index);
}

/* --- transports --- */

static enum cf_err map_socket(struct cf_engine *engine, struct cf_engine_transport *t, enum cf_engine_port port,
                              uint32_t socket) {
    if (socket >= engine->config.socket_limit) {
        return CF_ERR_LIMIT;
    }
    void *sockets = engine->sockets;
    if (!cf_mem_grow(engine->mem, &sockets, &engine->sockets_max, (size_t)socket + 1, sizeof *engine->sockets)) {
        return CF_ERR_NO_MEMORY;
    }
    engine->sockets = sockets;
    struct cf_engine_socket *slot = &engine->sockets[socket];
    if (slot->transport != NULL && slot->transport != t) {
        return CF_ERR_EXISTS;
    }
    *slot = (struct cf_engine_socket){.transport = t, .port = port};
    return CF_OK;
}

/* A transport that shares its socket with others has none of its own. */
static enum cf_err map_sockets(struct cf_engine *engine, struct cf_engine_transport *t,
                               const struct cf_media_transport_set *set) {
    enum cf_err err = CF_OK;
    if (set->transport.own_ice.is_used && set->rtp_socket == CF_MEDIA_SOCKET_NONE) {
        return t->has_mux ? CF_OK : CF_ERR_MISMATCH;
    }
    if (!t->has_mux) {
        err = map_socket(engine, t, CF_ENGINE_PORT_RTCP, set->rtcp_socket);
    }
    return err == CF_OK ? map_socket(engine, t, CF_ENGINE_PORT_RTP, set->rtp_socket) : err;
}

static enum cf_err set_checks(struct cf_engine *engine, struct cf_engine_transport *t, const struct cf_media_transport_set *set) {
    if (!set->transport.own_ice.is_used) {
        cf_engine_checks_drop(engine, t);
        return CF_OK;
    }
    return cf_engine_checks_set(engine, t, set);
}

static enum cf_err set_transport(struct cf_engine *engine, struct cf_engine_leg *leg, const struct cf_media_transport_set *set) {
    if (set->index >= CF_MEDIA_TRANSPORTS_MAX) {
        return CF_ERR_LIMIT;
    }
    struct cf_engine_transport **t = &leg->transports[set->index];
    if (*t == NULL) {
        *t = cf_mem_alloc(engine->mem, sizeof **t);
        if (*t == NULL) {
            return CF_ERR_NO_MEMORY;
        }
        cf_engine_transport_init(*t, leg, set->index);
        leg->transport_count = set->index >= leg->transport_count ? (uint16_t)(set->index + 1) : leg->transport_count;
    }
    unmap_sockets(engine, *t);
    enum cf_err err = cf_engine_transport_set(*t, engine->config.crypto, set, &leg->policy);
    if (err == CF_OK) {
        err = map_sockets(engine, *t, set);
    }
    if (err == CF_OK) {
        err = set_checks(engine, *t, set);
    }
    if (err == CF_OK) {
        cf_engine_begin_handshakes(engine, *t, set);
    } else {
        /* Closed: it must not send from a socket that is not its own. */
        cf_engine_checks_drop(engine, *t);
        cf_engine_transport_fini(*t, engine->config.crypto);
    }
    return err;
}

static void add_candidates(struct cf_engine *engine, const struct cf_engine_leg *leg, const struct cf_media_trickle *trickle) {
    struct cf_engine_transport *t = trickle->index < CF_MEDIA_TRANSPORTS_MAX ? leg->transports[trickle->index] : NULL;
    if (t != NULL) {
        cf_engine_checks_trickle(engine, t, trickle);
    }
}

/* --- lines --- */

/* RTCP takes 5 % of the bandwidth (RFC 3550 section 6.2), and no regular report more often than that. */
#define SOUND_RTCP_BPS 3200
#define PICTURE_RTCP_BPS 50000
#define REPORT_INTERVAL_MIN CF_SEC(2)

static void begin_schedule(struct cf_engine *engine, struct cf_engine_transport *t, const struct cf_media_line *line) {
    bool is_sound = line->kind == CF_MEDIA_AUDIO;
    bool is_avpf =
        line->profile == CF_PROFILE_AVPF || line->profile == CF_PROFILE_SAVPF || line->profile == CF_PROFILE_DTLS_SAVPF;
    cf_usec asked = CF_MSEC((cf_usec)line->trr_int_msec);
    uint64_t seed;
    cf_entropy_fill(engine->config.entropy, &seed, sizeof seed);
    const struct cf_rtcp_schedule_config config = {
        .bandwidth_bps = is_sound ? SOUND_RTCP_BPS : PICTURE_RTCP_BPS,
        .is_avpf = is_avpf,
        .minimum_usec = CF_RTCP_MINIMUM,
        .trr_int_usec = asked > REPORT_INTERVAL_MIN ? asked : REPORT_INTERVAL_MIN,
        .packet_octets = 120,
        .seed = seed,
    };
    cf_rtcp_schedule_init(&t->schedule, &config, engine->now);
    t->has_schedule = true;
}

/* All lines of a transport are one session (RFC 8108): their SSRCs, ours and the peer's, share its bandwidth. */
static void set_schedule(struct cf_engine *engine, struct cf_engine_line *line) {
    struct cf_engine_transport *t = line->transport;
    uint32_t count = 0;
    if (!t->has_schedule) {
        begin_schedule(engine, t, &line->agreed);
    }
    if (line->agreed.kind == CF_MEDIA_VIDEO) {
        t->schedule.config.bandwidth_bps = PICTURE_RTCP_BPS;
    }
    for (size_t i = 0; i < line->leg->line_count; i++) {
        const struct cf_engine_line *other = line->leg->lines[i];
        count += other != NULL && other->is_active && other->transport == t && count < CF_ENGINE_REPORTS_MAX;
    }
    cf_rtcp_schedule_on_members(&t->schedule, 2 * count, 2 * count, true, engine->now);
}

static struct cf_engine_line *get_line(struct cf_engine *engine, struct cf_engine_leg *leg, uint16_t index) {
    bool is_new = leg->lines[index] == NULL;
    struct cf_engine_line *line = cf_engine_get_line(engine, leg, index);
    if (line != NULL && is_new) {
        line->timestamp_offset = cf_entropy_u32(engine->config.entropy);
        /* Below 2^15, so that a lost first packet can't confuse rollover counters (RFC 3711 section 3.3.1). */
        line->sequence = cf_entropy_u32(engine->config.entropy) & 0x7fffU;
        line->rtx_sequence = cf_entropy_u32(engine->config.entropy) & 0x7fffU;
    }
    return line;
}

/* Arrivals on the line's transport are noted from now on if that was agreed on. */
static enum cf_err note_arrivals(struct cf_engine *engine, struct cf_engine_line *line) {
    struct cf_engine_transport *t = line->transport;
    bool wanted = line->is_active && cf_engine_line_receives(line, CF_EXTENSION_TRANSPORT_CC) &&
                  cf_engine_line_has_feedback(line, CF_FEEDBACK_TRANSPORT_CC);
    if (!wanted || t->arrivals.mem != NULL) {
        return CF_OK;
    }
    line->leg->has_arrivals = true;
    return cf_arrivals_init(&t->arrivals, engine->mem);
}

static enum cf_err set_line(struct cf_engine *engine, struct cf_engine_leg *leg, const struct cf_media_line_set *set,
                            uint16_t *ret_index) {
    if (set->index >= CF_MEDIA_LINES_MAX || (set->line.is_active && set->line.transport >= CF_MEDIA_TRANSPORTS_MAX)) {
        return CF_ERR_LIMIT;
    }
    struct cf_engine_transport *transport = set->line.is_active ? leg->transports[set->line.transport] : NULL;
    struct cf_engine_line *line = get_line(engine, leg, set->index);
    if (line == NULL) {
        return CF_ERR_NO_MEMORY;
    }
    bool was_single = line->agreed.kind == CF_MEDIA_AUDIO || line->use.pick.kind == CF_MEDIA_PICK_SPEAKER;
    if (line->is_active && (!set->line.is_active || set->line.kind != line->agreed.kind)) {
        cf_engine_send_report(engine, line, true);
        cf_engine_part(engine, line);
    }
    enum cf_err err = cf_engine_set_streams(engine, line, &set->line);
    if (err != CF_OK) {
        return err;
    }
    line->use = set->use;
    bool changed =
        cf_engine_line_set(line, &set->line, transport, engine->codecs, cf_entropy_u32(engine->config.entropy), engine->now);
    if (changed) {
        cf_rewrite_forget(&line->sink.rewrite);
    }
    if (line->is_active) {
        set_schedule(engine, line);
    }
    cf_engine_leg_note_takers(leg);
    err = join_line(engine, leg, line, was_single, ret_index);
    err = err == CF_OK ? note_arrivals(engine, line) : err;
    return err == CF_OK && set->line.is_active && transport == NULL ? CF_ERR_NOT_FOUND : err;
}

static enum cf_err use_line(struct cf_engine *engine, struct cf_engine_leg *leg, const struct cf_media_line_use *use,
                            uint16_t *ret_index) {
    struct cf_engine_line *line = use->index < leg->line_count ? leg->lines[use->index] : NULL;
    if (line == NULL) {
        return CF_ERR_NOT_FOUND;
    }
    bool was_single = line->use.pick.kind == CF_MEDIA_PICK_SPEAKER;
    line->use = use->use;
    return join_line(engine, leg, line, was_single, ret_index);
}

/* --- all of it --- */

static void do_room_command(struct cf_engine *engine, const struct cf_media_command *command) {
    struct cf_engine_room *room = cf_media_names_get(&engine->rooms, command->room);
    enum cf_err err = CF_OK;
    if (command->kind == CF_MEDIA_PLAY && room != NULL) {
        err = cf_engine_announce(engine, room, &command->as.phrase);
    } else if (command->kind == CF_MEDIA_ROOM_ADD) {
        err = add_room(engine, command);
    } else if (command->kind == CF_MEDIA_ROOM_REMOVE && room != NULL) {
        remove_room(engine, room);
    } else if (command->kind == CF_MEDIA_ROOM_SET && room != NULL) {
        room->policy = command->as.room_policy;
        room->forward.pauses_unseen = room->policy.pauses_unseen;
        cf_engine_touch_room(engine, room);
        err = cf_engine_set_branches(engine, room);
        CF_LIST_EACH (&room->legs, link, following) {
            uint16_t index;
            enum cf_err joined = cf_engine_join_all(engine, CF_OF(link, struct cf_engine_leg, room_link), &index);
            err = err == CF_OK ? joined : err;
        }
    }
    if (err != CF_OK) {
        report_failure(engine, command, 0, err);
    }
}

static void do_leg_command(struct cf_engine *engine, const struct cf_media_command *command) {
    struct cf_engine_leg *leg = cf_media_names_get(&engine->legs, command->leg);
    uint16_t index = 0;
    enum cf_err err = CF_OK;
    if (command->kind == CF_MEDIA_LEG_ADD) {
        err = add_leg(engine, command);
    } else if (leg == NULL || leg->is_shadow) {
        return;
    } else if (command->kind == CF_MEDIA_LEG_SET) {
        err = set_leg(engine, leg, &command->as.leg_policy, &index);
    } else if (command->kind == CF_MEDIA_LEG_REMOVE) {
        remove_leg(engine, leg);
    } else if (command->kind == CF_MEDIA_TRANSPORT_SET) {
        index = command->as.transport.index;
        err = set_transport(engine, leg, &command->as.transport);
    } else if (command->kind == CF_MEDIA_TRICKLE) {
        add_candidates(engine, leg, &command->as.trickle);
    } else if (command->kind == CF_MEDIA_LINE_SET) {
        index = command->as.line.index;
        err = set_line(engine, leg, &command->as.line, &index);
    } else if (command->kind == CF_MEDIA_LINE_USE) {
        index = command->as.use.index;
        err = use_line(engine, leg, &command->as.use, &index);
    } else if (command->kind == CF_MEDIA_PLAY) {
        err = cf_engine_play(engine, leg, &command->as.phrase);
    } else if (command->kind == CF_MEDIA_SAS_VERIFY) {
        cf_engine_verify_sas(engine, leg, command->as.is_sas_verified);
    } else if (command->kind == CF_MEDIA_HUSH) {
        cf_engine_hush(leg);
    } else {
        cf_engine_report_stats(engine, leg);
    }
    if (err != CF_OK) {
        report_failure(engine, command, index, err);
    }
}

void cf_engine_command(struct cf_engine *engine, const struct cf_media_command *command, cf_usec now) {
    cf_engine_begin(engine, now);
    switch (command->kind) {
    case CF_MEDIA_PLAY:
        if (!cf_handle_is_set(command->leg)) {
            do_room_command(engine, command);
            break;
        }
        do_leg_command(engine, command);
        break;
    case CF_MEDIA_ROOM_ADD:
    case CF_MEDIA_ROOM_SET:
    case CF_MEDIA_ROOM_REMOVE:
        do_room_command(engine, command);
        break;
    case CF_MEDIA_LEG_ADD:
    case CF_MEDIA_LEG_SET:
    case CF_MEDIA_LEG_REMOVE:
    case CF_MEDIA_TRANSPORT_SET:
    case CF_MEDIA_LINE_SET:
    case CF_MEDIA_TRICKLE:
    case CF_MEDIA_LINE_USE:
    case CF_MEDIA_HUSH:
    case CF_MEDIA_SAS_VERIFY:
    case CF_MEDIA_STATS_GET:
        do_leg_command(engine, command);
        break;
    default:
        CF_BUG("commands come from our own signalling");
    }
    cf_engine_set_room_timers(engine);
}
