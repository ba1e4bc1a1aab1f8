/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A world of phones around a media engine. */
#include "lib/test_media.h"

#include "core/rtcp/feedback.h"
#include "core/rtcp/report.h"
#include "core/rtcp/sdes.h"
#include "core/rtp/audio_level.h"
#include "core/rtp/red.h"
#include "core/speaker/level.h"
#include "lib/test.h"
#include "lib/test_hash.h"
#include "lib/test_workers.h"

#define WALL (INT64_C(1700000000) * 1000000)
#define SOUND_USEC CF_MSEC(20)
#define KEY_DELAY CF_MSEC(40)
#define ENGINE_CERTIFICATE 0xE0
#define MID_ID 1
#define LEVEL_ID 2
#define MIXER_LEVEL_ID 3

static void give(struct test_media *w, size_t worker, const struct cf_media_command *command);

/* --- making --- */

struct cf_engine *test_media_engine(struct test_media *w, size_t worker) {
    return worker == 0 ? &w->engine : &w->others[worker - 1];
}

static void init(struct test_media *w, uint64_t seed, const struct cf_sounds *sounds, size_t workers) {
    memset(w, 0, sizeof *w);
    assert_in_range(workers, 1, TEST_WORKERS_MAX);
    w->worker_count = workers;
    test_mem_init(&w->mem);
    test_srtp_init(&w->srtp, &w->mem.mem);
    test_entropy_init(&w->entropy, seed);
    test_handshakes_init(&w->dtls, &w->mem.mem, false);
    test_handshakes_init(&w->zrtp, &w->mem.mem, true);
    cf_rng_init(&w->rng, seed);
    w->opus = test_codec;
    w->opus.name = "opus";
    w->pcmu = test_codec_slow;
    w->pcmu.name = "PCMU";
    w->codecs[0] = &w->opus;
    w->codecs[1] = &w->pcmu;
    w->now = CF_SEC(1000);
    w->room = (struct cf_handle){.slot = 3, .generation = 7};
    for (size_t i = 0; i < workers; i++) {
        const struct cf_engine_config config = {.crypto = &w->srtp.crypto,
                                                .dtls = &w->dtls.table,
                                                .zrtp = &w->zrtp.table,
                                                .entropy = &w->entropy.entropy,
                                                .stun_hash = &test_stun_hash,
                                                .codecs = w->codecs,
                                                .codec_count = 2,
                                                .resampler = &test_resampler,
                                                .sounds = sounds,
                                                .sends_silence = true,
                                                .packets_per_sec = 4000,
                                                .wall = WALL,
                                                .worker = (uint8_t)i};
        assert_ok(cf_engine_init(test_media_engine(w, i), &w->mem.mem, &config, w->now));
    }
    const struct cf_media_command command = {
        .kind = CF_MEDIA_ROOM_ADD, .room = w->room, .as.room_policy = {.levels_interval_usec = CF_SEC(1)}};
    test_media_command(w, &command);
}

void test_media_init(struct test_media *w, uint64_t seed) {
    init(w, seed, NULL, test_workers(TEST_WORKERS_MAX));
}

void test_media_init_sounds(struct test_media *w, uint64_t seed, const struct cf_sounds *sounds) {
    init(w, seed, sounds, test_workers(TEST_WORKERS_MAX));
}

void test_media_init_spread(struct test_media *w, uint64_t seed, size_t workers) {
    init(w, seed, NULL, workers);
}

void test_media_fini(struct test_media *w) {
    for (size_t i = 0; i < w->worker_count; i++) {
        cf_engine_fini(test_media_engine(w, i));
    }
    for (size_t i = 0; i < w->phone_count; i++) {
        for (size_t line = 0; line < TEST_LINES; line++) {
            cf_association_end(&w->phones[i].associations[line]);
            w->srtp.crypto.close(w->srtp.crypto.ctx, w->phones[i].send[line]);
            w->srtp.crypto.close(w->srtp.crypto.ctx, w->phones[i].receive[line]);
        }
        test_decoder_fini(&w->phones[i].decoder);
    }
    assert_int_equal(w->srtp.open, 0);
    test_mem_fini(&w->mem);
}

static struct cf_addr address_of(size_t number, size_t line, size_t port) {
    struct cf_addr addr = {
        .ip = {10, 0, 0, (uint8_t)number}, .port = (uint16_t)(40000 + 2 * line + port), .family = CF_FAMILY_IP4};
    return addr;
}

static void add_payload(struct cf_media_line *line, enum cf_codec codec, uint8_t type, uint32_t clock_hz, uint32_t feedback) {
    line->payloads[line->payload_count++] =
        (struct cf_payload){.codec = codec, .send_type = type, .receive_type = type, .clock_hz = clock_hz, .feedback = feedback};
}

static void describe_sound(struct test_phone *phone) {
    struct cf_media_line *line = &phone->lines[TEST_SOUND].line;
    *line = (struct cf_media_line){.kind = CF_MEDIA_AUDIO,
                                   .profile = CF_PROFILE_AVPF,
                                   .is_active = true,
                                   .can_send = true,
                                   .can_receive = true,
                                   .remote_bandwidth_bps = CF_BANDWIDTH_NONE};
    if (phone->config.has_red) {
        add_payload(line, CF_CODEC_RED, TEST_PT_RED, 48000, 0);
    }
    if (phone->config.is_pcmu) {
        add_payload(line, CF_CODEC_PCMU, TEST_PT_PCMU, 8000, 0);
    } else {
        add_payload(line, CF_CODEC_OPUS, TEST_PT_OPUS, 48000, 0);
    }
    if (!phone->config.no_events) {
        add_payload(line, CF_CODEC_TELEPHONE_EVENT, TEST_PT_EVENT, phone->config.is_pcmu ? 8000 : 48000, 0);
    }
    if (phone->config.has_levels) {
        line->extensions[CF_EXTENSION_SSRC_AUDIO_LEVEL] = (struct cf_media_extension){LEVEL_ID, true, true};
        line->extensions[CF_EXTENSION_CSRC_AUDIO_LEVEL] = (struct cf_media_extension){MIXER_LEVEL_ID, true, true};
    }
}

static void describe_picture(struct test_phone *phone) {
    struct cf_media_line *line = &phone->lines[TEST_PICTURE].line;
    uint32_t feedback = CF_FEEDBACK_NACK | CF_FEEDBACK_NACK_PLI | CF_FEEDBACK_CCM_FIR | CF_FEEDBACK_CCM_TMMBR;
    feedback = phone->config.no_feedback ? 0 : feedback;
    *line = (struct cf_media_line){.kind = CF_MEDIA_VIDEO,
                                   .profile = phone->config.no_feedback ? CF_PROFILE_AVP : CF_PROFILE_AVPF,
                                   .is_active = !phone->config.no_picture,
                                   .can_send = true,
                                   .can_receive = !phone->config.no_camera,
                                   .remote_bandwidth_bps = CF_BANDWIDTH_NONE,
                                   .transport = phone->config.has_bundle ? 0 : 1};
    if (!phone->config.is_h264 || phone->config.is_both) {
        add_payload(line, CF_CODEC_VP8, TEST_PT_VP8, 90000, feedback);
    }
    if (phone->config.is_h264 || phone->config.is_both) {
        add_payload(line, CF_CODEC_H264, TEST_PT_H264, 90000, feedback);
    }
}

static void describe_names(struct test_phone *phone) {
    static const char *const mids[TEST_LINES] = {"as", "vs"};
    for (size_t i = 0; i < TEST_LINES; i++) {
        struct cf_media_line *line = &phone->lines[i].line;
        phone->lines[i].index = (uint16_t)i;
        if (phone->config.has_bundle) {
            line->mid.len = 2;
            memcpy(line->mid.text, mids[i], 2);
            line->extensions[CF_EXTENSION_MID] = (struct cf_media_extension){MID_ID, true, true};
        }
    }
}

static void describe_security(struct test_media *w, struct test_phone *phone, size_t i) {
    struct cf_media_security *s = &phone->transports[i].transport.security;
    if (phone->config.suite == CF_SRTP_NONE) {
        return;
    }
    if (phone->config.keying != CF_KEYING_NONE) {
        *s = test_security(phone->config.keying, CF_DTLS_ROLE_SERVER, ENGINE_CERTIFICATE, phone->number);
        phone->transports[i].suite_count = 1;
        phone->transports[i].suites[0] = phone->config.suite;
        return;
    }
    s->keying = CF_KEYING_SDES;
    s->suite = phone->config.suite;
    cf_entropy_fill(&w->entropy.entropy, s->local.key, sizeof s->local.key);
    cf_entropy_fill(&w->entropy.entropy, s->remote.key, sizeof s->remote.key);
    cf_entropy_fill(&w->entropy.entropy, s->local.salt, sizeof s->local.salt);
    cf_entropy_fill(&w->entropy.entropy, s->remote.salt, sizeof s->remote.salt);
}

static void describe_transport(struct test_media *w, struct test_phone *phone, size_t i) {
    bool mux = phone->config.has_mux || phone->config.has_bundle;
    for (size_t port = 0; port < 2; port++) {
        size_t line = phone->config.has_bundle ? 0 : i;
        phone->sockets[i][port] = (uint32_t)(4 * phone->number + 2 * line + (mux ? 0 : port));
        phone->address[i][port] = address_of(phone->number, line, mux ? 0 : port);
    }
    phone->transports[i] = (struct cf_media_transport_set){
        .index = (uint16_t)i,
        .rtp_socket = phone->sockets[i][0],
        .rtcp_socket = phone->sockets[i][1],
        .transport = {.remote_rtp = phone->address[i][0], .remote_rtcp = phone->address[i][1], .has_rtcp_mux = mux}};
    describe_security(w, phone, i);
}

static void open_contexts(struct test_media *w, struct test_phone *phone, size_t i) {
    const struct cf_media_security *s = &phone->transports[phone->config.has_bundle ? 0 : i].transport.security;
    const struct cf_packet_crypto *crypto = &w->srtp.crypto;
    if (s->keying != CF_KEYING_SDES) {
        return;
    }
    const struct cf_srtp_suite_info *info = &cf_srtp_suites[s->suite];
    struct cf_srtp_params params = {.suite = s->suite, .direction = CF_SRTP_SEND, .streams_max = 8};
    params.key = (struct cf_span){s->remote.key, info->key_len};
    params.salt = (struct cf_span){s->remote.salt, info->salt_len};
    assert_ok(crypto->open(crypto->ctx, &params, &phone->send[i]));
    params.direction = CF_SRTP_RECEIVE;
    params.key = (struct cf_span){s->local.key, info->key_len};
    params.salt = (struct cf_span){s->local.salt, info->salt_len};
    assert_ok(crypto->open(crypto->ctx, &params, &phone->receive[i]));
}

/* --- handshakes of phones, whose client they are --- */

static bool shakes_hands(const struct test_phone *phone) {
    return phone->config.keying == CF_KEYING_DTLS || phone->config.keying == CF_KEYING_ZRTP;
}

/* Has it keys to send with, if it needs them? */
static bool can_send(const struct test_phone *phone, enum test_line line) {
    return !shakes_hands(phone) || phone->send[line] != NULL;
}

static void take_keys(struct test_media *w, struct test_phone *phone, size_t line, const struct cf_handshake_keys *keys) {
    const struct cf_packet_crypto *crypto = &w->srtp.crypto;
    const struct cf_srtp_suite_info *info = &cf_srtp_suites[keys->suite];
    struct cf_srtp_params params = {.suite = keys->suite, .direction = CF_SRTP_SEND, .streams_max = 8};
    crypto->close(crypto->ctx, phone->send[line]);
    crypto->close(crypto->ctx, phone->receive[line]);
    params.key = (struct cf_span){keys->local.key, info->key_len};
    params.salt = (struct cf_span){keys->local.salt, info->salt_len};
    assert_ok(crypto->open(crypto->ctx, &params, &phone->send[line]));
    params.direction = CF_SRTP_RECEIVE;
    params.key = (struct cf_span){keys->remote.key, info->key_len};
    params.salt = (struct cf_span){keys->remote.salt, info->salt_len};
    assert_ok(crypto->open(crypto->ctx, &params, &phone->receive[line]));
}

static void step_handshake(struct test_media *w, struct test_phone *phone, size_t line) {
    struct cf_association *a = &phone->associations[line];
    struct cf_handshake_keys keys;
    struct cf_span datagram;
    struct cf_addr to;
    while (cf_association_poll(a, &datagram, &to)) {
        if (!cf_rng_chance(&w->rng, w->loss_in_ppm)) {
            test_media_inject(w, phone->sockets[line][0], &phone->address[line][0], datagram);
        }
    }
    if (cf_association_take_news(a, &keys, &to) && cf_association_state(a) == CF_ASSOCIATION_SECURED) {
        for (size_t i = 0; i < TEST_LINES; i++) {
            if (i == line || phone->config.has_bundle) {
                take_keys(w, phone, i, &keys);
            }
        }
    }
}

static void step_handshakes(struct test_media *w, struct test_phone *phone) {
    for (size_t i = 0; i < TEST_LINES; i++) {
        if (cf_association_deadline(&phone->associations[i]) <= w->now) {
            cf_association_on_deadline(&phone->associations[i], w->now);
        }
        step_handshake(w, phone, i);
    }
}

void test_media_shake_hands(struct test_media *w, struct test_phone *phone, enum test_line line) {
    uint8_t certificate = phone->config.has_false_certificate ? 0xFF : phone->number;
    const struct cf_media_security security =
        test_security(phone->config.keying, CF_DTLS_ROLE_CLIENT, certificate, ENGINE_CERTIFICATE);
    const struct cf_association_config config = {.provider =
                                                     phone->config.keying == CF_KEYING_DTLS ? &w->dtls.table : &w->zrtp.table,
                                                 .security = &security,
                                                 .suites = &phone->config.suite,
                                                 .suite_count = 1,
                                                 .is_checked = true};
    cf_association_begin(&phone->associations[line], &config, w->now);
}

/* Lines that only receive sound, after all others. */
static void agree_talkers(struct test_media *w, const struct test_phone *phone) {
    for (size_t i = 0; i < phone->config.talkers; i++) {
        struct cf_media_command command = {.kind = CF_MEDIA_LINE_SET, .leg = phone->leg, .as.line = phone->lines[TEST_SOUND]};
        command.as.line.index = (uint16_t)(TEST_LINES + i);
        command.as.line.line.can_receive = false;
        command.as.line.line.mid = (struct cf_tag){.len = 2, .text = {'t', (char)('0' + i)}};
        test_media_command(w, &command);
    }
}

void test_media_agree(struct test_media *w, struct test_phone *phone) {
    for (size_t i = 0; i < (phone->config.has_bundle ? 1 : TEST_LINES); i++) {
        const struct cf_media_command command = {
            .kind = CF_MEDIA_TRANSPORT_SET, .leg = phone->leg, .as.transport = phone->transports[i]};
        test_media_command(w, &command);
    }
    for (size_t i = 0; i < TEST_LINES; i++) {
        const struct cf_media_command command = {.kind = CF_MEDIA_LINE_SET, .leg = phone->leg, .as.line = phone->lines[i]};
        test_media_command(w, &command);
    }
    agree_talkers(w, phone);
}

/* The room comes to worker @p worker with its first phone there. */
static void bring_room(struct test_media *w, size_t worker) {
    uint16_t bit = (uint16_t)(1U << worker);
    if (worker == 0 || (w->policy.workers & bit) != 0) {
        return;
    }
    w->policy.workers |= bit | 1U;
    struct cf_media_command command = {.kind = CF_MEDIA_ROOM_ADD, .room = w->room, .as.room_policy = w->policy};
    give(w, worker, &command);
    command.kind = CF_MEDIA_ROOM_SET;
    for (size_t i = 0; i < w->worker_count; i++) {
        if (i != worker && (i == 0 || (w->policy.workers >> i & 1U) != 0)) {
            give(w, i, &command);
        }
    }
}

struct test_phone *test_media_add(struct test_media *w, const struct test_phone_config *config) {
    assert_true(w->phone_count < TEST_PHONES_MAX);
    struct test_phone *phone = &w->phones[w->phone_count++];
    phone->config = *config;
    phone->number = (uint8_t)w->phone_count;
    phone->leg = cf_handle_is_set(w->next_leg) ? w->next_leg : (struct cf_handle){.slot = 10U + phone->number, .generation = 1};
    w->next_leg = (struct cf_handle){.generation = 0};
    phone->worker = (w->phone_count - 1) % w->worker_count;
    bring_room(w, phone->worker);
    phone->value = (int16_t)(1000 << (phone->number - 1) % 5);
    phone->next_sound_at = w->now + (cf_usec)cf_rng_below(&w->rng, 20000);
    phone->sequence = (uint16_t)cf_rng_u32(&w->rng);
    phone->timestamp = cf_rng_u32(&w->rng);
    describe_sound(phone);
    describe_picture(phone);
    describe_names(phone);
    for (size_t i = 0; i < TEST_LINES; i++) {
        phone->ssrc[i] = 0xa0000000U + 16U * phone->number + (uint32_t)i;
        describe_transport(w, phone, i);
        open_contexts(w, phone, i);
    }
    test_camera_init(&phone->camera, &w->rng, config->is_h264 ? CF_VIDEO_H264_MODE_0 : CF_VIDEO_VP8, phone->number, w->now);
    test_decoder_init(&phone->decoder, 4096);
    const struct cf_media_command command = {
        .kind = CF_MEDIA_LEG_ADD, .room = w->room, .leg = phone->leg, .as.leg_policy = config->policy};
    test_media_command(w, &command);
    test_media_agree(w, phone);
    for (size_t i = 0; shakes_hands(phone) && i < (config->has_bundle ? 1 : TEST_LINES); i++) {
        test_media_shake_hands(w, phone, (enum test_line)i);
    }
    return phone;
}

void test_media_remove(struct test_media *w, struct test_phone *phone) {
    const struct cf_media_command command = {.kind = CF_MEDIA_LEG_REMOVE, .leg = phone->leg};
    test_media_command(w, &command);
    phone->is_silent = true;
}

/* --- what a phone gets --- */

static void take_levels(struct test_phone *phone, const struct cf_rtp_view *view) {
    struct cf_span data;
    bool has_levels = cf_rtp_ext_find(view, MIXER_LEVEL_ID, &data);
    assert_true(!has_levels || (phone->config.has_levels && view->csrc_count >= 1 && view->csrc_count <= data.len));
    /* Who takes neither levels nor mids gets no list; who takes levels gets none without. */
    assert_true(view->csrc_count == 0 || has_levels || (phone->config.has_bundle && !phone->config.has_levels));
    if (view->csrc_count == 0) {
        return;
    }
    phone->levels_seen += has_levels ? 1 : 0;
    phone->sources_seen++;
    phone->level_count = view->csrc_count;
    for (size_t i = 0; i < view->csrc_count; i++) {
        phone->level_ssrcs[i] = cf_rtp_csrc(view, i);
        assert_true(phone->level_ssrcs[i] != phone->ssrc[TEST_SOUND]);
    }
}

/* Frames in the middle of a sound have one value, the sum of who is in it; fading ones have not. */
static void take_sound(const struct test_media *w, struct test_phone *phone, const struct cf_rtp_view *view) {
    struct test_frame frame = test_frame_of(view->payload);
    assert_int_equal(view->payload_type, phone->config.is_pcmu ? TEST_PT_PCMU : TEST_PT_OPUS);
    if (phone->frames_heard++ > 0 && w->loss_out_ppm == 0) {
        assert_int_equal((uint16_t)(view->sequence - phone->last_sequence), 1);
        assert_true((int32_t)(view->timestamp - phone->last_timestamp) > 0);
    }
    phone->last_sequence = view->sequence;
    phone->last_timestamp = view->timestamp;
    take_levels(phone, view);
    phone->last_value = frame.value == frame.last ? frame.value : phone->last_value;
    if (frame.value != frame.last || frame.value <= 0 || frame.value % 1000 != 0) {
        return;
    }
    for (size_t i = 0; i < 5; i++) {
        phone->heard[i] += (frame.value / 1000 >> i & 1) != 0;
    }
}

static void take_picture(struct test_phone *phone, const struct cf_rtp_view *view) {
    struct cf_span mid;
    bool is_vp8 = view->payload_type == TEST_PT_VP8;
    assert_true(is_vp8 || view->payload_type == TEST_PT_H264);
    assert_true(phone->config.is_both || is_vp8 == !phone->config.is_h264);
    assert_int_equal(view->csrc_count, 1);
    if (phone->config.has_bundle) {
        assert_true(cf_rtp_ext_find(view, MID_ID, &mid));
        assert_str(cf_span_str(mid), CF_STR("vs"));
    }
    phone->shown_csrc = cf_rtp_csrc(view, 0);
    test_decoder_add(&phone->decoder, view->sequence, view->timestamp, view->marker, view->payload);
    assert_true(test_decoder_camera(&phone->decoder) != phone->number);
}

/* The line for a talker that the packet came on; NULL: it is another one. */
static struct test_talker_line *talker_line_of(struct test_phone *phone, const struct cf_rtp_view *view) {
    struct cf_span mid;
    bool is_talker = phone->config.talkers > 0 && cf_rtp_ext_find(view, MID_ID, &mid) && mid.at[0] == 't';
    return is_talker ? &phone->talkers[mid.at[1] - '0'] : NULL;
}

/* The frame of a packet; the one before it is in it too if the talker does that and the receiver takes it. */
static struct test_frame frame_of(struct test_phone *phone, struct test_talker_line *line, const struct cf_rtp_view *view) {
    struct cf_red red;
    if (view->payload_type != TEST_PT_RED) {
        assert_int_equal(view->payload_type, phone->config.is_pcmu ? TEST_PT_PCMU : TEST_PT_OPUS);
        return test_frame_of(view->payload);
    }
    assert_true(phone->config.has_red);
    assert_ok(cf_red_parse(view->payload, &red));
    assert_int_equal(red.count, 2);
    assert_true(red.blocks[0].payload_type == TEST_PT_OPUS && red.blocks[1].payload_type == TEST_PT_OPUS);
    assert_int_equal(red.blocks[0].offset, 960);
    assert_int_equal(test_frame_of(red.blocks[0].data).number + 1, test_frame_of(red.blocks[1].data).number);
    line->doubled++;
    return test_frame_of(red.blocks[1].data);
}

/* As the talker sent it, but for its numbers, which go on from talker to talker: nothing is lost, media time keeps to the clock,
 * and another talker begins with a marker. */
static void take_talker(const struct test_media *w, struct test_phone *phone, struct test_talker_line *line,
                        const struct cf_rtp_view *view) {
    const struct test_frame frame = frame_of(phone, line, view);
    struct cf_span level;
    assert_true(line - phone->talkers < phone->config.talkers);
    assert_int_equal(view->csrc_count, 1);
    assert_true(cf_rtp_csrc(view, 0) != phone->ssrc[TEST_SOUND]);
    assert_true(line->ssrc == 0 || line->ssrc == view->ssrc);
    if (line->frames > 0 && w->loss_in_ppm == 0 && w->loss_out_ppm == 0) {
        uint32_t clock_hz = phone->config.is_pcmu ? 8000 : 48000;
        int64_t drift = (int64_t)cf_usec_to_ticks(w->now - line->at, clock_hz) - (uint32_t)(view->timestamp - line->timestamp);
        assert_int_equal((uint16_t)(view->sequence - line->sequence), 1);
        /* A stay begins with what was said just before it, all at once: media time may be late for that, or ahead of the clock.
         */
        int64_t least = view->marker || line->is_catching_up ? -(int64_t)clock_hz / 4 : -(int64_t)clock_hz / 40;
        assert_true(drift >= least && drift <= (view->marker ? clock_hz / 4 : clock_hz / 40));
        line->is_catching_up = w->now == line->at;
        line->drift += drift;
        assert_true(line->drift >= -(int64_t)clock_hz / 4 && line->drift <= clock_hz / 4);
    }
    if (line->frames == 0 || line->csrc != cf_rtp_csrc(view, 0)) {
        assert_true(view->marker);
        line->switches++;
    }
    line->frames++;
    line->ssrc = view->ssrc;
    line->csrc = cf_rtp_csrc(view, 0);
    line->sequence = view->sequence;
    line->timestamp = view->timestamp;
    line->at = w->now;
    for (size_t i = 0; i < 5; i++) {
        line->heard[i] += frame.value == 1000 << i;
    }
    if (phone->config.has_levels) {
        assert_true(cf_rtp_ext_find(view, MIXER_LEVEL_ID, &level) && level.len == 1);
        line->level = level.at[0];
    }
}

static void take_rtp(struct test_media *w, struct test_phone *phone, enum test_line line, uint8_t *octets, size_t len) {
    struct cf_rtp_view view;
    struct cf_unprotect_job job = {.srtp = phone->receive[line], .src = octets, .src_len = len, .dst = octets, .dst_size = len};
    w->srtp.crypto.unprotect(w->srtp.crypto.ctx, &job, 1);
    if (job.err == CF_ERR_REPLAYED) {
        return; /* sent again, and it had come */
    }
    assert_ok(job.err);
    assert_ok(cf_rtp_parse((struct cf_span){octets, job.dst_len}, &view));
    struct test_talker_line *talker = talker_line_of(phone, &view);
    if (talker != NULL) {
        take_talker(w, phone, talker, &view);
        return;
    }
    if (phone->config.has_bundle) {
        line = view.payload_type == TEST_PT_VP8 || view.payload_type == TEST_PT_H264 ? TEST_PICTURE : TEST_SOUND;
    }
    assert_true(phone->ssrc_of_engine[line] == 0 || phone->ssrc_of_engine[line] == view.ssrc);
    phone->ssrc_of_engine[line] = view.ssrc;
    if (line == TEST_SOUND) {
        take_sound(w, phone, &view);
    } else {
        take_picture(phone, &view);
    }
}

static void want_key(struct test_media *w, struct test_phone *phone) {
    if (phone->key_at == 0) {
        phone->key_at = w->now + KEY_DELAY;
    }
}

/* RFC 5104 section 4.3.1.1: one with the number of the last one is not heard. */
static void take_fir(struct test_phone_control *control, const struct cf_rtcp_feedback *feedback) {
    struct cf_fir fir;
    for (size_t i = 0; feedback->format == CF_PSFB_FIR && cf_fir_at(feedback, i, &fir); i++) {
        assert_true(control->firs == 0 || fir.number != control->fir_number);
        control->fir_number = fir.number;
    }
}

static void take_feedback(struct test_media *w, struct test_phone *phone, const struct cf_rtcp_packet *packet) {
    struct test_phone_control *control = &phone->control;
    struct cf_rtcp_feedback feedback;
    struct cf_nack nack;
    struct cf_tmmb limit;
    assert_ok(cf_rtcp_parse_feedback(packet, &feedback));
    if (feedback.type == CF_RTCP_PSFB) {
        take_fir(control, &feedback);
        control->plis += feedback.format == CF_PSFB_PLI;
        control->firs += feedback.format == CF_PSFB_FIR;
        want_key(w, phone);
        return;
    }
    for (size_t i = 0; feedback.format == CF_RTPFB_NACK && cf_nack_at(&feedback, i, &nack); i++) {
        control->nacks += 1 + (size_t)__builtin_popcount(nack.following);
    }
    if (feedback.format == CF_RTPFB_TMMBR || feedback.format == CF_RTPFB_TMMBN) {
        control->tmmbrs += feedback.format == CF_RTPFB_TMMBR;
        control->tmmbns += feedback.format == CF_RTPFB_TMMBN;
        assert_true(cf_tmmb_at(&feedback, 0, &limit));
        control->bitrate_bps = limit.bitrate_bps;
    }
}

static void take_report(struct test_phone *phone, enum test_line line, const struct cf_rtcp_packet *packet) {
    struct cf_rtcp_report report;
    struct cf_report_block block;
    assert_ok(cf_rtcp_parse_report(packet, &report));
    phone->control.sender_reports += report.is_sender;
    phone->control.receiver_reports += !report.is_sender;
    for (size_t i = 0; cf_rtcp_block_at(&report, i, &block); i++) {
        phone->control.block = block.ssrc == phone->ssrc[TEST_SOUND] ? block : phone->control.block;
    }
    if (phone->config.has_bundle) {
        line = report.ssrc == phone->ssrc_of_engine[TEST_PICTURE] ? TEST_PICTURE : TEST_SOUND;
    }
    if (report.is_sender) {
        phone->control.info[line] = report.info;
    }
}

static void take_extended(struct test_phone *phone, const struct cf_rtcp_packet *packet) {
    struct cf_xr_iter iter;
    struct cf_xr_block block;
    uint32_t ssrc;
    assert_ok(cf_xr_iter_init(&iter, packet, &ssrc));
    while (cf_xr_next(&iter, &block)) {
        for (size_t i = 0; block.type == CF_XR_DLRR && cf_xr_dlrr_at(&block, i, &phone->control.dlrr); i++) {
            phone->control.dlrrs++;
        }
    }
}

/* Lines of a bundle are told by mid, under both numbers of the item; who does not tell them by mid is not told it. */
static void take_description(const struct test_phone *phone, const struct cf_rtcp_packet *packet) {
    struct cf_sdes_iter iter;
    struct cf_sdes_item item;
    size_t cnames = 0;
    size_t mids[CF_SDES_MID + 1] = {0};
    bool is_picture = false;
    cf_sdes_iter_init(&iter, packet);
    while (cf_sdes_next(&iter, &item)) {
        cnames += item.type == CF_SDES_CNAME;
        is_picture = is_picture || item.ssrc == phone->ssrc_of_engine[TEST_PICTURE];
        if (cf_sdes_is_mid(item.type)) {
            mids[item.type]++;
            assert_true(!phone->config.has_bundle || !is_picture || cf_str_eq(item.value, CF_STR("vs")));
        }
    }
    assert_int_equal(cnames, 1);
    assert_int_equal(mids[CF_SDES_MID], mids[CF_SDES_MID_LINPHONE]);
    assert_int_equal(mids[CF_SDES_MID], phone->config.has_bundle);
}

static void take_rtcp(struct test_media *w, struct test_phone *phone, enum test_line line, uint8_t *octets, size_t len) {
    const struct cf_packet_crypto *crypto = &w->srtp.crypto;
    struct cf_rtcp_iter iter;
    struct cf_rtcp_packet packet;
    assert_ok(crypto->unprotect_rtcp(crypto->ctx, phone->receive[line], octets, len, &len));
    assert_ok(cf_rtcp_check((struct cf_span){octets, len}, false));
    cf_rtcp_iter_init(&iter, (struct cf_span){octets, len});
    while (cf_rtcp_next(&iter, &packet)) {
        if (packet.type == CF_RTCP_SR || packet.type == CF_RTCP_RR) {
            take_report(phone, line, &packet);
        } else if (packet.type == CF_RTCP_BYE) {
            phone->control.byes++;
        } else if (packet.type == CF_RTCP_SDES) {
            take_description(phone, &packet);
        } else if (packet.type == CF_RTCP_XR) {
            take_extended(phone, &packet);
        } else if (packet.type == CF_RTCP_RTPFB || packet.type == CF_RTCP_PSFB) {
            take_feedback(w, phone, &packet);
        }
    }
}

/* Whose address is it? The socket it was sent from must be the one that the phone knows. */
static void deliver(struct test_media *w, const struct cf_media_output *out) {
    uint8_t octets[2048];
    assert_in_range(out->data.len, 1, 1500);
    memcpy(octets, out->data.at, out->data.len);
    for (size_t i = 0; i < w->phone_count; i++) {
        struct test_phone *phone = &w->phones[i];
        for (size_t slot = 0; slot < 4; slot++) {
            size_t line = slot / 2;
            size_t port = slot % 2;
            if (!cf_addr_eq(&out->to, &phone->address[line][port]) || phone->sockets[line][port] != out->socket) {
                continue;
            }
            if (phone->is_dead || cf_rng_chance(&w->rng, w->loss_out_ppm)) {
                return;
            }
            enum cf_packet_kind kind = cf_packet_kind_of(out->data);
            if (kind == CF_PACKET_DTLS || kind == CF_PACKET_ZRTP) {
                (void)cf_association_on_datagram(&phone->associations[line], out->data, &out->to, w->now);
                step_handshake(w, phone, line);
            } else if (!can_send(phone, (enum test_line)line)) {
                return; /* it has no keys yet to read that with */
            } else if (kind == CF_PACKET_RTCP) {
                take_rtcp(w, phone, (enum test_line)line, octets, out->data.len);
            } else {
                take_rtp(w, phone, (enum test_line)line, octets, out->data.len);
            }
            return;
        }
    }
    w->strangers++;
    assert_true(w->expects_strangers);
}

/* --- the engine --- */

static void check_laws(struct test_media *w, size_t worker) {
    const struct cf_engine_totals *totals = cf_engine_totals(test_media_engine(w, worker));
    uint64_t sum = totals->datagrams_used;
    for (size_t i = 0; i < CF_MEDIA_DISCARD_COUNT; i++) {
        sum += totals->discards[i];
    }
    assert_true(sum == totals->datagrams_in);
    assert_true(totals->dropped_out == 0);
    for (size_t i = 0; i < w->phone_count * TEST_LINES; i++) {
        const struct cf_engine_line *line = test_media_line(w, &w->phones[i / TEST_LINES], (enum test_line)(i % TEST_LINES));
        if (line == NULL) {
            continue;
        }
        sum = line->counts.packets_used;
        for (size_t k = 0; k < CF_MEDIA_DISCARD_COUNT; k++) {
            sum += line->counts.discards[k];
        }
        assert_true(sum == line->counts.packets_in);
    }
}

static void drain_one(struct test_media *w, size_t worker) {
    struct cf_engine *engine = test_media_engine(w, worker);
    const struct cf_media_output *outputs;
    for (size_t n = cf_engine_poll_send(engine, &outputs); n > 0; n = cf_engine_poll_send(engine, &outputs)) {
        for (size_t i = 0; i < n; i++) {
            deliver(w, &outputs[i]);
        }
    }
    struct cf_media_event event;
    while (cf_engine_poll_event(engine, &event)) {
        if (w->event_count < TEST_EVENTS_MAX) {
            w->events[w->event_count++] = event;
        }
    }
    check_laws(w, worker);
}

/* Parcels of worker @p from; whether there were any. */
static bool carry_parcels(struct test_media *w, size_t from) {
    struct cf_engine_parcel parcel;
    bool any = false;
    while (cf_engine_poll_parcel(test_media_engine(w, from), &parcel)) {
        size_t to = parcel.worker;
        any = true;
        assert_in_range(to, 0, w->worker_count - 1);
        if (w->parcel_loss_ppm > 0 && cf_rng_chance(&w->rng, w->parcel_loss_ppm)) {
            cf_engine_on_parcel_lost(test_media_engine(w, from));
            continue;
        }
        w->parcels++;
        cf_engine_on_parcel(test_media_engine(w, to), from, parcel.octets, w->now);
        drain_one(w, to);
    }
    return any;
}

static void drain(struct test_media *w, size_t worker) {
    bool more = true;
    drain_one(w, worker);
    while (more) {
        more = false;
        for (size_t i = 0; i < w->worker_count; i++) {
            more = carry_parcels(w, i) || more;
        }
    }
}

static void give(struct test_media *w, size_t worker, const struct cf_media_command *command) {
    cf_engine_command(test_media_engine(w, worker), command, w->now);
    drain(w, worker);
}

static size_t worker_of(const struct test_media *w, struct cf_handle leg) {
    for (size_t i = 0; i < w->phone_count; i++) {
        if (cf_handle_eq(w->phones[i].leg, leg)) {
            return w->phones[i].worker;
        }
    }
    return 0;
}

void test_media_command(struct test_media *w, const struct cf_media_command *command) {
    if (cf_handle_is_set(command->leg)) {
        give(w, worker_of(w, command->leg), command);
        return;
    }
    struct cf_media_command to_all;
    memcpy(&to_all, command, cf_media_command_len(command)); /* the rest may not be there */
    if (command->kind == CF_MEDIA_ROOM_ADD || command->kind == CF_MEDIA_ROOM_SET) {
        to_all.as.room_policy.workers = w->policy.workers;
        w->policy = to_all.as.room_policy;
    }
    for (size_t i = 0; i < w->worker_count; i++) {
        if (i == 0 || (w->policy.workers >> i & 1U) != 0) {
            give(w, i, &to_all);
        }
    }
}

static void flush(struct test_media *w, size_t worker) {
    struct test_batch *batch = &w->batches[worker];
    size_t count = batch->count;
    batch->count = 0;
    if (count > 0) {
        cf_engine_receive(test_media_engine(w, worker), batch->inputs, count, w->now);
        drain(w, worker);
    }
}

void test_media_flush(struct test_media *w) {
    for (size_t i = 0; i < w->worker_count; i++) {
        flush(w, i);
    }
}

/* The worker that a socket belongs to: sockets are numbered by phone. */
static size_t worker_of_socket(const struct test_media *w, uint32_t socket) {
    size_t phone = socket / 4 - 1;
    return socket >= 4 && phone < w->phone_count ? w->phones[phone].worker : 0;
}

void test_media_inject(struct test_media *w, uint32_t socket, const struct cf_addr *from, struct cf_span octets) {
    size_t worker = worker_of_socket(w, socket);
    struct test_batch *batch = &w->batches[worker];
    if (batch->count == CF_ENGINE_BATCH_MAX) {
        flush(w, worker);
    }
    size_t i = batch->count++;
    assert_true(octets.len <= sizeof batch->octets[i]);
    memcpy(batch->octets[i], octets.at, octets.len);
    batch->inputs[i] = (struct cf_media_input){.socket = socket, .from = *from, .at = batch->octets[i], .len = octets.len};
}

/* --- what a phone sends --- */

void test_media_send_rtp(struct test_media *w, struct test_phone *phone, enum test_line line, const struct cf_rtp_header *header,
                         struct cf_span payload) {
    uint8_t octets[512];
    uint8_t out[2048];
    struct cf_writer writer;
    if (!can_send(phone, line)) {
        return;
    }
    cf_writer_init(&writer, octets, sizeof octets);
    cf_rtp_put_header(&writer, header);
    struct cf_protect_job job = {
        .srtp = phone->send[line], .header = cf_writer_span(&writer), .payload = payload, .dst = out, .dst_size = sizeof out};
    w->srtp.crypto.protect(w->srtp.crypto.ctx, &job, 1);
    assert_ok(job.err);
    if (!cf_rng_chance(&w->rng, w->loss_in_ppm)) {
        test_media_inject(w, phone->sockets[line][0], &phone->address[line][0], (struct cf_span){out, job.dst_len});
    }
}

void test_media_send_rtcp(struct test_media *w, struct test_phone *phone, enum test_line line, struct cf_span compound) {
    uint8_t out[2048];
    size_t len;
    const struct cf_packet_crypto *crypto = &w->srtp.crypto;
    if (!can_send(phone, line)) {
        return;
    }
    assert_ok(crypto->protect_rtcp(crypto->ctx, phone->send[line], compound, out, sizeof out, &len));
    test_media_inject(w, phone->sockets[line][1], &phone->address[line][1], (struct cf_span){out, len});
}

/* Speech comes in syllables: a constant tone would be taken for noise. */
static bool is_syllable(cf_usec now) {
    return now / CF_MSEC(1) % 400 < 280;
}

static void send_sound(struct test_media *w, struct test_phone *phone) {
    int16_t value = phone->is_talking && is_syllable(w->now) ? phone->value : 0;
    const struct test_frame frame = {.number = phone->frame++, .msec = 20, .value = value, .last = value};
    int16_t pcm[16];
    for (size_t i = 0; i < 16; i++) {
        pcm[i] = value;
    }
    const struct cf_audio_level level = {.level = phone->config.is_liar ? 0 : cf_level_of_pcm(pcm, 16), .is_voice = value != 0};
    uint8_t octet = cf_audio_level_octet(level);
    uint8_t block[8];
    struct cf_writer writer;
    const struct cf_rtp_ext list = {.id = LEVEL_ID, .data = {&octet, 1}};
    cf_writer_init(&writer, block, sizeof block);
    struct cf_rtp_header header = {.timestamp = phone->timestamp,
                                   .ssrc = phone->ssrc[TEST_SOUND],
                                   .sequence = phone->sequence++,
                                   .payload_type = phone->config.is_pcmu ? TEST_PT_PCMU : TEST_PT_OPUS};
    header.extension_profile = cf_rtp_put_extensions(&writer, &list, phone->config.has_levels ? 1 : 0);
    header.extension = cf_writer_span(&writer);
    phone->timestamp += phone->config.is_pcmu ? 160 : 960;
    uint8_t both[5 + 2 * sizeof frame];
    struct cf_span payload = test_frame_span(&frame);
    if (phone->config.has_red && phone->frame > 1) {
        cf_set_be32(both, (0x80U | TEST_PT_OPUS) << 24 | 960U << 10 | (uint32_t)sizeof frame);
        both[4] = TEST_PT_OPUS;
        memcpy(both + 5, &phone->frame_before, sizeof frame);
        memcpy(both + 5 + sizeof frame, &frame, sizeof frame);
        payload = (struct cf_span){both, sizeof both};
        header.payload_type = TEST_PT_RED;
    }
    phone->frame_before = frame;
    phone->voiced += value != 0;
    test_media_send_rtp(w, phone, TEST_SOUND, &header, payload);
}

static void send_picture(struct test_media *w, struct test_phone *phone) {
    struct test_camera_packet packet;
    test_camera_next(&phone->camera, &packet);
    const struct cf_rtp_header header = {.timestamp = packet.timestamp,
                                         .ssrc = phone->ssrc[TEST_PICTURE],
                                         .sequence = packet.sequence,
                                         .marker = packet.marker,
                                         .payload_type = phone->config.is_h264 ? TEST_PT_H264 : TEST_PT_VP8};
    test_media_send_rtp(w, phone, TEST_PICTURE, &header, (struct cf_span){packet.payload, packet.len});
}

static void tick_phone(struct test_media *w, struct test_phone *phone) {
    bool has_camera = !phone->config.no_picture && !phone->config.no_camera;
    if (phone->key_at != 0 && phone->key_at <= w->now) {
        phone->camera.key_next = true;
        phone->key_at = 0;
    }
    while (phone->next_sound_at <= w->now) {
        phone->next_sound_at += SOUND_USEC;
        if (!phone->is_silent && !phone->is_dead) {
            send_sound(w, phone);
        }
    }
    while (phone->camera.next_at <= w->now) {
        if (has_camera && !phone->is_silent && !phone->is_dead) {
            send_picture(w, phone);
        } else {
            phone->camera.next_at += CF_MSEC(33);
        }
    }
}

void test_media_run(struct test_media *w, cf_usec duration) {
    for (cf_usec end = w->now + duration; w->now < end; w->now += CF_MSEC(1)) {
        for (size_t i = 0; i < w->phone_count; i++) {
            step_handshakes(w, &w->phones[i]);
            tick_phone(w, &w->phones[i]);
        }
        test_media_flush(w);
        for (size_t i = 0; i < w->worker_count; i++) {
            if (cf_engine_deadline(test_media_engine(w, i)) <= w->now) {
                cf_engine_on_deadline(test_media_engine(w, i), w->now);
                drain(w, i);
            }
        }
    }
}

/* --- looking --- */

const struct cf_media_event *test_media_event(const struct test_media *w, enum cf_media_event_kind kind) {
    for (size_t i = w->event_count; i > 0; i--) {
        if (w->events[i - 1].kind == kind) {
            return &w->events[i - 1];
        }
    }
    return NULL;
}

size_t test_media_event_count(const struct test_media *w, enum cf_media_event_kind kind) {
    size_t count = 0;
    for (size_t i = 0; i < w->event_count; i++) {
        count += w->events[i].kind == kind;
    }
    return count;
}

void test_media_forget_events(struct test_media *w) {
    w->event_count = 0;
}

struct cf_engine_line *test_media_line(struct test_media *w, const struct test_phone *phone, enum test_line line) {
    struct cf_engine_leg *leg = cf_media_names_get(&test_media_engine(w, phone->worker)->legs, phone->leg);
    return leg == NULL ? NULL : leg->lines[line];
}
