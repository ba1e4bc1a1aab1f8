/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What forwarding costs with everything on: the server's real media worker, in its thread, with its mailboxes and sockets on
 * loopback (rig.h). One source of 1100-octet packets, in frames of 1, 4 and 8, to N receivers; CPU nanoseconds, user and system,
 * of the server a forwarded packet. First with one port for all members, as with ICE, then with a port for each. Beside both, in
 * the same run, the bare loop with as many sockets (bare_loop.h), and the naive loop. All but the naive one send by calls and by
 * a ring (shell/udp/sender.h): the better one counts for the bare loop. What the kernel does to deliver on loopback is in it, for
 * all alike; waking receivers is not (receivers.h). A frame is sent when the last receiver has the one before, so that the batch
 * is the frame. The least of some windows: a busy machine disturbs little.
 *
 *     bench_worker [WINDOWS [SUITE RECEIVERS FRAME]]   SUITE by its name, "plain" for none: that row alone
 */
#include "machine.h"
#include "rig.h"
#include <stdio.h>
#include <stdlib.h>

#define PACKETS_A_WINDOW 20000

static size_t windows = 5;
static struct bench_rig rig;

/* Nanoseconds of the server a forwarded packet. */
static double measure(const struct bench_rig_config *config, size_t packets) {
    double best = 1e12;
    bench_rig_start(&rig, config);
    for (size_t window = 0; window <= windows; window++) { /* the first warms up */
        size_t sent = 0;
        double start = bench_server_cpu_ns();
        while (sent < PACKETS_A_WINDOW) {
            if (!bench_rig_pass(&rig, packets)) {
                fprintf(stderr, "bench_worker: a frame was lost on the way\n");
                exit(1);
            }
            sent += rig.receivers.count * packets;
        }
        double each = (bench_server_cpu_ns() - start) / (double)sent;
        bench_rig_drain(&rig);
        best = window > 0 && each < best ? each : best;
    }
    bench_rig_stop(&rig);
    return best;
}

/* What was found with one port, or with one for each. */
struct found {
    double calls;
    double ring;
    double bare;
};

static double least(double a, double b) {
    return a < b ? a : b;
}

static struct found measure_ports(enum cf_srtp_suite suite, size_t packets, bool has_own_ports) {
    struct bench_rig_config config = {
        .forwarder = BENCH_WORKER, .suite = suite, .sender = CF_SENDER_CALLS, .has_own_ports = has_own_ports};
    struct found found;
    found.calls = measure(&config, packets);
    config.sender = CF_SENDER_RING;
    found.ring = measure(&config, packets);
    config.forwarder = BENCH_BARE;
    double ring = measure(&config, packets);
    config.sender = CF_SENDER_CALLS;
    found.bare = least(ring, measure(&config, packets));
    return found;
}

static void measure_row(enum cf_srtp_suite suite, size_t packets) {
    const struct bench_rig_config naive_loop = {.forwarder = BENCH_NAIVE, .suite = suite};
    struct found one = measure_ports(suite, packets, false);
    struct found own = measure_ports(suite, packets, true);
    double naive = measure(&naive_loop, packets);
    printf("%-24.*s %5zu %2zu %6.0f %6.0f %6.0f %6.2f %9.0f %6.0f %6.0f %6.2f %9.0f %6.2f\n",
           CF_STR_ARG(cf_srtp_suites[suite].name), rig.receivers.count, packets, one.ring, one.calls, one.bare,
           least(one.ring, one.calls) / one.bare, own.ring, own.calls, own.bare, least(own.ring, own.calls) / own.bare, naive,
           naive / one.ring);
    fflush(stdout);
}

/* Is the row asked for by the arguments of main(), or are all? */
static bool is_wanted(int argc, char **argv, enum cf_srtp_suite suite, size_t count, size_t packets) {
    if (argc < 5) {
        return true;
    }
    struct cf_str name = suite == CF_SRTP_NONE ? cf_str_of("plain") : cf_srtp_suites[suite].name;
    return cf_str_eq(name, cf_str_of(argv[2])) && strtoul(argv[3], NULL, 10) == count && strtoul(argv[4], NULL, 10) == packets;
}

int main(int argc, char **argv) {
    static const size_t sizes[] = {10, 50, 200, 1000};
    static const size_t frames[] = {1, 4, 8};
    static const enum cf_srtp_suite suites[] = {CF_SRTP_AEAD_AES_128_GCM, CF_SRTP_NONE, CF_SRTP_AEAD_AES_256_GCM,
                                                CF_SRTP_AES_CM_128_HMAC_SHA1_80};
    windows = argc > 1 ? strtoul(argv[1], NULL, 10) : windows;
    bench_print_head(argc, argv);
    bench_rig_init(&rig);
    printf("%33s %30s %31s\n%-24s %5s %2s %6s %6s %6s %6s %9s %6s %6s %6s %9s %6s\n", "", "one port, ns a packet", "a port each",
           "suite", "to", "of", "ring", "calls", "bare", "ratio", "ring", "calls", "bare", "ratio", "naive", "saves");
    for (size_t s = 0; s < sizeof suites / sizeof *suites; s++) {
        for (size_t n = 0; n < sizeof sizes / sizeof *sizes; n++) {
            bench_receivers_open(&rig.receivers, sizes[n]);
            for (size_t f = 0; f < sizeof frames / sizeof *frames; f++) {
                if (is_wanted(argc, argv, suites[s], sizes[n], frames[f])) {
                    measure_row(suites[s], frames[f]);
                }
            }
            bench_receivers_close(&rig.receivers);
        }
    }
    bench_rig_fini(&rig);
    return 0;
}
