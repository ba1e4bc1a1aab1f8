/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What meetings cost: the server's real media worker, rooms in which members send a camera (30 frames a second of two packets of
 * 1,100 octets, AES-GCM) and see others in tiles; all come to its one port, by ICE. Meetings in which everybody sees everybody,
 * one of 50 in which everybody sees nine; and how cost grows with rooms and with members where one sends and all see. CPU of the
 * server in real time, the least of some windows, for a packet that is sent and for a member; waking receivers is not in it
 * (receivers.h). Beside it in the same run the bare loop (bare_loop.h) that sends as many packets.
 *
 *     bench_meetings [WINDOWS]
 */
#include "adapt/srtp/srtp.h"
#include "bare_loop.h"
#include "ice_peers.h"
#include "machine.h"
#include "receivers.h"
#include "shell/thread/thread.h"
#include "worker_world.h"
#include <stdio.h>
#include <stdlib.h>

#define LEGS_MAX 1000
#define FRAME 2
#define FRAMES_A_SEC 30
#define FRAMES 45 /* of a window */
#define WARM_UP 10
#define LOOK_NS 5000000 /* queues are emptied so often */
#define SUITE CF_SRTP_AEAD_AES_128_GCM

/* A kind of meeting. */
struct meeting {
    uint32_t rooms;
    uint32_t members; /* of each */
    uint32_t senders; /* of those */
    uint32_t tiles;   /* of each member, showing the first senders but itself */
};

static struct bench_worker world;
static struct cf_srtp_engine *srtp;
static struct bench_source sources[LEGS_MAX]; /* of the senders, by leg */
static struct bench_receivers clients;        /* by leg */
static struct bench_ice ice;
static struct cf_addr place; /* of the worker's port */

static bool is_sender(const struct meeting *m, uint32_t leg) {
    return leg % m->members < m->senders;
}

/* How many tiles of @p leg show somebody. */
static uint32_t tile_count(const struct meeting *m, uint32_t leg) {
    uint32_t others = m->senders - (is_sender(m, leg) ? 1 : 0);
    return others < m->tiles ? others : m->tiles;
}

static void set_line(uint32_t leg, uint16_t index, bool is_camera, const struct cf_media_use *use) {
    struct cf_media_command c = bench_line_set(leg);
    c.as.line.index = index;
    c.as.line.line.can_send = !is_camera;
    c.as.line.line.can_receive = is_camera;
    c.as.line.use = *use;
    bench_worker_command(&world, &c);
}

static void add_leg(const struct meeting *m, uint32_t leg) {
    struct cf_media_command c = bench_leg_add(leg);
    c.room.slot = leg / m->members;
    bench_worker_command(&world, &c);
    c = bench_transport_set(leg, leg, &clients.addresses[leg], SUITE, &sources[0]);
    c.as.transport.transport.security.remote = sources[leg].key;
    bench_ice_describe(leg, &place, &c.as.transport);
    bench_worker_command(&world, &c);
    const struct cf_media_use camera = {.role = CF_MEDIA_ROLE_CAMERA, .pick = {.kind = CF_MEDIA_PICK_NOBODY}};
    set_line(leg, 0, true, &camera);
}

/* When all legs are there. */
static void add_tiles(const struct meeting *m, uint32_t leg) {
    uint32_t shown = leg / m->members * m->members;
    for (uint16_t tile = 1; tile <= tile_count(m, leg); tile++, shown++) {
        shown += shown == leg;
        const struct cf_media_use use = {.role = CF_MEDIA_ROLE_NONE, .pick = {.kind = CF_MEDIA_PICK_MEMBER, .leg = {shown, 1}}};
        set_line(leg, tile, false, &use);
    }
}

static size_t streams_of(const struct meeting *m) {
    size_t streams = 0;
    for (uint32_t leg = 0; leg < m->rooms * m->members; leg++) {
        streams += tile_count(m, leg);
    }
    return streams;
}

static uint64_t packets_sent(const struct meeting *m) {
    uint32_t legs = m->rooms * m->members;
    return bench_worker_packets_out(&world, 0, legs, legs + streams_of(m));
}

/* --- load --- */

static void send_frame(uint32_t leg, const struct cf_addr *to) {
    static uint8_t octets[FRAME][BENCH_PACKET_MAX];
    struct cf_datagram out[FRAME];
    size_t lens[FRAME];
    bench_source_frame(&sources[leg], octets, lens, FRAME);
    for (size_t i = 0; i < FRAME; i++) {
        out[i] = (struct cf_datagram){*to, {octets[i], lens[i]}};
    }
    (void)cf_udp_send(&clients.list[leg].udp, out, FRAME);
}

/* So many frames of every sender (of those that are seen if all go to @p to), each at its time within that of a frame. */
static void run(const struct meeting *m, const struct cf_addr *to, size_t frames) {
    uint32_t legs = m->rooms * m->members;
    int64_t next = bench_now_ns();
    int64_t look = next + LOOK_NS;
    for (size_t i = 0; i < frames * legs; i++) {
        uint32_t leg = (uint32_t)(i % legs);
        bool is_seen = to == NULL || leg % m->members < m->tiles;
        if (is_sender(m, leg) && is_seen) {
            send_frame(leg, to == NULL ? &place : to);
        }
        next += 1000000000 / FRAMES_A_SEC / legs;
        if (is_sender(m, leg) || leg + 1 == legs) {
            bench_sleep_until(next);
        }
        if (bench_now_ns() > look) {
            (void)bench_receivers_drain(&clients);
            look = bench_now_ns() + LOOK_NS;
        }
    }
}

/* CPU nanoseconds of all other threads in the least of the windows. */
static double measure(const struct meeting *m, const struct cf_addr *to, size_t windows) {
    double best = 1e18;
    for (size_t window = 0; window < windows; window++) {
        double start = bench_server_cpu_ns();
        run(m, to, FRAMES);
        double spent = bench_server_cpu_ns() - start;
        best = spent < best ? spent : best;
    }
    return best;
}

static void on_check(void *ctx, size_t index, struct cf_span octets) {
    bench_ice_take(ctx, index, octets);
}

static void open_place(uint32_t legs) {
    struct cf_udp shared = bench_socket(false);
    place = shared.local;
    bench_worker_open(&world, CF_MEDIA_SOCKET_SHARED, &shared);
    for (uint32_t leg = 0; leg < legs; leg++) {
        ice.sockets[leg] = &clients.list[leg].udp;
    }
}

static double measure_worker(const struct meeting *m, size_t windows, double *ret_share) {
    uint32_t legs = m->rooms * m->members;
    bench_pin_server();
    bench_worker_start(&world, CF_SENDER_RING);
    bench_pin_load();
    open_place(legs);
    for (uint32_t room = 0; room < m->rooms; room++) {
        struct cf_media_command c = bench_room_add();
        c.room.slot = room;
        bench_worker_command(&world, &c);
    }
    for (uint32_t leg = 0; leg < legs; leg++) {
        add_leg(m, leg);
    }
    for (uint32_t leg = 0; leg < legs; leg++) {
        add_tiles(m, leg);
    }
    (void)packets_sent(m);
    bench_ice_connect(&ice, &world, &place, legs);
    clients.on_check = on_check;
    clients.ctx = &ice;
    run(m, NULL, WARM_UP);
    uint64_t before = packets_sent(m);
    double spent = measure(m, NULL, windows);
    *ret_share = (double)(packets_sent(m) - before) / (double)(streams_of(m) * windows * FRAMES * FRAME);
    bench_worker_stop(&world);
    bench_ice_end(&ice);
    return spent;
}

/* As many packets: the first senders that anybody sees to all, with one socket. */
static double measure_bare(const struct meeting *m, size_t windows) {
    static struct cf_addr addresses[LEGS_MAX];
    struct cf_udp in = bench_socket(false);
    uint32_t seen = m->senders < m->tiles ? m->senders : m->tiles;
    struct bare_loop loop = {
        .in = &in, .receivers = addresses, .sender = CF_SENDER_RING, .count = streams_of(m) / (m->rooms * seen), .suite = SUITE};
    struct cf_thread thread = {0};
    struct cf_addr to = in.local;
    for (size_t i = 0; i < loop.count; i++) {
        addresses[i] = clients.addresses[i];
    }
    bench_receivers_begin(&clients, NULL, CF_SRTP_NONE, NULL);
    bench_pin_server();
    bench_must(cf_thread_start(&thread, "bare", bare_loop_run, &loop));
    bench_pin_load();
    run(m, &to, WARM_UP);
    double spent = measure(m, &to, windows);
    struct cf_datagram stop = {to, {(const uint8_t *)"", 1}};
    (void)cf_udp_send(&clients.list[0].udp, &stop, 1);
    cf_thread_join(&thread);
    cf_udp_close(&in);
    return spent;
}

static void measure_meeting(const struct meeting *m, size_t windows) {
    uint32_t legs = m->rooms * m->members;
    double share = 0;
    bench_receivers_open(&clients, legs);
    for (uint32_t leg = 0; leg < legs; leg++) {
        bench_source_init(&sources[leg], cf_srtp_engine_crypto(srtp), SUITE);
    }
    double ours = measure_worker(m, windows, &share);
    double bare = measure_bare(m, windows);
    double packets = (double)(streams_of(m) * FRAMES * FRAME);
    double usec = FRAMES * 1e6 / FRAMES_A_SEC;
    printf("%8u %8u %8u %6u %10.1f %10.2f %10.2f %8.2f %12.3f %8.1f\n", m->rooms, m->members, m->senders, m->tiles,
           packets / usec * 1000, ours / packets / 1000, bare / packets / 1000, ours / bare, ours / 10 / usec / legs,
           100 * share);
    fflush(stdout);
    for (uint32_t leg = 0; leg < legs; leg++) {
        bench_source_fini(&sources[leg]);
    }
    bench_receivers_close(&clients);
}

int main(int argc, char **argv) {
    static const struct meeting meetings[] = {
        {.rooms = 8, .members = 10, .senders = 10, .tiles = 9},  {.rooms = 1, .members = 50, .senders = 50, .tiles = 9},
        {.rooms = 1, .members = 10, .senders = 1, .tiles = 1},   {.rooms = 10, .members = 10, .senders = 1, .tiles = 1},
        {.rooms = 100, .members = 10, .senders = 1, .tiles = 1}, {.rooms = 1, .members = 100, .senders = 1, .tiles = 1},
        {.rooms = 1, .members = 1000, .senders = 1, .tiles = 1},
    };
    size_t windows = argc > 1 ? strtoul(argv[1], NULL, 10) : 4;
    bench_print_head(argc, argv);
    bench_must(cf_srtp_engine_new(&bench_mem, CF_SRTP_LIBRARY_BEST, &srtp));
    printf("%8s %8s %8s %6s %10s %10s %10s %8s %12s %8s\n", "meetings", "members", "senders", "tiles", "kpackets/s", "us/packet",
           "bare us", "ratio", "% a member", "sent %");
    for (size_t i = 0; i < sizeof meetings / sizeof *meetings; i++) {
        measure_meeting(&meetings[i], windows);
    }
    cf_srtp_engine_free(srtp);
    return 0;
}
