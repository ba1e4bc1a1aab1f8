/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How long a packet stays in the server: one source to 50 receivers through the server's real media worker, AES-GCM, from the
 * call that sends a frame to its arrival at the last of the receivers, at 10, 50 and 80 % of what the worker can do, which is
 * measured first in the same run. Frames leave on time whether the ones before have arrived or not. A busy machine shows in the
 * last percents more than in anything else.
 *
 *     bench_latency [SECONDS]
 */
#include "adapt/srtp/srtp.h"
#include "core/rtp/packet.h"
#include "forward_world.h"
#include "worker_world.h"
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RECEIVERS 50
#define FRAME_MAX 8
#define FRAMES_MAX 400000
#define TICKS_A_FRAME 3000 /* of bench_source_frame() */
#define CLOSED_LOOP 3000   /* frames, to find out what the worker can do */
#define SUITE CF_SRTP_AEAD_AES_128_GCM

static struct bench_worker world;
static struct bench_source source;
static struct cf_udp sender;
static struct cf_udp receivers[RECEIVERS]; /* only the last is read */
static struct cf_addr server;
static int64_t left_at[FRAMES_MAX]; /* by frame */
static double waits[FRAMES_MAX];    /* usec, of those that arrived */
static size_t arrived;
static uint32_t first_timestamp;
static bool has_first;

static int64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void send_frame(size_t number, size_t packets) {
    static uint8_t octets[FRAME_MAX][BENCH_PACKET_MAX];
    struct cf_datagram out[FRAME_MAX];
    size_t lens[FRAME_MAX];
    bench_source_frame(&source, octets, lens, packets);
    for (size_t i = 0; i < packets; i++) {
        out[i] = (struct cf_datagram){server, {octets[i], lens[i]}};
    }
    left_at[number] = now_ns();
    (void)cf_udp_send(&sender, out, packets);
}

/* What has come to the last receiver: its timestamp says of which frame it is; the last packet of a frame counts. */
static size_t take_arrivals(size_t first_number) {
    static uint8_t buffer[CF_UDP_BATCH_MAX * BENCH_PACKET_MAX];
    struct cf_datagram got[CF_UDP_BATCH_MAX];
    size_t count = cf_udp_receive(&receivers[RECEIVERS - 1], buffer, BENCH_PACKET_MAX, got, CF_UDP_BATCH_MAX);
    int64_t now = now_ns();
    size_t frames = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t timestamp = cf_be32(got[i].bytes.at + 4);
        bool is_media = got[i].bytes.len > BENCH_PAYLOAD_LEN && (got[i].bytes.at[1] & 0x7fU) == 97;
        if (!is_media || (got[i].bytes.at[1] & 0x80U) == 0) {
            continue; /* RTCP, or more of the frame follows */
        }
        first_timestamp = has_first ? first_timestamp : timestamp;
        has_first = true;
        size_t number = first_number + (timestamp - first_timestamp) / TICKS_A_FRAME;
        if (number < FRAMES_MAX && arrived < FRAMES_MAX) {
            waits[arrived++] = (double)(now - left_at[number]) / 1000;
            frames++;
        }
    }
    return frames;
}

static void await_arrival(int64_t until) {
    struct pollfd interest = {.fd = receivers[RECEIVERS - 1].fd, .events = POLLIN};
    int64_t left = until - now_ns();
    struct timespec patience = {.tv_sec = left / 1000000000, .tv_nsec = left % 1000000000};
    if (left > 0) {
        (void)ppoll(&interest, 1, &patience, NULL);
    }
}

/* Frames a second with one after the other: CPU of the worker's thread. */
static double find_capacity(size_t packets) {
    size_t number = 0;
    has_first = false;
    arrived = 0;
    double start = bench_process_cpu_ns() - bench_thread_cpu_ns();
    for (; number < CLOSED_LOOP; number++) {
        send_frame(number, packets);
        int64_t end = now_ns() + 1000000000;
        while (take_arrivals(0) == 0 && now_ns() < end) {
            await_arrival(end);
        }
    }
    return CLOSED_LOOP * 1e9 / (bench_process_cpu_ns() - bench_thread_cpu_ns() - start);
}

static int by_size(const void *a, const void *b) {
    double left = *(const double *)a;
    double right = *(const double *)b;
    return left < right ? -1 : left > right;
}

static void measure(size_t packets, double frames_per_sec, double seconds, unsigned percent) {
    int64_t period = (int64_t)(1e9 / frames_per_sec);
    int64_t due = now_ns();
    int64_t end = due + (int64_t)(seconds * 1e9);
    size_t sent = 0;
    arrived = 0;
    has_first = false;
    while (due < end && sent < FRAMES_MAX) {
        send_frame(sent++, packets);
        due += period;
        do {
            await_arrival(due);
            (void)take_arrivals(0);
        } while (now_ns() < due);
    }
    await_arrival(now_ns() + 100000000);
    while (take_arrivals(0) > 0) {
    }
    if (arrived == 0) {
        fprintf(stderr, "bench_latency: nothing arrived\n");
        exit(1);
    }
    qsort(waits, arrived, sizeof *waits, by_size);
    printf("%6zu %6u %12.0f %10.0f %10.0f %10.0f %8.2f\n", packets, percent,
           frames_per_sec * (double)(packets * RECEIVERS) / 1000, waits[arrived / 2], waits[arrived * 99 / 100],
           waits[arrived * 999 / 1000], 100 - 100 * (double)arrived / (double)sent);
    fflush(stdout);
}

static void add_leg(uint32_t leg, const struct cf_addr *remote) {
    struct cf_udp udp = bench_socket(false);
    server = leg == 0 ? udp.local : server;
    bench_worker_open(&world, leg, &udp);
    struct cf_media_command c = bench_leg_add(leg);
    bench_worker_command(&world, &c);
    c = bench_transport_set(leg, leg, remote, SUITE, &source);
    bench_worker_command(&world, &c);
    c = bench_line_set(leg);
    bench_worker_command(&world, &c);
}

int main(int argc, char **argv) {
    static const unsigned shares[] = {10, 50, 80};
    double seconds = argc > 1 ? strtod(argv[1], NULL) : 5;
    struct cf_srtp_engine *srtp = NULL;
    bench_must(cf_srtp_engine_new(&bench_mem, CF_SRTP_LIBRARY_BEST, &srtp));
    sender = bench_socket(false);
    for (size_t i = 0; i < RECEIVERS; i++) {
        receivers[i] = bench_socket(i + 1 < RECEIVERS);
    }
    printf("%6s %6s %12s %10s %10s %10s %8s\n", "frame", "load %", "kpackets/s", "p50 us", "p99 us", "p99.9 us", "lost %");
    for (size_t packets = 1; packets <= FRAME_MAX; packets *= 8) {
        bench_source_init(&source, cf_srtp_engine_crypto(srtp), SUITE);
        bench_worker_start(&world, CF_SENDER_RING);
        struct cf_media_command room = bench_room_add();
        bench_worker_command(&world, &room);
        add_leg(0, &sender.local);
        for (uint32_t leg = 1; leg <= RECEIVERS; leg++) {
            add_leg(leg, &receivers[leg - 1].local);
        }
        double capacity = find_capacity(packets);
        for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
            measure(packets, capacity * shares[i] / 100, seconds, shares[i]);
        }
        bench_worker_stop(&world);
        bench_source_fini(&source);
    }
    for (size_t i = 0; i < RECEIVERS; i++) {
        cf_udp_close(&receivers[i]);
    }
    cf_udp_close(&sender);
    cf_srtp_engine_free(srtp);
    return 0;
}
