/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A terminal under fire: a call with sound and two lines of pictures, bundled or not; the input is a list of datagrams, each with
 * an octet that says to which socket it goes and how much later, and a length.
 */
#include "core/terminal/terminal.h"
#include "lib/test_codec.h"
#include "lib/test_entropy.h"
#include "lib/test_mem.h"
#include "lib/test_srtp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct cf_addr peer = {.ip = {10, 0, 0, 1}, .port = 4000, .family = CF_FAMILY_IP4};
static struct cf_terminal *terminal;
static cf_usec now;

static void drain(void) {
    struct cf_terminal_out out;
    struct cf_terminal_frame frame;
    struct cf_terminal_event event;
    while (cf_terminal_poll_frame(terminal, now, &frame)) {
        cf_assert(frame.line > 0 && frame.octets.len > 0);
    }
    while (cf_terminal_poll_event(terminal, &event)) {
        cf_assert(event.line < 3);
    }
    while (cf_terminal_poll_send(terminal, &out)) {
        cf_assert(out.data.len > 0 && out.data.len <= CF_TERMINAL_PACKET_MAX + CF_SRTCP_OVERHEAD_MAX);
    }
}

static struct cf_media_line line_of(size_t index, bool is_bundled) {
    bool is_sound = index == 0;
    struct cf_media_line line = {.kind = is_sound ? CF_MEDIA_AUDIO : CF_MEDIA_VIDEO,
                                 .profile = CF_PROFILE_AVPF,
                                 .is_active = true,
                                 .can_send = true,
                                 .can_receive = true,
                                 .transport = (uint16_t)(is_bundled ? 0 : index),
                                 .payload_count = 2,
                                 .local_ssrc = (uint32_t)(index + 1),
                                 .mid = {.len = 1, .text = {(char)('a' + index)}}};
    line.extensions[CF_EXTENSION_MID] = (struct cf_media_extension){1, true, true};
    line.payloads[0] = is_sound
                           ? (struct cf_payload){.codec = CF_CODEC_OPUS, .send_type = 96, .receive_type = 96, .clock_hz = 48000}
                           : (struct cf_payload){.codec = CF_CODEC_VP8, .send_type = 97, .receive_type = 97, .clock_hz = 90000};
    line.payloads[1] =
        is_sound
            ? (struct cf_payload){.codec = CF_CODEC_TELEPHONE_EVENT, .send_type = 101, .receive_type = 101, .clock_hz = 48000}
            : (struct cf_payload){.codec = CF_CODEC_H264, .send_type = 98, .receive_type = 98, .clock_hz = 90000};
    line.payloads[0].feedback = line.payloads[1].feedback = UINT32_MAX;
    return line;
}

static void agree(bool is_bundled) {
    struct cf_media_line lines[3];
    struct cf_media_transport transports[3];
    struct cf_media_params params = {
        .line_count = 3, .transport_count = is_bundled ? 1 : 3, .lines = lines, .transports = transports};
    for (uint16_t i = 0; i < 3; i++) {
        struct cf_addr local = {.ip = {10, 0, 0, 2}, .port = (uint16_t)(2 * i), .family = CF_FAMILY_IP4};
        lines[i] = line_of(i, is_bundled);
        transports[i] = (struct cf_media_transport){
            .local_rtp = local, .local_rtcp = local, .remote_rtp = peer, .remote_rtcp = peer, .has_rtcp_mux = is_bundled};
        transports[i].local_rtcp.port++;
    }
    cf_terminal_set(terminal, &params, now);
}

static void feed(const uint8_t *data, size_t size) {
    uint8_t octets[256];
    int16_t pcm[CF_MIX_TICK_SAMPLES];
    while (size >= 2) {
        size_t len = data[1] < size - 2 ? data[1] : size - 2;
        memcpy(octets, data + 2, len);
        cf_terminal_on_datagram(terminal, data[0] & 7U, &peer, octets, len, now);
        if ((data[0] & 0x80) != 0) {
            now += CF_MSEC((data[0] >> 4 & 7) * 10);
            cf_terminal_on_deadline(terminal, now);
            (void)cf_terminal_pull_sound(terminal, pcm, now);
        }
        drain();
        data += 2 + len;
        size -= 2 + len;
    }
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
    const struct cf_terminal_config config = {.crypto = &srtp.crypto,
                                              .entropy = &entropy.entropy,
                                              .codecs = codecs,
                                              .codec_count = 1,
                                              .resampler = &test_resampler,
                                              .cname = CF_STR("x"),
                                              .wall = CF_SEC(1700000000)};
    terminal = cf_terminal_create(&m.mem, &config, now);
    cf_assert(terminal != NULL);
    agree(size > 0 && (data[0] & 8) != 0);
    feed(data, size);
    cf_terminal_destroy(terminal);
    test_mem_fini(&m);
    return 0;
}
