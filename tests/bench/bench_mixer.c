/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * CPU of the mixer for rooms with three talkers and many listeners: what encoding once is worth. Thread CPU time, the least of
 * several runs, because the machine has other things to do. SRTP and sending are not in it: they are the media worker's.
 *
 * Columns: members; microseconds a tick of 20 ms for the room, all of it; what a further listener adds; encodes a tick; rooms of
 * that kind a core; the same if every listener were encoded for, from the cost of one encode measured here.
 */

#include "adapt/g711/g711.h"
#include "adapt/opus/opus_codec.h"
#include "adapt/resample/resample.h"
#include "core/mix/mixer.h"
#include "machine.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define TALKERS 3
#define TICKS 100
#define RUNS 5
#define PAYLOADS 250
#define TICK_BUDGET_USEC 20000.0

/* Five seconds of something like speech, encoded beforehand: phones don't run on our CPU. */
struct speech {
    uint8_t octets[PAYLOADS][CF_AUDIO_PAYLOAD_MAX];
    size_t lens[PAYLOADS];
};

struct room {
    struct cf_mixer mixer;
    struct cf_handle *legs;
    size_t members;
    const struct cf_audio_codec *codec;
    const struct speech *speech;
    bool listeners_send;
    uint64_t sent;      /* packets a member has sent */
    uint64_t delivered; /* frames times listeners */
    uint64_t checksum;
    cf_usec now;
};

static void *heap_alloc(void *ctx, size_t size) {
    (void)ctx;
    return calloc(1, size);
}

static void heap_free(void *ctx, void *memory, size_t size) {
    (void)ctx;
    (void)size;
    free(memory);
}

static const struct cf_mem heap = {heap_alloc, heap_free, NULL};

static double cpu_usec(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int16_t voice(uint64_t at, uint32_t rate_hz) {
    double t = (double)at / rate_hz;
    double phase = 2 * 3.14159265358979 * (140 * t + 9 * sin(4.4 * t));
    double loud = 0.6 + 0.4 * sin(24 * t);
    return (int16_t)(3000 * loud * (sin(phase) + 0.7 * sin(2 * phase) + 0.5 * sin(5 * phase) + 0.2 * sin(11 * phase)));
}

/* Encode the speech; the time of one encode. */
static double make_speech(const struct cf_audio_codec *codec, struct speech *speech) {
    struct cf_audio_params params = {.ptime_msec = 20, .fec = true};
    size_t samples = codec->rate_hz / 50;
    int16_t pcm[CF_MIX_TICK_SAMPLES];
    double spent = 0;
    codec->normalise(&params);
    void *encoder = codec->encoder_create(&heap, &params);
    for (size_t i = 0; i < PAYLOADS; i++) {
        for (size_t s = 0; s < samples; s++) {
            pcm[s] = voice(i * samples + s, codec->rate_hz);
        }
        double before = cpu_usec();
        (void)codec->encode(encoder, pcm, samples, false, speech->octets[i], CF_AUDIO_PAYLOAD_MAX, &speech->lens[i]);
        spent += cpu_usec() - before;
    }
    codec->encoder_destroy(&heap, encoder);
    return spent / PAYLOADS;
}

static void open_room(struct room *room, size_t members) {
    struct cf_mixer_config config = {.resampler = &cf_resampler_speex, .leg_limit = members};
    room->members = members;
    room->legs = calloc(members, sizeof *room->legs);
    cf_mixer_init(&room->mixer, &heap, &config, room->now);
    for (size_t i = 0; i < members; i++) {
        struct cf_mix_leg_config leg = {.user = (uint32_t)i,
                                        .codec_in = room->codec,
                                        .codec_out = room->codec,
                                        .params_out = {.fec = true},
                                        .sends = true,
                                        .receives = true};
        if (cf_mixer_add_leg(&room->mixer, &leg, &room->legs[i]) != CF_OK) {
            abort();
        }
    }
}

static void close_room(struct room *room) {
    cf_mixer_fini(&room->mixer);
    free(room->legs);
}

static void send_packets(struct room *room) {
    size_t senders = room->listeners_send ? room->members : TALKERS;
    uint64_t n = room->sent++;
    for (size_t i = 0; i < senders; i++) {
        size_t at = (n + i * 60) % PAYLOADS;
        struct cf_mix_packet packet = {.ssrc = (uint32_t)i,
                                       .seq = (uint16_t)n,
                                       .timestamp = (uint32_t)(n * (room->codec->clock_hz / 50)),
                                       .level = i < TALKERS ? 25 : CF_LEVEL_SILENT,
                                       .payload = {room->speech->octets[at], room->speech->lens[at]}};
        cf_mixer_on_packet(&room->mixer, room->legs[i], &packet, room->now);
    }
}

/* As a media worker would: look at every listener. */
static void deliver(struct room *room, const struct cf_mix_frame *frame) {
    for (size_t i = 0; i < frame->user_count; i++) {
        room->checksum += frame->users[i] + frame->payload.at[0];
    }
    room->delivered += frame->user_count;
}

static void run_ticks(struct room *room, size_t ticks) {
    struct cf_mix_output output;
    for (size_t i = 0; i < ticks; i++) {
        send_packets(room);
        cf_mixer_on_deadline(&room->mixer, room->now);
        while (cf_mixer_poll(&room->mixer, &output)) {
            if (output.kind == CF_MIX_FRAME) {
                deliver(room, &output.frame);
            }
        }
        room->now += CF_MIX_TICK_USEC;
    }
}

/* Microseconds a tick; and encodes. */
static double measure(const struct cf_audio_codec *codec, const struct speech *speech, size_t members, bool listeners_send,
                      double *ret_encodes) {
    static struct room room;
    double best = 1e12;
    room = (struct room){.codec = codec, .speech = speech, .listeners_send = listeners_send, .now = CF_SEC(1)};
    open_room(&room, members);
    run_ticks(&room, 50);
    for (int run = 0; run < RUNS; run++) {
        struct cf_mixer_stats before = *cf_mixer_stats(&room.mixer);
        double start = cpu_usec();
        run_ticks(&room, TICKS);
        double spent = (cpu_usec() - start) / TICKS;
        const struct cf_mixer_stats *after = cf_mixer_stats(&room.mixer);
        *ret_encodes = (double)(after->encodes_common + after->encodes_own - before.encodes_common - before.encodes_own) / TICKS;
        best = spent < best ? spent : best;
    }
    if (room.delivered != (uint64_t)members * (50 + RUNS * TICKS)) {
        printf("# %zu members: somebody got nothing\n", members);
        exit(1);
    }
    close_room(&room);
    return best;
}

static void table(const struct cf_audio_codec *codec, bool listeners_send) {
    static const size_t sizes[] = {4, 10, 50, 200, 1000, 2000};
    static struct speech speech;
    double encode = make_speech(codec, &speech);
    double smallest = 0;
    printf("\n%s, 20 ms, %d talkers, listeners %s; one encode %.0f us\n", codec->name, TALKERS,
           listeners_send ? "send frames of silence with levels" : "send nothing", encode);
    printf("%8s %10s %16s %8s %12s %16s\n", "members", "us/tick", "us/listener", "encodes", "rooms/core", "if encoded each");
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        double encodes = 0;
        double spent = measure(codec, &speech, sizes[i], listeners_send, &encodes);
        smallest = i == 0 ? spent : smallest;
        double each = i == 0 ? 0 : (spent - smallest) / (double)(sizes[i] - sizes[0]);
        printf("%8zu %10.1f %16.3f %8.1f %12.1f %16.1f\n", sizes[i], spent, each < 0 ? 0 : each, encodes,
               TICK_BUDGET_USEC / spent, spent + encode * (double)(sizes[i] - TALKERS - 1));
    }
}

int main(int argc, char **argv) {
    bench_print_head(argc, argv);
    table(&cf_codec_opus, false);
    table(&cf_codec_opus, true);
    table(&cf_codec_pcmu, false);
    table(&cf_codec_pcmu, true);
    return 0;
}
