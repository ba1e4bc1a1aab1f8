/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ua/load_member.h"

#include "adapt/openssl/hash.h"
#include "adapt/openssl/stun_hash.h"
#include "shell/system/system.h"
#include "ua/agent_libraries.h"
#include <string.h>

#define TICK CF_MSEC(20)
#define LATE_MAX CF_MSEC(200)
#define QUEUE 64

/* Silence with DTX: libopus repeats it that often. */
#define DTX_TICKS 20

/* --- signalling --- */

static bool is_quiet(const struct cf_load_member *m) {
    return m->scene->has_dtx && !m->is_talking;
}

static void take_media(struct cf_load_member *m, cf_usec now) {
    struct cf_media_params *params = cf_agent_take_media(m->agent);
    struct cf_terminal_config config = {.crypto = m->scene->crypto,
                                        .entropy = cf_system_entropy(),
                                        .stun_hash = cf_openssl_stun_hash(),
                                        .codecs = cf_agent_audio_codecs,
                                        .codec_count = cf_agent_audio_codec_count,
                                        .cname = cf_str_of(m->identity.aor),
                                        .wall = cf_system_wall(),
                                        .out_max = QUEUE,
                                        .counts_only = true};
    if (params == NULL) {
        return;
    }
    cf_media_keys_tell_terminal(m->scene->keys, m->scene->policy, &config);
    if (m->terminal == NULL && cf_agent_is_there(m->agent)) {
        m->terminal = cf_terminal_create(cf_system_mem(), &config, now);
        m->next_sound_at = now + CF_MSEC((cf_usec)(m->number % (is_quiet(m) ? DTX_TICKS * 20 : 20)));
        m->next_picture_at = now + CF_MSEC((cf_usec)(m->number % 60));
    }
    if (m->terminal != NULL) {
        cf_terminal_set(m->terminal, params, now);
    }
    cf_media_params_free(cf_system_mem(), params);
}

static void on_event(struct cf_load_member *m, const struct cf_agent_event *event, cf_usec now) {
    if (event->kind == CF_AGENT_SHELL) {
        cf_sip_wire_do(m->sip, &event->shell);
    } else if (event->kind == CF_AGENT_CONNECTED) {
        m->state = CF_LOAD_UP;
        m->join_usec = now - m->joined_at;
    } else if (event->kind == CF_AGENT_MEDIA) {
        take_media(m, now);
    } else if (event->kind == CF_AGENT_ENDED) {
        m->state = CF_LOAD_FAILED;
        m->status = event->status;
        cf_terminal_destroy(m->terminal);
        m->terminal = NULL;
    }
}

static void drain(void *ctx) {
    struct cf_load_member *m = ctx;
    struct cf_agent_event event;
    cf_usec now = cf_system_now();
    while (cf_agent_poll(m->agent, now, &event)) {
        on_event(m, &event, now);
    }
}

/* --- media --- */

static void flush(struct cf_load_member *m) {
    struct cf_terminal_event event;
    while (cf_terminal_poll_event(m->terminal, &event)) {
        m->wants_key = m->wants_key || event.kind == CF_TERMINAL_KEY_WANTED;
    }
    cf_media_wire_flush(m->media, m->terminal);
}

static void on_datagram(void *ctx, uint32_t socket, const struct cf_addr *from, uint8_t *at, size_t len) {
    struct cf_load_member *m = ctx;
    if (m->terminal != NULL) {
        cf_terminal_on_datagram(m->terminal, socket, from, at, len, cf_system_now());
    }
}

static void on_settled(void *ctx) {
    struct cf_load_member *m = ctx;
    if (m->terminal != NULL) {
        flush(m);
    }
}

static void send_sound(struct cf_load_member *m, cf_usec now) {
    const struct cf_load_clip *clip = m->scene->clip;
    const struct cf_load_piece *piece = m->is_talking ? &clip->voice[m->sound_at++ % CF_LOAD_SOUNDS] : &clip->silence;
    /* Not agreed on yet, or with another codec: nothing is sent then. */
    enum cf_err err = cf_terminal_send_coded(m->terminal, 0, CF_CODEC_OPUS, piece->octets, now);
    (void)err;
}

static void send_picture(struct cf_load_member *m, cf_usec now) {
    const struct cf_load_clip *clip = m->scene->clip;
    /* Asked for a key frame: on to the next second, which begins with one. */
    while (m->wants_key && !clip->pictures[m->picture_at].is_key) {
        m->picture_at = (m->picture_at + 1) % clip->picture_count;
    }
    m->wants_key = false;
    for (size_t i = 0; i < cf_terminal_line_count(m->terminal); i++) {
        const struct cf_payload *payload = cf_terminal_payload(m->terminal, i);
        if (payload != NULL && payload->codec == CF_CODEC_VP8) {
            enum cf_err err = cf_terminal_send_frame(m->terminal, i, clip->pictures[m->picture_at].octets, now);
            (void)err;
        }
    }
    m->picture_at = (m->picture_at + 1) % clip->picture_count;
}

static cf_usec step(cf_usec due, cf_usec interval, cf_usec now) {
    return now - due > LATE_MAX ? now + interval : due + interval;
}

static cf_usec media_turn(struct cf_load_member *m, cf_usec now) {
    if (m->next_sound_at <= now) {
        send_sound(m, now);
        if (is_quiet(m)) {
            cf_terminal_skip_coded(m->terminal, 0, DTX_TICKS - 1);
        }
        m->next_sound_at = step(m->next_sound_at, is_quiet(m) ? DTX_TICKS * TICK : TICK, now);
    }
    if (m->has_camera && m->next_picture_at <= now) {
        send_picture(m, now);
        m->next_picture_at = step(m->next_picture_at, CF_SEC(1) / m->scene->fps, now);
    }
    if (cf_terminal_deadline(m->terminal) <= now) {
        cf_terminal_on_deadline(m->terminal, now);
    }
    flush(m);
    cf_usec next = cf_usec_min(m->next_sound_at, cf_terminal_deadline(m->terminal));
    return m->has_camera ? cf_usec_min(next, m->next_picture_at) : next;
}

cf_usec cf_load_member_turn(struct cf_load_member *member, cf_usec now) {
    if (member->agent == NULL) {
        return CF_USEC_NEVER;
    }
    if (cf_agent_deadline(member->agent) <= now) {
        cf_agent_on_deadline(member->agent, now);
        drain(member);
    }
    cf_usec next = member->terminal == NULL ? CF_USEC_NEVER : media_turn(member, now);
    return cf_usec_min(next, cf_agent_deadline(member->agent));
}

/* --- life --- */

static enum cf_err make_agent(struct cf_load_member *m) {
    struct cf_agent_config config = {.mem = cf_system_mem(),
                                     .entropy = cf_system_entropy(),
                                     .hash = cf_openssl_hash(),
                                     .aor = cf_str_of(m->identity.aor),
                                     .user = m->identity.user[0] == '\0' ? CF_STR_NONE : cf_str_of(m->identity.user),
                                     .password = cf_str_of(m->identity.password),
                                     .proxy = cf_str_of(m->scene->proxy),
                                     .product = CF_STR("confer-load/0.1"),
                                     .is_unregistered = true,
                                     .policy = m->scene->policy,
                                     .ports = cf_media_wire_ports(m->media),
                                     .codecs = &cf_agent_libraries,
                                     .layout = m->scene->layout,
                                     .has_no_camera = !m->has_camera};
    config.locals = cf_sip_wire_locals(m->sip, &config.local_count);
    cf_media_keys_tell_agent(m->scene->keys, &config);
    m->agent = cf_agent_create(&config, cf_system_now());
    return m->agent == NULL ? CF_ERR_NO_MEMORY : CF_OK;
}

enum cf_err cf_load_member_start(struct cf_load_member *member, const struct cf_load_scene *scene, size_t number,
                                 const struct cf_load_identity *identity, const char *room, cf_usec now) {
    struct cf_load_member *m = member;
    m->scene = scene;
    m->number = number;
    m->state = CF_LOAD_JOINING;
    m->joined_at = now;
    m->identity = *identity;
    struct cf_agent_call call = {.target = cf_str_of(room)};
    enum cf_err err = cf_sip_wire_open(scene->loop, &scene->local, scene->transport, scene->is_insecure, false, &m->sip);
    err = err == CF_OK ? cf_media_wire_create(scene->loop, &scene->local, on_datagram, on_settled, m, &m->media) : err;
    err = err == CF_OK ? make_agent(m) : err;
    err = err == CF_OK ? cf_sip_wire_start(m->sip, cf_agent_endpoint(m->agent), drain, m) : err;
    err = err == CF_OK ? cf_agent_call(m->agent, &call, now) : err;
    if (err == CF_OK) {
        drain(m);
    } else {
        m->state = CF_LOAD_FAILED;
    }
    return err;
}

void cf_load_member_leave(struct cf_load_member *member, cf_usec now) {
    if (member->agent != NULL) {
        cf_agent_end(member->agent, now);
        drain(member);
    }
}

void cf_load_member_free(struct cf_load_member *member) {
    cf_terminal_destroy(member->terminal);
    cf_agent_destroy(member->agent);
    cf_media_wire_destroy(&member->media);
    cf_sip_wire_close(&member->sip);
    memset(member, 0, sizeof *member);
}

struct cf_load_sums cf_load_member_sums(const struct cf_load_member *member) {
    struct cf_load_sums sums = {.sent = 0};
    for (size_t i = 0; member->terminal != NULL && i < cf_terminal_line_count(member->terminal); i++) {
        struct cf_terminal_stats s = cf_terminal_stats(member->terminal, i);
        sums.sent += s.packets_sent;
        sums.received += s.packets_received;
        sums.octets += s.octets_received;
        sums.lost += s.packets_lost;
        sums.jitter_usec = i == 0 ? s.jitter_usec : sums.jitter_usec;
        sums.sound = i == 0 && member->hears ? s.packets_received : sums.sound;
    }
    return sums;
}
