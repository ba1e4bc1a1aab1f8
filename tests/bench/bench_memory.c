/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a member costs in memory in the media engine, by kind, as its allocator counts: a room with some members of a kind, less
 * the same room with fewer. Packet stores of cameras are counted apart. Signalling is not in it: that is in bench_server.
 */
#include "adapt/g711/g711.h"
#include "adapt/resample/resample.h"
#include "adapt/srtp/srtp.h"
#include "core/media/engine.h"
#include "forward_world.h"
#include "machine.h"
#include <stdio.h>
#include <stdlib.h>

#define FEW 10
#define MANY 60
/* Of a camera: struct cf_engine_config.store, its default, packets and what is known of each. */
#define STORE_OCTETS ((size_t)256 * 1024 + 1024 * sizeof(struct cf_store_slot))

/* --- an allocator that counts --- */

static size_t live;

static void *counting_alloc(void *ctx, size_t size) {
    (void)ctx;
    live += size;
    return calloc(1, size);
}

static void counting_free(void *ctx, void *memory, size_t size) {
    (void)ctx;
    live -= memory != NULL ? size : 0;
    free(memory);
}

static const struct cf_mem counting = {counting_alloc, counting_free, NULL};

/* --- a room --- */

struct kind {
    const char *name;
    enum cf_srtp_suite suite;
    bool has_sound;
    bool talks;
    bool sees;
    bool shows;
};

static const struct cf_audio_codec *const codecs[] = {&cf_codec_pcmu};
static struct cf_engine engine;
static struct cf_srtp_engine *srtp;
static struct bench_source source;
static cf_usec now = CF_SEC(1);

static void drain(void) {
    const struct cf_media_output *outputs;
    struct cf_media_event event;
    while (cf_engine_poll_send(&engine, &outputs) > 0) {
    }
    while (cf_engine_poll_event(&engine, &event)) {
    }
}

static void command(const struct cf_media_command *c) {
    cf_engine_command(&engine, c, now);
    drain();
}

static struct cf_addr address(uint32_t leg) {
    return (struct cf_addr){.ip = {10, 0, (uint8_t)(leg >> 8), (uint8_t)leg}, .port = 4000, .family = CF_FAMILY_IP4};
}

static void set_sound(uint32_t leg) {
    struct cf_media_command c = {.kind = CF_MEDIA_LINE_SET, .leg = {leg, 1}};
    c.as.line.line = (struct cf_media_line){.kind = CF_MEDIA_AUDIO,
                                            .profile = CF_PROFILE_AVP,
                                            .is_active = true,
                                            .can_send = true,
                                            .can_receive = true,
                                            .payload_count = 1};
    c.as.line.line.payloads[0] = (struct cf_payload){.codec = CF_CODEC_PCMU, .clock_hz = 8000};
    command(&c);
}

static void set_pictures(uint32_t leg, const struct kind *kind) {
    struct cf_media_command c = bench_line_set(leg);
    c.as.line.index = kind->has_sound ? 1 : 0;
    c.as.line.line.can_send = kind->sees;
    c.as.line.line.can_receive = kind->shows;
    command(&c);
}

/* One packet of sound, in clear: what a leg that speaks needs is made. */
static void say(uint32_t leg) {
    uint8_t packet[12 + 160] = {0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, (uint8_t)leg};
    struct cf_media_input input = {.socket = leg, .from = address(leg), .at = packet, .len = sizeof packet};
    cf_engine_receive(&engine, &input, 1, now);
    drain();
}

static void add_member(uint32_t leg, const struct kind *kind) {
    struct cf_addr remote = address(leg);
    struct cf_media_command c = bench_leg_add(leg);
    command(&c);
    c = bench_transport_set(leg, leg, &remote, kind->suite, &source);
    command(&c);
    if (kind->has_sound) {
        set_sound(leg);
    }
    if (kind->sees || kind->shows) {
        set_pictures(leg, kind);
    }
    if (kind->talks) {
        say(leg);
    }
}

static size_t octets_of(const struct kind *kind, uint32_t members) {
    live = 0;
    bench_must(cf_srtp_engine_new(&counting, CF_SRTP_LIBRARY_BEST, &srtp));
    bench_source_init(&source, cf_srtp_engine_crypto(srtp), kind->suite);
    const struct cf_engine_config config = {.crypto = cf_srtp_engine_crypto(srtp),
                                            .entropy = &bench_entropy,
                                            .codecs = codecs,
                                            .codec_count = 1,
                                            .resampler = &cf_resampler_speex,
                                            .wall = CF_SEC(1700000000)};
    bench_must(cf_engine_init(&engine, &counting, &config, now));
    const struct cf_media_command room = {.kind = CF_MEDIA_ROOM_ADD, .room = {0, 1}};
    command(&room);
    for (uint32_t leg = 0; leg < members; leg++) {
        add_member(leg, kind);
    }
    size_t octets = live;
    bench_source_fini(&source);
    cf_engine_fini(&engine);
    cf_srtp_engine_free(srtp);
    return octets;
}

int main(int argc, char **argv) {
    static const struct kind kinds[] = {
        {.name = "sound, never says a word", .has_sound = true},
        {.name = "the same, AES-GCM", .suite = CF_SRTP_AEAD_AES_128_GCM, .has_sound = true},
        {.name = "sound, speaks", .has_sound = true, .talks = true},
        {.name = "pictures, sees, AES-GCM", .suite = CF_SRTP_AEAD_AES_128_GCM, .sees = true},
        {.name = "pictures, sees and shows, AES-GCM", .suite = CF_SRTP_AEAD_AES_128_GCM, .sees = true, .shows = true},
        {.name = "both, sees and shows, speaks", .has_sound = true, .talks = true, .sees = true, .shows = true},
    };
    bench_print_head(argc, argv);
    printf("octets: room %zu, leg %zu, transport %zu, line %zu (stream %zu, sink %zu)\n", sizeof(struct cf_engine_room),
           sizeof(struct cf_engine_leg), sizeof(struct cf_engine_transport), sizeof(struct cf_engine_line),
           sizeof(struct cf_engine_stream), sizeof(struct cf_sink));
    printf("%-36s %14s %20s\n", "member", "kB in engine", "and store of camera");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        double each = (double)(octets_of(&kinds[i], MANY) - octets_of(&kinds[i], FEW)) / (MANY - FEW);
        double store = kinds[i].shows ? (double)STORE_OCTETS : 0;
        printf("%-36s %14.1f %20.0f\n", kinds[i].name, (each - store) / 1024, store / 1024);
    }
    return 0;
}
