/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The terminal as a whole: agreements come in, datagrams are handed on. */
#include "core/terminal/terminal.h"

#include "core/terminal/terminal_impl.h"

/* Packets are taken from the agreed address; encrypted ones wherever they come from. */
static const struct cf_media_leg_policy policy = {.latch = {.plain = CF_LATCH_PLAIN_SAME_IP}};

struct cf_terminal *cf_terminal_create(const struct cf_mem *mem, const struct cf_terminal_config *config, cf_usec now) {
    struct cf_terminal *t = cf_mem_alloc(mem, sizeof *t);
    if (t == NULL) {
        return NULL;
    }
    t->mem = mem;
    t->config = *config;
    t->made_at = now;
    t->config.cname = cf_str_n(t->cname, config->cname.len < sizeof t->cname ? config->cname.len : sizeof t->cname);
    if (config->cname.len > 0) {
        memcpy(t->cname, config->cname.at, t->config.cname.len);
    }
    t->config.out_max = config->out_max == 0 || config->out_max > CF_TERMINAL_OUT_MAX ? CF_TERMINAL_OUT_MAX : config->out_max;
    t->out = cf_mem_alloc(mem, t->config.out_max * sizeof *t->out);
    if (t->out == NULL) {
        cf_mem_free(mem, t, sizeof *t);
        return NULL;
    }
    return t;
}

static void free_line(struct cf_terminal *t, size_t index) {
    struct cf_terminal_stream *line = t->lines[index];
    if (line != NULL) {
        cf_terminal_stop_sender(t, line);
        cf_terminal_stop_receiver(t, line);
        cf_mem_free(t->mem, line, sizeof *line);
        t->lines[index] = NULL;
    }
}

void cf_terminal_destroy(struct cf_terminal *t) {
    if (t == NULL) {
        return;
    }
    for (size_t i = 0; i < CF_TERMINAL_LINES_MAX; i++) {
        free_line(t, i);
        if (t->transports[i].is_set) {
            cf_terminal_end_checks(t, i);
            cf_engine_transport_fini(&t->transports[i].path, t->config.crypto);
        }
    }
    cf_mem_free(t->mem, t->out, t->config.out_max * sizeof *t->out);
    cf_mem_free(t->mem, t, sizeof *t);
}

uint32_t cf_terminal_socket(const struct cf_addr *addr) {
    return addr->port | (addr->family == CF_FAMILY_IP6 ? 1U << 16 : 0);
}

const struct cf_audio_codec *cf_terminal_codec(const struct cf_terminal *t, const struct cf_payload *payload) {
    struct cf_str name = cf_codec_row(payload->codec)->encoding;
    for (size_t i = 0; i < t->config.codec_count; i++) {
        if (cf_str_eq_nocase(cf_str_of(t->config.codecs[i]->name), name)) {
            return t->config.codecs[i];
        }
    }
    return NULL;
}

enum cf_video_format cf_terminal_format(const struct cf_payload *payload) {
    if (payload->codec == CF_CODEC_VP8) {
        return CF_VIDEO_VP8;
    }
    if (payload->codec != CF_CODEC_H264) {
        return CF_VIDEO_NONE;
    }
    return payload->remote.h264.packetization_mode == 1 ? CF_VIDEO_H264_MODE_1 : CF_VIDEO_H264_MODE_0;
}

void cf_terminal_tell(struct cf_terminal *t, enum cf_terminal_event_kind kind, size_t line, uint32_t ssrc, uint64_t bps) {
    const struct cf_terminal_event event = {.kind = kind, .line = line, .ssrc = ssrc, .bps = bps};
    cf_terminal_tell_encoding(t, &event);
}

void cf_terminal_tell_encoding(struct cf_terminal *t, const struct cf_terminal_event *event) {
    if (t->event_count < CF_TERMINAL_EVENTS_MAX) {
        t->events[(t->event_begin + t->event_count++) % CF_TERMINAL_EVENTS_MAX] = *event;
    }
}

struct cf_terminal_transport *cf_terminal_transport_of(struct cf_terminal *t, const struct cf_terminal_stream *line) {
    size_t index = line->agreed.transport;
    return index < t->transport_count && t->transports[index].path.is_open ? &t->transports[index] : NULL;
}

/* --- agreements --- */

static void set_transport(struct cf_terminal *t, size_t index, const struct cf_media_transport *agreed, cf_usec now) {
    struct cf_terminal_transport *transport = &t->transports[index];
    struct cf_media_transport_set set = {.index = (uint16_t)index,
                                         .rtp_socket = cf_terminal_socket(&agreed->local_rtp),
                                         .rtcp_socket = cf_terminal_socket(&agreed->local_rtcp),
                                         .transport = *agreed};
    bool is_new = !transport->is_set;
    if (is_new) {
        cf_engine_transport_init(&transport->path, NULL, (uint16_t)index);
        for (size_t i = 0; i < CF_ENGINE_PORT_COUNT; i++) {
            transport->path.associations[i] = &transport->associations[i];
        }
        transport->is_set = true;
    }
    if (cf_engine_transport_set(&transport->path, t->config.crypto, &set, &policy) != CF_OK) {
        t->totals.failed_lines++;
    }
    if (is_new) {
        cf_terminal_begin_reports(t, index, now);
    }
    cf_terminal_set_checks(t, index, agreed, now);
    cf_terminal_begin_keys(t, index, &set, now);
    cf_mem_wipe(&set, sizeof set);
}

static void set_line(struct cf_terminal *t, size_t index, const struct cf_media_line *agreed, cf_usec now) {
    struct cf_terminal_stream *line = t->lines[index];
    if (!agreed->is_active || (agreed->kind != CF_MEDIA_AUDIO && agreed->kind != CF_MEDIA_VIDEO)) {
        free_line(t, index);
        return;
    }
    if (line == NULL) {
        line = cf_mem_alloc(t->mem, sizeof *line);
        if (line == NULL) {
            t->totals.failed_lines++;
            return;
        }
        line->ssrc = agreed->local_ssrc != 0 ? agreed->local_ssrc : cf_entropy_u32(t->config.entropy) | 1U;
        line->stats.round_trip_usec = -1;
        t->lines[index] = line;
    }
    line->is_active = true;
    line->agreed = *agreed;
    bool is_served = cf_terminal_set_sender(t, line, now);
    is_served = cf_terminal_set_receiver(t, line) && is_served;
    t->totals.failed_lines += is_served ? 0 : 1;
}

void cf_terminal_set(struct cf_terminal *t, const struct cf_media_params *params, cf_usec now) {
    size_t transports = params->transport_count < CF_TERMINAL_LINES_MAX ? params->transport_count : CF_TERMINAL_LINES_MAX;
    size_t lines = params->line_count < CF_TERMINAL_LINES_MAX ? params->line_count : CF_TERMINAL_LINES_MAX;
    for (size_t i = 0; i < transports; i++) {
        set_transport(t, i, &params->transports[i], now);
    }
    for (size_t i = transports; i < t->transport_count; i++) {
        cf_terminal_end_checks(t, i);
        cf_engine_transport_fini(&t->transports[i].path, t->config.crypto);
        t->transports[i].is_set = false;
    }
    t->transport_count = transports;
    for (size_t i = 0; i < lines; i++) {
        set_line(t, i, &params->lines[i], now);
    }
    for (size_t i = lines; i < t->line_count; i++) {
        free_line(t, i);
    }
    t->line_count = lines;
}

const struct cf_media_line *cf_terminal_line(const struct cf_terminal *t, size_t index) {
    return index < t->line_count && t->lines[index] != NULL ? &t->lines[index]->agreed : NULL;
}

size_t cf_terminal_line_count(const struct cf_terminal *t) {
    return t->line_count;
}

const struct cf_payload *cf_terminal_payload(const struct cf_terminal *t, size_t index) {
    const struct cf_terminal_stream *line = index < t->line_count ? t->lines[index] : NULL;
    return line != NULL && line->out.is_on ? line->out.payload : NULL;
}

bool cf_terminal_can_send(const struct cf_terminal *t, size_t index) {
    const struct cf_terminal_stream *line = index < t->line_count ? t->lines[index] : NULL;
    return line != NULL && line->out.is_on && line->agreed.transport < t->transport_count &&
           cf_engine_transport_can_send(&t->transports[line->agreed.transport].path, CF_ENGINE_PORT_RTP);
}

/* --- in --- */

void cf_terminal_on_datagram(struct cf_terminal *t, uint32_t socket, const struct cf_addr *from, uint8_t *at, size_t len,
                             cf_usec now) {
    enum cf_packet_kind kind = cf_packet_kind_of((struct cf_span){at, len});
    for (size_t i = 0; i < t->transport_count; i++) {
        const struct cf_engine_transport *path = &t->transports[i].path;
        bool is_stream = socket == CF_TERMINAL_SOCKET_STREAMS + i;
        if (!is_stream && path->sockets[CF_ENGINE_PORT_RTP] != socket && path->sockets[CF_ENGINE_PORT_RTCP] != socket) {
            continue;
        }
        if (kind == CF_PACKET_RTP) {
            cf_terminal_on_rtp(t, i, socket, from, at, len, now);
        } else if (kind == CF_PACKET_RTCP) {
            cf_terminal_on_rtcp(t, i, socket, from, at, len, now);
        } else if (kind == CF_PACKET_STUN) {
            cf_terminal_on_check(t, i, socket, from, (struct cf_span){at, len}, now);
        } else if (kind == CF_PACKET_DTLS || kind == CF_PACKET_ZRTP) {
            bool is_rtp = is_stream || path->sockets[CF_ENGINE_PORT_RTP] == socket;
            enum cf_engine_port port = is_rtp ? CF_ENGINE_PORT_RTP : CF_ENGINE_PORT_RTCP;
            cf_terminal_on_handshake(t, i, port, from, (struct cf_span){at, len}, now);
        } else {
            t->totals.malformed++;
        }
        return;
    }
    t->totals.strangers++;
}

/* --- time --- */

cf_usec cf_terminal_deadline(const struct cf_terminal *t) {
    cf_usec deadline = CF_USEC_NEVER;
    for (size_t i = 0; i < t->transport_count; i++) {
        deadline = cf_usec_min(deadline, cf_terminal_report_deadline(t, i));
        deadline = cf_usec_min(deadline, cf_terminal_keys_deadline(t, i));
        deadline = cf_usec_min(deadline, cf_terminal_checks_deadline(t, i));
    }
    return deadline;
}

void cf_terminal_on_deadline(struct cf_terminal *t, cf_usec now) {
    for (size_t i = 0; i < t->transport_count; i++) {
        cf_terminal_report(t, i, now);
        cf_terminal_on_checks_deadline(t, i, now);
        cf_terminal_on_keys_deadline(t, i, now);
    }
}

void cf_terminal_bye(struct cf_terminal *t, cf_usec now) {
    for (size_t i = 0; i < t->transport_count; i++) {
        cf_terminal_report_bye(t, i, now);
    }
}

/* --- out --- */

bool cf_terminal_poll_send(struct cf_terminal *t, struct cf_terminal_out *ret) {
    if (t->out_count == 0) {
        return false;
    }
    const struct cf_terminal_packet *packet = &t->out[t->out_begin];
    t->out_begin = (t->out_begin + 1) % t->config.out_max;
    t->out_count--;
    *ret = (struct cf_terminal_out){packet->socket, packet->to, {packet->octets, packet->len}};
    return true;
}

bool cf_terminal_poll_event(struct cf_terminal *t, struct cf_terminal_event *ret) {
    if (t->event_count == 0) {
        return false;
    }
    *ret = t->events[t->event_begin];
    t->event_begin = (t->event_begin + 1) % CF_TERMINAL_EVENTS_MAX;
    t->event_count--;
    return true;
}

struct cf_terminal_stats cf_terminal_stats(const struct cf_terminal *t, size_t index) {
    const struct cf_terminal_stream *line = index < t->line_count ? t->lines[index] : NULL;
    struct cf_terminal_stats stats = {.round_trip_usec = -1};
    if (line == NULL) {
        return stats;
    }
    stats = line->stats;
    if (line->in.has_source) {
        const struct cf_rtp_receiver *rtp = &line->in.rtp;
        stats.packets_lost = (int64_t)cf_rtp_receiver_expected(rtp) - (int64_t)rtp->received;
        stats.jitter_usec = (uint32_t)cf_ticks_to_usec(rtp->jitter_16 / 16, rtp->clock_rate_hz);
    }
    if (line->in.picture != NULL) {
        stats.frames_received = line->in.picture->frames;
        stats.frames_broken = line->in.picture->broken;
    }
    if (line->in.sound != NULL) {
        const struct cf_jitter_stats *jitter = cf_jitter_stats(&line->in.sound->jitter);
        stats.sound_concealed = jitter->concealed_frames + jitter->fec_frames;
    }
    return stats;
}

struct cf_terminal_protection cf_terminal_protection(const struct cf_terminal *t, size_t index) {
    const struct cf_terminal_stream *line = index < t->line_count ? t->lines[index] : NULL;
    struct cf_terminal_protection protection = {.keying = CF_KEYING_NONE};
    if (line != NULL && line->agreed.transport < t->transport_count) {
        const struct cf_terminal_transport *transport = &t->transports[line->agreed.transport];
        protection.keying = transport->keying;
        protection.suite = transport->path.suite;
        protection.failure = transport->failure;
        memcpy(protection.sas, transport->sas, sizeof protection.sas);
        protection.is_sas_verified = transport->is_sas_verified;
    }
    return protection;
}

struct cf_terminal_path cf_terminal_path(const struct cf_terminal *t, size_t index) {
    const struct cf_terminal_stream *line = index < t->line_count ? t->lines[index] : NULL;
    struct cf_terminal_path ret = {.remote = {.family = CF_FAMILY_NONE}};
    if (line != NULL && line->agreed.transport < t->transport_count) {
        const struct cf_engine_path *path = &t->transports[line->agreed.transport].path.paths[CF_ENGINE_PORT_RTP];
        ret.is_tcp = path->socket >= CF_TERMINAL_SOCKET_STREAMS && path->socket != CF_MEDIA_SOCKET_NONE;
        ret.remote = path->remote;
        ret.remote_control = t->transports[line->agreed.transport].path.paths[CF_ENGINE_PORT_RTCP].remote;
        ret.is_ours = cf_terminal_controls(t, line->agreed.transport);
    }
    return ret;
}

struct cf_terminal_totals cf_terminal_totals(const struct cf_terminal *t) {
    return t->totals;
}
