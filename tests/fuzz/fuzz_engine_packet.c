/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The media engine under fire: two legs in a room, one of them with all lines in a bundle; the input is a list of datagrams, each
 * with an octet that says to which socket it goes and how much later, and a length. Whatever comes, the engine keeps its books.
 */
#include "core/media/engine.h"
#include "lib/test_codec.h"
#include "lib/test_entropy.h"
#include "lib/test_mem.h"
#include "lib/test_srtp.h"

#define BATCH_MAX 16

/* What the first packets of both legs take: a jitter buffer, a decoder, a stream of its own each. Later ones take nothing. */
#define FIRST_PACKETS_MAX ((size_t)2 * 96 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct cf_engine engine;
static cf_usec now;
static const struct cf_addr peer = {.ip = {10, 0, 0, 1}, .port = 4000, .family = CF_FAMILY_IP4};

static void drain(void) {
    const struct cf_media_output *outputs;
    struct cf_media_event event;
    for (size_t n = cf_engine_poll_send(&engine, &outputs); n > 0; n = cf_engine_poll_send(&engine, &outputs)) {
        for (size_t i = 0; i < n; i++) {
            cf_assert(outputs[i].data.len > 0 && cf_addr_eq(&outputs[i].to, &peer));
        }
    }
    while (cf_engine_poll_event(&engine, &event)) {
    }
}

static void command(const struct cf_media_command *c) {
    cf_engine_command(&engine, c, now);
    drain();
}

/* What browsers have: more formats, retransmissions, transport-wide numbers. */
static void add_newer_formats(struct cf_media_line *line) {
    static const struct {
        enum cf_codec codec;
        uint8_t type;
    } rows[] = {{CF_CODEC_VP9, 99}, {CF_CODEC_AV1, 100}, {CF_CODEC_H265, 102}, {CF_CODEC_RTX, 103}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cf_payload payload = {
            .codec = rows[i].codec, .send_type = rows[i].type, .receive_type = rows[i].type, .clock_hz = 90000};
        if (payload.codec == CF_CODEC_RTX) {
            payload.local.rtx.apt = payload.remote.rtx.apt = 97;
        }
        line->payloads[line->payload_count++] = payload;
    }
    line->extensions[CF_EXTENSION_TRANSPORT_CC] = (struct cf_media_extension){5, true, true};
}

static struct cf_media_line line_of(bool is_sound, bool is_bundled) {
    struct cf_media_line line = {.kind = is_sound ? CF_MEDIA_AUDIO : CF_MEDIA_VIDEO,
                                 .profile = CF_PROFILE_AVPF,
                                 .is_active = true,
                                 .can_send = true,
                                 .can_receive = true,
                                 .transport = is_bundled || is_sound ? 0 : 1,
                                 .payload_count = 2,
                                 .mid = {.len = 1, .text = {is_sound ? 'a' : 'v'}}};
    line.extensions[CF_EXTENSION_MID] = (struct cf_media_extension){1, true, true};
    line.extensions[CF_EXTENSION_SSRC_AUDIO_LEVEL] = (struct cf_media_extension){2, true, true};
    line.payloads[0] = is_sound
                           ? (struct cf_payload){.codec = CF_CODEC_OPUS, .send_type = 96, .receive_type = 96, .clock_hz = 48000}
                           : (struct cf_payload){.codec = CF_CODEC_VP8, .send_type = 97, .receive_type = 97, .clock_hz = 90000};
    line.payloads[1] =
        is_sound
            ? (struct cf_payload){.codec = CF_CODEC_TELEPHONE_EVENT, .send_type = 101, .receive_type = 101, .clock_hz = 48000}
            : (struct cf_payload){.codec = CF_CODEC_H264, .send_type = 98, .receive_type = 98, .clock_hz = 90000};
    if (!is_sound) {
        add_newer_formats(&line);
    }
    for (size_t i = 0; i < line.payload_count; i++) {
        line.payloads[i].feedback = UINT32_MAX;
    }
    return line;
}

static void add_leg(uint32_t number, bool is_bundled) {
    struct cf_media_command c = {.kind = CF_MEDIA_LEG_ADD, .room = {1, 1}, .leg = {number, 1}};
    command(&c);
    for (uint16_t i = 0; i < (is_bundled ? 1 : 2); i++) {
        c.kind = CF_MEDIA_TRANSPORT_SET;
        c.as.transport =
            (struct cf_media_transport_set){.index = i,
                                            .rtp_socket = 4 * number + 2U * i,
                                            .rtcp_socket = 4 * number + 2U * i + 1,
                                            .transport = {.remote_rtp = peer, .remote_rtcp = peer, .has_rtcp_mux = is_bundled}};
        command(&c);
    }
    for (uint16_t i = 0; i < 2; i++) {
        c.kind = CF_MEDIA_LINE_SET;
        c.as.line = (struct cf_media_line_set){.index = i, .line = line_of(i == 0, is_bundled)};
        command(&c);
    }
}

static void receive(struct cf_media_input *batch, size_t *count) {
    cf_engine_receive(&engine, batch, *count, now);
    drain();
    *count = 0;
    if (cf_engine_deadline(&engine) <= now) {
        cf_engine_on_deadline(&engine, now);
        drain();
    }
}

static void feed(const uint8_t *data, size_t size) {
    static uint8_t octets[BATCH_MAX][256];
    struct cf_media_input batch[BATCH_MAX];
    size_t count = 0;
    while (size >= 2) {
        size_t len = data[1] < size - 2 ? data[1] : size - 2;
        memcpy(octets[count], data + 2, len);
        batch[count] = (struct cf_media_input){.socket = data[0] & 0x0fU, .from = peer, .at = octets[count], .len = len};
        count++;
        if ((data[0] & 0x80) != 0 || count == BATCH_MAX) {
            receive(batch, &count);
            now += CF_MSEC((data[0] >> 4 & 7) * 10);
        }
        data += 2 + len;
        size -= 2 + len;
    }
    receive(batch, &count);
}

static void check_books(void) {
    const struct cf_engine_totals *totals = cf_engine_totals(&engine);
    uint64_t sum = totals->datagrams_used;
    for (size_t i = 0; i < CF_MEDIA_DISCARD_COUNT; i++) {
        sum += totals->discards[i];
    }
    cf_assert(sum == totals->datagrams_in && totals->dropped_out == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct test_mem m;
    struct test_srtp srtp;
    struct test_entropy entropy;
    struct cf_audio_codec opus = test_codec;
    const struct cf_audio_codec *codecs[] = {&opus};
    opus.name = "opus";
    test_mem_init(&m);
    test_srtp_init(&srtp, &m.mem);
    test_entropy_init(&entropy, 1);
    now = CF_SEC(1);
    const struct cf_engine_config config = {.crypto = &srtp.crypto,
                                            .entropy = &entropy.entropy,
                                            .codecs = codecs,
                                            .codec_count = 1,
                                            .resampler = &test_resampler,
                                            .event_limit = 64,
                                            .store = {.bytes = CF_SOURCE_STORE_MIN, .packets = 64, .age = CF_SEC(1)},
                                            .wall = CF_SEC(1700000000)};
    cf_assert(cf_engine_init(&engine, &m.mem, &config, now) == CF_OK);
    const struct cf_media_command room = {.kind = CF_MEDIA_ROOM_ADD, .room = {1, 1}};
    command(&room);
    add_leg(1, false);
    add_leg(2, true);
    size_t live = m.live_bytes;
    feed(data, size);
    check_books();
    cf_assert(m.live_bytes >= live && m.live_bytes <= live + FIRST_PACKETS_MAX);
    cf_engine_fini(&engine);
    test_mem_fini(&m);
    return 0;
}
