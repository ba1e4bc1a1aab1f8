/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What lengths of packets cost: frames of 2, 4 and 8 packets to 50 receivers from one socket, sent as the server sends them
 * (shell/udp/sender.h), when all are equally long, when the last is shorter (both are one run for the kernel), and when the later
 * half is an octet longer, as browsers cut frames (two runs). CPU nanoseconds a packet, the kernel's delivery on loopback
 * included; the kinds take turns in one run, the least of the windows counts.
 *
 *     bench_runs [WINDOWS]
 */
#include "machine.h"
#include "receivers.h"
#include "shell/udp/sender.h"
#include <stdio.h>
#include <stdlib.h>

#define RECEIVERS 50
#define FRAMES_A_WINDOW 200
#define LEN 1100

enum kind { EQUAL, SHORT_END, LONGER_END, KINDS };
static const char *const kind_names[KINDS] = {"equal", "the last shorter", "the later half 1 longer"};

static struct bench_receivers receivers;
static struct cf_udp sender_socket;
static struct cf_sender *sender;

static size_t length_of(enum kind kind, size_t index, size_t packets) {
    if (kind == SHORT_END && index + 1 == packets) {
        return LEN / 2;
    }
    return kind == LONGER_END && index >= packets / 2 ? LEN + 1 : LEN;
}

static void send_frame(enum kind kind, size_t packets) {
    static const uint8_t octets[LEN + 1] = {0x80, 96};
    static struct cf_datagram out[RECEIVERS * 8];
    size_t count = 0;
    for (size_t r = 0; r < RECEIVERS; r++) {
        for (size_t p = 0; p < packets; p++) {
            out[count++] = (struct cf_datagram){receivers.addresses[r], {octets, length_of(kind, p, packets)}};
        }
    }
    cf_sender_put(sender, &sender_socket, out, count);
    cf_sender_flush(sender);
}

static double window(enum kind kind, size_t packets) {
    double spent = 0;
    for (size_t frame = 0; frame < FRAMES_A_WINDOW; frame++) {
        double start = bench_thread_cpu_ns();
        send_frame(kind, packets);
        spent += bench_thread_cpu_ns() - start;
        if (bench_receivers_drain(&receivers) != RECEIVERS * packets) {
            fprintf(stderr, "bench_runs: packets were lost\n");
            exit(1);
        }
    }
    return spent / (double)(FRAMES_A_WINDOW * RECEIVERS * packets);
}

int main(int argc, char **argv) {
    const struct cf_addr local = {.ip = {127, 0, 0, 1}, .family = CF_FAMILY_IP4};
    size_t windows = argc > 1 ? strtoul(argv[1], NULL, 10) : 9;
    bench_print_head(argc, argv);
    bench_pin_server();
    bench_must(cf_udp_open(&local, CF_UDP_USE_MEDIA, &sender_socket));
    if (cf_sender_create(CF_SENDER_RING, &sender) != CF_OK) {
        bench_must(cf_sender_create(CF_SENDER_CALLS, &sender));
    }
    bench_receivers_open(&receivers, RECEIVERS);
    printf("%-8s", "packets");
    for (int kind = 0; kind < KINDS; kind++) {
        printf(" %24s", kind_names[kind]);
    }
    printf("\n");
    for (size_t packets = 2; packets <= 8; packets *= 2) {
        double best[KINDS] = {1e9, 1e9, 1e9};
        for (size_t i = 0; i < windows * KINDS; i++) {
            double cost = window((enum kind)(i % KINDS), packets);
            best[i % KINDS] = cost < best[i % KINDS] ? cost : best[i % KINDS];
        }
        printf("%-8zu", packets);
        for (int kind = 0; kind < KINDS; kind++) {
            printf(" %24.0f", best[kind]);
        }
        printf("\n");
    }
    cf_sender_destroy(&sender);
    bench_receivers_close(&receivers);
    cf_udp_close(&sender_socket);
    return 0;
}
