/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rig_load.h"

#include "machine.h"
#include <stdio.h>
#include <stdlib.h>

#define LOOK_NS INT64_C(2000000)      /* queues are emptied so often */
#define REMAINS_NS INT64_C(150000000) /* for what is on its way at the end */

struct bench_frame_cost bench_rig_measure_frame(struct bench_rig *rig, size_t packets, size_t count) {
    double cpu = 0;
    int64_t start = 0;
    for (size_t i = 0; i < 2 * count; i++) {
        if (i == count) { /* the first half warms up */
            cpu = bench_server_cpu_ns();
            start = bench_now_ns();
        }
        if (!bench_rig_pass(rig, packets)) {
            fprintf(stderr, "benchmark: nothing arrived\n");
            exit(1);
        }
        bench_rig_drain(rig);
    }
    return (struct bench_frame_cost){.cpu_ns = (bench_server_cpu_ns() - cpu) / (double)count,
                                     .wall_ns = (double)(bench_now_ns() - start) / (double)count};
}

struct bench_passage bench_rig_pass_on_time(struct bench_rig *rig, size_t packets, int64_t period, double seconds) {
    struct bench_passage passage = {.frames = 0};
    bench_receivers_forget_delays(&rig->receivers);
    uint64_t before = bench_receivers_packets(&rig->receivers);
    double cpu = bench_server_cpu_ns();
    int64_t begun = bench_now_ns();
    int64_t due = begun;
    int64_t look = begun + LOOK_NS;
    while (due < begun + (int64_t)(seconds * 1e9)) {
        bench_sleep_until(due);
        bench_rig_send(rig, packets);
        passage.frames++;
        due += period;
        if (bench_now_ns() > look) {
            bench_rig_drain(rig);
            look = bench_now_ns() + LOOK_NS;
        }
    }
    passage.behind = bench_now_ns() - due;
    passage.busy = (bench_server_cpu_ns() - cpu) / (double)(bench_now_ns() - begun);
    bench_sleep_until(bench_now_ns() + REMAINS_NS);
    bench_rig_drain(rig);
    passage.got = bench_receivers_packets(&rig->receivers) - before;
    passage.cpu_ns = bench_server_cpu_ns() - cpu;
    return passage;
}
