/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How long a packet stays in the server: one source to 50 receivers, AES-GCM, one port for all, from the call that sends a frame
 * to the moment at which the kernel puts its last packet into the queue of a receiver: the first, the last and three between. At
 * 10, 50 and 80 % of a core, by what a frame costs when one goes after the other, which is measured first. Through the server's
 * real media worker, and beside it in the same run through the bare loop (rig.h): what is left there is the time that it takes to
 * make and send a frame for those whose turn is earlier. Frames leave on time whether the ones before have arrived or not. A busy
 * machine shows in the last percents more than in anything else.
 *
 *     bench_latency [SECONDS]
 */
#include "machine.h"
#include "rig_load.h"
#include <stdio.h>
#include <stdlib.h>

#define RECEIVERS 50
#define CLOSED_LOOP 400 /* frames, to find out what one costs */

static struct bench_rig rig;

static void measure(const char *who, size_t packets, double cost_ns, double seconds, unsigned percent) {
    int64_t period = (int64_t)(cost_ns * 100 / percent);
    struct bench_passage passage = bench_rig_pass_on_time(&rig, packets, period, seconds);
    const struct bench_delays *delays = &rig.receivers.delays;
    printf("%-6s %6zu %6u %6.0f %12.0f %10.0f %10.0f %10.0f %12.0f %8.3f\n", who, packets, percent, 100 * passage.busy,
           1e6 * (double)(packets * RECEIVERS) / (double)period, bench_delay(delays, 500), bench_delay(delays, 990),
           bench_delay(delays, 999), bench_delay(&rig.receivers.last_delays, 500),
           100 - 100 * (double)passage.got / (double)(passage.frames * packets * RECEIVERS));
    fflush(stdout);
}

static void measure_all(const char *who, enum bench_forwarder forwarder, size_t packets, double seconds) {
    static const unsigned shares[] = {10, 50, 80};
    const struct bench_rig_config config = {.forwarder = forwarder, .suite = CF_SRTP_AEAD_AES_128_GCM, .sender = CF_SENDER_RING};
    bench_rig_start(&rig, &config);
    double cost = bench_rig_measure_frame(&rig, packets, CLOSED_LOOP).cpu_ns;
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
        measure(who, packets, cost, seconds, shares[i]);
    }
    bench_rig_stop(&rig);
}

int main(int argc, char **argv) {
    static const size_t probes[] = {0, 12, 24, 37, RECEIVERS - 1};
    double seconds = argc > 1 ? strtod(argv[1], NULL) : 5;
    bench_print_head(argc, argv);
    bench_rig_init(&rig);
    bench_receivers_open(&rig.receivers, RECEIVERS);
    for (size_t i = 0; i < sizeof probes / sizeof *probes; i++) {
        bench_receiver_stamp(&rig.receivers, probes[i]);
    }
    printf("%-6s %6s %6s %6s %12s %10s %10s %10s %12s %8s\n", "delay", "frame", "load %", "core %", "kpackets/s", "p50 us",
           "p99 us", "p99.9 us", "p50 of last", "lost %");
    for (size_t packets = 1; packets <= BENCH_FRAME_MAX; packets *= 8) {
        measure_all("confer", BENCH_WORKER, packets, seconds);
        measure_all("bare", BENCH_BARE, packets, seconds);
    }
    bench_receivers_close(&rig.receivers);
    bench_rig_fini(&rig);
    return 0;
}
