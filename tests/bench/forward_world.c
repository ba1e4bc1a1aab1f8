/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "forward_world.h"

#include "core/rtp/packet.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static void *heap_alloc(void *ctx, size_t size) {
    (void)ctx;
    return calloc(1, size);
}

static void heap_free(void *ctx, void *memory, size_t size) {
    (void)ctx;
    (void)size;
    free(memory);
}

static void fill(void *ctx, uint8_t *out, size_t len) {
    uint32_t *seed = ctx;
    for (size_t i = 0; i < len; i++) {
        *seed = *seed * 1664525U + 1013904223U;
        out[i] = (uint8_t)(*seed >> 24);
    }
}

static uint32_t seed = 1;
const struct cf_mem bench_mem = {heap_alloc, heap_free, NULL};
const struct cf_entropy bench_entropy = {fill, &seed};

static double read_ns(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

double bench_thread_cpu_ns(void) {
    return read_ns(CLOCK_THREAD_CPUTIME_ID);
}

double bench_process_cpu_ns(void) {
    return read_ns(CLOCK_PROCESS_CPUTIME_ID);
}

void bench_must(enum cf_err err) {
    if (err != CF_OK) {
        fprintf(stderr, "benchmark: %s\n", cf_err_text(err));
        exit(1);
    }
}

struct cf_srtp_context *bench_send_context(const struct cf_packet_crypto *crypto, enum cf_srtp_suite suite,
                                           struct cf_sdes_key *ret_key) {
    struct cf_srtp_context *context = NULL;
    struct cf_sdes_key key = {0};
    fill(&seed, key.key, sizeof key.key);
    fill(&seed, key.salt, sizeof key.salt);
    if (ret_key != NULL) {
        *ret_key = key;
    }
    if (suite == CF_SRTP_NONE) {
        return NULL;
    }
    const struct cf_srtp_params params = {.suite = suite,
                                          .direction = CF_SRTP_SEND,
                                          .key = {key.key, cf_srtp_suites[suite].key_len},
                                          .salt = {key.salt, cf_srtp_suites[suite].salt_len},
                                          .streams_max = 1};
    bench_must(crypto->open(crypto->ctx, &params, &context));
    return context;
}

void bench_source_init(struct bench_source *source, const struct cf_packet_crypto *crypto, enum cf_srtp_suite suite) {
    *source = (struct bench_source){.crypto = crypto};
    source->context = bench_send_context(crypto, suite, &source->key);
}

void bench_source_fini(struct bench_source *source) {
    source->crypto->close(source->crypto->ctx, source->context);
    source->context = NULL;
}

static size_t make_packet(struct bench_source *source, uint8_t *octets, bool first, bool last) {
    uint8_t header[12];
    uint8_t payload[BENCH_PAYLOAD_LEN] = {0x90, 0x80, 0, 0, 0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0xe0, 0x01};
    bool is_key = source->picture_id == 0;
    struct cf_writer w;
    const struct cf_rtp_header fields = {
        .timestamp = source->timestamp, .ssrc = 77, .sequence = source->sequence++, .payload_type = 97, .marker = last};
    cf_writer_init(&w, header, sizeof header);
    cf_rtp_put_header(&w, &fields);
    payload[0] = first ? 0x90 : 0x80;
    cf_set_be16(payload + 2, (uint16_t)(0x8000U | (source->picture_id & 0x7fffU)));
    payload[4] = is_key ? 0x10 : 0x11;
    struct cf_protect_job job = {.srtp = source->context,
                                 .header = cf_writer_span(&w),
                                 .payload = {payload, sizeof payload},
                                 .dst = octets,
                                 .dst_size = BENCH_PACKET_MAX};
    source->crypto->protect(source->crypto->ctx, &job, 1);
    bench_must(job.err);
    return job.dst_len;
}

void bench_source_frame(struct bench_source *source, uint8_t (*octets)[BENCH_PACKET_MAX], size_t *lens, size_t packets) {
    for (size_t i = 0; i < packets; i++) {
        lens[i] = make_packet(source, octets[i], i == 0, i + 1 == packets);
    }
    source->picture_id++;
    source->timestamp += 3000;
}

struct cf_media_command bench_room_add(void) {
    return (struct cf_media_command){.kind = CF_MEDIA_ROOM_ADD, .room = {0, 1}, .as.room_policy = {.no_audio = true}};
}

struct cf_media_command bench_leg_add(uint32_t leg) {
    return (struct cf_media_command){.kind = CF_MEDIA_LEG_ADD, .room = {0, 1}, .leg = {leg, 1}};
}

struct cf_media_command bench_transport_set(uint32_t leg, uint32_t socket, const struct cf_addr *remote, enum cf_srtp_suite suite,
                                            const struct bench_source *source) {
    struct cf_media_command c = {.kind = CF_MEDIA_TRANSPORT_SET, .leg = {leg, 1}};
    c.as.transport = (struct cf_media_transport_set){.rtp_socket = socket, .rtcp_socket = socket};
    struct cf_media_transport *t = &c.as.transport.transport;
    t->has_rtcp_mux = true;
    t->remote_rtp = t->remote_rtcp = *remote;
    t->security.keying = suite == CF_SRTP_NONE ? CF_KEYING_NONE : CF_KEYING_SDES;
    t->security.suite = suite;
    fill(&seed, t->security.local.key, sizeof t->security.local.key);
    fill(&seed, t->security.remote.key, sizeof t->security.remote.key);
    if (leg == 0) {
        t->security.remote = source->key;
    }
    return c;
}

struct cf_media_command bench_line_set(uint32_t leg) {
    struct cf_media_command c = {.kind = CF_MEDIA_LINE_SET, .leg = {leg, 1}};
    c.as.line = (struct cf_media_line_set){.line = {.kind = CF_MEDIA_VIDEO,
                                                    .profile = CF_PROFILE_AVPF,
                                                    .is_active = true,
                                                    .can_send = leg != 0,
                                                    .can_receive = leg == 0,
                                                    .payload_count = 1}};
    c.as.line.line.payloads[0] =
        (struct cf_payload){.codec = CF_CODEC_VP8, .send_type = 97, .receive_type = 97, .clock_hz = 90000};
    return c;
}
