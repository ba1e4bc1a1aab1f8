/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What forwarding costs: one source of 1100-octet VP8 packets, in frames of 1, 4 and 8, to N receivers through the media engine
 * with real SRTP and no sockets; beside it the bare loop, the same packets protected for the same receivers and nothing else. CPU
 * nanoseconds per forwarded packet, the least of many windows, so that a busy machine disturbs little.
 */
#include "adapt/srtp/srtp.h"
#include "core/media/engine.h"
#include "forward_world.h"
#include "machine.h"

#include <stdio.h>
#include <stdlib.h>

#define WINDOWS 30
#define PACKETS_A_WINDOW 40000
#define RECEIVERS_MAX 1000

/* --- the engine and its peers --- */

static struct cf_engine engine;
static const struct cf_resampler no_resampler;
static struct cf_srtp_engine *srtp;
static const struct cf_packet_crypto *crypto;
static struct bench_source source;
static cf_usec now = CF_SEC(1);

static void discard_output(void) {
    const struct cf_media_output *outputs;
    struct cf_media_event event;
    while (cf_engine_poll_send(&engine, &outputs) > 0) {
    }
    while (cf_engine_poll_event(&engine, &event)) {
    }
}

static void command(struct cf_media_command c) {
    cf_engine_command(&engine, &c, now);
    discard_output();
}

static struct cf_addr address(uint32_t leg) {
    return (struct cf_addr){.ip = {10, 0, (uint8_t)(leg >> 8), (uint8_t)leg}, .port = 4000, .family = CF_FAMILY_IP4};
}

static void add_leg(uint32_t leg, enum cf_srtp_suite suite) {
    struct cf_addr remote = address(leg);
    command(bench_leg_add(leg));
    command(bench_transport_set(leg, leg, &remote, suite, &source));
    command(bench_line_set(leg));
}

static void begin(size_t receivers, enum cf_srtp_suite suite) {
    bench_must(cf_srtp_engine_new(&bench_mem, CF_SRTP_LIBRARY_BEST, &srtp));
    crypto = cf_srtp_engine_crypto(srtp);
    bench_source_init(&source, crypto, suite);
    const struct cf_engine_config config = {.crypto = crypto,
                                            .entropy = &bench_entropy,
                                            .resampler = &no_resampler,
                                            .wall = CF_SEC(1700000000),
                                            .packets_per_sec = 10000000};
    bench_must(cf_engine_init(&engine, &bench_mem, &config, now));
    command(bench_room_add());
    for (uint32_t leg = 0; leg <= receivers; leg++) {
        add_leg(leg, suite);
    }
}

static void end(void) {
    bench_source_fini(&source);
    cf_engine_fini(&engine);
    cf_srtp_engine_free(srtp);
}

static size_t forward(struct cf_media_input *inputs, size_t packets) {
    const struct cf_media_output *outputs;
    size_t sent = 0;
    cf_engine_receive(&engine, inputs, packets, now);
    for (size_t n = cf_engine_poll_send(&engine, &outputs); n > 0; n = cf_engine_poll_send(&engine, &outputs)) {
        sent += n;
    }
    return sent;
}

static void make_frame(struct cf_media_input *inputs, size_t packets) {
    static uint8_t octets[64][BENCH_PACKET_MAX];
    size_t lens[64];
    bench_source_frame(&source, octets, lens, packets);
    for (size_t i = 0; i < packets; i++) {
        inputs[i] = (struct cf_media_input){.socket = 0, .from = address(0), .at = octets[i], .len = lens[i]};
    }
}

/* Nanoseconds a forwarded packet. */
static double measure_engine(size_t receivers, size_t packets) {
    struct cf_media_input inputs[64];
    double best = 1e12;
    for (size_t window = 0; window < WINDOWS; window++) {
        double spent = 0;
        size_t sent = 0;
        while (sent < PACKETS_A_WINDOW) {
            make_frame(inputs, packets);
            double start = bench_thread_cpu_ns();
            sent += forward(inputs, packets);
            spent += bench_thread_cpu_ns() - start;
            now += CF_MSEC(33);
            if (cf_engine_deadline(&engine) <= now) {
                cf_engine_on_deadline(&engine, now);
                discard_output();
            }
            if (sent == 0 && source.picture_id > 100) {
                fprintf(stderr, "bench_forward: nothing is forwarded to %zu receivers\n", receivers);
                exit(1);
            }
        }
        best = spent / (double)sent < best ? spent / (double)sent : best;
    }
    return best;
}

/* --- the bare loop --- */

static struct cf_srtp_context *contexts[RECEIVERS_MAX];

static double measure_bare(size_t receivers, size_t packets, enum cf_srtp_suite suite) {
    static uint8_t out[128][2048];
    static uint8_t headers[128][12];
    static uint8_t payload[BENCH_PAYLOAD_LEN];
    struct cf_protect_job jobs[128];
    double best = 1e12;
    uint16_t number = 0;
    for (size_t i = 0; i < receivers; i++) {
        contexts[i] = bench_send_context(crypto, suite, NULL);
    }
    for (size_t window = 0; window < WINDOWS; window++) {
        size_t sent = 0;
        double start = bench_thread_cpu_ns();
        while (sent < PACKETS_A_WINDOW) {
            size_t count = 0;
            for (size_t r = 0; r < receivers; r++) {
                for (size_t p = 0; p < packets; p++) {
                    uint8_t *header = headers[count];
                    header[0] = 0x80;
                    header[1] = 97;
                    cf_set_be16(header + 2, (uint16_t)(number + p));
                    cf_set_be32(header + 8, 77);
                    jobs[count] = (struct cf_protect_job){.srtp = contexts[r],
                                                          .header = {header, 12},
                                                          .payload = {payload, sizeof payload},
                                                          .dst = out[count],
                                                          .dst_size = sizeof out[count]};
                    if (++count == 128) {
                        crypto->protect(crypto->ctx, jobs, count);
                        sent += count;
                        count = 0;
                    }
                }
            }
            crypto->protect(crypto->ctx, jobs, count);
            sent += count;
            number = (uint16_t)(number + packets);
        }
        double spent = bench_thread_cpu_ns() - start;
        best = spent / (double)sent < best ? spent / (double)sent : best;
    }
    for (size_t i = 0; i < receivers; i++) {
        crypto->close(crypto->ctx, contexts[i]);
        contexts[i] = NULL;
    }
    return best;
}

int main(int argc, char **argv) {
    static const size_t sizes[] = {10, 50, 200, 1000};
    static const size_t frames[] = {1, 4, 8};
    static const enum cf_srtp_suite suites[] = {CF_SRTP_NONE, CF_SRTP_AEAD_AES_128_GCM, CF_SRTP_AES_CM_128_HMAC_SHA1_80};
    size_t size_count = argc > 1 ? 4 : 3; /* any argument: the largest room too */
    bench_print_head(argc, argv);
    printf("%-26s %9s %7s %10s %10s %7s\n", "suite", "receivers", "frame", "engine ns", "bare ns", "ratio");
    for (size_t s = 0; s < 3; s++) {
        for (size_t n = 0; n < size_count; n++) {
            begin(sizes[n], suites[s]);
            for (size_t f = 0; f < 3; f++) {
                double ours = measure_engine(sizes[n], frames[f]);
                double bare = measure_bare(sizes[n], frames[f], suites[s]);
                printf("%-26.*s %9zu %7zu %10.0f %10.0f %7.2f\n", CF_STR_ARG(cf_srtp_suites[suites[s]].name), sizes[n], frames[f],
                       ours, bare, ours / bare);
                fflush(stdout);
            }
            end();
        }
    }
    return 0;
}
