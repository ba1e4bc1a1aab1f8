/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The highest rate at which nothing is lost: one source to N receivers, AES-GCM, one port for all, frames that leave on time
 * whether the ones before have arrived or not, faster and faster; the last rate at which less than 0.1 % of the packets were
 * lost and 99 % of the frames took less than 60 ms, in the better of two windows. The server's real media worker, the bare loop
 * and the naive loop in the same run (rig.h). What the load itself could not keep up with is said.
 *
 *     bench_highest [SECONDS]     of a window
 */
#include "machine.h"
#include "rig_load.h"
#include <stdio.h>
#include <stdlib.h>

#define CLOSED_LOOP 200 /* frames, to find out where to begin */
#define BEHIND_MAX_NS 50000000
#define LOST_MAX 0.001
#define DELAY_MAX_USEC 60000
#define STEP 1.1
#define STEPS_MAX 24

static struct bench_rig rig;

/* One window. */
struct window {
    double kpackets; /* thousands a second that were to come out */
    double ns;       /* of the server's CPU a packet that did */
    double lost;     /* of 1 */
    double p50_usec;
    double p99_usec;
    bool is_late; /* the load could not keep up */
};

static struct window run(size_t packets, double frames_per_sec, double seconds) {
    struct bench_receivers *r = &rig.receivers;
    struct bench_passage passage = bench_rig_pass_on_time(&rig, packets, (int64_t)(1e9 / frames_per_sec), seconds);
    return (struct window){.kpackets = frames_per_sec * (double)(packets * r->count) / 1000,
                           .ns = passage.cpu_ns / (double)passage.got,
                           .lost = 1 - (double)passage.got / (double)(passage.frames * packets * r->count),
                           .p50_usec = bench_delay(&r->delays, 500),
                           .p99_usec = bench_delay(&r->delays, 990),
                           .is_late = passage.behind > BEHIND_MAX_NS};
}

static bool is_good(const struct window *window) {
    return window->lost < LOST_MAX && window->p99_usec < DELAY_MAX_USEC && !window->is_late;
}

static void climb(const char *who, enum bench_forwarder forwarder, size_t packets, double seconds) {
    const struct bench_rig_config config = {.forwarder = forwarder, .suite = CF_SRTP_AEAD_AES_128_GCM, .sender = CF_SENDER_RING};
    bench_rig_start(&rig, &config);
    double rate = 0.7 * 1e9 / bench_rig_measure_frame(&rig, packets, CLOSED_LOOP).wall_ns;
    struct window best = {.kpackets = 0};
    struct window window = {.kpackets = 0};
    for (size_t step = 0; step < STEPS_MAX; step++, rate *= STEP) {
        window = run(packets, rate, seconds);
        window = is_good(&window) ? window : run(packets, rate, seconds);
        if (!is_good(&window)) {
            break;
        }
        best = window;
    }
    bench_rig_stop(&rig);
    printf("%-8s %9zu %6zu %10.0f %8.0f %10.0f %10.0f   %s\n", who, rig.receivers.count, packets, best.kpackets, best.ns,
           best.p50_usec, best.p99_usec,
           window.is_late            ? "the load"
           : window.lost >= LOST_MAX ? "loss"
                                     : "delay");
    fflush(stdout);
}

int main(int argc, char **argv) {
    static const size_t sizes[] = {50, 200, 1000};
    double seconds = argc > 1 ? strtod(argv[1], NULL) : 1.5;
    bench_print_head(argc, argv);
    bench_rig_init(&rig);
    printf("%-8s %9s %6s %10s %8s %10s %10s   %s\n", "highest", "receivers", "frame", "kpackets/s", "ns each", "p50 us", "p99 us",
           "ended by");
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        bench_receivers_open(&rig.receivers, sizes[i]);
        for (size_t packets = 1; packets <= BENCH_FRAME_MAX; packets *= 8) {
            climb("confer", BENCH_WORKER, packets, seconds);
            climb("bare", BENCH_BARE, packets, seconds);
            climb("naive", BENCH_NAIVE, packets, seconds);
        }
        bench_receivers_close(&rig.receivers);
    }
    bench_rig_fini(&rig);
    return 0;
}
