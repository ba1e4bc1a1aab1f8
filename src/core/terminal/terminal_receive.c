/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Receiving: packets find their line, sound goes into jitter buffers, pictures are put together. */
#include "core/rtp/audio_level.h"
#include "core/terminal/terminal_impl.h"

/* A new source most likely begins with a key frame: it is on its way. */
#define FIRST_KEY_PATIENCE CF_MSEC(100)

/* --- life --- */

static void free_sound(struct cf_terminal_receiver *in) {
    cf_mix_source_destroy(in->sound);
    in->sound = NULL;
    in->is_played = false;
    in->codec = NULL;
}

static void free_picture(struct cf_terminal *t, struct cf_terminal_receiver *in) {
    if (in->picture != NULL) {
        cf_assembler_fini(in->picture);
        cf_mem_free(t->mem, in->picture, sizeof *in->picture);
        in->picture = NULL;
    }
}

void cf_terminal_stop_receiver(struct cf_terminal *t, struct cf_terminal_stream *line) {
    free_sound(&line->in);
    free_picture(t, &line->in);
    line->in.is_on = false;
    line->in.has_source = false;
}

static bool make_picture(struct cf_terminal *t, struct cf_terminal_receiver *in) {
    if (in->picture != NULL) {
        return true;
    }
    in->picture = cf_mem_alloc(t->mem, sizeof *in->picture);
    if (in->picture == NULL || cf_assembler_init(in->picture, t->mem, CF_VIDEO_VP8) != CF_OK) {
        cf_mem_free(t->mem, in->picture, sizeof *in->picture);
        in->picture = NULL;
        return false;
    }
    in->picture_codec = CF_CODEC_VP8;
    in->limit_bps = UINT64_MAX;
    return true;
}

bool cf_terminal_set_receiver(struct cf_terminal *t, struct cf_terminal_stream *line) {
    if (!line->agreed.can_receive) {
        cf_terminal_stop_receiver(t, line);
        return true;
    }
    line->in.is_on = line->agreed.kind == CF_MEDIA_AUDIO || t->config.counts_only || make_picture(t, &line->in);
    return line->in.is_on;
}

/* --- which line is it? --- */

static bool is_of(const struct cf_terminal_stream *line, size_t transport) {
    return line != NULL && line->in.is_on && line->agreed.transport == transport;
}

static struct cf_terminal_stream *line_of_mid(struct cf_terminal *t, size_t transport, const struct cf_rtp_view *view,
                                              size_t *ret_index) {
    struct cf_span mid;
    for (size_t i = 0; i < t->line_count; i++) {
        struct cf_terminal_stream *line = t->lines[i];
        if (is_of(line, transport) && line->agreed.extensions[CF_EXTENSION_MID].can_receive && line->agreed.mid.len > 0 &&
            cf_rtp_ext_find(view, line->agreed.extensions[CF_EXTENSION_MID].id, &mid) &&
            cf_str_eq(cf_span_str(mid), cf_tag_str(&line->agreed.mid))) {
            *ret_index = i;
            return line;
        }
    }
    return NULL;
}

static bool announces(const struct cf_media_line *line, uint32_t ssrc) {
    for (size_t i = 0; i < line->remote_ssrc_count; i++) {
        if (line->remote_ssrcs[i] == ssrc) {
            return true;
        }
    }
    return false;
}

/* RFC 9143 section 9.2: the mid, then what is known of the SSRC, then the payload type if only one line has it. */
static struct cf_terminal_stream *find_line(struct cf_terminal *t, size_t transport, const struct cf_rtp_view *view,
                                            size_t *ret_index) {
    struct cf_terminal_stream *by_type = NULL;
    struct cf_terminal_stream *line = line_of_mid(t, transport, view, ret_index);
    for (size_t i = 0; line == NULL && i < t->line_count; i++) {
        struct cf_terminal_stream *each = t->lines[i];
        bool is_known = is_of(each, transport) &&
                        ((each->in.has_source && each->in.rtp.ssrc == view->ssrc) || announces(&each->agreed, view->ssrc));
        if (is_known) {
            *ret_index = i;
            line = each;
        }
    }
    for (size_t i = 0; line == NULL && i < t->line_count; i++) {
        if (is_of(t->lines[i], transport) && cf_media_payload_of_type(&t->lines[i]->agreed, view->payload_type) != NULL) {
            if (by_type != NULL) {
                return NULL;
            }
            by_type = t->lines[i];
            *ret_index = i;
        }
    }
    return line != NULL ? line : by_type;
}

/* --- a packet --- */

static void change_source(struct cf_terminal *t, struct cf_terminal_stream *line, size_t index, const struct cf_rtp_view *view,
                          uint32_t clock_hz, cf_usec now) {
    cf_rtp_receiver_init(&line->in.rtp, view->ssrc, clock_hz, 0);
    line->in.has_source = true;
    line->in.nacks = (struct cf_nack_list){.count = 0};
    line->in.wants_key = false;
    line->in.key_asked_at = now - CF_TERMINAL_KEY_AGAIN + FIRST_KEY_PATIENCE;
    if (line->in.picture != NULL) {
        cf_assembler_restart(line->in.picture, line->in.picture->format);
    }
    cf_terminal_tell(t, CF_TERMINAL_SOURCE, index, view->ssrc, 0);
}

static bool set_codec(struct cf_terminal *t, struct cf_terminal_receiver *in, const struct cf_payload *payload) {
    const struct cf_audio_codec *codec = cf_terminal_codec(t, payload);
    if (codec == NULL || in->codec == codec) {
        return codec != NULL;
    }
    free_sound(in);
    in->sound = cf_mix_source_create(t->mem, codec, t->config.resampler, NULL);
    in->codec = in->sound == NULL ? NULL : codec;
    return in->sound != NULL;
}

static void take_sound(struct cf_terminal *t, struct cf_terminal_stream *line, const struct cf_payload *payload,
                       const struct cf_rtp_view *view, cf_usec now) {
    struct cf_mix_packet packet = {.ssrc = view->ssrc,
                                   .timestamp = view->timestamp,
                                   .seq = view->sequence,
                                   .marker = view->marker,
                                   .comfort_noise = payload->codec == CF_CODEC_CN,
                                   .telephone_event = payload->codec == CF_CODEC_TELEPHONE_EVENT,
                                   .level = CF_LEVEL_UNKNOWN,
                                   .payload = view->payload};
    bool is_sound = !packet.comfort_noise && !packet.telephone_event;
    if (is_sound && !set_codec(t, &line->in, payload)) {
        t->totals.malformed++;
        return;
    }
    if (line->in.sound != NULL && !cf_mix_source_put(line->in.sound, &packet, now)) {
        t->totals.malformed++;
    }
}

static void take_picture(struct cf_terminal *t, struct cf_terminal_stream *line, const struct cf_payload *payload,
                         const struct cf_rtp_view *view, cf_usec now) {
    struct cf_terminal_receiver *in = &line->in;
    struct cf_video_packet packet = {.timestamp = view->timestamp,
                                     .sequence = view->sequence,
                                     .marker = view->marker,
                                     .payload = view->payload,
                                     .arrival = now};
    if (cf_terminal_format(payload) == CF_VIDEO_NONE) {
        return;
    }
    if (payload->codec != in->picture_codec) {
        /* Mode 1 takes mode 0 as well. */
        cf_assembler_restart(in->picture, payload->codec == CF_CODEC_VP8 ? CF_VIDEO_VP8 : CF_VIDEO_H264_MODE_1);
        in->picture_codec = payload->codec;
    }
    switch (cf_nack_list_on_packet(&in->nacks, view->sequence, now)) {
    case CF_NACK_HOPELESS:
        in->wants_key = true;
        break;
    case CF_NACK_IN_ORDER:
    case CF_NACK_GAP:
    case CF_NACK_REPAIRED:
    case CF_NACK_LATE:
        break;
    }
    enum cf_err err = cf_assembler_on_packet(in->picture, &packet);
    t->totals.malformed += err != CF_OK && err != CF_ERR_EXISTS ? 1 : 0;
}

static void on_packet(struct cf_terminal *t, size_t transport, const struct cf_rtp_view *view, cf_usec now) {
    size_t index = 0;
    struct cf_terminal_stream *line = find_line(t, transport, view, &index);
    const struct cf_payload *payload = line == NULL ? NULL : cf_media_payload_of_type(&line->agreed, view->payload_type);
    if (payload == NULL) {
        t->totals.strangers++;
        return;
    }
    if (!line->in.has_source || line->in.rtp.ssrc != view->ssrc) {
        change_source(t, line, index, view, payload->clock_hz, now);
    }
    if (cf_rtp_receiver_on_packet(&line->in.rtp, view, now) == CF_RTP_ARRIVAL_JUMP) {
        return;
    }
    line->stats.packets_received++;
    line->stats.octets_received += view->payload.len;
    uint32_t shown = view->csrc_count > 0 ? cf_rtp_csrc(view, 0) : 0;
    bool is_one = line->agreed.kind == CF_MEDIA_VIDEO || !line->agreed.can_send;
    if (shown != line->in.shown && is_one) {
        line->in.shown = shown;
        cf_terminal_tell(t, CF_TERMINAL_SHOWN, index, shown, 0);
    }
    if (view->payload.len == 0 || t->config.counts_only) {
        return;
    }
    if (line->agreed.kind == CF_MEDIA_AUDIO) {
        take_sound(t, line, payload, view, now);
    } else {
        take_picture(t, line, payload, view, now);
    }
}

void cf_terminal_on_rtp(struct cf_terminal *t, size_t index, uint32_t socket, const struct cf_addr *from, uint8_t *at, size_t len,
                        cf_usec now) {
    struct cf_engine_transport *path = &t->transports[index].path;
    struct cf_unprotect_job job = {.srtp = path->receive, .src = at, .src_len = len, .dst = at, .dst_size = len};
    struct cf_latch_packet source = {.source = *from};
    struct cf_rtp_view view;
    if (!path->is_open) {
        t->totals.strangers++;
        return;
    }
    t->config.crypto->unprotect(t->config.crypto->ctx, &job, 1);
    if (job.err != CF_OK) {
        t->totals.refused++;
        return;
    }
    source.is_authenticated = path->is_secure;
    source.is_newest = job.is_newest;
    if (!cf_terminal_admits(t, index, CF_ENGINE_PORT_RTP, socket, &source, now)) {
        t->totals.strangers++;
        return;
    }
    if (cf_rtp_parse((struct cf_span){at, job.dst_len}, &view) != CF_OK) {
        t->totals.malformed++;
        return;
    }
    on_packet(t, index, &view, now);
}

/* --- what comes out --- */

/* Several lines of sound are added up; usually there is one. */
static void add(int16_t *sum, const int16_t *pcm) {
    for (size_t i = 0; i < CF_MIX_TICK_SAMPLES; i++) {
        int32_t value = sum[i] + pcm[i];
        sum[i] = (int16_t)(value > INT16_MAX ? INT16_MAX : value < INT16_MIN ? INT16_MIN : value);
    }
}

bool cf_terminal_pull_sound(struct cf_terminal *t, int16_t *pcm, cf_usec now) {
    bool any = false;
    memset(pcm, 0, CF_MIX_TICK_SAMPLES * sizeof *pcm);
    for (size_t i = 0; i < t->line_count; i++) {
        struct cf_mix_source *sound = t->lines[i] == NULL ? NULL : t->lines[i]->in.sound;
        if (sound == NULL) {
            continue;
        }
        if (t->lines[i]->in.is_played) {
            cf_mix_source_consume(sound);
        }
        any = any || !cf_mix_source_is_idle(sound);
        cf_mix_source_fill(sound, true, now);
        add(pcm, sound->pcm);
        t->lines[i]->in.is_played = true;
    }
    return any;
}

const int16_t *cf_terminal_heard(const struct cf_terminal *t, size_t index) {
    const struct cf_terminal_stream *line = index < t->line_count ? t->lines[index] : NULL;
    return line != NULL && line->in.sound != NULL && line->in.is_played ? line->in.sound->pcm : NULL;
}

bool cf_terminal_poll_frame(struct cf_terminal *t, cf_usec now, struct cf_terminal_frame *ret) {
    for (size_t i = 0; i < t->line_count; i++) {
        struct cf_terminal_receiver *in = t->lines[i] == NULL ? NULL : &t->lines[i]->in;
        struct cf_assembled_frame frame;
        if (in == NULL || in->picture == NULL || !in->has_source) {
            continue;
        }
        bool is_there = cf_assembler_poll(in->picture, now, &frame);
        in->wants_key = cf_assembler_wants_key(in->picture) || in->wants_key;
        in->wants_key = in->wants_key && !(is_there && frame.is_key);
        if (is_there) {
            *ret = (struct cf_terminal_frame){.line = i,
                                              .codec = in->picture_codec,
                                              .octets = frame.octets,
                                              .timestamp = frame.timestamp,
                                              .ssrc = in->rtp.ssrc,
                                              .shown = in->shown,
                                              .is_key = frame.is_key};
            return true;
        }
    }
    return false;
}

void cf_terminal_want_key(struct cf_terminal *t, size_t index) {
    if (index < t->line_count && t->lines[index] != NULL && t->lines[index]->in.picture != NULL) {
        t->lines[index]->in.wants_key = true;
    }
}

void cf_terminal_limit(struct cf_terminal *t, size_t index, uint64_t bps) {
    if (index < t->line_count && t->lines[index] != NULL) {
        t->lines[index]->in.limit_bps = bps;
    }
}
