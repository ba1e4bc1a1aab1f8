/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What it costs to spread one conference: one source of 1100-octet packets in frames of 8, AES-GCM, to N receivers who live on
 * one, two or four of the server's real media workers, in their threads, with rings between them (server/worker_peers.h). CPU
 * nanoseconds, user and system, of all workers per forwarded packet, and of the busiest: what a conference can grow to is by how
 * much that is less than with one worker. A frame is sent when a receiver of each worker has the one before; they are
 * looked at by the clock (receivers.h). Ratios within one run; the least of some windows, in which the ways take turns.
 *
 *     bench_spread [WINDOWS [RECEIVERS]]
 */
#include "adapt/srtp/srtp.h"
#include "machine.h"
#include "receivers.h"
#include "worker_world.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#define RECEIVERS_MAX 1000
#define WORKERS_MAX 4
#define FRAME 8
#define FRAMES_A_WINDOW 40
#define DRAIN_EVERY 8
#define LOOK_NS 50000 /* between two looks at a receiver */
#define PATIENCE_NS INT64_C(5000000000)
#define SUITE CF_SRTP_AEAD_AES_128_GCM

/* A conference on .count workers. */
struct way {
    size_t count;
    struct cf_worker_rings rings;
    struct bench_worker workers[WORKERS_MAX];
    struct bench_source source;
    struct cf_addr to; /* where the source sends to */
    struct cf_udp sender;
    struct bench_receivers receivers;
    double ns; /* of all workers a packet, at best */
    double busiest_ns;
};

static size_t receivers = RECEIVERS_MAX;

static void open_leg(struct way *way, uint32_t leg) {
    struct bench_worker *worker = &way->workers[leg % way->count];
    const struct cf_addr *remote = leg == 0 ? &way->sender.local : &way->receivers.addresses[leg - 1];
    struct cf_udp udp = bench_socket(false);
    const struct cf_media_command commands[] = {bench_leg_add(leg), bench_transport_set(leg, leg, remote, SUITE, &way->source),
                                                bench_line_set(leg)};
    bench_worker_open(worker, leg, &udp);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        bench_worker_command(worker, &commands[i]);
    }
    way->to = leg == 0 ? udp.local : way->to;
}

static void open_way(struct way *way, size_t count, const struct cf_packet_crypto *crypto) {
    struct cf_media_command room = bench_room_add();
    way->count = count;
    way->ns = way->busiest_ns = 1e12;
    way->sender = bench_socket(false);
    room.as.room_policy.workers = (uint16_t)((1U << count) - 1);
    bench_source_init(&way->source, crypto, SUITE);
    bench_must(cf_worker_rings_init(&way->rings, count));
    for (size_t i = 0; i < count; i++) {
        bench_worker_start_one(&way->workers[i], CF_SENDER_RING, i, &way->rings);
        bench_worker_command(&way->workers[i], &room);
    }
    bench_receivers_open(&way->receivers, receivers);
    for (uint32_t leg = 0; leg <= receivers; leg++) {
        open_leg(way, leg);
    }
}

static void close_way(struct way *way) {
    for (size_t i = 0; i < way->count; i++) {
        bench_worker_stop(&way->workers[i]);
    }
    bench_receivers_close(&way->receivers);
    cf_worker_rings_fini(&way->rings);
    bench_source_fini(&way->source);
    cf_udp_close(&way->sender);
}

/* CPU time of each thread called media, in the order of their numbers, which is that of their beginnings. */
static size_t read_threads(double *ret_ns, size_t max) {
    DIR *tasks = opendir("/proc/self/task");
    size_t count = 0;
    for (struct dirent *entry = tasks == NULL ? NULL : readdir(tasks); entry != NULL && count < max; entry = readdir(tasks)) {
        char path[300];
        char name[32] = "";
        snprintf(path, sizeof path, "/proc/self/task/%s/comm", entry->d_name);
        FILE *comm = fopen(path, "r");
        bool is_media = comm != NULL && fgets(name, sizeof name, comm) != NULL && strncmp(name, "media", 5) == 0;
        if (comm != NULL) {
            fclose(comm);
        }
        snprintf(path, sizeof path, "/proc/self/task/%s/schedstat", entry->d_name);
        FILE *spent = is_media ? fopen(path, "r") : NULL;
        if (spent != NULL) {
            char text[100] = "";
            ret_ns[count++] = fgets(text, sizeof text, spent) == NULL ? 0 : strtod(text, NULL);
            fclose(spent);
        }
    }
    if (tasks != NULL) {
        closedir(tasks);
    }
    return count;
}

static void send_frame(struct way *way) {
    static uint8_t octets[FRAME][BENCH_PACKET_MAX];
    struct cf_datagram out[FRAME];
    size_t lens[FRAME];
    bench_source_frame(&way->source, octets, lens, FRAME);
    for (size_t i = 0; i < FRAME; i++) {
        out[i] = (struct cf_datagram){way->to, {octets[i], lens[i]}};
    }
    (void)cf_udp_send(&way->sender, out, FRAME);
}

/* The last receiver of each worker has a frame. */
static void await_frame(struct way *way) {
    int64_t end = bench_now_ns() + PATIENCE_NS;
    for (size_t i = 0; i < way->count; i++) {
        for (size_t seen = 0; seen < FRAME;) {
            seen += bench_receiver_drain(&way->receivers, receivers - 1 - i);
            bench_sleep_until(bench_now_ns() + LOOK_NS);
            if (bench_now_ns() > end) {
                fprintf(stderr, "bench_spread: a frame was lost on the way\n");
                exit(1);
            }
        }
    }
}

/* Only threads of @way work meanwhile. */
static void measure(struct way *way, bool is_first) {
    double before[3 * WORKERS_MAX] = {0};
    double after[3 * WORKERS_MAX] = {0};
    double packets = (double)(FRAMES_A_WINDOW * FRAME * receivers);
    double busiest = 0;
    double sum = 0;
    size_t threads = read_threads(before, sizeof before / sizeof *before);
    for (size_t i = 0; i < FRAMES_A_WINDOW; i++) {
        send_frame(way);
        await_frame(way);
        if (i % DRAIN_EVERY == 0) {
            (void)bench_receivers_drain(&way->receivers);
        }
    }
    (void)read_threads(after, sizeof after / sizeof *after);
    for (size_t i = 0; i < threads; i++) {
        double spent = (after[i] - before[i]) / packets;
        sum += spent;
        busiest = spent > busiest ? spent : busiest;
    }
    way->ns = !is_first && sum < way->ns ? sum : way->ns;
    way->busiest_ns = !is_first && busiest < way->busiest_ns ? busiest : way->busiest_ns;
}

int main(int argc, char **argv) {
    static struct way ways[3];
    size_t windows = argc > 1 ? strtoul(argv[1], NULL, 10) : 8;
    struct cf_srtp_engine *srtp;
    receivers = argc > 2 ? strtoul(argv[2], NULL, 10) : receivers;
    if (receivers < WORKERS_MAX || receivers > RECEIVERS_MAX) {
        fprintf(stderr, "bench_spread: %d to %d receivers\n", WORKERS_MAX, RECEIVERS_MAX);
        return 2;
    }
    bench_print_head(argc, argv);
    bench_must(cf_srtp_engine_new(&bench_mem, CF_SRTP_LIBRARY_BEST, &srtp));
    for (size_t i = 0; i < 3; i++) {
        open_way(&ways[i], (size_t)1 << i, cf_srtp_engine_crypto(srtp));
    }
    /* Workers have met, and know their members. */
    bench_sleep_until(bench_now_ns() + 1000000000);
    for (size_t window = 0; window <= windows; window++) {
        for (size_t i = 0; i < 3; i++) {
            measure(&ways[i], window == 0);
        }
    }
    printf("%-8s %9s %10s %12s %8s %9s\n", "workers", "receivers", "ns a packet", "busiest ns", "cost", "capacity");
    for (size_t i = 0; i < 3; i++) {
        printf("%-8zu %9zu %10.0f %12.0f %8.2f %9.2f\n", ways[i].count, receivers, ways[i].ns, ways[i].busiest_ns,
               ways[i].ns / ways[0].ns, ways[0].busiest_ns / ways[i].busiest_ns);
        close_way(&ways[i]);
    }
    cf_srtp_engine_free(srtp);
    return 0;
}
