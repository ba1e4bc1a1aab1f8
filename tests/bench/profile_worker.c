/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One row of bench_worker for as long as a profiler needs: tools/profile_forwarding.py. A frame is sent when the last receiver
 * has the one before; the thread that is measured is called "media" (the server's worker) or "loop" (the bare loop).
 *
 *     profile_worker worker|bare ring|calls one|own SUITE RECEIVERS FRAME SECONDS     SUITE by its name, "plain" for none
 */
#include "machine.h"
#include "rig.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct bench_rig rig;

int main(int argc, char **argv) {
    if (argc != 8) {
        fprintf(stderr, "profile_worker worker|bare ring|calls one|own SUITE RECEIVERS FRAME SECONDS\n");
        return 2;
    }
    const struct bench_rig_config config = {.forwarder = strcmp(argv[1], "bare") == 0 ? BENCH_BARE : BENCH_WORKER,
                                            .sender = strcmp(argv[2], "ring") == 0 ? CF_SENDER_RING : CF_SENDER_CALLS,
                                            .has_own_ports = strcmp(argv[3], "own") == 0,
                                            .suite = cf_srtp_suite_of_name(cf_str_of(argv[4]))};
    size_t receivers = strtoul(argv[5], NULL, 10);
    size_t packets = strtoul(argv[6], NULL, 10);
    if (receivers == 0 || receivers > BENCH_RECEIVERS_MAX || packets == 0 || packets > BENCH_FRAME_MAX) {
        fprintf(stderr, "profile_worker: 1 to %d receivers, frames of 1 to %d\n", BENCH_RECEIVERS_MAX, BENCH_FRAME_MAX);
        return 2;
    }
    bench_print_head(argc, argv);
    bench_rig_init(&rig);
    bench_receivers_open(&rig.receivers, receivers);
    bench_rig_start(&rig, &config);
    double start = bench_server_cpu_ns();
    double sent = 0;
    for (int64_t until = bench_now_ns() + (int64_t)(strtod(argv[7], NULL) * 1e9); bench_now_ns() < until;) {
        if (!bench_rig_pass(&rig, packets)) {
            fprintf(stderr, "profile_worker: a frame was lost on the way\n");
            return 1;
        }
        sent += (double)(receivers * packets);
        bench_rig_drain(&rig);
    }
    printf("%.0f packets out, %.0f ns each\n", sent, (bench_server_cpu_ns() - start) / sent);
    bench_rig_stop(&rig);
    bench_receivers_close(&rig.receivers);
    bench_rig_fini(&rig);
    return 0;
}
