/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * count_media PATH COUNT: the same thing so many times through the media engine, without sockets, for
 * tests/bench/check_counts.py, which counts its instructions. plain-FRAMExRECEIVERS, gcm-FRAMExRECEIVERS: a frame of so many
 * pictures' packets, received, judged, rewritten, protected and put into the outbox for so many receivers. mix-50: a tick of a
 * room of 50 with 3 who speak and 47 whose packets say that they are silent; PCMU. pass-50: the same where each has four lines
 * on which talkers are passed on to it. listen-200: 20 ms of a room of 200 who listen to one, all that is sent to them with it.
 * idle-200: a second of 20 rooms of ten who say nothing. call: one who comes into an empty room and goes after 100 ms.
 */
#include "adapt/g711/g711.h"
#include "adapt/resample/resample.h"
#include "adapt/srtp/srtp.h"
#include "core/media/engine.h"
#include "core/rtp/packet.h"
#include "forward_world.h"
#include <stdio.h>
#include <stdlib.h>

#define SOUND_LEN 160
#define FRAME_MAX 64

static const struct cf_audio_codec *const codecs[] = {&cf_codec_pcmu};
static struct cf_engine engine;
static struct cf_srtp_engine *srtp;
static struct bench_source source;
static cf_usec now = CF_SEC(1);
static size_t sent;

static void drain(void) {
    const struct cf_media_output *outputs;
    struct cf_media_event event;
    for (size_t n = cf_engine_poll_send(&engine, &outputs); n > 0; n = cf_engine_poll_send(&engine, &outputs)) {
        sent += n;
    }
    while (cf_engine_poll_event(&engine, &event)) {
    }
}

static void command(struct cf_media_command c) {
    cf_engine_command(&engine, &c, now);
    drain();
}

static void run_until(cf_usec end) {
    for (cf_usec deadline = cf_engine_deadline(&engine); deadline <= end; deadline = cf_engine_deadline(&engine)) {
        now = deadline > now ? deadline : now;
        cf_engine_on_deadline(&engine, now);
        drain();
    }
    now = end;
}

static struct cf_addr address(uint32_t leg) {
    return (struct cf_addr){.ip = {10, 0, (uint8_t)(leg >> 8), (uint8_t)leg}, .port = 4000, .family = CF_FAMILY_IP4};
}

static void begin(enum cf_srtp_suite suite) {
    bench_must(cf_srtp_engine_new(&bench_mem, CF_SRTP_LIBRARY_BEST, &srtp));
    bench_source_init(&source, cf_srtp_engine_crypto(srtp), suite);
    const struct cf_engine_config config = {.crypto = cf_srtp_engine_crypto(srtp),
                                            .entropy = &bench_entropy,
                                            .codecs = codecs,
                                            .codec_count = 1,
                                            .resampler = &cf_resampler_speex,
                                            .wall = CF_SEC(1700000000),
                                            .packets_per_sec = 10000000};
    bench_must(cf_engine_init(&engine, &bench_mem, &config, now));
}

static void end(void) {
    bench_source_fini(&source);
    cf_engine_fini(&engine);
    cf_srtp_engine_free(srtp);
}

/* --- pictures --- */

static void forward(size_t frame, size_t receivers, enum cf_srtp_suite suite, size_t count) {
    static uint8_t octets[FRAME_MAX][BENCH_PACKET_MAX];
    struct cf_media_input inputs[FRAME_MAX];
    size_t lens[FRAME_MAX];
    begin(suite);
    command(bench_room_add());
    for (uint32_t leg = 0; leg <= receivers; leg++) {
        struct cf_addr remote = address(leg);
        command(bench_leg_add(leg));
        command(bench_transport_set(leg, leg, &remote, suite, &source));
        command(bench_line_set(leg));
    }
    sent = 0;
    for (size_t i = 0; i < count; i++) {
        bench_source_frame(&source, octets, lens, frame);
        for (size_t k = 0; k < frame; k++) {
            inputs[k] = (struct cf_media_input){.socket = 0, .from = address(0), .at = octets[k], .len = lens[k]};
        }
        cf_engine_receive(&engine, inputs, frame, now);
        drain();
        run_until(now + CF_MSEC(33));
    }
    if (sent < count * frame * receivers) {
        fprintf(stderr, "%zu packets of %zu were sent\n", sent, count * frame * receivers);
        exit(1);
    }
    end();
}

/* --- sound --- */

static struct cf_media_command sound_line(uint32_t leg) {
    struct cf_media_command c = {.kind = CF_MEDIA_LINE_SET, .leg = {leg, 1}};
    c.as.line = (struct cf_media_line_set){.line = {.kind = CF_MEDIA_AUDIO,
                                                    .profile = CF_PROFILE_AVP,
                                                    .is_active = true,
                                                    .can_send = true,
                                                    .can_receive = true,
                                                    .payload_count = 1}};
    c.as.line.line.payloads[0] = (struct cf_payload){.codec = CF_CODEC_PCMU, .send_type = 0, .receive_type = 0, .clock_hz = 8000};
    c.as.line.line.extensions[CF_EXTENSION_SSRC_AUDIO_LEVEL] =
        (struct cf_media_extension){.id = 1, .can_send = true, .can_receive = true};
    return c;
}

static void add_member(struct cf_handle room, uint32_t leg) {
    struct cf_addr remote = address(leg);
    command((struct cf_media_command){.kind = CF_MEDIA_LEG_ADD, .room = room, .leg = {leg, 1}});
    command(bench_transport_set(leg, leg, &remote, CF_SRTP_NONE, &source));
    command(sound_line(leg));
}

static void add_members(size_t rooms, uint32_t members) {
    begin(CF_SRTP_NONE);
    for (uint32_t leg = 0; leg < members; leg++) {
        struct cf_handle room = {(uint32_t)(leg % rooms), 1};
        if (leg < rooms) {
            command((struct cf_media_command){.kind = CF_MEDIA_ROOM_ADD, .room = room});
        }
        add_member(room, leg);
    }
}

/* Each comes into a room of its own, stays for 100 ms, says nothing, goes. */
static void calls(size_t count) {
    begin(CF_SRTP_NONE);
    for (size_t i = 0; i < count; i++) {
        struct cf_handle room = {1, (uint32_t)i + 1};
        command((struct cf_media_command){.kind = CF_MEDIA_ROOM_ADD, .room = room});
        add_member(room, 1);
        run_until(now + CF_MSEC(100));
        command((struct cf_media_command){.kind = CF_MEDIA_LEG_REMOVE, .room = room, .leg = {1, 1}});
        command((struct cf_media_command){.kind = CF_MEDIA_ROOM_REMOVE, .room = room});
    }
    if (sent < 4 * count) {
        fprintf(stderr, "%zu packets were sent\n", sent);
        exit(1);
    }
    end();
}

/* A packet of noise with its level in an extension (RFC 6464). */
static void say(uint32_t leg, size_t number, uint8_t level) {
    uint8_t packet[20 + SOUND_LEN] = {0x90, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xbe, 0xde, 0, 1, 0x10};
    cf_set_be16(packet + 2, (uint16_t)number);
    cf_set_be32(packet + 4, (uint32_t)(number * SOUND_LEN));
    cf_set_be32(packet + 8, 1000 + leg);
    packet[17] = level;
    for (size_t i = 0; i < SOUND_LEN; i++) {
        packet[20 + i] = (uint8_t)(level < 60 ? 16 + ((i * 7 + number * 13) & 31U) : 0xff);
    }
    struct cf_media_input input = {.socket = leg, .from = address(leg), .at = packet, .len = sizeof packet};
    cf_engine_receive(&engine, &input, 1, now);
    drain();
}

/* Lines of its own for so many talkers. */
static void add_lines(uint32_t leg, uint16_t lines) {
    for (uint16_t i = 1; i <= lines; i++) {
        struct cf_media_command c = sound_line(leg);
        c.as.line.index = i;
        c.as.line.line.can_receive = false;
        command(c);
    }
}

static void mix(uint32_t members, uint32_t senders, uint32_t talkers, uint16_t lines, size_t count) {
    add_members(1, members);
    for (uint32_t leg = 0; leg < members; leg++) {
        add_lines(leg, lines);
    }
    for (size_t i = 0; i < count; i++) {
        for (uint32_t leg = 0; leg < senders; leg++) {
            say(leg, i, leg < talkers ? 25 : 127);
        }
        run_until(now + CF_MIX_TICK_USEC);
    }
    if (sent < (count - 10) * (members - 1) * (lines > 0 ? talkers : 1U)) {
        fprintf(stderr, "%zu packets were sent\n", sent);
        exit(1);
    }
    end();
}

static void idle(size_t seconds) {
    add_members(20, 200);
    sent = 0;
    run_until(now + CF_SEC((int64_t)seconds));
    if (sent < 200 * (seconds - 1)) {
        fprintf(stderr, "%zu packets were sent\n", sent);
        exit(1);
    }
    end();
}

/* "FRAMExRECEIVERS" after @p prefix. */
static bool find_shape(const char *path, const char *prefix, size_t *ret_frame, size_t *ret_receivers) {
    size_t len = strlen(prefix);
    if (strncmp(path, prefix, len) != 0) {
        return false;
    }
    char *rest = NULL;
    *ret_frame = strtoul(path + len, &rest, 10);
    *ret_receivers = *rest == 'x' ? strtoul(rest + 1, NULL, 10) : 0;
    return *ret_frame > 0 && *ret_frame <= FRAME_MAX && *ret_receivers > 0;
}

int main(int argc, char **argv) {
    size_t frame = 0;
    size_t receivers = 0;
    if (argc != 3) {
        fprintf(stderr, "usage: %s PATH COUNT\n", argv[0]);
        return 2;
    }
    size_t count = strtoul(argv[2], NULL, 10);
    if (find_shape(argv[1], "plain-", &frame, &receivers)) {
        forward(frame, receivers, CF_SRTP_NONE, count);
    } else if (find_shape(argv[1], "gcm-", &frame, &receivers)) {
        forward(frame, receivers, CF_SRTP_AEAD_AES_128_GCM, count);
    } else if (strcmp(argv[1], "call") == 0) {
        calls(count);
    } else if (strcmp(argv[1], "mix-50") == 0) {
        mix(50, 50, 3, 0, count);
    } else if (strcmp(argv[1], "pass-50") == 0) {
        mix(50, 50, 3, 4, count);
    } else if (strcmp(argv[1], "listen-200") == 0) {
        mix(200, 1, 1, 0, count);
    } else if (strcmp(argv[1], "idle-200") == 0) {
        idle(count);
    } else {
        fprintf(stderr, "%s: no such path\n", argv[1]);
        return 2;
    }
    return 0;
}
