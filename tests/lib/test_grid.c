/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Members who see each other. */
#include "lib/test_grid.h"

#include "core/rtcp/feedback.h"
#include "core/rtcp/report.h"
#include "lib/test.h"
#include "lib/test_workers.h"

#define WALL (INT64_C(1700000000) * 1000000)
#define PT 97
#define MID_ID 1
#define KEY_DELAY CF_MSEC(40)
#define MAIN_SIZE 1000 /* octets that a packet of a camera has on a link, whatever it has here */
#define SMALL_SIZE 300

/* --- the way --- */

static bool is_before(const struct grid_event *a, const struct grid_event *b) {
    return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void swap(struct grid_event *a, struct grid_event *b) {
    struct grid_event c = *a;
    *a = *b;
    *b = c;
}

static void add_event(struct grid *g, struct grid_event *event, struct cf_span octets) {
    assert_true(octets.len <= sizeof event->octets);
    memcpy(event->octets, octets.at, octets.len);
    event->len = (uint16_t)octets.len;
    event->order = g->order++;
    if (g->event_count == g->events_max) {
        g->events_max = g->events_max == 0 ? 1024 : 2 * g->events_max;
        g->events = test_realloc(g->events, g->events_max * sizeof *g->events);
        assert_non_null(g->events);
    }
    size_t i = g->event_count++;
    g->events[i] = *event;
    for (; i > 0 && is_before(&g->events[i], &g->events[(i - 1) / 2]); i = (i - 1) / 2) {
        swap(&g->events[i], &g->events[(i - 1) / 2]);
    }
}

static struct grid_event take_event(struct grid *g) {
    struct grid_event first = g->events[0];
    g->events[0] = g->events[--g->event_count];
    for (size_t i = 0;;) {
        size_t least = i;
        for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < g->event_count; child++) {
            least = is_before(&g->events[child], &g->events[least]) ? child : least;
        }
        if (least == i) {
            return first;
        }
        swap(&g->events[i], &g->events[least]);
        i = least;
    }
}

/* Put a datagram on a link; @size is what the link thinks it has. */
static void transmit(struct grid *g, struct grid_member *m, bool is_up, size_t size, struct cf_span octets) {
    cf_usec arrivals[2];
    size_t count = netem_link_send(is_up ? &m->up : &m->down, size, g->now, arrivals);
    for (size_t i = 0; i < count; i++) {
        struct grid_event event = {.at = arrivals[i], .member = m->number, .is_up = is_up};
        add_event(g, &event, octets);
    }
}

/* --- what members send --- */

static void send_rtp(struct grid *g, struct grid_member *m, size_t which, uint16_t sequence, struct cf_span octets) {
    struct grid_sender *s = &m->senders[which];
    assert_true(octets.len <= sizeof s->sent[0].octets);
    memcpy(s->sent[sequence % 512].octets, octets.at, octets.len);
    s->sent[sequence % 512].len = (uint8_t)octets.len;
    s->sent[sequence % 512].sequence = sequence;
    transmit(g, m, true, which == GRID_MAIN ? MAIN_SIZE : SMALL_SIZE, octets);
}

static void send_picture(struct grid *g, struct grid_member *m, size_t which) {
    static const char *const mids[] = {"vs", "ts"};
    struct grid_sender *s = &m->senders[which];
    struct test_camera_packet packet;
    uint8_t block[16];
    uint8_t octets[200];
    struct cf_writer extension;
    struct cf_writer w;
    const struct cf_rtp_ext list = {.id = MID_ID, .data = cf_str_span(cf_str_of(mids[which]))};
    test_camera_next(&s->camera, &packet);
    cf_writer_init(&extension, block, sizeof block);
    struct cf_rtp_header header = {
        .timestamp = packet.timestamp, .ssrc = s->ssrc, .sequence = packet.sequence, .marker = packet.marker, .payload_type = PT};
    header.extension_profile = cf_rtp_put_extensions(&extension, &list, 1);
    header.extension = cf_writer_span(&extension);
    cf_writer_init(&w, octets, sizeof octets);
    cf_rtp_put_header(&w, &header);
    cf_put_bytes(&w, packet.payload, packet.len);
    assert_true(cf_writer_ok(&w));
    send_rtp(g, m, which, packet.sequence, cf_writer_span(&w));
}

static void ask(struct grid *g, struct grid_member *m, size_t line, const struct test_watch_ask *wanted) {
    uint8_t compound[250];
    struct cf_writer w;
    uint32_t ssrc = m->ssrc_of_engine[line];
    cf_writer_init(&w, compound, sizeof compound);
    cf_put_rtcp_rr(&w, m->senders[GRID_MAIN].ssrc, NULL, 0);
    cf_put_rtcp_nack(&w, m->senders[GRID_MAIN].ssrc, ssrc, wanted->missing, wanted->count);
    if (wanted->key) {
        cf_put_rtcp_pli(&w, m->senders[GRID_MAIN].ssrc, ssrc);
    }
    assert_true(cf_writer_ok(&w));
    transmit(g, m, true, w.len, cf_writer_span(&w));
}

static void ask_for_all(struct grid *g, struct grid_member *m) {
    struct test_watch_ask wanted;
    for (size_t i = 0; i < m->tile_count; i++) {
        if (test_watch_poll(&m->tiles[i], g->now, &wanted)) {
            ask(g, m, GRID_TILES + i, &wanted);
        }
    }
    if (test_watch_poll(&m->follower, g->now, &wanted)) {
        ask(g, m, GRID_MAIN, &wanted);
    }
}

static void tick_member(struct grid *g, struct grid_member *m) {
    for (size_t which = g->config.no_main ? GRID_SMALL : GRID_MAIN; which <= GRID_SMALL; which++) {
        struct grid_sender *s = &m->senders[which];
        if (s->key_at != 0 && s->key_at <= g->now) {
            s->camera.key_next = true;
            s->key_at = 0;
        }
        while (s->camera.next_at <= g->now) {
            send_picture(g, m, which);
        }
    }
    /* Not all of them at the same moment. */
    if ((g->now / 1000 + m->number) % 10 == 0) {
        ask_for_all(g, m);
    }
}

/* --- what members get --- */

static struct grid_sender *sender_of(struct grid_member *m, uint32_t ssrc) {
    return ssrc == m->senders[GRID_MAIN].ssrc    ? &m->senders[GRID_MAIN]
           : ssrc == m->senders[GRID_SMALL].ssrc ? &m->senders[GRID_SMALL]
                                                 : NULL;
}

static void want_key(struct grid *g, struct grid_sender *s) {
    if (s != NULL) {
        s->key_requests++;
        s->key_at = s->key_at == 0 ? g->now + KEY_DELAY : s->key_at;
    }
}

static void send_again(struct grid *g, struct grid_member *m, struct grid_sender *s, uint16_t sequence) {
    s->nacks++;
    if (s->sent[sequence % 512].sequence == sequence && s->sent[sequence % 512].len > 0) {
        transmit(g, m, true, s == &m->senders[GRID_MAIN] ? MAIN_SIZE : SMALL_SIZE,
                 (struct cf_span){s->sent[sequence % 512].octets, s->sent[sequence % 512].len});
    }
}

static void take_feedback(struct grid *g, struct grid_member *m, const struct cf_rtcp_packet *packet) {
    struct cf_rtcp_feedback feedback;
    struct cf_fir fir;
    struct cf_nack nack;
    struct cf_tmmb limit;
    assert_ok(cf_rtcp_parse_feedback(packet, &feedback));
    struct grid_sender *s = sender_of(m, feedback.media_ssrc);
    if (feedback.type == CF_RTCP_PSFB && feedback.format == CF_PSFB_PLI) {
        want_key(g, s);
    } else if (feedback.type == CF_RTCP_PSFB && feedback.format == CF_PSFB_FIR) {
        for (size_t i = 0; cf_fir_at(&feedback, i, &fir); i++) {
            want_key(g, sender_of(m, fir.ssrc));
        }
    } else if (feedback.format == CF_RTPFB_NACK && s != NULL) {
        for (size_t i = 0; cf_nack_at(&feedback, i, &nack); i++) {
            send_again(g, m, s, nack.sequence);
            for (uint16_t bit = 0; bit < 16; bit++) {
                if ((nack.following >> bit & 1U) != 0) {
                    send_again(g, m, s, (uint16_t)(nack.sequence + bit + 1));
                }
            }
        }
    } else if (feedback.format == CF_RTPFB_TMMBR && cf_tmmb_at(&feedback, 0, &limit) && sender_of(m, limit.ssrc) != NULL) {
        sender_of(m, limit.ssrc)->bitrate_bps = limit.bitrate_bps;
    }
}

static void take_rtcp(struct grid *g, struct grid_member *m, struct cf_span octets) {
    struct cf_rtcp_iter iter;
    struct cf_rtcp_packet packet;
    assert_ok(cf_rtcp_check(octets, false));
    cf_rtcp_iter_init(&iter, octets);
    while (cf_rtcp_next(&iter, &packet)) {
        if (packet.type == CF_RTCP_RTPFB || packet.type == CF_RTCP_PSFB) {
            take_feedback(g, m, &packet);
        }
    }
}

/* The line that a packet names by its mid: "vs", "ts" or "tN". */
static size_t line_of(const struct cf_rtp_view *view) {
    struct cf_span mid;
    uint32_t number;
    assert_true(cf_rtp_ext_find(view, MID_ID, &mid));
    if (cf_str_eq(cf_span_str(mid), CF_STR("vs"))) {
        return GRID_MAIN;
    }
    assert_true(mid.len > 1 && cf_str_to_u32(cf_str_skip(cf_span_str(mid), 1), GRID_MAX, &number));
    return GRID_TILES + number;
}

static void take_rtp(struct grid *g, struct grid_member *m, struct cf_span octets) {
    struct cf_rtp_view view;
    assert_ok(cf_rtp_parse(octets, &view));
    size_t line = line_of(&view);
    /* One SSRC a line, whatever it shows. */
    assert_true(m->ssrc_of_engine[line] == 0 || m->ssrc_of_engine[line] == view.ssrc);
    m->ssrc_of_engine[line] = view.ssrc;
    struct test_picture picture = test_picture_read(0, view.timestamp, view.marker, view.payload);
    assert_true(picture.camera / 2 != m->number);
    struct test_watch *watch = &m->follower;
    if (line >= GRID_TILES) {
        assert_true(line - GRID_TILES < m->tile_count);
        assert_int_equal(picture.camera / 2, m->tile_of[line - GRID_TILES]);
        assert_int_equal(view.csrc_count, 0);
        watch = &m->tiles[line - GRID_TILES];
    } else {
        assert_int_equal(view.csrc_count, 1);
        m->follower_csrc = cf_rtp_csrc(&view, 0);
    }
    test_watch_on_packet(watch, view.sequence, view.timestamp, view.marker, view.payload, g->now);
}

/* --- the engine --- */

static struct grid_member *member_at(struct grid *g, const struct cf_addr *to) {
    assert_int_equal(to->ip[0], 10);
    assert_in_range(to->ip[3], 1, g->count);
    return &g->members[to->ip[3] - 1];
}

static void check_laws(const struct cf_engine *engine) {
    const struct cf_engine_totals *totals = cf_engine_totals(engine);
    uint64_t sum = totals->datagrams_used;
    for (size_t i = 0; i < CF_MEDIA_DISCARD_COUNT; i++) {
        sum += totals->discards[i];
    }
    assert_true(sum == totals->datagrams_in);
    assert_true(totals->dropped_out == 0 && totals->failures_out == 0);
}

static void drain_one(struct grid *g, size_t worker) {
    struct cf_engine *engine = &g->engines[worker];
    const struct cf_media_output *outputs;
    for (size_t n = cf_engine_poll_send(engine, &outputs); n > 0; n = cf_engine_poll_send(engine, &outputs)) {
        for (size_t i = 0; i < n; i++) {
            struct grid_member *m = member_at(g, &outputs[i].to);
            bool is_rtcp = cf_packet_kind_of(outputs[i].data) == CF_PACKET_RTCP;
            bool is_small = !g->config.has_full_tiles;
            size_t size = is_rtcp ? outputs[i].data.len : is_small ? SMALL_SIZE : MAIN_SIZE;
            transmit(g, m, false, size, outputs[i].data);
        }
    }
    struct cf_media_event event;
    while (cf_engine_poll_event(engine, &event)) {
        assert_true(event.kind != CF_MEDIA_EVENT_FAILED);
    }
    check_laws(engine);
}

/* What worker @p from has for others; false: nothing. */
static bool carry_parcels(struct grid *g, size_t from) {
    struct cf_engine_parcel parcel;
    bool any = false;
    while (cf_engine_poll_parcel(&g->engines[from], &parcel)) {
        any = true;
        cf_engine_on_parcel(&g->engines[parcel.worker], from, parcel.octets, g->now);
        drain_one(g, parcel.worker);
    }
    return any;
}

static void drain(struct grid *g, size_t worker) {
    bool more = true;
    drain_one(g, worker);
    while (more) {
        more = false;
        for (size_t i = 0; i < g->worker_count; i++) {
            more = carry_parcels(g, i) || more;
        }
    }
}

static size_t worker_of(const struct grid *g, const struct grid_member *m) {
    return (m->number - 1U) % g->worker_count;
}

void grid_command(struct grid *g, const struct cf_media_command *command) {
    for (size_t i = 0; i < g->worker_count; i++) {
        bool is_of_room = !cf_handle_is_set(command->leg);
        if (is_of_room || (command->leg.slot - 11U) % g->worker_count == i) {
            cf_engine_command(&g->engines[i], command, g->now);
            drain(g, i);
        }
    }
}

static void flush(struct grid *g, size_t worker) {
    struct grid_batch *batch = &g->batches[worker];
    size_t count = batch->count;
    batch->count = 0;
    if (count > 0) {
        cf_engine_receive(&g->engines[worker], batch->inputs, count, g->now);
        drain(g, worker);
    }
}

static void put_input(struct grid *g, const struct grid_member *m, struct cf_span octets) {
    struct grid_batch *batch = &g->batches[worker_of(g, m)];
    size_t i = batch->count++;
    assert_true(octets.len <= sizeof batch->octets[i]);
    memcpy(batch->octets[i], octets.at, octets.len);
    batch->inputs[i] =
        (struct cf_media_input){.socket = m->socket, .from = m->address, .at = batch->octets[i], .len = octets.len};
    if (batch->count == CF_ENGINE_BATCH_MAX) {
        flush(g, worker_of(g, m));
    }
}

void grid_inject(struct grid *g, const struct grid_member *member, struct cf_span octets) {
    flush(g, worker_of(g, member));
    put_input(g, member, octets);
    flush(g, worker_of(g, member));
}

static void arrive(struct grid *g, struct grid_event *event) {
    struct grid_member *m = &g->members[event->member - 1];
    struct cf_span octets = {event->octets, event->len};
    if (event->is_up) {
        put_input(g, m, octets);
    } else if (m->is_in && cf_packet_kind_of(octets) == CF_PACKET_RTCP) {
        take_rtcp(g, m, octets);
    } else if (m->is_in) {
        take_rtp(g, m, octets);
    }
}

void grid_run(struct grid *g, cf_usec duration) {
    for (cf_usec end = g->now + duration; g->now < end; g->now += CF_MSEC(1)) {
        for (size_t i = 0; i < g->count; i++) {
            if (g->members[i].is_in) {
                tick_member(g, &g->members[i]);
            }
        }
        while (g->event_count > 0 && g->events[0].at <= g->now) {
            struct grid_event event = take_event(g);
            arrive(g, &event);
        }
        for (size_t i = 0; i < g->worker_count; i++) {
            flush(g, i);
            if (cf_engine_deadline(&g->engines[i]) <= g->now) {
                cf_engine_on_deadline(&g->engines[i], g->now);
                drain(g, i);
            }
        }
    }
}

/* --- making --- */

void grid_init(struct grid *g, const struct grid_config *config) {
    memset(g, 0, sizeof *g);
    g->config = *config;
    test_mem_init(&g->mem);
    test_srtp_init(&g->srtp, &g->mem.mem);
    test_entropy_init(&g->entropy, config->seed);
    cf_rng_init(&g->rng, config->seed);
    g->now = CF_SEC(1000);
    g->room = (struct cf_handle){.slot = 3, .generation = 7};
    g->worker_count = test_workers(GRID_WORKERS_MAX);
    for (size_t i = 0; i < g->worker_count; i++) {
        const struct cf_engine_config engine = {.crypto = &g->srtp.crypto,
                                                .entropy = &g->entropy.entropy,
                                                .resampler = &test_resampler,
                                                .wall = WALL,
                                                .worker = (uint8_t)i};
        assert_ok(cf_engine_init(&g->engines[i], &g->mem.mem, &engine, g->now));
    }
    struct cf_media_command room = {
        .kind = CF_MEDIA_ROOM_ADD, .room = g->room, .as.room_policy = {.no_audio = true, .pauses_unseen = config->pauses_unseen}};
    room.as.room_policy.workers = (uint16_t)((1U << g->worker_count) - 1);
    grid_command(g, &room);
}

void grid_fini(struct grid *g) {
    for (size_t i = 0; i < g->worker_count; i++) {
        cf_engine_fini(&g->engines[i]);
    }
    for (size_t i = 0; i < g->count; i++) {
        for (size_t k = 0; k < GRID_MAX; k++) {
            test_watch_fini(&g->members[i].tiles[k]);
        }
        test_watch_fini(&g->members[i].follower);
    }
    test_free(g->events);
    test_mem_fini(&g->mem);
}

static void set_mid(struct cf_media_line *line, const char *kind, size_t number) {
    char text[16];
    snprintf(text, sizeof text, number == SIZE_MAX ? "%s" : "%s%zu", kind, number);
    assert_true(cf_tag_set(cf_str_of(text), &line->mid));
    line->extensions[CF_EXTENSION_MID] = (struct cf_media_extension){MID_ID, true, true};
}

static struct cf_media_line line_with(const struct grid *g, bool can_send, bool can_receive) {
    uint32_t feedback = CF_FEEDBACK_NACK_PLI | CF_FEEDBACK_CCM_FIR | CF_FEEDBACK_CCM_TMMBR;
    feedback |= g->config.can_nack ? CF_FEEDBACK_NACK : 0;
    return (struct cf_media_line){
        .kind = CF_MEDIA_VIDEO,
        .profile = CF_PROFILE_AVPF,
        .is_active = true,
        .can_send = can_send,
        .can_receive = can_receive,
        .remote_bandwidth_bps = CF_BANDWIDTH_NONE,
        .payload_count = 1,
        .payloads = {{.codec = CF_CODEC_VP8, .send_type = PT, .receive_type = PT, .clock_hz = 90000, .feedback = feedback}}};
}

static void set_line(struct grid *g, const struct grid_member *m, size_t index, const struct cf_media_line *line,
                     struct cf_media_use use) {
    struct cf_media_command set = {.kind = CF_MEDIA_LINE_SET, .leg = m->leg};
    set.as.line = (struct cf_media_line_set){.index = (uint16_t)index, .line = *line, .use = use};
    grid_command(g, &set);
}

static void set_own_lines(struct grid *g, const struct grid_member *m) {
    const struct cf_media_pick speaker = {.kind = CF_MEDIA_PICK_SPEAKER};
    const struct cf_media_pick nobody = {.kind = CF_MEDIA_PICK_NOBODY};
    struct cf_media_line main_line = line_with(g, !g->config.has_full_tiles, true);
    set_mid(&main_line, "vs", SIZE_MAX);
    set_line(g, m, GRID_MAIN, &main_line,
             (struct cf_media_use){.role = CF_MEDIA_ROLE_CAMERA, .pick = g->config.has_full_tiles ? nobody : speaker});
    struct cf_media_line small = line_with(g, false, true);
    set_mid(&small, "ts", SIZE_MAX);
    set_line(g, m, GRID_SMALL, &small, (struct cf_media_use){.role = CF_MEDIA_ROLE_THUMBNAIL, .pick = nobody});
}

static void set_tile(struct grid *g, struct grid_member *m, const struct grid_member *other) {
    size_t tile = 0;
    while (tile < m->tile_count && m->tile_of[tile] != other->number) {
        tile++;
    }
    if (tile == m->tile_count) {
        m->tile_count++;
        m->tile_of[tile] = other->number;
        m->tile_at[tile] = g->now;
        test_watch_init(&m->tiles[tile], g->config.patience, g->config.round_trip, g->config.can_nack);
    }
    struct cf_media_line line = line_with(g, true, false);
    struct cf_media_use use = {.role = CF_MEDIA_ROLE_NONE};
    use.pick = (struct cf_media_pick){.kind = CF_MEDIA_PICK_MEMBER, .is_small = !g->config.has_full_tiles, .leg = other->leg};
    set_mid(&line, "t", tile);
    set_line(g, m, GRID_TILES + tile, &line, use);
}

static void init_sender(struct grid *g, struct grid_member *m, size_t which) {
    struct grid_sender *s = &m->senders[which];
    s->ssrc = 0xb0000000U + 16U * m->number + (uint32_t)which;
    cf_rng_init(&s->rng, g->config.seed * 1000 + 500 + 2U * m->number + which);
    test_camera_init(&s->camera, &s->rng, CF_VIDEO_VP8, (uint8_t)(2 * m->number + which), g->now);
    if (which == GRID_SMALL) {
        s->camera.is_small = true;
        s->camera.frame_usec = CF_MSEC(50);
    }
}

struct grid_member *grid_add(struct grid *g) {
    assert_true(g->count < GRID_MAX);
    struct grid_member *m = &g->members[g->count++];
    m->number = (uint8_t)g->count;
    m->leg = (struct cf_handle){.slot = 10U + m->number, .generation = 1};
    m->address = (struct cf_addr){.ip = {10, 0, 0, m->number}, .port = 40000, .family = CF_FAMILY_IP4};
    m->socket = 2U * m->number;
    m->is_in = true;
    netem_link_init(&m->up, &g->config.up, g->config.seed * 1000 + 2U * m->number);
    netem_link_init(&m->down, &g->config.down, g->config.seed * 1000 + 2U * m->number + 1);
    test_watch_init(&m->follower, g->config.patience, g->config.round_trip, g->config.can_nack);
    init_sender(g, m, GRID_MAIN);
    init_sender(g, m, GRID_SMALL);
    struct cf_media_command add = {.kind = CF_MEDIA_LEG_ADD, .room = g->room, .leg = m->leg};
    grid_command(g, &add);
    struct cf_media_command set = {.kind = CF_MEDIA_TRANSPORT_SET, .leg = m->leg};
    set.as.transport = (struct cf_media_transport_set){.rtp_socket = m->socket, .rtcp_socket = m->socket};
    set.as.transport.transport =
        (struct cf_media_transport){.remote_rtp = m->address, .remote_rtcp = m->address, .has_rtcp_mux = true};
    grid_command(g, &set);
    set_own_lines(g, m);
    return m;
}

void grid_show_all(struct grid *g) {
    for (size_t i = 0; i < g->count; i++) {
        for (size_t k = 0; k < g->count && g->members[i].is_in; k++) {
            if (k != i && g->members[k].is_in) {
                set_tile(g, &g->members[i], &g->members[k]);
            }
        }
    }
}

void grid_remove(struct grid *g, struct grid_member *member) {
    const struct cf_media_command remove = {.kind = CF_MEDIA_LEG_REMOVE, .leg = member->leg};
    grid_command(g, &remove);
    member->is_in = false;
}

void grid_speak(struct grid *g, uint8_t number) {
    for (size_t i = 0; i < g->worker_count; i++) {
        struct cf_engine_room *room = cf_media_names_get(&g->engines[i].rooms, g->room);
        assert_non_null(room);
        cf_forward_on_speaker(&room->forward, 10U + number, g->now);
    }
}

struct cf_engine_line *grid_line(struct grid *g, const struct grid_member *member, size_t index) {
    struct cf_engine_leg *leg = cf_media_names_get(&g->engines[worker_of(g, member)].legs, member->leg);
    return leg == NULL ? NULL : leg->lines[index];
}
