/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What it costs to be heard by many: the server's real media worker, one who speaks Opus every 20 ms, and N who listen and say
 * nothing, each with keys of its own (AES-GCM), sockets of theirs on loopback. One frame is encoded for all, and protected and
 * sent to each. CPU of the worker's thread in real time, the least of some windows; what the kernel does to deliver is in it.
 *
 *     bench_listeners [WINDOWS]
 */
#include "adapt/opus/opus_codec.h"
#include "adapt/srtp/srtp.h"
#include "core/mix/bus.h"
#include "core/rtp/packet.h"
#include "forward_world.h"
#include "worker_world.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define LISTENERS_MAX 1000 /* a room has no more */
#define PACKETS 100        /* of a window: two seconds */
#define WARM_UP 50
#define SUITE CF_SRTP_AEAD_AES_128_GCM

static struct cf_udp speaker;
static struct cf_udp sockets[LISTENERS_MAX];
static struct bench_worker world;
static struct cf_srtp_engine *srtp;
static struct bench_source source; /* for its key and context alone */
static uint16_t sequence;

static struct cf_addr add_member(uint32_t leg, const struct cf_addr *remote) {
    struct cf_udp udp = bench_socket(false);
    bench_worker_open(&world, leg, &udp);
    struct cf_media_command c = bench_leg_add(leg);
    bench_worker_command(&world, &c);
    c = bench_transport_set(leg, leg, remote, SUITE, &source);
    bench_worker_command(&world, &c);
    c = (struct cf_media_command){.kind = CF_MEDIA_LINE_SET, .leg = {leg, 1}};
    c.as.line.line = (struct cf_media_line){.kind = CF_MEDIA_AUDIO,
                                            .profile = CF_PROFILE_AVP,
                                            .is_active = true,
                                            .can_send = true,
                                            .can_receive = true,
                                            .payload_count = 1};
    c.as.line.line.payloads[0] =
        (struct cf_payload){.codec = CF_CODEC_OPUS, .send_type = 96, .receive_type = 96, .clock_hz = 48000};
    bench_worker_command(&world, &c);
    return udp.local;
}

/* A vowel, encoded and protected as the leg agreed. */
static size_t speak(void *encoder, uint8_t *out) {
    int16_t pcm[CF_MIX_TICK_SAMPLES];
    uint8_t payload[CF_AUDIO_PAYLOAD_MAX];
    uint8_t header[12] = {0x80, 96};
    size_t len = 0;
    for (size_t i = 0; i < CF_MIX_TICK_SAMPLES; i++) {
        double t = (double)(sequence * CF_MIX_TICK_SAMPLES + i) / 48000;
        pcm[i] = (int16_t)(5000 * (0.6 + 0.4 * sin(24 * t)) * (sin(880 * t) + 0.6 * sin(1760 * t) + 0.3 * sin(5300 * t)));
    }
    bench_must(cf_codec_opus.encode(encoder, pcm, CF_MIX_TICK_SAMPLES, false, payload, sizeof payload, &len));
    cf_set_be16(header + 2, sequence);
    cf_set_be32(header + 4, sequence * (uint32_t)CF_MIX_TICK_SAMPLES);
    cf_set_be32(header + 8, 77);
    sequence++;
    struct cf_protect_job job = {
        .srtp = source.context, .header = {header, 12}, .payload = {payload, len}, .dst = out, .dst_size = BENCH_PACKET_MAX};
    source.crypto->protect(source.crypto->ctx, &job, 1);
    bench_must(job.err);
    return job.dst_len;
}

static void run(void *encoder, const struct cf_addr *to, size_t packets) {
    uint8_t octets[BENCH_PACKET_MAX];
    struct timespec next;
    clock_gettime(CLOCK_MONOTONIC, &next);
    for (size_t i = 0; i < packets; i++) {
        struct cf_datagram datagram = {*to, {octets, speak(encoder, octets)}};
        (void)cf_udp_send(&speaker, &datagram, 1);
        next.tv_nsec += 20000000;
        next.tv_sec += next.tv_nsec / 1000000000;
        next.tv_nsec %= 1000000000;
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
    }
}

/* Share of a core. */
static double measure(uint32_t listeners, size_t windows) {
    struct cf_audio_params params = {.ptime_msec = 20};
    cf_codec_opus.normalise(&params);
    void *encoder = cf_codec_opus.encoder_create(&bench_mem, &params);
    sequence = 0;
    bench_source_init(&source, cf_srtp_engine_crypto(srtp), SUITE);
    bench_worker_start(&world, CF_SENDER_RING);
    const struct cf_media_command room = {.kind = CF_MEDIA_ROOM_ADD, .room = {0, 1}};
    bench_worker_command(&world, &room);
    struct cf_addr to = add_member(0, &speaker.local);
    for (uint32_t leg = 1; leg <= listeners; leg++) {
        sockets[leg - 1] = bench_socket(true);
        (void)add_member(leg, &sockets[leg - 1].local);
    }
    run(encoder, &to, WARM_UP);
    double best = 1e12;
    uint64_t before = bench_worker_packets_out(&world, 1, listeners, listeners);
    for (size_t window = 0; window < windows; window++) {
        double start = bench_process_cpu_ns() - bench_thread_cpu_ns();
        run(encoder, &to, PACKETS);
        double spent = (bench_process_cpu_ns() - bench_thread_cpu_ns() - start) / (PACKETS * 20e6);
        best = spent < best ? spent : best;
    }
    double share =
        (double)(bench_worker_packets_out(&world, 1, listeners, listeners) - before) / ((double)windows * PACKETS * listeners);
    if (share < 0.95) {
        fprintf(stderr, "bench_listeners: only %.0f %% of the frames were sent\n", 100 * share);
    }
    bench_worker_stop(&world);
    bench_source_fini(&source);
    cf_codec_opus.encoder_destroy(&bench_mem, encoder);
    for (uint32_t i = 0; i < listeners; i++) {
        cf_udp_close(&sockets[i]);
    }
    return best;
}

int main(int argc, char **argv) {
    static const uint32_t sizes[] = {10, 100, 500, LISTENERS_MAX};
    size_t windows = argc > 1 ? strtoul(argv[1], NULL, 10) : 3;
    speaker = bench_socket(true);
    bench_must(cf_srtp_engine_new(&bench_mem, CF_SRTP_LIBRARY_BEST, &srtp));
    printf("%9s %12s %18s %18s\n", "listeners", "% of a core", "us a listener, 20 ms", "listeners a core");
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        double share = measure(sizes[i], windows);
        printf("%9u %12.1f %18.2f %18.0f\n", sizes[i], 100 * share, 20000 * share / sizes[i], sizes[i] / share);
        fflush(stdout);
    }
    cf_srtp_engine_free(srtp);
    cf_udp_close(&speaker);
    return 0;
}
