/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sending: sound is encoded and packed, frames are cut into packets, packets are protected. */
#include "core/rtp/audio_level.h"
#include "core/rtp/h264.h"
#include "core/terminal/terminal_impl.h"

/* Room for header and extensions in a packet with the longest payload. */
#define HEADER_ROOM 96U
#define PAYLOAD_MAX (1200U - HEADER_ROOM)

/* Mid and rid go on the first packets, then once a second: Linphone does so, and it is enough (RFC 9143 section 15). */
#define MID_FIRST 10U
#define MID_AGAIN CF_SEC(1)

#define EXTENSIONS_MAX 3U

/* --- life --- */

static void free_sound(struct cf_terminal *t, struct cf_terminal_sender *out) {
    if (out->encoder != NULL) {
        out->codec->encoder_destroy(t->mem, out->encoder);
    }
    if (out->resampler != NULL) {
        t->config.resampler->destroy(t->mem, out->resampler);
    }
    cf_mem_free(t->mem, out->pcm, CF_AUDIO_SAMPLES_MAX * sizeof *out->pcm);
    out->encoder = NULL;
    out->resampler = NULL;
    out->pcm = NULL;
    out->codec = NULL;
}

void cf_terminal_stop_sender(struct cf_terminal *t, struct cf_terminal_stream *line) {
    free_sound(t, &line->out);
    for (size_t i = 0; i < CF_MEDIA_ENCODINGS_MAX; i++) {
        cf_sent_fini(&cf_terminal_sender(line, i)->sent, t->mem);
        cf_terminal_sender(line, i)->is_on = false;
    }
}

static struct cf_audio_params params_of(const struct cf_media_line *line, const struct cf_payload *payload) {
    struct cf_audio_params params = {.ptime_msec = cf_audio_round_ptime(line->ptime_msec)};
    if (payload->codec == CF_CODEC_OPUS) {
        params.fec = payload->remote.opus.has_inband_fec;
        params.playback_rate_hz = payload->remote.opus.max_playback_hz;
    }
    return params;
}

/* Field by field: what lies between them is not defined. */
static bool is_same(const struct cf_audio_params *a, const struct cf_audio_params *b) {
    return a->ptime_msec == b->ptime_msec && a->bitrate_bps == b->bitrate_bps && a->playback_rate_hz == b->playback_rate_hz &&
           a->loss_percent == b->loss_percent && a->complexity_plus_1 == b->complexity_plus_1 && a->fec == b->fec &&
           a->dtx == b->dtx && a->cbr == b->cbr;
}

/* An encoder for the agreed codec, unless it is there already. */
static bool set_sound(struct cf_terminal *t, struct cf_terminal_stream *line, const struct cf_audio_codec *codec) {
    struct cf_terminal_sender *out = &line->out;
    struct cf_audio_params params = params_of(&line->agreed, out->payload);
    codec->normalise(&params);
    if (out->encoder != NULL && out->codec == codec && is_same(&params, &out->params)) {
        return true;
    }
    free_sound(t, out);
    out->codec = codec;
    out->params = params;
    out->held = 0;
    out->pcm = cf_mem_alloc(t->mem, CF_AUDIO_SAMPLES_MAX * sizeof *out->pcm);
    out->encoder = codec->encoder_create(t->mem, &params);
    bool is_made = out->pcm != NULL && out->encoder != NULL;
    if (is_made && codec->rate_hz != CF_AUDIO_RATE_HZ) {
        out->resampler = t->config.resampler->create(t->mem, CF_AUDIO_RATE_HZ, codec->rate_hz);
        is_made = out->resampler != NULL;
    }
    if (!is_made) {
        free_sound(t, out);
    }
    return is_made;
}

/* The first payload of the agreement that we can make. */
static const struct cf_payload *choose(const struct cf_terminal *t, const struct cf_media_line *line) {
    for (size_t i = 0; i < line->payload_count; i++) {
        const struct cf_payload *payload = &line->payloads[i];
        bool is_ours =
            line->kind == CF_MEDIA_AUDIO ? cf_terminal_codec(t, payload) != NULL : cf_terminal_format(payload) != CF_VIDEO_NONE;
        if (is_ours) {
            return payload;
        }
    }
    return NULL;
}

/* The first time: an SSRC and numbers that nobody can guess (RFC 3550 section 5.1). */
static void begin_sender(struct cf_terminal *t, struct cf_terminal_sender *out, uint32_t ssrc, cf_usec now) {
    if (out->rtp.clock_rate_hz != 0) {
        return;
    }
    cf_rtp_sender_init(&out->rtp, ssrc, out->payload->clock_hz);
    out->sequence = (uint16_t)(cf_entropy_u32(t->config.entropy) & 0x7fffU);
    out->timestamp = cf_entropy_u32(t->config.entropy);
    cf_vp8_packetiser_init(&out->vp8, PAYLOAD_MAX, (uint16_t)(out->timestamp & CF_PICTURE_ID_MASK));
    out->mid_at = now;
}

/* As many as were agreed on, and none that was not. */
static void set_encodings(struct cf_terminal *t, struct cf_terminal_stream *line, cf_usec now) {
    for (size_t i = 1; i < CF_MEDIA_ENCODINGS_MAX; i++) {
        struct cf_terminal_sender *out = cf_terminal_sender(line, i);
        out->is_on = line->out.is_on && i < line->agreed.simulcast_out.count;
        out->payload = line->out.payload;
        if (out->is_on) {
            begin_sender(t, out, cf_entropy_u32(t->config.entropy) | 1U, now);
        }
    }
}

bool cf_terminal_set_sender(struct cf_terminal *t, struct cf_terminal_stream *line, cf_usec now) {
    struct cf_terminal_sender *out = &line->out;
    if (!line->agreed.can_send) {
        cf_terminal_stop_sender(t, line);
        return true;
    }
    out->payload = choose(t, &line->agreed);
    if (out->payload == NULL) {
        cf_terminal_stop_sender(t, line);
        return false;
    }
    begin_sender(t, out, line->ssrc, now);
    out->is_on =
        line->agreed.kind == CF_MEDIA_VIDEO || t->config.counts_only || set_sound(t, line, cf_terminal_codec(t, out->payload));
    set_encodings(t, line, now);
    return out->is_on;
}

/* --- packets --- */

struct cf_terminal_packet *cf_terminal_reserve_to(struct cf_terminal *t, uint32_t socket, const struct cf_addr *to) {
    if (t->out_count == t->config.out_max) {
        t->totals.dropped_out++;
        return NULL;
    }
    struct cf_terminal_packet *packet = &t->out[(t->out_begin + t->out_count++) % t->config.out_max];
    packet->socket = socket;
    packet->to = *to;
    packet->len = 0;
    return packet;
}

struct cf_terminal_packet *cf_terminal_reserve(struct cf_terminal *t, const struct cf_engine_transport *path,
                                               enum cf_engine_port port) {
    if (!cf_engine_transport_can_send(path, port)) {
        return NULL;
    }
    return cf_terminal_reserve_to(t, cf_engine_transport_socket(path, port), cf_engine_transport_remote(path, port));
}

static void cancel_last(struct cf_terminal *t) {
    t->out_count--;
}

/* The rid of @p out; empty: none was agreed on. */
static struct cf_str rid_of(const struct cf_terminal_stream *line, const struct cf_terminal_sender *out) {
    size_t encoding = out == &line->out ? 0 : (size_t)(out - line->more) + 1;
    const struct cf_media_simulcast *simulcast = &line->agreed.simulcast_out;
    return encoding < simulcast->count ? cf_media_rid(&simulcast->at[encoding]) : CF_STR_NONE;
}

static size_t extensions_of(struct cf_terminal_stream *line, struct cf_terminal_sender *out, const uint8_t *level,
                            struct cf_rtp_ext *list, cf_usec now) {
    const struct cf_media_extension *mid = &line->agreed.extensions[CF_EXTENSION_MID];
    const struct cf_media_extension *stream = &line->agreed.extensions[CF_EXTENSION_RID];
    const struct cf_media_extension *loudness = &line->agreed.extensions[CF_EXTENSION_SSRC_AUDIO_LEVEL];
    struct cf_str rid = rid_of(line, out);
    size_t count = 0;
    bool is_named = out->mids <= MID_FIRST || now - out->mid_at >= MID_AGAIN;
    if (is_named && mid->can_send && line->agreed.mid.len > 0) {
        list[count++] = (struct cf_rtp_ext){.id = mid->id, .data = cf_str_span(cf_tag_str(&line->agreed.mid))};
    }
    if (is_named && stream->can_send && rid.len > 0) {
        list[count++] = (struct cf_rtp_ext){.id = stream->id, .data = cf_str_span(rid)};
    }
    if (count > 0) {
        out->mids++;
        out->mid_at = now;
    }
    if (loudness->can_send && level != NULL) {
        list[count++] = (struct cf_rtp_ext){.id = loudness->id, .data = {level, 1}};
    }
    return count;
}

/* What a packet of @p line has in its header, if it is sent by @p out. */
struct fields {
    struct cf_terminal_sender *out;
    uint32_t timestamp;
    bool marker;
    const uint8_t *level;             /* NULL: none */
    const struct cf_payload *payload; /* NULL: that of .out */
};

/* One packet of @p line: header, protection, counting. */
static void send_packet(struct cf_terminal *t, struct cf_terminal_stream *line, const struct fields *f, struct cf_span payload,
                        cf_usec now) {
    struct cf_terminal_sender *out = f->out;
    struct cf_terminal_transport *transport = cf_terminal_transport_of(t, line);
    struct cf_rtp_ext list[EXTENSIONS_MAX];
    uint8_t extension_room[HEADER_ROOM];
    uint8_t header_room[HEADER_ROOM + CF_RTP_HEADER_LEN];
    struct cf_writer extension;
    struct cf_writer header;
    struct cf_terminal_packet *packet = transport == NULL ? NULL : cf_terminal_reserve(t, &transport->path, CF_ENGINE_PORT_RTP);
    if (packet == NULL) {
        return;
    }
    cf_writer_init(&extension, extension_room, sizeof extension_room);
    cf_writer_init(&header, header_room, sizeof header_room);
    uint16_t profile = cf_rtp_put_extensions(&extension, list, extensions_of(line, out, f->level, list, now));
    struct cf_rtp_header fields = {.extension = cf_writer_span(&extension),
                                   .extension_profile = profile,
                                   .timestamp = f->timestamp,
                                   .ssrc = out->rtp.ssrc,
                                   .sequence = out->sequence,
                                   .payload_type = f->payload == NULL ? out->payload->send_type : f->payload->send_type,
                                   .marker = f->marker};
    cf_rtp_put_header(&header, &fields);
    struct cf_protect_job job = {.srtp = transport->path.send,
                                 .header = cf_writer_span(&header),
                                 .payload = payload,
                                 .dst = packet->octets,
                                 .dst_size = sizeof packet->octets};
    t->config.crypto->protect(t->config.crypto->ctx, &job, 1);
    if (job.err != CF_OK || !cf_writer_ok(&header)) {
        cancel_last(t);
        t->totals.dropped_out++;
        return;
    }
    packet->len = (uint16_t)job.dst_len;
    out->sequence++;
    line->stats.packets_sent++;
    line->stats.octets_sent += payload.len;
    cf_rtp_sender_on_packet(&out->rtp, f->timestamp, payload.len, now);
    if (line->agreed.kind == CF_MEDIA_VIDEO && !t->config.counts_only) {
        cf_sent_put(&out->sent, t->mem, fields.sequence, (struct cf_span){packet->octets, packet->len});
    }
}

void cf_terminal_resend(struct cf_terminal *t, struct cf_terminal_stream *line, struct cf_terminal_sender *out,
                        uint16_t sequence) {
    struct cf_terminal_transport *transport = cf_terminal_transport_of(t, line);
    struct cf_span kept = cf_sent_get(&out->sent, sequence);
    struct cf_terminal_packet *packet =
        kept.len == 0 || transport == NULL ? NULL : cf_terminal_reserve(t, &transport->path, CF_ENGINE_PORT_RTP);
    if (packet != NULL) {
        memcpy(packet->octets, kept.at, kept.len);
        packet->len = (uint16_t)kept.len;
        line->stats.resent++;
    }
}

/* --- sound --- */

static void send_held_sound(struct cf_terminal *t, struct cf_terminal_stream *line, cf_usec now) {
    struct cf_terminal_sender *out = &line->out;
    uint8_t payload[CF_AUDIO_PAYLOAD_MAX];
    size_t len = 0;
    uint8_t level =
        cf_audio_level_octet((struct cf_audio_level){.level = cf_level_of_pcm(out->pcm, out->held), .is_voice = true});
    enum cf_err err = out->codec->encode(out->encoder, out->pcm, out->held, false, payload, sizeof payload, &len);
    out->held = 0;
    if (err == CF_OK && len > 0) {
        const struct fields f = {
            .out = out, .timestamp = out->timestamp, .marker = out->was_silent || line->stats.packets_sent == 0, .level = &level};
        send_packet(t, line, &f, (struct cf_span){payload, len}, now);
    }
    out->was_silent = len == 0;
    out->timestamp += cf_audio_frame_ticks(out->codec, &out->params);
}

static void send_sound(struct cf_terminal *t, struct cf_terminal_stream *line, const int16_t *pcm, cf_usec now) {
    struct cf_terminal_sender *out = &line->out;
    size_t tick = out->codec->rate_hz / 50;
    size_t wanted = (size_t)out->codec->rate_hz / 1000 * out->params.ptime_msec;
    if (out->resampler == NULL) {
        memcpy(out->pcm + out->held, pcm, CF_MIX_TICK_SAMPLES * sizeof *pcm);
    } else {
        t->config.resampler->process(out->resampler, pcm, CF_MIX_TICK_SAMPLES, out->pcm + out->held);
    }
    out->held += tick;
    if (wanted < tick) {
        /* 10 ms: two packets a tick. */
        int16_t second[CF_MIX_TICK_SAMPLES];
        memcpy(second, out->pcm + wanted, wanted * sizeof *second);
        out->held = wanted;
        send_held_sound(t, line, now);
        memcpy(out->pcm, second, wanted * sizeof *second);
        out->held = wanted;
    }
    if (out->held >= wanted) {
        send_held_sound(t, line, now);
    }
}

void cf_terminal_send_sound(struct cf_terminal *t, const int16_t *pcm, cf_usec now) {
    for (size_t i = 0; i < t->line_count; i++) {
        struct cf_terminal_stream *line = t->lines[i];
        bool is_sound = line != NULL && line->out.is_on && line->out.encoder != NULL;
        if (is_sound && !cf_terminal_press_tick(t, line, now)) {
            send_sound(t, line, pcm, now);
        }
    }
    cf_terminal_press_on_tick(t);
}

void cf_terminal_send_event(struct cf_terminal *t, struct cf_terminal_stream *line, const struct cf_payload *payload,
                            uint32_t timestamp, bool marker, struct cf_span octets, cf_usec now) {
    const struct fields f = {.out = &line->out, .timestamp = timestamp, .marker = marker, .payload = payload};
    send_packet(t, line, &f, octets, now);
}

enum cf_err cf_terminal_send_coded(struct cf_terminal *t, size_t index, enum cf_codec codec, struct cf_span payload,
                                   cf_usec now) {
    struct cf_terminal_stream *line = index < t->line_count ? t->lines[index] : NULL;
    if (line == NULL || line->agreed.kind != CF_MEDIA_AUDIO || !cf_terminal_can_send(t, index)) {
        return CF_ERR_STATE;
    }
    if (line->out.payload->codec != codec) {
        return CF_ERR_MISMATCH;
    }
    const struct fields f = {.out = &line->out, .timestamp = line->out.timestamp, .marker = line->stats.packets_sent == 0};
    send_packet(t, line, &f, payload, now);
    line->out.timestamp += line->out.payload->clock_hz / 50;
    return CF_OK;
}

void cf_terminal_skip_coded(struct cf_terminal *t, size_t index, uint32_t frames) {
    struct cf_terminal_stream *line = index < t->line_count ? t->lines[index] : NULL;
    if (line != NULL && line->agreed.kind == CF_MEDIA_AUDIO && cf_terminal_can_send(t, index)) {
        line->out.timestamp += frames * (line->out.payload->clock_hz / 50);
    }
}

/* --- pictures --- */

static enum cf_err send_h264(struct cf_terminal *t, struct cf_terminal_stream *line, struct fields *f, struct cf_span octets,
                             cf_usec now) {
    struct cf_h264_packetiser p;
    uint8_t payload[PAYLOAD_MAX];
    cf_h264_packetiser_init(&p, sizeof payload, cf_terminal_format(f->out->payload) == CF_VIDEO_H264_MODE_0);
    enum cf_err err = cf_h264_packetiser_frame(&p, octets);
    for (size_t len = err == CF_OK ? cf_h264_packetiser_next(&p, payload, &f->marker) : 0; len > 0;
         len = cf_h264_packetiser_next(&p, payload, &f->marker)) {
        send_packet(t, line, f, (struct cf_span){payload, len}, now);
    }
    return err;
}

static void send_vp8(struct cf_terminal *t, struct cf_terminal_stream *line, struct fields *f, struct cf_span octets,
                     cf_usec now) {
    uint8_t payload[PAYLOAD_MAX];
    struct cf_vp8_packetiser *p = &f->out->vp8;
    cf_vp8_packetiser_frame(p, octets);
    for (size_t len = cf_vp8_packetiser_next(p, payload, &f->marker); len > 0;
         len = cf_vp8_packetiser_next(p, payload, &f->marker)) {
        send_packet(t, line, f, (struct cf_span){payload, len}, now);
    }
}

enum cf_err cf_terminal_send_frame(struct cf_terminal *t, size_t index, struct cf_span octets, cf_usec now) {
    return cf_terminal_send_encoding(t, index, 0, octets, now);
}

size_t cf_terminal_encoding_count(const struct cf_terminal *t, size_t index) {
    const struct cf_terminal_stream *line = index < t->line_count ? t->lines[index] : NULL;
    size_t count = line == NULL || !line->out.is_on ? 0 : 1;
    while (count > 0 && count < CF_MEDIA_ENCODINGS_MAX && line->more[count - 1].is_on) {
        count++;
    }
    return count;
}

struct cf_str cf_terminal_rid(const struct cf_terminal *t, size_t index, size_t encoding) {
    const struct cf_terminal_stream *line = index < t->line_count ? t->lines[index] : NULL;
    bool is_there = line != NULL && encoding < line->agreed.simulcast_out.count;
    return is_there ? cf_media_rid(&line->agreed.simulcast_out.at[encoding]) : CF_STR_NONE;
}

enum cf_err cf_terminal_send_encoding(struct cf_terminal *t, size_t index, size_t encoding, struct cf_span octets, cf_usec now) {
    struct cf_terminal_stream *line = index < t->line_count ? t->lines[index] : NULL;
    if (line == NULL || line->agreed.kind != CF_MEDIA_VIDEO || !cf_terminal_can_send(t, index) ||
        encoding >= cf_terminal_encoding_count(t, index)) {
        return CF_ERR_STATE;
    }
    struct fields f = {.out = cf_terminal_sender(line, encoding)};
    f.timestamp = f.out->timestamp + (uint32_t)cf_usec_to_ticks(now - t->made_at, CF_VIDEO_CLOCK_HZ);
    if (f.out->payload->codec == CF_CODEC_VP8) {
        send_vp8(t, line, &f, octets, now);
        return CF_OK;
    }
    return send_h264(t, line, &f, octets, now);
}
