/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What those cost who listen: one member speaks Opus, N say nothing and hear it, through the server's real media worker, its
 * thread and its sockets on loopback, in frames of 20 ms. Sound is decoded once, mixed once, encoded for all, and protected and
 * sent to each, by one port for all (ICE) and by a port each. CPU of the server in real time, the least of some windows; what the
 * kernel does to deliver is in it, waking receivers is not (receivers.h).
 *
 *     bench_listeners [WINDOWS]
 */
#include "adapt/opus/opus_codec.h"
#include "base/reader.h"
#include "core/mix/bus.h"
#include "machine.h"
#include "rig.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define FRAME_NS 20000000
#define PACKETS 100 /* of a window: two seconds */
#define WARM_UP 50
#define SUITE CF_SRTP_AEAD_AES_128_GCM

static struct bench_rig rig;
static uint16_t sequence;

static struct cf_media_command add_room(void) {
    return (struct cf_media_command){.kind = CF_MEDIA_ROOM_ADD, .room = {0, 1}};
}

static struct cf_media_command set_line(uint32_t leg) {
    struct cf_media_command c = {.kind = CF_MEDIA_LINE_SET, .leg = {leg, 1}};
    c.as.line.line = (struct cf_media_line){.kind = CF_MEDIA_AUDIO,
                                            .profile = CF_PROFILE_AVP,
                                            .is_active = true,
                                            .can_send = true,
                                            .can_receive = true,
                                            .payload_count = 1};
    c.as.line.line.payloads[0] =
        (struct cf_payload){.codec = CF_CODEC_OPUS, .send_type = 96, .receive_type = 96, .clock_hz = 48000};
    return c;
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
        .srtp = rig.source.context, .header = {header, 12}, .payload = {payload, len}, .dst = out, .dst_size = BENCH_PACKET_MAX};
    rig.source.crypto->protect(rig.source.crypto->ctx, &job, 1);
    bench_must(job.err);
    return job.dst_len;
}

static void run(void *encoder, size_t packets) {
    uint8_t octets[BENCH_PACKET_MAX];
    int64_t next = bench_now_ns();
    for (size_t i = 0; i < packets; i++) {
        struct cf_datagram datagram = {rig.to, {octets, speak(encoder, octets)}};
        (void)cf_udp_send(&rig.sender, &datagram, 1);
        next += FRAME_NS;
        bench_sleep_until(next);
        if (i % 5 == 0) {
            bench_rig_drain(&rig);
        }
    }
    bench_rig_drain(&rig);
}

/* Share of a core. */
static double measure(bool has_own_ports, size_t windows) {
    const struct bench_rig_config config = {
        .suite = SUITE, .sender = CF_SENDER_RING, .has_own_ports = has_own_ports, .room = add_room, .line = set_line};
    struct cf_audio_params params = {.ptime_msec = 20};
    cf_codec_opus.normalise(&params);
    void *encoder = cf_codec_opus.encoder_create(&bench_mem, &params);
    sequence = 0;
    bench_rig_start(&rig, &config);
    run(encoder, WARM_UP);
    double best = 1e12;
    uint64_t before = bench_receivers_packets(&rig.receivers);
    for (size_t window = 0; window < windows; window++) {
        double start = bench_server_cpu_ns();
        run(encoder, PACKETS);
        double spent = (bench_server_cpu_ns() - start) / (PACKETS * (double)FRAME_NS);
        best = spent < best ? spent : best;
    }
    double share =
        (double)(bench_receivers_packets(&rig.receivers) - before) / ((double)windows * PACKETS * (double)rig.receivers.count);
    if (share < 0.95) {
        fprintf(stderr, "bench_listeners: only %.0f %% of the frames came\n", 100 * share);
    }
    bench_rig_stop(&rig);
    cf_codec_opus.encoder_destroy(&bench_mem, encoder);
    return best;
}

int main(int argc, char **argv) {
    static const size_t sizes[] = {10, 100, 500, 1000};
    size_t windows = argc > 1 ? strtoul(argv[1], NULL, 10) : 3;
    bench_print_head(argc, argv);
    bench_rig_init(&rig);
    printf("%9s %10s %12s %24s %18s\n", "listeners", "ports", "% of a core", "us a listener and frame", "listeners a core");
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        bench_receivers_open(&rig.receivers, sizes[i]);
        for (int own = 0; own < 2; own++) {
            double share = measure(own == 1, windows);
            printf("%9zu %10s %12.1f %24.2f %18.0f\n", sizes[i], own == 1 ? "each" : "one", 100 * share,
                   20000 * share / (double)sizes[i], (double)sizes[i] / share);
            fflush(stdout);
        }
        bench_receivers_close(&rig.receivers);
    }
    bench_rig_fini(&rig);
    return 0;
}
