/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Media of the call in real time: every 20 ms of sound, every picture. */
#include "adapt/openssl/stun_hash.h"
#include "adapt/resample/resample.h"
#include "shell/system/system.h"
#include "ua/agent_libraries.h"
#include "ua/call_impl.h"
#include <stdlib.h>

#define TICK CF_MSEC(20)

/* What was missed by more than that is not made up for. */
#define LATE_MAX CF_MSEC(400)

static void make_terminal(struct cf_call *call, cf_usec now) {
    struct cf_terminal_config config = {.crypto = cf_srtp_engine_crypto(call->srtp),
                                        .entropy = cf_system_entropy(),
                                        .codecs = cf_agent_audio_codecs,
                                        .codec_count = cf_agent_audio_codec_count,
                                        .resampler = &cf_resampler_speex,
                                        .stun_hash = cf_openssl_stun_hash(),
                                        .has_ice_tcp = call->options.has_ice_tcp,
                                        .cname = cf_str_of(call->options.aor),
                                        .wall = cf_system_wall()};
    cf_media_keys_tell_terminal(&call->start.keys, &call->start.policy, &config);
    call->terminal = cf_terminal_create(cf_system_mem(), &config, now);
}

static void free_cameras(struct cf_call *call, size_t line) {
    for (size_t i = 0; i < CF_CALL_ENCODINGS_MAX; i++) {
        struct cf_call_camera *camera = call->cameras[line][i];
        if (camera != NULL) {
            cf_camera_fini(&camera->camera);
            free(camera);
            call->cameras[line][i] = NULL;
        }
    }
}

/* A miniature as Linphone makes it. */
#define SMALL_WIDTH 160
#define SMALL_HEIGHT 120
#define SMALL_BPS 80000U

/* What each encoding of simulcast gets of the bit rate. */
static const uint32_t shares[CF_CALL_ENCODINGS_MAX] = {1, 3, 8};

static void make_camera(struct cf_call *call, size_t line, size_t encoding, cf_usec now) {
    const struct cf_call_options *o = &call->options;
    struct cf_call_camera *camera = calloc(1, sizeof *camera);
    bool is_small = cf_agent_line_role(call->agent, line) == CF_AGENT_ROLE_THUMBNAIL;
    uint32_t bps = o->video_kbps * 1000;
    uint16_t width = (uint16_t)(o->width >> encoding & ~1U);
    uint16_t height = (uint16_t)(o->height >> encoding & ~1U);
    if (camera == NULL) {
        return;
    }
    bps = is_small && bps > SMALL_BPS ? SMALL_BPS : bps / shares[encoding];
    cf_camera_init(&camera->camera, &o->picture, is_small ? SMALL_WIDTH : width, is_small ? SMALL_HEIGHT : height, o->fps, bps);
    camera->next_at = now;
    call->cameras[line][encoding] = camera;
}

/* A camera for each line of pictures that is sent, and each of its encodings. */
static void set_cameras(struct cf_call *call, cf_usec now) {
    const struct cf_call_options *o = &call->options;
    for (size_t i = 0; i < CF_TERMINAL_LINES_MAX; i++) {
        const struct cf_media_line *line = cf_terminal_line(call->terminal, i);
        bool is_sent = line != NULL && line->kind == CF_MEDIA_VIDEO && line->can_send && !o->picture.is_none;
        if (!is_sent) {
            free_cameras(call, i);
        }
        for (size_t k = 0; is_sent && k < CF_CALL_ENCODINGS_MAX && k < cf_terminal_encoding_count(call->terminal, i); k++) {
            if (call->cameras[i][k] == NULL) {
                make_camera(call, i, k, now);
            }
            if (call->cameras[i][k] != NULL && line->remote_bandwidth_bps != CF_BANDWIDTH_NONE) {
                cf_camera_limit(&call->cameras[i][k]->camera, line->remote_bandwidth_bps);
            }
        }
    }
}

void cf_call_take_media(struct cf_call *call, cf_usec now) {
    struct cf_media_params *params = cf_agent_take_media(call->agent);
    if (params == NULL) {
        return;
    }
    if (!cf_agent_is_there(call->agent)) {
        /* It crossed the end of the call. */
        cf_media_params_free(cf_system_mem(), params);
        return;
    }
    if (call->terminal == NULL) {
        make_terminal(call, now);
    }
    if (call->terminal != NULL) {
        cf_terminal_set(call->terminal, params, now);
        set_cameras(call, now);
        cf_call_report_media(call, params);
    }
    cf_media_params_free(cf_system_mem(), params);
}

void cf_call_stop_media(struct cf_call *call) {
    for (size_t i = 0; i < CF_TERMINAL_LINES_MAX; i++) {
        free_cameras(call, i);
    }
    cf_terminal_destroy(call->terminal);
    call->terminal = NULL;
}

/* Later offers say which candidates of the peer are in use; of connections there is nothing to say. */
static void note_path(struct cf_call *call, size_t line) {
    const struct cf_terminal_path path = cf_terminal_path(call->terminal, line);
    const struct cf_addr remotes[CF_ICE_COMPONENTS_MAX] = {path.remote, path.remote_control};
    bool is_known = path.is_ours && !path.is_tcp && path.remote.family != CF_FAMILY_NONE;
    cf_agent_on_selected(call->agent, line, remotes, is_known ? 1U + (path.remote_control.family != CF_FAMILY_NONE) : 0);
}

static void take_event(struct cf_call *call, const struct cf_terminal_event *event) {
    bool is_there = event->line < CF_TERMINAL_LINES_MAX && event->encoding < CF_CALL_ENCODINGS_MAX;
    struct cf_call_camera *camera = is_there ? call->cameras[event->line][event->encoding] : NULL;
    if (event->kind == CF_TERMINAL_KEY_WANTED && camera != NULL) {
        camera->camera.wants_key = true;
    } else if (event->kind == CF_TERMINAL_BITRATE && camera != NULL) {
        cf_camera_limit(&camera->camera, event->bps);
    }
    if (event->kind == CF_TERMINAL_REACHED || event->kind == CF_TERMINAL_UNREACHED) {
        note_path(call, event->line);
    }
    cf_call_report_terminal(call, event);
}

/* Everything that the terminal has to say. */
static void drain(struct cf_call *call, cf_usec now) {
    struct cf_terminal_frame frame;
    struct cf_terminal_event event;
    while (cf_terminal_poll_frame(call->terminal, now, &frame)) {
        if (cf_recorder_frame(&call->recorder, &frame)) {
            cf_terminal_want_key(call->terminal, frame.line);
        }
    }
    while (cf_terminal_poll_event(call->terminal, &event)) {
        take_event(call, &event);
    }
    cf_media_wire_flush(call->media, call->terminal);
}

void cf_call_on_datagram(void *ctx, uint32_t socket, const struct cf_addr *from, uint8_t *at, size_t len) {
    struct cf_call *call = ctx;
    if (call->terminal != NULL) {
        cf_terminal_on_datagram(call->terminal, socket, from, at, len, cf_system_now());
    }
}

void cf_call_on_settled(void *ctx) {
    struct cf_call *call = ctx;
    if (call->terminal != NULL) {
        drain(call, cf_system_now());
    }
}

void cf_call_on_stream_closed(void *ctx, uint32_t socket, const struct cf_addr *to) {
    struct cf_call *call = ctx;
    if (call->terminal != NULL) {
        cf_terminal_on_closed(call->terminal, socket, to, cf_system_now());
        drain(call, cf_system_now());
    }
}

/* Where there are several lines of sound, each by itself. */
static void record_lines(struct cf_call *call) {
    for (size_t i = 0; call->terminal != NULL && i < cf_terminal_line_count(call->terminal); i++) {
        if (cf_agent_line_role(call->agent, i) == CF_AGENT_ROLE_TALKER) {
            cf_recorder_line_sound(&call->recorder, i, cf_terminal_heard(call->terminal, i));
        }
    }
}

static void sound_tick(struct cf_call *call, cf_usec now) {
    int16_t out[CF_MIX_TICK_SAMPLES];
    int16_t in[CF_MIX_TICK_SAMPLES] = {0};
    bool is_sent = false;
    for (size_t i = 0; call->terminal != NULL && i < cf_terminal_line_count(call->terminal); i++) {
        const struct cf_media_line *line = cf_terminal_line(call->terminal, i);
        is_sent = is_sent || (line != NULL && line->kind == CF_MEDIA_AUDIO && cf_terminal_can_send(call->terminal, i));
    }
    is_sent = is_sent && !call->options.sound.is_none;
    if (is_sent) {
        cf_microphone_read(&call->microphone, out, CF_MIX_TICK_SAMPLES);
        cf_terminal_send_sound(call->terminal, out, now);
    }
    if (call->terminal != NULL) {
        (void)cf_terminal_pull_sound(call->terminal, in, now);
    }
    cf_recorder_sound(&call->recorder, in, is_sent ? out : NULL);
    record_lines(call);
}

static void send_picture(struct cf_call *call, size_t line, size_t encoding, cf_usec now) {
    struct cf_call_camera *camera = call->cameras[line][encoding];
    const struct cf_payload *payload = cf_terminal_payload(call->terminal, line);
    struct cf_coded_frame frame = {.is_key = false};
    enum cf_err err = payload == NULL ? CF_ERR_UNSUPPORTED : cf_camera_next(&camera->camera, payload, &frame);
    if (err == CF_OK && frame.octets.len > 0) {
        err = cf_terminal_send_encoding(call->terminal, line, encoding, frame.octets, now);
    }
    if (err != CF_OK && !camera->is_broken) {
        camera->is_broken = true;
        cf_call_say(call, CF_STR("camera-failed"));
        cf_put_json_number(&call->line.w, CF_STR("line"), line);
        cf_put_json_text(&call->line.w, CF_STR("why"), cf_str_of(cf_err_text(err)));
        cf_json_line_end(&call->line);
    }
}

static cf_usec camera_turn(struct cf_call *call, cf_usec now) {
    cf_usec next = CF_USEC_NEVER;
    cf_usec step = CF_SEC(1) / call->options.fps;
    for (size_t i = 0; i < CF_TERMINAL_LINES_MAX * CF_CALL_ENCODINGS_MAX; i++) {
        size_t line = i / CF_CALL_ENCODINGS_MAX;
        size_t encoding = i % CF_CALL_ENCODINGS_MAX;
        struct cf_call_camera *camera = call->cameras[line][encoding];
        if (camera == NULL || encoding >= cf_terminal_encoding_count(call->terminal, line) ||
            !cf_terminal_can_send(call->terminal, line)) {
            continue;
        }
        if (camera->next_at <= now) {
            send_picture(call, line, encoding, now);
            camera->next_at = now - camera->next_at > LATE_MAX ? now + step : camera->next_at + step;
        }
        next = cf_usec_min(next, camera->next_at);
    }
    return next;
}

cf_usec cf_call_media_turn(struct cf_call *call, cf_usec now) {
    cf_usec next = CF_USEC_NEVER;
    /* What could not be done in time is silence in the recordings: they go by the clock. */
    while (now - call->next_tick > LATE_MAX) {
        static const int16_t silence[CF_MIX_TICK_SAMPLES];
        cf_recorder_sound(&call->recorder, silence, NULL);
        call->next_tick += TICK;
    }
    while (call->next_tick <= now) {
        sound_tick(call, now);
        call->next_tick += TICK;
    }
    if (call->terminal != NULL) {
        next = camera_turn(call, now);
        cf_terminal_on_deadline(call->terminal, now);
        drain(call, now);
        next = cf_usec_min(next, cf_terminal_deadline(call->terminal));
    }
    return cf_usec_min(next, call->next_tick);
}
