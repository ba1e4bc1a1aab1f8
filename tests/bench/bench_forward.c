/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What forwarding costs: one source of 1100-octet VP8 packets, in frames of 1, 4 and 8, to N receivers through the media engine
 * with real SRTP and no sockets; beside it the bare loop, the same packets protected for the same receivers and nothing else. CPU
 * nanoseconds per forwarded packet, the least of many windows, so that a busy machine disturbs little.
 */
#include "adapt/srtp/srtp.h"
#include "core/media/engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define PAYLOAD_LEN 1100
#define WINDOWS 30
#define PACKETS_A_WINDOW 40000
#define RECEIVERS_MAX 1000

static void *heap_alloc(void *ctx, size_t size) {
    (void)ctx;
    return calloc(1, size);
}

static void heap_free(void *ctx, void *memory, size_t size) {
    (void)ctx;
    (void)size;
    free(memory);
}

static const struct cf_mem mem = {heap_alloc, heap_free, NULL};

static void fill(void *ctx, uint8_t *out, size_t len) {
    uint32_t *seed = ctx;
    for (size_t i = 0; i < len; i++) {
        *seed = *seed * 1664525U + 1013904223U;
        out[i] = (uint8_t)(*seed >> 24);
    }
}

static uint32_t seed = 1;
static const struct cf_entropy entropy = {fill, &seed};

static double cpu_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void must(enum cf_err err) {
    if (err != CF_OK) {
        fprintf(stderr, "bench_forward: %s\n", cf_err_text(err));
        exit(1);
    }
}

/* --- the engine and its peers --- */

static struct cf_engine engine;
static const struct cf_resampler no_resampler;
static struct cf_srtp_engine *srtp;
static const struct cf_packet_crypto *crypto;
static struct cf_srtp_context *source_context;
static cf_usec now = CF_SEC(1);
static uint16_t sequence;
static uint16_t picture_id;
static uint32_t timestamp;

static void discard_output(void) {
    const struct cf_media_output *outputs;
    struct cf_media_event event;
    while (cf_engine_poll_send(&engine, &outputs) > 0) {
    }
    while (cf_engine_poll_event(&engine, &event)) {
    }
}

static void command(const struct cf_media_command *c) {
    cf_engine_command(&engine, c, now);
    discard_output();
}

static struct cf_addr address(uint32_t leg) {
    return (struct cf_addr){.ip = {10, 0, (uint8_t)(leg >> 8), (uint8_t)leg}, .port = 4000, .family = CF_FAMILY_IP4};
}

static void add_leg(uint32_t leg, enum cf_srtp_suite suite) {
    struct cf_media_command c = {.kind = CF_MEDIA_LEG_ADD, .room = {0, 1}, .leg = {leg, 1}};
    command(&c);
    c.kind = CF_MEDIA_TRANSPORT_SET;
    c.as.transport = (struct cf_media_transport_set){.rtp_socket = leg};
    struct cf_media_transport *t = &c.as.transport.transport;
    t->has_rtcp_mux = true;
    t->remote_rtp = t->remote_rtcp = address(leg);
    t->security.keying = suite == CF_SRTP_NONE ? CF_KEYING_NONE : CF_KEYING_SDES;
    t->security.suite = suite;
    fill(&seed, t->security.local.key, sizeof t->security.local.key);
    fill(&seed, t->security.remote.key, sizeof t->security.remote.key);
    if (leg == 0 && suite != CF_SRTP_NONE) {
        const struct cf_srtp_params params = {.suite = suite,
                                              .direction = CF_SRTP_SEND,
                                              .key = {t->security.remote.key, cf_srtp_suites[suite].key_len},
                                              .salt = {t->security.remote.salt, cf_srtp_suites[suite].salt_len},
                                              .streams_max = 1};
        must(crypto->open(crypto->ctx, &params, &source_context));
    }
    command(&c);
    c.kind = CF_MEDIA_LINE_SET;
    c.as.line = (struct cf_media_line_set){.line = {.kind = CF_MEDIA_VIDEO,
                                                    .profile = CF_PROFILE_AVPF,
                                                    .is_active = true,
                                                    .can_send = leg != 0,
                                                    .can_receive = leg == 0,
                                                    .payload_count = 1}};
    c.as.line.line.payloads[0] =
        (struct cf_payload){.codec = CF_CODEC_VP8, .send_type = 97, .receive_type = 97, .clock_hz = 90000};
    command(&c);
}

static void begin(size_t receivers, enum cf_srtp_suite suite) {
    must(cf_srtp_engine_new(&mem, CF_SRTP_LIBRARY_BEST, &srtp));
    crypto = cf_srtp_engine_crypto(srtp);
    source_context = NULL;
    const struct cf_engine_config config = {.crypto = crypto,
                                            .entropy = &entropy,
                                            .resampler = &no_resampler,
                                            .wall = CF_SEC(1700000000),
                                            .packets_per_sec = 10000000};
    must(cf_engine_init(&engine, &mem, &config, now));
    const struct cf_media_command room = {.kind = CF_MEDIA_ROOM_ADD, .room = {0, 1}, .as.room_policy = {.no_audio = true}};
    command(&room);
    for (uint32_t leg = 0; leg <= receivers; leg++) {
        add_leg(leg, suite);
    }
}

static void end(void) {
    sequence = picture_id = 0;
    crypto->close(crypto->ctx, source_context);
    cf_engine_fini(&engine);
    cf_srtp_engine_free(srtp);
}

/* --- the source --- */

static void make_packet(struct cf_media_input *input, uint8_t *octets, bool first, bool last) {
    uint8_t header[12];
    uint8_t payload[PAYLOAD_LEN] = {0x90, 0x80, 0, 0, 0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0xe0, 0x01};
    struct cf_writer w;
    const struct cf_rtp_header fields = {
        .timestamp = timestamp, .ssrc = 77, .sequence = sequence++, .payload_type = 97, .marker = last};
    cf_writer_init(&w, header, sizeof header);
    cf_rtp_put_header(&w, &fields);
    payload[0] = first ? 0x90 : 0x80;
    cf_set_be16(payload + 2, (uint16_t)(0x8000U | (picture_id & 0x7fffU)));
    /* Only the first frame is a key frame. */
    payload[4] = sequence <= 8 && picture_id == 0 ? 0x10 : 0x11;
    struct cf_protect_job job = {.srtp = source_context,
                                 .header = cf_writer_span(&w),
                                 .payload = {payload, sizeof payload},
                                 .dst = octets,
                                 .dst_size = 2048};
    crypto->protect(crypto->ctx, &job, 1);
    must(job.err);
    *input = (struct cf_media_input){.socket = 0, .from = address(0), .at = octets, .len = job.dst_len};
}

static void make_frame(struct cf_media_input *inputs, uint8_t (*octets)[2048], size_t packets) {
    for (size_t i = 0; i < packets; i++) {
        make_packet(&inputs[i], octets[i], i == 0, i + 1 == packets);
    }
    picture_id++;
    timestamp += 3000;
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

/* Nanoseconds a forwarded packet. */
static double measure_engine(size_t receivers, size_t packets) {
    static uint8_t octets[64][2048];
    struct cf_media_input inputs[64];
    double best = 1e12;
    for (size_t window = 0; window < WINDOWS; window++) {
        double spent = 0;
        size_t sent = 0;
        while (sent < PACKETS_A_WINDOW) {
            make_frame(inputs, octets, packets);
            double start = cpu_ns();
            sent += forward(inputs, packets);
            spent += cpu_ns() - start;
            now += CF_MSEC(33);
            if (cf_engine_deadline(&engine) <= now) {
                cf_engine_on_deadline(&engine, now);
                discard_output();
            }
            if (sent == 0 && picture_id > 100) {
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
    static uint8_t payload[PAYLOAD_LEN];
    struct cf_protect_job jobs[128];
    double best = 1e12;
    uint16_t number = 0;
    for (size_t i = 0; i < receivers && suite != CF_SRTP_NONE; i++) {
        uint8_t key[64];
        fill(&seed, key, sizeof key);
        const struct cf_srtp_params params = {.suite = suite,
                                              .direction = CF_SRTP_SEND,
                                              .key = {key, cf_srtp_suites[suite].key_len},
                                              .salt = {key + 32, cf_srtp_suites[suite].salt_len},
                                              .streams_max = 1};
        must(crypto->open(crypto->ctx, &params, &contexts[i]));
    }
    for (size_t window = 0; window < WINDOWS; window++) {
        size_t sent = 0;
        double start = cpu_ns();
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
        double spent = cpu_ns() - start;
        best = spent / (double)sent < best ? spent / (double)sent : best;
    }
    for (size_t i = 0; i < receivers; i++) {
        crypto->close(crypto->ctx, contexts[i]);
        contexts[i] = NULL;
    }
    return best;
}

int main(int argc, char **argv) {
    (void)argv; /* any argument: the largest room too */
    static const size_t sizes[] = {10, 50, 200, 1000};
    static const size_t frames[] = {1, 4, 8};
    static const enum cf_srtp_suite suites[] = {CF_SRTP_NONE, CF_SRTP_AEAD_AES_128_GCM, CF_SRTP_AES_CM_128_HMAC_SHA1_80};
    size_t size_count = argc > 1 ? 4 : 3;
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
